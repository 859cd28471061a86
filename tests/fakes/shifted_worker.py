"""The worker's handler on a clock that the test puts forward, where a nap costs no time: else as `vera.worker` has it.

A nap of this process is seen by this process alone, and forgotten when the invocation ends: other workers' leases hold.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakes.shifted_time import VARIABLE, ShiftedClock
from vera.app import Vera
from vera.aws.logs import LogJournal, log_libraries
from vera.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["handler"]


class _Napping:
    def __init__(self) -> None:
        self._clock = ShiftedClock(Path(os.environ[VARIABLE]))
        self.napped_seconds = 0.0

    def clock(self) -> float:
        return self._clock() + self.napped_seconds

    def sleep(self, seconds: float) -> None:
        self.napped_seconds += seconds


def handler(event: Any, context: Any) -> dict[str, Any]:
    time, vera = _vera()
    time.napped_seconds = 0.0
    return vera(event, context)


@cache
def _vera() -> tuple[_Napping, Callable[[Any, Any], dict[str, Any]]]:
    time = _Napping()
    settings = Settings.from_environment(os.environ)
    return time, Vera(
        settings, journal=LogJournal(beside=log_libraries()), clock=time.clock, sleep=time.sleep
    ).lambda_handler()
