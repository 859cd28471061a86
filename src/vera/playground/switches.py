"""What anybody can switch while the playground runs: Slack's latency and limits, Vera's worker, the model, and faults.

What is switched is kept where it works (the workspace, the functions, the worker's folder) and read from there, so that
what used itself up is known. Held by `test_playground_switches.py`.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, get_args

from vera.playground.mischief import Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.playground.lambdas.functions import Functions
    from vera.playground.mischief import Mischief
    from vera.playground.schedule import Time
    from vera.playground.slack.faults import Fault
    from vera.playground.slack.values import Change, Json
    from vera.playground.slack.workspace import Workspace

__all__ = ["MOST_LATENCY_MS", "Switches"]

MOST_LATENCY_MS = 10_000
_BURST = {"chat.update chat.appendStream": 6, "chat.postMessage chat.startStream": 1}
_BURST_RETRY_AFTER_SECONDS = 2
_BURST_LABEL = "burst"


class Switches:
    """The switches of one playground. Safe from any thread; `worker` names the function that answers, deployed.

    Their state is `latency_ms` (a number), `rate_limits`, `stopped` (booleans) and `model` (`Model`), which are
    switched; and what they led to: `burst_left` calls will still be refused, `busy` workers are at work, `retries` are
    due, each `at` unix seconds and as `attempt` number so many.
    """

    def __init__(
        self, workspace: Workspace, functions: Functions, mischief: Mischief, *, time: Time, worker: str = "worker"
    ) -> None:
        self._workspace, self._functions, self._mischief = workspace, functions, mischief
        self._time, self._worker = time, worker
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Json], None]] = []
        self._burst: list[Fault] = []
        self._look_planned = False
        self._telling = threading.Lock()
        self._told = self.state()
        workspace.listen(self._hear)
        functions.listen(self._look_soon)

    def state(self) -> Json:
        """Return the switches as they are now."""
        functions, worker = self._functions, self._worker
        with self._lock:
            burst = tuple(self._burst)
        return {
            "latency_ms": self._workspace.latency_ms,
            "rate_limits": self._workspace.limits.enabled,
            "stopped": functions.stopped(worker),
            "model": self._mischief.state,
            "burst_left": sum(self._workspace.faults.left(fault) or 0 for fault in burst),
            "busy": sum(process.busy for process in functions.processes(worker)),
            "retries": [{"at": retry.at, "attempt": retry.attempt} for retry in functions.retries(worker)],
        }

    def change(self, fields: Json) -> Json:
        """Set some of `latency_ms`, `rate_limits`, `stopped` and `model`, and return what all are now.

        Raises ValueError with one sentence for people, and changes nothing then.
        """
        for name, value in fields.items():
            _check(name, value)
        if "latency_ms" in fields:
            self._workspace.latency_ms = fields["latency_ms"]
        if "rate_limits" in fields:
            self._workspace.limits.enabled = fields["rate_limits"]
        if "model" in fields:
            self._mischief.set(fields["model"])
        if "stopped" in fields and fields["stopped"] != self._functions.stopped(self._worker):
            (self._functions.stop if fields["stopped"] else self._functions.resume)(self._worker)
        self._look_soon()
        return self.state()

    def strike(self, kind: str) -> int:
        """Let something go wrong at once, and return how many it struck. Raises ValueError for any other kind.

        A `burst` refuses the next calls that edit and post, or stream, and counts them; `kill` ends the busy workers.
        """
        if kind == "kill":
            return len(self._functions.kill(self._worker))
        if kind != "burst":
            raise ValueError('A strike is "burst" or "kill".')
        add, wait = self._workspace.faults.add, _BURST_RETRY_AFTER_SECONDS
        burst = [
            add(methods, times=times, status=429, retry_after=wait, label=_BURST_LABEL)
            for methods, times in _BURST.items()
        ]
        with self._lock:
            self._burst = burst
        self._look_soon()
        return sum(_BURST.values())

    def listen(self, listener: Callable[[Json], None]) -> None:
        """Call `listener` with the new state soon after it changed: one call at a time, under no lock of anybody's.

        It must not raise. A state that was over at once may be left out.
        """
        with self._lock:
            self._listeners.append(listener)

    def _hear(self, change: Change) -> None:
        if change.kind == "called":  # what a fault strikes, and a worker that works
            self._look_soon()

    def _look_soon(self) -> None:
        """Look on a thread that holds no lock: whoever says that something changed may hold the workspace's."""
        with self._lock:
            if self._look_planned:
                return
            self._look_planned = True
        self._time.after(0.0, self._look)

    def _look(self) -> None:
        with self._lock:
            self._look_planned = False
            listeners = tuple(self._listeners)
        with self._telling:
            state = self.state()
            if state == self._told:
                return
            self._told = state
            for listener in listeners:
                listener(state)


def _check(name: str, value: object) -> None:
    """Raise ValueError where a switch of this name can't be set so."""
    if name == "latency_ms":
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not 0 <= value <= MOST_LATENCY_MS:  # type: ignore[operator]
            raise ValueError(f"latency_ms is a number of milliseconds from 0 to {MOST_LATENCY_MS:,}.")
    elif name in ("rate_limits", "stopped"):
        if not isinstance(value, bool):
            raise ValueError(f"{name} is true or false.")
    elif name == "model":
        if value not in get_args(Model):
            raise ValueError(f"model is one of {', '.join(get_args(Model))}.")
    else:
        raise ValueError("There are switches for latency_ms, rate_limits, stopped and model, and no others.")
