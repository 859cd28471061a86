"""What the app hears of, as Slack says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from vera.playground.slack.events import SUBSCRIPTIONS, envelope, events_of
from vera.playground.slack.values import File

if TYPE_CHECKING:
    from vera.playground.slack.workspace import Workspace

MENTION = "<@U0VERAVERA> when do we open?"


@pytest.fixture
def heard(workspace: Workspace):
    """Return the events of every change so far."""
    events = []

    def accept(change: Any):
        if change.channel and change.kind != "furnished":
            channel = workspace.channel(change.channel)
            events.extend(events_of(change, channel, bot=workspace.bot, event_ts=change.ts))

    workspace.listen(accept)
    return events


def test_a_mention_in_a_channel_makes_an_app_mention_and_a_message(workspace: Workspace, heard: list[Any]):
    ts = workspace.say("ada", "general", MENTION)

    mention, message = heard
    assert (mention["type"], message["type"]) == ("app_mention", "message")
    assert mention["ts"] == message["ts"] == mention["event_ts"] == message["event_ts"] == ts
    assert mention["text"] == message["text"] == MENTION
    assert "channel_type" not in mention
    assert message["channel_type"] == "channel"
    assert mention["channel"] == message["channel"] == workspace.channel("general").id
    assert mention["user"] == message["user"] == "U0ADALOVEL"


@pytest.mark.parametrize(
    ("members", "channel_type"),
    [(["ada"], "im"), (["ada", "grace"], "mpim")],
)
def test_direct_and_group_messages_say_what_they_are(
    workspace: Workspace, heard: list[Any], members: list[str], channel_type: str
):
    workspace.say("ada", workspace.direct_message(*members).id, "hello")

    (message,) = heard
    assert (message["type"], message["channel_type"]) == ("message", channel_type)


def test_a_mention_in_a_direct_message_is_no_app_mention_but_in_a_group_it_is(workspace: Workspace, heard: list[Any]):
    workspace.say("ada", workspace.direct_message("ada").id, MENTION)
    workspace.say("ada", workspace.direct_message("ada", "grace").id, MENTION)

    assert [event["type"] for event in heard] == ["message", "app_mention", "message"]


def test_the_app_hears_nothing_of_channels_that_it_is_not_in(workspace: Workspace, heard: list[Any]):
    workspace.say("ada", "random", MENTION)

    assert heard == []


def test_what_is_not_announced_makes_no_event(workspace: Workspace, heard: list[Any]):
    workspace.say("ada", "general", MENTION, announce=False)

    assert heard == []


def test_the_bots_own_post_and_edit_come_back_with_its_bot_id(workspace: Workspace, heard: list[Any]):
    channel = workspace.channel("general")
    draft = workspace.draft(workspace.bot, channel, MENTION) | {"metadata": {"event_type": "a", "event_payload": {}}}
    ts = workspace.post(channel.id, draft)
    workspace.update(channel.id, ts, workspace.bot.id, {"text": "new"})

    posted, changed = heard
    assert (posted["type"], posted["bot_id"]) == ("message", "B0VERAVERA")
    assert "metadata" not in posted
    assert (changed["subtype"], changed["hidden"]) == ("message_changed", True)
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("new", MENTION)
    assert changed["message"]["bot_id"] == "B0VERAVERA"


def test_edits_and_deletions_by_people_are_told_with_what_was_before(workspace: Workspace, heard: list[Any]):
    ts = workspace.say("ada", "general", "one")
    workspace.edit("ada", "general", ts, "two")
    workspace.delete("ada", "general", ts)

    _, changed, deleted = heard
    assert changed["message"]["edited"]["user"] == "U0ADALOVEL"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)
    assert deleted["previous_message"]["text"] == "two"


def test_a_deleted_parent_changes_into_a_tombstone(workspace: Workspace, heard: list[Any]):
    root = workspace.say("ada", "general", "one")
    workspace.say("grace", "general", "two", thread_ts=root)
    workspace.delete("ada", "general", root)

    assert (heard[-1]["subtype"], heard[-1]["message"]["subtype"]) == ("message_changed", "tombstone")


def test_files_joins_and_broadcasts_come_with_their_subtypes(workspace: Workspace, heard: list[Any]):
    root = workspace.say("ada", "general", MENTION, files=[File("a.txt", "text/plain", b"a")])
    workspace.say("ada", "general", "again", thread_ts=root, broadcast=True)
    workspace.join("rosa", "general")

    mention, *messages = heard
    assert mention["files"][0]["name"] == "a.txt"
    assert "subtype" not in mention
    assert [message["subtype"] for message in messages] == ["file_share", "thread_broadcast", "channel_join"]


def test_reactions_name_their_message_and_its_author(workspace: Workspace, heard: list[Any]):
    ts = workspace.say("ada", "general", "good")
    workspace.react("grace", "general", ts, "tada")
    workspace.react("grace", "general", ts, "tada", undo=True)

    _, added, removed = heard
    assert (added["type"], removed["type"]) == ("reaction_added", "reaction_removed")
    assert added["item"] == {"type": "message", "channel": workspace.channel("general").id, "ts": ts}
    assert (added["user"], added["item_user"], added["reaction"]) == ("U0GRACEHOP", "U0ADALOVEL", "tada")


def test_only_what_the_app_subscribed_to_is_told(workspace: Workspace):
    with workspace.changes() as changes:
        ts = workspace.say("ada", "general", MENTION)
        workspace.react("ada", "general", ts, "eyes")
        workspace.whisper(workspace.channel("general").id, "U0ADALOVEL", {"ts": ts})
    channel = workspace.channel("general")

    def kinds(subscriptions: frozenset[str]):
        told = []
        for change in seen:
            told += events_of(change, channel, bot=workspace.bot, subscriptions=subscriptions, event_ts="1.0")
        return [event["type"] for event in told]

    seen = list(changes)
    assert kinds(SUBSCRIPTIONS) == ["app_mention", "message", "reaction_added"]
    assert kinds(frozenset({"app_mention"})) == ["app_mention"]
    assert kinds(frozenset({"message.channels"})) == ["message"]


def test_the_envelope_names_the_installation_and_shared_channels(workspace: Workspace):
    def enveloped(channel: Any):
        return envelope(
            {"type": "message"},
            event_id="Ev1",
            event_time=1,
            team=workspace.team,
            bot=workspace.bot,
            channel=channel,
            token="t",
        )

    whole = enveloped(workspace.channel("partners"))

    assert whole["type"] == "event_callback"
    assert (whole["team_id"], whole["api_app_id"]) == ("T0PLAYGRND", "A0VERAVERA")
    assert whole["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": "T0PLAYGRND",
            "user_id": "U0VERAVERA",
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]
    assert whole["is_ext_shared_channel"] is True
    assert enveloped(workspace.channel("general"))["is_ext_shared_channel"] is False
