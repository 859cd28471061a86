"""The index on disk: refreshed by what changed, shared between processes, made anew when it is spoilt."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from vera.errors import KnowledgeUnavailable, SettingsError
from vera.local.folder import found_files
from vera.local.index import CorruptIndex, Index, Refreshed, translated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.md").write_text("# Kettle\n\nIt boils water.\n")
    (folder / "b.md").write_text("# Stove\n\nIt heats rooms.\n")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index(tmp_path / "cache" / "index.sqlite")) as index:
        yield index


def found(index: Index, *words: str) -> list[str]:
    return [candidate.name for candidate in index.candidates(words, limit=10)]


def error_of(code: int, message: str) -> sqlite3.Error:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return error


def test_a_refresh_reads_what_is_new_changed_or_gone_and_nothing_else(docs: Path, index: Index):
    first = index.refresh(found_files(docs).files)
    second = index.refresh(found_files(docs).files)
    (docs / "a.md").write_text("# Kettle\n\nIt whistles now, and loudly.\n")
    (docs / "b.md").unlink()
    (docs / "c.md").write_text("# Cup\n\nFor tea.\n")
    third = index.refresh(found_files(docs).files)

    assert first == Refreshed(added=2)
    assert second == Refreshed(unchanged=2)
    assert third == Refreshed(added=1, changed=1, deleted=1)
    assert (found(index, "whistle"), found(index, "boils"), found(index, "rooms"), found(index, "tea")) == (
        ["a.md"],
        [],
        [],
        ["c.md"],
    )


def test_a_second_start_over_an_unchanged_folder_reads_no_file(docs: Path, index: Index, tmp_path: Path):
    index.refresh(found_files(docs).files)
    index.close()
    listed = found_files(docs).files
    for file in listed:
        os.unlink(file.path)  # noqa: PTH108 - what is not there cannot be read

    with closing(Index(tmp_path / "cache" / "index.sqlite")) as again:
        assert again.refresh(listed) == Refreshed(unchanged=2)
        assert found(again, "water") == ["a.md"]


def test_what_cannot_be_read_is_skipped_and_counted(docs: Path, index: Index):
    (docs / "binary.txt").write_bytes(b"water\0\1\2")
    (docs / "huge.txt").write_text("water " * 900_000)
    listed = found_files(docs).files
    (docs / "b.md").unlink()

    refreshed = index.refresh(listed)

    assert refreshed == Refreshed(added=4, skipped=3)
    assert index.refresh(listed).skipped == 3
    assert found(index, "water") == ["a.md"]


def test_a_word_counts_more_in_a_heading_than_in_the_text(docs: Path, index: Index):
    (docs / "c.md").write_text("# Plumbing\n\nNever put a kettle on it.\n")
    index.refresh(found_files(docs).files)

    assert found(index, "kettles") == ["a.md", "c.md"]


def test_counts_tell_how_many_passages_hold_a_stem(docs: Path, index: Index):
    index.refresh(found_files(docs).files)

    assert index.counts(["heat", "it", "absent"]) == (2, {"heat": 1, "it": 2})


@pytest.mark.parametrize("spoil", ["overwrite", "truncate"])
def test_a_spoilt_file_is_put_aside_and_made_anew(docs: Path, index: Index, tmp_path: Path, spoil: str):
    index.refresh(found_files(docs).files)
    index.close()
    path = tmp_path / "cache" / "index.sqlite"
    content = path.read_bytes()
    path.write_bytes(b"no database" * 500 if spoil == "overwrite" else content[: len(content) // 2])

    def search() -> None:
        index.refresh(found_files(docs).files)
        index.counts(["water"])
        found(index, "water")

    with pytest.raises(CorruptIndex):
        search()
    index.discard()

    assert path.with_name("index.sqlite.corrupt").exists()
    assert index.refresh(found_files(docs).files) == Refreshed(added=2)
    assert found(index, "water") == ["a.md"]


def test_another_programs_database_is_left_alone(docs: Path, tmp_path: Path):
    path = tmp_path / "orders.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE purchase (id)")

    with closing(Index(path)) as index, pytest.raises(SettingsError, match="another program"):
        index.refresh(found_files(docs).files)

    with closing(sqlite3.connect(path)) as other:
        assert [name for (name,) in other.execute("SELECT name FROM sqlite_schema")] == ["purchase"]


def test_an_index_of_another_version_is_made_anew(docs: Path, index: Index, tmp_path: Path):
    index.refresh(found_files(docs).files)
    index.close()
    with closing(sqlite3.connect(tmp_path / "cache" / "index.sqlite")) as older:
        older.execute("PRAGMA user_version = 999")

    assert index.refresh(found_files(docs).files) == Refreshed(added=2)


def test_a_path_that_cannot_be_written_is_a_wrong_setting(docs: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")

    with closing(Index(tmp_path / "file" / "index.sqlite")) as index, pytest.raises(SettingsError, match="folder"):
        index.refresh(found_files(docs).files)
    with closing(Index(docs)) as index, pytest.raises(SettingsError, match="written"):
        index.refresh(found_files(docs).files)


def test_threads_that_start_at_once_index_the_folder_once(docs: Path, tmp_path: Path):
    indexes = [Index(tmp_path / "shared.sqlite") for _ in range(4)]
    barrier = threading.Barrier(len(indexes))
    refreshed: list[Refreshed] = []

    def start(index: Index) -> None:
        barrier.wait()
        refreshed.append(index.refresh(found_files(docs).files))

    threads = [threading.Thread(target=start, args=(index,)) for index in indexes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.added for one in refreshed) == [0, 0, 0, 2]
    assert [found(index, "water") for index in indexes] == [["a.md"]] * 4
    for index in indexes:
        index.close()


def test_a_process_that_dies_while_it_writes_leaves_the_state_before(docs: Path, index: Index, tmp_path: Path):
    index.refresh(found_files(docs).files)
    index.close()
    dies = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE');"
        "c.execute('DELETE FROM passage'); c.execute('DELETE FROM file'); os._exit(9)"
    )

    died = subprocess.run([sys.executable, "-c", dies, tmp_path / "cache" / "index.sqlite"], check=False)

    assert died.returncode == 9
    assert index.refresh(found_files(docs).files) == Refreshed(unchanged=2)
    assert found(index, "water") == ["a.md"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(error_of(sqlite3.SQLITE_ERROR, "no such module: fts5"), SettingsError, id="no full-text search"),
        pytest.param(
            error_of(sqlite3.SQLITE_CANTOPEN, "unable to open"), SettingsError, id="a path that cannot be opened"
        ),
        pytest.param(error_of(sqlite3.SQLITE_READONLY, "readonly"), SettingsError, id="a file that cannot be written"),
        pytest.param(error_of(sqlite3.SQLITE_READONLY_DBMOVED, "moved"), CorruptIndex, id="a file that was taken away"),
        pytest.param(error_of(sqlite3.SQLITE_CORRUPT_VTAB, "malformed"), CorruptIndex, id="a damaged table"),
        pytest.param(error_of(sqlite3.SQLITE_NOTADB, "not a database"), CorruptIndex, id="no database"),
        pytest.param(error_of(sqlite3.SQLITE_BUSY, "locked"), KnowledgeUnavailable, id="another process holds it"),
        pytest.param(error_of(sqlite3.SQLITE_FULL, "disk full"), KnowledgeUnavailable, id="a full disk"),
        pytest.param(error_of(sqlite3.SQLITE_IOERR, "disk I/O"), KnowledgeUnavailable, id="a failing disk"),
    ],
)
def test_each_error_of_sqlites_is_one_of_ours(error: sqlite3.Error, expected: type[Exception]):
    assert isinstance(translated(error, None), expected)
