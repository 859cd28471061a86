"""What Vera shows for one turn while the answer forms, and in the end: a status, the growing text, the whole of it.

A writer thread makes the writes, so that reading the model never waits for Slack. It always sends the newest text and
skips what it overtook; the last text is landed by the caller's own thread, through 429s and 5xx. The law, by
hypothesis in `tests/unit/assistant/test_reply.py`: whatever Slack does meanwhile, in the end the thread holds the text.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Literal, Self

from vera.assistant.conversation import FOOTER
from vera.assistant.deadline import PAUSES_SECONDS
from vera.assistant.journal import Stage, StreamingChosen, WriterEnded, named
from vera.assistant.layout import Layout, Piece
from vera.assistant.messages import TOO_LONG, Messages, MessageState, MessageSurface
from vera.assistant.pacing import Wanted
from vera.assistant.settled import settled
from vera.errors import (
    LeaseLost,
    LedgerUnavailable,
    MessageGone,
    RateLimited,
    StopAsked,
    SurfaceRefused,
    SurfaceUnavailable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vera.assistant.budget import Share
    from vera.assistant.conversation import Turn
    from vera.assistant.deadline import Time
    from vera.assistant.draft import Draft
    from vera.assistant.journal import Event
    from vera.assistant.ledger import Lease
    from vera.assistant.pacing import Write

__all__ = ["MessageState", "MessageSurface", "Reply", "Streaming"]

_FLUSH_SECONDS = 0.5

_STATUS_CHARACTERS = 100
"""What stands under a text that goes on is no more of it."""

Streaming = Literal["edit", "native", "auto"]
"""How an answer is shown while it grows: one message edited, Slack's own streams, or what the budget bears better."""


