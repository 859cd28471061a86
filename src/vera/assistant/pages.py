"""A long answer as pages: pieces of Markdown that each stand in one message, none of which breaks a code fence.

The law, by hypothesis in `tests/unit/assistant/test_pages.py`: every page fits, and the pages' words are the text's.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Page", "paginate"]

# What a line may begin with (a quote, a list item), a fence, and what stands behind it.
_FENCE = re.compile(
    r"^([ \t>]{0,40}+(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]{1,40}+)?)(?:(`{3,})([^`\n]*)|(~{3,})([^\n]*))$", re.MULTILINE
)
_NO_BLANK = re.compile(r"[^>\s]")
_PARAGRAPH_END = re.compile(r"(?:\n[ \t]*)+\n")
_LINE_END = re.compile(r"\n+")
_WORD_END = re.compile(r"(?<=\S)(?:[^\S\n]+\n*|\n+)")
_WORTH_A_PAGE = 0.5
_FIRST_TRY = 2_000
_INFO_CHARACTERS = 20
_TABLE_RULE = re.compile(r"\|[ \t:|-]*-[ \t:|-]*")
_HEAD_CHARACTERS = 400
_JOINER = "\u200d"
_JOINS = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


@dataclass(frozen=True, slots=True)
class Page:
    """One message's Markdown. `end` is where it ends in the whole text.

    `fence` is the line that opens the code that it breaks off, `table` the head of the table.
    """

    text: str
    end: int
    fence: str = ""
    table: str = ""

    @property
    def open_text(self) -> str:
        """The text without the line that closes its code: what only grows while more is said."""
        return self.text[: self.text.rfind("\n")] if self.fence else self.text


def paginate(text: str, fits: Callable[[str], bool], *, after: Page | None = None) -> list[Page]:
    """Cut `text` (what follows the page `after`, where given) into pages that `fits`; at least one, maybe empty.

    A page ends at a paragraph, a line, a word or a character, whichever is the first that does not leave half of it
    empty. A fence that is open at its end is closed there and opened again on the next page; a table that goes on there
    begins with its head again. Where not even a character fits, it stands on a page of its own.
    """
    start, fence, table = (after.end, after.fence, after.table) if after else (0, "", "")
    pages: list[Page] = []
    while start < len(text):
        rest = _Rest(text[start:], fence, table, fits, begins=not start)
        whole = rest.page(len(rest.text))
        cut, page = (len(rest.text), whole) if fits(whole) else rest.cut()
        start, fence = start + cut, _open_fence(rest.text[:cut], fence)
        table = "" if fence else _open_table(rest.text[:cut], table, rest.text[cut:])
        if page:
            pages.append(Page(page, start, fence, table))
    return pages or [Page("", len(text))]


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is still to be cut: text that begins inside a fence, or a table, or neither; `begins` where it is all."""

    text: str
    fence: str
    table: str
    fits: Callable[[str], bool]
    begins: bool

    def page(self, length: int) -> str:
        """Return the page that so much of the text makes: the fence that is open at either end is opened and closed.

        What goes on inside a list begins at the margin here, or it would be taken for code.
        """
        piece = self.text[:length]
        if not piece.strip():
            return ""
        if self.fence:
            margin = len(self.fence) - len(self.fence.lstrip(" \t"))
            body = f"{self.fence[margin:]}\n{_moved_left(piece, margin)}"
        else:
            piece = piece.lstrip("\n")
            body = piece if self.begins else _moved_left(piece, len(piece) - len(piece.lstrip(" \t")))
            body = f"{self.table}\n{body}" if self.table else body
        still_open = _open_fence(body, "")
        return f"{body.rstrip()}\n{_closing(still_open)}" if still_open else body.rstrip()

    def cut(self) -> tuple[int, str]:
        """Return how many characters go on this page, at least one, and the page."""
        length = self._boundary()
        return length, self.page(length)

    def _boundary(self) -> int:
        longest = self._longest_piece()
        for boundary in (_PARAGRAPH_END, _LINE_END, _WORD_END):
            ends = [match.end() for match in boundary.finditer(self.text, 0, longest)]
            best = self._longest(ends)
            if best >= longest * _WORTH_A_PAGE:
                return best
        return _before_joiners(self.text, longest)

    def _longest_piece(self) -> int:
        """Try ever longer pieces until one does not fit, then look between: a page is short, the text may be huge."""
        low, high = 0, min(_FIRST_TRY, len(self.text))
        while high < len(self.text) and self.fits(self.page(high)):
            low, high = high, min(2 * high, len(self.text))
        return self._longest(range(low + 1, high + 1)) or low or 1

    def _longest(self, lengths: Sequence[int]) -> int:
        """Return the greatest of the ascending `lengths` that fits, or 0; a longer text is taken to fit less well."""
        low, high = 0, len(lengths)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.fits(self.page(lengths[middle])) else (low, middle)
        return lengths[low - 1] if low else 0


def _moved_left(piece: str, margin: int) -> str:
    """Take so much margin from the first lines of a piece, until one has less."""
    if not margin:
        return piece
    lines = piece.split("\n")
    for at, line in enumerate(lines):
        own = len(line) - len(line.lstrip(" \t"))
        if own < margin and line.strip():
            break
        lines[at] = line[min(own, margin) :]
    return "\n".join(lines)


def _open_fence(piece: str, fence: str) -> str:
    """Return the line that opens the fence which is open at the end of `piece`, which begins inside `fence`.

    It is written as the next page needs it: with blanks for a list's bullet, and no more than a word behind it.
    """
    for match in _FENCE.finditer(piece):
        before, mark, info = match[1], match[2] or match[4], (match[3] or match[5] or "").strip()
        if not fence:
            word = info.split()[0][:_INFO_CHARACTERS] if info else ""
            fence = _NO_BLANK.sub(" ", before) + mark + word
        elif not info and mark.startswith(_mark(fence)):
            fence = ""
    return fence


def _open_table(piece: str, table: str, following: str) -> str:
    """Return the head (names and rule) of the table that goes on after `piece`, which begins inside `table`."""
    if not (piece.endswith("\n") and following.startswith("|")):
        return ""
    before, _, block = piece[:-1].rpartition("\n\n")
    if table and not before:
        return table
    head = block.split("\n", 2)[:2]
    is_head = len(head) > 1 and head[0].startswith("|") and _TABLE_RULE.fullmatch(head[1])
    return "\n".join(head) if is_head and len("".join(head)) <= _HEAD_CHARACTERS else ""


def _mark(fence: str) -> str:
    """Return the backticks or tildes of a fence's opening line."""
    run = fence.lstrip(" \t>")
    return run[: len(run) - len(run.lstrip(run[0]))]


def _closing(fence: str) -> str:
    return fence[: fence.index(_mark(fence))] + _mark(fence)


def _before_joiners(text: str, length: int) -> int:
    """Move a cut that would part a character from its accent, or an emoji from its skin."""
    for cut in range(length, max(0, length - 16), -1):
        after = text[cut : cut + 1]
        if text[cut - 1] != _JOINER and not (_JOINS.match(after) or unicodedata.combining(after or " ")):
            return cut
    return length
