"""Slack's signing secret, kept for the container's life.

Invariant: an empty secret is never kept; a kept one is fetched again when a signature fails (somebody may have rotated
it), at most once a minute, so that forged requests cannot drive Secrets Manager. Proved by
tests/unit/receiver/test_receiver_secret.py.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.receiver.connection import Deadline

REFETCH_SECONDS = 60.0


class SigningSecret:
    """The secret, fetched when it is first asked for."""

    __slots__ = ("_clock", "_fetch", "_fetched_at", "_kept")

    def __init__(self, fetch: Callable[[Deadline], str], clock: Callable[[], float]) -> None:
        """Take what fetches it, which raises Unavailable and returns nothing empty."""
        self._fetch = fetch
        self._clock = clock
        self._kept = ""
        self._fetched_at = 0.0

    def current(self, deadline: Deadline) -> str:
        """Return it; raises Unavailable where there is none kept and none to be had."""
        return self._kept or self._fetched(deadline)

    def renewed(self, deadline: Deadline) -> str:
        """Return a new one, or nothing where one was fetched within the minute or is the same; raises Unavailable."""
        if abs(self._clock() - self._fetched_at) < REFETCH_SECONDS:
            return ""
        before = self._kept
        fetched = self._fetched(deadline)
        return "" if fetched == before else fetched

    def _fetched(self, deadline: Deadline) -> str:
        self._fetched_at = self._clock()  # also for an attempt that fails
        self._kept = self._fetch(deadline)
        return self._kept


class GivenSecret:
    """The secret as the environment gave it: there is no other to be had."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        """Take the secret, not empty."""
        self._secret = secret

    def current(self, _deadline: Deadline) -> str:
        """Return it."""
        return self._secret

    def renewed(self, _deadline: Deadline) -> str:
        """Return nothing."""
        return ""
