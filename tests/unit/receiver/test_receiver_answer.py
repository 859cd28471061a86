"""The hand-written reader of HTTP answers, held to `http.client`'s."""

import io
from http.client import HTTPResponse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vera.receiver.answer import LARGEST_BYTES, BrokenAnswer, read_answer

WHOLE = {
    "accepted": (b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", True),
    "without a reason": (b"HTTP/1.1 202\r\ncontent-length:0\r\n\r\n", True),
    "with a body": (b"HTTP/1.1 400 Bad Request\r\nX-Amzn-ErrorType: A:b\r\nContent-Length: 5\r\n\r\n12345", True),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", True),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nab\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
        True,
    ),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx: y\r\nz: 1\r\n\r\n", True),
    "a closed connection": (b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nab", False),
    "up to the end": (b"HTTP/1.1 200 OK\r\n\r\nwhat there is", False),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", False),
    "an announcement first": (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", True),
}
BROKEN = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 202 Accepted\r\nContent-",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    "a chunk longer than it says": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "a size that is none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    "a length in words": b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nabc",
    "a length without end": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    "another coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "HTTP/2": b"HTTP/2 200 OK\r\n\r\n",
    "no status": b"HTTP/1.1 \r\n\r\n",
    "a status in words": b"HTTP/1.1 two OK\r\n\r\n",
    "a status too long": b"HTTP/1.1 2020 OK\r\n\r\n",
    "a head without end": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * LARGEST_BYTES,
    "a body without end": b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LARGEST_BYTES + 1),
    "chunks without end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"FFFF\r\n%b\r\n" % (b"x" * 0xFFFF) * 20,
}


def coming(data: bytes, step: int = 65536):
    """Return what receives `data`, at most `step` bytes at a time."""
    stream = io.BytesIO(data)
    return lambda: stream.read(step)


class Wire:
    """A socket as far as http.client looks."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, _mode: str):
        return io.BytesIO(self.data)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 65536])
@pytest.mark.parametrize(("data", "reusable"), WHOLE.values(), ids=WHOLE)
def test_an_answer_is_read_as_http_client_reads_it_however_it_is_split(*, data: bytes, reusable: bool, step: int):
    theirs = HTTPResponse(Wire(data), method="POST")
    theirs.begin()

    ours = read_answer(coming(data, step))

    assert (ours.status, ours.body) == (theirs.status, theirs.read())
    assert ours.headers == {name.lower(): value for name, value in theirs.headers.items()}
    assert ours.reusable is reusable is not theirs.will_close


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_whole_answer_is_broken(data: bytes):
    with pytest.raises(BrokenAnswer):
        read_answer(coming(data))


def test_a_connection_on_which_more_came_than_was_asked_for_is_not_used_again():
    answer = read_answer(coming(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 No\r\n\r\n"))

    assert answer.status == 202
    assert not answer.reusable


@settings(deadline=None)
@given(
    status=st.integers(200, 599).filter(lambda status: status not in {204, 304}),
    chunks=st.lists(st.binary(min_size=1, max_size=300), max_size=6),
    chunked=st.booleans(),
    step=st.integers(1, 400),
)
def test_a_body_comes_whole_whatever_its_bytes(*, status: int, chunks: list[bytes], chunked: bool, step: int):
    body = b"".join(chunks)
    if chunked:
        coding = b"Transfer-Encoding: chunked\r\n\r\n"
        coding += b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    else:
        coding = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    answer = read_answer(coming(b"HTTP/1.1 %d Said\r\n%b" % (status, coding), step))

    assert (answer.status, answer.body, answer.reusable) == (status, body, True)


@given(data=st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: b"HTTP/1.1 200 OK\r\n" + tail))
def test_no_bytes_can_make_it_raise_anything_else(data: bytes):
    try:
        answer = read_answer(coming(data, 9))
    except BrokenAnswer:
        return

    assert 200 <= answer.status <= 999
