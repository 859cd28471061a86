from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from unit.playground.page_client import ADA, GRACE, ROSA, TOKEN, VERA, FakeInspection, FakeSwitches, PageClient
from vera.playground.loopback import LoopbackServer
from vera.playground.page.server import Page
from vera.playground.slack.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from unit.playground.hand_time import HandTime

NOWHEN = "1700000000.000100"


def test_what_is_typed_is_posted_as_mrkdwn(page: PageClient, workspace: Workspace, general: str):
    ts = page.say("@vera is <!channel> in #general at https://x.org? ", general)

    message = workspace.message("general", ts)
    assert message["user"] == ADA
    assert message["text"] == (f"<@{VERA}> is &lt;!channel&gt; in <#{general}|general> at <https://x.org>?")


def test_a_private_group_is_named_only_by_those_who_are_in_it(page: PageClient, workspace: Workspace, general: str):
    group = workspace.add_channel("plans", members=["grace"], kind="group").id

    assert workspace.message("general", page.say("#plans", general))["text"] == "#plans"
    said = page.say("#plans", general, who=GRACE)
    assert workspace.message("general", said)["text"] == f"<#{group}|plans>"


def test_of_two_of_a_name_the_one_who_is_in_the_channel_is_meant(page: PageClient, workspace: Workspace):
    workspace.add_person("sam1", "Sam Smith", id="U0A")
    sam = workspace.add_person("sam2", "Sam Smith", id="U0B")
    partners = workspace.add_channel("sams", members=["ada", "sam2"]).id

    assert workspace.message("sams", page.say("@Sam Smith", partners))["text"] == f"<@{sam.id}>"


def test_a_reply_stands_in_its_thread_and_where_wanted_in_the_channel(
    page: PageClient, workspace: Workspace, general: str
):
    root = page.say("question", general)
    reply = page.say("reply", general, who=GRACE, thread_ts=root)
    broadcast = page.say("also here", general, thread_ts=reply, broadcast=True)

    assert [message["ts"] for message in workspace.thread("general", root)] == [root, reply, broadcast]
    assert [message["ts"] for message in workspace.standing("general", most=9)] == [root, broadcast]
    assert workspace.message("general", broadcast)["subtype"] == "thread_broadcast"


def test_a_broadcast_with_a_file_stands_in_the_channel_too(page: PageClient, workspace: Workspace, general: str):
    root, upload = page.say("question", general), page.put("a.txt", b"words").json["id"]

    ts = page.say("", general, thread_ts=root, broadcast=True, files=[upload])

    assert [message["ts"] for message in workspace.standing("general", most=9)] == [root, ts]


def test_a_message_sent_twice_is_posted_once(page: PageClient, workspace: Workspace, general: str):
    first = page.say("hello", general, client_msg_id="7c5e-1")

    assert page.say("hello", general, client_msg_id="7c5e-1") == first
    assert page.say("hello", general, client_msg_id="7c5e-2") != first
    assert page.say("hello", general, client_msg_id="7c5e-1", who=GRACE) != first
    assert workspace.message("general", first)["client_msg_id"] == "7c5e-1"
    assert len(workspace.standing("general", most=9)) == 3


def test_a_message_that_was_edited_or_taken_back_is_not_posted_again(
    page: PageClient, workspace: Workspace, general: str
):
    edited, deleted = (page.say("hello", general, client_msg_id=one) for one in ("7c5e-1", "7c5e-2"))
    workspace.edit("ada", "general", edited, "better")
    workspace.delete("ada", "general", deleted)

    assert [page.say("hello", general, client_msg_id=one) for one in ("7c5e-1", "7c5e-2")] == [edited, deleted]
    assert [message["text"] for message in workspace.standing("general", most=9)] == ["better"]


def test_an_id_is_one_channels(page: PageClient, workspace: Workspace, general: str):
    here = page.say("hello", general, client_msg_id="7c5e-1")

    there = page.say("hello", workspace.channel("random").id, client_msg_id="7c5e-1")

    assert there != here
    assert workspace.message("random", there)["text"] == "hello"


