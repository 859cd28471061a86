"""A warm worker's processor time for turns and for bare loops: one line of JSON a case, in milliseconds.

Run as a script: `answering.py CASE…`, questions as JSON on stdin. The cases, each for a model of the scripted Bedrock:

- `turn:MODEL`: the whole of a turn, by the same parts as in a deployment, log lines included;
- `loop:MODEL`: the same stream, read by the same client, and nothing done with it;
- `edits:MODEL`: as many writes as the last turn made, at the same pace, by bare calls of slack_sdk: `chat_update`, or
  those of a stream where the turn was streamed natively; no model.

The environment says how Vera streams. All threads of the process count.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
import tempfile
import time
from itertools import count, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vera import Settings, Vera
from vera.assistant.budget import Budget
from vera.assistant.conversation import Turn
from vera.aws.clients import Clients
from vera.aws.logs import LogJournal
from vera.bedrock.converse import ConverseModel
from vera.slack.web import web_client
from vera.storage.sqlite import Database
from vera.storage.sqlite_tally import SQLiteTally

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL_BEFORE = "tokens-40"
TOKENS, TOKENS_PER_SECOND = 1_000, 80
ANSWER = Path(__file__).with_name("answer.md").read_text() * 4


class Worker:
    """What stays from turn to turn in a container, and what has been measured so far."""

    def __init__(self, questions: list[dict[str, str]], folder: Path) -> None:
        self.folder, self.turns = folder, count()
        self.questions = (Turn(**question) for question in questions)
        self.log = io.StringIO()
        self.bedrock = Clients().create("bedrock-runtime", read_timeout_seconds=60)
        settings = Settings.from_environment(os.environ)
        self.vera = Vera(settings, journal=LogJournal(stream=self.log))
        self.slack = web_client(settings.slack_bot_token, base_url=settings.slack_api_url)
        self.last_turn_edits, self.last_turn_streamed = 0, False

    def turn(self, model: str) -> int:
        """Answer the next question by a budget that nobody has spent of; return how many edits that took."""
        database = Database(self.folder / f"budget-{next(self.turns)}.sqlite3")
        self.vera.model, self.vera.budget = ConverseModel(self.bedrock, model), Budget(SQLiteTally(database))
        self.vera.answer(next(self.questions))
        database.close()
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        self.log.seek(0)
        self.log.truncate()
        assert lines[-1]["outcome"] == "answered", lines[-1]
        self.last_turn_edits = lines[-1]["edits"]
        self.last_turn_streamed = any(line.get("streaming") == "native" for line in lines)
        return self.last_turn_edits

    def loop(self, model: str) -> int:
        """Read a stream."""
        return sum(0 for _ in self._stream(model))

    def edits(self, model: str) -> int:
        """Make edits, or write to a stream; return how often."""
        question, edits = next(self.questions), max(2, self.last_turn_edits)
        here = {"channel": question.channel, "thread_ts": question.ts}
        to = {"recipient_user_id": question.user, "recipient_team_id": question.user_team}
        pause_seconds = TOKENS / TOKENS_PER_SECOND / edits if model.startswith("paced") else 0.0
        texts = [ANSWER[: len(ANSWER) * number // edits] for number in range(1, edits + 1)]
        if self.last_turn_streamed:
            ts = self.slack.chat_startStream(**here, **to, markdown_text=texts[0])["ts"]
        else:
            ts = self.slack.chat_postMessage(**here, text=texts[0])["ts"]
        for before, text in pairwise(texts):
            time.sleep(pause_seconds)
            if not self.last_turn_streamed:
                self.slack.chat_update(channel=question.channel, ts=ts, text=text)
            elif text != texts[-1]:
                more = text[len(before) :]
                self.slack.chat_appendStream(channel=question.channel, ts=ts, markdown_text=more)
        if self.last_turn_streamed:
            self.slack.chat_stopStream(channel=question.channel, ts=ts, markdown_text=texts[-1][len(texts[-2]) :])
        return edits

    def _stream(self, model: str) -> Any:
        messages = [{"role": "user", "content": [{"text": "How long is the notice period?"}]}]
        return self.bedrock.converse_stream(
            modelId=model, messages=messages, inferenceConfig={"maxTokens": 4 * TOKENS}
        )["stream"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(json.load(sys.stdin), Path(folder))
        run: dict[str, Callable[[str], int]] = {"turn": worker.turn, "loop": worker.loop, "edits": worker.edits}
        for warm in run.values():
            warm(MODEL_BEFORE)
        for case in sys.argv[1:]:
            kind, _, model = case.partition(":")
            gc.collect()
            began = time.process_time()
            edits = run[kind](model)
            print(json.dumps({"case": case, "cpu_ms": (time.process_time() - began) * 1000, "edits": edits}))


main()
