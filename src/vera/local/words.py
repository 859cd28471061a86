"""Words as the index and the answer count them: folded like SQLite's `unicode61`, stemmed, without filler.

The invariant: two words are the same here exactly where the index finds one for the other; `tests/unit/local/
test_words.py` asks SQLite.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from vera.local.stemming import stem

__all__ = ["Term", "is_filler", "key_terms", "terms", "words"]

_WORD = re.compile(r"[^\W_]+")

_FILLER = frozenset(
    """
    a about after again all also am an and any anybody anyone anything are aren as at be because been before being
    between but by can cannot could couldn did didn do does doesn doing don either else ever exist exists for from get
    gets getting give given go goes going got had has hasn have having he hello her here hers hey hi him his how i if in
    into is isn it its itself just know let like ll look m make makes making many may maybe me mean means might mine
    more most much must my myself need needed needs no nor not now of off ok okay on once one only or other our ours
    out over own please quite rather re really s said same say says shall she should shouldn so some somebody someone
    something still such sure t tell than thank thanks that the their theirs them then there these they thing things
    this those through to too try trying up us use used uses using ve very want wanted wants was wasn way we were weren
    what whats when where which while who whom whose why will with without won would wouldn yes yet you your yours
    explain describe happen happens exactly possible question answer
    """.split()  # noqa: SIM905 - legible
)
"""Words that people put around what they ask. Dropped from a query unless nothing else is left of it."""

_WEAK = frozenset(
    "difference different example best long large big last lasts take takes work problem show multiple".split()  # noqa: SIM905 - legible
)
_WEAK_WEIGHT = 0.4
"""Words that say how something is asked rather than what."""

_SAME = (
    "application app",
    "argument arg",
    "asynchronous async",
    "authentication auth",
    "configuration config configure",
    "database db",
    "deploy deployment",
    "dictionary dict",
    "directory folder dir",
    "documentation docs",
    "email mail",
    "environment env",
    "kubernetes k8s",
    "parameter param",
    "pay payment",
    "phone telephone",
    "picture image photo",
    "repository repo",
    "vacation holiday pto",
)
"""Words that documents and people use for each other, and a few whose forms Porter's stems keep apart.

Short: each line is paid for with a wrong hit somewhere.
"""

_GROUPS = {stem(word): tuple(group.split()) for group in _SAME for word in group.split()}
_FIRST = {stem(word): stem(group.split()[0]) for group in _SAME for word in group.split()}


@dataclass(frozen=True, slots=True)
class Term:
    """Something that is asked for: its stem, the words it may be written with, and how much it says."""

    stem: str
    spellings: tuple[str, ...]
    weight: float = 1.0


def words(text: str) -> list[str]:
    """Split into words: runs of letters and digits, in lower case, without diacritics."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFD", text)
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _WORD.findall(text.lower())


def terms(text: str) -> list[str]:
    """Return the stem of each word, in the order of the text; words for the same thing have the same."""
    stems = map(stem, words(text))
    return [_FIRST.get(found, found) for found in stems]


def is_filler(word: str) -> bool:
    """Whether a word, in lower case, says nothing about what is asked."""
    return word in _FILLER


def key_terms(text: str) -> dict[str, Term]:
    """Return what a question is about, each term once and in order, by its stem."""
    asked = words(text)
    kept = [word for word in asked if word not in _FILLER and not (len(word) == 1 and word.isalpha())] or asked
    found: dict[str, Term] = {}
    for word in kept:
        own = stem(word)
        term = Term(_FIRST.get(own, own), _GROUPS.get(own, (word,)), _WEAK_WEIGHT if word in _WEAK else 1.0)
        found.setdefault(term.stem, term)
    return found
