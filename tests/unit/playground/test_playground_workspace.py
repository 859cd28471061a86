from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.playground.hand_time import HandTime
from vera.playground.slack.values import File
from vera.playground.slack.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def test_a_workspace_in_a_file_survives_a_restart(tmp_path: Path, hand_time: HandTime):
    before = Workspace(time=hand_time, path=tmp_path / "slack.sqlite")
    before.add_person("linus", "Linus Torvalds", team_id="T0ELSEWHER")
    root = before.say("ada", "general", "first")
    reply = before.say("grace", "general", "second", thread_ts=root)
    before.edit("grace", "general", reply, "better")
    dm = before.direct_message("ada").id
    before.close()

    after = Workspace(time=hand_time, path=tmp_path / "slack.sqlite")

    assert after.person("linus").team_id == "T0ELSEWHER"
    assert [m["text"] for m in after.thread("general", root)] == ["first", "better"]
    assert [v.message["text"] for v in after.versions("general", reply)] == ["second", "better"]
    assert after.direct_message("ada").id == dm
    assert after.say("ada", "general", "third") > reply
    assert after.channel("partners").is_ext_shared
    after.close()


def test_of_what_a_message_was_its_first_and_its_newest_version_outlive_a_restart(tmp_path: Path, hand_time: HandTime):
    before = Workspace(time=hand_time, path=tmp_path / "slack.sqlite")
    once, often, gone = (before.say("ada", "general", text) for text in ("once", "1", "gone 1"))
    for version in ("2", "3", "4"):
        before.edit("ada", "general", often, version)
        before.edit("ada", "general", gone, f"gone {version}")
    before.delete("ada", "general", gone)
    before.close()

    after = Workspace(time=hand_time, path=tmp_path / "slack.sqlite")
    after.edit("ada", "general", often, "5")

    def texts(ts: str):
        return [version.message and version.message["text"] for version in after.versions("general", ts)]

    assert [texts(ts) for ts in (once, often, gone)] == [["once"], ["1", "4", "5"], ["gone 1", None]]
    after.close()


@given(st.lists(st.sampled_from([-5.0, 0.0, 0.000001, 0.5, 3.0]), max_size=30))
def test_a_ts_is_later_than_every_one_before_whatever_the_clock_does(steps: list[float]):
    clock = HandTime()
    workspace = Workspace(time=clock)

    given_ = []
    for step in steps:
        clock._now += step
        given_.append(workspace.new_ts())

    workspace.close()
    assert given_ == sorted(set(given_))
    assert all(re.fullmatch(r"\d{10}\.\d{6}", ts) for ts in given_)


def test_a_parent_counts_its_replies(workspace: Workspace):
    root = workspace.say("ada", "general", "question")
    workspace.say("grace", "general", "one", thread_ts=root)
    last = workspace.say("ada", "general", "two", thread_ts=root)
    workspace.say("ada", "general", "three", thread_ts=root)
    newest = workspace.thread("general", root)[-1]["ts"]

    workspace.delete("ada", "general", newest)

    parent = workspace.message("general", root)
    assert parent["reply_count"] == 2
    assert parent["reply_users"] == [workspace.person("grace").id, workspace.person("ada").id]
    assert parent["reply_users_count"] == 2
    assert parent["latest_reply"] == last
    assert parent["thread_ts"] == root


def test_a_parent_whose_last_reply_went_is_a_plain_message_again(workspace: Workspace):
    root = workspace.say("ada", "general", "question")
    reply = workspace.say("grace", "general", "one", thread_ts=root)

    workspace.delete("grace", "general", reply)

    assert "reply_count" not in workspace.message("general", root)
    assert "thread_ts" not in workspace.message("general", root)


def test_a_deleted_parent_leaves_a_tombstone_and_a_deleted_message_nothing(workspace: Workspace):
    root = workspace.say("ada", "general", "question")
    reply = workspace.say("grace", "general", "one", thread_ts=root)
    alone = workspace.say("ada", "general", "alone")

    workspace.delete("ada", "general", root)
    workspace.delete("ada", "general", alone)

    stone = workspace.message("general", root)
    assert (stone["subtype"], stone["user"], stone["reply_count"]) == ("tombstone", "USLACKBOT", 1)
    assert workspace.thread_ts("general", root) == [root, reply]
    assert workspace.message("general", alone) is None
    assert workspace.versions("general", alone)[-1].message is None


def test_a_persons_message_looks_like_slacks(workspace: Workspace):
    ts = workspace.say("ada", "general", "<@U0VERAVERA> is 1 < 2?")

    message = workspace.message("general", ts)

    assert message["text"] == "<@U0VERAVERA> is 1 &lt; 2?"
    assert message["type"] == "message"
    assert message["user"] == "U0ADALOVEL"
    assert message["team"] == "T0PLAYGRND"
    assert message["client_msg_id"]
    assert message["blocks"][0]["type"] == "rich_text"
    assert "bot_id" not in message


