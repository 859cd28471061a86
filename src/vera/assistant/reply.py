"""The one status message and its continuations: posted once, then edited, until it is the answer.

A writer thread makes the edits, so that reading the model never waits for Slack. It always sends the newest text and
skips what it overtook; the last text is landed by the caller's own thread, through 429s and 5xx. The law, by
hypothesis in `tests/unit/assistant/test_reply.py`: whatever Slack does meanwhile, in the end the thread holds the text.
"""

from __future__ import annotations

import math
import threading
from functools import partial
from typing import TYPE_CHECKING, Self

from vera.assistant.conversation import FOOTER
from vera.assistant.deadline import PAUSES_SECONDS
from vera.assistant.journal import Stage, WriterEnded, named
from vera.assistant.messages import TOO_LONG, Messages, MessageState, MessageSurface
from vera.assistant.pacing import Wanted
from vera.assistant.pages import Page, paginate
from vera.errors import LeaseLost, LedgerUnavailable, MessageGone, RateLimited, SurfaceRefused, SurfaceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.assistant.conversation import Turn
    from vera.assistant.deadline import Time
    from vera.assistant.draft import Draft
    from vera.assistant.journal import Event
    from vera.assistant.ledger import Lease
    from vera.assistant.pacing import EditBudget

__all__ = ["MessageState", "MessageSurface", "Reply"]

_SHORTEST = 200
"""A text of so few characters is not refused for its length, whatever Slack says."""


