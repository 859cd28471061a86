"""Connections to one host that are kept between requests, under one deadline for all that a request waits for.

Slack waits three seconds, and a socket's own timeout counts each wait by itself: several addresses or a server that
drips its answer would add up. So every connect, send and receive gets what is left of one `Deadline`.

A request is sent again, once, on a new connection when the first broke: only requests whose doubling is harmless may
be made here. Connections lie in a list that requests pop from, so threads never share one. Proved by
tests/unit/receiver/test_receiver_wire.py.
"""

from __future__ import annotations

import socket
import ssl
import time

from vera.receiver.answer import Answer, read_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vera.receiver.environment import Endpoint

KEPT_SHARE = 1 / 3
"""Of the time left, what a kept connection may take: after a freeze or behind NAT it can be dead and nobody said so."""
MOST_KEPT = 8


class Unavailable(Exception):
    """A service gave no usable answer; the reason holds no content, and may be logged."""


class Deadline:
    """A moment up to which one may wait."""

    __slots__ = ("_monotonic", "_until")

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin now."""
        self._monotonic = monotonic
        self._until = monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left, more than none; raises TimeoutError when they are used up."""
        seconds = self._until - self._monotonic()
        if seconds <= 0:
            raise TimeoutError("the deadline is past")
        return seconds

    def share(self, part: float) -> Deadline:
        """Return an earlier deadline, after this part of what is left."""
        return Deadline(self.left() * part, self._monotonic)


class _Line:
    """One open socket, every wait on which ends at `deadline`; that is set anew for each request."""

    __slots__ = ("_socket", "deadline")

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self.deadline = deadline

    def send(self, data: bytes) -> None:
        self._socket.settimeout(self.deadline.left())
        self._socket.sendall(data)  # sendall's timeout is for the whole of it

    def receive(self) -> bytes:
        self._socket.settimeout(self.deadline.left())
        return self._socket.recv(65536)

    def close(self) -> None:
        self._socket.close()


class Connections:
    """POSTs to one endpoint."""

    __slots__ = ("_ca_bundle", "_endpoint", "_idle", "_tls")

    def __init__(self, endpoint: Endpoint, *, ca_bundle: str = "") -> None:
        """Open nothing yet; `ca_bundle` is a file of certificates to trust instead of the system's."""
        self._endpoint = endpoint
        self._ca_bundle = ca_bundle
        self._idle: list[_Line] = []
        self._tls: ssl.SSLContext | None = None

    def post(self, path: str, headers: Mapping[str, str], body: bytes, *, deadline: Deadline) -> Answer:
        """Send and return the answer, whatever its status; raises Unavailable where none came in time."""
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if head.count("\r") != len(headers) or head.count("\n") != len(headers) or not head.isascii():
            raise Unavailable("a header to send is malformed")
        request = f"POST {path} HTTP/1.1\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body
        try:
            kept = self._kept()
            try:
                if kept:
                    return self._exchange(kept, request, deadline.share(KEPT_SHARE))
                return self._exchange(self._open(deadline), request, deadline)
            except OSError as error:
                if kept is None and isinstance(error, (TimeoutError, ssl.SSLCertVerificationError)):
                    raise
                self.close()  # what lay beside a broken connection is as old as it
                return self._exchange(self._open(deadline), request, deadline)
        except OSError as error:
            raise Unavailable(type(error).__name__) from error

    def close(self) -> None:
        """Close what is kept; the next request opens anew."""
        while line := self._kept():
            line.close()

    def _kept(self) -> _Line | None:
        try:
            return self._idle.pop()  # atomic, where a look before it would not be
        except IndexError:
            return None

    def _exchange(self, line: _Line, request: bytes, deadline: Deadline) -> Answer:
        line.deadline = deadline
        try:
            line.send(request)
            answer = read_answer(line.receive)
        except BaseException:
            line.close()
            raise
        if answer.reusable and len(self._idle) < MOST_KEPT:
            self._idle.append(line)
        else:
            line.close()
        return answer

    def _open(self, deadline: Deadline) -> _Line:
        plain = _connect(self._endpoint.host, self._endpoint.port, deadline)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self._endpoint.secure:
                return _Line(plain, deadline)
            if self._tls is None:
                self._tls = ssl.create_default_context(cafile=self._ca_bundle or None)
            plain.settimeout(deadline.left())
            return _Line(self._tls.wrap_socket(plain, server_hostname=self._endpoint.host.encode()), deadline)
        except BaseException:
            plain.close()
            raise


def _connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first address that answers: `socket.create_connection`, but all addresses under one deadline.

    Hosts are given as bytes, here and to TLS: for text Python imports its IDNA tables, and an endpoint is ASCII.
    """
    refused: OSError | None = None
    found = socket.getaddrinfo(host.encode(), port, type=socket.SOCK_STREAM)
    for tried, (family, kind, protocol, _, address) in enumerate(found):
        one = socket.socket(family, kind, protocol)
        try:
            one.settimeout(deadline.left() / (len(found) - tried))  # a silent address leaves the others their share
            one.connect(address)
        except OSError as error:
            one.close()
            refused = error
        else:
            return one
    raise refused or OSError("the host has no address")
