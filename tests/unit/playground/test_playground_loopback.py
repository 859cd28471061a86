from __future__ import annotations

import asyncio
import http.client
import threading
import urllib.request
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from vera.playground.loopback import LoopbackServer, own_hosts

if TYPE_CHECKING:
    from starlette.requests import Request


async def hello(request: Request):
    return PlainTextResponse("hello")


async def sleep(request: Request):
    request.app.state.reached.set()
    await asyncio.Event().wait()


async def never(request: Request):
    request.app.state.reached.set()
    while (await request.receive())["type"] != "http.disconnect":
        continue
    return PlainTextResponse("")


@pytest.fixture
def app():
    app = Starlette(routes=[Route("/", hello), Route("/never", never), Route("/sleep", sleep)])
    app.state.reached = threading.Event()
    return app


def test_it_serves_on_loopback_alone_at_a_port_known_beforehand(app: Starlette):
    server = LoopbackServer(app)
    assert server.url == f"http://127.0.0.1:{server.port}"

    with server, urllib.request.urlopen(server.url, timeout=5) as response:
        assert response.read() == b"hello"


def test_a_taken_port_is_an_error_at_once(app: Starlette):
    with LoopbackServer(app) as first, pytest.raises(OSError, match="in use"):
        LoopbackServer(app, port=first.port)


def test_stopping_cuts_who_still_waits(app: Starlette):
    cut = []
    with LoopbackServer(app) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)

        def wait():
            connection.request("GET", "/never")
            with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
                connection.getresponse()
            cut.append(True)

        waiter = threading.Thread(target=wait)
        waiter.start()
        assert app.state.reached.wait(5)

    waiter.join(timeout=5)
    connection.close()
    assert cut == [True]


def test_what_is_cut_off_by_the_end_is_no_failure_that_anybody_logs(app: Starlette, caplog: pytest.LogCaptureFixture):
    with LoopbackServer(app) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "/sleep")
        assert app.state.reached.wait(5)

    connection.close()
    assert caplog.records == []


@pytest.mark.parametrize(
    "host", ["rebound.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{port}.example", "[::1]:{port}", ""]
)
def test_a_name_that_only_leads_here_reaches_no_application(app: Starlette, host: str):
    with LoopbackServer(app) as server:
        status, content = get(server.port, host.format(port=server.port))

    assert (status, content) == (403, b"This playground is on 127.0.0.1 alone.")


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}"])
def test_the_names_of_this_machine_reach_it(app: Starlette, host: str):
    with LoopbackServer(app) as server:
        assert get(server.port, host.format(port=server.port)) == (200, b"hello")


def get(port: int, *hosts: str):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.putrequest("GET", "/", skip_host=True)
        for host in hosts:
            connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_two_names_are_none(app: Starlette):
    with LoopbackServer(app) as server:
        status, content = get(server.port, f"127.0.0.1:{server.port}", f"127.0.0.1:{server.port}")

    assert status in (400, 403)
    assert content != b"hello"


@pytest.mark.parametrize(
    ("port", "hosts"),
    [
        (8080, {"127.0.0.1:8080", "localhost:8080"}),
        (80, {"127.0.0.1:80", "localhost:80", "127.0.0.1", "localhost"}),
    ],
)
def test_the_name_alone_is_enough_where_the_port_is_https_own(port: int, hosts: set[str]):
    assert own_hosts(port) == hosts


def test_what_is_interrupted_while_it_starts_can_be_closed(app: Starlette):
    for _ in range(10):
        server = LoopbackServer(app)
        server._thread.start()  # all that a start has done when Ctrl-C comes before it is ready

        server.close()

        assert not server._thread.is_alive()


def test_stopping_what_does_not_serve_yet_or_any_more_does_nothing(app: Starlette):
    server = LoopbackServer(app)

    server._server.stop()
    with server:
        pass
    server._server.stop()

    assert not server._thread.is_alive()


def test_what_was_never_started_can_be_closed(app: Starlette):
    LoopbackServer(app).close()
