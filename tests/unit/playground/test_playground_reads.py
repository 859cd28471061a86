from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.playground.hand_time import HandTime
from unit.playground.page_client import ADA, GRACE, VERA
from vera.playground.slack.reads import Unread
from vera.playground.slack.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def test_what_others_say_is_new_until_it_is_read(workspace: Workspace, general: str):
    first = workspace.say("grace", "general", "one")
    second = workspace.say("grace", "general", "two")
    workspace.say("ada", "general", "one's own is never new")

    assert workspace.reads.channel(ADA, general) == Unread("", 2)
    assert workspace.reads.mark(ADA, general, "", first)
    assert workspace.reads.channel(ADA, general) == Unread(first, 1)
    assert workspace.reads.mark(ADA, general, "", second)
    assert workspace.reads.channel(ADA, general) == Unread(second, 0)
    assert workspace.reads.channel(GRACE, general).unread == 1


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        (f"<@{ADA}>?", 1),
        (f"<@{ADA}|ada>?", 1),
        ("<!here>", 1),
        ("<!channel> and <!everyone>", 1),
        (f"<@{GRACE}>", 0),
        (ADA, 0),
        ("", 0),
    ],
)
def test_a_mention_is_counted_by_message(workspace: Workspace, general: str, text: str, mentions: int):
    workspace.say("grace", "general", text)

    assert workspace.reads.channel(ADA, general) == Unread("", 1, mentions)


def test_a_mark_never_moves_backwards_nor_beyond_what_is_there(workspace: Workspace, general: str):
    first = workspace.say("grace", "general", "one")
    second = workspace.say("grace", "general", "two")

    assert workspace.reads.mark(ADA, general, "", "9999999999.999999")
    assert not workspace.reads.mark(ADA, general, "", first)
    assert workspace.reads.channel(ADA, general).last_read == second

    workspace.say("grace", "general", "three")
    assert workspace.reads.channel(ADA, general).unread == 1


def test_an_empty_channel_has_nothing_to_read(workspace: Workspace, general: str):
    assert workspace.reads.latest(general) == ""
    assert not workspace.reads.mark(ADA, general, "", "1700000000.000100")
    assert not workspace.reads.mark(ADA, general, "1700000000.000100", "1700000000.000100")
    assert workspace.reads.channel(ADA, general) == Unread("", 0)


def test_nothing_from_before_somebody_began_is_new(workspace: Workspace, general: str):
    root = workspace.say("grace", "general", "before")
    workspace.say("grace", "general", "before", thread_ts=root)
    workspace.reads.begin(ADA, "", workspace.last_ts)
    began = workspace.last_ts
    workspace.say("grace", "general", "after")
    workspace.say("grace", "general", "after", thread_ts=root)
    workspace.reads.begin(ADA, "", workspace.last_ts)

    assert workspace.reads.channel(ADA, general) == Unread(began, 1)
    assert workspace.reads.thread(ADA, general, root) == Unread(began, 1)
    assert workspace.reads.threads(ADA, general) == {root: Unread(began, 1)}


def test_what_was_said_before_somebody_was_let_in_is_not_new(workspace: Workspace):
    workspace.reads.begin(VERA, "", workspace.last_ts)
    root = workspace.say("ada", "random", "among us")
    workspace.say("ada", "random", "a reply", thread_ts=root)
    random = workspace.channel("random").id

    workspace.join("vera", "random")

    assert workspace.reads.channel(VERA, random).unread == 0
    assert workspace.reads.channel(ADA, random).unread == 0, "a join is nothing new"
    workspace.say("ada", "random", "welcome", thread_ts=root)
    assert workspace.reads.threads(VERA, random)[root].unread == 1


def test_a_reply_is_new_in_its_thread_and_only_a_broadcast_in_the_channel(workspace: Workspace, general: str):
    root = workspace.say("ada", "general", "question")
    workspace.say("grace", "general", "reply", thread_ts=root)
    broadcast = workspace.say("grace", "general", "also here", thread_ts=root, broadcast=True)

    assert workspace.reads.channel(ADA, general) == Unread("", 1)
    assert workspace.reads.thread(ADA, general, root) == Unread("", 2)
    workspace.reads.mark(ADA, general, root, broadcast)
    assert workspace.reads.thread(ADA, general, root) == Unread(broadcast, 0)
    assert workspace.reads.channel(ADA, general) == Unread("", 1)


