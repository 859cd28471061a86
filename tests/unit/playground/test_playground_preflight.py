"""Whether the model answers, asked of a scripted Bedrock over the wire."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from fakes.aws import closed_port
from fakes.scripted_bedrock import Cut, Fault, Hold, ScriptedBedrock
from vera.errors import SettingsError
from vera.playground.preflight import check_model, region_found
from vera.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODEL = "eu.anthropic.scripted-v1:0"
SETTINGS = Settings(model_id=MODEL)
REGION = "eu-central-1"
OTHERWISE = "leave out --model (and VERA_MODEL_ID) for the embedded one"


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Take away what this machine may have of AWS."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def bedrock(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedBedrock]:
    with ScriptedBedrock() as bedrock:
        for name, value in bedrock.environment.items():
            monkeypatch.setenv(name, value)
        yield bedrock


def sentence() -> str:
    with pytest.raises(SettingsError) as told:
        check_model(SETTINGS, REGION, patience_seconds=5.0)
    text = str(told.value)
    assert text.startswith(f"{MODEL} does not answer: ")
    assert OTHERWISE in text
    assert "\n" not in text
    return text


def test_the_embedded_model_is_not_asked():
    check_model(Settings(model_id="embedded"), "")


def test_a_model_that_answers_is_asked_for_a_few_tokens_once(bedrock: ScriptedBedrock):
    bedrock.say("Hello.")

    check_model(SETTINGS, REGION)

    (request,) = bedrock.requests
    assert request.target == MODEL
    assert request.body["inferenceConfig"]["maxTokens"] <= 16


def test_a_model_that_goes_on_speaking_is_not_listened_to(bedrock: ScriptedBedrock):
    bedrock.script(["Hello", Hold()])

    check_model(SETTINGS, REGION)

    assert bedrock.requests[0].hung_up.wait(10)


REFUSALS = {
    "no access": ("AccessDeniedException", "not authorized", "this AWS account or role may not use it"),
    "a form": ("ResourceNotFoundException", "Model use case details have not been submitted", "access to the model"),
    "expired credentials": ("ExpiredTokenException", "expired", "the AWS credentials have expired; log in again"),
    "a wrong secret": ("UnrecognizedClientException", "invalid", "AWS does not know these credentials"),
    "an unknown model": ("ValidationException", "The provided model identifier is invalid.", f"such model in {REGION}"),
    "one without on-demand": ("ValidationException", "Try on-demand throughput", "by an inference profile"),
    "an ended model": ("ResourceNotFoundException", "reached the end of its life", "or no longer; name another one"),
    "a wrong guardrail": ("ValidationException", "guardrailConfig.guardrailIdentifier", "look at VERA_GUARDRAIL_ID"),
    "a failing model": ("ModelErrorException", "broken", "name another model"),
}


@pytest.mark.parametrize(("code", "message", "told"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_one_sentence_that_says_what_to_do(bedrock: ScriptedBedrock, code: str, message: str, told: str):
    bedrock.fail(code, message)

    text = sentence()

    assert told in text
    assert f"[{code} (HTTP " in text


@pytest.mark.parametrize("code", ["ThrottlingException", "ModelNotReadyException", "ServiceUnavailableException"])
def test_who_throttles_is_alive(bedrock: ScriptedBedrock, code: str):
    bedrock.fail(code)

    check_model(SETTINGS, REGION)

    assert len(bedrock.requests) == 1


def test_who_throttles_within_the_stream_is_alive_too(bedrock: ScriptedBedrock):
    bedrock.script([Fault("throttlingException")])

    check_model(SETTINGS, REGION)


def test_without_credentials_it_says_which_to_set(bedrock: ScriptedBedrock, monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)

    assert "there are no AWS credentials; set AWS_PROFILE" in sentence()
    assert bedrock.requests == []


def test_credentials_that_cannot_be_fetched_are_told(
    bedrock: ScriptedBedrock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "work")
    (tmp_path / "config").write_text("[profile work]\ncredential_process = false\n")

    assert "Error when retrieving credentials from custom-process; look at the AWS_ variables" in sentence()


def test_who_was_logged_out_is_told_to_log_in_again(
    bedrock: ScriptedBedrock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "config").write_text(
        "[profile work]\nsso_session = me\nsso_account_id = 123456789012\nsso_role_name = dev\n"
        "[sso-session me]\nsso_region = eu-central-1\nsso_start_url = https://example.awsapps.com/start\n"
    )

    assert "have expired; log in again (such as by `aws sso login`)" in sentence()


def test_an_endpoint_that_nobody_answers_at_is_told(bedrock: ScriptedBedrock, monkeypatch: pytest.MonkeyPatch):
    with closed_port() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", url)

        assert f"Bedrock cannot be reached in {REGION}; look at the network" in sentence()


def test_who_breaks_off_at_once_is_alive(bedrock: ScriptedBedrock):
    bedrock.script([Cut()])

    check_model(SETTINGS, REGION)


def test_a_silent_endpoint_is_not_waited_for(bedrock: ScriptedBedrock):
    bedrock.script([Hold()])

    with pytest.raises(SettingsError, match="nothing came from Bedrock in time"):
        check_model(SETTINGS, REGION, patience_seconds=0.2)


def test_without_a_region_nothing_is_asked(bedrock: ScriptedBedrock):
    with pytest.raises(SettingsError, match=r"no AWS region to ask .*: set AWS_REGION, or leave out --model"):
        check_model(SETTINGS, "")
    assert bedrock.requests == []


def test_an_endpoint_that_is_none_is_told(bedrock: ScriptedBedrock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "nowhere")

    assert "nowhere; look at the AWS_ variables and ~/.aws" in sentence()


def test_half_of_a_pair_of_keys_is_told(bedrock: ScriptedBedrock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    assert "missing: AWS_SECRET_ACCESS_KEY; look at the AWS_ variables" in sentence()


def test_a_role_that_cannot_be_taken_on_is_told(
    bedrock: ScriptedBedrock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    (tmp_path / "config").write_text(
        "[profile work]\nrole_arn = arn:aws:iam::123456789012:role/dev\nsource_profile = keys\n"
        "[profile keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n"
    )
    with closed_port() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)

        assert "cannot be reached" in sentence()


def test_the_region_is_that_of_the_environment_or_of_the_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "config").write_text("[default]\nregion = eu-west-1\n[profile work]\nregion = eu-north-1\n")

    assert region_found() == "eu-west-1"
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert region_found() == "eu-north-1"
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert region_found() == "eu-central-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-south-1")
    assert region_found() == "eu-south-1"


def test_without_a_region_anywhere_none_is_found():
    assert region_found() == ""


def test_a_profile_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    with pytest.raises(SettingsError, match="nobody"):
        region_found()


def test_no_thread_is_left(bedrock: ScriptedBedrock):
    bedrock.say("Hello.")
    before = {thread.name for thread in threading.enumerate()}

    check_model(SETTINGS, REGION)

    assert "preflight" not in {t.name for t in threading.enumerate()} - before
