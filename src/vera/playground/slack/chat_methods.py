"""The methods that write: chat.postMessage, chat.update, chat.delete, chat.postEphemeral, reactions.add.

Each takes the workspace and the arguments, and returns its answer or raises `MethodError` with Slack's own word.
Documented limits: a post's text is cut at 40,000 characters, an edit's refused over 4,000 (counted, as seen in the
field, in bytes after escaping), `markdown_text` refused over 12,000. Held by `test_playground_chat_methods.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vera.playground.slack.arguments import MethodError
from vera.playground.slack.content import content_of
from vera.playground.slack.markup import escaped
from vera.playground.slack.places import by_id, thread_of, writable

if TYPE_CHECKING:
    from vera.playground.slack.arguments import Arguments
    from vera.playground.slack.values import Json
    from vera.playground.slack.workspace import Workspace

MOST_POSTED_CHARACTERS = 40_000
MOST_EDITED_BYTES = 4_000
_EMOJI = re.compile(r"[a-z0-9_+'\-]+(::skin-tone-[2-6])?")
_MOST_REACTIONS = 23


def post_message(workspace: Workspace, arguments: Arguments) -> Json:
    """chat.postMessage."""
    channel = writable(workspace, arguments.required("channel"))
    content = content_of(arguments)
    thread_ts = thread_of(workspace, channel, arguments.text("thread_ts"))
    text = escaped(str(content.pop("text", "")))[:MOST_POSTED_CHARACTERS]
    broadcast = arguments.flag("reply_broadcast")
    message = workspace.draft(workspace.bot, channel, text, thread_ts=thread_ts or None, broadcast=broadcast)
    message |= {name: value for name, value in content.items() if value}
    ts = workspace.post(channel.id, message)
    return {"channel": channel.id, "ts": ts, "message": message}


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> Json:
    """chat.postEphemeral."""
    channel = writable(workspace, arguments.required("channel"))
    user = arguments.required("user")
    content = content_of(arguments)
    try:
        to = workspace.person(user)
    except KeyError:
        raise MethodError("user_not_in_channel") from None
    if to.id not in channel.members:
        raise MethodError("user_not_in_channel")
    text = escaped(str(content.pop("text", "")))
    message = workspace.draft(workspace.bot, channel, text)
    thread_ts = arguments.text("thread_ts")
    if thread_ts:
        message["thread_ts"] = thread_ts
    message |= {name: value for name, value in content.items() if value}
    return {"message_ts": workspace.whisper(channel.id, to.id, message)}


def update(workspace: Workspace, arguments: Arguments) -> Json:
    """chat.update."""
    channel = by_id(workspace, arguments.required("channel"))
    ts = arguments.required("ts")
    content = content_of(arguments)
    text = content.get("text")
    if text is not None and len(escaped(text).encode()) > MOST_EDITED_BYTES and "markdown_text" not in arguments:
        raise MethodError("msg_too_long")
    if channel.is_archived:
        raise MethodError("is_inactive")
    message = workspace.message(channel.id, ts)
    if message is None or message.get("subtype") == "tombstone":
        raise MethodError("message_not_found")
    if message.get("user") != workspace.bot.id:
        raise MethodError("cant_update_message")
    if workspace.streams.live(channel.id, ts):
        raise MethodError("streaming_state_conflict")
    changed = workspace.update(channel.id, ts, workspace.bot.id, _replaced(content))
    return {"channel": channel.id, "ts": ts, "text": changed.get("text", ""), "message": changed}


def delete(workspace: Workspace, arguments: Arguments) -> Json:
    """chat.delete."""
    channel = by_id(workspace, arguments.required("channel"))
    ts = arguments.required("ts")
    message = workspace.message(channel.id, ts)
    if message is None or message.get("subtype") == "tombstone":
        raise MethodError("message_not_found")
    if message.get("user") != workspace.bot.id or workspace.streams.live(channel.id, ts):
        raise MethodError("cant_delete_message")  # what Slack says of a stream as well (recorded in the field)
    workspace.delete(workspace.bot.id, channel.id, ts)
    return {"channel": channel.id, "ts": ts}


def add_reaction(workspace: Workspace, arguments: Arguments) -> Json:
    """reactions.add."""
    ts = arguments.text("timestamp")
    if not ts or "channel" not in arguments:
        raise MethodError("no_item_specified")
    if not re.fullmatch(r"\d+\.\d{6}", ts):
        raise MethodError("bad_timestamp")
    name = arguments.required("name").strip(":")
    if not _EMOJI.fullmatch(name):
        raise MethodError("invalid_name")
    channel = writable(workspace, arguments.required("channel"))
    message = workspace.message(channel.id, ts)
    if message is None:
        raise MethodError("message_not_found")
    names = {reaction["name"] for reaction in message.get("reactions", [])}
    if name not in names and len(names) >= _MOST_REACTIONS:
        raise MethodError("too_many_emoji")
    if not workspace.react(workspace.bot.id, channel.id, ts, name):
        raise MethodError("already_reacted")
    return {}


def _replaced(content: Json) -> Json:
    """Return the fields that an edit replaces.

    Text without blocks removes the blocks. Attachments and metadata left out stay, empty ones go (for attachments so
    Slack's documentation said for years, and now says nothing: an app that wants them gone has to say so).
    """
    fields = dict(content)
    if "text" in fields:
        fields["text"] = escaped(fields["text"])
        fields.setdefault("blocks", None)
    return {name: (value or None) if name != "text" else value for name, value in fields.items()}
