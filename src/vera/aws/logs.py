"""The worker's log lines: one JSON object each, with ids, counts and durations, never with what somebody wrote.

A turn's events go through powertools' Logger. What Slack's and AWS's libraries log goes through a formatter of our own,
which trusts only their fixed words: Bolt, for one, writes whole request bodies into its messages. Importing powertools
takes 50 ms, so it is imported when the first event is recorded, by when the person reads a status message.
The invariant: every line of a turn holds its key as `correlation_id`, and `channel` and `ts` of the person's message in
clear; `tests/unit/aws/test_logs.py` proves it for every kind of event.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from dataclasses import dataclass, fields
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from vera.assistant.journal import (
    EditMade,
    EditRefused,
    Journal,
    MessageUnrecorded,
    Retrieved,
    Stage,
    ToolCalled,
    TurnDropped,
    TurnEnded,
    TurnHandedOn,
    TurnRaised,
    WriterEnded,
    kind,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import TextIO

    from aws_lambda_powertools import Logger

    from vera.assistant.journal import Event

__all__ = ["SERVICE", "LibraryLines", "LogJournal", "log_libraries"]

SERVICE: Final = "vera-worker"

_MESSAGE_KEY: Final = re.compile(r"(?P<channel>[^:]+):(?P<ts>\d+\.\d+)")
# A field whose name means something else on a log line: the line's own `ts` is the question's.
_RENAMED: Final = {
    (Stage, "name"): "stage",
    (ToolCalled, "name"): "tool",
    (EditMade, "ts"): "reply_ts",
    (MessageUnrecorded, "ts"): "reply_ts",
}
# Where a library's fixed words end and its data may begin.
_DATA_BEGINS: Final = re.compile(r"[({\[:\n]|%[(srd]")


@dataclass(slots=True)
class LibraryLines:
    """What the lines of libraries are about: the turn that this process answers, where it answers one at a time."""

    turn_key: str = ""


class LogJournal(Journal):
    """Writes each event of a turn as one line."""

    def __init__(
        self, *, stream: TextIO | None = None, service: str = SERVICE, beside: LibraryLines | None = None
    ) -> None:
        """Write to `stream`, standard output unless told.

        `beside` are the lines of libraries that are to hold the turn's ts too: for a Lambda, where all that a process
        says between two events of a turn is about this turn.
        """
        self._stream, self._service, self._beside = stream, service, beside
        self._lock = Lock()
        self._logger: Logger | None = None

    def record(self, turn_key: str, event: Event) -> None:
        """Write one line, whose message is the event's name: `edit_made`, `turn_ended` and so on."""
        write = getattr(self._powertools(), _level(event))
        write(kind(event), extra={**_turn_fields(turn_key), **_event_fields(event)})
        if self._beside:
            over = isinstance(event, TurnEnded | TurnHandedOn | TurnDropped | TurnRaised)
            self._beside.turn_key = "" if over else turn_key

    def _powertools(self) -> Logger:
        with self._lock:
            if self._logger is None:
                from aws_lambda_powertools import Logger  # noqa: PLC0415  # 50 ms, for which nobody should wait

                # Its place in the code would be this module's on every line.
                self._logger = Logger(service=self._service, stream=self._stream or sys.stdout, location=None)
            return self._logger


def log_libraries(
    *, stream: TextIO | None = None, service: str = SERVICE, trusted: Collection[str] = ("vera",)
) -> LibraryLines:
    """Write the warnings of all libraries as JSON lines, of their messages only the fixed words.

    `trusted` are the packages whose messages are written whole, from INFO on. Call it before the Bolt app is made: Bolt
    copies the root logger's level. Replaces the root logger's handlers, Lambda's own among them.
    """
    handler = logging.StreamHandler(stream or sys.stdout)
    lines = LibraryLines()
    handler.setFormatter(_LineFormatter(service, trusted, lines))
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or _home(record) in trusted)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in trusted:
        logging.getLogger(name).setLevel(logging.INFO)
    return lines


class _LineFormatter(logging.Formatter):
    """The shape of powertools' lines, without powertools."""

    def __init__(self, service: str, trusted: Collection[str], lines: LibraryLines) -> None:
        super().__init__()
        self._service, self._trusted, self._lines = service, trusted, lines

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": self._message(record),
            "timestamp": time.strftime(f"%Y-%m-%d %H:%M:%S,{int(record.msecs):03d}+0000", time.gmtime(record.created)),
            "service": self._service,
            "logger": record.name,
        }
        if correlation_id := getattr(record, "correlation_id", None) or self._lines.turn_key:
            line.update(_turn_fields(str(correlation_id)))
        if record.exc_info and (error := record.exc_info[1]):
            # Its own text may quote a request or an answer; where it came from does not.
            line["exception_name"] = type(error).__name__
            line["exception"] = "".join(traceback.format_tb(error.__traceback__))
        return json.dumps(line, ensure_ascii=False)

    def _message(self, record: logging.LogRecord) -> str:
        if _home(record) in self._trusted:
            return record.getMessage()
        return _DATA_BEGINS.split(str(record.msg), maxsplit=1)[0].strip()


def _home(record: logging.LogRecord) -> str:
    """Return the package that a line is from."""
    return record.name.split(".")[0]


def _turn_fields(key: str) -> dict[str, str]:
    """Return the key, and in clear the message that it stands for, where it stands for one."""
    message = _MESSAGE_KEY.fullmatch(key)
    return {"correlation_id": key, **(message.groupdict() if message else {})}


def _event_fields(event: Event) -> dict[str, Any]:
    return {
        _RENAMED.get((type(event), field.name), field.name): _to_the_millisecond(getattr(event, field.name))
        for field in fields(event)
    }


def _to_the_millisecond(value: object) -> object:
    match value:
        case float():
            return round(value, 3)
        case tuple():
            return [_to_the_millisecond(part) for part in value]
        case _:
            return value


def _level(event: Event) -> str:
    """Error: a person got no answer. Warning: something did not work, and the turn went on."""
    match event:
        case TurnEnded(outcome="failed") | TurnRaised():
            return "error"
        case TurnDropped(reason="lost") | ToolCalled(outcome="failed"):
            return "warning"
        case EditRefused() | MessageUnrecorded() | WriterEnded():
            return "warning"
        case Retrieved(failed=failed) if failed:
            return "warning"
        case _:
            return "info"
