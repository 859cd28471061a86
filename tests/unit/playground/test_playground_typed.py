from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.playground.page.typed import typed
from vera.playground.slack.markup import escaped, mentioned
from vera.playground.slack.values import Channel, Person

PEOPLE = (
    Person("U1ADA", "ada", "Ada Lovelace", "T1"),
    Person("U2VERA", "vera", "Vera", "T1", bot_id="B1"),
    Person("U3ADAM", "adam", "Ada Lovelace-King", "T1"),
    Person("U4TWIN", "twin", "Ada Lovelace", "T1"),
    Person("U5STRASSE", "strasse", "Jürgen Straße", "T1"),
    Person("U6HERE", "here", "", "T1"),
)
CHANNELS = (
    Channel("C1GENERAL", "general", "channel", (), 0, ""),
    Channel("C2GENERAL", "general-talk", "channel", (), 0, ""),
    Channel("C3ODD", "a<b", "channel", (), 0, ""),
    Channel("D1", "", "im", (), 0, ""),
)
LIVE = re.compile(
    r"<@(?:U1ADA|U2VERA|U3ADAM|U4TWIN|U5STRASSE)>|<!(?:here|channel|everyone)>"
    r"|<#(?:C1GENERAL\|general|C2GENERAL\|general-talk|C3ODD\|a&lt;b)>|<https?://[^<>|\s]+>"
)
PIECES = st.lists(
    st.sampled_from(
        [
            *["@ada", "@Ada Lovelace", "@vera", "@here", "@channel", "@", "#general", "#", "https://", "http://x.org"],
            *["<", ">", "&", "|", "`", "```", "<@U1ADA>", "<!here>", "<https://x|y>", "&lt;", "&amp;", "\n", " "],
            *[".", ",", ")", "(", "a", "_", "\x00", "\u2028", "\u00a0", "😀"],
        ]
    )
    | st.text(max_size=4),
    max_size=12,
).map("".join)


def sent(text: str):
    return typed(text, people=PEOPLE, channels=CHANNELS)


CASES = {
    "plain": ("2 < 3 & 4 > 1", "2 &lt; 3 &amp; 4 &gt; 1"),
    "entities are text": ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
    "typed markup is dead": ("<!channel> <@U1ADA> <#C1>", "&lt;!channel&gt; &lt;@U1ADA&gt; &lt;#C1&gt;"),
    "a forged link is dead": ("<https://evil.org|https://bank.org>", "&lt;https://evil.org|https://bank.org&gt;"),
    "a handle": ("ask @vera.", "ask <@U2VERA>."),
    "a real name": ("@Ada Lovelace, hello", "<@U1ADA>, hello"),
    "the longest name": ("@Ada Lovelace-King", "<@U3ADAM>"),
    "any case": ("@ADA LOVELACE @Vera", "<@U1ADA> <@U2VERA>"),
    "letters that fold": ("@jürgen straße", "<@U5STRASSE>"),
    "a name within a word": ("me@vera.com", "me@vera.com"),
    "a name that goes on": ("@veracity @vera-bot @vera.com", "@veracity @vera-bot @vera.com"),
    "the first name of a longer one": ("@ada lovely", "<@U1ADA> lovely"),
    "in italics": ("_@Ada Lovelace_ _#general_ @ada_x", "_<@U1ADA>_ _<#C1GENERAL|general>_ @ada_x"),
    "possessive": ("@vera's", "<@U2VERA>'s"),
    "everybody": ("@here @channel @everyone", "<!here> <!channel> <!everyone>"),
    "nobody": ("@nobody", "@nobody"),
    "inline code": ("`@vera <https://x.org> @here`", "`@vera &lt;https://x.org&gt; @here`"),
    "a fence": ("```\n@vera #general\nhttps://x.org\n```", "```\n@vera #general\nhttps://x.org\n```"),
    "a lone backtick": ("` @vera", "` <@U2VERA>"),
    "code ends with its line": ("`a\nb` @vera", "`a\nb` <@U2VERA>"),
    "an open fence": ("``` @vera", "``` <@U2VERA>"),
    "a channel": ("#general, #General-Talk!", "<#C1GENERAL|general>, <#C2GENERAL|general-talk>!"),
    "no channel": ("#nothing a#general #", "#nothing a#general #"),
    "an address": ("see https://x.org/a?b=1&c=2#d", "see <https://x.org/a?b=1&amp;c=2#d>"),
    "an address ends a sentence": ("(see https://x.org/a).", "(see <https://x.org/a>)."),
    "brackets of its own": ("https://x.org/a_(b)", "<https://x.org/a_(b)>"),
    "bold": ("*https://x.org*", "*<https://x.org>*"),
    "its scheme in capitals": ("HTTPS://X.org", "<https://X.org>"),
    "no more than a scheme": ("https:// http://_ xhttps://x.org", "https:// http://_ xhttps://x.org"),
    "another scheme": ("javascript:alert(1) file:///etc", "javascript:alert(1) file:///etc"),
    "a bar ends it": ("https://x.org|y", "<https://x.org>|y"),
    "a mention in an address": ("https://x.org/@vera", "<https://x.org/@vera>"),
    "blank": (" \r\n\t ", ""),
    "ends of lines": ("a\r\nb\rc", "a\nb\nc"),
    "control characters": ("a\x00b\x1b[31m", "ab[31m"),
}


@pytest.mark.parametrize(("text", "mrkdwn"), CASES.values(), ids=CASES.keys())
def test_typing_becomes_mrkdwn(text: str, mrkdwn: str):
    assert sent(text) == mrkdwn


def test_where_there_is_nobody_and_no_channel_all_is_text():
    assert typed("@ada #general @here", people=(), channels=()) == "@ada #general <!here>"


@given(PIECES)
def test_nothing_typed_is_live_but_by_the_rules(text: str):
    assert not re.search("[<>]", LIVE.sub("", sent(text)))


@given(PIECES)
def test_nobody_is_pinged_whose_name_is_not_typed(text: str):
    names = {"U1ADA": "ada", "U2VERA": "vera", "U3ADAM": "ada", "U4TWIN": "twin", "U5STRASSE": "str"}

    assert all(f"@{names[one]}" in text.casefold() or "@j" in text.casefold() for one in mentioned(sent(text)))
    assert all(f"@{word}" in text.casefold() for word in re.findall(r"<!(\w+)>", sent(text)))


@given(PIECES)
def test_the_workspace_keeps_it_as_it_is(text: str):
    assert escaped(sent(text)) == sent(text)


@given(PIECES.map(lambda text: re.sub("[@#:\x00-\x08\x0b-\x1f\x7f]", "", text)))
def test_text_without_names_and_addresses_is_only_escaped(text: str):
    assert html.unescape(sent(text)) == text.strip()


@given(PIECES)
def test_code_is_left_alone(text: str):
    code = text.replace("`", "").replace("\n", " ")

    assert "<" not in sent(f"a `x{code}` b")
    assert "<" not in sent(f"a\n```\n{code}\n```")


def test_a_long_text_takes_no_long_time():
    for text in (")" * 40_000, "https://" * 5_000, "https://x" + ")" * 40_000, "`" * 40_000, "@ada " * 8_000):
        assert sent(text)
