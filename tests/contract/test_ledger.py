"""What `vera.assistant.ledger.Ledger` promises, asked of the fake and of every store."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from fakes.aws import aws_client, closed_port, create_table, moto_server
from fakes.ledger import MemoryLedger, StandingClock
from vera.assistant.ledger import ROUND_BYTES, TurnRecord
from vera.errors import Drop, LeaseLost, LedgerUnavailable, TurnTaken
from vera.playground.journal.pipe import PipeJournal
from vera.playground.journal.witness import WitnessedLedger, Witnesses
from vera.storage.dynamodb import DynamoDBLedger
from vera.storage.sqlite import Database, SQLiteLedger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from vera.assistant.ledger import Ledger

KEY = "C024BE91L:1763647200.000100"
LEASE = 30.0
RETENTION = 1_000.0
OWNERS = ("first", "second", "third")


@dataclass(frozen=True)
class Worker:
    """One invocation: a ledger, and the name under which it claims."""

    ledger: Ledger
    owner: str
    key: str = KEY

    def claim(self, *, reopen: bool = False) -> TurnRecord:
        return self.ledger.claim(self.key, owner=self.owner, lease_seconds=LEASE, reopen=reopen)

    def renew(self) -> bool:
        return self.ledger.renew(self.key, owner=self.owner, lease_seconds=LEASE)

    def record_message(self, part: int, ts: str) -> None:
        self.ledger.record_message(self.key, owner=self.owner, part=part, ts=ts)

    def record_round(self, ordinal: int, round_json: str) -> None:
        self.ledger.record_round(self.key, owner=self.owner, ordinal=ordinal, round_json=round_json)

    def complete(self, outcome: str = "answered") -> None:
        self.ledger.complete(self.key, owner=self.owner, outcome=outcome)

    def release(self) -> None:
        self.ledger.release(self.key, owner=self.owner)

    def hand_on(self, leg: int = 1, so_far: str = "So far.") -> None:
        self.ledger.hand_on(self.key, owner=self.owner, leg=leg, so_far=so_far)

    def ask_stop(self) -> bool:
        return self.ledger.ask_stop(self.key)


@dataclass
class Store:
    """A store on a clock that stands. `open` is how one more process would open it."""

    open: Callable[[], Ledger]
    clock: StandingClock
    instances: int = 1
    race: Callable[[], AbstractContextManager[object]] = nullcontext
    _opened: list[Ledger] = field(default_factory=list)

    def worker(self, number: int, key: str = KEY) -> Worker:
        if len(self._opened) < self.instances:
            self._opened.extend(self.open() for _ in range(self.instances))
        return Worker(self._opened[number % self.instances], OWNERS[number] if number < 3 else f"owner{number}", key)


@contextmanager
def memory_store() -> Iterator[Store]:
    clock = StandingClock()
    ledger = MemoryLedger(clock=clock, retention_seconds=RETENTION)
    yield Store(lambda: ledger, clock)


@contextmanager
def witnessed_store() -> Iterator[Store]:
    clock = StandingClock()
    ledger = MemoryLedger(clock=clock, retention_seconds=RETENTION)
    yield Store(lambda: WitnessedLedger(ledger, Witnesses(PipeJournal(None))), clock)


@contextmanager
def sqlite_store(path: Path | str, *, instances: int = 1) -> Iterator[Store]:
    clock = StandingClock()
    with ExitStack() as databases:

        def open_one() -> Ledger:
            database = databases.enter_context(Database(path))
            return SQLiteLedger(database, clock=clock, retention_seconds=RETENTION)

        yield Store(open_one, clock, instances)


TABLES = count()


@contextmanager
def dynamodb_store(client: Any) -> Iterator[Store]:
    clock = StandingClock()
    table = f"vera{next(TABLES)}"
    create_table(client, table)
    ledger = DynamoDBLedger(client, table, clock=clock, retention_seconds=RETENTION)
    # Moto reads, checks and writes an item without holding anything while it does. DynamoDB's conditional writes are
    # atomic; to see that of two racing claims one is refused, moto has to be asked one at a time.
    one_at_a_time = threading.Lock()
    yield Store(lambda: ledger, clock, race=lambda: one_at_a_time)


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[Any]:
    with moto_server() as endpoint, aws_client("dynamodb", endpoint) as client:
        yield client


STORES = ("memory", "witnessed", "sqlite in memory", "sqlite", "sqlite opened three times", "dynamodb")


@pytest.fixture(params=STORES)
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], AbstractContextManager[Store]]:
    """How to open an empty store of each kind, as often as one likes."""
    files = count()
    match request.param:
        case "memory":
            return memory_store
        case "witnessed":
            return witnessed_store
        case "sqlite in memory":
            return lambda: sqlite_store(":memory:")
        case "sqlite":
            return lambda: sqlite_store(tmp_path / f"{next(files)}.sqlite3")
        case "sqlite opened three times":
            return lambda: sqlite_store(tmp_path / f"{next(files)}.sqlite3", instances=3)
        case _:
            client = request.getfixturevalue("dynamodb")
            return lambda: dynamodb_store(client)


@pytest.fixture
def store(opening: Callable[[], AbstractContextManager[Store]]) -> Iterator[Store]:
    with opening() as opened:
        yield opened


@pytest.fixture
def first(store: Store) -> Worker:
    return store.worker(0)


@pytest.fixture
def second(store: Store) -> Worker:
    return store.worker(1)


def test_a_new_turn_is_claimed_with_an_empty_record(first: Worker):
    record = first.claim()

    assert record == TurnRecord(key=KEY, attempt=1, messages=(), rounds=())


def test_a_turn_that_another_worker_holds_is_taken_and_not_done(first: Worker, second: Worker):
    first.claim()

    with pytest.raises(TurnTaken) as taken:
        second.claim()

    assert taken.value.done is False


def test_turns_of_different_keys_know_nothing_of_each_other(store: Store, first: Worker):
    first.claim()
    first.record_message(0, "1.1")

    record = store.worker(1, "C024BE91L:1763647200.000200").claim()

    assert record == TurnRecord(key="C024BE91L:1763647200.000200")


@pytest.mark.parametrize(
    ("elapsed", "taken"), [(LEASE - 0.001, True), (LEASE, False)], ids=["just before its end", "at its end"]
)
def test_a_lease_holds_until_its_end(store: Store, first: Worker, second: Worker, elapsed: float, *, taken: bool):
    first.claim()
    store.clock.advance(elapsed)

    if taken:
        with pytest.raises(TurnTaken):
            second.claim()
    else:
        assert second.claim().attempt == 2


def test_a_renewed_lease_holds_from_the_renewal_on(store: Store, first: Worker, second: Worker):
    first.claim()
    store.clock.advance(20)
    first.renew()
    store.clock.advance(29)

    with pytest.raises(TurnTaken):
        second.claim()


def test_a_takeover_finds_messages_and_rounds_in_their_order(store: Store, first: Worker, second: Worker):
    first.claim()
    for ordinal in range(12):
        first.record_round(ordinal, f'{{"round": {ordinal}}}')
    for part in range(12):
        first.record_message(part, f"{part}.5")
    store.clock.advance(LEASE)

    record = second.claim()

    assert record == TurnRecord(
        key=KEY,
        attempt=2,
        messages=tuple(f"{part}.5" for part in range(12)),
        rounds=tuple(f'{{"round": {ordinal}}}' for ordinal in range(12)),
    )


def test_a_third_worker_finds_what_the_first_two_left(store: Store, first: Worker, second: Worker):
    first.claim()
    first.record_round(0, "0")
    first.record_message(0, "1.0")
    store.clock.advance(LEASE)
    second.claim()
    second.record_round(1, "1")
    second.record_message(1, "2.0")
    store.clock.advance(LEASE)

    record = store.worker(2).claim()

    assert record == TurnRecord(key=KEY, attempt=3, messages=("1.0", "2.0"), rounds=("0", "1"))


def test_a_part_and_a_round_that_are_recorded_again_are_overwritten(store: Store, first: Worker, second: Worker):
    first.claim()
    for again in ("old", "new", "new"):
        first.record_message(0, again)
        first.record_round(0, again)
    store.clock.advance(LEASE)

    record = second.claim()

    assert (record.messages, record.rounds) == (("new",), ("new",))


def test_twenty_rounds_of_100_kilobytes_come_back_whole(store: Store, first: Worker, second: Worker):
    rounds = tuple(chr(ord("a") + ordinal) * (ROUND_BYTES - 7) + "żółw" for ordinal in range(20))
    first.claim()
    for ordinal, round_json in enumerate(rounds):
        first.record_round(ordinal, round_json)
    first.release()

    record = second.claim()

    assert record.rounds == rounds


def test_the_owner_may_claim_again_and_is_still_at_its_first_attempt(store: Store, first: Worker, second: Worker):
    first.claim()
    first.record_message(0, "1.1")
    store.clock.advance(20)

    record = first.claim()

    assert record == TurnRecord(key=KEY, attempt=1, messages=("1.1",))
    store.clock.advance(29)
    with pytest.raises(TurnTaken):
        second.claim()


def test_an_owner_of_the_same_name_that_comes_after_the_lease_ran_out_is_another_attempt(store: Store, first: Worker):
    first.claim()
    store.clock.advance(LEASE)

    assert first.claim().attempt == 2


@pytest.mark.parametrize("owner", [0, 1, 2], ids=OWNERS)
def test_a_completed_turn_is_done_for_everybody_and_for_good(store: Store, owner: int):
    worker = store.worker(0)
    worker.claim()
    worker.complete()
    store.clock.advance(LEASE * 10)

    with pytest.raises(TurnTaken) as taken:
        store.worker(owner).claim()

    assert taken.value.done is True


def test_a_turn_may_be_completed_twice_by_its_owner(first: Worker):
    first.claim()

    first.complete("answered")
    first.complete("failed")

    with pytest.raises(TurnTaken):
        first.claim()


def test_a_released_turn_is_taken_over_at_once_with_its_record(first: Worker, second: Worker):
    first.claim()
    first.record_message(0, "1.1")
    first.record_round(0, "{}")
    first.release()

    record = second.claim()

    assert record == TurnRecord(key=KEY, attempt=2, messages=("1.1",), rounds=("{}",))


def test_a_turn_may_be_released_twice_by_its_owner(first: Worker, second: Worker):
    first.claim()

    first.release()
    first.release()

    assert second.claim().attempt == 2


def test_a_turn_that_was_handed_on_is_taken_over_at_once_with_what_there_is_so_far(first: Worker, second: Worker):
    first.claim()
    first.record_message(0, "1.1")
    first.record_round(0, "{}")
    first.hand_on(1, "Once upon a")

    record = second.claim()

    assert record == TurnRecord(
        key=KEY, attempt=2, messages=("1.1",), rounds=("{}",), leg=1, so_far="Once upon a", stop_asked=False
    )


def test_what_was_handed_on_stands_until_the_next_leg_is(store: Store, first: Worker, second: Worker):
    first.claim()
    first.hand_on(1, "Once")
    second.claim()
    store.clock.advance(LEASE)
    third = store.worker(2)

    assert (third.claim().leg, third.claim().so_far) == (1, "Once")
    third.hand_on(2, "Once upon")
    first.claim()
    first.release()
    assert (second.claim().leg, second.claim().so_far) == (2, "Once upon")


def test_as_much_as_a_round_may_be_handed_on_and_nothing_too(store: Store, first: Worker, second: Worker):
    long = "x" * (ROUND_BYTES - 7) + "żółw"
    first.claim()

    first.hand_on(1, long)
    handed_on = second.claim().so_far
    second.hand_on(2, "")
    at_last = first.claim()

    assert handed_on == long
    assert (at_last.leg, at_last.so_far) == (2, "")


@pytest.mark.parametrize("leg", [0, 1, 2])
def test_a_turn_may_be_handed_on_twice_by_its_owner_and_the_first_time_counts(first: Worker, second: Worker, leg: int):
    first.claim()
    first.hand_on(2, "first")

    first.hand_on(leg, "second")

    record = second.claim()
    assert (record.leg, record.so_far) == (2, "first")


def test_a_leg_that_was_handed_on_already_costs_its_owner_no_later_claim(first: Worker, second: Worker):
    first.claim()
    first.hand_on(1)
    first.claim()

    first.hand_on(1)

    with pytest.raises(TurnTaken):
        second.claim()


def test_who_is_no_more_the_last_holder_has_handed_on_nothing_whatever_the_leg(first: Worker, second: Worker):
    first.claim()
    first.hand_on(1, "mine")
    second.claim()

    for leg in (0, 1, 2):
        with pytest.raises(LeaseLost):
            first.hand_on(leg, "late")

    second.release()
    record = first.claim()
    assert (record.leg, record.so_far) == (1, "mine")


def test_a_turn_that_was_given_back_is_not_handed_on(first: Worker, second: Worker):
    first.claim()
    first.release()

    with pytest.raises(LeaseLost):
        first.hand_on()

    assert second.claim().leg == 0


@pytest.mark.parametrize("end", ["completed", "expired"])
def test_a_leg_of_a_turn_that_is_over_was_not_handed_on(store: Store, first: Worker, end: str):
    first.claim()
    first.hand_on(1)
    first.claim()
    if end == "completed":
        first.complete()
    else:
        store.clock.advance(RETENTION)

    with pytest.raises(LeaseLost):
        first.hand_on(1)


def test_a_failed_turn_is_reopened_with_its_record(store: Store, first: Worker, second: Worker):
    first.claim()
    first.record_message(0, "1.1")
    first.hand_on(1, "Once")
    first.claim()
    first.complete("failed")

    record = second.claim(reopen=True)

    assert record == TurnRecord(key=KEY, attempt=3, messages=("1.1",), leg=1, so_far="Once")
    second.complete("answered")
    for worker in (first, second, store.worker(2)):
        with pytest.raises(TurnTaken) as taken:
            worker.claim(reopen=True)
        assert taken.value.done is True


def test_a_reopened_turn_is_held_like_any_other(store: Store, first: Worker, second: Worker):
    first.claim()
    first.complete("failed")
    first.claim(reopen=True)

    with pytest.raises(TurnTaken) as taken:
        second.claim(reopen=True)

    assert taken.value.done is False
    assert first.claim(reopen=True).attempt == 2
    assert first.renew() is False
    store.clock.advance(LEASE)
    assert second.claim().attempt == 3


@pytest.mark.parametrize("outcome", ["answered", "refused", "stopped"])
def test_what_did_not_fail_is_not_reopened(first: Worker, second: Worker, outcome: str):
    first.claim()
    first.complete(outcome)

    with pytest.raises(TurnTaken) as taken:
        second.claim(reopen=True)

    assert taken.value.done is True


def test_a_failed_turn_is_done_for_who_does_not_reopen_it(first: Worker, second: Worker):
    first.claim()
    first.complete("failed")

    with pytest.raises(TurnTaken) as taken:
        second.claim()

    assert taken.value.done is True


@pytest.mark.parametrize("standing", ["new", "released", "expired", "failed and expired"])
def test_reopening_what_is_free_is_claiming_it(store: Store, first: Worker, second: Worker, standing: str):
    if standing != "new":
        first.claim()
    match standing:
        case "released":
            first.release()
        case "expired":
            store.clock.advance(RETENTION)
        case "failed and expired":
            first.complete("failed")
            store.clock.advance(RETENTION)

    record = second.claim(reopen=True)

    assert record == TurnRecord(key=KEY, attempt=2 if standing == "released" else 1)


def test_who_holds_the_turn_hears_that_a_stop_was_asked_for_when_renewing(first: Worker, second: Worker):
    first.claim()

    before, asked, after = first.renew(), second.ask_stop(), first.renew()

    assert (before, asked, after) == (False, True, True)
    assert second.ask_stop() is True


@pytest.mark.parametrize("end", [Worker.renew, Worker.release, Worker.hand_on], ids=["left", "released", "handed on"])
def test_a_stop_is_for_whoever_claims_the_turn_next(
    store: Store, first: Worker, second: Worker, end: Callable[[Worker], object]
):
    first.claim()
    end(first)
    asked = second.ask_stop()
    store.clock.advance(LEASE)

    record = second.claim()

    assert asked is True
    assert record.stop_asked is True


@pytest.mark.parametrize("standing", ["never claimed", "completed", "expired", "another turn"])
def test_there_is_nothing_to_stop_where_no_such_turn_is_unfinished(
    store: Store, first: Worker, second: Worker, standing: str
):
    match standing:
        case "completed":
            first.claim()
            first.complete("failed")
        case "expired":
            first.claim()
            store.clock.advance(RETENTION)
        case "another turn":
            store.worker(0, "C024BE91L:1763647200.000200").claim()

    assert second.ask_stop() is False

    assert second.claim(reopen=True).stop_asked is False


CHANGES: dict[str, Callable[[Worker], object]] = {
    "renew": Worker.renew,
    "record_message": lambda worker: worker.record_message(0, "9.9"),
    "record_round": lambda worker: worker.record_round(0, '"other"'),
    "complete": Worker.complete,
    "release": Worker.release,
    "hand_on": Worker.hand_on,
}
by_every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@by_every_change
def test_a_lease_that_ran_out_unclaimed_still_belongs_to_its_owner(
    store: Store, first: Worker, change: Callable[[Worker], object]
):
    first.claim()
    store.clock.advance(LEASE * 2)

    change(first)


@by_every_change
def test_who_lost_the_lease_is_told_so_and_changes_nothing(
    store: Store, first: Worker, second: Worker, change: Callable[[Worker], object]
):
    first.claim()
    first.record_message(0, "1.1")
    first.record_round(0, '"mine"')
    store.clock.advance(LEASE)
    second.claim()
    store.clock.advance(LEASE - 1)

    with pytest.raises(LeaseLost):
        change(first)

    with pytest.raises(TurnTaken) as taken:
        store.worker(2).claim()
    assert taken.value.done is False
    store.clock.advance(1)
    assert store.worker(2).claim() == TurnRecord(key=KEY, attempt=3, messages=("1.1",), rounds=('"mine"',))


@by_every_change
def test_nobody_holds_a_turn_that_was_never_claimed(store: Store, first: Worker, change: Callable[[Worker], object]):
    with pytest.raises(LeaseLost):
        change(first)

    assert first.claim() == TurnRecord(key=KEY)


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "complete"])
def test_nobody_holds_a_completed_turn(first: Worker, second: Worker, name: str):
    first.claim()
    first.complete()

    with pytest.raises(LeaseLost):
        CHANGES[name](first)

    with pytest.raises(TurnTaken) as taken:
        second.claim()
    assert taken.value.done is True


@pytest.mark.parametrize("name", [name for name in CHANGES if name not in {"release", "hand_on"}])
def test_nobody_holds_a_turn_that_was_handed_on(first: Worker, second: Worker, name: str):
    first.claim()
    first.hand_on()

    with pytest.raises(LeaseLost):
        CHANGES[name](first)

    assert second.claim() == TurnRecord(key=KEY, attempt=2, leg=1, so_far="So far.")


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "release"])
def test_nobody_holds_a_released_turn(first: Worker, second: Worker, name: str):
    first.claim()
    first.release()

    with pytest.raises(LeaseLost):
        CHANGES[name](first)

    assert second.claim() == TurnRecord(key=KEY, attempt=2)


ENDS = {
    "completed": Worker.complete,
    "released": Worker.release,
    "left": Worker.renew,
    "handed on": Worker.hand_on,
    "asked to stop": Worker.ask_stop,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_turn_past_its_retention_counts_as_never_seen(
    store: Store, first: Worker, second: Worker, end: Callable[[Worker], object]
):
    first.claim()
    first.record_message(0, "1.1")
    first.record_round(0, "{}")
    end(first)
    store.clock.advance(RETENTION)

    with pytest.raises(LeaseLost):
        first.renew()
    record = second.claim()

    assert record == TurnRecord(key=KEY)
    with pytest.raises(TurnTaken):
        first.claim()


def test_retention_is_counted_from_the_first_claim(store: Store, first: Worker, second: Worker):
    first.claim()
    store.clock.advance(RETENTION - 10)
    second.claim()
    store.clock.advance(10)

    assert store.worker(2).claim() == TurnRecord(key=KEY)


@pytest.mark.parametrize("standing", ["new", "left", "expired", "failed"])
def test_of_threads_that_race_for_a_turn_exactly_one_has_it(store: Store, standing: str):
    racers = [store.worker(number) for number in range(8)]
    attempt = 1
    if standing != "new":
        store.worker(9).claim()
    if standing == "failed":
        attempt = 2
        store.worker(9).complete("failed")
    elif standing != "new":
        attempt = 2 if standing == "left" else 1
        store.clock.advance(LEASE if standing == "left" else RETENTION)
    start = threading.Barrier(len(racers))

    def race(worker: Worker) -> int | str:
        start.wait()
        try:
            with store.race():
                return worker.claim(reopen=standing == "failed").attempt
        except TurnTaken as taken:
            return "done" if taken.done else "taken"

    with ThreadPoolExecutor(len(racers)) as threads:
        results = list(threads.map(race, racers))

    assert sorted(results, key=str) == [attempt, *["taken"] * 7]


class Turns(RuleBasedStateMachine):
    """Three owners do what they like to one turn, and time passes; the ledger says what the port's docstring says."""

    store: Store  # set by the test

    def __init__(self) -> None:
        super().__init__()
        # Each run is a turn of its own: emptying a store would take longer than the run.
        self.key = f"C{next(TABLES)}:1.0"
        self.forget()

    def forget(self) -> None:
        self.holder, self.until, self.expires = "", 0.0, 0.0
        self.attempt, self.done = 0, False
        self.messages: dict[int, str] = {}
        self.rounds: dict[int, str] = {}
        self.leg, self.so_far, self.failed, self.stop_asked = 0, "", False, False

    def worker(self, number: int) -> Worker:
        if self.expires and self.store.clock.now >= self.expires:
            self.forget()
        return self.store.worker(number, self.key)

    @rule(number=st.integers(0, 2), reopen=st.booleans())
    def claim(self, number: int, *, reopen: bool) -> None:
        worker, now = self.worker(number), self.store.clock.now
        reopens = reopen and self.done and self.failed
        runs = self.until > now and not reopens
        if (self.done and not reopens) or (runs and self.holder != worker.owner):
            with pytest.raises(TurnTaken) as taken:
                worker.claim(reopen=reopen)
            assert taken.value.done is self.done
            return

        record = worker.claim(reopen=reopen)

        self.attempt += 0 if runs else 1
        self.stop_asked &= runs or not reopen
        self.done = False
        self.holder, self.until, self.expires = worker.owner, now + LEASE, self.expires or now + RETENTION
        assert record == TurnRecord(
            key=self.key,
            attempt=self.attempt,
            messages=tuple(self.messages.values()),
            rounds=tuple(self.rounds.values()),
            leg=self.leg,
            so_far=self.so_far,
            stop_asked=self.stop_asked,
        )

    def held_by(self, worker: Worker) -> bool:
        return self.holder == worker.owner and not self.done

    @rule(number=st.integers(0, 2), content=st.sampled_from(["a", "b"]), again=st.booleans())
    def record(self, number: int, content: str, *, again: bool) -> None:
        worker = self.worker(number)
        part = max(0, len(self.messages) - again)
        ordinal = max(0, len(self.rounds) - again)
        if not (self.held_by(worker) and self.until):
            for change in (worker.record_message, worker.record_round):
                with pytest.raises(LeaseLost):
                    change(0, content)
            return

        worker.record_message(part, content)
        worker.record_round(ordinal, content)

        self.messages[part] = self.rounds[ordinal] = content

    @rule(number=st.integers(0, 2))
    def renew(self, number: int) -> None:
        worker = self.worker(number)
        if not (self.held_by(worker) and self.until):
            with pytest.raises(LeaseLost):
                worker.renew()
            return

        stop_asked = worker.renew()

        assert stop_asked is self.stop_asked
        self.until = self.store.clock.now + LEASE

    @rule(number=st.integers(0, 2))
    def release(self, number: int) -> None:
        worker = self.worker(number)
        if not self.held_by(worker):
            with pytest.raises(LeaseLost):
                worker.release()
            return

        worker.release()

        self.until = 0.0

    @rule(number=st.integers(0, 2), ahead=st.sampled_from([0, 1, 1]))
    def hand_on(self, number: int, ahead: int) -> None:
        worker, leg = self.worker(number), self.leg + ahead
        if not self.held_by(worker) or (ahead and not self.until):
            with pytest.raises(LeaseLost):
                worker.hand_on(leg, "nobody's")
            return

        worker.hand_on(leg, f"until leg {leg}")

        if ahead:
            self.leg, self.so_far, self.until = leg, f"until leg {leg}", 0.0

    @rule()
    def ask_stop(self) -> None:
        worker = self.worker(0)
        unfinished = bool(self.attempt) and not self.done

        assert worker.ask_stop() is unfinished

        self.stop_asked = self.stop_asked or unfinished

    @precondition(lambda self: self.attempt > 1)  # a done turn has little left to show: not before a takeover
    @rule(number=st.integers(0, 2), outcome=st.sampled_from(["answered", "failed"]))
    def complete(self, number: int, outcome: str) -> None:
        worker = self.worker(number)
        if self.holder != worker.owner or not self.until:
            with pytest.raises(LeaseLost):
                worker.complete(outcome)
            return

        worker.complete(outcome)

        self.failed = self.failed if self.done else outcome == "failed"
        self.done = True

    @rule(seconds=st.sampled_from([1, 29, 30, 31]))
    def time_passes(self, seconds: int) -> None:
        self.store.clock.advance(seconds)

    @precondition(lambda self: self.done)
    @rule()
    def retention_passes(self) -> None:
        self.store.clock.advance(RETENTION)


