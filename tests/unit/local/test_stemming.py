"""Stems are SQLite's: the index and the answer agree on which words are the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.local.stemming import stem

ROOTS = """
able accept act adapt agree alarm apply argue arrange asset authorize bake bill bliss box buy cache calibrate
call cancel care carry city class clean close comply condition configure connect create data decide define
deny deploy derive digital direct dry edit electric employ enable enter equal error excite explain expire fail
fall feed file fit fix flag flow fly free frost happy hope hop house idea index install invoice irritate issue
justify key knit lay lease lie limit log machine manage map merge mess migrate mouse move multiply national
notify office open operate option organize oscillate own patch pay plan play please policy predicate probe
process program provision publish query queue ration rate react ready refer relate release rely request
resolve revive review role roll rotate run sad sail say schedule sense service sign size sky source state
status stop sync table tan tax test thread tie time token tool travel triplicate try type use vacation valid
vary view visit vote wait warn weigh wish work write yes zone
""".split()  # noqa: SIM905 - legible
ENDINGS = """
s es ed ing er ers ly ment ments ation ations ational ization izer able ible ability ance ence ancy ency ful
fulness less ness ive iveness ivity al alism ality alize ally ous ousness ously ent ently ant ion ions icate
iciti ical ism ist ity eed ies ied y ate ator ative logy ology
""".split()  # noqa: SIM905 - legible
VOCABULARY = sorted({base + ending for root in ROOTS for base in (root, root[:-1]) for ending in ["", *ENDINGS]} - {""})


def sqlite_stems(vocabulary: list[str]):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE word USING fts5 (text, tokenize = 'porter unicode61')")
        connection.execute("CREATE VIRTUAL TABLE term USING fts5vocab (word, instance)")
        connection.executemany("INSERT INTO word (rowid, text) VALUES (?, ?)", enumerate(vocabulary))
        found = connection.execute("SELECT doc, term FROM term").fetchall()
    return {vocabulary[at]: term for at, term in found}


def test_every_word_of_a_vocabulary_has_the_stem_that_sqlite_gives_it():
    expected = sqlite_stems(VOCABULARY)

    assert len(expected) > 10_000
    assert {word: stem(word) for word in expected} == expected


@given(st.lists(st.text("abcdefghilmnorstuyz", min_size=1, max_size=70), min_size=1, max_size=20, unique=True))
def test_any_run_of_letters_has_the_stem_that_sqlite_gives_it(letters: list[str]):
    assert {word: stem(word) for word in letters} == sqlite_stems(letters)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("announce", "announcement", id="a verb and its noun"),
        pytest.param("installing", "installation", id="a participle and a noun"),
        pytest.param("policy", "policies", id="singular and plural"),
        pytest.param("configure", "configuration", id="a longer ending"),
    ],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str):
    assert stem(one) == stem(other)
