"""The messages of one reply: which part stands where. Each part in one message, in their order, none twice.

That holds through calls that fail although they were carried out, messages that people delete, and owners that die; by
hypothesis in `tests/unit/assistant/test_reply.py` and `test_turn.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from vera.assistant.journal import EditMade, EditRefused, MessageUnrecorded
from vera.errors import MessageGone, RateLimited, SurfaceRefused, SurfaceUnavailable, TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vera.assistant.conversation import Turn
    from vera.assistant.journal import Event
    from vera.assistant.ledger import Lease
    from vera.assistant.pacing import EditBudget

__all__ = ["TOO_LONG", "MessageState", "MessageSurface", "Messages"]

MessageState = Literal["status", "writing", "done"]
"""What stands in a message: a status line, an answer still being written, or its last text."""

TOO_LONG = "msg_too_long"
"""The code of a `SurfaceRefused` for a text that does not fit after all."""


class MessageSurface(Protocol):
    """Where messages stand. Text is Markdown as a model writes it, untrusted; the surface renders it and disarms it.

    Every call raises `RateLimited` (nothing was done), `SurfaceUnavailable` (`maybe_done` says whether it may have
    been), `SurfaceRefused`, and never waits for a rate limit by itself. Calls for one message come one at a time, for
    different turns from several threads.
    """

    def fits(self, text: str) -> bool:
        """Whether this text, rendered, stands in one message."""
        ...

    def post(self, turn: Turn, text: str, *, part: int, state: MessageState) -> str:
        """Post part `part` of the reply to `turn` into its thread and return its ts.

        The message carries (turn, part, state) where people don't see it. Not idempotent: after `maybe_done`, `find` it
        before posting again.
        """
        ...

    def edit(self, turn: Turn, ts: str, text: str, *, part: int, state: MessageState) -> None:
        """Replace the whole message. Idempotent. Half-open markup is closed while `state` is `writing`.

        Raises `MessageGone` where there is no such message any more.
        """
        ...

    def delete(self, turn: Turn, ts: str) -> None:
        """Remove a message of this reply; one that is gone already is no error."""
        ...

    def find(self, turn: Turn) -> Mapping[int, str]:
        """Return the ts of each part of the reply to `turn` that stands in the thread, by the messages' metadata."""
        ...


class Messages:
    """What stands in the thread for one turn. Used by one thread at a time.

    Every method raises what the surface raises, and `LeaseLost` once another worker goes on.
    """

    def __init__(
        self,
        surface: MessageSurface,
        turn: Turn,
        lease: Lease,
        *,
        budget: EditBudget,
        note: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        """Begin with what the ledger knows of the turn. `budget` is told if Slack wants to be left alone."""
        self._surface, self._turn, self._lease = surface, turn, lease
        self._budget, self._note, self._clock = budget, note, clock
        self._recorded = dict(enumerate(lease.record.messages))
        self._ts = dict(self._recorded)
        self._unsure = lease.taken_over  # whether messages may stand that `_ts` doesn't know of
        self._held: dict[int, tuple[str, MessageState]] = {}
        self._strays: list[str] = []
        self.edits = 0

    def holds(self, part: int, text: str, state: MessageState) -> bool:
        """Whether part `part` is known to hold this text."""
        return self._held.get(part) == (text, state)

    def land(self, part: int, text: str, state: MessageState, *, wanted: int = 1) -> None:
        """Let part `part` hold this text, by an edit or a post. Parts are begun in their order.

        `wanted` is for the journal. After `MessageGone` the message is forgotten: called again, this posts it anew.
        """
        self._lease.check()
        began = self._clock()
        self._held.pop(part, None)  # a call that fails may be carried out all the same
        try:
            self._look()
            posted = part not in self._ts
            if posted:
                self._post(part, text, state)
            else:
                self._surface.edit(self._turn, self._ts[part], text, part=part, state=state)
        except (SurfaceUnavailable, SurfaceRefused) as refusal:
            if isinstance(refusal, MessageGone):
                self._forget_from(part)
            self._note_refusal(part, refusal)
            raise
        self._held[part] = (text, state)
        self.edits += 1
        now = self._clock()
        left = self._budget.left(now)
        self._note(EditMade(part, self._ts[part], len(text), now - began, left, posted=posted, wanted=wanted))
        self._record()

    def keep(self, parts: int) -> None:
        """Remove what stands beside the first `parts` parts. What Slack won't remove stays."""
        self._look()
        self._forget_from(parts)
        while self._strays:
            self._lease.check()
            try:
                self._surface.delete(self._turn, self._strays[0])
            except SurfaceRefused as refusal:
                self._note_refusal(parts, refusal)
            del self._strays[0]

    def _look(self) -> None:
        """Learn what stands in the thread, where a dead owner or a call that failed leaves that open."""
        if not self._unsure:
            return
        try:
            found = self._surface.find(self._turn)
        except SurfaceRefused as refusal:
            self._note_refusal(0, refusal)  # nobody may look: better a message too many than no answer
        else:
            self._ts |= {part: ts for part, ts in found.items() if ts not in self._strays}
        self._unsure = False

    def _post(self, part: int, text: str, state: MessageState) -> None:
        self._forget_from(part)  # what stood behind it would now stand before it
        try:
            self._ts[part] = self._surface.post(self._turn, text, part=part, state=state)
        except SurfaceUnavailable as failure:
            self._unsure = failure.maybe_done
            raise

    def _forget_from(self, part: int) -> None:
        """Leave the messages from this part on to be removed by `keep`."""
        for later in [each for each in self._ts if each >= part]:
            self._strays.append(self._ts.pop(later))
            self._held.pop(later, None)

    def _record(self) -> None:
        """Let the ledger know of new messages: all of them in their order, those that it didn't take before too."""
        for part, ts in sorted(self._ts.items()):
            if self._recorded.get(part) != ts:
                try:
                    self._lease.record_message(part, ts)
                except TryAgain:
                    self._note(MessageUnrecorded(part, ts))
                    return
                self._recorded[part] = ts

    def _note_refusal(self, part: int, refusal: SurfaceUnavailable | SurfaceRefused) -> None:
        code, retry_after_seconds, now = "unavailable", 0.0, self._clock()
        if isinstance(refusal, RateLimited):
            code, retry_after_seconds = "ratelimited", refusal.retry_after_seconds
            self._budget.refused(now, retry_after_seconds)
        elif isinstance(refusal, SurfaceRefused):
            code = refusal.code
        self._note(EditRefused(part, code, self._budget.left(now), retry_after_seconds))
