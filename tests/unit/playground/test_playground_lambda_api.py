"""Lambda's HTTP sides over the wire, boto3's client among the callers."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from vera.playground.lambdas.functions import Functions
from vera.playground.lambdas.lambda_api import MOST_EVENT_BYTES, LambdaApi
from vera.playground.lambdas.processes import Function
from vera.playground.loopback import LoopbackServer

if TYPE_CHECKING:
    from unit.playground.hand_time import HandTime


@pytest.fixture
def functions(hand_time: HandTime, function_environment: dict[str, str]):
    with Functions(time=hand_time) as functions:
        for name in ("echo", "proxy", "binary", "fail", "hang"):
            functions.deploy(
                Function(
                    name=name,
                    handler=f"unit.playground.lambda_handlers:{name}",
                    environment=function_environment,
                    timeout_seconds=0.2 if name == "hang" else 30,
                    retry_delays_seconds=(),
                )
            )
        yield functions


@pytest.fixture
def server(functions: Functions, hand_time: HandTime):
    routes = {f"/{name}": name for name in ("echo", "proxy", "binary", "fail", "hang")}
    with LoopbackServer(LambdaApi(functions, time=hand_time, routes=routes).app) as server:
        yield server


@pytest.fixture
def aws(server: LoopbackServer):
    client = boto3.client(
        "lambda",
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id="playground",
        aws_secret_access_key="playground",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def post(server: LoopbackServer, path: str, body: Any = b"{}", **headers: Any):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("POST", path, body, named)
        response = connection.getresponse()
        return response.status, response.read(), dict(response.getheaders())
    finally:
        connection.close()


def test_a_request_reaches_its_function_as_payload_2_0(server: LoopbackServer):
    _, body, _ = post(server, "/echo?a=1", b'{"\xc3\xbc": 1}', Content_Type="application/json", X_Slack_Signature="v0")

    event = json.loads(body)["event"]
    assert (event["version"], event["rawPath"], event["rawQueryString"]) == ("2.0", "/echo", "a=1")
    assert event["headers"]["x-slack-signature"] == "v0"
    assert all(name == name.lower() for name in event["headers"])
    assert (event["body"], event["isBase64Encoded"]) == ('{"ü": 1}', False)
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["http"]["path"] == "/echo"
    assert event["requestContext"]["timeEpoch"] == 1_700_000_000_000
    assert event["requestContext"]["requestId"]


def test_several_headers_of_a_name_are_joined(server: LoopbackServer):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.putrequest("POST", "/echo")
    for value in ("1", "2"):
        connection.putheader("X-Twice", value)
    connection.endheaders()
    event = json.loads(connection.getresponse().read())["event"]
    connection.close()

    assert event["headers"]["x-twice"] == "1,2"


def test_a_text_that_is_no_utf8_arrives_unspoiled_in_base64(server: LoopbackServer):
    event = json.loads(post(server, "/echo", b"\xff", content_type="application/json")[1])["event"]

    assert (event["body"], event["isBase64Encoded"]) == ("/w==", True)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/octet-stream"])
def test_what_is_not_plainly_text_comes_in_base64(server: LoopbackServer, kind: str):
    event = json.loads(post(server, "/echo", b"a=1", content_type=kind)[1])["event"]

    assert (event["body"], event["isBase64Encoded"]) == ("YT0x", True)


def test_the_functions_answer_is_the_response(server: LoopbackServer):
    status, body, headers = post(server, "/proxy", b"hello", content_type="text/plain", x_sent="1")

    assert (status, body, headers["x-got"]) == (201, b"hello", "1")
    assert post(server, "/binary")[1] == b"hi"


def test_a_function_that_fails_is_500_and_one_that_outlives_its_time_503(server: LoopbackServer):
    assert post(server, "/fail")[0] == 500
    assert post(server, "/hang")[0] == 503
    assert post(server, "/nowhere")[:2] == (404, b'{"message":"Not Found"}')


def test_boto3_invokes_a_function_now_and_later(functions: Functions, aws: Any):
    now = aws.invoke(FunctionName="echo", Payload=b'{"a": 1}')
    later = aws.invoke(FunctionName=functions.named("echo").arn, InvocationType="Event", Payload=b'{"a": 2}')
    functions.settle()

    assert (now["StatusCode"], later["StatusCode"]) == (200, 202)
    assert json.loads(now["Payload"].read())["event"] == {"a": 1}
    assert "FunctionError" not in now
    assert functions.invocations[-1].payload["event"] == {"a": 2}
    assert functions.invocations[-1].request_id == later["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]


def test_boto3_is_told_of_a_functions_error(aws: Any):
    answer = aws.invoke(FunctionName="fail")

    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read())["errorMessage"] == "no good"


def test_boto3_is_refused_in_lambdas_words(aws: Any):
    def code(**arguments: Any):
        with pytest.raises(ClientError) as refused:
            aws.invoke(**arguments)
        return refused.value.response["Error"]["Code"], refused.value.response["ResponseMetadata"]["HTTPStatusCode"]

    assert code(FunctionName="nobody") == ("ResourceNotFoundException", 404)
    assert code(FunctionName="echo", Payload=b"{") == ("InvalidRequestContentException", 400)
    large = b'"' + b"x" * MOST_EVENT_BYTES + b'"'
    assert code(FunctionName="echo", InvocationType="Event", Payload=large) == ("RequestTooLargeException", 413)


def test_boto3_is_throttled_by_a_function_that_is_stopped_unless_it_can_wait(functions: Functions, aws: Any):
    functions.stop("echo")

    with pytest.raises(ClientError) as refused:
        aws.invoke(FunctionName="echo")
    later = aws.invoke(FunctionName="echo", InvocationType="Event")
    later["Payload"].close()

    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert later["StatusCode"] == 202
    assert not functions.idle


def test_an_unsigned_invocation_is_refused(server: LoopbackServer, functions: Functions):
    status, _, headers = post(server, "/2015-03-31/functions/echo/invocations")

    assert (status, headers["x-amzn-errortype"]) == (403, "MissingAuthenticationTokenException")
    assert functions.invocations == ()
