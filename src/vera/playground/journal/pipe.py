"""The journal's way out of a worker's process: a line of JSON for each event, into a pipe that the parent reads.

A line is whole or not there at all, and no event costs the turn anything: where nobody reads any more, or an event is
no JSON, it is let go. Held by `test_playground_pipe.py`.
"""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from vera.assistant.journal import kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import DataclassInstance

__all__ = ["VARIABLE", "PipeJournal"]

VARIABLE = "PLAYGROUND_JOURNAL"
"""Where a function's environment names the file descriptor to write to."""


class PipeJournal:
    """A `Journal` that takes any dataclass for an event, from any thread. `clock` gives unix seconds."""

    def __init__(self, descriptor: int | None, *, clock: Callable[[], float] = time.time) -> None:
        """Write to `descriptor`, which stays its owner's; to nobody where there is none."""
        self._descriptor, self._clock = descriptor, clock
        self._lock = threading.Lock()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> PipeJournal:
        """Write to where the environment says, or to nobody."""
        named = environment.get(VARIABLE, "")
        return cls(int(named) if named.isdecimal() else None)

    def record(self, turn_key: str, event: DataclassInstance) -> None:
        """Write one line."""
        if self._descriptor is None:
            return
        entry = {"turn": turn_key, "at": self._clock(), "event": kind(event), "process": os.getpid(), **_said(event)}
        try:
            # Half a character, which has no UTF-8, becomes a question mark.
            line = json.dumps(entry, ensure_ascii=False, allow_nan=False).encode(errors="replace") + b"\n"
        except (TypeError, ValueError, RecursionError):
            return
        with self._lock:
            self._write(line)

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while rest and self._descriptor is not None:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            self._descriptor = None


def _said(event: DataclassInstance) -> dict[str, Any]:
    """Return an event's fields. One that is None unless it is told otherwise says nothing, and is left out."""
    values = ((field, getattr(event, field.name)) for field in fields(event))
    return {field.name: _plain(value) for field, value in values if value is not None or field.default is MISSING}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: what is endless or not a number is nothing."""
    if is_dataclass(value) and not isinstance(value, type):
        return _said(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
