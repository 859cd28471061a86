"""On-failure records on their way back to the worker."""

import json
from typing import Any

import pytest

from fakes.lambda_api import LambdaApi
from fakes.receiving import Logged
from fakes.slack_requests import sample
from vera.receiver import Receiver
from vera.receiver.connection import Unavailable


def test_an_on_failure_record_is_passed_to_the_worker_unchanged(receiver: Receiver, api: LambdaApi, logged: Logged):
    record = sample("on_failure_record")

    answer = receiver(record)

    assert answer is None
    (invoke,) = api.invokes
    assert invoke.function == "vera-worker"
    assert invoke.headers["x-amz-invocation-type"] == "Event"
    assert invoke.payload == record
    assert logged.last["message"] == "An on-failure record passed on"
    assert logged.last["correlation_id"] == "C0GENERAL:1763646900.000100"
    assert logged.last["ts"] == "1763646900.000100"


def test_a_record_with_words_from_everywhere_stays_as_small_as_it_came(receiver: Receiver, api: LambdaApi):
    record = sample("on_failure_record")
    record["requestPayload"]["payload"]["event"]["text"] = "日本語 👋 " * 1000

    receiver(record)

    assert api.invokes[0].payload == record
    assert len(api.invokes[0].body) <= len(json.dumps(record, ensure_ascii=False).encode())


def test_a_record_with_half_a_surrogate_pair_is_passed_on_all_the_same(receiver: Receiver, api: LambdaApi):
    record = sample("on_failure_record")
    record["requestPayload"]["payload"]["event"]["text"] = "\ud83d"

    receiver(record)

    assert api.invokes[0].payload == record


def test_a_record_about_a_record_is_dropped_with_a_log_line(receiver: Receiver, api: LambdaApi, logged: Logged):
    record = sample("on_failure_record")
    record["requestPayload"] = sample("on_failure_record")

    answer = receiver(record)

    assert answer is None
    assert api.calls == []
    assert logged.last["level"] == "ERROR"
    assert logged.last["message"] == "A record about a record: dropped"
    assert logged.last["ts"] == "1763646900.000100"


@pytest.mark.parametrize("failed", [None, [], "text", {}, {"kind": "event"}, {"kind": "event", "payload": []}])
def test_a_record_about_something_unknown_is_for_the_worker_to_judge(receiver: Receiver, api: LambdaApi, failed: Any):
    record = sample("on_failure_record") | {"requestPayload": failed}

    receiver(record)

    assert api.invokes[0].payload == record


def test_a_record_that_cannot_be_passed_on_raises_so_that_lambda_tries_again(
    receiver: Receiver, api: LambdaApi, logged: Logged
):
    api.script = [(500, {"x-amzn-errortype": "ServiceException"}, b"")]

    with pytest.raises(Unavailable, match="500 ServiceException"):
        receiver(sample("on_failure_record"))

    assert logged.last["level"] == "ERROR"
    assert logged.last["ts"] == "1763646900.000100"


def test_nobody_can_pass_a_record_in_over_http(receiver: Receiver, api: LambdaApi):
    event = sample("http_api_request") | {"requestPayload": {"kind": "event"}}
    event["requestContext"]["condition"] = "RetriesExhausted"

    answer = receiver(event)

    assert answer["statusCode"] == 401
    assert api.calls == []


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Records": []},
        {"requestContext": {}},
        {"requestContext": None, "requestPayload": {}},
        {"requestContext": {"condition": "RetriesExhausted"}},
        {"httpMethod": "POST", "body": "{}"},
    ],
)
def test_an_event_that_is_neither_is_a_clear_error(receiver: Receiver, event: dict[str, Any]):
    with pytest.raises(ValueError, match=r"neither an HTTP request .* nor an on-failure record"):
        receiver(event)
