"""The workspace: who is there, what was said, and people saying more.

Everything is kept in the store and changes under one lock; each change is told to whoever watches. A ts is unique in
the workspace and later than every one before, whatever the clock does. Held by `test_playground_workspace.py`.
"""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from vera.playground.slack.directory import Directory
from vera.playground.slack.faults import Faults
from vera.playground.slack.limits import RateLimits
from vera.playground.slack.markup import escaped, rich_text
from vera.playground.slack.reads import Reads
from vera.playground.slack.shapes import file_object, message_object, tombstone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vera.playground.schedule import Time
    from vera.playground.slack.values import Call, Channel, File, Json, Person, Version

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "reactions:read",
        "reactions:write",
        "users:read",
    }
)
_KEPT_CALLS = 20_000


class Workspace(Directory):
    """One Slack workspace with one app in it.

    `path` is the SQLite file (None: memory). An empty one is furnished: Ada and Grace, #general with the bot, #random
    without it, #partners shared with Rosa's organisation. `tokens` maps each valid token to its scopes. `latency_ms` is
    how long a Web API call takes. `newest_replies_first` pages through threads from their end, as some have seen Slack
    do it; every page holds the parent either way. `reads` is asked and told under `lock`.
    """

    def __init__(self, *, time: Time, path: Path | None = None, bot_token: str | None = None) -> None:
        super().__init__(time=time, path=path)
        self._call_number = 0
        self._calls: deque[Call] = deque(maxlen=_KEPT_CALLS)
        self.bot_token = bot_token or f"xoxb-playground-{secrets.token_hex(12)}"
        self.tokens: dict[str, frozenset[str]] = {self.bot_token: SCOPES}
        self.faults = Faults()
        self.limits = RateLimits()
        self.latency_ms = 0.0
        self.newest_replies_first = False
        self.base_url = "https://playground.slack.com"
        self._last_ts = _microseconds(self._store.last_ts())
        self.reads = Reads(self._store.connection)

    # Saying

    def join(self, who: str, where: str) -> str:
        """Let somebody into a channel, which says so; return that message's ts."""
        with self.lock:
            person, channel = self.person(who), self.channel(where)
            members = tuple(sorted({*channel.members, person.id}))
            if person.id not in channel.members:
                self.reads.begin(person.id, channel.id, self.last_ts)
            self._keep_channel(replace(channel, members=members))
            message = {"subtype": "channel_join", "user": person.id, "text": f"<@{person.id}> has joined the channel"}
            return self.put(where, message, kind="joined")

    def say(
        self,
        who: str,
        where: str,
        text: str = "",
        *,
        thread_ts: str | None = None,
        files: Sequence[File] = (),
        broadcast: bool = False,
        announce: bool = True,
        client_msg_id: str = "",
    ) -> str:
        """Say something as `who` in `where`; return its ts.

        `broadcast` shows a reply in the channel too; what is not announced makes no event (for long histories).
        `client_msg_id` is the sender's own name for it. Raises ValueError where `who` is not in there, or KeyError.
        """
        with self.lock:
            person, channel = self.person(who), self.channel(where)
            if person.id not in channel.members:
                raise ValueError(f"{person.name} is not in {channel.name or channel.id}")
            message = self.draft(person, channel, escaped(text), thread_ts=thread_ts, broadcast=broadcast)
            if files:
                shared = [self._share(file, person) for file in files]
                message.setdefault("subtype", "file_share")  # a broadcast stays one
                message |= {"files": shared, "upload": False, "display_as_bot": False}
            if client_msg_id:
                message["client_msg_id"] = client_msg_id
            return self.post(channel.id, message, announce=announce)

    def sent(self, who: str, where: str, client_msg_id: str) -> str:
        """Return the ts of what somebody has said under this id of theirs, also if it is gone; empty where nothing."""
        with self.lock:
            return self._store.sent(self.channel(where).id, self.person(who).id, client_msg_id)

    def edit(self, who: str, where: str, ts: str, text: str) -> None:
        """Change one's own message. Raises KeyError where there is none."""
        with self.lock:
            person, channel = self.person(who), self.channel(where)
            body = escaped(text)
            blocks = [rich_text(body, block_id="edit1")] if body else None
            self.update(channel.id, ts, person.id, {"text": body, "blocks": blocks})

    def delete(self, who: str, where: str, ts: str) -> None:
        """Take a message back; one with replies leaves a tombstone, until the last of them goes. Raises KeyError."""
        with self.lock:
            channel, actor = self.channel(where), self.person(who).id
            previous = self._message(channel.id, ts)
            left = tombstone(previous) if previous.get("reply_count") else None
            with self._store.together():
                if left is not None:
                    self._store.put_message(channel.id, left, at=self._time.now())
                else:
                    self._store.remove_message(channel.id, ts, at=self._time.now())
                    self._count_replies(channel.id, previous)
            self._tell("deleted", channel.id, ts, actor, message=left, previous=previous)
            if left is None:
                self._clear(channel.id, previous.get("thread_ts", ""), actor)

    def react(self, who: str, where: str, ts: str, name: str, *, undo: bool = False) -> bool:
        """Put a reaction on a message, or take it off; return False where it was so already. Raises KeyError."""
        with self.lock:
            person, channel = self.person(who), self.channel(where)
            message = dict(self._message(channel.id, ts))
            users = {reaction["name"]: list(reaction["users"]) for reaction in message.get("reactions", [])}
            mine = users.setdefault(name, [])
            if (person.id in mine) != undo:
                return False
            (mine.remove if undo else mine.append)(person.id)
            reactions = [{"name": key, "users": who_, "count": len(who_)} for key, who_ in users.items() if who_]
            message.pop("reactions", None)
            if reactions:
                message["reactions"] = reactions
            with self._store.together():
                self._store.put_reply_count(channel.id, message)
            kind = "unreacted" if undo else "reacted"
            self._tell(kind, channel.id, ts, person.id, message=message, detail={"reaction": name})
            return True

    # Messages as Slack keeps them

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
            previous = self._message(channel_id, ts)
            message = {k: v for k, v in (previous | fields).items() if v is not None}
            message["edited"] = {"user": actor, "ts": self.new_ts()}
            with self._store.together():
                self._store.put_message(channel_id, message, at=self._time.now())
            self._tell("edited", channel_id, ts, actor, message=message, previous=previous)
            return message

    def whisper(self, channel_id: str, to: str, message: Json) -> str:
        """Show somebody a message that nobody else sees and nothing keeps; return its ts."""
        with self.lock:
            self._tell("whispered", channel_id, message["ts"], self.bot.id, message=message, detail={"to": to})
            return str(message["ts"])

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

    # Calls

    @property
    def calls(self) -> tuple[Call, ...]:
        """Return the Web API calls answered so far, oldest first (the last 20,000)."""
        with self.lock:
            return tuple(self._calls)

    def calls_of(self, method: str) -> tuple[Call, ...]:
        """Return the calls of one method."""
        return tuple(call for call in self.calls if call.method == method)

    def record_call(self, call: Call) -> None:
        """Add a call to the log, numbered, and tell of it."""
        with self.lock:
            self._call_number += 1
            self._calls.append(replace(call, number=self._call_number))
            self._tell("called", detail={"call": self._call_number, "method": call.method, "status": call.status})

    # Inside

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

    def _share(self, file: File, person: Person) -> Json:
        shared = file_object(
            file,
            file_id=self._new_id("F"),
            person=person,
            team=self.team,
            created=int(self._time.now()),
            base_url=self.base_url,
        )
        with self._store.together():
            self._store.put_file(shared, file.content)
        return shared


def _microseconds(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds or 0) * 1_000_000 + int(fraction or 0)
