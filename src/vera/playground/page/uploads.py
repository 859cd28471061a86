"""Files that somebody has dropped on the page and not posted yet; and what a file is, whoever says otherwise.

A name is what is left of the given one without paths and control characters; an image is one by its first bytes. Held
by `test_playground_uploads.py`.
"""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vera.playground.page.fields import Refused
from vera.playground.slack.values import File

if TYPE_CHECKING:
    from collections.abc import Sequence

KEPT_SECONDS = 600.0
MOST_KEPT = 50
MOST_BYTES = 100 * 1024 * 1024
ANYTHING = "application/octet-stream"
_FULL = "Too many large files wait to be posted: post some of them, or try again in 10 minutes."
_MOST_NAME_CHARACTERS = 150
_MOST_EXTENSION_CHARACTERS = 16
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_IMAGES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """One file, whose it is, and since when (unix seconds) it waits to be posted."""

    id: str
    person: str
    file: File
    at: float


class Uploads:
    """The files that wait, from any thread: at most 50, for 10 minutes; the oldest goes first.

    Together they have 100 MB at most: a large one then is refused, for nobody would see that another's had gone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Upload] = {}

    def add(self, person: str, file: File, *, now: float) -> Upload:
        """Keep a file. Raises `Refused` where there is no room for it."""
        upload = Upload(f"upload-{secrets.token_hex(8)}", person, file, now)
        with self._lock:
            self._forget(now)
            while len(self._waiting) >= MOST_KEPT:
                del self._waiting[next(iter(self._waiting))]
            waiting_bytes = sum(len(waiting.file.content) for waiting in self._waiting.values())
            if waiting_bytes + len(file.content) > MOST_BYTES:
                raise Refused(413, _FULL)
            self._waiting[upload.id] = upload
        return upload

    def of(self, person: str, ids: Sequence[str], *, now: float) -> list[File]:
        """Return somebody's files, in the order of `ids`. Raises KeyError where one is not kept any more."""
        with self._lock:
            self._forget(now)
            found = [self._waiting[one] for one in ids]
        for upload in found:
            if upload.person != person:
                raise KeyError(upload.id)
        return [upload.file for upload in found]

    def drop(self, ids: Sequence[str]) -> None:
        """Let go of files."""
        with self._lock:
            for one in ids:
                self._waiting.pop(one, None)

    def _forget(self, now: float) -> None:
        for upload in [upload for upload in self._waiting.values() if upload.at <= now - KEPT_SECONDS]:
            del self._waiting[upload.id]


def received(name: str, claimed_type: str, content: bytes) -> File:
    """Return what was sent as a file of a harmless name, and of a type that it has."""
    return File(name=harmless_name(name), mimetype=_type_of(claimed_type, content), content=content)


def harmless_name(name: str) -> str:
    """Return the last part of a path, without control characters and not too long (its extension is kept)."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(" " if one.isspace() else one for one in last if one.isspace() or _is_visible(one))
    shown = " ".join(shown.split()).rstrip(". ") or "file"
    stem, dot, extension = shown.rpartition(".")
    if len(shown) <= _MOST_NAME_CHARACTERS:
        return shown
    if not dot or len(extension) > _MOST_EXTENSION_CHARACTERS:
        return shown[:_MOST_NAME_CHARACTERS]
    return f"{stem[: _MOST_NAME_CHARACTERS - len(extension) - 1]}.{extension}"


def image_type(content: bytes) -> str:
    """Return which image of the four that browsers are shown a content is; empty for everything else."""
    return next((kind for kind, beginning in _IMAGES.items() if beginning.match(content)), "")


def _type_of(claimed: str, content: bytes) -> str:
    kind = claimed.partition(";")[0].strip().lower()
    image = image_type(content)
    if image or kind in _IMAGES or not _TYPE.fullmatch(kind):
        return image or ANYTHING
    return kind


def _is_visible(character: str) -> bool:
    """Return whether it is no control, direction mark or half of something (Unicode's C categories)."""
    return unicodedata.category(character)[0] != "C"
