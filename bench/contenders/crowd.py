"""One contender answers several people at once: `python -m bench.contenders.crowd NAME`.

`NAME` is a peer's of `peers.py`, or how Vera streams: `edit`, `native`, `auto`. Reads one line of JSON on stdin (where
Slack is, the questions, how many words an answer has), prints `ready`, begins all answers at once at the next line,
prints `spoken` when every model has said its last word, and at last, as JSON, what the models and the answers came to.

Each answer has a thread, and each of Vera's a Vera of its own, as a worker would, with a connection of its own to the
database that all of them count in. Processes would be closer to Lambdas, but twenty of them on two cores would measure
the machine; so every contender has threads.
"""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.contenders import peers
from bench.contenders.speech import PER_SECOND, Speech


@dataclass(slots=True)
class Asker:
    """One person, and what became of their question."""

    question: dict[str, Any]
    speech: Speech
    answer: Callable[[dict[str, Any], Speech], None]
    log: Callable[[], list[dict[str, Any]]] = list
    error: str = ""

    def run(self, start: threading.Barrier) -> None:
        """Ask when everybody does, and wait for the answer."""
        start.wait()
        try:
            self.answer(self.question, self.speech)
        except Exception as error:  # noqa: BLE001 - a contender that lets something by has lost the answer
            self.error = f"{type(error).__name__}: {str(error)[:80]!r}"

    def told(self) -> dict[str, Any]:
        """Return what came of it."""
        began = self.speech.began
        return {"channel": self.question["channel"], "began": began, "error": self.error, "log": self.log()}


def main() -> None:
    name, task = sys.argv[1], json.loads(sys.stdin.readline())
    with tempfile.TemporaryDirectory() as folder, ExitStack() as workers:
        askers = [_asker(name, task, question, Path(folder), workers) for question in task["questions"]]
        start = threading.Barrier(len(askers) + 1)
        threads = [threading.Thread(target=asker.run, args=(start,)) for asker in askers]
        for thread in threads:
            thread.start()
        _say("ready")
        sys.stdin.readline()
        start.wait()
        while any(thread.is_alive() and not asker.speech.began for thread, asker in zip(threads, askers, strict=True)):
            time.sleep(0.05)
        last_word_at = max(asker.speech.began for asker in askers) + task["words"] / PER_SECOND
        time.sleep(max(0.0, last_word_at - time.time()))
        _say("spoken")
        for thread in threads:
            thread.join()
        _say(json.dumps([asker.told() for asker in askers]))


def _asker(name: str, task: dict[str, Any], question: dict[str, Any], folder: Path, workers: ExitStack) -> Asker:
    speech, slack = Speech(task["words"]), {"url": task["url"], "token": task["token"]}
    if name in peers.PEERS:
        return Asker(question, speech, partial(peers.answer, name, **slack))
    from bench.contenders.vera_crowd import VeraWorker  # noqa: PLC0415 - the peers do without her

    worker = VeraWorker(name, **slack, database=folder / "vera.sqlite3")
    workers.callback(worker.close)
    return Asker(question, speech, worker.answer, worker.log)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
