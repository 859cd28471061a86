"""The SQLite tally among processes and faults. The port: tests/contract/test_tally.py."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from vera.assistant.pacing import Count
from vera.errors import LedgerUnavailable
from vera.storage.sqlite import Database
from vera.storage.sqlite_tally import SQLiteTally

if TYPE_CHECKING:
    from pathlib import Path

TEAM = "T024BE7LD"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vera.sqlite3"


def test_processes_that_write_at_once_never_overdraw(path: Path):
    code = textwrap.dedent(
        f"""
        import sys
        from vera.storage.sqlite import Database
        from vera.storage.sqlite_tally import SQLiteTally
        path, answer = sys.argv[1:]
        print("ready", flush=True)
        sys.stdin.readline()
        with Database(path) as database:
            tally = SQLiteTally(database)
            taken = (
                tally.spend("{TEAM}", "update", answer=answer, now=1_000.0, seconds=1.25, until=1_050.0)[0]
                for _ in range(40)
            )
            print(sum(taken))
        """
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), f"answer {number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    taken = [int(process.communicate()[0]) for process in processes]

    assert sum(taken) == 40
    with Database(path) as database:
        _, counted = SQLiteTally(database).spend(
            TEAM, "update", answer="nobody", now=1_000.0, seconds=0.0, until=-math.inf
        )
    assert counted == Count(1_050.0, running=sum(each > 0 for each in taken))


def test_the_count_is_there_when_the_file_is_opened_again(path: Path):
    with Database(path) as database:
        SQLiteTally(database).spend(TEAM, "update", answer="one", now=1_000.0, seconds=1.25)

    with Database(path) as database:
        counted = SQLiteTally(database).spend(TEAM, "update", answer="two", now=1_000.0, seconds=1.25)

    assert counted == (True, Count(1_002.5, running=2))


def test_a_file_that_another_process_keeps_locked_is_unavailable_and_then_is_not(path: Path):
    with Database(path, busy_seconds=0.01) as database, closing(sqlite3.connect(path)) as other:
        tally = SQLiteTally(database)
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(LedgerUnavailable, match="locked"):
            tally.spend(TEAM, "update", answer="one", now=1_000.0, seconds=1.25)

        other.execute("ROLLBACK")
        assert tally.spend(TEAM, "update", answer="one", now=1_000.0, seconds=1.25)[0]


def test_answers_that_run_no_more_leave_no_rows(path: Path):
    with Database(path) as database:
        tally = SQLiteTally(database)
        for number in range(10):
            tally.spend(TEAM, "update", answer=f"dead {number}", now=1_000.0, seconds=1.25)
        tally.spend(TEAM, "update", answer="one", now=2_000.0, seconds=0.0)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT answer FROM budget_answer").fetchall() == [("one",)]
