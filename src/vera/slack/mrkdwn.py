"""The way back: what stands in Slack, as plain Markdown for the model.

Slack's tokens become names and Markdown links, its entities the characters they stand for, and its bold is Markdown's
again; what `vera.slack.markdown` added for Slack's sake goes (`tests/unit/slack/test_slack_mrkdwn.py` sends answers
there and back). Inside code only tokens and entities are undone: there Slack knows no other markup.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vera.slack.leaf import BOUNDARY, BREAKER

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["mentioned_users", "to_markdown", "without_mention"]

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_TOKEN = re.compile(r"<([^<>]*)>")
_USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")
_HELD = re.compile("\x00(\\d+)\x00")
_BOLD = re.compile(rf"(?<![\w*{BREAKER}])\*(?![\s*{BREAKER}])([^*\n]+?)(?<![\s{BREAKER}])\*(?![\w*])")
_STRUCK = re.compile(rf"(?<![\w~{BREAKER}])~(?![\s~{BREAKER}])([^~\n]+?)(?<![\s{BREAKER}])~(?![\w~])")
_NO_MARKUP = re.compile(rf"{BREAKER}([*_~]+){BREAKER}")
_NO_QUOTE = re.compile(rf"^{BREAKER}(?=&gt;)", re.MULTILINE)
_BULLET = re.compile("^([ ]*)[\u2022\u25e6\u25aa] ", re.MULTILINE)
_TASK = re.compile("^([ ]*)([\u2610\u2611]) ", re.MULTILINE)


def to_markdown(text: str, names: Mapping[str, str]) -> str:
    """Return a message's text as Markdown. `names` maps user ids to names; who is not in it is called by the id."""
    pieces = _CODE.split(text.replace("\x00", ""))
    undone = [_code(piece, names) if n % 2 else _prose(piece, names) for n, piece in enumerate(pieces)]
    return _unescaped("".join(undone)).replace(BOUNDARY, "").replace(BREAKER, "").strip()


def mentioned_users(text: str) -> set[str]:
    """Return the ids of the users whom a message's text mentions."""
    return {str(found[1]) for found in _USER.finditer(text)}


def without_mention(text: str, user: str) -> str:
    """Take this user's mentions off both ends of a message: they say to whom it speaks, not what."""
    mention = rf"<@{re.escape(user)}(?:\|[^<>]*)?>"
    after = r"(?:[\s,]|:(?![\w+-]+:))*+"  # a colon that begins an emoji is the message's own
    return re.sub(rf"\A(?:\s*{mention}{after})+|(?:(?<!\s)\s*{mention})+\s*\Z", "", text).strip() if user else text


def _code(text: str, names: Mapping[str, str]) -> str:
    return _TOKEN.sub(lambda token: _words(token[1], names), text)


def _prose(text: str, names: Mapping[str, str]) -> str:
    held: list[str] = []

    def hold(token: re.Match[str]) -> str:
        held.append(_link(token[1]) or _words(token[1], names))
        return f"\x00{len(held) - 1}\x00"

    text = _TOKEN.sub(hold, text)
    text = _BOLD.sub(r"**\1**", text)
    text = _STRUCK.sub(r"~~\1~~", text)
    text = _NO_MARKUP.sub(lambda run: "".join("\\" + mark for mark in run[1]), text)
    text = _NO_QUOTE.sub(r"\\", text)
    text = _BULLET.sub(r"\1- ", text)
    text = _TASK.sub(lambda box: f"{box[1]}- [{'x' if box[2] == chr(0x2611) else ' '}] ", text)
    return _HELD.sub(lambda at: held[int(at[1])], text)


def _words(token: str, names: Mapping[str, str]) -> str:
    """Return what a token reads as: a name for a mention, the label of anything else, else what it points at."""
    target, _, label = token.partition("|")
    kind, rest = target[:1], target[1:]
    if kind == "@":
        return "@" + (names.get(rest) or label or rest)
    if kind == "#":
        return "#" + (label or rest)
    if kind == "!":
        name, _, argument = rest.partition("^")
        return label or "@" + (argument if name == "subteam" else name)
    return label or target.removeprefix("mailto:")


def _link(token: str) -> str:
    """Return a Markdown link; an empty string where the token is none, or is labelled with its own address."""
    target, _, label = token.partition("|")
    bare = target.removeprefix("mailto:").removeprefix("https://").removeprefix("http://")
    if token[:1] in "@#!" or not label or label.strip("/") in {target.strip("/"), bare.strip("/")}:
        return ""
    label = label.replace(BREAKER, "").replace("[", r"\[").replace("]", r"\]")
    return f"[{label}](<{target}>)" if "(" in target or ")" in target else f"[{label}]({target})"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
