"""Lambda on loopback: functions in processes of their own, invoked and retried as Lambda does.

An asynchronous invocation is run at least once: after an error, a timeout or a dead process again, after each of the
function's delays; then its payload is a dead letter, and the on-failure record goes to the destination. More processes
are started when those there are busy, up to the function's bound; beyond it invocations wait, as they do while the
function is stopped. Held by `test_playground_functions.py`.
"""

from __future__ import annotations

import json
import threading
import time as clock
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from vera.playground.lambdas.deployed import Deployed, Retry
from vera.playground.lambdas.processes import FunctionProcess, Outcome
from vera.playground.schedule import report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vera.playground.lambdas.processes import Function
    from vera.playground.schedule import Time

MOST_KEPT = 20_000
_THROTTLED = {
    "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
    "Type": "User",
    "message": "Rate Exceeded.",
}


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a function, finished: `attempt` counts from 1, `status` as in `Outcome`."""

    request_id: str
    function: str
    attempt: int
    status: str
    duration_ms: float
    payload: Any


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What was given up: the payload as it was sent, and the record that went to the destination."""

    function: str
    payload: Any
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProcessState:
    """A process of a function; `request_id` is what it works on, empty while it is idle."""

    pid: int
    request_id: str

    @property
    def busy(self) -> bool:
        """Whether it has something to do."""
        return bool(self.request_id)


