"""A Web API call's arguments, as strict as Slack reads them, and the error that refuses a call.

Arguments come as a form, a query or JSON; inside a form `blocks` and `metadata` are JSON in a string. Held by the
tables of refusals in `test_playground_chat_methods.py` and `test_playground_reading_methods.py`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vera.playground.slack.values import Json

MOST_METADATA_BYTES = 16_384
_TS = re.compile(r"\d{1,12}(\.\d{1,6})?")


class MethodError(Exception):
    """A call is refused: `error` is Slack's word for why, `more` what else stands in the answer."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


class Arguments:
    """One call's arguments by name."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def __contains__(self, name: object) -> bool:
        """Return whether it was given, empty or not."""
        return self.values.get(str(name)) is not None

    def text(self, name: str, default: str = "", *, most: int | None = None) -> str:
        """Return a string. Raises MethodError where it is an object or a list, or longer than `most` characters."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise _invalid(f"must provide a string [json-pointer:/{name}]")
        if most is not None and len(str(value)) > most:
            raise _invalid(f"must be less than {most + 1} characters [json-pointer:/{name}]")
        return str(value)

    def texts(self, name: str, *, most: int, characters: int) -> list[str]:
        """Return a list of at most `most` strings of so many characters; empty where it is not there."""
        value = self._json(name, "invalid_arguments")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _invalid(f"must provide an array of strings [json-pointer:/{name}]")
        if len(value) > most:
            raise _invalid(f"no more than {most} items allowed [json-pointer:/{name}]")
        for number, one in enumerate(value):
            if len(one) > characters:
                raise _invalid(f"must be less than {characters + 1} characters [json-pointer:/{name}/{number}]")
        return value

    def required(self, name: str) -> str:
        """Return a string that must be there."""
        value = self.text(name)
        if not value:
            raise _invalid(f"missing required field: {name}")
        return value

    def given(self, name: str) -> str:
        """Return a string that must be there, be it empty."""
        return self.text(name) if name in self else self.required(name)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean: true, 1 or their spelling."""
        value = self.values.get(name)
        return default if value in (None, "") else str(value).lower() in ("true", "1", "t")

    def limit(self, *, default: int, most: int) -> int:
        """Return the size of a page."""
        given = self.text("limit")
        if not given:
            return default
        if not given.isdigit():
            raise _invalid("must be an integer [json-pointer:/limit]")
        return min(int(given) or default, most)

    def moment(self, name: str) -> str:
        """Return `oldest` or `latest` in the form of a ts, or nothing."""
        given = self.text(name)
        if not given or given == "now":
            return ""
        if not _TS.fullmatch(given):
            raise MethodError(f"invalid_ts_{name}")
        seconds, _, fraction = given.partition(".")
        return f"{int(seconds):010d}.{fraction:0<6}"

    def cursor(self, kind: str) -> str:
        """Return what a cursor of this kind points to, or nothing."""
        given = self.text("cursor")
        if not given:
            return ""
        try:
            found, _, value = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise MethodError("invalid_cursor") from None
        if found != kind or not value:
            raise MethodError("invalid_cursor")
        return value

    def blocks(self) -> list[Json] | None:
        """Return the blocks; None where none were given."""
        value = self._json("blocks", "invalid_blocks_format")
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(block, dict) for block in value):
            raise MethodError("invalid_blocks_format")
        return value

    def attachments(self) -> list[Json] | None:
        """Return the attachments; None where none were given."""
        value = self._json("attachments", "invalid_attachments")
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(attachment, dict) for attachment in value):
            raise MethodError("invalid_attachments")
        if len(value) > 100:  # noqa: PLR2004 - documented for a message
            raise MethodError("too_many_attachments")
        return value

    def chunks(self) -> list[Json]:
        """Return the chunks of a stream; an empty list where none were given."""
        value = self._json("chunks", "invalid_chunks")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(chunk, dict) for chunk in value):
            raise MethodError("invalid_chunks")
        return value

    def metadata(self) -> Json | None:
        """Return the metadata: None where none was given, an empty object where it is to be removed."""
        value = self._json("metadata", "invalid_metadata_format")
        if value is None:
            return None
        if not isinstance(value, dict):
            raise MethodError("invalid_metadata_format")
        event_type, payload = value.get("event_type"), value.get("event_payload")
        if value and not (isinstance(event_type, str) and event_type and isinstance(payload, dict)):
            raise MethodError("invalid_metadata_schema")
        if len(json.dumps(value, ensure_ascii=False).encode()) > MOST_METADATA_BYTES:
            raise MethodError("metadata_too_large")
        return value

    def _json(self, name: str, error: str) -> Any:
        value = self.values.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise MethodError(error) from None


def next_cursor(kind: str, value: str) -> str:
    """Return the cursor that points to `value`."""
    return base64.b64encode(f"{kind}:{value}".encode()).decode()


def _invalid(words: str) -> MethodError:
    return MethodError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {words}"]})