def test_another_bots_message_has_a_bot_id_and_no_subtype(workspace: Workspace):
    workspace.add_person("jira", "Jira", bot_id="B0JIRA", app_id="A0JIRA")
    workspace.join("jira", "general")

    message = workspace.message("general", workspace.say("jira", "general", "ticket"))

    assert message["bot_id"] == "B0JIRA"
    assert message["bot_profile"]["name"] == "Jira"
    assert "subtype" not in message


def test_somebody_from_elsewhere_says_where_from(workspace: Workspace):
    message = workspace.message("partners", workspace.say("rosa", "partners", "hello"))

    assert message["user_team"] == message["source_team"] == "T0ELSEWHER"
    assert message["user_profile"]["real_name"] == "Rosa Parks"


def test_a_broadcast_reply_stands_in_the_channel_too(workspace: Workspace):
    root = workspace.say("ada", "general", "question")
    quiet = workspace.say("grace", "general", "quiet", thread_ts=root)
    loud = workspace.say("grace", "general", "loud", thread_ts=root, broadcast=True)

    assert workspace.history_ts("general") == [loud, root]
    assert workspace.thread_ts("general", root) == [root, quiet, loud]
    assert workspace.message("general", loud)["subtype"] == "thread_broadcast"
    assert workspace.message("general", loud)["root"]["ts"] == root


def test_a_file_is_shared_with_a_message_and_can_be_had_by_its_id(workspace: Workspace):
    ts = workspace.say("ada", "general", "", files=[File("notes.md", "text/markdown", b"# hi")])

    message = workspace.message("general", ts)

    (file,) = message["files"]
    assert message["subtype"] == "file_share"
    assert message["text"] == ""
    assert (file["name"], file["mimetype"], file["size"]) == ("notes.md", "text/markdown", 4)
    assert workspace.file(file["id"])[1] == b"# hi"
    assert workspace.file("F0NONE") is None


def test_a_reaction_is_put_on_once_and_taken_off(workspace: Workspace):
    ts = workspace.say("ada", "general", "good")

    assert workspace.react("ada", "general", ts, "tada")
    assert not workspace.react("ada", "general", ts, "tada")
    assert workspace.react("grace", "general", ts, "tada")
    assert workspace.message("general", ts)["reactions"] == [
        {"name": "tada", "users": ["U0ADALOVEL", "U0GRACEHOP"], "count": 2}
    ]
    assert workspace.react("ada", "general", ts, "tada", undo=True)
    assert workspace.react("grace", "general", ts, "tada", undo=True)
    assert not workspace.react("grace", "general", ts, "tada", undo=True)
    assert "reactions" not in workspace.message("general", ts)


def test_joining_says_so_in_the_channel(workspace: Workspace):
    ts = workspace.join("grace", "partners")

    assert "U0GRACEHOP" in workspace.channel("partners").members
    assert workspace.message("partners", ts)["subtype"] == "channel_join"


def test_a_direct_message_is_one_conversation_and_a_group_another(workspace: Workspace):
    dm, group = workspace.direct_message("ada"), workspace.direct_message("ada", "grace")

    assert workspace.direct_message("ada") == dm
    assert dm.kind == "im"
    assert dm.id.startswith("D")
    assert group.kind == "mpim"
    assert group.name.startswith("mpdm-")


def test_a_message_can_be_put_just_as_it_is(workspace: Workspace):
    ts = workspace.put("general", {"subtype": "bot_message", "username": "cron", "text": "done", "bot_id": "B1"})

    assert workspace.message("general", ts) == {
        "type": "message",
        "ts": ts,
        "subtype": "bot_message",
        "username": "cron",
        "text": "done",
        "bot_id": "B1",
    }


def test_a_reply_whose_parent_is_gone_is_kept_all_the_same(workspace: Workspace):
    ts = workspace.put("general", {"text": "orphan", "thread_ts": "1600000000.000001"})

    assert workspace.message("general", ts)["text"] == "orphan"
    workspace.delete("ada", "general", ts)
    assert workspace.message("general", ts) is None


def test_who_is_not_there_cannot_speak(workspace: Workspace):
    with pytest.raises(ValueError, match="rosa is not in general"):
        workspace.say("rosa", "general", "psst")
    with pytest.raises(KeyError, match="nobody here is called nobody"):
        workspace.say("nobody", "general", "psst")
    with pytest.raises(KeyError, match="no conversation nowhere"):
        workspace.say("ada", "nowhere", "psst")
    with pytest.raises(KeyError, match="no message"):
        workspace.edit("ada", "general", "1.000000", "psst")


def test_people_can_change_and_go(workspace: Workspace):
    workspace.change_person("grace", deleted=True)

    assert workspace.person("grace").deleted
    assert len(workspace.people()) == 4
    assert {channel.name for channel in workspace.channels()} == {"general", "random", "partners"}
