"""How far a growing text can be shown for good, where what was shown cannot be recalled.

What is still on its way to becoming markup is held back: half a mention, a citation, a link, an emphasis that nothing
closes yet, the line that opens a fence or a table. It is asked at every write, so it looks at the last lines alone. The
law, by hypothesis in `tests/unit/assistant/test_settled.py`: it is a beginning of the text, and only grows with it. For
that, whatever holds text back does so from its own first character on, and when it has let go, it does so for good.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MOST_HELD_BACK", "settled"]

MOST_HELD_BACK: Final = 300
"""How many characters are held back at most: a lone `*` must not keep an answer from its reader."""

# Every count is bounded, so that hostile text costs no more than its length.
_BEFORE_A_FENCE = r"[ \t>]{0,40}+(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]{1,40}+)?"
_FENCE = re.compile(rf"^{_BEFORE_A_FENCE}(`{{3,}}(?=[^`\n]*$)|~{{3,}})([^\n]*)$", re.MULTILINE)
_OPENS_A_FENCE = re.compile(rf"{_BEFORE_A_FENCE}(?P<run>`{{3,}}[^`]*|~{{3,}}.*)")
_CLOSES_A_FENCE = re.compile(r"[ \t>]{0,40}+(?P<run>`+|~+)[ \t]*")
_HALF_A_LINE = re.compile(r"[-+*_~=#>`|:.\s]+|\s{0,40}+[0-9]{1,9}[.)]?\s*")
_HALF_A_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*")
_HALF_A_TOKEN = re.compile(
    r"(?:<[^\s<>]{0,300}"  # a mention, a channel, a link
    r"|\[[^\[\]]{0,300}(?:\](?:\([^\s()]{0,300})?)?"  # a citation, a link's label, and its target
    r"|(?<![A-Za-z0-9])h(?:t(?:t(?:p(?:s?(?::(?:/(?:/[^\s<>)]{0,300})?)?)?)?)?)?)?)\Z"  # an address
)
_RUN = re.compile(r"`+|\*+|_+|~+")


def settled(markdown: str) -> str:
    """Return the longest beginning of a growing text that can be shown for good."""
    start = markdown.rfind("\n") + 1
    line = markdown[start:]
    holds = _closing_fence(line) if _is_in_fence(markdown[:start]) else _holds(markdown, start, line)
    nearest = len(markdown) - MOST_HELD_BACK
    return markdown[: min((start + hold for hold in holds if start + hold >= nearest), default=len(markdown))]


def _holds(markdown: str, start: int, line: str) -> Iterator[int]:
    """Yield from where the last line is held back; what is before it counts negative."""
    if _HALF_A_LINE.fullmatch(line):
        yield 0
    if fence := _OPENS_A_FENCE.fullmatch(line):
        yield fence.start("run")
    if token := _HALF_A_TOKEN.search(line, max(0, len(line) - MOST_HELD_BACK)):
        yield token.start()
    yield from _unclosed(line)
    yield from _half_a_table(markdown[:start], line)


def _closing_fence(line: str) -> Iterator[int]:
    """Hold back a line of code that may come to end it."""
    if fence := _CLOSES_A_FENCE.fullmatch(line):
        yield fence.start("run")


def _is_in_fence(before: str) -> bool:
    """Whether the lines that are there leave a fence open."""
    if "```" not in before and "~~~" not in before:
        return False
    fence = ""
    for found in _FENCE.finditer(before):
        run, info = found[1], found[2]
        if not fence:
            fence = run
        elif run.startswith(fence) and not info.strip():
            fence = ""
    return bool(fence)


class _Opened:
    """The runs that opened something on a line and are not closed yet, innermost last: each goes in and out once."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, int]] = []
        self._of_mark: dict[str, list[int]] = {mark: [] for mark in "`*_~"}

    def add(self, mark: str, begin: int) -> None:
        self._of_mark[mark[0]].append(len(self.runs))
        self.runs.append((mark, begin))

    def close(self, mark: str) -> bool:
        """Close the last one of this mark, and what was opened within it; return whether there was one."""
        of_mark = self._of_mark[mark[0]]
        if not of_mark:
            return False
        first = of_mark[-1]
        while len(self.runs) > first:
            self._of_mark[self.runs.pop()[0][0]].pop()
        return True


def _unclosed(line: str) -> Iterator[int]:
    """Yield where emphasis and code begin that nothing on the line closes; a run that may yet grow closes nothing."""
    opened, code = _Opened(), ""
    for run in _RUN.finditer(line):
        mark, begin, end = run[0], run.start(), run.end()
        before, after = line[begin - 1 : begin], line[end : end + 1]
        if code:
            if mark == code and after:
                code = ""
                opened.close("`")
        elif mark[0] == "`":
            opened.add(mark, begin)
            code = mark
        elif not after:
            opened.add(mark, begin)
        elif before.isalnum() and after.isalnum() and (len(mark) == 1 or mark[0] == "_"):
            continue  # 2*3, snake_case
        elif not (before.strip() and opened.close(mark)) and after.strip():
            opened.add(mark, begin)
    yield from (begin for _, begin in opened.runs)


def _half_a_table(before: str, line: str) -> Iterator[int]:
    """Hold back the first line of what may be a table, until the rule under it is there."""
    if line.lstrip(" \t").startswith("|") and not _begins_with_a_pipe(_last_line(before)):
        yield 0
    if before.endswith("\n") and _HALF_A_RULE.fullmatch(line):
        head = _last_line(before)
        above = before[: len(before) - len(head) - 1]
        if _begins_with_a_pipe(head) and not _begins_with_a_pipe(_last_line(above)):
            yield -len(head) - 1


def _last_line(lines: str) -> str:
    """Return the last one of whole lines."""
    return lines[lines.rfind("\n", 0, len(lines) - 1) + 1 : -1]


def _begins_with_a_pipe(line: str) -> bool:
    return line.lstrip(" \t").startswith("|")
