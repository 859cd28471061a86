"""What Slack tells an app of a pressed button: which one it is, and the `block_actions` payload. Pure.

A button stands in an actions block or beside a section, in a message's blocks or in those of its attachments. Held by
`test_playground_interactions.py`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vera.playground.slack.events import verification_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vera.playground.slack.values import Channel, Json, Person, Team

_TOLD = ("action_id", "block_id", "text", "value", "style", "url", "type")
_CHANNEL_NAMES = {"im": "directmessage", "group": "privategroup"}


@dataclass(frozen=True, slots=True)
class Button:
    """A button as it stands in a message; `attachment_id` is 0 in the message's own blocks."""

    element: Json
    block_id: str
    attachment_id: int = 0


def button_of(message: Json, action_id: str, block_id: str = "") -> Button:
    """Return a message's button, in any block where none is named. Raises KeyError."""
    for button in _buttons(message):
        if button.element.get("action_id") == action_id and block_id in ("", button.block_id):
            return button
    raise KeyError(f"message {message['ts']} has no button {action_id}")


def block_actions(
    button: Button,
    message: Json,
    *,
    person: Person,
    channel: Channel,
    team: Team,
    app_id: str,
    action_ts: str,
    response_url: str,
) -> Json:
    """Return the payload that says that `person` pressed `button`."""
    action = {name: value for name, value in button.element.items() if name in _TOLD}
    return {
        "type": "block_actions",
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": app_id,
        "token": verification_token(team),
        "container": _container(button, message, channel),
        "trigger_id": f"{_digits(13)}.{_digits(13)}.{secrets.token_hex(16)}",
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel.id, "name": _CHANNEL_NAMES.get(channel.kind, channel.name)},
        "message": {name: value for name, value in message.items() if name != "metadata"},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action | {"block_id": button.block_id, "action_ts": action_ts}],
    }


def _buttons(message: Json) -> Iterator[Button]:
    for block in message.get("blocks") or []:
        yield from _buttons_of(block)
    for number, attachment in enumerate(message.get("attachments") or [], 1):
        for block in attachment.get("blocks") or []:
            yield from _buttons_of(block, attachment.get("id", number))


def _buttons_of(block: Json, attachment_id: int = 0) -> Iterator[Button]:
    elements = block.get("elements") if block.get("type") == "actions" else [block.get("accessory")]
    for element in elements or []:
        if isinstance(element, dict) and element.get("type") == "button":
            yield Button(element, str(block.get("block_id", "")), attachment_id)


def _container(button: Button, message: Json, channel: Channel) -> Json:
    container: Json = {"type": "message", "message_ts": message["ts"], "channel_id": channel.id, "is_ephemeral": False}
    if button.attachment_id:
        container |= {"type": "message_attachment", "attachment_id": button.attachment_id, "is_app_unfurl": False}
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    return container


def _digits(count: int) -> str:
    return str(secrets.randbelow(9 * 10 ** (count - 1)) + 10 ** (count - 1))
