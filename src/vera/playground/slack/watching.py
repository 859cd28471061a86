"""Watching a workspace: being told of each change, waiting for one, following them all.

One condition variable guards the workspace and wakes whoever waits, so nothing polls; changes are told in their order.
Held by `test_playground_watching.py`.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vera.playground.slack.values import Change


T = TypeVar("T")


class Changes:
    """Changes as they come: iterate (it blocks between them), until `close`."""

    def __init__(self, *, on_close: Callable[[Changes], None]) -> None:
        self._queue: queue.SimpleQueue[Change | None] = queue.SimpleQueue()
        self._on_close = on_close

    def put(self, change: Change) -> None:
        """Add one at the end."""
        self._queue.put(change)

    def get(self, *, timeout_seconds: float | None = None) -> Change | None:
        """Return the next change; None where they were closed, or none came in time."""
        try:
            return self._queue.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def close(self) -> None:
        """End the iteration, on whatever thread it runs."""
        self._on_close(self)
        self._queue.put(None)

    def __iter__(self) -> Iterator[Change]:
        """Yield changes until closed."""
        while (change := self._queue.get()) is not None:
            yield change

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


class Watched:
    """What can be watched: its own state only changes under `lock`, and each change ends in `tell`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._listeners: list[Callable[[Change], None]] = []
        self._followers: list[Changes] = []

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Call `listener` at each change, in order, under the lock: it must not block."""
        with self.lock:
            self._listeners.append(listener)

    def changes(self) -> Changes:
        """Return the changes from now on."""
        with self.lock:
            follower = Changes(on_close=self._forget)
            self._followers.append(follower)
            return follower

    def wait_for(self, wanted: Callable[[Self], T], *, timeout_seconds: float = 10.0) -> T:
        """Return the first true value of `wanted`, asked now and after each change, under the lock.

        Raises TimeoutError where there was none in time.
        """
        with self._changed:
            value = self._changed.wait_for(lambda: wanted(self), timeout_seconds)
        if not value:
            raise TimeoutError(f"what was waited for did not happen within {timeout_seconds:g} s")
        return value

    def tell(self, change: Change) -> None:
        """Tell everybody. Called under the lock."""
        for listener in self._listeners:
            listener(change)
        for follower in self._followers:
            follower.put(change)
        self._changed.notify_all()

    def _forget(self, follower: Changes) -> None:
        with self.lock:
            if follower in self._followers:
                self._followers.remove(follower)
