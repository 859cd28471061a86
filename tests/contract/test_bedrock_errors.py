"""Every error that Bedrock's operations declare is mapped, and every stop reason known.

The lists are read from botocore's own service models when the test runs: an error that AWS adds fails it until somebody
decides what Vera does about it.
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any, get_args

import botocore.eventstream
import botocore.exceptions
import botocore.parsers
import pytest
import urllib3.exceptions

from fakes.bedrock_fixtures import agent_runtime, aws_session, bedrock, clients, runtime
from fakes.scripted_bedrock import Fault, ScriptedBedrock
from vera.assistant.knowledge import Passage
from vera.assistant.model import ModelMessage, ModelRequest, Stopped, StopReason, Text
from vera.bedrock.converse import ConverseModel
from vera.bedrock.faults import SDK_ERRORS, fault_of, knowledge_error, model_error, rerank_error
from vera.bedrock.rerank import BedrockReranker
from vera.bedrock.retrieve import RetrieveKnowledgeBase
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

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["agent_runtime", "aws_session", "bedrock", "clients", "runtime"]

QUESTION = ModelRequest("", (ModelMessage("user", (Text("Hello?"),)),), 100)

CONVERSE: dict[str, type[VeraError]] = {
    "AccessDeniedException": AccessDenied,
    "InternalServerException": ModelBusy,
    "ModelErrorException": ModelFailed,
    "ModelNotReadyException": ModelBusy,
    "ModelTimeoutException": ModelFailed,
    "ResourceNotFoundException": ModelGone,
    "ServiceUnavailableException": ModelBusy,
    "ThrottlingException": ModelBusy,
    "ValidationException": RequestRefused,
}

# Before the model has said anything, and after.
STREAM: dict[str, tuple[type[VeraError], type[VeraError]]] = {
    "internalServerException": (ModelBusy, StreamBroken),
    "modelStreamErrorException": (ModelBusy, StreamBroken),
    "serviceUnavailableException": (ModelBusy, StreamBroken),
    "throttlingException": (ModelBusy, StreamBroken),
    "validationException": (RequestRefused, RequestRefused),
}

# What the sentence says, of a knowledge base and of the reranker.
AGENT: dict[str, tuple[str, str]] = {
    "AccessDeniedException": ("not allowed to search", "not allowed to sort"),
    "BadGatewayException": ("could not be reached", "could not be sorted"),
    "ConflictException": ("could not be reached", "could not be sorted"),
    "DependencyFailedException": ("could not be reached", "could not be sorted"),
    "InternalServerException": ("could not be reached", "could not be sorted"),
    "ResourceNotFoundException": ("does not exist", "not available"),
    "ServiceQuotaExceededException": ("overloaded", "could not be sorted"),
    "ThrottlingException": ("overloaded", "could not be sorted"),
    "ValidationException": ("as invalid", "could not be sorted"),
}

# Any AWS service may answer these, declared or not.
COMMON: dict[str, tuple[int, type[VeraError]]] = {
    "ExpiredTokenException": (403, AccessDenied),
    "IncompleteSignature": (400, AccessDenied),
    "InternalFailure": (500, ModelBusy),
    "InvalidSignatureException": (403, AccessDenied),
    "MissingAuthenticationTokenException": (403, AccessDenied),
    "NotAuthorized": (400, AccessDenied),
    "OptInRequired": (403, AccessDenied),
    "RequestExpired": (400, AccessDenied),
    "ServiceUnavailable": (503, ModelBusy),
    "TooManyRequestsException": (429, ModelBusy),
    "UnrecognizedClientException": (403, AccessDenied),
    "UnheardOf": (400, RequestRefused),
    "UnheardOfAndUnauthorized": (401, AccessDenied),
    "UnheardOfAndForbidden": (403, AccessDenied),
    "UnheardOfAndMissing": (404, ModelGone),
    "UnheardOfAndThrottled": (429, ModelBusy),
    "UnheardOfAndBroken": (502, ModelBusy),
}

# What a message says more precisely than its code; seen in the field.
MESSAGES: dict[str, tuple[str, type[VeraError]]] = {
    "Input is too long for requested model.": ("ValidationException", InputTooLong),
    "The model returned the following errors: prompt is too long: 200049 tokens > 200000 maximum": (
        "ValidationException",
        InputTooLong,
    ),
    "input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000, decrease input length": (
        "ValidationException",
        InputTooLong,
    ),
    "Input Tokens Exceeded: Number of input tokens exceeds maximum length.": ("ValidationException", InputTooLong),
    "Too many input tokens. Max input tokens: 8192, request input token count: 9000": (
        "ValidationException",
        InputTooLong,
    ),
    "This model's maximum context length is 65536 tokens.": ("ValidationException", InputTooLong),
    "The provided model identifier is invalid.": ("ValidationException", ModelGone),
    "Invocation of model ID x with on-demand throughput isn't supported. Retry your request with the ID or ARN of an "
    "inference profile that contains this model.": ("ValidationException", ModelGone),
    "This model version has reached the end of its life. Please refer to the AWS documentation for more details.": (
        "ResourceNotFoundException",
        ModelGone,
    ),
    "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the "
    "last 30 days.": ("ResourceNotFoundException", ModelGone),
    "Model use case details have not been submitted for this account.": ("ResourceNotFoundException", AccessDenied),
    "You don't have access to the model with the specified model ID.": ("AccessDeniedException", AccessDenied),
    "messages.1.content.0: a text is blank": ("ValidationException", RequestRefused),
}


def declared(session: Any, service: str, operation: str) -> set[str]:
    return {shape.name for shape in session.get_service_model(service).operation_model(operation).error_shapes}


@pytest.mark.parametrize(
    ("service", "operation", "mapped"),
    [
        ("bedrock-runtime", "ConverseStream", set(CONVERSE)),
        ("bedrock-runtime", "Converse", set(CONVERSE)),
        ("bedrock-agent-runtime", "Retrieve", set(AGENT)),
        ("bedrock-agent-runtime", "Rerank", set(AGENT)),
    ],
    ids=["ConverseStream", "Converse", "Retrieve", "Rerank"],
)
def test_this_table_holds_every_error_that_the_operation_declares(
    aws_session: Any, service: str, operation: str, mapped: set[str]
):
    assert declared(aws_session, service, operation) == mapped


def test_this_table_holds_every_error_that_a_stream_declares(aws_session: Any):
    members = aws_session.get_service_model("bedrock-runtime").shape_for("ConverseStreamOutput").members

    assert {name for name, shape in members.items() if shape.metadata.get("exception")} == set(STREAM)


@pytest.mark.parametrize(("code", "error"), CONVERSE.items(), ids=CONVERSE)
def test_an_error_of_converse_is_one_of_veras(
    bedrock: ScriptedBedrock, runtime: Any, code: str, error: type[VeraError]
):
    bedrock.fail(code, "Something that somebody wrote")

    with pytest.raises(VeraError) as raised:
        list(ConverseModel(runtime, "model").converse(QUESTION))

    assert type(raised.value) is error
    assert str(raised.value).startswith(f"{code} (HTTP ")
    assert "somebody wrote" not in str(raised.value) + raised.value.sentence


@pytest.mark.parametrize(("code", "errors"), STREAM.items(), ids=STREAM)
@pytest.mark.parametrize("said", [(), ("Well, ",)], ids=["before the first word", "after it"])
def test_an_error_within_the_stream_is_one_of_veras(
    bedrock: ScriptedBedrock, runtime: Any, code: str, errors: tuple[type[VeraError], ...], said: tuple[str, ...]
):
    bedrock.script([*said, Fault(code, "Something that somebody wrote")])

    with pytest.raises(VeraError) as raised:
        list(ConverseModel(runtime, "model").converse(QUESTION))

    assert type(raised.value) is errors[len(said)]
    assert "somebody wrote" not in str(raised.value)


@pytest.mark.parametrize(("code", "sentences"), AGENT.items(), ids=AGENT)
@pytest.mark.parametrize("operation", ["retrieve", "rerank"])
def test_an_error_of_a_knowledge_base_is_a_sentence_that_fits(
    bedrock: ScriptedBedrock, agent_runtime: Any, code: str, sentences: tuple[str, str], operation: str
):
    knowledge_base = RetrieveKnowledgeBase(agent_runtime, "KB12345678", results=5)
    reranker = BedrockReranker(agent_runtime, "amazon.rerank-v1:0")
    ask = {
        "retrieve": lambda: knowledge_base.search("When?"),
        "rerank": lambda: reranker.rerank("When?", (Passage("At three.", "x"),), 1),
    }
    bedrock.fail(code, "Something that somebody wrote", operation=operation)

    with pytest.raises(KnowledgeUnavailable) as raised:
        ask[operation]()

    assert sentences[operation == "rerank"] in raised.value.sentence
    assert str(raised.value).startswith(f"{code} (HTTP ")
    assert "somebody wrote" not in str(raised.value) + raised.value.sentence
    assert "KB12345678" not in raised.value.sentence


@pytest.mark.parametrize(("code", "expected"), COMMON.items(), ids=COMMON)
def test_an_error_that_no_operation_declares_is_one_of_veras(
    bedrock: ScriptedBedrock, runtime: Any, code: str, expected: tuple[int, type[VeraError]]
):
    status, error = expected
    bedrock.fail(code, status=status)

    with pytest.raises(VeraError) as raised:
        list(ConverseModel(runtime, "model").converse(QUESTION))

    assert type(raised.value) is error


@pytest.mark.parametrize(("message", "expected"), MESSAGES.items(), ids=lambda value: str(value)[:40])
def test_a_message_that_is_more_precise_than_its_code_is_believed(
    bedrock: ScriptedBedrock, runtime: Any, message: str, expected: tuple[str, type[VeraError]]
):
    code, error = expected
    bedrock.fail(code, message)

    with pytest.raises(VeraError) as raised:
        list(ConverseModel(runtime, "model").converse(QUESTION))

    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("original", "error"),
    [(400, ModelFailed), (429, ModelBusy), (503, ModelBusy), (None, ModelFailed)],
    ids=["invalid", "throttled", "unavailable", "untold"],
)
def test_a_failed_model_is_asked_again_where_it_said_that_it_was_busy(
    bedrock: ScriptedBedrock, runtime: Any, original: int | None, error: type[VeraError]
):
    bedrock.fail("ModelErrorException", fields={"originalStatusCode": original} if original else {})

    with pytest.raises(VeraError) as raised:
        list(ConverseModel(runtime, "model").converse(QUESTION))

    assert type(raised.value) is error


def test_every_stop_reason_of_the_service_is_veras_too(aws_session: Any):
    reasons = aws_session.get_service_model("bedrock-runtime").shape_for("StopReason").enum

    assert set(reasons) == set(get_args(StopReason))


@pytest.mark.parametrize("reason", get_args(StopReason))
def test_a_stop_reason_is_handed_on(bedrock: ScriptedBedrock, runtime: Any, reason: StopReason):
    bedrock.say("Well.", stop=reason)

    events = list(ConverseModel(runtime, "model").converse(QUESTION))

    assert [event for event in events if isinstance(event, Stopped)] == [Stopped(reason)]


def kinds_of(error: type[BaseException]) -> Iterator[type[BaseException]]:
    yield error
    for kind in error.__subclasses__():
        yield from kinds_of(kind)


TRANSPORT = {
    kind
    for root in (
        botocore.exceptions.HTTPClientError,
        botocore.exceptions.ConnectionError,
        botocore.parsers.ResponseParserError,
        botocore.eventstream.ParserError,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        OSError,
    )
    for kind in kinds_of(root)
}
CREDENTIALS = {
    kind
    for root in (
        botocore.exceptions.CredentialRetrievalError,
        botocore.exceptions.LoginError,
        botocore.exceptions.NoAuthTokenError,
        botocore.exceptions.NoCredentialsError,
        botocore.exceptions.PartialCredentialsError,
        botocore.exceptions.SSOError,
        botocore.exceptions.TokenRetrievalError,
    )
    for kind in kinds_of(root)
}


@pytest.mark.parametrize(
    ("kinds", "error"),
    [
        (TRANSPORT, ModelBusy),
        (CREDENTIALS, AccessDenied),
        ({botocore.exceptions.ParamValidationError}, RequestRefused),
    ],
    ids=["transport", "credentials", "parameters"],
)
def test_an_error_of_the_sdk_is_one_of_veras_and_named_without_its_message(
    kinds: set[type[BaseException]], error: type[VeraError]
):
    for kind in kinds:
        fault = fault_of(kind.__new__(kind))  # their constructors want what is of no concern here

        assert issubclass(kind, SDK_ERRORS)
        assert type(model_error(fault)) is error, kind
        assert fault.account == kind.__name__
        assert knowledge_error(fault).sentence
        assert rerank_error(fault).sentence
