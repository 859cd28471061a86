"""Workers die, deliveries come twice and late, invocations end too soon: one whole reply stands in the end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.knowledge import ListedKnowledge
from fakes.mortal import Crash, mortal
from fakes.speaker import Speaker
from fakes.surface import MemoryStreams
from fakes.world import MANNER, World, turn_threads
from vera import errors
from vera.assistant.journal import WriterEnded
from vera.assistant.knowledge import Passage
from vera.assistant.reply import Streaming
from vera.assistant.tools import tool
from vera.assistant.turn import MOST_LEGS

HANDBOOK = Passage("The notice period is three months.", "Handbook", "https://example.org/handbook")
CALENDAR = Passage("A notice period begins on the first of a month.", "Calendar", "https://example.org/calendar")
ROUNDS = (
    "Let me look at the clock, and at the handbook [2].",
    "It is noon, the notice period is three months [1], and that is all there is to say about it.",
)
LARGEST = 60
STREAMINGS = get_args(Streaming)

by_streaming = pytest.mark.parametrize("streaming", STREAMINGS)
# A writer thread of theirs dies, too.
they_die = pytest.mark.filterwarnings("ignore:Exception in thread:pytest.PytestUnhandledThreadExceptionWarning")


@pytest.fixture(autouse=True)
def no_thread_outlives_its_turn():
    yield
    assert not turn_threads()


@tool(status="Looking at the clock")
def clock() -> str:
    """Tell the time."""
    return "noon"


def world_of(streaming: Streaming, *, seconds: float = 900.0):
    """Make a world in which an answer takes a tool, several pages, and sources."""
    world = World(knowledge=[ListedKnowledge([HANDBOOK, CALENDAR])], tools=[clock], largest=LARGEST, seconds=seconds)
    world.stream_wall = MemoryStreams(world.wall, largest=LARGEST)
    world.model = world.speaker = Speaker(*ROUNDS, characters=12)
    world.manner = replace(MANNER, streaming=streaming)
    world.turn = world.ask()
    return world


def undisturbed(streaming: Streaming) -> list[str]:
    """Return what stands when nothing happens."""
    world = world_of(streaming)
    mortal(world).answer(world.turn, manner=world.manner)
    return world.texts(world.turn)


def assert_one_whole_reply(world: Any):
    """Hold the thread to what it would hold if nothing had happened: each part once, in its order, done."""
    assert world.texts(world.turn) == undisturbed(world.manner.streaming)
    assert [message.part for _, message in world.standing(world.turn)] == list(range(len(world.texts(world.turn))))
    assert {message.state for _, message in world.standing(world.turn)} == {"done"}
    assert world.ledger.turns[world.turn.key].outcome == "answered"
    assert not world.journal.of(WriterEnded)


def test_the_answer_of_these_tests_is_the_same_however_it_is_shown():
    assert undisturbed("edit") == undisturbed("native") == undisturbed("auto")
    assert len(undisturbed("edit")) > 3


CALLS = range(1, 34)  # as many as it makes


@they_die
@by_streaming
@pytest.mark.parametrize("after", [False, True], ids=["before it is made", "after it was made"])
@pytest.mark.parametrize("dies_at", CALLS)
def test_a_worker_that_dies_at_a_call_is_followed_by_one_that_ends_in_one_whole_reply(
    dies_at: int, after: bool, streaming: Streaming
):
    world = world_of(streaming)

    with suppress(Crash):
        mortal(world, dies_at, after=after).answer(world.turn, manner=world.manner)
    world.own_time.advance(60.0)
    with suppress(errors.TurnTaken):
        mortal(world).answer(world.turn, manner=world.manner)

    assert_one_whole_reply(world)


deaths = st.lists(st.tuples(st.integers(1, 45), st.booleans()), max_size=20)


@they_die
@settings(deadline=None, max_examples=60)
@given(deaths=deaths, seconds_between=st.sampled_from([60.0, 120.0]), streaming=st.sampled_from(STREAMINGS))
def test_however_often_and_wherever_workers_die_one_whole_reply_stands_in_the_end(
    deaths: list[tuple[int, bool]], seconds_between: float, streaming: Streaming
):
    world = world_of(streaming)

    for dies_at, after in [*deaths, (0, False)]:
        with suppress(Crash, errors.TurnTaken):
            mortal(world, dies_at, after=after).answer(world.turn, manner=world.manner)
        assert not turn_threads()
        world.own_time.advance(seconds_between)

    assert_one_whole_reply(world)


@dataclass
class Queue:
    """Lambda's queue of one worker that lives too short for its answer: what it asks for, is given, and gets twice.

    Which leg an event is for makes no difference to who takes it: what waits is since when.
    """

    world: Any
    waiting: list[float] = field(default_factory=lambda: [0.0])

    def ask(self, _leg: int) -> None:
        self.waiting.append(0.0)

    def take(self, which: int, dies_at: int = 0, *, after: bool = False) -> None:
        """Deliver one of those that wait, when its time has come."""
        not_before = self.waiting.pop(which % len(self.waiting))
        self.world.own_time.advance(max(0.0, not_before - self.world.own_time()))
        self.deliver(dies_at, after=after)

    def deliver(self, dies_at: int = 0, *, after: bool = False) -> None:
        """Run one invocation; one that fails is tried again, after a minute at the earliest."""
        seen = mortal(self.world, dies_at, after=after, between=self.speak)
        try:
            seen.answer(self.world.turn, manner=self.world.manner, go_on=seen.go_on(self.ask))
        except errors.Drop:
            pass
        except (Crash, errors.VeraError):
            self.waiting.append(self.world.own_time() + 60.0)
        assert not turn_threads()

    def speak(self) -> None:
        self.world.own_time.advance(1.0)
        self.world.own_time.settle()


@dataclass(frozen=True)
class Step:
    """What happens next: one of those that wait is delivered, or one that was delivered before, `again`."""

    which: int
    again: bool
    dies_at: int
    after: bool
    seconds_later: float

    def take(self, queue: Queue) -> None:
        if self.again or not queue.waiting:
            queue.deliver(self.dies_at, after=self.after)
        else:
            queue.take(self.which, self.dies_at, after=self.after)
        queue.world.own_time.advance(self.seconds_later)


steps = st.lists(
    st.builds(
        Step,
        which=st.integers(0, 9),
        again=st.booleans(),
        dies_at=st.integers(0, 20),
        after=st.booleans(),
        seconds_later=st.sampled_from([0.0, 1.0, 31.0, 60.0]),
    ),
    max_size=14,
)


@they_die
@settings(deadline=None, max_examples=60)
@given(steps=steps, seconds=st.sampled_from([6.0, 9.0, 15.0]), streaming=st.sampled_from(STREAMINGS))
def test_whatever_is_delivered_how_often_in_whichever_order_and_cut_short_one_whole_reply_stands_in_the_end(
    steps: list[Step], seconds: float, streaming: Streaming
):
    world = world_of(streaming, seconds=seconds)
    queue = Queue(world)

    for step in steps:
        step.take(queue)
    while queue.waiting:
        queue.take(0)

    assert world.ledger.turns[world.turn.key].leg <= MOST_LEGS
    assert len(world.ledger.turns[world.turn.key].rounds) == 1
    assert_one_whole_reply(world)


@by_streaming
@pytest.mark.parametrize("duplicate_at", [2, 5, 9, 14])
def test_a_delivery_that_comes_while_another_is_at_work_changes_nothing(duplicate_at: int, streaming: Streaming):
    world = world_of(streaming)

    def meanwhile(number: int) -> None:
        if number == duplicate_at:
            with pytest.raises(errors.TurnTaken):
                world.answer(world.turn, manner=world.manner)

    outcome = mortal(world, meanwhile=meanwhile).answer(world.turn, manner=world.manner)

    posted = world.wall.calls.count("post") + world.stream_wall.calls.count("post")
    assert outcome == "answered"
    assert posted == len(world.texts(world.turn))
    assert_one_whole_reply(world)
