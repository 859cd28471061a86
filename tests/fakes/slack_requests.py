"""Slack's requests as the receiver gets them: samples of tests/events, signed, and wrapped as API Gateway does it."""

import base64
import copy
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

EVENTS = Path(__file__).parents[1] / "events"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1763646900.25
FORM = "application/x-www-form-urlencoded"


def sample(name: str) -> dict[str, Any]:
    """Return tests/events/{name}.json, parsed."""
    return json.loads((EVENTS / f"{name}.json").read_text())


def samples(prefix: str) -> list[str]:
    """Return the names of the samples that begin so."""
    return sorted(path.stem for path in EVENTS.glob(f"{prefix}*.json"))


def as_slack_writes(payload: dict[str, Any]) -> bytes:
    """Encode as Slack does: no spaces, non-ASCII escaped, slashes escaped too."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()


def body_of(name: str) -> tuple[bytes, str]:
    """Return a sample's body on the wire and its content type: JSON, form fields, or a form around JSON."""
    payload = sample(name)
    if name.startswith("form_"):
        return urlencode(payload).encode(), FORM
    if name.startswith("interaction_"):
        return urlencode({"payload": as_slack_writes(payload).decode()}).encode(), FORM
    return as_slack_writes(payload), "application/json"


def signature(body: bytes, timestamp: str, secret: str = SIGNING_SECRET) -> str:
    """Sign as Slack does."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def http_request(
    body: bytes,
    *,
    content_type: str = "application/json",
    secret: str = SIGNING_SECRET,
    timestamp: str = str(int(NOW)),
    envelope: str = "http_api_request",
    as_base64: bool = False,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return the Lambda event of a signed POST; `headers` are added, or replace what is there."""
    event = copy.deepcopy(sample(envelope))
    event["headers"] |= {
        "content-type": content_type,
        "content-length": str(len(body)),
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature(body, timestamp, secret),
    } | (headers or {})
    event["body"] = base64.b64encode(body).decode() if as_base64 else body.decode()
    event["isBase64Encoded"] = as_base64
    return event


def request_of(name: str, **options: Any) -> dict[str, Any]:
    """Return the Lambda event of a sample."""
    body, content_type = body_of(name)
    return http_request(body, content_type=content_type, **options)
