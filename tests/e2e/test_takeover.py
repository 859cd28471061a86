"""A worker that dies halfway: the next attempt goes on in the message that is there, and does nothing twice.

And one that would: it knows when its time is over, and says so before.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from fakes.deployment import payload_of
from fakes.scripted_bedrock import Hold, Stop, Tool, Used

if TYPE_CHECKING:
    from fakes.deployment import Deployment, Question

WHOLE = "The office closes at three, and on Fridays it closes at two."


def kill_and_retry(vera: Deployment) -> None:
    """Kill the worker mid-sentence; a minute later, by the clock that everybody goes by, Lambda tries again."""
    assert len(vera.functions.kill("worker")) == 1
    vera.time.to_next()
    vera.settle()


def outcomes(vera: Deployment, question: Question) -> list[str]:
    return [line["outcome"] for line in vera.log("worker", question) if line["message"] == "turn_ended"]


def test_a_worker_killed_while_it_speaks_is_followed_by_one_that_makes_the_same_message_whole(shifted: Deployment):
    shifted.bedrock.script(["The office closes at three, and", Hold(threading.Event())])
    shifted.bedrock.say(WHOLE)
    question = shifted.whisper("When do you close?")
    left = shifted.wait_for_text(question, "The office closes at three")

    kill_and_retry(shifted)

    [reply] = shifted.said(question)
    assert (reply["ts"], reply["text"]) == (left, WHOLE)
    assert payload_of(reply)["state"] == "done"
    assert shifted.attempts == ["died", "ok"]
    assert len(shifted.requests) == 2
    assert len(shifted.calls("chat.postMessage", question)) == 1
    assert outcomes(shifted, question) == ["answered"]


def test_a_worker_killed_before_it_knows_its_messages_ts_is_followed_by_one_that_finds_it(shifted: Deployment):
    shifted.workspace.faults.add("chat.postMessage", times=1, applied=True, hang=True)
    shifted.bedrock.say(WHOLE)
    question = shifted.whisper("When do you close?")
    left = shifted.wait_for_text(question, "Reading the thread")

    kill_and_retry(shifted)

    [reply] = shifted.said(question)
    assert (reply["ts"], reply["text"]) == (left, WHOLE)
    assert shifted.attempts == ["died", "ok"]
    assert len(shifted.requests) == 1


def test_a_worker_killed_after_a_tool_round_is_followed_by_one_that_replays_it(shifted: Deployment):
    shifted.bedrock.script(["Let me see.", Tool("current_time", "{}", id="call_a"), Stop("tool_use"), Used()])
    shifted.bedrock.script(["It is late, so late that nobody is here any", Hold(threading.Event())])
    shifted.bedrock.say("It is late.")
    question = shifted.whisper("What time is it?")
    left = shifted.wait_for_text(question, "It is late, so late")

    kill_and_retry(shifted)

    [reply] = shifted.said(question)
    assert (reply["ts"], reply["text"]) == (left, "Let me see.\n\nIt is late.")
    runs = [line["outcome"] for line in shifted.log("worker", question) if line["message"] == "tool_called"]
    assert runs == ["ok", "replayed"]
    _, before, after = shifted.requests
    assert after.body["messages"] == before.body["messages"]


def test_a_worker_killed_between_the_parts_of_a_long_answer_leaves_no_part_twice(shifted: Deployment):
    long = "\n\n".join(f"Paragraph {number} " + "says so much. " * 30 for number in range(24)).strip()
    half = long[: len(long) // 2]
    shifted.bedrock.script([half, Hold(threading.Event())])
    shifted.bedrock.say(long, delta_tokens=50)
    question = shifted.whisper("Tell me more.")
    shifted.workspace.wait_for(lambda _: len(shifted.said(question)) == 2)
    left = [one["ts"] for one in shifted.said(question)]

    kill_and_retry(shifted)

    replies = shifted.said(question)
    assert [one["ts"] for one in replies[:2]] == left
    assert " ".join(one["text"] for one in replies).split() == long.split()
    assert [payload_of(one)["part"] for one in replies] == list(range(len(replies)))


def test_a_retry_that_finds_the_turn_answered_goes_away_quietly(shifted: Deployment):
    shifted.bedrock.say(WHOLE)
    question = shifted.whisper("When do you close?")
    shifted.settle()
    calls = shifted.calls()
    [delivered] = [one for one in shifted.delivery.envelopes if one["event"].get("ts") == question.ts]

    answer = shifted.delivery.redeliver(delivered["event_id"])
    shifted.settle()

    assert answer.status == 200
    assert shifted.attempts == ["ok", "ok"]
    assert shifted.calls() == calls
    assert shifted.wait_for_log("worker", question, "turn_dropped")["reason"] == "answered"


def test_a_worker_whose_time_is_over_ends_the_message_with_what_was_said_and_is_not_retried(shifted: Deployment):
    gate = threading.Event()
    shifted.bedrock.script(["The office closes at three, and", Hold(gate), " on Fridays", Hold(threading.Event())])
    question = shifted.whisper("When do you close?")
    shifted.wait_for_text(question, "The office closes at three")

    shifted.pass_seconds(895.0)
    gate.set()
    shifted.settle()

    [reply] = shifted.said(question)
    answer, _, footer = reply["text"].partition("\u2063")
    assert answer.strip() == "The office closes at three, and on Fridays"
    assert footer.strip() == "_I ran out of time here. Ask me to go on, and I will._"
    assert shifted.attempts == ["ok"]