def test_a_message_that_is_sent_again_after_a_restart_is_posted_once(tmp_path: Path, hand_time: HandTime):
    sent = []
    for _ in range(2):
        workspace = Workspace(time=hand_time, path=tmp_path / "slack.sqlite")
        told = {"switches": FakeSwitches(), "inspection": FakeInspection()}
        with LoopbackServer(Page(workspace, **told, token=TOKEN, about={}).app) as server:
            general = workspace.channel("general").id
            sent.append(PageClient(server.port).say("hello", general, client_msg_id="7c5e-1"))
        said = workspace.history_ts("general")
        workspace.close()

    assert sent[0] == sent[1]
    assert said == [sent[0]]


def test_the_longest_message_is_taken(page: PageClient, workspace: Workspace, general: str):
    assert len(workspace.message("general", page.say("x" * 40_000, general))["text"]) == 40_000


def test_half_a_character_is_replaced(page: PageClient, workspace: Workspace, general: str):
    ts = page.say("a\ud800b", general)

    assert workspace.message("general", ts)["text"] == "a\ufffdb"


REFUSED_MESSAGES: dict[str, tuple[dict[str, Any], int, str]] = {
    "nobody acts": ({"who": None}, 400, "`as` is missing."),
    "an unknown person": ({"who": "U0NOBODY"}, 404, "There is nobody of that id here."),
    "half a character": ({"who": "\ud800"}, 404, "There is nobody of that id here."),
    "Vera": ({"who": VERA}, 403, "Vera speaks for herself: act as a person."),
    "no text": ({"who": 1}, 400, "`as` must be text."),
    "no channel": ({"channel": ""}, 400, "`channel` is missing."),
    "an unknown channel": ({"channel": "C0"}, 404, "There is no such conversation here."),
    "not a member": ({"who": ROSA}, 403, "Rosa Parks is not in #general."),
    "nothing": ({"text": " \n "}, 400, "There is nothing to send: write something first."),
    "no words": ({"text": ["a"]}, 400, "`text` must be text."),
    "too much": ({"text": "x" * 40_001}, 400, "That is too long: a message has at most 40,000 characters."),
    "an unknown thread": ({"thread_ts": NOWHEN}, 404, "That thread is not there any more."),
    "no thread": ({"thread_ts": "x"}, 404, "That thread is not there any more."),
    "no flag": ({"broadcast": "yes"}, 400, "`broadcast` must be true or false."),
    "no list": ({"files": "upload-1"}, 400, "`files` must be a list of texts."),
    "no list of texts": ({"files": [1]}, 400, "`files` must be a list of texts."),
    "too many files": ({"files": ["x"] * 11}, 400, "A message can have 10 files at most."),
    "no upload": ({"files": ["x"]}, 404, "An attached file is not here any more: attach it again."),
    "no id": ({"client_msg_id": "a b"}, 400, "`client_msg_id` must be a UUID, or letters and digits."),
}


@pytest.mark.parametrize(("fields", "status", "sentence"), REFUSED_MESSAGES.values(), ids=REFUSED_MESSAGES.keys())
def test_a_message_is_refused_with_a_sentence(
    page: PageClient, workspace: Workspace, fields: dict[str, Any], status: int, sentence: str
):
    general = workspace.channel("general").id

    answer = page.post("messages", **{"who": ADA, "channel": general, "text": "hello"} | fields)

    assert (answer.status, answer.error) == (status, sentence)
    assert workspace.standing("general", most=9) == ()


def test_nobody_replies_to_a_join(page: PageClient, workspace: Workspace):
    random = workspace.channel("random").id
    ts = workspace.join("vera", "random")

    answer = page.post("messages", who=ADA, channel=random, text="hello", thread_ts=ts)

    assert (answer.status, answer.error) == (400, "Nobody can reply to that message.")


