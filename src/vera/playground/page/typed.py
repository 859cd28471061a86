"""What a person types, as mrkdwn: what Slack's client makes of it before it is sent. Pure.

What is typed can't smuggle markup in: `<!channel>` or `<https://x|y>` become dead text, and only `@name`, `#channel`
and bare addresses come alive, outside code. Held by `test_playground_typed.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vera.playground.slack.values import Channel, Person

_CODE = r"(?P<code>```[\s\S]+?```|`[^`\n]+`)"
_ADDRESS = r"(?<![^\W_])(?<![<|])(?P<address>https?://(?=[\w\[])[^\s<>|`\"\x00-\x20\x7f]+)"
_BEGINS = r"(?<![^\W_])"  # an underscore may stand at either end: it makes italics
_ENDS = r"(?![^\W_]|[-._]\w)"
_EVERYBODY = ("here", "channel", "everyone")
_TRAILING = "?!.,:;*_~'"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def typed(text: str, *, people: Sequence[Person], channels: Sequence[Channel]) -> str:
    """Return typed text as a message's mrkdwn.

    `people` can be mentioned by handle or by real name, however they are capitalised; of two of the same name, the
    first. `channels` are those that the writer can see.
    """
    names = [(name, person.id) for person in people for name in (person.name, person.real_name) if name.strip()]
    tokens = {name.casefold(): f"<@{person_id}>" for name, person_id in reversed(names)}
    tokens |= {name: f"<!{name}>" for name in _EVERYBODY}
    rooms = {room.name.casefold(): f"<#{room.id}|{_escaped(room.name)}>" for room in channels if room.name}
    patterns = [_CODE, _ADDRESS, rf"{_BEGINS}@(?P<name>{_any_of([*_EVERYBODY, *(name for name, _ in names)])}){_ENDS}"]
    if rooms:
        patterns.append(rf"{_BEGINS}(?<![&/])\#(?P<room>{_any_of(room.name for room in channels if room.name)}){_ENDS}")
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    parts, end = [], 0
    for found in re.finditer("|".join(patterns), plain, re.IGNORECASE):
        parts += [_escaped(plain[end : found.start()]), _live(found, tokens, rooms)]
        end = found.end()
    return "".join([*parts, _escaped(plain[end:])])


def _live(found: re.Match[str], tokens: Mapping[str, str], rooms: Mapping[str, str]) -> str:
    if found["code"]:
        return _escaped(found[0])
    if found["address"]:
        return _linked(found[0])
    known = tokens if found["name"] else rooms
    return known.get(found[0][1:].casefold()) or _escaped(found[0])


def _linked(address: str) -> str:
    """Return an address as a link, without the punctuation that only ends the sentence around it."""
    scheme, _, rest = address.partition("://")
    unopened = {close: rest.count(close) - rest.count(opened) for close, opened in _BRACKETS.items()}
    end = len(rest)
    while end and (rest[end - 1] in _TRAILING or unopened.get(rest[end - 1], 0) > 0):
        end -= 1
        unopened[rest[end]] = unopened.get(rest[end], 0) - 1
    if not end:
        return _escaped(address)
    return f"<{scheme.lower()}://{_escaped(rest[:end])}>{_escaped(rest[end:])}"


def _any_of(names: Iterable[str]) -> str:
    """Return a pattern of any of the names, the longest first."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
