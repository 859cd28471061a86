"""What is said when every attempt at a turn has failed: the last word, in the message that stands there.

`tests/unit/assistant/test_failure.py` lets it come too early and too late.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from vera.assistant.conversation import FOOTER
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


def tell_failure(turn: Turn, ports: Ports, manner: Manner, time: Time, *, owner: str, condition: str) -> None:
    """Say in the turn's message that it has failed for good, with a reference into the logs.

    `condition` is why no further attempt is made, in one word for the journal (Lambda's `RetriesExhausted`).
    Raises `TurnTaken` where it has been answered after all, and `LedgerUnavailable` where the lease of the last attempt
    still runs (asked again later, it will have run out), or where the ledger is out of reach and a message stands.
    """
    began = time.clock()
    sentence = f"{_SENTENCE} (reference `{turn.ts}`)."
    try:
        lease = Lease(ports.ledger, turn.key, owner=owner, deadline=time.until, clock=time.clock, wait=time.wait)
    except TurnTaken as taken:
        if taken.done:
            raise
        raise LedgerUnavailable(f"the last attempt at {turn.key} still holds its lease") from taken
    except LedgerUnavailable:
        # Maybe the ledger is what every attempt has failed by: the last word does not depend on it. Where something
        # stands, though, it may be the answer, and only the ledger can tell.
        if ports.surface.find(turn):
            raise
        ports.surface.post(turn, f"{FOOTER}{sentence}", part=0, state="done")
        ports.journal.record(turn.key, TurnEnded("failed", time.clock() - began, edits=1, error=condition))
        return
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
        reply.finish("", sentence)
        time.persist(partial(lease.complete, "failed"))
        seconds = time.clock() - began
        ports.journal.record(turn.key, TurnEnded("failed", seconds, edits=reply.edits, error=condition))