def test_an_archived_channel_stays_as_it_is(page: PageClient, workspace: Workspace, general: str):
    ts = page.say("hello", general)
    workspace.archive("general")

    acts = [
        page.post("messages", who=ADA, channel=general, text="more"),
        page.post(f"messages/{general}/{ts}/edit", who=ADA, text="more"),
        page.post(f"messages/{general}/{ts}/delete", who=ADA),
        page.post(f"messages/{general}/{ts}/react", who=ADA, name="eyes"),
        page.post("invite", who=ADA, channel=general, guest=ROSA),
        page.post("typing", who=ADA, channel=general),
    ]

    assert {(act.status, act.error) for act in acts} == {(403, "#general is archived.")}
    assert page.post("read", who=ADA, channel=general, ts=ts).status == 200
    assert page.get(f"channels/{general}", **{"as": ADA}).json["messages"][0]["ts"] == ts


def test_one_edits_ones_own_message(page: PageClient, workspace: Workspace, general: str):
    ts = page.say("helo", general)

    assert page.post(f"messages/{general}/{ts}/edit", who=ADA, text="hello @vera").json == {}

    message = workspace.message("general", ts)
    assert message["text"] == f"hello <@{VERA}>"
    assert message["edited"]["user"] == ADA


def test_an_edit_that_changes_nothing_is_none(page: PageClient, workspace: Workspace, general: str):
    ts = page.say("hello @vera", general)

    page.post(f"messages/{general}/{ts}/edit", who=ADA, text=" hello @Vera ")

    assert "edited" not in workspace.message("general", ts)


def test_a_files_words_can_be_taken_away(page: PageClient, workspace: Workspace, general: str):
    ts = page.say("words", general, files=[page.put("a.txt", b"x").json["id"]])

    assert page.post(f"messages/{general}/{ts}/edit", who=ADA, text="").status == 200

    message = workspace.message("general", ts)
    assert (message["text"], len(message["files"]), "blocks" in message) == ("", 1, False)


def test_one_deletes_ones_own_message(page: PageClient, workspace: Workspace, general: str):
    ts = page.say("oops", general)

    assert page.post(f"messages/{general}/{ts}/delete", who=ADA).json == {}

    assert workspace.message("general", ts) is None
    assert page.post(f"messages/{general}/{ts}/delete", who=ADA).status == 404


def test_of_a_deleted_message_with_replies_a_tombstone_stays(page: PageClient, workspace: Workspace, general: str):
    root = page.say("oops", general)
    page.say("what?", general, who=GRACE, thread_ts=root)

    page.post(f"messages/{general}/{root}/delete", who=ADA)

    assert workspace.message("general", root)["subtype"] == "tombstone"
    for act in ("edit", "delete", "react"):
        answer = page.post(f"messages/{general}/{root}/{act}", who=ADA, text="again", name="eyes")
        assert (answer.status, answer.error) == (404, "That message is not there any more.")
    assert page.say("never mind", general, thread_ts=root) > root


def test_a_tombstone_goes_with_its_last_reply(page: PageClient, workspace: Workspace, general: str):
    root = page.say("oops", general)
    replies = [page.say("what?", general, who=GRACE, thread_ts=root) for _ in range(2)]
    page.post(f"messages/{general}/{root}/delete", who=ADA)

    page.post(f"messages/{general}/{replies[0]}/delete", who=GRACE)
    assert workspace.message("general", root)["reply_count"] == 1
    with page.events() as events:
        events.until("hello")
        page.post(f"messages/{general}/{replies[1]}/delete", who=GRACE)
        told = [events.until("change") for _ in range(2)]

    assert workspace.message("general", root) is None
    assert [(one["kind"], one["ts"], one["message"]) for one in told] == [
        ("deleted", replies[1], None),
        ("deleted", root, None),
    ]


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_what_somebody_else_wrote_stays(page: PageClient, workspace: Workspace, general: str, act: str):
    workspace.join("rosa", "general")
    join = workspace.standing("general", most=1)[0]["ts"]
    said = page.say("mine", general, who=GRACE)
    answer = workspace.say("vera", "general", "an answer")

    for who, ts in ((ADA, said), (ADA, answer), (ROSA, join), (ADA, join)):
        refused = page.post(f"messages/{general}/{ts}/{act}", who=who, text="changed")
        assert (refused.status, refused.error) == (403, f"One can only {act} messages that one wrote.")
    assert workspace.message("general", said)["text"] == "mine"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is nothing left of the message: delete it instead."),
        ("x" * 40_001, "That is too long: a message has at most 40,000 characters."),
    ],
)
def test_an_edit_is_refused_with_a_sentence(page: PageClient, general: str, text: str, sentence: str):
    ts = page.say("hello", general)

    answer = page.post(f"messages/{general}/{ts}/edit", who=ADA, text=text)

    assert (answer.status, answer.error) == (400, sentence)


