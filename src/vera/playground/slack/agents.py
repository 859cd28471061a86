"""What an agent shows in a thread beside its messages: a status while it works, and the state of its session.

A status stands until the bot posts into its thread, until it is set to nothing, or for two minutes. A session stays as
it was set last: that a person wants it stopped is told to the app, which sets it then. Neither outlives the process.
Held by `test_playground_agent_methods.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from vera.playground.schedule import Time
    from vera.playground.slack.messages import Messages

STATUS_SECONDS = 120.0
SessionStatus = Literal["active", "processing", "suspended", "closed"]


@dataclass(frozen=True, slots=True)
class Status:
    """What somebody waiting in a thread is told: "is thinking…", and lines that take turns below it."""

    channel: str
    thread_ts: str
    text: str
    loading_messages: tuple[str, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Session:
    """A thread as an agent's session. While it is `processing`, people may stop it."""

    channel: str
    thread_ts: str
    status: SessionStatus
    title: str = ""
    initiator: str = ""


class Agents:
    """The statuses and sessions of one workspace's agent. Asked and told under its lock."""

    def __init__(self, messages: Messages, *, time: Time) -> None:
        self._messages = messages
        self._time = time
        self._statuses: dict[tuple[str, str], Status] = {}
        self._sessions: dict[tuple[str, str], Session] = {}

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Return the statuses that stand."""
        now = self._time.now()
        return tuple(status for status in self._statuses.values() if now - status.at < STATUS_SECONDS)

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Return the sessions there are."""
        return tuple(self._sessions.values())

    def session(self, channel_id: str, thread_ts: str) -> Session | None:
        """Return a thread's session."""
        return self._sessions.get((channel_id, thread_ts))

    def set_status(self, channel_id: str, thread_ts: str, text: str, loading_messages: tuple[str, ...] = ()) -> None:
        """Show a status in a thread; an empty one takes it away."""
        if not text:
            self.clear(channel_id, thread_ts)
            return
        status = Status(channel_id, thread_ts, text, loading_messages, self._time.now())
        self._statuses[channel_id, thread_ts] = status
        self._tell_status(status)
        self._time.after(STATUS_SECONDS, lambda: self._expire(status))

    def clear(self, channel_id: str, thread_ts: str) -> None:
        """Take a thread's status away."""
        if self._statuses.pop((channel_id, thread_ts), None) is not None:
            self._tell_status(Status(channel_id, thread_ts, "", (), self._time.now()))

    def set_session(
        self, channel_id: str, thread_ts: str, status: SessionStatus, *, title: str = "", initiator: str = ""
    ) -> Session:
        """Set a session's status. `title` and `initiator` are its for good when it is new."""
        known = self._sessions.get((channel_id, thread_ts))
        if known is not None:
            title, initiator = known.title, known.initiator
        session = Session(channel_id, thread_ts, status, title, initiator)
        self._sessions[channel_id, thread_ts] = session
        told = {"thread_ts": thread_ts, "status": status}
        self._messages.tell_of("session", channel_id, thread_ts, self._messages.bot.id, told)
        return session

    def _expire(self, status: Status) -> None:
        with self._messages.lock:
            if self._statuses.get((status.channel, status.thread_ts)) is status:
                self.clear(status.channel, status.thread_ts)

    def _tell_status(self, status: Status) -> None:
        told = {
            "thread_ts": status.thread_ts,
            "text": status.text,
            "loading_messages": status.loading_messages,
            "at": status.at,
        }
        self._messages.tell_of("status", status.channel, status.thread_ts, self._messages.bot.id, told)
