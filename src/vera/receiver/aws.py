"""The receiver's two calls to AWS: hand a payload to the worker, and fetch Slack's secret.

Both are harmless when they happen twice (turns are keyed by the person's message, reading is reading), which is what
lets `connection` repeat a request. Proved over the wire by tests/unit/receiver/test_receiver_wire.py.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from vera.receiver.connection import Connections, Deadline, Unavailable
from vera.receiver.sigv4 import signed_headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vera.receiver.answer import Answer
    from vera.receiver.environment import Endpoint, Environment

ACCEPTED = 202
OK = 200
_LONGEST_ERROR_NAME = 60


class Service:
    """Signed POSTs to one AWS service."""

    __slots__ = ("_clock", "_connections", "_endpoint", "_environment", "_name")

    def __init__(self, name: str, endpoint: Endpoint, environment: Environment, clock: Callable[[], float]) -> None:
        """Take the name that is signed (`lambda`, `secretsmanager`); `clock` tells seconds since 1970."""
        self._name = name
        self._endpoint = endpoint
        self._environment = environment
        self._clock = clock
        self._connections = Connections(endpoint, ca_bundle=environment.ca_bundle)

    def post(self, path: str, headers: Mapping[str, str], body: bytes, deadline: Deadline) -> Answer:
        """Sign and send; raises Unavailable."""
        credentials = self._environment.credentials()
        if credentials is None:
            raise Unavailable("no AWS credentials in the environment")
        whole_path = self._endpoint.base_path + path
        signed = signed_headers(
            path=whole_path,
            host_header=self._endpoint.host_header,
            headers=headers,
            body=body,
            credentials=credentials,
            region=self._environment.region,
            service=self._name,
            now=self._clock(),
        )
        return self._connections.post(whole_path, signed, body, deadline=deadline)

    def close(self) -> None:
        """Close the kept connections."""
        self._connections.close()


class Worker:
    """The second Lambda, as the receiver sees it: something that accepts a payload."""

    __slots__ = ("_lambda", "_path")

    def __init__(self, function: str, service: Service) -> None:
        """Take the function's name, `name:alias`, or ARN with or without one."""
        self._lambda = service
        self._path = f"/2015-03-31/functions/{quote(function, safe='')}/invocations"

    def hand_over(self, payload: bytes, deadline: Deadline) -> None:
        """Invoke asynchronously; returns when Lambda has accepted it (202), raises Unavailable else."""
        headers = {"content-type": "application/json", "x-amz-invocation-type": "Event"}
        answer = self._lambda.post(self._path, headers, payload, deadline)
        if answer.status != ACCEPTED:
            raise Unavailable(_refusal(answer))


class Secrets:
    """Secrets Manager: GetSecretValue."""

    __slots__ = ("_service",)

    def __init__(self, service: Service) -> None:
        """Take the signed way to it."""
        self._service = service

    def signing_secret(self, secret_id: str, deadline: Deadline) -> str:
        """Return `signing_secret` of the secret's JSON, never empty; raises Unavailable."""
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue"}
        answer = self._service.post("/", headers, json.dumps({"SecretId": secret_id}).encode(), deadline)
        if answer.status != OK:
            raise Unavailable(_refusal(answer))
        try:
            found = json.loads(json.loads(answer.body)["SecretString"])["signing_secret"]
        except (ValueError, LookupError, TypeError):
            found = None
        if not isinstance(found, str) or not found.strip():
            raise Unavailable("the secret is no JSON with a signing_secret")
        return found.strip()


def _refusal(answer: Answer) -> str:
    """Name status and kind of an error; never its message, which can quote what was sent."""
    name = answer.headers.get("x-amzn-errortype", "")
    if not name:  # the JSON protocol of Secrets Manager says it in the body
        try:
            name = json.loads(answer.body)["__type"]
        except (ValueError, LookupError, TypeError):
            name = ""
    name = str(name).split(":")[0].rpartition("#")[2]
    return f"{answer.status} {name}" if name.isalnum() and len(name) < _LONGEST_ERROR_NAME else str(answer.status)
