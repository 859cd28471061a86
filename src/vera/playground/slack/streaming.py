"""The messages that are being streamed: each grows until it is stopped, by the app, by a person or by its age.

A stream lives five minutes from its start, active or not, by the workspace's clock (reported in
slackapi/python-slack-sdk#1859). Its message says in `streaming_state` how it stands, as Slack's do; what a workspace
that was closed left in progress is over when it is opened again. Held by `test_playground_stream_methods.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from vera.playground.slack.markup import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vera.playground.schedule import Time
    from vera.playground.slack.messages import Messages
    from vera.playground.slack.values import Channel, Json

STREAM_SECONDS = 300.0
IN_PROGRESS, COMPLETED = "in_progress", "completed"

Mode = Literal["", "markdown_text", "chunks"]
"""How a stream is written: its first content decides, and no other is taken after it."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A message that is being streamed, as far as it is written: `text` is Markdown."""

    channel: str
    ts: str
    root: str
    started_at: float
    text: str
    mode: Mode

    @property
    def content(self) -> Json:
        """Return the fields of its message that show it."""
        return {"text": escaped(self.text), "blocks": _blocks(self.text) or None}


class LiveStreams:
    """The streams of one workspace. Asked and told under its lock."""

    def __init__(self, messages: Messages, *, time: Time) -> None:
        self._messages = messages
        self._time = time
        self._live: dict[tuple[str, str], Stream] = {}
        self._stopped_by_person: set[tuple[str, str]] = set()
        for channel, ts in messages.left_streaming():
            self._rewrite(channel, ts, {"streaming_state": COMPLETED})

    def start(self, channel: Channel, thread_ts: str, text: str, mode: Mode) -> Stream:
        """Begin a message of the bot's in a thread."""
        messages = self._messages
        message = messages.draft(messages.bot, channel, "", thread_ts=thread_ts)
        stream = Stream(channel.id, message["ts"], thread_ts, self._time.now(), text, mode)
        shown = {name: value for name, value in stream.content.items() if value is not None}
        self._live[channel.id, stream.ts] = stream
        messages.post(channel.id, message | shown | {"streaming_state": IN_PROGRESS})
        self._time.after(STREAM_SECONDS, lambda: self._expire(stream))
        return stream

    def live(self, channel_id: str, ts: str) -> Stream | None:
        """Return a stream that still takes text."""
        stream = self._live.get((channel_id, ts))
        if stream is not None and self._time.now() - stream.started_at >= STREAM_SECONDS:
            self._expire(stream)
            return None
        return stream

    def of_thread(self, channel_id: str, root: str) -> list[Stream]:
        """Return the streams of a thread that still take text, the oldest first."""
        found = [stream for stream in self._live.values() if (stream.channel, stream.root) == (channel_id, root)]
        return [stream for stream in found if self.live(stream.channel, stream.ts)]

    def was_stopped_by_person(self, channel_id: str, ts: str) -> bool:
        """Return whether it was a person who stopped it."""
        return (channel_id, ts) in self._stopped_by_person

    def append(self, stream: Stream, text: str, mode: Mode) -> Stream:
        """Let a stream's message grow; the app isn't told of it by an event."""
        grown = replace(stream, text=stream.text + text, mode=mode)
        self._live[stream.channel, stream.ts] = grown
        self._rewrite(stream.channel, stream.ts, grown.content, announce=False)
        return grown

    def stop(self, stream: Stream, text: str = "", *, below: Sequence[Json] = (), metadata: Json | None = None) -> Json:
        """End a stream, after this text, with these blocks at its bottom; return its message."""
        del self._live[stream.channel, stream.ts]
        grown = replace(stream, text=stream.text + text)
        fields = grown.content | {"streaming_state": COMPLETED, "metadata": metadata or None}
        fields["blocks"] = [*_blocks(grown.text), *below] or None
        return self._rewrite(stream.channel, stream.ts, fields)

    def stop_by_person(self, channel_id: str, root: str) -> list[str]:
        """End the streams of a thread because a person wants it, and return their ts."""
        streams = self.of_thread(channel_id, root)
        for stream in streams:
            self._stopped_by_person.add((channel_id, stream.ts))
            self.stop(stream)
        return [stream.ts for stream in streams]

    def forget(self, channel_id: str, ts: str) -> None:
        """Stop following a message that was deleted."""
        self._live.pop((channel_id, ts), None)

    def _expire(self, stream: Stream) -> None:
        """End a stream that is as old as a stream may get; one that ended before is none of ours."""
        with self._messages.lock:
            live = self._live.get((stream.channel, stream.ts))
            if live is not None and self._messages.is_open:
                self.stop(live)

    def _rewrite(self, channel_id: str, ts: str, fields: Json, *, announce: bool = True) -> Json:
        return self._messages.rewrite(channel_id, ts, self._messages.bot.id, fields, announce=announce)


def _blocks(text: str) -> list[Json]:
    return [{"type": "markdown", "text": text}] if text else []
