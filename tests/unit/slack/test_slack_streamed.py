"""What goes into Slack's streams: a model's Markdown, without what is live in it, in pieces that only ever add up."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from vera.assistant.conversation import FOOTER
from vera.assistant.settled import settled
from vera.slack import links
from vera.slack.leaf import BOUNDARY, BREAKER
from vera.slack.mark import is_marked, mark_of
from vera.slack.streamed import to_streamed

AS_IT_IS = {
    "words": "It is open from 8 to 5.",
    "nothing": "",
    "emphasis": "**bold**, *italics*, ~~struck~~, `code`, 2 * 3, snake_case",
    "a list": "1. a\n   - b\n   - [x] c",
    "a quote": "> a\n> > b",
    "a table": "| a | b |\n|---|:-:|\n| c | d |",
    "a heading": "# a",
    "a fence": "```py\nx = a[1](b)\n```\nb",
    "an ampersand": "a & b &amp; c",
    "a link": "see [the docs](https://x.example/a?b=1&c=2#d) there",
    "a link to an address that its label names": "see [x.example](https://x.example/a), please",
    "a link with emphasis": "**[the _docs_](https://x.example)**",
    "a mail address": "write to [us](mailto:us@x.example)",
    "a bare address": "see https://x.example/a_b_c, please",
    "citations": "so it is [1][2].",
    "code that looks like a link": "`handlers[name](event.body)` and\n```\nhandlers[event.type](\n  payload)\n```",
    "code that looks like a definition": "```py\nfor x in y[1:]:\n```\n```ts\n[key: string]: any;\n```",
    "an image of code": "`vec![1](2)`",
    "an exclamation": "wow! [1]",
    "emoji and joiners": "👩‍💻 \u200d नि\u200cक",
    "what comes after the answer": f"so [1].\n\n{FOOTER}\n**Sources**",
}


@pytest.mark.parametrize("markdown", AS_IT_IS.values(), ids=AS_IT_IS.keys())
def test_what_is_harmless_stays_as_it_is(markdown: str):
    assert to_streamed(markdown) == markdown


DISARMED = {
    "a mention": ("<@U123>", "&lt;@U123&gt;"),
    "a ping": ("<!channel> <!subteam^S1|x> <#C1>", "&lt;!channel&gt; &lt;!subteam^S1|x&gt; &lt;#C1&gt;"),
    "a bare ping": ("so @here and @Channel", f"so @{BREAKER}here and @{BREAKER}Channel"),
    "no ping": ("ann@here.example @herenow", "ann@here.example @herenow"),
    "a ping in code": ("`<!here>`", "`&lt;!here&gt;`"),
    "a ping in a fence": ("```\n<!here>\n```", "```\n&lt;!here&gt;\n```"),
    "less and greater": ("a < b > c", "a &lt; b &gt; c"),
    "an escaped sign": ("a \\< b", "a &lt; b"),
    "a quote's sign within a line": ("- > a", "- &gt; a"),
    "a prompt in code": ("```\n>>> a\n```", "```\n>>> a\n```"),
    "an autolink": ("at <https://x.example/a_b>.", "at https://x.example/a_b."),
    "an autolink in words": ("at<https://x.example>it", "at https://x.example it"),
    "a mail's autolink": ("<mailto:us@x.example>", "us@x.example"),
    "an autolink to nowhere": ("<https://>", "&lt;https://&gt;"),
    "an autolink to no host": ("<https://a!b>", "&lt;https://a!b&gt;"),
    "an autolink that hides a link": (
        "[x.example <https://a.example/](https://evil.example)>",
        "[x.example https://a.example/%5D%28https://evil.example%29",
    ),
    "a tag": ("a<br>b<br/>c", "a b c"),
    "another tag": ("<b>a</b>", "&lt;b&gt;a&lt;/b&gt;"),
    "an image": ("![a cat](https://x.example/c.png)", "[a cat](https://x.example/c.png)"),
    "a link with a title": ('[a](https://x.example "t")', "[a](https://x.example)"),
    "a link in angles": ("[a](<https://x.example/b c>)", "[a](https://x.example/b%20c)"),
    "a link with brackets": ("[a](https://x.example/b_(c))", "[a](https://x.example/b_%28c%29)"),
    "a link with a user": ("[a](https://x.example@evil.example)", "[a](https://evil.example)"),
    "a link that lies": (
        "[x.example](https://evil.example)",
        f"[x.example]{BREAKER}(https://evil.example)",
    ),
    "an image that lies": (
        "![x.example](https://evil.example)",
        f"[x.example]{BREAKER}(https://evil.example)",
    ),
    "a link that lies in code": (
        "`[x.example](https://evil.example)`",
        f"`[x.example]{BREAKER}(https://evil.example)`",
    ),
    "a link that lies by what precedes it": (
        "bank[.com](https://evil.example)",
        f"bank[.com]{BREAKER}(https://evil.example)",
    ),
    "a link that lies by what follows it": (
        "[bank](https://evil.example)**.com** a",
        f"[bank]{BREAKER}(https://evil.example)**.com** a",
    ),
    "a link that lies by the link before it": (
        "[bank](https://evil.example)[.com](https://evil.example)",
        f"[bank](https://evil.example)[.com]{BREAKER}(https://evil.example)",
    ),
    "a link that lies by an escape": (
        "[x\\.example](https://evil.example)",
        f"[x\\.example]{BREAKER}(https://evil.example)",
    ),
    "a link that lies by an entity": (
        "[x&#46;example](https://evil.example)",
        f"[x&#46;example]{BREAKER}(https://evil.example)",
    ),
    "a link that lies before an escaped bracket": (
        "[x.example \\[a](https://evil.example)",
        f"[x.example \\[a]{BREAKER}(https://evil.example)",
    ),
    "a link without a label": ("[](https://x.example)", f"[]{BREAKER}(https://x.example)"),
    "a link whose label began above": ("[a\nb](https://x.example)", f"[a\nb]{BREAKER}(https://x.example)"),
    "a link whose target is below": ("[a](\nhttps://x.example)", f"[a]{BREAKER}(\nhttps://x.example)"),
    "a script": ("[a](javascript:alert)", f"[a]{BREAKER}(javascript:alert)"),
    "a path": ("[a](b/c.md)", f"[a]{BREAKER}(b/c.md)"),
    "a link of more than an address's length": (
        f"[a](https://x.example/{'b' * 2_300})",
        f"[a]{BREAKER}(https://x.example/{'b' * 2_300})",
    ),
    "a definition": (
        "[x.example]\n\n[x.example]: https://evil.example",
        f"[x.example]\n\n[x.example]{BREAKER}: https://evil.example",
    ),
    "a definition in code": (
        "```\n[x.example]: https://evil.example\n```",
        f"```\n[x.example]{BREAKER}: https://evil.example\n```",
    ),
    "a fence of tildes": ("~~~ py title\n```\n~~~", f"```py\n`{BOUNDARY}`{BOUNDARY}`\n```"),
    "a fence of four": ("````\n```\n````", f"```\n`{BOUNDARY}`{BOUNDARY}`\n```"),
    "what nobody sees": ("a\u202eb\u200bc\u2066d\ufeffe\x00", "abcde"),
    "old line ends": ("a\r\nb\rc", "a\nb\nc"),
    "half a character": ("a\ud83d", "a\ufffd"),
    "torn characters": ("\ud83d\udc4d", "👍"),
}


@pytest.mark.parametrize(("markdown", "shown"), DISARMED.values(), ids=DISARMED.keys())
def test_what_is_not_harmless_is_disarmed(markdown: str, shown: str):
    assert to_streamed(markdown) == shown


HELD_BACK = {
    "half a mention": ("a <@U1", "a "),
    "a sign that is one": ("a < ", "a &lt; "),
    "half a ping": ("a @her", "a "),
    "half a link": ("[a](https://x.exa", "[a"),
    "a link that may come to lie": ("[bank](https://x.example)", "[bank"),
    "half a link's title": ('[a](https://x.example "t', "[a"),
    "half an image": ("![a c", ""),
    "half a fence": ("a\n``", "a\n"),
    "a fence's line": ("a\n```p", "a\n"),
    "half a fence's end": ("```\na\n``", "```\na\n"),
    "half a character": ("a\ud83d", "a"),
    "half a line's end": ("a\r", "a"),
}


@pytest.mark.parametrize(("markdown", "shown"), HELD_BACK.values(), ids=HELD_BACK.keys())
def test_what_is_undecided_is_held_back(markdown: str, shown: str):
    assert to_streamed(markdown, closed=False) == shown


def test_a_mark_cannot_be_forged():
    assert not is_marked(to_streamed(f"a{mark_of('C1:1.5', 0)}b"))


PIECES = [
    *"*_`~[]()<>|-#!@\\&:/ ab.\n\r\té\u200b\u2060\ud83d",
    *("**", "```", "~~~", "1. ", "- ", "> ", "\n\n", "](", "]: ", "<br>", "<@U1>", "&#46;", "here", "@channel", "href"),
    *("https://evil.example", "<https://x.example>", "x.example", "bank", ".com", "mailto:", "//evil.example", '"t"'),
    *("[x.example](https://evil.example)", "[a](https://x.example)", "![", "\n```\n", "\n    ", "`a`"),
]
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@settings(max_examples=1_000, deadline=None)
@given(MARKDOWN)
@example("```\n>~~")
def test_what_comes_out_of_a_growing_text_only_grows(markdown: str):
    shown = ""
    for length in range(len(markdown) + 1):
        now = to_streamed(markdown[:length], closed=False)

        assert now.startswith(shown)
        assert to_streamed(markdown[:length]).startswith(now)
        shown = now


@settings(max_examples=300, deadline=None)
@given(MARKDOWN)
def test_it_only_grows_by_what_is_settled_too(markdown: str):
    shown = ""
    for length in range(len(markdown) + 1):
        now = to_streamed(settled(markdown[:length]), closed=False)

        assert now.startswith(shown)
        shown = now

    assert to_streamed(markdown).startswith(shown)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["[a](", "[a](https://x.example/", "<https://", "![", "`", "[bank](https://x.example)", "@", "<"])
)
def test_what_never_ends_is_let_go_and_only_grows(opening: str):
    text = opening + "x" * 3_000
    shown = ""
    for length in range(0, len(text), 7):
        now = to_streamed(text[:length], closed=False)

        assert now.startswith(shown)
        shown = now

    assert to_streamed(text).startswith(shown)
    assert len(shown) > 600


PARSER = MarkdownIt("commonmark")


@settings(max_examples=1_000, deadline=None)
@given(MARKDOWN)
def test_nothing_is_live_in_it_and_no_link_lies(markdown: str):
    shown = to_streamed(markdown)

    assert "<" not in shown
    for label, href in links_in(shown):
        assert not links.misleads(label, href), shown


def links_in(markdown: str) -> list[tuple[str, str]]:
    """Return the labels and the targets of the links and images that CommonMark sees in a text."""
    found = []
    for block in PARSER.parse(markdown):
        label: list[str] | None = None
        href = ""
        for token in block.children or ():
            if token.type == "link_open":
                label, href = [], str(token.attrGet("href"))
            elif token.type == "link_close":
                found.append(("".join(label or ()), href))
                label = None
            elif token.type == "image":
                found.append((token.content, str(token.attrGet("src"))))
            elif label is not None:
                label.append(" " if token.type in {"softbreak", "hardbreak"} else token.content)
    return [(label, address) for label, href in found if (address := links.target(href))]
