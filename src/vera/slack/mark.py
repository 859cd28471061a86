"""The invisible mark that a stream's text begins with: which question it answers, as which part.

Slack takes a stream's metadata only when it stops. Until then this tells Vera's stream from that of another question in
the same thread, should the answer to its start be lost, or its owner die. No text of a model's carries one: its three
characters are taken out of those (`tests/unit/slack/test_slack_mark.py`).
"""

from __future__ import annotations

import re
from hashlib import sha256

__all__ = ["INVISIBLE", "MARK_CHARACTERS", "is_marked", "mark_of", "marked", "part_of", "unmarked"]

INVISIBLE = "\u2061\u2062\u2064"
"""The digits of a mark. Between letters they mean nothing, take no room, and no line breaks at them."""

_TURN_DIGITS, _PART_DIGITS = 12, 4
MARK_CHARACTERS = _TURN_DIGITS + _PART_DIGITS

_BASE = len(INVISIBLE)
_MARK = re.compile(f"[{INVISIBLE}]{{{MARK_CHARACTERS}}}")
_REMOVE = dict.fromkeys(map(ord, INVISIBLE))
# What has to stand first for Markdown to see it: a list item's bullet and box, a heading's or a quote's sign, the edge
# of a table; then emphasis, which opens only before a letter or a sign that is no punctuation, as those of a mark are.
_BEFORE_WORDS = re.compile(r"(?:[ \t]*(?:(?:[-*+]|\d{1,9}[.)]|\#{1,6}|>|\[[ xX]\])(?=[ \t])|\|)[ \t]*)*[*_~]*")
_FENCE = re.compile(r"[ \t]*(?:`{3}|~{3})")


def mark_of(turn_key: str, part: int) -> str:
    """Return the mark of a part of the answer to a turn."""
    turn = int.from_bytes(sha256(turn_key.encode()).digest()[:8])
    return _digits(turn, _TURN_DIGITS) + _digits(part, _PART_DIGITS)


def marked(text: str, mark: str) -> str:
    """Put a mark before the first words of a text, where it changes nothing of how it looks."""
    if _FENCE.match(text):
        return f"{mark}\n{text}"
    before = _BEFORE_WORDS.match(text)
    start = before.end() if before else 0
    return f"{text[:start]}{mark}{text[start:]}"


def is_marked(text: str) -> bool:
    """Whether a text carries any mark."""
    return _MARK.search(text) is not None


def part_of(text: str, turn_key: str) -> int | None:
    """Return as which part of the answer to this turn a text is marked; None where it is not."""
    found = _MARK.search(text)
    if not found or not found[0].startswith(mark_of(turn_key, 0)[:_TURN_DIGITS]):
        return None
    part = 0
    for digit in found[0][_TURN_DIGITS:]:
        part = part * _BASE + INVISIBLE.index(digit)
    return part


def unmarked(text: str) -> str:
    """Return a text without marks."""
    return text.translate(_REMOVE)


def _digits(number: int, count: int) -> str:
    digits = ""
    for _ in range(count):
        number, digit = divmod(number, _BASE)
        digits = INVISIBLE[digit] + digits
    return digits
