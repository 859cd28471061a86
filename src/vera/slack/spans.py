"""The inside of a paragraph: bold, italics, strikethrough, code and links, as Slack writes them.

A paragraph is flattened to spans, each with its marks, and written from them. Slack's marks end with their line and
want a boundary on each side, so `written` opens and closes them anew where it must, and keeps spaces outside of them.
Words go through `vera.slack.leaf`; a link is one that `vera.slack.links` lets through, under a label that does not lie
(`tests/unit/slack/test_slack_markdown.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from vera.slack import leaf, links

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markdown_it.token import Token

__all__ = ["Span", "flattened", "links_among", "plain", "written"]

_MARKS = {"strong": "*", "em": "_", "s": "~"}
_BREAKS = frozenset({"softbreak", "hardbreak"})
_WORDS = frozenset({"text", "code_inline"})
_STARTS_A_QUOTE = re.compile(r"^(?=&gt;|\uff1e)", re.MULTILINE)
_TOUCHING_BEFORE = re.compile(r"[\w.\-/@:]{0,80}\Z")
_TOUCHING_AFTER = re.compile(r"[\w.\-/@:]{0,80}")
_SAFE_BEFORE = frozenset(" \t\n([{\"'" + leaf.BOUNDARY)
_SAFE_AFTER = frozenset(" \t\n.,;:!?)]}\"'" + leaf.BOUNDARY)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a paragraph: words, code, a link's label with its address, or the end of a line."""

    kind: Literal["text", "code", "link", "break"]
    text: str
    marks: str = ""
    address: str = ""

    def bold(self) -> Span:
        """Return the same words, bold."""
        return replace(self, marks="*" + self.marks.replace("*", ""))


def flattened(tokens: Iterable[Token]) -> list[Span]:
    """Turn a paragraph's tokens into spans; labels that lie about their address give way to it."""
    spans: list[Span] = []
    marks: list[str] = []
    label: list[str] | None = None
    address: str | None = None
    for token in tokens:
        kind, _, end = token.type.rpartition("_")
        if token.type == "link_open":
            label, address = [], links.target(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            words = "".join(label or ())
            refused = token.markup == "autolink" and address is None
            spans.append(_link(f"<{words}>" if refused else words, address, marks))
            label = None
        elif label is not None:
            label.append(" " if token.type in _BREAKS else token.content)
        elif kind in _MARKS:
            marks = [*marks, _MARKS[kind]] if end == "open" else marks[:-1]
        elif token.type == "image":
            spans.append(_link(token.content, links.target(str(token.attrGet("src") or "")), marks))
        elif token.type in _BREAKS:
            spans.append(Span("break", "\n"))
        elif token.type in _WORDS and token.content:
            kind_of_words: Literal["text", "code"] = "text" if token.type == "text" else "code"
            spans.append(Span(kind_of_words, token.content, _distinct(marks)))
    return _honest(spans)


def plain(spans: Sequence[Span]) -> str:
    """Return the words alone, as a code block can show them."""
    return "".join(span.text.replace("\n", " ") if span.kind != "break" else "\n" for span in spans).strip()


def links_among(spans: Sequence[Span]) -> list[Span]:
    """Return the links, without their marks."""
    return [replace(span, marks="") for span in spans if span.kind == "link"]


def written(spans: Sequence[Span]) -> str:
    """Write spans as mrkdwn."""
    line = _Line()
    for span in spans:
        if span.kind == "break":
            line.end()
        elif span.kind == "code":
            line.add(f"`{leaf.code(span.text)}`", span.marks, delimited=True)
        elif span.kind == "link":
            line.add(_anchor(span), span.marks)
        else:
            line.add(leaf.literal(span.text), span.marks)
    return _STARTS_A_QUOTE.sub(leaf.BREAKER, line.text())


def _distinct(marks: Sequence[str]) -> str:
    return "".join(dict.fromkeys(marks))


def _link(label: str, address: str | None, marks: Sequence[str]) -> Span:
    label = " ".join(label.split())
    if address is None:
        return Span("text", label, _distinct(marks))
    return Span("link", label or address.removeprefix("mailto:"), _distinct(marks), address)


def _anchor(span: Span) -> str:
    address = leaf.entities(span.address)
    return f"<{address}>" if span.text == span.address else f"<{address}|{leaf.literal(span.text)}>"


def _honest(spans: list[Span]) -> list[Span]:
    """Show as its address each link whose label names another one, by itself or with the words that touch it."""
    shown: list[Span] = []
    for n, span in enumerate(spans):
        before, after = _touching(spans, n) if span.kind == "link" else ("", "")
        if span.kind == "link" and links.misleads(span.text, span.address, before=before, after=after):
            apart = [Span("text", " ")]
            shown += [*(apart if before else ()), replace(span, text=span.address), *(apart if after else ())]
        else:
            shown.append(span)
    return shown


def _touching(spans: Sequence[Span], n: int) -> tuple[str, str]:
    before = after = ""
    for span in reversed(spans[max(0, n - 8) : n]):
        found = _TOUCHING_BEFORE.search(span.text)
        part = found[0] if found else ""
        before = part + before
        if len(part) < len(span.text):
            break
    for span in spans[n + 1 : n + 9]:
        found = _TOUCHING_AFTER.match(span.text)
        part = found[0] if found else ""
        after += part
        if len(part) < len(span.text):
            break
    return before, after


class _Line:
    """What is written, and which marks are open at its end."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open = ""
        self._space = ""
        self._last = "\n"
        self._closed = False

    def add(self, text: str, marks: str, *, delimited: bool = False) -> None:
        """Add words that are safe to stand there. `delimited`: they bring marks of their own, as code does."""
        words = text if delimited else text.strip()
        if not words:
            self._space += text
            return
        lead = "" if delimited else text[: len(text) - len(text.lstrip())]
        kept = _common(self._open, marks)
        self._close(kept)
        self._put(self._space + lead)
        opening = marks[len(kept) :]
        if (opening or delimited) and self._last not in _SAFE_BEFORE:
            self._put(leaf.BOUNDARY)
        self._put(opening)
        self._open = marks
        self._put(words)
        self._closed = delimited
        self._space = "" if delimited else text[len(lead) + len(words) :]

    def end(self) -> None:
        """End the line, and all marks with it."""
        self._close("")
        self._space = ""
        self._closed = False
        self._put("\n")

    def text(self) -> str:
        """Close what is open and return everything."""
        self._close("")
        return "".join(self._out)

    def _close(self, kept: str) -> None:
        closing = self._open[len(kept) :][::-1]
        if closing:
            self._closed = False
            self._put(closing)
            self._closed = True
            self._open = kept

    def _put(self, text: str) -> None:
        if not text:
            return
        if self._closed and text[0] not in _SAFE_AFTER:
            text = leaf.BOUNDARY + text
        self._closed = False
        self._out.append(text)
        self._last = text[-1]


def _common(one: str, other: str) -> str:
    """Return the marks that stay open from one span to the next."""
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return one[:count]
