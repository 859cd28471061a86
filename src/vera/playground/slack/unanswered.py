"""What a playground that ended halfway left open: the questions that its next one delivers again.

A question is what Vera takes for one; it is answered where the last part of her reply is done, and what was said before
she was in the channel was never asked of her. Pure. Held by `test_playground_unanswered.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vera.playground.slack.events import events_of
from vera.playground.slack.values import Change
from vera.slack.own import is_being_streamed, metadata_of, part_standing
from vera.slack.payloads import reason_to_ignore

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vera.playground.slack.values import Channel, Json, Person

__all__ = ["LOOK_BACK_SECONDS", "Unanswered", "unanswered"]

LOOK_BACK_SECONDS = 24 * 3_600.0
"""How old a question may be: who asked yesterday doesn't wait any more."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question without a finished reply; `begun` where a part of one stands."""

    channel: str
    ts: str
    begun: bool


def unanswered(messages: Iterable[Json], channel: Channel, *, bot: Person) -> tuple[Unanswered, ...]:
    """Return the open questions among a channel's messages, which come in their order, in that order."""
    if channel.is_archived:
        return ()
    asked: list[str] = []
    replies: dict[str, dict[int, str]] = {}
    streams: list[Json] = []
    for message in messages:
        if message.get("subtype") == "channel_join" and message.get("user") == bot.id:
            asked.clear()
        elif message.get("bot_id") == bot.bot_id:
            turn, part, state = metadata_of(message)
            replies.setdefault(turn, {}).setdefault(part, state)
            streams += [message] if is_being_streamed(message) else []
        elif _is_question(message, channel, bot):
            asked.append(message["ts"])
    parts = {ts: replies.get(key := f"{channel.id}:{ts}", {}) | _streamed(streams, key) for ts in asked}
    return tuple(Unanswered(channel.id, ts, begun=bool(of)) for ts, of in parts.items() if not _is_done(of))


def _streamed(streams: Iterable[Json], key: str) -> dict[int, str]:
    """Return the parts of a reply that were left in the middle of a stream, which has no metadata yet."""
    return {part: "writing" for stream in streams if (part := part_standing(stream, key)) is not None}


def _is_done(parts: dict[int, str]) -> bool:
    return bool(parts) and parts[max(parts)] == "done"


def _is_question(message: Json, channel: Channel, bot: Person) -> bool:
    change = Change(0, "posted", channel.id, message["ts"], message=message)
    events = events_of(change, channel, bot=bot, event_ts=message["ts"])
    return any(not reason_to_ignore({"event": event}, bot_user=bot.id) for event in events)
