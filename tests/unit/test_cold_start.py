"""What a person waits for before the status message stands: the claim, the post, and the imports of these alone.

Structure, not time: `python -m bench.worker` measures the time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vera.slack.markdown import to_mrkdwn
from vera.slack.render import Renderer

TESTS = Path(__file__).parents[1]
AFTER_THE_STATUS_MESSAGE = {
    "aws_lambda_powertools",
    "boto3",
    "markdown_it",
    "pydantic",
    "rich",
    "s3transfer",
    "typer",
    "vera.assistant.dialogue",
    "vera.assistant.prompt",
    "vera.assistant.tools",
    "vera.bedrock",
    "vera.cli",
    "vera.local",
    "vera.playground",
    "vera.receiver",
    "vera.slack.people",
    "vera.slack.render",
    "vera.slack.thread",
    "zoneinfo",
}
LEDGERS = {
    "DynamoDB": {"VERA_TABLE": "turns", "AWS_REGION": "eu-central-1"},
    "SQLite": {"VERA_DATABASE": "turns.sqlite3"},
}


@pytest.fixture(scope="module", params=LEDGERS)
def first_post(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give a fresh worker's first request to Slack, and the state of its process in that moment."""
    payload = json.loads((TESTS / "events" / "event_app_mention.json").read_text())
    environment = {
        "PYTHONPATH": str(TESTS),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "VERA_KNOWLEDGE_BASE_IDS": "HANDBOOK01",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        **LEDGERS[request.param],
    }
    ran = subprocess.run(
        [sys.executable, "-m", "fakes.first_post"],
        cwd=tmp_path_factory.mktemp("worker"),
        env=environment,
        input=json.dumps({"kind": "event", "payload": payload, "retry": 0, "received_at": 0}),
        capture_output=True,
        check=True,
        text=True,
        timeout=50,
    )
    return json.loads(ran.stdout.splitlines()[-1])  # before it stand log lines


def test_the_first_that_slack_hears_of_a_worker_is_the_status_message(first_post: dict[str, Any]):
    assert "/api/chat.postMessage" in first_post["request"]
    assert "Reading the thread" in json.loads(first_post["body"])["text"]


def test_what_the_status_message_does_not_need_is_imported_after_it(first_post: dict[str, Any]):
    imported = set(first_post["modules"])

    assert not imported & AFTER_THE_STATUS_MESSAGE
    assert not {name.partition(".")[0] for name in imported} & AFTER_THE_STATUS_MESSAGE


def test_what_was_made_for_good_is_out_of_the_garbage_collectors_way(first_post: dict[str, Any]):
    assert first_post["collecting"]
    assert first_post["frozen"] > 10_000


@pytest.mark.parametrize("status", ["Reading the thread", "Checking the knowledge base", "Writing"])
def test_a_status_line_waits_for_no_parser_and_reads_as_one_would_write_it(status: str):
    line = f"_{status} …_"

    assert to_mrkdwn(line) == Renderer().render(line, half_open=False)
