"""What the worker is invoked with: the receiver's hand-over, or a record about one that failed for good.

The form is internal to Vera: `{"kind", "payload", "retry", "received_at"}` as `vera.receiver` writes it, with `"leg"`
where a worker asked for its own continuation and `"redrive"` where `vera redrive` did; or Lambda's on-failure record
around one of these. Whatever else comes is a `ValueError` that repeats none of it (`tests/unit/aws/test_handover.py`;
`tests/events/` has a record).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Failure", "HandOver", "parse"]

_KINDS = {"event", "command", "interaction"}


@dataclass(frozen=True, slots=True)
class HandOver:
    """Slack's request as the receiver passed it on: verified, classified and acknowledged.

    `payload` is Slack's JSON, or a slash command's fields. `leg` above 0 goes on with an answer that an earlier
    invocation had no time to end; `redrive`: it has failed for good before, and somebody wants it answered now.
    """

    kind: str
    payload: dict[str, Any]
    leg: int = 0
    redrive: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A hand-over whose retries are used up; its payload is in the dead-letter queue. `condition` is Lambda's word."""

    of: HandOver
    condition: str


def parse(event: Any) -> HandOver | Failure:
    """Recognize what the worker was invoked with; raises `ValueError` for anything else, naming its keys alone."""
    match event:
        case {"kind": str(kind), "payload": dict(payload)} if kind in _KINDS:
            return HandOver(kind, payload, leg=_leg(event), redrive=_redrive(event))
        case {"requestContext": {"condition": str(condition)}, "requestPayload": inner}:
            failed = parse(inner)
            if isinstance(failed, Failure):
                raise ValueError("a record about a record: the receiver drops these")  # noqa: TRY004 - its form is right
            return Failure(failed, condition)
    keys = ", ".join(sorted(map(str, event)))[:200] if isinstance(event, dict) else type(event).__name__
    raise ValueError(f"not a hand-over: {keys or 'empty'}")


def _leg(event: dict[str, Any]) -> int:
    leg = event.get("leg", 0)
    if type(leg) is not int or leg < 0:  # true and false are whole numbers to Python
        raise ValueError("not a hand-over: its leg is no count")
    return leg


def _redrive(event: dict[str, Any]) -> bool:
    redrive = event.get("redrive", False)
    if not isinstance(redrive, bool):
        raise ValueError("not a hand-over: its redrive is neither true nor false")  # noqa: TRY004 - the caller's one error
    return redrive
