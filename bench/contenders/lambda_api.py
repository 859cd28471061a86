"""A Lambda API that accepts every invoke at once: as little of a server as will do, so that it hides nobody's cost.

Run as a script; prints its port on loopback, serves until its stdin ends.
"""

import contextlib
import socket
import sys
import threading

ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n"


def converse(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    with connection, contextlib.suppress(ConnectionError):
        while chunk := connection.recv(1 << 20):
            received += chunk
            head, blank, body = received.partition(b"\r\n\r\n")
            if not blank:
                continue
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            if len(body) >= length:
                received = body[length:]
                connection.sendall(ACCEPTED)


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
