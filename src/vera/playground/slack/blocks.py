"""What Slack refuses in `blocks`: too many, too long, of no known kind.

The limits are Block Kit's documented ones; `msg_blocks_too_long` near 13,200 characters together is what people report
(slackapi/bolt-js#2509). Held by `test_playground_blocks.py`.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vera.playground.slack.values import Json

MOST_BLOCKS = 50
MOST_CHARACTERS_TOGETHER = 13_200
MOST_MARKDOWN_CHARACTERS = 12_000
_SECTION_TEXT, _FIELD_TEXT, _HEADER_TEXT, _BLOCK_ID, _ALT_TEXT = 3_000, 2_000, 150, 255, 2_000
_BUTTON_TEXT, _BUTTON = 75, {"action_id": 255, "value": 2_000, "url": 3_000}
_ELEMENTS = {"actions": 25, "context": 10, "context_actions": 5}
_REQUIRED = {
    "actions": ("elements",),
    "context": ("elements",),
    "context_actions": ("elements",),
    "header": ("text",),
    "image": ("alt_text",),
    "input": ("label", "element"),
    "markdown": ("text",),
    "rich_text": ("elements",),
    "video": ("alt_text", "title", "thumbnail_url", "video_url"),
}
_KNOWN = {*_REQUIRED, "alert", "call", "card", "carousel", "divider", "file", "plan", "section", "table", "task_card"}


def too_long(blocks: list[Json]) -> bool:
    """Return whether they are too long together."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > MOST_CHARACTERS_TOGETHER


def identified(blocks: list[Json]) -> list[Json]:
    """Return the blocks as Slack keeps them: those that can be acted on have ids, and so have their elements."""
    return [_identified(block) if block.get("type") == "actions" else block for block in blocks]


def faults_of(blocks: list[Json]) -> list[str]:
    """Return what is wrong with the blocks, in Slack's words with a pointer to the place; empty where all is well."""
    faults = list(_faults(blocks))
    return [f"{words} [json-pointer:/blocks{pointer}]" for words, pointer in faults]


def _identified(block: Json) -> Json:
    elements = [{"action_id": secrets.token_urlsafe(4)} | element for element in block["elements"]]
    return {"block_id": secrets.token_urlsafe(4)} | block | {"elements": elements}


def _faults(blocks: list[Json]) -> Iterator[tuple[str, str]]:
    if len(blocks) > MOST_BLOCKS:
        yield f"no more than {MOST_BLOCKS} items allowed", ""
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(set(map(str, ids))) != len(ids):
        yield "block_id must be unique", ""
    markdown = sum(len(str(block.get("text", ""))) for block in blocks if block.get("type") == "markdown")
    if markdown > MOST_MARKDOWN_CHARACTERS:
        yield f"must be less than {MOST_MARKDOWN_CHARACTERS + 1} characters", ""
    for number, block in enumerate(blocks):
        kind = block.get("type")
        if kind not in _KNOWN:
            yield f"unsupported type: {kind}", f"/{number}/type"
            continue
        for words, pointer in _faults_of_block(str(kind), block):
            yield words, f"/{number}{pointer}"


def _faults_of_block(kind: str, block: Json) -> Iterator[tuple[str, str]]:
    for name in _REQUIRED.get(kind, ()):
        if not block.get(name):
            yield f"missing required field: {name}", ""
    if len(str(block.get("block_id", ""))) > _BLOCK_ID:
        yield f"must be less than {_BLOCK_ID + 1} characters", "/block_id"
    elements = block.get("elements")
    if kind in _ELEMENTS and isinstance(elements, list) and len(elements) > _ELEMENTS[kind]:
        yield f"no more than {_ELEMENTS[kind]} items allowed", "/elements"
    if kind == "actions" and isinstance(elements, list):
        yield from _faults_of_elements(elements)
    if kind == "header":
        yield from _faults_of_text(block.get("text"), "/text", most=_HEADER_TEXT, kinds=("plain_text",))
    elif kind == "section":
        yield from _faults_of_section(block)
    elif kind == "markdown" and not isinstance(block.get("text", ""), str):
        yield "must be a string", "/text"
    elif kind == "image":
        yield from _faults_of_image(block)


def _faults_of_elements(elements: list[Any]) -> Iterator[tuple[str, str]]:
    """Return what is wrong with an actions block's elements: of buttons all, of others that two have one name."""
    ids = [element["action_id"] for element in elements if isinstance(element, dict) and element.get("action_id")]
    if len(set(map(str, ids))) != len(ids):
        yield "action_id must be unique", "/elements"
    for number, element in enumerate(elements):
        pointer = f"/elements/{number}"
        if not isinstance(element, dict) or not element.get("type"):
            yield "missing required field: type", pointer
        elif element["type"] == "button":
            yield from _faults_of_text(element.get("text"), f"{pointer}/text", most=_BUTTON_TEXT, kinds=("plain_text",))
            for name, most in _BUTTON.items():
                if len(str(element.get(name, ""))) > most:
                    yield f"must be less than {most + 1} characters", f"{pointer}/{name}"


def _faults_of_image(block: Json) -> Iterator[tuple[str, str]]:
    if not (block.get("image_url") or block.get("slack_file")):
        yield "missing required field: image_url", ""
    if len(str(block.get("alt_text", ""))) > _ALT_TEXT:
        yield f"must be less than {_ALT_TEXT + 1} characters", "/alt_text"


def _faults_of_section(block: Json) -> Iterator[tuple[str, str]]:
    fields = block.get("fields")
    if "text" not in block and not fields:
        yield "missing required field: text", ""
    if "text" in block:
        yield from _faults_of_text(block["text"], "/text", most=_SECTION_TEXT)
    if isinstance(fields, list):
        if len(fields) > 10:  # noqa: PLR2004 - documented for a section's fields
            yield "no more than 10 items allowed", "/fields"
        for number, text in enumerate(fields):
            yield from _faults_of_text(text, f"/fields/{number}", most=_FIELD_TEXT)


def _faults_of_text(
    text: Any, pointer: str, *, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")
) -> Iterator[tuple[str, str]]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"must be one of: {', '.join(kinds)}", f"{pointer}/type"
        return
    content = text.get("text")
    if not isinstance(content, str) or not content:
        yield "must be more than 0 characters", f"{pointer}/text"
    elif len(content) > most:
        yield f"must be less than {most + 1} characters", f"{pointer}/text"
