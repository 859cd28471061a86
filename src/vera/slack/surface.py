"""Where Vera's messages stand: posted, edited and found again through Slack's Web API.

A message carries in its metadata which question it answers, as which part, and in what state; so it is found again
even if the record of its ts is lost. Until it is done, a button under it stops the answer. Its text is rendered from
Markdown here and in `streams.py`, disarmed (`tests/contract/test_surface.py` holds both and the fakes to the same
promises).
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from vera.assistant.messages import MessageSurface, Standing
from vera.errors import MessageGone, SurfaceRefused
from vera.slack.markdown import to_mrkdwn
from vera.slack.own import METADATA_TYPE, answer_in, metadata, metadata_of, part_standing
from vera.slack.stops import STOP_ACTION
from vera.slack.web import PAGE, ask, messages_of, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk import WebClient

    from vera.assistant.conversation import Turn
    from vera.assistant.messages import MessageState
    from vera.assistant.pacing import Write
    from vera.slack.bot import Bot

__all__ = ["METADATA_TYPE", "STOPPED_BY_USER", "STREAM_IS_OVER", "SlackSurface", "metadata_of"]

STOPPED_BY_USER = "stopped_by_user"

STREAM_IS_OVER = frozenset({"message_not_in_streaming_state", STOPPED_BY_USER})
"""What Slack says of a stream that takes no more text: it was stopped, or is five minutes old
(https://github.com/slackapi/python-slack-sdk/issues/1859)."""

NOTHING_YET = "\u2026"

_IS_STREAMING = "streaming_state_conflict"
_CANT_DELETE = "cant_delete_message"
_LARGEST_BYTES = 3_900
"""`chat.update` refuses more than 4,000, counted in bytes after escaping."""


class SlackSurface(MessageSurface):
    """Slack's threads, for any number of turns at once: each message is edited as a whole."""

    appends = False

    def __init__(self, client: WebClient, *, bot: Bot) -> None:
        """Write by this client, and know as own what `bot` wrote."""
        self._client = client
        self._bot = bot

    def fits(self, text: str) -> bool:
        """Whether this text, rendered and escaped, stands in one message that can be edited."""
        return len(to_mrkdwn(text).encode()) <= _LARGEST_BYTES

    def write(self, ts: str | None, state: MessageState) -> Write | None:
        """Which kind of write it is: posts are counted by channel, so they are no matter of the workspace's budget."""
        return "update" if ts else None

    def show_status(self, turn: Turn, text: str) -> bool:
        """Leave it to the message: it can be edited."""
        return False

    def post(self, turn: Turn, text: str, *, part: int, state: MessageState) -> str:
        """Post part `part` of the reply to `turn` into its thread and return its ts."""
        return self._post(turn, part, state, text=_rendered(text, state), mrkdwn=True)

    def edit(self, turn: Turn, ts: str, text: str, *, part: int, state: MessageState) -> None:
        """Replace the whole message, its metadata too: what died halfway must not pass for a status line."""
        self._replace(turn, ts, part, state, text=_rendered(text, state))

    def delete(self, turn: Turn, ts: str) -> None:
        """Remove a message; one that is gone already is no error."""
        delete = partial(ask, self._client.chat_delete, channel=turn.channel, ts=ts)
        try:
            self._perhaps_after_a_stop(turn, ts, delete, refused=_CANT_DELETE)
        except MessageGone:
            return

    def find(self, turn: Turn) -> Mapping[int, Standing]:
        """Return what stands of the reply to `turn`, the first message where a part was posted twice."""
        found: dict[int, Standing] = {}
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
            part = part_standing(message, turn.key)
            if part is not None and moment(message["ts"]) > moment(turn.ts) and self._bot.wrote(message):
                is_status = metadata_of(message)[2] == "status"
                characters = 0 if is_status else len(answer_in(message, {}))
                found.setdefault(part, Standing(message["ts"], characters))
        return found

    def _post(self, turn: Turn, part: int, state: MessageState, **content: Any) -> str:
        if state != "done":
            content["attachments"] = _stop_button(turn)
        answer = ask(
            self._client.chat_postMessage,
            channel=turn.channel,
            thread_ts=turn.root,
            unfurl_links=False,
            unfurl_media=False,
            metadata=metadata(turn, part, state),
            **content,
        )
        return str(answer["ts"])

    def _replace(self, turn: Turn, ts: str, part: int, state: MessageState, **content: Any) -> None:
        """Edit a message, whatever it was: of a stream that its owner left behind, too. The button goes at the end."""
        update = partial(
            ask,
            self._client.chat_update,
            channel=turn.channel,
            ts=ts,
            metadata=metadata(turn, part, state),
            attachments=[] if state == "done" else _stop_button(turn),
            **content,
        )
        self._perhaps_after_a_stop(turn, ts, update, refused=_IS_STREAMING)

    def _perhaps_after_a_stop(self, turn: Turn, ts: str, call: partial[Any], *, refused: str) -> None:
        try:
            call()
        except SurfaceRefused as refusal:
            if refusal.code != refused:
                raise
            self._stop(turn, ts)
            call()

    def _stop(self, turn: Turn, ts: str, **content: Any) -> bool:
        """Stop a stream; return False where it took no more: it was over."""
        try:
            ask(self._client.chat_stopStream, channel=turn.channel, ts=ts, **content)
        except SurfaceRefused as refusal:
            if refusal.code in STREAM_IS_OVER:
                return False
            raise
        return True


def _stop_button(turn: Turn) -> list[dict[str, Any]]:
    """Return the attachment that stops an answer: beside the text, which a block of its own would take the place of."""
    value = json.dumps({"turn": turn.key, "user": turn.user}, separators=(",", ":"))
    label = {"type": "plain_text", "text": "Stop"}
    button = {"type": "button", "action_id": STOP_ACTION, "text": label, "value": value}
    return [{"blocks": [{"type": "actions", "block_id": STOP_ACTION, "elements": [button]}]}]


def _rendered(text: str, state: MessageState) -> str:
    """Render; Slack refuses an empty text, which a beginning that is all half-open markup would be."""
    return to_mrkdwn(text, closed=state != "writing") or NOTHING_YET
