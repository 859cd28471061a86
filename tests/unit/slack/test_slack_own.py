"""Vera's own messages, read back from whatever form Slack keeps them in."""

from __future__ import annotations

from typing import Any

import pytest

from vera.assistant.conversation import FOOTER
from vera.slack.mark import mark_of, marked
from vera.slack.own import METADATA_TYPE, answer_in, is_being_streamed, metadata_of, part_standing

KEY = "C1:1.5"
MARKED = marked("It is", mark_of(KEY, 3))


def carrying(**payload: object) -> dict[str, Any]:
    return {"event_type": METADATA_TYPE, "event_payload": payload}


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        "vera_reply",
        {},
        {"event_type": "other", "event_payload": {"turn": KEY, "part": 0, "state": "done"}},
        {"event_type": METADATA_TYPE},
        {"event_type": METADATA_TYPE, "event_payload": []},
        carrying(turn=7, part=0),
        carrying(turn=KEY, part="0"),
    ],
)
def test_metadata_of_another_form_tells_nothing(metadata: object):
    assert metadata_of({"metadata": metadata}) == ("", 0, "")


STANDING = {
    "a part": ({"metadata": carrying(turn=KEY, part=2, state="done"), "text": "It is"}, 2, False),
    "a part of another answer": ({"metadata": carrying(turn="C1:2.5", part=2, state="done"), "text": "x"}, None, False),
    "a part of another answer, marked": ({"metadata": carrying(turn="C1:2.5", part=2), "text": MARKED}, None, False),
    "a marked text": ({"text": MARKED}, 3, True),
    "a text marked for another answer": ({"text": marked("It is", mark_of("C1:2.5", 3))}, None, True),
    "a marked block": ({"text": "It is", "blocks": [{"type": "markdown", "text": MARKED}]}, 3, True),
    "a marked rich text": (
        {
            "text": "It is",
            "blocks": [
                {
                    "type": "rich_text",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": MARKED}]}],
                }
            ],
        },
        3,
        True,
    ),
    "a stream without a mark": ({"text": "It is", "streaming_state": "in_progress"}, None, True),
    "a stream that is over, without a mark": ({"text": "It is", "streaming_state": "completed"}, None, False),
    "a text": ({"text": "It is"}, None, False),
    "nonsense": ({"text": 7, "blocks": [7, {"type": "markdown", "text": 7}], "streaming_state": []}, None, False),
}


@pytest.mark.parametrize(("message", "part", "streamed"), STANDING.values(), ids=STANDING.keys())
def test_a_message_tells_which_part_it_is_and_whether_it_is_being_streamed(
    message: dict[str, Any], part: int | None, *, streamed: bool
):
    assert part_standing(message, KEY) == part
    assert is_being_streamed(message) is streamed


ANSWERS = {
    "mrkdwn": ({"text": f"*a* &lt;\n• b{FOOTER}\nSources"}, "**a** <\n- b"),
    "Markdown": (
        {"text": "?", "blocks": [{"type": "markdown", "text": f"**a** &lt; *b*{FOOTER}\n[1]"}]},
        "**a** < *b*",
    ),
    "marked": ({"text": MARKED}, "It is"),
    "nothing": ({}, ""),
}


@pytest.mark.parametrize(("message", "answer"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_is_read_back_as_plain_markdown(message: dict[str, Any], answer: str):
    assert answer_in(message, {}) == answer
