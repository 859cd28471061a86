"""A clock that several processes read and a test puts forward, and a calendar for the playground that goes by it.

A minute's lease, a minute until Lambda tries again: a test says `time.to_next()`, and both have passed.
"""

from __future__ import annotations

import heapq
import itertools
import mmap
import struct
import threading
import time
from typing import TYPE_CHECKING

from vera.playground.schedule import RealTime

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["VARIABLE", "ShiftedClock", "ShiftedTime"]

VARIABLE = "TEST_SHIFTED_CLOCK"
"""Where a worker's environment names the clock's file."""

_SECONDS = struct.Struct("d")


class ShiftedClock:
    """The machine's clock and what it was put forward by, which stands in a file that processes share."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_SECONDS.pack(0.0))
        with path.open("r+b") as file:
            self._shift = mmap.mmap(file.fileno(), _SECONDS.size)

    def __call__(self) -> float:
        return time.time() + _SECONDS.unpack(self._shift[:])[0]

    def forward(self, seconds: float) -> None:
        self._shift[:] = _SECONDS.pack(_SECONDS.unpack(self._shift[:])[0] + seconds)

    def close(self) -> None:
        self._shift.close()


class ShiftedTime:
    """`Time` for the playground: what is due at once is done at once, what is due later waits for `to_next`.

    `now` is the machine's own time: the receiver holds Slack's signatures against it.
    """

    def __init__(self, clock: ShiftedClock) -> None:
        self._clock = clock
        self._soon = RealTime()
        self._numbers = itertools.count()
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._changed = threading.Condition()

    def now(self) -> float:
        return time.time()

    def after(self, delay_seconds: float, action: Callable[[], None]) -> None:
        if not delay_seconds:
            self._soon.after(0.0, action)
            return
        with self._changed:
            heapq.heappush(self._later, (self._clock() + delay_seconds, next(self._numbers), action))
            self._changed.notify_all()

    def to_next(self, *, timeout_seconds: float = 10.0) -> None:
        """Wait until anything is due later, put the clock forward to it, and let it happen."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._later, timeout_seconds), "nothing is due"
            at, _, action = heapq.heappop(self._later)
        self._clock.forward(max(0.0, at - self._clock()))
        self._soon.after(0.0, action)

    def forward(self, seconds: float) -> None:
        """Put the clock forward, and let happen what is due by then."""
        with self._changed:
            self._clock.forward(seconds)
            now = self._clock()
            while self._later and self._later[0][0] <= now:
                self._soon.after(0.0, heapq.heappop(self._later)[2])

    def close(self) -> None:
        self._soon.close()
