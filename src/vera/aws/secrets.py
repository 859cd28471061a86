"""The worker's Slack credentials: given directly, or kept in Secrets Manager.

The invariant: what is kept is whole. A secret without its token is never kept, and a wrong one is replaced within a
minute of being noticed; `tests/unit/aws/test_secrets.py` proves it over the wire.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from vera.errors import SettingsError, TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["REFRESH_SECONDS", "CredentialSource", "DirectCredentials", "SecretCredentials", "SlackCredentials"]

REFRESH_SECONDS = 60.0
"""How long after one look at the secret the next one is taken, however often it is asked for."""

# No later attempt succeeds before somebody has changed the secret, its key or the role.
_FOR_THE_OPERATOR: Final = frozenset(
    {
        "AccessDeniedException",
        "DecryptionFailure",
        "InvalidParameterException",
        "InvalidRequestException",  # it is being deleted
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "ValidationException",
    }
)


@dataclass(frozen=True, slots=True)
class SlackCredentials:
    """What Slack gave the app. `feedback_key` is Vera's own, for naming voters without naming them; it may be empty."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    feedback_key: str = field(default="", repr=False)


class CredentialSource(Protocol):
    """Where the worker has its credentials from. Safe from several threads."""

    def get(self) -> SlackCredentials:
        """Return the credentials, by one request at most in the life of a process.

        Raises `SettingsError` where there are none to be had, `TryAgain` where the store of secrets does not answer.
        """
        ...

    def refresh(self) -> SlackCredentials:
        """Look for newer ones: Slack has called these wrong (`invalid_auth`, `token_revoked`). Raises as `get` does."""
        ...


class DirectCredentials:
    """Credentials that the environment holds: there are no newer ones."""

    def __init__(self, credentials: SlackCredentials) -> None:
        """Keep `credentials`."""
        self._credentials = credentials

    def get(self) -> SlackCredentials:
        """Return them."""
        return self._credentials

    def refresh(self) -> SlackCredentials:
        """Return the same ones."""
        return self._credentials


class SecretCredentials:
    """Credentials in a secret of Secrets Manager: JSON with `bot_token`, `signing_secret` and perhaps `feedback_key`.

    The role needs `secretsmanager:GetSecretValue` on it, and `kms:Decrypt` where it has a key of its own.
    """

    def __init__(self, client: Any, secret_id: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Use a botocore client of `secretsmanager`; nothing is asked before the first `get`."""
        self._client, self._secret_id, self._clock = client, secret_id, clock
        self._lock = Lock()
        self._kept: SlackCredentials | None = None
        self._asked_at = 0.0

    def get(self) -> SlackCredentials:
        """Return the kept ones, else ask for them."""
        with self._lock:
            return self._kept or self._ask()

    def refresh(self) -> SlackCredentials:
        """Ask again, unless that was done within the last minute. What was kept stays where asking fails."""
        with self._lock:
            if self._kept and self._clock() - self._asked_at < REFRESH_SECONDS:
                return self._kept
            return self._ask()

    def _ask(self) -> SlackCredentials:
        self._asked_at = self._clock()
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _FOR_THE_OPERATOR:
                raise self._wrong(f"cannot be read: {code}") from error
            raise TryAgain(f"Secrets Manager: get_secret_value failed: {code}") from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise self._wrong(f"cannot be read: {error}") from error
        except BotoCoreError as error:
            raise TryAgain(f"Secrets Manager: get_secret_value failed: {type(error).__name__}") from error
        self._kept = self._parsed(answer.get("SecretString"))
        return self._kept

    def _parsed(self, secret: str | None) -> SlackCredentials:
        try:
            values = json.loads(secret or "")
        except ValueError:
            raise self._wrong("holds no JSON") from None  # its text stays out of every traceback
        if not isinstance(values, dict):
            raise self._wrong("holds no JSON object")
        names = ("bot_token", "signing_secret", "feedback_key")
        found = {name: values[name].strip() for name in names if isinstance(values.get(name), str)}
        if missing := [name for name in names[:2] if not found.get(name)]:
            raise self._wrong(f"lacks {' and '.join(missing)}")
        return SlackCredentials(**found)

    def _wrong(self, what: str) -> SettingsError:
        return SettingsError(
            f"VERA_SLACK_SECRET_ID: the secret {self._secret_id!r} {what}. It has to be JSON with "
            '"bot_token" and "signing_secret", and this role has to be allowed to read it.'
        )
