"""The SQLite ledger's files, faults and neighbours. The port: tests/contract/test_ledger.py."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import textwrap
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from fakes.ledger import StandingClock
from vera.assistant.ledger import TurnRecord
from vera.errors import LedgerUnavailable, SettingsError, TurnTaken
from vera.storage.schema import SCHEMA
from vera.storage.sqlite import Database, SQLiteLedger

if TYPE_CHECKING:
    from pathlib import Path

KEY = "C024BE91L:1763647200.000100"
LEASE = 30.0


def claim(ledger: SQLiteLedger, owner: str = "first") -> TurnRecord:
    return ledger.claim(KEY, owner=owner, lease_seconds=LEASE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vera.sqlite3"


def test_the_folder_of_a_new_file_is_made(tmp_path: Path):
    with Database(tmp_path / "deep" / "down" / "vera.sqlite3") as database:
        claim(SQLiteLedger(database))

    assert (tmp_path / "deep" / "down" / "vera.sqlite3").is_file()


def test_what_was_recorded_is_there_when_the_file_is_opened_again(path: Path):
    with Database(path) as database:
        ledger = SQLiteLedger(database)
        claim(ledger)
        ledger.record_message(KEY, owner="first", part=0, ts="1.1")
        ledger.release(KEY, owner="first")

    with Database(path) as database:
        assert claim(SQLiteLedger(database), "second") == TurnRecord(key=KEY, attempt=2, messages=("1.1",))


def test_what_is_past_its_retention_is_deleted_with_all_that_belongs_to_it(path: Path):
    clock = StandingClock()
    with Database(path) as database:
        ledger = SQLiteLedger(database, clock=clock, retention_seconds=100)
        claim(ledger)
        ledger.record_message(KEY, owner="first", part=0, ts="1.1")
        ledger.record_round(KEY, owner="first", ordinal=0, round_json="{}")
        ledger.hand_on(KEY, owner="first", leg=1, so_far="Once")
        clock.advance(100)
        ledger.claim("another", owner="first", lease_seconds=LEASE)

    with closing(sqlite3.connect(path)) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  # the names stand here
            for table in ("turn", "turn_message", "turn_round", "turn_leg")
        ]
    assert counts == [1, 0, 0, 0]


@pytest.mark.parametrize("obstacle", ["a folder", "a file for a folder", "a folder that may not be written"])
def test_a_path_that_cannot_be_opened_is_for_the_operator(tmp_path: Path, obstacle: str):
    path = tmp_path / "vera.sqlite3"
    match obstacle:
        case "a folder":
            path.mkdir()
        case "a file for a folder":
            path.write_text("")
            path /= "vera.sqlite3"
        case _:
            if os.geteuid() == 0:
                path = tmp_path / ("x" * 300) / "vera.sqlite3"  # root may write anywhere, but not under such a name
            else:
                tmp_path.chmod(0o500)

    with pytest.raises(SettingsError, match=r"VERA_DATABASE: .* cannot be opened"):
        Database(path)


def test_a_file_of_a_newer_vera_is_left_alone(path: Path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(SettingsError, match="made by a newer Vera"):
        Database(path)


@pytest.mark.parametrize("version", range(1, len(SCHEMA)))
def test_a_file_of_an_older_vera_is_brought_up_with_what_is_in_it(path: Path, version: int):
    with closing(sqlite3.connect(path)) as connection:
        for statement in (each for statements in SCHEMA[:version] for each in statements):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute(
            "INSERT INTO turn (key, held_by, lease_until, attempt, expires_at) VALUES (?, 'old', 0, 1, 9e9)", (KEY,)
        )
        connection.execute("INSERT INTO turn_message VALUES (?, 0, '1.1')", (KEY,))
        connection.commit()

    for _ in range(2):  # the second time it is up to date
        with Database(path) as database:
            record = SQLiteLedger(database).claim(KEY, owner="new", lease_seconds=LEASE)

    assert record == TurnRecord(key=KEY, attempt=2, messages=("1.1",))


def test_the_versions_that_are_out_there_are_never_changed():
    digests = [hashlib.sha256(repr(statements).encode()).hexdigest()[:12] for statements in SCHEMA]

    assert digests[:1] == ["9b689a25bad9"]


def test_a_file_that_is_no_database_is_unavailable(path: Path):
    path.write_bytes(b"this is no database, and long enough to be none" * 100)

    with pytest.raises(LedgerUnavailable, match="not a database"):
        Database(path)


def test_a_file_that_is_damaged_while_open_is_unavailable(path: Path):
    with Database(path) as database:
        ledger = SQLiteLedger(database)
        claim(ledger)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (size - 100))

    with pytest.raises(LedgerUnavailable), Database(path) as database:
        claim(SQLiteLedger(database), "second")


def test_a_file_that_another_process_keeps_locked_is_unavailable_and_then_is_not(path: Path):
    with Database(path, busy_seconds=0.01) as database, closing(sqlite3.connect(path)) as other:
        ledger = SQLiteLedger(database)
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(LedgerUnavailable, match="locked"):
            claim(ledger)

        other.execute("ROLLBACK")
        assert claim(ledger).attempt == 1


@pytest.mark.parametrize("holding", ["BEGIN IMMEDIATE", "BEGIN"], ids=["written", "read"])
def test_a_new_file_that_another_process_holds_is_unavailable_in_the_end(path: Path, holding: str):
    with closing(sqlite3.connect(path)) as other:
        other.isolation_level = None
        other.execute("CREATE TABLE theirs (a)")
        other.execute(holding)
        other.execute("SELECT * FROM theirs")

        with pytest.raises(LedgerUnavailable, match="locked"):
            Database(path, busy_seconds=0.01)


def test_a_closed_database_is_unavailable():
    with Database(":memory:") as database:
        pass

    with pytest.raises(LedgerUnavailable, match="closed"):
        claim(SQLiteLedger(database))


ROW = "INSERT INTO turn (key, held_by, lease_until, attempt, expires_at) VALUES ('key', 'owner', 1, 1, 1)"


@pytest.mark.parametrize(
    ("second", "raised"),
    [(ROW, LedgerUnavailable), (None, TypeError)],
    ids=["a statement that SQLite refuses", "a fault of the block"],
)
def test_a_transaction_that_fails_changes_nothing_and_leaves_the_database_usable(second: Any, raised: type[Exception]):
    def run(statements: list[Any]) -> None:
        with database.transaction() as connection:
            for statement in statements:
                connection.execute(statement)

    with Database(":memory:") as database:
        with pytest.raises(raised):
            run([ROW, second])

        run([ROW])


def test_databases_in_memory_are_apart():
    with Database(":memory:") as one, Database(":memory:") as other:
        claim(SQLiteLedger(one))

        assert claim(SQLiteLedger(other), "second").attempt == 1


def test_of_processes_that_race_for_a_new_file_and_its_turns_each_turn_has_one(path: Path):
    code = textwrap.dedent(
        """
        import sys
        from vera.errors import TurnTaken
        from vera.storage.sqlite import Database, SQLiteLedger
        path, owner = sys.argv[1:]
        print("ready", flush=True)
        sys.stdin.readline()
        with Database(path) as database:
            ledger = SQLiteLedger(database)
            for number in range(40):
                try:
                    ledger.claim(f"C1:{number}.0", owner=owner, lease_seconds=600)
                except TurnTaken:
                    continue
                print(number)
        """
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), f"owner{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    won = [process.communicate()[0].split() for process in processes]

    assert [process.returncode for process in processes] == [0] * 4
    assert Counter(number for numbers in won for number in numbers) == {str(number): 1 for number in range(40)}


def test_a_process_that_is_killed_halfway_is_followed_by_one_that_knows_what_it_left(path: Path):
    code = textwrap.dedent(
        f"""
        import os, sys
        from vera.storage.sqlite import Database, SQLiteLedger
        ledger = SQLiteLedger(Database(sys.argv[1]))
        ledger.claim("{KEY}", owner="killed", lease_seconds=0.0)
        ledger.record_message("{KEY}", owner="killed", part=0, ts="1.1")
        ledger.record_round("{KEY}", owner="killed", ordinal=0, round_json="[]")
        ledger.ask_stop("{KEY}")
        os.kill(os.getpid(), 9)
        """
    )

    killed = subprocess.run([sys.executable, "-c", code, str(path)], check=False)

    assert killed.returncode == -9
    with Database(path) as database:
        ledger = SQLiteLedger(database)
        assert claim(ledger, "second") == TurnRecord(
            key=KEY, attempt=2, messages=("1.1",), rounds=("[]",), stop_asked=True
        )
        with pytest.raises(TurnTaken):
            claim(ledger, "third")
