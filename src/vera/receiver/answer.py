"""An HTTP/1.1 answer, read from what a connection receives.

By hand, because `http.client` parses headers with the `email` package: importing that takes longer than all else that
the receiver does. Invariant: an answer that ends early, or is none, is a BrokenAnswer, never half an Answer, however
its bytes are split. Proved by tests/unit/receiver/test_receiver_answer.py, which holds it to what `http.client` reads.
Source: RFC 9112, sections 4 to 7.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_BYTES = 1 << 20
"""Of a head or a body: a secret has at most 64 KiB, an accepted invoke nothing."""
_LONGEST_NUMBER = 8
_FIRST_FINAL_STATUS = 200
_WITHOUT_BODY = (204, 304)


class BrokenAnswer(OSError):
    """What came is no whole HTTP answer."""


class Answer:
    """A whole answer; header names in lower case. `reusable` tells whether the connection may carry another request."""

    __slots__ = ("body", "headers", "reusable", "status")

    def __init__(self, status: int, headers: dict[str, str], body: bytes, *, reusable: bool) -> None:
        """Take it as it was read."""
        self.status = status
        self.headers = headers
        self.body = body
        self.reusable = reusable


def read_answer(receive: Callable[[], bytes]) -> Answer:
    """Read the answer to a POST; raises BrokenAnswer. `receive` returns the next bytes, and nothing at the end."""
    incoming = _Incoming(receive)
    version, status, headers = _head(incoming)
    while status < _FIRST_FINAL_STATUS:  # 100 Continue and its like announce the answer
        version, status, headers = _head(incoming)
    reusable = version == "HTTP/1.1" and "close" not in headers.get("connection", "").lower()
    coding, length = headers.get("transfer-encoding", "").lower(), headers.get("content-length")
    if status in _WITHOUT_BODY:
        body = b""
    elif coding == "chunked":
        body = _chunks(incoming)
    elif coding:
        raise BrokenAnswer("an unknown transfer coding")
    elif length is not None:
        body = incoming.exactly(_number(length, 10))
    else:
        body, reusable = incoming.rest(), False
    return Answer(status, headers, body, reusable=reusable and incoming.is_empty())


class _Incoming:
    """What came and was not read yet."""

    __slots__ = ("_came", "_receive")

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self._receive = receive
        self._came = b""

    def until(self, end: bytes) -> bytes:
        while end not in self._came:
            self._more()
        found, _, self._came = self._came.partition(end)
        return found

    def exactly(self, length: int) -> bytes:
        while len(self._came) < length:
            self._more()
        found, self._came = self._came[:length], self._came[length:]
        return found

    def rest(self) -> bytes:
        while more := self._receive():
            self._came += more
            self._refuse_too_much()
        found, self._came = self._came, b""
        return found

    def is_empty(self) -> bool:
        return not self._came

    def _more(self) -> None:
        more = self._receive()
        if not more:
            raise BrokenAnswer("the connection ended before the answer")
        self._came += more
        self._refuse_too_much()

    def _refuse_too_much(self) -> None:
        if len(self._came) > LARGEST_BYTES:
            raise BrokenAnswer("too large")


def _head(incoming: _Incoming) -> tuple[str, int, dict[str, str]]:
    first, *lines = incoming.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    code = rest[:3]
    if not version.startswith("HTTP/1.") or len(code) != 3 or rest[3:4] not in {"", " "}:  # noqa: PLR2004 - RFC 9112
        raise BrokenAnswer("no status line")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return version, _number(code, 10), headers


def _chunks(incoming: _Incoming) -> bytes:
    body = b""
    while size := _number(incoming.until(b"\r\n").decode("latin-1").partition(";")[0].strip(), 16):
        body += incoming.exactly(size)
        if incoming.exactly(2) != b"\r\n" or len(body) > LARGEST_BYTES:
            raise BrokenAnswer("no chunk")
    while incoming.until(b"\r\n"):  # trailers
        pass
    return body


def _number(text: str, base: int) -> int:
    """Read digits alone: `int` would also take signs, spaces and underscores."""
    if not text.isalnum() or not text.isascii() or len(text) > _LONGEST_NUMBER:
        raise BrokenAnswer("no number")
    try:
        return int(text, base)
    except ValueError:
        raise BrokenAnswer("no number") from None
