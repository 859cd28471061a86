"""Slack refuses, fails, and loses its own answers: in the end one message stands in the thread, and it is whole.

Each of these faults meets an answer that is edited, and one that is streamed.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from fakes.deployment import payload_of
from fakes.scripted_bedrock import Hold, Stop, Used
from vera.playground.slack import blocks, chat_methods, stream_methods

if TYPE_CHECKING:
    from fakes.deployment import Deployment, Question

WORDS = "as everybody knows who has ever been there, "
PIECES = ("The office, ", WORDS, "closes at three.")
WHOLE = "".join(PIECES)

BEGIN = {"edit": "chat.postMessage", "native": "chat.startStream"}
GROW = {"edit": "chat.update", "native": "chat.appendStream"}
END = {"edit": "chat.update", "native": "chat.stopStream"}


def say_in_pieces(vera: Deployment) -> tuple[threading.Event, threading.Event]:
    """Let the model say it in three pieces, each of which is worth an edit; return the gates before the last two."""
    gates = threading.Event(), threading.Event()
    first, second, third = PIECES
    vera.bedrock.script([first, Hold(gates[0]), second, Hold(gates[1]), third, Stop(), Used()])
    return gates


def assert_one_whole_answer(vera: Deployment, question: Question):
    assert vera.answers(question) == [WHOLE]
    assert [payload_of(one)["state"] for one in vera.said(question)] == ["done"]
    assert vera.attempts == ["ok"]
    assert len(vera.requests) == 1


def test_a_429_on_every_third_edit_costs_no_word(either: Deployment):
    grow = GROW[either.streaming]
    either.workspace.faults.add(grow, every=3, status=429, retry_after=1)
    gates = [threading.Event() for _ in range(4)]
    said = [part for number, gate in enumerate(gates) for part in (f"{number} {WORDS}", Hold(gate))]
    either.bedrock.script([*said, "and so on.", Stop(), Used()])

    question = either.whisper("Count for me.")
    for number, gate in enumerate(gates):
        either.watch_for_text(question, f"{number} {WORDS}".strip())
        gate.set()
    either.settle()

    assert either.answers(question) == ["".join(f"{number} {WORDS}" for number in range(4)) + "and so on."]
    statuses = [call.status for call in either.calls(grow, question)]
    assert statuses.count(429) == len(statuses) // 3 > 0
    assert len(either.requests) == 1
    assert either.attempts == ["ok"]


BURSTS: dict[str, dict[str, Any]] = {
    "429s": {"status": 429, "retry_after": 1},
    "500s": {"status": 500},
    "errors of Slack's own": {"error": "internal_error"},
    "connections that are cut": {"drop": True},
    "answers that are lost": {"applied": True, "drop": True},
}


@pytest.mark.parametrize("fault", BURSTS.values(), ids=BURSTS)
def test_one_whole_answer_stands_after_a_burst_of(either: Deployment, fault: dict[str, Any]):
    soon, later = say_in_pieces(either)
    question = either.whisper("When do you close?")
    begun = either.wait_for_text(question, "The office")
    for method in {GROW[either.streaming], END[either.streaming], "chat.update"}:
        either.workspace.faults.add(method, times=3, **fault)

    soon.set()
    either.workspace.wait_for(lambda _: any(call.fault for call in either.calls(GROW[either.streaming], question)))
    later.set()
    either.settle()

    assert [one["ts"] for one in either.said(question)] == [begun]
    assert_one_whole_answer(either, question)


FIRST: dict[str, dict[str, Any]] = {
    "fails": {"status": 500},
    "fails with an error of Slack's own": {"error": "internal_error"},
    "is refused by a rate limit": {"status": 429, "retry_after": 1},
    "breaks off unheard": {"drop": True},
    "is heard but its answer is lost": {"applied": True, "drop": True},
    "is heard but answered by an error": {"applied": True, "status": 503},
}


@pytest.mark.parametrize("fault", FIRST.values(), ids=FIRST)
def test_one_message_stands_although_the_first_post_or_the_start_of_its_stream(
    either: Deployment, fault: dict[str, Any]
):
    either.workspace.faults.add(BEGIN[either.streaming], times=1, **fault)
    soon, later = say_in_pieces(either)

    question = either.whisper("When do you close?")
    either.wait_for_text(question, "The office")
    soon.set()
    later.set()
    either.settle()

    assert_one_whole_answer(either, question)
    begun = [*either.calls("chat.postMessage", question), *either.calls("chat.startStream", question)]
    assert len(begun) == (1 if fault.get("applied") else 2)


@pytest.mark.parametrize("which", [BEGIN, GROW, END], ids=["the message began", "it grew", "it was whole"])
def test_one_message_stands_although_slack_did_not_say_in_time_that(either: Deployment, which: dict[str, str]):
    either.order(slack_seconds=0.7)
    soon, later = say_in_pieces(either)
    lost = {"times": 1, "applied": True, "hang": True}
    method = which[either.streaming]
    if which is BEGIN:
        either.workspace.faults.add(method, **lost)

    question = either.whisper("When do you close?")
    begun = either.wait_for_text(question, "The office")
    if which is GROW:
        either.workspace.faults.add(method, **lost)
    soon.set()
    either.wait_for_text(question, WORDS.strip())
    if which is END:
        either.workspace.faults.add(method, **lost)
    later.set()
    either.settle()

    assert [one["ts"] for one in either.said(question)] == [begun]
    assert_one_whole_answer(either, question)
    assert [call.status for call in either.calls(method, question)].count(0) == 1


def test_the_last_edit_lands_through_errors_a_lost_answer_and_a_429(either: Deployment):
    soon, later = say_in_pieces(either)
    end = END[either.streaming]
    question = either.whisper("When do you close?")
    either.wait_for_text(question, "The office")
    soon.set()
    either.wait_for_text(question, WORDS.strip())
    either.workspace.faults.add(end, times=2, status=500)
    either.workspace.faults.add(end, times=1, applied=True, drop=True)
    either.workspace.faults.add(end, times=1, status=429, retry_after=30)

    later.set()
    either.settle()

    assert_one_whole_answer(either, question)
    assert [call.status for call in either.calls(end, question)][-5:] == [500, 500, 0, 429, 200]


LESS: dict[str, dict[Any, int]] = {
    "edit": {(chat_methods, "MOST_EDITED_BYTES"): 1_000},
    "native": {(stream_methods, "MOST_MARKDOWN_CHARACTERS"): 3_000, (blocks, "MOST_MARKDOWN_CHARACTERS"): 3_000},
}


def test_an_answer_stands_whole_in_more_messages_where_slack_takes_less_than_it_documents(
    either: Deployment, monkeypatch: pytest.MonkeyPatch
):
    for (module, name), most in LESS[either.streaming].items():
        monkeypatch.setattr(module, name, most)
    text = "\n\n".join(f"Paragraph {number} " + "says so much. " * 20 for number in range(16)).strip()
    gate = threading.Event()
    either.bedrock.script([text[:2_000], Hold(gate), text[2_000:], Stop(), Used()])

    question = either.whisper("Tell me more.")
    either.wait_for_text(question, "Paragraph 0")
    gate.set()
    either.settle()

    answers = either.answers(question)
    assert " ".join(answers).split() == text.split()
    assert len(either.said(question)) == len(answers) > 1
    assert [payload_of(one)["part"] for one in either.said(question)] == list(range(len(answers)))
    assert "msg_too_long" in [(call.answer or {}).get("error") for call in either.calls(question=question)]
    assert either.attempts == ["ok"]


@pytest.mark.parametrize("whose", ["vera", "ada"], ids=["the reply", "the question"])
def test_the_answer_stands_in_the_thread_although_somebody_deleted(either: Deployment, whose: str):
    soon, later = say_in_pieces(either)
    question = either.whisper("When do you close?", who="ada")
    begun = either.wait_for_text(question, "The office")

    either.workspace.delete(whose, question.channel, {"vera": begun, "ada": question.ts}[whose])
    soon.set()
    later.set()
    either.settle()

    assert_one_whole_answer(either, question)


def test_a_question_that_every_attempt_fails_at_is_kept_and_answered_by_a_sentence_when_slack_is_back(
    either: Deployment,
):
    for method in ("chat.postMessage", "chat.startStream"):
        either.workspace.faults.add(method, status=500)
    either.bedrock.otherwise(converse=lambda _: [WHOLE, Stop(), Used()])

    question = either.whisper("Are you there?")
    for _ in range(2):
        either.retry()
        either.functions.wait_for(lambda _: not either.functions.retries("worker"))
    either.functions.wait_for(lambda _: len(either.attempts) == 4, timeout_seconds=20.0)
    either.workspace.faults.clear()
    either.retry()
    either.settle()

    assert either.footer(question) == (
        "I tried several times and could not answer this. Your question is kept for whoever runs me "
        f"(reference `{question.ts}`)."
    )
    assert len(either.said(question)) == 1
    assert either.answers(question) == [{"edit": "", "native": WHOLE}[either.streaming]]  # what was said isn't lost
    [letter] = either.dead_letters
    assert letter.payload["payload"]["event"]["ts"] == question.ts
    assert letter.record["requestContext"]["condition"] == "RetriesExhausted"
    assert letter.record["requestContext"]["approximateInvokeCount"] == 3
    assert either.attempts == ["error", "error", "error", "error", "ok"]
    assert either.wait_for_log("receiver", question, "An on-failure record passed on")
    assert either.wait_for_log("worker", question, "turn_ended")["outcome"] == "failed"
