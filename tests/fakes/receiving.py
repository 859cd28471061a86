"""What a receiver under test looks at and leaves behind: a clock that the test sets, and the log lines."""

import json
from dataclasses import dataclass, field
from typing import Any

from fakes.slack_requests import NOW


@dataclass
class Clock:
    """Seconds since 1970, as a test wants them."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Logged:
    """The log lines, as they were written."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        self.lines.append(line)

    @property
    def last(self) -> dict[str, Any]:
        return json.loads(self.lines[-1])

    @property
    def text(self) -> str:
        return "\n".join(self.lines)
