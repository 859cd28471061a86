"""The receiver's cold and warm figures, beside what else one could write: `python -m bench.receiver`.

Cold: from starting a process to its first acknowledgement (interpreter, imports, signature, invoke over loopback).
Warm: each further request of one process. The contenders take turns against one server, so that what else the machine
does hits all alike; bytecode is cached, as in a package. What a network and TLS add is the same for all and not in
here.
"""

import hashlib
import hmac
import json
import marshal
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BENCH = Path(__file__).parent
CONTENDERS = {
    "limit": "bare hmac + http.client (the limit)",
    "vera_receiver": "Vera",
    "bare_boto3": "a bare boto3 receiver",
    "bolt_lazy": "Bolt's Lambda adapter, lazy listener",
}
COLD_ROUNDS = 15
WARM_ROUNDS = 5
WARM_REQUESTS = 400
REACH = 1.5
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One contender's figures; the ratios are of the medians, to the limit's."""

    contender: str
    cold_ms: float
    cold_ms_least: float
    cold_ratio: float
    warm_us: float
    warm_us_least: float
    warm_ratio: float


def run(*, cold_rounds: int = COLD_ROUNDS, warm_rounds: int = WARM_ROUNDS) -> list[Row]:
    """Measure all contenders in turns; the limit comes first."""
    cold: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    warm: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    with _lambda_api() as url:
        environment = _environment(url)
        for name in CONTENDERS:
            _first_answer_ms(name, environment)  # writes the bytecode
        for _ in range(cold_rounds):
            for name in CONTENDERS:
                cold[name].append(_first_answer_ms(name, environment))
        for _ in range(warm_rounds):
            for name in CONTENDERS:
                warm[name] += _further_answers_us(name, environment)
    limit_cold, limit_warm = statistics.median(cold["limit"]), statistics.median(warm["limit"])
    return [
        Row(
            contender=title,
            cold_ms=statistics.median(cold[name]),
            cold_ms_least=min(cold[name]),
            cold_ratio=statistics.median(cold[name]) / limit_cold,
            warm_us=statistics.median(warm[name]),
            warm_us_least=min(warm[name]),
            warm_ratio=statistics.median(warm[name]) / limit_warm,
        )
        for name, title in CONTENDERS.items()
    ]


def report(rows: list[Row]) -> str:
    """Return the figures as a table."""
    lines = [f"{'receiver':38} {'cold ms':>8} {'least':>7} {'ratio':>6} {'warm µs':>9} {'least':>8} {'ratio':>6}"]
    lines += [
        f"{row.contender:38} {row.cold_ms:8.1f} {row.cold_ms_least:7.1f} {row.cold_ratio:6.2f}"
        f" {row.warm_us:9.0f} {row.warm_us_least:8.0f} {row.warm_ratio:6.2f}"
        for row in rows
    ]
    vera = next(row for row in rows if row.contender == CONTENDERS["vera_receiver"])
    reached = "reached" if max(vera.cold_ratio, vera.warm_ratio) <= REACH else "missed"
    return "\n".join([*lines, f"to reach: at most {REACH} x the limit, cold and warm: {reached}"])


def _environment(url: str) -> dict[str, str]:
    """Return what every contender is run with; bytecode is cached whatever the caller prefers."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEXAMPLE",
        "SLACK_SIGNING_SECRET": SECRET,
        "VERA_WORKER_FUNCTION": "vera-worker",
    }


def _mention() -> bytes:
    """Return a mention, signed now, as API Gateway hands it over."""
    body = json.dumps(_sample("event_app_mention"), separators=(",", ":"))
    event = _sample("http_api_request")
    stamp = str(int(time.time()))
    signature = "v0=" + hmac.digest(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hex()
    event["headers"] |= {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}
    return marshal.dumps(event | {"body": body})


def _sample(name: str) -> dict[str, Any]:
    return json.loads((BENCH.parent / "tests" / "events" / f"{name}.json").read_text())


@contextmanager
def _lambda_api() -> Iterator[str]:
    command = [sys.executable, str(BENCH / "contenders" / "lambda_api.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.communicate()


def _start(name: str, requests: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(BENCH / "contenders" / "first_answer.py"), name, str(requests)]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def _first_answer_ms(name: str, environment: dict[str, str]) -> float:
    mention = _mention()
    began = time.perf_counter()
    with _start(name, 0, environment) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write(mention)
        process.stdin.close()
        said = process.stderr.readline()
        took = time.perf_counter() - began
        if said != b"200\n":
            raise RuntimeError(f"{name} said {(said + process.stderr.read()).decode()}")
    return took * 1000


def _further_answers_us(name: str, environment: dict[str, str]) -> list[float]:
    with _start(name, WARM_REQUESTS, environment) as process:
        _, said = process.communicate(_mention())
    if process.returncode:
        raise RuntimeError(f"{name} said {said.decode()}")
    return [float(one) for one in said.splitlines()[-1].split()]


if __name__ == "__main__":
    print(report(run()))
