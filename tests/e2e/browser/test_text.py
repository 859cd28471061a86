"""A message's text as the page shows it: what Slack would show of it, and nothing else, whoever wrote it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakes.shown_text import ShownText, application
from vera.assistant.conversation import FOOTER
from vera.playground.loopback import LoopbackServer
from vera.playground.page.typed import typed
from vera.playground.slack.values import Channel, Person
from vera.slack.grammar import grammar
from vera.slack.leaf import BOUNDARY, BREAKER, literal
from vera.slack.markdown import to_mrkdwn
from vera.slack.spans import flattened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e

B, W = BOUNDARY, BREAKER


@pytest.fixture(scope="module")
def shown(chromium: Browser) -> Iterator[ShownText]:
    """Load the modules once; nothing that they are shown may trouble the page."""
    with LoopbackServer(application()) as server:
        page = chromium.new_page()
        text = ShownText(page, server.url)
        yield text
        complaints = text.complaints
        page.close()
    assert complaints == []


LOOKS = {
    "nothing": ("", ""),
    "words": ("Just words, and more. 12:30!", "text{Just words, and more. 12:30!}"),
    "lines and spaces": ("one\n  two   three\n\n\nfour", "text{one\n  two   three\n\n\nfour}"),
    "blank lines around": ("\n\n one\n\n", "text{ one}"),
    "marks": ("*bold* _italic_ ~gone~ `code`", "text{strong{bold} em{italic} s{gone} code{code}}"),
    "marks in marks": (
        "_*both*_ *a _b ~c~_ d*",
        "text{em{strong{both}} strong{a em{b s{c}} d}}",
    ),
    "marks that cross": ("*a _b* c_", "text{strong{a _b} c_}"),
    "marks beside punctuation": ("(*a*), “_b_”: ~c~!", "text{(strong{a}), “em{b}”: s{c}!}"),
    "marks touching words": ("un*bold*ed a_b_c 2*3*4 ~a~b", "text{un*bold*ed a_b_c 2*3*4 ~a~b}"),
    "marks touching words of other scripts": ("字*x*字 𝐀*x*𝐀", "text{字*x*字 𝐀*x*𝐀}"),
    "marks with spaces inside": ("* a* *b * 2 * 3", "text{* a* *b * 2 * 3}"),
    "marks over two lines": ("*one\ntwo*", "text{*one\ntwo*}"),
    "marks that nothing closes": ("*a _b ~c `d", "text{*a _b ~c `d}"),
    "marks with nothing inside": ("** __ ~~ `` ` ` (*_*)", "text{** __ ~~ `` ` ` (*_*)}"),
    "Markdown's own": ("**a** __b__ ~~c~~ ``d``", "text{**a** __b__ ~~c~~ ``d``}"),
    "a mark that opens anew": ("*a *b*", "text{*a strong{b}}"),
    "a boundary": (f"un{B}*bold*{B}ed", "text{unstrong{bold}ed}"),
    "a zero-width space between letters": (f"a{B}b", f"text{{a{B}b}}"),
    "broken marks": (f"{W}*{W}a{W}*{W} {W}_{W}b_", "text{*a* _b_}"),
    "a broken mark in bold": (f"*{W}*{W}a*", "text{strong{*a}}"),
    "broken runs": (f"{W}*_{W}a{W}_*{W}", "text{*_a_*}"),
    "no marks in code": ("`*a* _b_ :tada:`", "text{code{*a* _b_ :tada:}}"),
    "code touching words": ("a`b`c", "text{a`b`c}"),
    "code in bold": ("*`x` y*", "text{strong{code{x} y}}"),
    "a mark in code closes nothing": ("*a `b* c` d*", "text{strong{a code{b* c} d}}"),
    "tokens in code": (
        "`<https://x.example|y> <@U1> &lt;b&gt;`",
        "text{code{a(https://x.example){y} self{@Ada Lovelace} <b>}}",
    ),
    "code over two lines": ("`a\nb`", "text{`a\nb`}"),
    "a fence": ("a\n\n```\nx  = 1\n\n\ty &lt; 2\n```\n\nb", "text{a}fence{x  = 1\n\n\ty < 2}text{b}"),
    "a fence within a line": ("a ```x``` > b", "text{a }fence{x}text{ > b}"),
    "a fence with its language": ("```python\nx```", "fence{python\nx}"),
    "no marks in a fence": ("```*a* `b` :tada: > c```", "fence{*a* `b` :tada: > c}"),
    "tokens in a fence": ("```<!here> <@U1>```", "fence{mention{@here} self{@Ada Lovelace}}"),
    "blank lines in a fence": ("```\n\nx\n\n```", "fence{\nx\n}"),
    "two fences": ("```a``````b```", "fence{a}fence{b}"),
    "a fence that nothing closes": ("```\n*a*", "text{```\nstrong{a}}"),
    "a fence with nothing in it": ("a `````` b", "text{a `````` b}"),
    "a quote": ("> a\n>b\nc", "quote{a\nb}text{c}"),
    "a quote, escaped": ("&gt; *a*\n&gt;\n&gt; b\n\nc", "quote{strong{a}\n\nb}text{c}"),
    "a quote in a quote": ("> > a", "quote{> a}"),
    "a quote of all that follows": ("a\n&gt;&gt;&gt; b\n\nc\n```d```\ne", "text{a}quote{b\n\nc}fence{d}quote{e}"),
    "a fence in a quote": ("> a\n> ```b```\n> c", "quote{a}fence{b}quote{c}"),
    "no quote": (f"{W}&gt; a\n &gt; b\nc &gt; d", "text{> a\n > b\nc > d}"),
    "entities": ("&lt;b&gt; &amp;amp; &amp;lt; &copy; &#60; & &amp;", "text{<b> &amp; &lt; &copy; &#60; & &}"),
    "a link": (
        "see <https://x.example/a?b=1&amp;c=2|the docs>.",
        "text{see a(https://x.example/a?b=1&c=2){the docs}.}",
    ),
    "a link without a label": ("<https://x.example/_a_>", "text{a(https://x.example/_a_){https://x.example/_a_}}"),
    "a link with an empty label": ("<http://x.example|>", "text{a(http://x.example){http://x.example}}"),
    "a bold link": ("*<https://x.example|*a* _b_ :tada:>*", "text{strong{a(https://x.example){*a* _b_ emoji{🎉}}}}"),
    "a label with entities": ("<https://x.example|&lt;b&gt; &amp;amp;>", "text{a(https://x.example){<b> &amp;}}"),
    "a mailbox": (
        "<mailto:a@x.example|write> <mailto:b@x.example>",
        "text{a(mailto:a@x.example){write} a(mailto:b@x.example){b@x.example}}",
    ),
    "a telephone": ("<tel:+43-1-234|call> <tel:112>", "text{a(tel:+43-1-234){call} a(tel:112){112}}"),
    "a bare address": (
        "at https://x.example/_a_~b~?c=*1*&amp;d, *http://y.example*",
        (
            "text{at a(https://x.example/_a_~b~?c=*1*&d){https://x.example/_a_~b~?c=*1*&d}, "
            "strong{a(http://y.example){http://y.example}}}"
        ),
    ),
    "a bare address in brackets": (
        "(https://x.example/a_(b)) &lt;https://y.example&gt;",
        "text{(a(https://x.example/a_(b)){https://x.example/a_(b)}) <a(https://y.example){https://y.example}>}",
    ),
    "what is no address": ("https:// https://__. xhttps://x.example", "text{https:// https://__. xhttps://x.example}"),
    "mentions": (
        "<@U1> <@U2> <@U3> <@U9|zoe> <@U9>",
        "text{self{@Ada Lovelace} mention{@Grace & <b>Co</b>} mention{@nameless} mention{@zoe} mention{@U9}}",
    ),
    "channels": ("<#C1|old> <#C2|x> <#C3>", "text{channel(#/C1){#general} channel(#/C2){#x} channel(#/C3){#C3}}"),
    "broadcasts": (
        "<!here> <!channel|channel> <!everyone|x>",
        "text{mention{@here} mention{@channel} mention{@everyone}}",
    ),
    "groups": ("<!subteam^S1|@team> <!subteam^S1>", "text{mention{@team} mention{@S1}}"),
    "a date": ("<!date^1392734382^{date} at {time}^https://x.example|18 Feb 2014>", "text{18 Feb 2014}"),
    "emoji": (
        "a :tada: :wave::skin-tone-3::+1: b",
        "text{a emoji{🎉} emoji{👋🏼}emoji{👍} b}",
    ),
    "what is no emoji": (":nope: 10:100:20 a:b:c :tada", "text{:nope: 10:100:20 a:b:c :tada}"),
    "an emoji after none": (":nope:tada:", "text{:nopeemoji{🎉}}"),
    "a tone that there is none of": (":tada::skin-tone-3:", "jumbo{text{emoji{🎉}emoji{🏼}}}"),
    "emoji alone": (":tada: 👩‍👩‍👧\n", "jumbo{text{emoji{🎉} 👩‍👩‍👧}}"),
    "bullets": ("• a\n    ◦ b\n☐ c\n1. d", "text{• a\n    ◦ b\n☐ c\n1. d}"),
    "a footer": (
        f"So [1].\n\n{FOOTER}\n_A note._\n\n*Sources*\n[1] <https://x.example|T>\n[2] D (`a/d.md`)",
        (
            "text{So [1].}footer{note{em{A note.}}note{strong{Sources}}"
            "source{[1] a(https://x.example){T}}source{[2] D (code{a/d.md})}}"
        ),
    ),
    "a footer alone": (f"{FOOTER}[3] <b>", "footer{source{[3] <b>}}"),
    "lines of another system": ("a\r\nb\rc", "text{a\nb\nc}"),
}


@pytest.mark.parametrize(("text", "outline"), LOOKS.values(), ids=LOOKS.keys())
def test_text_looks_as_in_slack(shown: ShownText, text: str, outline: str):
    assert shown.outline(text) == outline


ANSWERS = {
    "bold next to words": (
        "un**bold**ed, **a**_b_ **`c`** d",
        "text{unstrong{bold}ed, strong{a}em{b} strong{code{c}} d}",
    ),
    "bold in other scripts": ("漢字**太字**漢字", "text{漢字strong{太字}漢字}"),
    "bold over two lines": ("**one\ntwo**", "text{strong{one}\nstrong{two}}"),
    "bold before a dash": ("**a**—**b** «**c**»", "text{strong{a}—strong{b} «strong{c}»}"),
    "marks with stars in them": (r"**\*a** *b\_*", "text{strong{*a} em{b_}}"),
    "stars that are stars": (r"\*a\* \_\_init\_\_ *args, **kwargs 2 * 3", "text{*a* __init__ *args, **kwargs 2 * 3}"),
    "headings": ("# A **b** `c`\n\nd\n## e", "text{strong{A b code{c}}\n\nd\n\nstrong{e}}"),
    "lists": ("- a\n  - **b**\n    1. c\n- [x] d", "text{• a\n    ◦ strong{b}\n        1. c\n☑ d}"),
    "code with backticks": ("`` a`b `` and a`b`c", "text{code{aˋb} and acode{b}c}"),
    "code with markup": ("`**a** <!here> &lt;`", "text{code{**a** <!here> &lt;}}"),
    "a fence": ("a:\n\n```python\nif a < b:\n    **x**\n```\n\nb", "text{a:}fence{if a < b:\n    **x**}text{b}"),
    "a fence in a list": ("- a\n  ```\n  x\n  ```\n- b", "text{• a}fence{x}text{• b}"),
    "a fence in a fence": ("````\n```\nx\n```\n````", "fence{```\nx\n```}"),
    "a fence in a quote": ("> a\n> ```\n> b\n> ```\n> c", "quote{a}fence{b}quote{c}"),
    "a quote": ("> **a**\n>\n> - b\n\nc", "quote{strong{a}\n\n• b}text{c}"),
    "a bracket that opens a line": (r"\> a", "text{> a}"),
    "a table": ("| A | B |\n|---|---|\n| 1 | **2** |", "fence{A  B\n-  -\n1  2}"),
    "a table with links": ("|A|\n|---|\n|[x](https://x.example)|", "fence{A\n-\nx}text{a(https://x.example){x}}"),
    "links": (
        "**[the docs](https://x.example/a_b_?c=1&d=2)** <https://y.example> https://z.example/_a_",
        (
            "text{strong{a(https://x.example/a_b_?c=1&d=2){the docs}} a(https://y.example){https://y.example} "
            "a(https://z.example/_a){https://z.example/_a}_}"
        ),
    ),
    "a link with marks in its label": ("[*a* \\*b `c`](https://x.example)", "text{a(https://x.example){a *b c}}"),
    "a picture": ("![A cat](https://x.example/cat.png)", "text{a(https://x.example/cat.png){A cat}}"),
    "pings": (
        "<!channel> @here <@U1> `<!here>` [<!here>](https://x.example)",
        "text{<!channel> @here <@U1> code{<!here>} a(https://x.example){<!here>}}",
    ),
    "HTML": ("<b>x</b> &lt;i&gt; &amp;lt;", "text{<b>x</b> <i> &lt;}"),
    "a rule": ("a\n\n---\n\nb", "text{a\n\n———\n\nb}"),
    "a status line": ("_Reading the thread …_", "text{em{Reading the thread …}}"),
    "sources": (
        f"It is so [1].\n\n{FOOTER}\n**Sources**\n[1] [Opening hours](https://x.example/a)\n[2] Deploy (`e/deploy.md`)",
        (
            "text{It is so [1].}footer{note{strong{Sources}}source{[1] a(https://x.example/a){Opening hours}}"
            "source{[2] Deploy (code{e/deploy.md})}}"
        ),
    ),
}


@pytest.mark.parametrize(("markdown", "outline"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_vera_writes_looks_as_she_means_it(shown: ShownText, markdown: str, outline: str):
    assert shown.outline(to_mrkdwn(markdown)) == outline


WORDS = st.text("abcäß字1", min_size=1, max_size=4)
INLINE = st.one_of(
    WORDS,
    *(WORDS.map(form.format) for form in ("**{}**", "*{}*", "~~{}~~", "`{}`", "***{}***", "**{} *i* b**", r"\*{}\*")),
    WORDS.map("[{}](https://x.example/a_b)".format),
    st.sampled_from(
        [*" .,;!?()\"'-_*~`<>&:\n", "**", "\\_", "\\~", " ", "https://bare.example/a_b*c ", "&lt;", BREAKER]
    ),
)


@settings(max_examples=300)
@given(st.lists(INLINE, max_size=12).map("".join))
@example(r"**a**\*b\* *c*")
@example("*a***b**`c`*d*")
def test_every_letter_stands_in_the_marks_that_markdown_gave_it(shown: ShownText, markdown: str):
    markdown = f"z {markdown} z"
    paragraph = grammar().parseInline(markdown, {})[0]
    meant = [
        (letter, " ".join(sorted(filter(None, [*span.marks, "`" * (span.kind == "code"), span.address]))))
        for span in flattened(paragraph.children or ())
        for letter in span.text
    ]

    seen = shown.letters(to_mrkdwn(markdown))

    assert visible(seen) == visible(meant)


def visible(letters: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out what does not show, and that Slack makes links of bare addresses."""
    return [
        (letter.replace("`", "ˋ"), re.sub(r" ?https://bare\S+", "", marks))
        for letter, marks in letters
        if letter not in f" \n{B}{W}"
    ]


