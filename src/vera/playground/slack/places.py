"""Where a call wants to write: the conversation and the thread that it names, or Slack's word for why it may not.

Held by the tables of refusals in `test_playground_chat_methods.py` and `test_playground_stream_methods.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vera.playground.slack.arguments import MethodError

if TYPE_CHECKING:
    from vera.playground.slack.values import Channel
    from vera.playground.slack.workspace import Workspace

_UNANSWERABLE = {"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name"}


def by_id(workspace: Workspace, channel_id: str) -> Channel:
    """Return a conversation that the bot may see, by its id."""
    try:
        channel = workspace.channel(channel_id)
    except KeyError:
        raise MethodError("channel_not_found") from None
    if channel.id != channel_id or (workspace.bot.id not in channel.members and channel.kind != "channel"):
        raise MethodError("channel_not_found")
    return channel


def writable(workspace: Workspace, where: str) -> Channel:
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


def thread_of(workspace: Workspace, channel: Channel, thread_ts: str) -> str:
    """Return the thread that a post goes into. A reply or a join can have none of its own."""
    if not thread_ts:
        return ""
    root = workspace.message(channel.id, thread_ts)
    if root is None:
        raise MethodError("thread_not_found")
    if root.get("subtype") in _UNANSWERABLE or root.get("thread_ts", thread_ts) != thread_ts:
        raise MethodError("cannot_reply_to_message")
    return thread_ts
