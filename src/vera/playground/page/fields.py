"""What the page asks for: the fields of one request, wherever they stand in it, and the sentence that refuses it.

Held by the tables of refusals in `test_playground_page_acts.py`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.requests import Request

    from vera.playground.slack.values import Json

_TS = re.compile(r"\d{10}\.\d{6}")


class Refused(HTTPException):
    """A request is refused with an HTTP status and a sentence for people: the answer's `error`."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(status, sentence)


class Fields:
    """One request's fields by name: of the path, and of the query or the JSON body. Wrong ones raise `Refused`."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def text(self, name: str) -> str:
        """Return a text; empty where it is not there. Half a character (a lone surrogate) is replaced."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Refused(400, f"`{name}` must be text.")
        return _whole(value)

    def required(self, name: str) -> str:
        """Return a text that must be there."""
        value = self.text(name)
        if not value:
            raise Refused(400, f"`{name}` is missing.")
        return value

    def ts(self, name: str) -> str:
        """Return a moment in the form of a message's ts; empty where it is not there."""
        value = self.text(name)
        if value and not _TS.fullmatch(value):
            raise Refused(400, f"`{name}` must be a message's ts, such as 1700000000.000100.")
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean; false where it is not there."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise Refused(400, f"`{name}` must be true or false.")
        return bool(value)

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; empty where it is not there."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Refused(400, f"`{name}` must be a list of texts.")
        return [_whole(one) for one in value]


async def fields_of(request: Request) -> Fields:
    """Return a request's fields: a POST's from its body, another's from its query; the path's come first."""
    values: Json = dict(request.query_params)
    if request.method == "POST":
        try:
            values = json.loads(await request.body())
        except (ValueError, RecursionError):
            raise Refused(400, "What was posted is no JSON.") from None
        if not isinstance(values, dict):
            raise Refused(400, "What is posted here is a JSON object.")
    return Fields(values | request.path_params)


def encoded(value: Json) -> bytes:
    """Return an answer as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
