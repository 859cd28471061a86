"""What the receiver is told by its environment: the one place that reads it.

Invariant: everything wrong is named at once, before the first request is looked at; credentials are read anew at each
call, because a runtime may replace them. Proved by tests/unit/receiver/test_receiver_environment.py.
"""

from __future__ import annotations

from urllib.parse import urlsplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DNS_SUFFIXES = (
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("", "amazonaws.com"),
)
"""The domain of a partition by how its regions begin; botocore's `partitions.json`, and held to it by a test."""


class WrongSettings(Exception):
    """The environment cannot work; the sentence names every wrong variable and what would be right."""


class Endpoint:
    """Where a service is reached: scheme, host, port, and a base path without a slash at its end."""

    __slots__ = ("base_path", "host", "host_header", "port", "secure")

    def __init__(self, url: str) -> None:
        """Take a URL apart; raises ValueError where it is no http(s) address of a host."""
        parts = urlsplit(url)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise ValueError("no http(s) address")
        segments = [segment for segment in parts.path.split("/") if segment not in {"", "."}]
        if ".." in segments or not url.isascii() or not url.isprintable() or " " in url:
            raise ValueError("no plain address")
        self.secure = parts.scheme == "https"
        self.host = parts.hostname
        self.port = parts.port or (443 if self.secure else 80)
        self.base_path = "".join(f"/{segment}" for segment in segments)
        name = f"[{self.host}]" if ":" in self.host else self.host
        self.host_header = name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


class Credentials:
    """What signs a call to AWS; `session_token` is empty where there is none."""

    __slots__ = ("access_key_id", "secret_access_key", "session_token")

    def __init__(self, access_key_id: str, secret_access_key: str, session_token: str = "") -> None:
        """Take the three as they are."""
        self.access_key_id = access_key_id
        self.secret_access_key = secret_access_key
        self.session_token = session_token


class Environment:
    """The receiver's settings, read once; raises WrongSettings. Empty variables count as unset."""

    __slots__ = (
        "_variables",
        "ca_bundle",
        "lambda_endpoint",
        "region",
        "secret_id",
        "secrets_manager_endpoint",
        "signing_secret",
        "worker_function",
    )

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Read `variables`, which is kept: credentials may change in it."""
        self._variables = variables
        wrong: list[str] = []
        self.signing_secret = self._text("SLACK_SIGNING_SECRET")
        self.secret_id = self._text("VERA_SLACK_SECRET_ID")
        if not self.signing_secret and not self.secret_id:
            wrong.append(
                "SLACK_SIGNING_SECRET or VERA_SLACK_SECRET_ID: set one to the signing secret, or to its secret's id"
            )
        self.worker_function = self._text("VERA_WORKER_FUNCTION")
        if not self.worker_function:
            wrong.append("VERA_WORKER_FUNCTION: set it to the worker's name or ARN, with or without an alias")
        self.region = self._text("AWS_REGION") or self._text("AWS_DEFAULT_REGION")
        if not (self.region.isascii() and self.region.replace("-", "").isalnum()):
            wrong.append("AWS_REGION: set it to the worker's region, such as eu-central-1")
            self.region = "unknown"
        self.ca_bundle = self._text("AWS_CA_BUNDLE")
        self.lambda_endpoint = self._endpoint("lambda", "AWS_ENDPOINT_URL_LAMBDA", wrong)
        self.secrets_manager_endpoint = self._endpoint("secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER", wrong)
        if wrong:
            raise WrongSettings("The receiver cannot start. " + "; ".join(wrong) + ".")

    def credentials(self) -> Credentials | None:
        """Return the keys as they are now, or None where there are none."""
        key, secret = self._text("AWS_ACCESS_KEY_ID"), self._text("AWS_SECRET_ACCESS_KEY")
        return Credentials(key, secret, self._text("AWS_SESSION_TOKEN")) if key and secret else None

    def _text(self, name: str) -> str:
        return self._variables.get(name, "").strip()

    def _endpoint(self, service: str, variable: str, wrong: list[str]) -> Endpoint:
        """Resolve as botocore does: the service's own variable, then everyone's, then the region's own address."""
        suffix = next(suffix for prefix, suffix in DNS_SUFFIXES if self.region.startswith(prefix))
        own = Endpoint(f"https://{service}.{self.region}.{suffix}")
        variable = variable if self._text(variable) else "AWS_ENDPOINT_URL"
        url = self._text(variable)
        if not url or self._text("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").lower() == "true":
            return own
        try:
            return Endpoint(url)
        except ValueError:
            sentence = f"{variable}: set it to an address such as http://127.0.0.1:4566"
            if sentence not in wrong:  # both services may take it from AWS_ENDPOINT_URL
                wrong.append(sentence)
            return own
