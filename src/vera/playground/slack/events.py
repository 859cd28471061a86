"""What Slack tells an app of a change: the inner events, and the envelope around them. Pure.

A mention in a channel makes two events, `app_mention` and `message`; in a direct message only `message`. The app hears
only of conversations that it is in. Held by `test_playground_events.py`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from vera.playground.slack.markup import mentioned

if TYPE_CHECKING:
    from vera.playground.slack.values import Change, Channel, Json, Person, Team

SUBSCRIPTIONS = frozenset(
    {
        "agent_session_stopped",
        "app_mention",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "reaction_added",
        "reaction_removed",
    }
)
_MESSAGES = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
_MENTION_FIELDS = (
    "user",
    "ts",
    "client_msg_id",
    "text",
    "team",
    "blocks",
    "files",
    "upload",
    "display_as_bot",
    "thread_ts",
    "parent_user_id",
    "user_team",
    "source_team",
    "user_profile",
    "bot_id",
    "app_id",
    "bot_profile",
)


def events_of(
    change: Change, channel: Channel, *, bot: Person, subscriptions: frozenset[str] = SUBSCRIPTIONS, event_ts: str
) -> list[Json]:
    """Return the events that a change makes, as the app subscribed to them; mentions first."""
    if not change.announced or bot.id not in channel.members:
        return []
    if change.kind in ("reacted", "unreacted"):
        return _reaction(change, channel, event_ts, subscriptions)
    if change.kind == "stopped":
        return _stop(change, event_ts) if "agent_session_stopped" in subscriptions else []
    place = {"channel": channel.id, "event_ts": event_ts, "channel_type": channel.kind}
    events: list[Json] = []
    if change.kind in ("posted", "joined"):
        message = change.message or {}
        told = {name: value for name, value in message.items() if name != "metadata"}
        event: Json = told | place | {"event_ts": change.ts}
        if _is_mention(message, channel, bot) and "app_mention" in subscriptions:
            fields = {name: message[name] for name in _MENTION_FIELDS if name in message}
            events.append({"type": "app_mention"} | fields | {"channel": channel.id, "event_ts": change.ts})
    elif change.kind == "deleted" and change.message is None:
        event = {"type": "message", "subtype": "message_deleted", "previous_message": change.previous}
        event |= place | {"hidden": True, "deleted_ts": change.ts, "ts": event_ts}
    elif change.kind in ("edited", "deleted"):
        event = {"type": "message", "subtype": "message_changed", "message": change.message}
        event |= {"previous_message": change.previous, "hidden": True, "ts": event_ts} | place
    else:
        return []
    if _MESSAGES[channel.kind] in subscriptions:
        events.append(event)
    return events


def envelope(
    event: Json, *, event_id: str, event_time: int, team: Team, bot: Person, channel: Channel | None, token: str
) -> Json:
    """Return an event as the request URL gets it."""
    return {
        "token": token,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": team.enterprise_id,
        "api_app_id": bot.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": [
            {
                "enterprise_id": team.enterprise_id,
                "team_id": team.id,
                "user_id": bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
        "event_context": f"4-{event_id}",
    }


def verification_token(team: Team) -> str:
    """Return what Slack still sends in every payload, and nobody should check any more."""
    return hashlib.sha256(team.id.encode()).hexdigest()[:24]


def _is_mention(message: Json, channel: Channel, bot: Person) -> bool:
    return channel.kind != "im" and bot.id in mentioned(message.get("text", "")) and message.get("user") != bot.id


def _stop(change: Change, event_ts: str) -> list[Json]:
    event: Json = {"type": "agent_session_stopped", "user": change.actor, "channel": change.channel}
    return [event | change.detail | {"event_ts": event_ts}]


def _reaction(change: Change, channel: Channel, event_ts: str, subscriptions: frozenset[str]) -> list[Json]:
    kind = "reaction_added" if change.kind == "reacted" else "reaction_removed"
    if kind not in subscriptions:
        return []
    message = change.message or {}
    return [
        {
            "type": kind,
            "user": change.actor,
            "reaction": change.detail["reaction"],
            "item": {"type": "message", "channel": channel.id, "ts": change.ts},
            "item_user": message.get("user", ""),
            "event_ts": event_ts,
        }
    ]
