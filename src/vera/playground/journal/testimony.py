"""What the witnesses in a playground's worker tell of: the journal's events that hold what was said.

A deployment has no witnesses, so nothing there holds a body. Values alone; `clip` keeps them from growing with what
they tell of. Held by `test_playground_witness.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vera.assistant.model import Reasoning, Text, ToolUse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vera.assistant.knowledge import Passage
    from vera.assistant.model import Content, ModelRequest

__all__ = [
    "CHARACTERS",
    "ITEMS",
    "Found",
    "LedgerCalled",
    "ModelAsked",
    "ModelBroke",
    "ModelSaid",
    "ModelUsedTool",
    "Part",
    "Reranked",
    "Said",
    "Searched",
    "SlackCalled",
    "TallyCalled",
    "Testimony",
    "Told",
    "clip",
    "found",
    "model_asked",
]

CHARACTERS = 2_000
"""How much of a string is kept, of what Slack is asked and answers, and of passages."""

ITEMS = 30
"""How much of a list."""


@dataclass(frozen=True, slots=True)
class LedgerCalled:
    """The ledger was asked to do `operation`; a field that the operation does not have is None.

    `key` is told where it is not the turn's own; `owner` is empty for `ask_stop`, which anybody may ask. `error` names
    what was raised. `attempt`, `messages` (their ts), `rounds` (how many), `leg` and `so_far_characters` are what a
    claim was told, the last two also what was handed on; `stop_asked` is what a claim or a renewal was told, or what
    `ask_stop` did. `reopen` is told of a claim that asks for it; `outcome` is what a turn was completed with.
    """

    operation: str
    owner: str
    error: str
    seconds: float
    key: str | None = None
    lease_seconds: float | None = None
    attempt: int | None = None
    messages: tuple[str, ...] | None = None
    rounds: int | None = None
    part: int | None = None
    ts: str | None = None
    ordinal: int | None = None
    outcome: str | None = None
    leg: int | None = None
    so_far_characters: int | None = None
    stop_asked: bool | None = None
    reopen: bool | None = None


@dataclass(frozen=True, slots=True)
class TallyCalled:
    """The workspace's count of one kind of `write` was asked to do `operation`: `spend`, `pause` or `leave`.

    A field that the operation does not have is None. `spent_seconds` is what `answer` wanted to spend, `taken` whether
    it did; `full_at` and `running` are the count as it was answered (no time where nothing was ever spent), or the
    time that a pause was asked for. `seconds` is how long the call took, `error` names what was raised.
    """

    operation: str
    workspace: str
    write: str
    error: str
    seconds: float
    answer: str | None = None
    spent_seconds: float | None = None
    taken: bool | None = None
    full_at: float | None = None
    running: int | None = None


@dataclass(frozen=True, slots=True)
class SlackCalled:
    """A call of Slack's Web API ended. `error` is Slack's word or the transport's; `answer` None: there was none."""

    method: str
    arguments: Mapping[str, Any]
    answer: Any
    error: str
    status: int
    seconds: float
    retry_after_seconds: float


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message to the model: `type` is text, reasoning, tool_use or tool_result; the rest as it has it."""

    type: str
    text: str | None = None
    name: str | None = None
    arguments: str | None = None
    failed: bool | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A message to the model."""

    role: str
    content: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A tool that the model was told of."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ModelAsked:
    """A request to the model begins."""

    model_id: str
    system: str
    messages: tuple[Said, ...]
    tools: tuple[Told, ...]
    max_output_tokens: int


@dataclass(frozen=True, slots=True)
class ModelSaid:
    """What came in the last moment: `text`, in so many pieces."""

    text: str
    deltas: int


@dataclass(frozen=True, slots=True)
class ModelUsedTool:
    """The model calls a tool. `arguments` is JSON as the model wrote it."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ModelBroke:
    """The request ended by an error."""

    error: str


@dataclass(frozen=True, slots=True)
class Found:
    """A passage."""

    title: str
    location: str
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class Searched:
    """A knowledge base was searched."""

    knowledge_base: str
    query: str
    passages: tuple[Found, ...]
    seconds: float
    error: str


@dataclass(frozen=True, slots=True)
class Reranked:
    """What was found was looked at again."""

    query: str
    passages: tuple[Found, ...]
    seconds: float
    error: str


Testimony = (
    LedgerCalled | TallyCalled | SlackCalled | ModelAsked | ModelSaid | ModelUsedTool | ModelBroke | Searched | Reranked
)


def found(passages: Sequence[Passage]) -> tuple[Found, ...]:
    """Return passages as they are told of."""
    return tuple(Found(each.title, each.location, each.score, _cut(each.text)) for each in passages)


def model_asked(model_id: str, request: ModelRequest) -> ModelAsked:
    """Return a request as it is told of: whole, for it is what somebody who tries a prompt wants to read."""
    return ModelAsked(
        model_id,
        request.system,
        tuple(Said(each.role, tuple(map(_part, each.content))) for each in request.messages),
        tuple(Told(each.name, each.description, each.schema) for each in request.tools),
        request.max_output_tokens,
    )


def clip(value: Any) -> Any:
    """Return a JSON value whose strings and lists are no longer than is kept; where one was, it says by how much."""
    match value:
        case str():
            return _cut(value)
        case bytes():
            return f"({len(value):,} bytes)"
        case Mapping():
            return {str(key): clip(each) for key, each in value.items()}
        case list() | tuple():
            rest = len(value) - ITEMS
            return [*map(clip, value[:ITEMS]), *([f"… ({rest:,} more)"] if rest > 0 else [])]
        case _:
            return value


def _cut(text: str) -> str:
    rest = len(text) - CHARACTERS
    return f"{text[:CHARACTERS]} … ({rest:,} more characters)" if rest > 0 else text


def _part(content: Content) -> Part:
    match content:
        case Text(text=text):
            return Part("text", text=text)
        case Reasoning(text=text):
            return Part("reasoning", text=text)
        case ToolUse(name=name, arguments=arguments):
            return Part("tool_use", name=name, arguments=arguments)
        case result:
            return Part("tool_result", text=result.text, failed=result.failed)
