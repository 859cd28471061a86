"""A worker that dies halfway: the next attempt goes on in the message that is there, and does nothing twice."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from fakes.deployment import payload_of
from fakes.scripted_bedrock import Hold, Stop, Tool, Used

if TYPE_CHECKING:
    from fakes.deployment import Deployment

WHOLE = "The office closes at three, and on Fridays it closes at two."


FIRST = {"edit": "chat.postMessage", "native": "chat.startStream"}


def kill_and_retry(vera: Deployment) -> None:
    """Kill the worker mid-sentence; a minute later, by the clock that everybody goes by, Lambda tries again."""
    assert len(vera.functions.kill("worker")) == 1
    vera.retry()
    vera.settle()


def test_a_worker_killed_while_it_speaks_is_followed_by_one_that_makes_the_same_message_whole(either: Deployment):
    either.bedrock.script(["The office closes at three, and", Hold(threading.Event())])
    either.bedrock.say(WHOLE)
    question = either.whisper("When do you close?")
    left = either.wait_for_text(question, "The office closes at three")

    kill_and_retry(either)

    assert [one["ts"] for one in either.said(question)] == [left]
    assert either.answers(question) == [WHOLE]
    assert payload_of(either.replies(question)[0])["state"] == "done"
    assert either.attempts == ["died", "ok"]
    assert len(either.requests) == 2
    assert len(either.calls(FIRST[either.streaming], question)) == 1
    assert [line["outcome"] for line in either.events(question, "turn_ended")] == ["answered"]


def test_a_worker_killed_before_it_knows_its_messages_ts_is_followed_by_one_that_finds_it(either: Deployment):
    either.workspace.faults.add(FIRST[either.streaming], times=1, applied=True, hang=True)
    either.bedrock.otherwise(converse=lambda _: [WHOLE, Stop(), Used()])
    question = either.whisper("When do you close?")
    either.workspace.wait_for(lambda _: either.replies(question))
    [left] = either.replies(question)

    kill_and_retry(either)

    assert [one["ts"] for one in either.said(question)] == [left["ts"]]
    assert either.answers(question) == [WHOLE]
    assert either.attempts == ["died", "ok"]


def test_a_worker_killed_after_a_tool_round_is_followed_by_one_that_replays_it(either: Deployment):
    either.bedrock.script(["Let me see.", Tool("current_time", "{}", id="call_a"), Stop("tool_use"), Used()])
    either.bedrock.script(["It is late, so late that nobody is here any", Hold(threading.Event())])
    either.bedrock.say("It is late.")
    question = either.whisper("What time is it?")
    left = either.wait_for_text(question, "It is late, so late")

    kill_and_retry(either)

    assert [one["ts"] for one in either.said(question)] == [left]
    assert either.answers(question) == ["Let me see.\n\nIt is late."]
    assert [line["outcome"] for line in either.events(question, "tool_called")] == ["ok", "replayed"]
    _, before, after = either.requests
    assert after.body["messages"] == before.body["messages"]


LARGEST = {"edit": 3_900, "native": 11_500}


def test_a_worker_killed_between_the_parts_of_a_long_answer_leaves_no_part_twice(either: Deployment):
    paragraphs = 7 * LARGEST[either.streaming] // 3_900
    long = "\n\n".join(f"Paragraph {number} " + "says so much. " * 40 for number in range(2 * paragraphs)).strip()
    either.bedrock.script([long[: len(long) * 3 // 5], Hold(threading.Event())])
    either.bedrock.say(long, delta_tokens=200)
    question = either.whisper("Tell me more.")
    either.workspace.wait_for(lambda _: len(either.said(question)) == 2)
    left = [one["ts"] for one in either.said(question)]

    kill_and_retry(either)

    replies = either.said(question)
    assert [one["ts"] for one in replies[:2]] == left
    assert " ".join(either.answers(question)).split() == long.split()
    assert [payload_of(one)["part"] for one in replies] == list(range(len(replies)))


def test_a_takeover_removes_the_messages_that_a_shorter_answer_does_without(either: Deployment):
    long = "so much to say, " * (LARGEST[either.streaming] // 10)
    either.bedrock.script([long, Hold(threading.Event())])
    either.bedrock.say(WHOLE)
    question = either.whisper("When do you close?")
    either.workspace.wait_for(lambda _: len(either.said(question)) == 2)
    first, _ = either.said(question)

    kill_and_retry(either)

    assert [one["ts"] for one in either.said(question)] == [first["ts"]]
    assert either.answers(question) == [WHOLE]


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
