"""A folder of an invented company's documents: the right passage first, the right source."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from vera.local import FolderKnowledge

DOCUMENTS = Path(__file__).parents[2] / "documents"


@pytest.fixture(scope="module")
def knowledge():
    with FolderKnowledge(DOCUMENTS) as knowledge:
        yield knowledge


@pytest.mark.parametrize(
    ("query", "location"),
    [
        pytest.param("When is the Hamburg office open?", "offices/opening-hours.md", id="a table"),
        pytest.param("and on Fridays? When is the Lisbon office open?", "offices/opening-hours.md", id="a follow-up"),
        pytest.param("Where is the Hamburg office?", "offices/opening-hours.md#hamburg", id="a section"),
        pytest.param("how do I deploy to production?", "engineering/deploy.md#deploying", id="a runbook"),
        pytest.param("rollback of a release", "engineering/deploy.md#rolling-back", id="steps"),
        pytest.param("May I deploy at Christmas, in the freeze?", "engineering/deploy.md#freeze", id="a rule"),
        pytest.param("How many vacation days do I have?", "people/vacation.txt", id="a text"),
        pytest.param("How many holidays are there a year?", "people/vacation.txt", id="another word for it"),
        pytest.param("doctor's note", "people/vacation.txt#sickness", id="a section of a text"),
        pytest.param("calibrating a humidity sensor", "engineering/sensors.html#calibration", id="a page"),
        pytest.param("mount the wind sensor", "engineering/sensors.html", id="a section without an anchor"),
        pytest.param("What is a frost warning?", "engineering/alerts.rst#frost-warning", id="reStructuredText"),
        pytest.param("FROST_QUIET", "engineering/alerts.rst#FROST_QUIET", id="a setting"),
        pytest.param("What does Lindwurm make?", "index.md", id="front matter"),
    ],
)
def test_the_passage_that_answers_comes_first(knowledge: FolderKnowledge, query: str, location: str):
    assert knowledge.search(query)[0].location == location


def test_what_stands_around_a_page_is_not_found(knowledge: FolderKnowledge):
    assert knowledge.search("warehouse robots") == ()


def test_titles_are_paths_of_headings(knowledge: FolderKnowledge):
    assert knowledge.search("doctor's note")[0].title == "Vacation policy › Sickness"


def test_no_path_of_this_machine_leaves_it(knowledge: FolderKnowledge):
    passages = knowledge.search("office deploy vacation sensor frost")

    assert len(passages) > 5
    assert not [passage for passage in passages if Path(passage.location).is_absolute()]
    assert knowledge.id == "documents"


def test_a_changelog_yields_to_what_explains_unless_it_is_asked_for(tmp_path: Path):
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changes\n\n## Timeout\n\nThe timeout of the kettle was added to the kettle.\n"
    )
    (tmp_path / "guide.md").write_text("# Guide\n\nThe kettle is set up by hand. Its timeout is a knob on the left.\n")

    with FolderKnowledge(tmp_path) as knowledge:
        explained = knowledge.search("timeout of the kettle")
        recorded = knowledge.search("when was the timeout of the kettle added")

    assert (explained[0].location, recorded[0].location) == ("guide.md", "CHANGELOG.md#timeout")


def test_of_equal_texts_one_is_returned(tmp_path: Path):
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("# Kettle\n\nIt boils water.\n")

    with FolderKnowledge(tmp_path) as knowledge:
        assert [passage.location for passage in knowledge.search("water")] == ["a.md"]


def test_a_change_is_found_by_the_search_that_comes_after_the_refresh_interval(tmp_path: Path):
    now = [100.0]
    (tmp_path / "a.md").write_text("kettle")

    with FolderKnowledge(tmp_path, refresh_seconds=5, clock=lambda: now[0]) as knowledge:
        knowledge.search("kettle")
        (tmp_path / "b.md").write_text("# Teapot\n\nteapot")
        now[0] = 104.9
        before = knowledge.search("teapot")
        now[0] = 105.0
        after = knowledge.search("teapot")

    assert before == ()
    assert [passage.title for passage in after] == ["Teapot"]


def test_at_most_so_many_results_are_returned(tmp_path: Path):
    for number in range(9):
        (tmp_path / f"{number}.md").write_text(f"# Kettle {number}\n\nThe kettle number {number}.\n")

    with FolderKnowledge(tmp_path, results=4) as knowledge:
        assert len(knowledge.search("kettle")) == 4


def test_an_index_that_is_damaged_between_searches_is_made_anew(tmp_path: Path):
    docs, index = tmp_path / "docs", tmp_path / "index.sqlite"
    docs.mkdir()
    (docs / "a.md").write_text("# Kettle\n\nIt boils water.\n")
    with FolderKnowledge(docs, index=index) as knowledge:
        knowledge.search("kettle")
    index.write_bytes(os.urandom(4_096))

    with FolderKnowledge(docs, index=index) as knowledge:
        found = knowledge.search("kettle")
        refreshed = knowledge.refresh()

    assert [passage.location for passage in found] == ["a.md"]
    assert refreshed.unchanged == 1


def test_nothing_is_opened_before_the_first_search(tmp_path: Path):
    with FolderKnowledge(tmp_path / "missing", index=tmp_path / "cache" / "index.sqlite"):
        assert list(tmp_path.iterdir()) == []


def test_logs_count_and_quote_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "secret-plan.md").write_text("# Secret\n\nThe launch is in May.\n")

    with caplog.at_level(logging.DEBUG), FolderKnowledge(tmp_path) as knowledge:
        knowledge.search("when is the launch")

    assert "1 new" in caplog.text
    assert not [word for word in ("launch", "secret", str(tmp_path)) if word in caplog.text.lower()]


def test_the_folder_itself_is_only_read(tmp_path: Path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text("kettle")
    docs.chmod(0o555)

    with FolderKnowledge(docs, index=tmp_path / "index.sqlite") as knowledge:
        found = knowledge.search("kettle")

    docs.chmod(0o755)
    assert len(found) == 1
    assert os.listdir(docs) == ["a.md"]  # noqa: PTH208 - names
