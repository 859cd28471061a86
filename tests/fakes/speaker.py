"""A language model for tests that goes on where it was cut off: what it says depends on what it is asked alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vera.assistant.model import ChatModel, Stopped, Text, TextDelta, ToolResult, ToolUse, Usage
from vera.assistant.prompt import GO_ON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vera.assistant.model import ModelEvent, ModelRequest

__all__ = ["Speaker"]


class Speaker(ChatModel):
    """Says its rounds, in pieces of so many characters: which one, the tool results in the request tell.

    All rounds but the last end in a call of the tool `clock`. Shown what it has said of a round, and asked to go on, it
    says the rest. `spoken` holds what it said to each request, `requests` what it was asked.
    """

    model_id = "speaker"

    def __init__(self, *rounds: str, characters: int = 7) -> None:
        self.requests: list[ModelRequest] = []
        self.spoken: list[str] = []
        self._rounds, self._characters = rounds, characters

    def converse(self, request: ModelRequest) -> Iterator[ModelEvent]:
        self.requests.append(request)
        self.spoken.append("")
        called = sum(isinstance(each, ToolResult) for message in request.messages for each in message.content)
        rest = self._rest(self._rounds[called], request)
        for at in range(0, len(rest), self._characters):
            piece = rest[at : at + self._characters]
            self.spoken[-1] += piece
            yield TextDelta(piece)
        is_last = called + 1 == len(self._rounds)
        if not is_last:
            yield ToolUse(f"call-{called}", "clock", "{}")
        yield Stopped("end_turn" if is_last else "tool_use")
        yield Usage(1, 1)

    @staticmethod
    def _rest(text: str, request: ModelRequest) -> str:
        *_, before, last = (None, *request.messages)
        if last.content != (Text(GO_ON),):
            return text
        (said,) = before.content
        assert before.role == "assistant"
        assert text.startswith(said.text), "it is shown something that it never said"
        return text.removeprefix(said.text)
