"""The tables of an SQLite file, version by version.

The invariant: an entry is never changed, for files of its version are out there; what is new is appended.
`tests/unit/storage/test_sqlite.py` opens a file of each version.
"""

from __future__ import annotations

from typing import Final

__all__ = ["SCHEMA"]

SCHEMA: Final = (
    (
        """CREATE TABLE turn (
            key         TEXT PRIMARY KEY,
            held_by     TEXT NOT NULL,
            lease_until REAL NOT NULL, -- seconds since the epoch; 0: released
            attempt     INTEGER NOT NULL,
            outcome     TEXT,          -- set: done
            expires_at  INTEGER NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX turn_expires_at ON turn (expires_at)",
        """CREATE TABLE turn_message (
            key  TEXT NOT NULL REFERENCES turn ON DELETE CASCADE,
            part INTEGER NOT NULL,
            ts   TEXT NOT NULL,
            PRIMARY KEY (key, part)
        ) WITHOUT ROWID""",
        """CREATE TABLE turn_round (
            key        TEXT NOT NULL REFERENCES turn ON DELETE CASCADE,
            ordinal    INTEGER NOT NULL,
            round_json TEXT NOT NULL,
            PRIMARY KEY (key, ordinal)
        )""",
    ),
    (
        "ALTER TABLE turn ADD COLUMN stop_asked INTEGER NOT NULL DEFAULT 0",
        """CREATE TABLE turn_leg ( -- what was handed on last
            key    TEXT PRIMARY KEY REFERENCES turn ON DELETE CASCADE,
            leg    INTEGER NOT NULL,
            so_far TEXT NOT NULL
        )""",
        """CREATE TABLE budget (
            workspace TEXT NOT NULL,
            write     TEXT NOT NULL,
            full_at   REAL NOT NULL, -- seconds since the epoch
            PRIMARY KEY (workspace, write)
        ) WITHOUT ROWID""",
        """CREATE TABLE budget_answer (
            workspace TEXT NOT NULL,
            write     TEXT NOT NULL,
            answer    TEXT NOT NULL,
            ends_at   REAL NOT NULL, -- when it counts as running no more
            PRIMARY KEY (workspace, write, answer)
        ) WITHOUT ROWID""",
    ),
)
"""One entry for each version of the file (`user_version`), each a tuple of statements."""
