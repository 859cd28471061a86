"""reStructuredText as Sphinx has it, and text files as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.local.restructuredtext import plain_restructuredtext, restructuredtext_blocks


def read(text: str, *, typed: bool = False) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in restructuredtext_blocks(text, typed=typed)]


GRID = "+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n|   | 3 |\n+---+---+"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "====\nName\n====\n\nx\ny", [("heading", "Name"), ("paragraph", "x y")], id="a title over and under"
        ),
        pytest.param(
            "Run::\n\n    a\n\n    b\n\nx",
            [("paragraph", "Run:"), ("code", "```\na\n\nb\n```"), ("paragraph", "x")],
            id="a literal block",
        ),
        pytest.param(
            "Run. ::\n\n    a", [("paragraph", "Run."), ("code", "```\na\n```")], id="a literal block after a stop"
        ),
        pytest.param("::\n\n    a", [("code", "```\na\n```")], id="a literal block by itself"),
        pytest.param(".. code-block:: sh\n   :linenos:\n\n   a\n", [("code", "```sh\na\n```")], id="a code directive"),
        pytest.param(".. note:: Mind\n   the gap.", [("paragraph", "Mind the gap.")], id="a note"),
        pytest.param(
            ".. admonition:: Mind\n\n   The gap.",
            [("paragraph", "Mind:"), ("paragraph", "The gap.")],
            id="a titled note",
        ),
        pytest.param(".. versionadded:: 2.0\n   As a test.", [("paragraph", "New in 2.0: As a test.")], id="a version"),
        pytest.param(".. deprecated:: 3", [("paragraph", "Deprecated since 3.")], id="a version without words"),
        pytest.param(".. _label:\n\n.. a comment\n\n.. toctree::\n   x\n", [], id="what readers don't see"),
        pytest.param("* a\n  b\n* c\n\n#. d", [("list", "- a b\n- c\n- d")], id="items"),
        pytest.param(
            "1.  Do::\n\n        x\n\n2.  Go",
            [("list", "1. Do:"), ("code", "```\nx\n```"), ("list", "2. Go")],
            id="code in items",
        ),
        pytest.param("term\n   What it is.", [("paragraph", "term:"), ("paragraph", "What it is.")], id="a definition"),
        pytest.param(
            "=== ===\na   b\n=== ===\n1   2\n    3\n=== ===",
            [("table", "| a | b |\n| --- | --- |\n| 1 | 2 3 |")],
            id="a simple table",
        ),
        pytest.param(GRID, [("table", "| a | b |\n| --- | --- |\n| 1 | 2 3 |")], id="a grid"),
        pytest.param(
            ".. list-table::\n\n   * - a\n     - b\n   * - 1\n     - 2\n       3",
            [("table", "| a | b |\n| --- | --- |\n| 1 | 2 3 |")],
            id="a table of lists",
        ),
        pytest.param(">>> 1\n1", [("code", "```\n>>> 1\n1\n```")], id="a session"),
    ],
)
def test_blocks_begin_and_end_where_restructuredtext_says(text: str, expected: list[tuple[str, str]]):
    assert read(text) == expected


def test_heading_levels_follow_the_order_in_which_their_underlines_appear():
    blocks = restructuredtext_blocks("A\n~~~~\n\nB\n====\n\nC\n~~~~\n\nD d\n====\n")

    assert [(block.text, block.level, block.anchor) for block in blocks] == [
        ("A", 1, "a"),
        ("B", 2, "b"),
        ("C", 1, "c"),
        ("D d", 2, "d-d"),
    ]


def test_a_described_setting_is_a_section_after_which_its_own_goes_on():
    blocks = restructuredtext_blocks("Settings\n========\n\n.. py:data:: LIMIT(x)\n\n   How many.\n\nMore.\n")

    assert [(block.kind, block.text, block.anchor) for block in blocks] == [
        ("heading", "Settings", "settings"),
        ("heading", "LIMIT", "LIMIT"),
        ("paragraph", "How many.", ""),
        ("heading", "Settings", "settings"),
        ("paragraph", "More.", ""),
    ]


def test_lines_in_capitals_are_headings_of_a_typed_text():
    assert read("OPENING HOURS:\n\nNine to five.\n\nA LINE IN\nCAPITALS", typed=True) == [
        ("heading", "Opening hours"),
        ("paragraph", "Nine to five."),
        ("heading", "A line in"),
        ("paragraph", "CAPITALS"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("``a *b*``", "`a *b*`", id="a literal"),
        pytest.param(":func:`~a.b.c` :class:`!D`", "`c` `D`", id="roles of code"),
        pytest.param(":ref:`words <label>` :doc:`/cli`", "words /cli", id="roles of prose"),
        pytest.param("`site <https://x.example>`__", "[site](https://x.example)", id="a link"),
        pytest.param("`words`_ and name_ and `code`", "words and name and `code`", id="references"),
        pytest.param("**a** *b* 2*3*4", "a b 2*3*4", id="emphasis"),
    ],
)
def test_a_paragraph_is_what_its_reader_sees(text: str, expected: str):
    assert plain_restructuredtext(text) == expected


@given(st.text(alphabet=st.sampled_from("ab`*_:.=-+|#A> \n\t"), max_size=120), st.booleans())
def test_any_text_at_all_is_read(text: str, typed: bool):
    for block in restructuredtext_blocks(text, typed=typed):
        assert block.text
