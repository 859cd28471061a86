"""The way back, from what Slack stores to Markdown for the model."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vera.slack.markdown import to_mrkdwn
from vera.slack.mrkdwn import mentioned_users, to_markdown, without_mention

NAMES = {"U1": "Ann", "U2": "Bob & Co"}

READS = {
    "plain": ("Just words", "Just words"),
    "entities": ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
    "mention": ("<@U1> and <@U2>", "@Ann and @Bob & Co"),
    "mention with a name": ("<@U1|ann> <@U9|zoe>", "@Ann @zoe"),
    "mention of somebody unknown": ("<@U9>", "@U9"),
    "channel": ("<#C1|general> <#C2> <#C3|>", "#general #C2 #C3"),
    "broadcasts": ("<!here> <!channel|channel>", "@here channel"),
    "group": ("<!subteam^S1|@team> <!subteam^S2>", "@team @S2"),
    "date": ("<!date^1700000000^{date}|14 Nov 2023>", "14 Nov 2023"),
    "link": ("<https://x.example/a|the docs>", "[the docs](https://x.example/a)"),
    "link with brackets": ("<https://x.example/a_(b)|a [b]>", r"[a \[b\]](<https://x.example/a_(b)>)"),
    "bare link": ("<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2"),
    "link that Slack made": ("<http://x.example|x.example>", "x.example"),
    "mailbox": ("<mailto:a@x.example|a@x.example>", "a@x.example"),
    "bold": ("so *bold* it is", "so **bold** it is"),
    "bold link": ("*<https://x.example|docs>*", "**[docs](https://x.example)**"),
    "italics": ("_so_", "_so_"),
    "struck": ("~gone~", "~~gone~~"),
    "sums": ("2 * 3 * 4", "2 * 3 * 4"),
    "code": ("`*a* <b>` *b*", "`*a* b` **b**"),
    "entities in code": ("`a &lt; b`", "`a < b`"),
    "block of code": ("```\n*a* <https://x.example|x>\n• b\n```", "```\n*a* x\n• b\n```"),
    "bullets": ("• a\n    ◦ b", "- a\n    - b"),
    "tasks": ("☐ a\n☑ b", "- [ ] a\n- [x] b"),
    "quote": ("&gt; a", "> a"),
    "a token that never ends": ("a < b", "a < b"),
    "an empty token": ("<>", ""),
    "what held a place": ("\x000\x00 <@U1>", "0 @Ann"),
}


@pytest.mark.parametrize(("stored", "markdown"), READS.values(), ids=READS.keys())
def test_what_slack_stores_reads_as_markdown(stored: str, markdown: str):
    assert to_markdown(stored, NAMES) == markdown


SAME = [
    "so **bold** it is, un**bold**ed, `code`, ~~gone~~ and _so_",
    "see [the docs](https://x.example/a?b=1&c=2), and <b> & @here",
    "- a\n    - b\n\n1. c\n2. d",
    "```\nx = a < b\n```",
    r"a \*star\* and \_\_init\_\_",
    "snake_case = 2 * 3",
    "> quoted",
]


@pytest.mark.parametrize("markdown", SAME)
def test_an_answer_comes_back_as_it_was_written(markdown: str):
    assert to_markdown(to_mrkdwn(markdown), {}) == markdown


@settings(deadline=None)
@given(st.text())
def test_any_stored_text_can_be_read(stored: str):
    to_markdown(stored, NAMES)


def test_mentioned_users_are_found_with_and_without_a_name():
    assert mentioned_users("<@U1> <@U2|bob> <#C1> @U3 <!here>") == {"U1", "U2"}


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<@U1> when is it open?", "when is it open?"),
        ("<@U1>: when?", "when?"),
        ("<@U1> :wave:", ":wave:"),
        ("<@U1>: :+1::skin-tone-2: done?", ":+1::skin-tone-2: done?"),
        ("when is it open, <@U1|vera>", "when is it open,"),
        ("<@U1> <@U1>", ""),
        ("<@U1>", ""),
        ("ask <@U1> when it opens", "ask <@U1> when it opens"),
        ("<@U2> when?", "<@U2> when?"),
    ],
)
def test_a_mention_at_either_end_only_says_to_whom_one_speaks(text: str, rest: str):
    assert without_mention(text, "U1") == rest


def test_a_message_of_spaces_takes_no_time():
    began = time.process_time()

    rest = without_mention(" " * 40_000 + "x" + " " * 40_000 + "y", "U1")

    assert rest.startswith("x")
    assert time.process_time() - began < 1.0
