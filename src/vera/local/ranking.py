"""Which of the passages that hold some of the words answer the question: coverage, nearness, and what they are called.

BM25 alone prefers a short passage that repeats one word to one that holds all of them once. Pure: words and counts in,
order out. `tests/unit/local/test_ranking.py` shows each rule.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from vera.local.blocks import BENEATH
from vera.local.questions import ASKS_DEFINITION, ASKS_DURATION, ASKS_TIME, COPULA, TELLS_DURATION, TELLS_TIME
from vera.local.stemming import stem
from vera.local.words import is_filler, key_terms, terms, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vera.local.index import Candidate

__all__ = ["Wanted", "ranked", "wanted"]

_BM25, _COVERAGE, _TITLE, _HEADING, _NEARNESS, _DEFINED, _TIMED, _LASTING = 1.0, 2.5, 0.5, 0.5, 0.5, 0.3, 0.9, 0.5
_STUB_FACTOR, _STUB_CHARACTERS = 0.85, 120
_RECORD = re.compile(
    r"(?:^|/)(?:change(?:s|log)|history|news|release[-_]?notes|releases?|licen[cs]e|authors|whatsnew)\b",
    re.IGNORECASE,
)
_RECORD_WORDS = re.compile(
    r"\b(?:chang\w*|release\w*|version\w*|new|licen[cs]e\w*|author\w*|added|removed|since)\b",
    re.IGNORECASE,
)
_RECORD_FACTOR = 0.6
"""A changelog holds every word of the documents, and explains none; it counts fully where it is asked for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query asks for: each stem, in order, with its weight; the weights add up to 1."""

    weights: Mapping[str, float]
    records: bool = False
    definition: bool = False
    time: bool = False
    duration: bool = False


def wanted(query: str, passages: int, holding: Mapping[str, int]) -> Wanted:
    """Weigh a query's terms by their rarity; `holding` tells how many of the passages hold each spelling's stem."""
    rarity = {}
    for term in key_terms(query).values():
        found = sum(holding.get(spelling, 0) for spelling in {stem(word) for word in term.spellings})
        rarity[term.stem] = term.weight * math.log(1 + passages / (found + 0.5))
    total = sum(rarity.values()) or 1.0
    return Wanted(
        {term: weight / total for term, weight in rarity.items()},
        records=bool(_RECORD_WORDS.search(query)),
        definition=bool(ASKS_DEFINITION.search(query)),
        time=bool(ASKS_TIME.search(query)),
        duration=bool(ASKS_DURATION.search(query)),
    )


def ranked(asked: Wanted, candidates: Sequence[Candidate], *, keep: int) -> list[tuple[float, Candidate]]:
    """Return the best candidates with their scores, best first; of equal texts, one."""
    most = max((candidate.score for candidate in candidates), default=1.0) or 1.0
    scored = sorted(
        ((_score(asked, candidate, candidate.score / most), candidate) for candidate in candidates),
        key=lambda pair: (-pair[0], pair[1].name, pair[1].anchor),
    )
    seen: set[str] = set()
    kept: list[tuple[float, Candidate]] = []
    for score, candidate in scored:
        same = " ".join(candidate.text.split()).lower()
        if same not in seen and len(kept) < keep:
            kept.append((score, candidate))
        seen.add(same)
    return kept


def _score(asked: Wanted, candidate: Candidate, bm25: float) -> float:
    title = terms(candidate.title)
    text = terms(candidate.text)
    heading = terms(candidate.title.rpartition(BENEATH)[2])
    place = terms(candidate.name.rpartition(".")[0])
    score = (
        _BM25 * bm25
        + _COVERAGE * _share(asked, {*title, *place, *text}) ** 2
        + _TITLE * _share(asked, title)
        + _HEADING * (_focus(asked, heading) + _focus(asked, title)) / 2
        + _NEARNESS * _nearness(asked, text)
        + _DEFINED * (asked.definition and _defines(asked, candidate.text))
        + _TIMED * (asked.time and bool(TELLS_TIME.search(candidate.text)))
        + _LASTING * (asked.duration and bool(TELLS_DURATION.search(candidate.text)))
    )
    score *= _RECORD_FACTOR if _RECORD.search(candidate.name) and not asked.records else 1.0
    return score * (_STUB_FACTOR if len(candidate.text) < _STUB_CHARACTERS else 1.0)


def _focus(asked: Wanted, name: Sequence[str]) -> float:
    """Return how much of a name is asked for, from 0 to 1."""
    said = [term for term in name if not is_filler(term)]
    return sum(term in asked.weights for term in said) / (len(said) or 1)


def _defines(asked: Wanted, text: str) -> bool:
    """Whether the text says of what is asked that it is, or means, something."""
    last = ""
    for word in words(text):
        if word in COPULA and last in asked.weights:
            return True
        last = terms(word)[0]
    return False


def _share(asked: Wanted, found: Iterable[str]) -> float:
    """Return how much of what is asked is found, from 0 to 1."""
    return sum(asked.weights.get(term, 0.0) for term in set(found))


def _nearness(asked: Wanted, text: Sequence[str]) -> float:
    """Return how near to each other neighbours of the query stand in the text: 1 where all are neighbours there."""
    pairs = list(pairwise(asked.weights))
    if not pairs:
        return 0.0
    places: dict[str, list[int]] = {}
    for at, term in enumerate(text):
        if term in asked.weights:
            places.setdefault(term, []).append(at)
    nearest = (
        min((abs(a - b) for a in places.get(first, ()) for b in places.get(second, ())), default=0)
        for first, second in pairs
    )
    return sum(1 / distance for distance in nearest if distance) / len(pairs)