class Reply:
    """What Vera shows for one turn. Used by one thread, as a context manager that ends its writer.

    Beside what `MessageSurface` raises, every method that writes raises `LeaseLost` once another worker goes on.
    """

    def __init__(
        self,
        edits: MessageSurface,
        streams: MessageSurface | None,
        turn: Turn,
        lease: Lease,
        *,
        streaming: Streaming,
        share: Share,
        every_tokens: int,
        note: Callable[[Event], None],
        time: Time,
    ) -> None:
        """Prepare to write; nothing is shown before the first `status`, or `finish`.

        `streams` appends, and is used where `streaming` allows; `edits` serves always.
        """
        self._edits, self._streams, self._streaming = edits, streams, streaming
        self._turn, self._lease, self._share, self._note, self._time = turn, lease, share, note, time
        self._messages = Messages(edits, turn, lease, share=share, note=note, clock=time.clock)
        self._layout = Layout(edits)
        self._undecided = streams is not None and streaming != "edit"
        self._wanted, self._seen = Wanted(every_tokens), 0
        self._draft: Draft | None = None
        self._status = self._status_aside = ""
        self._shown: tuple[str, str] | None = None
        self._left_behind = 0
        self._last_landed = Piece(0, "", "status")
        self._start_failed = False
        self._awake, self._closing = threading.Event(), threading.Event()
        self._writer = threading.Thread(
            target=copy_context().run, args=[self._write], name=f"reply {turn.key}", daemon=True
        )
        self._lost: LeaseLost | None = None
        self.characters = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the writer, wherever it is: no thread outlives its turn."""
        self._stop()
        self._share.leave()

    @property
    def edits(self) -> int:
        """How often Slack took a post or an edit."""
        return self._messages.edits

    @property
    def is_native(self) -> bool:
        """Whether this reply is written by native streams."""
        return not self._undecided and self._messages.surface is self._streams

    def status(self, text: str) -> None:
        """Say what is going on. The first call shows something, unless words of an earlier worker are there to see."""
        self._check()
        self._status = text
        if self._writer.ident:
            self._note(Stage(text))
            self._awake.set()
            return
        self._time.persist(partial(self._open, text))
        self._note(Stage(text))  # a journal may take its time over the first event: not before something stands
        self._writer.start()

    def follow(self, draft: Draft) -> None:
        """From now on, show this text as it grows."""
        self._draft = draft

    def on_text(self, characters: int) -> None:
        """Hear that the draft has grown."""
        if self._status:
            self._status = ""
        if self._wanted.spoke(characters):
            self._check()
            self._awake.set()

    def on_tool(self, status: str) -> None:
        """Hear that tools are about to run."""
        self.status(status)

    def finish(self, text: str, footer: str = "", *, under_more: bool = False) -> None:
        """Let exactly this stand: `text` on as many pages as it needs, `footer` (sources, notes) at its end.

        With `under_more`, what an earlier worker left to be read stays where it is more, and the footer comes under it.
        Returns when all of it has landed and nothing else of this reply stands. Raises where Slack refuses, and where
        it does not answer before the turn's time is over.
        """
        self._stop()
        self._check()
        if self._undecided:
            self._use(self._edits, "short")
        self.characters = len(text)
        if under_more and self._is_less_than_left(text):
            self._time.persist(partial(self._land_last, Piece(self._messages.parts, f"{FOOTER}{footer}", "done")))
            self._show_aside("")
            return
        while True:
            pieces = self._layout.finished(text, footer)
            try:
                for piece in pieces:
                    self._time.persist(partial(self._land_last, piece))
            except SurfaceRefused as refusal:
                self._make_do(refusal, piece)
            else:
                break
        self._show_aside("")
        self._time.persist(partial(self._messages.keep, len(pieces)))

    def pause(self, status: str) -> None:
        """Show what there is, and that it goes on: tried once. What Slack does not take now, the next worker shows."""
        self._stop()
        self._check()
        self._status = status
        text, _ = self._newest()
        self.characters = len(text)
        pieces = self._layout.unfinished(text, status)
        if self._undecided or (self._appends and not text) or self._is_less_than_stands(text):
            pieces = []
        in_time = self._time.within((self._time.until - self._time.clock()) / 2)  # handing on needs time too
        with in_time, suppress(SurfaceUnavailable, SurfaceRefused, LedgerUnavailable), self._hearing_stop():
            for piece in pieces:
                if not self._messages.holds(*piece):
                    if write := self._messages.write(piece.part, piece.state):
                        self._share.take_last(self._time.clock(), write)
                    self._land(piece)
            if pieces:
                self._messages.keep(len(pieces))  # the next worker knows nothing of what was to be removed
        if self._appends:
            self._show_aside(status)

    def _stop(self) -> None:
        self._closing.set()
        self._awake.set()
        if self._writer.ident:
            self._writer.join()

    def _check(self) -> None:
        if self._lost:
            raise self._lost

    def _open(self, status: str) -> None:
        """Let something be seen at once: beside the messages, where native streams are to come, or as the message."""
        self._left_behind = self._messages.left_behind()
        if self._undecided and self._messages.begun:
            native = self._streams if self._streaming == "native" and self._left_behind else None
            self._use(native or self._edits, "resumed")
            self._status_aside = "whatever an earlier worker said"
        if self._left_behind:
            return
        if self._undecided and self._has_place_aside(status):
            self._status_aside = status
            return
        if self._undecided:
            self._use(self._edits, "refused")
        (piece,) = self._layout.unfinished("", status)
        self._land_for_sure(piece)
        self._shown = ("", status)

    def _has_place_aside(self, status: str) -> bool:
        """Say beside the messages what is going on; return whether that can be done, and now."""
        with suppress(RateLimited, SurfaceRefused):
            return bool(self._streams and self._streams.show_status(self._turn, status))
        return False

    @contextmanager
    def _hearing_stop(self) -> Iterator[None]:
        """Where the message itself says that the asker has stopped it, let the rest of the turn know by the lease."""
        try:
            yield
        except StopAsked:
            self._lease.ask_stop()

    def _use(self, surface: MessageSurface, reason: str) -> None:
        """Write by this surface from now on."""
        if self._streaming != "edit":
            self._note(StreamingChosen("native" if surface is self._streams else "edit", reason))
        self._undecided = False
        self._messages.surface, self._layout = surface, Layout(surface)

    def _choose(self) -> None:
        """Decide how this answer is shown, now that its first words are there."""
        if_better = self._streaming == "auto"
        if self._streams and self._share.may_stream(self._time.clock(), if_better=if_better):
            self._use(self._streams, "budget" if if_better else "set")
        else:
            self._edit_instead("budget")

    def _edit_instead(self, reason: str) -> None:
        self._use(self._edits, reason)
        self._share.leave()  # the streams are for others
        self._share.begin(self._time.clock())

    def _write(self) -> None:
        """Make writes while there are any wanted: the writer's thread. What ends it, `finish` will meet again."""
        with self._time.within(self._time.left + self._time.reserve_seconds / 2):
            self._write_until_closed()

    def _write_until_closed(self) -> None:
        if not self._undecided:
            self._share.begin(self._time.clock())
        while not self._closing.is_set():
            # Few words may be said and then nothing for long: they are shown after a moment all the same.
            self._time.wait(self._awake, _FLUSH_SECONDS if self._draft else None)
            self._awake.clear()
            if self._closing.is_set():
                return
            try:
                self._show_newest()
            except RateLimited as refusal:  # the budget counts neither posts nor looking for them
                self._time.wait(self._closing, max(refusal.retry_after_seconds, PAUSES_SECONDS[0]))
                self._awake.set()
            except (SurfaceUnavailable, LedgerUnavailable):
                self._time.wait(self._closing, PAUSES_SECONDS[1])
                self._awake.set()
            except LeaseLost as loss:
                self._lost = loss
                return
            except StopAsked:  # by the message itself: the rest of the turn hears of it by the lease
                self._lease.ask_stop()
                return
            except Exception as error:  # noqa: BLE001 - Slack's last word or a bug: the last text may do without edits
                self._note(WriterEnded(named(error)))
                return

    def _show_newest(self) -> None:
        """Make one write, when the budget bears it: to the first part that is behind by then."""
        text, status = self._newest()
        if self._appends:
            self._show_aside(status or ("Writing" if self._messages.begun and self._status_aside else ""))
            status = ""
        if (text, status) == self._shown or (self._appends and not text) or self._is_less_than_stands(text):
            return
        if self._undecided:
            self._choose()
        if not self._wait_for_turn(status=not text):
            return
        self._left_behind, self._shown = 0, None  # a call that fails may be carried out: then nobody knows
        text, status = self._newest()
        if self._appends and not text:  # taken back meanwhile
            return
        behind = [piece for piece in self._layout.unfinished(text, status) if not self._messages.holds(*piece)]
        if not behind or (self._show(behind[0]) and not behind[1:]):
            self._shown = (text, "" if self._appends else status)
        self._awake.set()

    def _show(self, piece: Piece) -> bool:
        """Land one piece on the way, if Slack takes it; else find another way for the next."""
        begins = self._appends and not self._messages.begun
        try:
            if not begins and not self._wait_for_rollover(piece):
                return False
            self._land(piece)
        except (SurfaceUnavailable, SurfaceRefused) as refusal:
            if begins and (self._start_failed or isinstance(refusal, RateLimited | SurfaceRefused)):
                self._edit_instead("refused")  # also where it may have begun: it will be found
            elif isinstance(refusal, SurfaceRefused):
                self._make_do(refusal, piece)
            else:
                self._start_failed = begins
                raise
            return False
        return True

    def _make_do(self, refusal: SurfaceRefused, piece: Piece) -> None:
        """Go on by edits where a stream is refused, or with shorter pages; raise where neither would help."""
        if self.is_native and refusal.code != TOO_LONG and not isinstance(refusal, MessageGone):
            self._edit_instead("refused")
        else:
            self._layout.make_do(refusal, piece.text)

    def _show_aside(self, status: str) -> None:
        """Say beside the messages what is going on: the message itself only grows."""
        if self._streams and status != self._status_aside:
            self._status_aside = status
            if status or self._messages.begun:  # the first message takes it away by itself
                with suppress(SurfaceUnavailable, SurfaceRefused, LedgerUnavailable):  # the text is worth more
                    self._lease.check()
                    self._streams.show_status(self._turn, status)

    @property
    def _appends(self) -> bool:
        return self._undecided or self._messages.surface.appends

    def _is_less_than_left(self, text: str) -> bool:
        """Whether a worker before this one, who maybe got further, left more to be read; Slack is asked for that."""
        left_behind = self._left_behind or self._time.persist(self._messages.left_behind)
        return len(text) + _STATUS_CHARACTERS < left_behind

    def _is_less_than_stands(self, text: str) -> bool:
        """Whether those who had the turn before left as much as this to be read: it stays until there is more."""
        return 0 < self._left_behind >= len(text)

    def _newest(self) -> tuple[str, str]:
        """Return the text so far (where it can't be recalled, as far as it is settled), and what is going on."""
        text = self._draft.text if self._draft else ""
        return (settled(text) if self._appends else text).rstrip(), self._status

    def _wait_for_turn(self, *, status: bool) -> bool:
        """Wait until the budget bears the next write on the way; return False where the reply is finished first."""
        write = self._next_write()
        while write in {"update", "append"} and (delay := self._share.take(self._time.clock(), write, status=status)):
            if status:  # until the first words come: these wait less
                self._time.wait(self._awake, delay)
                self._awake.set()
                return False
            if self._time.wait(self._closing, delay):
                return False
        return True

    def _wait_for_rollover(self, piece: Piece) -> bool:
        """Wait as long as the budget asks for to stop a stream that is full, and to start the next one."""
        write = self._messages.write(piece.part, piece.state)
        if write not in {"start", "stop"}:
            return True
        return not self._time.wait(self._closing, self._share.take_last(self._time.clock(), write))

    def _next_write(self) -> Write | None:
        """Return which kind of write will most likely be the next: the text goes on where it was landed last."""
        part = self._last_landed.part + (self._last_landed.state == "done")
        return self._messages.write(part, "writing")

    def _land(self, piece: Piece) -> None:
        """Let one message hold this text."""
        wanted = self._wanted.count
        self._messages.land(*piece, wanted=max(1, wanted - self._seen))
        self._seen, self._last_landed = wanted, piece

    def _land_for_sure(self, piece: Piece) -> None:
        """Land a text that must stand: in a new message, where somebody has deleted the old one."""
        try:
            self._land(piece)
        except MessageGone:
            self._land(piece)

    def _land_last(self, piece: Piece) -> None:
        """Land the last text of a part: what was kept back for it waits for nobody."""
        if self._messages.holds(*piece):
            return
        if (write := self._messages.write(piece.part, piece.state)) and (
            delay := self._share.take_last(self._time.clock(), write)
        ):
            self._time.nap(delay)
        self._land_for_sure(piece)
