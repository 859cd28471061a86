"""What makes one passage better than another that holds the same words."""

from __future__ import annotations

import pytest

from vera.local.index import Candidate
from vera.local.ranking import ranked, wanted

PADDING = " Words of no interest follow, so that this is no mere stub of a passage, but a paragraph as people write it."


def candidate(text: str, *, title: str = "Page", name: str = "page.md", score: float = 1.0) -> Candidate:
    return Candidate(title, text + PADDING, name, "", score)


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        pytest.param(
            "kettle timeout",
            candidate("The kettle has a knob. Its timeout is six."),
            candidate("Kettle, kettle, kettle.", score=1.2),
            id="all words once, before one word often",
        ),
        pytest.param(
            "kettle timeout",
            candidate("Set the kettle timeout."),
            candidate("Set the timeout of this good old stove or kettle."),
            id="words that stand together",
        ),
        pytest.param(
            "kettle",
            candidate("It is a kettle.", title="Kettle"),
            candidate("It is a kettle.", title="Kitchen › Other things › Kettle and stove"),
            id="a page about nothing else",
        ),
        pytest.param(
            "what is a kettle?",
            candidate("A kettle is a pot."),
            candidate("Take a kettle or pot."),
            id="a definition, where one is asked for",
        ),
        pytest.param(
            "when does the kitchen open?",
            candidate("The kitchen will open 08:30."),
            candidate("The kitchen will open late."),
            id="a time, where one is asked for",
        ),
        pytest.param(
            "deploy with gunicorn",
            candidate("Gunicorn is a server.", name="deploying/gunicorn.md"),
            candidate("Gunicorn is a server.", name="history/gunicorn.md"),
            id="the folder's name",
        ),
        pytest.param(
            "kettle timeout",
            candidate("The kettle timeout is six."),
            candidate("The kettle timeout is six!", name="docs/CHANGELOG.md", score=1.5),
            id="what explains, before what records",
        ),
    ],
)
def test_the_better_passage_comes_first(query: str, better: Candidate, worse: Candidate):
    asked = wanted(query, 100, {})

    order = [found for _, found in ranked(asked, [worse, better], keep=5)]

    assert order[0] == better


def test_a_rare_word_weighs_more_than_a_common_one_and_all_weigh_one():
    asked = wanted("common rare", 100, {"common": 90, "rare": 1})

    assert asked.weights["rare"] > 4 * asked.weights["common"]
    assert sum(asked.weights.values()) == pytest.approx(1.0)


def test_nothing_is_ranked_where_nothing_was_found():
    assert ranked(wanted("", 0, {}), [], keep=5) == []
