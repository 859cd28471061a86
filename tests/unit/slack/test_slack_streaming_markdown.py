"""What a reader sees of an answer while it is being written: never raw markup on its way to becoming some."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vera.slack.leaf import BOUNDARY, BREAKER
from vera.slack.markdown import to_mrkdwn

HALF_OPEN = {
    "bold": ("so **bo", "so *bo*"),
    "bold, just opened": ("so **", "so"),
    "bold, half closed": ("so **bold*", "so *bold*"),
    "bold, one star of two": ("so *", "so"),
    "italics": ("so *it", "so _it_"),
    "italics by underscore": ("so _it", "so _it_"),
    "both": ("so ***bo", "so *bo*"),
    "bold around italics": ("**a *b", "*a _b_*"),
    "struck": ("~~go", "~go~"),
    "struck, half opened": ("so ~", "so"),
    "bold in an item": ("- a\n- **b", "• a\n• *b*"),
    "bold after bold": ("**a** and **b", "*a* and *b*"),
    "bold over lines": ("**a\nb", "*a*\n*b*"),
    "a product": ("2*3 is", "2*3 is"),
    "code": ("use `co", "use `co`"),
    "code, just opened": ("use `", "use"),
    "code by two backticks": ("use ``a`b", "use `aˋb`"),
    "code by two, half closed": ("use ``a`", "use `a`"),
    "code after code": ("`a` and `b", "`a` and `b`"),
    "code in bold": ("**a `b", "*a `b`*"),
    "link, its label": ("see [the do", "see the do"),
    "link, its label done": ("see [the docs](", "see the docs"),
    "link, its target": ("see [the docs](https://x.exam", "see the docs"),
    "link, its title": ('see [the docs](https://x.example "a ti', "see the docs"),
    "link, target in brackets": ("see [the docs](<https://x.exam", "see the docs"),
    "link, bold in its label": ("see [**the** do", "see *the* do"),
    "link, bold label, its target": ("see [**the**](htt", "see *the*"),
    "link in bold": ("**see [the docs](htt", "*see the docs*"),
    "link, just opened": ("see [", "see"),
    "link, second of two": ("[a](https://x.example), [b](ht", "<https://x.example|a>, b"),
    "image": ("![A ca", "A ca"),
    "image, its target": ("![A cat](https://x.exa", "A cat"),
    "image, just opened": ("so ![", "so"),
    "autolink": ("at <https://x.exa", "at https://x.exa"),
    "bracket": ("at <", "at"),
    "citation": ("so it is [1", "so it is"),
    "citation, done": ("so it is [1]", "so it is [1]"),
    "task, its box": ("- a\n- [x", "• a"),
    "task, no words yet": ("- a\n- [x]", "• a"),
    "words in brackets": ("a [b] (c d e", "a [b] (c d e"),
    "heading, no words yet": ("a\n\n#", "a"),
    "heading": ("# **Ti", "*Ti*"),
    "bullet, no words yet": ("- a\n-", "• a"),
    "bullet of a nested list": ("- a\n  -", "• a"),
    "number, no words yet": ("1. a\n2.", "1. a"),
    "rule, half": ("a\n\n--", "a"),
    "underline that is none": ("a\n=", "a"),
    "quote, no words yet": ("a\n\n>", "a"),
    "fence, half opened": ("a\n\n``", "a"),
    "fence, just opened": ("a\n\n```py", "a"),
    "fence": ("```py\nx = 1", "```\nx = 1\n```"),
    "fence, half closed": ("```py\nx = 1\n``", "```\nx = 1\n```"),
    "fence, longer, half closed": ("````\n```\nx\n```", f"```\n`{BOUNDARY}`{BOUNDARY}`\nx\n```"),
    "no markup in a fence": ("```\n**a [b", "```\n**a [b\n```"),
    "table, its head": ("So:\n\n| a | b", "So:"),
    "table, its rule": ("So:\n\n| a | b |\n|--", "So:"),
    "table": ("| a | b |\n|---|---|\n| **x", "```\na  b\n-  -\nx\n```"),
    "backslash": ("a \\", "a"),
    "only what precedes the tail is settled": ("**a\n\n**b", f"{BREAKER}**{BREAKER}a\n\n*b*"),
}


@pytest.mark.parametrize(("markdown", "mrkdwn"), HALF_OPEN.values(), ids=HALF_OPEN.keys())
def test_what_is_half_open_is_closed_or_held_back(markdown: str, mrkdwn: str):
    assert to_mrkdwn(markdown, closed=False) == mrkdwn


def test_a_whole_text_is_shown_to_its_last_character():
    assert to_mrkdwn("so **bo") == f"so {BREAKER}**{BREAKER}bo"
    assert to_mrkdwn("1. a\n2.") == "1. a\n2."


ANSWER = """# The **lease**

A turn is *claimed* with a [short lease](https://x.example/a_(b)) of `30 s`, **renewed while _working_** [1][2].

1. It is ~~locked~~ **leased**
   - by a *worker*, `worker_1`
   - for [30 s](https://x.example "a title")
2. It is renewed

> **Note**: see <https://x.example/x> or ![a picture](https://x.example/p.png)

| Who | What |
|-----|:----:|
| **A** | `b` |
| [c](https://x.example) | d |

```python
lease = claim("**turn**")  # [not](a link)
```

---

That is ***all***, 2 * 3 = 6, snake_case stays, and ``code `with` ticks`` too.
"""

RAW = re.compile(r"\*\*|~~|__|\]\(|!\[|\[[a-z]|^ *[-+#] |^ *#|\|")


def test_no_raw_markup_shows_wherever_an_answer_is_cut():
    for cut in range(len(ANSWER) + 1):
        shown = to_mrkdwn(ANSWER[:cut], closed=False)

        outside_code = re.sub(r"```.*?```|`[^`\n]*`", "", shown, flags=re.DOTALL)
        words = re.sub(r"<[^<>|]*(?:\|([^<>]*))?>", r"\1", outside_code)
        assert not RAW.search(words), shown
        assert "`" not in words, shown
        assert shown.count("```") % 2 == 0, shown


def test_while_an_answer_grows_nothing_that_was_said_is_taken_back_for_good():
    last = ""
    for cut in range(len(ANSWER) + 1):
        shown = to_mrkdwn(ANSWER[:cut], closed=False)
        last = shown or last

    assert last == to_mrkdwn(ANSWER)


@settings(max_examples=200, deadline=None)
@given(st.text("ab *_~`[]()!<>|-#1.\n", max_size=50))
def test_what_is_held_back_never_shows_more_than_was_said(markdown: str):
    shown = to_mrkdwn(markdown, closed=False)

    assert len(re.sub(r"[^ab]", "", shown)) <= len(re.sub(r"[^ab]", "", markdown))
