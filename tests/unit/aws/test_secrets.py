"""Slack's credentials out of Secrets Manager, over the wire."""

from __future__ import annotations

import json
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from fakes.aws import SILENT, ScriptedAws, aws_client, closed_port, moto_server
from fakes.ledger import StandingClock
from vera.aws.clients import Clients
from vera.aws.secrets import DirectCredentials, SecretCredentials, SlackCredentials
from vera.errors import SettingsError, TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from vera.aws.secrets import CredentialSource

OLD = SlackCredentials(bot_token="xoxb-old", signing_secret="shh-old", feedback_key="key")
NEW = SlackCredentials(bot_token="xoxb-new", signing_secret="shh-new")


def secret(credentials: SlackCredentials) -> tuple[int, dict[str, Any]]:
    values = {"bot_token": credentials.bot_token, "signing_secret": credentials.signing_secret}
    if credentials.feedback_key:
        values["feedback_key"] = credentials.feedback_key
    return 200, {"SecretString": json.dumps(values)}


@pytest.fixture
def aws() -> Iterator[ScriptedAws]:
    with ScriptedAws().serving() as server:
        yield server


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def source(aws: ScriptedAws, clock: StandingClock) -> Iterator[SecretCredentials]:
    with aws_client("secretsmanager", aws.endpoint, read_timeout_seconds=0.1) as client:
        yield SecretCredentials(client, "vera/slack", clock=clock)


def test_a_secret_that_secrets_manager_holds_is_read():
    with moto_server() as endpoint, aws_client("secretsmanager", endpoint) as client:
        client.create_secret(Name="vera/slack", SecretString=secret(OLD)[1]["SecretString"])

        credentials = SecretCredentials(client, "vera/slack").get()

    assert credentials == OLD


def test_a_secret_that_is_not_there_is_for_the_operator():
    with moto_server() as endpoint, aws_client("secretsmanager", endpoint) as client:
        source = SecretCredentials(client, "vera/none")

        with pytest.raises(SettingsError, match=r"VERA_SLACK_SECRET_ID.*'vera/none'.*ResourceNotFoundException"):
            source.get()


def test_nothing_is_asked_before_the_first_need_and_once_after_it(aws: ScriptedAws, source: SecretCredentials):
    aws.script = [secret(OLD)]
    assert aws.requests == []

    with ThreadPoolExecutor(4) as threads:
        gotten = list(threads.map(lambda _: source.get(), range(8)))

    assert gotten == [OLD] * 8
    assert aws.requests == [("GetSecretValue", {"SecretId": "vera/slack"})]


def test_newer_credentials_are_looked_for_at_most_once_a_minute(
    aws: ScriptedAws, source: SecretCredentials, clock: StandingClock
):
    aws.script = [secret(OLD), secret(OLD), secret(NEW)]
    source.get()

    seen = []
    for seconds in (59, 1, 59, 1):
        clock.advance(seconds)
        seen.append((source.refresh(), len(aws.requests)))

    assert seen == [(OLD, 1), (OLD, 2), (OLD, 2), (NEW, 3)]
    assert source.get() == NEW


def test_what_was_kept_stays_where_a_refresh_fails(aws: ScriptedAws, source: SecretCredentials, clock: StandingClock):
    aws.script = [secret(OLD)]
    source.get()
    clock.advance(60)
    aws.error(500, "InternalServiceError")

    with pytest.raises(TryAgain):
        source.refresh()

    assert source.get() == OLD
    assert source.refresh() == OLD


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({}, "holds no JSON"),
        ({"SecretBinary": "e30="}, "holds no JSON"),
        ({"SecretString": ""}, "holds no JSON"),
        ({"SecretString": "xoxb-secret"}, "holds no JSON"),
        ({"SecretString": '["xoxb-secret"]'}, "holds no JSON object"),
        ({"SecretString": "{}"}, "lacks bot_token and signing_secret"),
        ({"SecretString": '{"bot_token": "xoxb-secret", "signing_secret": " "}'}, "lacks signing_secret"),
        ({"SecretString": '{"bot_token": 17, "signing_secret": "shh"}'}, "lacks bot_token"),
    ],
    ids=["nothing", "binary", "empty", "a bare token", "a list", "no fields", "a blank field", "a number"],
)
def test_a_secret_that_is_not_whole_is_never_kept_nor_shown(
    aws: ScriptedAws, source: SecretCredentials, content: dict[str, Any], what: str
):
    aws.script = [(200, content), secret(OLD)]

    with pytest.raises(SettingsError, match=what) as error:
        source.get()

    assert "xoxb-secret" not in "".join(traceback.format_exception(error.value))
    assert source.get() == OLD


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "AccessDeniedException", SettingsError),
        (400, "DecryptionFailure", SettingsError),
        (400, "InvalidParameterException", SettingsError),
        (400, "InvalidRequestException", SettingsError),
        (400, "ResourceNotFoundException", SettingsError),
        (400, "UnrecognizedClientException", SettingsError),
        (400, "ExpiredTokenException", TryAgain),
        (400, "ThrottlingException", TryAgain),
        (500, "InternalServiceError", TryAgain),
        (503, "ServiceUnavailable", TryAgain),
    ],
)
def test_every_error_of_the_service_is_one_of_ours(
    aws: ScriptedAws, source: SecretCredentials, status: int, code: str, expected: type[Exception]
):
    aws.error(status, code)

    with pytest.raises(expected, match=code):
        source.get()


def test_a_service_that_never_answers_is_tried_again_later(aws: ScriptedAws, source: SecretCredentials):
    aws.script = [SILENT]

    with pytest.raises(TryAgain, match="ReadTimeoutError"):
        source.get()


def test_a_service_that_is_not_there_is_tried_again_later():
    with closed_port() as endpoint, aws_client("secretsmanager", endpoint) as client:
        source = SecretCredentials(client, "vera/slack")

        with pytest.raises(TryAgain, match="EndpointConnectionError"):
            source.get()


def test_a_role_without_credentials_is_for_the_operator(
    aws: ScriptedAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    client = Clients().create("secretsmanager")

    with pytest.raises(SettingsError, match="Unable to locate credentials"):
        SecretCredentials(client, "vera/slack").get()

    client.close()


def test_credentials_given_directly_are_what_they_are():
    source: CredentialSource = DirectCredentials(OLD)

    assert source.get() == source.refresh() == OLD


@pytest.mark.parametrize("shown", [repr, str], ids=["repr", "str"])
def test_credentials_do_not_show_themselves(shown: Callable[[object], str]):
    text = shown(OLD)

    assert all(part not in text for part in ("xoxb", "shh", "key="))
