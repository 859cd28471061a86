"""A request to the model, in Converse's words.

The invariant: whatever keeps to `ModelRequest` keeps to Converse's rules. `tests/unit/bedrock/test_request.py` proves
it with any conversation at all against the rules of the scripted Bedrock.

Rules: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vera.assistant.model import Reasoning, Text, ToolResult, ToolUse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vera.assistant.model import Content, ModelMessage, ModelRequest, ToolSpec

__all__ = ["Guardrail", "converse_parameters"]


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A guardrail of Bedrock's by its id or ARN; `version` is a number or `DRAFT`."""

    id: str
    version: str


def converse_parameters(model_id: str, request: ModelRequest, guardrail: Guardrail | None = None) -> dict[str, Any]:
    """Return the arguments of `converse_stream`.

    `maxTokens` is always there: the quota reserves a model's maximum otherwise. Sampling is left to the model, since
    the newer ones refuse any word about it.
    """
    parameters: dict[str, Any] = {
        "modelId": model_id,
        "messages": [_message(message) for message in request.messages],
        "inferenceConfig": {"maxTokens": request.max_output_tokens},
    }
    if request.system.strip():
        parameters["system"] = [{"text": request.system}]
    if tools := [*map(_tool, request.tools), *_forgotten_tools(request)]:
        parameters["toolConfig"] = {"tools": tools}
    if guardrail:
        parameters["guardrailConfig"] = {
            "guardrailIdentifier": guardrail.id,
            "guardrailVersion": guardrail.version,
            "streamProcessingMode": "sync",  # the other one lets people read what it then blocks
            "trace": "enabled",  # brings the reason of an intervention
        }
    return parameters


def _message(message: ModelMessage) -> dict[str, Any]:
    # Claude wants the results of its calls before anything else that the user says.
    content = sorted(message.content, key=lambda part: not isinstance(part, ToolResult))
    return {"role": message.role, "content": [_block(part) for part in content]}


def _block(part: Content) -> dict[str, Any]:
    match part:
        case Text():
            return {"text": part.text}
        case Reasoning(redacted=""):
            signed = {"signature": part.signature} if part.signature else {}
            return {"reasoningContent": {"reasoningText": {"text": part.text, **signed}}}
        case Reasoning():
            return {"reasoningContent": {"redactedContent": base64.b64decode(part.redacted)}}
        case ToolUse():
            return {"toolUse": {"toolUseId": part.id, "name": part.name, "input": _input(part.arguments)}}
        case ToolResult():
            return {
                "toolResult": {
                    "toolUseId": part.id,
                    "content": [{"text": part.text if part.text.strip() else "(nothing)"}],  # blank text is refused
                    "status": "error" if part.failed else "success",
                }
            }


def _input(arguments: str) -> dict[str, Any]:
    """Return a call's arguments as the object that Converse insists on.

    What was no JSON object becomes an empty one; the call's result tells the model what was wrong with it.
    """
    try:
        value = json.loads(arguments)
        json.dumps(value, allow_nan=False)  # Python reads NaN and 1e999, but JSON has no word for them
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    described = {"description": tool.description} if tool.description else {}
    return {"toolSpec": {"name": tool.name, **described, "inputSchema": {"json": dict(tool.schema)}}}


def _forgotten_tools(request: ModelRequest) -> Iterator[dict[str, Any]]:
    """Declare what the history calls where nothing else is declared: Converse refuses calls without any tools."""
    if request.tools:
        return
    called = (part for message in request.messages for part in message.content if isinstance(part, ToolUse))
    for name in dict.fromkeys(part.name for part in called):
        yield {
            "toolSpec": {
                "name": name,
                "description": "Not available any more: do not call it.",
                "inputSchema": {"json": {"type": "object"}},
            }
        }
