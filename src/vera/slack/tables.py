"""A table as text in columns: Slack's mrkdwn has none.

No line is wider than the width asked for; cells wrap, and no word is lost (`tests/unit/slack/test_slack_tables.py`).
Widths are columns of a terminal: wide East Asian characters and emoji count two, combining marks none.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["columns", "laid_out"]

_GAP = 2
_NARROWEST = 6


def columns(text: str) -> int:
    """Return how many columns a text fills in a fixed-width font."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def laid_out(rows: Sequence[Sequence[str]], *, width: int = 76) -> str | None:
    """Align rows, the first of them the header, with a rule under it; None where there are too many columns for it."""
    count = max(len(row) for row in rows)
    cells = [[*row, *[""] * (count - len(row))] for row in rows]
    widest = [max(columns(line) for row in cells for line in row[n].split("\n")) for n in range(count)]
    widths = _fitted([max(1, each) for each in widest], width)
    if widths is None:
        return None
    lines = [line for row in cells for line in _row(row, widths)]
    header = len(_row(cells[0], widths))
    rule = (" " * _GAP).join("-" * size for size in widths)
    return "\n".join([*lines[:header], rule, *lines[header:]])


def _fitted(widths: list[int], limit: int) -> list[int] | None:
    """Take from the widest column until all fit, but from none what makes it unreadable."""
    room = limit - _GAP * (len(widths) - 1)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            return None
        others = max((size for n, size in enumerate(widths) if n != widest), default=0)
        excess = sum(widths) - room
        widths[widest] = max(_NARROWEST, widths[widest] - excess, min(others, widths[widest] - 1))
    return widths


def _row(cells: list[str], widths: list[int]) -> list[str]:
    wrapped = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    height = max(len(lines) for lines in wrapped)
    padded = [lines + [""] * (height - len(lines)) for lines in wrapped]
    return [
        (" " * _GAP).join(line + " " * (width - columns(line)) for line, width in zip(at, widths, strict=True)).rstrip()
        for at in zip(*padded, strict=True)
    ]


def _wrapped(cell: str, width: int) -> list[str]:
    lines: list[str] = []
    for paragraph in cell.split("\n"):
        line = ""
        for word in paragraph.split():
            for piece in _pieces(word, width):
                if line and columns(line) + 1 + columns(piece) > width:
                    lines.append(line)
                    line = piece
                else:
                    line = f"{line} {piece}" if line else piece
        lines.append(line)
    return lines


def _pieces(word: str, width: int) -> list[str]:
    """Break a word that is wider than its column."""
    if columns(word) <= width:
        return [word]
    pieces, piece = [], ""
    for char in word:
        if piece and columns(piece) + _width(char) > width:
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