@pytest.mark.parametrize("act", ["edit", "delete", "react"])
@pytest.mark.parametrize("ts", [NOWHEN, "nothing", "1"])
def test_a_message_that_is_not_there_can_not_be_changed(page: PageClient, general: str, act: str, ts: str):
    answer = page.post(f"messages/{general}/{ts}/{act}", who=ADA, text="x", name="eyes")

    assert (answer.status, answer.error) == (404, "That message is not there any more.")


def test_a_reaction_is_put_on_once_and_taken_off_once(page: PageClient, workspace: Workspace, general: str):
    ts = page.say("hello", general)
    path = f"messages/{general}/{ts}/react"

    for who in (ADA, ADA, GRACE):
        assert page.post(path, who=who, name="+1::skin-tone-2").json == {}
    reactions = [{"name": "+1::skin-tone-2", "users": [ADA, GRACE], "count": 2}]
    assert workspace.message("general", ts)["reactions"] == reactions
    for who in (ADA, ADA, GRACE):
        assert page.post(path, who=who, name="+1::skin-tone-2", undo=True).json == {}
    assert "reactions" not in workspace.message("general", ts)


@pytest.mark.parametrize("name", ["", "Two Words", ":eyes:", "<b>", "x" * 101, "eyes::skin-tone-9", "👀"])
def test_a_reaction_has_an_emojis_name(page: PageClient, general: str, name: str):
    ts = page.say("hello", general)

    assert page.post(f"messages/{general}/{ts}/react", who=ADA, name=name).status == 400


def test_a_message_has_room_for_so_many_reactions(page: PageClient, general: str):
    ts = page.say("hello", general)
    path = f"messages/{general}/{ts}/react"
    for number in range(23):
        assert page.post(path, who=ADA, name=f"e{number}").status == 200

    assert page.post(path, who=ADA, name="e23").error == "A message can have 23 different reactions at most."
    assert page.post(path, who=ADA, name="e23", undo=True).status == 200
    assert page.post(path, who=GRACE, name="e22").status == 200


def test_what_is_read_stays_read(page: PageClient, workspace: Workspace, general: str):
    root = page.say("one", general, who=GRACE)
    reply = page.say("two", general, who=GRACE, thread_ts=root)

    assert page.post("read", who=ADA, channel=general, ts=root).json == {}
    assert page.post("read", who=ADA, channel=general, thread_ts=root, ts=reply).json == {}

    assert workspace.reads.channel(ADA, general).last_read == root
    assert workspace.reads.thread(ADA, general, root).last_read == reply


@pytest.mark.parametrize("fields", [{}, {"ts": "x"}, {"ts": ""}, {"ts": NOWHEN, "thread_ts": "x"}])
def test_a_mark_is_a_moment(page: PageClient, general: str, fields: dict[str, str]):
    assert page.post("read", who=ADA, channel=general, **fields).status == 400


def test_somebody_is_let_in_and_the_channel_says_so(page: PageClient, workspace: Workspace):
    random = workspace.channel("random").id

    for _ in range(2):
        assert page.post("invite", who=ADA, channel=random, guest=VERA).json == {}

    assert VERA in workspace.channel("random").members
    assert [message["subtype"] for message in workspace.standing("random", most=9)] == ["channel_join"]


@pytest.mark.parametrize(
    ("guest", "status", "sentence"),
    [
        (ROSA, 400, "#random is not shared with Rosa Parks's organisation."),
        ("U0NOBODY", 404, "There is nobody of that id here."),
        ("", 400, "`who` is missing."),
        ("U0GONE", 400, "Gone is deactivated."),
    ],
)
def test_not_everybody_can_be_let_in(page: PageClient, workspace: Workspace, guest: str, status: int, sentence: str):
    workspace.add_person("gone", id="U0GONE", deleted=True)

    answer = page.post("invite", who=ADA, channel=workspace.channel("random").id, guest=guest)

    assert (answer.status, answer.error) == (status, sentence)


