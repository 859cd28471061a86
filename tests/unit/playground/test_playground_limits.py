from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.playground.slack.limits import RATES, Rate, RateLimits

T0 = 1_700_000_000.0


@pytest.mark.parametrize(
    ("method", "calls_a_minute"),
    [
        ("chat.update", 50),
        ("conversations.replies", 50),
        ("reactions.add", 50),
        ("users.info", 100),
        ("chat.postEphemeral", 100),
        ("users.list", 20),
    ],
)
def test_a_method_has_slacks_documented_rate(method: str, calls_a_minute: int):
    assert RATES[method].per_minute == calls_a_minute


def test_a_burst_of_twenty_edits_is_borne_and_the_next_waits_whole_seconds():
    limits = RateLimits()

    waits = [limits.take("chat.update", now=T0) for _ in range(21)]

    assert waits == [0] * 20 + [2]


def test_after_the_wait_that_it_was_told_a_caller_is_let_through():
    limits = RateLimits()
    waits = [limits.take("chat.update", now=T0) for _ in range(21)]

    assert limits.take("chat.update", now=T0 + waits[-1]) == 0


def test_a_refused_call_costs_nothing():
    limits = RateLimits(rates={"m": Rate(60, burst=1)})
    limits.take("m", now=T0)
    for _ in range(100):
        assert limits.take("m", now=T0 + 0.5) == 1

    assert limits.take("m", now=T0 + 1.0) == 0


def test_posts_are_limited_to_one_a_second_in_each_channel_by_itself():
    limits = RateLimits()
    for _ in range(5):
        assert limits.take("chat.postMessage", channel="C1", now=T0) == 0

    assert limits.take("chat.postMessage", channel="C1", now=T0) == 1
    assert limits.take("chat.postMessage", channel="C2", now=T0) == 0
    assert limits.take("chat.postMessage", channel="C1", now=T0 + 1) == 0


def test_methods_do_not_share_a_budget():
    limits = RateLimits()
    while limits.take("chat.update", now=T0) == 0:
        continue

    assert limits.take("conversations.replies", now=T0) == 0


def test_switched_off_nothing_is_limited():
    limits = RateLimits(enabled=False)

    assert {limits.take("chat.update", now=T0) for _ in range(500)} == {0}
    assert limits.left("chat.update", now=T0) == math.inf


def test_what_is_left_can_be_read():
    limits = RateLimits()
    limits.take("chat.update", now=T0)

    assert limits.left("chat.update", now=T0) == 19
    assert limits.left("no.such_method", now=T0) == math.inf


@given(st.lists(st.floats(min_value=0, max_value=30), min_size=1, max_size=200))
def test_no_schedule_of_calls_gets_more_than_the_burst_and_the_rate(pauses: list[float]):
    limits = RateLimits(rates={"m": Rate(50, burst=20)})
    now, let_through = T0, 0

    for pause in pauses:
        now += pause
        let_through += limits.take("m", now=now) == 0

    assert let_through <= 20 + (now - T0) * 50 / 60 + 1e-6
