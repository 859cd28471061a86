"""One message delivered many times is one turn, many at once are many: edited and streamed, on either store.

And once with the credentials of both functions in Secrets Manager.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.aws import ScriptedAws, aws_client, create_table, moto_server
from fakes.deployment import Deployment, Question
from fakes.scripted_bedrock import Hold, Received, ScriptedBedrock, Stop, Used
from vera.playground.slack.events import envelope, events_of
from vera.playground.slack.values import Change

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path
    from random import Random

WHOLE = "The office closes at three."
REGION = "eu-central-1"
TABLE = "vera-e2e"
BEGIN = {"edit": "chat.postMessage", "native": "chat.startStream"}


class OneAtATime(ScriptedAws):
    """Hands on one request after the other: moto's conditional writes are not atomic, and show half an item."""

    _turn = threading.Lock()

    def _forwarded(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        with self._turn:
            return super()._forwarded(handler, body)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def dynamodb(moto: str) -> Iterator[str]:
    with OneAtATime(upstream=moto).serving() as server, aws_client("dynamodb", server.endpoint) as client:
        create_table(client, TABLE)
        yield server.endpoint


@pytest.fixture(scope="module", params=["SQLite, edited", "DynamoDB, streamed"])
def _stored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, dynamodb: str
) -> Iterator[Deployment]:
    environment = {}
    if request.param == "DynamoDB, streamed":
        environment = {"VERA_TABLE": TABLE, "AWS_ENDPOINT_URL_DYNAMODB": dynamodb, "VERA_STREAMING": "native"}
    with Deployment(
        tmp_path_factory.mktemp("stored"), bedrock=ScriptedBedrock(converse=_echo), environment=environment
    ) as deployed:
        yield deployed


@pytest.fixture
def stored(_stored: Deployment) -> Iterator[Deployment]:
    """Vera on either store, with as many workers as there is work."""
    yield _stored
    _stored.rest()


def test_seven_deliveries_of_one_message_at_once_end_in_one_reply_and_one_request_to_the_model(stored: Deployment):
    gate = threading.Event()
    stored.bedrock.script(["The office ", Hold(gate), "closes at three.", Stop(), Used()])
    question = _said_quietly(stored, "When do you close?")
    mention, message = _events_of(stored, question)
    deliveries = [*[mention] * 5, mention | {"event_id": "Ev0ANOTHER1"}, message]

    with ThreadPoolExecutor(len(deliveries)) as threads:
        together = threading.Barrier(len(deliveries))
        answers = list(threads.map(lambda each: _delivered(stored, each, together), deliveries))
    stored.wait_for_text(question, "The office")
    stored.functions.wait_for(lambda _: len(stored.attempts) == len(deliveries) - 1)
    gate.set()
    stored.settle()

    assert answers == [200] * 7
    assert stored.answers(question) == [WHOLE]
    assert len(stored.said(question)) == 1
    assert len(stored.requests) == 1
    assert len(stored.calls(BEGIN[stored.streaming], question)) == 1
    assert stored.attempts == ["ok"] * 7
    dropped = [line["reason"] for line in stored.log("worker", question) if line["message"] == "turn_dropped"]
    assert dropped == ["busy"] * 6


def test_six_questions_at_once_are_each_answered_once_by_workers_of_their_own(stored: Deployment):
    questions = [stored.ask(f"Which room is number {number}?") for number in range(6)]
    stored.settle()

    assert [stored.answers(question) for question in questions] == [[f"You asked: {one.text}"] for one in questions]
    assert [len(stored.said(question)) for question in questions] == [1] * 6
    assert len(stored.requests) == 6
    assert len(stored.functions.processes("worker")) > 1


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shuffled=st.randoms(use_true_random=False))
def test_twenty_deliveries_of_four_messages_in_any_order_are_four_answers(stored: Deployment, shuffled: Random):
    questions = [_said_quietly(stored, f"Which room is number {number}?") for number in range(4)]
    deliveries = []
    for question in questions:
        mention, message = _events_of(stored, question)
        deliveries += [mention, message, mention, message | {"event_id": f"Ev0{question.ts}"}, message]
    shuffled.shuffle(deliveries)

    with ThreadPoolExecutor(8) as threads:
        together = threading.Barrier(1)
        answers = list(threads.map(lambda each: _delivered(stored, each, together), deliveries))
    stored.settle()

    assert answers == [200] * 20
    assert [stored.answers(question) for question in questions] == [[f"You asked: {one.text}"] for one in questions]
    assert [len(stored.said(question)) for question in questions] == [1] * 4
    assert len(stored.requests) == 4
    assert stored.attempts == ["ok"] * 20
    stored.rest()


