"""What a scripted Bedrock says: the parts of a message, and what can go wrong with it.

A script is a list of parts; a plain string is one delta of text. Nothing is added to it but `messageStart` and the ends
of content blocks: a script without `Stop` is a stream that ends too soon.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any

from fakes import event_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "Cut",
    "Fault",
    "Hold",
    "HttpError",
    "Part",
    "Pause",
    "Raw",
    "Stop",
    "Thought",
    "Tool",
    "Used",
    "deltas_of",
    "frames",
    "message_of",
]

STATUS = {
    "AccessDeniedException": 403,
    "BadGatewayException": 502,
    "ConflictException": 409,
    "DependencyFailedException": 424,
    "ExpiredTokenException": 403,
    "InternalServerException": 500,
    "MissingAuthenticationTokenException": 403,
    "ModelErrorException": 424,
    "ModelNotReadyException": 429,
    "ModelTimeoutException": 408,
    "ResourceNotFoundException": 404,
    "ServiceQuotaExceededException": 400,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 429,
    "UnrecognizedClientException": 403,
    "ValidationException": 400,
}


@dataclass(frozen=True, slots=True)
class Tool:
    """The model calls a tool. `arguments` may be JSON text, or an object; it comes in pieces of `piece` characters."""

    name: str
    arguments: str | dict[str, Any] = ""
    id: str = "tooluse_1"
    piece: int = 7


@dataclass(frozen=True, slots=True)
class Thought:
    """The model thinks aloud (`text`, with its `signature`) or to itself (`redacted`)."""

    text: str = ""
    signature: str = ""
    redacted: bytes = b""


@dataclass(frozen=True, slots=True)
class Stop:
    """The message ends."""

    reason: str = "end_turn"


@dataclass(frozen=True, slots=True)
class Used:
    """The metadata that follows the end. `action_reason` is a guardrail's."""

    input_tokens: int = 10
    output_tokens: int = 20
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    action_reason: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing comes before `gate` is set, or the other side hangs up. Without a gate: silence."""

    gate: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing comes for a while: for benchmarks and demonstrations, not for tests."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends in the middle of a frame.

    `reset`: by a TCP reset; `politely`: with a proper end of the HTTP body, as a proxy may do it.
    """

    reset: bool = False
    politely: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """An error within the stream; `code` as the stream spells it (`throttlingException`)."""

    code: str
    message: str = "Something went wrong within the stream."


@dataclass(frozen=True, slots=True)
class Raw:
    """Any event at all."""

    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HttpError:
    """An answer with an HTTP status instead of a stream. Unless given, `status` is the one that AWS documents."""

    code: str
    message: str = "Something went wrong."
    status: int = 0
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def http_status(self) -> int:
        return self.status or STATUS.get(self.code, 400)


Part = str | Tool | Thought | Stop | Used | Hold | Pause | Cut | Fault | Raw


def deltas_of(text: str, delta_tokens: int) -> list[str]:
    """Split a text into deltas of about `delta_tokens` tokens, a token being up to four letters of a word."""
    tokens = re.findall(r"\s*\S{1,4}|\s+\Z", text)
    return ["".join(tokens[at : at + delta_tokens]) for at in range(0, len(tokens), delta_tokens)]


def frames(script: Iterable[Part]) -> Iterator[bytes | Hold | Pause | Cut]:
    """Turn a script into encoded events, and what else is to happen between them."""
    yield event_stream.event("messageStart", {"role": "assistant"})
    index, in_text = 0, False
    for part in script:
        if isinstance(part, str):
            in_text = True
            yield _delta(index, {"text": part})
            continue
        if in_text and isinstance(part, Tool | Thought | Stop):
            yield event_stream.event("contentBlockStop", {"contentBlockIndex": index})
            index, in_text = index + 1, False
        match part:
            case Tool() | Thought():
                yield from _block(index, part)
                index += 1
            case Stop():
                yield event_stream.event("messageStop", {"stopReason": part.reason})
            case Used():
                yield event_stream.event("metadata", _metadata(part))
            case Fault():
                yield event_stream.exception(part.code, part.message)
            case Raw():
                yield event_stream.event(part.kind, part.payload)
            case Hold() | Pause() | Cut():
                yield part


def message_of(script: Iterable[Part]) -> dict[str, Any]:
    """Turn a script into the answer of Converse without a stream."""
    content: list[dict[str, Any]] = []
    answer: dict[str, Any] = {"stopReason": "end_turn", **_metadata(Used())}
    for part in script:
        match part:
            case str() if content and "text" in content[-1]:
                content[-1]["text"] += part
            case str():
                content.append({"text": part})
            case Tool():
                content.append(
                    {"toolUse": {"toolUseId": part.id, "name": part.name, "input": json.loads(_json(part) or "{}")}}
                )
            case Thought():
                content.append({"reasoningContent": thought_block(part)})
            case Stop():
                answer["stopReason"] = part.reason
            case Used():
                answer |= _metadata(part)
    return {"output": {"message": {"role": "assistant", "content": content}}, **answer}


def thought_block(thought: Thought) -> dict[str, Any]:
    """Return a thought as it has to come back with the results of the calls that followed it."""
    if thought.redacted:
        return {"redactedContent": base64.b64encode(thought.redacted).decode()}
    signed = {"signature": thought.signature} if thought.signature else {}
    return {"reasoningText": {"text": thought.text, **signed}}


def _delta(index: int, delta: dict[str, Any]) -> bytes:
    return event_stream.event("contentBlockDelta", {"contentBlockIndex": index, "delta": delta})


def _block(index: int, part: Tool | Thought) -> Iterator[bytes]:
    if isinstance(part, Tool):
        start = {"toolUse": {"toolUseId": part.id, "name": part.name}}
        yield event_stream.event("contentBlockStart", {"contentBlockIndex": index, "start": start})
        arguments = _json(part)
        for at in range(0, len(arguments), part.piece):
            yield _delta(index, {"toolUse": {"input": arguments[at : at + part.piece]}})
    else:
        for word in deltas_of(part.text, 2):
            yield _delta(index, {"reasoningContent": {"text": word}})
        if part.signature:
            yield _delta(index, {"reasoningContent": {"signature": part.signature}})
        if part.redacted:
            redacted = base64.b64encode(part.redacted).decode()
            yield _delta(index, {"reasoningContent": {"redactedContent": redacted}})
    yield event_stream.event("contentBlockStop", {"contentBlockIndex": index})


def _json(tool: Tool) -> str:
    return tool.arguments if isinstance(tool.arguments, str) else json.dumps(tool.arguments)


def _metadata(used: Used) -> dict[str, Any]:
    usage = {
        "inputTokens": used.input_tokens,
        "outputTokens": used.output_tokens,
        "totalTokens": used.input_tokens + used.output_tokens,
        "cacheReadInputTokens": used.cache_read_tokens,
        "cacheWriteInputTokens": used.cache_write_tokens,
    }
    trace = {"trace": {"guardrail": {"actionReason": used.action_reason}}} if used.action_reason else {}
    return {"usage": usage, "metrics": {"latencyMs": 321}, **trace}
