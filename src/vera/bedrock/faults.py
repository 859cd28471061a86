"""What AWS's errors mean to Vera.

Every error of the SDK, of the service and of the socket below them is one `Fault`: what kind it is, and what a log may
say of it (code, HTTP status, request id, words of our own). The service's own message is looked at and left behind: it
may quote what somebody wrote. For the same reason errors are raised `from None`.
`tests/contract/test_bedrock_errors.py` reads the errors that the operations declare from botocore's model and proves
each mapped.

Codes: https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
"""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from typing import Any, Literal

import urllib3.exceptions
from botocore import exceptions as sdk
from botocore.eventstream import ParserError
from botocore.parsers import ResponseParserError

from vera.errors import (
    AccessDenied,
    InputTooLong,
    KnowledgeUnavailable,
    ModelBusy,
    ModelFailed,
    ModelGone,
    RequestRefused,
    StreamBroken,
    VeraError,
)

__all__ = ["SDK_ERRORS", "Fault", "fault_of", "knowledge_error", "model_error", "rerank_error"]

Kind = Literal["throttled", "down", "waking", "denied", "gone", "too_long", "refused", "failed", "timed_out"]

SDK_ERRORS = (
    sdk.BotoCoreError,
    sdk.ClientError,
    ResponseParserError,
    ParserError,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
)
"""What a call or the reading of a stream can raise: a broken one lets the errors of urllib3 and the socket through."""

KINDS: dict[str, Kind] = {
    "ThrottlingException": "throttled",
    "TooManyRequestsException": "throttled",
    "ServiceQuotaExceededException": "throttled",
    "ModelNotReadyException": "throttled",
    "ServiceUnavailableException": "down",
    "ServiceUnavailable": "down",
    "InternalServerException": "down",
    "InternalFailure": "down",
    "BadGatewayException": "down",
    "DependencyFailedException": "down",
    "ConflictException": "down",
    "ModelStreamErrorException": "down",
    "ModelTimeoutException": "timed_out",
    "ModelErrorException": "failed",
    "ValidationException": "refused",
    "ResourceNotFoundException": "gone",
    "FTUFormNotFilled": "denied",
    "AccessDeniedException": "denied",
    "ExpiredToken": "denied",
    "ExpiredTokenException": "denied",
    "RequestExpired": "denied",
    "UnrecognizedClientException": "denied",
    "InvalidClientTokenId": "denied",
    "InvalidSignatureException": "denied",
    "IncompleteSignature": "denied",
    "MissingAuthenticationTokenException": "denied",
    "NotAuthorized": "denied",
    "OptInRequired": "denied",
}
"""The service's code, as HTTP spells it (within a stream its first letter is small)."""

TELLING: tuple[tuple[str, Kind, str], ...] = (
    ("auto-pause", "waking", "the database resumes"),
    ("too long", "too_long", "input too long"),
    ("context limit", "too_long", "input too long"),
    ("context window", "too_long", "input too long"),
    ("context length", "too_long", "input too long"),
    ("too many input tokens", "too_long", "input too long"),
    ("input tokens exceeded", "too_long", "input too long"),
    ("end of its life", "gone", "end of life"),
    ("end of life", "gone", "end of life"),
    ("marked by provider as legacy", "gone", "legacy model, unused for too long"),
    ("model identifier is invalid", "gone", "no such model in this region"),
    ("on-demand throughput", "gone", "the model wants an inference profile's id"),
    ("use case details", "denied", "the provider's use case form is not filled in"),
)
"""What a message says more precisely than its code, in words that stand nowhere but there; seen in the field."""

TOLD_BY_MESSAGE = {"ValidationException", "ResourceNotFoundException", "AccessDeniedException"}

WITHOUT_CREDENTIALS = (
    sdk.CredentialRetrievalError,
    sdk.LoginError,
    sdk.MetadataRetrievalError,
    sdk.NoAuthTokenError,
    sdk.NoCredentialsError,
    sdk.PartialCredentialsError,
    sdk.SSOError,
    sdk.TokenRetrievalError,
)

UNREACHED = (sdk.HTTPClientError, sdk.ConnectionError, sdk.IncompleteReadError, sdk.CapacityNotAvailableError)

FIELD = re.compile(r"\b(?:messages|system|toolConfig|inferenceConfig|guardrailConfig)(?:[.\[]\w{1,40}\]?){0,8}")
"""The request's field that a refusal names: its names are Converse's, so a log may hold them."""

