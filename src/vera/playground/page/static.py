"""The page's own files: its HTML, modules and stylesheets, as they lie in the package.

Nothing outside of the folder is served, and nothing of another kind. Held by `test_playground_page.py`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response

from vera.playground.page.fields import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

FOLDER = Path(__file__).parent / "assets"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
}


def page_file(request: Request) -> Response:
    """Return one file of the page, or that the browser has it already. Raises `Refused`."""
    content, kind = _read(request.path_params.get("path", "index.html"))
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers | {"content-type": kind})


def _read(path: str) -> tuple[bytes, str]:
    try:
        found = (FOLDER / path).resolve()
        if found.is_relative_to(FOLDER.resolve()) and found.suffix in _TYPES:
            return found.read_bytes(), _TYPES[found.suffix]
    except (OSError, ValueError):  # not there, no file, too long a name; or a NUL in it
        pass
    raise Refused(404, "There is no such part of the page.")
