"""The workspace's budget of edits, shared: one count that every worker spends from, and each answer's share of it.

Slack limits an app in a whole workspace, and workers don't see each other. So each write is counted first, in a place
that all of them reach (`Tally`); where it is out of reach, a worker counts for itself and learns from Slack's 429s.
What a write may cost and when is `pacing.py`'s. `tests/contract/test_tally.py` holds every store to the port,
`tests/unit/assistant/test_budget.py` lets crowds run against Slack's limits.
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from vera.assistant.pacing import LIMITS, Count, Limit, rate, wait_seconds
from vera.errors import LedgerUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vera.assistant.pacing import Write

__all__ = ["RUNNING_SECONDS", "Budget", "LocalTally", "Share", "Tally"]

RUNNING_SECONDS = 120.0
"""How long an answer counts as running after its last write: a worker that dies takes nobody's edits for long."""

# How long a process counts for itself before it tries the shared count again.
_AWAY_SECONDS = 30.0

# How much less is asked of Slack after each surprise, at most how much, and how soon that wears off.
_STRICTER, _MOST_BEYOND, _WEARS_OFF_SECONDS, _NEARLY_NOTHING = 1.5, 2.0, 60.0, 0.02

# How long what was heard of the count is taken for true; and when to ask again where somebody else was quicker.
_FRESH_SECONDS, _SOON_SECONDS = 1.0, 0.05

# What may be missing of a wait: a clock that counts from 1970 cannot tell less.
_NEARLY = 1e-6


class Tally(Protocol):
    """The count of a workspace's writes. Every call is atomic, safe from several threads and processes.

    Times are seconds since the epoch by the caller's clock. Each method raises `LedgerUnavailable` where the store does
    not answer, soon: an edit is worth no second of waiting.
    """

    def spend(
        self, workspace: str, write: Write, *, answer: str, now: float, seconds: float, until: float = math.inf
    ) -> tuple[bool, Count]:
        """Put `full_at` off by `seconds`, counted from `now` where it has passed, and count `answer` as running.

        Where `full_at` would come to lie after `until`, nothing is spent and the first value is False. `answer` then
        counts as running for `RUNNING_SECONDS` if it did before; else that is left to the next write. With 0 `seconds`
        an answer only begins to run. Returns the count as it is now, this answer included.
        """
        ...

    def pause(self, workspace: str, write: Write, *, full_at: float) -> None:
        """Slack asks for a pause: let `full_at` be no earlier than this."""
        ...

    def leave(self, workspace: str, write: Write, *, answer: str) -> None:
        """Count the answer as running no more; one that didn't is no error."""
        ...


class LocalTally(Tally):
    """The count of one process, in memory."""

    def __init__(self) -> None:
        """Nothing was written yet."""
        self._lock = threading.Lock()
        self._full_at: dict[tuple[str, Write], float] = defaultdict(lambda: -math.inf)
        self._running: dict[tuple[str, Write], dict[str, float]] = defaultdict(dict)

    def spend(
        self, workspace: str, write: Write, *, answer: str, now: float, seconds: float, until: float = math.inf
    ) -> tuple[bool, Count]:
        """Spend under a lock."""
        key = workspace, write
        with self._lock:
            full_at = max(self._full_at[key], now) + seconds
            taken = full_at <= until
            running = {each: end for each, end in self._running[key].items() if end > now}
            if taken:
                self._full_at[key] = full_at
                running[answer] = now + RUNNING_SECONDS
            self._running[key] = running
            return taken, Count(self._full_at[key], len(running))

    def pause(self, workspace: str, write: Write, *, full_at: float) -> None:
        """Put `full_at` off under the lock."""
        with self._lock:
            self._full_at[workspace, write] = max(self._full_at[workspace, write], full_at)

    def leave(self, workspace: str, write: Write, *, answer: str) -> None:
        """Forget the answer."""
        with self._lock:
            self._running[workspace, write].pop(answer, None)


