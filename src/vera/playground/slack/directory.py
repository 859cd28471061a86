"""Who is in a workspace and where they talk: people, channels, direct messages.

Held by `test_playground_workspace.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vera.playground.slack.store import Store
from vera.playground.slack.values import Change, Channel, Person, Team
from vera.playground.slack.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vera.playground.schedule import Time
    from vera.playground.slack.values import ChannelKind, Json

BOT_APP_ID = "A0VERAVERA"
_PREFIXES: dict[str, str] = {"channel": "C", "group": "G", "im": "D", "mpim": "G"}


class Directory(Watched):
    """People and conversations, kept in a store; an empty one is furnished."""

    def __init__(self, *, time: Time, path: Path | None = None) -> None:
        super().__init__()
        self._time = time
        self._store = Store(path)
        self._change_number = 0
        self.is_open = True
        self.team = Team(id="T0PLAYGRND", name="Playground", domain="playground")
        self._people = {person.id: person for person in self._store.people()}
        self._channels = {channel.id: channel for channel in self._store.channels()}
        if not self._people:
            self._furnish()

    @property
    def bot(self) -> Person:
        """Return the app's bot user."""
        return next(person for person in self._people.values() if person.app_id == BOT_APP_ID)

    @property
    def number(self) -> int:
        """Return the number of the newest change; counted from 0 in every process."""
        with self.lock:
            return self._change_number

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self.is_open = False
            self._store.close()

    def person(self, who: str) -> Person:
        """Return somebody by id or by name. Raises KeyError."""
        with self.lock:
            found = self._people.get(who) or next((p for p in self._people.values() if p.name == who), None)
        if found is None:
            raise KeyError(f"nobody here is called {who}")
        return found

    def channel(self, where: str) -> Channel:
        """Return a conversation by id or by name. Raises KeyError."""
        with self.lock:
            named = (c for c in self._channels.values() if c.name == where.removeprefix("#") and c.kind != "im")
            found = self._channels.get(where) or next(named, None)
        if found is None:
            raise KeyError(f"there is no conversation {where}")
        return found

    def people(self) -> tuple[Person, ...]:
        """Return everybody."""
        with self.lock:
            return tuple(self._people[key] for key in sorted(self._people))

    def channels(self) -> tuple[Channel, ...]:
        """Return every conversation."""
        with self.lock:
            return tuple(self._channels[key] for key in sorted(self._channels))

    def direct_message(self, *who: str) -> Channel:
        """Return the conversation of these people with the bot; it is opened where there was none."""
        with self.lock:
            members = tuple(sorted({self.bot.id, *(self.person(one).id for one in who)}))
            for channel in self._channels.values():
                if channel.kind in ("im", "mpim") and channel.members == members:
                    return channel
            kind: ChannelKind = "im" if len(members) <= 2 else "mpim"  # noqa: PLR2004 - the bot and one person
            name = "" if kind == "im" else "mpdm-" + "--".join(self._people[m].name for m in members) + "-1"
            return self._put_channel(kind=kind, name=name, members=members)

    def add_person(self, name: str, real_name: str = "", **fields: Any) -> Person:
        """Let somebody in; `fields` are those of `Person` (`team_id` of another organisation, `tz`, `bot_id`, …)."""
        with self.lock:
            fields = {"id": self._new_id("U"), "team_id": self.team.id} | fields
            return self._put_person(Person(name=name, real_name=real_name or name.title(), **fields))

    def change_person(self, who: str, **fields: Any) -> Person:
        """Replace some of somebody's fields (`deleted=True`, `real_name=…`)."""
        with self.lock:
            return self._put_person(replace(self.person(who), **fields))

    def add_channel(
        self, name: str, *, members: Sequence[str], kind: ChannelKind = "channel", shared_team_ids: Sequence[str] = ()
    ) -> Channel:
        """Open a channel for `members` (the bot is one only if it is named)."""
        with self.lock:
            ids = tuple(sorted(self.person(member).id for member in members))
            return self._put_channel(kind=kind, name=name, members=ids, shared_team_ids=tuple(shared_team_ids))

    def archive(self, where: str) -> None:
        """Close a channel for good."""
        with self.lock:
            self._keep_channel(replace(self.channel(where), is_archived=True))

    def _put_person(self, person: Person) -> Person:
        with self._store.together():
            self._store.put_person(person)
        self._people[person.id] = person
        self._tell("furnished", actor=person.id)
        return person

    def _put_channel(
        self, *, kind: ChannelKind, name: str, members: tuple[str, ...], shared_team_ids: tuple[str, ...] = ()
    ) -> Channel:
        channel = Channel(
            id=self._new_id(_PREFIXES[kind]),
            name=name,
            kind=kind,
            members=members,
            created=int(self._time.now()),
            creator=members[0],
            shared_team_ids=shared_team_ids,
        )
        return self._keep_channel(channel)

    def _keep_channel(self, channel: Channel) -> Channel:
        with self._store.together():
            self._store.put_channel(channel)
        self._channels[channel.id] = channel
        self._tell("furnished", channel.id)
        return channel

    def _new_id(self, prefix: str) -> str:
        number = int(self._store.fact("last_id") or "0") + 1
        with self._store.together():
            self._store.remember("last_id", str(number))
        return f"{prefix}0{number:09X}"

    def _tell(
        self,
        kind: str,
        channel: str = "",
        ts: str = "",
        actor: str = "",
        *,
        message: Json | None = None,
        previous: Json | None = None,
        detail: Json | None = None,
        announced: bool = True,
    ) -> None:
        self._change_number += 1
        at = self._time.now()
        self.tell(Change(self._change_number, kind, channel, ts, actor, at, message, previous, detail or {}, announced))

    def _furnish(self) -> None:
        bot = {"id": "U0VERAVERA", "bot_id": "B0VERAVERA", "app_id": BOT_APP_ID}
        self.add_person("vera", "Vera", **bot)
        self.add_person("ada", "Ada Lovelace", id="U0ADALOVEL", tz="Europe/London", tz_label="GMT", tz_offset=0)
        self.add_person("grace", "Grace Hopper", id="U0GRACEHOP")
        self.add_person("rosa", "Rosa Parks", id="U0ROSAPARK", team_id="T0ELSEWHER")
        self.add_channel("general", members=["vera", "ada", "grace"])
        self.add_channel("random", members=["ada", "grace"])
        self.add_channel("partners", members=["vera", "ada", "rosa"], shared_team_ids=["T0ELSEWHER"])
