"""Who owns a turn: a claim that runs out by itself, so that a worker that dies can be followed by one that goes on.

The invariant: at any time at most one living worker writes a turn's messages, and what a dead one left (its messages,
its finished tool rounds) is known to the next. `tests/contract/test_ledger.py` holds every store to the port,
`tests/unit/assistant/test_ledger.py` the lease.
"""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from vera.assistant.interruption import Interruption
from vera.errors import Drop, LeaseLost, TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

__all__ = ["LEASE_SECONDS", "RETENTION_SECONDS", "ROUND_BYTES", "Lease", "Ledger", "TurnRecord"]

LEASE_SECONDS = 30.0
"""How long a claim holds without renewal: shorter than the 60 s after which Lambda retries an async invocation."""

RETENTION_SECONDS = 7 * 24 * 3600.0
"""How long a turn is remembered: past every retry (Lambda's take 6 hours at most) and most redrives by hand."""

ROUND_BYTES = 100_000
"""How large a tool round every ledger takes, as UTF-8; DynamoDB's items end at 400 KB."""


_BEAT_SECONDS = 2.0
"""How often a lease is renewed at the least: that is how soon a worker hears that it is to stop."""


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """What the ledger knows of a turn when it is claimed.

    `attempt` counts claims from 1; `messages` are the ts of Vera's messages in their order (the status message first);
    `rounds` are the finished tool rounds in their order, as the JSON that `Ledger.record_round` was given. `leg` counts
    how often the answer was handed on to a fresh invocation, `so_far` is what the last one handed on. `stop_asked`:
    the asker wants no more.
    """

    key: str
    attempt: int = 1
    messages: tuple[str, ...] = ()
    rounds: tuple[str, ...] = ()
    leg: int = 0
    so_far: str = ""
    stop_asked: bool = False


class Ledger(Protocol):
    """The store of turns. Every call is atomic, safe from several threads and processes, and durable when it returns.

    A turn past its retention, counted from its first claim, counts as never seen. Every method raises
    `LedgerUnavailable` when the store does not answer; every method with an `owner` but `claim` raises `LeaseLost` when
    that does not hold the turn any more (nobody holds one that was completed or released), and changes nothing then. A
    lease that has run out but that nobody else has claimed still belongs to its owner. `complete`, `release` and
    `hand_on` may be said twice by the same owner (a lost answer, retried).
    """

    def claim(self, key: str, *, owner: str, lease_seconds: float, reopen: bool = False) -> TurnRecord:
        """Take the turn for `lease_seconds`, if it is new, was released, or its owner's lease has run out.

        `owner` is unique to one invocation; the same owner may claim again (a lost answer, retried): while its lease
        holds that is the same attempt. Raises `TurnTaken`: `done=True` where the turn was completed, `done=False`
        where another owner's lease still holds. `reopen` takes a turn that was completed as `failed`, too, with its
        record; it loses its outcome then, and that somebody asked for it to be stopped.
        """
        ...

    def renew(self, key: str, *, owner: str, lease_seconds: float) -> bool:
        """Hold the turn for `lease_seconds` from now; return whether somebody has asked for it to be stopped."""
        ...

    def record_message(self, key: str, *, owner: str, part: int, ts: str) -> None:
        """Remember that part `part` (from 0, without gaps) of the reply is the message `ts`. Overwrites that part."""
        ...

    def record_round(self, key: str, *, owner: str, ordinal: int, round_json: str) -> None:
        """Remember a finished tool round (`ordinal` from 0, without gaps).

        Up to `ROUND_BYTES` each, of text that has a UTF-8; at least twenty fit in a turn.
        """
        ...

    def complete(self, key: str, *, owner: str, outcome: str) -> None:
        """Close the turn for good: every later claim raises `TurnTaken(done=True)`.

        `outcome` is one word, for people who look into the table.
        """
        ...

    def release(self, key: str, *, owner: str) -> None:
        """Give the turn back unfinished, with its record: the next claim takes it over at once."""
        ...

    def hand_on(self, key: str, *, owner: str, leg: int, so_far: str) -> None:
        """Give the turn back for its next `leg` (one more than its record's), with what there is so far.

        Up to `ROUND_BYTES` of text that has a UTF-8; it stands until the next leg is handed on.
        """
        ...

    def ask_stop(self, key: str) -> bool:
        """Let whoever holds the turn know that its asker wants no more; return False where no such turn is unfinished.

        The record keeps it: it is for whoever claims the turn next, too.
        """
        ...


