"""Markdown as the page shows it, in `markdown` blocks and in streams: what a model means, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from fakes.shown_text import ShownText, application
from vera.assistant.conversation import FOOTER
from vera.playground.loopback import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token
    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e

_PREPARE = """async ([people, channels]) => {
  const [{ Markdown, previewMarkdown }, { html, render }] = await Promise.all([
    import("./page/markdown.js"), import("./page/vendor/htm-preact.js"),
  ]);
  const CLASSES = {
    "mrkdwn-text": "", "mrkdwn-fence": "fence", "mrkdwn-quote": "quote", "message-footer": "footer",
    "message-note": "note", "message-source": "source", "mention": "mention", "mention mention-self": "self",
    "channel-link": "channel", "emoji": "emoji", "mrkdwn markdown": "", "markdown-heading": "heading",
    "markdown-wide": "", "markdown-rule": "rule",
  };
  const BREAKS = new Set(["mrkdwn-text"]);
  const draw = (text) => {
    render(html`<${Markdown} text=${text} people=${people} channels=${channels} self="U1" />`, document.body);
    return document.body.firstElementChild;
  };
  const outline = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const kind = (node.getAttribute("class") ?? "").replace(/ (growing|level-\\d)/g, "");
    const name = CLASSES[kind] ?? node.localName;
    const target = node.hasAttribute("href") ? `(${node.getAttribute("href")})` : "";
    const from = node.getAttribute("start") ?? "";
    const inside = [...node.childNodes].map(outline).join("");
    return name ? `${name}${from}${target}{${inside}}` : BREAKS.has(kind) ? `[${inside}]` : inside;
  };
  const letters = (node, marks) => {
    if (node.nodeType === Node.TEXT_NODE) return [...node.data].map((letter) => [letter, marks]);
    const mark = { STRONG: "*", EM: "_", S: "~", CODE: "`", A: node.getAttribute("href") }[node.nodeName];
    return [...node.childNodes].flatMap((child) => letters(child, mark ? [...marks, mark] : marks));
  };
  window.shown = {
    outline: (text) => outline(draw(text)),
    words: (text) => draw(text).textContent,
    growing: (text) => [...draw(text).querySelectorAll(".growing")].map((element) => element.textContent),
    letters: (text) => letters(draw(text), []).map(([letter, marks]) => [letter, [...new Set(marks)].sort().join(" ")]),
    elements: (text) => [...draw(text).querySelectorAll("*")].map((element) =>
      [element.localName, Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]))]),
    preview: (text) => previewMarkdown(text, people, channels),
  };
}"""
_PEOPLE = [{"id": "U1", "name": "ada", "real_name": "Ada Lovelace"}, {"id": "U2", "real_name": "Grace & <b>Co</b>"}]
_CHANNELS = [{"id": "C1", "name": "general"}]


@pytest.fixture(scope="module")
def shown(chromium: Browser) -> Iterator[ShownText]:
    """Load the modules once; nothing that they are shown may trouble the page."""
    with LoopbackServer(application()) as server:
        page = chromium.new_page()
        text = ShownText(page, server.url)
        page.evaluate(_PREPARE, [_PEOPLE, _CHANNELS])
        yield text
        complaints = text.complaints
        page.close()
    assert complaints == []


LOOKS = {
    "nothing": ("", ""),
    "paragraphs": ("one\n  two  \nthree\\\nfour\n\n\nfive", "[one\ntwo\nthree\nfour][five]"),
    "marks": (
        "**bold** __bold__ *italic* _italic_ ~~gone~~ `code`",
        "[strong{bold} strong{bold} em{italic} em{italic} s{gone} code{code}]",
    ),
    "marks in marks": ("***both*** **a *b* c** *a **b***", "[em{strong{both}} strong{a em{b} c} em{a strong{b}}]"),
    "marks within words": ("un**bold**ed snake_case_word 2*3*4", "[unstrong{bold}ed snake_case_word 2em{3}4]"),
    "marks that nothing closes": ("**a *b ~~c `d", "[**a *b ~~c `d]"),
    "marks beside other scripts": (
        "**太字**漢字 «**c**» **a**—**b**",
        "[strong{太字}漢字 «strong{c}» strong{a}—strong{b}]",
    ),
    "signs that are signs": (r"\*a\* \_b\_ \[c\] \\ \# 2 * 3", "[*a* _b_ [c] \\ # 2 * 3]"),
    "code": ("`` a`b `` `**x** &lt;b&gt;` `\n`", "[code{a`b} code{**x** <b>} code{ }]"),
    "entities": ("&lt;b&gt; &amp;lt; &amp;amp; AT&T &copy;", "[<b> &lt; &amp; AT&T &copy;]"),
    "headings": (
        "# A **b** `c` ##\ntext\n### d #1\n#no",
        "heading{strong{A strong{b} code{c}}}[text]heading{strong{d #1}}[#no]",
    ),
    "a fence": ("a\n```python\nif a &lt; b:\n\n    **x**\n```\nb", "[a]fence{if a < b:\n\n    **x**}[b]"),
    "a fence of tildes": ("~~~\n```\n~~~", "fence{```}"),
    "a fence in a longer fence": ("````\n```\nx\n```\n````", "fence{```\nx\n```}"),
    "a fence that is still written": ("```js\nlet a", "fence{let a}"),
    "a list": ("- a\n* b\n+ c", "ul{li{[a]}li{[b]}li{[c]}}"),
    "a list in a list": ("- a\n  - **b**\n    1. c\n- d", "ul{li{[a]ul{li{[strong{b}]ol1{li{[c]}}}}}li{[d]}}"),
    "a list that is nested by two": ("1. a\n  - b\n    - c\n2. d", "ol1{li{[a]ul{li{[b]ul{li{[c]}}}}}li{[d]}}"),
    "a list with gaps": ("- a\n\n- b\n\n  c\n\nd", "ul{li{[a]}li{[b][c]}}[d]"),
    "a list right after text": ("a:\n- b\nc\n\n7) d\n8) e", "[a:]ul{li{[b\nc]}}ol7{li{[d]}li{[e]}}"),
    "a year that is no list": ("It was\n1984. A great year.", "[It was\n1984. A great year.]"),
    "tasks": ("- [x] a\n- [ ] b\n- [y] c", "ul{li{[☑ a]}li{[☐ b]}li{[[y] c]}}"),
    "code in a list": ("- a\n  ```\n  x\n   y\n  ```\n- b", "ul{li{[a]fence{x\n y}}li{[b]}}"),
    "a quote": ("> a\n> **b**\n>\n> - c\nd", "quote{[a\nstrong{b}]ul{li{[c]}}}[d]"),
    "a quote in a quote": ("> > a\n> b", "quote{quote{[a]}[b]}"),
    "no quote": ("&gt; a\nb > c", "[> a\nb > c]"),
    "rules": ("a\n\n---\n***\n- - -\nb", "[a]rule{}rule{}rule{}[b]"),
    "a table": (
        "T:\n| A | B |\n|:--|--:|\n| 1 | **2** |\n| a\\|b | c | d |\n|e\n\nafter",
        ("[T:]table{thead{tr{th{A}th{B}}}tbody{tr{td{1}td{strong{2}}}tr{td{a|b}td{c}}tr{td{e}}}}[after]"),
    ),
    "no table": ("a | b\nc | d\n\n| a |\n|---|---|", "[a | b\nc | d][| a |\n|---|---|]"),
    "links": (
        '[the **docs**](https://x.example/a_(b)?c=1&d=2 "T") <https://y.example> https://z.example/_a_.',
        (
            "[a(https://x.example/a_(b)?c=1&d=2){the strong{docs}} a(https://y.example){https://y.example} "
            "a(https://z.example/_a){https://z.example/_a}_.]"
        ),
    ),
    "an address as its own label": (
        "[https://x.example](https://x.example/)",
        "[a(https://x.example/){https://x.example}]",
    ),
    "a link in a link": ("[a [b](https://b.example) c](c)", "[[a a(https://b.example){b} c](c)]"),
    "a picture": ("![A cat](https://x.example/c.png)", "[a(https://x.example/c.png){A cat}]"),
    "a picture that is a link": ("[![a](https://x.example/a.png)](https://y.example)", "[a(https://y.example){a}]"),
    "an address in bold": (
        "**https://x.example/a** (https://y.example)",
        "[strong{a(https://x.example/a){https://x.example/a}} (a(https://y.example){https://y.example})]",
    ),
    "brackets": ("[1] [a][b] [] [c]( ) ](", "[[1] [a][b] [] [c]( ) ](]"),
    "what is Slack's": (
        "<@U1> <#C1|x> <!here> :tada: <https://x.example|y> `<@U2>`",
        (
            "[self{@Ada Lovelace} channel(#/C1){#general} mention{@here} emoji{🎉} a(https://x.example){y} "
            "code{mention{@Grace & <b>Co</b>}}]"
        ),
    ),
    "HTML": ("<b>x</b>\n\n<div>\n**y**\n</div>", "[<b>x</b>][<div>\nstrong{y}\n</div>]"),
    "invisible marks": ("\u2061\u2062\u2064# A\n\n- \u2062b\u2061", "heading{strong{A}}ul{li{[b]}}"),
    "a footer": (
        f"So [1].\n\n{FOOTER}\n_A note._\n\n**Sources**\n[1] [T](https://x.example)\n[2] D (`a/d.md`)",
        (
            "[So [1].]footer{note{em{A note.}}note{strong{Sources}}source{[1] a(https://x.example){T}}"
            "source{[2] D (code{a/d.md})}}"
        ),
    ),
    "lines of another system": ("a\r\nb\rc", "[a\nb\nc]"),
}


@pytest.mark.parametrize(("text", "outline"), LOOKS.values(), ids=LOOKS.keys())
def test_markdown_looks_as_it_is_meant(shown: ShownText, text: str, outline: str):
    assert shown.outline(text) == outline


GROWING = {
    "a paragraph": ("a\n\nb c", ["b c"]),
    "the last of nested lists": ("- a\n  - b\n- c\n  - d", ["d"]),
    "a quote": ("a\n> b", ["b"]),
    "code": ("a\n```\nb", ["b"]),
    "nothing before a footer": (f"a\n{FOOTER}b", []),
}


@pytest.mark.parametrize(("text", "last"), GROWING.values(), ids=GROWING.keys())
def test_where_a_text_goes_on_is_marked_once(shown: ShownText, text: str, last: list[str]):
    assert shown.of("growing", text) == last


# The rules of emphasis, held to those of another parser

WORDS = st.text("abcäß字1", min_size=1, max_size=4)
INLINE = st.one_of(
    WORDS,
    *(WORDS.map(form.format) for form in ("**{}**", "*{}*", "~~{}~~", "`{}`", "***{}***", "_{}_", "__{}__", r"\*{}\*")),
    WORDS.map("[{}](https://x.example/a_b)".format),
    WORDS.map("[*{}](<https://x.example/y>)".format),
    st.sampled_from([*" .,;!?()\"'-_*~`[]\n", "**", "\\_", "***", "__", "``"]),
)


@settings(max_examples=400)
@given(st.lists(INLINE, max_size=14).map("".join))
@example("*a***b**`c`*d*")
@example("**a*b**c*")
@example("[a*](https://x.example)*")
def test_every_letter_stands_in_the_marks_that_commonmark_gives_it(shown: ShownText, markdown: str):
    markdown = re.sub("~{3,}", "~", f"z {markdown} z")  # of more than two, parsers think differently

    seen = [(letter, marks) for letter, marks in shown.letters(markdown) if not letter.isspace()]

    assert seen == [(letter, marks) for letter, marks in meant(markdown) if not letter.isspace()]


_PARSER = MarkdownIt("zero").enable(
    [
        "emphasis",
        "strikethrough",
        "backticks",
        "link",
        "escape",
        "newline",
        "text_join",
        "balance_pairs",
        "fragments_join",
    ]
)
_SIGNS = {"strong": "*", "em": "_", "s": "~"}


def meant(markdown: str) -> list[tuple[str, str]]:
    """Return each letter with the marks that it stands in."""
    inline = _PARSER.parseInline(markdown)[0]
    return list(_letters(inline.children or ()))


def _letters(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    marks: list[str] = []
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if token.type.endswith("_open"):
            marks.append(_SIGNS.get(name) or str(token.attrGet("href")))
        elif token.type.endswith("_close"):
            marks.pop()
        else:
            own = [*marks, *("`" * (token.type == "code_inline"))]
            yield from ((letter, " ".join(sorted(set(own)))) for letter in token.content)


MARKUP = st.sampled_from(
    [
        *"*_~`<>&;:#@|-+>![]() \n\r\\",
        *("```", "](", "<@", "<!", "<https://", "&lt;", "1. ", "- ", "    ", "|-|\n", FOOTER, "\u2061"),
    ]
)


@settings(max_examples=400)
@given(st.lists(st.one_of(MARKUP, st.sampled_from(["alpha", "beta", "gamma", "delta"])), max_size=40).map("".join))
def test_no_word_is_lost_whatever_stands_around_it(shown: ShownText, text: str):
    hidden = re.sub(r"(?m)^.*(```|~~~|\]\(|\|).*$", "", text)  # a fence's language, an address, a cell too many
    written = re.findall("alpha|beta|gamma|delta", hidden)

    seen = re.findall("alpha|beta|gamma|delta", shown.words(text))

    assert in_order(written, seen)
    assert "\n" not in shown.of("preview", text)


def in_order(words: list[str], seen: list[str]) -> bool:
    """Whether the words are among those seen, in their order."""
    left = iter(seen)
    return all(word in left for word in words)


# What means harm

SCRIPTS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\u00adscript:alert(1)",
    "javascript&#58;alert(1)",
    "javascript&colon;alert(1)",
    "&#106;avascript:alert(1)",
    "javascript://x.example/%0aalert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "blob:https://x.example/1",
    "file:///etc/passwd",
    "//x.example",
    "#/C1",
    "https://x\u202e.example",
    "https:///",
    "https://",
]


@pytest.mark.parametrize("address", SCRIPTS)
def test_only_addresses_that_are_safe_become_links(shown: ShownText, address: str):
    text = f"[a]({address}) [b](<{address}>) ![c]({address}) <{address}> <{address}|d> [e]: {address}"

    links = [attributes["href"] for name, attributes in shown.elements(text) if name == "a"]

    assert all(re.match("https?://x", link) for link in links)


HOSTILE = [
    "<script>alert(1)</script>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "# <svg onload=alert(1)>",
    "- <style>*{display:none}</style>",
    "| <b> |\n|---|\n| <iframe src=https://x.example> |",
    "```</pre><script>alert(1)</script>\n</pre><script>alert(1)</script>\n```",
    "> </blockquote><style>*{display:none}</style>",
    '[a](https://x.example "onmouseover=alert(1)")',
    '[a](https://x.example/"onmouseover=alert(1))',
    "[<img src=x>](https://x.example)",
    f"{FOOTER}[1] <svg onload=alert(1)>",
    "<@U2> <@U9|<b>x</b>>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_written_becomes_an_element_or_an_attribute(shown: ShownText, text: str):
    seen = shown.elements(text)

    ours = {
        "div",
        "a",
        "span",
        "pre",
        "code",
        "blockquote",
        "strong",
        "ul",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    named = {"class", "dir", "href", "title", "rel", "target", "scope", "role", "tabindex", "aria-label"}
    assert {name for name, _ in seen} <= ours
    assert {attribute for _, attributes in seen for attribute in attributes} <= named


_LONG = 40_000
"""Characters: more than three times what Slack takes. In quadratic time none of these ends within a test's minute."""

