"""A world for one turn: every port a fake, time that stands until it is moved, and taps to go between the two.

`World` is a `Ports`. Its time belongs to the test: `sleep` moves it at once, `wait` ends when the event is set or time
has come, and `settle` returns when every thread of a turn waits for something that is still to come. With it, what a
writer thread does is the same at every run.
"""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from fakes.ledger import MemoryLedger, StandingClock
from fakes.model import ScriptedModel
from fakes.surface import MemoryStreams, MemorySurface
from fakes.threads import MemoryThreads
from vera.assistant.budget import Budget
from vera.assistant.conversation import Turn
from vera.assistant.deadline import Time
from vera.assistant.ledger import Lease
from vera.assistant.model import ChatModel
from vera.assistant.pacing import LIMITS, Limit
from vera.assistant.turn import Manner, answer, replying
from vera.errors import RateLimited, SurfaceRefused, SurfaceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from vera.assistant.journal import Event
    from vera.assistant.knowledge import KnowledgeBase, Reranker
    from vera.assistant.model import ModelEvent, ModelRequest
    from vera.assistant.reply import Reply, Streaming
    from vera.assistant.tools import Tool
    from vera.assistant.turn import Outcome

__all__ = [
    "MANNER",
    "Journal",
    "OwnTime",
    "Paced",
    "Tapped",
    "World",
    "bad_gateway",
    "rate_limited",
    "refused",
    "timed_out",
    "turn_threads",
]

MANNER = Manner(
    bot_name="Vera",
    system_prompt="You are Vera.",
    max_output_tokens=1_000,
    context_tokens=4_000,
    edit_every_tokens=1,
    keep_passages=5,
    max_tool_rounds=3,
)

_LOOK_SECONDS = 0.001  # how often a thread that waits for the test's time looks at it


class OwnTime(StandingClock):
    """Seconds that pass when the test lets them."""

    def __init__(self) -> None:
        super().__init__()
        self.naps: list[float] = []
        self._waiting: dict[threading.Thread, tuple[threading.Event, float]] = {}
        self._changed = threading.Condition()

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.advance(seconds)

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """Wait as `threading.Event.wait` does, but for this time."""
        until = math.inf if seconds is None else self.now + seconds
        with self._changed:
            self._waiting[threading.current_thread()] = (event, until)
            self._changed.notify_all()
        while not event.wait(None if seconds is None else _LOOK_SECONDS) and self.now < until:
            pass
        with self._changed:
            del self._waiting[threading.current_thread()]
        return event.is_set()

    def settle(self) -> None:
        """Return when every writer and every heartbeat waits for what has not come yet."""
        with self._changed:
            while any(self._busy(thread) for thread in turn_threads()):
                self._changed.wait(_LOOK_SECONDS)

    def _busy(self, thread: threading.Thread) -> bool:
        event, until = self._waiting.get(thread, (None, 0.0))
        return event is None or event.is_set() or self.now >= until


def turn_threads() -> list[threading.Thread]:
    """Return the threads that belong to turns."""
    return [thread for thread in threading.enumerate() if thread.name.startswith(("reply ", "lease ", "tool", "know"))]


class Journal:
    """Remembers what happened, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def record(self, turn_key: str, event: Event) -> None:
        self.events.append(event)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


class Tapped:
    """A port with a tap: `tap(name, call)` stands between, and makes the call, or doesn't, or fails before or after."""

    def __init__(self, port: object, tap: Callable[[str, Callable[[], Any]], Any]) -> None:
        self._port, self._tap = port, tap

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        if not callable(attribute) or name in {"fits", "name", "spec", "status", "write"}:
            return attribute
        return lambda *positional, **named: self._tap(name, partial(attribute, *positional, **named))


class Paced(ChatModel):
    """A model that gives the rest of the world its time: `between` is called after each event."""

    def __init__(self, model: ChatModel, between: Callable[[], None]) -> None:
        self._model, self._between = model, between

    @property
    def model_id(self) -> str:
        return self._model.model_id

    def converse(self, request: ModelRequest) -> Iterator[ModelEvent]:
        for event in self._model.converse(request):
            yield event
            self._between()