class Lease:
    """A claimed turn, renewed by a thread of its own until the `with` block ends or the deadline has come.

    A turn that is neither completed nor handed on when the block ends is given back, so that a retry goes on at once;
    one that another worker holds (the block ends by a `Drop`, or the lease was lost) is left alone.

    Losing the lease makes every later call raise `LeaseLost`. A store that is out of reach while renewing is tried
    again at the next beat and costs nothing before the lease has run out. From then on nobody can know who holds the
    turn, so every call first renews, and raises `LedgerUnavailable` where that fails.

    `stopped` is set, within two seconds, once the asker wants no more.
    """

    def __init__(
        self,
        ledger: Ledger,
        key: str,
        *,
        owner: str,
        seconds: float = LEASE_SECONDS,
        deadline: float = math.inf,
        reopen: bool = False,
        clock: Callable[[], float] = time.time,
        wait: Callable[[threading.Event, float], bool] = threading.Event.wait,
    ) -> None:
        """Claim `key`, with `reopen` also where it has failed for good.

        `deadline` is a time of `clock`: no heartbeat begins at or after it, and one that began before it lasts as long
        as the store's own timeouts. `wait` is how the heartbeat waits for the end of the turn, for tests that own the
        time. `clock` is the wall clock: a machine that was suspended finds its lease run out.
        """
        self._ledger, self._owner, self._seconds, self._deadline = ledger, owner, seconds, deadline
        self._reopen = reopen
        self._clock, self._wait = clock, wait
        self._ended = threading.Event()
        self._lost = False
        self._settled = False
        asked_at = clock()
        self.record = ledger.claim(key, owner=owner, lease_seconds=seconds, reopen=reopen)
        self.stopped = Interruption()
        if self.record.stop_asked:
            self.stopped.set()
        self._held_until = asked_at + seconds
        self._heart = threading.Thread(target=self._beat, name=f"lease {key}", daemon=True)

    @property
    def key(self) -> str:
        """The turn's key."""
        return self.record.key

    @property
    def taken_over(self) -> bool:
        """Whether an earlier worker may have begun this turn and not ended it: records are forgotten, messages stay."""
        return self.record.attempt > 1 or self._reopen

    def __enter__(self) -> Self:
        """Start the heartbeat."""
        self._heart.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Stop the heartbeat, and give back what was not completed."""
        self._ended.set()
        self._heart.join()
        if self._settled or self._lost or isinstance(error, Drop):
            return
        try:
            self._ledger.release(self.key, owner=self._owner)
        except (LeaseLost, TryAgain) as refused:
            if error is None:
                raise
            error.add_note(f"The lease could not be given back: {refused!r}")

    def check(self) -> None:
        """Raise `LeaseLost` if another worker has taken the turn: called before each write that people would see."""
        if self._lost:
            raise LeaseLost(self.key)
        if self._clock() >= self._held_until:
            self._renew()

    def record_message(self, part: int, ts: str) -> None:
        """Remember part `part` of the reply."""
        self.check()
        with self._noticing_loss():
            self._ledger.record_message(self.key, owner=self._owner, part=part, ts=ts)

    def record_round(self, ordinal: int, round_json: str) -> None:
        """Remember a finished tool round."""
        self.check()
        with self._noticing_loss():
            self._ledger.record_round(self.key, owner=self._owner, ordinal=ordinal, round_json=round_json)

    def complete(self, outcome: str) -> None:
        """Close the turn for good, and end the heartbeat: nobody holds a turn that is done."""
        self.check()
        with self._noticing_loss():
            self._ledger.complete(self.key, owner=self._owner, outcome=outcome)
        self._settled = True
        self._ended.set()

    def ask_stop(self) -> None:
        """Let all who work on this turn know that its asker wants no more, also those who come later."""
        self.stopped.set()
        with suppress(TryAgain):
            self._ledger.ask_stop(self.key)

    def hand_on(self, so_far: str) -> int:
        """Give the turn back for its next leg, with what there is so far, and end the heartbeat. Return that leg."""
        self.check()
        leg = self.record.leg + 1
        with self._noticing_loss():
            self._ledger.hand_on(self.key, owner=self._owner, leg=leg, so_far=so_far)
        self._settled = True
        self._ended.set()
        return leg

    def _renew(self) -> None:
        """Hold the turn for another `seconds`, counted from before the store is asked: never longer than it counts."""
        asked_at = self._clock()
        with self._noticing_loss():
            stop_asked = self._ledger.renew(self.key, owner=self._owner, lease_seconds=self._seconds)
        self._held_until = asked_at + self._seconds
        if stop_asked:
            self.stopped.set()

    @contextmanager
    def _noticing_loss(self) -> Iterator[None]:
        """Whichever call is the first to hear that the lease is lost, all later ones know it."""
        try:
            yield
        except LeaseLost:
            self._lost = True
            raise

    def _beat(self) -> None:
        """Renew three times in the life of a lease or more, from beat to beat, so that slow calls put none off."""
        pause = min(_BEAT_SECONDS, self._seconds / 3)
        due = self._held_until - self._seconds + pause
        while not self._wait(self._ended, min(pause, max(0.0, due - self._clock()))):
            if self._clock() >= self._deadline:
                return
            due = self._clock() + pause
            try:
                self._renew()
            except LeaseLost:
                return
            except TryAgain:
                continue
