"""Messages in memory: a `MessageSurface` for tests of the domain, held to `tests/contract/test_surface.py`.

`MemorySurface` edits; `MemoryStreams` appends to the same messages, as Slack's own streams do.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from vera.assistant.messages import MessageState, MessageSurface, Standing
from vera.errors import MessageGone, SurfaceRefused, SurfaceUnavailable, VeraError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vera.assistant.conversation import Turn
    from vera.assistant.pacing import Write


@dataclass(frozen=True)
class Shown:
    """A message as it stands, and every text that stood in it. `streaming`: it takes nothing but more text."""

    turn: str
    part: int
    state: MessageState
    text: str
    earlier: tuple[str, ...] = field(default=())
    streaming: bool = False


class MemorySurface(MessageSurface):
    """`largest` is what fits into a message, in bytes. `fail` makes the next calls of a method raise."""

    appends = False

    def __init__(self, *, largest: int = 3_900) -> None:
        self.messages: dict[str, Shown] = {}
        self.calls: list[str] = []
        self.writes: list[Write | None] = []
        self.statuses: list[tuple[str, str]] = []
        self._largest = largest
        self._failures: dict[str, deque[VeraError]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._numbers = count(1)

    def fail(self, method: str, *errors: VeraError) -> None:
        """Let the next calls of a method of the port raise; with `maybe_done`, after having worked."""
        self._failures[method].extend(errors)

    def texts(self, turn: Turn) -> list[str]:
        """Return what stands in the thread for this turn, from first to last."""
        return [message.text for _, message in sorted(self.messages.items()) if message.turn == turn.key]

    def fits(self, text: str) -> bool:
        return len(text.encode()) <= self._largest

    def write(self, ts: str | None, state: MessageState) -> Write | None:
        return "update" if ts else None

    def show_status(self, turn: Turn, text: str) -> bool:
        return False

    def post(self, turn: Turn, text: str, *, part: int, state: MessageState) -> str:
        with self._lock:
            failure = self._failure("post")
            ts = self._posted(Shown(turn.key, part, state, text))
            self._raise(failure)
            return ts

    def edit(self, turn: Turn, ts: str, text: str, *, part: int, state: MessageState) -> None:
        with self._lock:
            failure = self._failure("edit")
            before = self.messages.get(ts)
            if before is None:
                raise MessageGone("no such message", code="message_not_found")
            self.messages[ts] = self._edited(ts, before, text, part, state)
            self._raise(failure)

    def delete(self, turn: Turn, ts: str) -> None:
        with self._lock:
            failure = self._failure("delete")
            self.messages.pop(ts, None)
            self._raise(failure)

    def find(self, turn: Turn) -> Mapping[int, Standing]:
        with self._lock:
            self._raise(self._failure("find"))
            found: dict[int, Standing] = {}
            for ts, message in sorted(self.messages.items()):
                if message.turn == turn.key:
                    shown = 0 if message.state == "status" else len(message.text)
                    found.setdefault(message.part, Standing(ts, shown))
            return found

    def _posted(self, message: Shown) -> str:
        self.writes.append(self.write("", message.state))
        ts = f"18000{next(self._numbers):05}.000100"
        self.messages[ts] = message
        return ts

    def _edited(self, ts: str, before: Shown, text: str, part: int, state: MessageState) -> Shown:
        self.writes.append("update")
        earlier = (*before.earlier, before.text)
        return replace(before, text=text, part=part, state=state, earlier=earlier, streaming=False)

    def _failure(self, method: str) -> VeraError | None:
        """Take the next failure of a method; raise it now unless the work is done first."""
        self.calls.append(method)
        failure = self._failures[method].popleft() if self._failures[method] else None
        if failure and not (isinstance(failure, SurfaceUnavailable) and failure.maybe_done):
            raise failure
        return failure

    @staticmethod
    def _raise(failure: VeraError | None) -> None:
        if failure:
            raise failure


class MemoryStreams(MemorySurface):
    """Streams beside `wall`, whose messages they share, so that each may go on with what the other began.

    While a stream is written it only grows: what doesn't go on where it stands is left for the last text; another
    worker's stream is edited. `statuses` are what was shown beside the messages, unless `has_place` is taken away.
    `die` ends a stream as its age would.
    """

    appends = True

    def __init__(self, wall: MemorySurface | None = None, *, largest: int = 11_500) -> None:
        super().__init__(largest=largest)
        self.has_place = True
        self.refused = False
        self._own: set[str] = set()
        if wall:
            self.messages, self._lock, self._numbers = wall.messages, wall._lock, wall._numbers

    def die(self, ts: str) -> None:
        """Let a stream take no more text."""
        self.messages[ts] = replace(self.messages[ts], streaming=False)

    def write(self, ts: str | None, state: MessageState) -> Write | None:
        if not ts:
            return "start" if state == "writing" else None
        if not self._is_live(ts):
            return "update"
        return "append" if state == "writing" else "stop"

    def show_status(self, turn: Turn, text: str) -> bool:
        with self._lock:
            failure = self._failure("show_status")
            if self.has_place:
                self.statuses.append((turn.key, text))
            self._raise(failure)
            return self.has_place

    def post(self, turn: Turn, text: str, *, part: int, state: MessageState) -> str:
        try:
            return super().post(turn, text, part=part, state=state)
        except SurfaceRefused:
            self.refused = state == "writing"
            raise

    def _posted(self, message: Shown) -> str:
        ts = super()._posted(replace(message, streaming=message.state == "writing"))
        self._own.add(ts)
        return ts

    def _edited(self, ts: str, before: Shown, text: str, part: int, state: MessageState) -> Shown:
        if not self._is_live(ts):
            return super()._edited(ts, before, text, part, state)
        self.writes.append("append" if state == "writing" else "stop")
        if state == "writing":
            text = text if text.startswith(before.text) else before.text
        earlier = (*before.earlier, before.text)
        return replace(before, text=text, part=part, state=state, earlier=earlier, streaming=state == "writing")

    def _is_live(self, ts: str) -> bool:
        return ts in self._own and ts in self.messages and self.messages[ts].streaming
