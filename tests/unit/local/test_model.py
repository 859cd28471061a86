"""The embedded model: what it says when there is nothing to quote, how it counts, and the one tool it knows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.assistant.knowledge import Passage
from vera.assistant.model import (
    Grounding,
    ModelMessage,
    ModelRequest,
    Stopped,
    Text,
    TextDelta,
    ToolResult,
    ToolSpec,
    ToolUse,
    Usage,
)
from vera.local import PassageModel
from vera.local.model import tokens_of

KETTLE = Passage("A kettle boils water. It takes four minutes.", "Kettle", "kettle.md")
CLOCK = ToolSpec("current_time", "Tells the time.", {"type": "object"})


def request(question: str, *passages: Passage, tools: tuple[ToolSpec, ...] = (), limit: int = 1_000) -> ModelRequest:
    return ModelRequest(
        "Answer.", (ModelMessage("user", (Text(question),)),), limit, tools, Grounding(question, question, passages)
    )


def said(model_request: ModelRequest) -> str:
    return "".join(event.text for event in PassageModel().converse(model_request) if isinstance(event, TextDelta))


def test_a_question_is_answered_with_the_passages_sentences():
    assert said(request("What does a kettle do?", KETTLE)) == "A kettle boils water. It takes four minutes [1]."


@pytest.mark.parametrize("question", ["What is a zeppelin?", "", "?!", "kettle"])
def test_without_anything_that_fits_it_says_so_and_what_it_is(question: str):
    text = said(request(question))

    assert "found nothing" in text
    assert "no language model" in text


def test_a_request_without_grounding_is_no_fault():
    bare = ModelRequest("Answer.", (ModelMessage("user", (Text("What is a kettle?"),)),), 100)

    assert "found nothing" in said(bare)


def test_documents_that_nobody_searched_are_not_said_to_be_silent():
    nowhere = replace(request("What is a kettle?"), grounding=Grounding("What is a kettle?", "kettle", searched=False))

    assert said(nowhere).startswith("I have no documents to look into.")


def test_an_answer_that_covers_little_is_given_with_reserve():
    assert said(request("kettle boils water tea coffee", KETTLE)).startswith("This is the closest that I found")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("hi", "Hello!", id="a greeting"),
        pytest.param("<@U0VERA> Good morning!", "Hello!", id="a greeting after a mention"),
        pytest.param("What can you do?", "I'm no language model", id="its purpose"),
        pytest.param("hey Vera, who are you?", "I'm no language model", id="its name"),
        pytest.param("thanks a lot!", "You're welcome.", id="thanks"),
    ],
)
def test_small_talk_has_one_honest_sentence(question: str, expected: str):
    assert said(request(question, KETTLE)).startswith(expected)


@pytest.mark.parametrize(
    "question",
    ["What time is it?", "what's the time", "hey vera, can you tell me what day is today?", "the current time please"],
)
def test_the_time_is_asked_of_the_clock_where_there_is_one(question: str):
    events = list(PassageModel().converse(request(question, KETTLE, tools=(CLOCK,))))

    assert events[:2] == [ToolUse("embedded-1", "current_time", "{}"), Stopped("tool_use")]
    assert said(request(question, KETTLE)) == "I have no clock to look at."


@pytest.mark.parametrize("question", ["What time does the kettle take?", "How many minutes is it?", "kettle time zone"])
def test_a_question_about_some_other_time_is_not_asked_of_the_clock(question: str):
    events = list(PassageModel().converse(request(question, KETTLE, tools=(CLOCK,))))

    assert not [event for event in events if isinstance(event, ToolUse)]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        pytest.param(ToolResult("t", "Friday, 14:30."), "It is Friday, 14:30.", id="the time"),
        pytest.param(ToolResult("t", "no such zone", failed=True), "I tried to look at the clock", id="a failure"),
    ],
)
def test_the_clocks_answer_is_said(result: ToolResult, expected: str):
    asked = request("What time is it?", tools=(CLOCK,))
    messages = (
        *asked.messages,
        ModelMessage("assistant", (ToolUse("t", "current_time", "{}"),)),
        ModelMessage("user", (result,)),
    )

    assert said(ModelRequest("", messages, 100, asked.tools, asked.grounding)).startswith(expected)


@pytest.mark.parametrize("characters", [0, 1, 17, 43])
def test_shown_what_it_has_said_it_says_the_rest(characters: int):
    asked = request("What does a kettle do?", KETTLE)
    whole = said(asked)
    grounding = Grounding("What does a kettle do?", "kettle", (KETTLE,), said=whole[:characters])

    rest = said(replace(asked, grounding=grounding))

    assert whole[:characters] + rest == whole


def test_the_limit_of_tokens_cuts_the_answer_and_says_so():
    events = list(PassageModel().converse(request("What does a kettle do?", KETTLE, limit=3)))

    assert [event for event in events if isinstance(event, TextDelta)] == events[:3]
    assert events[3] == Stopped("max_tokens")
    assert isinstance(events[4], Usage)
    assert events[4].output_tokens == 3
    assert events[4].input_tokens > 5


def test_each_token_waits_as_long_as_it_was_told():
    waits: list[float] = []
    model = PassageModel(delay_seconds_per_token=0.02, sleep=waits.append)

    pieces = [event for event in model.converse(request("kettle", KETTLE)) if isinstance(event, TextDelta)]

    assert waits == [0.02] * len(pieces)


@given(st.text())
def test_tokens_joined_are_the_text(text: str):
    assert "".join(tokens_of(text)) == text


def test_a_token_is_about_four_characters():
    text = "The release is watched for ten minutes before it is called done, and then everybody goes home."

    assert 3.5 < len(text) / len(tokens_of(text)) < 6
