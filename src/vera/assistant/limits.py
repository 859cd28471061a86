"""Who may ask, and where (`tests/unit/assistant/test_limits.py` has the cases)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vera.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.assistant.conversation import Turn

__all__ = ["Admission", "ExternalNotAllowed"]


@dataclass(frozen=True, slots=True)
class Admission:
    """The deployment's rules. An empty set allows everybody, or everywhere.

    `is_external` asks whether the author belongs to another organisation; it is called only where the payload leaves
    that possible (by not naming their team, too), and may ask Slack.
    """

    channels: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    external_allowed: bool = False

    def check(self, turn: Turn, is_external: Callable[[Turn], bool]) -> None:
        """Raise `NotAllowed`, with a sentence for the person, where this turn is not to be answered."""
        ours = {turn.team, turn.enterprise} - {""}
        known = turn.user_team in ours or not (ours or turn.user_team)  # else there is nothing to compare
        if not (self.external_allowed or known) and is_external(turn):
            raise ExternalNotAllowed(turn.user_team)
        if self.users and turn.user not in self.users:
            raise NotAllowed(
                "user", sentence="I'm set up to answer certain people only, and you aren't among them yet."
            )
        if self.channels and turn.channel not in self.channels and not turn.direct:
            raise NotAllowed("channel", sentence="I'm set up to answer in certain channels only, and this isn't one.")


class ExternalNotAllowed(NotAllowed):
    """Somebody of another organisation asks: told once in a thread."""

    sentence = "I only answer people of the organisation that I belong to. Please ask one of them."
