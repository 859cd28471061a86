"""What an answer of 1,000 tokens costs in processor time beyond reading it: `python -m bench.streaming_cpu`.

Bedrock and Slack are processes of their own (the tests' scripted Bedrock, the playground's Slack). Between them is one
warm process with the real parts of a turn: `ConverseModel`, `Dialogue`, `Draft`, `Reply`, `SlackSurface`, slack_sdk and
log lines by powertools. Counted is the processor time of all its threads, for a turn of 1,000 tokens of four characters
less a turn of one token, less what a bare loop over the same stream costs (of 1,000 less of one). Vera streams by
`edit`, `native` and `auto`: at full speed, which leaves time for few edits, and at 80 tokens a second, where the
workspace's budget decides how many are made. Beside it: what as many bare calls of slack_sdk cost by themselves.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).parent
PACES = {"tokens": "at full speed", "paced": "at 80 tokens a second"}
STREAMING = ("edit", "native", "auto")
ROUNDS = {"tokens": 5, "paced": 3}
REACH_MS = 30.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """One pace and way of streaming: milliseconds of processor time, medians, and the least of all rounds."""

    case: str
    loop_ms: float
    loop_ms_least: float
    beyond_ms: float
    beyond_ms_least: float
    edits: float
    edits_bare_ms: float


def run(*, rounds: dict[str, int] = ROUNDS) -> list[Row]:
    """Measure both paces, each round in fresh processes. Rounds at 80 a second run side by side: they mostly wait."""
    with _server("bedrock") as url:
        quick: dict[str, list[_Figures]] = {streaming: [] for streaming in STREAMING}
        for _ in range(rounds["tokens"]):
            for streaming in STREAMING:
                quick[streaming].append(_round("tokens", streaming, url))
        paced = {}
        for streaming in STREAMING:
            with ExitStack() as slow:
                begun = [slow.enter_context(_begun("paced", streaming, url)) for _ in range(rounds["paced"])]
                paced[streaming] = [_figures(one) for one in begun]
    return [_row("tokens", *each) for each in quick.items()] + [_row("paced", *each) for each in paced.items()]


def report(rows: list[Row]) -> str:
    """Return the figures as a table."""
    lines = [
        f"{'1,000 tokens, CPU':38} {'loop ms':>8} {'least':>7} {'beyond':>9} {'least':>8} {'edits':>6} {'bare ms':>8}"
    ]
    lines += [
        f"{row.case:38} {row.loop_ms:8.1f} {row.loop_ms_least:7.1f} {row.beyond_ms:9.1f} {row.beyond_ms_least:8.1f}"
        f" {row.edits:6.0f} {row.edits_bare_ms:8.1f}"
        for row in rows
    ]
    reached = ", ".join(f"{row.case} {'reached' if row.beyond_ms <= REACH_MS else 'missed'}" for row in rows)
    return "\n".join([*lines, f"to reach: at most {REACH_MS:.0f} ms beyond the bare loop: {reached}"])


@dataclass(frozen=True, kw_only=True)
class _Figures:
    loop_ms: float
    beyond_ms: float
    edits: int
    edits_bare_ms: float


def _row(pace: str, streaming: str, figures: list[_Figures]) -> Row:
    loops, beyond = [one.loop_ms for one in figures], [one.beyond_ms for one in figures]
    return Row(
        case=f"{streaming}, {PACES[pace]}",
        loop_ms=statistics.median(loops),
        loop_ms_least=min(loops),
        beyond_ms=statistics.median(beyond),
        beyond_ms_least=min(beyond),
        edits=statistics.median(one.edits for one in figures),
        edits_bare_ms=statistics.median(one.edits_bare_ms for one in figures),
    )


def _round(pace: str, streaming: str, bedrock_url: str) -> _Figures:
    with _begun(pace, streaming, bedrock_url) as process:
        return _figures(process)


@contextmanager
def _begun(pace: str, streaming: str, bedrock_url: str) -> Iterator[subprocess.Popen[str]]:
    """Start a worker that measures turns and loops of one token, then of a thousand, beside a Slack of its own."""
    cases = ["turn:tokens-1", "loop:tokens-1", f"turn:{pace}-1000", f"loop:{pace}-1000", f"edits:{pace}-1000"]
    command = [sys.executable, str(BENCH / "contenders" / "answering.py"), *cases]
    with _server("slack") as line, tempfile.TemporaryDirectory() as folder:
        slack = json.loads(line)
        environment = _environment(bedrock_url, slack, folder) | {"VERA_STREAMING": streaming}
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin
            process.stdin.write(json.dumps(slack["questions"]))
            process.stdin.close()
            yield process
        if process.returncode:
            raise RuntimeError("the worker failed; its standard error says how")


def _figures(process: subprocess.Popen[str]) -> _Figures:
    """Read what the worker measured."""
    assert process.stdout
    figures = [json.loads(line) for line in process.stdout]
    turn_of_one, loop_of_one, turn, loop, edits = (figure["cpu_ms"] for figure in figures)
    return _Figures(
        loop_ms=loop - loop_of_one,
        beyond_ms=(turn - turn_of_one) - (loop - loop_of_one),
        edits=figures[2]["edits"],
        edits_bare_ms=edits,
    )


@contextmanager
def _server(name: str) -> Iterator[str]:
    """Run a server of the contenders' folder, and give its first line."""
    command = [sys.executable, str(BENCH / "contenders" / f"{name}.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        yield process.stdout.readline().strip()
        process.stdin.close()


def _environment(bedrock_url: str, slack: dict[str, str], folder: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SLACK_", "VERA_"))}
    return inherited | {
        "AWS_ENDPOINT_URL": bedrock_url,
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "SLACK_BOT_TOKEN": slack["token"],
        "VERA_SLACK_API_URL": slack["url"],
        "VERA_DATABASE": str(Path(folder, "turns.sqlite3")),
        "VERA_KNOWLEDGE_BASE_IDS": "HANDBOOK01",
    }


if __name__ == "__main__":
    print(report(run()))
