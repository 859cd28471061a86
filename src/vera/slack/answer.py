"""An HTTP/1.1 answer, read from a connection.

By hand: Slack sends some thirty header lines with each answer, and `http.client` makes a mail of them, which takes
longer than the call itself. The invariant: an answer that ends early is an error, never half an answer.
`tests/unit/slack/test_slack_answer.py` holds it to what `http.client` reads. Source: RFC 9112, sections 4 to 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.client import BadStatusLine, HTTPException, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedReader

__all__ = ["Answer", "read_answer"]

_LONGEST_LINE: Final = 65_536
_MOST_LINES: Final = 200
_LONGEST_NUMBER: Final = 8
_FIRST_FINAL_STATUS: Final = 200
_WITHOUT_BODY: Final = (204, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; header names in lower case. `reusable` tells whether its connection may carry another request."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    reusable: bool


def read_answer(reader: BufferedReader) -> Answer:
    """Read the answer to a POST. Raises `RemoteDisconnected` where nothing came, else `HTTPException` and `OSError`."""
    version, status = _status(reader)
    headers = dict(_fields(reader))
    while status < _FIRST_FINAL_STATUS:  # 100 Continue and its like announce the answer
        version, status = _status(reader)
        headers = dict(_fields(reader))
    reusable = version == "HTTP/1.1" and "close" not in headers.get("connection", "").lower()
    length = headers.get("content-length")
    if status in _WITHOUT_BODY:
        body = b""
    elif coding := headers.get("transfer-encoding", "").lower():
        if coding != "chunked":
            raise HTTPException("an unknown transfer coding")
        body = b"".join(_chunks(reader))
    elif length is not None:
        body = _exactly(reader, _number(length, 10))
    else:
        body, reusable = reader.read(), False
    return Answer(status, headers, body, reusable)


def _status(reader: BufferedReader) -> tuple[str, int]:
    line = reader.readline(_LONGEST_LINE)
    if not line:
        raise RemoteDisconnected("no answer")
    version, _, rest = line.decode("latin-1").partition(" ")
    code = rest[:3]
    if not line.endswith(b"\n") or not version.startswith("HTTP/1.") or not code.isdecimal() or rest[3:4].isdecimal():
        raise BadStatusLine("no status line")  # without the line: what is no HTTP may be anything
    return version, int(code)


def _fields(reader: BufferedReader) -> Iterator[tuple[str, str]]:
    """Yield header fields, or trailers, up to the blank line that ends them."""
    for _ in range(_MOST_LINES):
        line = reader.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise IncompleteRead(b"")
        if line in (b"\r\n", b"\n"):
            return
        name, _, value = line.decode("latin-1").partition(":")
        yield name.lower(), value.strip()
    raise HTTPException("too many header lines")


def _chunks(reader: BufferedReader) -> Iterator[bytes]:
    while size := _number(reader.readline(_LONGEST_LINE).decode("latin-1").partition(";")[0], 16):
        yield _exactly(reader, size)
        if _exactly(reader, 2) != b"\r\n":
            raise HTTPException("no chunk")
    for _ in _fields(reader):
        pass


def _exactly(reader: BufferedReader, length: int) -> bytes:
    body = reader.read(length)
    if len(body) < length:
        raise IncompleteRead(b"", length - len(body))
    return body


def _number(text: str, base: int) -> int:
    """Read digits alone: `int` would also take signs and underscores."""
    digits = text.strip()
    if not digits.isalnum() or not digits.isascii() or len(digits) > _LONGEST_NUMBER:
        raise HTTPException("no number")
    try:
        return int(digits, base)
    except ValueError:
        raise HTTPException("no number") from None
