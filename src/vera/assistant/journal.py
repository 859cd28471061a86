"""What happens in a turn, as values, to one port: whoever logs, counts or shows it is an adapter.

Events hold ids, counts and durations: never what somebody wrote (`tests/unit/aws/test_logs.py` writes down each kind).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from vera.errors import VeraError

__all__ = [
    "EditMade",
    "EditRefused",
    "Event",
    "Journal",
    "MessageUnrecorded",
    "ModelCalled",
    "NullJournal",
    "Retrieved",
    "Stage",
    "StreamingChosen",
    "ThreadRead",
    "ToolCalled",
    "TurnClaimed",
    "TurnDropped",
    "TurnEnded",
    "TurnHandedOn",
    "TurnRaised",
    "WriterEnded",
    "kind",
    "named",
]


@dataclass(frozen=True, slots=True)
class TurnClaimed:
    """A worker owns the turn. `attempt` above 1 is a takeover, `leg` above 0 goes on with what was handed on."""

    attempt: int
    leg: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """The status line says something new. `name` is one of Vera's own words, not a person's."""

    name: str


@dataclass(frozen=True, slots=True)
class ThreadRead:
    """The thread was read: how much of it is kept for the model, and how much is left out."""

    messages: int
    omitted: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The knowledge bases were asked; `failed` of them did not answer. `scores` are those of the kept passages."""

    knowledge_bases: int
    failed: int
    passages: int
    query_characters: int
    seconds: float
    scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelCalled:
    """One request to the model ended. `outcome` is the stop reason, or the name of the error."""

    model_id: str
    outcome: str
    first_text_seconds: float | None
    seconds: float
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """A tool ran. `outcome` is `ok`, `failed` or `replayed`."""

    name: str
    ordinal: int
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class EditMade:
    """A message was posted (`posted`) or edited; `wanted` counts the edits that this one overtook, itself included.

    `write` is the kind of call (`update`, or a native stream's `start`, `append`, `stop`); `budget_left` how many more
    of its kind the workspace's budget has by now, and `running` how many answers share it.
    """

    part: int
    ts: str
    characters: int
    seconds: float
    budget_left: float
    posted: bool = False
    wanted: int = 1
    write: str = "update"
    running: int = 1


@dataclass(frozen=True, slots=True)
class EditRefused:
    """Slack did not take a message; `code` is why, `retry_after_seconds` how long it wants to be left alone."""

    part: int
    code: str
    budget_left: float
    retry_after_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class WriterEnded:
    """No more edits are made on the way: Slack refused for good, or a bug (`error`). The last text still lands."""

    error: str


@dataclass(frozen=True, slots=True)
class MessageUnrecorded:
    """A message stands, but the ledger did not take its ts: a takeover will find it by its metadata."""

    part: int
    ts: str


@dataclass(frozen=True, slots=True)
class StreamingChosen:
    """How this answer is shown while it grows: by `edit` or `native`.

    `reason`: `set`, `budget`, `refused` (by Slack), `resumed`, `short` (it was over before).
    """

    streaming: str
    reason: str


@dataclass(frozen=True, slots=True)
class TurnHandedOn:
    """The invocation ends, the answer doesn't: a fresh one is asked to go on with leg `leg`."""

    leg: int
    seconds: float
    edits: int = 0
    characters: int = 0


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn has come to its end. `characters` are the answer's.

    `outcome`: `answered`, `failed`, `refused`, `stopped` (by the asker).
    """

    outcome: str
    seconds: float
    edits: int = 0
    characters: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class TurnDropped:
    """Nothing was done: the turn was `answered` before, another worker is `busy` with it, or took it over (`lost`)."""

    reason: str


@dataclass(frozen=True, slots=True)
class TurnRaised:
    """The attempt failed, and the person could not be told: it is raised, so that another attempt is made."""

    error: str


Event = (
    TurnClaimed
    | Stage
    | ThreadRead
    | Retrieved
    | ModelCalled
    | ToolCalled
    | EditMade
    | EditRefused
    | MessageUnrecorded
    | StreamingChosen
    | WriterEnded
    | TurnHandedOn
    | TurnEnded
    | TurnDropped
    | TurnRaised
)


class Journal(Protocol):
    """Where events go. Called from several threads; never raises, never waits for a network."""

    def record(self, turn_key: str, event: Event) -> None:
        """Take note of one event of one turn."""
        ...


class NullJournal:
    """A journal that nobody reads."""

    def record(self, turn_key: str, event: Event) -> None:
        """Forget it."""


def kind(event: object) -> str:
    """Return the name that an event goes by outside: `edit_made`, `turn_ended` and so on."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(event).__name__).lower()


def named(error: Exception) -> str:
    """Name an error for an event: what it is and where, nothing that anybody wrote."""
    if isinstance(error, VeraError):
        return f"{type(error).__name__}: {error}"
    where = error.__traceback__
    while where and where.tb_next:
        where = where.tb_next
    place = f" at {where.tb_frame.f_globals.get('__name__', '?')}:{where.tb_lineno}" if where else ""
    return f"{type(error).__name__}{place}"
