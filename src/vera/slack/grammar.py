"""CommonMark as models write it: with tables, strikethrough and bare URLs, without HTML, and half-open while it grows.

`MarkdownIt` does the parsing; the rules here change what it takes for markup. While an answer streams
(`env["half_open"]`), what its last paragraph has opened and not yet closed counts as if it closed at the end, so that
no reader sees `**bo` on the way to `**bold**` (`tests/unit/slack/test_slack_streaming_markdown.py` cuts every answer at
every character).

Import this lazily: markdown_it takes some 60 ms, which a status line must not wait for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.token import Token

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.rules_inline.state_inline import Delimiter

__all__ = ["grammar"]

HALF_OPEN = "half_open"

_SCHEME_BEFORE = re.compile(r"(?<![a-zA-Z0-9])https?$", re.IGNORECASE)
_BARE_URL = re.compile(r"://[^\s<>\[\]`*|]+")
_LINE_BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
_HALF_AUTOLINK = re.compile(r"<(?=(?:https?:|mailto:)[^\s<>]*$)", re.IGNORECASE)
_HALF_TARGET = re.compile(
    r"""\([ \t]*(?:<[^<>\n]*|[^\s()]*(?:\([^\s()]*(?:\)[^\s()]*)?)*(?:\s+["'(].*)?)$""", re.DOTALL
)
_OPENING = re.compile(r"!?\[")
_BACKTICKS = re.compile("`+")
_CITATION_OR_BOX = re.compile(r"\[(?:\d*|[xX ])$")
_CUT_MARKERS = re.compile(r"(?:!?\[|<|[*_~`\\])+$")
_EMPHASIS = {"*": "em", "_": "em", "**": "strong", "__": "strong", "~~": "s"}


class _Grammar(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name for it
        """Parse every link; `vera.slack.links` says which are kept, and the label of the others stays."""
        return True


def grammar() -> MarkdownIt:
    """Return the parser. Indented code and underlined headings are off: models mean neither when they write them."""
    parser = _Grammar("commonmark", {"html": False})
    parser.enable(["table", "strikethrough"])
    parser.disable(["code", "html_block", "html_inline", "lheading"])
    parser.core.ruler.at("inline", _inline)
    rules = parser.inline.ruler
    rules.before("newline", "bare_url", _bare_url)
    rules.before("backticks", "half_code", _half_code)
    rules.before("autolink", "half_link", _half_link)
    rules.before("autolink", "line_break", _line_break)
    rules.before("autolink", "half_autolink", _half_autolink)
    parser.inline.ruler2.before("fragments_join", "half_emphasis", _half_emphasis)
    return parser


def _inline(state: StateCore) -> None:
    """Parse each paragraph, cell and heading; only the one that the text ends in may be half-open."""
    growing = state.env.get(HALF_OPEN, False)
    filled = [token for token in state.tokens if token.content or token.type in {"fence", "hr"}]
    last = filled[-1] if filled else None
    for token in state.tokens:
        if token.type != "inline":
            continue
        state.env[HALF_OPEN] = growing and token is last
        content = token.content
        if state.env[HALF_OPEN]:
            content = _CUT_MARKERS.sub("", content).rstrip()
        token.children = []
        state.md.inline.parse(content, state.md, state.env, token.children)
    state.env[HALF_OPEN] = growing


def _bare_url(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls it so
    """Take a URL in running text as one word, so that no `_` in it becomes emphasis."""
    if state.src[state.pos] != ":" or not _SCHEME_BEFORE.search(state.src, max(0, state.pos - 6), state.pos):
        return False
    found = _BARE_URL.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    rest = found[0].rstrip("_~.,;:!?'\"")
    if len(rest) <= len("://"):
        return False
    if not silent:
        state.pending += rest
    state.pos += len(rest)
    return True


def _line_break(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Take `<br>`, the one tag that models need: a table's cell has no other way to break a line."""
    found = _LINE_BREAK.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "<" else None
    if not found:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


def _half_code(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Take a backtick that nothing closes for code up to the end."""
    if silent or not state.env.get(HALF_OPEN) or state.src[state.pos] != "`":
        return False
    run = _BACKTICKS.match(state.src, state.pos)
    if run is None or re.search(f"(?<!`){run[0]}(?!`)", state.src[run.end() :]):
        return False
    token = state.push("code_inline", "code", 0)
    token.content = state.src[run.end() : state.posMax].strip()
    state.pos = state.posMax
    return True


def _half_link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Show of a link or an image that is still being written only its label. It runs after the rules for whole ones."""
    opening = _OPENING.match(state.src, state.pos)
    if silent or not state.env.get(HALF_OPEN) or not opening:
        return False
    end = state.md.helpers.parseLinkLabel(state, opening.end() - 1, False)
    state.pos = opening.start()
    if end < 0 and _CITATION_OR_BOX.search(state.src, opening.end() - 1):
        state.pos = state.posMax
    elif end < 0:
        state.pos = opening.end()
    elif _HALF_TARGET.match(state.src, end + 1) or _may_be_a_label(state, opening.end(), end):
        if state.pending:
            state.pushPending()
        state.tokens += state.md.inline.parse(state.src[opening.end() : end], state.md, state.env, [])
        state.pos = state.posMax
    else:
        return False
    return True


def _may_be_a_label(state: StateInline, start: int, end: int) -> bool:
    """Whether a target may still follow; after `[1]` and the box of a task it hardly does."""
    label = state.src[start:end].strip()
    return end + 1 == state.posMax and bool(label) and not label.isdigit() and label not in {"x", "X"}


def _half_autolink(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    if silent or not state.env.get(HALF_OPEN) or not _HALF_AUTOLINK.match(state.src, state.pos):
        return False
    state.pos += 1
    return True


def _half_emphasis(state: StateInline) -> None:
    """Close at the end what no delimiter closed. A single `*` after a letter stays one: `2*3` is no emphasis."""
    if not state.env.get(HALF_OPEN):
        return
    matched_up_to = max((mark.end for mark in state.delimiters), default=-1)
    closers: list[Token] = []
    opens = [mark for mark in state.delimiters[matched_up_to + 1 :] if mark.open and mark.end == -1]
    while opens:
        run = _adjacent(opens)
        del opens[: len(run)]
        markup = "".join(state.tokens[mark.token].content for mark in run)[-2:]
        if markup not in _EMPHASIS or (len(markup) == 1 and _follows_a_letter(state, run[0])):
            continue
        for mark in run:
            state.tokens[mark.token].content = ""
        kind = _EMPHASIS[markup]
        opener = state.tokens[run[-1].token]
        opener.type, opener.nesting = f"{kind}_open", 1
        closers.insert(0, Token(f"{kind}_close", "", -1))
    state.tokens += closers
    state.tokens_meta += [None] * len(closers)


def _adjacent(marks: list[Delimiter]) -> list[Delimiter]:
    count = 1
    while (
        count < len(marks)
        and marks[count].marker == marks[0].marker
        and marks[count].token == marks[count - 1].token + 1
    ):
        count += 1
    return marks[:count]


def _follows_a_letter(state: StateInline, mark: Delimiter) -> bool:
    return mark.token > 0 and state.tokens[mark.token - 1].content[-1:].isalnum()
