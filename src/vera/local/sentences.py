"""A passage taken apart: sentences, list items, table rows and code, each with what it leans on.

The invariant: no unit is cut inside code, an address, a number or an abbreviation; the sentences of a paragraph, joined
by spaces, are the paragraph (`tests/unit/local/test_sentences.py`, with any text at all).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["Unit", "UnitKind", "introduces", "split_sentences", "units"]

UnitKind = Literal["sentence", "item", "step", "row", "code"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a passage that can be quoted by itself.

    `block` counts the blocks of the passage; `lead` is the sentence that a list, a table or code is introduced by.
    A table's row reads as a sentence: "Hamburg: Friday 9 to 15."
    """

    kind: UnitKind
    text: str
    block: int
    lead: str = ""


_END = re.compile(r"(?:[.!?\u2026]+[\"'\u201d\u2019)\]`*_]*(?=\s)|[\u3002\uff01\uff1f])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'])(?:e\.g|i\.e|etc|vs|cf|ca|approx|resp|incl|no|nr|fig|sec|vol|dr|mr|mrs|ms|prof|st|inc|ltd|co|jr|sr"
    r"|z\.b|d\.h|u\.a|bzw|usw|ggf|[a-z])\.$",
    re.IGNORECASE,
)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|\]\([^)\s]*\)")
_FENCE = re.compile(r"^(`{3,})")
_ITEM = re.compile(r"^(\s*)(-|\d{1,9}[.)])\s+")
_PROSE_CHARACTERS = 160
"""From this average on, a list's items are paragraphs that happen to be numbered."""
_TABLE_RULE = re.compile(r"^\|(?: --- \|)+$")


def split_sentences(paragraph: str) -> list[str]:
    """Split a paragraph after full stops, question and exclamation marks that end a sentence."""
    code = [found.span() for found in _CODE.finditer(paragraph)]
    sentences, start = [], 0
    for found in _END.finditer(paragraph):
        end = found.end()
        following = paragraph[end:].lstrip()[:2]
        inside = any(first < found.start() < last - 1 for first, last in code)
        goes_on = following[:1].islower() and not following.startswith("`")
        if inside or goes_on or _ABBREVIATION.search(paragraph[start:end]) or not following:
            continue
        sentences.append(paragraph[start:end].strip())
        start = end
    sentences.append(paragraph[start:].strip())
    return [sentence for sentence in sentences if sentence]


def introduces(sentence: str) -> bool:
    """Whether a sentence is continued by the block after it."""
    return sentence.endswith((":", "...", "\u2026"))


def units(passage: str) -> list[Unit]:
    """Take a passage's Markdown apart, in its order."""
    found: list[Unit] = []
    lead = ""
    for at, block in enumerate(_blocks(passage)):
        first = block.splitlines()[0]
        if _FENCE.match(first):
            found.append(Unit("code", block, at, lead))
        elif first.startswith("| "):
            found += [Unit("row", row, at, lead) for row in _rows(block) if row]
        elif _ITEM.match(first):
            found += _items(block, at, lead)
        else:
            sentences = split_sentences(" ".join(block.split()))
            found += [Unit("sentence", sentence, at) for sentence in sentences]
            lead = sentences[-1] if sentences and introduces(sentences[-1]) else ""
            continue
        lead = ""
    return found


def _blocks(passage: str) -> list[str]:
    """Split at blank lines outside code."""
    blocks: list[list[str]] = [[]]
    fence = ""
    for line in passage.splitlines():
        opening = _FENCE.match(line)
        if fence:
            blocks[-1].append(line)
            if line.strip() == fence:
                fence = ""
                blocks.append([])
        elif opening:
            blocks.append([line])
            fence = opening[1]
        elif line.strip():
            blocks[-1].append(line)
        else:
            blocks.append([])
    return ["\n".join(lines) for lines in blocks if lines]


def _items(block: str, at: int, lead: str) -> list[Unit]:
    """Return an item with what is nested in it as one unit; of items that are paragraphs, the sentences."""
    items: list[str] = []
    for line in block.splitlines():
        mark = _ITEM.match(line)
        if mark and (not mark[1] or not items):
            items.append(line)
        elif items:
            items[-1] += "\n" + line
    if len(block) > _PROSE_CHARACTERS * len(items) and not any("\n" in item for item in items):
        said = (sentence for item in items for sentence in split_sentences(_ITEM.sub("", item)))
        return [Unit("sentence", sentence, at) for sentence in said]
    return [Unit("step" if item.lstrip()[0].isdigit() else "item", item, at, lead) for item in items]


def _rows(block: str) -> list[str]:
    """Return a table's rows as sentences of their own: each cell under the name of its column."""
    lines = [line for line in block.splitlines() if not _TABLE_RULE.match(line)]
    cells = [[cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    if len(cells) < 2:  # noqa: PLR2004 - a table without a header
        return [" · ".join(filter(None, row)) for row in cells]
    head = cells[0]
    return [_row(head, row) for row in cells[1:] if any(row)]


def _row(head: list[str], row: list[str]) -> str:
    said = [f"{name} {cell}".strip() for name, cell in zip(head[1:], row[1:], strict=False) if cell]
    return f"{row[0]}: {', '.join(said)}." if said and row[0] else ", ".join(filter(None, [row[0], *said]))
