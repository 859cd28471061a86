"""What a test tells a shifted worker to do: it stands in a file that the worker reads at each invocation."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["VARIABLE", "Orders"]

VARIABLE = "TEST_SHIFTED_ORDERS"
"""Where a worker's environment names the file."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the next invocations are to do.

    `dies_at` is a call of a port's by its name (`ledger.claim`; see `shifted_worker.py`): the `nth` of an invocation's
    is its last, before it is made or `after`. One worker dies of it, no second one. `slack_seconds` is how long a call
    to Slack is waited for.
    """

    dies_at: str = ""
    nth: int = 1
    after: bool = False
    slack_seconds: float = 8.0

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what the file says, or nothing in particular where there is none."""
        return cls(**json.loads(path.read_text())) if path.exists() else cls()

    def write(self, path: Path) -> None:
        """Give them, in one piece."""
        written = path.with_suffix(".new")
        written.write_text(json.dumps(asdict(self)))
        written.replace(path)