class Reply:
    """What Vera shows for one turn. Used by one thread, as a context manager that ends its writer.

    Beside what `MessageSurface` raises, every method that writes raises `LeaseLost` once another worker goes on.
    """

    def __init__(
        self,
        surface: MessageSurface,
        turn: Turn,
        lease: Lease,
        *,
        budget: EditBudget,
        every_tokens: int,
        note: Callable[[Event], None],
        time: Time,
    ) -> None:
        """Prepare to write; nothing is posted before the first `status`, or `finish`."""
        self._surface, self._budget, self._note, self._time = surface, budget, note, time
        self._messages = Messages(surface, turn, lease, budget=budget, note=note, clock=time.clock)
        self._wanted, self._seen = Wanted(every_tokens), 0
        self._draft: Draft | None = None
        self._status = ""
        self._shown: tuple[str, str] | None = None
        self._full: list[Page] = []
        self._full_text = ""
        self._longest = math.inf
        self._awake, self._closing = threading.Event(), threading.Event()
        self._writer = threading.Thread(target=self._write, name=f"reply {turn.key}", daemon=True)
        self._lost: LeaseLost | None = None
        self.characters = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the writer, wherever it is: no thread outlives its turn."""
        self._stop()

    @property
    def edits(self) -> int:
        """How often Slack took a post or an edit."""
        return self._messages.edits

    def status(self, text: str) -> None:
        """Say what is going on. The first call posts the message, or picks up the one that a dead owner left."""
        self._check()
        self._status = text
        if self._writer.ident:
            self._note(Stage(text))
            self._awake.set()
            return
        newest = self._newest()
        for page in self._unfinished(*newest):
            self._time.persist(partial(self._land_for_sure, *page))
        self._note(Stage(text))  # a journal may take its time over the first event: not before the message stands
        self._shown = newest
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

    def finish(self, text: str, footer: str = "") -> None:
        """Let exactly this stand: `text` on as many pages as it needs, `footer` (sources, notes) at its end.

        Returns when all of it has landed and nothing else of this reply stands. Raises where Slack refuses, and where
        it does not answer before the turn's time is over.
        """
        self._stop()
        self._check()
        self.characters = len(text)
        while True:
            pages = _with_footer(self._pages(text), footer, self._fits)
            try:
                for part, page in enumerate(pages):
                    self._time.persist(partial(self._land_last, part, page))
            except SurfaceRefused as refusal:
                self._make_do(refusal, page)
            else:
                break
        self._time.persist(partial(self._messages.keep, len(pages)))

    def _stop(self) -> None:
        self._closing.set()
        self._awake.set()
        if self._writer.ident:
            self._writer.join()

    def _check(self) -> None:
        if self._lost:
            raise self._lost

    def _write(self) -> None:
        """Make edits while there are any wanted: the writer's thread. What ends it, `finish` will meet again."""
        while self._time.wait(self._awake, None) and not self._closing.is_set():
            self._awake.clear()
            try:
                self._show_newest()
            except RateLimited:
                self._awake.set()  # the budget knows how long to wait
            except (SurfaceUnavailable, LedgerUnavailable):
                self._time.wait(self._closing, PAUSES_SECONDS[1])
                self._awake.set()
            except LeaseLost as loss:
                self._lost = loss
                return
            except Exception as error:  # noqa: BLE001 - Slack's last word or a bug: the last text may do without edits
                self._note(WriterEnded(named(error)))
                return

    def _show_newest(self) -> None:
        """Make one edit, when the budget bears it: of the first page whose message is behind by then."""
        if self._newest() == self._shown:
            return
        while delay := self._budget.take(self._time.clock()):
            if self._time.wait(self._closing, delay):
                return
        self._shown, newest = None, self._newest()  # a call that fails may be carried out: then nobody knows
        behind = [page for page in self._unfinished(*newest) if not self._messages.holds(*page)]
        try:
            if behind:
                self._land(*behind[0])
        except SurfaceRefused as refusal:
            self._make_do(refusal, behind[0][1])
        else:
            self._shown = None if behind[1:] else newest
        self._awake.set()

    def _newest(self) -> tuple[str, str]:
        """Return the text so far, and what is going on."""
        return self._draft.text.rstrip() if self._draft else "", self._status

    def _unfinished(self, text: str, status: str) -> list[tuple[int, str, MessageState]]:
        """Return what each part should hold while the answer is being written."""
        line = f"_{status or 'Writing'} …_"
        pages = self._pages(text)
        if not pages:
            return [(0, line, "status")]
        *full, last = pages
        if status and self._fits(f"{last}\n\n{line}"):
            last = f"{last}\n\n{line}"
        return [*((part, page, "done") for part, page in enumerate(full)), (len(full), last, "writing")]

    def _pages(self, text: str) -> list[str]:
        """Cut the text into pages, none blank. Those that are full stay as they are while the text only grows."""
        if not text.startswith(self._full_text):
            self._full, self._full_text = [], ""
        pages = [*self._full, *paginate(text, self._fits, after=self._full[-1] if self._full else None)]
        last_line = text[text.rfind("\n") + 1 :]
        if len(pages) > 1 and not ("```" in last_line or "~~~" in last_line):  # which may yet turn out to be no fence
            self._full, self._full_text = pages[:-1], text[: pages[-2].end]
        return [page.text for page in pages if page.text.strip()]

    def _fits(self, text: str) -> bool:
        return len(text) <= self._longest and self._surface.fits(text)

    def _make_do(self, refusal: SurfaceRefused, text: str) -> None:
        """Cut shorter pages from now on, where Slack takes less than it documents; raise any other refusal."""
        if refusal.code != TOO_LONG or len(text) <= _SHORTEST:
            raise refusal
        self._longest = len(text) * 3 // 4
        self._full, self._full_text = [], ""

    def _land(self, part: int, text: str, state: MessageState) -> None:
        """Let one message hold this text."""
        wanted = self._wanted.count
        self._messages.land(part, text, state, wanted=max(1, wanted - self._seen))
        self._seen = wanted

    def _land_for_sure(self, part: int, text: str, state: MessageState) -> None:
        """Land a text that must stand: in a new message, where somebody has deleted the old one."""
        try:
            self._land(part, text, state)
        except MessageGone:
            self._land(part, text, state)

    def _land_last(self, part: int, text: str) -> None:
        """Land the last text of a page. Of the budget, it respects nothing but a 429."""
        if not self._messages.holds(part, text, "done"):
            while delay := self._budget.take(self._time.clock(), last=True):
                self._time.nap(delay)
            self._land_for_sure(part, text, "done")


def _with_footer(pages: list[str], footer: str, fits: Callable[[str], bool]) -> list[str]:
    """Put the footer under the last page, or on pages of its own where there is no room for it."""
    if not footer:
        return pages
    *others, last = pages or [""]
    if fits(longer := f"{last}\n\n{FOOTER}\n{footer}" if last else f"{FOOTER}{footer}"):
        return [*others, longer]
    return [*pages, *(f"{FOOTER}{page.text}" for page in paginate(footer, lambda piece: fits(f"{FOOTER}{piece}")))]
