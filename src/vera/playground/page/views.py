"""What the page shows, as JSON: people, conversations, messages, and how much of it is new to whom.

Each view is taken under the workspace's lock, with the number of the newest change that it contains: what is told after
it is neither lost nor counted twice. Held by `test_playground_page_views.py`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from vera.playground.page.access import place, root_of
from vera.playground.slack.streaming import IN_PROGRESS

if TYPE_CHECKING:
    from vera.playground.page.fields import Fields
    from vera.playground.slack.agents import Session, Status
    from vera.playground.slack.values import Channel, Json, Person
    from vera.playground.slack.workspace import Workspace

MOST_MESSAGES = 50


class Views:
    """One workspace, as its page sees it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def history(self, fields: Fields) -> Json:
        """Return what stands in a channel itself: the newest messages, or the newest before `before`."""
        with self._workspace.lock:
            _, channel = place(self._workspace, fields)
            found = self._workspace.standing(channel.id, before=fields.ts("before"), most=MOST_MESSAGES + 1)
            more, number = len(found) > MOST_MESSAGES, self._workspace.number
        return {"messages": [*map(shown, found[-MOST_MESSAGES:])], "more": more, "number": number}

    def thread(self, fields: Fields) -> Json:
        """Return a thread, the message that it began with first."""
        with self._workspace.lock:
            _, channel = place(self._workspace, fields)
            root = root_of(self._workspace, channel, fields.text("ts"))
            found, number = self._workspace.thread(channel.id, root["ts"]), self._workspace.number
        return {"messages": [*map(shown, found)], "number": number}

    def hello(self, who: str) -> Json:
        """Return what somebody needs to begin: who is there, where they are in, what is new to them and going on.

        What was there before their first hello is not new; their direct message with Vera is there after it.
        """
        workspace = self._workspace
        with workspace.lock:
            workspace.direct_message(who)
            workspace.reads.begin(who, "", workspace.last_ts)
            inside = self._inside(who)
            threads = {
                f"{channel.id}:{root}": {"last_read": thread.last_read, "unread": thread.unread}
                for channel in inside
                for root, thread in workspace.reads.threads(who, channel.id).items()
            }
            return {
                "number": workspace.number,
                "as": who,
                "team": {"id": workspace.team.id, "name": workspace.team.name},
                "bot": workspace.bot.id,
                **self.directory(who),
                "threads": threads,
                "statuses": _of(inside, workspace.agents.statuses),
                "sessions": _of(inside, workspace.agents.sessions),
            }

    def directory(self, who: str) -> Json:
        """Return everybody, and the conversations that somebody is in."""
        with self._workspace.lock:
            return {
                "people": [self._person(person) for person in self._workspace.people()],
                "channels": [self._channel(who, channel) for channel in self._inside(who)],
            }

    def _inside(self, who: str) -> list[Channel]:
        return [channel for channel in self._workspace.channels() if who in channel.members]

    def _person(self, person: Person) -> Json:
        return {
            "id": person.id,
            "name": person.name,
            "real_name": person.real_name,
            "is_bot": person.is_bot,
            "deleted": person.deleted,
            "team_id": person.team_id,
            "external": person.team_id != self._workspace.team.id,
        }

    def _channel(self, who: str, channel: Channel) -> Json:
        reads = self._workspace.reads
        read = reads.channel(who, channel.id)
        return {
            "id": channel.id,
            "name": channel.name,
            "kind": channel.kind,
            "members": channel.members,
            "is_archived": channel.is_archived,
            "shared": channel.is_ext_shared,
            "topic": channel.topic,
            "last_read": read.last_read,
            "unread": read.unread,
            "mentions": read.mentions,
            "latest": reads.latest(channel.id),
        }


def shown(message: Json) -> Json:
    """Return a message as the page shows it: `streaming` while it is being streamed."""
    return message | {"streaming": True} if message.get("streaming_state") == IN_PROGRESS else message


def _of(channels: list[Channel], agents: tuple[Status, ...] | tuple[Session, ...]) -> list[Json]:
    """Return what an agent shows in these conversations."""
    ids = {channel.id for channel in channels}
    return [asdict(one) for one in agents if one.channel in ids]