@settings(max_examples=300)
@given(
    st.text(
        st.one_of(st.sampled_from("*_~`<>&;@#!| a1é字\u0301\u00a0.()"), st.characters(exclude_categories=["Cs"])),
        max_size=40,
    )
)
def test_words_that_vera_disarmed_are_shown_as_they_are(shown: ShownText, text: str):
    text = f"a {' '.join(text.split())} z".replace(FOOTER, "").replace(":", "").replace("`", "'")

    seen = shown.outline(literal(text))

    assert re.sub(f"[{B}{W}]", "", seen) == f"text{{{re.sub(f'[{B}{W}]', '', text)}}}"


MARKUP = st.sampled_from(
    [
        *"*_~`<>&;:#@^ \n",
        "```",
        "&gt;",
        "&lt;",
        "&amp;",
        "<@",
        "<!",
        "<https://",
        ">>>",
        "::",
        B,
        W,
        FOOTER,
        "\r",
        "\u202e",
    ]
)


@settings(max_examples=300)
@given(st.lists(st.one_of(MARKUP, st.sampled_from(["alpha", "beta", "gamma", "delta"])), max_size=40).map("".join))
def test_no_word_is_lost_whatever_stands_around_it(shown: ShownText, text: str):
    written = re.findall("alpha|beta|gamma|delta", text)

    seen, said, one_line = shown.words(text), shown.of("plain", text), shown.of("preview", text)

    assert re.findall("alpha|beta|gamma|delta", seen) == written
    assert re.findall("alpha|beta|gamma|delta", said) == written
    if FOOTER not in text:
        assert re.findall("alpha|beta|gamma|delta", one_line) == written
    assert "\n" not in one_line


