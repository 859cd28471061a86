"""`vera playground` as people run it: a process of its own, found by the one line that it prints, ended by Ctrl-C.

Nothing here looks inside: what a test learns, it learns from the address, over HTTP, as the page does.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RunningPlayground"]

ROOT = Path(__file__).parents[2]
VERA = Path(sys.executable).with_name("vera")
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S+")
_STOPS_WITHIN_SECONDS = 20.0


class RunningPlayground:
    """One playground and what it keeps. `start` it, and it is where `url` says until `stop`.

    `home` is where it keeps its state and its log; a second start on the same home goes on where the first ended, on
    the same port. `arguments` are the command's own (`--docs`, `--model`, …).
    """

    def __init__(self, home: Path, *arguments: str) -> None:
        self._home, self._arguments = home, arguments
        self._running: subprocess.Popen[str] | None = None
        self.url = ""
        self.said = ""

    def start(self) -> None:
        """Return once it has said where it is. Raises AssertionError with what it said where it ended instead."""
        port = str(urlsplit(self.url).port or 0)
        command = [VERA, "playground", "--no-open", "--port", port, *self._arguments]
        with self._log.open("a") as log:
            self._running = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=self._environment(), cwd=ROOT
            )
        self.said, found = "", None
        while not found and (line := self._running.stdout.readline()):
            self.said += line
            found = _ADDRESS.search(line)
        assert found, f"the playground ended without an address: {self.said}{self._log.read_text()}"
        self.url = found[0].rstrip(".,;")

    def stop(self) -> None:
        """Press Ctrl-C and return once it has ended. Raises AssertionError where it ended otherwise than quietly."""
        if self._running is None:
            return
        running, self._running = self._running, None
        running.send_signal(signal.SIGINT)
        try:
            said, _ = running.communicate(timeout=_STOPS_WITHIN_SECONDS)
        finally:
            running.kill()
            running.wait()
        self.said += said
        complaint = self._log.read_text()
        assert running.returncode == 0, f"the playground ended with {running.returncode}: {complaint}"
        assert "Traceback" not in complaint, complaint

    def calm(self) -> None:
        """Switch everything back to as it was in the beginning."""
        self.post("switches", {"latency_ms": 0, "rate_limits": True, "stopped": False, "model": "works"})

    @property
    def port(self) -> int:
        """Return the port that the page is on."""
        return urlsplit(self.url).port or 0

    @property
    def path(self) -> str:
        """Return the path that everything is below, the token in it; it ends with a slash."""
        return urlsplit(self.url).path

    def ask(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Make one request, of a path just as it is given; return the status, the headers in lower case and the body.

        A `body` goes as JSON.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host="Host" in (headers or {}))
            content = b"" if body is None else json.dumps(body).encode()
            if body is not None:
                connection.putheader("Content-Type", "application/json")
            if method != "GET":
                connection.putheader("Content-Length", str(len(content)))
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders(content)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def post(self, path: str, body: Any) -> Any:
        """Post to a path of the page's own, and return what it answers. Raises AssertionError unless that is 200."""
        status, _, answer = self.ask("POST", self.path + path, body=body)
        assert status == 200, answer
        return json.loads(answer)

    @property
    def _log(self) -> Path:
        return self._home / "stderr"

    def _environment(self) -> dict[str, str]:
        """Return what a person's shell has, without anything of AWS or Vera."""
        measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        own = {"HOME": str(self._home), "XDG_STATE_HOME": str(self._home / "state")}
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | measured | own
