from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.world import MANNER, Tapped, World, turn_threads
from vera.assistant.conversation import FOOTER
from vera.assistant.failure import tell_failure
from vera.assistant.journal import TurnEnded
from vera.errors import LedgerUnavailable, TurnTaken

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.assistant.conversation import Turn


def tell(world: World, turn: Turn):
    tell_failure(turn, world, MANNER, world.time, owner=next(world.owners), condition="EventAgeExceeded")


def died_halfway(world: World, turn: Turn):
    """Let a worker leave its status message behind, and its lease."""
    with world.replying(turn) as reply:
        reply.status("Reading the thread")
    world.ledger.turns[turn.key].lease_until = world.own_time() + 20.0


def test_the_last_word_stands_in_the_message_that_a_dead_worker_left():
    world = World()
    turn = world.ask()
    died_halfway(world, turn)
    world.own_time.advance(30.0)

    tell(world, turn)

    (text,) = world.texts(turn)
    assert text.startswith(f"{FOOTER}I tried several times")
    assert f"(reference `{turn.ts}`)" in text
    assert world.ledger.turns[turn.key].outcome == "failed"
    assert [event.error for event in world.journal.of(TurnEnded)] == ["EventAgeExceeded"]
    assert not turn_threads()


def test_a_turn_that_no_worker_ever_claimed_is_told_too():
    world = World()
    turn = world.ask()

    tell(world, turn)

    assert len(world.texts(turn)) == 1


def test_without_a_ledger_the_last_word_is_said_all_the_same():
    world = World()
    turn = world.ask()
    world.ledger.down = True

    tell(world, turn)

    (text,) = world.texts(turn)
    assert text.startswith(f"{FOOTER}I tried several times")


def test_without_a_ledger_a_message_that_stands_is_left_alone_since_it_may_be_the_answer():
    world = World()
    turn = world.ask()
    world.answer(turn)
    before = world.texts(turn)
    world.ledger.down = True

    with pytest.raises(LedgerUnavailable):
        tell(world, turn)

    assert world.texts(turn) == before


def test_a_turn_that_was_answered_after_all_is_left_alone():
    world = World()
    turn = world.ask()
    world.answer(turn)
    before = world.texts(turn)

    with pytest.raises(TurnTaken):
        tell(world, turn)

    assert world.texts(turn) == before


def test_a_lease_that_still_runs_is_to_be_waited_for():
    world = World()
    turn = world.ask()
    died_halfway(world, turn)

    with pytest.raises(LedgerUnavailable):
        tell(world, turn)

    assert world.texts(turn) == ["_Reading the thread …_"]


def test_a_ledger_that_is_away_for_a_moment_costs_a_pause():
    world = World()
    turn = world.ask()
    failures = iter([LedgerUnavailable()])

    def tap(name: str, call: Callable[[], Any]):
        if name == "complete" and (failure := next(failures, None)):
            raise failure
        return call()

    world.ledger, ledger = Tapped(world.ledger, tap), world.ledger

    tell(world, turn)

    assert ledger.turns[turn.key].outcome == "failed"
    assert world.own_time.naps == [0.5]
