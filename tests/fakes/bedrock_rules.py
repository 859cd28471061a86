"""What Bedrock refuses: the rules of Converse, Retrieve and Rerank, with the words of its ValidationException.

Rules: facts collected in the design, and
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["RULES", "refusal"]

TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TOOL_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
KNOWLEDGE_BASE = re.compile(r"(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:knowledge-base/)?[0-9a-zA-Z]{10}")
RERANKER_ARN = re.compile(r"arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}::foundation-model/.+")
BLOCKS = {"text", "image", "document", "toolUse", "toolResult", "guardContent", "cachePoint", "reasoningContent"}


def refusal(operation: str, body: Mapping[str, Any], thoughts: Mapping[str, list[dict[str, Any]]]) -> str:
    """Return Bedrock's objection to a request, or nothing.

    `thoughts` are those that the model had before each of its calls, by the call's id: they have to come back with it.
    """
    return next(RULES[operation](body, thoughts), "")


def _converse(body: Mapping[str, Any], thoughts: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    messages = body.get("messages") or []
    yield from _roles(messages)
    for at, message in enumerate(messages):
        if not message["content"]:
            yield (
                f"The content field in the Message object at messages.{at} is empty. Add a ContentBlock object to the "
                "content field and try again."
            )
        for nth, block in enumerate(message["content"]):
            yield from _block(f"messages.{at}.content.{nth}", message["role"], block)
        yield from _thoughts_come_back(at, message, thoughts)
    yield from _results_answer_calls(messages)
    yield from _tools(body, messages)
    yield from _settings(body)


def _roles(messages: list[dict[str, Any]]) -> Iterator[str]:
    if not messages or messages[0]["role"] != "user":
        yield (
            "A conversation must start with a user message. Try again with a conversation that starts with a user "
            "message."
        )
    for message, following in pairwise(messages):
        if message["role"] == following["role"]:
            yield (
                "A conversation must alternate between user and assistant roles. Make sure the conversation alternates "
                "between user and assistant roles and try again."
            )
    if messages and messages[-1]["role"] != "user":
        yield "This model does not support assistant message prefill. The conversation must end with a user message."


def _block(where: str, role: str, block: Mapping[str, Any]) -> Iterator[str]:
    if len(block) != 1 or not set(block) <= BLOCKS:
        yield f"The value at {where} is invalid: exactly one known member is wanted, not {sorted(block)}."
    if "text" in block and not block["text"].strip():
        yield (
            f"The text field in the ContentBlock object at {where} is blank. Add text to the text field, and try again."
        )
    yield from _call(where, role, block.get("toolUse"))
    yield from _result(where, role, block.get("toolResult"))


def _call(where: str, role: str, call: Mapping[str, Any] | None) -> Iterator[str]:
    if call:
        if role != "assistant":
            yield f"The toolUse block at {where} is in a message of the user's."
        if not TOOL_NAME.fullmatch(call["name"]) or not TOOL_ID.fullmatch(call["toolUseId"]):
            yield f"The value at {where}.toolUse failed to satisfy constraint: Member must satisfy regular expression."
        if not isinstance(call["input"], dict):
            yield (
                f"The format of the value at {where}.toolUse.input is invalid. Provide a json object for the field and "
                "try again."
            )


def _result(where: str, role: str, result: Mapping[str, Any] | None) -> Iterator[str]:
    if result:
        if role != "user":
            yield f"The toolResult block at {where} is in a message of the assistant's."
        if result.get("status", "success") not in ("success", "error"):
            yield f"The value at {where}.toolResult.status failed to satisfy constraint: [success, error]."
        for nth, part in enumerate(result["content"]):
            if "text" in part and not part["text"].strip():
                yield f"The text field in the ContentBlock object at {where}.toolResult.content.{nth} is blank."


def _results_answer_calls(messages: list[dict[str, Any]]) -> Iterator[str]:
    called: list[str] = []
    for at, message in enumerate(messages):
        results = [block["toolResult"]["toolUseId"] for block in message["content"] if "toolResult" in block]
        if missing := [call for call in called if call not in results]:
            yield f"Expected toolResult blocks at messages.{at}.content for the following Ids: {', '.join(missing)}"
        if len(results) > len(called) or set(results) - set(called):
            yield (
                f"The number of toolResult blocks at messages.{at}.content exceeds the number of toolUse blocks of "
                "previous turn."
            )
        if results and any("toolResult" not in block for block in message["content"][: len(results)]):
            yield f"messages.{at}.content: toolResult blocks must come first."
        called = [block["toolUse"]["toolUseId"] for block in message["content"] if "toolUse" in block]
        if len(set(called)) < len(called):
            yield f"messages.{at}.content contains duplicate Ids: {', '.join(sorted(called))}"


def _thoughts_come_back(
    at: int, message: Mapping[str, Any], thoughts: Mapping[str, list[dict[str, Any]]]
) -> Iterator[str]:
    returned = [block["reasoningContent"] for block in message["content"] if "reasoningContent" in block]
    if returned and message["role"] != "assistant":
        yield f"messages.{at}.content: reasoningContent blocks are only allowed in assistant messages."
    for block in message["content"]:
        call = block.get("toolUse", {}).get("toolUseId", "")
        if call in thoughts and returned != thoughts[call]:
            yield (
                f"messages.{at}.content.0: `thinking` or `redacted_thinking` blocks in an assistant message cannot be "
                "modified. These blocks must remain as they were in the original response."
            )


def _tools(body: Mapping[str, Any], messages: list[dict[str, Any]]) -> Iterator[str]:
    tools = body.get("toolConfig", {}).get("tools", [])
    told = any("toolUse" in block or "toolResult" in block for message in messages for block in message["content"])
    if told and not tools:
        yield "The toolConfig field must be defined when using toolUse and toolResult content blocks."
    if "toolConfig" in body and not tools:
        yield "The value at toolConfig.tools failed to satisfy constraint: Member must have length of at least 1"
    names = [tool["toolSpec"]["name"] for tool in tools if "toolSpec" in tool]
    for nth, tool in enumerate(tools):
        spec = tool.get("toolSpec", {})
        if spec and not TOOL_NAME.fullmatch(spec["name"]):
            yield f"The value at toolConfig.tools.{nth}.member.toolSpec.name failed to satisfy constraint: pattern"
        if spec and not spec.get("description", "-"):
            yield f"The value at toolConfig.tools.{nth}.member.toolSpec.description is too short"
        if spec and spec["inputSchema"]["json"].get("type") != "object":
            yield f"The value at toolConfig.tools.{nth}.toolSpec.inputSchema.json.type must be one of: object."
    if len(set(names)) < len(names):
        yield "The toolConfig field contains duplicate tool names."


def _settings(body: Mapping[str, Any]) -> Iterator[str]:
    inference = body.get("inferenceConfig", {})
    if inference.get("maxTokens", 0) < 1:
        yield "scripted Bedrock: inferenceConfig.maxTokens is missing, so the quota would reserve the model's maximum"
    for sampling in ("temperature", "topP"):
        if sampling in inference:
            yield f"`{sampling}` is deprecated for this model."
    for nth, block in enumerate(body.get("system", [])):
        if "text" in block and not block["text"].strip():
            yield f"The text field in the SystemContentBlock object at system.{nth} is blank."


def _retrieve(body: Mapping[str, Any], _: object) -> Iterator[str]:
    query = body.get("retrievalQuery", {}).get("text", "")
    if not query.strip():
        yield "The retrieval query is blank. Add text to the query, and try again."
    if len(query) > 1_000:
        yield "The provided query is longer than the quota of 1000 characters."
    search = body.get("retrievalConfiguration", {}).get("vectorSearchConfiguration", {})
    if not 1 <= search.get("numberOfResults", 5) <= 100:
        yield "The value at numberOfResults failed to satisfy constraint: Member must be between 1 and 100"


def _rerank(body: Mapping[str, Any], _: object) -> Iterator[str]:
    ranking = body.get("rerankingConfiguration", {}).get("bedrockRerankingConfiguration", {})
    arn = ranking.get("modelConfiguration", {}).get("modelArn", "")
    if not RERANKER_ARN.fullmatch(arn):
        yield "The provided model identifier is invalid."
    if len(body["queries"]) != 1:
        yield "The value at queries failed to satisfy constraint: Member must have length equal to 1"
    if not 1 <= len(body["sources"]) <= 1_000:
        yield "The value at sources failed to satisfy constraint: Member must have length between 1 and 1000"
    if not 1 <= ranking.get("numberOfResults", 1) <= len(body["sources"]):
        yield "The number of results is larger than the number of sources."
    texts = [query["textQuery"]["text"] for query in body["queries"]]
    texts += [source["inlineDocumentSource"]["textDocument"]["text"] for source in body["sources"]]
    if not all(1 <= len(text) <= 32_000 for text in texts):
        yield "The value at text failed to satisfy constraint: Member must have length between 1 and 32000"


RULES: dict[str, Callable[[Mapping[str, Any], Mapping[str, list[dict[str, Any]]]], Iterator[str]]] = {
    "converse": _converse,
    "converse-stream": _converse,
    "retrieve": _retrieve,
    "rerank": _rerank,
}
