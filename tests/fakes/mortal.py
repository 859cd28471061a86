"""A world as a process sees it that dies at one of its calls, before or after the call is carried out."""

from __future__ import annotations

import copy
from itertools import count
from typing import TYPE_CHECKING, Any

from fakes.world import Paced, Tapped, World

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Crash", "mortal"]


class Crash(BaseException):
    """The process is gone: nothing in it may catch this."""


def mortal(
    world: World,
    dies_at: int = 0,
    *,
    after: bool = False,
    meanwhile: Callable[[int], None] = lambda _number: None,
    between: Callable[[], None] | None = None,
) -> Any:
    """Look at the world through a process that dies at its call number `dies_at` (0: it lives), `after` it was made.

    `meanwhile` hears of each call's number before it is made. `between` is what happens while the model speaks: by
    default the writer gets its time. `seen.go_on` wraps how a fresh invocation is asked for: that is a call, too.
    """
    calls, dead = count(1), []
    seen = copy.copy(world)

    def tap(_name: str, call: Callable[[], Any]) -> Any:
        number = next(calls)
        meanwhile(number)
        if number == dies_at and after:
            call()
        if dead or number == dies_at:
            dead.append(number)
            raise Crash
        return call()

    def pass_time() -> None:
        if dead:
            raise Crash
        (between or world.own_time.settle)()

    seen.ledger = Tapped(world.ledger, tap)
    seen.surface = Tapped(world.wall, tap)
    seen.streams = Tapped(world.stream_wall, tap)
    seen.threads = Tapped(world.threads, tap)
    seen.knowledge = [Tapped(base, tap) for base in world.knowledge]
    seen.tools = [Tapped(each, tap) for each in world.tools]
    seen.model = Paced(Tapped(world.model, tap), pass_time)
    seen.go_on = lambda ask: lambda leg: tap("go_on", lambda: ask(leg))
    return seen
