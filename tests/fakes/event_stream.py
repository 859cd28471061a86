"""`application/vnd.amazon.eventstream`, encoded as AWS does.

A frame is prelude (length of all, length of the headers, CRC of those eight bytes), headers, payload, CRC of everything
before. Each header is a name, the type 7 (a string) and its value.

Format: https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from __future__ import annotations

import json
from binascii import crc32
from itertools import count
from struct import pack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONTENT_TYPE", "event", "exception", "frame"]

CONTENT_TYPE = "application/vnd.amazon.eventstream"
STRING = 7
PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

_ordinal = count()


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Encode one message."""
    encoded = b"".join(
        pack("!B", len(name)) + name.encode() + pack("!BH", STRING, len(value.encode())) + value.encode()
        for name, value in headers.items()
    )
    prelude = pack("!II", 12 + len(encoded) + len(payload) + 4, len(encoded))
    message = prelude + pack("!I", crc32(prelude)) + encoded + payload
    return message + pack("!I", crc32(message))


def event(kind: str, payload: Mapping[str, Any]) -> bytes:
    """Encode one event of Converse's: its payload ends in a padding `p` of changing length, as Bedrock's do."""
    padding = PADDING[: 2 + next(_ordinal) * 7 % (len(PADDING) - 2)]
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps({**payload, "p": padding}, ensure_ascii=False).encode())


def exception(kind: str, message: str, **fields: Any) -> bytes:
    """Encode an error within the stream; `kind` as the stream spells it (`throttlingException`)."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, json.dumps({"message": message, **fields}).encode())
