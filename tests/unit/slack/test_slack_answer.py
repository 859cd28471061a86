"""Whatever HTTP answers are read as `http.client` reads them, however their bytes come; what is none is an error."""

from __future__ import annotations

import io
from http.client import HTTPException, HTTPResponse, RemoteDisconnected
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.slack.answer import Answer, read_answer

if TYPE_CHECKING:
    import socket

WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"), min_size=1, max_size=12)
FRAMING = {"content-length", "transfer-encoding", "connection"}
NAMES = WORDS.filter(lambda name: name.lower() not in FRAMING)


class Pieces(io.RawIOBase):
    """Bytes that come in pieces of these sizes, over and over."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        self._content, self._sizes, self._turn = content, sizes, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(self._sizes[self._turn % len(self._sizes)], len(buffer))
        self._turn += 1
        piece, self._content = self._content[:size], self._content[size:]
        buffer[: len(piece)] = piece
        return len(piece)


def read(content: bytes, sizes: list[int] | None = None) -> Answer:
    return read_answer(io.BufferedReader(Pieces(content, sizes or [len(content) + 1])))


def as_the_standard_library_reads(content: bytes) -> HTTPResponse:
    class Socket:
        def makefile(self, _mode: str) -> io.BytesIO:
            return io.BytesIO(content)

    response = HTTPResponse(cast("socket.socket", Socket()), method="POST")
    response.begin()
    return response


@st.composite
def answers(draw: st.DrawFn, *, framings: tuple[str, ...] = ("length", "chunks", "end")) -> bytes:
    body, framing = draw(st.binary(max_size=60)), draw(st.sampled_from(framings))
    bodiless = [] if framing == "chunks" else [204, 304]  # for which the standard library waits for chunks
    status = draw(st.sampled_from([200, 302, 404, 429, 500, *bodiless]))
    fields = draw(st.dictionaries(NAMES, WORDS, max_size=5).map(lambda d: [f"{k}: {v}" for k, v in d.items()]))
    if framing == "length":
        fields.append(f"Content-Length: {len(body)}")
    if framing == "chunks":
        fields.append("Transfer-Encoding: chunked")
        size = draw(st.integers(1, 20))
        parts = [body[at : at + size] for at in range(0, len(body), size)]
        extension, trailer = draw(st.sampled_from(["", ";x=y"])), draw(st.sampled_from(["", "x-trailer: 1\r\n"]))
        coded = b"".join(f"{len(part):X}{extension}\r\n".encode() + part + b"\r\n" for part in parts)
        body = coded + f"0\r\n{trailer}\r\n".encode()
    fields += draw(st.sampled_from([[], ["Connection: close"], ["Connection: Keep-Alive"]]))
    version = draw(st.sampled_from(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"]))
    announced = b"HTTP/1.1 100 Continue\r\n\r\n" * draw(st.integers(0, 2))
    head = "\r\n".join([f"{version} {status} Said so", *fields])
    return announced + f"{head}\r\n\r\n".encode() + (b"" if status in (204, 304) else body)


@given(answers(), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_an_answer_is_read_as_the_standard_library_reads_it(content: bytes, sizes: list[int]):
    expected = as_the_standard_library_reads(content)

    answer = read(content, sizes)

    assert (answer.status, answer.body) == (expected.status, expected.read())
    assert answer.headers.keys() == {name.lower() for name in expected.headers}
    assert not (answer.reusable and expected.will_close)


@given(answers(framings=("length", "chunks")), st.data())
def test_an_answer_that_ends_early_is_none(content: bytes, data: st.DataObject):
    begun = content[: data.draw(st.integers(0, len(content) - 1))]

    with pytest.raises((HTTPException, RemoteDisconnected)):
        read(begun)


def test_what_follows_an_answer_is_not_its_own():
    answer = read(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nRetry-After:  7 \r\n\r\n{}HTTP/1.1 500")

    assert answer == Answer(200, {"content-length": "2", "retry-after": "7"}, b"{}", reusable=True)


BROKEN = {
    "no HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "HTTP/2": b"HTTP/2 200\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "a line without end": b"HTTP/1.1 200 " + b"O" * 100_000 + b"\r\n\r\n",
    "a header without end": b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1_000 + b"\r\n",
    "a length that is none": b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    "a length beyond all": b"HTTP/1.1 200 OK\r\ncontent-length: 9999999999\r\n\r\n",
    "a length in another script": "HTTP/1.1 200 OK\r\ncontent-length: \u00b2\r\n\r\n".encode("latin-1"),
    "a chunk that is none": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
    "a chunk that goes on": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
    "another coding": b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_answer_says_so_without_its_words(content: bytes):
    with pytest.raises(HTTPException) as raised:
        read(content)

    assert "SSH" not in f"{raised.value}{raised.value!r}"
