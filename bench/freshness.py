"""How fresh a streamed answer is, alone and in a crowd: `python -m bench.freshness`.

Against the playground's Slack at its strictest (documented limits, bursts of 20, 120 ms a call; fresh for each run, and
a process of its own): one person with 1,500 words, six at once with 600 each, twenty with 300, spoken at 80 a second.
Vera streams by `edit`, `native` and `auto`; beside her three peers, written as people write them. Lag is what passes
between a word being due from the model and standing in Slack. Runs take turns while models speak, except that the
answers to one person, which leave the machine idle, are given side by side; who is late ends beside the next.

`--only edit,peers`, `--scenario six,twenty`: a part of it. `--writes`: when each answer's writes stood, how many words
they held.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bench import bounds
from bench.contenders.speech import PER_SECOND
from bench.visible import Seen, Write, seen

ROOT = Path(__file__).parents[1]
LATENCY_MS = 120
SETTLE_SECONDS = 2.0
PEERS = {
    "tokens": "an edit each 10 tokens",
    "interval": "an edit each 0.6 s",
    "sdk": "slack_sdk's chat_stream",
}
VERA = {"edit": "Vera, edit", "native": "Vera, native", "auto": "Vera, auto"}
CONTENDERS = PEERS | VERA
SLOWEST_FIRST = ["sdk", "interval", "tokens", "edit", "native", "auto"]


@dataclass(frozen=True, slots=True)
class Reach:
    """What Vera is to reach in one scenario: at most these seconds."""

    mean: float
    end: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """So many people ask at once, and are answered in so many words each."""

    name: str
    people: int
    words: int
    reach: dict[str, Reach]
    side_by_side: bool = False

    @property
    def seconds(self) -> float:
        """How long a model speaks."""
        return self.words / PER_SECOND


SCENARIOS = {
    "one": Scenario(
        "one person, 1,500 words",
        1,
        1_500,
        {"edit": Reach(0.40, 0.15), "native": Reach(0.28, 0.15), "auto": Reach(0.28, 0.15)},
        side_by_side=True,
    ),
    "six": Scenario(
        "six at once, 600 words each",
        6,
        600,
        {"edit": Reach(1.5, 0.5), "native": Reach(1.2, 0.5), "auto": Reach(0.9, 0.5)},
    ),
    "twenty": Scenario("twenty at once, 300 words each", 20, 300, dict.fromkeys(VERA, Reach(2.5, 1.5))),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One contender in one scenario. Lags are of the words that were seen; `ends` of the answers that became whole."""

    scenario: str
    contender: str
    answers: list[Seen]
    calls: dict[str, int]
    limited: int
    chosen: list[str]
    errors: list[str]
    timelines: list[str]

    @property
    def lost(self) -> int:
        """How many words no message holds in the end."""
        return sum(answer.lost for answer in self.answers)

    @property
    def repeated(self) -> int:
        """How many words stand once more than they were said."""
        return sum(answer.repeated for answer in self.answers)

    @property
    def lags(self) -> list[float]:
        """Return all lags, the least first."""
        return sorted(lag for answer in self.answers for lag in answer.lags)

    @property
    def mean(self) -> float:
        """Mean lag in seconds."""
        return statistics.fmean(self.lags or [0.0])

    @property
    def late(self) -> float:
        """The lag that one word in twenty exceeds."""
        return self.lags[int(len(self.lags) * 0.95)] if self.lags else 0.0

    @property
    def ends(self) -> list[float]:
        """How long after the model's last word each text was whole."""
        return [answer.whole_after for answer in self.answers if answer.whole_after is not None]


