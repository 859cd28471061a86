"""Which files of a folder are documents: what a person put there to be read, not what tools keep beside it.

Hidden, version-control, environment and build folders are left out, and whatever a link would reach outside the folder.
`tests/unit/local/test_folder.py`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from vera.local.documents import SUFFIXES

__all__ = ["LARGEST_FILE_BYTES", "Found", "FoundFile", "found_files"]

LARGEST_FILE_BYTES = 5_000_000
"""A larger file is no page that somebody wrote."""

_SKIPPED_FOLDERS = {"node_modules", "site-packages", "venv", "env", "CVS", "vendor", "bower_components"}
_SKIPPED_FOLDERS |= {"__pycache__", "_static", "_sources", "_modules"}  # the last three: Sphinx's copies of its sources
_SKIPPED_FILES = {"genindex.html", "py-modindex.html", "search.html", "robots.txt", "requirements.txt"}
_SKIPPED_FILES |= {"print.html", "CMakeLists.txt"}  # mdBook's whole book on one page, beside its pages; a program


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as it stands: `name` is its path within the folder, with `/` between, whatever the system."""

    name: str
    path: str
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Found:
    """The documents of a folder, by name, and how many folders below it could not be read."""

    files: tuple[FoundFile, ...]
    unreadable: int = 0


def found_files(folder: Path) -> Found:
    """Look through a folder and those below it. Raises `OSError` where the folder itself cannot be read."""
    root = os.path.realpath(folder)
    walk = _Walk(root)
    walk.go(root, "")
    return Found(tuple(sorted(walk.files, key=lambda file: file.name)), walk.unreadable)


class _Walk:
    def __init__(self, root: str) -> None:
        self.files: list[FoundFile] = []
        self.unreadable = 0
        self._root = root

    def go(self, folder: str, prefix: str) -> None:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if not entry.name.startswith(".")]
        if prefix and any(entry.name == "pyvenv.cfg" for entry in found):
            return
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED_FOLDERS:
                    self._go_below(entry.path, f"{prefix}{entry.name}/")
            elif entry.name.lower().endswith(SUFFIXES) and entry.name not in _SKIPPED_FILES:
                self._take(entry, prefix + entry.name)

    def _go_below(self, folder: str, prefix: str) -> None:
        try:
            self.go(folder, prefix)
        except OSError:
            self.unreadable += 1

    def _take(self, entry: os.DirEntry[str], name: str) -> None:
        """Note a file; a link only where it leads to a file that is shown in this folder, too."""
        if entry.is_symlink():
            target = os.path.relpath(os.path.realpath(entry.path), self._root)
            if any(part.startswith(".") for part in Path(target).parts):
                return
        try:
            status = entry.stat()
        except FileNotFoundError:  # gone since it was listed, or a link to nothing
            return
        if S_ISREG(status.st_mode):
            self.files.append(FoundFile(name, entry.path, status.st_size, status.st_mtime_ns))
