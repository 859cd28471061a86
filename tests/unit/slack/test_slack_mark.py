"""The mark of a stream: it names one part of one answer, nobody sees it, and it disturbs no markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.slack.mark import MARK_CHARACTERS, is_marked, mark_of, marked, part_of, unmarked

KEY = "C0GENERAL:1700000000.000100"
OTHER = "C0GENERAL:1700000000.000200"


@given(st.integers(0, 80), st.text(max_size=40))
def test_a_mark_names_its_turn_and_part(part: int, text: str):
    written = marked(text, mark_of(KEY, part))

    assert is_marked(written)
    assert part_of(written, KEY) == part
    assert part_of(written, OTHER) is None


def test_a_text_without_a_mark_names_nothing():
    assert not is_marked("It is open")
    assert part_of("It is open", KEY) is None
    assert part_of("", KEY) is None


@given(st.text(max_size=40).map(unmarked))
def test_without_its_mark_a_text_is_what_it_was(text: str):
    written = marked(text, mark_of(KEY, 3))

    assert unmarked(written) == (f"\n{text}" if written.endswith(f"\n{text}") else text)
    assert len(written) - len(unmarked(written)) == MARK_CHARACTERS


BEFORE_THE_WORDS = {
    "words": ("It is", "MIt is"),
    "bold": ("**Note:** it", "**MNote:** it"),
    "code": ("`a` is", "M`a` is"),
    "code in bold": ("**`a`** is", "**M`a`** is"),
    "a link": ("[a](https://x.example)", "M[a](https://x.example)"),
    "a bullet": ("- a", "- Ma"),
    "a number": ("12. a", "12. Ma"),
    "a task": ("- [ ] a", "- [ ] Ma"),
    "an item in an item": ("- 1. **a**", "- 1. **Ma**"),
    "a heading": ("## A", "## MA"),
    "a quote": ("> a", "> Ma"),
    "a table": ("| a | b |", "| Ma | b |"),
    "a year": ("1984 was", "M1984 was"),
    "a hash": ("#general is", "M#general is"),
    "a fence": ("```py\na", "M\n```py\na"),
    "nothing": ("", "M"),
}


@pytest.mark.parametrize(("text", "written"), BEFORE_THE_WORDS.values(), ids=BEFORE_THE_WORDS.keys())
def test_a_mark_stands_before_the_words_and_behind_what_must_stand_first(text: str, written: str):
    assert marked(text, "M") == written
