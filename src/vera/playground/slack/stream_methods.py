"""The methods that stream a message: chat.startStream, chat.appendStream, chat.stopStream.

Refusals are Slack's documented ones, and two that people report: `msg_too_long` where all of it is over 12,000
characters, and `message_not_in_streaming_state` after five minutes. A stream takes the kind of content that it took
first, `markdown_text` or `chunks`; of chunks only Markdown is shown. Held by `test_playground_stream_methods.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vera.playground.slack.agent_methods import session_status
from vera.playground.slack.arguments import MethodError
from vera.playground.slack.blocks import MOST_MARKDOWN_CHARACTERS
from vera.playground.slack.content import checked_blocks
from vera.playground.slack.places import by_id, thread_of

if TYPE_CHECKING:
    from vera.playground.slack.arguments import Arguments
    from vera.playground.slack.streaming import Mode, Stream
    from vera.playground.slack.values import Channel, Json
    from vera.playground.slack.workspace import Workspace

_CHUNKS = {"markdown_text", "task_update", "plan_update", "blocks"}


def start_stream(workspace: Workspace, arguments: Arguments) -> Json:
    """chat.startStream."""
    channel = by_id(workspace, arguments.required("channel"))
    thread_ts = arguments.required("thread_ts")
    if workspace.bot.id not in channel.members:
        raise MethodError("not_in_channel")
    if channel.is_archived:
        raise MethodError("is_archived")
    _check_recipient(workspace, channel, arguments)
    text, mode = _written(arguments, "", "")
    stream = workspace.streams.start(channel, thread_of(workspace, channel, thread_ts), text, mode)
    return {"channel": channel.id, "ts": stream.ts}


def append_stream(workspace: Workspace, arguments: Arguments) -> Json:
    """chat.appendStream."""
    stream = _live(workspace, arguments, stopped_by_person="stopped_by_user")
    text, mode = _written(arguments, stream.text, stream.mode)
    if "markdown_text" not in arguments and "chunks" not in arguments:
        raise MethodError("markdown_text_or_chunks_required")
    if not text and mode == "markdown_text":
        raise MethodError("no_text")
    workspace.streams.append(stream, text, mode)
    return {"channel": stream.channel, "ts": stream.ts}


def stop_stream(workspace: Workspace, arguments: Arguments) -> Json:
    """chat.stopStream."""
    stream = _live(workspace, arguments, stopped_by_person="message_not_in_streaming_state")
    text, _ = _written(arguments, stream.text, stream.mode)
    below, metadata = checked_blocks(arguments.blocks() or []), arguments.metadata()
    status = session_status(arguments.text("session_status", "active"), otherwise="invalid_arguments")
    if not (stream.text + text).strip() and not below:
        raise MethodError("no_text")
    message = workspace.streams.stop(stream, text, below=below, metadata=metadata)
    if "session_status" in arguments or workspace.agents.session(stream.channel, stream.root):
        workspace.agents.set_session(stream.channel, stream.root, status)
    return {"channel": stream.channel, "ts": stream.ts, "message": message}


def _check_recipient(workspace: Workspace, channel: Channel, arguments: Arguments) -> None:
    """Refuse a stream into a channel that doesn't say for whom it is, and one for somebody who isn't there."""
    user_id = arguments.text("recipient_user_id")
    if channel.kind != "im":
        if not arguments.text("recipient_team_id"):
            raise MethodError("missing_recipient_team_id")
        if not user_id:
            raise MethodError("missing_recipient_user_id")
    if user_id and user_id not in {person.id for person in workspace.people()}:
        raise MethodError("user_not_found")


def _live(workspace: Workspace, arguments: Arguments, *, stopped_by_person: str) -> Stream:
    """Return the stream that a call names, which has to be the app's own and in progress."""
    channel, ts = by_id(workspace, arguments.required("channel")), arguments.required("ts")
    message = workspace.message(channel.id, ts)
    if message is None or message.get("subtype") == "tombstone":
        raise MethodError("message_not_found")
    if message.get("user") != workspace.bot.id:
        raise MethodError("message_not_owned_by_app")
    stream = workspace.streams.live(channel.id, ts)
    if stream is None:
        by_person = workspace.streams.was_stopped_by_person(channel.id, ts)
        raise MethodError(stopped_by_person if by_person else "message_not_in_streaming_state")
    return stream


def _written(arguments: Arguments, before: str, mode: Mode) -> tuple[str, Mode]:
    """Return what a call adds to `before`, and how the stream is written from then on."""
    markdown, chunks = arguments.text("markdown_text"), arguments.chunks()
    if markdown and chunks:
        raise MethodError("cannot_provide_both_markdown_text_and_chunks")
    given: Mode = "markdown_text" if markdown else "chunks" if chunks else ""
    if given and mode and given != mode:
        raise MethodError("streaming_mode_mismatch")
    text = markdown or _text_of(chunks)
    if len(before) + len(text) > MOST_MARKDOWN_CHARACTERS:
        raise MethodError("msg_too_long")
    return text, given or mode


def _text_of(chunks: list[Json]) -> str:
    texts = []
    for chunk in chunks:
        if chunk.get("type") not in _CHUNKS:
            raise MethodError("invalid_chunks")
        if chunk["type"] == "markdown_text":
            if not isinstance(chunk.get("text"), str):
                raise MethodError("invalid_chunks")
            texts.append(chunk["text"])
    return "".join(texts)
