"""A message that the model is still speaking: Converse's events in, calls and thoughts whole out. Pure.

The invariant: exactly one `Stopped`, after all that was said and before the `Usage`; no fragment is lost, however a
call's JSON or a signature is cut into deltas. `tests/unit/bedrock/test_message.py` proves it with any cuts at all.

Events: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
"""

from __future__ import annotations

import base64
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from vera.assistant.model import Reasoning, Stopped, StopReason, TextDelta, ToolUse, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vera.assistant.model import ModelEvent

__all__ = ["MessageInProgress"]

STOP_REASONS: frozenset[str] = frozenset(get_args(StopReason))

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Call:
    id: str
    name: str
    fragments: list[str] = field(default_factory=list)

    def whole(self) -> Iterator[ModelEvent]:
        """Yield the call. A tool without parameters is called without a word: that is an empty object."""
        yield ToolUse(self.id, self.name, "".join(self.fragments) or "{}")


@dataclass(slots=True)
class _Thought:
    text: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    redacted: list[bytes] = field(default_factory=list)

    def whole(self) -> Iterator[ModelEvent]:
        """Yield the thought, which may be a signature alone: a model that keeps its thoughts to itself sends that."""
        if self.text or self.signature:
            yield Reasoning("".join(self.text), "".join(self.signature))
        if self.redacted:
            yield Reasoning(redacted=base64.b64encode(b"".join(self.redacted)).decode())


class MessageInProgress:
    """What has been told of a message, and what of it is still open.

    What Vera never asks for (images, citations, the results of the service's own tools) is passed over.
    """

    def __init__(self) -> None:
        self._open: dict[int, _Call | _Thought] = {}
        self._stopped: Stopped | None = None
        self._withheld = False

    @property
    def stopped(self) -> bool:
        """Whether the model has ended its message."""
        return self._stopped is not None

    def take(self, event: Mapping[str, Any]) -> Iterator[ModelEvent]:
        """Yield what one event of the stream completes, mostly nothing."""
        match event:
            case {"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}}:
                yield from self._grow(index, delta)
            case {"contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": call}}}:
                self._open[index] = _Call(call["toolUseId"], call["name"])  # both are required by the service's model
            case {"contentBlockStop": {"contentBlockIndex": index}}:
                yield from self._end(index)
            case {"messageStop": {"stopReason": reason}}:
                yield from self._stop(reason)
            case {"metadata": metadata}:
                yield from self.withheld(_intervention(metadata))
                yield _usage(metadata.get("usage", {}))

    def withheld(self, note: str = "") -> Iterator[ModelEvent]:
        """Yield the end of a message in which a guardrail intervened: why it did comes after it, with the metadata."""
        if self._withheld:
            self._withheld = False
            yield Stopped("guardrail_intervened", note)

    def _grow(self, index: int, delta: Mapping[str, Any]) -> Iterator[ModelEvent]:
        block = self._open.get(index)
        match delta:
            case {"text": text} if text:
                yield TextDelta(text)
            case {"toolUse": {"input": fragment}} if isinstance(block, _Call):
                block.fragments.append(fragment)
            case {"reasoningContent": thought}:
                if not isinstance(block, _Thought):  # no contentBlockStart announces one
                    block = self._open[index] = _Thought()
                block.text += filter(None, [thought.get("text")])
                block.signature += filter(None, [thought.get("signature")])
                block.redacted += filter(None, [thought.get("redactedContent")])

    def _end(self, index: int) -> Iterator[ModelEvent]:
        if block := self._open.pop(index, None):
            yield from block.whole()

    def _stop(self, reason: str) -> Iterator[ModelEvent]:
        for index in sorted(self._open):  # what a message that ran out of tokens left open
            yield from self._end(index)
        if reason not in STOP_REASONS:
            _log.warning("The model stopped for a reason that Vera doesn't know: %.40r", reason)
            reason = "end_turn"
        self._stopped = Stopped(reason)  # type: ignore[arg-type] # one of STOP_REASONS
        self._withheld = reason == "guardrail_intervened"
        if not self._withheld:
            yield self._stopped


def _intervention(metadata: Mapping[str, Any]) -> str:
    match metadata:
        case {"trace": {"guardrail": {"actionReason": str(reason)}}}:
            return reason
    return ""


def _usage(usage: Mapping[str, Any]) -> Usage:
    return Usage(
        input_tokens=usage.get("inputTokens", 0),
        output_tokens=usage.get("outputTokens", 0),
        cache_read_tokens=usage.get("cacheReadInputTokens", 0),
        cache_write_tokens=usage.get("cacheWriteInputTokens", 0),
    )
