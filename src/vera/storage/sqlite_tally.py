"""The workspace's budget in the SQLite file, for the workers of one machine.

The invariant: every call is one immediate transaction, so nobody spends what another has just spent.
`tests/contract/test_tally.py` proves the port, `tests/unit/storage/test_sqlite_tally.py` processes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vera.assistant.budget import RUNNING_SECONDS, Tally
from vera.assistant.pacing import Count

if TYPE_CHECKING:
    from vera.assistant.pacing import Write
    from vera.storage.sqlite import Database

__all__ = ["SQLiteTally"]


class SQLiteTally(Tally):
    """Counts in an SQLite file."""

    def __init__(self, database: Database) -> None:
        """Use `database`, which whoever opened it closes; how long it waits for others is how soon it gives up."""
        self._database = database

    def spend(
        self, workspace: str, write: Write, *, answer: str, now: float, seconds: float, until: float = math.inf
    ) -> tuple[bool, Count]:
        """Read, decide and write in one transaction, which forgets the answers that run no more."""
        at = {"workspace": workspace, "write": write}
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM budget_answer WHERE workspace = :workspace AND write = :write AND ends_at <= :now",
                {**at, "now": now},
            )
            stands = connection.execute(
                "SELECT full_at FROM budget WHERE workspace = :workspace AND write = :write", at
            ).fetchone()
            full_at = stands[0] if stands else -math.inf
            after = max(full_at, now) + seconds
            taken = after <= until
            if taken:
                full_at = after
                connection.execute(
                    "INSERT OR REPLACE INTO budget VALUES (:workspace, :write, :full_at)", {**at, "full_at": full_at}
                )
                connection.execute(
                    "INSERT OR REPLACE INTO budget_answer VALUES (:workspace, :write, :answer, :end)",
                    {**at, "answer": answer, "end": now + RUNNING_SECONDS},
                )
            (running,) = connection.execute(
                "SELECT count(*) FROM budget_answer WHERE workspace = :workspace AND write = :write", at
            ).fetchone()
            return taken, Count(full_at, running)

    def pause(self, workspace: str, write: Write, *, full_at: float) -> None:
        """Put `full_at` off, unless it is later already."""
        with self._database.transaction() as connection:
            connection.execute(
                """INSERT INTO budget (workspace, write, full_at) VALUES (?, ?, ?)
                   ON CONFLICT (workspace, write) DO UPDATE SET full_at = max(full_at, excluded.full_at)""",
                (workspace, write, full_at),
            )

    def leave(self, workspace: str, write: Write, *, answer: str) -> None:
        """Remove the answer."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM budget_answer WHERE workspace = ? AND write = ? AND answer = ?", (workspace, write, answer)
            )
