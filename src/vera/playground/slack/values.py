"""What a workspace is made of, as values: team, people, channels, files, and what happened to them.

Ids look like Slack's (`T…`, `U…`, `C…`, `D…`, `G…`, `F…`, `B…`, `A…`). A message stays what Slack makes of it, a JSON
object: its shape is the contract here, and `shapes.py` builds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

ChannelKind = Literal["channel", "group", "im", "mpim"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Team:
    """The organisation that installed the app."""

    id: str
    name: str
    domain: str
    enterprise_id: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes: a person, or a bot where `bot_id` is set. `team_id` is their own organisation's."""

    id: str
    name: str
    real_name: str
    team_id: str
    bot_id: str | None = None
    app_id: str | None = None
    enterprise_id: str | None = None
    deleted: bool = False
    tz: str = "Europe/Amsterdam"
    tz_label: str = "Central European Time"
    tz_offset: int = 3600

    @property
    def is_bot(self) -> bool:
        """Whether Slack would call it a bot."""
        return self.bot_id is not None


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation: public channel, private group, direct message (`im`) or group message (`mpim`)."""

    id: str
    name: str
    kind: ChannelKind
    members: tuple[str, ...]
    created: int
    creator: str
    is_archived: bool = False
    shared_team_ids: tuple[str, ...] = ()
    topic: str = ""

    @property
    def is_ext_shared(self) -> bool:
        """Whether another organisation is in it."""
        return bool(self.shared_team_ids)


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody shares with a message."""

    name: str
    mimetype: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Version:
    """What a message was from `at` (unix seconds) on; None once it was deleted."""

    at: float
    message: Json | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened: what changes are watched, waited for and made into events by.

    `kind` is posted, whispered (ephemerally), edited, deleted, reacted, unreacted, joined, pressed (a button), status
    (an agent's in a thread), session (its state), stopped (a session, by a person), furnished (people, channels) or
    called (a Web API call was answered); `message` is the message after it, `previous` before it, `detail` what else
    the kind has (a reaction's name, a call's number). What is not `announced` makes no event.
    """

    number: int
    kind: str
    channel: str = ""
    ts: str = ""
    actor: str = ""
    at: float = 0.0
    message: Json | None = None
    previous: Json | None = None
    detail: Json = field(default_factory=dict)
    announced: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """One Web API call as it was answered; `arguments` never hold the token.

    `answer` is None where none was sent (hung, or the connection dropped) and `status` is 0 then; `fault` says whether
    a scripted fault took part.
    """

    number: int
    method: str
    arguments: Json
    status: int
    answer: Json | None
    at: float
    duration_ms: float
    fault: bool = False

    @property
    def ok(self) -> bool:
        """Whether the caller was told that it worked."""
        return bool(self.answer and self.answer.get("ok"))
