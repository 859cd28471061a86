"""How fresh an answer could be at best within Slack's limits: what `bench/freshness.py` prints beside the figures.

A workspace bears a burst at once and a rate after it. While everybody is answered for T seconds, that makes
N = burst + rate x T writes. A word waits from when it is spoken until the next write takes effect, half a call's time
after it was sent; so with writes spread evenly, S seconds apart, words wait S/2 + latency/2 on average.

- By edits, everybody's last one is taken from N first. Of what is left, each answer makes one at its first word (which
  shows next to nothing, but that it begins), and spreads its share of the rest: 1 + that share is how many intervals
  there are.
- Natively, the first words come with `chat.startStream` and the last with `chat.stopStream`, which have limits of their
  own. So all appends lie between: there are 1 + their share of intervals.
- With both to choose from, some answers go one way and some the other: as many as make the mean least.

A real answer cannot know how long it will be, and has to be able to make do with less.
"""

import math

from vera.playground.slack.limits import TIER_2, TIER_3, TIER_4, Rate


def mean_lag_seconds(streaming: str, people: int, seconds: float, latency_seconds: float) -> float:
    """Return the least mean lag by `edit`, `native` or `auto` of so many answers that are spoken side by side."""
    if streaming == "edit":
        waits = _by_edits(people, seconds)
    elif streaming == "native":
        waits = _natively(people, seconds)
    else:
        waits = min(
            (_by_edits(some, seconds) + _natively(people - some, seconds) for some in range(people + 1)), key=sum
        )
    return sum(waits) / people + latency_seconds / 2


def _by_edits(people: int, seconds: float) -> list[float]:
    spare = _writes(TIER_3, seconds) - people
    if spare < 0:
        return [math.inf] * people
    return _waits(people, seconds, max(0, spare - people))


def _natively(people: int, seconds: float) -> list[float]:
    if people > _writes(TIER_2, seconds):
        return [math.inf] * people
    return _waits(people, seconds, _writes(TIER_4, seconds))


def _waits(people: int, seconds: float, between: int) -> list[float]:
    """Return each answer's mean wait where so many writes lie between their first and their last."""
    shares = [between // people + (number < between % people) for number in range(people)] if people else []
    return [seconds / (1 + share) / 2 for share in shares]


def _writes(rate: Rate, seconds: float) -> int:
    return math.floor(rate.burst + rate.per_minute / 60 * seconds)
