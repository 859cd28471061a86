"""The ledger in an SQLite file, for one machine: the same port as DynamoDB's, for several threads and processes.

The invariant: every call is one immediate transaction, so readers never decide on what a writer is about to change.
`tests/contract/test_ledger.py` proves the port, `tests/unit/storage/test_sqlite.py` files, faults and processes.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self

from vera.assistant.ledger import RETENTION_SECONDS, Ledger, TurnRecord
from vera.errors import LeaseLost, LedgerUnavailable, SettingsError, TurnTaken
from vera.storage.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

__all__ = ["Database", "SQLiteLedger"]


class Database:
    """One SQLite file for the stores of one process: a single connection, which its threads use in turn."""

    def __init__(self, path: str | Path, *, busy_seconds: float = 5.0) -> None:
        """Open `path` (or ":memory:"), make its folder and its tables where they are missing.

        Other processes are waited for `busy_seconds`. Raises `SettingsError` where the file cannot be opened or was
        made by a newer Vera, and `LedgerUnavailable` where it is locked or no sound database.
        """
        self._lock = Lock()
        self._path = str(path)
        try:
            if self._path != ":memory:":
                Path(self._path).parent.mkdir(parents=True, exist_ok=True)
            # Threads take turns by the lock; transactions are begun by hand.
            self._connection = sqlite3.connect(
                self._path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.OperationalError) as error:
            raise SettingsError(
                f"VERA_DATABASE: {self._path!r} cannot be opened ({error}). "
                "Name a file in a folder that Vera may write to."
            ) from error
        try:
            self._prepare(busy_seconds)
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction, which owns the file from its beginning; undone where the block raises.

        Raises `LedgerUnavailable` for whatever SQLite cannot do: a file that stays locked, is damaged, full or gone.
        """
        with self._lock, self._faults():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # the first fault is the one to tell, and some end the transaction
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file. Every later call raises `LedgerUnavailable`."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        """Use the database as a block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Close it."""
        self.close()

    def _prepare(self, busy_seconds: float) -> None:
        with self._faults():
            self._write_ahead(busy_seconds)
            self._connection.execute("PRAGMA synchronous = FULL")  # durable when a call returns
            self._connection.execute("PRAGMA foreign_keys = ON")
        with self.transaction() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > len(SCHEMA):
                raise SettingsError(
                    f"VERA_DATABASE: {self._path!r} was made by a newer Vera (version {version} of its tables, "
                    f"{len(SCHEMA)} is known here). Name another file, or update Vera."
                )
            for statements in SCHEMA[version:]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(SCHEMA)}")

    def _write_ahead(self, busy_seconds: float) -> None:
        """Let readers and a writer work side by side, also where several processes open a new file at once.

        SQLite refuses this change at once where another connection is in its way, whatever the timeout; beginning a
        transaction does wait for that one.
        """
        give_up_at = time.monotonic() + busy_seconds
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= give_up_at:
                    raise
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.execute("ROLLBACK")
            else:
                return

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise LedgerUnavailable(f"SQLite: {self._path}: {error}") from error


class SQLiteLedger(Ledger):
    """Turns in an SQLite file."""

    def __init__(
        self,
        database: Database,
        *,
        retention_seconds: float = RETENTION_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Use `database`, which whoever opened it closes; `clock` tells the seconds since the epoch."""
        self._database, self._retention_seconds, self._clock = database, retention_seconds, clock

    def claim(self, key: str, *, owner: str, lease_seconds: float, reopen: bool = False) -> TurnRecord:
        """Read and decide in one transaction, which forgets expired turns too."""
        now = self._clock()
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM turn WHERE expires_at <= ?", (now,))
            attempt = self._next_attempt(connection, key, owner, now, reopen=reopen)
            connection.execute(
                """INSERT INTO turn (key, held_by, lease_until, attempt, expires_at)
                   VALUES (:key, :owner, :until, :attempt, :expires)
                   ON CONFLICT (key) DO UPDATE
                   SET held_by = :owner, lease_until = :until, attempt = :attempt, outcome = NULL,
                       stop_asked = stop_asked AND NOT (:reopen AND attempt < :attempt)""",
                {
                    "reopen": reopen,
                    "key": key,
                    "owner": owner,
                    "until": now + lease_seconds,
                    "attempt": attempt,
                    "expires": ceil(now + self._retention_seconds),
                },
            )
            return self._record(connection, key)

    def renew(self, key: str, *, owner: str, lease_seconds: float) -> bool:
        """Push the end of the lease."""
        until = self._clock() + lease_seconds
        with self._owned(key, owner) as connection:
            connection.execute("UPDATE turn SET lease_until = ? WHERE key = ?", (until, key))
            (stop_asked,) = connection.execute("SELECT stop_asked FROM turn WHERE key = ?", (key,)).fetchone()
            return bool(stop_asked)

    def record_message(self, key: str, *, owner: str, part: int, ts: str) -> None:
        """Set one of the turn's messages."""
        with self._owned(key, owner) as connection:
            connection.execute("INSERT OR REPLACE INTO turn_message (key, part, ts) VALUES (?, ?, ?)", (key, part, ts))

    def record_round(self, key: str, *, owner: str, ordinal: int, round_json: str) -> None:
        """Set one of the turn's rounds."""
        with self._owned(key, owner) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO turn_round (key, ordinal, round_json) VALUES (?, ?, ?)",
                (key, ordinal, round_json),
            )

    def complete(self, key: str, *, owner: str, outcome: str) -> None:
        """Give the turn its outcome, which only a claim that reopens it takes from it."""
        with self._owned(key, owner, or_completed=True) as connection:
            connection.execute("UPDATE turn SET outcome = coalesce(outcome, ?) WHERE key = ?", (outcome, key))

    def release(self, key: str, *, owner: str) -> None:
        """End the lease in the past."""
        with self._owned(key, owner, or_released=True) as connection:
            connection.execute("UPDATE turn SET lease_until = 0 WHERE key = ?", (key,))

    def hand_on(self, key: str, *, owner: str, leg: int, so_far: str) -> None:
        """Advance the leg, keep the text and end the lease in one transaction."""
        with self._owned(key, owner, or_released=True) as connection:
            lease_until, standing = connection.execute(
                "SELECT lease_until, coalesce(leg, 0) FROM turn LEFT JOIN turn_leg USING (key) WHERE key = ?", (key,)
            ).fetchone()
            if leg <= standing:
                return  # said before
            if not lease_until:
                raise LeaseLost(key)
            connection.execute(
                "INSERT OR REPLACE INTO turn_leg (key, leg, so_far) VALUES (?, ?, ?)", (key, leg, so_far)
            )
            connection.execute("UPDATE turn SET lease_until = 0 WHERE key = ?", (key,))

    def ask_stop(self, key: str) -> bool:
        """Mark the turn: whoever holds it reads the mark where it renews the lease."""
        with self._database.transaction() as connection:
            unfinished = connection.execute(
                "UPDATE turn SET stop_asked = 1 WHERE key = ? AND outcome IS NULL AND expires_at > ?",
                (key, self._clock()),
            )
            return unfinished.rowcount > 0

    @staticmethod
    def _next_attempt(connection: sqlite3.Connection, key: str, owner: str, now: float, *, reopen: bool) -> int:
        """Which attempt a claim is, or `TurnTaken`."""
        row = connection.execute("SELECT held_by, lease_until, attempt, outcome FROM turn WHERE key = ?", (key,))
        held_by, lease_until, attempt, outcome = row.fetchone() or ("", 0.0, 0, None)
        reopened = reopen and outcome == "failed"
        if outcome is not None and not reopened:
            raise TurnTaken(key, done=True)
        if reopened or lease_until <= now:
            return int(attempt) + 1
        if held_by != owner:
            raise TurnTaken(key)
        return int(attempt)

    @staticmethod
    def _record(connection: sqlite3.Connection, key: str) -> TurnRecord:
        """Read what the file knows of a turn."""
        attempt, stop_asked, leg, so_far = connection.execute(
            """SELECT attempt, stop_asked, coalesce(leg, 0), coalesce(so_far, '')
               FROM turn LEFT JOIN turn_leg USING (key) WHERE key = ?""",
            (key,),
        ).fetchone()
        messages = connection.execute("SELECT ts FROM turn_message WHERE key = ? ORDER BY part", (key,))
        rounds = connection.execute("SELECT round_json FROM turn_round WHERE key = ? ORDER BY ordinal", (key,))
        return TurnRecord(
            key=key,
            attempt=attempt,
            messages=tuple(ts for (ts,) in messages),
            rounds=tuple(round_json for (round_json,) in rounds),
            leg=leg,
            so_far=so_far,
            stop_asked=bool(stop_asked),
        )

    @contextmanager
    def _owned(
        self, key: str, owner: str, *, or_completed: bool = False, or_released: bool = False
    ) -> Iterator[sqlite3.Connection]:
        """Begin a transaction that sees `owner` hold the turn, or raises `LeaseLost`."""
        with self._database.transaction() as connection:
            held = connection.execute(
                """SELECT 1 FROM turn WHERE key = ? AND held_by = ? AND expires_at > ?
                   AND (outcome IS NULL OR ?) AND (lease_until > 0 OR ?)""",
                (key, owner, self._clock(), or_completed, or_released),
            )
            if held.fetchone() is None:
                raise LeaseLost(key)
            yield connection
