"""The queue of what failed for good: Lambda's own hand puts there what the worker was invoked with.

The invariant: a message is only gone where `delete` said so. What was taken and not deleted is visible again when the
block ends, or, should that fail, when its visibility timeout does. Nothing of a message's body is repeated in an error
or a repr (`tests/unit/aws/test_dead_letters.py`, over the wire to moto).
"""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected

from vera.aws.handover import Failure, parse
from vera.errors import SettingsError, TryAgain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vera.aws.clients import Clients
    from vera.errors import VeraError

__all__ = ["DeadLetter", "DeadLetters", "region_of", "sqs_client"]

_MOST_AT_ONCE = 10
"""SQS's own bound of a batch."""

_HIDDEN_SECONDS = 600
"""How long what was taken is nobody else's: ten messages, each handed on in 20 s at worst, three times over."""

_WAIT_SECONDS = 2
"""How long one question for messages waits for one: asked without, SQS looks at some of its servers alone."""

_SERVERS_FAULT = 500
_PASSING: Final = frozenset({"KmsThrottled", "OverLimit", "RequestThrottled", "ThrottlingException"})
_REGION = re.compile(r"https://(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.amazonaws\.com(?:\.cn)?/")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message: SQS's id for it, when it was given up (Unix time), and what the worker failed on."""

    id: str
    sent_at: float
    body: str = field(repr=False)
    receipt: str = field(repr=False)

    def event(self) -> dict[str, Any]:
        """Return what the worker was invoked with; a record about a failure is the event that it is about.

        Raises `ValueError` where the message is neither, naming its keys alone.
        """
        try:
            event = json.loads(self.body)
        except (ValueError, RecursionError):
            raise ValueError("not a hand-over: no JSON") from None  # its text stays out of every traceback
        what = parse(event)
        whole: dict[str, Any] = event["requestPayload"] if isinstance(what, Failure) else event
        return whole


class DeadLetters:
    """A queue, used as a block. Raises `SettingsError` where the operator has to do something, `TryAgain` else."""

    def __init__(self, client: Any, queue: str, *, wait_seconds: int = _WAIT_SECONDS) -> None:
        """Find the queue by its URL, or by its name in the client's account and region."""
        self._client, self._wait_seconds = client, wait_seconds
        self._name = queue
        self._url = queue if "://" in queue else str(self._ask("get_queue_url", QueueName=queue)["QueueUrl"])
        self._taken: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Take nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let others see again what was taken and not deleted; where that fails, time will do it."""
        receipts = list(self._taken.values())
        for first in range(0, len(receipts), _MOST_AT_ONCE):
            entries = [
                {"Id": str(n), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                for n, receipt in enumerate(receipts[first : first + _MOST_AT_ONCE])
            ]
            with suppress(BotoCoreError, ClientError):
                self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def take(
        self, *, most: float = math.inf, at_once: int = _MOST_AT_ONCE, hidden_seconds: int = _HIDDEN_SECONDS
    ) -> Iterator[DeadLetter]:
        """Yield the queue's messages, each once, until it shows no more or `most` were yielded.

        `hidden_seconds` is how long nobody else sees one: longer than `at_once` of them take to be worked off.
        """
        seen: set[str] = set()
        while len(seen) < most:
            letters = self._receive(int(min(at_once, most - len(seen))), hidden_seconds)
            if not letters:
                return
            self._taken.update({letter.id: letter.receipt for letter in letters})
            for letter in letters:
                if letter.id not in seen:
                    seen.add(letter.id)
                    yield letter

    def delete(self, letter: DeadLetter) -> None:
        """Take a message away for good."""
        self._ask("delete_message", QueueUrl=self._url, ReceiptHandle=letter.receipt)
        self._taken.pop(letter.id, None)

    def _receive(self, most: int, hidden_seconds: int) -> list[DeadLetter]:
        answer = self._ask(
            "receive_message",
            QueueUrl=self._url,
            MaxNumberOfMessages=most,
            VisibilityTimeout=hidden_seconds,
            WaitTimeSeconds=self._wait_seconds,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        return [
            DeadLetter(
                id=message["MessageId"],
                sent_at=int(message["Attributes"]["SentTimestamp"]) / 1_000,
                body=message["Body"],
                receipt=message["ReceiptHandle"],
            )
            for message in answer.get("Messages", ())
        ]

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**arguments)
        except ClientError as error:
            raise self._translated(operation, error) from error
        except (HTTPClientError, NotConnected) as error:
            raise TryAgain(f"SQS: {operation} failed: {type(error).__name__}") from error
        except BotoCoreError as error:  # no credentials, a login that has run out, a name that cannot be one
            raise SettingsError(f"The queue {self._name} cannot be used: {error}") from error
        return answer

    def _translated(self, operation: str, error: ClientError) -> VeraError:
        code = str(error.response["Error"]["Code"]).rpartition(".")[2]
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVERS_FAULT or code in _PASSING:
            return TryAgain(f"SQS: {operation} failed: {code}")
        if code in {"NonExistentQueue", "QueueDoesNotExist"}:
            return SettingsError(f"There is no queue {self._name} in this account and region.")
        return SettingsError(f"The queue {self._name} cannot be used: {operation} was refused: {code}.")


def sqs_client(clients: Clients, *, region: str = "") -> Any:
    """Make a client for `DeadLetters`: three attempts, each longer than a question for messages waits."""
    return clients.create("sqs", region=region, connect_timeout_seconds=3.0, read_timeout_seconds=10.0, attempts=3)


def region_of(queue: str) -> str:
    """Return the region that a queue's URL names, or an empty string."""
    found = _REGION.match(queue)
    return (found[1] or found[2]) if found else ""
