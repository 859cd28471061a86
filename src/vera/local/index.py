"""The passages of a folder in an SQLite full-text index, kept on disk between starts and shared between processes.

The invariant: what the index holds is what some state of the folder said; a process that dies while it writes leaves
the state before. `tests/unit/local/test_index.py` kills one, spoils the file and races several.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vera.errors import KnowledgeUnavailable, SettingsError
from vera.local.documents import decoded, read_document
from vera.local.folder import LARGEST_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from vera.local.folder import FoundFile

__all__ = ["Candidate", "CorruptIndex", "Index", "Refreshed", "translated"]

_APPLICATION_ID = 0x56657261
"""`Vera`, in SQLite's header: a file with another one is not ours to change."""
_VERSION = 1
"""To be raised whenever documents are read, cut or stored in another way: an older index is made anew."""
_PIECES_PER_FILE = 100_000
"""Passage n of file f has the row f * 100,000 + n. 5 MB cut into pieces of over 200 characters are fewer."""
_BUSY_SECONDS = 30.0
"""How long a process waits while another one indexes the same folder for the first time."""
_WEIGHTS = (4.0, 2.0, 1.0)
"""What a word counts in the headings, in the names of folders and file, and in the text."""

_SCHEMA = f"""
DROP TABLE IF EXISTS passage_term;
DROP TABLE IF EXISTS passage;
DROP TABLE IF EXISTS file;
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    skipped INTEGER NOT NULL
);
CREATE VIRTUAL TABLE passage USING fts5 (
    title, place, text, name UNINDEXED, anchor UNINDEXED, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE passage_term USING fts5vocab (passage, row);
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_VERSION};
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh found: files that are new, changed, gone and as before; of all, how many were not indexed."""

    added: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0
    skipped: int = 0

    @property
    def touched(self) -> int:
        """How many files had to be read, or forgotten."""
        return self.added + self.changed + self.deleted


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that holds some of the words. `score` is BM25's, higher is better."""

    title: str
    text: str
    name: str
    anchor: str
    score: float


class CorruptIndex(Exception):
    """The file is damaged or was taken away: `Index.discard` it and index the folder anew."""


class Index:
    """The index of one folder, at `path` or, without one, in memory. Safe from several threads and processes.

    Every method raises `CorruptIndex`; `KnowledgeUnavailable` where the disk or another process stands in the way; and
    `SettingsError` where there cannot be an index: no FTS5, a path that cannot be written, somebody else's database.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    def refresh(self, files: Sequence[FoundFile]) -> Refreshed:
        """Make the index say what these files say, reading only those whose time or size has changed."""
        with self._opened() as connection:
            if not _differences(connection, files):
                skipped = connection.execute("SELECT count(*) FROM file WHERE skipped").fetchone()[0]
                return Refreshed(unchanged=len(files), skipped=skipped)
            with _transaction(connection):
                return _refreshed(connection, files)

    def candidates(self, words: Iterable[str], *, limit: int) -> list[Candidate]:
        """Return the passages that hold any of the words (letters and digits alone), best first by BM25."""
        asked = " OR ".join(f'"{word}"' for word in words)
        with self._opened() as connection:
            rows = connection.execute(
                "SELECT title, text, name, anchor, -bm25(passage, ?, ?, ?) AS score FROM passage WHERE passage MATCH ?"
                " ORDER BY score DESC, rowid LIMIT ?",
                (*_WEIGHTS, asked, limit),
            ).fetchall()
        return [Candidate(*row) for row in rows]

    def counts(self, stems: Iterable[str]) -> tuple[int, dict[str, int]]:
        """Return how many passages there are, and how many of them hold each stem."""
        with self._opened() as connection:
            passages = connection.execute("SELECT count(*) FROM passage").fetchone()[0]
            found = (
                connection.execute("SELECT term, doc FROM passage_term WHERE term = ?", (stem,)).fetchone()
                for stem in stems
            )
            return passages, dict(row for row in found if row)

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        with self._lock:
            if self._connection:
                self._connection.close()
                self._connection = None

    def discard(self) -> None:
        """Put a damaged file aside (`….corrupt`: it may be evidence), unless another process has done so already."""
        with self._lock:
            self.close()
            path = self._path
            if not path or not path.exists() or path.stat().st_ino != self._inode:
                return
            path.replace(path.with_name(path.name + ".corrupt"))
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection or self._open()
            except sqlite3.Error as error:
                raise translated(error, self._path) from error

    def _open(self) -> sqlite3.Connection:
        path = self._path
        if path:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SettingsError(
                    f"The folder of the index cannot be made: {path.parent} ({error.strerror})"
                ) from error
        connection = sqlite3.connect(
            path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            self._inode = path.stat().st_ino if path else 0
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection


def translated(error: sqlite3.Error, path: Path | None) -> Exception:
    """Return what an error of SQLite's means to the caller."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    where = path or "memory"
    if "no such module" in str(error):
        return SettingsError("This Python's SQLite has no full-text search (FTS5): use another build of Python")
    if code == sqlite3.SQLITE_READONLY_DBMOVED or code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return CorruptIndex(f"{where}: {error}")
    if code & 0xFF in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}:
        return SettingsError(f"The index cannot be written at {where}: {error}")
    return KnowledgeUnavailable(
        f"The index at {where}: {error}", sentence="The index of the documents could not be read just now."
    )


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    """Make the tables unless they are there, once, whoever comes first."""
    connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last refresh, which is made again
    if _is_current(connection):
        return
    connection.execute("PRAGMA journal_mode = WAL")
    with _transaction(connection):
        if _is_current(connection):
            return
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if tables and connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
            raise SettingsError(f"The index cannot be kept at {path}: that is another program's database")
        for statement in filter(str.strip, _SCHEMA.split(";")):
            connection.execute(statement)


