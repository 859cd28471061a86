"""What makes one sentence a better answer than another."""

from __future__ import annotations

import pytest

from vera.assistant.knowledge import Passage
from vera.local.scoring import asked_of, scored_units
from vera.local.words import terms


def best_of(question: str, text: str, *, query: str = "", title: str = "Page") -> str:
    passage = Passage(text, title)
    asked = asked_of(question, query or question, [frozenset(terms(f"{title} {text}"))])
    return max(scored_units(asked, passage, 0), key=lambda unit: unit.score).unit.text


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        pytest.param(
            "kettle timeout",
            "A kettle is red. Its kettle timeout is six.",
            "Its kettle timeout is six.",
            id="more of the words",
        ),
        pytest.param(
            "what is a kettle?",
            "Because a kettle is old it hums. A kettle is a pot.",
            "A kettle is a pot.",
            id="a definition",
        ),
        pytest.param(
            "when does the kettle boil?",
            "The kettle will boil soon. The kettle will boil at 8:30.",
            "The kettle will boil at 8:30.",
            id="a time",
        ),
        pytest.param(
            "how long does the kettle take?",
            "The kettle of 1987 is loud. The kettle is done in ten minutes.",
            "The kettle is done in ten minutes.",
            id="a duration",
        ),
        pytest.param(
            "how many kettles are there?",
            "There are kettles all around. There are 7 kettles around.",
            "There are 7 kettles around.",
            id="a figure",
        ),
        pytest.param(
            "kettle",
            "Who needs a good kettle? Everybody needs a good kettle.",
            "Everybody needs a good kettle.",
            id="no question",
        ),
        pytest.param(
            "kettle",
            "See the page about the kettle. The blue one is the kettle.",
            "The blue one is the kettle.",
            id="no pointer",
        ),
        pytest.param(
            "kettle",
            "A kettle. There is a kettle in each kitchen.",
            "There is a kettle in each kitchen.",
            id="no scrap",
        ),
        pytest.param(
            "how do I clean a kettle?",
            "The kettle is clean now.\n\nTo clean the kettle:\n\n1. Rub it.",
            "To clean the kettle:",
            id="a way to do it",
        ),
    ],
)
def test_the_better_sentence_scores_higher(question: str, text: str, expected: str):
    assert best_of(question, text) == expected


def test_what_introduces_a_step_counts_for_it():
    passage = Passage("To clean the kettle:\n\n1. Rub.\n\nWords.", "Page")
    asked = asked_of("clean kettle", "clean kettle", [frozenset()])

    scores = {unit.unit.text: unit.score for unit in scored_units(asked, passage, 0)}

    assert scores["To clean the kettle:"] > scores["1. Rub."] > scores["Words."] == 0


def test_the_questions_own_words_count_more_than_the_threads():
    text = "The office in Tartu is large and old. On Fridays it closes early for all."

    assert best_of("and on Fridays?", text, query="and on Fridays? Tartu") == "On Fridays it closes early for all."


def test_a_later_passage_counts_less():
    asked = asked_of("kettle", "kettle", [frozenset()])
    passage = Passage("A kettle is in each of the kitchens.", "Page")

    first, later, last = (scored_units(asked, passage, number)[0].score for number in (0, 3, 20))

    assert first > later > last > 0


def test_what_is_asked_weighs_one_in_all():
    asked = asked_of("kettle tea", "kettle tea stove", [frozenset({"kettl"}), frozenset({"kettl", "tea"})])

    assert asked.share(["kettl", "tea", "stove"]) == pytest.approx(1.0)
    assert asked.share(["tea"]) > asked.share(["kettl"])
