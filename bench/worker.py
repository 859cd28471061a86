"""The worker's first request to Slack, from cold, beside the least that a Bolt app may do: `python -m bench.worker`.

From the moment before the process is spawned to the moment at which `chat.postMessage` has come in at the server's:
interpreter, imports, clients, the claim, the post. Both speak to one server, which answers at once; both read their
credentials from the environment; bytecode is cached, as in a package. They take turns, so that what else the machine
does hits both alike; processor time is told beside, which it hits less. A network and TLS are not in here: they add the
same to both, and a TLS context of its own to each call of a plain slack_sdk client.
"""

import json
import marshal
import os
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).parent
CONTENDERS = {
    "bolt_worker": "Bolt, one boto3 write, one post",
    "vera_worker": "Vera",
}
ROUNDS = 21
PATIENCE_SECONDS = 20.0
REACH = 1.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """One contender's figures; the ratios are of the medians, to Bolt's."""

    contender: str
    cold_ms: float
    cold_ms_least: float
    cold_ratio: float
    cpu_ms: float
    cpu_ms_least: float
    cpu_ratio: float


def run(*, rounds: int = ROUNDS) -> list[Row]:
    """Measure both in turns; Bolt comes first."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
    with _slack_and_dynamodb() as server:
        for name in CONTENDERS:
            _first_post_ms(name, server)  # writes the bytecode
        for _ in range(rounds):
            for name in CONTENDERS:
                took[name].append(_first_post_ms(name, server))
    wall = {name: [one for one, _ in each] for name, each in took.items()}
    cpu = {name: [one for _, one in each] for name, each in took.items()}
    return [
        Row(
            contender=title,
            cold_ms=statistics.median(wall[name]),
            cold_ms_least=min(wall[name]),
            cold_ratio=statistics.median(wall[name]) / statistics.median(wall["bolt_worker"]),
            cpu_ms=statistics.median(cpu[name]),
            cpu_ms_least=min(cpu[name]),
            cpu_ratio=statistics.median(cpu[name]) / statistics.median(cpu["bolt_worker"]),
        )
        for name, title in CONTENDERS.items()
    ]


def report(rows: list[Row]) -> str:
    """Return the figures as a table."""
    lines = [f"{'worker':38} {'cold ms':>8} {'least':>7} {'ratio':>6} {'CPU ms':>9} {'least':>8} {'ratio':>6}"]
    lines += [
        f"{row.contender:38} {row.cold_ms:8.1f} {row.cold_ms_least:7.1f} {row.cold_ratio:6.2f}"
        f" {row.cpu_ms:9.1f} {row.cpu_ms_least:8.1f} {row.cpu_ratio:6.2f}"
        for row in rows
    ]
    vera = next(row for row in rows if row.contender == CONTENDERS["vera_worker"])
    reached = "reached" if vera.cold_ratio <= REACH else "missed"
    return "\n".join([*lines, f"to reach: at most {REACH} x the Bolt app, from spawn to the first post: {reached}"])


@dataclass(frozen=True)
class _Server:
    process: subprocess.Popen[str]
    environment: dict[str, str]

    def next_post(self) -> float | None:
        """Return when the next post came, or None where none comes."""
        assert self.process.stdout
        came, _, _ = select.select([self.process.stdout], [], [], PATIENCE_SECONDS)
        return float(self.process.stdout.readline()) if came else None


@contextmanager
def _slack_and_dynamodb() -> Iterator[_Server]:
    command = [sys.executable, str(BENCH / "contenders" / "slack_and_dynamodb.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        yield _Server(process, _environment(url))
        assert process.stdin
        process.stdin.close()


def _environment(url: str) -> dict[str, str]:
    """Return what both are run with; bytecode is cached whatever the caller prefers."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "SLACK_", "VERA_")) and name != "PYTHONDONTWRITEBYTECODE"
    }
    return inherited | {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
        "VERA_SLACK_API_URL": f"{url}/api/",
        "VERA_TABLE": "turns",
    }


def _hand_over() -> bytes:
    """Return a mention as the receiver hands it over."""
    payload = json.loads((BENCH.parent / "tests" / "events" / "event_app_mention.json").read_text())
    return marshal.dumps({"kind": "event", "payload": payload, "retry": 0, "received_at": time.time()})


def _first_post_ms(name: str, server: _Server) -> tuple[float, float]:
    """Return the time and the processor time to the first post."""
    command = [sys.executable, str(BENCH / "contenders" / "first_post.py"), name]
    event = _hand_over()
    began = time.monotonic()
    process = subprocess.Popen(
        command, env=server.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stdin
    assert process.stderr
    process.stdin.write(event)
    process.stdin.close()
    posted = server.next_post()
    process.kill()  # it waits for an answer that never comes
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    with process.stderr as said:
        if posted is None:
            raise RuntimeError(f"{name} did not post: {said.read().decode()}")
    return (posted - began) * 1000, (used.ru_utime + used.ru_stime) * 1000


if __name__ == "__main__":
    print(report(run()))
