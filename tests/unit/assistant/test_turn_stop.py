"""An answer that its asker stops, and two answers that are written side by side."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.knowledge import ListedKnowledge
from fakes.mortal import Crash
from fakes.speaker import Speaker
from fakes.world import MANNER, Paced, Tapped, World, bad_gateway, refused, turn_threads
from vera.assistant.conversation import FOOTER
from vera.assistant.journal import ModelCalled, TurnEnded
from vera.assistant.knowledge import Passage
from vera.assistant.model import Text, TextDelta
from vera.assistant.reply import Streaming
from vera.assistant.tools import tool
from vera.errors import ModelFailed, OutOfTime, SurfaceUnavailable, TryAgain, TurnTaken, VeraError

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.assistant.conversation import Turn
    from vera.assistant.model import ModelRequest

STREAMINGS = get_args(Streaming)
STOPPED = f"\n\n{FOOTER}\n*You stopped this answer.*"
LONG = ("The notice period is three months [1]. " * 18).strip()
SOURCES = "\n**Sources**\n[1] [Handbook](https://example.org/handbook)"
HANDBOOK = Passage("The notice period is three months.", "Handbook", "https://example.org/handbook")

by_streaming = pytest.mark.parametrize("streaming", STREAMINGS)


@pytest.fixture(autouse=True)
def no_thread_outlives_its_turn():
    yield
    assert not turn_threads()


def speaking(*rounds: str, pace: float = 0.5, seconds: float = 900.0, **parts: Any):
    """Make a world whose model takes its time; `stop_at` is after how many events the asker wants no more."""
    world = World(seconds=seconds, **parts)
    world.speaker = Speaker(*(rounds or (LONG,)))
    world.stop_at = 0
    heard = []

    def between():
        world.own_time.advance(pace)
        heard.append(None)
        if len(heard) == world.stop_at:
            assert world.ledger.ask_stop(world.turn.key)
        world.own_time.settle()

    world.model = Paced(world.speaker, between)
    world.turn = world.ask()
    return world


@by_streaming
def test_an_answer_that_is_stopped_while_it_is_spoken_stays_as_far_as_it_came_and_says_so(streaming: Streaming):
    world = speaking(knowledge=[ListedKnowledge([HANDBOOK])])
    world.stop_at = 20

    outcome = world.answer(world.turn, manner=replace(MANNER, streaming=streaming))

    (text,) = world.texts(world.turn)
    ((_, message),) = world.standing(world.turn)
    said, _, under = text.partition(STOPPED)
    (event,) = world.journal.of(TurnEnded)
    assert outcome == event.outcome == world.ledger.turns[world.turn.key].outcome == "stopped"
    assert LONG.startswith(said)
    assert 20 * 7 - 5 <= len(said) <= 26 * 7
    assert under == SOURCES
    assert message.state == "done"
    assert [called.outcome for called in world.journal.of(ModelCalled)] == ["StopAsked"]


def test_a_stop_is_heard_within_two_seconds():
    world = speaking(pace=0.25)
    world.stop_at = 30

    world.answer(world.turn)

    assert len(world.speaker.spoken[0]) / 7 <= 30 + 2.0 / 0.25 + 1


def test_after_a_stop_nothing_more_is_written_or_said():
    world = speaking()
    world.stop_at = 20
    world.answer(world.turn)
    calls, spoken = list(world.wall.calls), list(world.speaker.spoken)

    with pytest.raises(TurnTaken) as taken:
        world.answer(world.turn)

    assert taken.value.done
    assert (world.wall.calls, world.speaker.spoken) == (calls, spoken)


def test_a_stop_that_comes_before_the_first_word_leaves_one_sentence():
    world = speaking(knowledge=[ListedKnowledge([HANDBOOK])])

    def tap(_name: str, call: Callable[[], Any]):
        world.ledger.ask_stop(world.turn.key)
        world.own_time.advance(2.0)
        world.own_time.settle()
        return call()

    world.threads = Tapped(world.threads, tap)
    outcome = world.answer(world.turn)

    assert outcome == "stopped"
    assert world.texts(world.turn) == [f"{FOOTER}*You stopped this answer.*"]
    assert not world.knowledge[0].queries
    assert not world.speaker.requests


def test_a_stop_that_was_asked_of_a_worker_that_died_is_heard_by_the_one_that_goes_on():
    world = speaking()
    world.ledger.claim(world.turn.key, owner="dead", lease_seconds=30.0)
    world.ledger.ask_stop(world.turn.key)
    world.own_time.advance(31.0)

    outcome = world.answer(world.turn)

    assert outcome == "stopped"
    assert not world.speaker.requests


@by_streaming
def test_a_stop_that_comes_between_two_legs_ends_the_answer_with_what_was_said(streaming: Streaming):
    world = speaking(seconds=15.0)
    manner = replace(MANNER, streaming=streaming)
    world.answer(world.turn, go_on=lambda _leg: None, manner=manner)
    world.ledger.ask_stop(world.turn.key)

    outcome = world.answer(world.turn, go_on=lambda _leg: None, manner=manner)

    assert outcome == "stopped"
    assert world.texts(world.turn) == [world.speaker.spoken[0].rstrip() + STOPPED]
    assert len(world.speaker.requests) == 1


def test_a_stop_that_comes_after_the_end_changes_nothing():
    world = speaking("Three months.")
    world.answer(world.turn)

    asked = world.ledger.ask_stop(world.turn.key)

    assert not asked
    assert world.texts(world.turn) == ["Three months."]
    with pytest.raises(TurnTaken):
        world.answer(world.turn)


def test_a_stop_of_an_attempt_that_failed_does_not_stop_the_one_that_reopens_the_turn():
    world = speaking("Three months.")
    world.threads.fail(ModelFailed())
    world.ledger.claim(world.turn.key, owner="dead", lease_seconds=30.0)
    world.ledger.ask_stop(world.turn.key)
    world.own_time.advance(31.0)
    failed = world.answer(world.turn)

    outcome = world.answer(world.turn, reopen=True)

    assert (failed, outcome) == ("failed", "answered")
    assert world.texts(world.turn) == ["Three months."]


def test_a_stop_while_a_tool_runs_is_heard_before_the_model_is_asked_again_and_keeps_what_was_said():
    @tool
    def clock() -> str:
        """Tell the time."""
        world.ledger.ask_stop(world.turn.key)
        world.own_time.advance(2.0)
        world.own_time.settle()
        return "noon"

    world = speaking("Let me look.", LONG, tools=[clock])

    outcome = world.answer(world.turn)

    assert outcome == "stopped"
    assert world.texts(world.turn) == [f"Let me look.{STOPPED}"]
    assert len(world.speaker.requests) == 1


def test_what_was_said_in_a_round_that_a_dead_worker_finished_stays_when_its_successor_is_stopped():
    @tool
    def clock() -> str:
        """Tell the time."""
        return "noon"

    def die():
        if len(world.speaker.requests) > 1:
            raise Crash

    world = speaking("Let me look.", LONG, tools=[clock], knowledge=[ListedKnowledge([HANDBOOK])])
    world.model, model = Paced(world.speaker, die), world.model
    with pytest.raises(Crash):
        world.answer(world.turn)
    world.model = model
    world.ledger.ask_stop(world.turn.key)

    world.answer(world.turn)

    assert world.texts(world.turn) == [f"Let me look.{STOPPED}"]


def test_code_that_a_stop_leaves_open_is_closed_before_it_is_said():
    world = speaking("```python\n" + "print('hello')\n" * 100)
    world.stop_at = 20

    world.answer(world.turn)

    (text,) = world.texts(world.turn)
    assert text.partition(FOOTER)[0].rstrip().endswith("\n```")


def test_a_stopped_answer_that_slack_refuses_is_followed_by_a_plain_sentence():
    world = speaking()
    world.stop_at = 20

    def tap(_name: str, call: Callable[[], Any]):
        if call.keywords.get("state") == "done" and "notice" in call.args[-1]:
            raise refused("invalid_blocks")
        return call()

    world.tap = tap
    outcome = world.answer(world.turn)

    assert outcome == "failed"
    assert world.texts(world.turn) == [f"{FOOTER}{VeraError.sentence} (reference `{world.turn.ts}`)"]


def test_a_stop_that_slack_does_not_take_for_a_while_is_told_by_the_retry_with_what_was_said():
    world = speaking()
    world.stop_at = 20
    down = [True]

    def tap(_name: str, call: Callable[[], Any]):
        if call.keywords.get("state") == "done" and down:
            raise bad_gateway()
        return call()

    world.tap = tap
    with pytest.raises(SurfaceUnavailable):
        world.answer(world.turn)
    down.clear()
    outcome = world.answer(world.turn)

    assert outcome == "stopped"
    assert world.texts(world.turn) == [world.speaker.spoken[0].rstrip() + STOPPED]


@by_streaming
def test_a_stop_that_slack_does_not_take_until_the_end_of_the_worker_keeps_what_was_said(streaming: Streaming):
    world = speaking(seconds=15.0, pace=0.25)
    world.stop_at = 20
    down = [True]

    def tap(_name: str, call: Callable[[], Any]):
        if call.keywords.get("state") == "done" and down:
            raise bad_gateway()
        return call()

    world.tap = tap
    manner = replace(MANNER, streaming=streaming)
    with suppress(TryAgain):
        world.answer(world.turn, go_on=lambda _leg: None, manner=manner)
    down.clear()
    outcome = world.answer(world.turn, manner=manner)

    assert outcome == "stopped"
    assert world.texts(world.turn) == [world.speaker.spoken[0].rstrip() + STOPPED]


def test_a_stop_that_slack_takes_at_the_last_moment_is_told_as_one():
    world = speaking(seconds=15.0, pace=0.25)
    world.stop_at = 20
    failures = iter([bad_gateway()] * 5)

    def tap(_name: str, call: Callable[[], Any]):
        if call.keywords.get("state") == "done" and (failure := next(failures, None)):
            raise failure
        return call()

    world.tap = tap
    outcome = world.answer(world.turn)

    assert outcome == "stopped"
    assert world.texts(world.turn) == [world.speaker.spoken[0].rstrip() + STOPPED]
    assert next(failures, None) is None


def test_a_model_that_is_silent_until_the_end_does_not_hide_a_stop():
    world = speaking(seconds=15.0)
    hung_up = []

    class Silent(Speaker):
        def converse(self, request: ModelRequest):
            yield TextDelta("Half past")
            world.ledger.ask_stop(world.turn.key)
            world.own_time.advance(14.0)
            world.own_time.settle()
            hung_up.append(request.stopped.is_set)
            raise OutOfTime

    world.model = Silent()
    outcome = world.answer(world.turn, go_on=lambda _leg: None)
    while outcome == "handed_on":
        outcome = world.answer(world.turn, go_on=lambda _leg: None)

    assert hung_up == [True]
    assert outcome == "stopped"
    assert world.texts(world.turn) == [f"Half past{STOPPED}"]


@settings(deadline=None, max_examples=40)
@given(stop_at=st.integers(1, 60), streaming=st.sampled_from(STREAMINGS))
def test_whenever_a_stop_comes_the_answer_stands_whole_or_says_that_it_was_stopped(stop_at: int, streaming: Streaming):
    text = LONG[:250]
    world = speaking(text, seconds=15.0)
    world.stop_at = stop_at
    manner = replace(MANNER, streaming=streaming)

    while (outcome := world.answer(world.turn, go_on=lambda _leg: None, manner=manner)) == "handed_on":
        pass

    (stands,) = world.texts(world.turn)
    assert outcome in {"answered", "stopped"}
    if outcome == "answered":
        assert stands == text.rstrip()
    else:
        assert text.startswith(stands.removesuffix(STOPPED))
        assert stands.endswith(STOPPED)


def asked_last(world: World) -> str:
    """Return what the last request ends with."""
    (content,) = world.speaker.requests[-1].messages[-1].content
    assert isinstance(content, Text)
    return content.text


def as_people_see_it(world: World, turn: Turn, root: str):
    """Let the thread hold what stands of an answer."""
    for _, message in world.standing(turn):
        unfinished = message.state != "done"
        world.threads.say(
            turn.channel, root, "vera", "Vera", message.text, turn=turn.key, part=message.part, unfinished=unfinished
        )


@by_streaming
def test_a_second_question_in_a_thread_is_answered_beside_the_first_and_told_of_it(streaming: Streaming):
    world = speaking(knowledge=[ListedKnowledge([HANDBOOK])])
    manner = replace(MANNER, streaming=streaming)
    first, second = world.turn, []

    def between():
        world.own_time.settle()
        if len(world.speaker.spoken[0]) > 100 and not second:
            as_people_see_it(world, first, first.ts)
            second.append(world.ask("And in Norway?", root=first.ts))
            before = world.texts(first)
            world.answer(second[0], manner=manner)
            untouched.append(world.texts(first) == before)

    untouched = []
    world.model = Paced(world.speaker, between)
    world.answer(first, manner=manner)

    told = [message.content[0].text for message in world.speaker.requests[1].messages]
    assert untouched == [True]
    assert world.texts(first) == world.texts(second[0]) == [f"{LONG}\n\n{FOOTER}{SOURCES}"]
    assert "you are writing an answer at this moment" in told[-1]
    assert not any("notice period is" in text.partition("<passages>")[0] for text in told)
    assert "How long is the notice period?" in told[-1]


def test_a_question_that_follows_a_finished_answer_is_told_of_none_that_is_written():
    world = speaking("Three months.")
    world.answer(world.turn)
    as_people_see_it(world, world.turn, world.turn.ts)

    world.answer(world.ask("And in Norway?", root=world.turn.ts))

    assert "at this moment" not in asked_last(world)
    assert [message.role for message in world.speaker.requests[-1].messages] == ["user", "assistant", "user"]
