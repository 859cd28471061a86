"""The routing table: who is called with what, and what becomes of a listener that fails."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt import BoltRequest

from fakes.slack_api import Answer
from fakes.slack_requests import sample
from vera.errors import LedgerUnavailable, SurfaceUnavailable
from vera.slack.app import bolt_app, dispatch
from vera.slack.bot import Bot

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_sdk import WebClient

    from fakes.slack_api import SmallSlack
    from vera.assistant.conversation import Turn

Asked = list[tuple["Turn", Any]]


class Stops(list[str]):
    """The turns that were to be stopped; none of them is under way."""

    def __call__(self, key: str) -> bool:
        self.append(key)
        return False


@pytest.fixture
def asked() -> Asked:
    return []


@pytest.fixture
def stops() -> Stops:
    return Stops()


@pytest.fixture
def app(client: WebClient, asked: Asked, stops: Stops) -> App:
    return bolt_app(client, lambda turn, attempt: asked.append((turn, attempt)), bot=Bot(client), ask_stop=stops)


FOR_VERA = [
    "event_app_mention",
    "event_app_mention_in_thread",
    "event_message_im",
    "event_message_channel_mention",
    "event_message_group_mention",
    "event_message_mpim_mention",
    "event_message_im_file_share",
    "event_message_thread_broadcast_mention",
]
NOT_FOR_VERA = [
    "event_message_channel_no_mention",
    "event_message_own",
    "event_message_bot_message",
    "event_message_changed_own_edit",
    "event_message_deleted",
    "event_app_mention_from_bot",
]


@pytest.mark.parametrize("name", FOR_VERA)
def test_a_question_is_answered_in_the_attempt_that_was_dispatched(app: App, asked: Asked, name: str) -> None:
    attempt = object()

    response = dispatch(app, sample(name), attempt=attempt)

    assert response.status == 200
    assert [(turn.ts, given) for turn, given in asked] == [(sample(name)["event"]["ts"], attempt)]


@pytest.mark.parametrize("name", NOT_FOR_VERA)
def test_what_is_not_for_vera_is_acknowledged_and_dropped(app: App, asked: Asked, name: str) -> None:
    response = dispatch(app, sample(name))

    assert response.status == 200
    assert asked == []


def test_no_call_to_slack_stands_before_the_answer(app: App, slack: SmallSlack) -> None:
    dispatch(app, sample("event_app_mention"))

    assert slack.calls == []


def test_where_the_payload_does_not_tell_who_vera_is_slack_is_asked_once(
    app: App, asked: Asked, slack: SmallSlack
) -> None:
    for _ in range(2):
        dispatch(app, sample("event_app_mention_without_authorizations"))

    assert [method for method, _ in slack.calls] == ["auth.test"]
    assert len(asked) == 2


def test_a_listener_that_fails_is_raised_again(client: WebClient) -> None:
    def fail(_turn: Turn, _attempt: Any) -> None:
        raise SurfaceUnavailable("chat.postMessage: internal_error")

    app = bolt_app(client, fail, bot=Bot(client), ask_stop=Stops())

    with pytest.raises(SurfaceUnavailable):
        dispatch(app, sample("event_app_mention"))


def test_a_listener_that_fails_in_a_thread_of_bolts_is_logged_without_what_was_said(
    client: WebClient, caplog: pytest.LogCaptureFixture
) -> None:
    failed = threading.Event()

    def fail(turn: Turn, _attempt: Any) -> None:
        raise RuntimeError(turn.text)

    app = bolt_app(client, fail, bot=Bot(client), ask_stop=Stops(), process_before_response=False)
    app.listener_runner.listener_completion_handler.handle = lambda **_: failed.set()

    with caplog.at_level(logging.INFO):
        dispatch(app, sample("event_app_mention"))
        assert failed.wait(5)

    assert "a listener failed: RuntimeError" in caplog.text
    assert sample("event_app_mention")["event"]["text"] not in caplog.text


def test_a_listener_of_ones_own_is_called_and_may_fail(app: App) -> None:
    heard: list[str] = []

    @app.event("reaction_added")
    def on_reaction(event: dict[str, Any]) -> None:
        heard.append(event["reaction"])
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        dispatch(app, sample("event_reaction_added"))

    assert heard == [sample("event_reaction_added")["event"]["reaction"]]


def test_an_event_that_nobody_listens_to_is_acknowledged_without_its_body_in_the_log(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        response = dispatch(app, sample("event_reaction_added"))

    assert response.status == 200
    assert "event_callback reaction_added" in caplog.text
    assert sample("event_reaction_added")["event"]["user"] not in caplog.text


def test_an_unknown_command_is_answered_where_it_was_typed(app: App, slack: SmallSlack) -> None:
    command = {**sample("form_slash_command"), "command": "/nonsense", "response_url": f"{slack.url}respond"}

    response = dispatch(app, command)

    assert response.status == 200
    assert [(method, arguments["text"]) for method, arguments in slack.calls] == [
        ("respond", "I don't know the command /nonsense.")
    ]


@pytest.mark.parametrize(
    "answer",
    [Answer(b"no_user", 404), Answer(break_off=True), Answer(b"\xff", 500)],
    ids=["an address that has run out", "a hang-up", "no text"],
)
def test_where_a_person_cannot_be_told_nothing_is_done_twice(
    app: App, slack: SmallSlack, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    slack.script("respond", answer)
    command = {**sample("form_slash_command"), "command": "/nonsense", "response_url": f"{slack.url}respond"}

    response = dispatch(app, command)

    assert response.status == 200
    assert len(slack.called("respond")) == 1
    assert "somebody could not be told" in caplog.text
    assert "nonsense" not in caplog.text.partition("could not be told")[2]


def click(slack: SmallSlack, **fields: Any) -> dict[str, Any]:
    return {**sample("interaction_block_actions_stop"), "response_url": f"{slack.url}respond", **fields}


def test_who_asked_stops_the_answer_and_nothing_else_is_said(app: App, stops: Stops, slack: SmallSlack) -> None:
    response = dispatch(app, click(slack))

    assert response.status == 200
    assert stops == ["C0GENERAL:1763646900.000100"]
    assert slack.calls == []


def test_somebody_else_is_told_alone_that_they_cannot(app: App, stops: Stops, slack: SmallSlack) -> None:
    response = dispatch(app, click(slack, user={"id": "U0BOB00001"}))

    assert response.status == 200
    assert stops == []
    [told] = slack.called("respond")
    assert told["text"] == "Only the person who asked can stop this answer."
    assert (told["response_type"], told["replace_original"]) == ("ephemeral", False)


@pytest.mark.parametrize("response_url", ["http://127.0.0.1:9/", "nonsense", None], ids=["closed", "no URL", "none"])
def test_whoever_cannot_be_told_cannot_stop_it_either(
    app: App, stops: Stops, slack: SmallSlack, response_url: str | None
) -> None:
    response = dispatch(app, click(slack, user={"id": "U0BOB00001"}, response_url=response_url))

    assert response.status == 200
    assert stops == []


def test_other_buttons_are_for_others(app: App, stops: Stops) -> None:
    response = dispatch(app, sample("interaction_block_actions"))

    assert response.status == 200
    assert stops == []


def test_slacks_own_button_stops_what_was_asked_in_its_thread(app: App, stops: Stops, slack: SmallSlack) -> None:
    payload = sample("event_agent_session_stopped")
    event = payload["event"]
    root = slack.say(event["channel"], event["user"], "When do you open?")
    payload["event"] = event | {"thread_ts": root, "event_ts": "1800000000.000100"}

    response = dispatch(app, payload)

    assert response.status == 200
    assert stops == [f"{event['channel']}:{root}"]


@pytest.mark.parametrize("name", ["interaction_block_actions_stop", "event_agent_session_stopped"])
def test_a_stop_that_the_ledger_did_not_take_is_raised_so_that_it_is_tried_again(
    client: WebClient, slack: SmallSlack, name: str
) -> None:
    def unavailable(_key: str) -> bool:
        raise LedgerUnavailable("update_item failed")

    app = bolt_app(client, lambda _turn, _attempt: None, bot=Bot(client), ask_stop=unavailable)
    payload = sample(name)
    if event := payload.get("event"):
        event |= {"thread_ts": slack.say(event["channel"], event["user"], "Hi"), "event_ts": "1800000000.000100"}

    with pytest.raises(LedgerUnavailable):
        dispatch(app, payload)


def test_oauth_variables_in_the_environment_do_not_take_the_token_away(
    client: WebClient, asked: Asked, stops: Stops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "secret")
    app = bolt_app(client, lambda turn, attempt: asked.append((turn, attempt)), bot=Bot(client), ask_stop=stops)

    dispatch(app, sample("event_app_mention"))

    assert len(asked) == 1


@pytest.mark.parametrize("secret", ["", "known"], ids=["no secret", "a secret"])
def test_served_over_http_the_app_refuses_what_is_not_signed(
    client: WebClient, asked: Asked, stops: Stops, secret: str
) -> None:
    app = bolt_app(
        client,
        lambda turn, attempt: asked.append((turn, attempt)),
        bot=Bot(client),
        ask_stop=stops,
        signing_secret=secret,
    )
    headers = {"x-slack-request-timestamp": "1763646900", "x-slack-signature": "v0=00"}

    response = app.dispatch(BoltRequest(body='{"type":"event_callback"}', headers=headers))

    assert response.status == 401
    assert asked == []
