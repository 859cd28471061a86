from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING

from vera.playground.schedule import RealTime

if TYPE_CHECKING:
    import pytest


def test_actions_run_in_the_order_of_their_moments_and_off_the_callers_stack():
    ran: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()

    with RealTime(threads=1) as real:
        real.after(0.2, lambda: ran.put(("later", threading.get_ident())))
        real.after(0.0, lambda: ran.put(("now", threading.get_ident())))
        first, second = ran.get(timeout=5), ran.get(timeout=5)

    assert [first[0], second[0]] == ["now", "later"]
    assert threading.get_ident() not in (first[1], second[1])


def test_what_is_still_due_at_the_end_is_let_go():
    ran: list[str] = []
    real = RealTime()
    real.after(3_600, lambda: ran.append("never"))

    real.close()
    real.after(0, lambda: ran.append("too late"))

    assert ran == []


def test_real_time_is_the_machines():
    with RealTime() as real:
        assert abs(real.now() - time.time()) < 5


def test_an_action_that_fails_is_logged(caplog: pytest.LogCaptureFixture):
    with RealTime() as real:
        real.after(0, lambda: 1 / 0)
        done = threading.Event()
        real.after(0.01, done.set)
        assert done.wait(5)

    assert "An action in the background failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