class Budget:
    """What one process spends of the workspaces' budgets: from the shared count, and from its own where that is away.

    Used by any number of answers at once.
    """

    def __init__(self, tally: Tally | None = None, *, limits: Mapping[Write, Limit] = LIMITS) -> None:
        """Count by `tally`; without one, in this process alone."""
        self._local = LocalTally()
        self._tally: Tally = tally or self._local
        self._limits = limits
        self._away_until = -math.inf
        self._stricter: dict[Write, _Stricter] = {write: _Stricter() for write in limits}

    def share(self, workspace: str, answer: str) -> Share:
        """Return the part in it of one answer, which is known by this name to all workers."""
        return Share(self, workspace, answer)

    def limit(self, write: Write, now: float) -> Limit:
        """Return what is to be kept to at this time: what Slack documents, or less where it has proved stricter."""
        documented, factor = self._limits[write], self._stricter[write].factor(now)
        return documented if factor == 1 else Limit(documented.per_minute / factor, documented.burst / factor)

    def spend(
        self, workspace: str, write: Write, *, answer: str, now: float, writes: int, until: float = math.inf
    ) -> tuple[bool, Count]:
        """Spend so many writes, as `Tally.spend` does."""
        seconds = writes * self.limit(write, now).seconds
        how: dict[str, Any] = {"answer": answer, "now": now, "seconds": seconds, "until": until}
        if self._tally is self._local or now < self._away_until:
            return self._local.spend(workspace, write, **how)
        try:
            taken, count = self._tally.spend(workspace, write, **how)
        except LedgerUnavailable:
            self._away_until = now + _AWAY_SECONDS
            return self._local.spend(workspace, write, **how)
        self._local.pause(workspace, write, full_at=count.full_at)  # what to go by, should the shared one go away
        return taken, count

    def pause(self, workspace: str, write: Write, *, now: float, retry_after_seconds: float, surprise: bool) -> float:
        """Leave one write for when Slack's `Retry-After` is over, and return the `full_at` that says so.

        A refusal that was a `surprise`, by the count, shows that Slack is stricter than it says.
        """
        limit, over_at = self._limits[write], now + max(0.0, retry_after_seconds)
        self._stricter[write].refused(now, over_at, surprise=surprise)
        full_at = over_at + (limit.burst - 1) * limit.seconds
        self._local.pause(workspace, write, full_at=full_at)
        if self._tally is not self._local and now >= self._away_until:
            with suppress(LedgerUnavailable):
                self._tally.pause(workspace, write, full_at=full_at)
        return full_at

    def leave(self, workspace: str, write: Write, *, answer: str, now: float) -> None:
        """Let the others have what was kept back for this answer."""
        self._local.leave(workspace, write, answer=answer)
        if self._tally is not self._local and now >= self._away_until:
            try:
                self._tally.leave(workspace, write, answer=answer)
            except LedgerUnavailable:
                self._away_until = now + _AWAY_SECONDS


@dataclass(slots=True)
class _Stricter:
    """How much stricter Slack has proved than documented, by refusals that the count had not foreseen.

    It wears off with time: a minute later little more than a third of it is left.
    """

    beyond: float = 0.0
    at: float = 0.0
    paused_until: float = -math.inf

    def factor(self, now: float) -> float:
        left = self.beyond * math.exp(-max(0.0, now - self.at) / _WEARS_OFF_SECONDS)
        return 1 + left if left > _NEARLY_NOTHING else 1.0

    def refused(self, now: float, over_at: float, *, surprise: bool) -> None:
        if surprise and now >= self.paused_until:  # several refusals of one moment are one
            self.beyond, self.at = min(_MOST_BEYOND, self.factor(now) * _STRICTER - 1), now
        self.paused_until = max(self.paused_until, over_at)


