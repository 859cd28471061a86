"""An ASGI application on 127.0.0.1, served from a thread of its own.

The port is bound before `__init__` returns, so the address is known and a taken port is the caller's OSError. An
endpoint reaches its connection as `request.state.transport`, to cut it. Other sites' pages can make a browser send
requests here, under names that lead to 127.0.0.1 too: so what is asked for under any other name than loopback's own is
refused before the application sees it. Stopping cuts every connection and takes no time: whoever waits on loopback has
been told. Held by `test_playground_loopback.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Self, cast

import uvicorn
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_HTTP_PORT = 80


class LoopbackServer:
    """One server: `with LoopbackServer(app) as server: … server.url`. `port` 0 takes a free one."""

    def __init__(self, app: ASGIApp, *, port: int = 0) -> None:
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = _Server(app, hosts=own_hosts(self.port))
        self._thread = threading.Thread(target=self._serve, name=f"loopback-{self.port}", daemon=True)

    def start(self) -> Self:
        """Serve; return once it does."""
        self._thread.start()
        self._server.ready.wait()
        return self

    def close(self) -> None:
        """Cut every connection and stop."""
        if self._thread.is_alive():
            self._server.ready.wait()  # who is interrupted while it starts closes it before it is
            self._server.stop()
            self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._server.ready.set()


class _Server(uvicorn.Server):
    def __init__(self, app: ASGIApp, *, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts
        super().__init__(
            uvicorn.Config(
                self._answer,
                interface="asgi3",
                http=_Cuttable,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                date_header=False,
                server_header=False,
                timeout_keep_alive=300,
            )
        )
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End the main loop, from any thread, where there is one."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._stop.set)

    async def main_loop(self) -> None:
        """Serve until told to stop, without uvicorn's tick ten times a second."""
        self._loop = asyncio.get_running_loop()
        self.ready.set()
        await self._stop.wait()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and be silent about what was cut off by the end: uvicorn would log it as a failure."""
        named = [host.lower() for host in Headers(scope=scope).getlist("host")]
        known = len(named) == 1 and named[0] in self._hosts
        answer = self._app if known else PlainTextResponse("This playground is on 127.0.0.1 alone.", 403)
        try:
            await answer(scope, receive, send)
        except asyncio.CancelledError:
            if not self._stop.is_set():
                raise

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cut connections and cancel what is still being answered."""
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        tasks = list(self.server_state.tasks)
        for connection in list(self.server_state.connections):
            cast("_Cuttable", connection).transport.abort()
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


class _Cuttable(H11Protocol):
    """HTTP/1.1 that shows each request its transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = self.app_state | {"transport": transport}
        super().connection_made(transport)


def own_hosts(port: int) -> frozenset[str]:
    """Return what a Host header may say of a server on this port, in lower case: browsers leave out HTTP's own."""
    names = ("127.0.0.1", "localhost")
    return frozenset(f"{name}:{port}" for name in names).union(names if port == _HTTP_PORT else ())


def _bound(port: int) -> socket.socket:
    # asyncio turns Nagle's delay off only where the socket is known to be TCP's: 40 ms a call on kept connections.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(256)
    except OSError:
        listening.close()
        raise
    return listening
