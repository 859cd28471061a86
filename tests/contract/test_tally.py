"""What `vera.assistant.budget.Tally` promises, asked of the one in memory and of every store."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from fakes.aws import aws_client, closed_port, create_table, moto_server
from vera.assistant.budget import RUNNING_SECONDS, LocalTally
from vera.assistant.pacing import Count
from vera.errors import LedgerUnavailable
from vera.playground.journal.pipe import PipeJournal
from vera.playground.journal.witness import WitnessedTally, Witnesses
from vera.storage.dynamodb_tally import DynamoDBTally
from vera.storage.sqlite import Database
from vera.storage.sqlite_tally import SQLiteTally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from vera.assistant.budget import Tally
    from vera.assistant.pacing import Write

TEAM = "T024BE7LD"
NOW = 1_760_000_000.0
COST = 1.25  # of seconds that add up exactly
BURST = 20 * COST


@dataclass
class Store:
    """A count of nothing yet. `open` is how one more process would reach it."""

    open: Callable[[], Tally]
    instances: int = 1
    _opened: list[Tally] = field(default_factory=list)

    def worker(self, number: int) -> Tally:
        if len(self._opened) < self.instances:
            self._opened.extend(self.open() for _ in range(self.instances))
        return self._opened[number % self.instances]


@contextmanager
def local_store() -> Iterator[Store]:
    tally = LocalTally()
    yield Store(lambda: tally)


@contextmanager
def witnessed_store() -> Iterator[Store]:
    tally = LocalTally()
    yield Store(lambda: WitnessedTally(tally, Witnesses(PipeJournal(None))))


@contextmanager
def sqlite_store(path: Path | str, *, instances: int = 1) -> Iterator[Store]:
    with ExitStack() as databases:
        yield Store(lambda: SQLiteTally(databases.enter_context(Database(path))), instances)


class OneAtATime:
    """A client whose requests wait for each other.

    Moto reads, checks and writes an item without holding anything while it does. DynamoDB's conditional writes are
    atomic: so each of them is here, and nothing besides; what goes on between two of one call is as it comes.
    """

    def __init__(self, client: Any) -> None:
        self._client, self._lock = client, threading.Lock()

    def update_item(self, **request: Any) -> Any:
        with self._lock:
            return self._client.update_item(**request)


TABLES = count()


@contextmanager
def dynamodb_store(client: Any) -> Iterator[Store]:
    table = f"budget{next(TABLES)}"
    create_table(client, table)
    calm = OneAtATime(client)
    yield Store(lambda: DynamoDBTally(calm, table), instances=3)


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[Any]:
    with moto_server() as endpoint, aws_client("dynamodb", endpoint) as client:
        yield client


STORES = ("local", "witnessed", "sqlite in memory", "sqlite", "sqlite opened three times", "dynamodb")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Open an empty store of each kind."""
    opening: AbstractContextManager[Store]
    match request.param:
        case "local":
            opening = local_store()
        case "witnessed":
            opening = witnessed_store()
        case "sqlite in memory":
            opening = sqlite_store(":memory:")
        case "sqlite":
            opening = sqlite_store(tmp_path / "vera.sqlite3")
        case "sqlite opened three times":
            opening = sqlite_store(tmp_path / "vera.sqlite3", instances=3)
        case _:
            opening = dynamodb_store(request.getfixturevalue("dynamodb"))
    with opening as opened:
        yield opened


@pytest.fixture
def tally(store: Store) -> Tally:
    return store.worker(0)


@pytest.fixture
def another(store: Store) -> Tally:
    """Reach the same count as another worker does."""
    return store.worker(1)


def spend(
    tally: Tally,
    answer: str = "one",
    *,
    now: float = NOW,
    seconds: float = COST,
    until: float = math.inf,
    workspace: str = TEAM,
    write: Write = "update",
) -> tuple[bool, Count]:
    return tally.spend(workspace, write, answer=answer, now=now, seconds=seconds, until=until)


def look(tally: Tally, *, now: float = NOW, workspace: str = TEAM, write: Write = "update") -> Count:
    """Return the count as it stands: nothing is spent before the beginning of time."""
    taken, found = spend(tally, "nobody", now=now, seconds=0.0, until=-math.inf, workspace=workspace, write=write)
    assert not taken
    return found


def test_the_first_write_is_counted_from_now(tally: Tally, another: Tally):
    assert spend(tally) == (True, Count(NOW + COST, running=1))

    assert look(another) == Count(NOW + COST, running=1)


def test_nobody_has_written_where_nobody_has(tally: Tally):
    assert look(tally) == Count(-math.inf, running=0)


def test_writes_add_up_whoever_makes_them(tally: Tally, another: Tally):
    spend(tally, "one")
    spend(another, "two")

    assert spend(tally, "one", now=NOW + 1) == (True, Count(NOW + 3 * COST, running=2))


def test_after_a_rest_counting_begins_anew(tally: Tally, another: Tally):
    spend(tally)

    assert spend(another, "two", now=NOW + 60) == (True, Count(NOW + 60 + COST, running=2))
    assert spend(tally, now=NOW + 90) == (True, Count(NOW + 90 + COST, running=2))


