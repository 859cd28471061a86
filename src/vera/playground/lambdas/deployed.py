"""A function as Lambda has it: its processes, what waits, and its log. What is done with them is `functions.py`'s.

A log's file never stands in the way of the function. Held by `test_playground_functions.py`.
"""

from __future__ import annotations

import contextlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from vera.playground.lambdas.processes import Function, FunctionProcess

_KEPT_LINES = 50_000


class Retry(NamedTuple):
    """A retry that is due `at` (unix seconds): attempt number `attempt`, which counts from 1."""

    at: float
    attempt: int


class Deployed:
    """A function with its processes, its queue and its log. Fields are guarded by the condition of `Functions`."""

    def __init__(self, function: Function, *, log_file: Path | None) -> None:
        self.function = function
        self.idle: list[FunctionProcess] = []
        self.spent: list[FunctionProcess] = []
        self.all: list[FunctionProcess] = []
        self.stopped = False
        self.retries: list[Retry] = []
        self.log: deque[str] = deque(maxlen=_KEPT_LINES)
        self.log_file = None if log_file is None else log_file.open("a", encoding="utf-8")
        self.queue = ThreadPoolExecutor(function.max_processes, thread_name_prefix=f"lambda-{function.name}")

    def write(self, line: str) -> None:
        """Add a line to the log. A file that can't be written (the disk is full) is written no more."""
        self.log.append(line)
        if self.log_file is None:
            return
        try:
            self.log_file.write(f"{line}\n")
            self.log_file.flush()
        except OSError:
            self.close_file()

    def close_file(self) -> None:
        """Let go of the log's file."""
        if self.log_file is not None:
            with contextlib.suppress(OSError):  # what it still held goes nowhere
                self.log_file.close()
            self.log_file = None
