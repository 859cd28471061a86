"""The methods that read: conversations.*, users.*, auth.test, api.test, and conversations.open.

Pages as Slack cuts them: a thread in its order with the parent on every page, a channel newest first, metadata only on
demand. Held by `test_playground_reading_methods.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vera.playground.slack.arguments import MethodError, next_cursor
from vera.playground.slack.shapes import channel_object, user_object

if TYPE_CHECKING:
    from vera.playground.slack.arguments import Arguments
    from vera.playground.slack.values import Channel, Json
    from vera.playground.slack.workspace import Workspace

_MOST_REPLIES = 1_000
_MOST_HISTORY = 999
_MOST_IN_A_GROUP = 8


def api_test(_: Workspace, arguments: Arguments) -> Json:
    """api.test: says back what it was told."""
    echoed = dict(arguments.values)
    if "error" in arguments:
        raise MethodError(arguments.text("error"), args=echoed)
    return {"args": echoed}


def auth_test(workspace: Workspace, _: Arguments) -> Json:
    """auth.test."""
    return {
        "url": f"https://{workspace.team.domain}.slack.com/",
        "team": workspace.team.name,
        "user": workspace.bot.name,
        "team_id": workspace.team.id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": False,
    }


def replies(workspace: Workspace, arguments: Arguments) -> Json:
    """conversations.replies."""
    if "channel" not in arguments:
        raise MethodError("channel_not_found")
    channel = _readable(workspace, arguments.text("channel"))
    root_ts = arguments.text("ts")
    root = workspace.message(channel.id, root_ts) if root_ts else None
    if root is None:
        raise MethodError("thread_not_found")
    if root.get("thread_ts", root_ts) != root_ts:  # a reply's own ts: that message alone
        return {"messages": [_shown(root, arguments)], "has_more": False}
    limit = arguments.limit(default=_MOST_REPLIES, most=_MOST_REPLIES)
    after = [ts for ts in _between(workspace.thread_ts(channel.id, root_ts), arguments) if ts != root_ts]
    if workspace.newest_replies_first:
        after.reverse()
    page, cursor = _page(after, arguments, kind="next_ts", size=max(1, limit - 1))
    shown = [_shown(root, arguments), *_messages(workspace, channel, sorted(page), arguments)]
    return _paged(shown, cursor)


def history(workspace: Workspace, arguments: Arguments) -> Json:
    """conversations.history."""
    channel = _readable(workspace, arguments.required("channel"))
    limit = arguments.limit(default=100, most=_MOST_HISTORY)
    page, cursor = _page(_between(workspace.history_ts(channel.id), arguments), arguments, kind="next_ts", size=limit)
    answer = _paged(_messages(workspace, channel, page, arguments), cursor)
    return answer | {"pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0}


def info(workspace: Workspace, arguments: Arguments) -> Json:
    """conversations.info."""
    channel = _known(workspace, arguments.required("channel"))
    shape = channel_object(
        channel,
        team=workspace.team,
        bot_user_id=workspace.bot.id,
        num_members=arguments.flag("include_num_members"),
    )
    return {"channel": shape}


def open_conversation(workspace: Workspace, arguments: Arguments) -> Json:
    """conversations.open."""
    before = {channel.id for channel in workspace.channels()}
    channel = _opened(workspace, arguments)
    answer: Json = {"no_op": True, "already_open": True} if channel.id in before else {}
    if not arguments.flag("return_im"):
        return answer | {"channel": {"id": channel.id}}
    return answer | {"channel": channel_object(channel, team=workspace.team, bot_user_id=workspace.bot.id)}


def user_info(workspace: Workspace, arguments: Arguments) -> Json:
    """users.info."""
    user_id = arguments.required("user")
    for person in workspace.people():
        if person.id == user_id:
            return {"user": _user(workspace, person.id)}
    raise MethodError("user_not_found")


def users_list(workspace: Workspace, arguments: Arguments) -> Json:
    """users.list."""
    ids = [person.id for person in workspace.people()]
    page, cursor = _page(ids, arguments, kind="user", size=arguments.limit(default=1_000, most=1_000))
    members = [_user(workspace, user_id) for user_id in page]
    return {
        "members": members,
        "cache_ts": int(workspace.now()),
        "response_metadata": {"next_cursor": cursor},
    }


def _opened(workspace: Workspace, arguments: Arguments) -> Channel:
    if "channel" in arguments:
        channel = _known(workspace, arguments.text("channel"))
        if channel.kind not in ("im", "mpim"):
            raise MethodError("method_not_supported_for_channel_type")
        return channel
    ids = [one for one in arguments.text("users").replace(" ", "").split(",") if one]
    if not ids:
        raise MethodError("users_list_not_supplied")
    if len(ids) > _MOST_IN_A_GROUP:
        raise MethodError("too_many_users")
    known = {person.id: person for person in workspace.people()}
    for user_id in ids:
        if user_id not in known or user_id == workspace.bot.id:
            raise MethodError("user_not_found")
        if known[user_id].deleted:
            raise MethodError("user_disabled")
    return workspace.direct_message(*ids)


def _user(workspace: Workspace, user_id: str) -> Json:
    shares = any(user_id in channel.members and workspace.bot.id in channel.members for channel in workspace.channels())
    return user_object(workspace.person(user_id), team=workspace.team, shares_a_channel=shares)


def _known(workspace: Workspace, channel_id: str) -> Channel:
    for channel in workspace.channels():
        if channel.id == channel_id and (channel.kind == "channel" or workspace.bot.id in channel.members):
            return channel
    raise MethodError("channel_not_found")


def _readable(workspace: Workspace, channel_id: str) -> Channel:
    channel = _known(workspace, channel_id)
    if workspace.bot.id not in channel.members:
        raise MethodError("not_in_channel")
    return channel


def _between(moments: list[str], arguments: Arguments) -> list[str]:
    """Return the moments between `oldest` and `latest`, both left out unless `inclusive`."""
    oldest, latest = arguments.moment("oldest"), arguments.moment("latest")
    if arguments.flag("inclusive"):
        return [ts for ts in moments if (not oldest or ts >= oldest) and (not latest or ts <= latest)]
    return [ts for ts in moments if (not oldest or ts > oldest) and (not latest or ts < latest)]


def _page(items: list[str], arguments: Arguments, *, kind: str, size: int) -> tuple[list[str], str]:
    """Return a page of items, and the cursor of the next: nothing on the last."""
    start = 0
    pointed = arguments.cursor(kind)
    if pointed:
        if pointed not in items:
            raise MethodError("invalid_cursor")
        start = items.index(pointed)
    following = items[start + size : start + size + 1]
    return items[start : start + size], next_cursor(kind, following[0]) if following else ""


def _messages(workspace: Workspace, channel: Channel, moments: list[str], arguments: Arguments) -> list[Json]:
    found = (workspace.message(channel.id, ts) for ts in moments)
    return [_shown(message, arguments) for message in found if message is not None]


def _shown(message: Json, arguments: Arguments) -> Json:
    if arguments.flag("include_all_metadata"):
        return message
    return {name: value for name, value in message.items() if name != "metadata"}


def _paged(messages: list[Json], cursor: str) -> Json:
    answer: Json = {"messages": messages, "has_more": bool(cursor)}
    if cursor:
        answer["response_metadata"] = {"next_cursor": cursor}
    return answer
