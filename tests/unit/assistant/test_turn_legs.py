"""An answer that outlives its invocation: handed on, gone on with, told once, whatever is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.knowledge import ListedKnowledge
from fakes.mortal import Crash
from fakes.speaker import Speaker
from fakes.world import MANNER, Paced, Tapped, World, bad_gateway, rate_limited, turn_threads
from vera.assistant.conversation import FOOTER
from vera.assistant.journal import ModelCalled, ToolCalled, TurnClaimed, TurnEnded, TurnHandedOn
from vera.assistant.knowledge import Passage
from vera.assistant.model import ChatModel, Text, TextDelta
from vera.assistant.prompt import GO_ON
from vera.assistant.reply import Streaming
from vera.assistant.tools import tool
from vera.assistant.turn import MOST_LEGS
from vera.errors import (
    HandOnFailed,
    LeaseLost,
    LedgerUnavailable,
    ModelFailed,
    OutOfTime,
    SurfaceUnavailable,
    TurnTaken,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.assistant.conversation import Turn
    from vera.assistant.model import ModelRequest

HANDBOOK = Passage("The notice period is three months.", "Handbook", "https://example.org/handbook")
CALENDAR = Passage("A notice period begins on the first of a month.", "Calendar", "https://example.org/calendar")
SENTENCE = "The notice period begins on the first [2], and it is `three` months [1]. "
LONG = (SENTENCE * 18).strip()
SOURCES = (
    f"\n\n{FOOTER}\n**Sources**\n"
    "[2] [Calendar](https://example.org/calendar)\n[1] [Handbook](https://example.org/handbook)"
)
GOING_ON = "\n\n_Going on in a moment …_"
STREAMINGS = get_args(Streaming)

by_streaming = pytest.mark.parametrize("streaming", STREAMINGS)


@pytest.fixture(autouse=True)
def no_thread_outlives_its_turn():
    yield
    assert not turn_threads()


def speaking(*rounds: str, characters: int = 7, seconds: float = 15.0, pace: float = 0.25, **parts: Any):
    """Make a world whose model takes its time over each piece of what it says, and whose workers live so long."""
    world = World(knowledge=[ListedKnowledge([HANDBOOK, CALENDAR])], seconds=seconds, **parts)
    world.speaker = Speaker(*(rounds or (LONG,)), characters=characters)
    world.model = paced(world, world.speaker, pace)
    return world


def paced(world: World, model: ChatModel, pace: float):
    """Let each thing that a model says take so many seconds."""

    def between():
        world.own_time.advance(pace)
        world.own_time.settle()

    return Paced(model, between)


def told(world: World, turn: Turn, **how: Any):
    """Deliver the question, and each leg that is asked for, until nobody asks for another. Return the outcomes."""
    legs: list[int] = [0]
    outcomes = []
    while legs:
        legs.pop()
        outcomes.append(world.answer(turn, go_on=legs.append, **how))
    return outcomes


def clock(calls: list[str]):
    """Make a tool, which remembers by which key it was called."""

    @tool(status="Looking at the clock")
    def clock() -> str:
        """Tell the time."""
        calls.append("called")
        return "noon"

    return clock


@by_streaming
def test_45_seconds_of_text_and_15_seconds_to_live_are_one_whole_answer_of_several_workers(streaming: Streaming):
    world = speaking()
    turn = world.ask()
    stood = []

    def go_on(leg: int):
        legs.append(leg)
        stood.append(world.standing(turn))

    legs: list[int] = []
    outcomes = [world.answer(turn, go_on=go_on, manner=replace(MANNER, streaming=streaming))]
    while outcomes[-1] == "handed_on":
        world.own_time.advance(0.5)
        outcomes.append(world.answer(turn, go_on=go_on, manner=replace(MANNER, streaming=streaming)))

    assert outcomes == ["handed_on"] * (len(outcomes) - 1) + ["answered"]
    assert legs == list(range(1, len(outcomes)))
    assert world.texts(turn) == [LONG + SOURCES]
    assert "".join(world.speaker.spoken) == LONG
    assert [claimed.leg for claimed in world.journal.of(TurnClaimed)] == [0, *legs]
    assert [handed.leg for handed in world.journal.of(TurnHandedOn)] == legs
    assert len(world.journal.of(TurnEnded)) == 1
    for ((_, message),) in stood:
        assert message.state == "writing"
        assert LONG.startswith(message.text.removesuffix(GOING_ON))


def test_each_worker_speaks_for_at_least_half_of_its_life():
    world = speaking()
    turn = world.ask()
    world.threads = Tapped(world.threads, lambda _name, call: (world.own_time.advance(0.8), call())[1])

    outcomes = told(world, turn)

    spoke = [called.seconds for called in world.journal.of(ModelCalled)]
    assert len(outcomes) <= 45 / 7.5
    assert min(spoke[:-1]) >= 7.5


def test_the_model_is_shown_what_it_has_said_and_asked_for_what_follows():
    world = speaking()
    turn = world.ask()

    told(world, turn)

    first, second, third, *_ = world.speaker.requests
    assert second.messages[:-2] == third.messages[:-2] == first.messages
    assert [message.role for message in second.messages[-2:]] == ["assistant", "user"]
    assert second.messages[-2].content == (Text(world.speaker.spoken[0]),)
    assert third.messages[-2].content == (Text("".join(world.speaker.spoken[:2])),)
    assert second.messages[-1].content == third.messages[-1].content == (Text(GO_ON),)
    assert second.grounding.said == world.speaker.spoken[0]


@settings(deadline=None, max_examples=80)
@given(characters=st.integers(1, 40), legs=st.integers(1, 10), streaming=st.sampled_from(STREAMINGS))
def test_wherever_it_is_cut_the_text_has_no_seam_and_its_citations_keep_their_numbers(
    characters: int, legs: int, streaming: Streaming
):
    text = f"{SENTENCE}And so on [1, 2], as [3] never said:\n\n```python\nmonths[1]\n```\n\n{SENTENCE}".strip()
    pieces_a_leg = len(text) / characters / legs + 1
    world = speaking(text, characters=characters, seconds=pieces_a_leg / 0.75, pace=1.0)
    turn = world.ask()

    outcomes = told(world, turn, manner=replace(MANNER, streaming=streaming))

    expected = f"{SENTENCE}And so on [1][2], as never said:\n\n```python\nmonths[1]\n```\n\n{SENTENCE}".strip()
    assert outcomes[-1] == "answered"
    assert world.texts(turn) == [expected + SOURCES]
    assert len(world.knowledge[0].queries) == 1


def test_a_page_that_was_full_stays_where_it_is_when_the_answer_goes_on():
    world = speaking(largest=300)
    turn = world.ask()
    stood = []

    def go_on(_leg: int):
        stood.append([ts for ts, _ in world.standing(turn)])

    while world.answer(turn, go_on=go_on) == "handed_on":
        pass

    ended = [ts for ts, _ in world.standing(turn)]
    assert len(ended) > 3
    assert all(ended[: len(each)] == each for each in stood)
    assert {message.state for _, message in world.standing(turn)} == {"done"}


def test_an_answer_without_an_end_is_cut_off_after_so_many_legs_with_a_sentence():
    class Endless(ChatModel):
        model_id = "endless"

        def converse(self, request: ModelRequest):
            while True:
                yield TextDelta("more ")

    world = World(seconds=15.0)
    world.model = paced(world, Endless(), 5.0)
    turn = world.ask()

    outcomes = told(world, turn)

    (text,) = world.texts(turn)
    assert outcomes == ["handed_on"] * MOST_LEGS + ["answered"]
    assert text.endswith(f"more\n\n{FOOTER}\n*I ran out of time here. Ask me to go on, and I will.*")
    assert world.ledger.turns[turn.key].outcome == "answered"


class Pensive(ChatModel):
    """Thinks for longer than a worker lives before each piece of what it says; of `pieces`, the first are empty."""

    model_id = "pensive"

    def __init__(self, world: World, *pieces: str) -> None:
        self.world, self.pieces = world, iter(pieces)

    def converse(self, request: ModelRequest):
        piece = next(self.pieces)
        if piece:
            yield TextDelta(piece)
        self.world.own_time.advance(11.5)
        raise OutOfTime


@pytest.mark.parametrize(
    ("pieces", "outcomes"),
    [
        (("", ""), ["handed_on", "failed"]),
        (("", "Half ", "past ", ""), ["handed_on"] * 4),
        (("Half ", "", ""), ["handed_on", "handed_on", "answered"]),
    ],
    ids=["not a word", "slowly", "no more"],
)
def test_an_answer_that_does_not_grow_is_handed_on_once(pieces: tuple[str, ...], outcomes: list[str]):
    world = World(seconds=15.0)
    world.model = Pensive(world, *pieces)
    turn = world.ask()

    assert [world.answer(turn, go_on=lambda _leg: None) for _ in pieces] == outcomes


def test_who_is_asked_without_a_way_to_go_on_ends_with_a_sentence():
    world = speaking()
    turn = world.ask()

    outcome = world.answer(turn)

    assert outcome == "answered"
    assert world.texts(turn)[0].startswith(world.speaker.spoken[0].rstrip())
    assert "*I ran out of time here." in world.texts(turn)[0]


def test_a_fresh_invocation_that_cannot_be_asked_for_is_raised_and_the_retry_goes_on_from_the_record():
    world = speaking()
    turn = world.ask()

    def refuse(leg: int):
        raise HandOnFailed(f"leg {leg}")

    with pytest.raises(HandOnFailed, match="leg 1"):
        world.answer(turn, go_on=refuse)
    outcomes = told(world, turn)

    assert outcomes[-1] == "answered"
    assert world.texts(turn) == [LONG + SOURCES]
    assert "".join(world.speaker.spoken) == LONG


def test_handing_on_is_said_again_where_the_ledgers_answer_was_lost():
    world = speaking()
    turn = world.ask()
    lost = iter([LedgerUnavailable()])

    def tap(name: str, call: Callable[[], Any]):
        result = call()
        if name == "hand_on" and (failure := next(lost, None)):
            raise failure
        return result

    world.ledger, ledger = Tapped(world.ledger, tap), world.ledger
    legs: list[int] = []

    outcome = world.answer(turn, go_on=legs.append)

    assert (outcome, legs) == ("handed_on", [1])
    assert (ledger.turns[turn.key].leg, ledger.turns[turn.key].lease_until) == (1, 0)
    assert world.own_time.naps == [0.5]


def test_who_goes_on_before_handing_on_is_said_again_is_left_alone():
    world = speaking()
    turn = world.ask()
    quick: list[str] = []

    def tap(name: str, call: Callable[[], Any]):
        result = call()
        if name == "hand_on" and not quick:
            quick.append(ledger.claim(turn.key, owner="quick", lease_seconds=30.0).so_far)
            raise LedgerUnavailable
        return result

    world.ledger, ledger = Tapped(world.ledger, tap), world.ledger
    legs: list[int] = []

    with pytest.raises(LeaseLost):
        world.answer(turn, go_on=legs.append)

    assert not legs
    assert world.speaker.spoken[0] in quick[0]
    assert (ledger.turns[turn.key].held_by, ledger.turns[turn.key].leg) == ("quick", 1)


def test_where_the_ledger_takes_nothing_until_the_end_the_attempt_is_raised_and_a_retry_tells_it_whole():
    world = speaking()
    turn = world.ask()

    def tap(name: str, call: Callable[[], Any]):
        if name == "hand_on":
            raise LedgerUnavailable
        return call()

    real, world.ledger = world.ledger, Tapped(world.ledger, tap)
    legs: list[int] = []

    with pytest.raises(OutOfTime):
        world.answer(turn, go_on=legs.append)
    world.ledger = real
    told(world, turn)

    assert not legs
    assert world.texts(turn) == [LONG + SOURCES]


def test_a_delivery_that_comes_between_two_legs_goes_on_whichever_it_was_for():
    world = speaking()
    turn = world.ask()
    legs: list[int] = []
    while len(legs) < 2:
        world.answer(turn, go_on=legs.append)

    told(world, turn)  # a worker isn't told which leg its delivery was for: the record knows

    assert world.texts(turn) == [LONG + SOURCES]
    assert "".join(world.speaker.spoken) == LONG


def test_a_duplicate_that_comes_while_a_leg_is_at_work_goes_away_quietly():
    world = speaking()
    turn = world.ask()
    world.answer(turn, go_on=lambda _leg: None)
    calls = []

    def between():
        world.own_time.advance(0.25)
        world.own_time.settle()
        before = list(world.wall.calls)
        with pytest.raises(TurnTaken):
            world.answer(turn)
        calls.append(world.wall.calls == before)

    world.model = Paced(world.speaker, between)
    told(world, turn)

    assert all(calls)
    assert world.texts(turn) == [LONG + SOURCES]


def test_a_duplicate_of_any_leg_that_comes_after_the_end_changes_nothing():
    world = speaking()
    turn = world.ask()
    told(world, turn)
    stands, calls = world.texts(turn), list(world.wall.calls)

    for _ in range(3):
        with pytest.raises(TurnTaken):
            world.answer(turn)

    assert (world.texts(turn), world.wall.calls) == (stands, calls)


@by_streaming
def test_tool_rounds_that_were_finished_are_replayed_in_the_next_leg_and_not_run_again(streaming: Streaming):
    called: list[str] = []
    world = speaking("Let me look at the clock. ", LONG, tools=[clock(called)])
    turn = world.ask()

    told(world, turn, manner=replace(MANNER, streaming=streaming))

    assert called == ["called"]
    assert world.texts(turn) == [f"Let me look at the clock. \n\n{LONG}{SOURCES}"]
    assert {event.outcome for event in world.journal.of(ToolCalled)} == {"ok", "replayed"}
    assert len(world.ledger.turns[turn.key].rounds) == 1


def test_an_answer_that_is_handed_on_before_its_tool_is_called_calls_it_once():
    called: list[str] = []
    world = speaking(LONG, "It is noon.", tools=[clock(called)])
    turn = world.ask()

    told(world, turn)

    assert called == ["called"]
    assert world.texts(turn) == [f"{LONG}\n\nIt is noon.{SOURCES}"]


def test_words_that_were_handed_on_and_have_become_part_of_a_round_are_said_once_after_a_death():
    called: list[str] = []
    world = speaking(LONG, SENTENCE, tools=[clock(called)], seconds=60.0)
    turn = world.ask()
    with_time, world.seconds = world.seconds, 15.0
    world.answer(turn, go_on=lambda _leg: None)
    world.seconds = with_time

    def between():
        if called and world.speaker.spoken[-1].startswith("The notice period be"):
            raise Crash

    world.model = Paced(world.speaker, between)
    with pytest.raises(Crash):
        world.answer(turn)
    world.model = world.speaker
    outcome = world.answer(turn)

    assert outcome == "answered"
    assert called == ["called"]
    assert world.texts(turn) == [f"{LONG}\n\n{SENTENCE.strip()}{SOURCES}"]


@by_streaming
def test_an_answer_that_is_whole_but_that_slack_does_not_take_is_landed_by_the_next_leg_without_the_model(
    streaming: Streaming,
):
    text = "The notice period begins on the first [2] and is three months [1]"
    world = speaking(text, characters=40)
    turn = world.ask()

    def tap(name: str, call: Callable[[], Any]):
        if name in {"post", "edit"} and len(world.speaker.spoken) == 1 and len(world.speaker.spoken[0]) == len(text):
            raise bad_gateway()
        return call()

    world.tap = tap
    legs: list[int] = []
    manner = replace(MANNER, streaming=streaming)
    first = world.answer(turn, go_on=legs.append, manner=manner)
    world.tap = lambda _name, call: call()
    second = world.answer(turn, go_on=legs.append, manner=manner)

    assert (first, second, legs) == ("handed_on", "answered", [1])
    assert world.texts(turn) == [text + SOURCES]
    assert len(world.speaker.requests) == 1


def test_how_an_answer_ended_is_told_by_the_leg_that_lands_it():
    world = speaking("Let me look.", tools=[])
    world.speaker._rounds = ("Let me look.", "Never said.")
    turn = world.ask()
    down = [True]

    def tap(name: str, call: Callable[[], Any]):
        if name == "edit" and down and world.journal.of(ModelCalled):
            raise bad_gateway()
        return call()

    world.tap = tap
    manner = replace(MANNER, max_tool_rounds=0)
    world.answer(turn, go_on=lambda _leg: None, manner=manner)
    down.clear()
    world.answer(turn, manner=manner)

    assert "more than 0 rounds" in world.texts(turn)[0]
    assert len(world.speaker.requests) == 1


def test_a_whole_answer_that_lands_at_the_last_moment_is_not_said_to_be_cut_short():
    world = speaking("Three months.", characters=40)
    turn = world.ask()
    failures = iter([bad_gateway()] * 5)

    def tap(_name: str, call: Callable[[], Any]):
        if call.keywords.get("state") == "done" and (failure := next(failures, None)):
            raise failure
        return call()

    world.tap = tap
    outcome = world.answer(turn)

    assert outcome == "answered"
    assert world.texts(turn) == ["Three months."]
    assert world.own_time.naps == [0.5, 1.0, 2.0, 4.0]


def test_an_answer_that_slack_does_not_take_long_before_the_end_is_kept_for_the_retry():
    world = speaking("Three months [1]", characters=40, seconds=900.0)
    turn = world.ask()
    down = [True]

    def tap(name: str, call: Callable[[], Any]):
        if name == "edit" and down and world.journal.of(ModelCalled):
            raise bad_gateway()
        return call()

    world.tap = tap
    with pytest.raises(SurfaceUnavailable):
        world.answer(turn, go_on=lambda _leg: None)
    down.clear()
    outcome = world.answer(turn)

    assert outcome == "answered"
    assert world.texts(turn) == [
        f"Three months [1]\n\n{FOOTER}\n**Sources**\n[1] [Handbook](https://example.org/handbook)"
    ]
    assert len(world.speaker.requests) == 1


def test_a_429_that_outlasts_the_worker_is_waited_for_by_the_next_leg():
    world = speaking("Three months.", characters=40)
    turn = world.ask()
    until = world.own_time() + 40.0

    def tap(name: str, call: Callable[[], Any]):
        if name == "edit" and world.own_time() < until:
            raise rate_limited(until - world.own_time())
        return call()

    world.tap = tap
    outcomes = []
    while not outcomes or outcomes[-1] == "handed_on":
        outcomes.append(world.answer(turn, go_on=lambda _leg: world.own_time.advance(10.0)))

    assert outcomes == ["handed_on"] * (len(outcomes) - 1) + ["answered"]
    assert world.texts(turn) == ["Three months."]
    assert len(world.speaker.requests) == 1


def test_a_leg_that_fails_keeps_what_was_said_before_it():
    world = speaking()
    turn = world.ask()
    world.answer(turn, go_on=lambda _leg: None)
    world.threads.fail(ModelFailed("code 7", sentence="The archive is closed."))

    outcome = world.answer(turn)

    (text,) = world.texts(turn)
    assert outcome == "failed"
    assert text.startswith(world.speaker.spoken[0].rstrip()[:200])
    assert text.endswith(f"\n\n{FOOTER}\nThe archive is closed. (reference `{turn.ts}`)")


def test_a_turn_that_failed_is_answered_in_the_same_message_when_it_is_reopened():
    world = World([ModelFailed()], ["Three months."])
    turn = world.ask()
    failed = world.answer(turn)
    (before,) = world.standing(turn)

    outcome = world.answer(turn, reopen=True)

    ((ts, message),) = world.standing(turn)
    assert (failed, outcome) == ("failed", "answered")
    assert (ts, message.text, message.state) == (before[0], "Three months.", "done")
    assert world.ledger.turns[turn.key].outcome == "answered"


def test_a_turn_that_failed_stays_failed_for_who_does_not_reopen_it():
    world = World([ModelFailed()], ["Three months."])
    turn = world.ask()
    world.answer(turn)

    with pytest.raises(TurnTaken):
        world.answer(turn)


@pytest.mark.parametrize("outcome", ["answered", "stopped", "refused"])
def test_a_turn_that_has_its_end_is_not_reopened(outcome: str):
    world = World(["Three months."])
    turn = world.ask()
    world.ledger.claim(turn.key, owner="first", lease_seconds=30.0)
    world.ledger.complete(turn.key, owner="first", outcome=outcome)

    with pytest.raises(TurnTaken) as taken:
        world.answer(turn, reopen=True)

    assert taken.value.done
    assert not world.wall.calls


def test_an_answer_that_failed_halfway_goes_on_where_it_was_when_it_is_reopened():
    world = speaking()
    turn = world.ask()
    world.answer(turn, go_on=lambda _leg: None)
    world.threads.fail(ModelFailed())
    world.answer(turn)

    outcomes = told(world, turn, reopen=True)

    assert outcomes[-1] == "answered"
    assert world.texts(turn) == [LONG + SOURCES]
    assert "".join(world.speaker.spoken) == LONG
