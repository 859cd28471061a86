"""What Vera's streams say to Slack, call by call, beyond what every surface promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.ledger import StandingClock
from fakes.slack_api import RATE_LIMITED, Answer, SmallSlack, refusal
from vera.assistant.conversation import Turn
from vera.errors import MessageGone, RateLimited, StopAsked, SurfaceRefused, SurfaceUnavailable
from vera.slack.bot import Bot
from vera.slack.mark import mark_of, marked
from vera.slack.own import METADATA_TYPE
from vera.slack.streamed import to_streamed
from vera.slack.streams import SlackStreams
from vera.slack.surface import SlackSurface
from vera.slack.web import web_client

if TYPE_CHECKING:
    from slack_sdk import WebClient

TURN = Turn("C1", "1700000000.000100", "U1", "Well?", thread_ts="1600000000.000100", team="T1")
DIRECT = Turn("D1", "1700000000.000100", "U1", direct=True)
FAULT = Answer({"ok": False, "error": "internal_error"}, carry_out=True)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def streams(client: WebClient, clock: StandingClock) -> SlackStreams:
    return SlackStreams(client, bot=Bot(client), clock=clock)


def metadata(state: str) -> dict[str, Any]:
    return {"event_type": METADATA_TYPE, "event_payload": {"turn": TURN.key, "part": 0, "state": state}}


def writes(slack: SmallSlack) -> list[str]:
    return [name for name, _ in slack.calls if name.startswith("chat.")]


def test_a_stream_is_started_in_the_thread_for_the_asker_with_a_mark(slack: SmallSlack, streams: SlackStreams):
    streams.post(TURN, "It **is** <!here>", part=2, state="writing")

    assert slack.calls[:1] == [
        (
            "chat.startStream",
            {
                "channel": "C1",
                "thread_ts": "1600000000.000100",
                "markdown_text": marked("It **is** &lt;!here&gt;", mark_of(TURN.key, 2)),
                "recipient_user_id": "U1",
                "recipient_team_id": "T1",
            },
        )
    ]


RECIPIENTS = {
    "from elsewhere": (Turn("C1", "1.5", "U1", team="T1", user_team="T2"), "T2"),
    "whose team nobody told": (Turn("C1", "1.5", "U1"), "T0ACME"),
    "in a direct conversation": (Turn("D1", "1.5", "U1", direct=True, team="T1"), "T1"),
    "in a direct conversation, whose team nobody told": (Turn("D1", "1.5", "U1", direct=True), None),
}


@pytest.mark.parametrize(("turn", "team"), RECIPIENTS.values(), ids=RECIPIENTS.keys())
def test_a_stream_names_the_team_of_an_asker(slack: SmallSlack, streams: SlackStreams, turn: Turn, team: str | None):
    streams.post(turn, "It is", part=0, state="writing")

    assert slack.called("chat.startStream")[0].get("recipient_team_id") == team


def test_only_what_is_new_is_appended_and_only_when_it_is_decided(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")

    for text in ("It is", "It is <", "It is <@U1", "It is <@U1>", "It is <@U1> who"):
        streams.edit(TURN, ts, text, part=0, state="writing")

    assert [call["markdown_text"] for call in slack.called("chat.appendStream")] == [" ", "&lt;@U1&gt;", " who"]


def test_a_stream_is_stopped_with_what_is_missing_and_says_what_it_was(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")

    streams.edit(TURN, ts, "It is open.", part=0, state="done")

    stop = {"channel": "C1", "ts": ts, "markdown_text": " open.", "metadata": metadata("done")}
    assert slack.called("chat.stopStream") == [stop]
    assert writes(slack) == ["chat.startStream", "chat.stopStream"]


def test_a_stream_that_holds_the_whole_text_is_stopped_without_any(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")

    streams.edit(TURN, ts, "It is", part=0, state="done")

    assert slack.called("chat.stopStream") == [{"channel": "C1", "ts": ts, "metadata": metadata("done")}]


def test_another_text_is_edited_in_after_the_stop(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")

    streams.edit(TURN, ts, "**No**.", part=0, state="done")

    assert writes(slack) == ["chat.startStream", "chat.stopStream", "chat.update"]
    assert slack.called("chat.update") == [
        {"channel": "C1", "ts": ts, "markdown_text": "**No**.", "metadata": metadata("done"), "attachments": []}
    ]


def test_what_is_done_at_once_is_posted(slack: SmallSlack, streams: SlackStreams):
    streams.post(TURN, "**No**.", part=0, state="done")

    assert slack.called("chat.postMessage") == [
        {
            "channel": "C1",
            "thread_ts": "1600000000.000100",
            "markdown_text": "**No**.",
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": metadata("done"),
        }
    ]


@pytest.mark.parametrize("text", ["", "\u200b"])
def test_a_text_without_anything_to_see_is_not_posted_empty(slack: SmallSlack, streams: SlackStreams, text: str):
    streams.post(TURN, text, part=0, state="done")

    assert slack.called("chat.postMessage")[0]["markdown_text"] == "…"


OVER = ("message_not_in_streaming_state", "stopped_by_user")


@pytest.mark.parametrize(
    ("state", "method", "code"),
    [
        ("writing", "chat.appendStream", OVER[0]),
        ("done", "chat.stopStream", OVER[0]),
        ("done", "chat.stopStream", OVER[1]),
    ],
)
def test_a_stream_that_is_over_goes_on_by_edits(
    slack: SmallSlack, streams: SlackStreams, state: Any, method: str, code: str
):
    ts = streams.post(TURN, "It is", part=0, state="writing")
    slack.script(method, refusal(code))
    slack.end_stream("C1", ts)

    streams.edit(TURN, ts, "It is open", part=0, state=state)
    streams.edit(TURN, ts, "It is open at 8", part=0, state=state)

    assert writes(slack) == ["chat.startStream", method, "chat.update", "chat.update"]
    assert slack.channels["C1"][ts]["text"] == "It is open at 8"


def test_a_stream_that_its_reader_has_stopped_takes_no_more_and_says_so(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(DIRECT, "It is", part=0, state="writing")
    slack.script("chat.appendStream", refusal("stopped_by_user"))
    slack.end_stream("D1", ts)

    with pytest.raises(StopAsked):
        streams.edit(DIRECT, ts, "It is open", part=0, state="writing")
    streams.edit(DIRECT, ts, "It is\n\nYou stopped this answer.", part=0, state="done")

    assert slack.channels["D1"][ts]["text"] == "It is\n\nYou stopped this answer."


def test_a_stream_that_somebody_has_stopped_in_a_channel_goes_on_until_the_event_says_who(
    slack: SmallSlack, streams: SlackStreams
):
    ts = streams.post(TURN, "It is", part=0, state="writing")
    slack.script("chat.appendStream", refusal("stopped_by_user"))
    slack.end_stream("C1", ts)

    streams.edit(TURN, ts, "It is open", part=0, state="writing")

    assert slack.channels["C1"][ts]["text"] == "It is open"


def test_what_may_have_been_appended_is_not_appended_again(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")
    slack.script("chat.appendStream", FAULT)
    with pytest.raises(SurfaceUnavailable):
        streams.edit(TURN, ts, "It is open", part=0, state="writing")

    streams.edit(TURN, ts, "It is open at", part=0, state="writing")
    streams.edit(TURN, ts, "It is open at 8", part=0, state="writing")

    assert writes(slack)[1:] == ["chat.appendStream", "chat.stopStream", "chat.update", "chat.update"]
    assert slack.channels["C1"][ts]["text"] == "It is open at 8"


def test_what_was_rate_limited_is_appended_later(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")
    slack.script("chat.appendStream", RATE_LIMITED)
    with pytest.raises(RateLimited):
        streams.edit(TURN, ts, "It is open", part=0, state="writing")

    streams.edit(TURN, ts, "It is open at 8", part=0, state="writing")

    assert slack.called("chat.appendStream")[1]["markdown_text"] == " open at 8"


def test_a_stop_that_was_not_answered_is_followed_by_an_edit(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")
    slack.script("chat.stopStream", FAULT)
    with pytest.raises(SurfaceUnavailable):
        streams.edit(TURN, ts, "It is open.", part=0, state="done")

    write = streams.write(ts, "done")
    streams.edit(TURN, ts, "It is open.", part=0, state="done")

    assert write == "update"
    assert writes(slack)[1:] == ["chat.stopStream", "chat.stopStream", "chat.update"]
    assert slack.channels["C1"][ts]["text"] == "It is open."


def test_an_edit_that_was_rate_limited_after_the_stop_needs_no_second_stop(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")
    slack.script("chat.update", RATE_LIMITED)
    with pytest.raises(RateLimited):
        streams.edit(TURN, ts, "No.", part=0, state="done")

    streams.edit(TURN, ts, "No.", part=0, state="done")

    assert writes(slack)[1:] == ["chat.stopStream", "chat.update", "chat.update"]


def test_another_workers_stream_is_stopped_and_edited(slack: SmallSlack, streams: SlackStreams, client: WebClient):
    ts = streams.post(TURN, "It is", part=0, state="writing")

    SlackSurface(client, bot=Bot(client)).edit(TURN, ts, "It **was**", part=0, state="done")

    assert writes(slack)[1:] == ["chat.update", "chat.stopStream", "chat.update"]
    assert slack.channels["C1"][ts]["text"] == "It *was*"


def test_a_stream_that_ends_by_itself_in_between_is_edited_all_the_same(slack: SmallSlack, client: WebClient):
    ts = slack.say("C1", "U1", "anything")
    slack.script("chat.update", refusal("streaming_state_conflict"))
    slack.script("chat.stopStream", refusal("message_not_in_streaming_state"))

    SlackSurface(client, bot=Bot(client)).edit(TURN, ts, "It was", part=0, state="done")

    assert slack.channels["C1"][ts]["text"] == "It was"


def test_a_stream_that_was_deleted_is_gone(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")
    del slack.channels["C1"][ts]

    with pytest.raises(MessageGone):
        streams.edit(TURN, ts, "It is open", part=0, state="writing")


@pytest.mark.parametrize("code", ["unknown_method", "missing_scope", "not_allowed_token_type", "something_new"])
def test_where_slack_refuses_streams_they_are_not_tried_for_a_while(
    slack: SmallSlack, streams: SlackStreams, clock: StandingClock, code: str
):
    slack.script("chat.startStream", refusal(code))
    with pytest.raises(SurfaceRefused):
        streams.post(TURN, "It is", part=0, state="writing")

    refused = streams.refused
    clock.advance(301)

    assert refused
    assert not streams.refused


@pytest.mark.parametrize("code", ["is_archived", "user_not_found", "msg_too_long", "channel_not_found"])
def test_a_refusal_of_one_message_says_nothing_about_others(slack: SmallSlack, streams: SlackStreams, code: str):
    slack.script("chat.startStream", refusal(code))
    with pytest.raises(SurfaceRefused):
        streams.post(TURN, "It is", part=0, state="writing")

    assert not streams.refused


def test_streams_that_ended_or_were_left_are_forgotten(slack: SmallSlack, streams: SlackStreams, clock: StandingClock):
    left = streams.post(TURN, "It is", part=0, state="writing")
    ended = streams.post(TURN, "It is", part=1, state="writing")
    streams.edit(TURN, ended, "It is.", part=1, state="done")

    clock.advance(901)
    newest = streams.post(TURN, "It is", part=2, state="writing")

    assert [streams.write(ts, "writing") for ts in (left, ended, newest)] == ["update", "update", "append"]


def test_a_stream_is_a_session_that_slack_ends_with_it(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")
    streams.edit(TURN, ts, "It is.", part=0, state="done")

    assert [call["status"] for call in slack.called("agents.sessions.setStatus")] == ["processing"]


def test_a_session_whose_stream_died_is_over_with_the_answer(slack: SmallSlack, streams: SlackStreams):
    ts = streams.post(TURN, "It is", part=0, state="writing")
    slack.end_stream("C1", ts)

    streams.edit(TURN, ts, "It is.", part=0, state="done")

    assert [call["status"] for call in slack.called("agents.sessions.setStatus")] == ["processing", "active"]


def test_a_status_without_a_place_of_its_own_is_a_message_that_becomes_the_answer(
    slack: SmallSlack, streams: SlackStreams
):
    ts = streams.post(TURN, "_Reading the thread …_", part=0, state="status")
    streams.edit(TURN, ts, "It **is", part=0, state="writing")
    streams.edit(TURN, ts, "It **is**.", part=0, state="done")

    assert writes(slack) == ["chat.postMessage", "chat.update", "chat.update"]
    assert slack.channels["C1"][ts]["text"] == "It **is**."


MANY = st.text("ab*_`[]()<>&|-\n é漢👍", max_size=40).flatmap(
    lambda piece: st.integers(0, 600).map(lambda times: piece * times)
)


@settings(max_examples=50, deadline=None)
@given(MANY)
def test_what_fits_is_never_refused_as_too_long(text: str):
    streams = SlackStreams(client := web_client("xoxb", base_url="http://127.0.0.1:1/"), bot=Bot(client))

    if streams.fits(text):
        assert len(marked(to_streamed(text), mark_of(TURN.key, 0))) <= 12_000
