"""An answer made of sentences that documents hold: which are picked, in what order, under which numbers.

Pure and deterministic. The invariant: every word of an answer stands in a passage, and every paragraph of it names the
passage, by its number from 1. `tests/unit/local/test_answering.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from vera.local.scoring import asked_of, scored_units
from vera.local.sentences import introduces
from vera.local.words import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vera.assistant.knowledge import Passage
    from vera.local.scoring import Asked, Scored

__all__ = ["Answer", "picked_answer"]

_FOUND, _SURE = 0.45, 0.55
"""How much of the question has to be covered for an answer, and for one without reserve."""
_WORDS = 2
"""How many of the question's words a passage has to hold, where there are as many: one alone may mean anything."""
_SAME_PASSAGE, _OTHER_PASSAGE, _SAME_TABLE = 0.6, 0.85, 0.95
"""How good a further sentence, or row, has to be, beside the best one."""
_SENTENCES, _PASSAGES, _CHARACTERS = 5, 3, 1_000
_WHOLE_CHARACTERS, _SHORT_CHARACTERS = 900, 400
"""Up to the first, what a sentence introduces and steps that were asked for stay whole; up to the second, any steps."""
_ALIKE = 0.6
"""The share of their words from which two units say the same."""
_LEANS_BACK = re.compile(
    r"(?:It|Its|This|These|That|Those|They|Their|He|She|However|But|Also|Instead|Otherwise|Then|So|Both|Such|Therefore"
    r"|Or|And|Another|Additionally|Similarly|Likewise|Because|Once|Here|There"
    r"|In (?:this|that|such)|For (?:this|that|example)|To do (?:this|so|that)|Doing (?:this|so)|Once done)\b"
)
_MARK = re.compile(r"\[\^?(\d{1,3})\](?!\()")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in Markdown with its citations; `sure` where it covers most of what was asked."""

    text: str
    sure: bool


def picked_answer(question: str, query: str, passages: Sequence[Passage]) -> Answer | None:
    """Join the 1 to 5 best sentences of the passages, lists and code whole; nothing where none fits well enough.

    `query` holds the question's subject where the question itself leans on the thread.
    """
    held = [frozenset(terms(f"{passage.title} {passage.location} {passage.text}")) for passage in passages]
    asked = asked_of(question, query, held)
    scored = [unit for at, passage in enumerate(passages) for unit in scored_units(asked, passage, at)]
    best = max(scored, key=lambda unit: (unit.score, -unit.passage, -unit.at), default=None)
    if not best or best.score <= 0 or not _answers(asked, held[best.passage]):
        return None
    chosen = _chosen(scored, best, asked)
    return Answer(_written(chosen, best), sure=asked.share(held[best.passage]) >= _SURE)


def _answers(asked: Asked, held: frozenset[str]) -> bool:
    """Whether a passage is about what is asked: most of it, and of several words more than one rare one."""
    together = len(asked.weights.keys() & held)
    return asked.share(held) >= _FOUND and together >= min(_WORDS, len(asked.weights))


def _chosen(scored: Sequence[Scored], best: Scored, asked: Asked) -> list[Scored]:
    """Choose the best unit and what adds to it, each with what it cannot be read without."""
    chosen: list[Scored] = []
    for unit in sorted(scored, key=lambda unit: (unit.passage != best.passage, -unit.score, unit.passage, unit.at)):
        if unit in chosen or unit.score < _needed(unit, best) * best.score or _repeats(unit, chosen):
            continue
        group = [other for other in _group(unit, scored, asked) if other not in chosen]
        if not chosen or _fits(chosen + group):
            chosen += group
    if len(chosen) == 1 and best.unit.kind == "sentence":
        chosen += [other for other in scored if _follows(other, best) and _fits([best, other])]
    return chosen


def _needed(unit: Scored, best: Scored) -> float:
    """Return how good a unit has to be; rows share their columns' names, so that all of a table looks good."""
    if unit.unit.kind == "row" and unit.passage == best.passage:
        return _SAME_TABLE
    return _SAME_PASSAGE if unit.passage == best.passage else _OTHER_PASSAGE


def _fits(chosen: Sequence[Scored]) -> bool:
    sentences = sum(unit.unit.kind == "sentence" for unit in chosen)
    passages = len({unit.passage for unit in chosen})
    return sentences <= _SENTENCES and _characters(chosen) <= _CHARACTERS and passages <= _PASSAGES


