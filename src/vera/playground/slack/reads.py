"""What each person has read: marks in a workspace's SQLite, and how much is new since, counted there.

A mark never moves backwards. One's own messages, joins and what was deleted are never new, and so is nothing from
before somebody began to look (their first visit; in a channel they were let into later: the moment of that). Callers
hold the workspace's lock. Held by `test_playground_reads.py`, against a count by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_SCHEMA = """
CREATE TABLE IF NOT EXISTS read (
    person TEXT, channel TEXT, root TEXT, ts TEXT NOT NULL, PRIMARY KEY (person, channel, root)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS began (
    person TEXT, channel TEXT, ts TEXT NOT NULL, PRIMARY KEY (person, channel)
) WITHOUT ROWID;
"""
_NEW = """
    json_extract(value, '$.user') IS NOT :person
    AND coalesce(json_extract(value, '$.subtype'), '') NOT IN ('channel_join', 'tombstone')
"""
_MENTIONS = " OR ".join(
    f"(instr(value, {token}) AND instr(json_extract(value, '$.text'), {token}))"  # few are worth parsing
    for token in ("'<@' || :person || '>'", "'<@' || :person || '|'", "'<!here'", "'<!channel'", "'<!everyone'")
)
_IN_CHANNEL = f"""
    SELECT count(*), coalesce(sum(({_MENTIONS}) IS TRUE), 0) FROM message INDEXED BY standing
    WHERE channel = :channel AND in_channel AND ts > :last_read AND {_NEW}
"""  # noqa: S608 - the parts are this module's own
_LATEST = "SELECT max(ts) FROM message INDEXED BY standing WHERE channel = ? AND in_channel"
_IN_THREAD = f"""
    SELECT count(*) FROM message
    WHERE channel = :channel AND root = :root AND ts > :root AND ts > :last_read AND {_NEW}
"""  # noqa: S608 - the parts are this module's own
_THREADS = f"""
    WITH replied AS (
        SELECT message.root, max(coalesce(read.ts, ''), :began) AS last_read, read.ts AS mark,
            sum(message.ts > max(coalesce(read.ts, ''), :began) AND {_NEW}) AS unread
        FROM message LEFT JOIN read
            ON read.person = :person AND read.channel = message.channel AND read.root = message.root
        WHERE message.channel = :channel AND message.ts > message.root GROUP BY message.root
    )
    SELECT replied.root, replied.last_read, replied.unread
    FROM replied LEFT JOIN message ON message.channel = :channel AND message.ts = replied.root
    WHERE unread OR mark IS NOT NULL OR json_extract(value, '$.user') = :person
        OR EXISTS (SELECT 1 FROM json_each(message.value, '$.reply_users') AS author WHERE author.value = :person)
    ORDER BY replied.root
"""  # noqa: S608 - the parts are this module's own


@dataclass(frozen=True, slots=True)
class Unread:
    """How far somebody has read (a ts, empty: not at all), how many messages are new, how many of them mention them.

    A thread counts no mentions.
    """

    last_read: str
    unread: int
    mentions: int = 0


class Reads:
    """The marks of everybody in one workspace."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._db.executescript(_SCHEMA)

    def begin(self, person: str, channel: str, ts: str) -> None:
        """Let nothing up to `ts` be new to somebody, in a channel or (`channel` empty) anywhere; the first time counts.

        In a channel the last time counts: one can leave, and come back.
        """
        replaced = "DO UPDATE SET ts = excluded.ts" if channel else "DO NOTHING"
        with self._db:
            self._db.execute(f"INSERT INTO began VALUES (?, ?, ?) ON CONFLICT {replaced}", (person, channel, ts))  # noqa: S608 - one of two

    def mark(self, person: str, channel: str, root: str, ts: str) -> bool:
        """Mark a channel (`root` empty) or a thread as read up to `ts`; return whether the mark moved.

        It moves no further than to the newest message there, so that what comes later is new.
        """
        newest = self._newest_reply(channel, root) if root else self.latest(channel)
        before, now = self._last_read(person, channel, root), min(ts, newest)
        if now <= before:
            return False
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO read VALUES (?, ?, ?, ?)", (person, channel, root, now))
        return True

    def channel(self, person: str, channel: str) -> Unread:
        """Return what of that which stands in a channel itself is new to somebody."""
        last_read = self._last_read(person, channel, "")
        named = {"person": person, "channel": channel, "last_read": last_read}
        unread, mentions = self._db.execute(_IN_CHANNEL, named).fetchone()
        return Unread(last_read, unread, mentions)

    def thread(self, person: str, channel: str, root: str) -> Unread:
        """Return which of a thread's replies are new to somebody."""
        last_read = self._last_read(person, channel, root)
        named = {"person": person, "channel": channel, "root": root, "last_read": last_read}
        (unread,) = self._db.execute(_IN_THREAD, named).fetchone()
        return Unread(last_read, unread)

    def threads(self, person: str, channel: str) -> dict[str, Unread]:
        """Return a channel's threads with replies that are new to somebody, or that they read or wrote in, by root."""
        named = {"person": person, "channel": channel, "began": self._began(person, channel)}
        return {root: Unread(last_read, unread) for root, last_read, unread in self._db.execute(_THREADS, named)}

    def latest(self, channel: str) -> str:
        """Return the ts of the newest message that stands in a channel itself; empty where there is none."""
        (ts,) = self._db.execute(_LATEST, (channel,)).fetchone()
        return ts or ""

    def _newest_reply(self, channel: str, root: str) -> str:
        row = self._db.execute("SELECT max(ts) FROM message WHERE channel = ? AND root = ?", (channel, root)).fetchone()
        return row[0] or ""

    def _last_read(self, person: str, channel: str, root: str) -> str:
        row = self._db.execute(
            "SELECT ts FROM read WHERE person = ? AND channel = ? AND root = ?", (person, channel, root)
        ).fetchone()
        return max(row[0] if row else "", self._began(person, channel))

    def _began(self, person: str, channel: str) -> str:
        row = self._db.execute(
            "SELECT max(ts) FROM began WHERE person = ? AND channel IN ('', ?)", (person, channel)
        ).fetchone()
        return row[0] or ""
