"""Markdown to mrkdwn: what each thing looks like, and what can never come out."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vera.assistant.conversation import FOOTER
from vera.slack.leaf import BOUNDARY, BREAKER
from vera.slack.markdown import to_mrkdwn

B, W = BOUNDARY, BREAKER

LOOKS = {
    "plain": ("Just words, and more. 12:30!", "Just words, and more. 12:30!"),
    "status line": ("_Reading the thread …_", "_Reading the thread …_"),
    "lines": ("one\n  two  \nthree", "one\ntwo\nthree"),
    "paragraphs": ("one\n\n\n\ntwo", "one\n\ntwo"),
    "bold": ("so **bold** it is", "so *bold* it is"),
    "bold by underscores": ("so __bold__ it is", "so *bold* it is"),
    "italics": ("*one* and _two_", "_one_ and _two_"),
    "both": ("***both***", "_*both*_"),
    "struck": ("~~gone~~", "~gone~"),
    "nested": ("**bold _and_ more**", "*bold _and_ more*"),
    "bold in bold": ("**a __b__ c**", "*a b c*"),
    "bold within a word": ("un**bold**ed", f"un{B}*bold*{B}ed"),
    "bold before punctuation": ("(**bold**), **so**.", "(*bold*), *so*."),
    "marks side by side": ("**a**_b_", f"*a*{B}_b_"),
    "bold over two lines": ("**one\ntwo**", "*one*\n*two*"),
    "heading": ("# Title\ntext", "*Title*\ntext"),
    "heading with bold": ("## A **b** `c`\n\ntext", "*A b `c`*\n\ntext"),
    "heading after text": ("text\n# Title", "text\n\n*Title*"),
    "rule": ("one\n\n---\n\ntwo", "one\n\n———\n\ntwo"),
    "rule under text": ("one\n---\ntwo", "one\n———\ntwo"),
    "list": ("- a\n- b", "• a\n• b"),
    "loose list": ("* a\n\n* b", "• a\n• b"),
    "nested list": ("- a\n  - b\n    - c\n      - d\n- e", "• a\n    ◦ b\n        ▪ c\n            ▪ d\n• e"),
    "ordered list": ("3. a\n4. b", "3. a\n4. b"),
    "ordered list from zero": ("0. a\n1. b", "0. a\n1. b"),
    "lazily numbered list": ("1. a\n\n1. b\n\n1. c", "1. a\n2. b\n3. c"),
    "list in ordered list": ("1. a\n   - b\n2. c", "1. a\n    ◦ b\n2. c"),
    "item of two paragraphs": ("- a\n\n  b\n- c", "• a\n    b\n• c"),
    "task list": ("- [ ] a\n- [x] b", "☐ a\n☑ b"),
    "empty item": ("- \n- b", "•\n• b"),
    "list right after text": ("Three:\n- a", "Three:\n• a"),
    "list after a blank line": ("Three:\n\n- a\n\nEnd", "Three:\n\n• a\n\nEnd"),
    "quote": ("> a\n> b\n\nc", "> a\n> b\n\nc"),
    "quote of paragraphs": ("> a\n>\n> b", "> a\n>\n> b"),
    "quote in a quote": ("> a\n>\n> > b", "> a\n>\n> b"),
    "list in a quote": ("> - a\n> - b", "> • a\n> • b"),
    "fence": ("```python\nx = 1\n\ny < 2\n```", "```\nx = 1\n\ny &lt; 2\n```"),
    "fence of tildes": ("~~~\nx\n~~~", "```\nx\n```"),
    "fence in a fence": ("````\n```\n````", f"```\n`{B}`{B}`\n```"),
    "fence never closed": ("```\nx", "```\nx\n```"),
    "fence with nothing in it": ("a\n\n```\n```", "a"),
    "fence in a list": ("- a\n  ```\n  x\n  ```\n- b", "• a\n```\nx\n```\n• b"),
    "item that begins with a fence": ("- ```\n  x\n  ```", "•\n```\nx\n```"),
    "indented text is no code": ("a\n\n    b **c**", "a\n\nb *c*"),
    "code": ("use `a < b`", "use `a &lt; b`"),
    "code with a backtick": ("`` a`b ``", "`aˋb`"),
    "code in bold": ("**`x`**", "*`x`*"),
    "code touching words": ("a`b`c", f"a{B}`b`{B}c"),
    "no markup in code": ("`**a** _b_`", "`**a** _b_`"),
    "hard break": ("a  \nb\\\nc<br>d", "a\nb\nc\nd"),
    "image": ("![A cat](https://x.example/cat.png)", "<https://x.example/cat.png|A cat>"),
    "image that is no link": ("![A cat](data:image/png;base64,AA)", "A cat"),
    "emoji": ("👍🏽 :tada: 👩‍👩‍👧 é", "👍🏽 :tada: 👩‍👩‍👧 é"),
    "escapes": (r"\*a\* \# b", f"{W}*{W}a{W}*{W} # b"),
    "snake case and sums": ("a_b_c = 2 * 3 * 4 ~ 5", "a_b_c = 2 * 3 * 4 ~ 5"),
    "a stray marker": ("*args and **kwargs", f"{W}*{W}args and {W}**{W}kwargs"),
    "a dunder": (r"\_\_init\_\_", f"{W}__{W}init{W}__{W}"),
    "a stray backtick": ("a ` b", "a ˋ b"),
    "a bracket that opens a line": (r"\> a", f"{W}&gt; a"),
    "html": ("<b>x</b> &amp; &copy; <!-- c -->", "&lt;b&gt;x&lt;/b&gt; &amp; © &lt;!-- c --&gt;"),
    "entities": ("a & b < c > d &lt;", "a &amp; b &lt; c &gt; d &lt;"),
    "footer": (f"Answer [1].{FOOTER}\n\n**Sources**", f"Answer [1].{FOOTER}\n\n*Sources*"),
    "link": ("see [the docs](https://x.example/a?b=1&c=2)", "see <https://x.example/a?b=1&amp;c=2|the docs>"),
    "link with markup in its label": ("[**the** `docs`](https://x.example)", "<https://x.example|the docs>"),
    "bold link": ("**[docs](https://x.example)**", "*<https://x.example|docs>*"),
    "link to mail": ("[write](mailto:a@x.example?cc=b@x.example)", "<mailto:a@x.example|write>"),
    "link without a label": ("[](https://x.example)", "<https://x.example>"),
    "link to anything else": ("[a](javascript:x) [b](file:///x) [c](/d)", "a b c"),
    "link with odd characters": ("[a](<https://x.example/a b|c>)", "<https://x.example/a%20b%7Cc|a>"),
    "autolink": ("<https://x.example/a>", "<https://x.example/a>"),
    "bare URL": ("at https://x.example/_a_b_/~c?d=*1 *so*", "at https://x.example/_a_b_/~c?d=*1 _so_"),
    "half a bare URL": ("https:// and https://__.", "https:// and https://__."),
    "reference": ("see [docs][1]\n\nmore\n\n[1]: https://x.example", "see <https://x.example|docs>\n\nmore"),
    "reference in another case, over two lines of a quote": (
        "> see [docs][The\n> House]\n\n[the  house]: https://x.example",
        "> see <https://x.example|docs>",
    ),
    "citation": ("so it is [1][2].", "so it is [1][2]."),
    "a label that lies": ("[bank.example](https://evil.example/x)", "<https://evil.example/x>"),
    "a label that lies with its neighbours": ("bank[.com](https://evil.example)", "bank <https://evil.example>"),
    "pings": (
        "<!channel> <@U012AB3CD> <#C012AB3CD> <!subteam^S01|@all>",
        "&lt;!channel&gt; &lt;@U012AB3CD&gt; &lt;#C012AB3CD&gt; &lt;!subteam^S01|@all&gt;",
    ),
    "pings in code": ("`<!here>`\n```\n<!here> @here\n```", f"`&lt;!here&gt;`\n```\n&lt;!here&gt; @{W}here\n```"),
    "pings by entities": ("&lt;!here&gt; &#60;!here&#62;", "&lt;!here&gt; &lt;!here&gt;"),
    "bare pings": ("@here @Channel, @everyone; a@here.example", f"@{W}here @{W}Channel, @{W}everyone; a@here.example"),
    "a ping in a label": ("[<!here> @here](https://x.example)", f"<https://x.example|&lt;!here&gt; @{W}here>"),
    "a ping as a link": ("<!here|x> [a](!here) [b](<@U1>)", "&lt;!here|x&gt; a b"),
    "table": (
        "| Day | Opens |\n|---|:-:|\n| **Mon** | 8 |\n| Tuesday | `9`<br>or 10 |",
        "```\nDay      Opens\n-------  -----\nMon      8\nTuesday  9\n         or 10\n```",
    ),
    "table with links": (
        "| A |\n|---|\n| [x](https://x.example) |\n| [y](https://y.example) |",
        "```\nA\n-\nx\ny\n```\n<https://x.example|x>, <https://y.example|y>",
    ),
}


@pytest.mark.parametrize(("markdown", "mrkdwn"), LOOKS.values(), ids=LOOKS.keys())
def test_markdown_looks_in_slack_as_it_should(markdown: str, mrkdwn: str):
    assert to_mrkdwn(markdown) == mrkdwn


def test_a_table_too_wide_for_columns_is_told_row_by_row():
    head, rule, row = ("|".join([cell] * 14) for cell in ("heading", "---", "**value**"))

    shown = to_mrkdwn(f"|{head}|\n|{rule}|\n|{row}|")

    assert shown.startswith("• *heading:* *value*; *heading:* *value*;")
    assert shown.count("value") == 14


PIECES = st.sampled_from(
    [
        *"*_~`[]()<>!@#&|\\-+=>.: \n\t",
        *(
            "**",
            "```\n",
            "~~~",
            "](",
            "\n\n",
            "\n- ",
            "\n1. ",
            "\n> ",
            "\n# ",
            "    ",
            "|---|\n",
            "<br>",
            "&lt;",
            "&#60;",
        ),
        *(
            "<!channel>",
            "<@U012AB3CD>",
            "<#C012AB3CD|general>",
            "<!subteam^S01|@all>",
            "<!here|here>",
            "@here",
            "@everyone",
        ),
        *("https://x.example/a_b?c=1&d=2", "<https://x.example|y>", "javascript:alert(1)", "mailto:a@x.example"),
        *("[a](https://x.example)", "[b](<https://x.example/ |!here>)", "![c](!here)", "[d]: https://x.example 'e'\n"),
        *("word", "ünï", "漢字", "👩‍👩‍👧", "\u200b", "\u2063", "\u202e", "\ud83d", "\ude00", "\x00", "\r\n", "\u2028"),
    ]
)
ANYTHING = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=200))

LIVE = re.compile(r"<[^<>]*>?")
OUR_LINK = re.compile(r"<(?:https?://|mailto:)[^\s<>|\\\"]+(?:\|[^<>\n]+)?>")


def without_our_links(mrkdwn: str) -> str:
    return OUR_LINK.sub("", re.sub(r"^>(?: |$)", "", mrkdwn, flags=re.MULTILINE))


@settings(max_examples=500, deadline=None)
@given(markdown=ANYTHING, closed=st.booleans())
@example(markdown="[a](https://x.example/|<!here>)", closed=True)
@example(markdown="<!chan\nnel> &amp;lt;!here&amp;gt;", closed=False)
def test_nothing_live_comes_out_of_any_text_and_escaping_is_exact(*, markdown: str, closed: bool):
    shown = to_mrkdwn(markdown, closed=closed)

    words = without_our_links(shown)
    assert "<" not in words
    assert ">" not in words
    assert not re.search(r"&(?!(?:amp|lt|gt);)", shown)
    assert not re.search(r"(?<![\w/])@(?:here|channel|everyone|group)\b", words, re.IGNORECASE)
    shown.encode()


@settings(deadline=None)
@given(st.text(st.sampled_from("<>!@#|^&channelher U0C1 \n*`"), max_size=60), st.data())
def test_no_token_comes_alive_wherever_a_text_is_cut(markdown: str, data: st.DataObject):
    cut = data.draw(st.integers(0, len(markdown)))

    for shown in (to_mrkdwn(markdown[:cut], closed=False), to_mrkdwn(markdown[cut:])):
        assert not re.search(r"[<>]", without_our_links(shown))


WORDS = st.text("abcdefghijklmnopqrstuvwxyzäöü0123456789", min_size=1, max_size=8)
PHRASES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
INLINE = st.one_of(
    PHRASES,
    PHRASES.map("**{}**".format),
    PHRASES.map("*{}*".format),
    PHRASES.map("~~{}~~".format),
    PHRASES.map("`{}`".format),
    PHRASES.map("[{}](https://x.example/a)".format),
    PHRASES.map("**{} *and so* on**".format),
    PHRASES.map("<!{}>".format),
)
TEXTS = st.lists(INLINE, min_size=1, max_size=4).map(" ".join)
BLOCKS = st.one_of(
    TEXTS,
    TEXTS.map("# {}".format),
    st.lists(TEXTS, min_size=1, max_size=4).map(lambda items: "\n".join(f"- {item}" for item in items)),
    st.lists(TEXTS, min_size=1, max_size=4).map(lambda items: "\n\n".join(f"1. {item}" for item in items)),
    st.lists(TEXTS, min_size=1, max_size=3).map(lambda lines: "\n".join(f"> {line}" for line in lines)),
    PHRASES.map("```\n{}\n\n```".format),
    st.lists(TEXTS, min_size=2, max_size=2).map(lambda cells: f"| {cells[0]} | x |\n|---|---|\n| {cells[1]} | y |"),
)
DOCUMENTS = st.lists(BLOCKS, min_size=1, max_size=5).map("\n\n".join)


def words_in(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


@settings(max_examples=50, deadline=None)
@given(DOCUMENTS)
def test_every_visible_word_is_there(document: str):
    visible = re.sub(r"\]\(https://x\.example/a\)", "]", document)
    written = re.sub(r"(?m)^1\. ", "", visible)

    shown = to_mrkdwn(document)

    said = re.sub(r"(?m)^\d+\. ", "", re.sub(r"<https://x\.example/a\|?", "", shown))
    said = re.sub(r"&(?:lt|gt);", " ", said)
    assert sorted(set(words_in(said))) == sorted(set(words_in(written)))


@settings(max_examples=50, deadline=None)
@given(st.lists(BLOCKS, min_size=2, max_size=4))
def test_blocks_look_the_same_alone_and_together(blocks: list[str]):
    apart = [f"# {n}\n\n{block}" for n, block in enumerate(blocks)]

    together = to_mrkdwn("\n\n".join(apart))

    assert together == "\n\n".join(map(to_mrkdwn, apart))


@settings(max_examples=300, deadline=None)
@given(st.text("ab1.)-+ é:;!?'\"/\n\t\u00a0@(", max_size=40))
def test_words_that_need_no_parser_look_as_if_parsed(text: str):
    # An escaped letter at the very end sends the same text through the parser.
    shown, parsed = to_mrkdwn(f"{text}\nz"), to_mrkdwn(f"{text}\n&#122;")

    assert shown == parsed


def test_a_status_line_waits_for_no_parser():
    program = (
        "import sys; from vera.slack.markdown import to_mrkdwn; to_mrkdwn('_Reading the thread …_');"
        "to_mrkdwn('Checking the knowledge base (2 of 3), please wait.', closed=False);"
        "print('markdown_it' in sys.modules)"
    )

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "False"


ANSWER = "".join(
    f"## Step {n}\n\nThe **lease {n}** is [renewed](https://x.example/{n}) by `heartbeat_{n}` while it works [{n}].\n\n"
    f"- First point {n} about **this**\n- Second point {n}, longer, with `code`\n\n"
    f"Then some prose number {n} that has no markup at all and goes on for a line or two, as models do.\n\n"
    f"```python\nstep = {n}\n```\n\n"
    for n in range(12)
)[:4_096]


def test_an_answer_costs_little_however_often_it_is_edited():
    to_mrkdwn("**the parser is there**")
    cuts = [ANSWER[: len(ANSWER) * n // 30] for n in range(1, 31)]
    spent = []

    for attempt in range(3):
        began = time.process_time()
        for text in cuts:
            to_mrkdwn(text.replace("Step", f"Step {attempt}"), closed=False)
        spent.append(time.process_time() - began)

    assert min(spent) < 0.1  # some 0.01 s; the rest is for a busy machine that measures coverage


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("[" * 3_000, id="brackets"),
        pytest.param("*a " * 1_500, id="stars"),
        pytest.param("`" * 1 + "``".join("a" * 500), id="backticks"),
        pytest.param("[a](https://x.example)" * 200, id="links"),
        pytest.param("> " * 1_000 + "a", id="quotes"),
        pytest.param("- " * 500 + "a", id="bullets"),
        pytest.param("[" + "a-" * 2_000 + "](https://x.example)", id="a long label"),
        pytest.param("[" + "a." * 2_000 + "](https://x.example)", id="a label of dots"),
        pytest.param("[x](" + "(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" * 60 + " b", id="a target of brackets"),
        pytest.param("|" * 2_000 + "\n" + "|-" * 1_000, id="pipes"),
        pytest.param("".join(f"[a{n}]: /b\n\n*word* [a{n}]\n\n" for n in range(400)), id="definitions"),
    ],
)
@pytest.mark.parametrize("closed", [True, False])
def test_no_text_makes_the_renderer_run_away(*, hostile: str, closed: bool):
    began = time.process_time()

    to_mrkdwn(hostile, closed=closed)

    assert time.process_time() - began < 2.0
