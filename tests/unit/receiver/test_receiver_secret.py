"""The signing secret out of Secrets Manager: kept, never empty, renewed at most once a minute."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from fakes.lambda_api import HANG, LambdaApi
from fakes.receiving import Clock, Logged
from fakes.slack_requests import SIGNING_SECRET, request_of, sample
from vera.receiver import Receiver

SECRET_ID = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:vera/slack-a1B2c3"


@pytest.fixture
def receiver(make_receiver: Callable[..., Receiver], api: LambdaApi):
    api.secret_string = json.dumps({"bot_token": "xoxb-1", "signing_secret": SIGNING_SECRET})
    return make_receiver(SLACK_SIGNING_SECRET=None, VERA_SLACK_SECRET_ID=SECRET_ID)


def at(clock: Clock, **options: Any):
    """Return a mention that is signed now."""
    return request_of("event_app_mention", timestamp=str(int(clock())), **options)


def test_the_secret_is_fetched_once_for_many_requests(receiver: Receiver, api: LambdaApi, clock: Clock):
    answers = [receiver(at(clock))["statusCode"] for _ in range(3)]

    assert answers == [200, 200, 200]
    (fetch,) = api.secret_fetches
    assert json.loads(fetch.body) == {"SecretId": SECRET_ID}
    assert fetch.headers["x-amz-target"] == "secretsmanager.GetSecretValue"
    assert fetch.headers["content-type"] == "application/x-amz-json-1.1"


def test_a_secret_in_the_environment_is_taken_before_one_elsewhere(
    make_receiver: Callable[..., Receiver], api: LambdaApi, clock: Clock
):
    receiver = make_receiver(VERA_SLACK_SECRET_ID=SECRET_ID)

    answer = receiver(at(clock))

    assert answer["statusCode"] == 200
    assert api.secret_fetches == []


def test_a_rotated_secret_is_found_by_the_first_request_signed_with_it(
    receiver: Receiver, api: LambdaApi, clock: Clock
):
    receiver(at(clock))
    api.secret_string = json.dumps({"signing_secret": "rotated"})
    clock.now += 61

    answer = receiver(at(clock, secret="rotated"))

    assert answer["statusCode"] == 200
    assert len(api.secret_fetches) == 2
    assert receiver(at(clock))["statusCode"] == 401


def test_forged_requests_fetch_the_secret_at_most_once_a_minute(receiver: Receiver, api: LambdaApi, clock: Clock):
    statuses = set()

    for _ in range(121):
        statuses.add(receiver(at(clock, secret="forged"))["statusCode"])
        clock.now += 1

    assert statuses == {401}
    assert len(api.secret_fetches) == 3  # the first, and one a minute
    assert api.invokes == []


@pytest.mark.parametrize(
    "headers", [{"x-slack-signature": ""}, {"x-slack-request-timestamp": "1"}, {"x-slack-signature": "v0=ü"}]
)
def test_what_no_secret_can_save_fetches_none(
    receiver: Receiver, api: LambdaApi, clock: Clock, headers: dict[str, Any]
):
    answer = receiver(at(clock, headers=headers))

    assert answer["statusCode"] == 401
    assert api.calls == []


WITHOUT = {
    "none": None,
    "an empty one": json.dumps({"signing_secret": ""}),
    "one of spaces": json.dumps({"signing_secret": "  "}),
    "one without signing_secret": json.dumps({"bot_token": "xoxb-1"}),
    "one that is no text": json.dumps({"signing_secret": 7}),
    "no JSON": "plain",
    "a JSON list": "[]",
    "JSON null": "null",
}


@pytest.mark.parametrize("secret_string", WITHOUT.values(), ids=WITHOUT)
def test_a_secret_that_is_none_is_503_and_not_kept(
    receiver: Receiver, api: LambdaApi, clock: Clock, logged: Logged, secret_string: str | None
):
    good, api.secret_string = api.secret_string, secret_string

    first = receiver(at(clock))
    said = logged.last
    api.secret_string = good
    second = receiver(at(clock))

    assert first == {"statusCode": 503, "body": ""}
    assert said["level"] == "ERROR"
    assert said["message"] == "Slack's signing secret cannot be had"
    assert second["statusCode"] == 200


DOWN = {
    "an internal error": (500, {}, b'{"__type":"InternalServiceError"}'),
    "no right": (400, {}, b'{"__type":"AccessDeniedException","Message":"xoxb-1"}'),
    "throttled": (400, {}, b'{"__type":"ThrottlingException"}'),
    "no JSON": (200, {}, b"<html>xoxb-1"),
    "a binary secret": (200, {}, b'{"SecretBinary":"eG94Yi0x"}'),
    "not UTF-8": (200, {}, b"\xff\xfe\x00"),
    "hanging": HANG,
}


@pytest.mark.parametrize("trouble", DOWN.values(), ids=DOWN)
def test_while_secrets_manager_is_down_slack_hears_503_and_sends_it_again(
    make_receiver: Callable[..., Receiver], api: LambdaApi, clock: Clock, logged: Logged, trouble: Any
):
    api.script = [trouble]
    receiver = make_receiver(SLACK_SIGNING_SECRET=None, VERA_SLACK_SECRET_ID=SECRET_ID, budget_seconds=0.2)

    answer = receiver(at(clock))

    assert answer == {"statusCode": 503, "body": ""}
    assert logged.last["message"] == "Slack's signing secret cannot be had"
    assert "xoxb-1" not in logged.text
    assert api.invokes == []


def test_the_log_names_what_secrets_manager_refused(receiver: Receiver, api: LambdaApi, clock: Clock, logged: Logged):
    api.secret_string = None

    receiver(at(clock))

    assert logged.last["error"] == "400 ResourceNotFoundException"


def test_a_kept_secret_survives_a_failed_renewal(receiver: Receiver, api: LambdaApi, clock: Clock):
    receiver(at(clock))
    clock.now += 61
    api.script = [(500, {}, b"")]

    forged = receiver(at(clock, secret="forged"))
    genuine = receiver(at(clock))

    assert forged["statusCode"] == 503  # nobody can tell whether it is forged
    assert genuine["statusCode"] == 200


def test_secret_and_invoke_share_one_deadline(make_receiver: Callable[..., Receiver], api: LambdaApi, clock: Clock):
    api.secret_string = json.dumps({"signing_secret": SIGNING_SECRET})
    ticks = iter(range(100))
    receiver = make_receiver(
        SLACK_SIGNING_SECRET=None,
        VERA_SLACK_SECRET_ID=SECRET_ID,
        monotonic=lambda: next(ticks) * 0.5,  # every look at the clock costs half a second: none is left for the invoke
    )

    answer = receiver(at(clock))

    assert answer["statusCode"] == 503
    assert len(api.secret_fetches) == 1
    assert api.invokes == []


def test_the_endpoint_of_secrets_manager_may_be_its_own(
    make_receiver: Callable[..., Receiver], api: LambdaApi, variables: dict[str, str], clock: Clock
):
    api.secret_string = json.dumps({"signing_secret": SIGNING_SECRET})
    receiver = make_receiver(
        SLACK_SIGNING_SECRET=None,
        VERA_SLACK_SECRET_ID="vera/slack",
        AWS_ENDPOINT_URL="http://127.0.0.1:1",
        AWS_ENDPOINT_URL_SECRETS_MANAGER=f"{api.url}/secrets/",
        AWS_ENDPOINT_URL_LAMBDA=f"{api.url}/lambda",
    )

    answer = receiver(at(clock))

    assert answer["statusCode"] == 200
    assert [call.path for call in api.calls] == [
        "/secrets/",
        "/lambda/2015-03-31/functions/vera-worker/invocations",
    ]
    assert api.invokes[0].payload["payload"] == sample("event_app_mention")
