"""A worker is killed, at any point of its way: the next one makes one whole answer of what it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.deployment import payload_of
from fakes.scripted_bedrock import Hold, Stop, Tool, Used

if TYPE_CHECKING:
    from fakes.deployment import Deployment
    from fakes.scripted_bedrock import Received

LOOK = "Let me look at the clock, which takes me no more than a moment."
FOUND = ["It is late, so late ", "that nobody is here any more ", "but for the watchman, ", "who has the keys."]
WHOLE = f"{LOOK}\n\n{''.join(FOUND)}"


def speak(request: Received) -> list[Any]:
    """Look at the clock before anything is said of the time."""
    if "toolResult" in request.body["messages"][-1]["content"][0]:
        return [*FOUND, Stop(), Used()]
    return [*LOOK.partition("clock"), Tool("current_time", "{}"), Stop("tool_use"), Used()]


POINTS: dict[str, dict[str, Any]] = {
    "before it has claimed the turn": {"dies_at": "ledger.claim"},
    "when it has claimed the turn": {"dies_at": "ledger.claim", "after": True},
    "before its first message": {"dies_at": "post"},
    "when its first message stands": {"dies_at": "post", "after": True},
    "before the ledger knows of that": {"dies_at": "ledger.record_message"},
    "when it has read the thread": {"dies_at": "threads.read", "after": True},
    "when it has searched the documents": {"dies_at": "knowledge.search", "after": True},
    "at the first word": {"dies_at": "model.says"},
    "before the tool round is recorded": {"dies_at": "ledger.record_round"},
    "when the tool round is recorded": {"dies_at": "ledger.record_round", "after": True},
    "in the middle of the text": {"dies_at": "model.says", "nth": 8},
    "before the last edit": {"dies_at": "last edit"},
    "after the last edit": {"dies_at": "last edit", "after": True},
    "before the turn is completed": {"dies_at": "ledger.complete"},
    "when the turn is completed": {"dies_at": "ledger.complete", "after": True},
}


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_one_whole_answer_stands_although_the_worker_dies(either: Deployment, point: dict[str, Any]):
    either.bedrock.otherwise(converse=speak)
    either.order(**point)

    question = either.whisper("What time is it?")
    either.retry()
    either.settle()

    assert [one["ts"] for one in either.said(question)] == [one["ts"] for one in either.replies(question)]
    assert either.answers(question) == [WHOLE]
    assert payload_of(either.replies(question)[0]) == {"turn": question.key, "part": 0, "state": "done"}
    assert either.attempts == ["died", "ok"]


def test_words_that_a_dead_worker_showed_stay_in_sight_until_the_next_one_has_more(either: Deployment):
    gate = Hold()
    either.bedrock.script([LOOK, *FOUND[:2], gate])
    either.bedrock.otherwise(converse=lambda _: [LOOK, *FOUND, Stop(), Used()])
    question = either.whisper("What time is it?")
    left = either.wait_for_text(question, "that nobody is here")

    either.functions.kill("worker")
    either.retry()
    either.settle()

    assert [one["ts"] for one in either.said(question)] == [left]
    assert either.answers(question) == [LOOK + "".join(FOUND)]
    shown = [text.partition("\n\n_")[0].strip() for text in either.texts(question)]
    began = next(number for number, text in enumerate(shown) if LOOK in text)
    assert [len(text) for text in shown[began:]] == sorted(len(text) for text in shown[began:])
