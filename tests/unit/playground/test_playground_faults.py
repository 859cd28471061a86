from __future__ import annotations

from typing import Any

import pytest

from vera.playground.slack.faults import Faults


@pytest.mark.parametrize(
    ("script", "struck"),
    [
        pytest.param({"every": 3}, [3, 6, 9], id="every third"),
        pytest.param({"times": 2}, [1, 2], id="the first two"),
        pytest.param({"every": 2, "times": 2}, [2, 4], id="every second, twice"),
        pytest.param({}, list(range(1, 10)), id="each"),
    ],
)
def test_a_fault_strikes_as_its_script_says(script: dict[str, Any], struck: list[int]):
    faults = Faults()
    faults.add("chat.update", status=500, **script)

    assert [call for call in range(1, 10) if faults.next("chat.update")] == struck


def test_a_fault_counts_only_the_calls_of_its_method():
    faults = Faults()
    faults.add("chat.update", every=2, status=500)

    assert faults.next("chat.postMessage") is None
    assert faults.next("chat.update") is None
    assert faults.next("chat.postMessage") is None
    assert faults.next("chat.update") is not None


def test_a_fault_of_several_methods_counts_their_calls_together():
    faults = Faults()
    fault = faults.add("chat.update chat.appendStream", times=2, status=429)

    assert faults.next("chat.postMessage") is None
    assert faults.next("chat.appendStream") == fault
    assert faults.next("chat.update") == fault
    assert faults.next("chat.appendStream") is None


def test_a_star_strikes_any_method():
    faults = Faults()
    fault = faults.add("*", times=1, error="internal_error")

    assert faults.next("users.info") == fault
    assert faults.next("users.info") is None


def test_of_two_faults_at_one_call_the_first_strikes_and_the_other_waits_its_turn():
    faults = Faults()
    first = faults.add("chat.update", times=1, status=500)
    second = faults.add("chat.update", times=1, drop=True)

    assert [faults.next("chat.update") for _ in range(3)] == [first, second, None]


def test_faults_can_be_listed_taken_out_and_cleared():
    faults = Faults()
    one, two = faults.add("chat.update", status=500), faults.add("chat.delete", hang=True)
    assert list(faults) == [one, two]

    faults.remove(one)
    faults.remove(one)
    assert list(faults) == [two]

    faults.clear()
    assert faults.next("chat.delete") is None


@pytest.mark.parametrize("script", [{"every": 0, "drop": True}, {"times": 0, "drop": True}, {}, {"applied": True}])
def test_a_fault_that_could_do_nothing_is_refused(script: dict[str, Any]):
    with pytest.raises(ValueError, match="a fault"):
        Faults().add("chat.update", **script)


def test_how_often_a_fault_has_still_to_strike_is_known():
    faults = Faults()
    twice, for_ever = faults.add("chat.update", times=2, status=500), faults.add("chat.delete", status=500)

    left = []
    for _ in range(3):
        faults.next("chat.update")
        left.append(faults.left(twice))

    assert left == [1, 0, 0]
    assert faults.left(for_ever) is None
    faults.remove(for_ever)
    assert faults.left(for_ever) == 0


def test_faults_of_two_labels_strike_one_after_the_other():
    faults = Faults()
    faults.add("chat.update", times=1, status=429)
    labelled = faults.add("chat.update", times=1, status=429, label="burst")

    assert [faults.left(labelled) for _ in range(2) if faults.next("chat.update")] == [1, 0]
