"""Time turned by hand: what is planned runs when the test says that its moment has come, on the test's own thread."""

from __future__ import annotations

import heapq
import itertools
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class HandTime:
    """`vera.playground.schedule.Time` for tests."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def now(self) -> float:
        return self._now

    def after(self, delay_seconds: float, action: Callable[[], None]) -> None:
        with self._changed:
            heapq.heappush(self._due, (self._now + delay_seconds, next(self._numbers), action))
            self._changed.notify_all()

    def wait_until_planned(self, count: int = 1) -> None:
        """Return once so many actions are planned, by whatever thread."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._due) >= count, 10), "nothing was planned"

    @property
    def delays(self) -> list[float]:
        """How far off what is planned is."""
        with self._changed:
            return sorted(moment - self._now for moment, _, _ in self._due)

    def advance(self, seconds: float = 0.0) -> None:
        """Run what comes due within `seconds`, at its moment."""
        end = self._now + seconds
        while True:
            with self._changed:
                if not self._due or self._due[0][0] > end:
                    break
                moment, _, action = heapq.heappop(self._due)
                self._now = max(self._now, moment)
            action()
        self._now = end

    def leap(self, seconds: float) -> None:
        """Let the clock go on without what is planned: it comes late."""
        self._now += seconds
