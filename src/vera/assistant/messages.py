"""The messages of one reply: which part stands where. Each part in one message, in their order, none twice.

That holds through calls that fail although they were carried out, messages that people delete, and owners that die; by
hypothesis in `tests/unit/assistant/test_reply.py` and `test_turn.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from vera.assistant.journal import EditMade, EditRefused, MessageUnrecorded
from vera.errors import MessageGone, RateLimited, SurfaceRefused, SurfaceUnavailable, TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vera.assistant.budget import Share
    from vera.assistant.conversation import Turn
    from vera.assistant.journal import Event
    from vera.assistant.ledger import Lease
    from vera.assistant.pacing import Write

__all__ = ["TOO_LONG", "MessageState", "MessageSurface", "Messages", "Standing"]

MessageState = Literal["status", "writing", "done"]
"""What stands in a message: a status line, an answer still being written, or its last text."""

TOO_LONG = "msg_too_long"
"""The code of a `SurfaceRefused` for a text that does not fit after all."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A message that stands in the thread: its ts, and how many characters of an answer it shows (a status: none)."""

    ts: str
    characters: int = 0


class MessageSurface(Protocol):
    """Where messages stand. Text is Markdown as a model writes it, untrusted; the surface renders it and disarms it.

    Every call raises `RateLimited` (nothing was done), `SurfaceUnavailable` (`maybe_done` says whether it may have
    been), `SurfaceRefused`, and never waits for a rate limit by itself. Calls for one message come one at a time, for
    different turns from several threads.
    """

    @property
    def appends(self) -> bool:
        """Whether a message that is being written only grows: text is then to be given as far as it is settled.

        What was given and doesn't hold in the end is put right when the message is `done`.
        """
        ...

    def fits(self, text: str) -> bool:
        """Whether this text, rendered, stands in one message."""
        ...

    def write(self, ts: str, state: MessageState) -> Write | None:
        """Which kind of write it is to edit a message, or to post one (an empty `ts`); None where nobody counts it."""
        ...

    def show_status(self, turn: Turn, text: str) -> bool:
        """Say what is going on in a place beside the messages, until one of this turn is posted there.

        False where there is no such place: then it is for a message to say. An empty text takes it away.
        """
        ...

    def post(self, turn: Turn, text: str, *, part: int, state: MessageState) -> str:
        """Post part `part` of the reply to `turn` into its thread and return its ts.

        The message carries (turn, part, state) where people don't see it, and, until it is `done`, a way for the asker
        to stop the answer, where the surface has one. Not idempotent: after `maybe_done`, `find` it before posting
        again.
        """
        ...

    def edit(self, turn: Turn, ts: str, text: str, *, part: int, state: MessageState) -> None:
        """Let the whole message be this text. Idempotent. Half-open markup is closed while `state` is `writing`.

        Raises `MessageGone` where there is no such message any more, and `StopAsked` where the asker has stopped it.
        """
        ...

    def delete(self, turn: Turn, ts: str) -> None:
        """Remove a message of this reply; one that is gone already is no error."""
        ...

    def find(self, turn: Turn) -> Mapping[int, Standing]:
        """Return what stands in the thread of the reply to `turn`, by part, whoever wrote it and died.

        In the order in which they stand, the first where a part was posted twice.
        """
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
        share: Share,
        note: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        """Begin with what the ledger knows of the turn. `share` is told if Slack wants to be left alone.

        `surface` may be exchanged for another one that writes into the same thread.
        """
        self.surface = surface
        self._turn, self._lease, self._share, self._note, self._clock = turn, lease, share, note, clock
        self._recorded = dict(enumerate(lease.record.messages))
        self._ts = dict(self._recorded)
        self._unsure = lease.taken_over  # whether messages may stand that `_ts` doesn't know of
        self._shown_by_others = 0
        self._held: dict[int, tuple[str, MessageState]] = {}
        self._strays: list[str] = []
        self.edits = 0

    @property
    def begun(self) -> bool:
        """Whether a message is known to stand."""
        return bool(self._ts)

    @property
    def parts(self) -> int:
        """How many parts are known to stand."""
        return len(self._ts)

    def holds(self, part: int, text: str, state: MessageState) -> bool:
        """Whether part `part` is known to hold this text."""
        return self._held.get(part) == (text, state)

    def write(self, part: int, state: MessageState) -> Write | None:
        """Which kind of write it will be to `land` part `part` in this state."""
        return self.surface.write(self._ts.get(part, ""), state)

    def left_behind(self) -> int:
        """Return how many characters of an answer those show who had the turn before."""
        self._look()
        return self._shown_by_others

    def land(self, part: int, text: str, state: MessageState, *, wanted: int = 1) -> None:
        """Let part `part` hold this text, by an edit or a post. Parts are begun in their order.

        `wanted` is for the journal. After `MessageGone` the message is forgotten: called again, this posts it anew.
        """
        self._lease.check()
        began, write = self._clock(), None
        self._held.pop(part, None)  # a call that fails may be carried out all the same
        try:
            self._look()
            posted, write = part not in self._ts, self.write(part, state)
            if posted:
                self._post(part, text, state)
            else:
                self.surface.edit(self._turn, self._ts[part], text, part=part, state=state)
        except (SurfaceUnavailable, SurfaceRefused) as refusal:
            if isinstance(refusal, MessageGone):
                self._forget_from(part)
            self._note_refusal(part, refusal, write)
            raise
        self._held[part] = (text, state)
        self.edits += 1
        self._note_made(part, text, self._clock() - began, write, posted=posted, wanted=wanted)
        self._record()

    def keep(self, parts: int) -> None:
        """Remove what stands beside the first `parts` parts. What Slack won't remove stays."""
        self._look()
        self._forget_from(parts)
        while self._strays:
            self._lease.check()
            try:
                self.surface.delete(self._turn, self._strays[0])
            except SurfaceRefused as refusal:
                self._note_refusal(parts, refusal)
            del self._strays[0]

    def _look(self) -> None:
        """Learn what stands in the thread, where a dead owner or a call that failed leaves that open."""
        if not self._unsure:
            return
        try:
            found = self.surface.find(self._turn)
        except SurfaceRefused as refusal:
            self._note_refusal(0, refusal)  # nobody may look: better a message too many than no answer
        else:
            self._know(found)
            self._shown_by_others = sum(one.characters for one in found.values())
        self._unsure = False

    def _know(self, found: Mapping[int, Standing]) -> None:
        """Take up what stands. What stands before an earlier part of it was left over when that was posted anew."""
        first = math.inf
        for part, one in reversed([*found.items()]):
            if one.ts in self._strays:
                continue
            if part < first:
                self._ts[part] = one.ts
                first = part
                continue
            self._strays.append(one.ts)
            if self._ts.get(part) == one.ts:
                del self._ts[part]

    def _post(self, part: int, text: str, state: MessageState) -> None:
        self._forget_from(part)  # what stood behind it would now stand before it
        try:
            self._ts[part] = self.surface.post(self._turn, text, part=part, state=state)
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

    def _note_made(
        self, part: int, text: str, seconds: float, write: Write | None, *, posted: bool, wanted: int
    ) -> None:
        kind: Write = write or "update"
        self._note(
            EditMade(
                part,
                self._ts[part],
                len(text),
                seconds,
                self._share.left(self._clock(), kind),
                posted=posted,
                wanted=wanted,
                write=write or "post",
                running=self._share.running(kind),
            )
        )

    def _note_refusal(
        self, part: int, refusal: SurfaceUnavailable | SurfaceRefused, write: Write | None = None
    ) -> None:
        code, retry_after_seconds, now = "unavailable", 0.0, self._clock()
        if isinstance(refusal, RateLimited):
            code, retry_after_seconds = "ratelimited", refusal.retry_after_seconds
            if write:
                self._share.refused(now, write, retry_after_seconds)
        elif isinstance(refusal, SurfaceRefused):
            code = refusal.code
        self._note(EditRefused(part, code, self._share.left(now, write or "update"), retry_after_seconds))
