"""What a document is made of, whatever it was written in: headings, paragraphs, lists, code, tables.

Every reader (`markdown`, `restructuredtext`, `webpage`) turns its format into these; their text is plain Markdown, so
that a passage reads the same wherever it comes from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BENEATH", "Block", "BlockKind", "code_block", "dedented", "slug", "table_block"]

BENEATH = " \u203a "
"""Between the headings of a path: "Install" BENEATH "Windows"."""

BlockKind = Literal["heading", "paragraph", "list", "code", "table"]


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `level` (from 1) and `anchor` (what follows `#` in its address, maybe nothing) are a heading's."""

    kind: BlockKind
    text: str
    level: int = 0
    anchor: str = ""


def code_block(lines: Sequence[str], language: str = "") -> Block | None:
    """Return the lines as a fenced block, without blank lines around them; nothing where there is nothing else."""
    kept = [line.rstrip().expandtabs(4) for line in lines]
    while kept and not kept[0]:
        kept.pop(0)
    while kept and not kept[-1]:
        kept.pop()
    if not kept:
        return None
    longest = max((len(run) for line in kept for run in re.findall("`{3,}", line)), default=2)
    fence = "`" * (longest + 1)
    return Block("code", "\n".join([fence + language, *dedented(kept), fence]))


def table_block(rows: Sequence[Sequence[str]]) -> Block | None:
    """Return the rows, the first of them the header, as a Markdown table; nothing where every cell is empty."""
    kept = [[" ".join(cell.replace("|", r"\|").split()) for cell in row] for row in rows]
    kept = [row for row in kept if any(row)]
    if not kept:
        return None
    width = max(len(row) for row in kept)
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in kept]
    lines.insert(1, "|" + " --- |" * width)
    return Block("table", "\n".join(lines))


def dedented(lines: Sequence[str]) -> list[str]:
    """Take off the indentation that all lines share."""
    indentation = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[indentation:] for line in lines]


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading: lower case, punctuation dropped, a hyphen for each space."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
