"""Buttons pressed and sessions stopped, and what the app is told of it: over the wire, in time turned by hand."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from slack_sdk import WebhookClient
from slack_sdk.signature import SignatureVerifier

from unit.playground.request_url import HANG, RequestUrl
from vera.playground.slack.delivery import Delivery

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from unit.playground.hand_time import HandTime
    from vera.playground.loopback import LoopbackServer
    from vera.playground.slack.workspace import Workspace

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
VALUE = '{"turn":"C1:1.0"}'
STOP = {"type": "button", "action_id": "vera_stop", "text": {"type": "plain_text", "text": "Stop"}, "value": VALUE}
ACTIONS = {"type": "actions", "block_id": "vera_stop", "elements": [STOP]}
METADATA = {"event_type": "vera_reply", "event_payload": {"turn": "1"}}
SAMPLE = Path(__file__).parents[2] / "events" / "interaction_block_actions.json"


class Clock:
    """slack_sdk's own clock interface."""

    def __init__(self, hand_time: HandTime) -> None:
        self.now = hand_time.now


@pytest.fixture
def url():
    url = RequestUrl()
    with url.server:
        yield url


@pytest.fixture(autouse=True)
def delivery(workspace: Workspace, hand_time: HandTime, url: RequestUrl):
    """Return the deliveries of what is pressed and stopped: nothing of what is said is told."""
    delivery = Delivery(workspace, time=hand_time, signing_secret=SECRET, request_url=url.url, timeout_seconds=0.5)
    delivery.subscriptions = frozenset({"agent_session_stopped"})
    return delivery


@pytest.fixture
def question(workspace: Workspace):
    return workspace.say("ada", "general", "why?")


@pytest.fixture
def answer(client: WebClient, general: str, question: str):
    """Return the ts of a reply with a button in an attachment."""
    return client.chat_postMessage(
        channel=general, thread_ts=question, text="Because", attachments=[{"blocks": [ACTIONS]}], metadata=METADATA
    )["ts"]


def pressed(url: RequestUrl):
    """Return the payloads that arrived."""
    return [json.loads(parse_qs(received.body.decode())["payload"][0]) for received in url.received]


def test_a_press_arrives_signed_as_a_form(
    workspace: Workspace, url: RequestUrl, hand_time: HandTime, delivery: Delivery, answer: str
):
    trigger_id = workspace.press("ada", "general", answer, "vera_stop")
    assert url.received == []  # nobody waits for it

    hand_time.advance()

    (received,) = url.received
    assert SignatureVerifier(SECRET, clock=Clock(hand_time)).is_valid_request(received.body, received.headers)
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert pressed(url) == list(delivery.interactions)
    assert pressed(url)[0]["trigger_id"] == trigger_id
    assert [(attempt.event_id, attempt.status) for attempt in delivery.attempts] == [(trigger_id, 200)]


def test_a_press_is_told_as_slack_tells_it(
    workspace: Workspace, url: RequestUrl, hand_time: HandTime, general: str, answer: str
):
    question = workspace.message(general, answer)["thread_ts"]

    workspace.press("ada", "general", answer, "vera_stop", block_id="vera_stop")
    hand_time.advance()

    (payload,) = pressed(url)
    assert payload["type"] == "block_actions"
    assert payload["user"] == {"id": "U0ADALOVEL", "username": "ada", "name": "ada", "team_id": "T0PLAYGRND"}
    assert payload["container"] == {
        "type": "message_attachment",
        "message_ts": answer,
        "attachment_id": 1,
        "channel_id": general,
        "is_ephemeral": False,
        "is_app_unfurl": False,
        "thread_ts": question,
    }
    assert (payload["team"]["id"], payload["api_app_id"]) == ("T0PLAYGRND", "A0VERAVERA")
    assert payload["channel"] == {"id": general, "name": "general"}
    (action,) = payload["actions"]
    assert (action["type"], action["action_id"], action["block_id"]) == ("button", "vera_stop", "vera_stop")
    assert (action["value"], action["text"]["text"]) == (VALUE, "Stop")
    assert action["action_ts"] > answer
    kept = workspace.message(general, answer)
    assert payload["message"] == {name: value for name, value in kept.items() if name != "metadata"}