TRANSIENT_STATUS = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong: `kind` decides what is done about it, `account` is all that a log may say."""

    kind: Kind
    account: str


def fault_of(error: BaseException, *, request_id: str = "") -> Fault:
    """Judge one of `SDK_ERRORS`. `request_id` is that of the open stream, whose own errors come without one."""
    if isinstance(error, sdk.ClientError):
        return _service_fault(error.response, request_id)
    if isinstance(error, WITHOUT_CREDENTIALS):
        kind: Kind = "denied"
    elif isinstance(error, sdk.BotoCoreError) and not isinstance(error, UNREACHED):
        kind = "refused"
    else:
        kind = "down"
    return Fault(kind, _account(type(error).__name__, 0, request_id))


def model_error(fault: Fault, *, said: bool = False) -> VeraError:
    """Return what a `ChatModel` raises for it; `said` tells whether the model had begun to speak."""
    kind, sentence = MODEL_ERRORS[fault.kind]
    if said and kind is ModelBusy:
        return StreamBroken(fault.account)
    return kind(fault.account, sentence=sentence)


def knowledge_error(fault: Fault) -> KnowledgeUnavailable:
    """Return what a `KnowledgeBase` raises for it; its sentence says why, and names no ids."""
    return KnowledgeUnavailable(fault.account, sentence=KNOWLEDGE_SENTENCES[fault.kind])


def rerank_error(fault: Fault) -> KnowledgeUnavailable:
    """Return what a `Reranker` raises for it."""
    return KnowledgeUnavailable(fault.account, sentence=RERANK_SENTENCES.get(fault.kind, RERANK_SENTENCES["down"]))


_UNREACHABLE = "The model can't be reached right now. Please ask again in a minute."

MODEL_ERRORS: dict[Kind, tuple[type[VeraError], str | None]] = {
    "throttled": (ModelBusy, None),
    "down": (ModelBusy, _UNREACHABLE),
    "waking": (ModelBusy, _UNREACHABLE),
    "denied": (AccessDenied, None),
    "gone": (ModelGone, None),
    "too_long": (InputTooLong, None),
    "refused": (RequestRefused, None),
    "failed": (ModelFailed, None),
    "timed_out": (ModelFailed, "The language model took too long to answer this."),
}
"""The error, and what people read where the error's own sentence is too vague."""

_WITHOUT = "so this answer does without it."
_OPERATOR = "Whoever runs me"

KNOWLEDGE_SENTENCES: dict[Kind, str] = {
    "throttled": f"A knowledge base is overloaded right now, {_WITHOUT}",
    "down": KnowledgeUnavailable.sentence,
    "failed": KnowledgeUnavailable.sentence,
    "timed_out": KnowledgeUnavailable.sentence,
    "waking": f"A knowledge base is waking up, {_WITHOUT} Please ask again in a minute.",
    "denied": f"I'm not allowed to search a knowledge base, {_WITHOUT} {_OPERATOR} has to grant access to it.",
    "gone": f"A knowledge base that I'm set up with does not exist, {_WITHOUT} {_OPERATOR} has to choose another one.",
    "refused": f"A knowledge base refused my search as invalid, {_WITHOUT} {_OPERATOR} will find out more in the logs.",
    "too_long": f"A knowledge base found the question too long, {_WITHOUT}",
}

RERANK_SENTENCES: dict[Kind, str] = {
    "down": "What I found could not be sorted by relevance, so the best of it may be missing here.",
    "denied": f"I'm not allowed to sort what I found by relevance. {_OPERATOR} has to grant access to the reranker.",
    "gone": f"The model that sorts what I found is not available. {_OPERATOR} has to choose another one.",
}


def _service_fault(response: dict[str, Any], request_id: str) -> Fault:
    stated = response.get("Error", {})
    code = str(stated.get("Code") or "unknown")
    code = code[0].upper() + code[1:]
    message = str(stated.get("Message") or "")
    metadata = response.get("ResponseMetadata", {})
    status = int(metadata.get("HTTPStatusCode") or 0)
    request_id = str(metadata.get("RequestId") or request_id)
    kind = KINDS.get(code) or _kind_of_status(status)
    words = ""
    if code in TOLD_BY_MESSAGE:
        lowered = message.lower()
        kind, words = next(((told, ours) for needle, told, ours in TELLING if needle in lowered), (kind, words))
    if kind == "refused" and (field := FIELD.search(message)):
        words = f"at {field.group()}"
    if code == "ModelErrorException" and (original := _transient(response.get("originalStatusCode"))):
        kind, words = "down", f"the model answered {original}"
    return Fault(kind, _account(code, status, request_id, words))


def _kind_of_status(status: int) -> Kind:
    """Judge a code that nobody documented. Within a stream there is no status: the stream is broken then."""
    if status in (401, 403):
        return "denied"
    if status == http.client.NOT_FOUND:
        return "gone"
    if not status or status >= http.client.INTERNAL_SERVER_ERROR or status in TRANSIENT_STATUS:
        return "down"
    return "refused"


def _transient(status: object) -> int:
    """Return the status if it is one that passes, else 0."""
    if isinstance(status, int) and (status >= http.client.INTERNAL_SERVER_ERROR or status in TRANSIENT_STATUS):
        return status
    return 0


def _account(code: str, status: int, request_id: str, words: str = "") -> str:
    told = [f"HTTP {status}" if status else "", words, f"request {request_id}" if request_id else ""]
    return f"{code} ({', '.join(filter(None, told))})" if any(told) else code
