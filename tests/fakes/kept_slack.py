"""A Slack that keeps connections open, and all the ways in which they can end.

One raw socket server. It tells of each call which connection it came by, answers `{"ok": true}` with what it was
asked, and does the next of `script` instead: an answer, bytes of one's own, or a misbehaviour.
"""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

DROP, DROP_UNREAD, HANG, DRIP = "drop", "drop before the body is read", "hang", "drip"
"""Hang up when a call was read, or its head alone; never answer; answer a byte at a time, without end."""


@dataclass(frozen=True)
class Call:
    """One call as it came, and the number of its connection."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def arguments(self) -> dict[str, Any]:
        """What was asked, sent as JSON or as a form."""
        if self.headers["content-type"].startswith("application/json"):
            return json.loads(self.body or b"{}")
        return dict(parse_qsl(self.body.decode()))


@dataclass
class KeptSlack:
    """What was called, and what will be done about the next calls."""

    tls: ssl.SSLContext | None = None
    calls: list[Call] = field(default_factory=list)
    script: list[Any] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _open: list[socket.socket] = field(default_factory=list)
    _released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The Web API's base."""
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}/api/"

    @property
    def ways(self) -> list[int]:
        """The connections by which the calls came."""
        return [call.connection for call in self.calls]

    def hang_up(self) -> None:
        """Close every connection, as a server does with an idle one."""
        while self._open:
            _shut(self._open.pop())

    @contextmanager
    def serving(self) -> Iterator[KeptSlack]:
        """Listen until the block ends."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            thread = threading.Thread(target=self._serve, args=(listener,))
            thread.start()
            try:
                yield self
            finally:
                self._released.set()
                _shut(listener)
                self.hang_up()
                thread.join()

    def _serve(self, listener: socket.socket) -> None:
        threads = []
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                threads.append(threading.Thread(target=self._converse, args=(connection, self.connections)))
                threads[-1].start()
        for thread in threads:
            thread.join()

    def _converse(self, plain: socket.socket, number: int) -> None:
        with suppress(OSError):
            connection = self.tls.wrap_socket(plain, server_side=True) if self.tls else plain
            with connection, connection.makefile("rb") as reader:
                self._open.append(connection)
                while self._answer(connection, reader, number):
                    pass
                _shut(connection)
        plain.close()

    def _answer(self, connection: socket.socket, reader: Any, number: int) -> bool:
        """Answer one call; return whether another one may come."""
        line, _, head = _head(reader).partition("\r\n")
        if not line:
            return False
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in head.split("\n"))}
        if self.script and self.script[0] == DROP_UNREAD:
            self.script.pop(0)
            return False
        call = Call(line.split()[1], headers, reader.read(int(headers.get("content-length", 0))), number)
        self.calls.append(call)
        step = self.script.pop(0) if self.script else (200, {}, {"ok": True, "asked": call.arguments})
        if isinstance(step, bytes):
            connection.sendall(step)
            return False
        if isinstance(step, tuple):
            connection.sendall(encoded(*step))
            return "close" not in (step[1].get("connection", ""), headers.get("connection", ""))
        if step == HANG:
            self._released.wait()
        if step == DRIP:
            self._drip(connection)
        return False

    def _drip(self, connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nx-drip: " + b"." * 10_000:
            connection.sendall(bytes([byte]))
            if self._released.wait(0.02):
                return


def encoded(status: int, headers: dict[str, str], body: Any) -> bytes:
    """Return an answer as it goes over the wire. A body of bytes is sent as it is, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"content-type": "application/json; charset=utf-8", "content-length": str(len(content)), **headers}
    if "transfer-encoding" in headers:
        del fields["content-length"]
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + content


def _head(reader: Any) -> str:
    head = b""
    while (line := reader.readline()) not in (b"\r\n", b""):
        head += line
    return head.decode()


def _shut(one: socket.socket) -> None:
    with suppress(OSError):  # already gone
        one.shutdown(socket.SHUT_RDWR)
