"""Folders of documents, indexed while nobody waits."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from vera.errors import SettingsError
from vera.playground.indexing import Indexing, checked_folder
from vera.settings import Settings

DOCUMENTS = Path(__file__).parents[2] / "documents"


def settings(tmp_path: Path, *folders: Path) -> Settings:
    names = tuple(f"folder:{folder}" for folder in folders)
    return Settings(model_id="embedded", knowledge_base_ids=names, database=str(tmp_path / "vera.sqlite3"))


def silent(sentence: str) -> None:
    raise AssertionError(sentence)


def test_documents_are_indexed_where_the_worker_looks_for_them(tmp_path: Path):
    indexing = Indexing(settings(tmp_path, DOCUMENTS), complain=silent).start()

    assert indexing.wait(10.0)
    (index,) = tmp_path.glob("documents-*.sqlite3")
    with closing(sqlite3.connect(index)) as database:
        assert database.execute("SELECT count(*) FROM file").fetchone()[0] > 5


def test_without_folders_there_is_nothing_to_do(tmp_path: Path):
    assert Indexing(settings(tmp_path), complain=silent).start().wait(10.0)
    assert list(tmp_path.iterdir()) == []


def test_knowledge_bases_elsewhere_are_left_alone(tmp_path: Path):
    elsewhere = Settings(
        model_id="embedded", knowledge_base_ids=("HANDBOOK01",), database=str(tmp_path / "vera.sqlite3")
    )

    assert Indexing(elsewhere, complain=silent).start().wait(10.0)


def test_nobody_has_to_wait_for_the_end(tmp_path: Path):
    docs = tmp_path / "docs"
    shutil.copytree(DOCUMENTS, docs)
    Indexing(settings(tmp_path, docs), complain=silent).start().wait(10.0)
    (index,) = tmp_path.glob("documents-*.sqlite3")
    complaints: list[str] = []
    (docs / "news.md").write_text("# News\n\nThere is something to index.\n")
    with closing(sqlite3.connect(index, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        indexing = Indexing(settings(tmp_path, docs), complain=complaints.append).start()

        assert not indexing.wait(0.2)

        other.execute("ROLLBACK")
    assert indexing.wait(10.0)
    assert complaints == []


def test_a_folder_without_documents_is_told(tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "picture.png").write_bytes(b"\x89PNG")

    with pytest.raises(SettingsError, match=rf"no documents in {empty}: Vera reads \.md, "):
        Indexing(settings(tmp_path, empty), complain=silent).start().wait(10.0)


def test_what_goes_wrong_later_is_told_later(tmp_path: Path):
    told, tells = os.pipe()
    empty = tmp_path / "empty"
    empty.mkdir()
    indexing = Indexing(
        settings(tmp_path, empty), complain=lambda sentence: os.write(tells, sentence.encode()) and None
    )

    assert not indexing.wait(0.0)
    indexing.start()

    assert os.read(told, 1_000).decode().startswith("There are no documents in")
    os.close(told)
    os.close(tells)


def test_an_index_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "a file").write_text("")

    with pytest.raises(SettingsError, match=r"\S"):
        Indexing(settings(tmp_path / "a file", DOCUMENTS), complain=silent).start().wait(10.0)


def test_a_folder_is_given_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)

    assert checked_folder(Path("docs")) == (tmp_path / "docs").resolve()


def test_what_is_no_folder_to_read_is_told(tmp_path: Path):
    (tmp_path / "readme.md").write_text("# Read me")
    (tmp_path / "one, two").mkdir()

    with pytest.raises(SettingsError, match="There is no folder nowhere"):
        checked_folder(Path("nowhere"))
    with pytest.raises(SettingsError, match=r"readme\.md is a file: --docs wants the folder"):
        checked_folder(tmp_path / "readme.md")
    with pytest.raises(SettingsError, match="holds a comma"):
        checked_folder(tmp_path / "one, two")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path):
    tmp_path.chmod(0)
    try:
        with pytest.raises(SettingsError, match=r"cannot be read \(Permission denied\)"):
            checked_folder(tmp_path)
    finally:
        tmp_path.chmod(0o700)
