"""The HTTP below a scripted Bedrock: paths, headers, chunked event streams, and connections that break as told."""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import unquote

from fakes.bedrock_script import Cut, Hold, HttpError, Part, Pause, frames, message_of
from fakes.event_stream import CONTENT_TYPE

__all__ = ["POLL_SECONDS", "Server"]

POLL_SECONDS = 0.01


class Asked(Protocol):
    """A request, as far as the server marks it."""

    @property
    def ended(self) -> threading.Event: ...
    @property
    def hung_up(self) -> threading.Event: ...


class Bedrock(Protocol):
    """Who knows the answers."""

    def receive(self, operation: str, target: str, body: dict[str, Any], headers: dict[str, str]) -> tuple[Asked, Any]:
        """Take note of a request and return it with its answer: an `HttpError`, a script, or a JSON object."""
        ...


class Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, bedrock: Bedrock, port: int) -> None:
        self.bedrock = bedrock
        self.closing = threading.Event()
        self.failures: list[BaseException] = []
        self.connected = 0
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections.add(connection)
        self.connected += 1
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that are still open, so that their threads end."""
        self.closing.set()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has just gone by itself

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception() if sys.version_info >= (3, 12) else sys.exc_info()[1]
        if error and not isinstance(error, ConnectionError):
            self.failures.append(error)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        operation, target = operation_of(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not operation:
            self._answer(404, {"message": "Unknown path"}, code="UnknownOperationException")
            return
        request, answer = self.server.bedrock.receive(operation, target, body, headers)
        try:
            if isinstance(answer, HttpError):
                self._answer(answer.http_status, {"message": answer.message, **answer.fields}, code=answer.code)
            elif operation == "converse-stream":
                self._stream(answer)
            else:
                self._answer(200, message_of(answer) if operation == "converse" else answer)
        except ConnectionError:
            request.hung_up.set()
            self.close_connection = True
        finally:
            request.ended.set()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is http.server's)
        """Say nothing."""

    def _answer(self, status: int, body: dict[str, Any], *, code: str = "") -> None:
        encoded = json.dumps(body).encode()
        self._head(status, {"Content-Type": "application/json", "Content-Length": str(len(encoded))}, code)
        self.wfile.write(encoded)

    def _head(self, status: int, headers: dict[str, str], code: str = "") -> None:
        self.send_response(status)
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        if code:
            self.send_header("x-amzn-ErrorType", f"{code}:http://internal.amazon.com/coral/com.amazon.bedrock/")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _stream(self, script: list[Part]) -> None:
        self._head(200, {"Content-Type": CONTENT_TYPE, "Transfer-Encoding": "chunked"})
        for part in frames(script):
            match part:
                case bytes():
                    self._chunk(part)
                case Hold():
                    self._hold(part)
                case Pause():
                    time.sleep(part.seconds)
                case Cut():
                    self._cut(part)
                    return
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, frame: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(frame), frame))

    def _hold(self, hold: Hold) -> None:
        """Wait for the gate, with an eye on the other side: who hangs up wants nothing more."""
        while not hold.gate.wait(POLL_SECONDS):
            readable, _, _ = select.select([self.connection], [], [], 0)
            if self.server.closing.is_set() or (readable and not self.connection.recv(1, socket.MSG_PEEK)):
                raise ConnectionAbortedError

    def _cut(self, cut: Cut) -> None:
        frame = next(part for part in frames(["cut off here"]) if isinstance(part, bytes))
        half = frame[: len(frame) // 2]
        self.close_connection = True
        if cut.politely:
            self._chunk(half)
            self.wfile.write(b"0\r\n\r\n")
            return
        self.wfile.write(b"%x\r\n%b" % (len(frame), half))
        if cut.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()


def operation_of(path: str) -> tuple[str, str]:
    """Return the operation that a path names, and its model or knowledge base."""
    match path.partition("?")[0].strip("/").split("/"):
        case ["model", model, ("converse" | "converse-stream") as operation]:
            return operation, unquote(model)
        case ["knowledgebases", knowledge_base, "retrieve"]:
            return "retrieve", unquote(knowledge_base)
        case ["rerank"]:
            return "rerank", ""
    return "", ""
