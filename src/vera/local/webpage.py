"""HTML read into blocks: what a page says, without the page around it.

Where the page marks its content (`main`, `article`, `role="main"`), only that is read; navigation, headers, footers,
scripts and what is hidden are left out. `tests/unit/local/test_webpage.py` shows each.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from vera.local.blocks import Block, code_block, table_block

__all__ = ["webpage_blocks", "webpage_title"]

_SKIPPED = {"script", "style", "nav", "footer", "template", "svg", "button", "select", "noscript", "iframe", "form"}
_SKIPPED_ROLES = {"navigation", "search", "banner", "contentinfo"}
_SKIPPED_CLASSES = {"headerlink", "boring", "toc", "sidebar", "breadcrumbs", "linenos", "sr-only", "toctree-wrapper"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_BREAKS = {"p", "div", "section", "article", "main", "blockquote", "dl", "dt", "dd", "figure", "figcaption", "summary"}
_BREAKS |= {"details", "aside", "address", "hr", "fieldset", "center", "body"}
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_TABLE = {"table", "tr", "td", "th"}
_CODE = {"code", "tt", "kbd", "samp"}
_CONTENT = re.compile(r"<(?:(?P<tag>main|article)\b|(?P<role>\w+)\b[^<>]*\brole=[\"']?main\b)[^<>]*>", re.IGNORECASE)
_BARE_LINK = re.compile(r"\[(https?://[^\]]*)\]\(\1/?\)")
_EMPTY = re.compile(r"\[\]\([^)]*\)|``")
_UNREAD = re.compile(r"<(script|style|svg|template)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)


def webpage_title(page: str) -> str:
    """Return what `<title>` says, maybe nothing."""
    found = re.search(r"<title[^>]*>(.*?)</title>", page[:50_000], re.IGNORECASE | re.DOTALL)
    return " ".join(unescape(found[1]).split()) if found else ""


def webpage_blocks(page: str) -> list[Block]:
    """Read a whole page. Never fails: HTML is whatever browsers forgive."""
    page = _UNREAD.sub("", page)
    opening = _CONTENT.search(page)
    if opening:
        closing = page.lower().rfind(f"</{opening['tag'].lower()}") if opening["tag"] else -1
        page = page[opening.end() : closing if closing > opening.end() else len(page)]
    reader = _Reader(inside_content=bool(opening))
    reader.feed(page)
    reader.close()
    reader.finish()
    return reader.blocks


class _Reader(HTMLParser):
    """Collects the text of the block that it is in, and closes the block where HTML begins or ends one."""

    def __init__(self, *, inside_content: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._skipped = _SKIPPED if inside_content else _SKIPPED | {"header"}
        self._skipping: list[str] = []
        self._text: list[str] = []
        self._heading = 0
        self._anchor = ""
        self._lists: list[int | None] = []
        self._items: list[str] = []
        self._preformatted = 0
        self._language = ""
        self._rows: list[list[str]] | None = None
        self._cell = False
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping:
            if tag == self._skipping[0] and tag not in _VOID:
                self._skipping.append(tag)
            return
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        hidden = "hidden" in given or given.get("aria-hidden") == "true" or given.get("role") in _SKIPPED_ROLES
        if tag in self._skipped or hidden or classes & _SKIPPED_CLASSES:
            if tag not in _VOID:
                self._skipping = [tag]
            return
        if given.get("id") and (tag in _HEADINGS or tag in {"section", "div", "a", "span"}):
            self._anchor = given["id"] or ""
        self._open(tag, given, classes)

    def _open(self, tag: str, given: dict[str, str | None], classes: set[str]) -> None:
        if tag in _HEADINGS:
            self._end_block()
            self._heading = int(tag[1])
        elif tag == "pre":
            self._end_block()
            self._end_list()
            self._preformatted += 1
            self._language = ""
        elif tag in _CODE:
            language = next((name[9:] for name in sorted(classes) if name.startswith("language-")), "")
            self._language = language or self._language
            self._text.append("" if self._preformatted else "`")
        elif tag in {"ul", "ol"}:
            self._end_block()
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._end_item()
            self._begin_item()
        elif tag in _TABLE:
            self._open_table(tag)
        elif tag == "br":
            self._text.append("\n" if self._preformatted else " ")
        elif tag == "a":
            self._open_link(given.get("href") or "")
        elif tag in _BREAKS:
            self._break()

    def _open_table(self, tag: str) -> None:
        if tag == "table":
            self._end_block()
            self._rows = []
        elif tag == "tr" and self._rows is not None:
            self._end_cell()
            self._rows.append([])
        elif self._rows:
            self._end_cell()
            self._text = []
            self._cell = True

    def _open_link(self, address: str) -> None:
        """Begin a link that leads somewhere from outside the page, too."""
        if not self._preformatted and not self._heading and address.startswith(("https://", "http://")):
            self._link = address
            self._text.append("[")

    def handle_endtag(self, tag: str) -> None:
        if not self._skipping:
            self._close(tag)
        elif tag == self._skipping[0]:
            self._skipping.pop()

    def _close(self, tag: str) -> None:
        if tag in _HEADINGS or (tag == "pre" and self._preformatted):
            self._end_block()
        elif tag in _CODE:
            self._text.append("" if self._preformatted else "`")
        elif tag in {"ul", "ol"} and self._lists:
            self._end_item()
            self._lists.pop()
            if not self._lists:
                self._end_list()
        elif tag in _TABLE:
            self._close_table(tag)
        elif tag == "a" and self._link:
            self._text.append(f"]({self._link})")
            self._link = ""
        elif tag in _BREAKS:
            self._text.append(":" if tag == "dt" and any(map(str.strip, self._text)) else "")
            self._break()

    def _close_table(self, tag: str) -> None:
        self._end_cell()
        if tag == "table" and self._rows is not None:
            self._add(table_block(self._rows))
            self._rows = None

    def _end_cell(self) -> None:
        if self._cell and self._rows:
            self._rows[-1].append(self._taken())
        self._cell = False

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._text.append(data)

    def finish(self) -> None:
        """Close what the page left open."""
        self._skipping = []
        self._end_cell()
        while self._lists:
            self._close("ul")
        self._end_block()

    def _taken(self) -> str:
        text = " ".join("".join(self._text).replace("\u00b6", "").split())
        self._text = []
        return _EMPTY.sub("", _BARE_LINK.sub(r"\1", text))

    def _add(self, block: Block | None) -> None:
        if block and block.text:
            self.blocks.append(block)

    def _break(self) -> None:
        """End a paragraph, unless it stands in a cell or an item, which go on."""
        if self._preformatted or self._heading:
            return
        if self._lists or self._rows is not None:
            self._text.append(" ")
        else:
            self._end_block()

    def _end_block(self) -> None:
        if self._preformatted:
            self._preformatted = 0
            text, self._text = "".join(self._text), []
            self._add(code_block(text.splitlines(), re.sub(r"[^\w+#-].*", "", self._language)))
        elif self._heading:
            level, self._heading = self._heading, 0
            self._add(Block("heading", self._taken().strip("# "), level=level, anchor=self._anchor))
            self._anchor = ""
        elif self._lists:
            self._end_item()
        elif self._rows is None:
            self._add(Block("paragraph", self._taken()))

    def _end_list(self) -> None:
        self._add(Block("list", "\n".join(self._items)))
        self._items = []

    def _begin_item(self) -> None:
        if not self._lists:
            self._lists.append(None)
        number = self._lists[-1]
        mark = "-"
        if number is not None:
            self._lists[-1] = number + 1
            mark = f"{number + 1}."
        self._items.append("  " * (len(self._lists) - 1) + mark)

    def _end_item(self) -> None:
        """Put the text so far to the item that it belongs to."""
        text = self._taken()
        if text and self._items:
            self._items[-1] += " " + text
        elif text:
            self._add(Block("paragraph", text))
        self._items = [item for item in self._items[:-1] if len(item.split()) > 1] + self._items[-1:]
