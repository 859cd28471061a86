"""Slack's rate limits: token buckets per method and workspace, and per channel for posts. Pure.

Rates are the documented tiers; how much of a burst Slack bears it does not say, and 20 calls (5 posts into one channel)
is what this one bears. A refused call costs nothing. Held by `test_playground_limits.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls a minute, and how many at once after a rest."""

    per_minute: float
    burst: int = 20


TIER_2, TIER_3, TIER_4 = Rate(20), Rate(50), Rate(100)
POSTS_PER_CHANNEL = Rate(60, burst=5)
"""Documented as one a second into a channel, short bursts borne."""

RATES: dict[str, Rate] = {
    "agents.sessions.setStatus": TIER_3,
    "api.test": TIER_4,
    "assistant.threads.setStatus": Rate(600, burst=60),  # "special": per app and workspace
    "auth.test": Rate(300, burst=50),  # "special": hundreds a minute
    "chat.appendStream": TIER_4,
    "chat.delete": TIER_3,
    "chat.postEphemeral": TIER_4,
    "chat.postMessage": Rate(300, burst=50),  # several hundred a minute in a workspace, beside the limit per channel
    "chat.startStream": TIER_2,
    "chat.stopStream": TIER_2,
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "reactions.add": TIER_3,
    "users.info": TIER_4,
    "users.list": TIER_2,
}


@dataclass(slots=True)
class Bucket:
    """Tokens that come back at a rate; a call takes one."""

    rate: Rate
    tokens: float
    filled_at: float

    def fill(self, now: float) -> None:
        """Bring the tokens up to date."""
        elapsed = max(0.0, now - self.filled_at)
        self.tokens = min(float(self.rate.burst), self.tokens + elapsed * self.rate.per_minute / 60)
        self.filled_at = now

    def wait_seconds(self) -> float:
        """Return how long until a call is let through: 0 now."""
        return max(0.0, 1 - self.tokens) * 60 / self.rate.per_minute


@dataclass(slots=True)
class RateLimits:
    """The buckets of one workspace and app. `enabled` False lets everything through."""

    enabled: bool = True
    rates: dict[str, Rate] = field(default_factory=lambda: dict(RATES))
    per_channel: Rate = POSTS_PER_CHANNEL
    _buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    def take(self, method: str, *, channel: str = "", now: float) -> int:
        """Take a call of `method` from the budget; return 0, or the whole seconds of its `Retry-After`.

        `channel` is what a post names: any spelling of it has its own bucket.
        """
        if not self.enabled:
            return 0
        buckets = self._of(method, channel, now)
        wait_seconds = max((bucket.wait_seconds() for bucket in buckets), default=0.0)
        if wait_seconds > 1e-9:  # noqa: PLR2004 - a token that is whole but for rounding
            return max(1, math.ceil(wait_seconds - 1e-9))
        for bucket in buckets:
            bucket.tokens -= 1
        return 0

    def left(self, method: str, *, channel: str = "", now: float) -> float:
        """Return how many calls of `method` would be let through right now; infinity where nothing limits it."""
        if not self.enabled:
            return math.inf
        return min((bucket.tokens for bucket in self._of(method, channel, now)), default=math.inf)

    def _of(self, method: str, channel: str, now: float) -> list[Bucket]:
        buckets = []
        if method in self.rates:
            buckets.append(self._bucket((method, ""), self.rates[method], now))
        if method == "chat.postMessage" and channel:
            buckets.append(self._bucket((method, channel), self.per_channel, now))
        return buckets

    def _bucket(self, key: tuple[str, str], rate: Rate, now: float) -> Bucket:
        bucket = self._buckets.setdefault(key, Bucket(rate=rate, tokens=float(rate.burst), filled_at=now))
        bucket.fill(now)
        return bucket
