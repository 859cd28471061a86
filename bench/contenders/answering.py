"""A warm worker's processor time for turns and for bare loops: one line of JSON a case, in milliseconds.

Run as a script: `answering.py CASE…`, questions as JSON on stdin. The cases, each for a model of the scripted Bedrock:

- `turn:MODEL`: the whole of a turn, by the same parts as in a deployment, log lines included;
- `loop:MODEL`: the same stream, read by the same client, and nothing done with it;
- `edits:MODEL`: as many edits as the last turn made, at the same pace, by bare calls of slack_sdk's `chat_update`; no
  stream.

All threads of the process count.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vera import Settings, Vera
from vera.assistant.conversation import Turn
from vera.assistant.pacing import EditBudget
from vera.aws.clients import Clients
from vera.aws.logs import LogJournal
from vera.bedrock.converse import ConverseModel
from vera.slack.web import web_client

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL_BEFORE = "tokens-40"
TOKENS, TOKENS_PER_SECOND = 1_000, 80
ANSWER = Path(__file__).with_name("answer.md").read_text() * 4


class Worker:
    """What stays from turn to turn in a container, and what has been measured so far."""

    def __init__(self, questions: list[dict[str, str]]) -> None:
        self.questions = (Turn(**question) for question in questions)
        self.log = io.StringIO()
        self.bedrock = Clients().create("bedrock-runtime", read_timeout_seconds=60)
        settings = Settings.from_environment(os.environ)
        self.vera = Vera(settings, journal=LogJournal(stream=self.log))
        self.slack = web_client(settings.slack_bot_token, base_url=settings.slack_api_url)
        self.edits_of_last_turn = 0

    def turn(self, model: str) -> int:
        """Answer the next question; return how many edits that took."""
        self.vera.model, self.vera.budget = ConverseModel(self.bedrock, model), EditBudget()
        self.vera.answer(next(self.questions))
        ended = json.loads(self.log.getvalue().splitlines()[-1])
        assert ended["outcome"] == "answered", ended
        self.edits_of_last_turn = ended["edits"]
        return self.edits_of_last_turn

    def loop(self, model: str) -> int:
        """Read a stream."""
        return sum(0 for _ in self._stream(model))

    def edits(self, model: str) -> int:
        """Make edits; return how many."""
        question, edits = next(self.questions), max(1, self.edits_of_last_turn)
        ts = self.slack.chat_postMessage(channel=question.channel, thread_ts=question.ts, text="Reading")["ts"]
        pause_seconds = TOKENS / TOKENS_PER_SECOND / edits if model.startswith("paced") else 0.0
        for number in range(1, edits):
            time.sleep(pause_seconds)
            self.slack.chat_update(channel=question.channel, ts=ts, text=ANSWER[: len(ANSWER) * number // edits])
        return edits

    def _stream(self, model: str) -> Any:
        messages = [{"role": "user", "content": [{"text": "How long is the notice period?"}]}]
        return self.bedrock.converse_stream(
            modelId=model, messages=messages, inferenceConfig={"maxTokens": 4 * TOKENS}
        )["stream"]


def main() -> None:
    worker = Worker(json.load(sys.stdin))
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
