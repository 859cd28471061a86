"""What a test of witnesses needs: somebody who hears them, and a clock that goes by steps."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

from vera.assistant.model import ModelMessage, ModelRequest, Text
from vera.playground.journal.witness import Witnesses

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["KEY", "Told", "asked"]

KEY = "C024BE91L:1763647200.000100"


class _Notes:
    """A journal, or the pipe in its place."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, Any]] = []

    def record(self, turn_key: str, event: Any) -> None:
        self.notes.append((turn_key, event))


class Told:
    """Witnesses, and what they told; their clock goes on by the next of `steps` whenever it is looked at."""

    def __init__(self) -> None:
        self._pipe, self._logs = _Notes(), _Notes()
        self._now = 0.0
        self.steps: Iterator[float] = cycle([1.0])
        self.witnesses = Witnesses(self._pipe, self._logs, clock=self._clock)

    def begin(self) -> None:
        """Let a turn be the present one."""
        self.witnesses.turn = KEY

    @property
    def heard(self) -> list[tuple[str, Any]]:
        return self._pipe.notes

    @property
    def logged(self) -> list[tuple[str, Any]]:
        return self._logs.notes

    @property
    def events(self) -> list[Any]:
        return [event for _, event in self.heard]

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def _clock(self) -> float:
        self._now += next(self.steps)
        return self._now


def asked() -> ModelRequest:
    """Return a request as short as can be."""
    return ModelRequest(system="Answer.", messages=(ModelMessage("user", (Text("Tea?"),)),), max_output_tokens=100)
