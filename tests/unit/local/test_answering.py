"""Answers made of what documents say: the right sentences, readable, each with its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.assistant.knowledge import Passage
from vera.local import FolderKnowledge
from vera.local.answering import picked_answer

DOCUMENTS = Path(__file__).parents[2] / "documents"
OWN_WORDS = {"An", "example"}
VOCABULARY = [
    "kettle",
    "boils",
    "water",
    "stove",
    "heats",
    "it",
    "the",
    "Run:",
    "-",
    "1.",
    "```",
    "`code`",
    "|",
    "[3]",
]
WORDS = st.lists(st.sampled_from([*VOCABULARY, ".", "!", "\n", "\n\n"]), max_size=40)


@pytest.fixture(scope="module")
def knowledge():
    with FolderKnowledge(DOCUMENTS) as knowledge:
        yield knowledge


def answer(question: str, *passages: Passage, query: str = "") -> str:
    picked = picked_answer(question, query or question, passages)
    return picked.text if picked else ""


@pytest.mark.parametrize(
    ("question", "query", "expected", "absent"),
    [
        pytest.param(
            "When is the Hamburg office open?",
            "",
            "Hamburg: Monday to Thursday 08:00–18:00, Friday",
            "Tartu",
            id="a row",
        ),
        pytest.param(
            "and on Fridays?",
            "and on Fridays? When is the Lisbon office open?",
            "Lisbon: ",
            "Hamburg",
            id="a follow-up",
        ),
        pytest.param("How do I deploy to production?", "", "run [1]:\n\n```console\n$ kettle release", "", id="code"),
        pytest.param(
            "How do I roll back?", "", "1. Say so in #releases.\n2. Run `kettle rollback`", "", id="steps, whole"
        ),
        pytest.param(
            "How many vacation days do I have?", "", "Everybody has 28 days of vacation a year.", "Heron", id="a figure"
        ),
        pytest.param("How do I request vacation?", "", "Then enter it in Heron.", "ill stays", id="a procedure"),
        pytest.param("What is a frost warning?", "", "A frost warning is a message", "", id="a definition"),
        pytest.param("What does FROST_QUIET do?", "", "Set it to `1` to silence the warnings", "", id="a setting"),
        pytest.param("Who decides about security fixes?", "", "Priya decides about them [1].", "Heron", id="a person"),
        pytest.param("Where is the Hamburg office?", "", "Speicherstadt 12", "", id="a place"),
        pytest.param("When do I need a doctor's note?", "", "from the fourth day on [1].", "28 days", id="a rule"),
    ],
)
def test_questions_are_answered_from_the_documents(
    knowledge: FolderKnowledge, question: str, query: str, expected: str, absent: str
):
    text = answer(question, *knowledge.search(query or question), query=query)

    assert expected in text
    assert not absent or absent not in text


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "How do I bake a cake?",
        "reset my VPN password",
        "weather tomorrow in Paris",
        "???",
    ],
)
def test_what_the_documents_do_not_hold_is_not_answered(knowledge: FolderKnowledge, question: str):
    assert answer(question, *knowledge.search(question)) == ""


def test_no_passages_are_no_answer():
    assert picked_answer("What is it?", "What is it?", ()) is None


def test_the_number_is_the_place_of_the_passage():
    stove, kettle = Passage("The stove heats.", "Stove"), Passage("A kettle boils water.", "Kettle")

    assert answer("What does a kettle do?", stove, kettle) == "A kettle boils water [2]."


def test_the_same_said_twice_is_said_once():
    kettle = Passage("A kettle boils the water.", "Kettle")
    again = Passage("A kettle boils water.", "Kettles")

    assert answer("kettle", kettle, again) == "A kettle boils the water [1]."


def test_a_sentence_that_leans_back_brings_the_one_before():
    passage = Passage("The kettle is red. It was bought in Tartu, by Jaan.\n\nThe stove is blue.", "Kitchen")

    assert answer("Who bought it in Tartu?", passage) == "The kettle is red. It was bought in Tartu, by Jaan [1]."


def test_one_item_of_a_long_list_comes_with_what_introduces_the_list():
    items = "\n".join(
        f"- Colour {colour}, which nobody ever asks for in all those years" for colour in "abcdefghijklmnopqrst"
    )
    passage = Passage(f"These can be had:\n\n{items}\n- Ultramarine, which is dear", "Paints")

    text = answer("is ultramarine dear?", passage)

    assert text == "These can be had [1]:\n\n- Ultramarine, which is dear [1]"


def test_footnote_marks_of_the_documents_are_no_citations():
    assert (
        answer("visitors", Passage("All visitors are announced[7].", "Doors")) == "All visitors are announced(7) [1]."
    )


def test_an_answer_without_reserve_covers_most_of_the_question():
    passage = Passage("The kettle boils water.", "Kitchen")
    vague = "kettle boils water tea coffee"

    assert picked_answer("kettle water", "kettle water", [passage]).sure
    assert not picked_answer(vague, vague, [passage]).sure


@given(st.lists(WORDS.map(" ".join), max_size=4), WORDS.map(" ".join))
def test_every_word_of_any_answer_stands_in_a_passage_and_every_number_names_one(texts: list[str], question: str):
    passages = [Passage(text, "Kettle", "kettle.md") for text in texts]

    text = answer(question, *passages)

    held = set(re.findall(r"\w+", " ".join(texts)))
    cited = [int(number) for number in re.findall(r" \[(\d)\]", re.sub(r"`+.*?`+", "", text, flags=re.DOTALL))]
    assert set(re.findall(r"[A-Za-z]+", text)) <= held | OWN_WORDS
    assert all(1 <= number <= len(passages) or number == 3 for number in cited)


@given(st.lists(WORDS.map(" ".join), max_size=3), WORDS.map(" ".join))
def test_the_same_question_has_the_same_answer(texts: list[str], question: str):
    passages = [Passage(text, "Kettle") for text in texts]

    assert answer(question, *passages) == answer(question, *passages)
