"""What a call wants a message to hold: text, Markdown, blocks, attachments and metadata, checked as Slack checks them.

Held by the tables of refusals in `test_playground_chat_methods.py` and `test_playground_stream_methods.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vera.playground.slack import blocks as block_kit
from vera.playground.slack.arguments import MethodError

if TYPE_CHECKING:
    from vera.playground.slack.arguments import Arguments
    from vera.playground.slack.values import Json


def content_of(arguments: Arguments) -> Json:
    """Return text, blocks, attachments and metadata as given, checked; only what was given is in it."""
    content: Json = {"blocks": arguments.blocks(), "attachments": _attachments(arguments)}
    content["metadata"] = arguments.metadata()
    if "text" in arguments:
        content["text"] = arguments.text("text")
    markdown = arguments.text("markdown_text")
    if markdown:
        if content.get("text") or content["blocks"]:
            raise MethodError("markdown_text_conflict")
        if len(markdown) > block_kit.MOST_MARKDOWN_CHARACTERS:
            raise MethodError("msg_too_long")
        content |= {"text": markdown, "blocks": [{"type": "markdown", "text": markdown}]}
    elif content["blocks"]:
        content["blocks"] = checked_blocks(content["blocks"])
    if not str(content.get("text", "")).strip() and not content["blocks"] and not content["attachments"]:
        raise MethodError("no_text")
    return {name: value for name, value in content.items() if value is not None}


def checked_blocks(blocks: list[Json]) -> list[Json]:
    """Return blocks as Slack keeps them. Raises MethodError where it would refuse them."""
    _refuse("invalid_blocks", block_kit.faults_of(blocks))
    if block_kit.too_long(blocks):
        raise MethodError("msg_blocks_too_long")
    return block_kit.identified(blocks)


def _attachments(arguments: Arguments) -> list[Json] | None:
    attachments = arguments.attachments()
    if attachments is None:
        return None
    return [_attachment(attachment, number) for number, attachment in enumerate(attachments, 1)]


def _attachment(attachment: Json, number: int) -> Json:
    """Return an attachment as Slack keeps it; one that has blocks is checked as they are."""
    if "blocks" not in attachment:
        return attachment
    blocks = attachment["blocks"]
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise MethodError("invalid_attachments")
    _refuse("invalid_attachments", block_kit.faults_of(blocks))
    added = {"id": number, "fallback": "[no preview available]"}
    return added | attachment | {"blocks": block_kit.identified(blocks)}


def _refuse(error: str, faults: list[str]) -> None:
    if faults:
        messages = [f"[ERROR] {fault}" for fault in faults]
        raise MethodError(error, errors=faults, response_metadata={"messages": messages})
