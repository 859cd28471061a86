"""The workspace's budget: crowds of answers against a Slack that counts, and what happens when the count is away."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from itertools import count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vera.assistant.budget import RUNNING_SECONDS, Budget, LocalTally, Share
from vera.assistant.pacing import LIMITS, Limit, Write
from vera.errors import LedgerUnavailable

NOW = 1_763_647_200.0
CALL_SECONDS = 0.12
SILENT_SECONDS = 0.3  # from a status to the first words: the thread has to be read at least


@dataclass
class StrictSlack:
    """One method of Slack's: a bucket that refuses when it is empty, and says for how many whole seconds."""

    limit: Limit
    left: float = math.nan
    at: float = -math.inf
    refused: int = 0

    def call(self, now: float) -> float:
        """Return 0 where the call is let through, else the `Retry-After`."""
        filled = self.limit.burst if math.isnan(self.left) else self.left + (now - self.at) / self.limit.seconds
        self.left, self.at = min(float(self.limit.burst), filled), now
        if self.left < 1 - 1e-6:
            self.refused += 1
            return math.ceil((1 - self.left) * self.limit.seconds - 1e-6)
        self.left -= 1
        return 0.0


@dataclass
class Answer:
    """One answer of a simulated crowd: it speaks from `begins` to `ends`, and then makes its last edit."""

    share: Share
    begins: float
    ends: float
    seen_at: list[float] = field(default_factory=list)
    whole_at: float = math.nan

    def step(self, now: float, slack: StrictSlack) -> float:
        """Do what is to be done now; return when to come back, or infinity."""
        if now >= self.ends:
            return self._finish(now, slack)
        if delay := self.share.take(now, "update"):
            return min(now + delay, self.ends)
        if retry_after := slack.call(now + CALL_SECONDS / 2):
            self.share.refused(now + CALL_SECONDS, "update", retry_after)
        else:
            self.seen_at.append(now)
        return min(now + CALL_SECONDS, max(self.ends, now))

    def _finish(self, now: float, slack: StrictSlack) -> float:
        at = now + self.share.take_last(now, "update")
        while retry_after := slack.call(at + CALL_SECONDS / 2):
            self.share.refused(at + CALL_SECONDS, "update", retry_after)
            at += CALL_SECONDS + retry_after
            at += self.share.take_last(at, "update")
        self.whole_at = at + CALL_SECONDS / 2
        self.share.leave()
        return math.inf

    @property
    def longest_gap(self) -> float:
        """The longest time in which nothing new was shown while it spoke."""
        moments = [self.begins, *self.seen_at, min(self.ends, self.whole_at)]
        return max(later - earlier for earlier, later in pairwise(moments))


def crowd(spans: list[tuple[float, float]], *, shared: bool = True, slack: StrictSlack | None = None) -> list[Answer]:
    """Let answers run that begin and last so many seconds, each in a worker of its own."""
    tally, slack = LocalTally(), slack or StrictSlack(LIMITS["update"])
    answers = []
    for number, (begins, seconds) in enumerate(spans):
        budget = Budget(tally if shared else None)
        answers.append(Answer(budget.share("T1", f"C{number}"), NOW + begins, NOW + begins + seconds))
    order = count()
    waiting = [(answer.begins, next(order), answer, True) for answer in answers]
    heapq.heapify(waiting)
    while waiting:
        now, _, answer, first = heapq.heappop(waiting)
        if first:
            answer.share.begin(now)
            heapq.heappush(waiting, (now + SILENT_SECONDS, next(order), answer, False))
        elif math.isfinite(again := answer.step(now, slack)):
            heapq.heappush(waiting, (again, next(order), answer, False))
    return answers


SPANS = st.lists(st.tuples(st.floats(0, 60), st.floats(1, 40)), min_size=1, max_size=20)


@given(SPANS)
@settings(max_examples=300)
def test_answers_that_share_a_count_are_never_refused_and_none_waits_for_its_last_edit(
    spans: list[tuple[float, float]],
):
    slack = StrictSlack(LIMITS["update"])

    answers = crowd(spans, slack=slack)

    assert slack.refused == 0
    assert max(answer.whole_at - answer.ends for answer in answers) < CALL_SECONDS + 1


@given(SPANS)
def test_answers_that_cannot_see_each_other_learn_from_refusals_and_all_end(spans: list[tuple[float, float]]):
    slack = StrictSlack(LIMITS["update"])

    answers = crowd(spans, shared=False, slack=slack)

    assert all(math.isfinite(answer.whole_at) for answer in answers)
    assert slack.refused <= 6 * len(spans)


@given(SPANS, st.integers(1, 20), st.floats(10, 50))
def test_a_slack_that_is_stricter_than_documented_costs_few_refusals(
    spans: list[tuple[float, float]], burst: int, per_minute: float
):
    slack = StrictSlack(Limit(per_minute, burst))

    answers = crowd(spans, slack=slack)

    assert all(math.isfinite(answer.whole_at) for answer in answers)
    assert slack.refused <= 6 * len(spans)


def test_one_alone_spends_what_there_is_in_time_and_never_stands_still():
    [answer] = crowd([(0, 18.75)])

    assert len(answer.seen_at) >= 30
    assert answer.longest_gap < 1.3