SCRIPTS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "\tjavascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java\u00adscript:alert(1)",
    "java\u200bscript:alert(1)",
    "\u0001javascript:alert(1)",
    "\u00a0javascript:alert(1)",
    "\ufeffjavascript:alert(1)",
    "javascript&#58;alert(1)",
    "javascript&colon;alert(1)",
    "&#106;avascript:alert(1)",
    "&amp;#106;avascript:alert(1)",
    "javascript%3Aalert(1)",
    "javascript://x.example/%0aalert(1)",
    "javascript:https://x.example",
    "view-source:javascript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "DATA:text/html;base64,PHNjcmlwdD4=",
    "blob:https://x.example/1",
    "file:///etc/passwd",
    "ftp://x.example",
    "//x.example",
    "/x",
    "#/C1",
    "http:x.example",
    "http:/x.example",
    "https:\\\\x.example",
    "https:///",
    "https://",
    "http://[x",
    "https://x y.example",
    "https://x\u202e.example",
    "mailto:",
    "tel:",
    "",
]


@pytest.mark.parametrize("address", SCRIPTS)
def test_only_addresses_that_are_safe_become_links(shown: ShownText, address: str):
    escaped = address.replace("<", "&lt;").replace(">", "&gt;")
    text = f"<{address}|label> <{escaped}|label> <{address}> [label]({address}) `<{address}>`"

    seen = shown.elements(text)

    assert "{label}" not in shown.outline(text)
    assert {name for name, _ in seen} <= {"div", "code", "a"}
    assert all(SAFE.match(attributes["href"]) for name, attributes in seen if name == "a")
    assert without_spaces(unescape(address)) in without_spaces(shown.words(f"<{address}>"))


