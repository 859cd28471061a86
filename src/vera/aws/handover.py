"""What the worker is invoked with: the receiver's hand-over, or a record about one that failed for good.

The form is internal to Vera: `{"kind", "payload", "retry", "received_at"}` as `vera.receiver` writes it, or Lambda's
on-failure record around it (`tests/events/` has both).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Failure", "HandOver", "parse"]

_KINDS = {"event", "command", "interaction"}


@dataclass(frozen=True, slots=True)
class HandOver:
    """Slack's request as the receiver passed it on: verified, classified and acknowledged.

    `payload` is Slack's JSON, or a slash command's fields.
    """

    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A hand-over whose retries are used up; its payload is in the dead-letter queue. `condition` is Lambda's word."""

    of: HandOver
    condition: str


def parse(event: Any) -> HandOver | Failure:
    """Recognize what the worker was invoked with; raises `ValueError` for anything else, naming its keys alone."""
    match event:
        case {"kind": str(kind), "payload": dict(payload)} if kind in _KINDS:
            return HandOver(kind, payload)
        case {"requestContext": {"condition": str(condition)}, "requestPayload": inner}:
            failed = parse(inner)
            if isinstance(failed, Failure):
                raise ValueError("a record about a record: the receiver drops these")  # noqa: TRY004 - its form is right
            return Failure(failed, condition)
    keys = ", ".join(sorted(map(str, event)))[:200] if isinstance(event, dict) else type(event).__name__
    raise ValueError(f"not a hand-over: {keys or 'empty'}")
