"""A language model for tests that says what a test wrote down, one script for each request."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from vera.assistant.model import ChatModel, Stopped, TextDelta, ToolUse, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vera.assistant.model import ModelEvent, ModelRequest

__all__ = ["ScriptedModel"]


class ScriptedModel(ChatModel):
    """Follows its scripts, the first one for the first request; the last one is followed from then on.

    A script's lines: a string is a delta, an event is itself, an exception is raised. Where a script neither stops nor
    raises, `Stopped` follows (`tool_use` after a tool call, else `end_turn`), and `Usage` unless the script holds one.
    `requests` holds what was asked; `closed` counts the iterators that were closed or went to their end.
    """

    def __init__(self, *scripts: list[str | ModelEvent | BaseException], model_id: str = "scripted") -> None:
        self.requests: list[ModelRequest] = []
        self.closed = 0
        self._scripts = scripts or (["Yes."],)
        self._model_id = model_id
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        return self._model_id

    def converse(self, request: ModelRequest) -> Iterator[ModelEvent]:
        with self._lock:
            script = self._scripts[min(len(self.requests), len(self._scripts) - 1)]
            self.requests.append(request)
        return self._follow(script)

    def _follow(self, script: list[str | ModelEvent | BaseException]) -> Iterator[ModelEvent]:
        said: list[ModelEvent] = []
        try:
            for line in script:
                if isinstance(line, BaseException):
                    raise line
                said.append(TextDelta(line) if isinstance(line, str) else line)
                yield said[-1]
            if not any(isinstance(event, Stopped) for event in said):
                calls = any(isinstance(event, ToolUse) for event in said)
                yield Stopped("tool_use" if calls else "end_turn")
            if not any(isinstance(event, Usage) for event in said):
                yield Usage(input_tokens=len(script), output_tokens=len(said))
        finally:
            with self._lock:
                self.closed += 1
