"""Answers as Slack's own streams: they die, conflict and are refused, and one whole answer stands all the same."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from fakes.deployment import payload_of
from fakes.scripted_bedrock import Hold, Stop, Used

if TYPE_CHECKING:
    from fakes.deployment import Deployment, Question

PIECES = ("The office, ", "as everybody knows who has ever been there, ", "closes at three.")
WHOLE = "".join(PIECES)
STREAM_SECONDS = 300.0


def say_in_pieces(vera: Deployment) -> tuple[threading.Event, threading.Event]:
    gates = threading.Event(), threading.Event()
    first, second, third = PIECES
    vera.bedrock.script([first, Hold(gates[0]), second, Hold(gates[1]), third, Stop(), Used()])
    return gates


def errors_of(vera: Deployment, method: str, question: Question) -> list[str]:
    """Return how each of these calls was answered; empty where it was carried out."""
    return [str((call.answer or {}).get("error", "")) for call in vera.calls(method, question)]


def test_an_answer_is_streamed_from_a_status_beside_it_to_its_whole_text(native: Deployment):
    silence, soon, later = (threading.Event() for _ in range(3))
    first, second, third = PIECES
    native.bedrock.script([Hold(silence), first, Hold(soon), second, Hold(later), third, Stop(), Used()])

    question = native.ask("When do you close?")
    native.workspace.wait_for(lambda workspace: [one.text for one in workspace.agents.statuses])
    assert native.said(question) == []
    silence.set()
    native.wait_for_text(question, "The office")
    assert native.said(question)[0]["streaming_state"] == "in_progress"
    soon.set()
    native.wait_for_text(question, PIECES[1].strip())
    later.set()
    native.settle()

    [reply] = native.said(question)
    assert native.answers(question) == [WHOLE]
    assert (reply["streaming_state"], payload_of(reply)["state"]) == ("completed", "done")
    versions = native.texts(question)
    assert all(after.startswith(before) for before, after in pairwise(versions))
    assert native.calls("chat.postMessage") == native.calls("chat.update") == []
    assert native.workspace.agents.statuses == ()
    [start] = native.calls("chat.startStream")
    assert start.arguments["recipient_user_id"] == "U0ADALOVEL"
    assert start.arguments["recipient_team_id"] == native.workspace.team.id


def test_a_stream_that_dies_at_five_minutes_is_gone_on_with_by_edits_of_its_message(native: Deployment):
    soon, later = say_in_pieces(native)
    question = native.whisper("When do you close?")
    begun = native.wait_for_text(question, "The office")

    native.pass_seconds(STREAM_SECONDS)
    native.workspace.wait_for(lambda _: native.said(question)[0]["streaming_state"] == "completed")
    soon.set()
    native.wait_for_text(question, PIECES[1].strip())
    later.set()
    native.settle()

    assert [one["ts"] for one in native.said(question)] == [begun]
    assert native.answers(question) == [WHOLE]
    assert payload_of(native.said(question)[0])["state"] == "done"
    assert errors_of(native, "chat.appendStream", question) == ["message_not_in_streaming_state"]
    assert set(errors_of(native, "chat.update", question)) == {""}
    assert native.attempts == ["ok"]


def test_a_stream_that_dies_before_its_last_words_is_made_whole_by_an_edit(native: Deployment):
    soon, later = say_in_pieces(native)
    question = native.whisper("When do you close?")
    native.wait_for_text(question, "The office")
    soon.set()
    begun = native.wait_for_text(question, PIECES[1].strip())

    native.pass_seconds(STREAM_SECONDS)
    native.workspace.wait_for(lambda _: native.said(question)[0]["streaming_state"] == "completed")
    native.workspace.faults.add("chat.appendStream", status=429, retry_after=60)  # so that the stop is what meets it
    later.set()
    native.settle()

    assert [one["ts"] for one in native.said(question)] == [begun]
    assert native.answers(question) == [WHOLE]
    assert errors_of(native, "chat.stopStream", question) == ["message_not_in_streaming_state"]
    assert len(native.calls("chat.update", question)) == 1
    assert native.attempts == ["ok"]


def test_a_stream_that_a_dead_worker_left_open_is_stopped_and_edited_by_the_next_one(native: Deployment):
    say_in_pieces(native)
    native.bedrock.say(WHOLE)
    question = native.whisper("When do you close?")
    begun = native.wait_for_text(question, "The office")

    native.functions.kill("worker")
    native.retry()
    native.settle()

    assert [one["ts"] for one in native.said(question)] == [begun]
    assert native.answers(question) == [WHOLE]
    assert "streaming_state_conflict" in errors_of(native, "chat.update", question)
    assert errors_of(native, "chat.stopStream", question) == [""]
    assert len(native.calls("chat.startStream", question)) == 1


REFUSALS = ["missing_scope", "unknown_method", "not_allowed_token_type", "feature_not_enabled"]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_workspace_that_refuses_streams_gets_edits_and_is_left_alone_with_them(native: Deployment, refusal: str):
    native.workspace.faults.add("chat.startStream", error=refusal)
    soon, later = say_in_pieces(native)
    native.bedrock.say(WHOLE)

    question = native.whisper("When do you close?")
    begun = native.wait_for_text(question, "The office")
    soon.set()
    native.wait_for_text(question, PIECES[1].strip())
    later.set()
    native.settle()
    again = native.whisper("And tomorrow?")
    native.settle()

    assert [one["ts"] for one in native.said(question)] == [begun]
    assert native.answers(question) == native.answers(again) == [WHOLE]
    assert len(native.calls("chat.startStream")) == 1
    assert native.calls("chat.appendStream") == []
    assert [line["reason"] for line in native.events(question, "streaming_chosen")] == ["set", "refused"]
    assert native.attempts == ["ok", "ok"]


def test_where_slack_shows_no_status_the_message_begins_with_it_and_is_edited(native: Deployment):
    native.workspace.faults.add("assistant.threads.setStatus", error="missing_scope")
    silence = threading.Event()
    native.bedrock.script([Hold(silence), WHOLE, Stop(), Used()])

    question = native.whisper("When do you close?")
    begun = native.wait_for_text(question, "Writing")
    silence.set()
    native.settle()

    assert [one["ts"] for one in native.said(question)] == [begun]
    assert native.answers(question) == [WHOLE]
    assert native.calls("chat.startStream") == []


def test_24_000_characters_are_streamed_in_messages_that_follow_each_other_within_slacks_limit(native: Deployment):
    text = "\n\n".join(f"Paragraph {number}: " + f"grün und blau {number}, " * 18 for number in range(70))[:24_000]
    gates = threading.Event(), threading.Event()
    native.bedrock.script(
        [text[:4_000], Hold(gates[0]), text[4_000:13_000], Hold(gates[1]), text[13_000:], Stop(), Used()]
    )

    question = native.whisper("Tell me everything.")
    native.wait_for_text(question, "Paragraph 0")
    gates[0].set()
    native.workspace.wait_for(lambda _: len(native.said(question)) == 2)
    gates[1].set()
    native.settle()

    replies = native.said(question)
    assert [payload_of(one) for one in replies] == [
        {"turn": question.key, "part": part, "state": "done"} for part in range(len(replies))
    ]
    assert len(replies) == 3
    assert max(len(one["text"]) for one in replies) <= 12_000
    assert " ".join(native.answers(question)).split() == text.split()
    assert len(native.calls("chat.startStream", question)) == len(native.calls("chat.stopStream", question)) >= 2
    assert native.calls("chat.update", question) == []
    assert native.attempts == ["ok"]


def test_on_its_own_an_answer_is_streamed_and_a_crowd_parts_into_streams_and_edits(auto: Deployment):
    gate = threading.Event()
    auto.bedrock.otherwise(converse=lambda _: [*PIECES[:2], Hold(gate), PIECES[2], Stop(), Used()])

    questions = [auto.whisper("When do you close?") for _ in range(6)]
    for question in questions:
        auto.watch_for_text(question, "The office")
    gate.set()
    auto.settle()

    assert [auto.answers(question) for question in questions] == [[WHOLE]] * 6
    assert [len(auto.said(question)) for question in questions] == [1] * 6
    chosen = [line["streaming"] for question in questions for line in auto.events(question, "streaming_chosen")]
    assert {"edit", "native"} == set(chosen)
    assert auto.attempts == ["ok"] * 6
