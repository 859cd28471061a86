"""The workspace's budget in the DynamoDB table: one write for each edit, however many workers there are.

================== ============== ======================================================================
`pk`               `sk`           attributes
================== ============== ======================================================================
`budget#<team>`    `<write>`      `full_at`, `running` (answer ▸ when it counts as running no more), `expires_at`
================== ============== ======================================================================

The invariant: `full_at` only grows, and only by a write whose condition saw that there is room for it; so nobody's edit
is forgotten, whoever else writes in the same moment. A write whose answer was lost and that is made again is counted
twice: the budget is never overdrawn by that. An item past its `expires_at` says the same as none.
`tests/contract/test_tally.py` proves the port, `tests/unit/storage/test_dynamodb_tally.py` requests and errors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ConnectionClosedError

from vera.assistant.budget import RUNNING_SECONDS, Tally
from vera.assistant.pacing import Count
from vera.errors import LedgerUnavailable
from vera.storage.table import Refused, Table, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vera.assistant.pacing import Write
    from vera.storage.table import Item

__all__ = ["DynamoDBTally"]

_KEPT_SECONDS: Final = 24 * 3600.0
"""How long an item is kept after its last write: past any pause that Slack asks for."""

_ENDLESS: Final = 1e12
"""Later than any time, and less it is before any: DynamoDB has no infinity."""

_ROUNDS: Final = 5
"""How often a write is made again because another worker was quicker. One of them gets through each time."""

_BURIED_AT_ONCE: Final = 50
"""How many dead answers one write removes: its expression may be no longer than 4 KB."""

_RUNNING: Final = "running.#answer = :end, expires_at = :expires"


class DynamoDBTally(Tally):
    """Counts in one DynamoDB table, an item for each workspace and kind of write.

    The role needs `dynamodb:UpdateItem` on it.
    """

    def __init__(self, client: Any, table: str) -> None:
        """Use a botocore client of `dynamodb`. Its timeouts and attempts are how soon a store that is down is told."""
        self._table = Table(client, table)
        self._seen: dict[tuple[str, Write], Item] = {}

    def spend(
        self, workspace: str, write: Write, *, answer: str, now: float, seconds: float, until: float = math.inf
    ) -> tuple[bool, Count]:
        """Spend by one conditional write, whose refusal tells what stands there.

        Which one depends on whether others have used the budget lately: what this process saw last is a good guess, and
        where it was wrong, another write follows.
        """
        key = _key(workspace, write)
        spending = _Spending.of(answer, now, seconds, until)
        seen = self._seen.get((workspace, write))
        change = spending.after(seen) if seen else None
        for _ in range(_ROUNDS):
            try:
                item = self._update(key, change or spending.in_use(), about=answer)
            except Refused as refused:
                item, change = refused.item, spending.after(refused.item)
                if change is None:
                    return False, spending.count(item)
            else:
                self._seen[workspace, write] = item
                if not seconds:
                    self._bury(key, spending.dead(item), about=answer)
                return True, spending.count(item)
        raise LedgerUnavailable(f"DynamoDB: {_ROUNDS} writes to the budget of {workspace} were overtaken by others")

    def pause(self, workspace: str, write: Write, *, full_at: float) -> None:
        """Put `full_at` off, unless it is later already."""
        values = {
            ":full_at": number(full_at),
            ":none": {"M": {}},
            ":expires": _expires(full_at),
        }
        setting = "SET full_at = :full_at, running = if_not_exists(running, :none), expires_at = :expires"
        condition = "attribute_not_exists(pk) OR full_at < :full_at"
        self._try(_key(workspace, write), _Change(setting, condition, values, {}))

    def leave(self, workspace: str, write: Write, *, answer: str) -> None:
        """Remove the answer."""
        change = _Change("REMOVE running.#answer", "attribute_exists(running.#answer)", {}, {"#answer": answer})
        self._try(_key(workspace, write), change, about=answer)

    def _bury(self, key: Item, dead: Mapping[str, Any], *, about: str) -> None:
        """Remove answers that nobody said goodbye to, so that the item stays small; not one that has spent since."""
        if not dead:
            return
        numbered = list(enumerate(dead.items()))[:_BURIED_AT_ONCE]
        change = _Change(
            "REMOVE " + ", ".join(f"running.#a{place}" for place, _ in numbered),
            " AND ".join(f"running.#a{place} = :e{place}" for place, _ in numbered),
            {f":e{place}": end for place, (_, end) in numbered},
            {f"#a{place}": answer for place, (answer, _) in numbered},
        )
        self._try(key, change, about=about)

    def _try(self, key: Item, change: _Change, *, about: str = "") -> None:
        """Make a change that is not needed where its condition doesn't hold."""
        try:
            self._update(key, change, about=about)
        except Refused:
            return

    def _update(self, key: Item, change: _Change, *, about: str) -> Item:
        """Make a change, and once more where the connection had died since its last use: a Lambda that was frozen."""
        try:
            return self._table.update(
                key, change.setting, change.condition, change.values, about=about, names=change.names
            )
        except LedgerUnavailable as away:
            if not isinstance(away.__cause__, ConnectionClosedError):
                raise
        return self._table.update(key, change.setting, change.condition, change.values, about=about, names=change.names)


