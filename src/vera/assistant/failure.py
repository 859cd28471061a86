"""What is said when every attempt at a turn has failed: the last word, in the message that stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vera.assistant.journal import TurnEnded
from vera.assistant.ledger import Lease
from vera.assistant.reply import Reply
from vera.errors import LedgerUnavailable, TurnTaken

if TYPE_CHECKING:
    from vera.assistant.conversation import Turn
    from vera.assistant.deadline import Time
    from vera.assistant.turn import Manner, Ports

__all__ = ["tell_failure"]

_SENTENCE = "I tried several times and could not answer this. Your question is kept for whoever runs me"


def tell_failure(turn: Turn, ports: Ports, manner: Manner, time: Time, *, owner: str) -> None:
    """Say in the turn's message that it has failed for good, with a reference into the logs.

    Raises `TurnTaken` where it has been answered after all, and `LedgerUnavailable` where the lease of the last attempt
    still runs: asked again later, it will have run out.
    """
    began = time.clock()
    try:
        lease = Lease(ports.ledger, turn.key, owner=owner, deadline=time.until, clock=time.clock, wait=time.wait)
    except TurnTaken as taken:
        if taken.done:
            raise
        raise LedgerUnavailable(f"the last attempt at {turn.key} still holds its lease") from taken
    with (
        lease,
        Reply(
            ports.surface,
            turn,
            lease,
            budget=ports.budget,
            every_tokens=manner.edit_every_tokens,
            note=lambda event: ports.journal.record(turn.key, event),
            time=time,
        ) as reply,
    ):
        reply.finish("", f"{_SENTENCE} (reference `{turn.ts}`).")
        lease.complete("failed")
        seconds = time.clock() - began
        ports.journal.record(turn.key, TurnEnded("failed", seconds, edits=reply.edits, error="RetriesExhausted"))
