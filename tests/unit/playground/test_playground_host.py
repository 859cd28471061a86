"""The whole of it, with a receiver and a worker of a few lines."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from unit.playground.hand_time import HandTime
from vera.playground.host import Playground

if TYPE_CHECKING:
    from pathlib import Path

QUESTION = "<@U0VERAVERA> when do we open?"


@pytest.fixture
def playground(function_environment: dict[str, str]):
    with Playground(
        handlers=("unit.playground.lambda_handlers:invoke_worker", "unit.playground.lambda_handlers:answer_question"),
        environment=function_environment,
        receiver_environment=function_environment,
    ) as playground:
        yield playground


def test_a_question_goes_through_receiver_and_worker_and_is_answered_in_its_thread(playground: Playground):
    workspace = playground.workspace
    ts = workspace.say("ada", "general", QUESTION)

    thread = workspace.wait_for(lambda w: len(w.thread("general", ts)) == 2 and w.thread("general", ts))
    playground.settle()

    assert [message["text"] for message in thread] == [QUESTION, "Here you are"]
    assert thread[1]["bot_id"] == "B0VERAVERA"
    assert [call.method for call in workspace.calls] == ["chat.postMessage"]
    assert {attempt.status for attempt in playground.delivery.attempts} == {200}
    assert playground.functions.dead_letters == ()


def test_what_a_test_sends_goes_the_same_way(playground: Playground):
    body = json.dumps({"event": {"type": "other"}}).encode()

    answer = playground.delivery.send(body)

    assert answer.status == 200
    playground.functions.settle()
    assert [one.function for one in playground.functions.invocations] == ["receiver", "worker"]


def test_a_failing_worker_ends_in_a_record_to_the_receiver(function_environment: dict[str, str]):
    with Playground(
        handlers=("unit.playground.lambda_handlers:echo", "unit.playground.lambda_handlers:fail"),
        environment=function_environment,
        receiver_environment=function_environment,
        lambda_retry_delays_seconds=(0.0,),
    ) as playground:
        playground.functions.invoke_later("worker", {"question": 1})
        playground.functions.settle()

        record = playground.functions.invocations[-1].payload["event"]
        assert record["requestPayload"] == {"question": 1}
        assert record["requestContext"]["condition"] == "RetriesExhausted"


def test_each_function_is_given_what_wires_it_and_no_more(function_environment: dict[str, str]):
    with Playground(
        handlers=("unit.playground.lambda_handlers:echo", "unit.playground.lambda_handlers:echo"),
        environment=function_environment | {"VERA_MODEL_ID": "m"},
        receiver_environment=function_environment,
    ) as playground:
        receiver = set(playground.functions.invoke("receiver", {}).payload["environment"])
        worker = set(playground.functions.invoke("worker", {}).payload["environment"])

    assert {"SLACK_SIGNING_SECRET", "VERA_WORKER_FUNCTION", "AWS_ENDPOINT_URL_LAMBDA", "AWS_REGION"} <= receiver
    assert {"SLACK_BOT_TOKEN", "VERA_SLACK_API_URL", "VERA_MODEL_ID", "AWS_REGION"} <= worker
    assert not {"SLACK_BOT_TOKEN", "VERA_MODEL_ID"} & receiver
    assert not {"AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL_LAMBDA"} & worker


def test_leaving_it_leaves_no_thread_and_a_new_one_finds_what_was_said(
    tmp_path: Path, function_environment: dict[str, str]
):
    before = set(threading.enumerate())

    for _ in range(2):
        with Playground(path=tmp_path / "slack.sqlite", environment=function_environment) as playground:
            playground.workspace.say("ada", "random", "hello")
            said = len(playground.workspace.history_ts("random"))

    assert said == 2
    assert set(threading.enumerate()) == before


def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path):
    before = set(threading.enumerate())

    with pytest.raises(FileNotFoundError), Playground(log_folder=tmp_path / "nowhere"):
        pass

    assert set(threading.enumerate()) == before


def test_a_taken_port_is_an_error_at_once(playground: Playground):
    port = int(playground.api_url.split(":")[2].split("/")[0])
    before = set(threading.enumerate())

    with pytest.raises(OSError, match="in use"):
        Playground(port=port, time=HandTime())

    assert set(threading.enumerate()) == before
