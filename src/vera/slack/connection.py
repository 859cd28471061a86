"""Connections to Slack that are kept between calls, each call under one deadline.

slack_sdk opens a connection for every call: over half of an edit's processor time, and two round trips before Slack
hears of it. Two invariants: threads never share a connection, and nothing is sent twice that may not be done twice.
A connection can break just when it is used again; then a request is made once more only where it did not go out whole,
or where its doubling is harmless and no byte of an answer had come. `tests/unit/slack/test_slack_connection.py` proves
both over the wire.

What could not be sent raises `URLError`, as urllib's own calls do; any other error leaves open what became of it.
"""

from __future__ import annotations

import io
import select
import socket
import ssl
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.error import URLError
from urllib.parse import urlsplit

from vera.slack.answer import read_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed import WriteableBuffer

    from vera.slack.answer import Answer

__all__ = ["Connections"]

_IDLE_SECONDS: Final = 4.0
"""How long a connection may have lain idle that is used for what may not be done twice: servers customarily hang up
after 5 s at the soonest, and it may happen while the request is on its way."""

_IDLE_SECONDS_IF_REPEATABLE: Final = 20.0
"""… for what may be done twice. Beyond, Lambda may have frozen the process, and a NAT forgotten the connection."""

_MOST_KEPT: Final = 8


class Connections:
    """POSTs to the host of one URL, from any number of threads."""

    def __init__(self, url: str, tls: ssl.SSLContext | None = None, *, clock: Callable[[], float] = time.time) -> None:
        """Open nothing yet. `tls` is for `https`, by default as Python verifies; `clock` tells how long one lay idle.

        It is the wall's: Python's monotonic one need not count while the process is frozen.
        """
        self._address = urlsplit(url)
        self._tls = (tls or ssl.create_default_context()) if self._address.scheme == "https" else None
        self._clock = clock
        self._idle: list[_Line] = []
        # Without `close`, the sockets are closed when this is forgotten; Python would warn of each.
        weakref.finalize(self, _close_all, self._idle)

    def post(
        self, target: str, headers: Mapping[str, str], body: bytes, *, seconds: float, repeatable: bool = False
    ) -> Answer:
        """Send, and return the answer; all of it takes `seconds` at most, but for looking up the host's name.

        `repeatable` is what may be done twice. Raises `URLError` where the request did not go out whole, any other
        `OSError` or an `HTTPException` where the answer did not come.
        """
        request = self._head(target, headers, len(body)) + body
        until = time.monotonic() + seconds
        kept = self._kept(_IDLE_SECONDS_IF_REPEATABLE if repeatable else _IDLE_SECONDS)
        if kept:
            try:
                return self._exchange(kept, request, until)
            except URLError:
                pass  # it did not go out whole
            except ConnectionError:
                if kept.was_heard or not repeatable:
                    raise
            self.close()  # what lay beside a broken connection is older than it
        return self._exchange(self._open(until), request, until)

    def close(self) -> None:
        """Close what is idle; the next call opens anew."""
        _close_all(self._idle)

    def _head(self, target: str, headers: Mapping[str, str], length: int) -> bytes:
        host = self._address.netloc.rpartition("@")[2]
        fields = {"Host": host, "Accept-Encoding": "identity", "Content-Length": str(length), **headers}
        lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        head = "\r\n".join(lines)
        if head.count("\n") != len(fields) or head.count("\r") != len(fields) or not head.isascii():
            raise URLError("a header to send is malformed")
        return f"{head}\r\n\r\n".encode()

    def _kept(self, idle_seconds: float) -> _Line | None:
        """Take the youngest of the connections, unless it is too old or the server has hung up meanwhile."""
        while True:
            try:
                line = self._idle.pop()  # atomic, where a look before it would not be
            except IndexError:
                return None
            if 0 <= self._clock() - line.idle_since <= idle_seconds and line.is_quiet:
                return line
            line.close()

    def _exchange(self, line: _Line, request: bytes, until: float) -> Answer:
        line.until, line.was_heard = until, False
        try:
            line.send(request)
            answer = read_answer(io.BufferedReader(_Reading(line)))
        except BaseException:
            line.close()
            raise
        if answer.reusable and len(self._idle) < _MOST_KEPT:
            line.idle_since = self._clock()
            self._idle.append(line)
        else:
            line.close()
        return answer

    def _open(self, until: float) -> _Line:
        try:
            host = (self._address.hostname or "").encode()  # given text, Python imports its tables of Unicode
            plain = _connected(host, self._address.port or (443 if self._tls else 80), until)
            try:
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._tls is None:
                    return _Line(plain)
                plain.settimeout(_left(until))
                return _Line(self._tls.wrap_socket(plain, server_hostname=host))
            except BaseException:
                plain.close()
                raise
        except (OSError, ValueError) as error:  # ValueError: a URL whose host or port is none
            raise URLError(error) from error


class _Line:
    """One open socket, every wait on which ends at `until`."""

    __slots__ = ("_socket", "idle_since", "until", "was_heard")

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self.idle_since = self.until = 0.0
        self.was_heard = False

    @property
    def is_quiet(self) -> bool:
        """Whether nothing came in while it was idle: what then comes is the server's farewell."""
        waiting = select.poll()
        waiting.register(self._socket, select.POLLIN)
        return not waiting.poll(0)

    def send(self, request: bytes) -> None:
        """Hand all of a request to the system. Where that fails, the server lacks its end and cannot act on it."""
        try:
            self._socket.settimeout(_left(self.until))
            self._socket.sendall(request)
        except OSError as error:
            raise URLError(error) from error

    def receive_into(self, buffer: WriteableBuffer) -> int:
        self._socket.settimeout(_left(self.until))
        received = self._socket.recv_into(buffer)
        self.was_heard = self.was_heard or received > 0
        return received

    def close(self) -> None:
        self._socket.close()


class _Reading(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        return self._line.receive_into(buffer)


def _close_all(idle: list[_Line]) -> None:
    with suppress(IndexError):  # until there are none: a look beforehand would not be atomic
        while True:
            idle.pop().close()


def _left(until: float) -> float:
    """Return the seconds left, more than none; raises `TimeoutError` when they are used up."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the time for this call is used up")
    return seconds


def _connected(host: bytes, port: int, until: float) -> socket.socket:
    """Connect to the first address that answers: a silent one leaves the others their share of the time."""
    refused: OSError | None = None
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for tried, (family, kind, protocol, _, address) in enumerate(found):
        one = socket.socket(family, kind, protocol)
        try:
            one.settimeout(_left(until) / (len(found) - tried))
            one.connect(address)
        except OSError as error:
            one.close()
            refused = error
        else:
            return one
    raise refused or OSError("the host has no address")
