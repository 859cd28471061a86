"""Folders of documents, looked through and indexed while nobody waits: the first question then finds all of it.

The index is the one that the worker uses; where a process dies in its midst, the next search makes it. Held by
`tests/unit/playground/test_playground_indexing.py`.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from vera.app import Vera
from vera.errors import SettingsError, VeraError
from vera.local.documents import SUFFIXES
from vera.local.folder import found_files
from vera.local.knowledge import FolderKnowledge
from vera.playground.suggestions import suggested
from vera.settings import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.settings import Settings

__all__ = ["Indexing", "checked_folder"]

_LOG = logging.getLogger(__name__)


def checked_folder(folder: Path) -> Path:
    """Return the whole path of a folder of documents. Raises `SettingsError` where it is none that can be read."""
    if not folder.exists():
        raise SettingsError(f"There is no folder {folder}.")
    if not folder.is_dir():
        raise SettingsError(f"{folder} is a file: --docs wants the folder that it is in.")
    whole = folder.resolve()
    if "," in str(whole):
        raise SettingsError(f"The path {whole} holds a comma, which a list of folders cannot: give it another name.")
    try:
        next(whole.iterdir(), None)
    except OSError as error:
        raise SettingsError(f"The folder {folder} cannot be read ({error.strerror}).") from None
    return whole


class Indexing:
    """The folders among the knowledge bases of `settings`, indexed on a thread that nobody has to wait for.

    `complain` is told in one sentence what went wrong after `wait` has returned. `questions` are some to begin with,
    once all is indexed.
    """

    def __init__(self, settings: Settings, *, complain: Callable[[str], None]) -> None:
        self._folders = [
            checked_folder(Path(name.removeprefix(FOLDER)))
            for name in settings.knowledge_base_ids
            if name.startswith(FOLDER)
        ]
        self._settings = replace(settings, knowledge_base_ids=tuple(f"{FOLDER}{folder}" for folder in self._folders))
        self._complain = complain
        self._changed = threading.Condition()
        self._ended = False
        self._waiting = True
        self._trouble = ""
        self.questions: list[str] = []

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return the folders' whole paths."""
        return tuple(self._folders)

    def start(self) -> Self:
        """Begin."""
        threading.Thread(target=self._run, name="indexing", daemon=True).start()
        return self

    def wait(self, seconds: float) -> bool:
        """Return whether all was indexed within these seconds; where it wasn't, it goes on.

        Raises `SettingsError` with what has gone wrong, such as a folder without documents.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ended, seconds)
            self._waiting = False
            if self._trouble:
                raise SettingsError(self._trouble)
            return self._ended

    def _run(self) -> None:
        try:
            self._index()
        except VeraError as error:
            self._end(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody is told
            _LOG.exception("The documents were not indexed")
            self._end(f"The documents cannot be indexed ({error}).")
        else:
            self._end("")

    def _index(self) -> None:
        for folder in self._folders:
            if not found_files(folder).files:
                raise SettingsError(f"There are no documents in {folder}: Vera reads {', '.join(SUFFIXES)}.")
        with Vera(self._settings) as vera:
            for knowledge in vera.knowledge:
                if isinstance(knowledge, FolderKnowledge):
                    knowledge.refresh()
        self.questions += suggested(self._settings, self._folders)

    def _end(self, trouble: str) -> None:
        with self._changed:
            self._ended, self._trouble = True, trouble
            self._changed.notify_all()
            if self._waiting:
                return
        if trouble:
            self._complain(trouble)
