"""What every knowledge base keeps of its port. A further adapter joins by a subject of its own in `SUBJECTS`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

import pytest

from fakes.knowledge import ListedKnowledge, UnavailableKnowledge
from vera.assistant.knowledge import QUERY_CHARACTERS, KnowledgeBase, Passage
from vera.errors import KnowledgeUnavailable
from vera.local import FolderKnowledge
from vera.playground.journal.pipe import PipeJournal
from vera.playground.journal.witness import WitnessedKnowledge, Witnesses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DOCUMENTS = {
    "Hamburg": "The Hamburg office opens at eight and closes at six.",
    "Lisbon": "The Lisbon office opens at nine.",
    "Kettle": "The kettle boils water for tea.",
}

Subject = tuple["Callable[[Path], AbstractContextManager[KnowledgeBase]]", "Callable[[Path], KnowledgeBase]"]


def folder_with_documents(path: Path) -> Path:
    for title, text in DOCUMENTS.items():
        (path / f"{title}.md").write_text(f"# {title}\n\n{text}\n")
    return path


def witnessed(base: KnowledgeBase) -> KnowledgeBase:
    return WitnessedKnowledge(lambda: base, Witnesses(PipeJournal(None)))


@contextmanager
def witnessed_folder(path: Path) -> Iterator[KnowledgeBase]:
    with FolderKnowledge(folder_with_documents(path)) as base:
        yield witnessed(base)


SUBJECTS: dict[str, Subject] = {
    "folder": (
        lambda path: FolderKnowledge(folder_with_documents(path), index=path.parent / "index.sqlite"),
        lambda path: FolderKnowledge(path / "missing"),
    ),
    "folder, index in memory": (
        lambda path: FolderKnowledge(folder_with_documents(path)),
        lambda path: FolderKnowledge(path / "missing", index=path / "index.sqlite"),
    ),
    "folder, witnessed": (witnessed_folder, lambda path: witnessed(FolderKnowledge(path / "missing"))),
    "fake": (
        lambda path: nullcontext(ListedKnowledge(Passage(text, title, title) for title, text in DOCUMENTS.items())),
        lambda path: UnavailableKnowledge(),
    ),
}


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Subject:
    return SUBJECTS[request.param]


@pytest.fixture
def knowledge(subject: Subject, tmp_path: Path) -> Iterator[KnowledgeBase]:
    (tmp_path / "docs").mkdir()
    with subject[0](tmp_path / "docs") as knowledge:
        yield knowledge


def test_it_has_a_name_for_logs(knowledge: KnowledgeBase):
    assert knowledge.id
    assert "/" not in knowledge.id


def test_passages_come_best_first_with_what_a_citation_needs(knowledge: KnowledgeBase):
    passages = knowledge.search("When does the Lisbon office open?")

    assert passages[0].title == "Lisbon"
    assert passages[0].text == DOCUMENTS["Lisbon"]
    assert all(passage.title and passage.location and passage.text for passage in passages)
    assert [passage.score for passage in passages] == sorted((passage.score for passage in passages), reverse=True)
    assert {passage.knowledge_base for passage in passages} == {knowledge.id}


def test_what_nothing_is_known_about_finds_nothing(knowledge: KnowledgeBase):
    assert knowledge.search("zeppelin") == ()


def test_the_same_query_finds_the_same(knowledge: KnowledgeBase):
    assert knowledge.search("office") == knowledge.search("office")


@pytest.mark.parametrize(
    "query",
    [
        "?",
        '"',
        "' OR 1=1 --",
        "title:kettle",
        "NEAR(kettle tea, 2)",
        "kettle*",
        "-kettle AND",
        "kettle\0tea",
        "\U0001f375",
        "((((",
    ],
)
def test_no_query_is_a_command(knowledge: KnowledgeBase, query: str):
    assert isinstance(knowledge.search(query), tuple)


def test_a_query_may_be_as_long_as_the_quota(knowledge: KnowledgeBase):
    query = ("kettle " + " ".join(f"word{number}" for number in range(200)))[:QUERY_CHARACTERS]

    assert knowledge.search(query)[0].title == "Kettle"


def test_one_that_is_awake_needs_no_time_to_wait(knowledge: KnowledgeBase):
    assert knowledge.search("kettle", seconds=0.0) == knowledge.search("kettle")


def test_several_threads_may_search_at_once(knowledge: KnowledgeBase):
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(knowledge.search, ["kettle", "Hamburg"] * 20))

    assert {passages[0].title for passages in found[::2]} == {"Kettle"}
    assert {passages[0].title for passages in found[1::2]} == {"Hamburg"}


def test_one_that_is_down_says_so_in_a_sentence_for_people(subject: Subject, tmp_path: Path):
    down = subject[1](tmp_path)

    with pytest.raises(KnowledgeUnavailable) as raised:
        down.search("kettle")

    assert raised.value.sentence.endswith(".")
    assert str(tmp_path) not in raised.value.sentence
