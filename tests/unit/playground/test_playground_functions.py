"""Functions in real processes, retried in time turned by hand."""

from __future__ import annotations

import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vera.playground.lambdas.functions import Functions
from vera.playground.lambdas.processes import Function
from vera.playground.schedule import RealTime

if TYPE_CHECKING:
    from unit.playground.hand_time import HandTime


@pytest.fixture
def functions(hand_time: HandTime, tmp_path: Path):
    with Functions(time=hand_time, log_folder=tmp_path) as functions:
        yield functions


@pytest.fixture
def deploy(functions: Functions, function_environment: dict[str, str]):
    def deploy(handler: str, name: str = "worker", **fields: Any):
        handler = f"unit.playground.lambda_handlers:{handler}"
        functions.deploy(Function(name=name, handler=handler, environment=function_environment, **fields))

    return deploy


def statuses(functions: Functions, name: str = "worker"):
    return [one.status for one in functions.invocations if one.function == name]


needs_pidfd = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="waits for processes that are not its children, as Linux can"
)


def ends(descriptor: int):
    """Wait until a process has ended."""
    ended, _, _ = select.select([descriptor], [], [], 10)
    os.close(descriptor)
    return bool(ended)


def gone(pid: int):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_function_answers_from_one_warm_process(functions: Functions, deploy: Any):
    deploy("echo")

    first, second = functions.invoke("worker", {"a": 1}), functions.invoke("worker", {"a": 2})

    assert first.payload["event"] == {"a": 1}
    assert first.payload["pid"] == second.payload["pid"]
    assert [state.busy for state in functions.processes("worker")] == [False]
    assert statuses(functions) == ["ok", "ok"]


@pytest.mark.parametrize(
    "name",
    [
        "worker",
        "worker:live",
        "000000000000:function:worker",
        "arn:aws:lambda:us-east-1:000000000000:function:worker",
        "arn:aws:lambda:us-east-1:000000000000:function:worker:live",
    ],
)
def test_a_function_is_known_by_name_and_by_arn(functions: Functions, deploy: Any, name: str):
    deploy("echo")

    assert functions.named(name).name == "worker"


def test_an_unknown_function_is_a_key_error(functions: Functions):
    for call in (functions.named, lambda name: functions.invoke(name, {}), lambda n: functions.invoke_later(n, {})):
        with pytest.raises(KeyError):
            call("nobody")


def test_a_warm_function_has_its_process_before_it_is_invoked(functions: Functions, deploy: Any):
    deploy("echo")

    functions.warm("worker")
    functions.warm("worker")

    (warm,) = functions.processes("worker")
    assert functions.invoke("worker", {}).payload["pid"] == warm.pid


def test_when_all_processes_are_busy_another_starts_up_to_the_bound(functions: Functions, deploy: Any):
    deploy("hang", max_processes=2, retry_delays_seconds=())
    for _ in range(3):
        functions.invoke_later("worker", {})

    functions.wait_for(lambda f: f.log("worker").count("hanging") == 2)
    assert [state.busy for state in functions.processes("worker")] == [True, True]

    killed = functions.kill("worker")
    functions.wait_for(lambda f: f.log("worker").count("hanging") == 3)

    assert len(killed) == 2
    assert len(functions.processes("worker")) == 1


def test_invocations_beyond_the_bound_wait_their_turn(functions: Functions, deploy: Any, tmp_path: Path):
    deploy("hang_once", max_processes=1, retry_delays_seconds=())
    functions.invoke_later("worker", {"file": str(tmp_path / "once")})
    functions.wait_for(lambda f: "hanging" in f.log("worker"))
    waiting = []
    thread = threading.Thread(
        target=lambda: waiting.append(functions.invoke("worker", {"file": str(tmp_path / "once")}))
    )
    thread.start()

    functions.kill("worker")

    thread.join(timeout=10)
    assert waiting[0].payload == "whole"


def test_a_worker_killed_halfway_is_run_again_after_a_minute(
    functions: Functions, deploy: Any, hand_time: HandTime, tmp_path: Path
):
    deploy("hang_once")
    request_id = functions.invoke_later("worker", {"file": str(tmp_path / "once")})
    functions.wait_for(lambda f: "hanging" in f.log("worker"))

    (pid,) = functions.kill("worker")
    hand_time.wait_until_planned()
    assert hand_time.delays == [60.0]
    hand_time.advance(60)
    functions.settle()

    first, second = functions.invocations
    assert (first.status, first.attempt) == ("died", 1)
    assert (second.status, second.attempt, second.payload) == ("ok", 2, "whole")
    assert first.request_id == second.request_id == request_id
    assert gone(pid)
    assert functions.dead_letters == ()


