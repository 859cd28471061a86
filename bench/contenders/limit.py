"""The limit: hmac and http.client, bare. No classification, no signing for AWS, no failure handled."""

from __future__ import annotations

import hmac
import os
from http.client import HTTPConnection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SECRET = os.environ["SLACK_SIGNING_SECRET"].encode()
FUNCTION = os.environ["VERA_WORKER_FUNCTION"]
connection = HTTPConnection(os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"), timeout=2)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    body = event["body"].encode()
    headers = event["headers"]
    signed = b"v0:" + headers["x-slack-request-timestamp"].encode() + b":" + body
    expected = "v0=" + hmac.digest(SECRET, signed, "sha256").hex()
    if not hmac.compare_digest(expected, headers["x-slack-signature"]):
        return {"statusCode": 401}
    path = f"/2015-03-31/functions/{FUNCTION}/invocations"
    connection.request("POST", path, body, {"X-Amz-Invocation-Type": "Event"})
    response = connection.getresponse()
    response.read()
    return {"statusCode": 200 if response.status == 202 else 503}