ENDLESS: dict[str, str] = {
    "stars": "*" * _LONG,
    "marks that alternate": "*_" * (_LONG // 2),
    "marks that only open": "**a *b " * (_LONG // 7),
    "marks that only close": "a* b_ c~~ " * (_LONG // 10),
    "brackets": "[" * _LONG,
    "links that nothing ends": "[a](" * (_LONG // 4),
    "titles that nothing ends": '[a](b "' * (_LONG // 7),
    "pictures in pictures": "![" * 3_000 + "a" + "](https://x.example)" * 3_000,
    "backticks": " ".join("`" * size for size in range(1, 280)),
    "quotes in quotes": ">" * _LONG,
    "lists in lists": "- " * (_LONG // 2),
    "stairs": "\n".join(" " * step + "- a" for step in range(280)),
    "blank lines": "- a\n" + "\n" * _LONG + "b",
    "fences": "```\n~~~\n" * (_LONG // 8),
    "columns": "|a" * 8_000 + "\n" + "|-" * 8_000 + "\n" + "|\n" * 8_000,
    "tables": "|\n-\n" * (_LONG // 4),
    "dashes that are no rule": "- " * (_LONG // 2) + "x",
    "dashes under names": "a|\n" + "-" * _LONG + "x",
    "signs after a heading": "# " + "#" * _LONG + " x",
    "spaces": "a" + " " * _LONG + "b",
    "angles": "<a" * (_LONG // 2),
    "an address of brackets": "https://x.example/" + "(" * _LONG,
    "an address that ends": "https://x.example/" + ")" * _LONG,
    "colons": ":a" * (_LONG // 2),
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS.keys())
def test_no_text_takes_the_page_long(shown: ShownText, text: str):
    words: Any = shown.words(text)

    assert len(words) <= len(text)


PREVIEWS = {
    "marks": ("**a** _b_ ~~c~~ `d`", "a b c d"),
    "blocks": (
        "# a\n> b\n```\nc\n  d\n```\n\n- e\n- f\n\n| g | h |\n|---|---|\n| i | j |\n\n---",
        "a b c d e f g h i j",
    ),
    "mentions": ("<@U1> <!here> [y](https://x.example) :tada:", "@Ada Lovelace @here y 🎉"),
    "a footer": (f"a\n{FOOTER}\n**Sources**", "a"),
    "a footer alone": (f"{FOOTER}**Sources**\n[1] b", "Sources [1] b"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "line"), PREVIEWS.values(), ids=PREVIEWS.keys())
def test_a_preview_is_one_line_without_markup(shown: ShownText, text: str, line: str):
    assert shown.of("preview", text) == line
