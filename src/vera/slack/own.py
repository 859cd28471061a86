"""Vera's own messages, read back: which question they answer, as which part, how far they are, and what they say.

A message says so in its metadata; a stream, which has none before it stops, in the mark that its text begins with
(`mark.py`). Any app can write both: check who wrote a message (`tests/unit/slack/test_slack_own.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vera.assistant.conversation import FOOTER
from vera.slack.blocks import words_of
from vera.slack.leaf import BOUNDARY, BREAKER
from vera.slack.mark import is_marked, part_of, unmarked
from vera.slack.mrkdwn import to_markdown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vera.assistant.conversation import Turn
    from vera.assistant.messages import MessageState

__all__ = ["METADATA_TYPE", "answer_in", "is_being_streamed", "metadata", "metadata_of", "part_standing"]

METADATA_TYPE = "vera_reply"


def metadata(turn: Turn, part: int, state: MessageState) -> dict[str, Any]:
    """Return what a message of the reply to `turn` carries."""
    return {"event_type": METADATA_TYPE, "event_payload": {"turn": turn.key, "part": part, "state": state}}


def metadata_of(message: Mapping[str, Any]) -> tuple[str, int, str]:
    """Return the turn's key, the part and the state that a message carries; ("", 0, "") where it carries none."""
    carried = message.get("metadata")
    payload = carried.get("event_payload") if isinstance(carried, dict) else None
    if not isinstance(carried, dict) or carried.get("event_type") != METADATA_TYPE or not isinstance(payload, dict):
        return "", 0, ""
    turn, part, state = payload.get("turn"), payload.get("part"), payload.get("state")
    if not isinstance(turn, str) or not isinstance(part, int):
        return "", 0, ""
    return turn, part, state if isinstance(state, str) else ""


def is_being_streamed(message: Mapping[str, Any]) -> bool:
    """Whether a message is a stream that has not been stopped by who began it: written still, or left behind."""
    return not metadata_of(message)[0] and (
        is_marked(_all_words(message)) or message.get("streaming_state") == "in_progress"
    )


def part_standing(message: Mapping[str, Any], turn_key: str) -> int | None:
    """Return which part of the reply to this turn a message is, None for none of it."""
    key, part, _ = metadata_of(message)
    if key:
        return part if key == turn_key else None
    return part_of(_all_words(message), turn_key)


def answer_in(message: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what a message says before its footer, as plain Markdown. `names` maps user ids to names.

    What was written as Markdown stands in a block of that kind; where Slack keeps another one, its text is mrkdwn.
    """
    markdown = _markdown_in(message)
    words = unmarked((markdown or words_of(message)).partition(FOOTER)[0])
    if not markdown:
        return to_markdown(words, names)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace(BOUNDARY, "").replace(BREAKER, "").strip()


def _all_words(message: Mapping[str, Any]) -> str:
    """Return the words of a message wherever Slack may keep them: its text can be cut, or without what is invisible."""
    return f"{words_of(message)}\n{_markdown_in(message)}\n{words_of({**message, 'text': ''})}"


def _markdown_in(message: Mapping[str, Any]) -> str:
    blocks = message.get("blocks")
    texts = [
        block.get("text")
        for block in (blocks if isinstance(blocks, list) else ())
        if isinstance(block, dict) and block.get("type") == "markdown"
    ]
    return "\n".join(text for text in texts if isinstance(text, str))
