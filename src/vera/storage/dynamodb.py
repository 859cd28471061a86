"""The ledger in a DynamoDB table: one conditional write a claim, nothing read unless a worker before left something.

The table has the string keys `pk` and `sk` and the TTL attribute `expires_at` (DynamoDB deletes days late: what is past
it counts as absent). Other kinds of items stand beside these under prefixes of their own.

=============== ============================= ============================================================
`pk`            `sk`                          attributes
=============== ============================= ============================================================
`turn#<key>`    `turn`                        `held_by`, `lease_until` (0: released), `attempt`, `outcome` (done),
                                              `messages` (part ▸ ts), `rounds` (ordinal ▸ digest), `stop_asked`,
                                              `leg` and `so_far` (its digest; both only once handed on), `expires_at`
`turn#<key>`    `round#<ordinal>#<digest>`    `round_json`, `expires_at`
`turn#<key>`    `so_far#<leg>#<digest>`       `so_far`, `expires_at`
=============== ============================= ============================================================

The invariant: one item decides. What is long (a tool round, the text so far) is written first, under the digest of its
content, and is part of the turn once the turn's own conditional write names it; what a worker wrote after it lost the
lease is named by nobody. `tests/contract/test_ledger.py` proves the port, `tests/unit/storage/test_dynamodb.py`
requests and errors.
"""

from __future__ import annotations

import hashlib
import math
import time
from typing import TYPE_CHECKING, Any, Final

from vera.assistant.ledger import RETENTION_SECONDS, Ledger, TurnRecord
from vera.errors import LeaseLost, LedgerUnavailable, TurnTaken
from vera.storage.table import Refused, Table, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from vera.storage.table import Item

__all__ = ["DynamoDBLedger"]

_CLAIM: Final = (
    "SET held_by = :owner, lease_until = :until, expires_at = if_not_exists(expires_at, :expires),"
    " messages = if_not_exists(messages, :none), rounds = if_not_exists(rounds, :none) ADD attempt :one"
)
_LEFT: Final = "(attribute_not_exists(outcome) AND lease_until <= :now)"
_FREE: Final = f"attribute_not_exists(pk) OR (expires_at > :now AND {_LEFT})"
_REOPEN: Final = f"{_CLAIM} REMOVE outcome, stop_asked"
_FREE_OR_FAILED: Final = f"attribute_not_exists(pk) OR (expires_at > :now AND ({_LEFT} OR outcome = :failed))"
_UNFINISHED: Final = "attribute_not_exists(outcome) AND expires_at > :now"
_OWNED: Final = "held_by = :owner AND expires_at > :now"
_HELD: Final = f"{_OWNED} AND lease_until > :zero AND attribute_not_exists(outcome)"
_HAND_ON: Final = "SET leg = :leg, so_far = :digest, lease_until = :zero"
_HELD_IN_AN_EARLIER_LEG: Final = f"{_HELD} AND (attribute_not_exists(leg) OR leg < :leg)"
# These two may be said again, should the first answer have been lost: each holds after itself.
_HELD_OR_RELEASED: Final = f"{_OWNED} AND attribute_not_exists(outcome)"
_HELD_OR_COMPLETED: Final = f"{_OWNED} AND lease_until > :zero"


