"""Time as a turn has it: what a clock says, what a nap costs, when it is worth trying again, and when time is over.

`tests/unit/assistant/test_deadline.py` runs it on a clock of its own.
"""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from vera.errors import LedgerUnavailable, OutOfTime, RateLimited, SurfaceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

__all__ = ["PAUSES_SECONDS", "RESERVE_SECONDS", "Time"]

Result = TypeVar("Result")

RESERVE_SECONDS = 10.0
"""What is kept back at the end of an invocation to finish the message, a quarter of it at most."""

PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""How long to wait before a call that must not fail is made again."""


@dataclass(frozen=True, slots=True)
class Time:
    """Where time comes from. `until` is when, by `clock`, the invocation ends; `wait` is how its threads wait.

    `reserve_seconds` of it are for finishing the message. `within(seconds)` is a context in which no call of its thread
    to Slack is waited for any longer.
    """

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    until: float
    wait: Callable[[threading.Event, float | None], bool] = threading.Event.wait
    reserve_seconds: float = RESERVE_SECONDS
    within: Callable[[float], AbstractContextManager[object]] = nullcontext

    @classmethod
    def of_invocation(
        cls,
        seconds: float,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        now: Callable[[], datetime],
        wait: Callable[[threading.Event, float | None], bool] = threading.Event.wait,
        within: Callable[[float], AbstractContextManager[object]] = nullcontext,
    ) -> Time:
        """Return the time of an invocation that has so many seconds to live from now: most of them to speak in."""
        reserve_seconds = min(RESERVE_SECONDS, seconds / 4)
        return cls(clock, sleep, now, clock() + seconds, wait, reserve_seconds, within)

    def nap(self, seconds: float) -> None:
        """Sleep while there is time to; raise `OutOfTime` where there is not."""
        if self.clock() + seconds > self.until:
            raise OutOfTime(f"{seconds:.1f} s to wait")
        self.sleep(seconds)

    @property
    def left(self) -> float:
        """The seconds for work: what it takes to finish the message is kept back."""
        return self.until - self.reserve_seconds - self.clock()

    def check(self) -> None:
        """Raise `OutOfTime` when what is left is just enough to finish the message."""
        if self.left < 0:
            raise OutOfTime("the time to finish has come")

    def persist(self, call: Callable[[], Result]) -> Result:
        """Make a call to Slack or the ledger again, after what Slack asks for or a growing pause, until it is done.

        Raises `OutOfTime` where the invocation ends before the next attempt, and what the call raises in the end.
        """
        pauses = iter(PAUSES_SECONDS)
        while True:
            try:
                return call()
            except RateLimited as refusal:
                self.nap(max(refusal.retry_after_seconds, PAUSES_SECONDS[0]))
            except (SurfaceUnavailable, LedgerUnavailable):
                pause = next(pauses, None)
                if pause is None:
                    raise
                self.nap(pause)
