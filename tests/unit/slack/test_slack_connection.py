"""Connections that are kept, over the wire: what a call costs, how they end, and what is made again."""

from __future__ import annotations

import datetime as dt
import gc
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from fakes.aws import closed_port
from fakes.kept_slack import DRIP, DROP, DROP_UNREAD, HANG, KeptSlack
from vera.errors import SurfaceUnavailable
from vera.slack.client import QUICK_SECONDS, REPEATABLE, KeptWebClient, no_call_outlasts
from vera.slack.connection import Connections
from vera.slack.web import ask, web_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MINUTE = 60.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def slack() -> Iterator[KeptSlack]:
    with KeptSlack().serving() as slack:
        yield slack


@pytest.fixture
def client(slack: KeptSlack) -> Iterator[KeptWebClient]:
    client = web_client("xoxb-secret", base_url=slack.url)
    yield client
    client.close()


def edit(client: KeptWebClient, text: str = "words") -> Any:
    return ask(client.chat_update, channel="C1", ts="1.5", text=text)


def post(client: KeptWebClient, text: str = "words") -> Any:
    return ask(client.chat_postMessage, channel="C1", text=text)


def read(client: KeptWebClient) -> Any:
    return ask(client.conversations_replies, channel="C1", ts="1.5")


def test_many_calls_share_one_connection(slack: KeptSlack, client: KeptWebClient):
    for call in (post, edit, read, edit):
        call(client)

    assert slack.ways == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param((429, {"retry-after": "1"}, {"ok": False, "error": "ratelimited"}), id="429"),
        pytest.param((503, {}, b"<html>Gateway</html>"), id="a page of HTML"),
        pytest.param((200, {}, b""), id="nothing"),
        pytest.param(
            (200, {"transfer-encoding": "chunked"}, b'5\r\n{"ok"\r\n6\r\n:false\r\n1\r\n}\r\n0\r\n\r\n'), id="chunks"
        ),
    ],
)
def test_a_refusal_costs_no_connection(slack: KeptSlack, client: KeptWebClient, step: Any):
    slack.script = [step]

    with pytest.raises(SurfaceUnavailable):
        edit(client)
    edit(client)

    assert slack.ways == [1, 1]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param((200, {"connection": "close"}, {"ok": True}), id="a farewell"),
        pytest.param(b'HTTP/1.0 200 OK\r\n\r\n{"ok": true}', id="HTTP/1.0"),
        pytest.param(b'HTTP/1.1 200 OK\r\n\r\n{"ok": true}', id="an answer up to the end"),
    ],
)
def test_a_connection_that_ends_with_its_answer_is_not_kept(slack: KeptSlack, client: KeptWebClient, step: Any):
    slack.script = [step]

    assert post(client)["ok"]
    assert post(client)["ok"]

    assert slack.ways == [1, 2]


@pytest.mark.parametrize("call", [post, edit])
def test_a_server_that_hung_up_meanwhile_is_called_anew(
    slack: KeptSlack, client: KeptWebClient, call: Callable[..., Any]
):
    call(client)
    slack.hang_up()

    call(client)

    assert slack.ways == [1, 2]


def test_what_may_be_done_twice_is_made_again_where_a_kept_connection_breaks(slack: KeptSlack, client: KeptWebClient):
    edit(client)
    slack.script = [DROP]

    assert edit(client, "newer")["asked"]["text"] == "newer"

    assert slack.ways == [1, 1, 2]


def test_what_may_not_be_done_twice_is_left_to_who_asked(slack: KeptSlack, client: KeptWebClient):
    edit(client)
    slack.script = [DROP]

    with pytest.raises(SurfaceUnavailable, match="RemoteDisconnected") as raised:
        post(client)

    assert raised.value.maybe_done
    assert slack.ways == [1, 1]


def test_a_new_connection_that_breaks_is_not_tried_again(slack: KeptSlack, client: KeptWebClient):
    slack.script = [DROP]

    with pytest.raises(SurfaceUnavailable) as raised:
        edit(client)

    assert raised.value.maybe_done
    assert slack.ways == [1]


