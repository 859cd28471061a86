"""The invocation that goes on, over the wire to a Lambda API on loopback that can refuse, hang up and be silent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fakes.aws import aws_client, closed_port
from fakes.lambda_api import ACCEPTED, DROP, HANG, LambdaApi, lambda_api
from vera.aws.clients import Clients
from vera.aws.handover import HandOver, parse
from vera.aws.relay import SelfInvoke, hand_on, lambda_client
from vera.errors import HandOnFailed, SettingsError, TryAgain

if TYPE_CHECKING:
    from collections.abc import Iterator

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:vera-worker:live"
EVENT = {
    "kind": "event",
    "payload": {"type": "event_callback", "event": {"text": "Grüße 👋 <&>"}},
    "retry": {"num": 0, "reason": ""},
    "received_at": 1763646900.25,
}


@pytest.fixture
def api() -> Iterator[LambdaApi]:
    with lambda_api() as api:
        yield api


@pytest.fixture
def client(api: LambdaApi) -> Iterator[Any]:
    with aws_client("lambda", api.url, read_timeout_seconds=0.2) as client:
        yield client


def test_a_continuation_is_the_very_event_with_the_number_of_its_leg(api: LambdaApi, client: Any):
    SelfInvoke(client, ARN)(EVENT, 3)

    [invoke] = api.invokes
    assert invoke.function == ARN
    assert invoke.headers["x-amz-invocation-type"] == "Event"
    assert invoke.payload == {**EVENT, "leg": 3}
    assert parse(invoke.payload) == HandOver("event", EVENT["payload"], leg=3)


def test_a_continuation_of_a_continuation_counts_on_and_reopens_nothing(api: LambdaApi, client: Any):
    SelfInvoke(client, ARN)({**EVENT, "leg": 3, "redrive": True}, 4)

    assert api.invokes[0].payload == {**EVENT, "leg": 4}


def test_the_event_that_came_is_not_changed(client: Any):
    before = json.dumps(EVENT)

    SelfInvoke(client, ARN)(EVENT, 1)

    assert json.dumps(EVENT) == before


def test_words_go_over_the_wire_as_they_are_so_that_what_came_in_fits_again(api: LambdaApi, client: Any):
    hand_on(client, "vera-worker", EVENT)

    assert "Grüße 👋 <&>".encode() in api.invokes[0].body


def test_half_of_a_surrogate_pair_passes_too(api: LambdaApi, client: Any):
    hand_on(client, "vera-worker", {**EVENT, "payload": {"text": "\ud83d"}})

    assert api.invokes[0].payload["payload"] == {"text": "\ud83d"}


def test_one_connection_serves_for_many(api: LambdaApi, client: Any):
    for leg in range(3):
        SelfInvoke(client, ARN)(EVENT, leg)

    assert (len(api.invokes), api.connections) == (3, 1)


REFUSALS = {
    "no right to": ((403, {"x-amzn-errortype": "AccessDeniedException"}, b"{}"), "AccessDeniedException"),
    "no such function": ((404, {"x-amzn-errortype": "ResourceNotFoundException"}, b"{}"), "ResourceNotFoundException"),
    "too large": ((413, {"x-amzn-errortype": "RequestTooLargeException"}, b"{}"), "RequestTooLargeException"),
    "throttled": ((429, {"x-amzn-errortype": "TooManyRequestsException"}, b"{}"), "TooManyRequestsException"),
    "a fault of Lambda's": ((500, {"x-amzn-errortype": "ServiceException"}, b"{}"), "ServiceException"),
    "run at once": ((200, {}, b"{}"), "http_200"),
    "a hang-up": (DROP, "ConnectionClosedError"),
    "silence": (HANG, "ReadTimeoutError"),
}


@pytest.mark.parametrize(("answer", "code"), REFUSALS.values(), ids=REFUSALS)
def test_anything_but_accepted_is_an_error_for_another_attempt(api: LambdaApi, client: Any, answer: Any, code: str):
    api.script = [answer]

    with pytest.raises(HandOnFailed, match="invoke of vera-worker") as error:
        hand_on(client, "vera-worker", EVENT)

    assert isinstance(error.value, TryAgain)
    assert error.value.code == code
    assert "Grüße" not in str(error.value)


def test_a_lambda_that_is_out_of_reach_is_one_too():
    with (
        closed_port() as url,
        aws_client("lambda", url) as client,
        pytest.raises(HandOnFailed, match="EndpointConnectionError"),
    ):
        hand_on(client, "vera-worker", EVENT)


def test_the_client_knows_its_limits_and_tries_again(monkeypatch: pytest.MonkeyPatch, api: LambdaApi):
    for name, value in {"AWS_ENDPOINT_URL": api.url, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    client = lambda_client(Clients(), region="eu-central-1")
    api.script = [ACCEPTED]

    hand_on(client, "vera-worker", EVENT)

    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 5)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
    assert client.meta.region_name == "eu-central-1"
    client.close()


def test_without_a_region_there_is_no_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(SettingsError, match="region"):
        lambda_client(Clients())
