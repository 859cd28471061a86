"""A message put together from its events, however it was cut."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vera.assistant.model import ModelEvent, Reasoning, Stopped, TextDelta, ToolUse, Usage
from vera.bedrock.message import MessageInProgress

texts = st.text(max_size=30)
blocks = st.one_of(
    st.tuples(st.just("text"), texts),
    st.tuples(st.just("input"), texts),
    st.tuples(st.just("thought"), texts),
    st.tuples(st.just("signature"), texts),
    st.tuples(st.just("redactedContent"), st.binary(max_size=30)),
)


@st.composite
def messages(draw: st.DrawFn) -> tuple[list[tuple[str, Any]], list[dict[str, Any]]]:
    """Any blocks, and the events that tell them: every block's content is cut into deltas anywhere."""
    spoken = draw(st.lists(blocks, max_size=6))
    events: list[dict[str, Any]] = [{"messageStart": {"role": "assistant"}}]
    for index, (kind, content) in enumerate(spoken):
        if kind == "input":
            start = {"toolUse": {"toolUseId": f"call-{index}", "name": "tool"}}
            events.append({"contentBlockStart": {"contentBlockIndex": index, "start": start}})
        ends = sorted(draw(st.lists(st.integers(0, len(content)), max_size=4)))
        for begin, end in zip([0, *ends], [*ends, len(content)], strict=True):
            events.append({"contentBlockDelta": {"contentBlockIndex": index, "delta": delta(kind, content[begin:end])}})
        events.append({"contentBlockStop": {"contentBlockIndex": index}})
    usage = {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}
    return spoken, [*events, {"messageStop": {"stopReason": "end_turn"}}, {"metadata": {"usage": usage}}]


def delta(kind: str, piece: Any) -> dict[str, Any]:
    match kind:
        case "text":
            return {"text": piece}
        case "input":
            return {"toolUse": {"input": piece}}
        case "thought":
            return {"reasoningContent": {"text": piece}}
    return {"reasoningContent": {kind: piece}}


def whole(index: int, kind: str, content: Any) -> ModelEvent | None:
    match kind:
        case "input":
            return ToolUse(f"call-{index}", "tool", content or "{}")
        case "thought" if content:
            return Reasoning(content)
        case "signature" if content:
            return Reasoning(signature=content)
        case "redactedContent" if content:
            return Reasoning(redacted=base64.b64encode(content).decode())
    return None


@given(messages())
def test_no_fragment_is_lost_however_a_message_is_cut(message: tuple[list[tuple[str, Any]], list[dict[str, Any]]]):
    spoken, events = message
    progress = MessageInProgress()

    told = [event for taken in events for event in progress.take(taken)]

    *said, stopped, usage = told
    wholes = [whole(index, kind, content) for index, (kind, content) in enumerate(spoken)]
    assert [event for event in said if not isinstance(event, TextDelta)] == [event for event in wholes if event]
    assert "".join(event.text for event in said if isinstance(event, TextDelta)) == "".join(
        content for kind, content in spoken if kind == "text"
    )
    assert (stopped, usage) == (Stopped("end_turn"), Usage(1, 2))


def test_a_fragment_of_a_call_that_was_never_announced_is_passed_over():
    progress = MessageInProgress()
    stray = {"contentBlockDelta": {"contentBlockIndex": 3, "delta": {"toolUse": {"input": "{}"}}}}

    told = [*progress.take(stray), *progress.take({"contentBlockStop": {"contentBlockIndex": 3}})]

    assert told == []