def test_a_connection_that_breaks_twice_is_not_tried_a_third_time(slack: KeptSlack, client: KeptWebClient):
    edit(client)
    slack.script = [DROP, DROP]

    with pytest.raises(SurfaceUnavailable):
        edit(client)

    assert slack.ways == [1, 1, 2]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(b"HTTP/1.1 20", id="half a status"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-len", id="half a header"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{}", id="half a body"),
        pytest.param(b"SMTP ready\r\n\r\n", id="something else"),
    ],
)
def test_what_has_begun_to_be_answered_is_not_asked_again(slack: KeptSlack, client: KeptWebClient, step: bytes):
    edit(client)
    slack.script = [step]

    with pytest.raises(SurfaceUnavailable) as raised:
        edit(client)

    assert raised.value.maybe_done
    assert slack.ways == [1, 1]


@pytest.mark.parametrize("call", [post, edit])
def test_a_call_that_could_not_be_sent_whole_is_made_again_whatever_it_is(
    slack: KeptSlack, client: KeptWebClient, call: Callable[..., Any]
):
    call(client)
    slack.script = [DROP_UNREAD]

    call(client, "words " * 4_000_000)

    assert slack.ways == [1, 2]


def test_a_call_that_could_not_be_sent_whole_was_not_done(slack: KeptSlack, client: KeptWebClient):
    slack.script = [DROP_UNREAD]

    with pytest.raises(SurfaceUnavailable) as raised:
        post(client, "words " * 4_000_000)

    assert not raised.value.maybe_done


IDLE = {
    "a post, soon": (False, 3.9, 1),
    "a post, later": (False, 4.1, 2),
    "an edit, later": (True, 4.1, 1),
    "an edit, much later": (True, 20.1, 2),
    "the clock was put back": (True, -MINUTE, 2),
}


@pytest.mark.parametrize(("repeatable", "seconds", "connections"), IDLE.values(), ids=IDLE)
def test_what_lay_idle_for_long_is_not_used(slack: KeptSlack, *, repeatable: bool, seconds: float, connections: int):
    clock = Clock()
    kept = Connections(slack.url, clock=clock)
    kept.post("/api/auth.test", {"content-type": "application/json"}, b"", seconds=5)

    clock.now += seconds
    kept.post("/api/chat.update", {"content-type": "application/json"}, b"", seconds=5, repeatable=repeatable)
    kept.close()

    assert slack.connections == connections


@pytest.mark.parametrize("trouble", [HANG, DRIP])
@pytest.mark.parametrize("kept", [True, False], ids=["on a kept connection", "on a new one"])
def test_an_answer_has_its_time_in_all_and_is_not_asked_for_again(slack: KeptSlack, *, trouble: str, kept: bool):
    client = web_client("xoxb-secret", base_url=slack.url, timeout_seconds=0.2)
    if kept:
        edit(client)
    slack.script = [trouble]

    with pytest.raises(SurfaceUnavailable, match="TimeoutError") as raised:
        edit(client)

    assert raised.value.maybe_done
    assert slack.connections == 1


def test_a_call_ends_with_the_time_that_is_left(slack: KeptSlack, client: KeptWebClient):
    slack.script = [HANG]

    with no_call_outlasts(0.2), pytest.raises(SurfaceUnavailable, match="TimeoutError") as hung:
        edit(client)
    with no_call_outlasts(0), no_call_outlasts(MINUTE), pytest.raises(SurfaceUnavailable) as late:
        edit(client)
    edit(client)

    assert (hung.value.maybe_done, late.value.maybe_done) == (True, False)
    assert len(slack.calls) == 2


def test_a_status_and_an_edit_are_waited_for_less_long_than_the_rest():
    assert max(QUICK_SECONDS.values()) < web_client("xoxb-secret").timeout


def test_a_server_that_does_not_take_the_call_costs_the_time_of_one_and_was_not_asked():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        with socket.socket() as first, socket.socket() as second:  # they fill the queue that nobody looks after
            for waiting in (first, second):
                waiting.setblocking(False)
                waiting.connect_ex(("127.0.0.1", port))
            client = web_client("xoxb-secret", base_url=f"http://127.0.0.1:{port}/api/", timeout_seconds=0.2)

            with pytest.raises(SurfaceUnavailable, match="TimeoutError") as raised:
                post(client)

    assert not raised.value.maybe_done


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:port/api/", "ValueError"),
        ("http://släck.example/api/", "URLError"),
        ("http:///api/", "gaierror"),
    ],
)
def test_an_address_that_is_none_was_not_reached(url: str, reason: str):
    with pytest.raises(SurfaceUnavailable, match=reason) as raised:
        post(web_client("xoxb-secret", base_url=url))

    assert not raised.value.maybe_done


