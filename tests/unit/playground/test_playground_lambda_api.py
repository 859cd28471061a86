"""Lambda's HTTP sides over the wire, boto3's client among the callers."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from vera.playground.lambdas.functions import Functions
from vera.playground.lambdas.lambda_api import MOST_EVENT_BYTES, LambdaApi
from vera.playground.lambdas.processes import Function
from vera.playground.loopback import LoopbackServer
from vera.receiver.environment import Credentials
from vera.receiver.sigv4 import signed_headers

if TYPE_CHECKING:
    from unit.playground.hand_time import HandTime

KEY, SECRET = "AKIAPLAYGROUND", "a secret of the test"
SECRET_PATH = "a-path-of-the-test"


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
    api = LambdaApi(
        functions, time=hand_time, routes=routes, credentials=Credentials(KEY, SECRET), secret_path=SECRET_PATH
    )
    with LoopbackServer(api.app) as server:
        yield server


@contextmanager
def signing(server: LoopbackServer, key: str, secret: str, *, below: str = "", region: str = "us-east-1"):
    client = boto3.client(
        "lambda",
        region_name=region,
        endpoint_url=f"{server.url}{below}",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


@pytest.fixture
def aws(server: LoopbackServer):
    with signing(server, KEY, SECRET) as client:
        yield client


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


@pytest.mark.parametrize("qualifier", ["", ":$LATEST"])
def test_below_the_secret_path_any_credentials_of_any_region_do(
    functions: Functions, server: LoopbackServer, qualifier: str
):
    arn = functions.named("echo").arn

    with signing(server, "AKIAOFBEDROCK", "another", below=f"/{SECRET_PATH}", region="eu-central-1") as aws:
        accepted = aws.invoke(FunctionName=f"{arn}{qualifier}", InvocationType="Event", Payload=b'{"leg": 2}')
        accepted["Payload"].read()
    functions.settle()

    assert accepted["StatusCode"] == 202
    assert [one.payload["event"] for one in functions.invocations] == [{"leg": 2}]


def test_below_another_path_nobody_is_let_in(functions: Functions, server: LoopbackServer):
    with signing(server, KEY, SECRET, below="/guessed") as aws, pytest.raises(ClientError, match="404"):
        aws.invoke(FunctionName="echo", InvocationType="Event", Payload=b"{}")

    assert post(server, f"/{SECRET_PATH}/2015-03-31/functions/echo/invocations")[0] == 403
    assert functions.invocations == ()


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


@pytest.mark.parametrize(
    ("key", "secret", "code"),
    [("AKIASOMEBODY", SECRET, "UnrecognizedClientException"), (KEY, "guessed", "InvalidSignatureException")],
)
def test_who_signs_with_other_credentials_is_refused(
    server: LoopbackServer, functions: Functions, key: str, secret: str, code: str
):
    with signing(server, key, secret) as client, pytest.raises(ClientError) as refused:
        client.invoke(FunctionName="echo", Payload=b"{}")

    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert functions.invocations == ()


CHANGED = {
    "another body": (b'{"a": 2}', {}),
    "another date": (b'{"a": 1}', {"x-amz-date": "20200101T000000Z"}),
    "no date": (b'{"a": 1}', {"x-amz-date": "today"}),
    "another kind": (b'{"a": 1}', {"x-amz-invocation-type": "DryRun"}),
}


@pytest.mark.parametrize(("body", "changed"), CHANGED.values(), ids=CHANGED)
def test_what_was_changed_after_it_was_signed_is_refused(
    server: LoopbackServer, functions: Functions, body: bytes, changed: dict[str, str]
):
    path = "/2015-03-31/functions/echo/invocations"
    signed = signed_headers(
        path=path,
        host_header=f"127.0.0.1:{server.port}",
        headers={"x-amz-invocation-type": "RequestResponse"},
        body=b'{"a": 1}',
        credentials=Credentials(KEY, SECRET),
        region="us-east-1",
        service="lambda",
        now=1_700_000_000.0,
    )

    untouched, (status, _, headers) = (
        post(server, path, b'{"a": 1}', **signed),
        post(server, path, body, **signed | changed),
    )

    assert untouched[0] == 200
    assert (status, headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")
    assert len(functions.invocations) == 1


def test_under_a_name_that_only_leads_here_nothing_is_invoked(server: LoopbackServer, functions: Functions):
    for path in ("/echo", "/2015-03-31/functions/echo/invocations"):
        status, body, _ = post(server, path, host=f"rebound.example:{server.port}")

        assert (status, body) == (403, b"This playground is on 127.0.0.1 alone.")
    assert functions.invocations == ()
