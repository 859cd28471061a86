"""Every setting is read once, and whatever is wrong is said at once, in one message that gives no secret away."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.errors import SettingsError
from vera.settings import EMBEDDED, FOLDER, Settings, as_markdown

BASE, OTHER = "ABCDEFGHI1", "KLMNOPQRS2"
VARIABLES = re.findall(r"^\| `(\w+)` \|", as_markdown(), re.MULTILINE)


def refused(**environment: str) -> str:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment(environment)
    return str(refusal.value)


def test_nothing_set_gives_the_defaults():
    settings = Settings.from_environment({"PATH": "/bin", "HOME": "/home/ann"})

    assert settings == Settings()
    assert (settings.slack_api_url, settings.max_output_tokens, settings.edit_every_tokens) == (
        "https://slack.com/api/",
        4_096,
        10,
    )
    assert (settings.knowledge_results, settings.rerank_results, settings.streaming) == (25, 5, "edit")
    assert (settings.knowledge_base_ids, settings.allowed_users, settings.external_users) == ((), (), "deny")


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_variable_that_is_set_to_nothing_counts_as_unset(variable: str):
    assert Settings.from_environment({variable: " "}) == Settings()


def test_every_default_is_a_value_that_could_be_set():
    rows = re.findall(r"^\| `(\w+)` \|.*\| `(.+)` \|$", as_markdown(), re.MULTILINE)

    assert len(rows) > 10
    assert Settings.from_environment(dict(rows)) == Settings()


@pytest.mark.parametrize(
    ("variable", "text", "attribute", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-1", "slack_bot_token", "xoxb-1"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1", "slack_bot_token", "xoxe.xoxb-1"),
        ("VERA_SLACK_API_URL", "http://127.0.0.1:8080/api", "slack_api_url", "http://127.0.0.1:8080/api/"),
        ("VERA_SLACK_API_URL", "https://slack.example//", "slack_api_url", "https://slack.example/"),
        ("VERA_TABLE", "vera-turns", "table", "vera-turns"),
        ("VERA_MODEL_ID", EMBEDDED, "model_id", "embedded"),
        (
            "VERA_MODEL_ID",
            "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-5",
            "model_id",
            "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-5",
        ),
        ("VERA_MAX_OUTPUT_TOKENS", "16", "max_output_tokens", 16),
        ("VERA_KNOWLEDGE_BASE_IDS", f"{BASE}, {OTHER},{BASE},", "knowledge_base_ids", (BASE, OTHER)),
        (
            "VERA_KNOWLEDGE_BASE_IDS",
            f"{FOLDER}a b/c, {BASE},KB1,{FOLDER}d",
            "knowledge_base_ids",
            (f"{FOLDER}a b/c", BASE, "KB1", f"{FOLDER}d"),
        ),
        (
            "VERA_KNOWLEDGE_BASE_IDS",
            f"arn:aws:bedrock:eu-central-1:123456789012:knowledge-base/{BASE}",
            "knowledge_base_ids",
            (f"arn:aws:bedrock:eu-central-1:123456789012:knowledge-base/{BASE}",),
        ),
        ("VERA_ALLOWED_CHANNELS", "C012,G345", "allowed_channels", ("C012", "G345")),
        ("VERA_ALLOWED_USERS", " U012 ,, W345 ", "allowed_users", ("U012", "W345")),
        ("VERA_BOT_NAME", "Véra 2", "bot_name", "Véra 2"),
        ("VERA_EXTERNAL_USERS", "allow", "external_users", "allow"),
        ("VERA_STREAMING", "native", "streaming", "native"),
        ("VERA_STREAMING", "auto", "streaming", "auto"),
        ("VERA_SYSTEM_PROMPT", "Be brief.\nBe kind.", "system_prompt", "Be brief.\nBe kind."),
    ],
)
def test_a_variable_becomes_a_value(variable: str, text: str, attribute: str, value: Any):
    assert getattr(Settings.from_environment({variable: text}), attribute) == value


@pytest.mark.parametrize(
    ("variable", "text", "right"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1", "the bot's token, which begins with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-1", "an app-level token, which begins with xapp-"),
        ("VERA_SLACK_API_URL", "slack.com/api", "a URL that begins with https://"),
        ("VERA_SLACK_API_URL", "https:///", "a URL that begins with https://"),
        ("VERA_SLACK_API_URL", "https://slack.com/api?x=1", "without a query"),
        ("VERA_SLACK_API_URL", "https://ann:secret@slack.com", "a URL"),
        ("VERA_TABLE", "no spaces", "a table's name or ARN"),
        ("VERA_MODEL_ID", "the newest one", "the id or ARN of a model or inference profile"),
        ("VERA_MAX_OUTPUT_TOKENS", "15", "a whole number from 16 to 128,000"),
        ("VERA_MAX_OUTPUT_TOKENS", "1e3", "a whole number from 16 to 128,000"),
        ("VERA_MAX_OUTPUT_TOKENS", "9" * 5_000, "a whole number from 16 to 128,000"),
        ("VERA_MAX_OUTPUT_TOKENS", "٣٣", "a whole number from 16 to 128,000"),
        ("VERA_EDIT_EVERY_TOKENS", "0", "a whole number from 1 to 10,000"),
        ("VERA_MAX_TOOL_ROUNDS", "-1", "a whole number from 0 to 20"),
        ("VERA_BOT_NAME", "<!channel>", "1 to 35 characters"),
        ("VERA_KNOWLEDGE_BASE_IDS", "the-handbook", "ids of up to 10 letters and digits"),
        ("VERA_KNOWLEDGE_BASE_IDS", f"{BASE},the-handbook", "ids of up to 10 letters and digits"),
        ("VERA_GUARDRAIL_ID", "My Guardrail", "its id or ARN"),
        ("VERA_EXTERNAL_USERS", "yes", "one of deny, allow"),
        ("VERA_STREAMING", "fast", "one of edit, native, auto"),
        ("VERA_ALLOWED_CHANNELS", "#general", "channel ids such as C0123ABCD"),
        ("VERA_ALLOWED_USERS", "ann", "user ids such as U0123ABCD"),
        ("VERA_ALLOWED_USERS", ",", "user ids such as U0123ABCD"),
        ("VERA_ALLOWED_CHANNELS", " , ,", "channel ids such as C0123ABCD"),
    ],
    ids=lambda value: value[:24],
)
def test_a_wrong_value_is_named_with_what_would_be_right_and_not_repeated(variable: str, text: str, right: str):
    message = refused(**{variable: text})

    assert f"{variable} has to be " in message
    assert right in message
    assert text not in message.removeprefix(f"Vera cannot start: {variable} has to be {right}") or not text.strip(" ,")


def test_everything_that_is_wrong_is_said_at_once():
    message = refused(
        SLACK_BOT_TOKEN="xapp-hunter2",
        VERA_MAX_OUTPUT_TOKENS="many",
        VERA_GUARDRAIL_ID="Not one!",
        VERA_MODELID="x",
        VERA_EXTERNAL_USERS="yes",
    )

    for variable in ("SLACK_BOT_TOKEN", "VERA_MAX_OUTPUT_TOKENS", "VERA_GUARDRAIL_ID", "VERA_EXTERNAL_USERS"):
        assert variable in message
    assert "VERA_MODELID is no setting (did you mean VERA_MODEL_ID?)" in message
    assert "VERA_GUARDRAIL_VERSION have to be set together" in message
    assert "hunter2" not in message
    assert message.startswith("Vera cannot start: ")


@pytest.mark.parametrize(
    ("variable", "suggestion"),
    [
        ("VERA_MODEL", " (did you mean VERA_MODEL_ID?)"),
        ("VERA_ALLOWED_USER", " (did you mean VERA_ALLOWED_USERS?)"),
        ("VERA_KNOWLEDGE_BASE_ID", " (did you mean VERA_KNOWLEDGE_BASE_IDS?)"),
        ("VERA_SOMETHING_ELSE_ENTIRELY", ""),
    ],
)
def test_a_variable_that_vera_does_not_know_is_no_setting(variable: str, suggestion: str):
    assert refused(**{variable: "hunter2"}) == f"Vera cannot start: {variable} is no setting{suggestion}."
    assert Settings.from_environment({variable: " "}) == Settings()


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("VERA_IMAGE_MODEL_ID", "stability.sd3-5-large-v1:0"),
        ("VERA_IMAGE_REGION", "us-west-2"),
        ("VERA_IMAGE_BUCKET", "pictures"),
    ],
)
def test_what_cannot_be_done_yet_is_refused_instead_of_ignored(variable: str, text: str):
    assert f"{variable} has to be unset: this version of Vera cannot do that yet" in refused(**{variable: text})


@pytest.mark.parametrize(
    ("environment", "right"),
    [
        ({"VERA_GUARDRAIL_ID": "gr1", "VERA_GUARDRAIL_VERSION": "DRAFT"}, True),
        ({"VERA_GUARDRAIL_ID": "gr1"}, False),
        ({"VERA_GUARDRAIL_VERSION": "3"}, False),
        ({"AWS_LAMBDA_FUNCTION_NAME": "vera", "VERA_TABLE": "turns", "SLACK_BOT_TOKEN": "xoxb-1"}, True),
        ({"AWS_LAMBDA_FUNCTION_NAME": "vera", "VERA_DATABASE": "x.sqlite3", "VERA_SLACK_SECRET_ID": "slack"}, True),
        ({"AWS_LAMBDA_FUNCTION_NAME": "vera", "SLACK_BOT_TOKEN": "xoxb-1"}, False),
        ({"AWS_LAMBDA_FUNCTION_NAME": "vera", "VERA_TABLE": "turns"}, False),
        ({"AWS_LAMBDA_FUNCTION_NAME": ""}, True),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_settings_that_need_each_other_are_set_together(environment: dict[str, str], right: bool):
    if right:
        Settings.from_environment(environment)
    else:
        assert len(refused(**environment).split(";")) == 1


def test_a_wrong_value_is_complained_about_once():
    assert refused(AWS_LAMBDA_FUNCTION_NAME="vera", VERA_TABLE="no spaces").count("VERA_TABLE") == 1
    assert "together" not in refused(VERA_GUARDRAIL_ID="Not one!", VERA_GUARDRAIL_VERSION="1")


def test_a_guardrail_that_nobody_would_ask_stops_the_start():
    guardrail = {"VERA_GUARDRAIL_ID": "abc123", "VERA_GUARDRAIL_VERSION": "1"}

    assert "VERA_GUARDRAIL_ID has to be unset" in refused(VERA_MODEL_ID=EMBEDDED, **guardrail)
    assert Settings.from_environment(guardrail).guardrail_id == "abc123"


def test_secrets_are_never_shown():
    settings = Settings(slack_bot_token="xoxb-hunter2", slack_signing_secret="hunter3", slack_app_token="xapp-hunter4")

    assert "hunter" not in repr(settings)
    assert "hunter" not in str(settings)


@given(st.dictionaries(st.sampled_from([*VARIABLES, "VERA_X", "AWS_LAMBDA_FUNCTION_NAME"]), st.text(max_size=40)))
def test_any_environment_gives_settings_or_one_message(environment: dict[str, str]):
    try:
        settings = Settings.from_environment(environment)
    except SettingsError as error:
        assert str(error).startswith("Vera cannot start: ")  # noqa: PT017 - either way is fine
    else:
        assert not [name for name in environment if name == "VERA_X" and environment[name].strip()]
        assert isinstance(settings.max_output_tokens, int)


def test_settings_do_not_change():
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        Settings().bot_name = "Eve"  # type: ignore[misc]


def test_the_table_has_a_row_for_every_setting():
    rows = [line for line in as_markdown().split("\n") if line.startswith("| `")]

    assert len(rows) == len(dataclasses.fields(Settings))
    assert len(set(VARIABLES)) == len(rows)
    assert all(re.fullmatch(r"\| `[A-Z_]+` \| [^|]+\. \| (?:`[^|]+`)? \|", row) for row in rows)
    assert "| `VERA_EDIT_EVERY_TOKENS` | An edit of the message is wanted after so many tokens. | `10` |" in rows


BY_HAND = {
    "a way that there is not": ({"streaming": "fast"}, "streaming has to be one of edit, native, auto"),
    "reserved": ({"image_model_id": "x"}, "image_model_id has to be unset"),
    "out of range": ({"max_output_tokens": -5}, "max_output_tokens has to be a whole number"),
    "text in place of a tuple": ({"knowledge_base_ids": "folder:docs"}, "knowledge_base_ids has to be a tuple"),
    "half a guardrail": ({"guardrail_id": "abc123"}, "guardrail_id and guardrail_version"),
    "a token that is none": ({"slack_bot_token": "xapp-1"}, "slack_bot_token has to be the bot's token"),
}


@pytest.mark.parametrize(("values", "said"), BY_HAND.values(), ids=BY_HAND)
def test_settings_made_by_hand_are_held_to_the_same_rules(values: dict[str, Any], said: str):
    with pytest.raises(SettingsError, match=said):
        Settings(**values)


def test_a_url_set_by_hand_ends_as_the_client_needs_it():
    assert Settings(slack_api_url="http://127.0.0.1:9/api").slack_api_url == "http://127.0.0.1:9/api/"
