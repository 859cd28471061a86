"""What things look like in Slack's answers and events: users, conversations, messages, files.

Keys and types are Slack's (its documented samples); the comparison with another emulator is
`tests/contract/test_slack_shapes.py`.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING
from urllib.parse import quote

from vera.playground.slack.markup import rich_text

if TYPE_CHECKING:
    from vera.playground.slack.values import Channel, File, Json, Person, Team

_NEVER = "0000000000.000000"


def user_object(person: Person, *, team: Team, shares_a_channel: bool) -> Json:
    """Return somebody as users.info does. Of people from elsewhere only the little that Slack shows."""
    own = person.team_id == team.id
    user: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.real_name,
        "profile": _profile(person),
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if person.enterprise_id:
        user["enterprise_user"] = {
            "id": person.id,
            "enterprise_id": person.enterprise_id,
            "enterprise_name": person.enterprise_id,
            "is_admin": False,
            "is_owner": False,
            "teams": [person.team_id],
        }
    if person.deleted:
        return user
    user |= {"tz": person.tz, "tz_label": person.tz_label, "tz_offset": person.tz_offset, "color": _color(person.id)}
    if own:
        roles = ("admin", "owner", "primary_owner", "restricted", "ultra_restricted")
        user |= {f"is_{role}": False for role in roles}
        user |= {"is_email_confirmed": not person.is_bot, "who_can_share_contact_card": "EVERYONE"}
    else:
        user["is_stranger"] = not shares_a_channel
    return user


def channel_object(channel: Channel, *, team: Team, bot_user_id: str, num_members: bool = False) -> Json:
    """Return a conversation as conversations.info does."""
    if channel.kind == "im":
        return _direct_message(channel, team=team, bot_user_id=bot_user_id)
    note = {"value": channel.topic, "creator": channel.creator if channel.topic else "", "last_set": 0}
    shape: Json = {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": team.id,
        "updated": channel.created * 1000,
        "parent_conversation": None,
        "creator": channel.creator,
        "is_ext_shared": channel.is_ext_shared,
        "shared_team_ids": [team.id, *channel.shared_team_ids],
        "pending_connected_team_ids": [],
        "is_member": bot_user_id in channel.members,
        "topic": note,
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }
    if channel.is_ext_shared:
        shape |= {"connected_team_ids": list(channel.shared_team_ids), "conversation_host_id": team.id}
    if bot_user_id in channel.members:
        shape["last_read"] = _NEVER
    if num_members:
        shape["num_members"] = len(channel.members)
    return shape


def message_object(person: Person, *, ts: str, text: str, team: Team, thread_ts: str = "", parent: str = "") -> Json:
    """Return a new message: a bot's with its `bot_id` and profile, a person's with what their client adds.

    `parent` is who began the thread.
    """
    message: Json = {"type": "message", "user": person.id, "text": text, "ts": ts, "team": person.team_id}
    if person.is_bot:
        message |= {"bot_id": person.bot_id, "app_id": person.app_id, "bot_profile": _bot_profile(person)}
    else:
        message["client_msg_id"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{person.id}:{ts}"))
        if text:
            message["blocks"] = [rich_text(text, block_id=_color(ts)[:5])]
    if person.team_id != team.id:
        message |= {"user_team": person.team_id, "source_team": person.team_id, "user_profile": _user_profile(person)}
    if thread_ts:
        message |= {"thread_ts": thread_ts, "parent_user_id": parent}
    return message


def file_object(file: File, *, file_id: str, person: Person, team: Team, created: int, base_url: str) -> Json:
    """Return a file as messages carry it; its content is at `url_private_download`, for whoever has the bot's token."""
    extension = file.name.rpartition(".")[2].lower() if "." in file.name else "text"
    address, in_url = f"{base_url}/files-pri/{team.id}-{file_id}", quote(file.name, safe="")
    return {
        "id": file_id,
        "created": created,
        "timestamp": created,
        "name": file.name,
        "title": file.name,
        "mimetype": file.mimetype,
        "filetype": extension,
        "pretty_type": extension.upper(),
        "user": person.id,
        "user_team": person.team_id,
        "editable": False,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": True,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{address}/{in_url}",
        "url_private_download": f"{address}/download/{in_url}",
        "permalink": f"{base_url}/files/{person.id}/{file_id}/{in_url}",
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
    }


def tombstone(message: Json) -> Json:
    """Return what is left of a deleted message that has replies."""
    kept = ("type", "ts", "thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply", "is_locked")
    return {name: message[name] for name in kept if name in message} | {
        "subtype": "tombstone",
        "text": "This message was deleted.",
        "user": "USLACKBOT",
        "hidden": True,
    }


def _direct_message(channel: Channel, *, team: Team, bot_user_id: str) -> Json:
    others = [member for member in channel.members if member != bot_user_id]
    return {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": True,
        "is_org_shared": False,
        "context_team_id": team.id,
        "updated": channel.created * 1000,
        "user": others[0] if others else bot_user_id,
        "is_user_deleted": False,
        "is_open": True,
        "last_read": _NEVER,
        "priority": 0,
    }


def _profile(person: Person) -> Json:
    first, _, last = person.real_name.partition(" ")
    profile: Json = {
        "title": "",
        "phone": "",
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": "" if person.is_bot else person.name,
        "display_name_normalized": "" if person.is_bot else person.name,
        "status_text": "",
        "status_emoji": "",
        "status_emoji_display_info": [],
        "status_expiration": 0,
        "avatar_hash": _color(person.id) * 2,
        "first_name": first,
        "last_name": last,
        "team": person.team_id,
    }
    profile |= {f"image_{size}": _image(person, size) for size in (24, 32, 48, 72, 192, 512)}
    if person.is_bot:
        profile |= {"bot_id": person.bot_id, "api_app_id": person.app_id, "always_active": True}
    return profile


def _bot_profile(person: Person) -> Json:
    return {
        "id": person.bot_id,
        "app_id": person.app_id,
        "user_id": person.id,
        "name": person.real_name,
        "icons": {f"image_{size}": _image(person, size) for size in (36, 48, 72)},
        "deleted": person.deleted,
        "updated": 1_700_000_000,
        "team_id": person.team_id,
    }


def _user_profile(person: Person) -> Json:
    return {
        "avatar_hash": _color(person.id) * 2,
        "image_72": _image(person, 72),
        "first_name": person.real_name.partition(" ")[0],
        "real_name": person.real_name,
        "display_name": person.name,
        "team": person.team_id,
        "name": person.name,
        "is_restricted": False,
        "is_ultra_restricted": False,
    }


def _image(person: Person, size: int) -> str:
    return f"https://avatars.slack-edge.com/{person.id}_{size}.png"


def _color(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()[:6]
