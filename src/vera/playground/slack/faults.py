"""What goes wrong on purpose: a script of faults for Web API calls.

Each fault counts the calls of its method and strikes where its `every` and `times` say; the first that strikes is the
one. Held by `test_playground_faults.py`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail.

    `method` is a Web API method, several with a space between, or `*`; it strikes at each `every`-th call of theirs, at
    most `times` times (None: for ever).
    `status` and `error` are what the caller is told, `retry_after` in seconds. `hang` never answers; `drop` cuts the
    connection without a byte. `applied` does what was asked first: with `drop` or `hang`, done but the answer lost.
    `label` says whose it is: two that are the same otherwise are two.
    """

    method: str
    every: int = 1
    times: int | None = None
    status: int = 200
    error: str | None = None
    retry_after: int | None = None
    hang: bool = False
    drop: bool = False
    applied: bool = False
    label: str = ""


class Faults:
    """The faults in force, safe to change from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: dict[Fault, int] = {}
        self._struck: dict[Fault, int] = {}

    def add(
        self,
        method: str,
        *,
        every: int = 1,
        times: int | None = None,
        status: int = 200,
        error: str | None = None,
        retry_after: int | None = None,
        hang: bool = False,
        drop: bool = False,
        applied: bool = False,
        label: str = "",
    ) -> Fault:
        """Put a fault in force, and return it. Its counting starts anew where it was there already.

        Raises ValueError for a fault that would do nothing, or never strike.
        """
        fault = Fault(method, every, times, status, error, retry_after, hang, drop, applied, label)
        if every < 1 or (times is not None and times < 1):
            raise ValueError(f"a fault strikes at least once, at every first call or later: {fault}")
        if status == 200 and error is None and not hang and not drop:  # noqa: PLR2004 - HTTP's own number
            raise ValueError(f"a fault has a status, an error, hang or drop: {fault}")
        with self._lock:
            self._counted[fault] = 0
            self._struck[fault] = 0
        return fault

    def remove(self, fault: Fault) -> None:
        """Take a fault out of force; one that is not is no error."""
        with self._lock:
            self._counted.pop(fault, None)
            self._struck.pop(fault, None)

    def clear(self) -> None:
        """Take all out of force."""
        with self._lock:
            self._counted.clear()
            self._struck.clear()

    def left(self, fault: Fault) -> int | None:
        """Return how often a fault has still to strike: 0 where it is not in force, None where it never ends."""
        with self._lock:
            if fault not in self._struck:
                return 0
            return None if fault.times is None else fault.times - self._struck[fault]

    def __iter__(self) -> Iterator[Fault]:
        """Go through the faults in force."""
        with self._lock:
            return iter(tuple(self._counted))

    def next(self, method: str) -> Fault | None:
        """Count a call of `method`, and return the fault that strikes it."""
        struck: Fault | None = None
        with self._lock:
            for fault in self._counted:
                if fault.method != "*" and method not in fault.method.split():
                    continue
                self._counted[fault] += 1
                spent = fault.times is not None and self._struck[fault] >= fault.times
                if struck is None and not spent and self._counted[fault] % fault.every == 0:
                    self._struck[fault] += 1
                    struck = fault
        return struck
