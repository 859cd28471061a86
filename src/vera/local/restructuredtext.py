"""reStructuredText and plain text read into blocks, one line at a time.

Headings are underlined, code is indented after `::`, directives start with `..`: enough for Sphinx documentation and
for a text file that somebody typed. `tests/unit/local/test_restructuredtext.py` shows each.
"""

from __future__ import annotations

import re

from vera.local.blocks import Block, code_block, dedented, table_block

__all__ = ["plain_restructuredtext", "restructuredtext_blocks"]

_ADORNMENT = re.compile(r"^([!-/:-@\[-`{-~])\1{2,}\s*$")
_DIRECTIVE = re.compile(r"^(\s*)\.\. +(?:\|[^|]+\| +)?([\w:.+-]+?):: ?(.*)$")
_EXPLICIT = re.compile(r"^\s*\.\.(?:\s|$)")
_OPTION = re.compile(r"^\s*:[\w -]+:")
_ITEM = re.compile(r"^\s*(?:[-*+\u2022]|\d{1,9}[.)]|#\.)\s+\S")
_SHOUTED = re.compile(r"^[A-Z][A-Z0-9 ,&/'()-]{3,70}:?$")
_GRID = re.compile(r"^\s*\+[-=+]+\+\s*$")
_COLUMNS = re.compile(r"^\s*=+(?:\s+=+)+\s*$")
_CODE_DIRECTIVES: tuple[str, ...] = (
    "code",
    "code-block",
    "sourcecode",
    "doctest",
    "testcode",
    "parsed-literal",
    "prompt",
)
_CODE_DIRECTIVES += ("click:", "ipython", "program-output", "jinja")
_DESCRIBED_LEVEL = 9
"""Deeper than any heading."""
_SPOKEN_DIRECTIVES = ("versionadded", "versionchanged", "deprecated")
_TITLED_DIRECTIVES = ("admonition", "topic", "sidebar", "rubric")
_TEXT_DIRECTIVES: tuple[str, ...] = (
    "note",
    "warning",
    "tip",
    "hint",
    "important",
    "caution",
    "danger",
    "attention",
    "error",
    "seealso",
)
_TEXT_DIRECTIVES += ("only", "tab", "tabs", "group-tab", "code-tab", "container", "epigraph", "glossary")

