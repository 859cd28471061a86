from __future__ import annotations

from typing import Any

import pytest

from vera.playground.slack.blocks import faults_of, identified, too_long


def section(length: int = 10, kind: str = "mrkdwn"):
    return {"type": "section", "text": {"type": kind, "text": "x" * length}}


def button(*, text: str | None = "Stop", kind: str = "plain_text", action_id: str = "a", **fields: str):
    shown = {} if text is None else {"text": {"type": kind, "text": text}}
    return {"type": "button", "action_id": action_id} | shown | fields


def actions(*elements: Any):
    return [{"type": "actions", "elements": list(elements)}]


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param([section(3_000)], id="section at its limit"),
        pytest.param([{"type": "section", "fields": [{"type": "mrkdwn", "text": "a"}]}], id="section of fields"),
        pytest.param([{"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}], id="header"),
        pytest.param([{"type": "markdown", "text": "x" * 12_000}], id="markdown at its limit"),
        pytest.param([{"type": "divider"}] * 50, id="fifty"),
        pytest.param([{"type": "image", "alt_text": "a", "slack_file": {"id": "F1"}}], id="picture from Slack"),
        pytest.param(actions(button(text="x" * 75, value="x" * 2_000)), id="button at its limits"),
        pytest.param(actions({"type": "static_select"}), id="another element"),
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
        pytest.param(actions(button(text=None)), "/elements/0/text/type", id="button without a text"),
        pytest.param(actions(button(kind="mrkdwn")), "must be one of: plain_text", id="button's text of no kind"),
        pytest.param(actions(button(text="x" * 76)), "less than 76", id="button's text"),
        pytest.param(actions(button(action_id="x" * 256)), "256 characters", id="action_id"),
        pytest.param(actions(button(value="x" * 2_001)), "2001 characters", id="button's value"),
        pytest.param(actions(button(), button()), "action_id must be unique", id="action_id twice"),
        pytest.param(actions({}), "missing required field: type", id="element of no kind"),
        pytest.param(actions("Stop"), "missing required field: type", id="no element"),
        pytest.param([{"type": "divider", "block_id": "x" * 256}], "256", id="block_id"),
        pytest.param([{"type": "divider", "block_id": "a"}] * 2, "unique", id="block_id twice"),
    ],
)
def test_what_slack_refuses_is_named_with_its_place(blocks: list[Any], fault: str):
    faults = faults_of(blocks)

    assert any(fault in one for one in faults), faults
    assert all("[json-pointer:/blocks" in one for one in faults)


def test_what_can_be_acted_on_is_kept_with_ids_and_all_else_as_it_is():
    plain, named = section(), {"type": "actions", "block_id": "b", "elements": [button()]}
    nameless = {"type": "actions", "elements": [{"type": "button"}, button()]}

    kept = identified([plain, named, nameless])

    assert kept[:2] == [plain, named]
    assert kept[2]["block_id"]
    assert kept[2]["elements"][0]["action_id"]
    assert kept[2]["elements"][1] == button()


def test_blocks_are_too_long_together_beyond_13200_characters():
    assert too_long([section(3_000)] * 5)
    assert not too_long([section(3_000)] * 4)