def test_six_at_once_are_shown_in_turns_none_of_them_much_later_than_another():
    answers = crowd([(0.01 * number, 7.5) for number in range(6)])

    seen = [len(answer.seen_at) for answer in answers]

    assert min(seen) >= 2
    assert max(seen) - min(seen) <= 1


def test_twenty_at_once_have_their_last_edits_kept_and_end_in_time():
    answers = crowd([(0.01 * number, 3.75) for number in range(20)])

    assert max(answer.whole_at - answer.ends for answer in answers) < 0.2


def test_more_than_the_burst_end_one_after_the_other_without_a_refusal():
    slack = StrictSlack(LIMITS["update"])

    answers = crowd([(0.01 * number, 3.75) for number in range(30)], slack=slack)

    assert slack.refused == 0
    assert max(answer.whole_at - answer.ends for answer in answers) < 10 * LIMITS["update"].seconds


def test_what_a_dead_worker_kept_is_given_back_after_a_while():
    tally = LocalTally()
    dead, alive = (Budget(tally).share("T1", name) for name in ("dead", "alive"))
    dead.begin(NOW)
    alive.begin(NOW)

    later = alive.begin(NOW + RUNNING_SECONDS + 1)

    assert later.running == 1


def test_a_status_gives_way_to_text():
    share = Budget(LocalTally()).share("T1", "C1")

    taken = 0
    for second in range(12):
        taken += share.take(NOW + second / 100 * 5, "update", status=True) == 0

    assert taken < 12
    assert share.take(NOW + 30, "update") == 0


def test_nobody_writes_while_a_refusal_stands_and_one_may_when_it_is_over():
    tally = LocalTally()
    one, other = (Budget(tally).share("T1", name) for name in ("one", "other"))
    one.begin(NOW)
    other.begin(NOW)

    one.refused(NOW, "update", 10.0)

    assert other.take(NOW + 1, "update") > 0
    assert other.take_last(NOW + 1, "update") == pytest.approx(9.0)


def test_workspaces_have_budgets_of_their_own():
    budget = Budget()
    budget.share("T1", "C1").refused(NOW, "update", 60.0)

    assert budget.share("T2", "C2").take(NOW, "update") == 0


class AwayTally(LocalTally):
    """A count that doesn't answer while `away`."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.asked = 0

    def spend(self, *positional: object, **named: object):
        self.asked += 1
        if self.away:
            raise LedgerUnavailable("away")
        return super().spend(*positional, **named)

    def pause(self, *positional: object, **named: object):
        if self.away:
            raise LedgerUnavailable("away")
        return super().pause(*positional, **named)

    def leave(self, *positional: object, **named: object):
        if self.away:
            raise LedgerUnavailable("away")
        return super().leave(*positional, **named)


def test_where_the_count_is_out_of_reach_a_worker_goes_on_from_what_it_heard_last_and_asks_again_later():
    tally = AwayTally()
    budget = Budget(tally)
    share = budget.share("T1", "C1")
    for _ in range(10):
        share.take_last(NOW, "update")
    tally.away = True

    share.take(NOW + 1, "update")
    asked = tally.asked
    left = share.left(NOW + 1, "update")
    share.take(NOW + 2, "update")
    share.refused(NOW + 2, "update", 1.0)

    assert left < 12
    assert tally.asked == asked
    tally.away = False
    share.take_last(NOW + 60, "update")
    assert tally.asked == asked + 1
    share.leave()


def choices(number: int, *, budget: Budget | None = None, if_better: bool = True) -> list[bool]:
    """Let so many answers choose at once: all line up before the first has begun to write."""
    tally = LocalTally()
    shares = [(budget or Budget(tally)).share("T1", f"C{each}") for each in range(number)]
    chosen = []
    for share in shares:
        chosen.append(share.may_stream(NOW, if_better=if_better))
        if not chosen[-1]:
            share.begin(NOW)
    return chosen


def test_one_alone_is_streamed():
    assert choices(1) == [True]


def test_several_at_once_part_in_two():
    streamed = sum(choices(6))

    assert 2 <= streamed <= 4


def test_those_who_line_up_at_the_same_time_part_in_two_as_well():
    tally = LocalTally()
    for each in range(5):
        Budget(tally).share("T1", f"C{each}").begin(NOW, "start")

    sixth = [Budget(tally).share("T1", "C5").may_stream(NOW, if_better=True)]
    lone = choices(1)

    assert lone == [True]
    assert sixth[0] in {True, False}


def test_where_every_answer_is_to_be_streamed_as_many_are_as_can_be_stopped_again():
    chosen = choices(25, if_better=False)

    assert chosen[:20] == [True] * 20
    assert chosen[20:] == [False] * 5


def test_no_stream_is_started_that_there_is_no_stop_for():
    tally = LocalTally()
    for each in range(20):
        Budget(tally).share("T1", f"earlier {each}").take_last(NOW, "stop")

    assert not Budget(tally).share("T1", "C1").may_stream(NOW, if_better=False)


@pytest.mark.parametrize("write", ["update", "start", "append", "stop"])
def test_each_kind_of_write_is_counted_apart(write: Write):
    share = Budget().share("T1", "C1")
    for _ in range(5):
        share.take_last(NOW, write)

    assert share.left(NOW, write) == pytest.approx(15)
    assert {each: share.left(NOW, each) for each in LIMITS if each != write} == dict.fromkeys(set(LIMITS) - {write}, 20)
