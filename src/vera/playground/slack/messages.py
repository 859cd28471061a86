"""Messages as Slack keeps them: posted, replaced and counted in their threads, with every version they had.

A ts is unique in the workspace and later than every one before, whatever the clock does. Each change happens under the
workspace's lock and is told. Held by `test_playground_workspace.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vera.playground.slack.directory import Directory
from vera.playground.slack.shapes import message_object

if TYPE_CHECKING:
    from pathlib import Path

    from vera.playground.schedule import Time
    from vera.playground.slack.values import Channel, Json, Person, Version


class Messages(Directory):
    """People, conversations, and what stands in them. `base_url` is where what it says can be looked up."""

    def __init__(self, *, time: Time, path: Path | None = None) -> None:
        super().__init__(time=time, path=path)
        self.base_url = "https://playground.slack.com"
        self._last_ts = _microseconds(self._store.last_ts())

    def draft(
        self, person: Person, channel: Channel, text: str, *, thread_ts: str | None = None, broadcast: bool = False
    ) -> Json:
        """Return a new message of `person`'s, not yet posted. Raises KeyError where the thread is not there."""
        with self.lock:
            root = self._message(channel.id, thread_ts) if thread_ts else {}
            message = message_object(
                person,
                ts=self.new_ts(),
                text=text,
                team=self.team,
                thread_ts=thread_ts or "",
                parent=root.get("user", ""),
            )
            if broadcast and thread_ts:
                message |= {"subtype": "thread_broadcast", "root": root}
            return message

    def put(self, where: str, message: Json, *, kind: str = "posted", announce: bool = True) -> str:
        """Post a message just as it is given (without a user, another app's: what `say` can't say); return its ts."""
        with self.lock:
            whole = {"type": "message", "ts": self.new_ts()} | message
            return self.post(self.channel(where).id, whole, kind=kind, announce=announce)

    def post(self, channel_id: str, message: Json, *, kind: str = "posted", announce: bool = True) -> str:
        """Post a drafted message, count it in its thread and tell of it; return its ts."""
        with self.lock:
            with self._store.together():
                self._store.put_message(channel_id, message, at=self._time.now())
                self._add_to_thread(channel_id, message)
            self._tell(kind, channel_id, message["ts"], message.get("user", ""), message=message, announced=announce)
            return str(message["ts"])

    def update(self, channel_id: str, ts: str, actor: str, fields: Json) -> Json:
        """Replace some of a message's fields (None removes one), mark it edited, and return it. Raises KeyError."""
        with self.lock:
            return self.rewrite(channel_id, ts, actor, fields | {"edited": {"user": actor, "ts": self.new_ts()}})

    def rewrite(self, channel_id: str, ts: str, actor: str, fields: Json, *, announce: bool = True) -> Json:
        """Replace some of a message's fields as Slack itself does: it isn't marked edited. Raises KeyError."""
        with self.lock:
            previous = self._message(channel_id, ts)
            message = {k: v for k, v in (previous | fields).items() if v is not None}
            with self._store.together():
                self._store.put_message(channel_id, message, at=self._time.now())
            self._tell("edited", channel_id, ts, actor, message=message, previous=previous, announced=announce)
            return message

    def whisper(self, channel_id: str, to: str, message: Json) -> str:
        """Show somebody a message that nobody else sees and nothing keeps; return its ts."""
        with self.lock:
            self._tell("whispered", channel_id, message["ts"], self.bot.id, message=message, detail={"to": to})
            return str(message["ts"])

    def tell_of(self, kind: str, channel_id: str, ts: str, actor: str, detail: Json) -> None:
        """Tell of something in a conversation that changes no message (`kind` is one of `Change`'s)."""
        with self.lock:
            self._tell(kind, channel_id, ts, actor, detail=detail)

    def left_streaming(self) -> list[tuple[str, str]]:
        """Return channel and ts of the messages that say of themselves that they are being streamed."""
        with self.lock:
            return self._store.left_streaming()

    def message(self, where: str, ts: str) -> Json | None:
        """Return a message as it is now."""
        with self.lock:
            return self._store.message(self.channel(where).id, ts)

    def thread(self, where: str, root_ts: str) -> tuple[Json, ...]:
        """Return a thread's messages in their order, the parent first."""
        with self.lock:
            return tuple(self._store.thread_messages(self.channel(where).id, root_ts))

    def standing(self, where: str, *, before: str = "", most: int) -> tuple[Json, ...]:
        """Return the last `most` messages that stand in a channel itself (before a ts), oldest first."""
        with self.lock:
            return tuple(self._store.standing(self.channel(where).id, before=before, most=most))

    def thread_ts(self, where: str, root_ts: str) -> list[str]:
        """Return the ts of a thread's messages in their order."""
        with self.lock:
            return self._store.thread(self.channel(where).id, root_ts)

    def history_ts(self, where: str) -> list[str]:
        """Return the ts of what stands in a channel itself, newest first."""
        with self.lock:
            return self._store.in_channel(self.channel(where).id)

    def since(self, where: str, ts: str) -> tuple[Json, ...]:
        """Return what was said in a channel and its threads from this ts on, in its order, as it is now."""
        with self.lock:
            return tuple(self._store.since(self.channel(where).id, ts))

    def versions(self, where: str, ts: str) -> tuple[Version, ...]:
        """Return what a message was, oldest first; the last is None where it was deleted.

        Of what was before a restart only the first and the last are left.
        """
        with self.lock:
            return tuple(self._store.versions(self.channel(where).id, ts))

    def file(self, file_id: str) -> tuple[Json, bytes] | None:
        """Return a shared file's object and content."""
        with self.lock:
            return self._store.file(file_id)

    def new_ts(self) -> str:
        """Return the next ts: the clock's, and later than every one before."""
        with self.lock:
            self._last_ts = max(int(self._time.now() * 1_000_000), self._last_ts + 100)
            return self.last_ts

    @property
    def last_ts(self) -> str:
        """Return the newest ts that was given; empty where there was none."""
        with self.lock:
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}" if self._last_ts else ""

    def now(self) -> float:
        """Return the workspace's time in unix seconds."""
        return self._time.now()

    def _message(self, channel_id: str, ts: str) -> Json:
        message = self._store.message(channel_id, ts)
        if message is None:
            raise KeyError(f"there is no message {ts} in {channel_id}")
        return message

    def _add_to_thread(self, channel_id: str, reply: Json) -> None:
        root_ts = reply.get("thread_ts")
        if not root_ts or root_ts == reply["ts"]:
            return
        root = self._store.message(channel_id, root_ts)
        if root is None:
            return
        users = list(root.get("reply_users", []))
        author = reply.get("user") or reply.get("bot_id") or ""
        if author and author not in users:
            users.append(author)
        self._keep_thread(channel_id, root, root.get("reply_count", 0) + 1, users, reply["ts"])

    def _count_replies(self, channel_id: str, deleted: Json) -> None:
        root_ts = deleted.get("thread_ts")
        root = self._store.message(channel_id, root_ts) if root_ts else None
        if root is None:
            return
        replies = [self._message(channel_id, ts) for ts in self._store.thread(channel_id, root["ts"])[1:]]
        authors = (reply.get("user") or reply.get("bot_id") or "" for reply in replies)
        users = list(dict.fromkeys(author for author in authors if author))
        self._keep_thread(channel_id, root, len(replies), users, replies[-1]["ts"] if replies else "")

    def _clear(self, channel_id: str, root_ts: str, actor: str) -> None:
        """Take a tombstone away that has no replies any more."""
        root = self._store.message(channel_id, root_ts)
        if root is None or root.get("subtype") != "tombstone" or root.get("reply_count"):
            return
        with self._store.together():
            self._store.remove_message(channel_id, root_ts, at=self._time.now())
        self._tell("deleted", channel_id, root_ts, actor, previous=root, announced=False)

    def _keep_thread(self, channel_id: str, root: Json, count: int, users: list[str], latest: str) -> None:
        counted: Json = {
            "thread_ts": root["ts"],
            "reply_count": count,
            "reply_users_count": len(users),
            "latest_reply": latest,
            "reply_users": users,
            "is_locked": False,
            "subscribed": False,
        }
        kept = {k: v for k, v in root.items() if k not in counted}
        self._store.put_reply_count(channel_id, kept | counted if count else kept)


def _microseconds(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds or 0) * 1_000_000 + int(fraction or 0)
