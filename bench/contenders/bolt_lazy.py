"""Bolt's own Lambda adapter with a lazy listener, as its documentation has it.

The adapter invokes its own function again by boto3. `authorize` spares it the call of `auth.test` that a token alone
would cost.
"""

import os
from collections.abc import Callable
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.aws_lambda import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult


def authorize() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id="T0ACME001", bot_user_id="U0VERABOT", bot_id="B0VERABOT", bot_token="xoxb-bench"
    )


def acknowledge(ack: Callable[[], Any]) -> None:
    ack()


def answer(event: dict[str, Any]) -> None:
    """Never runs here: the invoked function would run it."""


app = App(signing_secret=os.environ["SLACK_SIGNING_SECRET"], authorize=authorize, process_before_response=True)
app.event("app_mention")(ack=acknowledge, lazy=[answer])
adapter = SlackRequestHandler(app)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return adapter.handle(event, context)
