"""Questions to begin with, which Vera has an answer to: the first thing that a newcomer presses must not fail.

For documents they come from their own headings, and where the embedded model answers, each was asked before it is
shown. Held by `test_playground_suggestions.py`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from vera.app import Vera
from vera.local.blocks import BENEATH
from vera.local.documents import decoded, read_document
from vera.local.folder import found_files
from vera.local.model import PassageModel
from vera.settings import EMBEDDED, FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vera.settings import Settings

__all__ = ["OF_VERA", "suggested"]

OF_VERA = ("How long does a lease last?", "What happens when a worker dies?", "When does the receiver answer 503?")
"""About Vera's own documentation."""

_OF_ANYTHING = ("What can you help me with?", "Explain idempotency in three sentences.", "Write a haiku about queues.")
_VERAS_OWN = Path(__file__).parents[3] / "docs"
_WANTED, _ASKED, _FILES, _LARGEST_BYTES = 3, 12, 40, 200_000
_HEADING = re.compile(r"[^\W\d_][^\n?!:`]{5,40}")
_FEW_WORDS, _MANY_WORDS = 2, 5


def suggested(settings: Settings, folders: Sequence[Path]) -> tuple[str, ...]:
    """Return up to three questions about the documents in `folders`, which are indexed, or about anything.

    None where the embedded model answers and has nothing to answer from.
    """
    embedded = settings.model_id == EMBEDDED
    if not folders:
        return () if embedded else _OF_ANYTHING
    if [folder.resolve() for folder in folders] == [_VERAS_OWN.resolve()]:
        return OF_VERA
    questions = (f"What should I know about \u201c{heading}\u201d?" for heading in _headings(folders))
    return tuple(islice(_answered(settings, folders, questions) if embedded else questions, _WANTED))


def _answered(settings: Settings, folders: Sequence[Path], questions: Iterator[str]) -> Iterator[str]:
    """Yield the questions that the embedded model has an answer to, with a source."""
    bases = tuple(f"{FOLDER}{folder}" for folder in folders)
    with Vera(replace(settings, knowledge_base_ids=bases), model=PassageModel()) as vera:
        yield from (question for question in islice(questions, _ASKED) if vera.ask(question).footer)


def _headings(folders: Sequence[Path]) -> Iterator[str]:
    """Yield a heading of each document, of those that name something: the documents next to the folder's root first."""
    files = sorted(
        (file for folder in folders for file in found_files(folder).files if file.size_bytes <= _LARGEST_BYTES),
        key=lambda file: (file.name.count("/"), file.name),
    )
    seen: set[str] = set()
    for file in files[:_FILES]:
        document = read_document(decoded(Path(file.path).read_bytes()) or "", file.name)
        headings = [heading for piece in document.pieces for heading in piece.title.split(BENEATH)[::-1]]
        heading = next((each for each in headings if each not in seen and _names_something(each)), "")
        if heading:
            seen.add(heading)
            yield heading


def _names_something(heading: str) -> bool:
    return bool(_HEADING.fullmatch(heading)) and _FEW_WORDS <= len(heading.split()) <= _MANY_WORDS
