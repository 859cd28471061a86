"""When a message is edited: wanted every N tokens, made as often as the workspace's budget bears.

Pure: both classes are told the time and answer with a time. `tests/unit/assistant/test_pacing.py` runs them through
schedules and proves that the budget is never overdrawn and that the last edit never waits for it.
"""

from __future__ import annotations

import math
import threading

__all__ = ["EDITS_PER_MINUTE", "EDIT_BURST", "EditBudget", "Wanted"]

EDITS_PER_MINUTE = 50.0
"""Slack's Tier 3, which `chat.update` belongs to: per method, app and workspace."""

EDIT_BURST = 20
"""How many calls Slack lets through at once before it counts the minute."""

# What may be missing of an edit: a clock that counts from 1970 cannot tell less.
_NEARLY = 1e-6


class EditBudget:
    """A token bucket for the edits of one workspace, shared by the replies of this process.

    `reserve` edits are kept back for every reply's last edit: an edit on the way must leave them, a last one may take
    them. The emptier the bucket, the longer an edit on the way waits for the one before it, up to what the minute
    gives: the first words show at once, and a long answer slows down gently instead of standing still. A 429 leaves
    nothing for edits on the way, and the bucket fills again when Slack's `Retry-After` is over.
    """

    def __init__(self, *, per_minute: float = EDITS_PER_MINUTE, burst: int = EDIT_BURST, reserve: int = 2) -> None:
        """Start with a full bucket."""
        self._per_second, self._burst, self._reserve = per_minute / 60, float(burst), float(reserve)
        self._left, self._at, self._closed_until = self._burst, -math.inf, -math.inf
        self._last_taken = -math.inf
        self._lock = threading.Lock()

    def take(self, now: float, *, last: bool = False) -> float:
        """Take an edit if there is one, and return 0; else return the seconds until it is worth asking again.

        A last edit is refused only while a 429 stands: it goes into debt, which later edits on the way pay back.
        """
        with self._lock:
            self._refill(now)
            if now < self._closed_until:
                return self._closed_until - now
            delay = 0.0 if last else max(self._until_affordable(), self._until_even(now))
            if delay > _NEARLY:
                return delay
            self._left -= 1
            self._last_taken = now
            return 0.0

    def refused(self, now: float, retry_after_seconds: float) -> None:
        """Slack said 429: make no edit before its time is over."""
        with self._lock:
            self._refill(now)
            self._left = min(self._left, self._reserve)
            self._closed_until = self._at = max(self._closed_until, now + max(0.0, retry_after_seconds))

    def left(self, now: float) -> float:
        """Return how many edits are left, the reserve included: none while a 429 stands, less than none in debt."""
        with self._lock:
            left = self._filled(now)
            return min(0.0, left) if now < self._closed_until else left

    def _until_affordable(self) -> float:
        return (self._reserve + 1 - self._left) / self._per_second

    def _until_even(self, now: float) -> float:
        """Count from the last edit; a clock that was set back in between counts as standing still."""
        return (1 - self._left / self._burst) / self._per_second - max(0.0, now - self._last_taken)

    def _refill(self, now: float) -> None:
        self._left = self._filled(now)
        self._at = max(self._at, now)

    def _filled(self, now: float) -> float:
        return min(self._burst, self._left + max(0.0, now - self._at) * self._per_second)


class Wanted:
    """Counts what was said since the last edit, in tokens of four characters, and tells when another is wanted."""

    def __init__(self, every_tokens: int) -> None:
        """Want an edit at the first word, and then every `every_tokens` tokens."""
        self._every_characters = every_tokens * 4
        self._unseen = self._every_characters
        self.count = 0

    def spoke(self, characters: int) -> bool:
        """Count more characters; return whether an edit is wanted now."""
        self._unseen += characters
        if self._unseen < self._every_characters:
            return False
        self._unseen = 0
        self.count += 1
        return True
