"""The smallest piece of an answer, written so that Slack shows exactly that and acts on none of it.

Every word of a model reaches Slack through `literal` or `code`; only `vera.slack.render` adds markup of its own around
them. So a ping or a forged link cannot come out by construction, wherever it stood (`tests/unit/slack/
test_slack_markdown.py` tries with any text at all).

Slack has no escape for its own markup. What the field does instead is an invisible character beside the marker: a
zero-width space outside makes a boundary where a marker needs one, a word joiner on both sides keeps a marker from
being one.
"""

from __future__ import annotations

import re

__all__ = ["BOUNDARY", "BREAKER", "code", "entities", "escaped", "fenced", "literal"]

BOUNDARY = "\u200b"
"""A zero-width space: where `**bold**text` touches, Slack sees the end of a word and renders the bold."""

BREAKER = "\u2060"
"""A word joiner: beside `*`, `_`, `~`, and inside `@here`, it keeps Slack from seeing markup or a ping."""

_LOOKS_LIKE_A_BACKTICK = "\u02cb"

# `<!here>` is dead once its `<` is escaped. The bare word is live where a client sends `link_names` or a text object is
# not `verbatim`; Vera sends neither, and this holds if somebody does.
_PING = re.compile(r"(?<![\w/])@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_BARE_URL_OR_MARKERS = re.compile(r"(https?://[^\s<>]+)|([*_~]+)")


def entities(text: str) -> str:
    """Replace the three characters that Slack gives a meaning to, and those alone."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped(text: str) -> str:
    """Write text so that no token in it is live; bare pings are disarmed too."""
    text = entities(text)
    return _PING.sub("@" + BREAKER, text) if "@" in text else text


def literal(text: str) -> str:
    """Write words that are no markup, whatever characters are in them. Bare URLs stay whole: Slack links them."""
    text = text.replace("`", _LOOKS_LIKE_A_BACKTICK)
    if "*" in text or "_" in text or "~" in text:
        text = _BARE_URL_OR_MARKERS.sub(_harmless, text)
    return escaped(text)


def _harmless(found: re.Match[str]) -> str:
    """Keep `snake_case` and `2 * 3`, which Slack takes for no markup, and break what it might."""
    url, markers = found.groups()
    if url:
        return str(url)
    text, start, end = found.string, found.start(), found.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before.isalnum() and after.isalnum()) or (before.isspace() and after.isspace()):
        return str(markers)
    return f"{BREAKER}{markers}{BREAKER}"


def code(text: str) -> str:
    """Write the inside of inline code: one line, no backtick to end it early. Slack's tokens are live in code too."""
    return escaped(" ".join(text.split("\n")).replace("`", _LOOKS_LIKE_A_BACKTICK))


def fenced(text: str) -> str:
    """Write a block of code. Fences inside are broken by zero-width spaces; the language is dropped: Slack shows it."""
    inside = re.sub("`{3,}", lambda run: BOUNDARY.join(run[0]), text)
    return f"```\n{escaped(inside)}\n```"