@pytest.mark.parametrize("clock", [-5.0, 5.0], ids=["behind", "ahead"])
def test_a_worker_whose_clock_goes_wrong_brings_nothing_forward(tally: Tally, another: Tally, clock: float):
    spend(tally, seconds=3 * COST)

    taken, after = spend(another, "two", now=NOW + clock, seconds=0.0)

    assert taken
    assert after.full_at == max(NOW + 3 * COST, NOW + clock)


@pytest.mark.parametrize("spent", [0, 1], ids=["at first", "later"])
@pytest.mark.parametrize(("slack", "taken"), [(-0.25, False), (0.0, True), (0.25, True)])
def test_what_would_go_past_its_end_is_not_spent(tally: Tally, spent: int, slack: float, *, taken: bool):
    for _ in range(spent):
        spend(tally)
    before = look(tally)

    result = spend(tally, "two", until=NOW + COST * (spent + 1) + slack)

    if taken:
        assert result == (True, Count(NOW + COST * (spent + 1), running=spent + 1))
    else:
        assert result == (False, before)
        assert look(tally) == before


def test_an_answer_that_is_refused_still_runs_if_it_did(tally: Tally):
    spend(tally, "one")

    taken, counted = spend(tally, "one", until=NOW)

    assert (taken, counted.running) == (False, 1)


def test_an_answer_begins_to_run_without_a_write(tally: Tally, another: Tally):
    begun = [spend(worker, name, seconds=0.0) for worker, name in ((tally, "one"), (another, "two"), (tally, "one"))]

    assert begun == [(True, Count(NOW, running)) for running in (1, 2, 2)]


def test_an_answer_runs_on_for_its_time_after_its_last_write_and_no_longer(tally: Tally, another: Tally):
    spend(tally, "one")
    spend(tally, "two", now=NOW + 60)
    spend(tally, "one", now=NOW + 90)

    counted = [look(another, now=NOW + seconds).running for seconds in (100, 60 + RUNNING_SECONDS - 0.25)]
    after = [look(another, now=NOW + seconds + RUNNING_SECONDS).running for seconds in (60, 89.75, 90)]

    assert counted == [2, 2]
    assert after == [1, 1, 0]


def test_an_answer_that_ran_out_runs_again_with_its_next_write(tally: Tally, another: Tally):
    spend(tally, "one")
    spend(another, "two", now=NOW + RUNNING_SECONDS, seconds=0.0)

    assert spend(tally, "one", now=NOW + RUNNING_SECONDS)[1].running == 2


def test_an_answer_that_leaves_is_counted_no_more_however_often_it_says_so(tally: Tally, another: Tally):
    spend(tally, "one")
    spend(another, "two")

    for worker in (tally, another, tally):
        worker.leave(TEAM, "update", answer="one")

    assert look(another) == Count(NOW + 2 * COST, running=1)


def test_who_never_came_may_leave(tally: Tally):
    tally.leave(TEAM, "update", answer="one")
    spend(tally, "two")
    tally.leave(TEAM, "update", answer="one")

    assert look(tally).running == 1


def test_who_left_may_come_back(tally: Tally):
    spend(tally)
    tally.leave(TEAM, "update", answer="one")

    assert spend(tally) == (True, Count(NOW + 2 * COST, running=1))


def test_a_pause_puts_the_budget_off_for_everybody(tally: Tally, another: Tally):
    spend(tally)

    another.pause(TEAM, "update", full_at=NOW + 30)

    assert look(tally) == Count(NOW + 30, running=1)
    assert spend(tally) == (True, Count(NOW + 30 + COST, running=1))


def test_a_pause_brings_nothing_forward(tally: Tally, another: Tally):
    spend(tally, seconds=40.0)

    another.pause(TEAM, "update", full_at=NOW + 30)

    assert look(tally).full_at == NOW + 40


def test_a_pause_may_be_the_first_that_is_heard(tally: Tally):
    tally.pause(TEAM, "update", full_at=NOW + 30)

    assert look(tally) == Count(NOW + 30, running=0)
    assert spend(tally) == (True, Count(NOW + 30 + COST, running=1))


def test_workspaces_and_kinds_of_writes_know_nothing_of_each_other(tally: Tally):
    spend(tally)
    tally.pause(TEAM, "append", full_at=NOW + 30)
    tally.leave("T2", "update", answer="one")

    for other in ({"workspace": "T2"}, {"write": "start"}, {"write": "stop"}):
        assert look(tally, **other) == Count(-math.inf, running=0)
    assert look(tally) == Count(NOW + COST, running=1)
    assert look(tally, write="append") == Count(NOW + 30, running=0)


ODD_NAMES = ("C024BE91L:1763647200.000100", "a.b", "a#b", "#a", ":a", "running", "żółw", "it's", "x" * 500)


def test_answers_may_have_any_name(tally: Tally):
    for name in ODD_NAMES:
        spend(tally, name)
    tally.leave(TEAM, "update", answer="a.b")

    assert look(tally).running == len(ODD_NAMES) - 1


