from __future__ import annotations

from typing import Any

import pytest

from vera.playground.slack.blocks import faults_of, too_long


def section(length: int = 10, kind: str = "mrkdwn"):
    return {"type": "section", "text": {"type": kind, "text": "x" * length}}


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param([section(3_000)], id="section at its limit"),
        pytest.param([{"type": "section", "fields": [{"type": "mrkdwn", "text": "a"}]}], id="section of fields"),
        pytest.param([{"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}], id="header"),
        pytest.param([{"type": "markdown", "text": "x" * 12_000}], id="markdown at its limit"),
        pytest.param([{"type": "divider"}] * 50, id="fifty"),
        pytest.param([{"type": "image", "alt_text": "a", "slack_file": {"id": "F1"}}], id="picture from Slack"),
        pytest.param([{"type": "context_actions", "elements": [{"type": "feedback_buttons"}]}], id="feedback"),
    ],
)
def test_blocks_within_the_limits_pass(blocks: list[Any]):
    assert faults_of(blocks) == []
    assert not too_long(blocks)


@pytest.mark.parametrize(
    ("blocks", "fault"),
    [
        pytest.param([{"type": "divider"}] * 51, "no more than 50 items", id="too many"),
        pytest.param([{"type": "nonsense"}], "unsupported type: nonsense", id="unknown"),
        pytest.param([{}], "unsupported type: None", id="no type"),
        pytest.param([section(3_001)], "less than 3001 characters [json-pointer:/blocks/0/text/text]", id="section"),
        pytest.param([section(0)], "more than 0 characters", id="empty section"),
        pytest.param([section(kind="html")], "must be one of", id="text of no kind"),
        pytest.param([{"type": "section", "text": "bare"}], "must be one of", id="bare text"),
        pytest.param([{"type": "section"}], "missing required field: text", id="section of nothing"),
        pytest.param(
            [{"type": "section", "fields": [{"type": "mrkdwn", "text": "a"}] * 11}], "10 items", id="many fields"
        ),
        pytest.param([{"type": "header", "text": {"type": "mrkdwn", "text": "a"}}], "plain_text", id="header kind"),
        pytest.param([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "151", id="header long"),
        pytest.param([{"type": "image", "alt_text": "a"}], "image_url", id="no picture"),
        pytest.param([{"type": "image", "image_url": "a"}], "alt_text", id="picture without words"),
        pytest.param([{"type": "image", "image_url": "a", "alt_text": "x" * 2_001}], "2001", id="too many words"),
        pytest.param([{"type": "markdown", "text": {"a": 1}}], "must be a string", id="markdown object"),
        pytest.param([{"type": "markdown", "text": "x" * 6_001}] * 2, "12001", id="markdown together"),
        pytest.param([{"type": "context", "elements": [{}] * 11}], "no more than 10", id="context"),
        pytest.param([{"type": "actions", "elements": [{}] * 26}], "no more than 25", id="actions"),
        pytest.param([{"type": "divider", "block_id": "x" * 256}], "256", id="block_id"),
        pytest.param([{"type": "divider", "block_id": "a"}] * 2, "unique", id="block_id twice"),
    ],
)
def test_what_slack_refuses_is_named_with_its_place(blocks: list[Any], fault: str):
    faults = faults_of(blocks)

    assert any(fault in one for one in faults), faults
    assert all("[json-pointer:/blocks" in one for one in faults)


def test_blocks_are_too_long_together_beyond_13200_characters():
    assert too_long([section(3_000)] * 5)
    assert not too_long([section(3_000)] * 4)
