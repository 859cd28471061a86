"""A request in Converse's words: whatever keeps to the port is accepted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.bedrock_rules import refusal
from vera.assistant.model import (
    Content,
    ModelMessage,
    ModelRequest,
    Reasoning,
    Text,
    ToolResult,
    ToolSpec,
    ToolUse,
)
from vera.bedrock.request import Guardrail, converse_parameters

NOW = ToolSpec("now", "The time.", {"type": "object", "properties": {}})

texts = st.builds(Text, st.text(min_size=1, max_size=20).filter(str.strip))
thoughts = st.one_of(
    st.builds(Reasoning, text=st.text(max_size=9), signature=st.text("abc", min_size=1, max_size=9)),
    st.builds(Reasoning, redacted=st.sampled_from(["AA==", "/w=="])),
)


@st.composite
def conversations(draw: st.DrawFn) -> ModelRequest:
    """Anything that keeps to `ModelRequest`: question and answer in turns, calls answered, the user's words last."""
    messages: list[ModelMessage] = []
    results: list[Content] = []
    for turn in range(draw(st.integers(0, 3))):
        messages.append(ModelMessage("user", (*draw(st.lists(texts, min_size=not results, max_size=2)), *results)))
        calls = [
            ToolUse(f"call-{turn}-{nth}", draw(st.sampled_from(["now", "draw"])), draw(st.text(max_size=9)))
            for nth in range(draw(st.integers(0, 3)))
        ]
        said = draw(st.lists(texts, min_size=not calls, max_size=1))
        messages.append(ModelMessage("assistant", (*draw(st.lists(thoughts, max_size=2)), *said, *calls)))
        results = [ToolResult(call.id, draw(st.text(max_size=9)), draw(st.booleans())) for call in calls]
    messages.append(ModelMessage("user", (*draw(st.lists(texts, min_size=1, max_size=2)), *results)))
    tools = draw(st.sampled_from([(), (NOW,)]))
    return ModelRequest(draw(st.sampled_from(["", " ", "Be brief."])), tuple(messages), draw(st.integers(1, 9)), tools)


@given(conversations())
def test_what_keeps_to_the_port_keeps_to_converses_rules(request: ModelRequest):
    parameters = converse_parameters("model", request)

    assert refusal("converse", parameters, {}) == ""


def question(*content: Content, tools: tuple[ToolSpec, ...] = (), system: str = "Be brief.") -> ModelRequest:
    return ModelRequest(system, (ModelMessage("user", content or (Text("Hello?"),)),), 700, tools)


def history(*content: Content) -> ModelRequest:
    return ModelRequest("", (ModelMessage("assistant", content),), 700)


def test_a_plain_question_says_nothing_but_what_it_must():
    parameters = converse_parameters("model", question())

    assert parameters == {
        "modelId": "model",
        "messages": [{"role": "user", "content": [{"text": "Hello?"}]}],
        "system": [{"text": "Be brief."}],
        "inferenceConfig": {"maxTokens": 700},
    }


def test_a_blank_system_prompt_is_left_out():
    parameters = converse_parameters("model", question(system=" \n"))

    assert "system" not in parameters


def test_tools_are_declared_with_their_schemas():
    parameters = converse_parameters("model", question(tools=(NOW, ToolSpec("mute", "", {"type": "object"}))))

    assert parameters["toolConfig"] == {
        "tools": [
            {"toolSpec": {"name": "now", "description": "The time.", "inputSchema": {"json": dict(NOW.schema)}}},
            {"toolSpec": {"name": "mute", "inputSchema": {"json": {"type": "object"}}}},
        ]
    }


def test_tools_of_the_past_are_declared_where_there_are_none_any_more():
    parameters = converse_parameters("model", history(ToolUse("1", "draw", "{}"), ToolUse("2", "draw", "{}")))

    assert [tool["toolSpec"]["name"] for tool in parameters["toolConfig"]["tools"]] == ["draw"]


def test_results_come_before_words_and_say_whether_they_failed():
    said = (
        Text("And then?"),
        ToolResult("1", "12:00"),
        ToolResult("2", "No such zone.", failed=True),
        ToolResult("3", ""),
    )

    parameters = converse_parameters("model", question(*said, tools=(NOW,)))

    assert parameters["messages"][0]["content"] == [
        {"toolResult": {"toolUseId": "1", "content": [{"text": "12:00"}], "status": "success"}},
        {"toolResult": {"toolUseId": "2", "content": [{"text": "No such zone."}], "status": "error"}},
        {"toolResult": {"toolUseId": "3", "content": [{"text": "(nothing)"}], "status": "success"}},
        {"text": "And then?"},
    ]


@pytest.mark.parametrize(
    ("thought", "block"),
    [
        (Reasoning("Hm.", "signed"), {"reasoningText": {"text": "Hm.", "signature": "signed"}}),
        (Reasoning("Hm."), {"reasoningText": {"text": "Hm."}}),
        (Reasoning(signature="signed"), {"reasoningText": {"text": "", "signature": "signed"}}),
        (Reasoning(redacted="/w=="), {"redactedContent": b"\xff"}),
    ],
    ids=["signed", "unsigned", "a signature alone", "redacted"],
)
def test_thoughts_go_back_as_they_came(thought: Reasoning, block: dict[str, object]):
    parameters = converse_parameters("model", history(thought))

    assert parameters["messages"][0]["content"] == [{"reasoningContent": block}]


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ('{"zone": "UTC"}', {"zone": "UTC"}),
        ('{"zone": "UT', {}),
        ("", {}),
        ('["a list"]', {}),
        ('"a string"', {}),
        ('{"n": NaN}', {}),
        ('{"n": 1e999}', {}),
        ("[" * 100_000, {}),
    ],
    ids=["an object", "broken off", "nothing", "a list", "a string", "not a number", "infinity", "too deep"],
)
def test_arguments_go_back_as_an_object_whatever_the_model_wrote(arguments: str, sent: dict[str, object]):
    parameters = converse_parameters("model", history(ToolUse("1", "now", arguments)))

    call = parameters["messages"][0]["content"][0]["toolUse"]
    assert call == {"toolUseId": "1", "name": "now", "input": sent}
    json.dumps(call, allow_nan=False)


def test_a_guardrail_is_asked_to_hold_text_back_until_it_is_judged():
    parameters = converse_parameters("model", question(), Guardrail("gr1", "DRAFT"))

    assert parameters["guardrailConfig"]["streamProcessingMode"] == "sync"
