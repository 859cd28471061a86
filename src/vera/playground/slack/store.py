"""What a workspace remembers, in SQLite: a file that survives a restart, or memory.

Plain rows in and out; what they mean is `workspace.py`'s. Callers hold the workspace's lock, so one connection serves
all threads. Of what a message was, its first and its newest version outlive a restart: an answer that is written word
by word has hundreds. Held by the first tests of `test_playground_workspace.py`.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from vera.playground.slack.values import Channel, Person, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from vera.playground.slack.values import Json

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS person (id TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channel (id TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS message (
    channel TEXT, ts TEXT, root TEXT NOT NULL, in_channel INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (channel, ts)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS thread ON message (channel, root, ts);
CREATE INDEX IF NOT EXISTS standing ON message (channel, ts) WHERE in_channel;
CREATE TABLE IF NOT EXISTS version (
    channel TEXT, ts TEXT, number INTEGER, at REAL NOT NULL, value TEXT, PRIMARY KEY (channel, ts, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sent ON version (channel, json_extract(value, '$.client_msg_id')) WHERE number = 1;
CREATE TABLE IF NOT EXISTS file (id TEXT PRIMARY KEY, value TEXT NOT NULL, content BLOB NOT NULL);
"""
_BETWEEN = """
DELETE FROM version WHERE number > 1 AND number < (
    SELECT max(newest.number) FROM version AS newest WHERE newest.channel = version.channel AND newest.ts = version.ts
)
"""
_AFTER_ALL = ":"  # sorts after every digit


