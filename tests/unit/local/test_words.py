"""What counts as a word, and what a question is about."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.local.words import is_filler, key_terms, terms, words


@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_words_are_those_that_sqlite_finds_in_western_text(text: str):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE said USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2')")
        connection.execute("CREATE VIRTUAL TABLE term USING fts5vocab (said, instance)")
        connection.execute(
            "INSERT INTO said (text) VALUES (?)", ("".join(c for c in text if c.isascii() or c.isalpha()),)
        )
        expected = [term for (term,) in connection.execute("SELECT term FROM term ORDER BY offset")]

    found = words("".join(c for c in text if c.isascii() or c.isalpha()))

    assert [word for word in found if word.isascii()] == [term for term in expected if term.isascii()]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("How do I roll back a release?", ["roll", "back", "releas"], id="filler is dropped"),
        pytest.param("what is it?", ["what", "is", "it"], id="nothing but filler stays"),
        pytest.param("Opening hours, opening HOURS", ["open", "hour"], id="each term once, in order"),
        pytest.param("MAX_CONTENT_LENGTH", ["max", "content", "length"], id="an identifier is its words"),
        pytest.param("Wie heißt das Café?", ["wie", "heißt", "da", "cafe"], id="diacritics are folded"),
        pytest.param("plan b", ["plan"], id="a letter alone says nothing"),
        pytest.param("?!", [], id="no words at all"),
    ],
)
def test_a_question_is_about_its_words_without_filler(question: str, expected: list[str]):
    assert list(key_terms(question)) == expected


def test_words_that_people_use_for_each_other_are_one_term_with_several_spellings():
    asked = key_terms("holidays")

    assert list(asked) == terms("vacation") == terms("PTO")
    assert asked["vacat"].spellings == ("vacation", "holiday", "pto")


def test_a_word_that_says_how_something_is_asked_weighs_less():
    asked = key_terms("difference between tuple and list")

    assert asked["differ"].weight < asked["tupl"].weight == 1.0


def test_filler_is_known_in_lower_case():
    assert is_filler("please")
    assert not is_filler("runbook")


def test_forms_that_porter_keeps_apart_are_one_term_where_it_matters():
    assert terms("deploying") == terms("deployments") == list(key_terms("deploy"))
