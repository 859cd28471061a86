"""A warm worker of Vera's for `crowd.py`, whose model gives a speech."""

import io
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

from bench.contenders.speech import Speech

from vera import Settings, Vera
from vera.assistant.conversation import Turn
from vera.assistant.model import ChatModel, ModelEvent, ModelRequest, Stopped, TextDelta, Usage
from vera.aws.logs import LogJournal


class SpeakingModel(ChatModel):
    """A model that gives one speech, whatever it is asked."""

    def __init__(self, speech: Speech) -> None:
        self.speech = speech

    @property
    def model_id(self) -> str:
        """What it is called in the log."""
        return "speech"

    def converse(self, request: ModelRequest) -> Generator[ModelEvent]:
        """Give the speech."""
        for delta in self.speech:
            yield TextDelta(delta)
        yield Stopped("end_turn")
        yield Usage(output_tokens=self.speech.words)


class VeraWorker:
    """One worker, as warm as a Lambda after its first answer; it counts in the database that all share."""

    def __init__(self, streaming: str, *, url: str, token: str, database: Path) -> None:
        settings = Settings.from_environment(
            {
                "SLACK_BOT_TOKEN": token,
                "VERA_SLACK_API_URL": url,
                "VERA_DATABASE": str(database),
                "VERA_STREAMING": streaming,
            }
        )
        self._log = io.StringIO()
        self._vera = Vera(settings, journal=LogJournal(stream=self._log), model=SpeakingModel(Speech(5)))
        self._vera.ask("What makes a worker warm?")
        _ = self._vera.ledger, self._vera.surface, self._vera.threads
        self._log.seek(0)
        self._log.truncate()

    def answer(self, question: dict[str, Any], speech: Speech) -> None:
        """Answer by this speech."""
        self._vera.model = SpeakingModel(speech)
        self._vera.answer(Turn(**question))

    def log(self) -> list[dict[str, Any]]:
        """Return the lines that the answer has logged."""
        return [json.loads(line) for line in self._log.getvalue().splitlines()]

    def close(self) -> None:
        """Close its database."""
        self._vera.close()
