"""What an agent says of itself, called with slack_sdk's client over the wire; two minutes are turned by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from unit.playground.hand_time import HandTime
    from vera.playground.slack.agents import SessionStatus
    from vera.playground.slack.workspace import Workspace

ADA, TEAM = "U0ADALOVEL", "T0PLAYGRND"
FOR_ADA = {"recipient_user_id": ADA, "recipient_team_id": TEAM}


@pytest.fixture
def question(workspace: Workspace):
    return workspace.say("ada", "general", "why?")


@pytest.fixture
def thread(general: str, question: str):
    """Return the arguments that name a thread."""
    return {"channel_id": general, "thread_ts": question}


def refusal(call: Any, **arguments: Any):
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return refused.value.response["error"]


def texts(workspace: Workspace):
    return [status.text for status in workspace.agents.statuses]


def test_a_status_stands_in_its_thread_with_lines_that_take_turns(
    client: WebClient, workspace: Workspace, thread: dict[str, str]
):
    client.assistant_threads_setStatus(**thread, status="is thinking…", loading_messages=["Reading", "Reading on"])

    (status,) = workspace.agents.statuses
    assert (status.channel, status.thread_ts) == (thread["channel_id"], thread["thread_ts"])
    assert (status.text, status.loading_messages) == ("is thinking…", ("Reading", "Reading on"))
    assert status.at == workspace.now()


def test_the_next_status_stands_for_the_last_one_and_an_empty_one_takes_it_away(
    client: WebClient, workspace: Workspace, thread: dict[str, str]
):
    client.assistant_threads_setStatus(**thread, status="is thinking…")
    client.assistant_threads_setStatus(**thread, status="is writing…")
    assert texts(workspace) == ["is writing…"]

    client.assistant_threads_setStatus(**thread, status="")

    assert texts(workspace) == []


@pytest.mark.parametrize("how", ["post", "stream"])
def test_a_status_is_over_when_the_bot_speaks_in_its_thread(
    client: WebClient, workspace: Workspace, thread: dict[str, str], how: str
):
    channel, root = thread["channel_id"], thread["thread_ts"]
    elsewhere = workspace.say("grace", "general", "and why this?")
    for ts in (root, elsewhere):
        client.assistant_threads_setStatus(channel_id=channel, thread_ts=ts, status=f"is thinking of {ts}")
    workspace.say("grace", "general", "good question", thread_ts=root)
    assert len(texts(workspace)) == 2

    if how == "post":
        client.chat_postMessage(channel=channel, thread_ts=root, text="Because")
    else:
        client.chat_startStream(channel=channel, thread_ts=root, markdown_text="Because", **FOR_ADA)

    assert texts(workspace) == [f"is thinking of {elsewhere}"]


def test_a_status_is_over_after_two_minutes_unless_it_was_set_again(
    client: WebClient, workspace: Workspace, hand_time: HandTime, thread: dict[str, str]
):
    client.assistant_threads_setStatus(**thread, status="is thinking…")
    hand_time.advance(60)
    client.assistant_threads_setStatus(**thread, status="is still thinking…")
    hand_time.advance(119)
    assert texts(workspace) == ["is still thinking…"]

    with workspace.changes() as changes:
        hand_time.advance(1)
        told = changes.get(timeout_seconds=5)

    assert texts(workspace) == []
    assert told is not None
    assert (told.kind, told.detail["text"]) == ("status", "")


def test_a_status_that_is_too_old_is_not_shown_even_if_nobody_took_it_away(
    client: WebClient, workspace: Workspace, hand_time: HandTime, thread: dict[str, str]
):
    client.assistant_threads_setStatus(**thread, status="is thinking…")

    hand_time.leap(120)

    assert texts(workspace) == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"channel_id": "C0NOWHERE"}, "channel_not_found", id="no channel"),
        pytest.param({"channel_id": "random"}, "channel_not_found", id="not in it"),
        pytest.param({"thread_ts": "1.000001"}, "invalid_thread_ts", id="no message"),
        pytest.param({"thread_ts": ""}, "invalid_arguments", id="no thread"),
        pytest.param({"status": None}, "invalid_arguments", id="no status"),
        pytest.param({"loading_messages": ["a"] * 11}, "invalid_arguments", id="eleven lines"),
        pytest.param({"loading_messages": ["x" * 51]}, "invalid_arguments", id="a long line"),
        pytest.param({"loading_messages": [1]}, "invalid_arguments", id="a number"),
        pytest.param({"loading_messages": "{"}, "invalid_arguments", id="no JSON"),
    ],
)
def test_a_status_is_refused_in_slacks_words(
    client: WebClient, workspace: Workspace, thread: dict[str, str], arguments: dict[str, Any], error: str
):
    asked: dict[str, Any] = thread | {"status": "is thinking…"} | arguments
    asked["channel_id"] = {"random": workspace.channel("random").id}.get(asked["channel_id"], asked["channel_id"])

    assert refusal(client.assistant_threads_setStatus, **asked) == error
    assert texts(workspace) == []


@pytest.mark.parametrize(("scope", "is_let"), [("chat:write", True), ("assistant:write", True), ("users:read", False)])
def test_either_scope_does_for_a_status(
    client: WebClient, workspace: Workspace, thread: dict[str, str], scope: str, is_let: bool
):
    workspace.tokens[workspace.bot_token] = frozenset({scope})

    if is_let:
        client.assistant_threads_setStatus(**thread, status="is thinking…")
    else:
        assert refusal(client.assistant_threads_setStatus, **thread, status="is thinking…") == "missing_scope"

    assert texts(workspace) == ["is thinking…"] * is_let


def test_a_session_keeps_its_title_and_changes_its_status(
    client: WebClient, workspace: Workspace, thread: dict[str, str]
):
    begun = client.agents_sessions_setStatus(**thread, status="processing", title="Why", initiator_user_id=ADA)
    client.agents_sessions_setStatus(**thread, status="active", title="Another", initiator_user_id="U0GRACEHOP")

    (session,) = workspace.agents.sessions
    assert (begun["status"], begun["title"]) == ("processing", "Why")
    assert (session.status, session.title, session.initiator) == ("active", "Why", ADA)
    assert session == workspace.agents.session(thread["channel_id"], thread["thread_ts"])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"channel_id": "C0NOWHERE"}, "channel_not_found", id="no channel"),
        pytest.param({"channel_id": "random"}, "not_authorized", id="not in it"),
        pytest.param({"thread_ts": ""}, "thread_ts_required", id="no thread"),
        pytest.param({"status": "asleep"}, "invalid_status", id="no such status"),
        pytest.param({"initiator_user_id": "U0ROSAPARK"}, "user_not_found", id="not a member"),
        pytest.param({"title": "x" * 201}, "invalid_arguments", id="a long title"),
    ],
)
def test_a_session_is_refused_in_slacks_words(
    client: WebClient, workspace: Workspace, thread: dict[str, str], arguments: dict[str, Any], error: str
):
    asked: dict[str, Any] = thread | {"status": "processing"} | arguments
    asked["channel_id"] = {"random": workspace.channel("random").id}.get(asked["channel_id"], asked["channel_id"])

    assert refusal(client.agents_sessions_setStatus, **asked) == error
    assert workspace.agents.sessions == ()


@pytest.mark.parametrize(
    ("given", "status"), [({}, "active"), ({"session_status": "processing"}, "processing")], ids=["unsaid", "said"]
)
def test_the_end_of_a_stream_sets_the_sessions_status(
    client: WebClient, workspace: Workspace, thread: dict[str, str], given: dict[str, str], status: str
):
    channel, root = thread["channel_id"], thread["thread_ts"]
    client.agents_sessions_setStatus(**thread, status="processing")
    ts = client.chat_startStream(channel=channel, thread_ts=root, markdown_text="Because", **FOR_ADA)["ts"]

    client.chat_stopStream(channel=channel, ts=ts, **given)

    assert [session.status for session in workspace.agents.sessions] == [status]


def test_the_end_of_a_stream_makes_no_session(client: WebClient, workspace: Workspace, thread: dict[str, str]):
    channel, root = thread["channel_id"], thread["thread_ts"]
    ts = client.chat_startStream(channel=channel, thread_ts=root, markdown_text="Because", **FOR_ADA)["ts"]

    client.chat_stopStream(channel=channel, ts=ts)

    assert workspace.agents.sessions == ()


def test_a_person_stops_a_session_and_its_streams(client: WebClient, workspace: Workspace, thread: dict[str, str]):
    channel, root = thread["channel_id"], thread["thread_ts"]
    elsewhere = workspace.say("grace", "general", "and why this?")
    client.agents_sessions_setStatus(**thread, status="processing")
    mine, other = (
        client.chat_startStream(channel=channel, thread_ts=ts, markdown_text="Because", **FOR_ADA)["ts"]
        for ts in (root, elsewhere)
    )

    stopped = workspace.stop_session("ada", "general", root)

    assert stopped == [mine]
    assert workspace.message(channel, mine)["streaming_state"] == "completed"
    assert workspace.message(channel, mine)["text"] == "Because"
    assert refusal(client.chat_appendStream, channel=channel, ts=mine, markdown_text="a") == "stopped_by_user"
    assert refusal(client.chat_stopStream, channel=channel, ts=mine) == "message_not_in_streaming_state"
    client.chat_appendStream(channel=channel, ts=other, markdown_text=" so")
    assert workspace.agents.session(channel, root).status == "processing"  # the app says what becomes of it


@pytest.mark.parametrize(
    ("who", "status", "error"),
    [
        pytest.param("ada", None, ValueError, id="no session"),
        pytest.param("ada", "active", ValueError, id="not at work"),
        pytest.param("rosa", "processing", ValueError, id="not in there"),
        pytest.param("nobody", "processing", KeyError, id="nobody"),
    ],
)
def test_only_who_is_there_stops_only_what_is_going_on(
    workspace: Workspace, thread: dict[str, str], who: str, status: SessionStatus | None, error: type[Exception]
):
    if status:
        workspace.agents.set_session(*thread.values(), status)

    with pytest.raises(error):
        workspace.stop_session(who, "general", thread["thread_ts"])
