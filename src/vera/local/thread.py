"""A thread without Slack: what was said is given, and the one message that answers is shown to a callback.

It is the `ThreadReader` and the `MessageSurface` of `Vera.ask`: the same story as in Slack, on a screen.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vera.assistant.conversation import Person, Thread, Turn, Utterance, newest_within, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vera.assistant.messages import MessageState, Standing
    from vera.assistant.pacing import Write

__all__ = ["LocalThread"]

_ASKER = Person("U0", "You")


class LocalThread:
    """One question after what was `said` before (questions and answers in turns, the first one a question)."""

    appends = False

    def __init__(
        self, question: str, *, said: Sequence[str] = (), show: Callable[[str, MessageState], None], timezone: str = ""
    ) -> None:
        """Show each version of the answer with `show`, from the thread that happens to write it, one at a time."""
        self._show = show
        self._asker = Person(_ASKER.id, _ASKER.name, timezone)
        self._said = [
            Utterance(str(number), "vera" if number % 2 else "person", "Vera" if number % 2 else _ASKER.name, text)
            for number, text in enumerate([*said, question])
        ]
        last = self._said[-1]
        self.turn = Turn(channel="local", ts=last.ts, user=_ASKER.id, text=question, direct=True)
        self.text = ""

    def read(self, turn: Turn, *, budget_tokens: int, seconds: float = math.inf) -> Thread:
        """Return what was said, the newest within the budget, the question at the end."""
        *earlier, question = self._said
        kept, omitted = newest_within(earlier, budget_tokens, lambda utterance: tokens(utterance.text))
        return Thread((*kept, question), self._asker, omitted)

    def fits(self, text: str) -> bool:
        """Take any text: a screen scrolls."""
        return True

    def write(self, ts: str | None, state: MessageState) -> Write | None:
        """Count nothing: nobody limits a screen."""
        return None

    def show_status(self, turn: Turn, text: str) -> bool:
        """Leave it to the answer's own place: there is no other."""
        return False

    def post(self, turn: Turn, text: str, *, part: int, state: MessageState) -> str:
        """Show the first version."""
        self.edit(turn, str(part), text, part=part, state=state)
        return str(part)

    def edit(self, turn: Turn, ts: str, text: str, *, part: int, state: MessageState) -> None:
        """Show the next version."""
        self.text = text
        self._show(text, state)

    def delete(self, turn: Turn, ts: str) -> None:
        """Forget a message: there is but one, so none is ever left over."""

    def find(self, turn: Turn) -> Mapping[int, Standing]:
        """Find nothing: a local thread begins with its question."""
        return {}
