"""HTML pages: what they say, without the page around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.local.webpage import webpage_blocks, webpage_title

TAGS = """
<p> </p> <ul> </ul> <li> <pre> </pre> <h1> </h1> <table> </table> <tr> <td> </th> <nav> </nav> <main> </a> <dt> a < &
""".split()  # noqa: SIM905 - legible
TAGS.append("<a href=https://x.example>")


def read(page: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in webpage_blocks(page)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param("<p>a <b>b</b>\n c&amp;d<p>e", [("paragraph", "a b c&d"), ("paragraph", "e")], id="paragraphs"),
        pytest.param("<h2>A <code>b</code></h2>x", [("heading", "A `b`"), ("paragraph", "x")], id="a heading"),
        pytest.param(
            "<ul><li>a<ul><li>b</li></ul><li>c</ul>x",
            [("list", "- a\n  - b\n- c"), ("paragraph", "x")],
            id="nested items",
        ),
        pytest.param("<ol><li><p>a</p><li>b</ol>", [("list", "1. a\n2. b")], id="steps"),
        pytest.param(
            "<pre><code class='language-sh'>a\n  <i>b</i></code></pre>", [("code", "```sh\na\n  b\n```")], id="code"
        ),
        pytest.param(
            "<ol><li>a<pre>x</pre>b</ol>",
            [("list", "1. a"), ("code", "```\nx\n```"), ("paragraph", "b")],
            id="code in a step",
        ),
        pytest.param(
            "<table><tr><th>a<th>b</th></tr><tr><td>1</td><td>2|3</td></tr></table>",
            [("table", "| a | b |\n| --- | --- |\n| 1 | 2\\|3 |")],
            id="a table with an open cell",
        ),
        pytest.param("<dl><dt>a<dd>b</dl>", [("paragraph", "a"), ("paragraph", "b")], id="definitions"),
        pytest.param(
            "<p>a <a href='/x'>b</a> <a href='https://x.example/c'>c</a>",
            [("paragraph", "a b [c](https://x.example/c)")],
            id="links",
        ),
        pytest.param(
            "<p><a href='https://x.example'>https://x.example</a>",
            [("paragraph", "https://x.example")],
            id="a link that names itself",
        ),
        pytest.param(
            "<nav>a</nav><script>b</script><style>c</style><footer>d</footer><header>e</header>",
            [],
            id="what is no content",
        ),
        pytest.param(
            "<div role=navigation>a<div>b</div></div><div hidden>c</div>d", [("paragraph", "d")], id="what is hidden"
        ),
        pytest.param(
            "<p>a</p><main><header><h1>b</h1></header>c</main>d",
            [("heading", "b"), ("paragraph", "c")],
            id="only what is marked as content",
        ),
        pytest.param("<div role='main'><p>a</p></div>", [("paragraph", "a")], id="content by its role"),
        pytest.param(
            "<h1>a<a class='headerlink' href='#a'>\u00b6</a></h1><!-- b --><br>",
            [("heading", "a")],
            id="marks for the mouse",
        ),
        pytest.param("<ul><li>a", [("list", "- a")], id="nothing is closed"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_page_is_what_its_reader_sees(page: str, expected: list[tuple[str, str]]):
    assert read(page) == expected


def test_a_heading_is_reached_by_its_own_id_or_by_that_of_its_section():
    blocks = webpage_blocks("<h1 id=a>A</h1><section id=b><h2>B</h2></section><h2>C</h2>")

    assert [(block.text, block.level, block.anchor) for block in blocks] == [("A", 1, "a"), ("B", 2, "b"), ("C", 2, "")]


def test_the_title_is_unescaped():
    assert webpage_title("<head><title>\n A &amp; B </title>") == "A & B"
    assert not webpage_title("<p>none")


@given(st.lists(st.sampled_from(TAGS), max_size=25))
def test_any_page_at_all_is_read(parts: list[str]):
    for block in webpage_blocks("".join(parts)):
        assert block.text