SAFE = re.compile("https?://x|mailto:")


def without_spaces(text: str) -> str:
    return re.sub(rf"[\s\ufeff{B}]", "", text)


def unescape(text: str) -> str:
    return text.replace("&amp;", "&")


@pytest.mark.parametrize("address", SCRIPTS)
def test_no_link_of_a_model_runs_anything(shown: ShownText, address: str):
    markdown = f"[a]({address}) [b](<{address}>) ![c]({address}) <{address}> [d]\n\n[d]: {address}"

    seen = shown.elements(to_mrkdwn(markdown))

    assert all(SAFE.match(attributes["href"]) for name, attributes in seen if name == "a")


HOSTILE = [
    "<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<img src=x onerror=alert(1)>",
    "<https://x.example|<img src=x onerror=alert(1)>>",
    "<https://x.example|&lt;img src=x onerror=alert(1)&gt;>",
    '<https://x.example/"onmouseover=alert(1)|a>',
    "<https://x.example' style='color:red|a>",
    "```</pre><script>alert(1)</script>```",
    "`</code><iframe src=https://x.example>`",
    "> </blockquote><style>*{display:none}</style>",
    "<@U2> <@U9|<b>x</b>> <#C9|</a><b>x</b>> <!subteam^S1|<b>x</b>>",
    "<!date^0^{date}|<b>x</b>>",
    f"{FOOTER}[1] <svg onload=alert(1)>",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)}",
    '<#C1" onclick="alert(1)|a>',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_written_becomes_an_element_or_an_attribute(shown: ShownText, text: str):
    seen = shown.elements(text)

    ours = {"div", "a", "span", "pre", "code", "blockquote"}
    named = {"class", "dir", "href", "title", "rel", "target"}
    assert {name for name, _ in seen} <= ours
    assert {attribute for _, attributes in seen for attribute in attributes} <= named


