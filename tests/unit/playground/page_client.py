"""The page's server as a browser talks to it: requests, uploads and the stream of events, over HTTP on loopback.

With it, switches and an inspection that the test turns itself.
"""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN = "a-token-of-the-test"
ADA, GRACE, ROSA, VERA = "U0ADALOVEL", "U0GRACEHOP", "U0ROSAPARK", "U0VERAVERA"
PNG = b"\x89PNG\r\n\x1a\n rest of a picture"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def error(self) -> str:
        return self.json["error"]


class Event(NamedTuple):
    name: str
    data: Any


class Events:
    """One open stream."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response

    def next(self) -> Event:
        """Return the next event; a comment is one without a name."""
        fields: dict[str, str] = {}
        while line := self._response.readline().decode().removesuffix("\n"):
            name, _, value = line.partition(": ")
            fields[name] = value
        assert fields, "the stream ended"
        return Event(fields.get("event", ""), json.loads(fields.get("data", "null")))

    def until(self, name: str) -> Any:
        """Return the data of the next event of this name."""
        return self.next_of(name).data

    def next_of(self, *names: str) -> Event:
        """Return the next event of one of these names."""
        while (event := self.next()).name not in names:
            pass
        return event

    def ends(self) -> bool:
        """Read to the end."""
        try:
            while self._response.readline():
                pass
        except (ConnectionError, http.client.IncompleteRead):
            pass
        return True


class PageClient:
    """Requests to one page's server."""

    def __init__(self, port: int) -> None:
        self.port = port

    def request(
        self, method: str, path: str, *, body: Any = None, headers: dict[str, str] | None = None, inside: bool = True
    ) -> Answer:
        """Make one request, of a path below the token unless it is not `inside`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, f"/{TOKEN}/{path}" if inside else path, body, headers or {})
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())
        finally:
            connection.close()

    def get(self, path: str, **query: str) -> Answer:
        return self.request("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, **fields: Any) -> Answer:
        """Post fields as JSON; `who` is the `as` that Python has no room for, `guest` an invitation's `who`."""
        renamed = {{"who": "as", "guest": "who"}.get(name, name): value for name, value in fields.items()}
        return self.request("POST", path, body=json.dumps(renamed), headers={"content-type": "application/json"})

    def put(self, name: str, content: bytes, kind: str = "text/plain", *, who: str = ADA) -> Answer:
        """Upload a file."""
        path = f"uploads?as={who}&name={quote(name, safe='')}"
        return self.request("PUT", path, body=content, headers={"content-type": kind})

    def say(self, text: str, channel: str, *, who: str = ADA, **fields: Any) -> str:
        """Post a message, and return its ts."""
        return self.post("messages", who=who, channel=channel, text=text, **fields).json["ts"]

    @contextmanager
    def events(self, who: str = ADA) -> Iterator[Events]:
        """Open the stream of somebody's page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", f"/{TOKEN}/changes?as={who}")
            yield Events(connection.getresponse())
        finally:
            connection.close()


class FakeSwitches:
    """Switches that only remember."""

    def __init__(self) -> None:
        self.now: dict[str, Any] = {"latency_ms": 0, "stopped": False}
        self._callbacks: list[Callable[[dict[str, Any]], None]] = []

    def state(self) -> dict[str, Any]:
        return dict(self.now)

    def change(self, fields: dict[str, Any]) -> dict[str, Any]:
        for name in fields:
            if name not in self.now:
                raise ValueError(f"There is no switch {name}.")
        self.now |= fields
        for callback in self._callbacks:
            callback(self.state())
        return self.state()

    def strike(self, kind: str) -> int:
        if kind != "burst":
            raise ValueError(f"There is no strike {kind}.")
        return 5

    def listen(self, callback: Callable[[dict[str, Any]], None]) -> None:
        self._callbacks.append(callback)


class FakeInspection:
    """An inspection that is told by hand."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._callbacks: list[Callable[[dict[str, Any]], None]] = []
        self._lock = threading.Lock()

    def note(self, turn: str, event: str) -> None:
        with self._lock:
            entry = {"number": len(self.entries) + 1, "turn": turn, "event": event}
            self.entries.append(entry)
            for callback in self._callbacks:
                callback(entry)

    def of(self, turn: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["turn"] == turn]

    def latest(self) -> str:
        return self.entries[-1]["turn"] if self.entries else ""

    def listen(self, callback: Callable[[dict[str, Any]], None]) -> None:
        self._callbacks.append(callback)