def test_a_worker_can_be_killed_from_outside_by_its_pid(functions: Functions, deploy: Any, hand_time: HandTime):
    deploy("hang", retry_delays_seconds=())
    functions.invoke_later("worker", {})
    functions.wait_for(lambda f: "hanging" in f.log("worker"))

    os.kill(functions.processes("worker")[0].pid, signal.SIGKILL)
    functions.settle()

    assert statuses(functions) == ["died"]


def test_what_fails_three_times_is_a_dead_letter_and_a_record_goes_to_the_destination(
    functions: Functions, deploy: Any, hand_time: HandTime
):
    deploy("fail", on_failure="receiver")
    deploy("echo", name="receiver")
    request_id = functions.invoke_later("worker", {"question": 1})

    hand_time.wait_until_planned()
    hand_time.advance(60)
    hand_time.wait_until_planned()
    assert hand_time.delays == [120.0]
    hand_time.advance(120)
    functions.settle()

    (letter,) = functions.dead_letters
    assert (letter.function, letter.payload) == ("worker", {"question": 1})
    arrived = functions.invocations[-1]
    assert arrived.function == "receiver"
    record = arrived.payload["event"]
    assert record == letter.record
    assert record["version"] == "1.0"
    assert record["timestamp"] == "2023-11-14T22:16:20.000Z"
    assert record["requestContext"] == {
        "requestId": request_id,
        "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:worker:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert record["requestPayload"] == {"question": 1}
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert record["responsePayload"]["errorType"] == "ValueError"


@needs_pidfd
def test_an_idle_process_that_was_killed_is_replaced(functions: Functions, deploy: Any):
    deploy("echo")
    first = functions.invoke("worker", {}).payload["pid"]
    watched = os.pidfd_open(first)
    os.kill(first, signal.SIGKILL)
    assert ends(watched)

    second = functions.invoke("worker", {})

    assert second.ok
    assert second.payload["pid"] != first
    assert [state.pid for state in functions.processes("worker")] == [second.payload["pid"]]


def test_a_timeout_is_retried_like_an_error(functions: Functions, deploy: Any, hand_time: HandTime):
    deploy("hang", timeout_seconds=0.1, retry_delays_seconds=(5.0,))
    functions.invoke_later("worker", {})

    hand_time.wait_until_planned()
    hand_time.advance(5)
    functions.settle()

    assert statuses(functions) == ["timeout", "timeout"]
    assert functions.dead_letters[0].record["requestContext"]["approximateInvokeCount"] == 2


def test_a_retry_that_works_is_the_last(functions: Functions, deploy: Any, hand_time: HandTime, tmp_path: Path):
    deploy("fail_first")
    functions.invoke_later("worker", {"file": str(tmp_path / "count"), "failures": 1})

    hand_time.wait_until_planned()
    hand_time.advance(600)
    functions.settle()

    assert statuses(functions) == ["error", "ok"]


def test_while_a_retry_is_due_nothing_is_settled(functions: Functions, deploy: Any, hand_time: HandTime):
    deploy("fail")
    functions.invoke_later("worker", {})
    hand_time.wait_until_planned()

    with pytest.raises(TimeoutError):
        functions.settle(timeout_seconds=0.01)


def test_stopping_a_function_kills_what_runs_which_waits_beyond_its_retry_until_it_is_resumed(
    functions: Functions, deploy: Any, hand_time: HandTime, tmp_path: Path
):
    deploy("hang_once")
    functions.invoke_later("worker", {"file": str(tmp_path / "once")})
    functions.wait_for(lambda f: "hanging" in f.log("worker"))

    (pid,) = functions.stop("worker")
    hand_time.wait_until_planned()
    due = functions.retries("worker")
    hand_time.advance(60)

    assert functions.stopped("worker")
    assert [(retry.at, retry.attempt) for retry in due] == [(1_700_000_060.0, 1)]
    assert functions.retries("worker") == ()
    assert statuses(functions) == ["died"]
    assert gone(pid)
    with pytest.raises(TimeoutError):
        functions.settle(timeout_seconds=0.01)

    functions.resume("worker")
    functions.settle()

    assert not functions.stopped("worker")
    assert statuses(functions) == ["died", "ok"]


def test_however_often_a_function_is_stopped_it_has_all_of_its_attempts(
    functions: Functions, deploy: Any, hand_time: HandTime
):
    deploy("hang", retry_delays_seconds=(60.0,))
    functions.invoke_later("worker", {})
    for times in range(1, 5):
        functions.wait_for(lambda f: f.log("worker").count("hanging") == times)  # noqa: B023 - waited for at once
        functions.stop("worker")
        hand_time.wait_until_planned()
        functions.resume("worker")
        assert hand_time.delays == [60.0]
        hand_time.advance(60)
    for times in (5, 6):
        functions.wait_for(lambda f: f.log("worker").count("hanging") == times)  # noqa: B023 - waited for at once
        functions.kill("worker")
        if times == 5:
            hand_time.wait_until_planned()
            hand_time.advance(60)

    functions.settle()

    assert [one.attempt for one in functions.invocations] == [1, 1, 1, 1, 1, 2]
    assert functions.dead_letters[0].record["requestContext"]["approximateInvokeCount"] == 2


def test_a_function_without_retries_is_run_again_too_after_it_was_stopped(
    functions: Functions, deploy: Any, hand_time: HandTime, tmp_path: Path
):
    deploy("hang_once", retry_delays_seconds=())
    functions.invoke_later("worker", {"file": str(tmp_path / "once")})
    functions.wait_for(lambda f: "hanging" in f.log("worker"))

    functions.stop("worker")
    hand_time.wait_until_planned()
    hand_time.advance()
    functions.resume("worker")
    functions.settle()

    assert statuses(functions) == ["died", "ok"]
    assert functions.dead_letters == ()


def test_what_a_stopped_function_is_asked_for_later_waits_and_all_of_it_runs_when_it_is_resumed(
    functions: Functions, deploy: Any
):
    deploy("echo", max_processes=2)
    functions.stop("worker")
    for number in range(5):
        functions.invoke_later("worker", number)

    assert functions.invoke("worker", {}).status == "throttled"
    assert functions.processes("worker") == ()
    functions.resume("worker")
    functions.settle()

    assert sorted(one.payload["event"] for one in functions.invocations) == [0, 1, 2, 3, 4]


def test_one_function_is_stopped_and_another_runs(functions: Functions, deploy: Any):
    deploy("echo")
    deploy("echo", name="receiver")

    functions.stop("worker")

    assert functions.invoke("receiver", {}).ok


def test_retries_are_known_in_the_order_in_which_they_come(functions: Functions, deploy: Any, hand_time: HandTime):
    deploy("fail", max_processes=1)
    for planned in (1, 2):
        functions.invoke_later("worker", {})
        hand_time.wait_until_planned(planned)
        hand_time.advance(20)

    assert functions.retries("worker") == ((1_700_000_060.0, 2), (1_700_000_080.0, 2))


def test_listeners_are_told_of_starts_ends_retries_and_stops(functions: Functions, deploy: Any, hand_time: HandTime):
    deploy("fail", retry_delays_seconds=(5.0,))
    told: queue.SimpleQueue[tuple[int, int, bool]] = queue.SimpleQueue()

    def look():
        busy = sum(state.busy for state in functions.processes("worker"))
        told.put((busy, len(functions.retries("worker")), functions.stopped("worker")))

    def is_told(expected: tuple[int, int, bool]):
        while told.get(timeout=10) != expected:
            pass
        return True

    functions.listen(look)
    functions.invoke_later("worker", {})

    assert is_told((1, 0, False))
    assert is_told((0, 1, False))
    functions.stop("worker")
    assert is_told((0, 1, True))
    hand_time.advance(5)
    assert is_told((0, 0, True))
    functions.resume("worker")
    assert is_told((1, 0, False))
    assert is_told((0, 0, False))


def test_what_a_function_prints_is_kept_by_function_and_in_a_file(functions: Functions, deploy: Any, tmp_path: Path):
    deploy("echo")
    functions.invoke("worker", {}, request_id="r-1")
    functions.wait_for(lambda f: f.log("worker"))

    assert functions.log("worker") == ("echo r-1",)
    assert (tmp_path / "worker.log").read_text() == "echo r-1\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that can't be written")
