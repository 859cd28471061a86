"""One request received, top to bottom: whose is it, what is it, who shall have it, what does Slack hear.

Invariant: Slack hears 200 only when the worker has been handed what Vera acts on, and within three seconds in any
case; nothing of a body is logged. Proved by tests/unit/receiver/test_receiver_table.py (the table of the design, row
by row) and tests/unit/receiver/test_receiver_wire.py (what AWS can do to it).
"""

from __future__ import annotations

import binascii
import json
import os
import time
from functools import cache

from vera.receiver.aws import Secrets, Service, Worker
from vera.receiver.classify import ignored
from vera.receiver.connection import Deadline, Unavailable
from vera.receiver.environment import Environment
from vera.receiver.ids import turn_ids
from vera.receiver.logs import Log, Note, to_stdout
from vera.receiver.request import SlackRequest, Unparsable, parse
from vera.receiver.secret import GivenSecret, SigningSecret
from vera.receiver.signature import SlackSignature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

BUDGET_SECONDS = 2.0
"""For all that is waited for, secret and retries included: a cold start and the way back have the third of Slack's."""
_LONGEST_REASON = 64
_LONGEST_NUMBER = 6


@cache
def _receiver() -> Receiver:
    """Make the container's receiver, at its first request."""
    return Receiver(os.environ)


def handler(event: dict[str, Any], context: object) -> dict[str, Any] | None:
    """AWS Lambda's way in: an API Gateway or function URL request (payload 2.0), or the worker's on-failure record.

    Returns the HTTP answer, and nothing for a record; raises where Lambda shall retry a record.
    """
    return _receiver()(event, context)


class Receiver:
    """Everything that lives as long as the container: settings, secret, connections."""

    __slots__ = ("_budget_seconds", "_clock", "_cold", "_log", "_monotonic", "_secret", "_services", "_worker")

    def __init__(
        self,
        variables: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        write: Callable[[str], None] = to_stdout,
        budget_seconds: float = BUDGET_SECONDS,
    ) -> None:
        """Wire the parts to the environment's variables; opens no connection. Raises WrongSettings."""
        environment = Environment(variables)
        lambda_ = Service("lambda", environment.lambda_endpoint, environment, clock)
        secrets_manager = Service("secretsmanager", environment.secrets_manager_endpoint, environment, clock)
        secrets = Secrets(secrets_manager)
        self._services = (lambda_, secrets_manager)
        self._worker = Worker(environment.worker_function, lambda_)
        self._secret = (
            GivenSecret(environment.signing_secret)
            if environment.signing_secret
            else SigningSecret(lambda deadline: secrets.signing_secret(environment.secret_id, deadline), clock)
        )
        self._clock = clock
        self._monotonic = monotonic
        self._log = Log(clock, write)
        self._budget_seconds = budget_seconds
        self._cold = True

    def __call__(self, event: dict[str, Any], context: object = None) -> dict[str, Any] | None:
        """Answer a request, or pass an on-failure record on; raises ValueError for anything else."""
        note = Note(self._log, self._monotonic)
        note.add(cold_start=self._cold, function_request_id=getattr(context, "aws_request_id", None))
        self._cold = False
        deadline = Deadline(self._budget_seconds, self._monotonic)
        request_context = event.get("requestContext")
        if isinstance(request_context, dict) and "http" in request_context:
            return self._receive(event, note, deadline)
        if _is_failure_record(event):
            self._pass_on(event, note, deadline)
            return None
        raise ValueError(
            "This event is neither an HTTP request (payload 2.0) nor an on-failure record of the worker's."
        )

    def close(self) -> None:
        """Close the kept connections."""
        for service in self._services:
            service.close()

    def _receive(self, event: dict[str, Any], note: Note, deadline: Deadline) -> dict[str, Any]:
        headers, body = _headers(event), _raw_body(event)
        try:
            flaw = self._flaw(headers, body, deadline)
        except Unavailable as error:
            return note.answer(503, "ERROR", "Slack's signing secret cannot be had", error=str(error))
        if flaw:
            return note.answer(401, "WARNING", "Not signed by Slack", reason=flaw)
        retry = _retry(headers)
        note.add(retry_num=retry["num"], retry_reason=retry["reason"])
        try:
            request = parse(body or b"", headers.get("content-type", ""))
            note.add(**turn_ids(request.kind, request.payload))
            return self._greeted(request, note) or self._handed_over(request, retry, note, deadline)
        except Unparsable as error:
            return note.answer(400, "WARNING", "Unparsable", reason=str(error))

    def _flaw(self, headers: dict[str, str], body: bytes | None, deadline: Deadline) -> str:
        """Say what is wrong with the signature, or nothing; raises Unavailable where that cannot be told."""
        if body is None:
            return "malformed"
        signature = SlackSignature(
            timestamp=headers.get("x-slack-request-timestamp", ""),
            signature=headers.get("x-slack-signature", ""),
            body=body,
        )
        flaw = signature.flaw(self._clock())
        if flaw or signature.made_with(self._secret.current(deadline)):
            return flaw
        renewed = self._secret.renewed(deadline)
        return "" if renewed and signature.made_with(renewed) else "mismatch"

    @staticmethod
    def _greeted(request: SlackRequest, note: Note) -> dict[str, Any] | None:
        """Answer what no worker is needed for; returns nothing for what Vera acts on. Raises Unparsable."""
        if request.kind == "ssl_check":
            return note.answer(200, "INFO", "Certificate checked")
        if request.kind != "event":
            return None
        match request.payload.get("type"):
            case "event_callback":
                reason = ignored(request.payload)
                return note.answer(200, "INFO", "Ignored", reason=reason) if reason else None
            case "url_verification":
                challenge = request.payload.get("challenge")
                if not isinstance(challenge, str):
                    raise Unparsable("no challenge")
                return note.answer(200, "INFO", "Request URL verified", says={"challenge": challenge})
            case "app_rate_limited":
                return note.answer(200, "WARNING", "Slack holds events back: more than 30,000 in an hour")
            case str():
                return note.answer(200, "INFO", "Ignored", reason="type")
        raise Unparsable("no type")

    def _handed_over(
        self, request: SlackRequest, retry: dict[str, object], note: Note, deadline: Deadline
    ) -> dict[str, Any]:
        payload = (
            f'{{"kind":"{request.kind}","payload":{request.embedded},'
            f'"retry":{json.dumps(retry)},"received_at":{self._clock()!r}}}'
        )
        command = request.kind == "command"
        try:
            self._worker.hand_over(payload.encode(), deadline)
        except Unavailable as error:
            says = _ephemeral(f"Sorry, I can't be reached right now. Please try again in a minute.{note.reference()}")
            status = 200 if command else 503
            failed = "The worker could not be reached"
            return note.answer(status, "ERROR", failed, says=says if command else None, error=str(error))
        return note.answer(200, "INFO", "Handed over", says=_ephemeral("On it.") if command else None)

    def _pass_on(self, record: dict[str, Any], note: Note, deadline: Deadline) -> None:
        """Give the worker what it failed on, as Lambda recorded it; raises Unavailable, and Lambda retries."""
        failed = record["requestPayload"]
        if _is_failure_record(failed):
            failed = failed["requestPayload"]
            note.add(**_ids_of(failed))
            note.write("ERROR", "A record about a record: dropped")
            return
        note.add(**_ids_of(failed))
        try:
            self._worker.hand_over(_json(record), deadline)
        except Unavailable as error:
            note.write("ERROR", "An on-failure record could not be passed on", error=str(error))
            raise
        note.write("WARNING", "An on-failure record passed on")