@dataclass(frozen=True, slots=True)
class _Change:
    """One conditional write."""

    setting: str
    condition: str
    values: Mapping[str, Any]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Spending:
    """What is to be spent, and which write does it, by what was seen to stand there. Pure."""

    answer: str
    now: float
    seconds: float
    until: float

    @classmethod
    def of(cls, answer: str, now: float, seconds: float, until: float) -> _Spending:
        """Round the figures as they are sent, so that here and in DynamoDB they compare alike."""
        endless = max(-_ENDLESS, min(until, _ENDLESS))
        return cls(answer, *(round(figure, 6) for figure in (now, seconds, endless)))

    def in_use(self) -> _Change:
        """Return the write for a budget that is not full at the moment."""
        return self._change(
            f"SET full_at = full_at + :seconds, {_RUNNING}",
            "full_at >= :now AND full_at <= :latest",
            {":seconds": number(self.seconds), ":now": number(self.now), ":latest": number(self.until - self.seconds)},
        )

    def after(self, seen: Item) -> _Change | None:
        """Return the write that fits what stands there, or None where the budget does not bear it."""
        full_at = _full_at(seen)
        if max(full_at, self.now) + self.seconds > self.until:
            return None
        if full_at >= self.now:
            return self.in_use()
        fresh = {":full_at": number(self.now + self.seconds)}
        if seen:
            values = {**fresh, ":seen": seen["full_at"]}
            return self._change(f"SET full_at = :full_at, {_RUNNING}", "full_at = :seen", values)
        return _Change(
            "SET full_at = :full_at, running = :running, expires_at = :expires",
            "attribute_not_exists(pk)",
            {**fresh, ":running": {"M": {self.answer: self._end()}}, ":expires": _expires(self.now)},
            {},
        )

    def count(self, item: Item) -> Count:
        """Return the count that an item holds."""
        return Count(_full_at(item), len(_running(item)) - len(self.dead(item)))

    def dead(self, item: Item) -> dict[str, Any]:
        """Return the answers that count no more."""
        return {answer: end for answer, end in _running(item).items() if float(end["N"]) <= self.now}

    def _change(self, setting: str, condition: str, values: Mapping[str, Any]) -> _Change:
        """Count the answer as running, besides."""
        running = {":end": self._end(), ":expires": _expires(self.now)}
        return _Change(setting, condition, {**values, **running}, {"#answer": self.answer})

    def _end(self) -> dict[str, str]:
        return number(self.now + RUNNING_SECONDS)


def _key(workspace: str, write: Write) -> Item:
    return {"pk": {"S": f"budget#{workspace}"}, "sk": {"S": write}}


def _full_at(item: Item) -> float:
    return float(item["full_at"]["N"]) if item else -math.inf


def _running(item: Item) -> dict[str, Any]:
    return item["running"]["M"] if item else {}


def _expires(now: float) -> dict[str, str]:
    return number(math.ceil(now + _KEPT_SECONDS))
