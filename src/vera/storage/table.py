"""One DynamoDB table, written to on a condition: what both stores in it share, and what goes wrong in Vera's words.

The table has the string keys `pk` and `sk` and the TTL attribute `expires_at`. The invariant: of DynamoDB's errors only
a condition that does not hold is a store's own business (`Refused`); every other one costs a retry
(`LedgerUnavailable`), and what does not pass by itself is logged besides. `tests/unit/storage/test_dynamodb.py` has the
table of errors.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnection

from vera.errors import LedgerUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Item", "Refused", "Table", "number"]

Item = dict[str, dict[str, Any]]
"""Attributes as DynamoDB sends them: `{"attempt": {"N": "1"}}`."""

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


class Refused(Exception):
    """A condition did not hold. `item` is what stands there; empty where nothing does."""

    def __init__(self, item: Item) -> None:
        """Take what stands there."""
        super().__init__()
        self.item = item


class Table:
    """A table behind a botocore client of `dynamodb`. `about`, in each call, is the turn's key, for the logs."""

    def __init__(self, client: Any, name: str) -> None:
        """Nothing is asked yet."""
        self._client, self.name = client, name

    def update(
        self,
        key: Item,
        setting: str,
        condition: str,
        values: Mapping[str, Any],
        *,
        about: str,
        names: Mapping[str, str] | None = None,
    ) -> Item:
        """Change one item if the condition holds, and return it as it is then.

        DynamoDB wants each of `values` and `names` used, and none without its `:` or `#`. Raises `Refused`.
        """
        answer = self.call(
            "update_item",
            about,
            Key=key,
            UpdateExpression=setting,
            ConditionExpression=condition,
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **({"ExpressionAttributeValues": values} if values else {}),
            **({"ExpressionAttributeNames": names} if names else {}),
        )
        return self.insist(answer.get("Attributes"), about)

    def insist(self, item: Item | None, about: str) -> Item:
        """Return an item that has to be there: without it, what stands behind the endpoint is no DynamoDB."""
        if not item:
            raise self._unavailable("update_item", about, "an answer without the item", mend=True)
        return item

    def call(self, operation: str, about: str, **request: Any) -> dict[str, Any]:
        """Call DynamoDB. Raises `Refused` and `LedgerUnavailable`."""
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(TableName=self.name, **request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ConditionalCheckFailedException":
                raise Refused(error.response.get("Item", {})) from None
            raise self._unavailable(operation, about, code, mend=code in _FOR_THE_OPERATOR) from error
        except BotoCoreError as error:
            # What is no fault of the wire is one of the environment: no credentials, a profile that isn't there.
            mend = not isinstance(error, _PASSING)
            raise self._unavailable(operation, about, type(error).__name__, mend=mend) from error
        return answer

    def _unavailable(self, operation: str, about: str, code: str, *, mend: bool) -> LedgerUnavailable:
        sentence = f"DynamoDB: {operation} on table {self.name!r} failed: {code}"
        if mend:
            _log.error("%s (somebody has to mend this)", sentence, extra={"correlation_id": about})
        return LedgerUnavailable(sentence)


def number(value: float) -> dict[str, str]:
    """Return a number as DynamoDB takes it, to the microsecond: about what a float holds of a time."""
    return {"N": format(value, ".6f").rstrip("0").rstrip(".")}
