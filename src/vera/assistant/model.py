"""What is asked of a language model, and what it says: text, tool calls, why it stopped, what it used.

Values and one port; how the question is put is `prompt.py`, how tools are called between is `dialogue.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from vera.assistant.interruption import Interruption

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from vera.assistant.conversation import Role
    from vera.assistant.knowledge import Passage

__all__ = [
    "ChatModel",
    "Content",
    "Grounding",
    "ModelEvent",
    "ModelMessage",
    "ModelRequest",
    "Reasoning",
    "StopReason",
    "Stopped",
    "Text",
    "TextDelta",
    "ToolResult",
    "ToolSpec",
    "ToolUse",
    "Usage",
]

StopReason = Literal[
    "end_turn",
    "tool_use",
    "max_tokens",
    "stop_sequence",
    "guardrail_intervened",
    "content_filtered",
    "malformed_model_output",
    "malformed_tool_use",
    "model_context_window_exceeded",
]


@dataclass(frozen=True, slots=True)
class Text:
    """Words in a message. Never blank."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What a thinking model thought before a tool call. It goes back to the model unread, or the model refuses.

    Either `text` with its `signature`, or `redacted`, base64.
    """

    text: str = ""
    signature: str = ""
    redacted: str = ""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """The model calls a tool. `arguments` is JSON as the model wrote it: maybe broken, always untrusted."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the call `id` came to; `failed` where `text` says what went wrong."""

    id: str
    text: str
    failed: bool = False


Content = Text | Reasoning | ToolUse | ToolResult


@dataclass(frozen=True, slots=True)
class ModelMessage:
    """One message of the conversation as the model sees it."""

    role: Role
    content: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model is told of it. `name` matches `[a-zA-Z0-9_-]{1,64}`; `schema` is a JSON schema, an object."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Grounding:
    """What the question leans on, for a model that works on passages rather than on prose (the embedded default).

    `searched` is false where there are no documents, or none that could be searched. `said` is what such a model has
    said of its answer already. A language model finds the same in the messages.
    """

    question: str
    query: str
    passages: tuple[Passage, ...] = ()
    searched: bool = True
    said: str = ""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request. Messages begin with the user's, alternate, end with the user's; none is empty.

    `tools` stays filled when no more calls are wanted but `messages` hold some: Converse refuses the request otherwise.
    `seconds` is how long it may take until the last word; once `stopped` is set, nobody waits for it any more.
    """

    system: str
    messages: tuple[ModelMessage, ...]
    max_output_tokens: int
    tools: tuple[ToolSpec, ...] = ()
    grounding: Grounding | None = None
    seconds: float = math.inf
    stopped: Interruption = field(default_factory=Interruption, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next few characters that the model says."""

    text: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The model has ended its message. `note` is what a guardrail or filter said of its reason, where it did."""

    reason: StopReason
    note: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the request cost."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


ModelEvent = TextDelta | Reasoning | ToolUse | Stopped | Usage


class ChatModel(Protocol):
    """A language model."""

    @property
    def model_id(self) -> str:
        """What the model is called, for logs and records."""
        ...

    def converse(self, request: ModelRequest) -> Generator[ModelEvent]:
        """Yield what the model says, as it says it.

        Text, thoughts and whole tool calls in their order, then exactly one `Stopped`, then `Usage` where the service
        tells.

        Raises, from the first `next` on: `ModelBusy` while nothing has been said and the adapter's own retries are
        spent; `StreamBroken` later; `InputTooLong`, `AccessDenied`, `ModelGone`, `RequestRefused`, `ModelFailed`;
        `OutOfTime` when the request's seconds are over, in the midst of a silence too; `StreamBroken` where it was
        `stopped` in one. A stream that ends without
        `Stopped` is broken. Closing the iterator ends the request. Safe from several threads.
        """
        ...
