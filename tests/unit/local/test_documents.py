"""Documents in pieces: what a piece is called, and how large it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.local.documents import decoded, read_document


def test_a_piece_is_called_by_the_headings_above_it():
    document = read_document(
        "# Install\n\nAll.\n\n## `Windows`\n\nFirst.\n\n### 11\n\nDeep.\n\n## Linux\n\nLast.\n", "a/b.md"
    )

    assert document.title == "Install"
    assert [(piece.title, piece.anchor, piece.text) for piece in document.pieces] == [
        ("Install", "", "All."),
        ("Install › Windows", "windows", "First."),
        ("Install › Windows › 11", "11", "Deep."),
        ("Install › Linux", "linux", "Last."),
    ]


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        pytest.param("a.md", "# First\n\n# Second\n\nx", "First", id="the first heading"),
        pytest.param("a.html", "<title>Page</title><p>x", "Page", id="what the page is called"),
        pytest.param("a/roll_back-now.txt", "x", "roll back now", id="the file's name"),
        pytest.param("a.rst", "R\n====\n\nx", "R", id="reStructuredText"),
        pytest.param("a.TXT", "HOURS NOW\n\nx", "Hours now", id="a typed text"),
    ],
)
def test_a_document_is_called_by_what_comes_first(name: str, text: str, title: str):
    assert read_document(text, name).title == title


def test_another_first_level_heading_stands_beneath_the_title():
    pieces = read_document("# First\n\na\n\n# Second\n\nb", "a.md").pieces

    assert [(piece.title, piece.anchor) for piece in pieces] == [("First", ""), ("First › Second", "second")]


def test_a_long_section_is_cut_at_paragraphs_into_pieces_of_some_hundred_characters():
    paragraphs = [f"{number}. paragraph, which says something of no great interest." for number in range(80)]

    pieces = read_document("\n\n".join(["# T", *("P" + paragraph for paragraph in paragraphs)]), "a.md").pieces

    assert len(pieces) > 3
    assert all(600 <= len(piece.text) <= 1_200 for piece in pieces[:-1])
    assert all(piece.text.endswith("interest.") for piece in pieces)


def test_what_ends_in_a_colon_stays_with_what_it_introduces():
    text = "# T\n\n" + "Words. " * 95 + "\n\nRun this:\n\n```\n" + "command\n" * 60 + "```\n"

    pieces = read_document(text, "a.md").pieces

    assert any("Run this:\n\n```" in piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        pytest.param("```py\n" + "x = 1\n" * 400 + "```", "```py\n", "\n```", id="code keeps its fences"),
        pytest.param(
            "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 300,
            "| a | b |\n| --- | --- |\n| 1",
            "| 2 |",
            id="a table keeps its head",
        ),
        pytest.param("- one item\n" * 200, "- one item", "- one item", id="a list keeps its items"),
        pytest.param("A sentence. " * 200, "A sentence.", "A sentence.", id="a paragraph keeps its sentences"),
    ],
)
def test_a_block_that_is_too_large_is_cut_where_it_may_be(text: str, first: str, last: str):
    pieces = read_document(text, "a.md").pieces

    assert len(pieces) > 1
    assert all(piece.text.startswith(first) and piece.text.endswith(last) for piece in pieces)
    assert all(len(piece.text) < 1_900 for piece in pieces)


@given(
    st.text(alphabet=st.sampled_from("ab. #-`|:\n"), max_size=200),
    st.integers(1, 60),
    st.sampled_from(["md", "rst", "txt", "html"]),
)
def test_pieces_of_any_document_are_neither_empty_nor_endless(text: str, times: int, suffix: str):
    for piece in read_document(text * times, f"a.{suffix}").pieces:
        assert piece.text.strip()
        assert piece.title
        assert len(piece.text) <= 1_900


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("Grüße".encode(), "Grüße", id="UTF-8"),
        pytest.param(b"\xef\xbb\xbfa", "a", id="UTF-8 with a mark"),
        pytest.param("Grüße".encode("latin-1"), "Grüße", id="Latin-1"),
        pytest.param("Grüße".encode("utf-16"), "Grüße", id="UTF-16"),
        pytest.param(b"PK\x03\x04\0\0", None, id="binary"),
        pytest.param(b"", "", id="nothing"),
    ],
)
def test_a_file_is_decoded_as_what_it_seems_to_be(content: bytes, expected: str | None):
    assert decoded(content) == expected
