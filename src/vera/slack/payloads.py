"""What Slack says in an event, parsed once into a `Turn`, or into the reason why it is not for Vera.

The receiver has sorted roughly; this decides. A person's message is for Vera in a direct conversation, and elsewhere
where it mentions her; bots, her own words, edits, deletions and joins never are. Every sample of `tests/events` is a
row of `tests/unit/slack/test_slack_payloads.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vera.assistant.conversation import Turn

__all__ = ["MalformedPayload", "bot_user_id", "enterprise_of", "reason_to_ignore", "team_of", "turn_of"]

Payload = Mapping[str, Any]

_SUBTYPES = frozenset({"", "file_share", "thread_broadcast"})
_SLACKBOT = "USLACKBOT"
_TS = re.compile(r"\d+\.\d+")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")


class MalformedPayload(ValueError):
    """A payload that Slack would not send. The message names the field, and repeats nothing of what is in it."""


def turn_of(payload: Payload, *, bot_user: str = "") -> Turn | None:
    """Return the question that an `event_callback` asks of Vera, or None where it asks none (`reason_to_ignore`).

    `bot_user` is Vera's user id where the payload does not tell it. Raises `MalformedPayload`.
    """
    if reason_to_ignore(payload, bot_user=bot_user):
        return None
    event = _event(payload)
    return Turn(
        channel=_text(event, "channel"),
        ts=_text(event, "ts"),
        user=_text(event, "user"),
        text=_text(event, "text"),
        thread_ts=_text(event, "thread_ts"),
        direct=_is_direct(event),
        team=team_of(payload),
        enterprise=enterprise_of(payload),
        user_team=_home_of_author(event),
    )


def reason_to_ignore(payload: Payload, *, bot_user: str = "") -> str:
    """Say why an event is not for Vera, in a few words for the log; empty where it is. Raises `MalformedPayload`."""
    event = _event(payload)
    kind = _text(event, "type")
    if kind not in {"app_mention", "message"}:
        return "not a message"
    if _text(event, "subtype") not in _SUBTYPES:
        return "a change to a message, or a notice"
    if _is_by_bot(event) or _text(event, "user") in {bot_user or _SLACKBOT, bot_user_id(payload) or _SLACKBOT}:
        return "said by a bot"
    if not _TS.fullmatch(_text(event, "ts")) or not _text(event, "channel"):
        raise MalformedPayload(f"an event of type {kind} must name its channel and ts")
    if not _text(event, "user"):
        return "said by nobody"
    if kind == "message" and not _is_direct(event) and not _mentions(event, bot_user or bot_user_id(payload)):
        return "no mention"
    return ""


def bot_user_id(payload: Payload) -> str:
    """Return Vera's own user id as the event's authorizations tell it, or an empty string."""
    bots = [entry for entry in _authorizations(payload) if entry.get("is_bot", False)]
    return _text(bots[0], "user_id") if bots else ""


def team_of(payload: Payload) -> str:
    """Return the workspace that Vera is installed in and that this event was sent for."""
    first = next(iter(_authorizations(payload)), {})
    return _text(first, "team_id") or _text(payload, "context_team_id") or _text(payload, "team_id")


def enterprise_of(payload: Payload) -> str:
    """Return the organisation that the workspace belongs to, empty where it belongs to none."""
    first = next(iter(_authorizations(payload)), {})
    return _text(first, "enterprise_id") or _text(payload, "context_enterprise_id") or _text(payload, "enterprise_id")


def _is_by_bot(event: Payload) -> bool:
    """Whether a bot speaks. Most bots' messages have no subtype, and some no user."""
    return bool(event.get("bot_id") or event.get("bot_profile")) or _text(event, "user") == _SLACKBOT


def _is_direct(event: Payload) -> bool:
    kind = _text(event, "channel_type")
    return kind == "im" or (not kind and _text(event, "channel").startswith("D"))


def _mentions(event: Payload, user: str) -> bool:
    """Whether the text mentions this user; anybody, where it is not known who Vera is."""
    mentioned = {str(found[1]) for found in _MENTION.finditer(_text(event, "text"))}
    return user in mentioned if user else bool(mentioned)


def _home_of_author(event: Payload) -> str:
    """Return the author's own workspace: in shared channels it is not the one that the event was sent for."""
    profile = event.get("user_profile")
    return (
        _text(event, "user_team")
        or _text(event, "source_team")
        or (_text(profile, "team") if isinstance(profile, Mapping) else "")
        or _text(event, "team")
    )


def _event(payload: Any) -> Payload:
    event = payload.get("event") if isinstance(payload, Mapping) else None
    if not isinstance(event, Mapping):
        raise MalformedPayload("an event_callback must have an object as its event")
    return event


def _authorizations(payload: Payload) -> list[Payload]:
    entries = payload.get("authorizations")
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _text(values: Payload, key: str) -> str:
    """Return a field that is text or left out; Slack sends null for some that are not known."""
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedPayload(f"{key} must be text")
    return value
