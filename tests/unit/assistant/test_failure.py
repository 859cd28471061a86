from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.knowledge import ListedKnowledge
from fakes.world import MANNER, Paced, Tapped, World, refused, turn_threads
from vera.assistant.conversation import FOOTER
from vera.assistant.failure import tell_failure
from vera.assistant.journal import TurnEnded
from vera.assistant.knowledge import Passage
from vera.assistant.model import ToolUse
from vera.assistant.so_far import SoFar
from vera.assistant.tools import tool
from vera.errors import LedgerUnavailable, SurfaceRefused, TurnTaken

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


def test_what_was_said_before_the_turn_failed_for_good_stands_above_the_last_word():
    @tool
    def clock() -> str:
        """Tell the time."""
        return "noon"

    world = World(
        ["Let me look.", ToolUse("1", "clock", "{}")],
        ["It is [1]", " noon", ", and so on."],
        tools=[clock],
        knowledge=[ListedKnowledge([Passage("The notice period is noon.", "Handbook")])],
        seconds=15.0,
    )
    turn = world.ask()
    world.model = Paced(world.script, lambda: world.own_time.advance(2.3))
    world.answer(turn, go_on=lambda _leg: None)

    tell(world, turn)

    (text,) = world.texts(turn)
    assert text.startswith(f"Let me look.\n\nIt is [1] noon\n\n{FOOTER}\nI tried several times")
    assert world.ledger.turns[turn.key].outcome == "failed"


def said_before_by_a_worker_and_refused(world: World, words: str):
    """Let a worker hand on half an answer, and Slack refuse whatever holds these words."""
    turn = world.ask()
    world.ledger.claim(turn.key, owner="dead", lease_seconds=30.0)
    world.ledger.hand_on(turn.key, owner="dead", leg=1, so_far=SoFar("Half past").to_json())

    def tap(name: str, call: Callable[[], Any]):
        if name in {"post", "edit"} and words in call.args[-1]:
            raise refused("invalid_blocks")
        return call()

    world.tap = tap
    return turn


def test_where_slack_refuses_what_was_said_before_the_last_word_stands_alone():
    world = World()
    turn = said_before_by_a_worker_and_refused(world, "Half past")

    tell(world, turn)

    (text,) = world.texts(turn)
    assert text.startswith(f"{FOOTER}I tried several times")
    assert world.ledger.turns[turn.key].outcome == "failed"


def test_where_slack_refuses_the_last_word_too_that_is_raised():
    world = World()
    turn = said_before_by_a_worker_and_refused(world, "I tried several times")

    with pytest.raises(SurfaceRefused):
        tell(world, turn)

    assert world.ledger.turns[turn.key].outcome is None


def test_a_turn_that_failed_for_good_can_be_answered_later_in_the_same_message():
    world = World(["Three months."])
    turn = world.ask()
    died_halfway(world, turn)
    world.own_time.advance(30.0)
    tell(world, turn)
    ((ts, _),) = world.standing(turn)

    outcome = world.answer(turn, reopen=True)

    assert outcome == "answered"
    assert [(each, message.text) for each, message in world.standing(turn)] == [(ts, "Three months.")]


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
