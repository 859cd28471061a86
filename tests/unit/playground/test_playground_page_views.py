from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from unit.playground.page_client import ADA, GRACE, ROSA, VERA, FakeInspection, PageClient

if TYPE_CHECKING:
    from vera.playground.slack.workspace import Workspace


def history(page: PageClient, channel: str, who: str = ADA, **query: str) -> Any:
    return page.get(f"channels/{channel}", **{"as": who}, **query).json


def hello(page: PageClient, who: str = ADA) -> Any:
    with page.events(who) as events:
        return events.until("hello")


def test_hello_says_who_is_there_and_where_one_is(page: PageClient, workspace: Workspace, inspection: FakeInspection):
    inspection.note("C1:1", "turn_claimed")

    said = hello(page)

    assert said["as"] == ADA
    assert said["team"] == {"id": "T0PLAYGRND", "name": "Playground"}
    assert said["bot"] == VERA
    assert said["about"] == {"model": "embedded", "documents": "docs", "folder": ""}
    assert said["switches"] == {"latency_ms": 0, "stopped": False}
    assert said["latest_turn"] == "C1:1"
    assert said["number"] == workspace.number
    rosa = next(person for person in said["people"] if person["id"] == ROSA)
    assert rosa == {
        "id": ROSA,
        "name": "rosa",
        "real_name": "Rosa Parks",
        "is_bot": False,
        "deleted": False,
        "team_id": "T0ELSEWHER",
        "external": True,
    }
    assert [(one["name"], one["kind"], one["shared"]) for one in said["channels"]] == [
        ("general", "channel", False),
        ("random", "channel", False),
        ("partners", "channel", True),
        ("", "im", False),
    ]


def test_the_direct_message_with_vera_is_there_from_the_first_hello(page: PageClient):
    direct = next(one for one in hello(page, ROSA)["channels"] if one["kind"] == "im")

    assert direct["members"] == [ROSA, VERA]
    assert [one["id"] for one in hello(page, ROSA)["channels"] if one["kind"] == "im"] == [direct["id"]]


def test_everything_before_the_first_hello_counts_as_read(page: PageClient, workspace: Workspace, general: str):
    root = workspace.say("grace", "general", "before")
    hello(page)
    latest = workspace.say("grace", "general", f"after, <@{ADA}>")
    workspace.say("grace", "general", "reply", thread_ts=root)

    said = hello(page)

    here = next(one for one in said["channels"] if one["id"] == general)
    assert (here["unread"], here["mentions"], here["latest"]) == (1, 1, latest)
    assert here["last_read"] >= root
    assert said["threads"] == {f"{general}:{root}": {"last_read": here["last_read"], "unread": 1}}


def test_one_process_is_told_from_the_next_by_its_epoch(page: PageClient):
    assert hello(page)["epoch"] == hello(page, GRACE)["epoch"]
    assert len(hello(page)["epoch"]) == 16


def test_a_channel_is_read_in_pages_oldest_first(page: PageClient, workspace: Workspace, general: str):
    said = [workspace.say("ada", "general", f"{number}") for number in range(120)]
    workspace.say("grace", "general", "a reply", thread_ts=said[-1])
    said.append(workspace.say("grace", "general", "broadcast", thread_ts=said[0], broadcast=True))

    pages, before = [], {}
    while True:
        answer = history(page, general, **before)
        pages.append([message["ts"] for message in answer["messages"]])
        if not answer["more"]:
            break
        before = {"before": pages[-1][0]}

    assert [len(one) for one in pages] == [50, 50, 21]
    assert [ts for one in reversed(pages) for ts in one] == said


def test_a_page_of_a_long_channel_does_not_load_it_all(page: PageClient, workspace: Workspace, general: str):
    said = [workspace.say("ada", "general", "x" * 200, announce=False) for _ in range(5_000)]
    read: list[str] = []
    workspace._store.connection.set_trace_callback(read.append)

    answer = history(page, general, before=said[2_500])

    assert [message["ts"] for message in answer["messages"]] == said[2_450:2_500]
    assert [query for query in read if "FROM message" in query and "LIMIT 51" not in query] == []