def test_both_functions_have_their_credentials_from_secrets_manager(tmp_path: Path, moto: str):
    kept = {
        "VERA_SLACK_SECRET_ID": "slack",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": moto,
        "AWS_REGION": REGION,
        "SLACK_SIGNING_SECRET": "",
        "SLACK_BOT_TOKEN": "",
    }
    with (
        aws_client("secretsmanager", moto) as client,
        Deployment(tmp_path, environment=kept, receiver_environment=kept) as vera,
    ):
        secret = {"bot_token": vera.workspace.bot_token, "signing_secret": vera.playground.signing_secret}
        client.create_secret(Name="slack", SecretString=json.dumps(secret))
        vera.bedrock.say(WHOLE)

        question = vera.ask("When do you close?")
        vera.settle()
        forged = vera.delivery.send(b"{}", headers={"x-slack-signature": "v0=" + "0" * 64})

        assert [one["text"] for one in vera.said(question)] == [WHOLE]
        assert forged.status == 401
        assert not any(part in line for part in secret.values() for line in _all_lines(vera))


def test_a_token_that_was_replaced_is_fetched_anew_by_the_next_attempt(tmp_path: Path, moto: str):
    kept = {"VERA_SLACK_SECRET_ID": "rotated", "AWS_ENDPOINT_URL_SECRETS_MANAGER": moto, "SLACK_BOT_TOKEN": ""}
    with (
        aws_client("secretsmanager", moto) as client,
        Deployment(tmp_path, environment=kept, shifted=True) as vera,
    ):
        workspace = vera.workspace
        secret = {"bot_token": workspace.bot_token, "signing_secret": vera.playground.signing_secret}
        client.create_secret(Name="rotated", SecretString=json.dumps(secret))
        vera.bedrock.say(WHOLE)
        vera.whisper("When do you close?")
        vera.settle()
        vera.rest()
        workspace.tokens = {"xoxb-another": workspace.tokens[workspace.bot_token]}
        client.put_secret_value(SecretId="rotated", SecretString=json.dumps(secret | {"bot_token": "xoxb-another"}))
        vera.bedrock.say(WHOLE)

        question = vera.whisper("And tomorrow?")
        vera.time.to_next()
        vera.settle()

        assert vera.attempts == ["error", "ok"]
        assert [one["text"] for one in vera.said(question)] == [WHOLE]


def _echo(request: Received) -> list[Any]:
    """Answer with the question."""
    asked = request.body["messages"][-1]["content"][0]["text"].partition("ada: ")[2].partition("\n")[0]
    return ["You ", "asked: ", asked, Stop(), Used()]


def _said_quietly(vera: Deployment, text: str) -> Question:
    """Mention Vera in a channel of its own, without Slack telling her of it."""
    channel = vera.channel()
    ts = vera.workspace.say("ada", channel, f"<@{vera.workspace.bot.id}> {text}", announce=False)
    return Question(channel, ts, ts, text)


def _events_of(vera: Deployment, question: Question) -> list[dict[str, Any]]:
    """Return the two events that Slack makes of a mention, as they are delivered."""
    workspace = vera.workspace
    channel = workspace.channel(question.channel)
    told = workspace.message(question.channel, question.ts)
    change = Change(0, "posted", channel.id, question.ts, workspace.person("ada").id, workspace.now(), told)
    return [
        envelope(
            event,
            event_id=f"Ev0DELIVERY{number}",
            event_time=int(workspace.now()),
            team=workspace.team,
            bot=workspace.bot,
            channel=channel,
            token="deprecated",
        )
        for number, event in enumerate(events_of(change, channel, bot=workspace.bot, event_ts=question.ts))
    ]


def _delivered(vera: Deployment, event: dict[str, Any], together: threading.Barrier) -> int:
    together.wait(10)
    return vera.delivery.send(json.dumps(event).encode()).status


def _all_lines(vera: Deployment) -> list[str]:
    return [*vera.functions.log("receiver"), *vera.functions.log("worker")]
