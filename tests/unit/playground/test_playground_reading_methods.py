"""The reading methods, called with slack_sdk's client over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from vera.playground.slack.workspace import Workspace


@pytest.fixture(autouse=True)
def unlimited(workspace: Workspace):
    workspace.limits.enabled = False


def refusal(call: Any, **arguments: Any):
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return refused.value.response


def say_many(workspace: Workspace, count: int, **where: Any):
    return [workspace.say("ada", "general", f"number {n}", announce=False, **where) for n in range(count)]


@pytest.fixture
def thread(workspace: Workspace):
    root = workspace.say("ada", "general", "question")
    return [root, *say_many(workspace, 9, thread_ts=root)]


def pages_of(client: WebClient, general: str, root: str, **arguments: Any):
    answers = [client.conversations_replies(channel=general, ts=root, **arguments)]
    while answers[-1]["has_more"]:
        cursor = answers[-1]["response_metadata"]["next_cursor"]
        answers.append(client.conversations_replies(channel=general, ts=root, cursor=cursor, **arguments))
    return [[message["ts"] for message in answer["messages"]] for answer in answers]


def test_2500_messages_of_a_thread_come_in_pages_of_a_thousand_in_their_order(
    client: WebClient, workspace: Workspace, general: str
):
    root = workspace.say("ada", "general", "question", announce=False)
    replies = say_many(workspace, 2_499, thread_ts=root)

    pages = pages_of(client, general, root)

    assert [len(page) for page in pages] == [1_000, 1_000, 502]
    assert [page[0] for page in pages] == [root] * 3
    assert [ts for page in pages for ts in page[1:]] == replies


def test_pages_can_come_from_the_end_as_some_have_seen_it(
    client: WebClient, workspace: Workspace, general: str, thread: list[str]
):
    workspace.newest_replies_first = True

    pages = pages_of(client, general, thread[0], limit=5)

    root, replies = thread[0], thread[1:]
    assert pages == [[root, *replies[5:9]], [root, *replies[1:5]], [root, replies[0]]]


def test_a_page_is_no_longer_than_asked_and_the_last_has_no_cursor(client: WebClient, general: str, thread: list[str]):
    answer = client.conversations_replies(channel=general, ts=thread[0], limit=10)

    assert len(answer["messages"]) == 10
    assert answer["has_more"] is False
    assert "response_metadata" not in answer.data


def test_a_thread_without_replies_is_its_message_and_a_replys_own_ts_that_reply(
    client: WebClient, workspace: Workspace, general: str, thread: list[str]
):
    alone = workspace.say("ada", "general", "alone")

    for ts in (alone, thread[3]):
        answer = client.conversations_replies(channel=general, ts=ts)
        assert [message["ts"] for message in answer["messages"]] == [ts]


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        pytest.param(lambda t: {"oldest": t[3]}, slice(4, None), id="after"),
        pytest.param(lambda t: {"oldest": t[3], "inclusive": True}, slice(3, None), id="from"),
        pytest.param(lambda t: {"latest": t[3]}, slice(1, 3), id="before"),
        pytest.param(lambda t: {"latest": t[3], "inclusive": True}, slice(1, 4), id="up to"),
        pytest.param(lambda t: {"latest": "now", "oldest": "0"}, slice(1, None), id="all"),
        pytest.param(lambda t: {"latest": t[5], "oldest": t[2]}, slice(3, 5), id="both"),
    ],
)
def test_oldest_and_latest_bound_the_replies_and_the_parent_stays(
    client: WebClient, general: str, thread: list[str], between: Any, expected: slice
):
    answer = client.conversations_replies(channel=general, ts=thread[0], **between(thread))

    assert [message["ts"] for message in answer["messages"]] == [thread[0], *thread[expected]]


def test_metadata_comes_only_on_demand(client: WebClient, general: str):
    metadata = {"event_type": "turn", "event_payload": {"key": "1"}}
    ts = client.chat_postMessage(channel=general, text="a", metadata=metadata)["ts"]

    for call, where in ((client.conversations_replies, {"ts": ts}), (client.conversations_history, {})):
        without = call(channel=general, **where)["messages"][0]
        with_it = call(channel=general, include_all_metadata=True, **where)["messages"][0]
        assert "metadata" not in without
        assert with_it["metadata"] == metadata


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"channel": None}, "channel_not_found"),
        ({"ts": "1.000001"}, "thread_not_found"),
        ({"ts": None}, "thread_not_found"),
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"cursor": "bmV4dF90czo="}, "invalid_cursor"),
        ({"cursor": "bmV4dF90czoxLjAwMDAwMQ=="}, "invalid_cursor"),
        ({"cursor": "dXNlcjpVMQ=="}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "tomorrow"}, "invalid_ts_latest"),
        ({"limit": "many"}, "invalid_arguments"),
    ],
)
def test_replies_are_refused_in_slacks_words(
    client: WebClient, general: str, thread: list[str], arguments: dict[str, Any], error: str
):
    whole = {"channel": general, "ts": thread[0]} | arguments

    answer = refusal(client.api_call, api_method="conversations.replies", http_verb="GET", params=whole)

    assert answer["error"] == error


def test_history_is_newest_first_without_replies_in_pages(
    client: WebClient, workspace: Workspace, general: str, thread: list[str]
):
    later = say_many(workspace, 4)

    first = client.conversations_history(channel=general, limit=3)
    second = client.conversations_history(channel=general, limit=3, cursor=first["response_metadata"]["next_cursor"])

    assert [m["ts"] for m in first["messages"]] == later[:0:-1]
    assert [m["ts"] for m in second["messages"]] == [later[0], thread[0]]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_a_channel_without_the_bot_cannot_be_read(client: WebClient, workspace: Workspace):
    random = workspace.channel("random").id
    ts = workspace.say("ada", "random", "secret")
    private = workspace.add_channel("private", members=["ada"], kind="group").id

    assert refusal(client.conversations_history, channel=random)["error"] == "not_in_channel"
    assert refusal(client.conversations_replies, channel=random, ts=ts)["error"] == "not_in_channel"
    assert refusal(client.conversations_history, channel=private)["error"] == "channel_not_found"
    assert refusal(client.conversations_info, channel=private)["error"] == "channel_not_found"


def test_a_channel_is_described(client: WebClient, workspace: Workspace, general: str):
    channel = client.conversations_info(channel=general, include_num_members=True)["channel"]
    shared = client.conversations_info(channel=workspace.channel("partners").id)["channel"]

    assert (channel["name"], channel["is_channel"], channel["is_member"]) == ("general", True, True)
    assert channel["num_members"] == 3
    assert channel["is_ext_shared"] is False
    assert "num_members" not in shared
    assert client.conversations_info(channel=workspace.channel("random").id)["channel"]["is_member"] is False
    assert (shared["is_ext_shared"], shared["connected_team_ids"]) == (True, ["T0ELSEWHER"])


def test_a_direct_message_is_opened_once(client: WebClient, workspace: Workspace):
    first = client.conversations_open(users="U0ADALOVEL")
    again = client.conversations_open(channel=first["channel"]["id"])
    whole = client.conversations_open(users=["U0ADALOVEL"], return_im=True)["channel"]

    assert first["channel"] == again["channel"] == {"id": workspace.direct_message("ada").id}
    assert ("already_open" in first.data, again["already_open"]) == (False, True)
    assert (whole["is_im"], whole["user"]) == (True, "U0ADALOVEL")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "users_list_not_supplied"),
        ({"users": "U0NOBODY"}, "user_not_found"),
        ({"users": "U0VERAVERA"}, "user_not_found"),
        ({"users": "U0GRACEHOP"}, "user_disabled"),
        ({"users": ",".join(f"U{n}" for n in range(9))}, "too_many_users"),
        ({"channel": "C0000000005"}, "method_not_supported_for_channel_type"),
        ({"channel": "D0NOWHERE"}, "channel_not_found"),
    ],
)
def test_opening_is_refused_in_slacks_words(
    client: WebClient, workspace: Workspace, general: str, arguments: dict[str, Any], error: str
):
    workspace.change_person("grace", deleted=True)
    arguments = {"channel": general} if error == "method_not_supported_for_channel_type" else arguments

    assert refusal(client.api_call, api_method="conversations.open", params=arguments)["error"] == error


def test_a_user_is_described_with_their_time_zone(client: WebClient):
    user = client.users_info(user="U0ADALOVEL")["user"]

    assert (user["name"], user["real_name"], user["tz"], user["tz_offset"]) == (
        "ada",
        "Ada Lovelace",
        "Europe/London",
        0,
    )
    assert user["profile"]["display_name"] == "ada"
    assert user["is_bot"] is False
    assert "is_stranger" not in user


def test_users_from_elsewhere_deleted_ones_and_bots_are_told_apart(client: WebClient, workspace: Workspace):
    workspace.change_person("grace", deleted=True)
    workspace.add_person("max", "Max Born", id="U0MAXBORNX", team_id="T0ELSEWHER", enterprise_id="E0GRID")

    shared = client.users_info(user="U0ROSAPARK")["user"]
    stranger = client.users_info(user="U0MAXBORNX")["user"]
    gone = client.users_info(user="U0GRACEHOP")["user"]
    bot = client.users_info(user="U0VERAVERA")["user"]

    assert (shared["team_id"], shared["is_stranger"]) == ("T0ELSEWHER", False)
    assert stranger["is_stranger"] is True
    assert stranger["enterprise_user"]["enterprise_id"] == "E0GRID"
    assert gone["deleted"] is True
    assert "tz" not in gone
    assert (bot["is_bot"], bot["profile"]["bot_id"]) == (True, "B0VERAVERA")


def test_nobody_is_not_found(client: WebClient):
    assert refusal(client.users_info, user="U0NOBODY")["error"] == "user_not_found"


def test_users_are_listed_in_pages(client: WebClient, workspace: Workspace):
    first = client.users_list(limit=3)
    second = client.users_list(limit=3, cursor=first["response_metadata"]["next_cursor"])

    found = [member["id"] for answer in (first, second) for member in answer["members"]]
    assert found == [person.id for person in workspace.people()]
    assert second["response_metadata"]["next_cursor"] == ""


def test_the_bot_learns_who_it_is(client: WebClient):
    answer = client.auth_test()

    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0VERAVERA", "B0VERAVERA", "T0PLAYGRND")


def test_api_test_says_back_what_it_was_told(client: WebClient):
    assert client.api_test(foo="bar")["args"] == {"foo": "bar"}
    assert refusal(client.api_test, error="my_error")["error"] == "my_error"
