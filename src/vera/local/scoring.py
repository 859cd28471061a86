"""How well each sentence, list item, table row and piece of code of the passages answers a question.

Pure: by the question's words, weighed by how few passages hold them; by where a sentence stands; and by whether it has
the shape of an answer (a definition, a figure, a step). `tests/unit/local/test_scoring.py` shows each rule.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vera.local.questions import (
    ASKS_DEFINITION,
    ASKS_DURATION,
    ASKS_FIGURE,
    ASKS_HOW,
    ASKS_TIME,
    COPULA,
    TELLS_DURATION,
    TELLS_FIGURE,
    TELLS_TIME,
)
from vera.local.sentences import Unit, introduces, units
from vera.local.words import key_terms, terms, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vera.assistant.knowledge import Passage

__all__ = ["Asked", "Scored", "asked_of", "scored_units"]

_LEANED_ON = 0.5
"""What a word of the thread counts beside a word of the question itself."""
_FROM_CONTEXT = 0.6
"""What a word counts that stands not in the sentence but in the headings above it, or in what introduces it."""
_RANK_DISCOUNT, _RANKS = 0.08, 6
"""What each place in the knowledge base's order costs, and after how many places it costs no more."""
_LONG_CHARACTERS, _SCRAP_WORDS = 400, 5
"""More, nobody reads as one sentence; fewer, like "Default: None", answer little by themselves."""

_DEFINED_WITHIN = 9
_SUBORDINATE = {"because", "if", "when", "since", "while", "although", "though", "as", "once", "there", "this", "that"}
_ARTICLES = {"a", "an", "the", "one", "how", "what", "when", "where"}
_POINTER = re.compile(r"(?:See|Refer to|Read|Check)\b|.*\bsee (?:also|the|below|above)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scored:
    """A unit, the passage (from 0) and the place in it where it stands, its terms, and how well it answers."""

    unit: Unit
    passage: int
    at: int
    stems: frozenset[str]
    score: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: each term's weight, all of them together 1, and the shape of the question."""

    weights: Mapping[str, float]
    definition: bool = False
    how_to: bool = False
    figure: bool = False
    time: bool = False
    duration: bool = False

    def share(self, found: Iterable[str]) -> float:
        """Return how much of the question these terms hold, from 0 to 1."""
        return sum(self.weights.get(term, 0.0) for term in set(found))


def asked_of(question: str, query: str, held: Sequence[frozenset[str]]) -> Asked:
    """Weigh what is asked by how few of the passages, whose terms are `held`, have it.

    What all of them have tells none from the other; what none has was asked for all the same.
    """
    own = key_terms(question)
    weights = {}
    for stem, term in {**key_terms(query), **own}.items():
        holding = sum(stem in found for found in held)
        rarity = math.log(1 + len(held) / (holding or 0.5))
        weights[stem] = rarity * term.weight * (1.0 if stem in own else _LEANED_ON)
    total = sum(weights.values()) or 1.0
    return Asked(
        {stem: weight / total for stem, weight in weights.items()},
        definition=bool(ASKS_DEFINITION.search(question)),
        how_to=bool(ASKS_HOW.search(question)),
        figure=bool(ASKS_FIGURE.search(question)),
        time=bool(ASKS_TIME.search(question)),
        duration=bool(ASKS_DURATION.search(question)),
    )


def scored_units(asked: Asked, passage: Passage, number: int) -> list[Scored]:
    """Score everything in a passage that can be quoted, in its order; `number` is the passage's place, from 0."""
    heading = frozenset(terms(f"{passage.title} {passage.location}"))
    discount = 1 - _RANK_DISCOUNT * min(number, _RANKS)
    found = []
    for at, unit in enumerate(units(passage.text)):
        stems = frozenset(terms(unit.text))
        score = _score(asked, unit, stems, heading)
        found.append(Scored(unit, number, at, stems, score * discount))
    return found


def _score(asked: Asked, unit: Unit, stems: frozenset[str], heading: frozenset[str]) -> float:
    direct = asked.share(stems) * (0.5 if unit.kind == "code" else 1.0)
    around = asked.share(heading.union(terms(unit.lead)) - stems)
    if not direct and not around:
        return 0.0
    return (direct + _FROM_CONTEXT * around) * _fitness(asked, unit) + _shape(asked, unit, heading)


def _fitness(asked: Asked, unit: Unit) -> float:
    """Discount what is seldom an answer: questions, pointers elsewhere, scraps, and sentences without an end."""
    if unit.kind == "sentence" and (unit.text.endswith("?") or _POINTER.match(unit.text)):
        return 0.5
    scrap = len(unit.text.split()) < _SCRAP_WORDS and not introduces(unit.text)
    if unit.kind in {"sentence", "item"} and scrap:
        return 0.6
    if unit.kind == "code":
        return 1.0 if asked.how_to else 0.6
    return 0.8 if len(unit.text) > _LONG_CHARACTERS else 1.0


def _shape(asked: Asked, unit: Unit, heading: frozenset[str]) -> float:
    """Reward what has the shape of an answer to such a question."""
    reward = 0.0 if unit.block else 0.05
    if asked.definition and unit.kind == "sentence":
        reward += 0.4 * _defines(asked, unit.text)
    if asked.figure and TELLS_FIGURE.search(unit.text):
        reward += 0.15
    if asked.duration and TELLS_DURATION.search(unit.text) and asked.share(terms(unit.text)):
        reward += 0.4
    if asked.time and TELLS_TIME.search(unit.text):
        reward += 0.3
    if asked.how_to and (unit.kind in {"step", "code"} or unit.text.endswith(":")):
        reward += 0.1
    if not unit.block and asked.share(heading) > 0.6:  # noqa: PLR2004 - the section is about nothing else
        reward += 0.1
    return reward


def _defines(asked: Asked, text: str) -> float:
    """Return 1 where a sentence begins with what is asked and says what it is, less where it says how it is."""
    said = words(text)[:_DEFINED_WITHIN]
    at = next((at for at, word in enumerate(said) if word in COPULA), 0)
    if not at or said[0] in _SUBORDINATE or not asked.share(terms(" ".join(said[:at]))):
        return 0.0
    following = said[at + 1] if at + 1 < len(said) else ""
    return 1.0 if following in _ARTICLES or said[at] in {"means", "refers"} else 0.5
