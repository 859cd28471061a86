"""What the workers' journals told, kept and passed on: all that the inspector knows.

Entries are numbered in the order in which they came, also over restarts; a line that is no entry is let go. The newest
300 turns are kept, by when they were first heard of. Held by `test_playground_inspection.py`.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["KEPT_TURNS", "Entry", "Inspection"]

Entry = dict[str, Any]
"""One event: `number`, `turn`, `at` (unix seconds), `event`, `process` and the event's own fields."""

KEPT_TURNS = 300
_PRUNED_EVERY = 50

# An insert is a commit: without waiting for the disk it takes 25 µs, and outlives a playground that is killed.
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS entry (number INTEGER PRIMARY KEY, turn TEXT NOT NULL, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS entry_of_turn ON entry (turn, number);
"""

_LOG = logging.getLogger(__name__)


class Inspection:
    """The entries of a playground. `path` is an SQLite file of its own; None keeps them in memory. Thread-safe."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._listeners: list[Callable[[Entry], None]] = []
        self._closed = False
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        try:
            self._db.executescript(_SCHEMA)
            turns = self._db.execute("SELECT turn FROM entry GROUP BY turn ORDER BY min(number)")
            self._turns = dict.fromkeys(turn for (turn,) in turns)  # the newest last
            (self._number,) = self._db.execute("SELECT coalesce(max(number), 0) FROM entry").fetchone()
            self._prune(KEPT_TURNS)
        except BaseException:
            self._db.close()
            raise

    def take(self, line: bytes) -> None:
        """Take one line of a worker's journal: keep it, and tell those who listen. Never raises."""
        told = _parsed(line)
        if told is None:
            return
        with self._lock:
            if self._closed:
                return
            self._number += 1
            entry = told | {"number": self._number}
            self._keep(entry)
            for listener in self._listeners:
                try:
                    listener(entry)
                except Exception:  # noqa: BLE001 - the reader of the worker's pipe must go on, or the worker stands
                    _LOG.exception("Somebody who listens to the journal failed")

    def of(self, turn: str) -> list[Entry]:
        """Return the entries of a turn, oldest first; none of a turn that is not known."""
        with self._lock:
            if self._closed:
                return []
            rows = self._db.execute("SELECT value FROM entry WHERE turn = ? ORDER BY number", (turn,)).fetchall()
        return [json.loads(value) for (value,) in rows]

    def latest(self) -> str:
        """Return the turn that was heard of last for the first time; empty where there is none."""
        with self._lock:
            return next(reversed(self._turns), "")

    def listen(self, listener: Callable[[Entry], None]) -> None:
        """Call `listener` with each entry from now on, in order, under the lock: it must not block."""
        with self._lock:
            self._listeners.append(listener)

    def close(self) -> None:
        """Let go of the file; what still comes is let go too."""
        with self._lock:
            self._closed = True
            self._db.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _keep(self, entry: Entry) -> None:
        try:
            value = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
            self._db.execute("INSERT INTO entry VALUES (?, ?, ?)", (entry["number"], entry["turn"], value))
            self._turns.setdefault(entry["turn"])
            if len(self._turns) >= KEPT_TURNS + _PRUNED_EVERY:
                self._prune(KEPT_TURNS)
        except sqlite3.Error:  # a full disk, say: those who listen hear it all the same
            _LOG.exception("An entry of the journal could not be kept")

    def _prune(self, keep: int) -> None:
        gone = list(self._turns)[:-keep]
        self._db.executemany("DELETE FROM entry WHERE turn = ?", ((turn,) for turn in gone))
        for turn in gone:
            del self._turns[turn]


def _parsed(line: bytes) -> Entry | None:
    """Return what a line tells, if it is an entry: an object with a turn, an event, a moment and a process."""
    try:
        told = json.loads(line)
        json.dumps(told, ensure_ascii=False, allow_nan=False).encode()  # Python reads more than JSON and UTF-8 have
    except (ValueError, RecursionError):
        return None
    kinds = {"turn": str, "at": int | float, "event": str, "process": int}
    if not isinstance(told, dict) or not all(isinstance(told.get(name), kind) for name, kind in kinds.items()):
        return None
    return {"number": 0, **told} if told["turn"] else None
