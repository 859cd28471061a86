"""Which of Slack's events Vera acts on: a table from the event's type to the rule that may ignore it.

To act on another type, write its rule and add a line to `RULES`. What the receiver cannot know (allow-lists, external
people, what the thread holds) is the worker's to decide; in doubt an event is handed over, for the turn's key keeps it
from being answered twice. Proved, payload by payload, by tests/unit/receiver/test_receiver_table.py.
"""

from __future__ import annotations

import re

from vera.receiver.request import Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Payload = dict[str, Any]

SUBTYPES_OF_PEOPLE = (None, "file_share", "thread_broadcast")
"""A message's subtypes to act on; all others are edits, deletions, joins and the like."""
SLACKBOT = "USLACKBOT"
_ANY_MENTION = re.compile(r"<@[UW][A-Z0-9]+[|>]")


def ignored(payload: Payload) -> str:
    """Say in a word why Vera ignores this `event_callback`, or nothing where she acts on it; raises Unparsable."""
    event = payload.get("event")
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise Unparsable("no event")
    rule = RULES.get(event["type"])
    return rule(event, payload) if rule else "event type"


def _mention(event: Payload, payload: Payload) -> str:
    return _not_from_a_person(event, payload)


def _message(event: Payload, payload: Payload) -> str:
    reason = _not_from_a_person(event, payload)
    if reason or _is_direct(event):
        return reason
    return "" if _mentions_the_bot(event, payload) else "no mention"


def _stop(event: Payload, _payload: Payload) -> str:
    """Let somebody stop an answer: the event names who clicked and where, but no message."""
    if not isinstance(event.get("channel"), str):
        raise Unparsable("a stop without channel")
    return "" if event.get("user") else "no author"


RULES: dict[str, Callable[[Payload, Payload], str]] = {
    "agent_session_stopped": _stop,
    "app_mention": _mention,
    "message": _message,
}


def _not_from_a_person(event: Payload, payload: Payload) -> str:
    """Recognise bots, this one's own messages also where they carry no `bot_id`, and messages about messages."""
    if not isinstance(event.get("channel"), str) or not isinstance(event.get("ts"), str):
        raise Unparsable("a message without channel or ts")  # there is no turn without its key
    author = event.get("user")
    if event.get("bot_id") or event.get("bot_profile") or event.get("subtype") == "bot_message":
        return "bot"
    if author == SLACKBOT or author in _bot_user_ids(payload):
        return "bot"
    if event.get("subtype") not in SUBTYPES_OF_PEOPLE:
        return "subtype"
    return "" if author else "no author"


def _is_direct(event: Payload) -> bool:
    channel_type = event.get("channel_type")
    if channel_type is None:  # older events lack it; a direct message's channel says so itself
        return str(event.get("channel", "")).startswith("D")
    return bool(channel_type == "im")


def _mentions_the_bot(event: Payload, payload: Payload) -> bool:
    text = event.get("text")
    if not isinstance(text, str):  # files or blocks alone
        return False
    bots = _bot_user_ids(payload)
    if not bots:
        return _ANY_MENTION.search(text) is not None
    return any(f"<@{bot}>" in text or f"<@{bot}|" in text for bot in bots)


def _bot_user_ids(payload: Payload) -> list[str]:
    """Return whom the event was delivered to; an authorization that is no bot's names a person, who may well write."""
    authorizations = payload.get("authorizations")
    if not isinstance(authorizations, list):
        return []
    return [
        one["user_id"]
        for one in authorizations
        if isinstance(one, dict)
        and one.get("is_bot") is True
        and isinstance(one.get("user_id"), str)
        and one["user_id"]
    ]
