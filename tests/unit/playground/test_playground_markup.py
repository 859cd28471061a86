from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.playground.slack.markup import escaped, mentioned, rich_text


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("a & b", "a &amp; b"),
        ("1 < 2 > 0", "1 &lt; 2 &gt; 0"),
        ("&amp; &lt; &copy;", "&amp; &lt; &amp;copy;"),
        ("<@U0VERAVERA> hi", "<@U0VERAVERA> hi"),
        ("<@U1|vera> & <#C1|general>", "<@U1|vera> &amp; <#C1|general>"),
        ("<!channel> <!here|here>", "<!channel> <!here|here>"),
        ("<!subteam^S123|@team> <!date^1^{date}|x>", "<!subteam^S123|@team> <!date^1^{date}|x>"),
        ("<https://a.b/?c=1&d=2|label>", "<https://a.b/?c=1&d=2|label>"),
        ("<script>", "&lt;script&gt;"),
        ("<<@U1>>", "&lt;<@U1>&gt;"),
        ("", ""),
    ],
)
def test_text_is_kept_as_slack_keeps_it(given_: str, kept: str):
    assert escaped(given_) == kept


@given(st.text(alphabet="<>&@#!|^U1aC;ltgmp /:https.", max_size=60))
def test_escaping_twice_changes_nothing(text: str):
    assert escaped(escaped(text)) == escaped(text)


def test_mentions_are_found_in_their_order():
    assert mentioned("<@U2> and <@W1|ada>, not <#C1> or @U3") == ("U2", "W1")


def test_a_persons_message_carries_its_text_and_mentions_as_rich_text():
    block = rich_text("<@U1> is 1 &lt; 2?", block_id="b")

    assert block["type"] == "rich_text"
    assert block["elements"][0]["elements"] == [
        {"type": "user", "user_id": "U1"},
        {"type": "text", "text": " is 1 < 2?"},
    ]
