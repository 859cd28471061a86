"""A worker from cold to its first post, and what is imported by then: `python -m fakes.first_post` in its environment.

The worker is handed a mention; the Slack and the DynamoDB that it speaks to are a socket in the same process, so that
the modules can be looked at in the moment in which `chat.postMessage` comes in. They are printed as JSON, and the
process ends there. The standard library's quietest parts alone: what this module imports, the worker may not have to.
"""

import json
import os
import socket
import sys
import threading

BEFORE = frozenset(sys.modules)
ITEM = b'{"Attributes": {"attempt": {"N": "1"}, "messages": {"M": {}}, "rounds": {"M": {}}}}'


class Context:
    """What Lambda passes beside the event."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def serve(listener: socket.socket) -> None:
    """Grant the claim, and end with the first post. Anything else that comes before it is one call too many."""
    while True:
        connection, _ = listener.accept()
        with connection:
            head, body = received(connection)
            if b"DynamoDB_20120810.UpdateItem" in head:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ITEM), ITEM))
                continue
            tell(head.split(b"\r\n")[0].decode(), body.decode())


def received(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while True:
        data += connection.recv(1 << 16)
        head, blank, body = data.partition(b"\r\n\r\n")
        if blank and len(body) >= int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]):
            return head, body


def tell(request: str, body: str) -> None:
    import gc  # noqa: PLC0415 - built in, and only here of interest

    modules = sorted(set(sys.modules) - BEFORE)
    told = {"request": request, "body": body, "modules": modules, "collecting": gc.isenabled()}
    os.write(1, json.dumps(told | {"frozen": gc.get_freeze_count()}).encode())
    os._exit(0)


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    os.environ |= {"VERA_SLACK_API_URL": f"{url}/api/", "AWS_ENDPOINT_URL": url}
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    event = json.load(sys.stdin)
    from vera.worker import handler  # noqa: PLC0415 - this is what is looked at

    handler(event, Context())


if __name__ == "__main__":
    main()
