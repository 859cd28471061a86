"""Parsed Markdown to Slack's mrkdwn, block by block: what Slack has no markup for is shown by other means.

Headings become bold lines, lists bullets, tables aligned text in a code block, pictures links (in `vera.slack.spans`).
Slack knows no code block inside a quote or with a margin, and no quote inside a quote, so none is written
(`tests/unit/slack/test_slack_markdown.py` shows how each looks).

Import this lazily, with the grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vera.slack import leaf, tables
from vera.slack.grammar import HALF_OPEN, grammar
from vera.slack.spans import Span, flattened, links_among, plain, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it.token import Token

__all__ = ["Renderer"]

_RULE = "\u2014" * 3
_BULLETS = ("\u2022", "\u25e6", "\u25aa")
_MARGIN = " " * 4
_TASK = re.compile(r"\[([ xX])\](?:[ \t]+|$)")
_TASK_BOXES = {" ": "\u2610", "x": "\u2611", "X": "\u2611"}
_BLANK_IN_SOURCE = re.compile(r"[>\s]*")


@dataclass(slots=True)
class _Item:
    """A list item that blocks stand in; its bullet goes before the first line, a margin before the others."""

    bullet: str
    begun: bool = False


@dataclass(slots=True)
class _Page:
    """The lines written so far, and the list items and quotes that the next one stands in."""

    lines: list[str] = field(default_factory=list)
    items: list[_Item] = field(default_factory=list)
    counters: list[int | None] = field(default_factory=list)
    quotes: int = 0

    def part(self) -> None:
        """Leave a blank line, but none inside a list: Slack's lists are read without."""
        if self.lines and not self.items and self.lines[-1] not in {"", ">"}:
            self.lines.append(">" if self.quotes and self.lines[-1].startswith(">") else "")

    def write(self, text: str) -> None:
        if text.strip():
            self.lines += [self._before() + line for line in text.split("\n")]

    def write_block(self, text: str) -> None:
        """Write a code block: at the very left, under the bullet of an item that begins with it."""
        if self.items and not self.items[-1].begun:
            self.lines.append(self._before().rstrip())
        self.lines += text.split("\n")

    def begin_item(self, task: str) -> None:
        number = self.counters[-1]
        bullet = _BULLETS[min(len(self.items), len(_BULLETS) - 1)] if number is None else f"{number}."
        if number is not None:
            self.counters[-1] = number + 1
        self.items.append(_Item(task or bullet))

    def end_item(self, *, still_to_come: bool) -> None:
        """Leave an item; one without words keeps its bullet, unless its words are still being written."""
        if not self.items[-1].begun and not still_to_come:
            self.lines.append(self._before().rstrip())
        self.items.pop()

    def _before(self) -> str:
        margin = "".join(_MARGIN if item.begun else f"{item.bullet} " for item in self.items)
        for item in self.items:
            item.begun = True
        return "> " + margin if self.quotes else margin


class Renderer:
    """Markdown to mrkdwn, some blocks at a time. It keeps one parser; calls may come from several threads."""

    def __init__(self) -> None:
        self._parser = grammar()

    def render(self, markdown: str, *, half_open: bool) -> str:
        """Return mrkdwn without blank lines around it; empty where there is nothing to be seen.

        `half_open`: the text goes on; markup that its last paragraph leaves open is closed.
        """
        tokens = self._parser.parse(markdown, {HALF_OPEN: half_open})
        source = markdown.split("\n")
        page = _Page()
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.nesting >= 0 and _stands_apart(token, source):
                page.part()
            if token.type == "heading_open":
                tokens[position + 1].meta["heading"] = True
            elif token.type == "table_open":
                end = next(at for at in range(position, len(tokens)) if tokens[at].type == "table_close")
                _write_table(page, tokens[position:end])
                position = end
            elif token.type == "list_item_open":
                page.begin_item(_task(tokens[position + 2 : position + 3]))
            elif token.type == "list_item_close":
                page.end_item(still_to_come=half_open and all(later.nesting < 0 for later in tokens[position:]))
            elif write := _BLOCKS.get(token.type):
                write(page, token)
            position += 1
        return "\n".join(page.lines)


def _stands_apart(token: Token, source: Sequence[str]) -> bool:
    """Whether there is a blank line before a block in the source."""
    if token.type in {"inline", "list_item_open"} or not token.map or token.map[0] == 0:
        return False
    return bool(_BLANK_IN_SOURCE.fullmatch(source[token.map[0] - 1])) or token.type == "heading_open"


def _task(tokens: Sequence[Token]) -> str:
    """Take the box off an item that begins with one, and return how it looks."""
    words = tokens[0].children if tokens and tokens[0].type == "inline" else None
    found = _TASK.match(words[0].content) if words and words[0].type == "text" else None
    if not words or not found:
        return ""
    words[0].content = words[0].content[found.end() :]
    return _TASK_BOXES[found[1]]


def _write_words(page: _Page, token: Token) -> None:
    spans = flattened(token.children or ())
    if token.meta.get("heading"):
        spans = [Span("text", " ") if span.kind == "break" else span.bold() for span in spans]
    page.write(written(spans))


def _write_fence(page: _Page, token: Token) -> None:
    if token.content.strip():
        page.write_block(leaf.fenced(token.content.removesuffix("\n")))


def _begin_list(page: _Page, token: Token) -> None:
    start = token.attrGet("start")
    ordered = token.type == "ordered_list_open"
    page.counters.append((1 if start is None else int(start)) if ordered else None)


def _end_list(page: _Page, _: Token) -> None:
    page.counters.pop()


def _begin_quote(page: _Page, _: Token) -> None:
    page.quotes += 1


def _end_quote(page: _Page, _: Token) -> None:
    page.quotes -= 1


def _write_rule(page: _Page, _: Token) -> None:
    page.write(_RULE)


_BLOCKS: dict[str, Callable[[_Page, Token], None]] = {
    "inline": _write_words,
    "fence": _write_fence,
    "hr": _write_rule,
    "bullet_list_open": _begin_list,
    "ordered_list_open": _begin_list,
    "bullet_list_close": _end_list,
    "ordered_list_close": _end_list,
    "blockquote_open": _begin_quote,
    "blockquote_close": _end_quote,
}


def _write_table(page: _Page, tokens: Sequence[Token]) -> None:
    """Write a table as aligned text, its links beneath (code shows none); one too wide for that, row by row."""
    rows: list[list[list[Span]]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(flattened(token.children or ()))
    text = tables.laid_out([[plain(cell) for cell in row] for row in rows])
    if text is None:
        for row in rows[1:]:
            named = zip(rows[0], row, strict=False)
            page.write(
                "\u2022 " + "; ".join(f"*{leaf.literal(plain(name))}:* {_on_one_line(cell)}" for name, cell in named)
            )
        return
    page.write_block(leaf.fenced(text))
    found = [written([span]) for row in rows for cell in row for span in links_among(cell)]
    page.write(", ".join(dict.fromkeys(found)))


def _on_one_line(spans: Sequence[Span]) -> str:
    return written([Span("text", " ") if span.kind == "break" else span for span in spans])
