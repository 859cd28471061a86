"""Markdown as models write it to the mrkdwn that Slack shows, again and again while it grows.

Untrusted from end to end: no token of Slack's is live in what comes out, except a link whose target shows or whose
label does not name another (`tests/unit/slack/test_slack_markdown.py` holds it to that with any text, cut anywhere).

An answer is rendered anew for every edit. So it is taken in chunks that stand by themselves, split at blank lines
outside of lists and fences, and chunks rendered once are remembered: only the tail is parsed again. Plain words need
no parser at all, so the first status line of a turn does not wait for one to be imported.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from vera.slack import leaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vera.slack.render import Renderer

__all__ = ["to_mrkdwn"]

_CHUNKS_REMEMBERED = 1024

_FENCE = re.compile(r"[ \t]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*(?P<run>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
_LIST_ITEM = re.compile(r"[-+*](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)")
_DEFINITION = re.compile(r"^ {0,3}\[(?P<label>[^\]\n]+)\]:[ \t]*\S+[^\n]*$", re.MULTILINE)
_NOT_PLAIN = re.compile(
    r"[*_~`\[\]<>&|\\#=\x00-\x08\x0b-\x1f\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
    r"|^[ \t]*(?:[-+]|\d{1,9}[.)](?:\s|$))|\n[ \t]*\n",
    re.MULTILINE,
)
# "_Reading the thread \u2026_": what reads the same in both markups, so that the first one waits for no parser.
_STATUS_LINE = re.compile(r"_[A-Za-z]+(?: [A-Za-z]+)* \u2026_")
_HALF_A_LINE = re.compile(r"\s*(?:[-+*_~=#>`|:.\s]+|\d{1,3}[.)]?\s*)")
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$", re.MULTILINE)


def to_mrkdwn(markdown: str, *, closed: bool = True) -> str:
    """Render Markdown for the `text` of a Slack message, escaped and disarmed.

    `closed` says that the text is whole. While it is not, markup that its end leaves half-open is closed or held back,
    so that no raw markup shows on the way.
    """
    markdown = _sound(markdown)
    chunks = _chunks(markdown)
    definitions = [(_words(found["label"]), found[0]) for found in _DEFINITION.finditer(markdown)]
    if not closed and chunks:
        chunks[-1] = _without_half_a_line(chunks[-1])
    last = len(chunks) - 1
    parts = [_rendered(chunk, _wanted(definitions, chunk), not closed and n == last) for n, chunk in enumerate(chunks)]
    return "\n\n".join(part for part in parts if part)


def _wanted(definitions: Sequence[tuple[list[str], str]], chunk: str) -> str:
    """Return the definitions of the links that a chunk may refer to: all of them would be parsed with every chunk."""
    if not definitions or "[" not in chunk:
        return ""
    said = chunk.lower().upper()
    return "\n".join(line for label, line in definitions if all(word in said for word in label))


def _words(label: str) -> list[str]:
    """Return the words of a label, as Markdown compares them: in one case, however they are spaced."""
    return label.lower().upper().split()


def _sound(text: str) -> str:
    """Join surrogates that two deltas tore apart, replace lone ones, and end lines in one way."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _chunks(text: str) -> list[str]:
    """Split where a block ends for certain: at a blank line before an unindented one, outside of fences and lists."""
    chunks: list[str] = []
    lines: list[str] = []
    fence = ""
    blank = in_list = False
    for line in text.split("\n"):
        if not line.strip():
            blank = True
        elif blank and not fence and line[0] not in " \t" and not (in_list and _LIST_ITEM.match(line)):
            chunks.append("\n".join(lines).rstrip())
            lines = []
            blank = False
        else:
            blank = False
        if line.strip() and not lines:
            in_list = bool(_LIST_ITEM.match(line))
        if lines or line.strip():
            lines.append(line)
        if "```" in line or "~~~" in line:
            fence = _fence_after(line, fence)
    return [chunk for chunk in (*chunks, "\n".join(lines).rstrip()) if chunk]


def _fence_after(line: str, fence: str) -> str:
    """Return the fence that is open after this line, empty for none."""
    found = _FENCE.match(line)
    if not found:
        return fence
    if not fence:
        return found["run"]
    closes = found["run"].startswith(fence) and not found["info"].strip()
    return "" if closes else fence


def _without_half_a_line(chunk: str) -> str:
    """Hold back a last line that may become markup: a bullet, a rule, a fence, the head of a table."""
    *lines, last = chunk.split("\n")
    fence = ""
    for line in lines:
        fence = _fence_after(line, fence)
    if fence:
        return "\n".join(lines) if last.strip() and not last.strip().strip(fence[0]) else chunk
    if _HALF_A_LINE.fullmatch(last):
        chunk = "\n".join(lines)
    if last.lstrip().startswith("|") and not _TABLE_RULE.search(chunk):
        while lines and lines[-1].lstrip().startswith("|"):
            lines.pop()
        chunk = "\n".join(lines)
    return chunk


@lru_cache(_CHUNKS_REMEMBERED)
def _rendered(chunk: str, definitions: str, half_open: bool) -> str:  # noqa: FBT001 - a key of the cache
    if _STATUS_LINE.fullmatch(chunk):
        return chunk
    if not _NOT_PLAIN.search(chunk):
        return "\n".join(leaf.escaped(line) for each in chunk.split("\n") if (line := each.strip(" \t")))
    source = f"{chunk}\n\n{definitions}" if definitions else chunk
    return _renderer().render(source, half_open=half_open)


@cache
def _renderer() -> Renderer:
    from vera.slack.render import Renderer  # noqa: PLC0415 - markdown_it takes 60 ms that a status line must not wait for

    return Renderer()