class World:
    """Every port of a turn, and the ways to let one be answered, or to write one reply by hand."""

    def __init__(
        self,
        *scripts: list[Any],
        knowledge: Sequence[KnowledgeBase] = (),
        reranker: Reranker | None = None,
        tools: Sequence[Tool] = (),
        largest: int = 3_900,
        stream_largest: int = 11_500,
        seconds: float = 900.0,
    ) -> None:
        """Let a model follow `scripts`, at the pace of the writer; the invocation ends after `seconds`.

        `tap` stands between the turn and the `wall` where its messages are, those of streams (`stream_wall`) too.
        """
        self.own_time = OwnTime()
        self.ledger: Any = MemoryLedger(clock=self.own_time)
        self.wall = MemorySurface(largest=largest)
        self.surface: Any = Tapped(self.wall, self._tapped)
        self.tap: Callable[[str, Callable[[], Any]], Any] = lambda _name, call: call()
        self.stream_wall = MemoryStreams(self.wall, largest=stream_largest)
        self.streams: Any = Tapped(self.stream_wall, self._tapped)
        # Writes for nothing: pacing has tests of its own.
        self.budget = Budget(limits=dict.fromkeys(LIMITS, Limit(1e9, burst=1_000_000)))
        self.threads: Any = MemoryThreads()
        self.knowledge: Sequence[Any] = knowledge
        self.reranker = reranker
        self.script = ScriptedModel(*scripts)
        self.model: ChatModel = Paced(self.script, self.own_time.settle)
        self.tools = tools
        self.journal = Journal()
        self.seconds = seconds
        self.owners = (f"worker {number}" for number in count(1))

    @property
    def time(self) -> Time:
        """The time of an invocation that begins now."""
        own = self.own_time
        return Time.of_invocation(
            self.seconds,
            clock=own,
            sleep=own.sleep,
            now=lambda: datetime.fromtimestamp(own.now, UTC),
            wait=own.wait,
        )

    def ask(self, text: str = "How long is the notice period?", **fields: Any) -> Turn:
        """Let somebody ask in a channel."""
        fields.setdefault("root", "")
        root = fields.pop("root")
        ts = self.threads.say("C1", root, "person", "Ann", text)
        return Turn("C1", ts, "U1", text, thread_ts=root, **fields)

    def answer(
        self,
        turn: Turn,
        *,
        owner: str = "",
        admit: Callable[[Turn], None] = lambda _turn: None,
        manner: Manner = MANNER,
        go_on: Callable[[int], None] | None = None,
        reopen: bool = False,
    ) -> Outcome:
        """Deliver the question to a worker."""
        return answer(
            turn,
            self,
            manner,
            self.time,
            owner=owner or next(self.owners),
            admit=admit,
            go_on=go_on,
            reopen=reopen,
        )

    @contextmanager
    def replying(
        self,
        turn: Turn,
        *,
        every_tokens: int = 1,
        owner: str = "",
        streaming: Streaming = "edit",
        native: bool = False,
    ) -> Iterator[Reply]:
        """Claim a turn and begin its reply, without the story around it; `native` where an earlier leg began it so."""
        time = self.time
        manner = replace(MANNER, edit_every_tokens=every_tokens, streaming=streaming)
        with (
            Lease(self.ledger, turn.key, owner=owner or next(self.owners), clock=time.clock, wait=time.wait) as lease,
            replying(turn, self, manner, time, lease, native=native) as reply,
        ):
            yield reply

    def restart(self) -> None:
        """Let whoever comes next be another process: a stream that was left open is none of its own."""
        self.stream_wall._own.clear()

    def _tapped(self, name: str, call: Callable[[], Any]) -> Any:
        return self.tap(name, call)

    def texts(self, turn: Turn) -> list[str]:
        """Return what stands in the thread, in the order people see."""
        return [message.text for _, message in self.standing(turn)]

    def standing(self, turn: Turn) -> list[tuple[str, Any]]:
        return sorted((ts, message) for ts, message in self.wall.messages.items() if message.turn == turn.key)


def rate_limited(seconds: float = 3.0) -> RateLimited:
    return RateLimited("chat.update", retry_after_seconds=seconds)


def bad_gateway() -> SurfaceUnavailable:
    return SurfaceUnavailable("HTTP 502")


def timed_out() -> SurfaceUnavailable:
    return SurfaceUnavailable("timed out", maybe_done=True)


def refused(code: str) -> SurfaceRefused:
    return SurfaceRefused("chat.update", code=code)
