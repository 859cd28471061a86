"""Log lines as powertools' Logger writes them in the worker, by hand: it imports more than all of the receiver.

Invariant: one JSON object a line, ids and counts only; the turn's key is `correlation_id`. The shape is held to
powertools' own by tests/unit/receiver/test_receiver_logs.py.
"""

from __future__ import annotations

import json
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SERVICE = "vera-receiver"


def to_stdout(line: str) -> None:
    """Write a line where Lambda collects it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Log:
    """Writes log lines."""

    __slots__ = ("_clock", "_write")

    def __init__(self, clock: Callable[[], float], write: Callable[[str], None] = to_stdout) -> None:
        """Take a clock of seconds since 1970 and what takes a line."""
        self._clock = clock
        self._write = write

    def __call__(self, level: str, message: str, fields: dict[str, object]) -> None:
        """Write one event; fields that are None are left out."""
        now = self._clock()
        seconds = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
        line = {
            "level": level,
            "message": message,
            "timestamp": f"{seconds},{int(now % 1 * 1000):03d}+0000",
            "service": SERVICE,
        }
        self._write(json.dumps(line | {name: value for name, value in fields.items() if value is not None}))


class Note:
    """What is known of one request so far, and the line that says how it ended."""

    __slots__ = ("_fields", "_log", "_monotonic", "_started")

    def __init__(self, log: Log, monotonic: Callable[[], float]) -> None:
        """Begin now."""
        self._log = log
        self._monotonic = monotonic
        self._started = monotonic()
        self._fields: dict[str, object] = {}

    def add(self, **fields: object) -> None:
        """Keep these for the line to come."""
        self._fields |= fields

    def reference(self) -> str:
        """Return what leads from a sentence in Slack to this request's line: a sentence of its own, or nothing."""
        request_id = self._fields.get("function_request_id")
        return f" (Reference: {request_id})" if request_id else ""

    def write(self, level: str, message: str, **fields: object) -> None:
        """Write the line, with the time that the request took."""
        duration_ms = round((self._monotonic() - self._started) * 1000, 1)
        self._log(level, message, self._fields | fields | {"duration_ms": duration_ms})

    def answer(
        self, status: int, level: str, message: str, *, says: dict[str, str] | None = None, **fields: object
    ) -> dict[str, Any]:
        """Write the line and return the HTTP answer (payload 2.0), with `says` as its JSON body."""
        self.write(level, message, status=status, **fields)
        if says is None:
            return {"statusCode": status, "body": ""}
        return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(says)}
