"""When it is an answer's turn to write: the rules by themselves. `test_budget.py` lets whole crowds follow them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.assistant.pacing import LIMITS, Count, Limit, Wanted, rate, wait_seconds

NOW = 1_763_647_200.0
LIMIT = Limit(30, burst=5)

COUNTS = st.builds(Count, st.floats(NOW - 1_000, NOW + 100), st.integers(1, 40))


def left(count: int) -> float:
    """Return the `full_at` at which so many writes are left."""
    return NOW + (LIMIT.burst - count) * LIMIT.seconds


def test_the_limits_are_those_of_slacks_tiers():
    assert {write: limit.per_minute for write, limit in LIMITS.items()} == {
        "update": 50,
        "start": 20,
        "append": 100,
        "stop": 20,
    }
    assert {limit.burst for limit in LIMITS.values()} == {20}


@pytest.mark.parametrize(
    ("full_at", "expected"),
    [(-math.inf, 5), (NOW - 60, 5), (NOW, 5), (NOW + 2, 4), (NOW + 10, 0), (NOW + 14, -2)],
)
def test_what_is_left_is_the_burst_less_what_has_not_come_back_yet(full_at: float, expected: float):
    assert Count(full_at).left(LIMIT, NOW) == expected


def test_the_first_write_after_a_rest_waits_for_nothing():
    assert wait_seconds(Count(), LIMIT, NOW, since_last=math.inf, reserve=1) == 0


@given(COUNTS, st.floats(0, 100), st.floats(0, 20))
def test_no_write_on_the_way_touches_the_reserve(count: Count, since_last: float, reserve: float):
    allowed = wait_seconds(count, LIMIT, NOW, since_last=since_last, reserve=reserve) == 0

    assert not allowed or count.left(LIMIT, NOW) >= reserve + 1 - 1e-6


@given(COUNTS, st.floats(0, 100), st.floats(0, 3))
def test_whoever_waits_as_long_as_told_has_the_turn_if_nobody_else_writes(
    count: Count, since_last: float, reserve: float
):
    waited = 0.0
    rounds = 0
    while delay := wait_seconds(count, LIMIT, NOW + waited, since_last=since_last + waited, reserve=reserve):
        waited += max(delay, 1e-6)
        rounds += 1

    # What comes back meanwhile is counted in, unless the bucket is full before.
    assert rounds <= 12


@given(COUNTS, st.floats(0, 3))
def test_the_minutes_share_is_everybodys_whatever_is_spare(count: Count, reserve: float):
    assert rate(count, LIMIT, NOW, reserve=reserve) >= 1 / LIMIT.seconds / count.running - 1e-9


@given(st.integers(1, 5), st.integers(1, 39))
def test_who_shares_with_more_others_writes_no_more_often(spare: int, running: int):
    few = rate(Count(left(spare), running), LIMIT, NOW, reserve=0)
    many = rate(Count(left(spare), running + 1), LIMIT, NOW, reserve=0)

    assert many < few


@given(st.integers(0, 4), st.integers(1, 40))
def test_the_more_is_left_the_sooner_the_next_write(spare: int, running: int):
    less = rate(Count(left(spare), running), LIMIT, NOW, reserve=0)
    more = rate(Count(left(spare + 1), running), LIMIT, NOW, reserve=0)

    assert more > less


def test_the_first_word_wants_an_edit_and_then_every_so_many_tokens():
    wanted = Wanted(every_tokens=10)

    heard = [wanted.spoke(4) for _ in range(25)]

    assert [number for number, now in enumerate(heard) if now] == [0, 10, 20]
    assert wanted.count == 3


def test_a_long_delta_wants_one_edit():
    wanted = Wanted(every_tokens=10)

    assert wanted.spoke(1_000)
    assert not wanted.spoke(39)
    assert wanted.spoke(1)
