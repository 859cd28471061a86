"""Markdown as models write it to the Markdown that Slack's streams and `markdown_text` take, disarmed.

Slack renders it by itself, as it stands when a piece of it comes in. So nothing is parsed here, and little is changed:
Slack's own live tokens, and links that lie about where they lead. That doesn't rest on what is code and what is not,
for nobody knows how Slack decides a doubtful case; in code no more is changed than it takes.

Two laws, by hypothesis in `tests/unit/slack/test_slack_streamed.py`: nothing is live in what comes out, wherever a text
was cut; and what comes out of a growing text only grows, because what is undecided at its end is held back.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from vera.slack import links
from vera.slack.leaf import BOUNDARY, BREAKER

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["to_streamed"]

_LINES_REMEMBERED = 1024
_LONGEST_LABEL = 500
_LONGEST_TARGET = 2_300

# What nobody sees, but for the joiners that emoji and some scripts need, and FOOTER (U+2063).
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060-\u2062\u2064\u2066-\u2069\ufeff]"
)
_MARGIN = re.compile(r"[ \t>]{0,40}+")
_OPENING = re.compile(
    rf"(?P<before>{_MARGIN.pattern}(?:(?:[-*+]|\d{{1,9}}[.)])[ \t]{{1,40}}+){{0,8}})"
    r"(?:(?P<run>`{3,}(?=[^`]*\Z)|~{3,})(?P<info>.*)|(?P<half>`{1,2}|~{1,2}))"
)
_CLOSING = re.compile(rf"(?P<before>{_MARGIN.pattern})(?P<run>`+|~+)[ \t]*")
_LANGUAGE = re.compile(r"[\w+#.-]{0,20}", re.ASCII)

_TOKEN = re.compile(
    r"(?P<ticks>`+)"
    r"|(?P<image>!(?=\[[^\[\]]{0,300}\]\())"
    r"|<(?P<autolink>(?:https?://|mailto:)[^\s<>]{1,2000})>"
    r"|(?P<line_break><br[ \t]{0,3}/?>)"
    r"|(?P<escape>(?<!\\)\\(?=[<>]))"
    r"|(?P<angle>[<>])"
    r"|(?P<ping>(?<![\w/])@(?=(?:here|channel|everyone|group)\b))"
    r"|(?P<label>\](?=\())"
    r"|(?P<definition>\](?=:))",
    re.IGNORECASE,
)
_HALF_A_TOKEN = re.compile(
    r"(?:`+|!(?:\[[^\[\]]{0,300}\]?)?|<(?:[^\s<>]{0,2010}|br[ \t]{0,3}/?)|\\|(?<![\w/])@[a-z]{0,8}"
    r"|\](?::[ \t]{0,40}[a-z:/]{0,8})?)\Z",
    re.IGNORECASE,
)
_TARGET = re.compile(
    r"\([ \t]{0,40}(?:<(?P<angled>[^<>]*)>|(?P<bare>[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*))"
    r"(?:[ \t]{1,40}(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?[ \t]{0,40}\)"
)
_HALF_A_TARGET = re.compile(
    r"\([ \t]{0,40}(?:<[^<>]*|(?:<[^<>]*>|[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)"
    r"(?:\([^\s<>()]*|[ \t]{1,40}(?:\"[^\"]*\"?|'[^']*'?|\([^()]*\)?)?[ \t]{0,40})?)\Z"
)
_LEADS_AWAY = re.compile(r"\([ \t]{0,40}<?[ \t]{0,40}(?:https?:|mailto:|//)", re.IGNORECASE)
_LEADS_BELOW = re.compile(r"\([ \t]{0,40}\Z")
_DEFINES = re.compile(r":[ \t]{0,40}(?:https?:|mailto:|//|<)", re.IGNORECASE)
_DEFINES_BELOW = re.compile(r":[ \t]{0,40}\Z")

_TOUCHING = 80
_TOUCHING_AFTER = re.compile(rf"[\w.\-/@:*~`\\]{{0,{_TOUCHING}}}")
_TOUCHING_BEFORE = re.compile(rf"[\w.\-/@:]{{0,{_TOUCHING}}}\Z")
_WHERE_TO = re.compile(r"(?<=\])\([^()]*(?:\([^()]*\)[^()]*)*\)")
_MARKUP = re.compile(r"\\(?=[!-/:-@\[-`{-~])|[*~`\[\]]|(?<![^\W_])_+|_+(?![^\W_])")
_BRACKET = re.compile(r"(\\?)([\[\]])")
_ENCODED = str.maketrans({"(": "%28", ")": "%29", "[": "%5B", "]": "%5D"})


def to_streamed(markdown: str, *, closed: bool = True) -> str:
    """Return the Markdown for Slack. `closed` says that the text is whole; else it is taken as far as it is decided."""
    lines = _sound(markdown, closed=closed).split("\n")
    shown: list[str] = []
    fence = ""
    for number, line in enumerate(lines, 1):
        text, fence = _line(line, fence, closed or number < len(lines))
        shown.append(text)
    return "\n".join(shown)


def _sound(text: str, *, closed: bool) -> str:
    """Join surrogates that two deltas tore apart, replace lone ones, and end lines in one way."""
    if not closed and text:
        text = text[:-1] if text[-1] == "\r" or "\ud800" <= text[-1] <= "\udbff" else text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@lru_cache(_LINES_REMEMBERED)
def _line(line: str, fence: str, whole: bool) -> tuple[str, str]:  # noqa: FBT001 - a key of the cache
    """Return how a line is shown that stands in this fence, or in none, and the fence that is open after it.

    Each block of code is fenced by three backticks, whatever the model took: that is what Slack documents.
    """
    line = _UNSEEN.sub("", line)
    if fence:
        closing = _CLOSING.fullmatch(line)
        if closing and not whole:
            return closing["before"], fence
        if closing and closing["run"].startswith(fence):
            return f"{closing['before']}```", ""
    elif opening := _OPENING.fullmatch(line):
        if not whole:
            return opening["before"], ""
        if opening["run"]:
            language = _LANGUAGE.match(opening["info"].strip())
            return f"{opening['before']}```{language[0] if language else ''}", opening["run"]
    return "".join(_Line(line, whole=whole, fenced=bool(fence)).shown()), fence


class _Line:
    """A line on its way out, from left to right: what is shown of a part of it no later part changes."""

    def __init__(self, line: str, *, whole: bool, fenced: bool) -> None:
        self._line, self._whole, self._fenced = line, whole, fenced
        self._code = ""

    def shown(self) -> Iterator[str]:
        """Yield what is shown, up to what is undecided."""
        line = self._line
        half = None if self._whole else _HALF_A_TOKEN.search(line)
        end = half.start() if half else len(line)
        margin = _MARGIN.match(line)
        at, begin = 0, margin.end() if margin else 0
        while (token := _TOKEN.search(line, max(at, begin))) and token.start() < end:
            yield line[at : token.start()]
            changed = self._changed(token)
            if changed is None:
                return
            text, at = changed
            yield text
        yield line[at : max(at, end)]

    def _changed(self, token: re.Match[str]) -> tuple[str, int] | None:
        """Return what is shown for a token, and where it goes on after it; None where that is not decided yet."""
        kind, text, end = token.lastgroup, token[0], token.end()
        if kind == "label":
            return self._link(token)
        if kind == "autolink" and not self._in_code:
            return self._autolink(token)
        if text[0] == "<" and (self._in_code or kind != "line_break"):
            return "&lt;", token.start() + 1
        if kind == "ticks":
            return self._ticks(text), end
        shown = {"angle": "&gt;", "ping": f"@{BREAKER}", "definition": f"]{BREAKER}" if self._defines(end) else "]"}
        in_prose = {"line_break": " ", "image": "", "escape": ""}
        return shown.get(kind or "") or (text if self._in_code else in_prose[kind or ""]), end

    @property
    def _in_code(self) -> bool:
        return self._fenced or bool(self._code)

    def _ticks(self, run: str) -> str:
        """Follow a run of backticks: into inline code, or out of it. In a fence none may end the block."""
        if self._fenced:
            return BOUNDARY.join(run) if len(run) > 2 else run  # noqa: PLR2004 - a fence's
        self._code = run if not self._code else "" if run == self._code else self._code
        return run

    def _autolink(self, token: re.Match[str]) -> tuple[str, int] | None:
        """Show the bare address, which Slack links."""
        line, end = self._line, token.end()
        if end == len(line) and not self._whole:
            return None
        address = links.target(unescape(token["autolink"]))
        if address is None:
            return "&lt;", token.start() + 1
        before = " " if line[: token.start()][-1:].isalnum() else ""
        after = " " if line[end : end + 1].isalnum() else ""
        return before + address.removeprefix("mailto:").translate(_ENCODED) + after, end

    def _defines(self, at: int) -> bool:
        """Whether what stands behind a bracket may say where a label leads that stands elsewhere."""
        if not self._in_code or _DEFINES.match(self._line, at):
            return True
        return bool(_DEFINES_BELOW.match(self._line, at)) and self._line.lstrip(" \t>").startswith("[")

    def _link(self, token: re.Match[str]) -> tuple[str, int] | None:
        """Keep a link that tells the truth, rebuilt from its parts; part its label from its target in any other."""
        line, at = self._line, token.end()
        target = _TARGET.match(line, at)
        if target and len(target[0]) > _LONGEST_TARGET:
            target = None
        after = _TOUCHING_AFTER.match(line, target.end()) if target else None
        if not self._whole and self._is_undecided(at, after):
            return None
        href = unescape((target["angled"] or target["bare"] or "").strip()) if target else ""
        address = links.target(href)
        if self._in_code:
            return ("]" if self._means_code(token.start(), at, address, after) else f"]{BREAKER}"), at
        if target and address and self._is_honest(token.start(), address, after):
            return f"]({address.translate(_ENCODED)})", target.end()
        return f"]{BREAKER}", at

    def _means_code(self, end: int, at: int, address: str | None, after: re.Match[str] | None) -> bool:
        """Whether what looks like a link in code can stay: it leads nowhere, or doesn't lie."""
        if _LEADS_BELOW.match(self._line, at):  # mostly a call: `handlers[event.type](`
            return not any(links.misleads("", "https://", before=label) for _, label in self._labels(end))
        return not _LEADS_AWAY.match(self._line, at) or self._is_honest(end, address or "https://", after)

    def _is_honest(self, end: int, address: str, after: re.Match[str] | None) -> bool:
        """Whether the label that ends here can be seen, and names no other address, with the words that touch it."""
        touching = _as_seen(after[0]) if after else ""
        labels = self._labels(end)
        return bool(labels) and all(
            label.strip() and not links.misleads(label, address, before=before, after=touching)
            for before, label in labels
        )

    def _is_undecided(self, at: int, after: re.Match[str] | None) -> bool:
        if after:
            return after.end() == len(self._line) and len(after[0]) < _TOUCHING
        return len(self._line) - at <= _LONGEST_TARGET and bool(_HALF_A_TARGET.match(self._line, at))

    def _labels(self, end: int) -> list[tuple[str, str]]:
        """Return what may be the label that ends here, and what touches it before; nothing where there is none to see.

        It is taken with escaped brackets as brackets, and without: nobody knows how Slack counts them.
        """
        line = self._line[max(0, end - _LONGEST_LABEL) : end]
        starts = {_opening_bracket(line, escapes=escapes) for escapes in (True, False)}
        if min(starts) < 0 and not self._in_code:
            return []
        return [(_touching_before(line[: max(0, start)]), _as_seen(line[start + 1 :])) for start in starts]


def _opening_bracket(text: str, *, escapes: bool) -> int:
    """Return where the bracket is that closes after this text, or -1."""
    depth = 0
    for found in reversed(list(_BRACKET.finditer(text))):
        if escapes and found[1]:
            continue
        depth += 1 if found[2] == "]" else -1
        if depth < 0:
            return found.start(2)
    return -1


def _as_seen(markdown: str) -> str:
    """Return what a reader sees of a label."""
    return _MARKUP.sub("", unescape(_WHERE_TO.sub("", markdown)))


def _touching_before(markdown: str) -> str:
    found = _TOUCHING_BEFORE.search(_as_seen(markdown))
    return found[0] if found else ""
