"""What happens, told to every open page as it happens: server-sent events.

A page is told of what its person may see, in order, from its hello on: hello is taken and the page's place in line
with it, under the workspace's lock, so nothing is lost between. Whoever tells never waits; a page that does not read is
cut off, and begins anew with a hello. Held by `test_playground_stream.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from typing import TYPE_CHECKING, Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from vera.playground.page.fields import encoded
from vera.playground.page.views import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from vera.playground.page.views import Views
    from vera.playground.slack.values import Change, Json
    from vera.playground.slack.workspace import Workspace

KEEP_ALIVE_SECONDS = 15.0
MOST_HELD_BYTES = 8 * 1024 * 1024
_UNSEEN = ("called", "pressed", "stopped")


class Told(Protocol):
    """Something that tells of what happens to it (`Switches`, `Inspection`): JSON objects, in order."""

    def listen(self, listener: Callable[[Json], None], /) -> None:
        """Call `listener`, on any thread, with each from now on; it does not block."""


class Connection:
    """One open page: who it is, and what it has not been sent yet. Everything but `put` is its loop's."""

    def __init__(self, who: str, *, cut: Callable[[], None], most_held_bytes: int) -> None:
        self.who = who
        self._cut = cut
        self._most_held_bytes = most_held_bytes
        self._held_bytes = 0
        self._loop = asyncio.get_running_loop()
        self._frames: asyncio.Queue[bytes] = asyncio.Queue()

    def put(self, frame: bytes) -> None:
        """Add what is to be sent, from any thread. After the loop's end it goes nowhere."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._hold, frame)

    async def next(self) -> bytes:
        """Return what is to be sent next."""
        frame = await self._frames.get()
        self._held_bytes -= len(frame)
        return frame

    def _hold(self, frame: bytes) -> None:
        if self._held_bytes + len(frame) > self._most_held_bytes:
            self._cut()
            return
        self._held_bytes += len(frame)
        self._frames.put_nowait(frame)


class Streams:
    """All open pages of one workspace. `extra` is what a hello holds beside what the workspace knows."""

    def __init__(
        self, workspace: Workspace, views: Views, *, switches: Told, inspection: Told, extra: Callable[[], Json]
    ) -> None:
        self.epoch = secrets.token_hex(8)
        self._workspace = workspace
        self._views = views
        self._extra = extra
        self._lock = threading.Lock()
        self._connections: tuple[Connection, ...] = ()
        workspace.listen(self._changed)
        switches.listen(lambda state: self.tell("switches", state))
        inspection.listen(lambda entry: self.tell("note", entry))

    def open(self, connection: Connection) -> bytes:
        """Put a page in line, and return its hello."""
        with self._workspace.lock:
            hello = self._views.hello(connection.who)
            with self._lock:
                self._connections = (*self._connections, connection)
        return framed("hello", {"epoch": self.epoch} | hello | self._extra())

    def close(self, connection: Connection) -> None:
        """Forget a page."""
        with self._lock:
            self._connections = tuple(one for one in self._connections if one is not connection)

    def tell(self, event: str, data: Json, *, to: Callable[[str], bool] = lambda _: True) -> None:
        """Tell every page whose person is meant."""
        meant = [connection for connection in self._connections if to(connection.who)]
        frame = framed(event, data) if meant else b""
        for connection in meant:
            connection.put(frame)

    def _changed(self, change: Change) -> None:
        """Tell of a change in the workspace. Called under its lock."""
        if not self._connections or change.kind in _UNSEEN:
            return
        if change.kind == "furnished":
            for connection in self._connections:
                told = {"number": change.number} | self._views.directory(connection.who)
                connection.put(framed("furnished", told))
            return
        members = self._workspace.channel(change.channel).members
        meant = members if change.kind != "whispered" else (change.detail["to"],)
        if change.kind in ("status", "session"):
            frame = framed(change.kind, {"number": change.number, "channel": change.channel} | change.detail)
        else:
            frame = framed("change", self._told(change))
        for connection in self._connections:
            if connection.who in meant:
                connection.put(frame)

    def _told(self, change: Change) -> Json:
        thread_ts = (change.message or change.previous or {}).get("thread_ts", "")
        told: Json = {
            "number": change.number,
            "kind": change.kind,
            "channel": change.channel,
            "ts": change.ts,
            "actor": change.actor,
            "message": change.message and shown(change.message),
            "thread_ts": thread_ts,
        }
        if thread_ts and thread_ts != change.ts:
            root = self._workspace.message(change.channel, thread_ts)
            told["root"] = root and shown(root)
        return told


class EventStream(Response):
    """The answer that doesn't end until its reader goes or the server stops."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, who: str, *, keep_alive_seconds: float, most_held_bytes: int) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers({"x-accel-buffering": "no"})
        self._streams = streams
        self._who = who
        self._keep_alive_seconds = keep_alive_seconds
        self._most_held_bytes = most_held_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is told, until the reader goes. Being cancelled is the server's end, and no fault."""
        cut = scope["state"]["transport"].abort
        connection = Connection(self._who, cut=cut, most_held_bytes=self._most_held_bytes)
        try:
            hello = await run_in_threadpool(self._streams.open, connection)
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send(connection, hello, send))
                await _gone(receive)
                sending.cancel()
        except asyncio.CancelledError:
            return
        finally:
            self._streams.close(connection)

    async def _send(self, connection: Connection, hello: bytes, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        frame = hello
        while True:
            await send({"type": "http.response.body", "body": frame, "more_body": True})
            try:
                async with asyncio.timeout(self._keep_alive_seconds):
                    frame = await connection.next()
            except TimeoutError:
                frame = b":\n\n"


def framed(event: str, data: Any) -> bytes:
    """Return one event as it is sent."""
    return b"event: %b\ndata: %b\n\n" % (event.encode(), encoded(data))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
