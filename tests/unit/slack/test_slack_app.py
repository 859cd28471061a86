"""The routing table: who is called with what, and what becomes of a listener that fails."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt import BoltRequest

from fakes.slack_requests import sample
from vera.errors import SurfaceUnavailable
from vera.slack.app import bolt_app, dispatch
from vera.slack.bot import Bot

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_sdk import WebClient

    from fakes.slack_api import SmallSlack
    from vera.assistant.conversation import Turn

Asked = list[tuple["Turn", float | None]]


@pytest.fixture
def asked() -> Asked:
    return []


@pytest.fixture
def app(client: WebClient, asked: Asked) -> App:
    return bolt_app(client, lambda turn, deadline: asked.append((turn, deadline)), bot=Bot(client))


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
def test_a_question_is_answered_with_its_deadline(app: App, asked: Asked, name: str) -> None:
    response = dispatch(app, sample(name), deadline=123.0)

    assert response.status == 200
    assert [(turn.ts, deadline) for turn, deadline in asked] == [(sample(name)["event"]["ts"], 123.0)]


@pytest.mark.parametrize("name", NOT_FOR_VERA)
def test_what_is_not_for_vera_is_acknowledged_and_dropped(app: App, asked: Asked, name: str) -> None:
    response = dispatch(app, sample(name), deadline=1.0)

    assert response.status == 200
    assert asked == []


def test_no_call_to_slack_stands_before_the_answer(app: App, slack: SmallSlack) -> None:
    dispatch(app, sample("event_app_mention"), deadline=1.0)

    assert slack.calls == []


def test_where_the_payload_does_not_tell_who_vera_is_slack_is_asked_once(
    app: App, asked: Asked, slack: SmallSlack
) -> None:
    for _ in range(2):
        dispatch(app, sample("event_app_mention_without_authorizations"), deadline=1.0)

    assert [method for method, _ in slack.calls] == ["auth.test"]
    assert len(asked) == 2


def test_a_listener_that_fails_is_raised_again(client: WebClient) -> None:
    def fail(_turn: Turn, _deadline: float | None) -> None:
        raise SurfaceUnavailable("chat.postMessage: internal_error")

    app = bolt_app(client, fail, bot=Bot(client))

    with pytest.raises(SurfaceUnavailable):
        dispatch(app, sample("event_app_mention"), deadline=1.0)


def test_a_listener_that_fails_in_a_thread_of_bolts_is_logged_without_what_was_said(
    client: WebClient, caplog: pytest.LogCaptureFixture
) -> None:
    failed = threading.Event()

    def fail(turn: Turn, _deadline: float | None) -> None:
        raise RuntimeError(turn.text)

    app = bolt_app(client, fail, bot=Bot(client), process_before_response=False)
    app.listener_runner.listener_completion_handler.handle = lambda **_: failed.set()

    with caplog.at_level(logging.INFO):
        dispatch(app, sample("event_app_mention"), deadline=1.0)
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
        dispatch(app, sample("event_reaction_added"), deadline=1.0)

    assert heard == [sample("event_reaction_added")["event"]["reaction"]]


def test_an_event_that_nobody_listens_to_is_acknowledged_without_its_body_in_the_log(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        response = dispatch(app, sample("event_reaction_added"), deadline=1.0)

    assert response.status == 200
    assert "event_callback reaction_added" in caplog.text
    assert sample("event_reaction_added")["event"]["user"] not in caplog.text


def test_an_unknown_command_is_answered_where_it_was_typed(app: App, slack: SmallSlack) -> None:
    command = {**sample("form_slash_command"), "command": "/nonsense", "response_url": f"{slack.url}respond"}

    response = dispatch(app, command, deadline=1.0)

    assert response.status == 200
    assert [(method, arguments["text"]) for method, arguments in slack.calls] == [
        ("respond", "I don't know the command /nonsense.")
    ]


def test_oauth_variables_in_the_environment_do_not_take_the_token_away(
    client: WebClient, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "secret")
    app = bolt_app(client, lambda turn, deadline: asked.append((turn, deadline)), bot=Bot(client))

    dispatch(app, sample("event_app_mention"), deadline=1.0)

    assert len(asked) == 1


@pytest.mark.parametrize("secret", ["", "known"], ids=["no secret", "a secret"])
def test_served_over_http_the_app_refuses_what_is_not_signed(client: WebClient, asked: Asked, secret: str) -> None:
    app = bolt_app(
        client, lambda turn, deadline: asked.append((turn, deadline)), bot=Bot(client), signing_secret=secret
    )
    headers = {"x-slack-request-timestamp": "1763646900", "x-slack-signature": "v0=00"}

    response = app.dispatch(BoltRequest(body='{"type":"event_callback"}', headers=headers))

    assert response.status == 401
    assert asked == []
