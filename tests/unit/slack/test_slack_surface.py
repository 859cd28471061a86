"""What Vera's messages carry to Slack, beyond what every surface promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.slack_api import BOT_USER, SmallSlack
from vera.assistant.conversation import FOOTER, Turn
from vera.assistant.messages import Standing
from vera.slack.bot import Bot
from vera.slack.markdown import to_mrkdwn
from vera.slack.own import METADATA_TYPE, metadata_of
from vera.slack.surface import SlackSurface
from vera.slack.web import web_client

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from vera.assistant.messages import MessageState

TURN = Turn("C1", "1700000000.000100", "U1", "Well?", thread_ts="1600000000.000100")


@pytest.fixture
def surface(client: WebClient) -> SlackSurface:
    return SlackSurface(client, bot=Bot(client))


def test_a_post_goes_into_the_thread_pings_nobody_and_unfolds_nothing(slack: SmallSlack, surface: SlackSurface):
    surface.post(TURN, "So **it** is, <!channel>", part=2, state="done")

    assert slack.called("chat.postMessage") == [
        {
            "channel": "C1",
            "thread_ts": "1600000000.000100",
            "text": "So *it* is, &lt;!channel&gt;",
            "mrkdwn": True,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {
                "event_type": METADATA_TYPE,
                "event_payload": {"turn": TURN.key, "part": 2, "state": "done"},
            },
        }
    ]


def test_a_question_on_top_is_answered_in_its_own_thread(slack: SmallSlack, surface: SlackSurface):
    surface.post(Turn("C1", "1700000000.000100", "U1"), "Reading the thread", part=0, state="status")

    assert slack.called("chat.postMessage")[0]["thread_ts"] == "1700000000.000100"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        pytest.param("writing", "so *bo*", id="writing"),
        pytest.param("done", "so \u2060**\u2060bo", id="done"),
    ],
)
def test_an_edit_closes_half_open_markup_only_while_writing(
    slack: SmallSlack, surface: SlackSurface, state: MessageState, text: str
):
    ts = surface.post(TURN, "Reading the thread", part=0, state="status")

    surface.edit(TURN, ts, "so **bo", part=0, state=state)

    message = slack.channels["C1"][ts]
    assert message["text"] == text
    assert metadata_of(message) == (TURN.key, 0, state)


@pytest.mark.parametrize("text", ["", "**", "```"])
def test_a_text_without_anything_to_see_is_not_sent_empty(slack: SmallSlack, surface: SlackSurface, text: str):
    surface.post(TURN, text, part=0, state="writing")

    assert slack.called("chat.postMessage")[0]["text"] == "…"


BUTTON = {
    "type": "button",
    "action_id": "vera_stop",
    "text": {"type": "plain_text", "text": "Stop"},
    "value": '{"turn":"C1:1700000000.000100","user":"U1"}',
}
STOP = [{"blocks": [{"type": "actions", "block_id": "vera_stop", "elements": [BUTTON]}]}]


def test_a_button_stops_an_answer_until_it_is_done(slack: SmallSlack, surface: SlackSurface):
    ts = surface.post(TURN, "Reading the thread", part=0, state="status")
    surface.edit(TURN, ts, "It is", part=0, state="writing")
    surface.edit(TURN, ts, "It is.", part=0, state="done")

    shown = [call["attachments"] for name, call in slack.calls if name in {"chat.postMessage", "chat.update"}]
    assert shown == [STOP, STOP, []]


def test_an_answer_that_is_done_at_once_has_no_button(slack: SmallSlack, surface: SlackSurface):
    surface.post(TURN, "It is.", part=0, state="done")

    assert "attachments" not in slack.called("chat.postMessage")[0]


def test_what_stands_is_measured_by_what_it_shows_of_the_answer(slack: SmallSlack, surface: SlackSurface):
    turn = Turn("C1", slack.say("C1", "U1", "Well?"), "U1")
    status = surface.post(turn, "_Reading the thread …_", part=0, state="status")
    answer = surface.post(turn, f"It **is** < 5{FOOTER}\nSources", part=1, state="done")

    assert surface.find(turn) == {0: Standing(status, 0), 1: Standing(answer, len("It **is** < 5"))}


def test_another_apps_message_is_not_taken_for_a_part_of_the_reply(slack: SmallSlack, surface: SlackSurface):
    root = slack.say("C1", "U1", "Well?")
    turn = Turn("C1", root, "U1")
    posing = {"event_type": METADATA_TYPE, "event_payload": {"turn": turn.key, "part": 0, "state": "done"}}
    slack.say("C1", "U9", "mine", thread_ts=root, bot_id="B9", metadata=posing)
    own = slack.say("C1", BOT_USER, "hers", thread_ts=root, metadata=posing)

    assert surface.find(turn) == {0: Standing(own, len("hers"))}


MANY = st.text("ab*_`[]()<>&|-\n é漢👍", max_size=40).flatmap(
    lambda piece: st.integers(0, 150).map(lambda times: piece * times)
)


@settings(max_examples=50, deadline=None)
@given(MANY)
def test_what_fits_is_never_refused_as_too_long(text: str):
    surface = SlackSurface(client := web_client("xoxb", base_url="http://127.0.0.1:1/"), bot=Bot(client))

    if surface.fits(text):
        assert len(to_mrkdwn(text).encode()) <= 4_000
        assert len(to_mrkdwn(text, closed=False).encode()) <= 4_000
