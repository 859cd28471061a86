"""One thread ends what another waits for."""

from __future__ import annotations

from vera.assistant.interruption import Interruption


def test_what_is_set_stays_set():
    interruption = Interruption()
    before = interruption.is_set

    interruption.set()
    interruption.set()

    assert not before
    assert interruption.is_set


def test_whoever_waits_is_called_once():
    interruption, called = Interruption(), []

    with interruption.calling(lambda: called.append("first")), interruption.calling(lambda: called.append("second")):
        interruption.set()
        interruption.set()

    assert called == ["first", "second"]


def test_whoever_comes_late_is_called_at_once():
    interruption, called = Interruption(), []
    interruption.set()

    with interruption.calling(lambda: called.append("late")):
        at_once = list(called)

    assert at_once == called == ["late"]


def test_whoever_waits_no_more_is_left_alone():
    interruption, called = Interruption(), []

    with interruption.calling(lambda: called.append("gone")):
        pass
    interruption.set()

    assert called == []
