"""A document, cut into pieces that can be found and cited by themselves.

A piece belongs to one section, holds some 600 to 1,200 characters where its section has as many, and is called by the
path of headings above it. No piece is cut inside a sentence, a list item, a table row or a line of code, and what ends
in a colon stays with what it introduces. `tests/unit/local/test_documents.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from vera.local.blocks import BENEATH
from vera.local.markdown import markdown_blocks
from vera.local.restructuredtext import restructuredtext_blocks
from vera.local.sentences import split_sentences
from vera.local.webpage import webpage_blocks, webpage_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vera.local.blocks import Block

__all__ = ["SUFFIXES", "Document", "Piece", "decoded", "read_document"]

SUFFIXES = (".md", ".markdown", ".rst", ".txt", ".html", ".htm")
"""What is read, by the end of a file's name."""

_WANTED, _LARGEST, _REMNANT = 600, 1_200, 200
"""Characters: a piece is closed from the first on, never passes the second, and takes in a rest below the third."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a document: its Markdown, the path of headings above it, and the anchor of the last of them."""

    title: str
    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document's title (its first heading, else `<title>`, else its name) and pieces, in order."""

    title: str
    pieces: tuple[Piece, ...]


def decoded(content: bytes) -> str | None:
    """Return the text in a file: UTF-8 or UTF-16 by its mark, else Latin-1; nothing where it is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content[:8_192]:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def read_document(text: str, name: str) -> Document:
    """Read a document; `name` is its path within its folder and tells how it is written."""
    path = PurePosixPath(name)
    fallback = " ".join(path.stem.replace("_", " ").replace("-", " ").split()) or path.name
    match path.suffix.lower():
        case ".html" | ".htm":
            blocks = webpage_blocks(text)
            fallback = webpage_title(text) or fallback
        case ".rst":
            blocks = restructuredtext_blocks(text)
        case ".txt":
            blocks = restructuredtext_blocks(text, typed=True)
        case _:
            blocks = markdown_blocks(text)
    title = next((block.text.replace("`", "") for block in blocks if block.kind == "heading"), fallback)
    return Document(title, tuple(_pieces(blocks, title)))


def _pieces(blocks: Iterable[Block], title: str) -> Iterator[Piece]:
    path: list[Block] = []
    section: list[str] = []
    for block in blocks:
        if block.kind != "heading":
            section += _parts(block)
            continue
        yield from _section(section, path, title)
        section = []
        while path and path[-1].level >= block.level:
            path.pop()
        path.append(block)
    yield from _section(section, path, title)


def _section(parts: list[str], path: list[Block], title: str) -> Iterator[Piece]:
    """Join a section's parts into pieces of the wanted size."""
    names = [heading.text.replace("`", "") for heading in path]
    if names[:1] != [title]:
        names.insert(0, title)
    anchor = path[-1].anchor if len(names) > 1 and path else ""
    texts: list[str] = []
    for part in parts:
        last = texts[-1] if texts else ""
        together = len(last) + len(part)
        introduced = last.endswith(":") and together <= _LARGEST + _WANTED
        remnant = len(part) < _REMNANT and part is parts[-1]
        if last and (introduced or (together <= _LARGEST and (len(last) < _WANTED or remnant))):
            texts[-1] += "\n\n" + part
        else:
            texts.append(part)
    for text in texts:
        yield Piece(BENEATH.join(names), text, anchor)


def _parts(block: Block) -> list[str]:
    """Return a block as it is, or cut where it may be cut if it is larger than a piece."""
    if len(block.text) <= _LARGEST:
        return [block.text]
    lines = block.text.splitlines()
    match block.kind:
        case "code":
            fence = lines[-1]
            return [f"{lines[0]}\n{code}\n{fence}" for code in _joined(lines[1:-1], "\n")]
        case "table":
            head = "\n".join(lines[:2])
            return [f"{head}\n{rows}" for rows in _joined(lines[2:], "\n")]
        case "list":
            return _joined(lines, "\n")
        case _:
            return _joined(split_sentences(block.text), " ")


def _joined(parts: Iterable[str], separator: str) -> list[str]:
    """Join parts again, as many as make a piece; a part that is larger by itself is cut at a space, or anywhere."""
    texts: list[str] = []
    for part in parts:
        rest = part
        while len(rest) > _LARGEST:
            cut = rest.rfind(" ", _WANTED, _LARGEST)
            cut = cut if cut > 0 else _LARGEST
            texts.append(rest[:cut])
            rest = rest[cut:].strip()
        if texts and len(texts[-1]) + len(rest) < _LARGEST:
            texts[-1] += separator + rest
        else:
            texts.append(rest)
    return texts