def test_a_press_has_the_keys_of_the_sample(
    client: WebClient, workspace: Workspace, url: RequestUrl, hand_time: HandTime, question: str
):
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))
    ts = client.chat_postMessage(channel="general", thread_ts=question, text="a", blocks=[ACTIONS])["ts"]

    workspace.press("ada", "general", ts, "vera_stop")
    hand_time.advance()

    (payload,) = pressed(url)
    assert payload.keys() == sample.keys()
    assert payload["container"].keys() == sample["container"].keys()
    assert payload["user"].keys() == sample["user"].keys()


def test_what_has_no_names_is_given_some(client: WebClient, workspace: Workspace, general: str):
    nameless = {name: value for name, value in STOP.items() if name != "action_id"}
    blocks = [{"type": "actions", "elements": [nameless]}, ACTIONS]
    ts = client.chat_postMessage(channel=general, text="a", blocks=blocks)["ts"]

    block, same = workspace.message(general, ts)["blocks"]
    workspace.press("ada", "general", ts, block["elements"][0]["action_id"], block_id=block["block_id"])

    assert same == ACTIONS


def test_only_buttons_can_be_pressed(client: WebClient, workspace: Workspace, general: str):
    menu = {"type": "static_select", "action_id": "vera_stop"}
    ts = client.chat_postMessage(channel=general, text="a", blocks=[{"type": "actions", "elements": [menu]}])["ts"]

    with pytest.raises(KeyError, match="no button vera_stop"):
        workspace.press("ada", "general", ts, "vera_stop")


def test_a_button_beside_a_section_can_be_pressed(
    client: WebClient, workspace: Workspace, url: RequestUrl, hand_time: HandTime, general: str
):
    section = {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "this?"}, "accessory": STOP}
    ts = client.chat_postMessage(channel=general, text="a", blocks=[section])["ts"]

    workspace.press("ada", "general", ts, "vera_stop")
    hand_time.advance()

    assert pressed(url)[0]["actions"][0]["block_id"] == "s"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"action_id": "another"}, KeyError, id="no such button"),
        pytest.param({"block_id": "another"}, KeyError, id="no such block"),
        pytest.param({"ts": "1.000001"}, KeyError, id="no message"),
        pytest.param({"where": "nowhere"}, KeyError, id="no channel"),
        pytest.param({"who": "nobody"}, KeyError, id="nobody"),
        pytest.param({"who": "rosa"}, ValueError, id="not in there"),
    ],
)
def test_only_who_is_there_presses_only_what_is_there(
    workspace: Workspace, delivery: Delivery, answer: str, arguments: dict[str, str], error: type[Exception]
):
    asked: dict[str, Any] = {"who": "ada", "where": "general", "ts": answer, "action_id": "vera_stop"} | arguments

    with pytest.raises(error):
        workspace.press(**asked)

    assert delivery.interactions == ()


@pytest.mark.parametrize("status", [503, HANG])
def test_a_press_that_fails_is_not_told_again(
    workspace: Workspace, url: RequestUrl, hand_time: HandTime, answer: str, status: int
):
    url.answers = [status]
    workspace.press("ada", "general", answer, "vera_stop")

    hand_time.advance(600)

    assert len(url.received) == 1
    assert hand_time.delays == []


def test_a_stopped_session_is_told_with_the_streams_that_were_ended(
    client: WebClient, workspace: Workspace, url: RequestUrl, hand_time: HandTime, question: str
):
    general, for_ada = workspace.channel("general").id, {"recipient_user_id": "U0ADALOVEL"}
    client.agents_sessions_setStatus(channel_id=general, thread_ts=question, status="processing")
    ts = client.chat_startStream(
        channel=general, thread_ts=question, markdown_text="Because", recipient_team_id="T0PLAYGRND", **for_ada
    )["ts"]

    workspace.stop_session("ada", "general", question)
    hand_time.advance()

    (received,) = url.received
    whole = json.loads(received.body)
    assert whole["type"] == "event_callback"
    assert whole["event"].pop("event_ts") > ts
    assert whole["event"] == {
        "type": "agent_session_stopped",
        "user": "U0ADALOVEL",
        "channel": general,
        "thread_ts": question,
        "streaming_message_ts": [ts],
    }