def _follows(unit: Scored, before: Scored) -> bool:
    same_paragraph = unit.passage == before.passage and unit.unit.block == before.unit.block
    return same_paragraph and unit.at == before.at + 1


def _repeats(unit: Scored, chosen: Iterable[Scored]) -> bool:
    """Whether a unit says what another one says already."""
    return any(
        len(unit.stems & other.stems) >= _ALIKE * (len(unit.stems | other.stems) or 1) or unit.stems <= other.stems
        for other in chosen
        if other.unit.kind != "code"
    )


def _group(unit: Scored, scored: Sequence[Scored], asked: Asked) -> list[Scored]:
    """Return a unit with what it cannot be read without: what introduces it, and what it introduces."""
    passage = [other for other in scored if other.passage == unit.passage]
    block = [other for other in passage if other.unit.block == unit.unit.block]
    before = [other for other in passage if other.unit.block == unit.unit.block - 1][-1:]
    after = [other for other in passage if other.unit.block == unit.unit.block + 1]
    lead = [other for other in before if other.unit.kind == "sentence"]
    match unit.unit.kind:
        case "sentence":
            group = [other for other in block if _follows(unit, other)] if _LEANS_BACK.match(unit.unit.text) else []
            group.append(unit)
            shows = asked.how_to and bool(after) and after[0].unit.kind == "code"
            ends = unit is block[-1] and (introduces(unit.unit.text) or shows)
            return group + (_kept(after, asked) if ends else [])
        case "code":
            return [*lead, unit]
        case "step":
            whole = asked.how_to or _characters(block) <= _SHORT_CHARACTERS
            return [*(lead if unit.unit.lead else []), *(_kept(block, asked) if whole else [unit])]
        case "item":
            introduced = asked.share(terms(unit.unit.lead)) >= _FOUND
            items = _kept(block, asked) if introduced else [unit]
            return [*(lead if unit.unit.lead else []), *items]
        case _:
            return [unit]


def _kept(block: Sequence[Scored], asked: Asked) -> list[Scored]:
    """Return a block whole; of one that is too long, what was asked for; of code, nothing."""
    if _characters(block) <= _WHOLE_CHARACTERS:
        return list(block)
    fitting: list[Scored] = []
    for unit in sorted(block, key=lambda unit: (-asked.share(unit.stems), unit.at)):
        if unit.unit.kind != "code" and _characters(fitting) + len(unit.unit.text) <= _WHOLE_CHARACTERS:
            fitting.append(unit)
    return fitting


def _characters(chosen: Iterable[Scored]) -> int:
    return sum(len(unit.unit.text) for unit in chosen)


def _written(chosen: Iterable[Scored], best: Scored) -> str:
    """Write the chosen units down: the best one's passage first, each passage in its own order."""
    rank: dict[int, float] = {}
    units = list(chosen)
    for unit in units:
        rank[unit.passage] = max(rank.get(unit.passage, 0.0), unit.score)
    units.sort(key=lambda unit: (unit.passage != best.passage, -rank[unit.passage], unit.passage, unit.at))
    paragraphs = []
    before = (-1, -1)
    for place, members in groupby(units, key=lambda unit: (unit.passage, unit.unit.block)):
        introduced = before == (place[0], place[1] - 1)
        paragraphs.append(_paragraph(list(members), place[0] + 1, introduced=introduced))
        before = place
    return "\n\n".join(paragraphs)


def _paragraph(block: Sequence[Scored], number: int, *, introduced: bool) -> str:
    """Join the chosen units of one block; code stays as it is, and is cited by what stands before it."""
    texts = [unit.unit.text for unit in block]
    match block[0].unit.kind:
        case "code":
            return ("" if introduced else f"An example [{number}]:\n\n") + "\n".join(texts)
        case "step" | "item":
            return "\n".join([*map(_unmarked, texts[:-1]), _cited(_unmarked(texts[-1]), number)])
        case "row":
            rows = [*map(_unmarked, texts[:-1]), _cited(_unmarked(texts[-1]), number)]
            return "\n".join(f"- {row}" for row in rows) if len(rows) > 1 else rows[0]
        case _:
            return _cited(" ".join(map(_unmarked, texts)), number)


def _unmarked(text: str) -> str:
    """Take the documents' own footnote marks out: a number in brackets is a citation here."""
    return _MARK.sub(r"(\1)", text)


def _cited(text: str, number: int) -> str:
    """Put the citation before what ends the sentence."""
    end = re.search(r"[.:!?\u2026]*$", text)
    at = end.start() if end else len(text)
    return f"{text[:at]} [{number}]{text[at:]}"
