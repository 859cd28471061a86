"""The least that a Bolt app behind a receiver may do: one conditional write by boto3, so as to answer once, and a post.

It is spared what many have: no verification of the signature, no call of `auth.test` (`authorize` is given, the token's
own verification is off), no lease, no record of the message, no thread.
"""

import os
from typing import Any

import boto3
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

TOKEN = os.environ["SLACK_BOT_TOKEN"]


def authorize() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id="T0ACME001", bot_user_id="U0VERABOT", bot_id="B0VERABOT", bot_token=TOKEN
    )


table = boto3.client("dynamodb")
app = App(
    client=WebClient(TOKEN, base_url=os.environ["VERA_SLACK_API_URL"]),
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    authorize=authorize,
    process_before_response=True,
    token_verification_enabled=False,
)


@app.event("app_mention")
def on_mention(event: dict[str, Any], client: WebClient) -> None:
    table.put_item(
        TableName=os.environ["VERA_TABLE"],
        Item={"pk": {"S": f"turn#{event['channel']}:{event['ts']}"}, "sk": {"S": "turn"}},
        ConditionExpression="attribute_not_exists(pk)",
    )
    client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="_Reading the thread …_")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    app.dispatch(BoltRequest(body=event["payload"], mode="socket_mode"))
    return {}
