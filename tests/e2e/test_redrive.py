"""What failed for good is answered after all: its dead letter, in a queue, is handed to the worker once more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fakes.aws import aws_client, moto_server
from vera.redrive import Wishes, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.deployment import Deployment, Question
    from vera.playground.lambdas.functions import DeadLetter

WHOLE = "The office closes at three."


@pytest.fixture
def sqs(shifted: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let this process be the operator's: its SQS is moto's, its Lambda the deployment's."""
    with moto_server() as endpoint:
        for name, value in shifted.playground._way_to_itself().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOPERATOR")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", endpoint)
        yield endpoint


def exhausted(vera: Deployment) -> tuple[Question, DeadLetter]:
    """Let a question fail for good, and the person be told so."""
    vera.workspace.faults.add("chat.postMessage", status=500)
    question = vera.whisper("When do you close?")
    vera.time.to_next()
    vera.time.to_next()
    vera.functions.wait_for(lambda _: len(vera.attempts) == 4, timeout_seconds=20.0)
    vera.workspace.faults.clear()
    vera.time.to_next()
    vera.settle()
    [letter] = vera.dead_letters
    return question, letter


def test_a_question_that_failed_for_good_becomes_an_answer_in_the_message_that_said_so(shifted: Deployment, sqs: str):
    question, letter = exhausted(shifted)
    [told] = shifted.said(question)
    shifted.bedrock.say(WHOLE)
    said: list[str] = []

    with aws_client("sqs", sqs) as client:
        queue = client.create_queue(QueueName="dead-letters")["QueueUrl"]
        for _ in range(2):  # SQS delivers at least once
            client.send_message(QueueUrl=queue, MessageBody=json.dumps(letter.payload))
        run(Wishes(queue, function="worker"), say=said.append, wait_seconds=0)
        left = client.receive_message(QueueUrl=queue).get("Messages", [])
    shifted.settle()

    assert "I tried several times" in told["text"]
    assert [(one["ts"], one["text"]) for one in shifted.said(question)] == [(told["ts"], WHOLE)]
    assert [line.split("  ")[::2] for line in said] == [[question.key, "handed to worker"]] * 2
    assert left == []
    assert len(shifted.requests) == 1
    assert shifted.attempts[-2:] == ["ok", "ok"]
