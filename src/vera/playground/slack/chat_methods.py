"""The methods that write: chat.postMessage, chat.update, chat.delete, chat.postEphemeral, reactions.add.

Each takes the workspace and the arguments, and returns its answer or raises `MethodError` with Slack's own word.
Documented limits: a post's text is cut at 40,000 characters, an edit's refused over 4,000 (counted, as seen in the
field, in bytes after escaping), `markdown_text` refused over 12,000. Held by `test_playground_chat_methods.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vera.playground.slack import blocks as block_kit
from vera.playground.slack.arguments import MethodError
from vera.playground.slack.markup import escaped

if TYPE_CHECKING:
    from vera.playground.slack.arguments import Arguments
    from vera.playground.slack.values import Channel, Json
    from vera.playground.slack.workspace import Workspace

MOST_POSTED_CHARACTERS = 40_000
MOST_EDITED_BYTES = 4_000
_UNANSWERABLE = {"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name"}
_EMOJI = re.compile(r"[a-z0-9_+'\-]+(::skin-tone-[2-6])?")
_MOST_REACTIONS = 23


def post_message(workspace: Workspace, arguments: Arguments) -> Json:
    """chat.postMessage."""
    channel = _writable(workspace, arguments.required("channel"))
    content = _content(arguments)
    thread_ts = _thread(workspace, channel, arguments.text("thread_ts"))
    text = escaped(str(content.pop("text", "")))[:MOST_POSTED_CHARACTERS]
    broadcast = arguments.flag("reply_broadcast")
    message = workspace.draft(workspace.bot, channel, text, thread_ts=thread_ts or None, broadcast=broadcast)
    message |= {name: value for name, value in content.items() if value}
    ts = workspace.post(channel.id, message)
    return {"channel": channel.id, "ts": ts, "message": message}


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> Json:
    """chat.postEphemeral."""
    channel = _writable(workspace, arguments.required("channel"))
    user = arguments.required("user")
    content = _content(arguments)
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
    channel = _by_id(workspace, arguments.required("channel"))
    ts = arguments.required("ts")
    content = _content(arguments)
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
    changed = workspace.update(channel.id, ts, workspace.bot.id, _replaced(content))
    return {"channel": channel.id, "ts": ts, "text": changed.get("text", ""), "message": changed}


def delete(workspace: Workspace, arguments: Arguments) -> Json:
    """chat.delete."""
    channel = _by_id(workspace, arguments.required("channel"))
    ts = arguments.required("ts")
    message = workspace.message(channel.id, ts)
    if message is None or message.get("subtype") == "tombstone":
        raise MethodError("message_not_found")
    if message.get("user") != workspace.bot.id:
        raise MethodError("cant_delete_message")
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
    channel = _writable(workspace, arguments.required("channel"))
    message = workspace.message(channel.id, ts)
    if message is None:
        raise MethodError("message_not_found")
    names = {reaction["name"] for reaction in message.get("reactions", [])}
    if name not in names and len(names) >= _MOST_REACTIONS:
        raise MethodError("too_many_emoji")
    if not workspace.react(workspace.bot.id, channel.id, ts, name):
        raise MethodError("already_reacted")
    return {}


def _content(arguments: Arguments) -> Json:
    """Return text, blocks, attachments and metadata as given, checked; only what was given is in it."""
    content: Json = {"blocks": arguments.blocks(), "attachments": arguments.attachments()}
    content["metadata"] = arguments.metadata()
    if "text" in arguments:
        content["text"] = arguments.text("text")
    markdown = arguments.text("markdown_text")
    if markdown:
        if content.get("text") or content["blocks"]:
            raise MethodError("markdown_text_conflict")
        if len(markdown) > block_kit.MOST_MARKDOWN_CHARACTERS:
            raise MethodError("msg_too_long")
        content |= {"text": markdown, "blocks": [{"type": "markdown", "text": markdown}]}
    elif content["blocks"]:
        _check(content["blocks"])
    if not str(content.get("text", "")).strip() and not content["blocks"] and not content["attachments"]:
        raise MethodError("no_text")
    return {name: value for name, value in content.items() if value is not None}


def _check(blocks: list[Json]) -> None:
    faults = block_kit.faults_of(blocks)
    if faults:
        messages = [f"[ERROR] {fault}" for fault in faults]
        raise MethodError("invalid_blocks", errors=faults, response_metadata={"messages": messages})
    if block_kit.too_long(blocks):
        raise MethodError("msg_blocks_too_long")


def _replaced(content: Json) -> Json:
    """Return the fields that an edit replaces.

    Text without blocks removes the blocks, and attachments alike; metadata left out stays, an empty one goes.
    """
    fields = dict(content)
    if "text" in fields:
        fields["text"] = escaped(fields["text"])
        fields.setdefault("blocks", None)
        fields.setdefault("attachments", None)
    return {name: (value or None) if name != "text" else value for name, value in fields.items()}


def _by_id(workspace: Workspace, channel_id: str) -> Channel:
    """Return a conversation that the bot may see, by its id."""
    try:
        channel = workspace.channel(channel_id)
    except KeyError:
        raise MethodError("channel_not_found") from None
    if channel.id != channel_id or (workspace.bot.id not in channel.members and channel.kind != "channel"):
        raise MethodError("channel_not_found")
    return channel


def _writable(workspace: Workspace, where: str) -> Channel:
    """Return the conversation that a post names: an id, a public channel's name, or a person (their direct message)."""
    if where.startswith(("U", "W")):
        try:
            return workspace.direct_message(workspace.person(where).id)
        except KeyError:
            raise MethodError("channel_not_found") from None
    try:
        channel = workspace.channel(where)
    except KeyError:
        raise MethodError("channel_not_found") from None
    if workspace.bot.id not in channel.members:
        raise MethodError("not_in_channel" if channel.kind == "channel" else "channel_not_found")
    if channel.is_archived:
        raise MethodError("is_archived")
    return channel


def _thread(workspace: Workspace, channel: Channel, thread_ts: str) -> str:
    """Return the thread that a post goes into. A reply or a join can have none of its own."""
    if not thread_ts:
        return ""
    root = workspace.message(channel.id, thread_ts)
    if root is None:
        raise MethodError("thread_not_found")
    if root.get("subtype") in _UNANSWERABLE or root.get("thread_ts", thread_ts) != thread_ts:
        raise MethodError("cannot_reply_to_message")
    return thread_ts