class DynamoDBLedger(Ledger):
    """Turns in one DynamoDB table.

    The role needs `dynamodb:UpdateItem`, `PutItem` and `Query` on it.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        *,
        retention_seconds: float = RETENTION_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Use a botocore client of `dynamodb`; `clock` tells the seconds since the epoch, as the TTL counts them."""
        self._table = Table(client, table)
        self._retention_seconds, self._clock = retention_seconds, clock

    def claim(self, key: str, *, owner: str, lease_seconds: float, reopen: bool = False) -> TurnRecord:
        """Claim by one conditional write, whose refusal tells done from busy."""
        now = self._clock()
        values = {
            ":owner": {"S": owner},
            ":until": number(now + lease_seconds),
            ":expires": number(self._expires_at(now)),
            ":now": number(now),
            ":none": {"M": {}},
            ":one": {"N": "1"},
        }
        try:
            if reopen:
                failed = {":failed": {"S": "failed"}}
                turn = self._update(key, _REOPEN, _FREE_OR_FAILED, {**values, **failed})
            else:
                turn = self._update(key, _CLAIM, _FREE, values)
        except Refused as refused:
            turn = self._claim_standing(key, refused.item, values)
        return TurnRecord(
            key=key,
            attempt=int(turn["attempt"]["N"]),
            messages=tuple(value["S"] for _, value in _in_order(turn["messages"]["M"])),
            rounds=self._rounds(key, turn["rounds"]["M"]),
            leg=_leg(turn),
            so_far=self._so_far(key, turn),
            stop_asked=_stop_asked(turn),
        )

    def renew(self, key: str, *, owner: str, lease_seconds: float) -> bool:
        """Push the end of the lease."""
        until = number(self._clock() + lease_seconds)
        return _stop_asked(self._change(key, owner, "SET lease_until = :until", {":until": until}))

    def record_message(self, key: str, *, owner: str, part: int, ts: str) -> None:
        """Set one entry of the turn's messages."""
        self._change(key, owner, "SET messages.#part = :ts", {":ts": {"S": ts}}, names={"#part": str(part)})

    def record_round(self, key: str, *, owner: str, ordinal: int, round_json: str) -> None:
        """Write the round, then name it: two plain writes cost half of a transaction, and no renewal conflicts."""
        digest = _digest(round_json)
        self._put(key, _round_sort_key(ordinal, digest), round_json={"S": round_json})
        named = {"#ordinal": str(ordinal)}
        self._change(key, owner, "SET rounds.#ordinal = :digest", {":digest": {"S": digest}}, names=named)

    def complete(self, key: str, *, owner: str, outcome: str) -> None:
        """Give the turn its outcome, which only a claim that reopens it takes from it."""
        setting = "SET outcome = if_not_exists(outcome, :outcome)"
        self._change(key, owner, setting, {":outcome": {"S": outcome}}, condition=_HELD_OR_COMPLETED)

    def release(self, key: str, *, owner: str) -> None:
        """End the lease in the past."""
        self._change(key, owner, "SET lease_until = :zero", {}, condition=_HELD_OR_RELEASED)

    def hand_on(self, key: str, *, owner: str, leg: int, so_far: str) -> None:
        """Write the text, then name it by the one write that advances the leg and ends the lease."""
        digest = _digest(so_far)
        self._put(key, _so_far_sort_key(leg, digest), so_far={"S": so_far})
        owned = self._owned(owner)
        values = {**owned, ":leg": {"N": str(leg)}, ":digest": {"S": digest}}
        try:
            self._update(key, _HAND_ON, _HELD_IN_AN_EARLIER_LEG, values)
        except Refused as refused:
            turn = refused.item
            mine = bool(turn) and turn["held_by"] == owned[":owner"] and "outcome" not in turn
            if not mine or leg > _leg(turn) or _expired(turn, owned):
                raise LeaseLost(key) from None

    def ask_stop(self, key: str) -> bool:
        """Mark the turn: whoever holds it reads the mark where it renews the lease."""
        values = {":yes": {"BOOL": True}, ":now": number(self._clock())}
        try:
            self._update(key, "SET stop_asked = :yes", _UNFINISHED, values)
        except Refused:
            return False
        return True

    def _claim_standing(self, key: str, turn: Item, values: Mapping[str, Any]) -> Item:
        """Return the turn all the same where it has expired, or where it is the claimant's own already."""
        self._table.insist(turn, key)
        if _expired(turn, values):
            return self._claim_expired(key, turn, values)
        if "outcome" in turn:
            raise TurnTaken(key, done=True)
        if turn["held_by"] != values[":owner"]:
            raise TurnTaken(key)
        if float(turn["lease_until"]["N"]) >= float(values[":until"]["N"]):
            return turn  # the answer to this very claim was lost on its way, and the SDK has asked again
        renewal = {":zero": number(0), **{name: values[name] for name in (":owner", ":now", ":until")}}
        try:
            return self._update(key, "SET lease_until = :until", _HELD, renewal)
        except Refused as refused:
            raise TurnTaken(key, done="outcome" in refused.item) from None

    def _claim_expired(self, key: str, turn: Item, values: Mapping[str, Any]) -> Item:
        """Put a new turn where DynamoDB has not yet deleted the old one, unless another claimant was quicker."""
        fresh: Item = {
            **_turn_key(key),
            "held_by": values[":owner"],
            "lease_until": values[":until"],
            "expires_at": values[":expires"],
            "attempt": values[":one"],
            "messages": values[":none"],
            "rounds": values[":none"],
        }
        try:
            self._table.call(
                "put_item",
                key,
                Item=fresh,
                ConditionExpression="attribute_not_exists(pk) OR expires_at = :seen",
                ExpressionAttributeValues={":seen": turn["expires_at"]},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except Refused as refused:
            return self._claim_standing(key, refused.item, values)
        return fresh

    def _rounds(self, key: str, digests: Mapping[str, Any]) -> tuple[str, ...]:
        """Read the rounds that the turn names, in their order."""
        if not digests:
            return ()
        stored = {item["sk"]["S"]: item["round_json"]["S"] for item in self._stored(key, "round#")}
        wanted = [_round_sort_key(int(ordinal), digest["S"]) for ordinal, digest in _in_order(digests)]
        if missing := [sort_key for sort_key in wanted if sort_key not in stored]:
            raise LedgerUnavailable(
                f"{len(missing)} recorded tool rounds of {key} are not in table {self._table.name!r}"
            )
        return tuple(stored[sort_key] for sort_key in wanted)

    def _so_far(self, key: str, turn: Item) -> str:
        """Read the text that the turn names."""
        if "so_far" not in turn:
            return ""
        for item in self._stored(key, _so_far_sort_key(_leg(turn), turn["so_far"]["S"])):
            return str(item["so_far"]["S"])
        raise LedgerUnavailable(f"The text so far of {key} is not in table {self._table.name!r}")

    def _stored(self, key: str, prefix: str) -> Iterator[Item]:
        """Every item of the turn whose sort key begins so; DynamoDB answers a megabyte at a time."""
        start: dict[str, Any] = {}
        while True:
            page = self._table.call(
                "query",
                key,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={":pk": _turn_key(key)["pk"], ":prefix": {"S": prefix}},
                ConsistentRead=True,
                **start,
            )
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _put(self, key: str, sort_key: str, **content: Mapping[str, Any]) -> None:
        """Write an item that the turn is to name."""
        item = {**_turn_key(key), "sk": {"S": sort_key}, **content}
        self._table.call("put_item", key, Item={**item, "expires_at": number(self._expires_at(self._clock()))})

    def _change(
        self,
        key: str,
        owner: str,
        setting: str,
        values: Mapping[str, Any],
        *,
        condition: str = _HELD,
        names: Mapping[str, str] | None = None,
    ) -> Item:
        """Update the turn on its owner's behalf."""
        try:
            return self._update(key, setting, condition, {**self._owned(owner), **values}, names)
        except Refused:
            raise LeaseLost(key) from None

    def _update(
        self,
        key: str,
        setting: str,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> Item:
        return self._table.update(_turn_key(key), setting, condition, values, about=key, names=names)

    def _owned(self, owner: str) -> Item:
        """Return what every condition about an owner uses, `:zero` included."""
        return {":owner": {"S": owner}, ":now": number(self._clock()), ":zero": number(0)}

    def _expires_at(self, now: float) -> int:
        return math.ceil(now + self._retention_seconds)


def _turn_key(key: str) -> Item:
    return {"pk": {"S": f"turn#{key}"}, "sk": {"S": "turn"}}


def _round_sort_key(ordinal: int, digest: str) -> str:
    return f"round#{ordinal:05d}#{digest}"


def _so_far_sort_key(leg: int, digest: str) -> str:
    return f"so_far#{leg:05d}#{digest}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _leg(turn: Item) -> int:
    return int(turn["leg"]["N"]) if "leg" in turn else 0


def _stop_asked(turn: Item) -> bool:
    return "stop_asked" in turn


def _expired(turn: Item, values: Mapping[str, Any]) -> bool:
    return float(turn["expires_at"]["N"]) <= float(values[":now"]["N"])


def _in_order(numbered: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(numbered.items(), key=lambda entry: int(entry[0]))