LOOK_ALIKES = [
    "&lt;!channel&gt;",
    "<!channel&gt;",
    "&lt;!channel>",
    "&amp;lt;!channel&amp;gt;",
    "< !channel>",
    "<! channel>",
    "<!Channel>",
    "<!channels>",
    "<!channel",
    "<!cha\nnnel>",
    f"<!chan{W}nel>",
    "<!here^x>",
    "@channel @here @everyone",
    "<@ U1>",
    "<@u1>",
    "<@U1 >",
    "<@>",
    "<#general>",
    "<!subteam>",
    "<!subteam^>",
    "<!unknown>",
]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_only_looks_like_a_mention_is_text(shown: ShownText, text: str):
    assert shown.elements(text) == [("div", {"class": "mrkdwn-text", "dir": "auto"})]


def test_a_link_says_where_it_leads_and_gives_nothing_away(shown: ShownText):
    text = "<https://bank.example@evil.example/x|bank.example> <mailto:a@x.example?cc=b|mail>"

    links = [attributes for name, attributes in shown.elements(text) if name == "a"]

    assert [link["title"] for link in links] == ["evil.example", "a@x.example"]
    assert {link["rel"] for link in links} == {"noopener noreferrer nofollow"}
    assert {link["target"] for link in links} == {"_blank"}


