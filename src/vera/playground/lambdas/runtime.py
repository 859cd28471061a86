"""The process that a function runs in: `python -u -m vera.playground.lambdas.runtime module:handler`.

It reads invocations as JSON lines from its standard input and answers as JSON lines on its standard output, one at a
time. The function itself sees neither: its standard input is empty, and what it prints goes to standard error, which
the parent collects. Where the parent is gone, the process ends. Standard library alone: this is the functions' cold
start. Held by `test_playground_runtime.py`.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable

ORPHANED_SECONDS = 1.0
"""How long a busy process goes on when its parent is gone."""


class Context:
    """What Lambda hands a handler beside the event."""

    function_version = "$LATEST"

    def __init__(self, invocation: dict[str, Any]) -> None:
        self.aws_request_id: str = invocation["request_id"]
        self.function_name: str = invocation["function_name"]
        self.invoked_function_arn: str = invocation["function_arn"]
        self.memory_limit_in_mb: str = str(invocation["memory_mb"])
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = f"playground/[$LATEST]{os.getpid()}"
        self.identity = None
        self.client_context = None
        self._deadline = time.monotonic() + float(invocation["timeout_seconds"])

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of the function's time."""
        return max(0, int((self._deadline - time.monotonic()) * 1_000))


def load(name: str) -> Callable[[Any, Context], Any]:
    """Return the handler that `module:attribute` names."""
    module, _, attribute = name.partition(":")
    handler: Callable[[Any, Context], Any] = getattr(importlib.import_module(module), attribute)
    return handler


def invoke(handler: Callable[[Any, Context], Any], invocation: dict[str, Any]) -> dict[str, Any]:
    """Run the handler once, and return its answer: `result`, or `error` as Lambda words it."""
    try:
        result = handler(invocation["event"], Context(invocation))
    except Exception as failure:  # noqa: BLE001 - whatever the function raises is its answer
        traceback.print_exc()
        return {"error": error_of(failure)}
    try:
        json.dumps(result)
    except (TypeError, ValueError) as failure:
        return {"error": error_of(failure) | {"errorType": "Runtime.MarshalError"}}
    return {"result": result}


def error_of(failure: BaseException) -> dict[str, Any]:
    """Return an exception as Lambda answers it."""
    frames = traceback.format_list(traceback.extract_tb(failure.__traceback__)[1:])
    return {"errorMessage": str(failure), "errorType": type(failure).__name__, "stackTrace": frames}


def serve(name: str, requests: BinaryIO, answers: BinaryIO) -> int:
    """Load the handler, say so, and answer invocations until there are no more. Return the exit status."""
    try:
        handler = load(name)
    except Exception as failure:  # noqa: BLE001 - whatever its import raises, the parent is told
        traceback.print_exc()
        _write(answers, {"failed": error_of(failure)})
        return 1
    _write(answers, {"ready": True})
    ended = threading.Event()
    lines = _lines(requests, ended)
    while (line := lines.get()) is not None:
        _write(answers, invoke(handler, json.loads(line)))
    ended.set()
    return 0


def main() -> int:
    """Take the standard streams away from the function, and serve."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return serve(sys.argv[1], requests, answers)


def _lines(requests: BinaryIO, ended: threading.Event) -> queue.SimpleQueue[bytes | None]:
    """Read on a thread of its own, so that a busy process too learns that its parent is gone."""
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def read() -> None:
        for line in requests:
            lines.put(line)
        lines.put(None)
        if not ended.wait(ORPHANED_SECONDS):
            os._exit(1)

    threading.Thread(target=read, name="runtime-requests", daemon=True).start()
    return lines


def _write(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
