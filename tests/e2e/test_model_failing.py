"""A model that is busy, breaks off or refuses: tried again where that helps, told to the person where it does not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from fakes.deployment import Deployment
from fakes.scripted_bedrock import Cut, Fault, Hold, HttpError, Stop, Tool, Used

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = "The office closes at three."

PASSING = {
    "throttled": [HttpError("ThrottlingException")],
    "not ready": [HttpError("ModelNotReadyException")],
    "down until the SDK has given up": [HttpError("ServiceUnavailableException")] * 3,
    "throttled within the stream": [[Fault("throttlingException")]],
    "down within the stream": [[Fault("serviceUnavailableException")], [Fault("internalServerException")]],
}


@pytest.mark.parametrize("answers", PASSING.values(), ids=PASSING)
def test_an_answer_comes_although_the_model_was(shifted: Deployment, answers: list[Any]):
    for answer in answers:
        _next(shifted, answer)
    shifted.bedrock.say(WHOLE)

    question = shifted.whisper("When do you close?")
    shifted.settle()

    assert [one["text"] for one in shifted.said(question)] == [WHOLE]
    assert len(shifted.requests) == len(answers) + 1
    assert shifted.attempts == ["ok"]


BREAKS = {
    "the connection is cut": [Cut()],
    "the connection is reset": [Cut(reset=True)],
    "a proxy ends the answer": [Cut(politely=True)],
    "the stream says so": [Fault("modelStreamErrorException")],
    "it ends without an end": [],
}


@pytest.mark.parametrize("ending", BREAKS.values(), ids=BREAKS)
def test_a_stream_that_breaks_halfway_is_asked_for_again_and_the_same_message_holds_the_answer_once(
    either: Deployment, ending: list[Any]
):
    gate = threading.Event()
    either.bedrock.script(["The office, as", Hold(gate), *ending])
    either.bedrock.say(WHOLE)

    question = either.whisper("When do you close?")
    begun = either.wait_for_text(question, "The office, as")
    gate.set()
    either.settle()

    assert [one["ts"] for one in either.said(question)] == [begun]
    assert either.answers(question) == [WHOLE]
    assert len(either.requests) == 2
    assert either.attempts == ["ok"]


BUSY = "The model is overloaded right now. Please ask again in a minute."
UNREACHABLE = "The model can't be reached right now. Please ask again in a minute."
LASTING = {
    "down": ([HttpError("ServiceUnavailableException")] * 9, UNREACHABLE),
    "throttled within the stream": ([[Fault("throttlingException")]] * 3, BUSY),
    "forbidden": (
        [HttpError("AccessDeniedException")],
        "I'm not allowed to use the language model. Whoever runs me has to grant access to it.",
    ),
    "gone": (
        [HttpError("ResourceNotFoundException", "This model version has reached the end of its life.")],
        "The language model that I'm set up with is not available. Whoever runs me has to choose another one.",
    ),
    "asked too much": (
        [HttpError("ValidationException", "Input is too long for requested model.")],
        "This conversation is too long for the model. Please ask again in a new thread.",
    ),
    "refusing": (
        [HttpError("ValidationException", "messages.0 is not to my taste")],
        "The language model refused my request as invalid. Whoever runs me will find out more in the logs.",
    ),
    "mute": ([[Stop(), Used()]], "The language model had nothing to say."),
}


@pytest.mark.parametrize(("answers", "sentence"), LASTING.values(), ids=LASTING)
def test_the_person_is_told_with_a_reference_and_the_turn_is_over_where_the_model_stays(
    shifted: Deployment, answers: list[Any], sentence: str
):
    for answer in answers:
        _next(shifted, answer)

    question = shifted.whisper("When do you close?")
    shifted.settle()

    [reply] = shifted.said(question)
    assert reply["text"].strip("\u2063") == f"{sentence} (reference `{question.ts}`)"
    assert len(shifted.requests) == len(answers)
    assert shifted.attempts == ["ok"]
    ended = shifted.wait_for_log("worker", question, "turn_ended")
    assert (ended["level"], ended["outcome"]) == ("ERROR", "failed")
    assert shifted.dead_letters == ()


def test_what_was_said_before_the_model_broke_off_for_good_stays_above_the_sentence(either: Deployment):
    either.bedrock.script(["Let me see.", Tool("current_time", "{}"), Stop("tool_use"), Used()])
    for _ in range(3):
        either.bedrock.script(["The office", Cut()])

    question = either.whisper("When do you close?")
    either.settle()

    assert either.answers(question) == ["Let me see."]
    assert "The model broke off in the middle of its answer. Please ask again." in either.footer(question)
    assert either.attempts == ["ok"]


def _next(vera: Deployment, answer: Any) -> None:
    if isinstance(answer, HttpError):
        vera.bedrock.fail(answer.code, answer.message)
    else:
        vera.bedrock.script(answer)


def test_a_model_that_falls_silent_near_the_deadline_does_not_cost_the_message_its_ending(tmp_path: Path):
    """By the machine's own clock: a quarter of these seconds is kept back, and the silence is broken off before it."""
    with Deployment(tmp_path, worker_timeout_seconds=6.0) as vera:
        vera.bedrock.script(["The office closes", Hold()])
        vera.bedrock.script([" at three.", Stop(), Used()])

        question = vera.whisper("When do you close?")
        vera.wait_for_text(question, "The office closes")
        vera.settle()

        assert vera.attempts == ["ok", "ok"]
        assert [one["text"] for one in vera.said(question)] == [WHOLE]
