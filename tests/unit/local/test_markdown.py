"""Markdown as people and documentation tools write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.local.markdown import markdown_blocks, plain_markdown


def read(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in markdown_blocks(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("# One\n\nTwo\nthree", [("heading", "One"), ("paragraph", "Two three")], id="a paragraph's lines"),
        pytest.param("One\n===\nTwo\n---\n", [("heading", "One"), ("heading", "Two")], id="underlined headings"),
        pytest.param("## A `b` **c** ##", [("heading", "A `b` c")], id="markup in a heading"),
        pytest.param("---\ntitle: 'T'\n---\nx", [("heading", "T"), ("paragraph", "x")], id="front matter"),
        pytest.param("---\nx", [("paragraph", "x")], id="a rule is no front matter"),
        pytest.param("* a\n+ b\n  more\n\n1) c", [("list", "- a\n- b more\n1) c")], id="items"),
        pytest.param(
            "- a\n\n  ```\n  x\n  ```\n- b",
            [("list", "- a"), ("code", "```\nx\n```"), ("list", "- b")],
            id="code in items",
        ),
        pytest.param("~~~py {a=1}\nx\n\ny\n~~~", [("code", "```py\nx\n\ny\n```")], id="a fence"),
        pytest.param("````\n```\n````", [("code", "````\n```\n````")], id="a fence in a fence"),
        pytest.param("```\nopen", [("code", "```\nopen\n```")], id="a fence without an end"),
        pytest.param("x\n\n    code\n", [("paragraph", "x"), ("code", "```\ncode\n```")], id="indented code"),
        pytest.param(
            "a|b\n-|-\n1|`2`\n\nx",
            [("table", "| a | b |\n| --- | --- |\n| 1 | `2` |"), ("paragraph", "x")],
            id="a table",
        ),
        pytest.param("> quoted\n> on", [("paragraph", "quoted on")], id="a quotation"),
        pytest.param(
            '!!! note "Mind"\n    the gap\nx',
            [("paragraph", "Mind:"), ("paragraph", "the gap"), ("paragraph", "x")],
            id="an admonition",
        ),
        pytest.param(":::{tip}\nx\n:::", [("paragraph", "x")], id="a colon fence"),
        pytest.param("```{note}\nread *this*\n```", [("paragraph", "read this")], id="a MyST directive of prose"),
        pytest.param("```{code-block} py\n:linenos:\nx\n```", [("code", "```\nx\n```")], id="a MyST directive of code"),
        pytest.param("```{toctree}\na\n```", [], id="a MyST directive that says nothing"),
        pytest.param("```{eval-rst}\n.. note:: x\n```", [("paragraph", "x")], id="reStructuredText inside"),
        pytest.param("(label)=\n[a]: http://x.example\n***\n<!-- a\nb -->\n", [], id="what readers don't see"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_blocks_begin_and_end_where_markdown_says(text: str, expected: list[tuple[str, str]]):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[guide](guide.md#x)", "guide", id="a relative link leads nowhere from elsewhere"),
        pytest.param('[guide](https://x.example/g "t")', "[guide](https://x.example/g)", id="an absolute link is kept"),
        pytest.param("![logo](a.png)a", "a", id="images"),
        pytest.param("[a][b] <https://x.example>", "a https://x.example", id="references and bare links"),
        pytest.param("**a** __b__ *c* _d_", "a b c d", id="emphasis"),
        pytest.param("snake_case_name and 2*3*4", "snake_case_name and 2*3*4", id="no emphasis inside words"),
        pytest.param("`**a** <b>`", "`**a** <b>`", id="code is left alone"),
        pytest.param("a<br>b &amp; c", "ab & c", id="HTML"),
        pytest.param("{func}`~a.b` {ref}`words <label>`", "`a.b` `words`", id="MyST roles"),
        pytest.param(r"1\. a \*b\*", "1. a *b*", id="escapes"),
    ],
)
def test_a_paragraph_is_what_its_reader_sees(text: str, expected: str):
    assert plain_markdown(text) == expected


def test_anchors_are_those_that_github_gives():
    blocks = markdown_blocks("# What's new?\n\n## A & b\n\n## A & b\n\n## Own {#mine}\n")

    assert [block.anchor for block in blocks] == ["whats-new", "a--b", "a--b-1", "mine"]


@given(st.text(alphabet=st.sampled_from("ab`~*_[]()<>!#|:-=.{} \n\t\0"), max_size=120))
def test_any_text_at_all_is_read(text: str):
    for block in markdown_blocks(text):
        assert block.text