def test_a_log_file_that_cannot_be_written_stops_nothing(
    hand_time: HandTime, function_environment: dict[str, str], tmp_path: Path
):
    (tmp_path / "worker.log").symlink_to("/dev/full")
    handler = "unit.playground.lambda_handlers:echo"
    with Functions(time=hand_time, log_folder=tmp_path) as functions:
        functions.deploy(Function(name="worker", handler=handler, environment=function_environment, max_processes=1))

        said = [functions.invoke("worker", {}, request_id=one).status for one in ("r-1", "r-2")]
        functions.wait_for(lambda f: len(f.log("worker")) == 2)

        assert said == ["ok", "ok"]
        assert functions.log("worker") == ("echo r-1", "echo r-2")


def test_an_answer_that_is_none_takes_no_process_out_of_service(functions: Functions, deploy: Any):
    deploy("answer_nonsense", max_processes=1)

    for _ in range(2):
        with pytest.raises(json.JSONDecodeError):
            functions.invoke("worker", {})

    assert functions.processes("worker") == ()


def test_of_what_is_done_and_given_up_the_newest_is_remembered(
    hand_time: HandTime, function_environment: dict[str, str]
):
    handler = "unit.playground.lambda_handlers:fail"
    with Functions(time=hand_time, most_kept=2) as functions:
        function = Function(
            name="worker", handler=handler, environment=function_environment, max_processes=1, retry_delays_seconds=()
        )
        functions.deploy(function)
        sent = []
        for number in range(3):
            sent.append(functions.invoke_later("worker", number))
            functions.settle()

        assert [one.request_id for one in functions.invocations] == sent[1:]
        assert [letter.payload for letter in functions.dead_letters] == [1, 2]