def test_an_empty_channel_is_an_empty_page(page: PageClient, workspace: Workspace, general: str):
    assert history(page, general) == {"messages": [], "more": False, "number": workspace.number}


def test_a_list_says_which_changes_it_contains(page: PageClient, workspace: Workspace, general: str):
    before = history(page, general)["number"]
    workspace.say("ada", "general", "one more")

    assert history(page, general)["number"] == before + 1 == workspace.number


def test_a_thread_is_its_root_and_its_replies(page: PageClient, workspace: Workspace, general: str):
    root = workspace.say("ada", "general", "question")
    replies = [workspace.say("grace", "general", f"{number}", thread_ts=root) for number in range(3)]
    workspace.delete("ada", "general", root)

    for ts in (root, replies[1]):
        answer = page.get(f"channels/{general}/threads/{ts}", **{"as": ADA}).json
        assert [message["ts"] for message in answer["messages"]] == [root, *replies]
        assert answer["messages"][0]["subtype"] == "tombstone"
        assert answer["number"] == workspace.number


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("channels/{general}", {}, 400),
        ("channels/{general}", {"as": "U0NOBODY"}, 404),
        ("channels/{general}", {"as": "ada"}, 404),
        ("channels/{general}", {"as": VERA}, 403),
        ("channels/{general}", {"as": ROSA}, 403),
        ("channels/C0NOWHERE", {"as": ADA}, 404),
        ("channels/general", {"as": ADA}, 404),
        ("channels/{general}", {"as": ADA, "before": "yesterday"}, 400),
        ("channels/{general}", {"as": ADA, "before": "17000000000.000100"}, 400),
        ("channels/{general}/threads/1700000000.000100", {"as": ADA}, 404),
        ("channels/{general}/threads/nothing", {"as": ADA}, 404),
        ("channels/{general}/threads/nothing", {"as": ROSA}, 403),
        ("changes", {}, 400),
        ("changes", {"as": "U0NOBODY"}, 404),
        ("changes", {"as": VERA}, 403),
    ],
)
def test_what_is_not_there_or_not_for_somebody_is_said(
    page: PageClient, general: str, path: str, query: dict[str, str], status: int
):
    answer = page.get(path.format(general=general), **query)

    assert answer.status == status
    assert answer.error.endswith(".")


def test_who_is_deactivated_sees_nothing(page: PageClient, workspace: Workspace, general: str):
    workspace.change_person("grace", deleted=True)

    answer = page.get(f"channels/{general}", **{"as": GRACE})

    assert (answer.status, answer.error) == (403, "Grace Hopper is deactivated.")


def test_a_message_that_is_being_streamed_says_so(page: PageClient, workspace: Workspace, general: str):
    root = workspace.say("ada", "general", "why?")
    stream = workspace.streams.start(workspace.channel("general"), root, "Because", "markdown_text")

    streaming = page.get(f"channels/{general}/threads/{root}", **{"as": ADA}).json["messages"]
    workspace.streams.stop(stream)
    stopped = page.get(f"channels/{general}/threads/{root}", **{"as": ADA}).json["messages"]

    assert [message.get("streaming") for message in streaming] == [None, True]
    assert [message.get("streaming") for message in stopped] == [None, None]


def test_hello_says_what_is_going_on_where_one_is(page: PageClient, workspace: Workspace, general: str):
    partners = workspace.channel("partners").id
    for channel in (general, partners):
        workspace.agents.set_status(channel, "1700000000.000100", "is thinking…", ("Reading",))
        workspace.agents.set_session(channel, "1700000000.000100", "processing", title="Why", initiator=ADA)

    said = hello(page, ROSA)

    place = {"channel": partners, "thread_ts": "1700000000.000100"}
    assert said["statuses"] == [
        place | {"text": "is thinking…", "loading_messages": ["Reading"], "at": workspace.now()}
    ]
    assert said["sessions"] == [place | {"status": "processing", "title": "Why", "initiator": ADA}]
