"""The receiver's signature is botocore's, for every request that it could make."""

import calendar
import time
from typing import Any
from urllib.parse import quote

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.lambda_api import lambda_api
from fakes.slack_requests import request_of
from vera.receiver import Receiver
from vera.receiver.environment import Credentials, Endpoint
from vera.receiver.sigv4 import signed_headers

SHOWN = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
VISIBLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
KEYS = st.text(VISIBLE, min_size=1, max_size=60)
FUNCTIONS = st.one_of(
    st.text(min_size=1, max_size=80).filter(lambda text: text.isprintable()),
    st.from_regex(r"[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,20}|:\$LATEST)?", fullmatch=True),
    st.from_regex(
        r"arn:aws(-cn|-us-gov)?:lambda:[a-z]{2}-[a-z]{4,9}-[0-9]:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(:[a-z]{1,9})?",
        fullmatch=True,
    ),
)
ENDPOINTS = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["127.0.0.1", "localhost", "lambda.eu-central-1.amazonaws.com", "Mixed.Case", "[::1]"]),
    st.sampled_from(["", ":80", ":443", ":4566", ":65535"]),
    st.sampled_from(["", "/", "/base", "/base/", "/a/b%20c", "/a//b", "/~x/./y", "/x'y(z)*!"]),
)
HEADERS = st.dictionaries(
    st.from_regex(r"[Xx]-[A-Za-z0-9-]{1,20}", fullmatch=True).filter(lambda name: "mz" not in name.lower()),
    st.text(SHOWN, max_size=40),
    max_size=5,
).filter(lambda headers: len({name.lower() for name in headers}) == len(headers))


@settings(max_examples=400, deadline=None)
@given(
    function=FUNCTIONS,
    url=ENDPOINTS,
    headers=HEADERS,
    body=st.binary(max_size=2000),
    key=KEYS,
    secret=KEYS,
    token=st.just("") | st.text(VISIBLE, min_size=1, max_size=400),
    region=st.sampled_from(["eu-central-1", "cn-north-1", "us-gov-west-1", "us-east-1"]),
    service=st.sampled_from(["lambda", "secretsmanager"]),
)
def test_the_signature_is_botocores(
    *,
    function: str,
    url: str,
    headers: dict[str, Any],
    body: bytes,
    key: str,
    secret: str,
    token: str,
    region: str,
    service: str,
):
    endpoint = Endpoint(url)
    path = f"{endpoint.base_path}/2015-03-31/functions/{quote(function, safe='')}/invocations"
    scheme = "https" if endpoint.secure else "http"
    theirs = AWSRequest("POST", f"{scheme}://{endpoint.host_header}{path}", headers=headers, data=body)
    SigV4Auth(BotocoreCredentials(key, secret, token or None), service, region).add_auth(theirs)
    moment = calendar.timegm(time.strptime(theirs.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ"))

    ours = signed_headers(
        path=path,
        host_header=endpoint.host_header,
        headers=headers,
        body=body,
        credentials=Credentials(key, secret, token),
        region=region,
        service=service,
        now=moment + 0.75,
    )

    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours["x-amz-date"] == theirs.headers["X-Amz-Date"]
    assert ours.get("x-amz-security-token") == theirs.headers.get("X-Amz-Security-Token")


@pytest.mark.parametrize(
    "function",
    ["vera-worker", "vera-worker:live", "arn:aws:lambda:eu-central-1:123456789012:function:vera-worker:live"],
)
def test_the_request_on_the_wire_is_addressed_as_boto3s(function: str):
    """boto3 calls the same fake; method, path, host and what makes the call asynchronous are the same."""
    session = botocore.session.Session()
    session.set_credentials("AKID", "secret", "token")
    with lambda_api() as api:
        client = session.create_client(
            "lambda",
            region_name="eu-central-1",
            endpoint_url=f"{api.url}/base",
            config=Config(retries={"mode": "standard"}),
        )
        client.invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")
        client.close()
        receiver = Receiver(
            {
                "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
                "VERA_WORKER_FUNCTION": function,
                "AWS_REGION": "eu-central-1",
                "AWS_ENDPOINT_URL": f"{api.url}/base",
                "AWS_ACCESS_KEY_ID": "AKID",
                "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_SESSION_TOKEN": "token",
            },
            clock=lambda: 1763646900.0,
            write=lambda _line: None,
        )
        receiver(request_of("event_app_mention"))
        receiver.close()

    theirs, ours = api.calls
    assert (ours.method, ours.path) == (theirs.method, theirs.path)
    for name in ("host", "x-amz-invocation-type", "x-amz-security-token"):
        assert ours.headers[name] == theirs.headers[name]