def test_an_emoji_is_a_picture_with_a_name(shown: ShownText):
    [_, (name, attributes)] = shown.elements(":thumbsup::skin-tone-2:!")

    assert (name, attributes["role"], attributes["aria-label"]) == ("span", "img", "thumbs up, light skin tone")


def test_a_text_that_changes_leaves_nothing_of_the_old_one(shown: ShownText):
    before, after = "*a* <https://x.example|b>\n> c\n```d```\n:tada: e", "a `b`\n\n&gt; c"

    shown.outline(before)

    assert shown.outline(after) == "text{a code{b}}quote{c}"


PLAIN = {
    "words": ("a &lt;b&gt; &amp;amp; *c* :tada:", "a <b> &amp; *c* :tada:"),
    "mentions": ("<@U1>, <@U3> <@U9|zoe> <!here> <#C1|x>", "@Ada Lovelace, @nameless @zoe @here #general"),
    "links": ("<https://x.example/a?b&amp;c> <http://x.example|x.example>", "https://x.example/a?b&c x.example"),
    "invisible marks": (f"un{B}*bold*{B}ed {W}*{W}", "un*bold*ed *"),
    "code": ("```\n&lt;a&gt;\n```\n`b`", "```\n<a>\n```\n`b`"),
    "a quote": ("&gt; a\nb", "> a\nb"),
    "a footer": (f"a\n\n{FOOTER}\n*Sources*\n[1] b", "a\n\n*Sources*\n[1] b"),
}


@pytest.mark.parametrize(("text", "said"), PLAIN.values(), ids=PLAIN.keys())
def test_plain_text_is_what_one_would_type(shown: ShownText, text: str, said: str):
    assert shown.of("plain", text) == said


TYPED_PEOPLE = [
    Person(id="U1", name="countess", real_name="Ada Lovelace", team_id="T1"),
    Person(id="U3", name="nameless", real_name="", team_id="T1"),
]
TYPED_CHANNELS = [Channel(id="C1", name="general", kind="channel", members=("U1",), created=0, creator="U1")]
TYPING = st.sampled_from(
    [
        *"*_~`<>&;:!|., \n",
        "```",
        "@Ada Lovelace",
        "@nameless",
        "@here",
        "#general",
        "https://x.example/a?b&c",
        "word",
        "&lt;",
    ]
)


@settings(max_examples=200)
@given(st.lists(TYPING, max_size=20).map("".join))
def test_what_somebody_typed_comes_back_to_be_edited(shown: ShownText, text: str):
    stored = typed(text, people=TYPED_PEOPLE, channels=TYPED_CHANNELS)

    again = shown.of("plain", stored)

    assert again == text.strip()


PREVIEWS = {
    "marks": ("*a* _b_ ~c~ `d`", "a b c d"),
    "blocks": ("a\n> b\n```\nc\n  d\n```\n\n• e", "a b c d • e"),
    "mentions": ("<@U1> <!here> <#C1> <https://x.example|y> :tada:", "@Ada Lovelace @here #general y 🎉"),
    "a footer": (f"a\n{FOOTER}\n*Sources*", "a"),
    "a footer alone": (f"{FOOTER}*Sources*\n[1] b", "Sources [1] b"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "line"), PREVIEWS.values(), ids=PREVIEWS.keys())
def test_a_preview_is_one_line_without_markup(shown: ShownText, text: str, line: str):
    assert shown.of("preview", text) == line