def run(contenders: Iterable[str] = tuple(CONTENDERS), scenarios: Iterable[str] = tuple(SCENARIOS)) -> list[Row]:
    """Measure these contenders in these scenarios; the crowds first, so that who is late there ends meanwhile."""
    wanted, among = set(contenders), set(scenarios)
    names = [name for name in SLOWEST_FIRST if name in wanted]
    batches: list[list[tuple[str, str]]] = []
    for scenario in [name for name in reversed(SCENARIOS) if name in among]:
        runs = [(scenario, name) for name in names]
        batches += [runs] if SCENARIOS[scenario].side_by_side else [[one] for one in runs]
    with ExitStack() as stack:
        begun = []
        for batch in batches:
            ready = [stack.enter_context(_Run(*one)) for one in batch]
            for one in ready:
                one.begin()
            for one in ready:
                one.until_spoken()
            time.sleep(SETTLE_SECONDS)
            begun += ready
        rows = [one.row() for one in begun]
    order = list(CONTENDERS)
    return sorted(rows, key=lambda row: (list(SCENARIOS).index(row.scenario), order.index(row.contender)))


def report(rows: list[Row]) -> str:
    """Return the figures as a table for each scenario, with what was to be reached."""
    tables = "\n\n".join(
        _table(scenario, [row for row in rows if row.scenario == name])
        for name, scenario in SCENARIOS.items()
        if any(row.scenario == name for row in rows)
    )
    return f"{tables}\n(in brackets: of the words that were seen, where others were lost)"


def _table(scenario: Scenario, rows: list[Row]) -> str:
    heads = (
        f"{'lost':>6} {'twice':>6} {'mean s':>7} {'bound':>6} {'95 %':>6} {'end s':>7} {'worst':>7} {'429s':>5}  calls"
    )
    lines = [f"{scenario.name:32} {heads}"]
    for row in rows:
        bound = f"{_bound(scenario, row.contender):6.2f}" if row.contender in VERA else ""
        mean, late = (f"({row.mean:.2f})", f"({row.late:.2f})") if row.lost else (f"{row.mean:.2f}", f"{row.late:.2f}")
        end = f"{statistics.fmean(row.ends):7.2f} {max(row.ends):7.2f}" if row.ends else f"{'never':>7} {'':7}"
        calls = ", ".join(f"{method.partition('.')[2]} {count}" for method, count in sorted(row.calls.items()))
        lines.append(
            f"{CONTENDERS[row.contender]:32} {row.lost:6} {row.repeated:6} {mean:>7} {bound:>6} {late:>6}"
            f" {end} {row.limited:5}  {calls}{_remarks(row)}"
        )
    reached = [f"to reach by {row.contender}: {_reached(scenario, row)}" for row in rows if row.contender in VERA]
    return "\n".join([*lines, *reached])


def _remarks(row: Row) -> str:
    whole = len(row.ends)
    remarks = [f"{len(row.answers) - whole} of {len(row.answers)} never whole"] if whole < len(row.answers) else []
    empty = sum(answer.empty for answer in row.answers)
    remarks += [f"{empty} empty messages left"] if empty else []
    remarks += ["out of order"] if not all(answer.in_order or answer.repeated for answer in row.answers) else []
    remarks += [f"{count} by {how}" for how, count in sorted(Counter(row.chosen).items())]
    remarks += [f"{count} x {error}" for error, count in Counter(row.errors).items() if row.contender in VERA]
    return "".join(f" · {remark}" for remark in remarks)


def _bound(scenario: Scenario, contender: str) -> float:
    return bounds.mean_lag_seconds(contender, scenario.people, scenario.seconds, LATENCY_MS / 1_000)


def _reached(scenario: Scenario, row: Row) -> str:
    reach = scenario.reach[row.contender]
    end = max(row.ends) if len(row.ends) == len(row.answers) else float("inf")
    cells = {
        "0 lost": row.lost == 0,
        f"mean <= {reach.mean:.2f}": round(row.mean, 2) <= reach.mean,
        f"whole <= {reach.end:.2f}": round(end, 2) <= reach.end,
        "429s <= 1 a conversation": row.limited <= scenario.people,
    }
    return " · ".join(f"{what} {'reached' if true else 'MISSED'}" for what, true in cells.items())