def test_nobody_is_let_into_a_direct_message(page: PageClient, workspace: Workspace):
    answer = page.post("invite", who=ADA, channel=workspace.direct_message("ada").id, guest=GRACE)

    assert (answer.status, answer.error) == (400, "Nobody can be let into a direct message.")


def test_a_direct_message_of_others_is_closed(page: PageClient, workspace: Workspace):
    direct = workspace.direct_message("grace").id
    group = workspace.direct_message("grace", "rosa").id

    said = [page.post("messages", who=ADA, channel=one, text="hello") for one in (direct, group)]

    assert [(one.status, one.error) for one in said] == [
        (403, "Ada Lovelace is not in this direct message."),
        (403, "Ada Lovelace is not in this group."),
    ]


STOP = {"type": "button", "action_id": "stop", "text": {"type": "plain_text", "text": "Stop"}}
REPLY = {"user": VERA, "text": "Because", "blocks": [{"type": "actions", "block_id": "b", "elements": [STOP]}]}


@pytest.fixture
def reply(workspace: Workspace, general: str):
    """Return the fields that name a message of Vera's with a button."""
    return {"channel": general, "ts": workspace.put("general", REPLY)}


@pytest.mark.parametrize("block_id", ["b", ""])
def test_a_button_is_pressed(page: PageClient, workspace: Workspace, reply: dict[str, str], block_id: str):
    with workspace.changes() as changes:
        answer = page.post("press", who=ADA, action_id="stop", block_id=block_id, **reply)
        told = changes.get(timeout_seconds=5)

    assert (answer.status, answer.json) == (200, {})
    assert told is not None
    assert (told.kind, told.actor, told.ts) == ("pressed", ADA, reply["ts"])
    assert told.detail["interaction"]["actions"][0]["action_id"] == "stop"


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"who": VERA}, 403, "Vera speaks for herself"),
        ({"who": ROSA}, 403, "Rosa Parks is not in #general"),
        ({"channel": "C0NOWHERE"}, 404, "no such conversation"),
        ({"ts": NOWHEN}, 404, "not there any more"),
        ({"ts": ""}, 400, "`ts` is missing"),
        ({"action_id": ""}, 400, "`action_id` is missing"),
        ({"action_id": "another"}, 404, "That button is not there any more"),
        ({"block_id": "another"}, 404, "That button is not there any more"),
        ({"block_id": 1}, 400, "`block_id` must be text"),
    ],
)
def test_a_press_is_refused_with_a_sentence(
    page: PageClient, reply: dict[str, str], fields: dict[str, Any], status: int, sentence: str
):
    answer = page.post("press", **{"who": ADA, "action_id": "stop", "block_id": "b"} | reply | fields)

    assert answer.status == status
    assert sentence in answer.error


def test_a_session_is_stopped(page: PageClient, workspace: Workspace, general: str):
    root = page.say("why?", general)
    workspace.agents.set_session(general, root, "processing")
    stream = workspace.streams.start(workspace.channel("general"), root, "Because", "markdown_text")

    answer = page.post("stop_session", who=ADA, channel=general, thread_ts=root)

    assert (answer.status, answer.json) == (200, {})
    assert workspace.message(general, stream.ts)["streaming_state"] == "completed"


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"who": ROSA}, 403, "Rosa Parks is not in #general"),
        ({"thread_ts": ""}, 400, "`thread_ts` is missing"),
        ({"thread_ts": "x"}, 400, "must be a message's ts"),
        ({}, 409, "There is nothing to stop any more"),
    ],
)
def test_a_stop_is_refused_with_a_sentence(
    page: PageClient, general: str, fields: dict[str, Any], status: int, sentence: str
):
    answer = page.post("stop_session", **{"who": ADA, "channel": general, "thread_ts": NOWHEN} | fields)

    assert answer.status == status
    assert sentence in answer.error
