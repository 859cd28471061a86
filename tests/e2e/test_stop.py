"""The asker wants no more: the text so far stays and says so, the worker ends well, and nothing is written after."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from fakes.deployment import payload_of
from fakes.scripted_bedrock import Hold, Stop, Used
from vera.slack.stops import STOP_ACTION

if TYPE_CHECKING:
    import pytest

    from fakes.deployment import Deployment, Question

FIRST = "The office closes at three, as everybody knows, "
MORE = [f"and on day {number} it closes at {number}, " for number in range(60)]
STOPPED = "You stopped this answer."


def speak_on_and_on(vera: Deployment) -> list[threading.Event]:
    """Let the model say a first thing, and each of the others when its gate is open."""
    gates = [threading.Event() for _ in MORE]
    more = [part for gate, piece in zip(gates, MORE, strict=True) for part in (Hold(gate), piece)]
    vera.bedrock.script([FIRST, *more, Stop(), Used()])
    return gates


def until_it_ends(vera: Deployment, gates: list[threading.Event]) -> None:
    """Let the model speak while somebody listens."""
    for gate in gates:
        gate.set()
        with suppress(TimeoutError):
            vera.functions.wait_for(lambda functions: functions.idle, timeout_seconds=0.05)
        if vera.requests[-1].ended.is_set():
            break
    vera.settle()


def wait_for_slacks_button(vera: Deployment, question: Question) -> None:
    def stands(_: object) -> bool:
        session = vera.workspace.agents.session(question.channel, question.root)
        return session is not None and session.status == "processing"

    vera.workspace.wait_for(stands)


def stop(vera: Deployment, who: str, question: Question, begun: str) -> None:
    """Press the button that there is: Vera's under a message that is edited, Slack's own beside a stream."""
    if vera.streaming == "edit":
        vera.workspace.press(who, question.channel, begun, STOP_ACTION)
    else:
        wait_for_slacks_button(vera, question)
        vera.workspace.stop_session(who, question.channel, question.root)


def assert_stopped(vera: Deployment, question: Question, begun: str):
    """Assert that what was said stays and says that it was stopped: the last word, and the model was hung up on."""
    [reply] = vera.said(question)
    [answer] = vera.answers(question)
    assert reply["ts"] == begun
    assert payload_of(reply)["state"] == "done"
    assert answer.startswith(FIRST.strip(" ,"))
    assert (FIRST + "".join(MORE)).startswith(answer)
    assert STOPPED in vera.footer(question)
    assert set(vera.attempts) == {"ok"}
    assert [line["outcome"] for line in vera.events(question, "turn_ended")] == ["stopped"]
    assert len(vera.requests) == 1
    assert vera.requests[0].hung_up.wait(10)
    written = [call for call in vera.calls(question=question) if call.method.startswith("chat.")]
    assert STOPPED in str(written[-1].arguments)
    assert vera.dead_letters == ()


def test_the_asker_presses_the_button_while_the_answer_grows(shifted: Deployment):
    gates = speak_on_and_on(shifted)
    question = shifted.whisper("When do you close?", who="ada")
    begun = shifted.wait_for_text(question, FIRST.strip(" ,"))

    shifted.workspace.press("ada", question.channel, begun, STOP_ACTION)
    shifted.functions.wait_for(lambda _: shifted.attempts)
    until_it_ends(shifted, gates)

    assert_stopped(shifted, question, begun)
    assert "attachments" not in shifted.said(question)[0]


def test_somebody_else_presses_it_and_is_told_alone_while_the_answer_goes_on(shifted: Deployment):
    gate = threading.Event()
    shifted.bedrock.script([FIRST, Hold(gate), *MORE[:3], Stop(), Used()])
    question = shifted.ask("When do you close?", who="ada")
    begun = shifted.wait_for_text(question, FIRST.strip(" ,"))

    with shifted.workspace.changes() as changes:
        shifted.workspace.press("grace", question.channel, begun, STOP_ACTION)
        whispered = next(change for change in changes if change.kind == "whispered")
    gate.set()
    shifted.settle()

    assert whispered.message["text"] == "Only the person who asked can stop this answer."
    assert whispered.detail == {"to": "U0GRACEHOP"}
    assert shifted.answers(question) == [(FIRST + "".join(MORE[:3])).strip()]
    assert shifted.footer(question) == ""
    assert set(shifted.attempts) == {"ok"}


def test_the_button_is_there_from_the_status_on_and_gone_with_the_last_word(shifted: Deployment):
    gate = threading.Event()
    shifted.bedrock.script([Hold(gate), FIRST, Stop(), Used()])

    question = shifted.whisper("When do you close?")
    shifted.wait_for_text(question, "Writing")
    [status] = shifted.said(question)
    gate.set()
    shifted.settle()

    assert STOP_ACTION in str(status["attachments"])
    assert "attachments" not in shifted.said(question)[0]


def test_the_asker_stops_the_session_by_slacks_own_button_while_the_answer_is_streamed(native: Deployment):
    gates = speak_on_and_on(native)
    who = native.person()
    question = native.whisper("When do you close?", who=who)
    begun = native.wait_for_text(question, FIRST.strip(" ,"))

    wait_for_slacks_button(native, question)
    assert native.workspace.stop_session(who, question.channel, question.root) == [begun]
    native.functions.wait_for(lambda _: native.attempts)
    until_it_ends(native, gates)

    assert_stopped(native, question, begun)
    assert native.calls("chat.startStream")[1:] == []
    session = native.workspace.agents.session(question.channel, question.root)
    assert session is not None
    assert session.status == "active"


def test_slacks_own_stop_of_the_stream_is_enough_where_the_event_of_it_is_late(
    native: Deployment, monkeypatch: pytest.MonkeyPatch
):
    gates = speak_on_and_on(native)
    who = native.person()
    question = native.whisper("When do you close?", who=who)
    begun = native.wait_for_text(question, FIRST.strip(" ,"))
    wait_for_slacks_button(native, question)
    monkeypatch.setattr(native.delivery, "subscriptions", native.delivery.subscriptions - {"agent_session_stopped"})

    native.workspace.stop_session(who, question.channel, question.root)
    until_it_ends(native, gates)

    assert_stopped(native, question, begun)
    assert native.attempts == ["ok"]


def test_a_stop_does_not_wait_for_the_models_next_word(either: Deployment):
    either.bedrock.script([FIRST, Hold()])
    who = either.person()
    question = either.whisper("When do you close?", who=who)
    begun = either.wait_for_text(question, FIRST.strip(" ,"))

    stop(either, who, question, begun)
    either.settle()

    assert_stopped(either, question, begun)


def test_a_stop_that_comes_when_nobody_is_at_work_is_for_who_goes_on_and_leaves_the_words_of_the_dead(
    either: Deployment,
):
    words = FIRST * 8
    either.bedrock.script([words, Hold()])
    who = either.person()
    question = either.whisper("When do you close?", who=who)
    begun = either.wait_for_text(question, words.strip(" ,"))
    if either.streaming == "native":
        wait_for_slacks_button(either, question)

    either.functions.kill("worker")
    stop(either, who, question, begun)
    either.functions.wait_for(lambda _: sorted(either.attempts) == ["died", "ok"])
    either.retry()
    either.settle()

    assert either.said(question)[0]["ts"] == begun
    assert " ".join(either.answers(question)).strip(" ,") == words.strip(" ,")
    assert STOPPED in either.footer(question)
    assert sorted(either.attempts) == ["died", "ok", "ok"]
    assert len(either.requests) == 1
