"""A Slack and a DynamoDB in as little of a server as will do, so that it hides nobody's cost.

A conditional write holds, a call of Slack's is answered `ok`. A `chat.postMessage` is never answered, since what a
worker does after it is not measured: the time at which it came is printed, by the system's monotonic clock.
Run as a script; prints its port on loopback, then those times; serves until its stdin ends.
"""

import contextlib
import socket
import sys
import threading
import time

ITEM = (
    b'{"Attributes": {"attempt": {"N": "1"}, "messages": {"M": {}}, "rounds": {"M": {}}, "held_by": {"S": "bench"}, '
    b'"lease_until": {"N": "9999999999"}, "expires_at": {"N": "9999999999"}}}'
)


def converse(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    with connection, contextlib.suppress(ConnectionError):
        while chunk := connection.recv(1 << 20):
            received += chunk
            head, blank, body = received.partition(b"\r\n\r\n")
            if not blank:
                continue
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            if len(body) < length:
                continue
            received = body[length:]
            if b"/chat.postMessage" in head.split(b"\r\n")[0]:
                sys.stdout.write(f"{time.monotonic()}\n")
                sys.stdout.flush()
            elif b"DynamoDB_20120810.UpdateItem" in head:
                answer(connection, b"application/x-amz-json-1.0", ITEM)
            elif b"DynamoDB_20120810." in head:
                answer(connection, b"application/x-amz-json-1.0", b"{}")
            else:
                answer(connection, b"application/json", b'{"ok": true}')


def answer(connection: socket.socket, kind: bytes, body: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (kind, len(body))
    connection.sendall(head + body)


def serve(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=converse, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    sys.stdin.read()