_INLINE = re.compile(
    r"``(?P<literal>.+?)``"
    r"|:(?P<role>[\w:.+-]+):`(?P<content>[^`]+)`"
    r"|`(?P<label>[^`<]+?)\s*(?:<(?P<target>[^>`]+)>)?`(?P<reference>_{0,2})",
    re.DOTALL,
)
_PROSE_ROLES = {"ref", "doc", "term", "any", "pep", "rfc", "abbr", "numref", "dfn", "emphasis", "strong", "sup", "sub"}
_REPLACED = (
    (re.compile(r"(?<![\w*])\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"\b([A-Za-z][\w-]*[A-Za-z0-9])__?(?=[\s.,;:)!?]|$)"), r"\1"),
    (re.compile(r"\\(.)"), r"\1"),
)


def plain_restructuredtext(text: str) -> str:
    """Return a paragraph without roles, references and emphasis; inline code is in backticks, as in Markdown."""
    plain, at = "", 0
    for found in _INLINE.finditer(text):
        plain += _without_emphasis(text[at : found.start()]) + _spoken(found)
        at = found.end()
    return plain + _without_emphasis(text[at:])


def _without_emphasis(text: str) -> str:
    for pattern, replacement in _REPLACED:
        text = pattern.sub(replacement, text)
    return text


def _spoken(found: re.Match[str]) -> str:
    """Return what a reader sees of inline markup."""
    if found["literal"]:
        return f"`{found['literal']}`"
    if found["role"]:
        words = re.sub(r"^(.+?)\s*<[^>]+>$", r"\1", found["content"].strip(), flags=re.DOTALL)
        words = words.rpartition(".")[2] if words.startswith("~") else words.lstrip("!")
        return words if found["role"] in _PROSE_ROLES else f"`{words}`"
    if (found["target"] or "").startswith(("https://", "http://")):
        return f"[{found['label']}]({found['target']})"
    return found["label"] if found["reference"] or found["target"] else f"`{found['label']}`"


def restructuredtext_blocks(text: str, *, typed: bool = False) -> list[Block]:
    """Read a whole document. `typed` is a text file without markup: lines in capitals are headings there, too."""
    return _Reader(text.expandtabs(8).splitlines(), typed=typed).read()


class _Reader:
    """Goes through the lines once; each method takes the lines of one block and leaves `_at` behind them."""

    def __init__(
        self,
        lines: list[str],
        *,
        typed: bool = False,
        levels: list[str] | None = None,
        around: Block | None = None,
    ) -> None:
        self._lines = lines
        self._typed = typed
        self._around = around
        self._levels = [] if levels is None else levels
        self._at = 0
        self._blocks: list[Block] = []

    def read(self) -> list[Block]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip():
                self._at += 1
            elif not (self._heading() or self._table()):
                self._body(line)
        return self._blocks

    def _body(self, line: str) -> None:
        directive = _DIRECTIVE.match(line)
        if directive:
            self._at += 1
            self._directive(directive, self._indented(len(directive[1])))
        elif _EXPLICIT.match(line):
            self._at += 1
            self._indented(len(line) - len(line.lstrip()))
        elif _ITEM.match(line):
            self._list()
        elif line.startswith((">>>", "$ ")):
            self._add(code_block(self._while_filled()))
        elif line.startswith(" "):
            self._quote()
        else:
            self._paragraph()

    def _add(self, block: Block | None) -> None:
        if block and block.text:
            self._blocks.append(block)

    def _add_paragraph(self, text: str) -> None:
        self._add(Block("paragraph", plain_restructuredtext(" ".join(text.split()))))

    def _line(self, ahead: int) -> str:
        return self._lines[self._at + ahead] if self._at + ahead < len(self._lines) else ""

    def _while_filled(self) -> list[str]:
        start = self._at
        while self._line(0).strip():
            self._at += 1
        return self._lines[start : self._at]

    def _indented(self, indentation: int) -> list[str]:
        """Take the lines that stand further in than `indentation`, blank ones between them included."""
        start = self._at
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.strip() and len(line) - len(line.lstrip()) <= indentation:
                break
            self._at += 1
        return self._lines[start : self._at]

    def _heading(self) -> bool:
        over = _ADORNMENT.match(self._line(0))
        if over and self._line(1).strip() and self._line(2).rstrip() == self._line(0).rstrip():
            title, adornment, taken = self._line(1), over[1] * 2, 3
        elif (under := _ADORNMENT.match(self._line(1))) and not self._line(0).startswith((" ", "..")):
            title, adornment, taken = self._line(0), under[1], 2
            if over or len(under[0].strip()) < min(len(title.strip()) - 3, 12):
                return False
        elif self._typed and self._is_shouted():
            title, adornment, taken = self._line(0).rstrip().rstrip(":").capitalize(), "A", 1
        else:
            return False
        if adornment not in self._levels:
            self._levels.append(adornment)
        text = plain_restructuredtext(title.strip())
        anchor = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        self._add(Block("heading", text, level=self._levels.index(adornment) + 1, anchor=anchor))
        self._at += taken
        return True

    def _is_shouted(self) -> bool:
        alone = self._at == 0 or not self._lines[self._at - 1].strip()
        return alone and bool(_SHOUTED.match(self._line(0).rstrip()))

    def _directive(self, found: re.Match[str], inside: list[str]) -> None:
        name, argument = found[2], found[3].strip()
        goes_on = bool(argument and inside and inside[0].strip() and not _OPTION.match(inside[0]))
        while inside and (_OPTION.match(inside[0]) or not inside[0].strip()):
            inside.pop(0)
        if name.startswith(_CODE_DIRECTIVES):
            self._add(code_block(inside, argument if re.fullmatch(r"[\w+#-]+", argument) else ""))
            return
        if name in {"csv-table", "list-table", "table"}:
            self._listed_table(inside) if name == "list-table" else self._nested(inside)
            return
        if name in _SPOKEN_DIRECTIVES:
            spoken = {"versionadded": "New in", "versionchanged": "Changed in", "deprecated": "Deprecated since"}[name]
            said = " ".join(line.strip() for line in inside if line.strip())
            text = f"{spoken} {argument}: {said}".rstrip(": ") + ("" if said else ".")
            self._add_paragraph(text)
        elif name in _TEXT_DIRECTIVES:
            self._nested([argument, *([] if goes_on else [""]), *dedented(inside)])
        elif name in _TITLED_DIRECTIVES:
            self._add_paragraph(argument.rstrip(":") + ":" if argument else "")
            self._nested(inside)
        elif re.search(
            r":|^(?:class|function|method|attribute|data|exception|option|command|confval|setting|envvar)", name
        ):
            self._described(argument, inside)

    def _described(self, name: str, inside: list[str]) -> None:
        """Take a described object (a function, a setting, an option) as a section, after which its own goes on."""
        around = next((block for block in reversed(self._blocks) if block.kind == "heading"), self._around)
        bare = re.sub(r"\(.*", "", name).strip()
        self._add(Block("heading", bare, level=_DESCRIBED_LEVEL, anchor=bare))
        self._nested(inside)
        self._add(around)

    def _nested(self, lines: list[str]) -> None:
        around = next((block for block in reversed(self._blocks) if block.kind == "heading"), self._around)
        self._blocks += _Reader(dedented(lines), levels=self._levels, around=around).read()

    def _listed_table(self, lines: list[str]) -> None:
        rows: list[list[str]] = []
        for line in dedented(lines):
            row = re.match(r"\* - ?(.*)", line)
            cell = re.match(r"\s+- ?(.*)", line)
            if row:
                rows.append([row[1]])
            elif cell and rows:
                rows[-1].append(cell[1])
            elif rows:
                rows[-1][-1] += " " + line.strip()
        self._add(table_block([[plain_restructuredtext(cell) for cell in row] for row in rows]))

    def _table(self) -> bool:
        """Take a simple table (columns under `====`) or a grid (`+---+`)."""
        if _GRID.match(self._line(0)):
            rows: list[list[str]] = [[]]
            for line in self._while_filled():
                if _GRID.match(line):
                    rows.append([])
                    continue
                cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
                rows[-1] = [f"{a} {b}" for a, b in zip(rows[-1], cells, strict=False)] or cells
        elif _COLUMNS.match(self._line(0)):
            starts = [found.start() for found in re.finditer("=+", self._line(0))]
            rows = []
            rules = 0
            while self._at < len(self._lines) and (rules < 2 or self._line(0).strip()):  # noqa: PLR2004 - head and body
                line = self._line(0)
                self._at += 1
                if _COLUMNS.match(line):
                    rules += 1
                elif line.strip():
                    ends = [*starts[1:], len(line)]
                    cells = [line[start:end].strip() for start, end in zip(starts, ends, strict=True)]
                    if cells[0] or not rows:
                        rows.append(cells)
                    else:
                        rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], cells, strict=True)]
        else:
            return False
        self._add(table_block([[plain_restructuredtext(cell) for cell in row] for row in rows]))
        return True

    def _list(self) -> None:
        items: list[str] = []
        code: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if _ITEM.match(line) and not code:
                items.append(re.sub(r"^(\s*)(?:[*+\u2022]|#\.)(?=\s)", r"\1-", line.rstrip()))
                items[-1] = re.sub(r"^(\s*\S+)\s+", r"\1 ", items[-1])
            elif not line.strip():
                following = next((later for later in self._lines[self._at :] if later.strip()), "")
                if not (_ITEM.match(following) or following.startswith("  ")):
                    break
                if items and items[-1].endswith("::"):
                    self._at += 1
                    deep = len(following) - len(following.lstrip()) - 1
                    code = self._indented(deep)
                    break
            elif line.startswith(" "):
                items[-1] += " " + line.strip()
            else:
                break
            self._at += 1
        text = "\n".join(re.sub(r"::$", ":", item) for item in dedented(items))
        self._add(Block("list", plain_restructuredtext(text)))
        self._add(code_block(code))

    def _quote(self) -> None:
        """Take an indented passage: typed text is often indented, and a definition's body is."""
        inside = self._indented(0)
        if self._typed or self._blocks:
            self._nested(inside)
        else:
            self._add(code_block(inside))

    def _paragraph(self) -> None:
        lines: list[str] = []
        while self._line(0).strip() and not (lines and (_ITEM.match(self._line(0)) and self._typed)):
            if lines and self._line(0).startswith(" ") and not self._typed:
                break
            lines.append(self._line(0).strip())
            self._at += 1
        text = " ".join(lines)
        leads_to_code = text.endswith("::")
        is_term = len(lines) == 1 and self._line(0).startswith(" ") and not text.endswith((".", ":"))
        self._add_paragraph(re.sub(r"(?:^|\s+)::$|:(?=:$)", "", text) + (":" if is_term else ""))
        if leads_to_code:
            self._add(code_block(self._indented(0)))
