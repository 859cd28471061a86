"""Who asks, and what they may see: the person, the conversation and the message that a request of the page names.

Nobody acts for Vera, and nobody reaches into a conversation that they are not in. Held by the tables of refusals in
`test_playground_page_acts.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vera.playground.page.fields import Refused

if TYPE_CHECKING:
    from vera.playground.page.fields import Fields
    from vera.playground.slack.values import Channel, Json, Person
    from vera.playground.slack.workspace import Workspace


def somebody(workspace: Workspace, person_id: str) -> Person:
    """Return somebody by their id."""
    found = next((person for person in workspace.people() if person.id == person_id), None)
    if found is None:
        raise Refused(404, "There is nobody of that id here.")
    return found


def acting(workspace: Workspace, fields: Fields) -> Person:
    """Return the person who acts: `as`."""
    person = somebody(workspace, fields.required("as"))
    if person.is_bot:
        raise Refused(403, f"{person.real_name} speaks for herself: act as a person.")
    if person.deleted:
        raise Refused(403, f"{person.real_name} is deactivated.")
    return person


def place(workspace: Workspace, fields: Fields) -> tuple[Person, Channel]:
    """Return the person who acts, and the conversation that they are in: `channel`."""
    person, channel_id = acting(workspace, fields), fields.required("channel")
    channel = next((channel for channel in workspace.channels() if channel.id == channel_id), None)
    if channel is None:
        raise Refused(404, "There is no such conversation here.")
    if person.id not in channel.members:
        raise Refused(403, f"{person.real_name} is not in {named(channel)}.")
    return person, channel


def open_place(workspace: Workspace, fields: Fields) -> tuple[Person, Channel]:
    """Return the person who acts, and the conversation, where it can still change."""
    person, channel = place(workspace, fields)
    if channel.is_archived:
        raise Refused(403, f"{named(channel)} is archived.")
    return person, channel


def message_of(workspace: Workspace, channel: Channel, ts: str) -> Json:
    """Return a message that is still there."""
    message = workspace.message(channel.id, ts)
    if message is None or message.get("subtype") == "tombstone":
        raise Refused(404, "That message is not there any more.")
    return message


def root_of(workspace: Workspace, channel: Channel, ts: str) -> Json:
    """Return the message that begins the thread of a message, be it a tombstone."""
    message = workspace.message(channel.id, ts)
    root = message and workspace.message(channel.id, message.get("thread_ts") or ts)
    if root is None:
        raise Refused(404, "That thread is not there any more.")
    return root


def named(channel: Channel) -> str:
    """Return how people call a conversation."""
    if channel.kind == "im":
        return "this direct message"
    return "this group" if channel.kind == "mpim" else f"#{channel.name}"
