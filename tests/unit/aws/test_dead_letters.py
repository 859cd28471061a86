"""The dead-letter queue over the wire: moto's, and one that refuses as scripted."""

from __future__ import annotations

import itertools
import json
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from fakes.aws import ScriptedAws, aws_client, closed_port, moto_server
from fakes.slack_requests import sample
from vera.aws.clients import Clients
from vera.aws.dead_letters import DeadLetters, region_of, sqs_client
from vera.errors import SettingsError, TryAgain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVENT = {"kind": "event", "payload": {"text": "secret words"}, "retry": {"num": 0, "reason": ""}, "received_at": 5.5}
_names = itertools.count()


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture
def client(moto: str) -> Iterator[Any]:
    with aws_client("sqs", moto) as client:
        yield client


@pytest.fixture
def queue(client: Any) -> str:
    """Return the URL of a queue of its own."""
    return str(client.create_queue(QueueName=f"dead-{next(_names)}")["QueueUrl"])


def fill(client: Any, queue: str, *bodies: object) -> list[str]:
    """Send messages, and return their ids."""
    return [
        client.send_message(QueueUrl=queue, MessageBody=body if isinstance(body, str) else json.dumps(body))[
            "MessageId"
        ]
        for body in bodies
    ]


def visible(client: Any, queue: str) -> int:
    wanted = ["ApproximateNumberOfMessages"]
    return int(client.get_queue_attributes(QueueUrl=queue, AttributeNames=wanted)["Attributes"][wanted[0]])


def hidden(client: Any, queue: str) -> int:
    wanted = ["ApproximateNumberOfMessagesNotVisible"]
    return int(client.get_queue_attributes(QueueUrl=queue, AttributeNames=wanted)["Attributes"][wanted[0]])


def test_what_is_deleted_is_gone_and_the_rest_is_there_for_others(client: Any, queue: str):
    gone, _ = fill(client, queue, EVENT, EVENT)

    with DeadLetters(client, queue, wait_seconds=0) as letters:
        for letter in letters.take():
            if letter.id == gone:
                letters.delete(letter)
        assert (visible(client, queue), hidden(client, queue)) == (0, 1)

    assert (visible(client, queue), hidden(client, queue)) == (1, 0)


def test_what_was_taken_is_there_for_others_also_where_the_block_fails(client: Any, queue: str):
    fill(client, queue, *[EVENT] * 12)

    def break_off() -> None:
        with DeadLetters(client, queue, wait_seconds=0) as letters:
            list(letters.take())
            raise RuntimeError("the worker is out of reach")

    with pytest.raises(RuntimeError):
        break_off()

    assert visible(client, queue) == 12


def test_a_long_queue_is_gone_through_to_its_end_each_message_once(client: Any, queue: str):
    sent = fill(client, queue, *[{**EVENT, "received_at": n} for n in range(25)])

    with DeadLetters(client, queue, wait_seconds=0) as letters:
        taken = [letter.id for letter in letters.take()]

    assert sorted(taken) == sorted(sent)


def test_no_more_are_taken_than_wanted(client: Any, queue: str):
    fill(client, queue, *[EVENT] * 15)

    with DeadLetters(client, queue, wait_seconds=0) as letters:
        taken = list(letters.take(most=12))
        assert hidden(client, queue) == 12

    assert len(taken) == 12


def test_a_message_that_shows_up_again_in_the_same_run_is_not_taken_again(client: Any, queue: str):
    [sent] = fill(client, queue, EVENT)
    taken = []

    with DeadLetters(client, queue, wait_seconds=0) as letters:
        for letter in letters.take(at_once=1):
            taken.append(letter.id)
            client.change_message_visibility(QueueUrl=queue, ReceiptHandle=letter.receipt, VisibilityTimeout=0)

    assert taken == [sent]
    assert visible(client, queue) == 1


def test_a_queue_is_found_by_its_name(client: Any, queue: str):
    fill(client, queue, EVENT)

    with DeadLetters(client, queue.rpartition("/")[2], wait_seconds=0) as letters:
        [letter] = letters.take()

    assert letter.event() == EVENT
    assert letter.sent_at > 1_700_000_000


def test_a_record_about_a_failure_holds_the_event_that_failed(client: Any, queue: str):
    record = sample("on_failure_record")
    fill(client, queue, record)

    with DeadLetters(client, queue, wait_seconds=0) as letters:
        [letter] = letters.take()

    assert letter.event() == record["requestPayload"]