@pytest.mark.parametrize("rested", [False, True], ids=["a new count", "a count of before"])
def test_workers_that_spend_at_once_never_overdraw_and_leave_nothing_behind(store: Store, *, rested: bool):
    """Eight workers write ten times each, as quickly as they can: twenty writes are all there is."""
    if rested:
        spend(store.worker(9), "before", now=NOW - RUNNING_SECONDS)
    workers = [store.worker(number) for number in range(8)]
    start = threading.Barrier(len(workers))

    def write(number: int) -> int:
        start.wait()
        return sum(spend(workers[number], f"answer {number}", until=NOW + BURST)[0] for _ in range(10))

    with ThreadPoolExecutor(len(workers)) as threads:
        taken = sum(threads.map(write, range(len(workers))))

    assert taken == 20
    assert look(store.worker(0)).full_at == NOW + BURST


def test_workers_that_come_and_go_at_once_are_counted_exactly(store: Store):
    start = threading.Barrier(8)

    def live(number: int) -> None:
        tally = store.worker(number)
        start.wait()
        for life in range(5):
            spend(tally, f"{number}.{life}", seconds=0.0)
            spend(tally, f"{number}.{life}")
            if life < 4:
                tally.leave(TEAM, "update", answer=f"{number}.{life}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(live, range(8)))

    assert look(store.worker(0)) == Count(NOW + 40 * COST, running=8)


def test_of_a_pause_and_writes_at_once_none_is_lost(store: Store):
    start = threading.Barrier(4)

    def write(number: int) -> None:
        tally = store.worker(number)
        start.wait()
        if number:
            spend(tally, f"answer {number}", seconds=10.0)
        else:
            tally.pause(TEAM, "update", full_at=NOW + 5)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))

    counted = look(store.worker(0))
    assert counted.running == 3
    assert NOW + 30 <= counted.full_at <= NOW + 35


class Writes(RuleBasedStateMachine):
    """Three workers do what they like to one count, and time passes; the count is what the port's docstring says."""

    store: Store  # set by the test

    def __init__(self) -> None:
        super().__init__()
        self.team = f"T{next(TABLES)}"  # emptying a store would take longer than the run
        self.now = NOW
        self.full_at = -math.inf
        self.ends: dict[str, float] = {}

    def counted(self) -> Count:
        return Count(self.full_at, sum(end > self.now for end in self.ends.values()))

    @rule(
        number=st.integers(0, 2),
        answer=st.sampled_from("abc"),
        seconds=st.sampled_from([0.0, 0.5, COST, 3.0]),
        room=st.sampled_from([-math.inf, 0.0, 1.0, 5.0, math.inf]),
    )
    def spend(self, number: int, answer: str, seconds: float, room: float) -> None:
        after = max(self.full_at, self.now) + seconds

        taken, counted = spend(
            self.store.worker(number),
            answer,
            now=self.now,
            seconds=seconds,
            until=self.now + room,
            workspace=self.team,
        )

        assert taken is (after <= self.now + room)
        if taken:
            self.full_at = after
            self.ends[answer] = self.now + RUNNING_SECONDS
        assert counted == self.counted()

    @rule(number=st.integers(0, 2), seconds=st.sampled_from([-5.0, 0.5, 5.0, 30.0]))
    def pause(self, number: int, seconds: float) -> None:
        self.store.worker(number).pause(self.team, "update", full_at=self.now + seconds)

        self.full_at = max(self.full_at, self.now + seconds)

    @rule(number=st.integers(0, 2), answer=st.sampled_from("abc"))
    def leave(self, number: int, answer: str) -> None:
        self.store.worker(number).leave(self.team, "update", answer=answer)

        self.ends.pop(answer, None)

    @rule(seconds=st.sampled_from([0.25, 1.0, 5.0, 59.75, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds


def test_the_count_is_exact_whatever_happens(store: Store, request: pytest.FixtureRequest):
    machine = type("Writes", (Writes,), {"store": store})
    quick = store.instances == 1

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60 if quick else 10,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


CALLS: dict[str, Callable[[Tally], object]] = {
    "spend": spend,
    "pause": lambda tally: tally.pause(TEAM, "update", full_at=NOW),
    "leave": lambda tally: tally.leave(TEAM, "update", answer="one"),
}


@pytest.fixture(scope="session")
def nowhere() -> Iterator[Any]:
    with closed_port() as endpoint, aws_client("dynamodb", endpoint) as client:
        yield client


@pytest.mark.parametrize("kind", ["sqlite", "dynamodb"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_store_that_does_not_answer_is_unavailable(
    call: Callable[[Tally], object], kind: str, tmp_path: Path, nowhere: Any
):
    if kind == "sqlite":
        with Database(tmp_path / "gone.sqlite3") as database:
            tally: Tally = SQLiteTally(database)
    else:
        tally = DynamoDBTally(nowhere, "vera")

    with pytest.raises(LedgerUnavailable):
        call(tally)
