"""The ids of a turn, for the log: its key, and where the person's message stands.

Invariant: ids only, and short; never text. Proved by tests/unit/receiver/test_receiver_logs.py.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LONGEST_ID = 200


def turn_ids(kind: str, payload: dict[str, Any]) -> dict[str, object]:
    """Return `correlation_id` (the turn's key), `ts`, `channel`, `event_id`, `type`; what is not there is None.

    The key of an event is `<channel>:<ts>` of the message; a command's or a click's is its `trigger_id`.
    """
    if kind == "event":
        event = _object(payload.get("event"))
        channel, ts = _id(event.get("channel")), _id(event.get("ts"))
        key = f"{channel}:{ts}" if channel and ts else None
        type_ = _id(event.get("type")) or _id(payload.get("type"))
    elif kind == "command":
        channel, ts, key, type_ = _id(payload.get("channel_id")), None, _id(payload.get("trigger_id")), None
    else:
        container = _object(payload.get("container"))
        channel = _id(_object(payload.get("channel")).get("id")) or _id(container.get("channel_id"))
        ts = _id(_object(payload.get("message")).get("ts")) or _id(container.get("message_ts"))
        key, type_ = _id(payload.get("trigger_id")), _id(payload.get("type"))
    event_id = _id(payload.get("event_id"))
    return {"correlation_id": key, "kind": kind, "type": type_, "channel": channel, "ts": ts, "event_id": event_id}


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_ID else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
