"""How long the playground keeps people waiting: `python -m bench.playground`.

Twice: from starting `vera playground` to the line that says where it is, beside the least that any page from Python
needs (a Starlette application of one route that says where it is); and from the moment a worker sends `chat.update` to
the moment at which the page has the change, beside the time that the call itself takes. Both over loopback, with the
embedded model and Vera's own documents.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from urllib.parse import urlsplit

from vera.playground.host import Playground
from vera.playground.journal.inspection import Inspection
from vera.playground.loopback import LoopbackServer
from vera.playground.page.server import Page

BENCH = Path(__file__).parent
DOCS = BENCH.parent / "docs"
START_ROUNDS, EDITS = 7, 200
REACH_START, REACH_CHANGE = 3.0, 1.5
TOKEN = "bench"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One wait of people's, in milliseconds, beside what it is measured against."""

    wait: str
    limit_ms: float
    ms: float
    least_ms: float
    reach: float

    @property
    def ratio(self) -> float:
        """How many times the limit people wait."""
        return self.ms / self.limit_ms


def run() -> list[Row]:
    """Measure both waits."""
    return [_start(), _change()]


def report(rows: list[Row]) -> str:
    """Return the figures as a table."""
    lines = [f"{'the playground':44} {'limit ms':>9} {'ms':>8} {'least':>8} {'ratio':>7}"]
    for row in rows:
        reached = f"at most {row.reach:g}: {'reached' if row.ratio <= row.reach else 'missed'}"
        lines.append(f"{row.wait:44} {row.limit_ms:9.1f} {row.ms:8.1f} {row.least_ms:8.1f} {row.ratio:7.2f}  {reached}")
    return "\n".join(lines)


def _start() -> Row:
    bare, vera = [], []
    for _ in range(START_ROUNDS):
        with tempfile.TemporaryDirectory() as state:
            bare.append(_until_said([sys.executable, str(BENCH / "contenders" / "bare_page.py")], state))
            command = [str(Path(sys.executable).with_name("vera")), "playground", "--docs", str(DOCS)]
            vera.append(_until_said([*command, "--port", "0", "--no-open"], state))
    limit, ms, least = statistics.median(bare), statistics.median(vera), min(vera)
    return Row(wait="vera playground: until it says where", limit_ms=limit, ms=ms, least_ms=least, reach=REACH_START)


def _until_said(command: list[str], state: str) -> float:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VERA_"))}
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=environment | {"XDG_STATE_HOME": state}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        said = process.stdout.readline()
        seconds = time.perf_counter() - began
        process.terminate()
        process.stdout.read()
    if "http://127.0.0.1" not in said:
        raise RuntimeError(f"{command[0]} said: {said}")
    return seconds * 1_000


def _change() -> Row:
    inspection = Inspection(None)
    with Playground() as playground:
        workspace = playground.workspace
        workspace.limits.enabled = False
        page = Page(workspace, switches=playground.switches, inspection=inspection, token=TOKEN, about={})
        posted = workspace.draft(workspace.bot, workspace.channel("general"), "0")
        ts = workspace.post(workspace.channel("general").id, posted)
        with LoopbackServer(page.app) as server, _following(server.url, workspace.person("ada").id) as seen:
            answered_ms, shown_ms = [], []
            for number in range(EDITS):
                body = {"channel": workspace.channel("general").id, "ts": ts, "text": "A lease holds. " * (1 + number)}
                body["text"] = body["text"][:3_500]
                began = time.perf_counter()
                _called(f"{playground.api_url}chat.update", workspace.bot_token, body)
                answered_ms.append((time.perf_counter() - began) * 1_000)
                shown_ms.append((seen.get(timeout=5) - began) * 1_000)
    inspection.close()
    limit, ms = statistics.median(answered_ms), statistics.median(shown_ms)
    wait = "chat.update: until the page has it"
    return Row(wait=wait, limit_ms=limit, ms=ms, least_ms=min(shown_ms), reach=REACH_CHANGE)


@contextmanager
def _following(url: str, who: str) -> Iterator[SimpleQueue[float]]:
    """Follow the page's events, and give the moments at which each edit had come in whole."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=60)
    connection.request("GET", f"/{TOKEN}/changes?as={who}")
    stream = connection.getresponse()
    seen: SimpleQueue[float] = SimpleQueue()
    connected: SimpleQueue[None] = SimpleQueue()

    def read() -> None:
        name = b""
        for line in stream:
            if line.startswith(b"event:"):
                name = line[6:].strip()
            elif line.startswith(b"data:") and name == b"hello":
                connected.put(None)
            elif line.startswith(b"data:") and name == b"change" and json.loads(line[5:])["kind"] == "edited":
                seen.put(time.perf_counter())

    Thread(target=read, daemon=True).start()
    connected.get()
    yield seen


def _called(url: str, token: str, body: dict[str, str]) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=10)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    connection.request("POST", parts.path, json.dumps(body), headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    if not answer["ok"]:
        raise RuntimeError(f"chat.update: {answer['error']}")


if __name__ == "__main__":
    print(report(run()))
