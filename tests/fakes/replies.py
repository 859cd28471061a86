"""A reply written by hand, and the ways in which Slack lets it down meanwhile."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

from fakes.world import World, bad_gateway, rate_limited, refused, timed_out
from vera.assistant.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from vera.assistant.conversation import Turn
    from vera.assistant.reply import Reply

__all__ = ["ANSWER", "MISHAPS", "after", "faulty", "given_to_streams", "misbehaving", "speak", "words", "write"]

ANSWER = "The notice period is three months, and it begins with the first day of the next month."

MISHAPS = ("429", "500", "lost answer", "timed out", "gone", "dead", "refused")
"""What `misbehaving` knows. `gone`: somebody deletes the message; `dead`: the streams take no more; `refused`: Slack
takes no stream here."""


def speak(world: World, reply: Reply, text: str, *, size: int = 5, draft: Draft | None = None) -> Draft:
    """Let the draft grow by `text`, piece by piece, each of them shown before the next."""
    draft = draft or Draft()
    reply.follow(draft)
    for start in range(0, len(text), size):
        piece = text[start : start + size]
        draft.add(piece)
        reply.on_text(len(piece))
        world.own_time.settle()
    return draft


def write(world: World, turn: Turn, text: str = ANSWER, footer: str = "", **how: Any) -> None:
    """Write a whole reply: a status, the growing text, the end."""
    with world.replying(turn, **how) as reply:
        reply.status("Writing")
        speak(world, reply, text)
        reply.finish(text, footer)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def after(calls: int, *faults: Exception) -> Callable[[str], Exception | None]:
    """Let so many calls pass, then fail with these, one after the other."""
    pending = [None] * calls + list(faults)
    return lambda _name: pending.pop(0) if pending else None


def faulty(world: World, fault: Callable[[str], Exception | None], *, carried_out: bool = False) -> None:
    """Let the surfaces fail as `fault(name)` says, after or before the call was carried out."""

    def tap(name: str, call: Callable[[], Any]) -> Any:
        error = fault(name)
        if error is None:
            return call()
        if carried_out:
            call()
        raise error

    world.tap = tap


def misbehaving(world: World, schedule: Iterable[str | None]) -> Callable[[str, Callable[[], Any]], Any]:
    """Let the surfaces fail by schedule: a call for each of `MISHAPS`, or None.

    There may be any number of 429s, deletions, dead streams and refused ones; other faults end before a call has been
    tried again as often as it is.
    """
    pending = iter(schedule)
    failures = count(1)

    def tap(name: str, call: Any) -> Any:
        fault = next(pending, None)
        streams = call.func.__self__ is world.stream_wall
        if fault == "429":
            raise rate_limited()
        if fault == "refused" and streams and name in {"post", "edit", "show_status"}:
            raise refused("feature_not_enabled")
        if fault == "gone" and name == "edit":
            world.wall.messages.pop(call.args[1], None)
        if fault == "dead":
            for ts in world.wall.messages:
                world.stream_wall.die(ts)
        if fault not in {"500", "lost answer", "timed out"} or next(failures) > 5:
            return call()
        if fault == "500":
            raise bad_gateway()
        if fault == "lost answer":
            call()
        raise timed_out()

    return tap


def given_to_streams(world: World) -> dict[str, list[str]]:
    """Remember what each stream is given while it is one, by its ts, beside whatever tap there is."""
    given: dict[str, list[str]] = {}
    tap, streams = world.tap, world.stream_wall

    def listening(name: str, call: Any) -> Any:
        is_text = call.func.__self__ is streams and call.keywords.get("state") == "writing"
        if name == "edit" and is_text and call.args[1] in given and streams.messages[call.args[1]].streaming:
            given[call.args[1]].append(call.args[2])
        known = set(world.wall.messages)
        try:
            return tap(name, call)
        finally:
            if name == "post" and is_text:
                given.update({ts: [call.args[1]] for ts in set(world.wall.messages) - known})

    world.tap = listening
    return given
