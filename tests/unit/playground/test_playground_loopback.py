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

from vera.playground.loopback import LoopbackServer

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


def test_what_was_never_started_can_be_closed(app: Starlette):
    LoopbackServer(app).close()