def test_closing_leaves_no_process_and_lets_nothing_more_in(hand_time: HandTime, function_environment: dict[str, str]):
    functions = Functions(time=hand_time)
    for handler in ("hang", "echo"):
        dotted = f"unit.playground.lambda_handlers:{handler}"
        functions.deploy(Function(name=handler, handler=dotted, environment=function_environment))
    functions.invoke("echo", {})
    functions.invoke_later("hang", {})
    functions.wait_for(lambda f: "hanging" in f.log("hang"))
    pids = [state.pid for name in ("echo", "hang") for state in functions.processes(name)]

    functions.close()

    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)
    functions.invoke_later("echo", {})
    assert functions.invoke("echo", {}).status == "died"


def test_closing_lets_go_of_what_waits_for_a_stopped_function(
    hand_time: HandTime, function_environment: dict[str, str], tmp_path: Path
):
    functions = Functions(time=hand_time)
    dotted = "unit.playground.lambda_handlers:hang_once"
    functions.deploy(Function(name="worker", handler=dotted, environment=function_environment, max_processes=1))
    functions.invoke_later("worker", {"file": str(tmp_path / "once")})
    functions.wait_for(lambda f: "hanging" in f.log("worker"))
    for _ in range(3):
        functions.invoke_later("worker", {"file": str(tmp_path / "once")})

    (pid,) = functions.stop("worker")
    functions.close()

    assert gone(pid)
    assert statuses(functions) == ["died"]


PARENT = """
import sys
from vera.playground.lambdas.functions import Functions
from vera.playground.lambdas.processes import Function
from vera.playground.schedule import RealTime

functions = Functions(time=RealTime())
environment = {"PYTHONPATH": sys.argv[1]}
for name in ("echo", "hang"):
    functions.deploy(Function(name=name, handler=f"unit.playground.lambda_handlers:{name}", environment=environment))
functions.invoke("echo", {})
functions.invoke_later("hang", {})
functions.wait_for(lambda f: "hanging" in f.log("hang"))
print(*(state.pid for name in ("echo", "hang") for state in functions.processes(name)), flush=True)
sys.stdin.read()
"""


@needs_pidfd
def test_no_process_outlives_a_parent_that_was_killed(function_environment: dict[str, str]):
    command = [sys.executable, "-c", PARENT, function_environment["PYTHONPATH"]]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        watched = [os.pidfd_open(pid) for pid in pids]
        parent.kill()

    assert [ends(descriptor) for descriptor in watched] == [True, True]


@needs_pidfd
def test_what_a_function_started_ends_with_it(hand_time: HandTime, function_environment: dict[str, str]):
    handler = "unit.playground.lambda_handlers:start_another"
    with Functions(time=hand_time) as functions:
        functions.deploy(Function(name="worker", handler=handler, environment=function_environment))
        watched = os.pidfd_open(functions.invoke("worker", {}).payload)

    assert ends(watched)


def test_a_record_without_its_destination_leaves_a_line(functions: Functions, deploy: Any):
    deploy("fail", on_failure="nobody", retry_delays_seconds=())
    request_id = functions.invoke_later("worker", {})

    functions.settle()

    assert f"{request_id} has no destination nobody" in functions.log("worker")


def test_an_event_that_is_no_json_is_refused_at_once(functions: Functions, deploy: Any):
    deploy("echo")

    with pytest.raises(TypeError):
        functions.invoke_later("worker", {"a": object()})
    assert functions.idle


def test_in_real_time_a_retry_comes_by_itself(function_environment: dict[str, str], tmp_path: Path):
    with RealTime() as real, Functions(time=real) as functions:
        functions.deploy(
            Function(
                name="worker",
                handler="unit.playground.lambda_handlers:fail_first",
                environment=function_environment,
                retry_delays_seconds=(0.01, 0.01),
            )
        )
        functions.invoke_later("worker", {"file": str(tmp_path / "count"), "failures": 2})
        functions.settle()

        assert statuses(functions) == ["error", "error", "ok"]
