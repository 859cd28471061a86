"""One function in one real process."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from vera.playground.lambdas.processes import Function, FunctionProcess


@pytest.fixture
def started(function_environment: dict[str, str]):
    processes = []

    def start(handler: str, **fields: Any):
        lines, hung = [], threading.Event()

        def log(line: str):
            lines.append(line)
            if line == "hanging":
                hung.set()

        environment = function_environment | {"ITS_OWN": "1"}
        function = Function(
            name="worker", handler=f"unit.playground.lambda_handlers:{handler}", environment=environment, **fields
        )
        journal = []
        process = FunctionProcess(function, on_log=log, on_journal=journal.append)
        processes.append(process)
        process.lines, process.journal, process.hung = lines, journal, hung
        return process

    yield start
    for process in processes:
        process.close()
        assert not process.alive


def test_a_process_answers_stays_warm_and_sees_only_its_own_environment(started: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOMEBODYS_SECRET", "1")
    process = started("echo")

    first, second = process.invoke("r-1", {"a": 1}), process.invoke("r-2", {"a": 2})

    assert (first.ok, first.payload["event"], second.payload["event"]) == (True, {"a": 1}, {"a": 2})
    assert first.payload["pid"] == second.payload["pid"] == process.pid
    assert first.payload["stdin"] == ""
    assert "ITS_OWN" in first.payload["environment"]
    assert "SOMEBODYS_SECRET" not in first.payload["environment"]
    assert {"AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION"} <= set(first.payload["environment"])
    process.close()
    assert process.lines == ["echo r-1", "echo r-2"]


def test_what_a_process_writes_into_its_journal_comes_line_by_line_however_long(started: Any):
    process = started("keep_journal")

    process.invoke("r-1", {"text": "one\ntwo\n"})
    process.invoke("r-2", {"text": f"{'x' * 200_000}\n"})
    process.close()

    assert process.journal == [b"one\n", b"two\n", b"x" * 200_000 + b"\n"]


def test_of_a_killed_process_every_whole_line_is_read_and_no_half_one(started: Any):
    process = started("keep_journal")

    outcome = process.invoke("r-1", {"text": "whole\nha", "die": True})
    process.close()

    assert outcome.status == "died"
    assert process.journal == [b"whole\n"]


def test_a_process_that_cannot_be_started_leaves_no_descriptor_open():
    function = Function(name="worker", handler="no:matter", environment={"A": "half a line\0"})
    before = next_descriptor()

    with pytest.raises(ValueError, match="null byte"):
        FunctionProcess(function, on_log=lambda _: None)

    assert next_descriptor() == before


def next_descriptor() -> int:
    """Return the lowest one that is free."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


def test_an_error_leaves_the_process_warm(started: Any):
    process = started("fail")

    outcome = process.invoke("r-1", {})

    assert (outcome.status, outcome.payload["errorType"]) == ("error", "ValueError")
    assert process.alive


@pytest.mark.parametrize(("handler", "status"), [("die", 3), ("leave", 4)])
def test_a_process_that_dies_has_failed_its_invocation(started: Any, handler: str, status: int):
    process = started(handler)

    outcome = process.invoke("r-1", {})

    assert outcome.status == "died"
    assert outcome.payload["errorMessage"].endswith(f"exit status {status}")
    assert not process.alive


def test_a_process_that_outlives_its_time_is_killed(started: Any):
    process = started("hang", timeout_seconds=0.1)

    outcome = process.invoke("r-1", {})

    assert outcome.status == "timeout"
    assert "Task timed out after 0.10 seconds" in outcome.payload["errorMessage"]
    assert any(line.endswith("r-1 Task timed out after 0.10 seconds") for line in process.lines)
    assert not process.alive


def test_a_handler_that_cannot_be_loaded_fails_the_invocation_and_says_why(started: Any):
    process = started("no_such_handler")

    outcome = process.invoke("r-1", {})

    assert (outcome.status, outcome.payload["errorType"]) == ("error", "AttributeError")
    assert not process.alive


def test_a_busy_process_ends_too_when_it_is_closed(started: Any):
    process = started("hang")
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(process.invoke("r-1", {})))
    thread.start()
    assert process.hung.wait(10)

    process.kill()

    thread.join(timeout=10)
    assert outcomes[0].status == "died"


def test_a_process_that_will_not_go_is_killed(started: Any):
    process = started("hang")
    thread = threading.Thread(target=process.invoke, args=("r-1", {}))
    thread.start()
    assert process.hung.wait(10)

    process.close()

    thread.join(timeout=10)
    assert not process.alive


def test_an_idle_process_that_was_killed_fails_the_next_invocation(started: Any):
    process = started("echo")
    process.invoke("r-1", {})
    process.kill()
    process._process.wait()

    assert process.invoke("r-2", {}).status == "died"
