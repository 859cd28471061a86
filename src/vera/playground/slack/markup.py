"""What Slack does to a text: escaping, and the `rich_text` block that its clients send along.

Escaping leaves what is markup already (`<@U1>`, `<https://…|label>`, `&amp;`) and makes entities of every other `&`,
`<`, `>`; escaping twice changes nothing. Held by `test_playground_markup.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vera.playground.slack.values import Json

_LIVE = re.compile(
    r"<(?:@[UWB][A-Z0-9]+|\#[CG][A-Z0-9]+|![a-z]+(?:\^[^<>|]+)*|(?:https?://|mailto:|tel:)[^<>|\s]+)(?:\|[^<>]*)?>"
    r"|&(?:amp|lt|gt);"
)
_BARE = re.compile(r"[&<>]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


def escaped(text: str) -> str:
    """Return the text as Slack keeps it and counts it."""
    parts, end = [], 0
    for live in _LIVE.finditer(text):
        parts += [_bare_escaped(text[end : live.start()]), live.group()]
        end = live.end()
    return "".join([*parts, _bare_escaped(text[end:])])


def mentioned(text: str) -> tuple[str, ...]:
    """Return the user ids that a text mentions, in order."""
    return tuple(_MENTION.findall(text))


def rich_text(text: str, *, block_id: str) -> Json:
    """Return the block that a person's client sends with a message: text and mentions."""
    elements: list[Json] = []
    for number, part in enumerate(_MENTION.split(text)):
        if number % 2:
            elements.append({"type": "user", "user_id": part})
        elif part:
            elements.append({"type": "text", "text": _unescaped(part)})
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def _bare_escaped(text: str) -> str:
    return _BARE.sub(lambda found: _ENTITIES[found.group()], text)


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
