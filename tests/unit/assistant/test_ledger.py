"""A lease: renewed while it is held, told apart from a lost one, given back where the turn was not completed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from fakes.ledger import MemoryLedger, StandingClock
from vera.assistant.ledger import Lease
from vera.errors import HandOnFailed, LeaseLost, LedgerUnavailable, TurnTaken

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.assistant.ledger import TurnRecord

KEY = "C024BE91L:1763647200.000100"


class SlowLedger(MemoryLedger):
    """A ledger whose calls take time; `renewals` holds when each was asked for."""

    def __init__(self, clock: StandingClock) -> None:
        super().__init__(clock=clock)
        self.clock = clock
        self.call_seconds = 0.0
        self.renewals: list[float] = []

    def claim(self, key: str, *, owner: str, lease_seconds: float, reopen: bool = False) -> TurnRecord:
        record = super().claim(key, owner=owner, lease_seconds=lease_seconds, reopen=reopen)
        self.clock.advance(self.call_seconds)
        return record

    def renew(self, key: str, *, owner: str, lease_seconds: float) -> bool:
        self.renewals.append(self.clock.now)
        try:
            return super().renew(key, owner=owner, lease_seconds=lease_seconds)
        finally:
            self.clock.advance(self.call_seconds)


@dataclass
class Pulse:
    """Time as the heartbeat lives it: each wait passes at once, with what a test lets happen at its end.

    When `steps` are used up the heart rests until the turn ends.
    """

    clock: StandingClock
    steps: list[Callable[[], None]]
    waited: list[float] = field(default_factory=list)
    rested: threading.Event = field(default_factory=threading.Event)

    def wait(self, ended: threading.Event, seconds: float) -> bool:
        self.waited.append(seconds)
        if not self.steps:
            self.rested.set()
            return ended.wait(10)
        self.clock.advance(seconds)
        self.steps.pop(0)()
        return ended.is_set()


def nothing() -> None:
    """Let a wait pass."""


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(0.0)


@pytest.fixture
def ledger(clock: StandingClock) -> SlowLedger:
    return SlowLedger(clock)


def lease(
    ledger: SlowLedger,
    *,
    pulse: Pulse | None = None,
    deadline: float = float("inf"),
    seconds: float = 30.0,
    reopen: bool = False,
) -> Lease:
    waiting = pulse or Pulse(ledger.clock, [])
    return Lease(
        ledger,
        KEY,
        owner="me",
        seconds=seconds,
        deadline=deadline,
        reopen=reopen,
        clock=ledger.clock,
        wait=waiting.wait,
    )


def take_over(ledger: SlowLedger) -> None:
    """Let another worker find the lease run out, and claim."""
    ledger.turns[KEY].lease_until = ledger.clock.now
    ledger.claim(KEY, owner="another", lease_seconds=30.0)


def hearts() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == f"lease {KEY}"]


def test_a_turn_that_another_worker_holds_gives_no_lease(ledger: SlowLedger):
    ledger.claim(KEY, owner="another", lease_seconds=30.0)

    with pytest.raises(TurnTaken):
        lease(ledger)

    assert hearts() == []


def test_the_record_of_the_turn_is_at_hand(ledger: SlowLedger):
    ledger.claim(KEY, owner="dead", lease_seconds=30.0)
    ledger.record_message(KEY, owner="dead", part=0, ts="1.1")
    ledger.clock.advance(30.0)

    with lease(ledger) as held:
        assert (held.key, held.taken_over, held.record.messages) == (KEY, True, ("1.1",))


def test_a_first_attempt_takes_nothing_over(ledger: SlowLedger):
    with lease(ledger) as held:
        assert held.taken_over is False


def test_what_is_recorded_reaches_the_ledger(ledger: SlowLedger):
    with lease(ledger) as held:
        held.record_message(0, "1.1")
        held.record_round(0, "{}")
        held.complete("answered")

    turn = ledger.turns[KEY]
    assert (turn.messages, turn.rounds, turn.outcome) == ({0: "1.1"}, {0: "{}"}, "answered")


@pytest.mark.parametrize(
    ("seconds", "beats"),
    [(30.0, [2.0, 4.0, 6.0, 8.0]), (3.0, [1.0, 2.0, 3.0, 4.0])],
    ids=["every two seconds", "three times in a short life"],
)
def test_the_heart_beats_in_time(ledger: SlowLedger, clock: StandingClock, seconds: float, beats: list[float]):
    pulse = Pulse(clock, [nothing] * 4)

    with lease(ledger, pulse=pulse, seconds=seconds):
        assert pulse.rested.wait(10)

    assert ledger.renewals == beats


def test_slow_calls_put_no_beat_off(ledger: SlowLedger, clock: StandingClock):
    ledger.call_seconds = 0.5
    pulse = Pulse(clock, [nothing] * 3)

    with lease(ledger, pulse=pulse):
        assert pulse.rested.wait(10)

    assert ledger.renewals == [2.0, 4.0, 6.0]


def test_a_call_slower_than_a_beat_is_followed_by_the_next_at_once(ledger: SlowLedger, clock: StandingClock):
    ledger.call_seconds = 12.0
    pulse = Pulse(clock, [nothing] * 2)

    with lease(ledger, pulse=pulse):
        assert pulse.rested.wait(10)

    assert ledger.renewals == [12.0, 24.0]


def test_no_thread_outlives_the_block(ledger: SlowLedger):
    with lease(ledger):
        assert len(hearts()) == 1

    assert hearts() == []


@pytest.mark.parametrize("deadline", [5.0, 6.0], ids=["between two beats", "on a beat"])
def test_no_heartbeat_begins_at_the_deadline_or_after_it(ledger: SlowLedger, clock: StandingClock, deadline: float):
    pulse = Pulse(clock, [nothing] * 9)

    with lease(ledger, pulse=pulse, deadline=deadline):
        for heart in hearts():
            heart.join(10)
        assert hearts() == []

    assert ledger.renewals == [2.0, 4.0]


def test_a_store_that_is_out_of_reach_for_a_beat_costs_nothing(ledger: SlowLedger, clock: StandingClock):
    def down() -> None:
        ledger.down = True

    def up() -> None:
        ledger.down = False

    pulse = Pulse(clock, [down, up])

    with lease(ledger, pulse=pulse) as held:
        assert pulse.rested.wait(10)
        held.record_message(0, "1.1")

    assert ledger.renewals == [2.0, 4.0]
    assert ledger.turns[KEY].messages == {0: "1.1"}


CALLS = {
    "check": Lease.check,
    "record_message": lambda held: held.record_message(0, "1.1"),
    "record_round": lambda held: held.record_round(0, "{}"),
    "complete": lambda held: held.complete("answered"),
    "hand_on": lambda held: held.hand_on("so far"),
}
by_every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@by_every_call
def test_a_lease_that_a_heartbeat_found_lost_is_lost_to_every_call(
    ledger: SlowLedger, clock: StandingClock, call: Callable[[Lease], None]
):
    pulse = Pulse(clock, [lambda: take_over(ledger), nothing])

    with lease(ledger, pulse=pulse) as held:
        for heart in hearts():
            heart.join(10)
        with pytest.raises(LeaseLost):
            call(held)

    assert ledger.renewals == [2.0]
    assert ledger.turns[KEY].held_by == "another"
    assert ledger.turns[KEY].lease_until > 0


@pytest.mark.parametrize("first", [name for name in CALLS if name != "check"])
@by_every_call
def test_a_lease_that_one_call_found_lost_is_lost_to_every_call(
    ledger: SlowLedger, first: str, call: Callable[[Lease], None]
):
    with lease(ledger) as held:
        take_over(ledger)
        with pytest.raises(LeaseLost):
            CALLS[first](held)
        ledger.down = True  # nobody is asked any more

        with pytest.raises(LeaseLost):
            call(held)


@by_every_call
def test_a_lease_that_ran_out_is_renewed_before_anything_is_done(
    ledger: SlowLedger, clock: StandingClock, call: Callable[[Lease], None]
):
    with lease(ledger) as held:
        clock.advance(30.0)

        call(held)

        assert ledger.renewals == [30.0]
        assert ledger.turns[KEY].lease_until == (0.0 if ledger.turns[KEY].leg else 60.0)


@by_every_call
def test_a_lease_that_ran_out_unseen_while_another_worker_claimed_is_lost(
    ledger: SlowLedger, clock: StandingClock, call: Callable[[Lease], None]
):
    with lease(ledger) as held:
        clock.advance(30.0)
        take_over(ledger)

        with pytest.raises(LeaseLost):
            call(held)

    assert ledger.turns[KEY].messages == {}


@by_every_call
def test_a_lease_that_ran_out_while_the_store_is_out_of_reach_is_no_licence_to_write(
    ledger: SlowLedger, clock: StandingClock, call: Callable[[Lease], None]
):
    with lease(ledger) as held:
        clock.advance(30.0)
        ledger.down = True

        with pytest.raises(LedgerUnavailable):
            call(held)

        ledger.down = False
        call(held)


def test_a_lease_is_counted_from_before_the_claim_was_asked_for(ledger: SlowLedger, clock: StandingClock):
    ledger.call_seconds = 12.0
    with lease(ledger) as held:
        ledger.call_seconds = 0.0
        clock.advance(17.0)
        held.check()
        assert ledger.renewals == []

        clock.advance(1.0)
        held.check()

    assert ledger.renewals == [30.0]


def test_a_completed_turn_is_not_given_back_and_beats_no_more(ledger: SlowLedger):
    with lease(ledger) as held:
        held.complete("answered")
        for heart in hearts():
            heart.join(10)

        assert hearts() == []

    assert ledger.turns[KEY].lease_until > 0
    assert ledger.turns[KEY].outcome == "answered"


def test_a_stop_is_heard_at_the_next_beat(ledger: SlowLedger, clock: StandingClock):
    heard = []

    def look() -> None:
        heard.append(held.stopped.is_set)

    def ask_and_look() -> None:
        ledger.ask_stop(KEY)
        look()

    pulse = Pulse(clock, [look, ask_and_look, look])
    held = lease(ledger, pulse=pulse)

    with held:
        assert pulse.rested.wait(10)

    assert heard == [False, False, True]
    assert ledger.renewals == [2.0, 4.0, 6.0]


def test_a_stop_that_was_asked_for_before_is_known_from_the_start(ledger: SlowLedger):
    ledger.claim(KEY, owner="dead", lease_seconds=30.0)
    ledger.ask_stop(KEY)
    ledger.clock.advance(30.0)

    with lease(ledger) as held:
        assert held.stopped.is_set


def test_a_turn_that_is_handed_on_is_free_for_its_next_leg_with_what_there_is_so_far(ledger: SlowLedger):
    with lease(ledger) as held:
        leg = held.hand_on("Half past")

    record = ledger.claim(KEY, owner="next", lease_seconds=30.0)
    assert leg == 1
    assert (record.leg, record.so_far, record.attempt) == (1, "Half past", 2)


def test_a_turn_that_is_handed_on_beats_no_more_and_is_not_given_back_from_under_its_next_worker(ledger: SlowLedger):
    with lease(ledger) as held:
        held.hand_on("Half past")
        for heart in hearts():
            heart.join(10)
        assert hearts() == []
        ledger.claim(KEY, owner="next", lease_seconds=30.0)

    assert (ledger.turns[KEY].held_by, ledger.turns[KEY].lease_until) == ("next", 30.0)


def test_a_hand_over_whose_next_invocation_fails_raises_that_and_leaves_the_record(ledger: SlowLedger):
    def fail() -> None:
        held.hand_on("Half past")
        raise HandOnFailed("leg 1")

    with pytest.raises(HandOnFailed, match="leg 1"), lease(ledger) as held:
        fail()

    assert ledger.claim(KEY, owner="retry", lease_seconds=30.0).so_far == "Half past"


def test_a_hand_over_that_could_not_be_made_leaves_the_turn_held_and_may_be_made_again(ledger: SlowLedger):
    with lease(ledger) as held:
        ledger.down = True
        with pytest.raises(LedgerUnavailable):
            held.hand_on("Half past")
        ledger.down = False

        assert len(hearts()) == 1
        assert held.hand_on("Half past") == 1


@pytest.mark.parametrize(("outcome", "taken"), [("failed", False), ("answered", True), ("stopped", True)])
def test_only_a_turn_that_failed_is_reopened(ledger: SlowLedger, outcome: str, *, taken: bool):
    ledger.claim(KEY, owner="first", lease_seconds=30.0)
    ledger.complete(KEY, owner="first", outcome=outcome)

    if taken:
        with pytest.raises(TurnTaken):
            lease(ledger, reopen=True)
    else:
        with lease(ledger, reopen=True) as held:
            assert held.taken_over


def test_a_turn_that_could_not_be_completed_is_still_held(ledger: SlowLedger):
    with lease(ledger) as held:
        ledger.down = True
        with pytest.raises(LedgerUnavailable):
            held.complete("answered")
        ledger.down = False

        assert len(hearts()) == 1
        held.complete("answered")

    assert ledger.turns[KEY].outcome == "answered"


@pytest.mark.parametrize("raised", [ValueError(), KeyboardInterrupt(), LedgerUnavailable()], ids=repr)
def test_a_turn_that_failed_is_given_back_so_that_a_retry_goes_on_at_once(ledger: SlowLedger, raised: BaseException):
    with pytest.raises(type(raised)), lease(ledger):
        raise raised

    assert ledger.claim(KEY, owner="retry", lease_seconds=30.0).attempt == 2


def test_a_turn_that_was_left_uncompleted_is_given_back(ledger: SlowLedger):
    with lease(ledger):
        pass

    assert ledger.claim(KEY, owner="retry", lease_seconds=30.0).attempt == 2


def test_a_turn_that_was_dropped_is_left_alone(ledger: SlowLedger):
    with pytest.raises(LeaseLost), lease(ledger):
        raise LeaseLost(KEY)

    assert ledger.turns[KEY].lease_until == 30.0


def test_what_went_wrong_in_the_block_is_not_hidden_by_what_goes_wrong_after_it(ledger: SlowLedger):
    def fail() -> None:
        ledger.down = True
        raise ValueError("in the block")

    with pytest.raises(ValueError, match="in the block") as raised, lease(ledger):
        fail()

    assert "could not be given back" in "".join(raised.value.__notes__)


def test_a_turn_that_cannot_be_given_back_is_not_passed_over_in_silence(ledger: SlowLedger):
    with pytest.raises(LedgerUnavailable), lease(ledger):
        ledger.down = True
