"""The edits of a workspace stay within what Slack bears, whatever the replies want; last edits come first."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.assistant.pacing import EditBudget, Wanted

RATE, BURST, RESERVE = 30 / 60, 5, 2
EPOCH = 1_763_647_200.0

STEPS = st.lists(
    st.tuples(
        st.floats(0, 20, allow_subnormal=False),
        st.sampled_from(["edit", "edit", "edit", "last", "refused"]),
        st.floats(0, 30, allow_subnormal=False),
    ),
    max_size=60,
)


def a_budget() -> EditBudget:
    return EditBudget(per_minute=30, burst=BURST, reserve=RESERVE)


def played(steps: list[tuple[float, str, float]], budget: EditBudget) -> tuple[list[float], list[float], float]:
    """Return when edits on the way were made, those of them that broke a refusal, and when the last refusal ends."""
    made: list[float] = []
    broken: list[float] = []
    closed_until = 0.0
    for now, (_, what, retry_after) in zip(accumulate(step[0] for step in steps), steps, strict=True):
        if what == "refused":
            budget.refused(now, retry_after)
            closed_until = max(closed_until, now + retry_after)
        elif budget.take(now, last=what == "last") == 0:
            made += [now] if what == "edit" else []
            broken += [now] if now < closed_until else []
    return made, broken, closed_until


@given(STEPS)
def test_in_no_window_are_more_edits_made_on_the_way_than_the_burst_and_what_the_minute_gives(
    steps: list[tuple[float, str, float]],
):
    made, _, _ = played(steps, a_budget())

    for first, began in enumerate(made):
        for last, ended in enumerate(made[first:], start=first):
            assert last - first + 1 <= BURST - RESERVE + RATE * (ended - began) + 0.001


@given(STEPS)
def test_no_edit_is_made_while_a_refusal_stands(steps: list[tuple[float, str, float]]):
    _, broken, _ = played(steps, a_budget())

    assert broken == []


@given(STEPS, st.floats(0, 100))
def test_a_last_edit_waits_for_nothing_but_a_refusal(steps: list[tuple[float, str, float]], later: float):
    budget = a_budget()
    _, _, closed_until = played(steps, budget)
    now = sum(step[0] for step in steps) + later

    waits = budget.take(now, last=True)

    assert waits == pytest.approx(max(0.0, closed_until - now))


@given(STEPS)
def test_whoever_waits_as_long_as_told_gets_an_edit(steps: list[tuple[float, str, float]]):
    budget = a_budget()
    played(steps, budget)
    now = EPOCH + sum(step[0] for step in steps)

    asked = 0
    while delay := budget.take(now):
        now += delay
        asked += 1

    assert asked <= 2  # once for the refusal, once for the bucket


def test_a_full_bucket_keeps_its_reserve_for_last_edits():
    budget = EditBudget(per_minute=0.6, burst=BURST, reserve=RESERVE)  # so slow that nothing comes in meanwhile

    on_the_way = [budget.take(now) < 1 for now in (0.0, 100.0, 200.0, 201.0, 202.0)]
    last = [budget.take(203.0, last=True) for _ in range(2)]

    assert on_the_way == [True, True, True, False, False]
    assert last == [0, 0]


def test_edits_on_the_way_slow_down_gently_as_the_bucket_empties():
    budget = EditBudget(per_minute=60, burst=20, reserve=2)
    now, made = 0.0, [0.0]
    budget.take(now)

    while now < 30:
        delay = budget.take(now)
        now += delay
        made += [] if delay else [now]
    pauses = [later - earlier for earlier, later in pairwise(made)]

    assert pauses[0] < 0.1
    assert all(later >= earlier - 0.001 for earlier, later in pairwise(pauses))
    assert pauses[-1] == pytest.approx(1.0, abs=0.15)


def test_last_edits_beyond_the_reserve_are_paid_back_by_those_on_the_way():
    budget = a_budget()

    assert [budget.take(0.0, last=True) for _ in range(9)] == [0] * 9

    assert budget.take(0.0) == (4 + RESERVE + 1) / RATE


def test_a_bucket_that_slack_has_emptied_fills_when_the_refusal_is_over():
    budget = a_budget()
    budget.refused(100.0, 30.0)

    assert budget.take(100.0) == 30.0
    assert budget.take(129.0, last=True) == 1.0
    assert budget.take(130.0) == 2.0
    assert budget.take(130.0, last=True) == 0


def test_a_shorter_refusal_does_not_end_a_longer_one():
    budget = a_budget()

    budget.refused(0.0, 60.0)
    budget.refused(1.0, 1.0)
    budget.refused(2.0, -5.0)

    assert budget.take(3.0) == 57.0


def test_what_is_left_is_told_and_looking_costs_nothing():
    budget = a_budget()
    told = [budget.left(0.0)]

    for _ in range(3):
        budget.take(0.0, last=True)
    told += [budget.left(0.0), budget.left(0.0), budget.left(1.0), budget.left(600.0)]

    assert told == [BURST, BURST - 3, BURST - 3, BURST - 3 + RATE, BURST]


def test_nothing_is_left_while_a_refusal_stands_and_less_than_nothing_in_debt():
    budget = a_budget()
    budget.refused(0.0, 10.0)
    refused, afterwards = budget.left(9.0), budget.left(12.0)
    for _ in range(9):
        budget.take(12.0, last=True)

    assert (refused, afterwards) == (0.0, RESERVE + 2 * RATE)
    assert budget.left(12.0) == RESERVE + 2 * RATE - 9


@given(STEPS, st.floats(0, 100))
def test_whenever_more_than_the_reserve_and_an_edit_is_left_a_last_edit_is_made(
    steps: list[tuple[float, str, float]], later: float
):
    budget = a_budget()
    played(steps, budget)
    now = sum(step[0] for step in steps) + later

    assert budget.left(now) <= BURST
    assert budget.left(now) < RESERVE + 1 or budget.take(now, last=True) == 0


def test_a_clock_that_is_set_back_gives_nothing_away():
    budget = a_budget()
    assert budget.take(50.0) == 0

    assert budget.take(10.0) == pytest.approx(0.4)
    assert budget.take(50.0) == pytest.approx(0.4)


@given(st.lists(st.integers(0, 30), max_size=80), st.integers(1, 20))
def test_an_edit_is_wanted_at_the_first_word_and_after_every_so_many_tokens(deltas: list[int], every: int):
    wanted, unseen, before = Wanted(every), 0, None

    for number, characters in enumerate(deltas):
        now = wanted.spoke(characters)
        unseen += characters

        assert now == (number == 0 or unseen >= every * 4)
        unseen = 0 if now else unseen
        before = wanted.count

    assert before is None or 1 <= before <= 1 + sum(deltas) / (every * 4)
