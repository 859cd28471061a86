"""Messages in memory: a `MessageSurface` for tests of the domain, held to `tests/contract/test_surface.py`."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from vera.assistant.reply import MessageState, MessageSurface
from vera.errors import MessageGone, SurfaceUnavailable, VeraError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vera.assistant.conversation import Turn


@dataclass(frozen=True)
class Standing:
    """A message as it stands, and every text that stood in it."""

    turn: str
    part: int
    state: MessageState
    text: str
    earlier: tuple[str, ...] = field(default=())


class MemorySurface(MessageSurface):
    """`largest` is what fits into a message, in bytes. `fail` makes the next calls of a method raise."""

    def __init__(self, *, largest: int = 3_900) -> None:
        self.messages: dict[str, Standing] = {}
        self.calls: list[str] = []
        self._largest = largest
        self._failures: dict[str, deque[VeraError]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._count = 0

    def fail(self, method: str, *errors: VeraError) -> None:
        """Let the next calls of `post`, `edit`, `delete` or `find` raise; with `maybe_done`, after having worked."""
        self._failures[method].extend(errors)

    def texts(self, turn: Turn) -> list[str]:
        """Return what stands in the thread for this turn, from first to last."""
        return [message.text for message in self.messages.values() if message.turn == turn.key]

    def fits(self, text: str) -> bool:
        return len(text.encode()) <= self._largest

    def post(self, turn: Turn, text: str, *, part: int, state: MessageState) -> str:
        with self._lock:
            failure = self._failure("post")
            self._count += 1
            ts = f"18000{self._count:05}.000100"
            self.messages[ts] = Standing(turn.key, part, state, text)
            self._raise(failure)
            return ts

    def edit(self, turn: Turn, ts: str, text: str, *, part: int, state: MessageState) -> None:
        with self._lock:
            failure = self._failure("edit")
            before = self.messages.get(ts)
            if before is None:
                raise MessageGone("no such message", code="message_not_found")
            earlier = (*before.earlier, before.text)
            self.messages[ts] = replace(before, text=text, part=part, state=state, earlier=earlier)
            self._raise(failure)

    def delete(self, turn: Turn, ts: str) -> None:
        with self._lock:
            failure = self._failure("delete")
            self.messages.pop(ts, None)
            self._raise(failure)

    def find(self, turn: Turn) -> Mapping[int, str]:
        with self._lock:
            self._raise(self._failure("find"))
            found: dict[int, str] = {}
            for ts, message in self.messages.items():
                if message.turn == turn.key:
                    found.setdefault(message.part, ts)
            return found

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
