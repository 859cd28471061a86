"""When a message is written to: wanted every N tokens, done as often as the workspace's budget bears.

Pure: everything is told the time and answers with a time. `budget.py` keeps the count that these rules go by, and
`tests/unit/assistant/test_budget.py` runs hundreds of crowds through both and proves that the limits are never
overdrawn and that nobody's last edit waits for them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HORIZON_SECONDS", "LIMITS", "Count", "Limit", "Wanted", "Write", "rate", "wait_seconds"]

Write = Literal["update", "start", "append", "stop"]
"""The kinds of writes that Slack counts apart: `chat.update`, and the three of a native stream."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a workspace bears of one kind of write: `per_minute` steadily, `burst` at once after a rest."""

    per_minute: float
    burst: float = 20

    @property
    def seconds(self) -> float:
        """How long it takes until one write is given back."""
        return 60 / self.per_minute


LIMITS: Final[Mapping[Write, Limit]] = {
    "update": Limit(50),
    "start": Limit(20),
    "append": Limit(100),
    "stop": Limit(20),
}
"""Slack's tiers 3, 2, 4 and 2: per method, app and workspace (https://docs.slack.dev/apis/web-api/rate-limits). How
much of a burst is borne it does not say."""

HORIZON_SECONDS = 8.0
"""Within which time one answer by itself may spend what is spare; a crowd is over sooner, and spends sooner."""


@dataclass(frozen=True, slots=True)
class Count:
    """One kind of write in one workspace, as all workers count it.

    `full_at` is when all of the burst is given back, in seconds of the wall clock: each write puts it off by what a
    write takes. `running` answers are being written by it at present.
    """

    full_at: float = -math.inf
    running: int = 1

    def left(self, limit: Limit, now: float) -> float:
        """Return how many writes are left: less than none where Slack asked for a pause, or the last edits overdrew."""
        return limit.burst - max(0.0, self.full_at - now) / limit.seconds


def rate(count: Count, limit: Limit, now: float, *, reserve: float) -> float:
    """Return how many writes a second each of the running answers may make, beside what is kept back.

    What the minute gives is shared evenly; what is spare beyond it is spent within the horizon. So the first words
    come at once, and a long answer slows down gently instead of standing still.
    """
    running = max(1, count.running)
    spare = max(0.0, count.left(limit, now) - reserve)
    return (1 / limit.seconds + spare * math.sqrt(running) / HORIZON_SECONDS) / running


def wait_seconds(count: Count, limit: Limit, now: float, *, since_last: float, reserve: float) -> float:
    """Return how long an answer waits that made its last write `since_last` seconds ago; 0: it is its turn.

    `reserve` writes are left alone: one for each running answer's last edit. Its turn comes once the time since its
    last write, times its `rate`, makes one write. While it waits, more comes back, and the rate grows: so this is
    where a parabola crosses a line.
    """
    affordable = max(0.0, (reserve + 1 - count.left(limit, now)) * limit.seconds)
    since_last += affordable
    begin = rate(count, limit, now + affordable, reserve=reserve)
    missing = 1 - since_last * begin
    if missing <= 0:
        return affordable
    if count.full_at <= now + affordable:  # nothing more can come back
        return affordable + missing / begin
    growth = 1 / limit.seconds / math.sqrt(max(1, count.running)) / HORIZON_SECONDS
    slope = begin + growth * since_last
    return affordable + (math.sqrt(slope * slope + 4 * growth * missing) - slope) / (2 * growth)


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
