from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vera.slack.blocks import file_names, words_of


def section(*elements: dict, kind: str = "rich_text_section", **fields: object) -> dict:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements), **fields}]}


def text(words: str, **style: bool) -> dict:
    return {"type": "text", "text": words, "style": style}


BLOCKS = {
    "rich text": (
        section(text("a < b "), text(" bold ", bold=True), text("code", code=True)),
        "a &lt; b  *bold* `code`",
    ),
    "mentions": (
        section(
            {"type": "user", "user_id": "U1"},
            {"type": "channel", "channel_id": "C1"},
            {"type": "broadcast", "range": "here"},
            {"type": "usergroup", "usergroup_id": "S1"},
        ),
        "<@U1><#C1><!here><!subteam^S1>",
    ),
    "link": (
        section({"type": "link", "url": "https://x.example?a&b", "text": "docs"}),
        "<https://x.example?a&amp;b|docs>",
    ),
    "bare link": (section({"type": "link", "url": "https://x.example"}), "<https://x.example>"),
    "emoji and date": (
        section({"type": "emoji", "name": "tada"}, {"type": "date", "fallback": " today"}),
        ":tada: today",
    ),
    "list": (
        section(
            {"type": "rich_text_section", "elements": [text("a")]},
            {"type": "rich_text_section", "elements": [text("b")]},
            kind="rich_text_list",
            style="ordered",
        ),
        "1. a\n2. b",
    ),
    "quote": (section(text("a\nb"), kind="rich_text_quote"), "&gt; a\n&gt; b"),
    "code": (section(text("x = 1"), kind="rich_text_preformatted"), "```\nx = 1\n```"),
    "section": (
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*a* &lt;"},
            "fields": [{"type": "plain_text", "text": "<b>"}],
        },
        "*a* &lt;\n&lt;b&gt;",
    ),
    "header": ({"type": "header", "text": {"type": "plain_text", "text": "Title"}}, "Title"),
    "context": ({"type": "context", "elements": [{"type": "mrkdwn", "text": "note"}]}, "note"),
    "image": ({"type": "image", "alt_text": "a cat"}, "a cat"),
    "markdown": ({"type": "markdown", "text": "**a**"}, "**a**"),
    "divider": ({"type": "divider"}, ""),
    "unknown": ({"type": "hologram", "elements": [7]}, ""),
}


@pytest.mark.parametrize(("block", "words"), BLOCKS.values(), ids=BLOCKS.keys())
def test_a_message_without_text_says_what_its_blocks_say(block: dict, words: str):
    assert words_of({"text": "", "blocks": [block]}) == words


def test_text_goes_before_blocks_and_blocks_before_attachments():
    everything = {"text": "a", "blocks": [section(text("b"))], "attachments": [{"fallback": "c"}]}

    assert words_of(everything) == "a"
    assert words_of(everything | {"text": None}) == "b"
    assert words_of(everything | {"text": None, "blocks": None}) == "c"


def test_an_attachment_says_its_title_and_text_or_else_its_fallback():
    told = {"title": "Build 7", "text": "failed", "fallback": "Build 7 failed"}

    assert words_of({"attachments": [told]}) == "Build 7\nfailed"
    assert words_of({"attachments": [{"fallback": "Build 7 failed"}, {"blocks": [section(text("b"))]}]}) == (
        "Build 7 failed\nb"
    )


def test_files_go_by_their_names():
    files = [{"name": "a\n b.pdf"}, {"title": "B"}, {"id": "F3"}, {"mode": "tombstone", "id": "F4"}, {}, None]

    assert file_names({"files": files}) == ("a b.pdf", "B", "F3", "file")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("rich_text") | st.just("text"),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "elements", "blocks", "fields", "style", "files"]), values)
    ),
    max_leaves=15,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments", "files"]), JSON))
def test_no_message_is_too_strange_to_be_read(message: dict):
    assert isinstance(words_of(message), str)
    assert isinstance(file_names(message), tuple)
