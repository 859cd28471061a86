"""What AWS and the network can do to the receiver's call, and that Slack always hears something in time."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from fakes.lambda_api import DRIP, DROP, DROP_UNREAD, HANG, LambdaApi
from fakes.receiving import Clock, Logged
from fakes.slack_requests import request_of, sample
from vera.receiver import Receiver
from vera.receiver.connection import Connections, Deadline, Unavailable
from vera.receiver.environment import Endpoint
from vera.receiver.receive import BUDGET_SECONDS

REFUSALS = {
    "throttled": (429, {"x-amzn-errortype": "TooManyRequestsException"}, "429 TooManyRequestsException"),
    "no right": (403, {"x-amzn-errortype": "AccessDeniedException:http://a.b/c"}, "403 AccessDeniedException"),
    "no such function": (404, {"x-amzn-errortype": "ResourceNotFoundException"}, "404 ResourceNotFoundException"),
    "too large": (413, {"x-amzn-errortype": "RequestTooLargeException"}, "413 RequestTooLargeException"),
    "an internal error": (500, {"x-amzn-errortype": "ServiceException"}, "500 ServiceException"),
    "unavailable": (503, {}, "503"),
    "a redirect": (302, {"location": "http://127.0.0.1:1/"}, "302"),
    "answered in place": (200, {}, "200"),
    "a name that is none": (500, {"x-amzn-errortype": "<b>secret sentence</b>"}, "500"),
    "a name without end": (500, {"x-amzn-errortype": "E" * 5000}, "500"),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_whatever_is_not_accepted_is_503_and_named_in_the_log(
    receiver: Receiver, api: LambdaApi, logged: Logged, refusal: Any
):
    status, headers, logged_error = refusal
    api.script = [(status, headers, b'{"Message":"quotes the body"}')]

    answer = receiver(request_of("event_app_mention"))

    assert answer == {"statusCode": 503, "body": ""}
    assert logged.last["level"] == "ERROR"
    assert logged.last["message"] == "The worker could not be reached"
    assert logged.last["error"] == logged_error
    assert "quotes" not in logged.text


def test_one_connection_is_kept_for_many_requests(receiver: Receiver, api: LambdaApi):
    statuses = [receiver(request_of("event_app_mention"))["statusCode"] for _ in range(5)]

    assert statuses == [200] * 5
    assert len(api.invokes) == 5
    assert api.connections == 1


def test_a_connection_is_kept_after_a_refusal_with_a_body(receiver: Receiver, api: LambdaApi):
    api.script = [(429, {}, b'{"Message":"slow down"}')]

    receiver(request_of("event_app_mention"))
    receiver(request_of("event_app_mention"))

    assert api.connections == 1


@pytest.mark.parametrize(
    "step",
    [
        pytest.param((202, {"connection": "close"}, b""), id="closing"),
        pytest.param((202, {"connection": "close"}, b"{}"), id="closing after a body"),
    ],
)
def test_a_connection_that_the_server_closes_is_not_kept(receiver: Receiver, api: LambdaApi, step: Any):
    api.script = [step]

    statuses = [receiver(request_of("event_app_mention"))["statusCode"] for _ in range(2)]

    assert statuses == [200, 200]
    assert api.connections == 2
    assert len(api.invokes) == 2


def test_an_answer_in_chunks_is_read_whole_and_the_connection_kept(receiver: Receiver, api: LambdaApi):
    api.script = [(202, {"transfer-encoding": "chunked"}, b"2\r\n{}\r\n0\r\n\r\n")]

    statuses = [receiver(request_of("event_app_mention"))["statusCode"] for _ in range(2)]

    assert statuses == [200, 200]
    assert api.connections == 1


def test_a_kept_connection_that_was_dropped_meanwhile_is_opened_again(receiver: Receiver, api: LambdaApi):
    receiver(request_of("event_app_mention"))
    api.drop_connections()

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 200
    assert api.connections == 2
    assert len(api.invokes) == 2


@pytest.mark.parametrize("trouble", [DROP, DROP_UNREAD], ids=["after the request", "before it"])
def test_a_connection_that_breaks_is_tried_once_more(receiver: Receiver, api: LambdaApi, trouble: Any):
    api.script = [trouble]

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 200
    assert api.connections == 2


def test_a_connection_that_breaks_twice_is_503(receiver: Receiver, api: LambdaApi):
    api.script = [DROP, DROP, DROP]

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 503
    assert len(api.invokes) == 2


BROKEN = {
    "half a body": (202, {"connection": "close", "content-length": "5"}, b"ab"),
    "half a chunk": (202, {"connection": "close", "transfer-encoding": "chunked"}, b"ff\r\nab"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_half_an_answer_is_no_answer(receiver: Receiver, api: LambdaApi, logged: Logged, broken: Any):
    api.script = [broken, broken]

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 503
    assert logged.last["error"] == "BrokenAnswer"
    assert len(api.invokes) == 2


def test_a_server_that_speaks_something_else_is_503(make_receiver: Callable[..., Receiver], logged: Logged):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        receiver = make_receiver(AWS_ENDPOINT_URL=f"https://127.0.0.1:{listener.getsockname()[1]}", budget_seconds=0.1)

        answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 503
    assert logged.last["error"] == "TimeoutError"


@pytest.mark.parametrize("trouble", [HANG, DRIP], ids=["hangs", "drips its answer byte by byte"])
def test_a_server_that_never_ends_costs_no_more_than_the_budget(
    make_receiver: Callable[..., Receiver], api: LambdaApi, logged: Logged, trouble: Any
):
    api.script = [trouble]
    receiver = make_receiver(budget_seconds=0.2)
    began = time.monotonic()

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 503
    assert 0.15 < time.monotonic() - began < 1.0
    assert logged.last["error"] == "TimeoutError"
    assert api.connections == 1


@pytest.mark.parametrize("trouble", [HANG, DRIP], ids=["hangs", "drips"])
def test_a_kept_connection_that_is_dead_without_saying_so_leaves_time_for_a_new_one(
    make_receiver: Callable[..., Receiver], api: LambdaApi, trouble: Any
):
    receiver = make_receiver(budget_seconds=0.6)
    receiver(request_of("event_app_mention"))
    api.script = [trouble]

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 200
    assert api.connections == 2


def test_a_server_that_never_ends_is_given_up_within_the_budget_kept_connection_or_not(
    make_receiver: Callable[..., Receiver], api: LambdaApi
):
    receiver = make_receiver(budget_seconds=0.3)
    receiver(request_of("event_app_mention"))
    api.script = [HANG, HANG]
    began = time.monotonic()

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 503
    assert time.monotonic() - began < 1.0


def test_a_port_where_nobody_listens_is_503(make_receiver: Callable[..., Receiver], logged: Logged):
    receiver = make_receiver(AWS_ENDPOINT_URL="http://127.0.0.1:1")

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 503
    assert logged.last["error"] == "ConnectionRefusedError"


def test_the_budget_leaves_a_third_of_slacks_three_seconds():
    assert BUDGET_SECONDS <= 2.0


@pytest.mark.parametrize(
    ("function", "path"),
    [
        ("vera-worker", "vera-worker"),
        ("vera-worker:live", "vera-worker%3Alive"),
        (
            "arn:aws:lambda:eu-central-1:123456789012:function:vera-worker:live",
            "arn%3Aaws%3Alambda%3Aeu-central-1%3A123456789012%3Afunction%3Avera-worker%3Alive",
        ),
        ("123456789012:function:vera-worker:$LATEST", "123456789012%3Afunction%3Avera-worker%3A%24LATEST"),
    ],
)
def test_the_worker_may_be_a_name_or_an_arn_with_or_without_an_alias(
    make_receiver: Callable[..., Receiver], api: LambdaApi, function: str, path: str
):
    receiver = make_receiver(VERA_WORKER_FUNCTION=function)

    receiver(request_of("event_app_mention"))

    (invoke,) = api.invokes
    assert invoke.method == "POST"
    assert invoke.path == f"/2015-03-31/functions/{path}/invocations"
    assert invoke.function == function


def test_credentials_are_read_anew_at_each_call(
    variables: dict[str, str], clock: Clock, logged: Logged, api: LambdaApi
):
    token = variables["AWS_SESSION_TOKEN"]
    receiver = Receiver(variables, clock=clock, write=logged)
    receiver(request_of("event_app_mention"))
    variables |= {"AWS_ACCESS_KEY_ID": "AKIDROTATED", "AWS_SESSION_TOKEN": ""}
    receiver(request_of("event_app_mention"))
    receiver.close()

    first, second = api.invokes
    assert "Credential=AKIDEXAMPLE/" in first.headers["authorization"]
    assert first.headers["x-amz-security-token"] == token
    assert "Credential=AKIDROTATED/" in second.headers["authorization"]
    assert "x-amz-security-token" not in second.headers


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_without_credentials_it_is_503_and_the_log_says_why(
    make_receiver: Callable[..., Receiver], api: LambdaApi, logged: Logged, missing: str
):
    receiver = make_receiver(**{missing: None})

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 503
    assert logged.last["error"] == "no AWS credentials in the environment"
    assert api.calls == []


@pytest.mark.parametrize("token", ["a\r\nx-evil: 1", "a\nb", "a\rb", "ü"])
def test_a_credential_that_would_break_the_request_apart_is_never_sent(
    make_receiver: Callable[..., Receiver], api: LambdaApi, token: str
):
    receiver = make_receiver(AWS_SESSION_TOKEN=token)

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 503
    assert api.calls == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory):
    """Return a file with a key and a certificate for localhost that only itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(secret + signed.public_bytes(pem))
    return str(file)


