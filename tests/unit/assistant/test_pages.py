"""Every page fits, none breaks a code fence, and together they say what the text says."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from vera.assistant.pages import Page, paginate

Fits = Callable[[str], bool]

WORDS = st.sampled_from(["word", "a", "<b>&", "naïve", "👩‍👩‍👧", "x" * 30, "[1]", "`code`", "~~no~~"])
PROSE = st.lists(WORDS, min_size=1, max_size=10).map(" ".join)
LISTS = st.lists(PROSE, min_size=1, max_size=4).map(lambda items: "\n".join(f"- {item}" for item in items))
CODE = st.tuples(
    st.sampled_from(["```", "````", "~~~"]),
    st.sampled_from(["", "py", "sh title=x"]),
    st.lists(st.sampled_from(["x = 1", "", "    if y:", "# ```", "long " * 8]), max_size=8),
).map(lambda code: f"{code[0]}{code[1]}\n" + "\n".join((*code[2], code[0])))
TEXTS = st.lists(PROSE | LISTS | CODE, max_size=4).map("\n\n".join)


def characters(limit: int) -> Fits:
    return lambda text: len(text) <= limit


def escaped_bytes(limit: int) -> Fits:
    return lambda text: len(html.escape(text).encode()) <= limit


FITS = st.builds(characters, st.integers(120, 240)) | st.builds(escaped_bytes, st.integers(240, 400))


def open_fences(text: str) -> list[str]:
    """Return the fences that a parser of Markdown finds open at the end, instead of closed by their own line."""
    lines = text.split("\n")
    fences = [token for token in MarkdownIt().parse(text) if token.type == "fence" and token.map]
    return [token.info for token in fences if not re.match(r"[ >]*(```|~~~)", lines[token.map[1] - 1])]


@given(TEXTS, FITS)
def test_every_page_fits(text: str, fits: Fits):
    pages = paginate(text, fits)

    assert all(fits(page.text) for page in pages)


@given(TEXTS, FITS)
def test_no_page_leaves_a_fence_open(text: str, fits: Fits):
    assert not [fence for page in paginate(text, fits) for fence in open_fences(page.text)]


@given(TEXTS, FITS)
def test_a_page_without_the_line_that_closes_its_code_breaks_off_inside_it(text: str, fits: Fits):
    for page in paginate(text, fits):
        closing = page.text.removeprefix(page.open_text)

        assert page.text.startswith(page.open_text)
        assert re.fullmatch(r"\n[ \t]*(`{3,}|~{3,})", closing) if page.fence else not closing
        assert bool(open_fences(f"{page.open_text}\nx")) == bool(page.fence)


@given(TEXTS)
def test_a_page_whose_code_is_left_open_only_grows_with_the_text(text: str):
    ends = [match.end() for match in re.finditer(r"\n", text)]

    pages = [paginate(text[:end], characters(len(text) + 9))[0].open_text for end in [*ends, len(text)]]

    assert all(longer.startswith(shorter) for shorter, longer in pairwise(pages))


@given(TEXTS, FITS)
def test_the_words_of_the_pages_are_the_words_of_the_text(text: str, fits: Fits):
    def words(pages: list[str]) -> list[str]:
        return [word for page in pages for word in page.split() if not re.match("```|~~~|title=", word)]

    assert words([page.text for page in paginate(text, fits)]) == words([text])


@given(TEXTS, FITS)
def test_the_code_of_the_pages_is_the_code_of_the_text(text: str, fits: Fits):
    def code(pages: list[str]) -> list[str]:
        fences = (token for page in pages for token in MarkdownIt().parse(page) if token.type == "fence")
        return [line.rstrip() for token in fences for line in token.content.split("\n") if line.strip()]

    assert code([page.text for page in paginate(text, fits)]) == code([text])


@given(TEXTS, FITS, st.data())
def test_going_on_after_a_page_gives_the_pages_that_a_fresh_start_gives(text: str, fits: Fits, data: st.DataObject):
    pages = paginate(text, fits)
    assume(len(pages) > 1)

    last = data.draw(st.integers(0, len(pages) - 2))

    assert paginate(text, fits, after=pages[last]) == pages[last + 1 :]


@given(st.lists(PROSE | LISTS, max_size=6).map("\n\n".join), PROSE, FITS)
def test_pages_that_are_full_stay_while_prose_grows(text: str, more: str, fits: Fits):
    grown = text + more

    pages = paginate(text, fits)

    assert paginate(grown, fits)[: len(pages) - 1] == pages[:-1]


@given(TEXTS | st.text(max_size=60), st.sampled_from([lambda _: False, characters(0), characters(1), escaped_bytes(5)]))
def test_it_ends_where_nearly_nothing_fits_and_loses_no_character(text: str, fits: Fits):
    pages = paginate(text, fits)

    ends = [page.end for page in pages]
    assert ends == sorted(ends)
    assert not text[ends[-1] :].strip()
    said = "".join(page.text for page in pages)
    assert all(said.count(character) >= text.count(character) for character in set(text) if not character.isspace())


@pytest.mark.parametrize(
    ("text", "limit", "pages"),
    [
        ("", 10, [""]),
        (" \n ", 10, [""]),
        ("\n\nhello\n", 10, ["hello"]),
        ("one two\n\nthree four", 12, ["one two", "three four"]),
        ("one\ntwo three\nfour five", 14, ["one\ntwo three", "four five"]),
        ("one two three", 9, ["one two", "three"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ("    indented code", 99, ["    indented code"]),
        (
            "```py\na = 1\nb = 2\nc = 3\n```\nend",
            22,
            ["```py\na = 1\nb = 2\n```", "```py\nc = 3\n```\nend"],
        ),
        ("````\n```\naaaa\nbbbb\n````", 22, ["````\n```\naaaa\n````", "````\nbbbb\n````"]),
        ("~~~ a`b\nxxxx\nyyyy\n~~~", 17, ["~~~ a`b\nxxxx\n~~~", "~~~a`b\nyyyy\n~~~"]),
        (
            "1. Do\n\n    ```sh\n    cd a\n    cd b\n    ```\n    done\n2. Rest",
            38,
            ["1. Do\n\n    ```sh\n    cd a\n    ```", "```sh\ncd b\n```\ndone\n2. Rest"],
        ),
        ("> ```\n> aaaa\n> bbbb\n> ```", 20, ["> ```\n> aaaa\n> ```", "> ```\n> bbbb\n> ```"]),
        ("- ```\n  aaaa\n  bbbb\n  ```", 20, ["- ```\n  aaaa\n  ```", "```\nbbbb\n```"]),
        ("- aaaaaa\n    - bbbbbb\n    - cccccc", 24, ["- aaaaaa\n    - bbbbbb", "- cccccc"]),
        ("```ls -l``` lists what is here", 20, ["```ls -l``` lists", "what is here"]),
    ],
    ids=lambda value: value[:16] if isinstance(value, str) else "",
)
def test_a_page_ends_where_reading_it_is_easiest(text: str, limit: int, pages: list[str]):
    assert [page.text for page in paginate(text, characters(limit))] == pages


@pytest.mark.parametrize("character", ["👩‍👩‍👧", "👍🏽", "e\u0301", "✈️"])
def test_a_character_is_not_parted_from_what_belongs_to_it(character: str):
    for lead in range(12):
        pages = paginate("x" * lead + character * 12, characters(17))

        assert all(re.fullmatch(f"x*(?:{character})+", page.text) for page in pages)


@pytest.mark.parametrize(
    ("text", "open_text"),
    [
        ("Yes.", "Yes."),
        ("```py\nx = 1", "```py\nx = 1"),
        ("```py", "```py"),
        ("```py\nx = 1\n```", "```py\nx = 1\n```"),
        ("> ~~~~\n> x = 1", "> ~~~~\n> x = 1"),
        ("- ```\n  x = 1\n", "- ```\n  x = 1"),
    ],
)
def test_the_open_text_of_a_page_is_what_was_said(text: str, open_text: str):
    (page,) = paginate(text, characters(99))

    assert page.open_text == open_text


def test_a_text_that_fits_is_asked_about_once():
    asked: list[str] = []

    pages = paginate("word " * 100, lambda text: bool(asked.append(text)) or True)

    assert pages == [Page(("word " * 100).strip(), 500)]
    assert len(asked) == 1


def test_a_huge_text_is_never_tried_whole_more_than_once_a_page():
    tried: list[int] = []

    def fits(text: str) -> bool:
        tried.append(len(text))
        return len(text) <= 4_000

    pages = paginate("word " * 20_000, fits)

    assert len(pages) == 25
    assert len([length for length in tried if length > 8_000]) <= 25
    assert len(tried) < 40 * len(pages)


def test_a_fence_with_an_endless_first_line_does_not_fill_the_pages_after_it():
    pages = paginate("```" + "x" * 1_000 + "\n" + "code\n" * 100 + "```", characters(300))

    assert all(len(page.text) <= 300 for page in pages)
    assert len(pages) < 10


def test_hostile_blanks_cost_no_more_than_their_length():
    pages = paginate("a" + "\n \n" * 20_000 + " " * 20_000 + ">" * 20_000 + "b", characters(4_000))

    assert "b" in pages[-1].text


def test_a_table_that_goes_on_has_its_head_on_every_page():
    head = "| name | hours |\n|---|---|"
    rows = [f"| office {number} | nine to five |" for number in range(40)]
    text = f"These are the offices:\n\n{head}\n" + "\n".join(rows) + "\n\nThat is all of them."

    pages = [page.text for page in paginate(text, characters(300))]

    assert len(pages) > 3
    assert all(head in page for page in pages)
    assert [line for page in pages for line in page.split("\n") if line.startswith("| office")] == rows
    assert all(len(page) <= 300 for page in pages)
    assert pages[-1].endswith("That is all of them.")


def test_what_follows_a_table_does_not_begin_with_its_head():
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 6

    pages = [page.text for page in paginate(f"{table}\n" + "word " * 30, characters(100))]

    assert [page.count("|---|") for page in pages] == [1] + [0] * (len(pages) - 1)
