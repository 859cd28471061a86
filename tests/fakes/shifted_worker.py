"""The worker's handler on a clock that the test puts forward, where a nap costs no time: else as `vera.worker` has it.

A nap of this process is seen by this process alone, and forgotten when the invocation ends: other workers' leases hold.
Who waits for something else looks up ten times a second, so that a stop, or a clock put forward, is noticed at once.

It may be ordered to die at one of its calls (`shifted_orders.py`).
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakes import shifted_orders, shifted_time
from fakes.world import Paced, Tapped
from vera.app import Vera
from vera.aws.logs import LogJournal, log_libraries
from vera.settings import Settings

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from vera.assistant.deadline import Time

__all__ = ["handler"]

_LOOKS_UP_SECONDS = 0.1


class _Napping:
    def __init__(self) -> None:
        self._clock = shifted_time.ShiftedClock(Path(os.environ[shifted_time.VARIABLE]))
        self.napped_seconds = 0.0

    def clock(self) -> float:
        return self._clock() + self.napped_seconds

    def sleep(self, seconds: float) -> None:
        self.napped_seconds += seconds


class _Deaths:
    """Where the worker may die: at its calls, named `ledger.claim` and so on; at what the model says; at the last edit.

    A post and the start of a stream are both `post`; an edit is `edit`, and `last edit` where it lets a message be
    done.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._orders = shifted_orders.Orders()
        self._numbers = count(1)

    def obey(self) -> shifted_orders.Orders:
        """Read the orders of this invocation."""
        self._orders = shifted_orders.Orders.read(self._path)
        self._numbers = count(1)
        return self._orders

    def tapped(self, name: str, port: object) -> Any:
        """Return the port, whose calls may be this process's last."""

        def tap(method: str, call: Callable[[], Any]) -> Any:
            return self.perhaps_at(_name_of(name, method, call), call)

        return Tapped(port, tap)

    def perhaps_at(self, name: str, call: Callable[[], Any] = lambda: None) -> Any:
        """Make this call, unless the worker dies before it, or after it."""
        dies = name == self._orders.dies_at and next(self._numbers) == self._orders.nth
        if dies and not self._orders.after:
            self._die()
        result = call()
        if dies:
            self._die()
        return result

    def _die(self) -> None:
        self._path.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class _Shifted(Vera):
    """Vera in this time, who may die at her ports."""

    def __init__(self, settings: Settings, deaths: _Deaths, time: _Napping) -> None:
        journal = LogJournal(beside=log_libraries())
        super().__init__(settings, journal=journal, clock=time.clock, sleep=time.sleep)
        own = vars(self)
        for name in ("ledger", "threads"):
            own[name] = deaths.tapped(name, getattr(self, name))
        for name in ("surface", "streams"):
            port = getattr(self, name)
            own[name] = port and deaths.tapped("messages", port)
        own["knowledge"] = [deaths.tapped("knowledge", each) for each in self.knowledge]
        own["model"] = Paced(self.model, lambda: deaths.perhaps_at("model.says"))

    def _time(self, *positional: Any, **named: Any) -> Time:
        return replace(super()._time(*positional, **named), wait=_wait)

    def be_patient_with_slack(self, seconds: float) -> None:
        self._slack.timeout = seconds


def handler(event: Any, context: Any) -> dict[str, Any]:
    time, deaths, vera, answer = _vera()
    time.napped_seconds = 0.0
    vera.be_patient_with_slack(deaths.obey().slack_seconds)
    return answer(event, context)


@cache
def _vera() -> tuple[_Napping, _Deaths, _Shifted, Callable[[Any, Any], dict[str, Any]]]:
    time, deaths = _Napping(), _Deaths(Path(os.environ[shifted_orders.VARIABLE]))
    vera = _Shifted(Settings.from_environment(os.environ), deaths, time)
    return time, deaths, vera, vera.lambda_handler()


def _name_of(port: str, method: str, call: Any) -> str:
    if port != "messages":
        return f"{port}.{method}"
    return f"last {method}" if method == "edit" and call.keywords["state"] == "done" else method


def _wait(event: threading.Event, seconds: float | None) -> bool:
    return event.wait(None if seconds is None else min(seconds, _LOOKS_UP_SECONDS))
