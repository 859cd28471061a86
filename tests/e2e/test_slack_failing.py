"""Slack refuses, fails, and loses its own answers: in the end one message stands in the thread, and it is whole."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from fakes.scripted_bedrock import Hold, Stop, Used

if TYPE_CHECKING:
    from fakes.deployment import Deployment

WORDS = "as everybody knows who has ever been there, "
WHOLE = "The office closes at three."


def test_a_429_on_every_third_edit_costs_no_word(shifted: Deployment):
    shifted.workspace.faults.add("chat.update", every=3, status=429, retry_after=1)
    gates = [threading.Event() for _ in range(3)]
    said = [Hold(gates[0]), "One ", WORDS, Hold(gates[1]), "two ", WORDS, Hold(gates[2]), "three."]
    shifted.bedrock.script([*said, Stop(), Used()])

    question = shifted.whisper("Count for me.")
    for shown, gate in zip(("Writing", "One", "two"), gates, strict=True):
        shifted.wait_for_text(question, shown)
        gate.set()
    shifted.settle()

    [reply] = shifted.said(question)
    assert reply["text"] == f"One {WORDS}two {WORDS}three."
    statuses = [call.status for call in shifted.calls("chat.update", question)]
    assert statuses.count(429) == len(statuses) // 3 > 0
    assert len(shifted.requests) == 1
    assert shifted.attempts == ["ok"]


FIRST_POSTS = {
    "fails": {"status": 500},
    "fails with an error of Slack's own": {"error": "internal_error"},
    "is refused by a rate limit": {"status": 429, "retry_after": 3},
    "breaks off unheard": {"drop": True},
    "is heard but its answer is lost": {"applied": True, "drop": True},
    "is heard but answered by an error": {"applied": True, "status": 503},
}


@pytest.mark.parametrize("fault", FIRST_POSTS.values(), ids=FIRST_POSTS)
def test_one_message_stands_although_the_first_post(shifted: Deployment, fault: dict[str, object]):
    shifted.workspace.faults.add("chat.postMessage", times=1, **fault)
    shifted.bedrock.say(WHOLE)

    question = shifted.whisper("When do you close?")
    shifted.settle()

    assert [one["text"] for one in shifted.said(question)] == [WHOLE]
    assert len(shifted.calls("chat.postMessage", question)) == (1 if fault.get("applied") else 2)
    assert shifted.attempts == ["ok"]


def test_the_last_edit_lands_through_errors_a_lost_answer_and_a_429(shifted: Deployment):
    gate = threading.Event()
    shifted.bedrock.script(["The office ", Hold(gate), "closes at three.", Stop(), Used()])
    question = shifted.whisper("When do you close?")
    shifted.wait_for_text(question, "The office")
    shifted.workspace.faults.add("chat.update", times=2, status=500)
    shifted.workspace.faults.add("chat.update", times=1, applied=True, drop=True)
    shifted.workspace.faults.add("chat.update", times=1, status=429, retry_after=30)

    gate.set()
    shifted.settle()

    assert [one["text"] for one in shifted.said(question)] == [WHOLE]
    assert [call.status for call in shifted.calls("chat.update", question)][-5:] == [500, 500, 0, 429, 200]
    assert shifted.attempts == ["ok"]


@pytest.mark.parametrize("whose", ["vera", "ada"], ids=["the reply", "the question"])
def test_the_answer_stands_in_the_thread_although_somebody_deleted(shifted: Deployment, whose: str):
    gate = threading.Event()
    shifted.bedrock.script(["The office ", Hold(gate), "closes at three.", Stop(), Used()])
    question = shifted.whisper("When do you close?", who="ada")
    begun = shifted.wait_for_text(question, "The office")

    shifted.workspace.delete(whose, question.channel, {"vera": begun, "ada": question.ts}[whose])
    gate.set()
    shifted.settle()

    assert [one["text"] for one in shifted.said(question)] == [WHOLE]
    assert shifted.attempts == ["ok"]


def test_a_question_that_every_attempt_fails_at_is_kept_and_answered_by_a_sentence_when_slack_is_back(
    shifted: Deployment,
):
    shifted.workspace.faults.add("chat.postMessage", status=500)

    question = shifted.whisper("Are you there?")
    shifted.time.to_next()
    shifted.time.to_next()
    shifted.functions.wait_for(lambda _: len(shifted.attempts) == 4, timeout_seconds=20.0)
    shifted.workspace.faults.clear()
    shifted.time.to_next()
    shifted.settle()

    [reply] = shifted.said(question)
    assert reply["text"].strip("\u2063") == (
        "I tried several times and could not answer this. Your question is kept for whoever runs me "
        f"(reference `{question.ts}`)."
    )
    [letter] = shifted.dead_letters
    assert letter.payload["payload"]["event"]["ts"] == question.ts
    assert letter.record["requestContext"]["condition"] == "RetriesExhausted"
    assert letter.record["requestContext"]["approximateInvokeCount"] == 3
    assert shifted.attempts == ["error", "error", "error", "error", "ok"]
    assert shifted.wait_for_log("receiver", question, "An on-failure record passed on")
    assert shifted.wait_for_log("worker", question, "turn_ended")["outcome"] == "failed"