class _Run:
    """One contender with a Slack of its own: processes that begin together, and what they say in the end."""

    def __init__(self, scenario: str, contender: str) -> None:
        self._scenario, self._contender = scenario, contender
        people, self._words = SCENARIOS[scenario].people, SCENARIOS[scenario].words
        self._slack = _Process("strict_slack", str(people), str(LATENCY_MS))
        self._crowd = _Process("crowd", contender)

    def __enter__(self) -> Self:
        """Wait until both are ready."""
        try:
            where = json.loads(self._slack.heard())
            self._crowd.tell(json.dumps(where | {"words": self._words}))
            self._crowd.heard()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End both, wherever they are."""
        self._crowd.end()
        self._slack.end()

    def begin(self) -> None:
        """Let everybody ask."""
        self._crowd.tell("begin")

    def until_spoken(self) -> None:
        """Wait until every model has said its last word."""
        self._crowd.heard()

    def row(self) -> Row:
        """Wait for the last answer, and return what came of all."""
        told = json.loads(self._crowd.heard())
        record = json.loads(self._slack.last_heard())
        writes: dict[str, list[Write]] = {asker["channel"]: [] for asker in told}
        for write in record["writes"]:
            version = Write(write["ts"], write["at"], tuple(write["words"]), gone=write["gone"])
            writes[write["channel"]].append(version)
        calls: Counter[str] = Counter()
        for method, _, count in record["calls"]:
            calls[method] += count
        return Row(
            scenario=self._scenario,
            contender=self._contender,
            answers=[seen(writes[one["channel"]], words=self._words, began=one["began"]) for one in told],
            calls=dict(calls),
            limited=sum(count for _, how, count in record["calls"] if how == "limited"),
            chosen=[line["streaming"] for one in told for line in one["log"] if "streaming" in line],
            errors=[one["error"] for one in told if one["error"]],
            timelines=[_timeline(writes[one["channel"]], one["began"]) for one in told],
        )


def _timeline(writes: list[Write], began: float) -> str:
    return " ".join(f"{write.at - began:.2f}:{len(write.words)}" for write in writes)


class _Process:
    """A contender's process, spoken to in lines."""

    def __init__(self, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"bench.contenders.{module}", *arguments]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdin
        assert self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    def tell(self, line: str) -> None:
        self._stdin.write(f"{line}\n")
        self._stdin.flush()

    def heard(self) -> str:
        if line := self._stdout.readline():
            return line
        raise RuntimeError(f"{self._process.args!r} ended too soon; its standard error says how")

    def last_heard(self) -> str:
        """Tell that there is no more, and return what it says to that."""
        self._stdin.close()
        return self.heard()

    def end(self) -> None:
        with self._process:  # closes the pipes
            self._process.kill()


def _chosen(text: str, known: dict[str, Any]) -> list[str]:
    names = [name for part in text.split(",") for name in (list(PEERS) if part == "peers" else [part])]
    if unknown := set(names) - set(known):
        raise SystemExit(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(known)}, peers")
    return names


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description="How fresh a streamed answer is, alone and in a crowd.")
    parser.add_argument(
        "--only", default=",".join(CONTENDERS), help=f"of {', '.join(CONTENDERS)}; peers: the first three"
    )
    parser.add_argument("--scenario", default=",".join(SCENARIOS), help=f"of {', '.join(SCENARIOS)}")
    parser.add_argument("--writes", action="store_true", help="when each write stood, and how many words it held")
    given = parser.parse_args()
    rows = run(_chosen(given.only, CONTENDERS), _chosen(given.scenario, SCENARIOS))
    print(report(rows))
    for row in rows if given.writes else ():
        print(f"\n{SCENARIOS[row.scenario].name}, {CONTENDERS[row.contender]}: seconds after the model began:words")
        print("\n".join(row.timelines + row.errors))


if __name__ == "__main__":
    main()
