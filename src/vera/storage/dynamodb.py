"""The ledger in a DynamoDB table: one conditional write a claim, nothing read unless tool rounds were left.

The table has the string keys `pk` and `sk` and the TTL attribute `expires_at` (DynamoDB deletes days late: what is past
it counts as absent). Other kinds of items stand beside these under prefixes of their own.

=============== ============================= ============================================================
`pk`            `sk`                          attributes
=============== ============================= ============================================================
`turn#<key>`    `turn`                        `held_by`, `lease_until` (0: released), `attempt`, `outcome` (done),
                                              `messages` (part ▸ ts), `rounds` (ordinal ▸ digest), `expires_at`
`turn#<key>`    `round#<ordinal>#<digest>`    `round_json`, `expires_at`
=============== ============================= ============================================================

The invariant: one item decides. A tool round is written first, under the digest of its content, and is part of the turn
once the turn's own conditional write names it; what a worker wrote after it lost the lease is named by nobody.
`tests/contract/test_ledger.py` proves the port, `tests/unit/storage/test_dynamodb.py` requests and errors.
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnection

from vera.assistant.ledger import RETENTION_SECONDS, Ledger, TurnRecord
from vera.errors import LeaseLost, LedgerUnavailable, TurnTaken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["DynamoDBLedger"]

_Item = dict[str, dict[str, Any]]

_CLAIM: Final = (
    "SET held_by = :owner, lease_until = :until, expires_at = if_not_exists(expires_at, :expires),"
    " messages = if_not_exists(messages, :none), rounds = if_not_exists(rounds, :none) ADD attempt :one"
)
_FREE: Final = (
    "attribute_not_exists(pk) OR (attribute_not_exists(outcome) AND lease_until <= :now AND expires_at > :now)"
)
_OWNED: Final = "held_by = :owner AND expires_at > :now"
_HELD: Final = f"{_OWNED} AND lease_until > :zero AND attribute_not_exists(outcome)"
# These two may be said again, should the first answer have been lost: each holds after itself.
_HELD_OR_RELEASED: Final = f"{_OWNED} AND attribute_not_exists(outcome)"
_HELD_OR_COMPLETED: Final = f"{_OWNED} AND lease_until > :zero"

# What does not pass by itself. It costs a retry like any other fault, so that no question is lost while somebody mends
# it; but somebody has to be told.
_FOR_THE_OPERATOR: Final = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "ValidationException",
    }
)

_PASSING: Final = (HTTPClientError, IncompleteReadError, NoConnection)

_log = logging.getLogger(__name__)


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
        self._client, self._table = client, table
        self._retention_seconds, self._clock = retention_seconds, clock

    def claim(self, key: str, *, owner: str, lease_seconds: float) -> TurnRecord:
        """Claim by one conditional write, whose refusal tells done from busy."""
        now = self._clock()
        values = {
            ":owner": {"S": owner},
            ":until": _number(now + lease_seconds),
            ":expires": _number(self._expires_at(now)),
            ":now": _number(now),
            ":none": {"M": {}},
            ":one": {"N": "1"},
        }
        try:
            turn = self._update(key, _CLAIM, _FREE, values)
        except _Refused as refused:
            turn = self._claim_standing(key, refused.item, values)
        return TurnRecord(
            key=key,
            attempt=int(turn["attempt"]["N"]),
            messages=tuple(value["S"] for _, value in _in_order(turn["messages"]["M"])),
            rounds=self._rounds(key, turn["rounds"]["M"]),
        )

    def renew(self, key: str, *, owner: str, lease_seconds: float) -> None:
        """Push the end of the lease."""
        until = _number(self._clock() + lease_seconds)
        self._change(key, owner, "SET lease_until = :until", {":until": until})

    def record_message(self, key: str, *, owner: str, part: int, ts: str) -> None:
        """Set one entry of the turn's messages."""
        self._change(key, owner, "SET messages.#part = :ts", {":ts": {"S": ts}}, names={"#part": str(part)})

    def record_round(self, key: str, *, owner: str, ordinal: int, round_json: str) -> None:
        """Write the round, then name it: two plain writes cost half of a transaction, and no renewal conflicts."""
        digest = hashlib.sha256(round_json.encode()).hexdigest()[:32]
        item = {
            **_round_key(key, ordinal, digest),
            "round_json": {"S": round_json},
            "expires_at": _number(self._expires_at(self._clock())),
        }
        self._call("put_item", key, Item=item)
        named = {"#ordinal": str(ordinal)}
        self._change(key, owner, "SET rounds.#ordinal = :digest", {":digest": {"S": digest}}, names=named)

    def complete(self, key: str, *, owner: str, outcome: str) -> None:
        """Give the turn its outcome, which is never taken from it."""
        setting = "SET outcome = if_not_exists(outcome, :outcome)"
        self._change(key, owner, setting, {":outcome": {"S": outcome}}, condition=_HELD_OR_COMPLETED)

    def release(self, key: str, *, owner: str) -> None:
        """End the lease in the past."""
        self._change(key, owner, "SET lease_until = :zero", {}, condition=_HELD_OR_RELEASED)

    def _claim_standing(self, key: str, turn: _Item, values: Mapping[str, Any]) -> _Item:
        """Return the turn all the same where it has expired, or where it is the claimant's own already."""
        self._item(key, turn)
        if float(turn["expires_at"]["N"]) <= float(values[":now"]["N"]):
            return self._claim_expired(key, turn, values)
        if "outcome" in turn:
            raise TurnTaken(key, done=True)
        if turn["held_by"] != values[":owner"]:
            raise TurnTaken(key)
        if float(turn["lease_until"]["N"]) >= float(values[":until"]["N"]):
            return turn  # the answer to this very claim was lost on its way, and the SDK has asked again
        renewal = {":zero": _number(0), **{name: values[name] for name in (":owner", ":now", ":until")}}
        try:
            return self._update(key, "SET lease_until = :until", _HELD, renewal)
        except _Refused as refused:
            raise TurnTaken(key, done="outcome" in refused.item) from None

    def _claim_expired(self, key: str, turn: _Item, values: Mapping[str, Any]) -> _Item:
        """Put a new turn where DynamoDB has not yet deleted the old one, unless another claimant was quicker."""
        fresh: _Item = {
            **_turn_key(key),
            "held_by": values[":owner"],
            "lease_until": values[":until"],
            "expires_at": values[":expires"],
            "attempt": values[":one"],
            "messages": values[":none"],
            "rounds": values[":none"],
        }
        try:
            self._call(
                "put_item",
                key,
                Item=fresh,
                ConditionExpression="attribute_not_exists(pk) OR expires_at = :seen",
                ExpressionAttributeValues={":seen": turn["expires_at"]},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except _Refused as refused:
            return self._claim_standing(key, refused.item, values)
        return fresh

    def _rounds(self, key: str, digests: Mapping[str, Any]) -> tuple[str, ...]:
        """Read the rounds that the turn names, in their order."""
        if not digests:
            return ()
        stored = dict(self._stored_rounds(key))
        wanted = [_round_key(key, int(ordinal), digest["S"])["sk"]["S"] for ordinal, digest in _in_order(digests)]
        if missing := [sort_key for sort_key in wanted if sort_key not in stored]:
            raise LedgerUnavailable(f"{len(missing)} recorded tool rounds of {key} are not in table {self._table!r}")
        return tuple(stored[sort_key] for sort_key in wanted)

    def _stored_rounds(self, key: str) -> Iterator[tuple[str, str]]:
        """Every round item of the turn; DynamoDB answers a megabyte at a time."""
        start: dict[str, Any] = {}
        while True:
            page = self._call(
                "query",
                key,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :round)",
                ExpressionAttributeValues={":pk": _turn_key(key)["pk"], ":round": {"S": "round#"}},
                ConsistentRead=True,
                **start,
            )
            yield from ((item["sk"]["S"], item["round_json"]["S"]) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _change(
        self,
        key: str,
        owner: str,
        setting: str,
        values: Mapping[str, Any],
        *,
        condition: str = _HELD,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Update the turn on its owner's behalf. DynamoDB wants each of the values used: `:zero` always is."""
        owned = {":owner": {"S": owner}, ":now": _number(self._clock()), ":zero": _number(0)}
        try:
            self._update(key, setting, condition, {**owned, **values}, names)
        except _Refused:
            raise LeaseLost(key) from None

    def _update(
        self,
        key: str,
        setting: str,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> _Item:
        answer = self._call(
            "update_item",
            key,
            Key=_turn_key(key),
            UpdateExpression=setting,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **({"ExpressionAttributeNames": names} if names else {}),
        )
        return self._item(key, answer.get("Attributes"))

    def _call(self, operation: str, key: str, **request: Any) -> dict[str, Any]:
        """Call DynamoDB, and say in Vera's words what went wrong."""
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(TableName=self._table, **request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ConditionalCheckFailedException":
                raise _Refused(error.response.get("Item", {})) from None
            raise self._unavailable(operation, key, code, mend=code in _FOR_THE_OPERATOR) from error
        except BotoCoreError as error:
            # What is no fault of the wire is one of the environment: no credentials, a profile that isn't there.
            mend = not isinstance(error, _PASSING)
            raise self._unavailable(operation, key, type(error).__name__, mend=mend) from error
        return answer

    def _unavailable(self, operation: str, key: str, code: str, *, mend: bool) -> LedgerUnavailable:
        sentence = f"DynamoDB: {operation} on table {self._table!r} failed: {code}"
        if mend:
            _log.error("%s (somebody has to mend this)", sentence, extra={"correlation_id": key})
        return LedgerUnavailable(sentence)

    def _item(self, key: str, item: _Item | None) -> _Item:
        """Insist on the item: without it, what stands behind the endpoint is no DynamoDB."""
        if not item:
            raise self._unavailable("update_item", key, "an answer without the item", mend=True)
        return item

    def _expires_at(self, now: float) -> int:
        return math.ceil(now + self._retention_seconds)


class _Refused(Exception):
    """A condition did not hold; `item` is what stands there."""

    def __init__(self, item: _Item) -> None:
        super().__init__()
        self.item = item


def _turn_key(key: str) -> _Item:
    return {"pk": {"S": f"turn#{key}"}, "sk": {"S": "turn"}}


def _round_key(key: str, ordinal: int, digest: str) -> _Item:
    return {"pk": {"S": f"turn#{key}"}, "sk": {"S": f"round#{ordinal:05d}#{digest}"}}


def _number(seconds: float) -> dict[str, str]:
    return {"N": format(seconds, ".3f").rstrip("0").rstrip(".")}


def _in_order(numbered: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(numbered.items(), key=lambda entry: int(entry[0]))
