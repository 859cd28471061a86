"""AWS on loopback, spoken to over the wire: moto's server, and one that answers AWS's JSON protocol as scripted."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.session import Session
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret"}
SILENT = "silent"


@contextmanager
def moto_server() -> Iterator[str]:
    """Start moto's server and give its address. What it holds is the whole process's: name things apart."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its access log is nobody's
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def closed_port() -> Iterator[str]:
    """Give the address of a port that nobody listens on, and that nobody else is given meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def aws_client(service: str, endpoint: str, *, read_timeout_seconds: float = 5.0) -> Iterator[Any]:
    """Make a client that asks once and closes its connections: botocore's own retries sleep."""
    config = Config(
        connect_timeout=1, read_timeout=read_timeout_seconds, retries={"mode": "standard", "total_max_attempts": 1}
    )
    client = _session().create_client(service, region_name="eu-central-1", endpoint_url=endpoint, config=config, **KEYS)
    try:
        yield client
    finally:
        client.close()


@cache
def _session() -> Session:
    return Session()  # one, so that it reads its models once


def create_table(client: Any, table: str) -> None:
    """Make the deployment's table, as Terraform does."""
    client.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


@dataclass
class ScriptedAws:
    """Answers requests by its script, then by `upstream` where there is one. Keeps what it was asked.

    An answer is `(status, body)`, or `SILENT`: never any answer. `deaf` hands a request to `upstream` and hangs up
    instead of answering; `doubling` hands it over twice and gives the second answer, as an SDK's retry after a lost
    answer would have it.
    """

    upstream: str = ""
    script: list[tuple[int, dict[str, Any]] | str] = field(default_factory=list)
    deaf: bool = False
    doubling: bool = False
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    endpoint: str = ""
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def operations(self) -> list[str]:
        """The names of what was asked, in order."""
        return [operation for operation, _ in self.requests]

    def error(self, status: int, code: str) -> None:
        """Answer the next request by an error."""
        self.script.append((status, {"__type": f"com.amazonaws#{code}", "message": "as scripted"}))

    @contextmanager
    def serving(self) -> Iterator[ScriptedAws]:
        """Listen until the block ends."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # http.server's name
                owner._answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = False
        self.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            server.shutdown()
            server.server_close()
            thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.requests.append((handler.headers["X-Amz-Target"].rpartition(".")[2], json.loads(body)))
        handler.close_connection = True  # nothing is to be kept open when the block ends
        if self.script:
            answer = self.script.pop(0)
            if isinstance(answer, str):
                self._ended.wait()
                return
            status, content = answer[0], json.dumps(answer[1]).encode()
        else:
            status, content = self._forwarded(handler, body)
            if self.doubling:
                status, content = self._forwarded(handler, body)
            if self.deaf:
                return
        handler.send_response(status)
        handler.send_header("Content-Type", "application/x-amz-json-1.0")
        handler.send_header("Content-Length", str(len(content)))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(content)

    def _forwarded(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.upstream.removeprefix("http://"), timeout=5)
        try:
            connection.request("POST", "/", body, dict(handler.headers.items()))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
