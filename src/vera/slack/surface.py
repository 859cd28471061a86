"""Where Vera's messages stand: posted, edited and found again through Slack's Web API.

A message carries in its metadata which question it answers, as which part, and in what state; so it is found again
even if the record of its ts is lost. Its text is rendered from Markdown here and nowhere else, disarmed
(`tests/contract/test_surface.py` holds this surface and the fakes to the same promises).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vera.assistant.reply import MessageSurface
from vera.errors import MessageGone
from vera.slack.markdown import to_mrkdwn
from vera.slack.web import PAGE, ask, messages_of, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk import WebClient

    from vera.assistant.conversation import Turn
    from vera.assistant.reply import MessageState
    from vera.slack.bot import Bot

__all__ = ["METADATA_TYPE", "SlackSurface", "metadata_of"]

METADATA_TYPE = "vera_reply"

_LARGEST_BYTES = 3_900
"""`chat.update` refuses more than 4,000, counted in bytes after escaping."""

_NOTHING_YET = "\u2026"


class SlackSurface(MessageSurface):
    """Slack's threads, for any number of turns at once."""

    def __init__(self, client: WebClient, *, bot: Bot) -> None:
        """Write by this client, and know as own what `bot` wrote."""
        self._client = client
        self._bot = bot

    def fits(self, text: str) -> bool:
        """Whether this text, rendered and escaped, stands in one message that can be edited."""
        return len(to_mrkdwn(text).encode()) <= _LARGEST_BYTES

    def post(self, turn: Turn, text: str, *, part: int, state: MessageState) -> str:
        """Post part `part` of the reply to `turn` into its thread and return its ts."""
        answer = ask(
            self._client.chat_postMessage,
            channel=turn.channel,
            thread_ts=turn.root,
            text=_rendered(text, state),
            mrkdwn=True,
            unfurl_links=False,
            unfurl_media=False,
            metadata=_metadata(turn, part, state),
        )
        return str(answer["ts"])

    def edit(self, turn: Turn, ts: str, text: str, *, part: int, state: MessageState) -> None:
        """Replace the whole message, its metadata too: what died halfway must not pass for a status line."""
        ask(
            self._client.chat_update,
            channel=turn.channel,
            ts=ts,
            text=_rendered(text, state),
            metadata=_metadata(turn, part, state),
        )

    def delete(self, turn: Turn, ts: str) -> None:
        """Remove a message; one that is gone already is no error."""
        try:
            ask(self._client.chat_delete, channel=turn.channel, ts=ts)
        except MessageGone:
            return

    def find(self, turn: Turn) -> Mapping[int, str]:
        """Return the ts of each part of the reply to `turn`, the first one where a part was posted twice."""
        found: dict[int, str] = {}
        replies = messages_of(
            ask,
            self._client.conversations_replies,
            channel=turn.channel,
            ts=turn.root,
            oldest=turn.ts,
            limit=PAGE,
            include_all_metadata=True,
        )
        for message in sorted(replies, key=lambda message: moment(message["ts"])):
            key, part, _ = metadata_of(message)
            if key == turn.key and moment(message["ts"]) > moment(turn.ts) and self._bot.wrote(message):
                found.setdefault(part, message["ts"])
        return found


def metadata_of(message: Mapping[str, Any]) -> tuple[str, int, str]:
    """Return the turn's key, the part and the state that a message carries; ("", 0, "") where it carries none.

    Any app can write metadata: check who wrote the message.
    """
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or metadata.get("event_type") != METADATA_TYPE or not isinstance(payload, dict):
        return "", 0, ""
    turn, part, state = payload.get("turn"), payload.get("part"), payload.get("state")
    if not isinstance(turn, str) or not isinstance(part, int):
        return "", 0, ""
    return turn, part, state if isinstance(state, str) else ""


def _metadata(turn: Turn, part: int, state: MessageState) -> dict[str, Any]:
    return {"event_type": METADATA_TYPE, "event_payload": {"turn": turn.key, "part": part, "state": state}}


def _rendered(text: str, state: MessageState) -> str:
    """Render; Slack refuses an empty text, which a beginning that is all half-open markup would be."""
    return to_mrkdwn(text, closed=state != "writing") or _NOTHING_YET