def test_who_did_not_subscribe_is_not_told(
    client: WebClient, workspace: Workspace, hand_time: HandTime, delivery: Delivery, question: str
):
    delivery.subscriptions = frozenset()
    general = workspace.channel("general").id
    client.agents_sessions_setStatus(channel_id=general, thread_ts=question, status="processing")

    workspace.stop_session("ada", "general", question)
    hand_time.advance()

    assert delivery.envelopes == ()


@pytest.fixture
def response_url(workspace: Workspace, slack_server: LoopbackServer, delivery: Delivery, answer: str):
    """Return where a press may be answered."""
    workspace.press("ada", "general", answer, "vera_stop")
    address: str = delivery.interactions[0]["response_url"]
    assert address.startswith(f"{slack_server.url}/actions/")
    return address


def test_an_answer_is_whispered_to_who_pressed(workspace: Workspace, response_url: str):
    with workspace.changes() as changes:
        said = WebhookClient(response_url).send(text="Stopped < 1")
        whisper = changes.get(timeout_seconds=5)

    assert (said.status_code, said.body) == (200, "ok")
    assert whisper is not None
    assert (whisper.kind, whisper.detail) == ("whispered", {"to": "U0ADALOVEL"})
    assert whisper.message is not None
    assert whisper.message["text"] == "Stopped &lt; 1"


def test_an_answer_may_be_for_everybody(workspace: Workspace, response_url: str):
    WebhookClient(response_url).send(text="Stopped", response_type="in_channel")

    newest = workspace.history_ts("general")[0]
    assert workspace.message("general", newest)["text"] == "Stopped"


def test_an_answer_may_have_blocks_and_stand_in_the_thread(workspace: Workspace, response_url: str, question: str):
    body = {"text": "a", "blocks": [{"type": "divider"}], "thread_ts": question}
    with workspace.changes() as changes:
        assert posted(response_url, body) == (200, "ok")
        whisper = changes.get(timeout_seconds=5)

    assert whisper is not None
    assert whisper.message is not None
    assert (whisper.message["blocks"], whisper.message["thread_ts"]) == ([{"type": "divider"}], question)


def test_an_address_is_good_for_five_answers(response_url: str):
    answers = [posted(response_url, {"text": "a"}) for _ in range(6)]

    assert answers == [(200, "ok")] * 5 + [(404, "used_url")]


def test_an_address_is_good_for_half_an_hour(hand_time: HandTime, response_url: str):
    hand_time.advance(1_799)
    assert posted(response_url, {"text": "a"}) == (200, "ok")

    hand_time.advance(1)

    assert posted(response_url, {"text": "a"}) == (404, "expired_url")
    assert posted(f"{response_url}x", {"text": "a"}) == (404, "expired_url")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param({}, "no_text", id="nothing"),
        pytest.param({"text": " "}, "no_text", id="blank"),
        pytest.param([], "invalid_payload", id="a list"),
        pytest.param({"text": "a", "replace_original": True}, "unsupported_in_the_playground", id="replace"),
        pytest.param({"delete_original": True}, "unsupported_in_the_playground", id="delete"),
    ],
)
def test_an_answer_that_is_none_is_refused(response_url: str, body: Any, said: str):
    assert posted(response_url, body) == (400, said)


def test_an_answer_that_is_no_json_is_refused(response_url: str):
    assert posted(response_url, None, raw=b"{") == (400, "invalid_payload")


def posted(address: str, body: Any, raw: bytes = b""):
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("POST", parts.path, raw or json.dumps(body))
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()
