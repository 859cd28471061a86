"""What a verified body is: an event, a command, a click, or one of Slack's two greetings.

Invariant: JSON that is passed on is embedded as it came, byte for byte, and is valid; whatever is not is Unparsable.
Proved by tests/unit/receiver/test_receiver_table.py.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Unparsable(Exception):
    """A verified body that is none of what Slack sends; the reason holds nothing of it."""


class SlackRequest:
    """One request of Slack's: its `kind`, what it holds, and that again as JSON text for the worker.

    Kinds: "event" (the outer payload of the Events API, also `url_verification` and `app_rate_limited`), "command"
    (form fields), "interaction" (the form's `payload`), "ssl_check".
    """

    __slots__ = ("embedded", "kind", "payload")

    def __init__(self, kind: str, payload: dict[str, Any], embedded: str) -> None:
        """Take the parsed payload, and its JSON text."""
        self.kind = kind
        self.payload = payload
        self.embedded = embedded


def parse(body: bytes, content_type: str) -> SlackRequest:
    """Return what the body is; raises Unparsable."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Unparsable("not UTF-8") from None
    if content_type.lower().startswith("application/x-www-form-urlencoded"):
        return _form(text)
    return SlackRequest("event", _object(text), text)


def _form(text: str) -> SlackRequest:
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
    except ValueError:
        raise Unparsable("no form") from None
    if "payload" in fields:
        return SlackRequest("interaction", _object(fields["payload"]), fields["payload"])
    if "command" in fields:
        return SlackRequest("command", fields, json.dumps(fields, ensure_ascii=False))
    if "ssl_check" in fields:
        return SlackRequest("ssl_check", {}, "{}")
    raise Unparsable("a form without command or payload")


def _object(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unparsable("no JSON") from None
    if not isinstance(parsed, dict):
        raise Unparsable("no JSON object")
    return parsed


def _no_constant(_name: str) -> None:
    """Refuse NaN and its like: Python reads them, Lambda would refuse the whole payload."""
    raise ValueError("no JSON number")
