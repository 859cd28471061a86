"""A knowledge base over a folder of documents: Markdown, text and HTML, found by their words.

The folder is only read; what is found in it is kept in an index beside it (`index.py`), and ranked by how much of the
question a passage covers (`ranking.py`). `tests/contract/test_knowledge_base.py` holds it to the port.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from typing import TYPE_CHECKING, Self

from vera.assistant.knowledge import Passage
from vera.errors import KnowledgeUnavailable
from vera.local.folder import found_files
from vera.local.index import CorruptIndex, Index, Refreshed
from vera.local.ranking import ranked, wanted
from vera.local.stemming import stem
from vera.local.words import key_terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from vera.local.index import Candidate

__all__ = ["FolderKnowledge"]

_log = logging.getLogger(__name__)

_CANDIDATES = 80
"""How many passages are looked at closely; BM25 alone leaves out the rest."""


class FolderKnowledge:
    """The documents in a folder and below it: `.md`, `.markdown`, `.rst`, `.txt`, `.html`, `.htm`, up to 5 MB each.

    `index` is a file outside the folder, made where it is missing and shared between processes; without one the index
    lives in memory. Nothing is opened before the first search; what has changed in the folder is found by the next
    search that comes `refresh_seconds` after the last look. Raises `KnowledgeUnavailable` where the folder is missing,
    and `SettingsError` where there cannot be an index (`Index`).
    """

    def __init__(
        self,
        folder: Path,
        *,
        index: Path | None = None,
        results: int = 10,
        refresh_seconds: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Say where the documents are, where their index is kept, and how many passages a search returns at most."""
        self._folder = folder
        self._index = Index(index)
        self._results = results
        self._refresh_seconds = refresh_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at: float | None = None

    @property
    def id(self) -> str:
        """The folder's own name."""
        return self._folder.resolve().name or "documents"

    def search(self, query: str, *, seconds: float = math.inf) -> tuple[Passage, ...]:
        """Return the passages that cover most of the query, best first; none where no word of it is known."""
        try:
            return self._search(query)
        except CorruptIndex:
            _log.warning("The index of %s was damaged; it is made anew", self.id)
            self._discard()
            return self._search(query)

    def refresh(self) -> Refreshed:
        """Look through the folder now, and index what has changed."""
        with self._lock:
            try:
                return self._refresh()
            except CorruptIndex:
                self._index.discard()
                return self._refresh()

    def close(self) -> None:
        """Close the index; a later search opens it again."""
        self._index.close()

    def __enter__(self) -> Self:
        """Return itself: nothing is opened yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the index."""
        self.close()

    def _search(self, query: str) -> tuple[Passage, ...]:
        with self._lock:
            if self._looked_at is None or self._clock() - self._looked_at >= self._refresh_seconds:
                self._refresh()
        asked = key_terms(query)
        if not asked:
            return ()
        spellings = [word for term in asked.values() for word in term.spellings]
        candidates = self._index.candidates(spellings, limit=_CANDIDATES)
        passages, holding = self._index.counts({stem(word) for word in spellings})
        best = ranked(wanted(query, passages, holding), candidates, keep=self._results)
        return tuple(self._passage(score, candidate) for score, candidate in best)

    def _discard(self) -> None:
        with self._lock:
            self._index.discard()
            self._looked_at = None

    def _refresh(self) -> Refreshed:
        started = time.perf_counter()
        try:
            found = found_files(self._folder)
        except OSError as error:
            raise KnowledgeUnavailable(
                f"The folder {self.id} cannot be read: {error.strerror}",
                sentence=f"The folder of documents ({self.id}) could not be read, so this answer does without it.",
            ) from error
        refreshed = self._index.refresh(found.files)
        self._looked_at = self._clock()
        if refreshed.touched:
            _log.info(
                "Indexed %s: %d new, %d changed, %d deleted files, %d not read, %d folders not read, in %.2f s",
                *(self.id, refreshed.added, refreshed.changed, refreshed.deleted, refreshed.skipped),
                *(found.unreadable, time.perf_counter() - started),
            )
        return refreshed

    def _passage(self, score: float, candidate: Candidate) -> Passage:
        return Passage(
            text=candidate.text,
            title=candidate.title,
            location=f"{candidate.name}#{candidate.anchor}" if candidate.anchor else candidate.name,
            score=round(score, 4),
            knowledge_base=self.id,
        )
