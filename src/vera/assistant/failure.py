"""What is said when every attempt at a turn has failed: the last word, in the message that stands there.

`tests/unit/assistant/test_failure.py` lets it come too early and too late.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from vera.assistant.conversation import FOOTER
from vera.assistant.journal import TurnEnded
from vera.assistant.ledger import Lease
from vera.assistant.so_far import SoFar
from vera.assistant.turn import replying
from vera.errors import LedgerUnavailable, SurfaceRefused, TurnTaken

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
    with lease, replying(turn, ports, manner, time, lease) as reply:
        text = SoFar.of(lease.record).said(lease.record.rounds).text
        try:
            reply.finish(text, sentence, under_more=True)
        except SurfaceRefused:
            if not text:
                raise
            reply.finish("", sentence)  # what is refused is this text: a plain sentence may pass
        time.persist(partial(lease.complete, "failed"))
        seconds = time.clock() - began
        ports.journal.record(turn.key, TurnEnded("failed", seconds, edits=reply.edits, error=condition))