def test_threads_are_those_with_something_new_and_those_that_one_read_or_wrote_in(workspace: Workspace, general: str):
    mine = workspace.say("ada", "general", "I began it")
    workspace.say("grace", "general", "reply", thread_ts=mine)
    joined = workspace.say("grace", "general", "I replied")
    workspace.say("ada", "general", "reply", thread_ts=joined)
    theirs = workspace.say("grace", "general", "not mine")
    last = workspace.say("vera", "general", "reply", thread_ts=theirs)
    workspace.say("grace", "general", "no replies")

    assert workspace.reads.threads(ADA, general) == {mine: Unread("", 1), joined: Unread("", 0), theirs: Unread("", 1)}
    workspace.reads.mark(ADA, general, theirs, last)
    read = {mine: Unread("", 1), joined: Unread("", 0), theirs: Unread(last, 0)}
    assert workspace.reads.threads(ADA, general) == read


def test_what_was_deleted_is_not_new(workspace: Workspace, general: str):
    root = workspace.say("grace", "general", "question")
    workspace.say("ada", "general", "reply", thread_ts=root)
    workspace.delete("grace", "general", root)

    assert workspace.message("general", root)["subtype"] == "tombstone"
    assert workspace.reads.channel(ADA, general).unread == 0


def test_another_apps_message_without_a_user_or_a_text_is_new(workspace: Workspace, general: str):
    workspace.put("general", {"bot_id": "B1", "blocks": []})

    assert workspace.reads.channel(ADA, general) == Unread("", 1)


def test_marks_survive_a_restart(tmp_path: Path, hand_time: HandTime):
    before = Workspace(time=hand_time, path=tmp_path / "slack.sqlite")
    general = before.channel("general").id
    before.reads.begin(ADA, "", before.last_ts)
    read = before.say("grace", "general", "read")
    before.say("grace", "general", "new")
    before.reads.mark(ADA, general, "", read)
    before.close()

    after = Workspace(time=hand_time, path=tmp_path / "slack.sqlite")

    assert after.reads.channel(ADA, general) == Unread(read, 1)
    after.close()


ACTS = st.lists(
    st.tuples(st.sampled_from(["say", "reply", "broadcast", "delete", "read", "read thread"]), st.integers(0, 20)),
    max_size=25,
)


@given(ACTS, st.sampled_from([ADA, GRACE]))
def test_what_is_counted_is_what_a_person_would_count(acts: list[tuple[str, int]], who: str):
    workspace = Workspace(time=HandTime())
    general, said, roots = workspace.channel("general").id, [], []
    marks: dict[str, str] = {}
    for act, number in acts:
        author = "ada" if number % 2 else "grace"
        if act in ("reply", "broadcast") and roots:
            root = roots[number % len(roots)]
            said.append(workspace.say(author, "general", "x", thread_ts=root, broadcast=act == "broadcast"))
        elif act == "say":
            roots.append(workspace.say(author, "general", "x"))
            said.append(roots[-1])
        elif act == "delete" and said:
            gone = said.pop(number % len(said))
            if gone in roots:
                roots.remove(gone)
            workspace.delete("ada", "general", gone)
        elif act.startswith("read") and said:
            ts = said[number % len(said)]
            message = workspace.message("general", ts) or {}
            root = message.get("thread_ts", ts) if act == "read thread" else ""
            there = workspace.thread_ts("general", root) if root else workspace.history_ts("general")
            marks[root] = max(marks.get(root, ""), min(ts, max(there)))
            workspace.reads.mark(who, general, root, ts)

    def new(messages: tuple, root: str):
        after = marks.get(root, "")
        return sum(m["ts"] > after and m["user"] not in (who, "USLACKBOT") for m in messages)

    threads = {
        root: (new(thread[1:], root), who in (thread[0].get("user"), *thread[0].get("reply_users", [])))
        for root in {m.get("thread_ts", m["ts"]) for m in workspace.standing("general", most=100)}
        if len(thread := workspace.thread("general", root)) > 1
    }
    counted = {root: read.unread for root, read in workspace.reads.threads(who, general).items()}
    standing = new(workspace.standing("general", most=100), "")
    in_channel = workspace.reads.channel(who, general).unread
    one_by_one = {root: workspace.reads.thread(who, general, root).unread for root in threads}
    workspace.close()
    assert in_channel == standing
    assert counted == {root: unread for root, (unread, part) in threads.items() if unread or part or root in marks}
    assert one_by_one == {root: unread for root, (unread, _) in threads.items()}
