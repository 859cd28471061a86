"""What the worker is given of a machine's environment."""

from __future__ import annotations

from pathlib import Path

from vera.playground.surroundings import in_region, surroundings
from vera.settings import Settings

DATABASE = Path("/state/vera.sqlite3")


def test_the_embedded_model_answers_unless_one_is_named():
    assert surroundings({}, database=DATABASE)["VERA_MODEL_ID"] == "embedded"
    assert surroundings({"VERA_MODEL_ID": " "}, database=DATABASE)["VERA_MODEL_ID"] == "embedded"
    assert surroundings({"VERA_MODEL_ID": "a.b"}, database=DATABASE)["VERA_MODEL_ID"] == "a.b"
    assert surroundings({"VERA_MODEL_ID": "a.b"}, database=DATABASE, model="c.d")["VERA_MODEL_ID"] == "c.d"


def test_a_folder_stands_for_the_knowledge_bases_of_the_environment():
    given = {"VERA_KNOWLEDGE_BASE_IDS": "HANDBOOK01"}

    assert surroundings(given, database=DATABASE)["VERA_KNOWLEDGE_BASE_IDS"] == "HANDBOOK01"
    assert surroundings(given, database=DATABASE, docs=Path("/docs"))["VERA_KNOWLEDGE_BASE_IDS"] == "folder:/docs"


def test_settings_credentials_and_ways_through_the_network_are_passed_on_and_nothing_else():
    passed_on = {
        "HOME": "/home/ada",
        "AWS_PROFILE": "work",
        "VERA_SYSTEM_PROMPT": "Be brief.",
        "HTTPS_PROXY": "http://proxy:3128",
        "https_proxy": "http://proxy:3128",
        "SSL_CERT_FILE": "/etc/corporate.pem",
    }
    kept_back = {
        "SLACK_BOT_TOKEN": "xoxb-real",
        "SLACK_SIGNING_SECRET": "real",
        "GITHUB_TOKEN": "secret",
        "AWS_LAMBDA_FUNCTION_NAME": "other",
    }

    given = surroundings(passed_on | kept_back, database=DATABASE)

    assert passed_on.items() <= given.items()
    assert not kept_back.keys() & given.keys()


def test_a_deployments_slack_and_turns_are_left_alone():
    deployment = {
        "VERA_SLACK_API_URL": "https://slack.com/api/",
        "VERA_SLACK_SECRET_ID": "vera/slack",
        "VERA_TABLE": "turns",
        "VERA_DATABASE": "/var/vera.sqlite3",
    }

    given = surroundings(deployment, database=DATABASE)

    assert Settings.from_environment(given) == Settings(model_id="embedded", database=str(DATABASE))


def test_slack_on_loopback_is_reached_past_a_proxy():
    given = surroundings({"NO_PROXY": "example.com"}, database=DATABASE)

    assert given["NO_PROXY"] == "example.com,127.0.0.1,localhost"
    assert given["no_proxy"] == "127.0.0.1,localhost"


def test_the_region_is_said_in_both_variables_or_in_none():
    assert in_region("eu-central-1") == {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1"}
    assert in_region("") == {}