class Functions:
    """The functions of one account. `log_folder` keeps a file `<function>.log` of each one's output as well.

    `on_journal` is given each line that a function writes into its journal (`pipe.py`), on several threads. Of what is
    done and of what is given up the last `most_kept` are remembered.
    """

    def __init__(
        self,
        *,
        time: Time,
        log_folder: Path | None = None,
        on_journal: Callable[[bytes], None] = lambda _: None,
        most_kept: int = MOST_KEPT,
    ) -> None:
        self._time = time
        self._on_journal = on_journal
        self._log_folder = log_folder
        self._changed = threading.Condition()
        self._deployed: dict[str, Deployed] = {}
        self._invocations: deque[Invocation] = deque(maxlen=most_kept)
        self._dead_letters: deque[DeadLetter] = deque(maxlen=most_kept)
        self._listeners: list[Callable[[], None]] = []
        self._under_way = 0
        self._closed = False

    def deploy(self, function: Function) -> None:
        """Add a function; no process starts before it is invoked."""
        log_file = None if self._log_folder is None else self._log_folder / f"{function.name}.log"
        with self._changed:
            self._deployed[function.name] = Deployed(function, log_file=log_file)

    def named(self, name: str) -> Function:
        """Return the function that a name, a partial or a whole ARN means, qualified or not. Raises KeyError."""
        parts = name.split(":")
        plain = parts[parts.index("function") + 1] if "function" in parts[:-1] else parts[0]
        with self._changed:
            return self._deployed[plain].function

    def invoke(self, name: str, event: Any, *, request_id: str = "") -> Outcome:
        """Run a function and wait for its answer: no retry, as Lambda's `RequestResponse`. Raises KeyError.

        One that is stopped when it is called does not run: the outcome is `throttled`.
        """
        deployed = self._deployed[self.named(name).name]
        if deployed.stopped:
            return Outcome("throttled", dict(_THROTTLED))
        return self._run(deployed, _sent(event), request_id or str(uuid.uuid4()), attempt=1)

    def warm(self, name: str) -> None:
        """Start a process of a function that has none, so that its first invocation doesn't wait for one. KeyError."""
        with self._changed:
            deployed = self._deployed[name]
            if not deployed.all and not self._closed and (process := self._free(deployed)):
                deployed.idle.append(process)
                self._changed.notify_all()

    def invoke_later(self, name: str, event: Any) -> str:
        """Run a function soon, and again where it fails, as Lambda's `Event`; return its id. Raises KeyError."""
        deployed, request_id = self._deployed[self.named(name).name], str(uuid.uuid4())
        self._queue(deployed, _sent(event), request_id, attempt=1)
        return request_id

    @property
    def invocations(self) -> tuple[Invocation, ...]:
        """Return the finished runs, oldest first (the last 20,000)."""
        with self._changed:
            return tuple(self._invocations)

    @property
    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Return what was given up, oldest first (the last 20,000)."""
        with self._changed:
            return tuple(self._dead_letters)

    @property
    def idle(self) -> bool:
        """Return whether nothing that was invoked for later runs, is queued or is due again."""
        with self._changed:
            return self._under_way == 0

    def log(self, name: str) -> tuple[str, ...]:
        """Return the lines that a function printed (the last 50,000)."""
        with self._changed:
            return tuple(self._deployed[name].log)

    def processes(self, name: str) -> tuple[ProcessState, ...]:
        """Return a function's processes that run."""
        with self._changed:
            return tuple(ProcessState(p.pid, p.request_id) for p in self._deployed[name].all if p.alive)

    def kill(self, name: str) -> tuple[int, ...]:
        """Kill a function's busy processes, mid-sentence, and return their pids; their invocations have failed."""
        return self._kill(name, cut=False)

    def stop(self, name: str) -> tuple[int, ...]:
        """Leave a function no concurrency: kill its busy processes, start nothing more, and return their pids.

        What was or is invoked for later waits in the queue. What is killed is none of Lambda's attempts: it is run
        again under its own number, after the first retry's delay, for who died may still hold a lease.
        """
        with self._changed:
            self._deployed[name].stopped = True
            killed = self._kill(name, cut=True)
        self._tell()
        return killed

    def resume(self, name: str) -> None:
        """Let a function run again: first what waits in its queue."""
        with self._changed:
            self._deployed[name].stopped = False
            self._changed.notify_all()
        self._tell()

    def stopped(self, name: str) -> bool:
        """Return whether a function is stopped."""
        with self._changed:
            return self._deployed[name].stopped

    def retries(self, name: str) -> tuple[Retry, ...]:
        """Return the retries of a function that wait for their moment, the next one first."""
        with self._changed:
            return tuple(sorted(self._deployed[name].retries))

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each start and end of a run, each stop and resumption, and when a retry is planned.

        On whatever thread it happens, several at once maybe, and under no lock.
        """
        with self._changed:
            self._listeners.append(listener)

    def wait_for(self, wanted: Callable[[Self], bool], *, timeout_seconds: float = 10.0) -> None:
        """Return once `wanted` holds, asked now and at each start, end and log line. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: wanted(self), timeout_seconds):
                raise TimeoutError(f"what was waited for did not happen within {timeout_seconds:g} s")

    def settle(self, *, timeout_seconds: float = 10.0) -> None:
        """Return once nothing runs, is queued or is due again. Raises TimeoutError."""
        self.wait_for(lambda functions: functions.idle, timeout_seconds=timeout_seconds)

    def close(self) -> None:
        """End all processes and take nothing more."""
        with self._changed:
            self._closed = True
            processes = [process for deployed in self._deployed.values() for process in deployed.all]
            self._changed.notify_all()
            for process in processes:
                if process.request_id:
                    process.kill()
        for deployed in self._deployed.values():
            deployed.queue.shutdown(wait=True, cancel_futures=True)
        if processes:
            with ThreadPoolExecutor(len(processes)) as closing:
                list(closing.map(FunctionProcess.close, processes))
        for deployed in self._deployed.values():
            with self._changed:
                deployed.close_file()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _kill(self, name: str, *, cut: bool) -> tuple[int, ...]:
        with self._changed:
            busy = [process for process in self._deployed[name].all if process.alive and process.request_id]
            for process in busy:
                process.kill(cut=cut)
            return tuple(process.pid for process in busy)

    def _queue(self, deployed: Deployed, event: Any, request_id: str, *, attempt: int) -> None:
        with self._changed:
            if self._closed:
                return
            self._under_way += 1
            attempting = deployed.queue.submit(self._attempt, deployed, event, request_id, attempt)
        attempting.add_done_callback(report)

    def _attempt(self, deployed: Deployed, event: Any, request_id: str, attempt: int) -> None:
        function = deployed.function
        again = False
        try:
            outcome = self._run(deployed, event, request_id, attempt=attempt)
            if outcome.ok or self._closed:
                return
            delays = function.retry_delays_seconds
            again = outcome.cut or attempt <= len(delays)
            if outcome.cut:
                self._retry_later(deployed, event, request_id, attempt, max(delays[:1], default=0.0))
            elif again:
                self._retry_later(deployed, event, request_id, attempt + 1, delays[attempt - 1])
            else:
                self._give_up(function, event, request_id, attempt, outcome)
        finally:
            with self._changed:
                self._under_way -= 0 if again else 1
                self._changed.notify_all()
            self._tell()

    def _retry_later(self, deployed: Deployed, event: Any, request_id: str, attempt: int, delay_seconds: float) -> None:
        retry = Retry(self._time.now() + delay_seconds, attempt)
        with self._changed:
            deployed.retries.append(retry)

        def again() -> None:
            with self._changed:
                deployed.retries.remove(retry)
            self._queue(deployed, event, request_id, attempt=retry.attempt)
            with self._changed:
                self._under_way -= 1  # what was kept under way while it waited
            self._tell()

        self._time.after(delay_seconds, again)

    def _give_up(self, function: Function, event: Any, request_id: str, attempts: int, outcome: Outcome) -> None:
        record = {
            "version": "1.0",
            "timestamp": datetime.fromtimestamp(self._time.now(), UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "requestContext": {
                "requestId": request_id,
                "functionArn": f"{function.arn}:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": attempts,
            },
            "requestPayload": event,
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": outcome.payload,
        }
        with self._changed:
            self._dead_letters.append(DeadLetter(function.name, event, record))
        if function.on_failure in self._deployed:
            self.invoke_later(function.on_failure, record)
        elif function.on_failure:
            self._log(self._deployed[function.name], f"{request_id} has no destination {function.on_failure}")

    def _run(self, deployed: Deployed, event: Any, request_id: str, *, attempt: int) -> Outcome:
        process = self._acquire(deployed, request_id)
        if process is None:
            return Outcome("died", {"errorType": "Runtime.ExitError", "errorMessage": "Lambda is closed"})
        self._tell()
        started = clock.perf_counter()
        name = deployed.function.name
        try:
            outcome = process.invoke(request_id, event)
            duration_ms = (clock.perf_counter() - started) * 1_000
            done = Invocation(request_id, name, attempt, outcome.status, duration_ms, outcome.payload)
            with self._changed:
                self._invocations.append(done)
        finally:
            with self._changed:
                (deployed.idle if process.alive else deployed.spent).append(process)
                self._changed.notify_all()
            self._tell()
            self._bury(deployed)
        return outcome

    def _acquire(self, deployed: Deployed, request_id: str) -> FunctionProcess | None:
        """Return a process for this invocation alone: a warm one, a new one, or one that becomes free."""
        with self._changed:
            while not self._closed:
                process = None if deployed.stopped else self._free(deployed)
                if process is not None:
                    process.request_id = request_id
                    self._changed.notify_all()
                    return process
                self._changed.wait()
            return None

    def _free(self, deployed: Deployed) -> FunctionProcess | None:
        while deployed.idle:
            process = deployed.idle.pop()
            if process.alive:
                return process
            deployed.spent.append(process)
        if len(deployed.all) - len(deployed.spent) >= deployed.function.max_processes:
            return None
        process = FunctionProcess(
            deployed.function, on_log=lambda line: self._log(deployed, line), on_journal=self._on_journal
        )
        deployed.all.append(process)
        return process

    def _bury(self, deployed: Deployed) -> None:
        """Close what is spent; outside the lock, for its last log lines want it."""
        with self._changed:
            spent = list(deployed.spent)
            deployed.spent.clear()
            deployed.all = [process for process in deployed.all if process not in spent]
        for process in spent:
            process.close()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def _log(self, deployed: Deployed, line: str) -> None:
        with self._changed:
            deployed.write(line)
            self._changed.notify_all()


def _sent(event: Any) -> Any:
    """Return an event as it crosses the wire. Raises TypeError where it is no JSON."""
    return json.loads(json.dumps(event))
