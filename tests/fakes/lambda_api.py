"""Lambda's Invoke and Secrets Manager's GetSecretValue on loopback, and all the ways in which they can fail.

One raw socket server: it can hang, drip, drop a kept connection before or after it read a request, and it counts
connections.
"""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

ACCEPTED = (202, {}, b"")
HANG, DROP, DROP_UNREAD, DRIP = "hang", "drop", "drop unread", "drip"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def function(self) -> str:
        """The function's name or ARN, of an invoke."""
        return unquote(self.path.removesuffix("/invocations").rpartition("/")[2])

    @property
    def payload(self) -> Any:
        """What the function is invoked with."""
        return json.loads(self.body)


@dataclass(kw_only=True)
class LambdaApi:
    """What was called; what will be answered: the next of `script` (answer or misbehaviour), else 202 or the secret."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    script: list[Any] = field(default_factory=list)
    secret_string: str | None = None
    connections: int = 0
    _open: list[socket.socket] = field(default_factory=list)
    _released: threading.Event = field(default_factory=threading.Event)

    @property
    def invokes(self) -> list[Call]:
        """The calls that invoke a function."""
        return [call for call in self.calls if call.path.endswith("/invocations")]

    @property
    def secret_fetches(self) -> list[Call]:
        """The calls that read the secret."""
        return [call for call in self.calls if "x-amz-target" in call.headers]

    def drop_connections(self) -> None:
        """Close every connection, as a server does with an idle one."""
        while self._open:
            _shut(self._open.pop())

    def _serve(self, listener: socket.socket) -> None:
        threads = []
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                break
            self.connections += 1
            self._open.append(connection)
            threads.append(threading.Thread(target=self._converse, args=(connection,)))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def _converse(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            try:
                if self.script and self.script[0] == DROP_UNREAD:
                    self.script.pop(0)
                    return
                while call := _read(reader):
                    self.calls.append(call)
                    step = self.script.pop(0) if self.script else self._usual(call)
                    if step == DROP:
                        return
                    if step == HANG:
                        self._released.wait()
                        return
                    if step == DRIP:
                        self._drip(connection)
                        return
                    connection.sendall(_encoded(*step))
                    if step[1].get("connection") == "close":
                        return
            except OSError:
                return
            finally:
                _shut(connection)

    def _usual(self, call: Call) -> tuple[int, dict[str, str], bytes]:
        if "x-amz-target" not in call.headers:
            return ACCEPTED
        if self.secret_string is None:
            return 400, {}, b'{"__type":"com.amazonaws.secretsmanager#ResourceNotFoundException","Message":"no"}'
        return 200, {}, json.dumps({"Name": "slack", "SecretString": self.secret_string}).encode()

    def _drip(self, connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 202 Accepted\r\nx-drip: " + b"." * 10_000:
            connection.sendall(bytes([byte]))
            if self._released.wait(0.02):
                return


@contextmanager
def lambda_api(**options: Any) -> Iterator[LambdaApi]:
    """Run one on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        api = LambdaApi(url=f"http://127.0.0.1:{listener.getsockname()[1]}", **options)
        thread = threading.Thread(target=api._serve, args=(listener,))
        thread.start()
        try:
            yield api
        finally:
            _shut(listener)
            api._released.set()
            api.drop_connections()
            thread.join()


def _read(reader: Any) -> Call | None:
    line = reader.readline().decode().split()
    if not line:
        return None
    headers = {}
    while header := reader.readline().decode().strip():
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", 0)))
    return Call(method=line[0], path=line[1], headers=headers, body=body)


def _encoded(status: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    length = "" if headers.keys() & {"transfer-encoding", "content-length"} else f"content-length: {len(body)}\r\n"
    return f"HTTP/1.1 {status} Said\r\n{lines}{length}\r\n".encode() + body


def _shut(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:  # already gone
        return
