"""The writing methods, called with slack_sdk's client over the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from vera.playground.slack.workspace import Workspace

# slack_sdk's own advice about posts without text, which is what these tests send
pytestmark = [
    pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing:UserWarning"),
    pytest.mark.filterwarnings("ignore:Additionally, the attachment-level:UserWarning"),
]


@pytest.fixture
def posted(client: WebClient, general: str):
    return client.chat_postMessage(channel=general, text="first")["ts"]


@pytest.fixture(autouse=True)
def unlimited(workspace: Workspace):
    workspace.limits.enabled = False


def refusal(call: Any, **arguments: Any):
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return refused.value.response


def block(text: str = "hello"):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def test_a_post_is_the_bots_and_is_there(client: WebClient, workspace: Workspace, general: str):
    answer = client.chat_postMessage(channel=general, text="1 < 2")

    message = workspace.message(general, answer["ts"])
    assert answer["channel"] == general
    assert answer["message"] == message
    assert message["text"] == "1 &lt; 2"
    assert (message["user"], message["bot_id"], message["app_id"]) == ("U0VERAVERA", "B0VERAVERA", "A0VERAVERA")
    assert message["bot_profile"]["name"] == "Vera"
    assert "client_msg_id" not in message


def test_a_post_can_name_a_channel_or_a_person(client: WebClient, workspace: Workspace, general: str):
    assert client.chat_postMessage(channel="#general", text="a")["channel"] == general
    assert client.chat_postMessage(channel="U0ADALOVEL", text="a")["channel"] == workspace.direct_message("ada").id


def test_a_reply_goes_into_its_thread_and_only_a_broadcast_into_the_channel(
    client: WebClient, workspace: Workspace, general: str
):
    root = workspace.say("ada", "general", "question")
    client.chat_postMessage(channel=general, text="quiet", thread_ts=root)
    loud = client.chat_postMessage(channel=general, text="loud", thread_ts=root, reply_broadcast=True)

    assert workspace.message(general, root)["reply_count"] == 2
    assert workspace.history_ts(general) == [loud["ts"], root]
    assert loud["message"]["parent_user_id"] == "U0ADALOVEL"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"channel": "C0NOWHERE", "text": "a"}, "channel_not_found", id="no channel"),
        pytest.param({"channel": "U0NOBODY", "text": "a"}, "channel_not_found", id="no person"),
        pytest.param({"channel": "random", "text": "a"}, "not_in_channel", id="not in it"),
        pytest.param({"channel": "secret", "text": "a"}, "channel_not_found", id="private and not in it"),
        pytest.param({"channel": "old", "text": "a"}, "is_archived", id="archived"),
        pytest.param({"channel": "general"}, "no_text", id="nothing"),
        pytest.param({"channel": "general", "text": " \n"}, "no_text", id="blank"),
        pytest.param({"channel": "general", "text": "a", "thread_ts": "1.000001"}, "thread_not_found", id="thread"),
        pytest.param({"channel": "general", "markdown_text": "x" * 12_001}, "msg_too_long", id="markdown"),
        pytest.param({"channel": "general", "markdown_text": "a", "text": "b"}, "markdown_text_conflict", id="both"),
        pytest.param(
            {"channel": "general", "markdown_text": "a", "blocks": [block()]}, "markdown_text_conflict", id="and blocks"
        ),
        pytest.param({"channel": "general", "text": "a", "blocks": [{"type": "no"}]}, "invalid_blocks", id="blocks"),
        pytest.param({"channel": "general", "text": "a", "blocks": "{"}, "invalid_blocks_format", id="no JSON"),
        pytest.param({"channel": "general", "text": "a", "blocks": "{}"}, "invalid_blocks_format", id="no list"),
        pytest.param({"channel": "general", "blocks": [block("x" * 2_900)] * 5}, "msg_blocks_too_long", id="together"),
        pytest.param({"channel": "general", "attachments": "x"}, "invalid_attachments", id="attachments"),
        pytest.param({"channel": "general", "attachments": '"x"'}, "invalid_attachments", id="attachments no list"),
        pytest.param(
            {"channel": "general", "attachments": [{"blocks": "x"}]}, "invalid_attachments", id="their blocks"
        ),
        pytest.param(
            {"channel": "general", "attachments": [{"blocks": [{"type": "no"}]}]},
            "invalid_attachments",
            id="no such block in them",
        ),
        pytest.param({"channel": "general", "attachments": [{}] * 101}, "too_many_attachments", id="attachments many"),
        pytest.param({"channel": "general", "text": "a", "metadata": "{"}, "invalid_metadata_format", id="metadata"),
        pytest.param({"channel": "general", "text": "a", "metadata": "[1]"}, "invalid_metadata_format", id="a list"),
        pytest.param(
            {"channel": "general", "text": "a", "metadata": {"event_type": "x"}}, "invalid_metadata_schema", id="half"
        ),
        pytest.param(
            {
                "channel": "general",
                "text": "a",
                "metadata": {"event_type": "x", "event_payload": {"a": "x" * 16_384}},
            },
            "metadata_too_large",
            id="large metadata",
        ),
    ],
)
def test_a_post_is_refused_in_slacks_words(
    client: WebClient, workspace: Workspace, arguments: dict[str, Any], error: str
):
    workspace.add_channel("old", members=["vera", "ada"])
    workspace.archive("old")
    workspace.add_channel("secret", members=["ada"], kind="group")

    answer = refusal(client.chat_postMessage, **arguments)

    assert answer["error"] == error
    assert workspace.history_ts("general") == []


def test_what_is_missing_is_named(client: WebClient, general: str):
    answer = refusal(client.api_call, api_method="chat.update", json={"channel": general, "text": "a"})

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: ts"]


def test_an_object_where_a_string_belongs_is_refused(client: WebClient, general: str):
    answer = refusal(client.api_call, api_method="chat.postMessage", json={"channel": general, "text": ["a"]})

    assert answer["error"] == "invalid_arguments"


def test_refused_blocks_say_where(client: WebClient, general: str):
    answer = refusal(client.chat_postMessage, channel=general, blocks=[block("x" * 3_001)])

    assert "json-pointer:/blocks/0/text/text" in answer["response_metadata"]["messages"][0]


def test_a_reply_to_a_reply_or_to_a_join_is_refused(client: WebClient, workspace: Workspace, general: str):
    root = workspace.say("ada", "general", "question")
    reply = workspace.say("ada", "general", "more", thread_ts=root)
    joined = workspace.join("rosa", "general")

    for ts in (reply, joined):
        answer = refusal(client.chat_postMessage, channel=general, text="a", thread_ts=ts)
        assert answer["error"] == "cannot_reply_to_message"


def test_a_posts_text_is_cut_at_40000_characters(client: WebClient, workspace: Workspace, general: str):
    ts = client.chat_postMessage(channel=general, text="x" * 40_001)["ts"]

    assert len(workspace.message(general, ts)["text"]) == 40_000


def test_markdown_text_becomes_a_markdown_block(client: WebClient, general: str):
    message = client.chat_postMessage(channel=general, markdown_text="**hi**")["message"]

    assert message["blocks"] == [{"type": "markdown", "text": "**hi**"}]


def test_attachments_stand_for_a_text(client: WebClient, general: str):
    attachments = [{"color": "#abcdef", "text": "hello"}]

    message = client.chat_postMessage(channel=general, attachments=attachments)["message"]

    assert (message["text"], message["attachments"]) == ("", attachments)


def test_an_edit_replaces_the_text_and_says_that_it_was_edited(
    client: WebClient, workspace: Workspace, general: str, posted: str
):
    answer = client.chat_update(channel=general, ts=posted, text="second & last")

    message = workspace.message(general, posted)
    assert answer["text"] == message["text"] == "second &amp; last"
    assert answer["ts"] == posted
    assert message["edited"]["user"] == "U0VERAVERA"
    assert message["edited"]["ts"] > posted
    assert [v.message["text"] for v in workspace.versions(general, posted)] == ["first", "second &amp; last"]


def test_an_edit_with_text_alone_removes_the_blocks_and_leaves_the_metadata(
    client: WebClient, workspace: Workspace, general: str
):
    metadata = {"event_type": "turn", "event_payload": {"key": "1"}}
    ts = client.chat_postMessage(channel=general, text="a", blocks=[block()], metadata=metadata)["ts"]

    client.chat_update(channel=general, ts=ts, text="b")

    message = workspace.message(general, ts)
    assert "blocks" not in message
    assert message["metadata"] == metadata


def test_an_edit_leaves_the_attachments_unless_it_says_that_they_go(
    client: WebClient, workspace: Workspace, general: str
):
    button = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Stop"}}
    actions = {"type": "actions", "block_id": "b", "elements": [button]}
    ts = client.chat_postMessage(channel=general, text="a", attachments=[{"blocks": [actions]}])["ts"]

    client.chat_update(channel=general, ts=ts, text="b")
    (kept,) = workspace.message(general, ts)["attachments"]
    client.chat_update(channel=general, ts=ts, text="c", attachments=[])

    assert kept == {"id": 1, "fallback": "[no preview available]", "blocks": [actions]}
    assert "attachments" not in workspace.message(general, ts)


def test_an_edit_with_blocks_alone_keeps_the_text(client: WebClient, workspace: Workspace, general: str, posted: str):
    client.chat_update(channel=general, ts=posted, blocks=[block("new")])

    message = workspace.message(general, posted)
    assert message["text"] == "first"
    assert message["blocks"] == [block("new")]


def test_an_empty_object_removes_the_metadata(client: WebClient, workspace: Workspace, general: str):
    metadata = {"event_type": "turn", "event_payload": {}}
    ts = client.chat_postMessage(channel=general, text="a", metadata=metadata)["ts"]

    client.api_call("chat.update", params={"channel": general, "ts": ts, "text": "a", "metadata": "{}"})

    assert "metadata" not in workspace.message(general, ts)


@pytest.mark.parametrize("text", ["x" * 4_000, "ü" * 2_000, "&" * 800], ids=["plain", "two bytes each", "escaped"])
def test_an_edit_may_have_4000_bytes_after_escaping(client: WebClient, general: str, posted: str, text: str):
    assert client.chat_update(channel=general, ts=posted, text=text)["ok"]


@pytest.mark.parametrize("text", ["x" * 4_001, "ü" * 2_001, "&" * 801], ids=["plain", "two bytes each", "escaped"])
@pytest.mark.parametrize("beside", [{}, {"blocks": [block()]}], ids=["alone", "beside blocks"])
def test_an_edit_with_more_is_refused(client: WebClient, general: str, posted: str, text: str, beside: dict[str, Any]):
    answer = refusal(client.chat_update, channel=general, ts=posted, text=text, **beside)

    assert answer["error"] == "msg_too_long"


def test_an_edit_is_refused_in_slacks_words(client: WebClient, workspace: Workspace, general: str, posted: str):
    adas = workspace.say("ada", "general", "mine")
    gone = workspace.say("ada", "general", "gone")
    workspace.say("grace", "general", "reply", thread_ts=gone)
    workspace.delete("ada", "general", gone)

    def error(**arguments: Any):
        return refusal(client.chat_update, **{"channel": general, "ts": posted, "text": "a"} | arguments)["error"]

    assert error(ts=adas) == "cant_update_message"
    assert error(ts="1.000001") == "message_not_found"
    assert error(ts=gone) == "message_not_found"
    assert error(channel="C0NOWHERE") == "channel_not_found"
    assert error(channel="general") == "channel_not_found"
    assert error(text="") == "no_text"
    workspace.archive("general")
    assert error() == "is_inactive"


def test_a_message_is_deleted_by_who_wrote_it(client: WebClient, workspace: Workspace, general: str, posted: str):
    adas = workspace.say("ada", "general", "mine")

    assert client.chat_delete(channel=general, ts=posted)["ts"] == posted

    assert workspace.message(general, posted) is None
    assert refusal(client.chat_delete, channel=general, ts=posted)["error"] == "message_not_found"
    assert refusal(client.chat_delete, channel=general, ts=adas)["error"] == "cant_delete_message"


def test_an_ephemeral_message_is_seen_by_one_and_kept_by_none(client: WebClient, workspace: Workspace, general: str):
    with workspace.changes() as changes:
        answer = client.chat_postEphemeral(channel=general, user="U0ADALOVEL", text="psst", thread_ts="1.000001")
        change = changes.get(timeout_seconds=5)

    assert change.kind == "whispered"
    assert change.detail["to"] == "U0ADALOVEL"
    assert (change.message["text"], change.message["thread_ts"]) == ("psst", "1.000001")
    assert workspace.message(general, answer["message_ts"]) is None


def test_an_ephemeral_message_needs_somebody_in_the_channel(client: WebClient, general: str):
    for user in ("U0ROSAPARK", "U0NOBODY"):
        answer = refusal(client.chat_postEphemeral, channel=general, user=user, text="psst")
        assert answer["error"] == "user_not_in_channel"


def test_a_reaction_is_added_once(client: WebClient, workspace: Workspace, general: str, posted: str):
    client.reactions_add(channel=general, timestamp=posted, name=":eyes:")

    assert workspace.message(general, posted)["reactions"][0]["users"] == ["U0VERAVERA"]
    again = refusal(client.reactions_add, channel=general, timestamp=posted, name="eyes")
    assert again["error"] == "already_reacted"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"timestamp": "1.000001"}, "message_not_found"),
        ({"timestamp": "yesterday"}, "bad_timestamp"),
        ({"timestamp": ""}, "no_item_specified"),
        ({"name": "no such thing"}, "invalid_name"),
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
    ],
)
def test_a_reaction_is_refused_in_slacks_words(
    client: WebClient, general: str, posted: str, arguments: dict[str, Any], error: str
):
    whole = {"channel": general, "timestamp": posted, "name": "eyes"} | arguments

    assert refusal(client.api_call, api_method="reactions.add", params=whole)["error"] == error


def test_a_message_has_room_for_23_reactions(client: WebClient, general: str, posted: str):
    for number in range(23):
        client.reactions_add(channel=general, timestamp=posted, name=f"emoji{number}")

    answer = refusal(client.reactions_add, channel=general, timestamp=posted, name="one_more")
    assert answer["error"] == "too_many_emoji"


def test_a_form_says_the_same_as_json(client: WebClient, workspace: Workspace, general: str):
    arguments = {"channel": general, "text": "a", "blocks": json.dumps([block()]), "unfurl_links": "false"}

    ts = client.api_call("chat.postMessage", data=arguments)["ts"]

    assert workspace.message(general, ts)["blocks"] == [block()]
