"""What each message of a reply is to hold: full ones stay, the last one grows, and together they say the text."""

from __future__ import annotations

import re
from itertools import accumulate, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fakes.surface import MemoryStreams, MemorySurface
from vera.assistant.conversation import FOOTER
from vera.assistant.layout import Layout, Piece
from vera.assistant.settled import settled
from vera.errors import SurfaceRefused

WORDS = st.sampled_from(["word ", "a ", "naïve ", "🙂 ", "x" * 30, "\n", "\n\n", "- item\n", "**bold** ", "[1]"])
CODE = st.lists(st.sampled_from(["x = 1\n", "\n", "    if y:\n", "long " * 8 + "\n"]), max_size=6).map(
    lambda lines: "\n```py\n" + "".join(lines) + "```\n"
)
PROSE = st.lists(WORDS, max_size=40)
TEXTS = st.lists(WORDS | CODE, max_size=30)
SURFACES = st.sampled_from([MemorySurface, MemoryStreams])


def said(pieces: list[Piece]) -> str:
    """Return what the parts say, without the fences that they open and close again, and the blanks they end at."""
    return bare("\n".join(piece.text for piece in pieces))


def bare(text: str) -> str:
    return re.sub(r"```\w*|\s", "", text)


def done(pieces: list[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.state == "done"]


@given(TEXTS, SURFACES, st.integers(80, 200))
def test_the_parts_of_a_growing_text_are_full_but_for_the_last_and_say_all_of_it(
    pieces: list[str], kind: type[MemorySurface], largest: int
):
    surface = kind(largest=largest)
    layout = Layout(surface)

    for text in accumulate(pieces):
        shown = layout.unfinished(text, "")

        assert [piece.part for piece in shown] == list(range(len(shown)))
        assert all(piece.state == "done" for piece in shown[:-1])
        assert shown[-1].state == ("writing" if text.strip() else "status")
        assert all(surface.fits(piece.text) for piece in shown)
        if text.strip():
            assert said(shown) == bare(text)
    whole = "".join(pieces)
    assert said(layout.finished(whole, "")) == bare(whole)


@given(PROSE, st.integers(80, 200))
def test_what_is_full_stays_as_it_is_while_prose_only_grows(pieces: list[str], largest: int):
    layout = Layout(MemorySurface(largest=largest))

    versions = [done(layout.unfinished(text, "")) for text in accumulate(pieces)]

    versions.append(layout.finished("".join(pieces), ""))
    assert all(longer[: len(shorter)] == shorter for shorter, longer in pairwise(versions))


@given(TEXTS, st.integers(80, 200))
def test_what_is_full_of_a_stream_stays_as_it_is_while_any_text_only_grows(pieces: list[str], largest: int):
    layout = Layout(MemoryStreams(largest=largest))

    versions = [done(layout.unfinished(settled(text).rstrip(), "")) for text in accumulate("".join(pieces))]

    versions.append(layout.finished("".join(pieces), ""))
    assert all(longer[: len(shorter)] == shorter for shorter, longer in pairwise(versions))


@given(TEXTS, st.integers(80, 200))
@example(["word word ", "x" * 30, "\n```py\n```\n", "\n```py\n" + "x = 1\n" * 3 + "```\n", "\n```py\n```\n"], 80)
def test_what_a_stream_is_given_of_a_part_only_grows(pieces: list[str], largest: int):
    layout = Layout(MemoryStreams(largest=largest))
    given_before: dict[int, str] = {}

    for text in accumulate("".join(pieces)):
        for part, given_now, state in layout.unfinished(settled(text).rstrip(), ""):
            if state == "writing":
                assert given_now.startswith(given_before.get(part, ""))
                given_before[part] = given_now


def test_code_that_is_not_over_is_closed_in_a_message_that_is_edited_and_open_in_one_that_grows():
    text = "So:\n```py\nx = 1\ny = 2"

    edited, grown = (Layout(surface).unfinished(text, "") for surface in (MemorySurface(), MemoryStreams()))

    assert edited == [Piece(0, f"{text}\n```", "writing")]
    assert grown == [Piece(0, text, "writing")]


@pytest.mark.parametrize(
    ("surface", "text", "status", "shown"),
    [
        (MemorySurface(), "", "Reading", Piece(0, "_Reading …_", "status")),
        (MemorySurface(), " \n ", "", Piece(0, "_Writing …_", "status")),
        (MemorySurface(), "Yes.", "", Piece(0, "Yes.", "writing")),
        (MemorySurface(), "Yes.", "Looking", Piece(0, "Yes.\n\n_Looking …_", "writing")),
        (MemorySurface(largest=16), "Yes, maybe.", "Looking", Piece(0, "Yes, maybe.", "writing")),
        (MemoryStreams(), "Yes.", "Looking", Piece(0, "Yes.", "writing")),
    ],
    ids=["alone", "with nothing to say", "none", "under the text", "no room under the text", "beside a stream"],
)
def test_what_is_going_on_stands(surface: MemorySurface, text: str, status: str, shown: Piece):
    assert Layout(surface).unfinished(text, status) == [shown]


def test_a_text_that_starts_over_is_cut_from_its_beginning():
    layout = Layout(MemorySurface(largest=20))
    layout.unfinished("one two three four five six seven", "")

    shown = layout.unfinished("The second try, and it is as long", "")

    assert shown == [Piece(0, "The second try, and", "done"), Piece(1, "it is as long", "writing")]


@pytest.mark.parametrize("footer", ["Note", "n" * 50])
def test_the_footer_stands_at_the_end_of_whatever_was_cut_before(footer: str):
    surface = MemorySurface(largest=40)
    layout = Layout(surface)
    text = "one two three four five six seven eight nine"
    on_the_way = done(layout.unfinished(text, ""))

    pieces = layout.finished(text, footer)

    body, _, foot = "".join(piece.text for piece in pieces).partition(FOOTER)
    assert pieces[: len(on_the_way)] == on_the_way
    assert re.sub(r"\s", "", body) == re.sub(r"\s", "", text)
    assert "".join(foot.replace(FOOTER, "").split()) == footer
    assert all(piece.state == "done" and surface.fits(piece.text) for piece in pieces)


def test_pages_are_shorter_once_slack_has_refused_one_for_its_length():
    layout = Layout(MemorySurface())
    text = "word " * 100
    (before,) = layout.unfinished(text, "")

    layout.make_do(SurfaceRefused("chat.update", code="msg_too_long"), before.text)
    pieces = layout.unfinished(text, "")

    assert len(pieces) == 2
    assert all(len(piece.text) <= len(before.text) * 3 // 4 for piece in pieces)
    assert said(pieces) == bare(text)


@pytest.mark.parametrize(("code", "text"), [("msg_too_long", "short"), ("is_archived", "word " * 100)])
def test_a_refusal_that_no_shorter_page_would_help_is_raised(code: str, text: str):
    layout = Layout(MemorySurface())

    with pytest.raises(SurfaceRefused):
        layout.make_do(SurfaceRefused("chat.update", code=code), text)
