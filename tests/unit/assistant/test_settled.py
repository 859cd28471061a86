"""What of a growing text is shown for good: a beginning of it that only grows, and never half of any markup."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vera.assistant.settled import MOST_HELD_BACK, settled

HELD_BACK = {
    "words": ("It is open", "It is open"),
    "nothing": ("", ""),
    "half a mention": ("ask <@U12", "ask "),
    "half a ping": ("all of <!chan", "all of "),
    "less than": ("if a < b", "if a < b"),
    "half a citation": ("so it is [1", "so it is "),
    "half a list of citations": ("so it is [1, 2", "so it is "),
    "a citation that may be a link": ("so it is [1]", "so it is "),
    "a citation": ("so it is [1].", "so it is [1]."),
    "half a label": ("see [the do", "see "),
    "half a target": ("see [the docs](https://x.exa", "see "),
    "a link": ("see [the docs](https://x.example)", "see [the docs](https://x.example)"),
    "half an address": ("see https://x.exa", "see "),
    "the beginning of an address": ("see ht", "see "),
    "no address": ("see he", "see he"),
    "no address either": ("see the", "see the"),
    "an address": ("see https://x.example ", "see https://x.example "),
    "bold": ("so **bo", "so "),
    "bold, half closed": ("so **bold*", "so "),
    "bold, closed or about to be more": ("so **bold**", "so "),
    "bold, closed": ("so **bold** ", "so **bold** "),
    "italics": ("so *it", "so "),
    "bold around italics": ("so **a *b* c", "so "),
    "struck": ("so ~~go", "so "),
    "a product": ("2*3 is", "2*3 is"),
    "a product with room": ("2 * 3 is", "2 * 3 is"),
    "a name": ("snake_case is", "snake_case is"),
    "code": ("use `co", "use "),
    "code, closed": ("use `co` ", "use `co` "),
    "emphasis that is code": ("use `**` and", "use `**` and"),
    "emphasis in code that is not closed": ("use `**a** b", "use "),
    "bold on the line before": ("**a\nb", "**a\nb"),
    "a bullet": ("a\n- ", "a\n"),
    "a number": ("a\n1.", "a\n"),
    "an item": ("a\n- b", "a\n- b"),
    "a heading's sign": ("a\n\n##", "a\n\n"),
    "half a rule": ("a\n\n--", "a\n\n"),
    "half a fence": ("a\n\n``", "a\n\n"),
    "a fence's line": ("a\n\n```py", "a\n\n"),
    "a fence's line in an item": ("1. ```py", "1. "),
    "a fence of tildes": ("a\n\n~~~py", "a\n\n"),
    "code in a fence": ("```py\nx = [1", "```py\nx = [1"),
    "emphasis in a fence": ("```\n**a", "```\n**a"),
    "half a closing fence": ("```\nx\n``", "```\nx\n"),
    "a closing fence": ("```\nx\n```\n", "```\nx\n```\n"),
    "a shorter fence in a longer": ("````\n```\n[1", "````\n```\n[1"),
    "after a fence": ("```\nx\n```\n**a", "```\nx\n```\n"),
    "half a table's head": ("So:\n\n| a | b", "So:\n\n"),
    "a table's head": ("So:\n\n| a | b |\n", "So:\n\n"),
    "half a table's rule": ("So:\n\n| a | b |\n|--", "So:\n\n"),
    "a table's rule": ("So:\n\n| a | b |\n|---|---|\n", "So:\n\n| a | b |\n|---|---|\n"),
    "a table's row": ("| a | b |\n|---|---|\n| c | d", "| a | b |\n|---|---|\n| c | d"),
    "a line with a pipe that is no table": ("| a\nb", "| a\nb"),
}


@pytest.mark.parametrize(("text", "shown"), HELD_BACK.values(), ids=HELD_BACK.keys())
def test_what_may_yet_become_markup_is_held_back(text: str, shown: str):
    assert settled(text) == shown


@pytest.mark.parametrize("opening", ["*", "**", "`", "[", "<", "https://", "| ", "```py "])
def test_nothing_is_held_back_for_long(opening: str):
    text = "So:\n" + opening + "x" * (MOST_HELD_BACK + 1)

    assert settled(text) == text


LONGER = ["**", "~~", "```", "~~~", "1.", "- ", "\n\n", "| a |", "|---|", "http", "https://x.example", "@U1"]
MARKDOWN = st.lists(st.sampled_from([*"*_`~[]()<>|-#! ab\né", *LONGER]), max_size=40).map("".join)


@settings(max_examples=1_000, deadline=None)
@given(MARKDOWN)
def test_it_is_a_beginning_of_the_text_and_only_grows_with_it(text: str):
    shown = ""
    for length in range(len(text) + 1):
        now = settled(text[:length])

        assert text[:length].startswith(now)
        assert now.startswith(shown)
        shown = now


@settings(max_examples=50, deadline=None)
@given(MARKDOWN, MARKDOWN, st.sampled_from(["x", "x ", "*x", "`", "[x", "é\n"]), st.integers(200, 400))
def test_it_grows_over_long_texts_too(before: str, after: str, filling: str, length: int):
    text = before + filling * (length // len(filling)) + after
    shown = ""
    for end in range(len(before), len(text) + 1):
        now = settled(text[:end])

        assert now.startswith(shown)
        shown = now


@settings(max_examples=200, deadline=None)
@given(MARKDOWN)
def test_at_most_so_much_is_held_back(text: str):
    assert len(text) - len(settled(text)) <= MOST_HELD_BACK
