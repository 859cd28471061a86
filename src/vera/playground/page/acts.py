"""What people do on the page: write, edit, react, press, stop, read, type, invite. Each act is one JSON request.

An act is checked and done under the workspace's lock, so it is done whole, or refused with a sentence. A message that
is sent again under the same `client_msg_id` (its answer was lost, or the playground was restarted) is not posted again.
Held by `test_playground_page_acts.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vera.playground.page.access import acting, message_of, named, open_place, place, root_of, somebody
from vera.playground.page.fields import Refused
from vera.playground.page.typed import typed
from vera.playground.page.uploads import received

if TYPE_CHECKING:
    from vera.playground.page.fields import Fields
    from vera.playground.page.stream import Streams
    from vera.playground.page.uploads import Uploads
    from vera.playground.slack.values import Channel, File, Json, Person
    from vera.playground.slack.workspace import Workspace

MOST_CHARACTERS = 40_000
MOST_FILES = 10
MOST_REACTIONS = 23
_WRITTEN = (None, "file_share", "thread_broadcast")
_EMOJI = re.compile(r"[a-z0-9_+'\-]{1,100}(::skin-tone-[2-6])?")
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Acts:
    """What can be done in one workspace by whoever is named in `as`."""

    def __init__(self, workspace: Workspace, *, streams: Streams, uploads: Uploads) -> None:
        self._workspace = workspace
        self._streams = streams
        self._uploads = uploads

    def send(self, fields: Fields) -> Json:
        """Post a message: `text` as it was typed, `files` by the ids of uploads."""
        with self._workspace.lock:
            person, channel = open_place(self._workspace, fields)
            client_id = self._client_id(fields)
            if client_id and (sent := self._workspace.sent(person.id, channel.id, client_id)):
                return {"ts": sent}
            root = self._root(channel, fields.text("thread_ts"))
            ids = fields.texts("files")
            files, text = self._files(person, ids), self._typed(person, channel, fields.text("text"))
            if not text and not files:
                raise Refused(400, "There is nothing to send: write something first.")
            ts = self._workspace.say(
                person.id,
                channel.id,
                text,
                thread_ts=root,
                files=files,
                broadcast=fields.flag("broadcast"),
                client_msg_id=client_id,
            )
            self._uploads.drop(ids)
            return {"ts": ts}

    def edit(self, fields: Fields) -> Json:
        """Change one's own message."""
        with self._workspace.lock:
            person, channel, message = self._own(fields, "edit")
            text = self._typed(person, channel, fields.text("text"))
            if not text and not message.get("files"):
                raise Refused(400, "There is nothing left of the message: delete it instead.")
            if text != message.get("text"):
                self._workspace.edit(person.id, channel.id, message["ts"], text)
            return {}

    def delete(self, fields: Fields) -> Json:
        """Take one's own message back."""
        with self._workspace.lock:
            person, channel, message = self._own(fields, "delete")
            self._workspace.delete(person.id, channel.id, message["ts"])
            return {}

    def react(self, fields: Fields) -> Json:
        """Put a reaction on a message, or take it off again (`undo`); twice is as good as once."""
        with self._workspace.lock:
            person, channel = open_place(self._workspace, fields)
            message = message_of(self._workspace, channel, fields.text("ts"))
            name = fields.required("name")
            if not _EMOJI.fullmatch(name):
                raise Refused(400, "`name` must be an emoji's name, such as thumbsup.")
            names = {reaction["name"] for reaction in message.get("reactions", [])}
            if name not in names and len(names) >= MOST_REACTIONS and not fields.flag("undo"):
                raise Refused(400, f"A message can have {MOST_REACTIONS} different reactions at most.")
            self._workspace.react(person.id, channel.id, message["ts"], name, undo=fields.flag("undo"))
            return {}

    def press(self, fields: Fields) -> Json:
        """Press a button of a message: `action_id`, in the block `block_id` where one is named."""
        with self._workspace.lock:
            person, channel = open_place(self._workspace, fields)
            message = message_of(self._workspace, channel, fields.required("ts"))
            name, block = fields.required("action_id"), fields.text("block_id")
            try:
                self._workspace.press(person.id, channel.id, message["ts"], name, block_id=block)
            except KeyError:
                raise Refused(404, "That button is not there any more.") from None
            return {}

    def stop_session(self, fields: Fields) -> Json:
        """Stop what the agent is doing in the thread `thread_ts`."""
        with self._workspace.lock:
            person, channel = open_place(self._workspace, fields)
            root = fields.required("thread_ts") and fields.ts("thread_ts")
            try:
                self._workspace.stop_session(person.id, channel.id, root)
            except ValueError:
                raise Refused(409, "There is nothing to stop any more.") from None
            return {}

    def read(self, fields: Fields) -> Json:
        """Mark a channel or a thread as read up to `ts`."""
        workspace = self._workspace
        with workspace.lock:
            person, channel = place(workspace, fields)
            root, ts = fields.ts("thread_ts"), fields.required("ts") and fields.ts("ts")
            if workspace.reads.mark(person.id, channel.id, root, ts):
                reads = workspace.reads
                left = reads.thread(person.id, channel.id, root) if root else reads.channel(person.id, channel.id)
                told = {"channel": channel.id, "thread_ts": root, "ts": left.last_read, "unread": left.unread}
                self._streams.tell("read", told, to=lambda who: who == person.id)
            return {}

    def typing(self, fields: Fields) -> Json:
        """Tell the others that somebody is typing."""
        person, channel = open_place(self._workspace, fields)
        told = {"who": person.id, "channel": channel.id, "thread_ts": fields.ts("thread_ts")}
        self._streams.tell("typing", told, to=lambda who: who != person.id and who in channel.members)
        return {}

    def invite(self, fields: Fields) -> Json:
        """Let somebody into a channel."""
        workspace = self._workspace
        with workspace.lock:
            _, channel = open_place(workspace, fields)
            guest = somebody(workspace, fields.required("who"))
            if channel.kind not in ("channel", "group"):
                raise Refused(400, "Nobody can be let into a direct message.")
            if guest.deleted:
                raise Refused(400, f"{guest.real_name} is deactivated.")
            if guest.team_id not in (workspace.team.id, *channel.shared_team_ids):
                raise Refused(400, f"{named(channel)} is not shared with {guest.real_name}'s organisation.")
            if guest.id not in channel.members:
                workspace.join(guest.id, channel.id)
            return {}

    def upload(self, fields: Fields, content: bytes, claimed_type: str) -> Json:
        """Keep a file until it is posted with a message."""
        person = acting(self._workspace, fields)
        file = received(fields.text("name"), claimed_type, content)
        if not content:
            raise Refused(400, f"{file.name} is empty.")
        kept = self._uploads.add(person.id, file, now=self._workspace.now())
        return {"id": kept.id, "name": file.name, "size": len(content), "mimetype": file.mimetype}

    def _own(self, fields: Fields, act: str) -> tuple[Person, Channel, Json]:
        person, channel = open_place(self._workspace, fields)
        message = message_of(self._workspace, channel, fields.text("ts"))
        if message.get("user") != person.id or message.get("subtype") not in _WRITTEN:
            raise Refused(403, f"One can only {act} messages that one wrote.")
        return person, channel, message

    def _root(self, channel: Channel, thread_ts: str) -> str | None:
        if not thread_ts:
            return None
        root = root_of(self._workspace, channel, thread_ts)
        if root.get("subtype") == "channel_join":
            raise Refused(400, "Nobody can reply to that message.")
        return str(root["ts"])

    def _typed(self, person: Person, channel: Channel, text: str) -> str:
        if len(text) > MOST_CHARACTERS:
            raise Refused(400, f"That is too long: a message has at most {MOST_CHARACTERS:,} characters.")
        people = sorted(self._workspace.people(), key=lambda one: (one.deleted, one.id not in channel.members))
        rooms = [room for room in self._workspace.channels() if _can_be_named(room, person)]
        return typed(text, people=people, channels=rooms)

    def _files(self, person: Person, ids: list[str]) -> list[File]:
        if len(ids) > MOST_FILES:
            raise Refused(400, f"A message can have {MOST_FILES} files at most.")
        try:
            return self._uploads.of(person.id, ids, now=self._workspace.now())
        except KeyError:
            raise Refused(404, "An attached file is not here any more: attach it again.") from None

    def _client_id(self, fields: Fields) -> str:
        client_id = fields.text("client_msg_id")
        if client_id and not _CLIENT_ID.fullmatch(client_id):
            raise Refused(400, "`client_msg_id` must be a UUID, or letters and digits.")
        return client_id


def _can_be_named(channel: Channel, person: Person) -> bool:
    return channel.kind == "channel" or (channel.kind == "group" and person.id in channel.members)