WRONG = {
    "no JSON": ("secret words", "no JSON"),
    "JSON without end": ('{"secret words":' * 10_000, "no JSON"),
    "a list": ('["secret words"]', "list"),
    "something else's": ('{"detail": "secret words", "source": "aws.s3"}', "detail, source"),
    "half a hand-over": ('{"kind": "event", "payload": "secret words"}', "kind, payload"),
}


@pytest.mark.parametrize(("body", "said"), WRONG.values(), ids=WRONG)
def test_what_is_no_hand_over_is_named_by_its_keys_alone(client: Any, queue: str, body: str, said: str):
    fill(client, queue, body)

    with DeadLetters(client, queue, wait_seconds=0) as letters:
        [letter] = letters.take()
    with pytest.raises(ValueError, match=rf"not a hand-over.*{said}") as error:
        letter.event()

    assert "secret words" not in "".join(traceback.format_exception_only(error.value)) + repr(letter)


def test_a_queue_that_is_not_there_is_for_the_operator(client: Any):
    with pytest.raises(SettingsError, match="There is no queue nowhere in this account and region"):
        DeadLetters(client, "nowhere")


REFUSALS = {
    "no right to": (400, "AccessDeniedException", SettingsError),
    "keys that are none": (403, "InvalidClientTokenId", SettingsError),
    "a key of KMS": (400, "KmsAccessDenied", SettingsError),
    "too often": (400, "RequestThrottled", TryAgain),
    "a fault of SQS's": (500, "InternalError", TryAgain),
}


@pytest.mark.parametrize(("status", "code", "kind"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_one_line_for_the_operator_or_another_time(status: int, code: str, kind: type[Exception]):
    with ScriptedAws().serving() as aws, aws_client("sqs", aws.endpoint) as client:
        aws.error(status, code)
        letters = DeadLetters(client, f"{aws.endpoint}/123456789012/dead")

        with pytest.raises(kind, match=rf"receive_message.*{code}"):
            next(letters.take())


def test_a_message_that_may_not_be_deleted_is_put_back(moto: str, client: Any, queue: str):
    fill(client, queue, EVENT)

    def take_and_delete(aws: ScriptedAws, letters: DeadLetters) -> None:
        with letters:
            for letter in letters.take():
                aws.error(400, "AccessDeniedException")
                letters.delete(letter)

    with (
        ScriptedAws(upstream=moto).serving() as aws,
        aws_client("sqs", aws.endpoint) as through,
        pytest.raises(SettingsError, match="delete_message was refused: AccessDenied"),
    ):
        take_and_delete(aws, DeadLetters(through, queue, wait_seconds=0))

    assert visible(client, queue) == 1


def test_where_nothing_can_be_put_back_time_does_it(moto: str, client: Any, queue: str):
    fill(client, queue, EVENT)

    with (
        ScriptedAws(upstream=moto).serving() as aws,
        aws_client("sqs", aws.endpoint) as through,
        DeadLetters(through, queue, wait_seconds=0) as letters,
    ):
        list(letters.take())
        aws.error(500, "InternalError")

    assert hidden(client, queue) == 1


def test_a_service_that_is_not_there_is_tried_again_later():
    with (
        closed_port() as url,
        aws_client("sqs", url) as client,
        pytest.raises(TryAgain, match="get_queue_url failed: EndpointConnectionError"),
    ):
        DeadLetters(client, "dead")


@contextmanager
def bare_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[None]:
    with monkeypatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
            environment.delenv(name, raising=False)
        environment.setenv("HOME", str(home))
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


def test_without_credentials_the_operator_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with bare_environment(monkeypatch, tmp_path):
        client = sqs_client(Clients(), region="eu-central-1")

        with pytest.raises(SettingsError, match="The queue dead cannot be used: Unable to locate credentials"):
            DeadLetters(client, "dead")

    client.close()


def test_without_a_region_the_operator_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with bare_environment(monkeypatch, tmp_path), pytest.raises(SettingsError, match="AWS_REGION"):
        sqs_client(Clients())


@pytest.mark.parametrize(
    ("queue", "region"),
    [
        ("https://sqs.eu-central-1.amazonaws.com/123456789012/dead", "eu-central-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/dead", "cn-north-1"),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/dead", "eu-west-1"),
        ("http://127.0.0.1:4566/123456789012/dead", ""),
        ("dead", ""),
    ],
)
def test_a_queues_address_names_its_region(queue: str, region: str):
    assert region_of(queue) == region