@pytest.fixture
def tls_server(certificate: str):
    """Accept one connection over TLS, answer one request with 202; yields the certificate's file and the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve():
        connection, _ = listener.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as speaking:
                speaking.recv(65536)
                speaking.sendall(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
        except OSError:  # the client wants no such certificate
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=serve)
        thread.start()
        yield certificate, listener.getsockname()[1]
        thread.join()


def test_tls_is_spoken_where_the_endpoint_says_so_and_trusts_the_bundle_it_is_given(tls_server: tuple[str, int]):
    bundle, port = tls_server
    connections = Connections(Endpoint(f"https://127.0.0.1:{port}"), ca_bundle=bundle)

    answer = connections.post("/", {"host": "localhost"}, b"hello", deadline=Deadline(2.0))
    connections.close()

    assert answer.status == 202


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_server: tuple[str, int]):
    _, port = tls_server
    connections = Connections(Endpoint(f"https://127.0.0.1:{port}"))

    with pytest.raises(Unavailable, match="SSLCertVerificationError"):
        connections.post("/", {"host": "localhost"}, b"hello", deadline=Deadline(2.0))


def test_two_requests_at_once_never_share_a_connection(receiver: Receiver, api: LambdaApi):
    statuses = []

    def ask():
        statuses.append(receiver(request_of("event_app_mention"))["statusCode"])

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 12
    assert len(api.invokes) == 12
    assert all(invoke.payload["payload"] == sample("event_app_mention") for invoke in api.invokes)
