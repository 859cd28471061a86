"""Markdown read into blocks, one line at a time: what is asked of it is where things begin and end, not a page.

Knows CommonMark's blocks and tables, front matter, and what documentation tools add: admonitions (`!!!`, `:::`), MyST
directives and roles. `tests/unit/local/test_markdown.py` shows each.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from vera.local.blocks import Block, code_block, dedented, slug, table_block
from vera.local.restructuredtext import restructuredtext_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["markdown_blocks", "plain_markdown"]

_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$")
_OWN_ANCHOR = re.compile(r"\s*\{\s*#([\w:.-]+)[^}]*\}\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})\s*$")
_RULE = re.compile(r"^ {0,3}([-*_])(\s*\1){2,}\s*$")
_FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*([^`]*)$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+\S")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_ADMONITION = re.compile(r"^\s*(?:!!!|\?\?\?\+?|:{3,})\s*(.*)$")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*\S+")
_DIRECTIVE = re.compile(r"^\{([\w:.-]+)\}")
_LABEL = re.compile(r"^\([\w:. -]+\)=\s*$")
_OPTION = re.compile(r"^:[\w-]+:")
_CODE_DIRECTIVES = ("code", "code-block", "code-cell", "sourcecode", "doctest", "testcode", "click:", "literalinclude")
_SILENT_DIRECTIVES = ("toctree", "image", "figure", "contents", "raw", "currentmodule", "index", "include", "auto")

_INLINE_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_REPLACED = (
    (re.compile(r"!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])"), ""),
    (re.compile(r"\[([^\]]+)\]\(<?(?!https?://)[^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\(<?(https?://[^\s)>]+)[^)]*\)"), r"[\1](\2)"),
    (re.compile(r"\[([^\]]+)\]\[[^\]]*\]"), r"\1"),
    (re.compile(r"<(https?://[^\s>]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^>]*>|<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"(?<![\w\\])(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?!\w)", re.DOTALL), r"\2"),
    (re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_\\])_(?=[^\s_])([^_]+?)(?<=\S)_(?![\w_])"), r"\1"),
    (re.compile(r"\{[\w:+-]+\}(?=\0)"), ""),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)


def plain_markdown(text: str) -> str:
    """Return a paragraph without emphasis, images, HTML and relative links; inline code stays as it is."""
    codes: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        code = found[0]
        if text[: found.start()].endswith("}"):  # a MyST role: {func}`~module.name`, {ref}`words <label>`
            code = "`" + re.sub(r"^(.+?)\s*<[^>]+>$", r"\1", found[2].strip()).lstrip("~!") + "`"
        codes.append(code)
        return "\0"

    bare = _INLINE_CODE.sub(put_aside, text.replace("\0", ""))
    for pattern, replacement in _REPLACED:
        bare = pattern.sub(replacement, bare)
    parts = unescape(bare).split("\0")
    return parts[0] + "".join(code + part for code, part in zip(codes, parts[1:], strict=True))


def markdown_blocks(text: str) -> list[Block]:
    """Read a whole document. Never fails: what is no Markdown is a paragraph."""
    return _Reader(text.expandtabs(4).splitlines()).read()


class _Reader:
    """Goes through the lines once; each method takes the lines of one block and leaves `_at` behind them."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._blocks: list[Block] = []
        self._anchors: dict[str, int] = {}

    def read(self) -> list[Block]:
        self._front_matter()
        takers: tuple[tuple[Callable[[str], object], Callable[[], None]], ...] = (
            (lambda line: not line.strip() or _LABEL.match(line) or _DEFINITION.match(line), self._skip),
            (lambda line: line.lstrip().startswith("<!--"), self._comment),
            (_FENCE.match, self._fence),
            (_ADMONITION.match, self._admonition),
            (_HEADING.match, self._heading),
            (_RULE.match, self._skip),
            (_ITEM.match, self._list),
            (lambda line: line.startswith("    "), self._indented),
            (self._starts_table, self._table),
        )
        while self._at < len(self._lines):
            line = self._lines[self._at]
            take = next((take for fits, take in takers if fits(line)), self._paragraph)
            take()
        return self._blocks

    def _add(self, block: Block | None) -> None:
        if block and block.text:
            self._blocks.append(block)

    def _skip(self) -> None:
        self._at += 1

    def _front_matter(self) -> None:
        if not self._lines or self._lines[0].rstrip() != "---":
            return
        ends = [at for at, line in enumerate(self._lines[1:200], 1) if line.rstrip() in {"---", "..."}]
        if not ends:
            return
        for line in self._lines[1 : ends[0]]:
            if title := re.match(r"title:\s*[\"']?(.+?)[\"']?\s*$", line):
                self._add(Block("heading", title[1], level=1))
        self._at = ends[0] + 1

    def _comment(self) -> None:
        while self._at < len(self._lines) and "-->" not in self._lines[self._at]:
            self._at += 1
        if self._at < len(self._lines):
            self._lines[self._at] = self._lines[self._at].partition("-->")[2]

    def _add_heading(self, text: str, level: int) -> None:
        own = _OWN_ANCHOR.search(text)
        text = plain_markdown(text[: own.start()] if own else text).strip()
        anchor = own[1] if own else slug(text)
        if text:
            seen = self._anchors.get(anchor, 0)
            self._anchors[anchor] = seen + 1
            self._add(Block("heading", text, level=level, anchor=f"{anchor}-{seen}" if seen else anchor))

    def _heading(self) -> None:
        found = _HEADING.match(self._lines[self._at])
        self._at += 1
        if found:
            self._add_heading(found[2] or "", len(found[1]))

    def _fence(self) -> None:
        opening = _FENCE.match(self._lines[self._at])
        if not opening:
            return
        self._at += 1
        inside = []
        closing = re.compile(rf"^\s*{re.escape(opening[2][0])}{{{len(opening[2])},}}\s*$")
        while self._at < len(self._lines) and not closing.match(self._lines[self._at]):
            inside.append(self._lines[self._at])
            self._at += 1
        self._at += 1
        directive = _DIRECTIVE.match(opening[3])
        if directive:
            self._directive(directive[1], inside)
        else:
            self._add(code_block(inside, re.sub(r"[^\w+#-].*", "", opening[3])))

    def _directive(self, name: str, inside: list[str]) -> None:
        if name.startswith(_SILENT_DIRECTIVES):
            return
        while inside and (_OPTION.match(inside[0]) or not inside[0].strip()):
            inside.pop(0)
        if name == "eval-rst":
            self._blocks += restructuredtext_blocks("\n".join(inside))
        elif name.startswith(_CODE_DIRECTIVES):
            self._add(code_block(inside))
        else:
            self._blocks += _Reader(dedented(inside)).read()

    def _admonition(self) -> None:
        """Take its content as if it stood in the document; its own title only where it has one."""
        found = _ADMONITION.match(self._lines[self._at])
        self._at += 1
        title = re.search(r"\"(.+)\"", found[1]) if found else None
        if title:
            self._add(Block("paragraph", plain_markdown(title[1]).rstrip(":") + ":"))
        inside = self._while(lambda line: line.startswith("    ") or not line.strip())
        self._blocks += _Reader(dedented(inside)).read()

    def _while(self, belongs: Callable[[str], object]) -> list[str]:
        start = self._at
        while self._at < len(self._lines) and belongs(self._lines[self._at]):
            self._at += 1
        return self._lines[start : self._at]

    def _list(self) -> None:
        """Take items to the first line that neither is one nor belongs to one; code inside stands by itself."""
        items: list[str] = []
        after_blank = False
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if _FENCE.match(line):
                if not line.startswith(" "):
                    break
                self._add_list(items)
                items = []
                self._fence()
                continue
            if not line.strip():
                after_blank = True
            elif _ITEM.match(line):
                items.append(line.rstrip())
                after_blank = False
            elif line.startswith(" ") or not (after_blank or _HEADING.match(line)):
                items.append(" " + line.strip())
                after_blank = False
            else:
                break
            self._at += 1
        self._add_list(items)

    def _add_list(self, lines: Iterable[str]) -> None:
        items: list[str] = []
        for line in lines:
            if _ITEM.match(line) or not items:
                items.append(re.sub(r"^(\s*)[*+](?=\s)", r"\1-", line))
            else:
                items[-1] += " " + line.strip()
        self._add(Block("list", plain_markdown("\n".join(dedented(items)))))

    def _indented(self) -> None:
        self._add(code_block(self._while(lambda line: line.startswith("    ") or not line.strip())))

    def _starts_table(self, line: str) -> bool:
        following = self._lines[self._at + 1 : self._at + 2]
        return "|" in line and bool(following) and "|" in following[0] and bool(_TABLE_RULE.match(following[0]))

    def _table(self) -> None:
        lines = self._while(lambda line: "|" in line)
        rows = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for at, line in enumerate(lines) if at != 1]
        self._add(table_block([[plain_markdown(cell).replace(r"\|", "|") for cell in row] for row in rows]))

    def _paragraph(self) -> None:
        lines: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            underline = _UNDERLINE.match(line)
            if lines and underline:
                self._at += 1
                self._add_heading(" ".join(lines), 1 if underline[1][0] == "=" else 2)
                return
            ends = not line.strip() or _FENCE.match(line) or _HEADING.match(line) or _ADMONITION.match(line)
            if lines and (ends or _ITEM.match(line) or self._starts_table(line)):
                break
            lines.append(re.sub(r"^\s*(?:>\s?)+", "", line).strip())
            self._at += 1
        self._add(Block("paragraph", plain_markdown(" ".join(filter(None, lines))).strip()))
