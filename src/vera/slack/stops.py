"""Who wants which answer stopped: a click on Vera's button, or on Slack's own.

The invariant: only who asked stops an answer. Vera's button carries the turn and its asker; that value comes back
through Slack and is checked as if anybody had written it. Slack's own button names a thread and who clicked: it stops
what that person has asked there. The answer's message is left to the worker that writes it
(`tests/unit/slack/test_slack_stops.py`).
"""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any

from vera.slack.web import PAGE, ask, messages_of, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from slack_sdk import WebClient

__all__ = ["STOP_ACTION", "stop_clicked", "stop_session"]

STOP_ACTION = "vera_stop"
"""The button's `action_id`."""

_NOT_YOURS = "Only the person who asked can stop this answer."
_MOST_QUESTIONS = 20
"""How many of a person's questions one click can stop: each costs a look into the ledger."""

_MOST_TOP_LEVEL = 100
_LONGEST_VALUE = 200
_TURN = re.compile(r"([A-Z][A-Z0-9]{1,30}):[0-9]{1,15}\.[0-9]{1,9}")
_USER = re.compile(r"[UW][A-Z0-9]{1,30}")

_log = logging.getLogger(__name__)


def stop_clicked(body: Mapping[str, Any], ask_stop: Callable[[str], bool]) -> str:
    """Ask for the end of the answer whose button was clicked (`block_actions`).

    Returns what the person who clicked is to be told, mostly nothing. Raises what `ask_stop` raises.
    """
    clicked = _of_button(body)
    if clicked is None:
        _log.warning("a stop button without a turn was clicked")
        return ""
    turn, asker = clicked
    if _id(body.get("user")) != asker:
        return _NOT_YOURS
    ask_stop(turn)
    return ""


def stop_session(client: WebClient, event: Mapping[str, Any], ask_stop: Callable[[str], bool]) -> None:
    """Ask for the end of what somebody asked in a thread and stopped there (`agent_session_stopped`).

    Which question that was isn't in the event, so the thread is read, newest questions first. Where none of them was
    being answered, it is a question at the top level of a direct conversation. Raises what `ask` and `ask_stop` raise.
    """
    channel, user, thread, until = (_text(event, key) for key in ("channel", "user", "thread_ts", "event_ts"))
    if not channel or not user:
        _log.warning("a stop without channel or user")
        return
    before = {"channel": channel, "inclusive": True, **({"latest": until} if until else {})}
    if thread:
        replies = messages_of(ask, client.conversations_replies, ts=thread, limit=PAGE, **before)
        if _stopped(channel, user, replies, ask_stop):
            return
    if channel.startswith("D"):
        answer = ask(client.conversations_history, limit=_MOST_TOP_LEVEL, **before)
        _stopped(channel, user, answer.get("messages") or (), ask_stop)


def _stopped(channel: str, user: str, messages: Iterable[Any], ask_stop: Callable[[str], bool]) -> bool:
    """Ask for the end of all that this person asked in these messages; return whether anything was under way."""
    asked = {
        ts
        for message in messages
        if isinstance(message, dict) and message.get("user") == user and (ts := _text(message, "ts"))
    }
    newest = sorted(asked, key=moment, reverse=True)[:_MOST_QUESTIONS]
    stopped = [ask_stop(f"{channel}:{ts}") for ts in newest]
    return any(stopped)


def _of_button(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the turn and the asker that a button's value names, or None where it is not one of Vera's."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    text = _text(first, "value") if isinstance(first, dict) else ""
    if len(text) > _LONGEST_VALUE:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    turn, asker = _TURN.fullmatch(_text(value, "turn")), _USER.fullmatch(_text(value, "user"))
    if not turn or not asker or turn[1] != _id(body.get("channel")):  # a button stops what is said beside it
        return None
    return turn[0], asker[0]


def _id(value: object) -> str:
    return _text(value, "id") if isinstance(value, dict) else ""


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""