def test_at_most_one_holds_done_is_done_and_nothing_recorded_is_lost(store: Store, request: pytest.FixtureRequest):
    machine = type("Turns", (Turns,), {"store": store})
    quick = store.instances == 1 and "dynamodb" not in request.node.name

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60 if quick else 6,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(scope="session")
def nowhere() -> Iterator[Any]:
    with closed_port() as endpoint, aws_client("dynamodb", endpoint) as client:
        yield client


@pytest.mark.parametrize("kind", ["memory", "sqlite", "dynamodb"])
@pytest.mark.parametrize(
    "call", [Worker.claim, Worker.ask_stop, *CHANGES.values()], ids=["claim", "ask_stop", *CHANGES]
)
def test_a_store_that_does_not_answer_is_unavailable(
    call: Callable[[Worker], object], kind: str, tmp_path: Path, nowhere: Any
):
    match kind:
        case "memory":
            ledger: Ledger = MemoryLedger()
            ledger.down = True
        case "sqlite":
            with Database(tmp_path / "gone.sqlite3") as database:
                ledger = SQLiteLedger(database)
        case _:
            ledger = DynamoDBLedger(nowhere, "vera")

    with pytest.raises(LedgerUnavailable):
        call(Worker(ledger, "first"))


def test_losing_is_nothing_to_tell_a_person():
    assert issubclass(TurnTaken, Drop)
    assert issubclass(LeaseLost, Drop)