def test_addresses_are_tried_until_one_answers(slack: KeptSlack, monkeypatch: pytest.MonkeyPatch):
    with closed_port() as nobody:
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(nobody.rpartition(":")[2]))),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", slack.port)),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

        assert post(web_client("xoxb-secret", base_url="http://slack.example/api/"))["ok"]

        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
        with pytest.raises(SurfaceUnavailable):
            post(web_client("xoxb-secret", base_url="http://slack.example/api/"))


@pytest.mark.parametrize("token", ["xoxb\r\nx-evil: 1", "xoxb\nx", "xöxb"])
def test_a_token_that_would_break_the_request_apart_is_not_sent(slack: KeptSlack, token: str):
    with pytest.raises(SurfaceUnavailable) as raised:
        post(web_client(token, base_url=slack.url))

    assert not raised.value.maybe_done
    assert "evil" not in str(raised.value)
    assert slack.calls == []


def test_threads_never_share_a_connection(slack: KeptSlack, client: KeptWebClient):
    texts = [str(number) for number in range(200)]

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda text: edit(client, text)["asked"]["text"], texts))

    assert answers == texts
    assert slack.connections <= 12 + len(texts) // 8


def test_a_redirect_is_not_followed(slack: KeptSlack, client: KeptWebClient):
    slack.script = [(302, {"location": f"{slack.url}chat.delete"}, b"")]

    with pytest.raises(SurfaceUnavailable, match="HTTP 302"):
        post(client)

    assert [call.path for call in slack.calls] == ["/api/chat.postMessage"]


def test_what_is_closed_can_be_used_again(slack: KeptSlack):
    client = web_client("xoxb-secret", base_url=slack.url)
    edit(client)
    client.close()
    edit(client)
    client.close()

    assert slack.ways == [1, 2]


def test_a_client_that_is_forgotten_leaves_no_socket_open(slack: KeptSlack):
    client = web_client("xoxb-secret", base_url=slack.url)
    edit(client)

    del client
    gc.collect()  # a socket that is left open would warn, and a warning fails a test

    assert slack.connections == 1


def test_what_is_repeatable_is_what_the_client_has_a_method_for():
    assert [
        each for each in REPEATABLE | QUICK_SECONDS.keys() if not hasattr(KeptWebClient, each.replace(".", "_"))
    ] == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate for localhost that only itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(secret + signed.public_bytes(pem))
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[KeptSlack]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with KeptSlack(context).serving() as slack:
        yield slack


def test_a_connection_over_tls_is_kept_and_trusts_what_the_environment_says(
    secure: KeptSlack, certificate: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = web_client("xoxb-secret", base_url=secure.url)

    post(client)
    edit(client)
    secure.hang_up()
    post(client)
    client.close()

    assert secure.ways == [1, 1, 2]


@pytest.mark.parametrize(
    ("trusted", "host"), [(False, "localhost"), (True, "127.0.0.1")], ids=["nobody vouches for it", "another's"]
)
def test_a_wrong_certificate_is_refused_and_nothing_was_done(
    secure: KeptSlack, certificate: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: bool, host: str
):
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = web_client("xoxb-secret", base_url=secure.url.replace("localhost", host))

    with pytest.raises(SurfaceUnavailable, match="SSLCertVerificationError") as raised:
        post(client)

    assert not raised.value.maybe_done
    assert secure.calls == []


def test_a_server_that_speaks_no_tls_was_not_asked():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/api/"

        with pytest.raises(SurfaceUnavailable, match="TimeoutError") as raised:
            post(web_client("xoxb-secret", base_url=url, timeout_seconds=0.2))

    assert not raised.value.maybe_done


def test_an_answer_that_came_is_told_from_one_that_did_not(slack: KeptSlack):
    kept = Connections(slack.url)
    slack.script = [b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n"]

    with pytest.raises(HTTPException):
        kept.post("/", {"content-type": ""}, b"", seconds=5)
    with pytest.raises(URLError):
        kept.post("/", {}, b"", seconds=-1)
