"""A fresh invocation that goes on with the work: of the worker by itself, or of the worker by `vera redrive`.

The invariant: what returns was accepted by Lambda (202), so it will be run, retried, and at worst be a dead letter;
everything else raises. Invoking twice is harmless: the lease decides which of two goes on. Over the wire in
`tests/unit/aws/test_relay.py`.
"""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from vera.errors import HandOnFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vera.aws.clients import Clients

__all__ = ["SelfInvoke", "hand_on", "lambda_client"]

_ACCEPTED = 202


def lambda_client(clients: Clients, *, region: str = "") -> Any:
    """Make a client for `hand_on`: three attempts of 6 s at most, some 20 s in the worst case. Raises `SettingsError`.

    Making one reads Lambda's whole model: not before it is needed.
    """
    return clients.create("lambda", region=region, connect_timeout_seconds=1.0, read_timeout_seconds=5.0, attempts=3)


def hand_on(client: Any, function: str, event: Mapping[str, Any]) -> None:
    """Have `function` (a name or ARN, qualified or not) invoked with `event`, later and at least once.

    Raises `HandOnFailed`, whose `code` is Lambda's or the name of botocore's error.
    """
    try:
        answer = client.invoke(FunctionName=function, InvocationType="Event", Payload=_json(event))
        with closing(answer["Payload"]) as nothing:  # read to its end, or the connection can't be used again
            nothing.read()
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        raise HandOnFailed(f"Lambda: invoke of {function} failed: {code}", code=code) from error
    except BotoCoreError as error:
        code = type(error).__name__
        raise HandOnFailed(f"Lambda: invoke of {function} failed: {code}", code=code) from error
    if (status := answer.get("StatusCode")) != _ACCEPTED:
        raise HandOnFailed(f"Lambda: invoke of {function} answered {status}", code=f"http_{status}")


class SelfInvoke:
    """How a worker whose time is up has a fresh one go on. It needs `lambda:InvokeFunction` on itself."""

    def __init__(self, client: Any, function: str) -> None:
        """Use a client as `lambda_client` makes it; `function` is the context's `invoked_function_arn`."""
        self._client, self._function = client, function

    def __call__(self, event: Mapping[str, Any], leg: int) -> None:
        """Ask for leg `leg` of what `event`, the very one that came in, has begun. Raises `HandOnFailed`.

        What was redriven is open again, and stays so: to say it once more would take away that somebody stopped it.
        """
        going_on = {key: value for key, value in event.items() if key != "redrive"}
        hand_on(self._client, self._function, {**going_on, "leg": leg})


def _json(value: object) -> bytes:
    """Encode briefly, as the receiver does: Lambda takes 1 MB, and escaped, words can be three times as long."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a surrogate pair has no UTF-8
        return json.dumps(value, separators=(",", ":")).encode()
