"""What a knowledge base found, as passages: every kind of place, every kind of content. Pure.

`tests/unit/bedrock/test_passages.py` holds both kinds to the lists in botocore's own model.

Shapes: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_KnowledgeBaseRetrievalResult.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from vera.assistant.knowledge import Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["passage_of"]

TITLES = ("title", "x-amz-bedrock-kb-title", "x-amz-kendra-document-title")
LINKS = ("source_url", "url")
"""Where people put the page that a stored copy came from: a link that opens is better than an `s3://` URI."""

PLACES = {
    "webLocation": "url",
    "confluenceLocation": "url",
    "salesforceLocation": "url",
    "sharePointLocation": "url",
    "oneDriveLocation": "url",
    "googleDriveLocation": "url",
    "s3Location": "uri",
    "kendraDocumentLocation": "uri",
    "customDocumentLocation": "id",
    "sqlLocation": "query",
}


def passage_of(result: Mapping[str, Any], knowledge_base: str) -> Passage | None:
    """Return one result of Retrieve as a passage, or nothing where it holds no words (a picture)."""
    text = _words(result["content"]).strip()
    if not text:
        return None
    metadata = result.get("metadata") or {}
    place, location = _place(result)
    return Passage(
        text=text,
        title=_title(metadata, place, location),
        location=_first(metadata, LINKS, starting="https://") or location,
        score=float(result.get("score") or 0.0),
        knowledge_base=knowledge_base,
    )


def _words(content: Mapping[str, Any]) -> str:
    """Return the text of whatever was found: rows as `column: value` lines, sound and film by what is told of them."""
    if row := content.get("row"):
        return "\n".join(_cell(column) for column in row)
    spoken = (content.get("audio") or {}).get("transcription")
    shown = (content.get("video") or {}).get("summary")
    return str(content.get("text") or spoken or shown or "")


def _cell(column: Mapping[str, Any]) -> str:
    name, value = str(column.get("columnName", "")), str(column.get("columnValue", ""))
    if column.get("type") == "BLOB":
        value = "(binary)"
    return f"{name}: {value}" if name else value


def _place(result: Mapping[str, Any]) -> tuple[str, str]:
    """Return the kind of place (a key of `PLACES`, or nothing) and the place itself."""
    location = result.get("location") or {}
    for kind, member in PLACES.items():
        if found := (location.get(kind) or {}).get(member):
            return kind, str(found)
    return "", _first(result.get("metadata") or {}, ("x-amz-bedrock-kb-source-uri",)) or str(
        result.get("documentId", "")
    )


def _title(metadata: Mapping[str, Any], place: str, location: str) -> str:
    if title := _first(metadata, TITLES):
        return " ".join(title.split())
    if place == "sqlLocation":
        return "Database"
    return _file_name(location) or "Untitled document"


def _file_name(location: str) -> str:
    """Return the last part of a path, as people would write it; a bare host is its own name."""
    scheme, _, path = location.rpartition("://")
    if scheme in ("http", "https"):
        path = re.split(r"[?#]", path, maxsplit=1)[0]
    return " ".join(unquote(path.rstrip("/").rpartition("/")[2]).split())


def _first(metadata: Mapping[str, Any], keys: Iterable[str], *, starting: str = "") -> str:
    values = (metadata.get(key) for key in keys)
    return next((v.strip() for v in values if isinstance(v, str) and v.strip() and v.strip().startswith(starting)), "")
