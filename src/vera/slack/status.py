"""What Vera is doing, said beside the messages: the status of a thread, and of Slack's session with an agent.

A status is worth no answer: every failure is swallowed here, and who refuses it is left alone for a while. Slack takes
it away by itself when a message comes, or after two minutes; a session has to be told
(`tests/unit/slack/test_slack_status.py`).
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from vera.errors import SurfaceRefused, SurfaceUnavailable
from vera.slack.web import ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

    from vera.assistant.conversation import Turn

__all__ = ["Refusals", "ThreadStatus"]

_REFUSED_SECONDS = 600.0
_SESSIONS = "agent sessions"
_MOST_CHARACTERS = 100


class Refusals:
    """Who said no lately, and is not asked again for so many seconds. Safe from several threads."""

    def __init__(self, clock: Callable[[], float], *, seconds: float = _REFUSED_SECONDS) -> None:
        """Nobody has."""
        self._clock, self._seconds = clock, seconds
        self._until: dict[str, float] = {}

    def add(self, who: str) -> None:
        """Remember that somebody said no, and forget who may be asked again."""
        now = self._clock()
        self._until = {each: until for each, until in self._until.items() if until > now} | {who: now + self._seconds}

    def __contains__(self, who: str) -> bool:
        """Whether somebody said no, not long ago."""
        return self._until.get(who, self._clock()) > self._clock()


class ThreadStatus:
    """The status of each thread that an answer goes into."""

    def __init__(self, client: WebClient, *, clock: Callable[[], float]) -> None:
        """Say it by this client. `clock` is for how long a refusal is believed."""
        self._client = client
        self._refusals = Refusals(clock)
        self._sessions: set[str] = set()
        self._lock = Lock()

    def show(self, turn: Turn, text: str) -> bool:
        """Say what is going on, or nothing any more. False where Slack doesn't show it; if it may, that is as good."""
        if turn.channel in self._refusals:
            return False
        try:
            ask(
                self._client.assistant_threads_setStatus,
                channel_id=turn.channel,
                thread_ts=turn.root,
                status=_as_predicate(text),
            )
        except SurfaceRefused:
            self._refusals.add(turn.channel)
            return False
        except SurfaceUnavailable:
            return True
        return True

    def begin(self, turn: Turn) -> None:
        """Make the thread a session with an agent, once: while it is at work, Slack shows a button to stop it."""
        with self._lock:
            if turn.key in self._sessions or _SESSIONS in self._refusals:
                return
            self._sessions.add(turn.key)
        self._set_session(turn, "processing")

    def end(self, turn: Turn) -> None:
        """Let Slack know that nothing is being done for this turn any more, if it was told that something is."""
        if self.forget(turn):
            self._set_session(turn, "active")

    def forget(self, turn: Turn) -> bool:
        """Take note that Slack ends the session by itself, as it does with a stream; return whether there was one."""
        with self._lock:
            begun = turn.key in self._sessions
            self._sessions.discard(turn.key)
            return begun

    def _set_session(self, turn: Turn, status: str) -> None:
        try:
            ask(
                self._client.agents_sessions_setStatus,
                channel_id=turn.channel,
                thread_ts=turn.root,
                status=status,
            )
        except SurfaceRefused:
            self._refusals.add(_SESSIONS)
            self.forget(turn)
        except SurfaceUnavailable:
            return


def _as_predicate(text: str) -> str:
    """Return what is going on as Slack wants it: it goes on after the app's name."""
    text = " ".join(text.split())[:_MOST_CHARACTERS]
    if not text:
        return ""
    doing = text.split(" ", 1)[0].endswith("ing")
    return f"is {text[0].lower()}{text[1:]}\u2026" if doing else f"is at work: {text}\u2026"
