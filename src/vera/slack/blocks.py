"""The words of a message wherever Slack keeps them: its text, else its blocks, else its attachments.

Answers in mrkdwn, tokens and entities and all, so that `vera.slack.mrkdwn` reads every message in one way. Whatever is
not as documented counts as no words: messages are written by others (`tests/unit/slack/test_slack_blocks.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vera.slack.leaf import entities

__all__ = ["file_names", "words_of"]

Json = Mapping[str, Any]


def words_of(message: Json) -> str:
    """Return what a message says, in mrkdwn; empty where it says nothing."""
    text = _text(message, "text")
    if text.strip():
        return text
    blocks = "\n".join(filter(None, map(_block, _objects(message, "blocks"))))
    return blocks or "\n".join(filter(None, map(_attachment, _objects(message, "attachments"))))


def file_names(message: Json) -> tuple[str, ...]:
    """Return the names of what is attached; deleted files have none."""
    files = [file for file in _objects(message, "files") if file.get("mode") != "tombstone"]
    names = (_text(file, "name") or _text(file, "title") or _text(file, "id") or "file" for file in files)
    return tuple(" ".join(name.split()) for name in names)


def _attachment(attachment: Json) -> str:
    parts = [_text(attachment, key) for key in ("pretext", "title", "text")]
    said = "\n".join(filter(None, parts)) or "\n".join(filter(None, map(_block, _objects(attachment, "blocks"))))
    return said or _text(attachment, "fallback")


def _block(block: Json) -> str:
    kind = _text(block, "type")
    if kind == "rich_text":
        return "\n".join(filter(None, map(_rich_part, _objects(block, "elements"))))
    if kind == "markdown":
        return _text(block, "text")
    parts = [_text_object(block.get("text")), *map(_text_object, _objects(block, "fields"))]
    if kind == "context":
        parts += map(_text_object, _objects(block, "elements"))
    if kind in {"image", "video"}:
        parts.append(_text_object(block.get("title")) or entities(_text(block, "alt_text")))
    return "\n".join(filter(None, parts))


def _text_object(value: object) -> str:
    if not isinstance(value, Mapping):
        return ""
    text = _text(value, "text")
    return text if value.get("type") == "mrkdwn" else entities(text)


def _rich_part(part: Json) -> str:
    kind = _text(part, "type")
    if kind == "rich_text_list":
        margin = "    " * _number(part, "indent")
        ordered = part.get("style") == "ordered"
        first = _number(part, "offset") + 1
        items = [_run(item) for item in _objects(part, "elements")]
        return "\n".join(f"{margin}{f'{n}.' if ordered else '-'} {item}" for n, item in enumerate(items, first))
    run = _run(part)
    if kind == "rich_text_preformatted":
        return f"```\n{run}\n```"
    if kind == "rich_text_quote":
        return "\n".join(f"&gt; {line}" for line in run.split("\n"))
    return run.strip("\n")


def _run(part: Json) -> str:
    return "".join(_styled(element) for element in _objects(part, "elements"))


def _styled(element: Json) -> str:
    read = _INLINE.get(_text(element, "type"))
    text = read(element) if read else ""
    style = element.get("style")
    if not text.strip() or not isinstance(style, Mapping):
        return text
    for name, mark in (("code", "`"), ("strike", "~"), ("italic", "_"), ("bold", "*")):
        if style.get(name) is True:
            core = text.strip()
            text = text.replace(core, f"{mark}{core}{mark}", 1)
    return text


def _link(element: Json) -> str:
    url, label = entities(_text(element, "url")), entities(_text(element, "text"))
    return f"<{url}|{label}>" if label else f"<{url}>"


_INLINE: dict[str, Callable[[Json], str]] = {
    "text": lambda element: entities(_text(element, "text")),
    "link": _link,
    "user": lambda element: f"<@{_text(element, 'user_id')}>",
    "channel": lambda element: f"<#{_text(element, 'channel_id')}>",
    "usergroup": lambda element: f"<!subteam^{_text(element, 'usergroup_id')}>",
    "broadcast": lambda element: f"<!{_text(element, 'range')}>",
    "emoji": lambda element: f":{_text(element, 'name')}:",
    "date": lambda element: entities(_text(element, "fallback")),
}


def _objects(values: Json, key: str) -> list[Json]:
    entries = values.get(key)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _text(values: Json, key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _number(values: Json, key: str) -> int:
    value = values.get(key)
    return value if isinstance(value, int) else 0
