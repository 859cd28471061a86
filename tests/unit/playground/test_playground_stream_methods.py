"""The methods that stream a message, called with slack_sdk's client over the wire; five minutes are turned by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

from vera.playground.slack.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from slack_sdk import WebClient

    from unit.playground.hand_time import HandTime

ADA, TEAM = "U0ADALOVEL", "T0PLAYGRND"
FOR_ADA = {"recipient_user_id": ADA, "recipient_team_id": TEAM}
BUTTONS = {"type": "section", "text": {"type": "mrkdwn", "text": "below"}}
METADATA = {"event_type": "vera_reply", "event_payload": {"turn": "1"}}


@pytest.fixture(autouse=True)
def unlimited(workspace: Workspace):
    workspace.limits.enabled = False


@pytest.fixture
def question(workspace: Workspace):
    return workspace.say("ada", "general", "why?")


@pytest.fixture
def stream(client: WebClient, general: str, question: str):
    """Return the ts of a stream that has begun."""
    return client.chat_startStream(channel=general, thread_ts=question, markdown_text="Because ", **FOR_ADA)["ts"]


def refusal(call: Any, **arguments: Any):
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return refused.value.response["error"]


def shown(client: WebClient, channel: str, root: str, ts: str):
    """Return a message as the app reads it back."""
    replies = client.conversations_replies(channel=channel, ts=root, include_all_metadata=True)["messages"]
    return next(message for message in replies if message["ts"] == ts)


def test_a_stream_is_a_message_of_the_bots_that_grows(client: WebClient, general: str, question: str, stream: str):
    answer = client.chat_appendStream(channel=general, ts=stream, markdown_text="**1 < 2**")

    message = shown(client, general, question, stream)
    assert (answer["channel"], answer["ts"]) == (general, stream)
    assert message["text"] == "Because **1 &lt; 2**"
    assert message["blocks"] == [{"type": "markdown", "text": "Because **1 < 2**"}]
    assert (message["bot_id"], message["thread_ts"]) == ("B0VERAVERA", question)
    assert message["streaming_state"] == "in_progress"
    assert "metadata" not in message
    assert "edited" not in message


def test_a_stream_ends_with_its_last_words_blocks_and_metadata(
    client: WebClient, general: str, question: str, stream: str
):
    answer = client.chat_stopStream(
        channel=general, ts=stream, markdown_text="so.", blocks=[BUTTONS], metadata=METADATA
    )

    message = shown(client, general, question, stream)
    assert answer["message"] == message
    assert message["text"] == "Because so."
    assert message["blocks"] == [{"type": "markdown", "text": "Because so."}, BUTTONS]
    assert message["metadata"] == METADATA
    assert message["streaming_state"] == "completed"


def test_a_stream_may_begin_with_nothing(client: WebClient, general: str, question: str):
    ts = client.chat_startStream(channel=general, thread_ts=question, **FOR_ADA)["ts"]

    message = shown(client, general, question, ts)

    assert message["text"] == ""
    assert "blocks" not in message


def test_a_direct_message_needs_no_recipient(client: WebClient, workspace: Workspace):
    direct = workspace.direct_message("ada").id
    asked = workspace.say("ada", direct, "why?")

    started = client.chat_startStream(channel=direct, thread_ts=asked, markdown_text="So.")

    assert workspace.message(direct, started["ts"])["text"] == "So."


def test_slack_sdks_own_streamer_is_understood(client: WebClient, workspace: Workspace, general: str, question: str):
    streamer = client.chat_stream(channel=general, thread_ts=question, buffer_size=4, **FOR_ADA)
    streamer.append(markdown_text="one ")
    streamer.append(markdown_text="two ")

    streamer.stop(markdown_text="three")

    assert workspace.message(general, str(streamer.ts))["text"] == "one two three"


def test_of_chunks_the_markdown_is_shown(client: WebClient, workspace: Workspace, general: str, question: str):
    task = {"type": "task_update", "id": "1", "title": "Reading", "status": "in_progress"}
    chunks = [{"type": "markdown_text", "text": "one "}, task, {"type": "markdown_text", "text": "two"}]

    started = client.chat_startStream(channel=general, thread_ts=question, chunks=chunks, **FOR_ADA)

    assert workspace.message(general, started["ts"])["text"] == "one two"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"channel": "C0NOWHERE"}, "channel_not_found", id="no channel"),
        pytest.param({"channel": "#general"}, "channel_not_found", id="a name"),
        pytest.param({"channel": "random"}, "not_in_channel", id="not in it"),
        pytest.param({"channel": "old"}, "is_archived", id="archived"),
        pytest.param({"thread_ts": ""}, "invalid_arguments", id="no thread"),
        pytest.param({"thread_ts": "1.000001"}, "thread_not_found", id="no such thread"),
        pytest.param({"recipient_team_id": ""}, "missing_recipient_team_id", id="team"),
        pytest.param({"recipient_user_id": ""}, "missing_recipient_user_id", id="person"),
        pytest.param({"recipient_user_id": "U0NOBODY"}, "user_not_found", id="nobody"),
        pytest.param({"markdown_text": "x" * 12_001}, "msg_too_long", id="too long"),
        pytest.param({"chunks": "{"}, "invalid_chunks", id="no JSON"),
        pytest.param({"chunks": ["x"]}, "invalid_chunks", id="no objects"),
        pytest.param({"chunks": [{"type": "no"}]}, "invalid_chunks", id="no such chunk"),
        pytest.param({"chunks": [{"type": "markdown_text"}]}, "invalid_chunks", id="without text"),
        pytest.param(
            {"markdown_text": "a", "chunks": [{"type": "markdown_text", "text": "b"}]},
            "cannot_provide_both_markdown_text_and_chunks",
            id="both",
        ),
    ],
)
def test_a_start_is_refused_in_slacks_words(
    client: WebClient, workspace: Workspace, question: str, arguments: dict[str, Any], error: str
):
    general = workspace.channel("general").id
    old = workspace.add_channel("old", members=["vera", "ada"]).id
    workspace.archive("old")
    named = {"old": old, "random": workspace.channel("random").id}
    asked = {"channel": general, "thread_ts": question} | FOR_ADA | arguments
    asked["channel"] = named.get(asked["channel"], asked["channel"])

    assert refusal(client.chat_startStream, **asked) == error


@pytest.mark.parametrize("kind", ["reply", "join"])
def test_nobody_streams_below_a_reply_or_a_join(
    client: WebClient, workspace: Workspace, general: str, question: str, kind: str
):
    reply = workspace.say("grace", "general", "me too", thread_ts=question)
    ts = reply if kind == "reply" else workspace.join("rosa", "general")

    refused = refusal(client.chat_startStream, channel=general, thread_ts=ts, markdown_text="a", **FOR_ADA)

    assert refused == "cannot_reply_to_message"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"channel": "C0NOWHERE", "markdown_text": "a"}, "channel_not_found", id="no channel"),
        pytest.param({"ts": "1.000001", "markdown_text": "a"}, "message_not_found", id="no message"),
        pytest.param({"ts": "question", "markdown_text": "a"}, "message_not_owned_by_app", id="a person's"),
        pytest.param({"ts": "post", "markdown_text": "a"}, "message_not_in_streaming_state", id="no stream"),
        pytest.param({}, "markdown_text_or_chunks_required", id="nothing"),
        pytest.param({"markdown_text": ""}, "no_text", id="empty"),
        pytest.param({"markdown_text": "x" * 11_993}, "msg_too_long", id="too long together"),
        pytest.param(
            {"chunks": [{"type": "markdown_text", "text": "a"}]}, "streaming_mode_mismatch", id="another kind"
        ),
    ],
)
def test_an_append_is_refused_in_slacks_words(
    client: WebClient, workspace: Workspace, stream: str, arguments: dict[str, Any], error: str
):
    general = workspace.channel("general").id
    question = workspace.message(general, stream)["thread_ts"]
    posted = client.chat_postMessage(channel=general, text="a post")["ts"]
    asked = {"channel": general, "ts": stream} | arguments
    asked["ts"] = {"question": question, "post": posted}.get(asked["ts"], asked["ts"])

    assert refusal(client.chat_appendStream, **asked) == error
    assert workspace.message(general, stream)["text"] == "Because "


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"ts": "1.000001"}, "message_not_found", id="no message"),
        pytest.param({"markdown_text": "x" * 11_993}, "msg_too_long", id="too long together"),
        pytest.param({"blocks": [{"type": "no"}]}, "invalid_blocks", id="blocks"),
        pytest.param({"metadata": {"event_type": "x"}}, "invalid_metadata_schema", id="metadata"),
        pytest.param({"session_status": "asleep"}, "invalid_arguments", id="status"),
    ],
)
def test_a_stop_that_is_refused_leaves_the_stream_as_it_was(
    client: WebClient, workspace: Workspace, stream: str, arguments: dict[str, Any], error: str
):
    asked = {"channel": workspace.channel("general").id, "ts": stream} | arguments

    assert refusal(client.chat_stopStream, **asked) == error
    assert workspace.message("general", stream)["streaming_state"] == "in_progress"


def test_a_stream_without_a_word_cannot_be_stopped(client: WebClient, general: str, question: str):
    ts = client.chat_startStream(channel=general, thread_ts=question, **FOR_ADA)["ts"]

    assert refusal(client.chat_stopStream, channel=general, ts=ts) == "no_text"


def test_twelve_thousand_characters_are_borne(client: WebClient, workspace: Workspace, general: str, stream: str):
    client.chat_appendStream(channel=general, ts=stream, markdown_text="x" * 11_991)

    client.chat_stopStream(channel=general, ts=stream, markdown_text="y")

    assert len(workspace.message(general, stream)["text"]) == 12_000


def test_what_was_stopped_takes_nothing_more_but_an_edit(
    client: WebClient, workspace: Workspace, general: str, stream: str
):
    client.chat_stopStream(channel=general, ts=stream)

    ended = "message_not_in_streaming_state"
    assert refusal(client.chat_appendStream, channel=general, ts=stream, markdown_text="a") == ended
    assert refusal(client.chat_stopStream, channel=general, ts=stream) == ended
    client.chat_update(channel=general, ts=stream, markdown_text="put right")
    assert workspace.message(general, stream)["text"] == "put right"


def test_while_it_streams_a_message_can_be_neither_edited_nor_deleted(
    client: WebClient, workspace: Workspace, general: str, stream: str
):
    assert refusal(client.chat_update, channel=general, ts=stream, text="a") == "streaming_state_conflict"
    assert refusal(client.chat_delete, channel=general, ts=stream) == "cant_delete_message"
    assert workspace.message(general, stream)["text"] == "Because "


def test_a_stream_is_over_five_minutes_after_its_start_however_active(
    client: WebClient, workspace: Workspace, hand_time: HandTime, general: str, stream: str
):
    hand_time.advance(299)
    client.chat_appendStream(channel=general, ts=stream, markdown_text="so")

    hand_time.advance(1)

    ended = "message_not_in_streaming_state"
    assert workspace.message(general, stream)["streaming_state"] == "completed"
    assert refusal(client.chat_appendStream, channel=general, ts=stream, markdown_text="a") == ended
    assert refusal(client.chat_stopStream, channel=general, ts=stream) == ended
    client.chat_update(channel=general, ts=stream, markdown_text="Because so.")
    assert workspace.message(general, stream)["text"] == "Because so."


def test_a_stream_whose_end_nobody_was_told_of_is_over_all_the_same(
    client: WebClient, hand_time: HandTime, general: str, stream: str
):
    hand_time.leap(300)

    refused = refusal(client.chat_appendStream, channel=general, ts=stream, markdown_text="a")

    assert refused == "message_not_in_streaming_state"


def test_a_stream_that_was_deleted_is_gone_for_good(
    client: WebClient, workspace: Workspace, hand_time: HandTime, general: str, stream: str
):
    workspace.delete("vera", "general", stream)

    hand_time.advance(300)

    assert workspace.message(general, stream) is None
    assert refusal(client.chat_stopStream, channel=general, ts=stream) == "message_not_found"


def test_a_stream_that_its_workspace_left_in_progress_is_over_when_it_opens_again(tmp_path: Path, hand_time: HandTime):
    first = Workspace(time=hand_time, path=tmp_path / "workspace.sqlite3")
    root = first.say("ada", "general", 'what is "streaming_state":"in_progress"?')
    ts = first.streams.start(first.channel("general"), root, "half", "markdown_text").ts
    first.close()
    hand_time.advance(300)  # what was planned for a workspace that is closed does no harm

    again = Workspace(time=hand_time, path=tmp_path / "workspace.sqlite3")

    assert again.message("general", ts)["streaming_state"] == "completed"
    assert again.message("general", ts)["text"] == "half"
    assert "streaming_state" not in again.message("general", root)
    again.close()


def test_appends_make_no_events_and_the_end_makes_one(workspace: Workspace, client: WebClient, general: str):
    root = workspace.say("ada", "general", "why?")
    with workspace.changes() as changes:
        ts = client.chat_startStream(channel=general, thread_ts=root, markdown_text="a", **FOR_ADA)["ts"]
        client.chat_appendStream(channel=general, ts=ts, markdown_text="b")
        client.chat_stopStream(channel=general, ts=ts, markdown_text="c")
        told = [changes.get(timeout_seconds=5) for _ in range(6)]

    about = [(change.kind, change.announced, change.message["text"]) for change in told if change and change.ts == ts]
    assert about == [("posted", True, "a"), ("edited", False, "ab"), ("edited", True, "abc")]


def test_streams_have_slacks_limits(client: WebClient, workspace: Workspace, general: str, question: str):
    workspace.limits.enabled = True
    ts = client.chat_startStream(channel=general, thread_ts=question, **FOR_ADA)["ts"]
    for _ in range(20):
        client.chat_appendStream(channel=general, ts=ts, markdown_text="a")

    refused = refusal(client.chat_appendStream, channel=general, ts=ts, markdown_text="a")

    assert refused == "ratelimited"
    assert workspace.message(general, ts)["text"] == "a" * 20


def test_a_workspace_can_refuse_streams(client: WebClient, workspace: Workspace, general: str, question: str):
    workspace.faults.add("chat.startStream", error="channel_type_not_supported")

    refused = refusal(client.chat_startStream, channel=general, thread_ts=question, markdown_text="a", **FOR_ADA)

    assert refused == "channel_type_not_supported"
    assert workspace.thread_ts("general", question) == [question]


def test_a_stream_whose_answer_was_lost_has_begun(client: WebClient, workspace: Workspace, general: str, question: str):
    workspace.faults.add("chat.startStream", times=1, drop=True, applied=True)

    with pytest.raises(Exception, match=r"closed|reset|disconnected"):
        client.chat_startStream(channel=general, thread_ts=question, markdown_text="a", **FOR_ADA)

    (_, ts) = workspace.thread_ts("general", question)
    assert workspace.message(general, ts)["streaming_state"] == "in_progress"
