from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from fakes.world import World, bad_gateway, rate_limited
from vera.assistant.deadline import PAUSES_SECONDS, RESERVE_SECONDS
from vera.errors import LeaseLost, LedgerUnavailable, OutOfTime, SurfaceUnavailable


def failing(*failures: Exception):
    """Make a call that fails like this, one time after the other, and then returns."""
    pending = iter(failures)

    def call():
        if failure := next(pending, None):
            raise failure
        return "done"

    return call


@pytest.mark.parametrize(
    ("seconds", "reserve_seconds"),
    [(900.0, RESERVE_SECONDS), (40.0, RESERVE_SECONDS), (15.0, 3.75), (4.0, 1.0)],
    ids=["a long life", "just long enough", "a short life", "a very short life"],
)
def test_most_of_an_invocation_is_for_speaking(seconds: float, reserve_seconds: float):
    time = World(seconds=seconds).time

    assert (time.reserve_seconds, time.left) == (reserve_seconds, seconds - reserve_seconds)


def test_what_is_left_wears_off():
    world = World(seconds=15.0)
    time = world.time

    world.own_time.advance(11.25)
    time.check()
    left = time.left
    world.own_time.advance(0.25)

    assert left == 0.0
    with pytest.raises(OutOfTime):
        time.check()


def test_a_nap_lasts_as_long_as_it_says():
    world = World(seconds=60.0)

    world.time.nap(60.0)

    assert world.own_time.naps == [60.0]


def test_a_nap_that_the_invocation_does_not_outlast_is_not_begun():
    world = World(seconds=60.0)

    with pytest.raises(OutOfTime):
        world.time.nap(60.5)

    assert not world.own_time.naps


def test_the_time_to_finish_comes_before_the_end():
    world = World(seconds=60.0)
    time = world.time

    world.own_time.advance(60.0 - RESERVE_SECONDS)
    time.check()
    world.own_time.advance(0.25)

    with pytest.raises(OutOfTime):
        time.check()


@pytest.mark.parametrize(
    ("failures", "naps"),
    [
        ((), []),
        ((rate_limited(7.0), rate_limited(3.0)), [7.0, 3.0]),
        ((rate_limited(0.0),), [PAUSES_SECONDS[0]]),
        ((bad_gateway(), LedgerUnavailable(), bad_gateway()), list(PAUSES_SECONDS[:3])),
        ((bad_gateway(), rate_limited(7.0), bad_gateway()), [PAUSES_SECONDS[0], 7.0, PAUSES_SECONDS[1]]),
        ((rate_limited(2.0),) * 50, [2.0] * 50),
    ],
    ids=["done at once", "429s", "Retry-After 0", "5xx", "both", "a storm"],
)
def test_a_call_that_may_pass_again_is_made_again(failures: Any, naps: list[float]):
    world = World()

    result = world.time.persist(failing(*failures))

    assert result == "done"
    assert world.own_time.naps == naps


@pytest.mark.parametrize(
    ("error", "calls"),
    [(bad_gateway(), len(PAUSES_SECONDS) + 1), (LeaseLost(), 1), (OutOfTime(), 1)],
    ids=["never passes", "lost", "out of time"],
)
def test_a_call_that_does_not_pass_raises(error: Any, calls: int):
    world = World()
    made = []

    def call():
        made.append(None)
        raise error

    with pytest.raises(type(error)):
        world.time.persist(call)

    assert len(made) == calls


def test_what_is_tried_again_ends_with_the_invocation():
    world = World(seconds=5.0)

    with pytest.raises(OutOfTime) as out:
        world.time.persist(partial(failing(*[bad_gateway()] * 9)))

    assert isinstance(out.value.__context__, SurfaceUnavailable)
    assert sum(world.own_time.naps) <= 5.0
