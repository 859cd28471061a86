"""The Bolt app: a routing table from Slack's requests to use cases. What they do is decided elsewhere.

A request that the receiver handed over was verified there. A listener that fails raises out of `dispatch`, where Bolt
alone would answer 500 and Lambda see a success (`tests/unit/slack/test_slack_app.py`).
"""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.authorize import Authorize
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk.webhook import WebhookClient

from vera.assistant.journal import named
from vera.slack.payloads import bot_user_id, turn_of
from vera.slack.stops import STOP_ACTION, stop_clicked, stop_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, BoltContext
    from slack_sdk import WebClient

    from vera.assistant.conversation import Turn
    from vera.slack.bot import Bot

__all__ = ["bolt_app", "dispatch"]

_ATTEMPT = "vera_attempt"
_RESPONSE_SECONDS = 3
_OK = 200

_log = logging.getLogger(__name__)


def bolt_app(
    client: WebClient,
    answer: Callable[[Turn, Any], None],
    *,
    bot: Bot,
    ask_stop: Callable[[str], bool],
    signing_secret: str = "",
    process_before_response: bool = True,
) -> App:
    """Make the app. `answer(turn, attempt)` answers a question, and raises where a retry may help.

    `attempt` is what `dispatch` was given, else None. `ask_stop(key)` lets whoever answers that turn know that its
    asker wants no more; it returns False where nobody does.
    Listeners of one's own are added as to any Bolt app; Vera's come first. Served over HTTP by itself, the app verifies
    signatures with `signing_secret`, and without one refuses every request.
    """
    app = App(
        name="slack_bolt.vera",  # Bolt names a logger of its own by it
        logger=_bolt_log(),
        client=client,
        authorize=_OneInstallation(client),
        signing_secret=signing_secret or secrets.token_hex(),
        process_before_response=process_before_response,
        token_verification_enabled=False,
        raise_error_for_unhandled_request=True,
    )

    @app.event("app_mention")
    @app.event("message")
    def on_message(body: dict[str, Any], context: BoltContext) -> None:
        bot.learn(bot_user_id(body))
        if turn := turn_of(body, bot_user=bot.user_id):
            answer(turn, context.get(_ATTEMPT))

    @app.action(STOP_ACTION)
    def on_stop(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        if sentence := stop_clicked(body, ask_stop):
            _tell(body, sentence)

    @app.event("agent_session_stopped")
    def on_session_stopped(event: dict[str, Any]) -> None:
        stop_session(client, event, ask_stop)

    @app.error
    def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            return _acknowledged(body)
        if not process_before_response:  # in a thread of Bolt's, where nobody hears of it
            _log.error("a listener failed: %s", named(error))
        raise error

    return app


def dispatch(app: App, payload: dict[str, Any], *, attempt: Any = None) -> BoltResponse:
    """Run what Slack sent (its JSON, or a command's fields) through the routing table; whoever calls has verified it.

    `attempt` is for `answer`: what it is to know of this invocation. Nothing here looks into it.
    """
    context = {"bot_user_id": bot_user_id(payload), _ATTEMPT: attempt}
    return app.dispatch(BoltRequest(body=payload, mode="socket_mode", context=context))


def _bolt_log() -> logging.Logger:
    """Let Bolt speak of errors alone: at each start it warns that the token in the environment is not needed."""
    log = logging.getLogger("slack_bolt.vera")
    log.setLevel(logging.ERROR)
    return log


class _OneInstallation(Authorize):
    """One workspace, one token: nothing to look up, so no call to Slack stands before the status message."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def __call__(
        self, *, context: BoltContext, enterprise_id: str | None, team_id: str | None, **_: Any
    ) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_user_id=context.bot_user_id, bot_token=self._client.token
        )


def _acknowledged(body: dict[str, Any]) -> BoltResponse:
    """Take what no listener is for: Slack would only send it again."""
    kind = (body.get("event") or {}).get("type", body.get("command", ""))
    _log.info("nobody listens to this: %s %s", body.get("type", "command"), kind)
    if "command" in body:
        _tell(body, f"I don't know the command {body['command']}.")
    return BoltResponse(status=200)


def _tell(body: dict[str, Any], sentence: str) -> None:
    """Say something to one person alone, where they clicked or typed. Tried once: it is worth no second invocation."""
    silent = logging.getLogger("vera.slack.sdk")
    silent.setLevel(logging.CRITICAL + 1)  # slack_sdk would log what is said, and to whom
    try:
        response = WebhookClient(
            body["response_url"], timeout=_RESPONSE_SECONDS, retry_handlers=[], logger=silent
        ).send(text=sentence, response_type="ephemeral", replace_original=False)
    except Exception as error:  # noqa: BLE001 - whatever a response URL can do, nothing hangs on this sentence
        _log.warning("somebody could not be told: %s", named(error))
    else:
        if response.status_code != _OK:
            _log.warning("somebody could not be told: HTTP %s", response.status_code)
