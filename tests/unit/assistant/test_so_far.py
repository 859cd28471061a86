"""What is handed on: it comes back as it was, fits into every ledger, and is said once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.assistant.dialogue import Round
from vera.assistant.knowledge import Findings, Passage
from vera.assistant.ledger import ROUND_BYTES, TurnRecord
from vera.assistant.model import ToolResult, ToolUse
from vera.assistant.so_far import SoFar

FOUND = Findings((Passage("Three months.", "Handbook", "https://example.org", 0.5, "kb"), Passage("May.", "Calendar")))
LOOKED = Round((), "Let me look [2].", (ToolUse("1", "clock", "{}"),), (ToolResult("1", "noon"),)).to_json()

findings = st.builds(
    Findings,
    st.lists(
        st.builds(Passage, st.text(), st.text(), st.text(), st.floats(allow_nan=False), st.text()), max_size=5
    ).map(tuple),
    st.lists(st.text(), max_size=2).map(tuple),
    st.integers(0, 3),
)


@given(st.builds(SoFar, st.text(), st.integers(0, 9), st.booleans(), st.none() | findings, st.none() | st.text()))
def test_what_is_handed_on_comes_back_from_any_ledger_as_it_was(so_far: SoFar):
    written = so_far.to_json()

    assert SoFar.from_json(written.encode().decode()) == so_far


def test_half_a_character_is_handed_on_too():
    so_far = SoFar("Look \ud83d")

    assert SoFar.from_json(so_far.to_json().encode().decode()) == so_far


def test_an_empty_record_is_the_beginning_of_an_answer():
    assert SoFar.of(TurnRecord("C1:1.1")) == SoFar()


@pytest.mark.parametrize(("passages", "kept"), [(1, 1_000), (150, 0)])
def test_of_passages_that_do_not_fit_numbers_and_titles_stay_for_what_cites_them(passages: int, kept: int):
    large = Findings((Passage("x" * ROUND_BYTES, "Handbook"),) * passages)

    written = SoFar("So far", 2, native=True, findings=large, ending="").to_json()

    assert len(written.encode()) <= ROUND_BYTES
    shortened = Findings((Passage("x" * kept, "Handbook"),) * passages)
    assert SoFar.from_json(written) == SoFar("So far", 2, native=True, findings=shortened, ending="")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"text": "So far"}', '"So far"', "null"])
def test_what_another_version_handed_on_is_the_beginning_of_an_answer(text: str):
    assert SoFar.from_json(text) == SoFar()


def test_a_text_that_does_not_fit_is_nothing_to_go_on_with():
    assert SoFar("x" * ROUND_BYTES).to_json() == ""


@pytest.mark.parametrize(
    ("rounds", "text"),
    [(0, "Three"), (1, "")],
    ids=["still unfinished", "finished since"],
)
def test_words_that_have_become_part_of_a_finished_round_are_told_by_that_alone(rounds: int, text: str):
    handed_on = SoFar("Three", 0, native=True, findings=FOUND).to_json()

    so_far = SoFar.of(TurnRecord("C1:1.1", so_far=handed_on, rounds=(LOOKED,) * rounds))

    assert (so_far.text, so_far.native, so_far.findings) == (text, True, FOUND)


def test_all_that_was_said_is_the_finished_rounds_and_then_the_one_that_isnt_with_the_citations_that_hold():
    draft = SoFar("It is noon [1][7] [2]", 1, findings=FOUND).said((LOOKED,))

    assert draft.text == "Let me look [2].\n\nIt is noon [1] [2]"
    assert draft.cited == (2, 1)


def test_who_has_said_nothing_has_an_empty_draft():
    assert SoFar().said(()).text == ""
