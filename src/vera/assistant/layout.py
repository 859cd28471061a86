"""A growing text as the messages of one reply: which part holds what, for one surface. Decides, and writes nothing.

What is full stays as it is while the text only grows (`tests/unit/assistant/test_layout.py`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from vera.assistant.conversation import FOOTER
from vera.assistant.messages import TOO_LONG
from vera.assistant.pages import paginate

if TYPE_CHECKING:
    from vera.assistant.messages import MessageState, MessageSurface
    from vera.assistant.pages import Page
    from vera.errors import SurfaceRefused

__all__ = ["Layout", "Piece"]

_SHORTEST = 200
"""A text of so few characters is not refused for its length, whatever Slack says."""


class Piece(NamedTuple):
    """What one part of a reply is to hold."""

    part: int
    text: str
    state: MessageState


class Layout:
    """Cuts the text of one reply for one surface."""

    def __init__(self, surface: MessageSurface) -> None:
        """Begin with an empty text."""
        self._surface = surface
        self._full: list[Page] = []
        self._full_text = ""
        self._longest = math.inf

    def unfinished(self, text: str, status: str) -> list[Piece]:
        """Return what each part is to hold while the answer is being written, under it what is going on."""
        line = f"_{status or 'Writing'} …_"
        pages = self._pages(text)
        if not pages:
            return [Piece(0, line, "status")]
        *full, page = pages
        last = page.open_text if self._surface.appends else page.text
        if status and not self._surface.appends and self._fits(f"{last}\n\n{line}"):
            last = f"{last}\n\n{line}"
        return [*(Piece(part, page.text, "done") for part, page in enumerate(full)), Piece(len(full), last, "writing")]

    def finished(self, text: str, footer: str) -> list[Piece]:
        """Return what each part is to hold in the end: `footer` under the last one, or on parts of its own."""
        pages = [page.text for page in self._pages(text)]
        if footer:
            pages = self._with_footer(pages or [""], footer)
        return [Piece(part, page, "done") for part, page in enumerate(pages)]

    def make_do(self, refusal: SurfaceRefused, text: str) -> None:
        """Cut shorter pages from now on, where Slack takes less than it documents; raise any other refusal."""
        if refusal.code != TOO_LONG or len(text) <= _SHORTEST:
            raise refusal
        self._longest = len(text) * 3 // 4
        self._full, self._full_text = [], ""

    def _pages(self, text: str) -> list[Page]:
        """Cut the text into pages, none blank. Those that are full stay as they are while the text only grows."""
        if not text.startswith(self._full_text):
            self._full, self._full_text = [], ""
        pages = [*self._full, *paginate(text, self._fits, after=self._full[-1] if self._full else None)]
        if len(pages) > 1 and (self._surface.appends or not _may_be_half_a_fence(text[text.rfind("\n") + 1 :])):
            self._full, self._full_text = pages[:-1], text[: pages[-2].end]
        return [page for page in pages if page.text.strip()]

    def _with_footer(self, pages: list[str], footer: str) -> list[str]:
        *others, last = pages
        if self._fits(longer := f"{last}\n\n{FOOTER}\n{footer}" if last else f"{FOOTER}{footer}"):
            return [*others, longer]
        under = paginate(footer, lambda piece: self._fits(f"{FOOTER}{piece}"))
        return [*(page for page in pages if page), *(f"{FOOTER}{page.text}" for page in under)]

    def _fits(self, text: str) -> bool:
        return len(text) <= self._longest and self._surface.fits(text)


def _may_be_half_a_fence(line: str) -> bool:
    """Whether more of this line may yet turn a fence into none. Settled text doesn't end in such a line."""
    return "```" in line or "~~~" in line