class Store:
    """The rows of one workspace. `path` None keeps them in memory."""

    def __init__(self, path: Path | None = None) -> None:
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._db.executescript(_SCHEMA)
        with self._db:
            self._db.execute(_BETWEEN)

    @property
    def connection(self) -> sqlite3.Connection:
        """Return the connection, for what else is kept beside the messages (`reads.py`)."""
        return self._db

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def together(self) -> AbstractContextManager[Any]:
        """Commit what is written inside at its end, or none of it."""
        return self._db

    def fact(self, name: str) -> str | None:
        """Return one remembered value."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        """Set one remembered value."""
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def people(self) -> Iterator[Person]:
        """Return everybody, in the order of their ids."""
        for (value,) in self._db.execute("SELECT value FROM person ORDER BY id"):
            yield Person(**json.loads(value))

    def put_person(self, person: Person) -> None:
        """Add or replace somebody."""
        self._db.execute("INSERT OR REPLACE INTO person VALUES (?, ?)", (person.id, _json(asdict(person))))

    def channels(self) -> Iterator[Channel]:
        """Return every conversation, in the order of their ids."""
        for (value,) in self._db.execute("SELECT value FROM channel ORDER BY id"):
            fields = json.loads(value)
            for name in ("members", "shared_team_ids"):
                fields[name] = tuple(fields[name])
            yield Channel(**fields)

    def put_channel(self, channel: Channel) -> None:
        """Add or replace a conversation."""
        self._db.execute("INSERT OR REPLACE INTO channel VALUES (?, ?)", (channel.id, _json(asdict(channel))))

    def message(self, channel: str, ts: str) -> Json | None:
        """Return one message."""
        row = self._db.execute("SELECT value FROM message WHERE channel = ? AND ts = ?", (channel, ts)).fetchone()
        return None if row is None else _object(row[0])

    def put_message(self, channel: str, message: Json, *, at: float) -> None:
        """Add or replace a message, and remember this version of it."""
        ts, root = message["ts"], message.get("thread_ts") or message["ts"]
        in_channel = root == ts or message.get("subtype") == "thread_broadcast"
        value = _json(message)
        self._db.execute(
            "INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?)", (channel, ts, root, int(in_channel), value)
        )
        self._add_version(channel, ts, at, value)

    def put_reply_count(self, channel: str, message: Json) -> None:
        """Replace a parent whose thread grew: no version of its own."""
        self._db.execute(
            "UPDATE message SET value = ? WHERE channel = ? AND ts = ?", (_json(message), channel, message["ts"])
        )

    def remove_message(self, channel: str, ts: str, *, at: float) -> None:
        """Take a message away, and remember that."""
        self._db.execute("DELETE FROM message WHERE channel = ? AND ts = ?", (channel, ts))
        self._add_version(channel, ts, at, None)

    def versions(self, channel: str, ts: str) -> Iterable[Version]:
        """Return what a message was, oldest first."""
        rows = self._db.execute(
            "SELECT at, value FROM version WHERE channel = ? AND ts = ? ORDER BY number", (channel, ts)
        )
        for at, value in rows:
            yield Version(at=at, message=None if value is None else _object(value))

    def sent(self, channel: str, person: str, client_msg_id: str) -> str:
        """Return the ts of what somebody posted under an id of their own, deleted since or not; empty where nothing."""
        row = self._db.execute(
            "SELECT ts FROM version INDEXED BY sent WHERE number = 1 AND channel = ?"
            " AND json_extract(value, '$.client_msg_id') = ? AND json_extract(value, '$.user') = ?",
            (channel, client_msg_id, person),
        ).fetchone()
        return "" if row is None else str(row[0])

    def last_ts(self) -> str:
        """Return the newest ts that a message ever had, deleted ones included; empty where there was none."""
        (ts,) = self._db.execute("SELECT max(ts) FROM version").fetchone()
        return ts or ""

    def thread(self, channel: str, root: str) -> list[str]:
        """Return the ts of a thread's messages, the parent's included, in their order."""
        rows = self._db.execute("SELECT ts FROM message WHERE channel = ? AND root = ? ORDER BY ts", (channel, root))
        return [ts for (ts,) in rows]

    def thread_messages(self, channel: str, root: str) -> list[Json]:
        """Return a thread's messages, the parent included, in their order."""
        rows = self._db.execute("SELECT value FROM message WHERE channel = ? AND root = ? ORDER BY ts", (channel, root))
        return [_object(value) for (value,) in rows]

    def standing(self, channel: str, *, before: str, most: int) -> list[Json]:
        """Return the last `most` messages that stand in the channel itself before a ts (empty: now), oldest first."""
        rows = self._db.execute(
            "SELECT value FROM message INDEXED BY standing"
            " WHERE channel = ? AND in_channel AND ts < ? ORDER BY ts DESC LIMIT ?",
            (channel, before or _AFTER_ALL, most),
        )
        return [_object(value) for (value,) in rows][::-1]

    def in_channel(self, channel: str) -> list[str]:
        """Return the ts of what stands in the channel itself, newest first."""
        rows = self._db.execute("SELECT ts FROM message WHERE channel = ? AND in_channel ORDER BY ts DESC", (channel,))
        return [ts for (ts,) in rows]

    def since(self, channel: str, ts: str) -> Iterator[Json]:
        """Return a channel's messages from this ts on, threads' among them, in their order."""
        for (value,) in self._db.execute(
            "SELECT value FROM message WHERE channel = ? AND ts >= ? ORDER BY ts", (channel, ts)
        ):
            yield _object(value)

    def left_streaming(self) -> list[tuple[str, str]]:
        """Return channel and ts of the messages whose stream is in progress: a quote in a text is kept escaped."""
        rows = self._db.execute(
            'SELECT channel, ts FROM message WHERE instr(value, \'"streaming_state":"in_progress"\') ORDER BY ts'
        )
        return [(channel, ts) for channel, ts in rows]

    def put_file(self, file: Json, content: bytes) -> None:
        """Add a file."""
        self._db.execute("INSERT INTO file VALUES (?, ?, ?)", (file["id"], _json(file), content))

    def file(self, file_id: str) -> tuple[Json, bytes] | None:
        """Return a file's object and its content."""
        row = self._db.execute("SELECT value, content FROM file WHERE id = ?", (file_id,)).fetchone()
        return None if row is None else (_object(row[0]), row[1])

    def _add_version(self, channel: str, ts: str, at: float, value: str | None) -> None:
        self._db.execute(
            "INSERT INTO version SELECT ?, ?, coalesce(max(number), 0) + 1, ?, ? FROM version"
            " WHERE channel = ? AND ts = ?",
            (channel, ts, at, value, channel, ts),
        )


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _object(text: str) -> Json:
    value: Json = json.loads(text)
    return value
