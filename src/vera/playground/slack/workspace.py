"""The workspace: who is there, what was said, and people saying more.

Everything is kept in the store and changes under one lock; each change is told to whoever watches. A ts is unique in
the workspace and later than every one before, whatever the clock does. Held by `test_playground_workspace.py`.
"""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from vera.playground.slack.agents import Agents
from vera.playground.slack.faults import Faults
from vera.playground.slack.interactions import block_actions, button_of
from vera.playground.slack.limits import RateLimits
from vera.playground.slack.markup import escaped, rich_text
from vera.playground.slack.messages import Messages
from vera.playground.slack.reads import Reads
from vera.playground.slack.response_urls import ResponseUrls
from vera.playground.slack.shapes import file_object, tombstone
from vera.playground.slack.streaming import LiveStreams

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vera.playground.schedule import Time
    from vera.playground.slack.values import Call, Channel, File, Json, Person

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


class Workspace(Messages):
    """One Slack workspace with one app in it.

    `path` is the SQLite file (None: memory). An empty one is furnished: Ada and Grace, #general with the bot, #random
    without it, #partners shared with Rosa's organisation. `tokens` maps each valid token to its scopes. `latency_ms` is
    how long a Web API call takes. `newest_replies_first` pages through threads from their end, as some have seen Slack
    do it; every page holds the parent either way. `reads`, `streams` and `agents` are asked and told under `lock`;
    `response_urls` take care of that themselves.
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
        self.reads = Reads(self._store.connection)
        self.streams = LiveStreams(self, time=time)
        self.agents = Agents(self, time=time)
        self.response_urls = ResponseUrls(self)

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
            person, channel = self._inside(who, where)
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

    def post(self, channel_id: str, message: Json, *, kind: str = "posted", announce: bool = True) -> str:
        """Post a drafted message as `Messages` does; what the bot's status said in its thread is over then."""
        with self.lock:
            ts = super().post(channel_id, message, kind=kind, announce=announce)
            if message.get("bot_id") == self.bot.bot_id:
                self.agents.clear(channel_id, message.get("thread_ts") or ts)
            return ts

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
            self.streams.forget(channel.id, ts)
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

    # Pressing

    def press(self, who: str, where: str, ts: str, action_id: str, *, block_id: str = "") -> str:
        """Press a button of a message (in any block, where none is named), and return the interaction's trigger id.

        Raises KeyError where there is no such message or button, ValueError where `who` is not in there.
        """
        with self.lock:
            person, channel = self._inside(who, where)
            message = self._message(channel.id, ts)
            interaction = block_actions(
                button_of(message, action_id, block_id),
                message,
                person=person,
                channel=channel,
                team=self.team,
                app_id=self.bot.app_id or "",
                action_ts=self.new_ts(),
                response_url=self.response_urls.make(channel.id, person.id),
            )
            self._tell("pressed", channel.id, ts, person.id, message=message, detail={"interaction": interaction})
            return str(interaction["trigger_id"])

    def stop_session(self, who: str, where: str, thread_ts: str) -> list[str]:
        """Stop what the agent does in a thread, as Slack's own button does: the app is told, live streams are ended.

        Return the ts of those. Raises KeyError, and ValueError where nothing is going on or `who` is not in there.
        """
        with self.lock:
            person, channel = self._inside(who, where)
            session = self.agents.session(channel.id, thread_ts)
            if session is None or session.status != "processing":
                raise ValueError(f"nothing is being worked on in thread {thread_ts}")
            stopped = self.streams.stop_by_person(channel.id, thread_ts)
            detail = {"thread_ts": thread_ts, "streaming_message_ts": stopped}
            self._tell("stopped", channel.id, thread_ts, person.id, detail=detail)
            return stopped

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

    def _inside(self, who: str, where: str) -> tuple[Person, Channel]:
        person, channel = self.person(who), self.channel(where)
        if person.id not in channel.members:
            raise ValueError(f"{person.name} is not in {channel.name or channel.id}")
        return person, channel

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
