"""A function and the process it runs in, seen from the parent.

One invocation at a time per process; it stays warm between them. A process that dies or outlives its time has failed
the invocation that it had. Held by `test_playground_processes.py`.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from vera.playground.journal.pipe import VARIABLE as JOURNAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCOUNT_ID = "000000000000"
_START_SECONDS = 30.0
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "PYTHONPATH", "SYSTEMROOT", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Function:
    """A function as it is deployed.

    `handler` is `module:attribute`. `environment` is all that it sees, beside what finds Python and Lambda's own
    variables. It is retried after each of `retry_delays_seconds` when it was invoked asynchronously; what then still
    fails goes to the function named `on_failure`.
    """

    name: str
    handler: str
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float = 900.0
    memory_mb: int = 1024
    max_processes: int = 8
    retry_delays_seconds: tuple[float, ...] = (60.0, 120.0)
    on_failure: str = ""
    region: str = "us-east-1"

    @property
    def arn(self) -> str:
        """Return its ARN, without a qualifier."""
        return f"arn:aws:lambda:{self.region}:{ACCOUNT_ID}:function:{self.name}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an invocation came to: `status` ok, error, timeout, died or throttled (it did not run).

    `payload` is the result, or the error's object; `cut` that it is no fault of the function, which was stopped.
    """

    status: str
    payload: Any = None
    cut: bool = False

    @property
    def ok(self) -> bool:
        """Whether the function returned."""
        return self.status == "ok"


class FunctionProcess:
    """One process of one function.

    `on_log` is given each line that the function prints, `on_journal` each whole line that it writes to the file
    descriptor which its environment names (`pipe.py`). Neither may block or raise.
    """

    def __init__(
        self,
        function: Function,
        *,
        on_log: Callable[[str], None],
        on_journal: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self._function = function
        self._on_log, self._on_journal = on_log, on_journal
        self._ready = False
        self._spent = False
        self.request_id = ""
        self.cut = False
        self._process, journal = _started(function)
        self._invocations = cast("BinaryIO", self._process.stdin)
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._outputs = (cast("BinaryIO", self._process.stdout), cast("BinaryIO", self._process.stderr), journal)
        reads = (self._read_answers, self._read_logs, self._read_journal)
        self._readers = [
            threading.Thread(target=read, args=(stream,), daemon=True)
            for read, stream in zip(reads, self._outputs, strict=True)
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Return whether it runs, and can be asked again."""
        return not self._spent and self._process.poll() is None

    def invoke(self, request_id: str, event: Any) -> Outcome:
        """Run the function once. Only one caller at a time."""
        self.request_id = request_id
        spent = True  # also where an answer is none: what comes after it is not this invocation's
        try:
            outcome = Outcome("ok") if self._ready else self._answer(_START_SECONDS)
            if outcome.ok:
                self._ready = True
                outcome = self._ask(request_id, event)
            spent = not self._ready or outcome.status in ("timeout", "died")
        finally:
            self._spent, self.request_id = spent, ""
        return replace(outcome, cut=self.cut and not outcome.ok)

    def kill(self, *, cut: bool = False) -> None:
        """End it at once, whatever it is doing, and what it started; `cut` is for what its outcome says."""
        self.cut = self.cut or cut
        # It is gone, which is what is wanted. A group of nothing but zombies is EPERM to macOS.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End it: its input closes, and it goes; where it does not, it is killed. Waits for its last log line."""
        with contextlib.suppress(BrokenPipeError):  # it is gone, which is what is wanted
            self._invocations.close()
        try:
            self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self.kill()  # what it started would hold its streams open
        for reader in self._readers:
            reader.join()
        for stream in self._outputs:
            stream.close()

    def _ask(self, request_id: str, event: Any) -> Outcome:
        function = self._function
        invocation = {
            "request_id": request_id,
            "event": event,
            "function_name": function.name,
            "function_arn": function.arn,
            "memory_mb": function.memory_mb,
            "timeout_seconds": function.timeout_seconds,
        }
        try:
            self._invocations.write(json.dumps(invocation).encode() + b"\n")
            self._invocations.flush()
        except OSError:
            return _died(request_id, self._process.poll())
        return self._answer(function.timeout_seconds)

    def _answer(self, timeout_seconds: float) -> Outcome:
        try:
            line = self._answers.get(timeout=timeout_seconds)
        except queue.Empty:
            self.kill()
            moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            message = f"{moment} {self.request_id} Task timed out after {timeout_seconds:.2f} seconds"
            self._on_log(message)
            return Outcome("timeout", {"errorType": "Sandbox.Timedout", "errorMessage": message})
        if line is None:
            self._process.wait()
            return _died(self.request_id, self._process.returncode)
        answer = json.loads(line)
        failed = answer.get("error") or answer.get("failed")
        return Outcome("error", failed) if failed else Outcome("ok", answer.get("result"))

    def _read_answers(self, stream: BinaryIO) -> None:
        for line in stream:
            self._answers.put(line)
        self._answers.put(None)

    def _read_logs(self, stream: BinaryIO) -> None:
        for line in stream:
            self._on_log(line.decode(errors="replace").rstrip("\n"))

    def _read_journal(self, stream: BinaryIO) -> None:
        for line in stream:
            if line.endswith(b"\n"):  # else it was killed in mid-sentence
                self._on_journal(line)


def _started(function: Function) -> tuple[subprocess.Popen[bytes], BinaryIO]:
    """Start the process; return it with the end of its journal's pipe that is read. It alone holds the other end."""
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "vera.playground.lambdas.runtime", function.handler],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(function) | {JOURNAL: str(writing)},
            pass_fds=(writing,),
            start_new_session=True,  # Ctrl-C in the terminal is the parent's affair
        )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    return process, os.fdopen(reading, "rb")


def _died(request_id: str, status: int | None) -> Outcome:
    message = f"RequestId: {request_id} Error: Runtime exited with error: exit status {status}"
    return Outcome("died", {"errorType": "Runtime.ExitError", "errorMessage": message})


def _environment(function: Function) -> dict[str, str]:
    """Return all that a process sees: what finds Python, what Lambda sets, what the function was given."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    lambdas = {
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "TZ": ":UTC",
    }
    return inherited | lambdas | dict(function.environment)