class Share:
    """One answer's part in its workspace's budget. Used by one thread at a time."""

    def __init__(self, budget: Budget, workspace: str, answer: str) -> None:
        """Take no part yet: the first write, or `begin`, does."""
        self._budget, self._workspace, self._answer = budget, workspace, answer
        self._heard: dict[Write, Count] = {}
        self._heard_at: dict[Write, float] = {}
        self._begun_at = self._last_at = -math.inf

    def begin(self, now: float, write: Write = "update") -> Count:
        """Run by this kind of write from now on: one is kept back for the answer's last."""
        self._spend(now, write, writes=0)
        if not math.isfinite(self._begun_at):
            self._begun_at = now
        return self._heard[write]

    def take(self, now: float, write: Write, *, status: bool = False) -> float:
        """Take a write on the way if it is this answer's turn, and return 0; else the seconds until it may be.

        A `status` gives way to text: alone it is worth a write while half of the burst is there, in a crowd of three
        only before all else.
        """
        if now - self._heard_at.get(write, -math.inf) >= _FRESH_SECONDS or not math.isfinite(self._last_at):
            self.begin(now, write)  # others may have come since, for whom one is to be kept back
        limit, count = self._budget.limit(write, now), self._heard[write]
        # A stream's last write is its stop. A clock that was set back counts as standing still.
        reserve: float = count.running if write == "update" else 0
        reserve += limit.burst * (1 - 0.5 / max(1, count.running)) if status else 0
        # One alone shows its first words at once; in a crowd they wait as if something had been shown at the beginning.
        last_at = self._last_at if math.isfinite(self._last_at) else self._begun_at - 1 / max(1, count.running)
        since_last = max(0.0, now - last_at)
        if (delay := wait_seconds(count, limit, now, since_last=since_last, reserve=reserve)) > _NEARLY:
            return delay
        if not self._spend(now, write, writes=1, until=now + (limit.burst - reserve) * limit.seconds):
            return _SOON_SECONDS  # somebody else was quicker
        self._last_at = now
        return 0.0

    def take_last(self, now: float, write: Write) -> float:
        """Take a write that has to be made, and return how many seconds to wait before it is.

        That is nothing while what was kept back lasts; after it, one waits behind the other.
        """
        self._spend(now, write, writes=1)
        return max(0.0, -self.left(now, write)) * self._budget.limit(write, now).seconds

    def may_stream(self, now: float, *, if_better: bool) -> bool:
        """Whether this answer is to be a native stream: if so its start is taken, and its stop kept back.

        With `if_better`, only where streams give it more writes than edits do. Answers that begin at the same time
        choose one after the other, in the order in which they line up for a start, and so part in two.
        """
        place = self.begin(now, "start").running
        may = self._stops_suffice(now, place) and not (if_better and self._edits_are_better(now, place))
        if may:
            limit = self._budget.limit("start", now)
            may = self._spend(now, "start", writes=1, until=now + limit.burst * limit.seconds)
        if may:
            self._last_at = now
            self.begin(now, "append")
        self._leave("start")
        return may

    def refused(self, now: float, write: Write, retry_after_seconds: float) -> None:
        """Slack said 429: let nobody make such a write before its time is over, and one then."""
        surprise = self.left(now, write) >= 1
        full_at = self._budget.pause(
            self._workspace, write, now=now, retry_after_seconds=retry_after_seconds, surprise=surprise
        )
        count = self._count(write)
        self._heard[write], self._heard_at[write] = replace(count, full_at=max(full_at, count.full_at)), now

    def left(self, now: float, write: Write) -> float:
        """Return how many writes are left by what was heard last."""
        return self._count(write).left(self._budget.limit(write, now), now)

    def running(self, write: Write) -> int:
        """Return how many answers share this kind of write, by what was heard last."""
        return max(1, self._count(write).running)

    def leave(self) -> None:
        """End: what was kept back is for the others."""
        for write in list(self._heard):
            self._leave(write)

    def _spend(self, now: float, write: Write, *, writes: int, until: float = math.inf) -> bool:
        taken, self._heard[write] = self._budget.spend(
            self._workspace, write, answer=self._answer, now=now, writes=writes, until=until
        )
        self._heard_at[write] = now
        return taken

    def _look(self, now: float, write: Write) -> Count:
        """Return the count without taking part in it."""
        return self._budget.spend(self._workspace, write, answer=self._answer, now=now, writes=0, until=-math.inf)[1]

    def _leave(self, write: Write) -> None:
        del self._heard[write]
        self._budget.leave(self._workspace, write, answer=self._answer, now=self._heard_at[write])

    def _count(self, write: Write) -> Count:
        return self._heard.get(write) or Count()

    def _stops_suffice(self, now: float, place: int) -> bool:
        """Whether there is a stop for every stream that is open, and for each one up to this answer's in the line."""
        stops, opened = self._look(now, "stop"), self._look(now, "append").running
        return stops.left(self._budget.limit("stop", now), now) >= opened + place

    def _edits_are_better(self, now: float, place: int) -> bool:
        """Let all who stand in the line up to this answer choose in their order; return what the last one chooses."""
        appends, edits = self._look(now, "append"), self._look(now, "update")
        better = False
        for _ in range(place):
            one_more = replace(appends, running=appends.running + 1), replace(edits, running=edits.running + 1)
            streamed = rate(one_more[0], self._budget.limit("append", now), now, reserve=0)
            edited = rate(one_more[1], self._budget.limit("update", now), now, reserve=one_more[1].running)
            better = edited > streamed
            appends, edits = (appends, one_more[1]) if better else (one_more[0], edits)
        return better