def _headers(event: dict[str, Any]) -> dict[str, str]:
    """Return the headers in lower case; one that came twice is joined by a comma, as the gateway does it."""
    headers: dict[str, str] = {}
    for name, value in (event.get("headers") or {}).items():
        lower = str(name).lower()
        headers[lower] = f"{headers[lower]},{value}" if lower in headers else str(value)
    return headers


def _raw_body(event: dict[str, Any]) -> bytes | None:
    """Return the bytes that Slack sent and signed, or nothing where they cannot be had."""
    body = event.get("body") or ""
    try:
        return binascii.a2b_base64(body, strict_mode=True) if event.get("isBase64Encoded") else body.encode()
    except (ValueError, AttributeError, TypeError):  # binascii.Error and UnicodeEncodeError are ValueErrors
        return None


def _retry(headers: dict[str, str]) -> dict[str, object]:
    number, reason = headers.get("x-slack-retry-num", ""), headers.get("x-slack-retry-reason", "")
    known = number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER
    return {"num": int(number) if known else 0, "reason": reason[:_LONGEST_REASON]}


def _ephemeral(text: str) -> dict[str, str]:
    return {"response_type": "ephemeral", "text": text}


def _is_failure_record(event: object) -> bool:
    if not isinstance(event, dict) or "requestPayload" not in event:
        return False
    context = event.get("requestContext")
    return isinstance(context, dict) and "condition" in context and "http" not in context


def _ids_of(failed: object) -> dict[str, object]:
    """Return the ids of the turn in a payload that the worker was given."""
    if not isinstance(failed, dict) or not isinstance(failed.get("payload"), dict):
        return {}
    return turn_ids(str(failed.get("kind")), failed["payload"])


def _json(value: object) -> bytes:
    """Encode briefly: Lambda takes 1 MB, and escaped, people's words can be three times as long."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a surrogate pair has no UTF-8
        return json.dumps(value, separators=(",", ":")).encode()
