"""Answers as Slack's own streams: started with the first words, appended to, stopped with the whole text.

What was appended cannot be recalled, and a stream doesn't live long: five minutes, or until a person stops it. So only
what goes on where the stream stands is appended, and each stream can be rescued by an edit of the same message: where
it is over, where nobody knows what of it arrived, where it was another worker's, and where in the end another text is
to stand. `tests/contract/test_surface.py` holds it to what every surface promises,
`tests/unit/slack/test_slack_streams.py` to this.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from vera.errors import StopAsked, SurfaceRefused, SurfaceUnavailable
from vera.slack.mark import MARK_CHARACTERS, mark_of, marked
from vera.slack.own import metadata
from vera.slack.status import Refusals, ThreadStatus
from vera.slack.streamed import to_streamed
from vera.slack.surface import NOTHING_YET, STOPPED_BY_USER, STREAM_IS_OVER, SlackSurface
from vera.slack.web import ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

    from vera.assistant.conversation import Turn
    from vera.assistant.messages import MessageState
    from vera.assistant.pacing import Write
    from vera.slack.bot import Bot

__all__ = ["SlackStreams"]

_LARGEST = 11_500
"""Slack refuses more than 12,000 characters in a stream, and in `markdown_text`."""

_REFUSED_SECONDS = 300.0
_FORGOTTEN_SECONDS = 900.0
"""No invocation is longer: who began a stream so long ago has left it."""

_STREAMS = "streams"
# What Slack says of this message, this thread or this reader: it tells nothing of other streams.
_NO_WORD_ON_STREAMS = frozenset(
    {
        "channel_not_found",
        "client_error",
        "invalid_arguments",
        "invalid_thread_ts",
        "is_archived",
        "message_not_found",
        "missing_recipient_team_id",
        "missing_recipient_user_id",
        "msg_too_long",
        "no_text",
        "not_in_channel",
        "team_not_found",
        "thread_not_found",
        "user_not_found",
    }
)


@dataclass(slots=True)
class _Stream:
    """A stream of this worker's: what was sent of it, without its mark. Not `sure`: maybe more has arrived."""

    channel: str
    sent: str
    began: float
    sure: bool = True


