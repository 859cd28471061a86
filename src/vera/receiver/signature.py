"""Is a request Slack's own: HMAC-SHA256 over `v0:{timestamp}:{raw body}`, no older or newer than five minutes.

Invariant: nothing a header can hold raises; it is refused. Proved by tests/unit/receiver/test_receiver_signing.py.
Source: https://api.slack.com/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hmac

MAX_AGE_SECONDS = 300
_LONGEST_TIMESTAMP = 12


class SlackSignature:
    """The two headers of one request, over its raw body."""

    __slots__ = ("_body", "_claimed", "_timestamp")

    def __init__(self, *, timestamp: str, signature: str, body: bytes) -> None:
        """Take the headers as they came, empty where they were missing."""
        self._timestamp = timestamp
        self._claimed = signature
        self._body = body

    def flaw(self, now: float) -> str:
        """Say what is wrong before any secret is needed, for the log: "missing", "malformed", "stale" or nothing."""
        timestamp = self._timestamp
        if not timestamp or not self._claimed:
            return "missing"
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP):
            return "malformed"
        if not self._claimed.isascii():  # compare_digest takes no other text
            return "malformed"
        return "stale" if abs(now - int(timestamp)) > MAX_AGE_SECONDS else ""

    def made_with(self, secret: str) -> bool:
        """Tell in constant time whether `secret` signed it; only to be asked where there is no flaw."""
        signed = b"v0:" + self._timestamp.encode() + b":" + self._body
        expected = "v0=" + hmac.digest(secret.encode(), signed, "sha256").hex()
        return hmac.compare_digest(expected, self._claimed)
