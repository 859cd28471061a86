"""A ledger in memory, held to the port by the same suite as the stores, and a clock that stands until it is moved."""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vera.assistant.ledger import RETENTION_SECONDS, Ledger, TurnRecord
from vera.errors import LeaseLost, LedgerUnavailable, TurnTaken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class StandingClock:
    """Seconds since the epoch, moved by whoever holds it."""

    def __init__(self, now: float = 1_760_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class StoredTurn:
    """What the ledger holds of one turn; `lease_until` 0 is a released one."""

    held_by: str
    lease_until: float
    expires_at: float
    attempt: int = 1
    outcome: str | None = None
    messages: dict[int, str] = field(default_factory=dict)
    rounds: dict[int, str] = field(default_factory=dict)
    leg: int = 0
    so_far: str = ""
    stop_asked: bool = False


class MemoryLedger(Ledger):
    """The ledger as a dictionary. `turns` is there to be looked into; while `down`, every call is refused."""

    def __init__(
        self, *, clock: Callable[[], float] | None = None, retention_seconds: float = RETENTION_SECONDS
    ) -> None:
        self.turns: dict[str, StoredTurn] = {}
        self.down = False
        self._clock = clock or StandingClock()
        self._retention_seconds = retention_seconds
        self._lock = threading.Lock()

    def claim(self, key: str, *, owner: str, lease_seconds: float, reopen: bool = False) -> TurnRecord:
        with self._answering():
            now = self._clock()
            turn = self._standing(key)
            if turn is None:
                turn = StoredTurn(owner, now + lease_seconds, math.ceil(now + self._retention_seconds))
                self.turns[key] = turn
            elif reopen and turn.outcome == "failed":
                turn.outcome = None
                turn.stop_asked = False
                turn.attempt += 1
            elif turn.outcome is not None:
                raise TurnTaken(key, done=True)
            elif turn.lease_until > now and turn.held_by != owner:
                raise TurnTaken(key)
            elif turn.lease_until <= now:
                turn.stop_asked &= not reopen
                turn.attempt += 1
            turn.held_by, turn.lease_until = owner, now + lease_seconds
            return TurnRecord(
                key=key,
                attempt=turn.attempt,
                messages=tuple(turn.messages[part] for part in sorted(turn.messages)),
                rounds=tuple(turn.rounds[ordinal] for ordinal in sorted(turn.rounds)),
                leg=turn.leg,
                so_far=turn.so_far,
                stop_asked=turn.stop_asked,
            )

    def renew(self, key: str, *, owner: str, lease_seconds: float) -> bool:
        with self._owned(key, owner) as turn:
            turn.lease_until = self._clock() + lease_seconds
            return turn.stop_asked

    def record_message(self, key: str, *, owner: str, part: int, ts: str) -> None:
        with self._owned(key, owner) as turn:
            turn.messages[part] = ts

    def record_round(self, key: str, *, owner: str, ordinal: int, round_json: str) -> None:
        with self._owned(key, owner) as turn:
            turn.rounds[ordinal] = round_json

    def complete(self, key: str, *, owner: str, outcome: str) -> None:
        with self._owned(key, owner, or_completed=True) as turn:
            turn.outcome = turn.outcome or outcome

    def release(self, key: str, *, owner: str) -> None:
        with self._owned(key, owner, or_released=True) as turn:
            turn.lease_until = 0.0

    def hand_on(self, key: str, *, owner: str, leg: int, so_far: str) -> None:
        with self._owned(key, owner, or_released=True) as turn:
            if leg <= turn.leg:
                return
            if not turn.lease_until:
                raise LeaseLost(key)
            turn.leg, turn.so_far, turn.lease_until = leg, so_far, 0.0

    def ask_stop(self, key: str) -> bool:
        with self._answering():
            turn = self._standing(key)
            if turn is None or turn.outcome is not None:
                return False
            turn.stop_asked = True
            return True

    @contextmanager
    def _answering(self) -> Iterator[None]:
        with self._lock:
            if self.down:
                raise LedgerUnavailable("the ledger is down")
            yield

    @contextmanager
    def _owned(
        self, key: str, owner: str, *, or_completed: bool = False, or_released: bool = False
    ) -> Iterator[StoredTurn]:
        with self._answering():
            turn = self._standing(key)
            if (
                turn is None
                or turn.held_by != owner
                or (turn.outcome is not None and not or_completed)
                or (turn.lease_until == 0.0 and not or_released)
            ):
                raise LeaseLost(key)
            yield turn

    def _standing(self, key: str) -> StoredTurn | None:
        turn = self.turns.get(key)
        if turn is not None and turn.expires_at <= self._clock():
            del self.turns[key]
            return None
        return turn