class SlackStreams(SlackSurface):
    """Slack's threads, for any number of turns at once: a message only grows until it is done."""

    appends = True

    def __init__(self, client: WebClient, *, bot: Bot, clock: Callable[[], float] = time.monotonic) -> None:
        """Write by this client, and know as own what `bot` wrote. `clock` tells for how long things are remembered."""
        super().__init__(client, bot=bot)
        self._clock = clock
        self._status = ThreadStatus(client, clock=clock)
        self._refusals = Refusals(clock, seconds=_REFUSED_SECONDS)
        self._live: dict[str, _Stream] = {}
        self._lock = Lock()

    @property
    def refused(self) -> bool:
        """Whether Slack refused to start a stream within the last minutes, for a reason that others would meet too."""
        return _STREAMS in self._refusals

    def fits(self, text: str) -> bool:
        """Whether this text, disarmed, stands in one stream."""
        return len(to_streamed(text)) + MARK_CHARACTERS <= _LARGEST

    def write(self, ts: str | None, state: MessageState) -> Write | None:
        """Which kind of write it is: only posts are not counted."""
        if not ts:
            return "start" if state == "writing" else None
        stream = self._live.get(ts)
        if not stream or not stream.sure:
            return "update"
        return "stop" if state == "done" else "append"

    def show_status(self, turn: Turn, text: str) -> bool:
        """Show it under the thread, where Slack shows what an agent does, and streams are to follow."""
        return not self.refused and self._status.show(turn, text)

    def post(self, turn: Turn, text: str, *, part: int, state: MessageState) -> str:
        """Start a stream, or post what isn't to grow."""
        if state == "status":
            return super().post(turn, text, part=part, state=state)
        if state == "writing":
            return self._start(turn, text, part)
        return self._post(turn, part, state, markdown_text=to_streamed(text) or NOTHING_YET)

    def edit(self, turn: Turn, ts: str, text: str, *, part: int, state: MessageState) -> None:
        """Append what is new, or stop with the rest; or edit the message, where it is no stream or another text."""
        stream = self._live.get(ts)
        if not stream or stream.channel != turn.channel:
            self._rewrite(turn, ts, text, part=part, state=state)
        elif state == "done" or not stream.sure:
            self._finish(turn, ts, stream, text, part=part, state=state)
        else:
            self._append(turn, ts, stream, text, part=part, state=state)

    def delete(self, turn: Turn, ts: str) -> None:
        """Remove a message; one that is gone already is no error."""
        super().delete(turn, ts)
        self._forget(ts)

    def _start(self, turn: Turn, text: str, part: int) -> str:
        shown = to_streamed(text, closed=False)
        team = turn.user_team or turn.team or ("" if turn.direct else self._bot.team_id)
        try:
            answer = ask(
                self._client.chat_startStream,
                channel=turn.channel,
                thread_ts=turn.root,
                markdown_text=marked(shown, mark_of(turn.key, part)),
                recipient_user_id=turn.user or None,
                recipient_team_id=team or None,
            )
        except SurfaceRefused as refusal:
            if refusal.code not in _NO_WORD_ON_STREAMS:
                self._refusals.add(_STREAMS)
            raise
        ts, now = str(answer["ts"]), self._clock()
        with self._lock:
            left = [each for each, stream in self._live.items() if now - stream.began > _FORGOTTEN_SECONDS]
            for each in left:
                del self._live[each]
            self._live[ts] = _Stream(turn.channel, shown, now)
        self._status.begin(turn)  # now that something is shown: nobody waits for it
        return ts

    def _append(self, turn: Turn, ts: str, stream: _Stream, text: str, *, part: int, state: MessageState) -> None:
        shown = to_streamed(text, closed=False)
        if stream.sent.startswith(shown):
            return
        if not shown.startswith(stream.sent):  # another text: from now on by edits, so that it is seen to grow
            stream.sure = False
            self._finish(turn, ts, stream, text, part=part, state=state)
            return
        try:
            new = shown[len(stream.sent) :]
            ask(self._client.chat_appendStream, channel=turn.channel, ts=ts, markdown_text=new)
        except SurfaceUnavailable as failure:
            stream.sure = not failure.maybe_done
            raise
        except SurfaceRefused as refusal:
            if refusal.code not in STREAM_IS_OVER:
                raise
            self._forget(ts)
            if refusal.code == STOPPED_BY_USER and turn.direct:  # in a channel, whoever it was: the event says
                raise StopAsked(turn.key) from None
            self._rewrite(turn, ts, text, part=part, state=state)
        else:
            stream.sent = shown

    def _finish(self, turn: Turn, ts: str, stream: _Stream, text: str, *, part: int, state: MessageState) -> None:
        """Stop a stream with what is missing of the text; edit it, where that would not leave the text."""
        shown = to_streamed(text) or NOTHING_YET
        goes_on = stream.sure and shown.startswith(stream.sent)
        rest = shown[len(stream.sent) :] if goes_on else ""
        try:
            stopped = self._stop(turn, ts, markdown_text=rest or None, metadata=metadata(turn, part, state))
        except SurfaceUnavailable as failure:
            stream.sure = stream.sure and not failure.maybe_done
            raise
        self._forget(ts)
        if stopped:
            self._status.forget(turn)  # Slack ends the session with the stream
        if not (stopped and goes_on):
            self._rewrite(turn, ts, text, part=part, state=state)

    def _rewrite(self, turn: Turn, ts: str, text: str, *, part: int, state: MessageState) -> None:
        """Edit a message as a whole."""
        shown = to_streamed(text, closed=state != "writing") or NOTHING_YET
        self._replace(turn, ts, part, state, markdown_text=shown)
        if state == "done":
            self._status.end(turn)

    def _forget(self, ts: str) -> None:
        with self._lock:
            self._live.pop(ts, None)
