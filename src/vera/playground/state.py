"""The folder in which a playground is kept: what was said, the journal, Vera's turns, the page's token.

One playground at a time has it, by a lock that the system takes back from a process that dies. It is its owner's alone
(mode 0700), and nothing in it is ever deleted but by `--fresh`, which leaves alone what isn't the playground's. Held by
`tests/unit/playground/test_playground_state.py`.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from vera.errors import LedgerUnavailable, SettingsError
from vera.storage.sqlite import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["FORMAT", "LOG", "State", "folder_of"]

FORMAT = "1"
"""To be raised whenever a playground can no longer read what an older one has written."""

_DATABASES = ("workspace.sqlite3", "journal.sqlite3", "vera.sqlite3")
LOG = "playground.log"
"""Where the playground itself writes what went wrong; its functions' logs are beside it."""

_LOGS = (LOG, "receiver.log", "worker.log")
_OWN = re.compile(
    r"(?:workspace|journal|vera|documents-[0-9a-f]{12})\.sqlite3(?:-wal|-shm|-journal|\.corrupt\S*)?"
    rf"|{'|'.join(map(re.escape, _LOGS))}|token|format"
)
_TOKEN = re.compile(r"[\w-]{20,100}", re.ASCII)
_BEGIN_ANEW = "Start with --fresh to begin anew; what was said in it is then gone."


def folder_of(environment: Mapping[str, str]) -> Path:
    """Return where the state belongs: below `XDG_STATE_HOME`, else below `~/.local/state`. Raises `SettingsError`."""
    states = Path(environment.get("XDG_STATE_HOME", ""))
    if not states.is_absolute():  # as the XDG Base Directory Specification says
        if not environment.get("HOME"):
            raise SettingsError("There is no home folder to keep the playground in: set XDG_STATE_HOME.")
        states = Path(environment["HOME"]) / ".local" / "state"
    return states / "vera" / "playground"


class State:
    """The state in `folder`, which is made where it is missing; this playground's alone until `close`.

    Raises `SettingsError` where another playground has it, with that one's address, or where it cannot be used. Nothing
    of it is to be opened before `prepare`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with self._usable():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_uid != os.geteuid():
                raise PermissionError("it is another user's")
            folder.chmod(0o700)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take()
        except BaseException:
            os.close(self._lock)
            raise

    @property
    def workspace(self) -> Path:
        """Return where the workspace's messages are."""
        return self.folder / _DATABASES[0]

    @property
    def journal(self) -> Path:
        """Return where the journal is that the inspector reads."""
        return self.folder / _DATABASES[1]

    @property
    def database(self) -> Path:
        """Return where Vera keeps her turns, and beside them the indexes of documents."""
        return self.folder / _DATABASES[2]

    @property
    def log(self) -> Path:
        """Return where the playground's own log is."""
        return self.folder / LOG

    def prepare(self, *, fresh: bool = False) -> None:
        """Make it ready for use, emptied of all that is the playground's where `fresh`; logs are of one run.

        Raises `SettingsError` where it is damaged, or another version's; it is then as it was.
        """
        with self._usable():
            if fresh:
                for path in self.folder.iterdir():
                    if _OWN.fullmatch(path.name):
                        path.unlink()
            self._check()
            (self.folder / "format").write_text(f"{FORMAT}\n")
            for name in _LOGS:
                (self.folder / name).unlink(missing_ok=True)

    @property
    def token(self) -> str:
        """Return what the page's address holds: kept, so that an open tab survives a restart."""
        path = self.folder / "token"
        with self._usable():
            kept = path.read_text(errors="replace").strip() if path.exists() else ""
            if _TOKEN.fullmatch(kept):
                return kept
            path.unlink(missing_ok=True)
            token = secrets.token_urlsafe(16)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(f"{token}\n")
            return token

    def announce(self, address: str) -> None:
        """Leave word of where this playground is, for the next one that wants the same state."""
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, address.encode(), 0)

    def other_version(self) -> SettingsError:
        """Return what is raised where a playground of another version has written this."""
        return SettingsError(
            f"The playground's state in {self.folder} is of another version of Vera, or damaged. {_BEGIN_ANEW}"
        )

    def close(self) -> None:
        """Let go of it."""
        os.ftruncate(self._lock, 0)
        os.close(self._lock)

    def __enter__(self) -> Self:
        """Use it as a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of it."""
        self.close()

    def _take(self) -> None:
        with self._usable():
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                address = os.pread(self._lock, 500, 0).decode(errors="replace")
                raise SettingsError(
                    f"A playground is running already{f', at {address}' * bool(address)}. "
                    "Stop that one, or set XDG_STATE_HOME to give this one a state of its own."
                ) from None

    def _check(self) -> None:
        kept = [self.folder / name for name in _DATABASES if (self.folder / name).exists()]
        written = self.folder / "format"
        if kept and (not written.exists() or written.read_text(errors="replace").strip() != FORMAT):
            raise self.other_version()
        for path in kept:
            if not _is_sound(path):
                raise SettingsError(f"The playground's {path} is damaged. {_BEGIN_ANEW}")
        try:
            Database(self.database).close()
        except SettingsError:  # its tables are a newer Vera's
            raise self.other_version() from None
        except LedgerUnavailable as error:
            raise self._unusable(error) from None

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.OperationalError) as error:
            raise self._unusable(getattr(error, "strerror", None) or error) from None

    def _unusable(self, reason: object) -> SettingsError:
        return SettingsError(
            f"The playground cannot be kept in {self.folder} ({reason}). "
            "Set XDG_STATE_HOME to a folder of yours that can be written to."
        )


def _is_sound(path: Path) -> bool:
    """Whether SQLite can read the file. Raises `sqlite3.OperationalError` where it cannot be opened at all."""
    with closing(sqlite3.connect(path, timeout=0.5)) as database:
        try:
            return bool(database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            return False
