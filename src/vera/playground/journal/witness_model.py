"""The witness of the language model, which also lets it fail where the playground's switches say so.

The stream passes through as it comes, one event for one that is asked for; closing it closes the model's own. Texts are
told by the tenth of a second: joined, they are what the model said (`test_playground_witness.py`).
"""

from __future__ import annotations

import math
from contextlib import closing
from typing import TYPE_CHECKING, Protocol

from vera.assistant.journal import named
from vera.assistant.model import ChatModel, Stopped, TextDelta, ToolUse
from vera.errors import ModelBusy, StreamBroken
from vera.playground.journal.testimony import ModelBroke, ModelSaid, ModelUsedTool, model_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from vera.assistant.model import ModelEvent, ModelRequest
    from vera.playground.journal.witness import Witnesses

__all__ = ["BREAKS_AFTER_DELTAS", "TOLD_EVERY_SECONDS", "Trouble", "WitnessedModel"]

TOLD_EVERY_SECONDS = 0.1
BREAKS_AFTER_DELTAS = 12

_SWITCHED = "by the playground's switch"


class Trouble(Protocol):
    """Who says what is to go wrong: `vera.playground.mischief.Mischief`."""

    def next(self) -> str:
        """Return what the next request meets: nothing, `breaks` or `down`."""
        ...


class WitnessedModel(ChatModel):
    """A model that tells what it is asked and what it says. `model` makes it when it is needed."""

    def __init__(self, model: Callable[[], ChatModel], witnesses: Witnesses, trouble: Trouble | None = None) -> None:
        self._model, self._witnesses, self._trouble = model, witnesses, trouble

    @property
    def model_id(self) -> str:
        """What it is called."""
        return self._model().model_id

    def converse(self, request: ModelRequest) -> Generator[ModelEvent]:
        """Yield what the model says."""
        self._witnesses.tell(model_asked(self.model_id, request))
        said = _Said(self._witnesses)
        try:
            with closing(self._troubled(request)) as events:
                for event in events:
                    said.hear(event)
                    yield event
        except Exception as error:
            said.tell()
            self._witnesses.tell(ModelBroke(named(error)))
            raise
        finally:
            said.tell()

    def _troubled(self, request: ModelRequest) -> Generator[ModelEvent]:
        """Yield what the model says as far as trouble lets it: a broken stream ends without having stopped."""
        trouble = self._trouble.next() if self._trouble else ""
        if trouble == "down":
            raise ModelBusy(_SWITCHED)
        if trouble == "breaks":
            return self._broken(request)
        return self._model().converse(request)

    def _broken(self, request: ModelRequest) -> Generator[ModelEvent]:
        deltas = 0
        with closing(self._model().converse(request)) as events:
            for event in events:
                if deltas == BREAKS_AFTER_DELTAS or isinstance(event, Stopped):
                    break
                deltas += isinstance(event, TextDelta)
                yield event
        raise StreamBroken(_SWITCHED)


class _Said:
    """What one request came to, told piece by piece: the first words at once."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._witnesses = witnesses
        self._told_at = -math.inf
        self._pieces: list[str] = []

    def hear(self, event: ModelEvent) -> None:
        if isinstance(event, TextDelta):
            self._pieces.append(event.text)
            if self._witnesses.clock() - self._told_at < TOLD_EVERY_SECONDS:
                return
        self.tell()
        if isinstance(event, ToolUse):
            self._witnesses.tell(ModelUsedTool(event.name, event.arguments))

    def tell(self) -> None:
        if self._pieces:
            self._witnesses.tell(ModelSaid("".join(self._pieces), len(self._pieces)))
            self._pieces.clear()
            self._told_at = self._witnesses.clock()