def _is_current(connection: sqlite3.Connection) -> bool:
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    return bool(
        application_id == _APPLICATION_ID and connection.execute("PRAGMA user_version").fetchone()[0] == _VERSION
    )


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write alone, all or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):  # what went wrong is told, not what followed from it
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _known(connection: sqlite3.Connection) -> dict[str, tuple[int, int, int]]:
    rows = connection.execute("SELECT name, id, size_bytes, modified_ns FROM file")
    return {name: (file, size_bytes, modified_ns) for name, file, size_bytes, modified_ns in rows}


def _differences(connection: sqlite3.Connection, files: Sequence[FoundFile]) -> bool:
    known = _known(connection)
    return len(known) != len(files) or any(
        known.get(file.name, (0, 0, 0))[1:] != (file.size_bytes, file.modified_ns) for file in files
    )


def _refreshed(connection: sqlite3.Connection, files: Sequence[FoundFile]) -> Refreshed:
    known = _known(connection)
    added = changed = 0
    for file in files:
        number, *stamp = known.pop(file.name, (0, 0, 0))
        if stamp == [file.size_bytes, file.modified_ns] and number:
            continue
        if number:
            _forget(connection, number)
        added, changed = added + (not number), changed + bool(number)
        _read(connection, file)
    for number, *_ in known.values():
        _forget(connection, number)
    skipped = connection.execute("SELECT count(*) FROM file WHERE skipped").fetchone()[0]
    return Refreshed(added, changed, len(known), len(files) - added - changed, skipped)


def _forget(connection: sqlite3.Connection, file: int) -> None:
    first = file * _PIECES_PER_FILE
    connection.execute("DELETE FROM passage WHERE rowid BETWEEN ? AND ?", (first, first + _PIECES_PER_FILE - 1))
    connection.execute("DELETE FROM file WHERE id = ?", (file,))


def _read(connection: sqlite3.Connection, file: FoundFile) -> None:
    """Index one file; one that cannot be indexed is noted with the reason, and read again when it changes."""
    text = None
    if file.size_bytes <= LARGEST_FILE_BYTES:
        with suppress(OSError), open(file.path, "rb") as opened:  # noqa: PTH123 - a path from scandir, thousands of times
            text = decoded(opened.read(LARGEST_FILE_BYTES + 1))
    row = connection.execute(
        "INSERT INTO file (name, size_bytes, modified_ns, skipped) VALUES (?, ?, ?, ?)",
        (file.name, file.size_bytes, file.modified_ns, text is None),
    )
    first = (row.lastrowid or 0) * _PIECES_PER_FILE
    place = file.name.rpartition(".")[0]
    pieces = read_document(text, file.name).pieces if text else ()
    connection.executemany(
        "INSERT INTO passage (rowid, title, place, text, name, anchor) VALUES (?, ?, ?, ?, ?, ?)",
        (
            (first + at, piece.title, place, piece.text, file.name, piece.anchor)
            for at, piece in enumerate(pieces[:_PIECES_PER_FILE])
        ),
    )
