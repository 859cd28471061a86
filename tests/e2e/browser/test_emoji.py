"""Emoji by Slack's names, in the modules that the page loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.shown_text import ShownText, application
from vera.playground.loopback import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def shown(chromium: Browser) -> Iterator[ShownText]:
    """Load the modules once."""
    with LoopbackServer(application()) as server:
        page = chromium.new_page()
        yield ShownText(page, server.url)
        page.close()


@pytest.mark.parametrize(
    ("name", "char", "label"),
    [
        ("+1", "👍", "thumbs up"),
        ("thumbsup", "👍", "thumbs up"),
        (":-1:", "👎", "thumbs down"),
        ("tada", "🎉", "party popper"),
        ("heart", "❤️", "heart"),
        ("white_check_mark", "✅", "white check mark"),
        ("+1::skin-tone-3", "👍🏼", "thumbs up, medium-light skin tone"),
        ("v::skin-tone-6", "✌🏿", "victory hand, dark skin tone"),
        ("female-technologist::skin-tone-2", "👩🏻‍💻", "woman technologist, light skin tone"),
        ("tada::skin-tone-3", None, "tada skin tone 3"),
        ("+1::skin-tone-7", None, "+1 skin tone 7"),
        ("flag-at", "🇦🇹", "Austria flag"),
        ("us", "🇺🇸", "United States flag"),
        ("vera_herself", None, "vera herself"),
        ("constructor", None, "constructor"),
        ("", None, ""),
    ],
)
def test_an_emoji_has_a_character_and_a_label(shown: ShownText, name: str, char: str | None, label: str):
    assert shown.of("emojiOf", name) == char
    assert shown.of("labelOf", name) == label


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("thumbs", ["+1", "-1"]),
        ("+1", ["+1"]),
        (":tad", ["tada"]),
        ("Party Pop", ["tada"]),
        ("heart", ["heart", "heart_eyes"]),
        ("white check", ["white_check_mark"]),
        ("rocket", ["rocket"]),
        ("cat2", ["cat2"]),
        ("austria", ["flag-at"]),
        ("", ["+1", "-1", "heart"]),
        ("no such emoji", []),
        ("(*\\", []),
    ],
)
def test_a_search_finds_what_begins_so_first(shown: ShownText, text: str, first: list[str]):
    found = shown.of("searchEmoji", text, 20)

    assert [emoji["name"] for emoji in found][: len(first) or None] == first
    assert len(found) <= 20


def test_what_is_found_is_each_emoji_once_with_its_character_and_label(shown: ShownText):
    found = shown.of("searchEmoji", "", 5_000)

    assert len({emoji["name"] for emoji in found}) == len(found) > 1_800
    assert all(shown.of("emojiOf", emoji["name"]) == emoji["char"] for emoji in found[:200])
    assert all(emoji["label"].strip() and "_" not in emoji["label"] for emoji in found)
