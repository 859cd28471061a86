"""Time as the playground needs it: what it is, and doing something later.

Everything that waits (Slack's retries, Lambda's) goes through `Time`, so a test turns five minutes by hand.
Held by `test_playground_schedule.py`.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

_LOG = logging.getLogger(__name__)


class Time(Protocol):
    """A clock and a calendar.

    `after` never runs the action on the caller's own stack, and loses none but those still due when it is closed.
    """

    def now(self) -> float:
        """Return unix seconds."""

    def after(self, delay_seconds: float, action: Callable[[], None]) -> None:
        """Run `action` once, `delay_seconds` from now, on some thread."""


class RealTime:
    """`Time` by the machine's clock: one thread waits, a few act. What is still due at `close` is let go."""

    def __init__(self, *, threads: int = 32) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="playground")
        self._waiter = threading.Thread(target=self._wait, name="playground-schedule", daemon=True)
        self._waiter.start()

    def now(self) -> float:
        """Return unix seconds."""
        return time.time()

    def after(self, delay_seconds: float, action: Callable[[], None]) -> None:
        """Run `action` on a thread of the pool, `delay_seconds` from now."""
        with self._changed:
            if self._closed:
                return
            heapq.heappush(self._due, (time.monotonic() + delay_seconds, next(self._numbers), action))
            self._changed.notify()

    def close(self) -> None:
        """Start nothing more, and wait for what is running."""
        with self._changed:
            self._closed = True
            self._due.clear()
            self._changed.notify()
        self._waiter.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _wait(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                wait_seconds = self._due[0][0] - time.monotonic() if self._due else None
                if wait_seconds is None or wait_seconds > 0:
                    self._changed.wait(wait_seconds)
                    continue
                _, _, action = heapq.heappop(self._due)
                self._pool.submit(action).add_done_callback(report)


def report(done: Future[None]) -> None:
    """Log what went wrong in an action that nobody waits for."""
    failure = None if done.cancelled() else done.exception()
    if failure is not None:
        _LOG.error("An action in the background failed", exc_info=failure)
