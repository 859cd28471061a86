"""The scripted Bedrock itself: its frames are AWS's, and it refuses what Bedrock refuses."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from binascii import crc32
from pathlib import Path
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer
from botocore.exceptions import ClientError

from fakes import event_stream
from fakes.bedrock_rules import refusal
from fakes.scripted_bedrock import Received, ScriptedBedrock, Stop, Thought, Tool, Used

TESTS = Path(__file__).parents[2]
QUESTION: dict[str, Any] = {
    "modelId": "model",
    "messages": [{"role": "user", "content": [{"text": "Hello?"}]}],
    "inferenceConfig": {"maxTokens": 10},
}


def test_a_frame_is_read_by_the_sdk_as_it_was_written():
    buffer = EventStreamBuffer()
    buffer.add_data(event_stream.frame({":event-type": "greeting", ":message-type": "event"}, "Grüße".encode()))

    [message] = buffer

    assert message.headers == {":event-type": "greeting", ":message-type": "event"}
    assert message.payload.decode() == "Grüße"


def test_a_frame_is_what_the_specification_says_byte_by_byte():
    headers = b"\x01a\x07\x00\x01b"
    prelude = (12 + len(headers) + 2 + 4).to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    checked = prelude + crc32(prelude).to_bytes(4, "big") + headers + b"{}"

    assert event_stream.frame({"a": "b"}, b"{}") == checked + crc32(checked).to_bytes(4, "big")


CALL = {"toolUse": {"toolUseId": "1", "name": "now", "input": {}}}
RESULT = {"toolResult": {"toolUseId": "1", "content": [{"text": "12:00"}], "status": "success"}}
TOOLS = {"tools": [{"toolSpec": {"name": "now", "inputSchema": {"json": {"type": "object"}}}}]}


def said(*messages: list[dict[str, Any]], roles: str = "uauaua", **more: Any) -> dict[str, Any]:
    spoken = [
        {"role": "user" if role == "u" else "assistant", "content": content}
        for role, content in zip(roles, messages, strict=False)
    ]
    return {"messages": spoken, "inferenceConfig": {"maxTokens": 10}, **more}


HELLO = [{"text": "Hello?"}]

REFUSED = {
    "nothing said": (said(), "start with a user message"),
    "the assistant first": (said(HELLO, roles="a"), "start with a user message"),
    "twice the user": (said(HELLO, HELLO, roles="uu"), "alternate between user and assistant"),
    "the assistant last": (said(HELLO, HELLO), "does not support assistant message prefill"),
    "blank text": (said([{"text": " \n"}]), "messages.0.content.0 is blank"),
    "no content": (said([]), "messages.0 is empty"),
    "an unknown block": (said([{"song": "la"}]), "exactly one known member"),
    "two members": (said([{"text": "a", "image": {}}]), "exactly one known member"),
    "calls without tools": (said(HELLO, [CALL], [RESULT]), "toolConfig field must be defined"),
    "no tools in toolConfig": (said(HELLO, toolConfig={"tools": []}), "at least 1"),
    "a call unanswered": (said(HELLO, [CALL], HELLO, toolConfig=TOOLS), "Expected toolResult blocks at messages.2"),
    "an answer uncalled": (said([RESULT], toolConfig=TOOLS), "exceeds the number of toolUse"),
    "an answer to another call": (
        said(HELLO, [CALL], [RESULT, {"toolResult": {"toolUseId": "2", "content": []}}], toolConfig=TOOLS),
        "exceeds the number of toolUse",
    ),
    "words before results": (said(HELLO, [CALL], [*HELLO, RESULT], toolConfig=TOOLS), "must come first"),
    "one id twice": (said(HELLO, [CALL, CALL], [RESULT], toolConfig=TOOLS), "duplicate Ids"),
    "a call by the user": (said([CALL], toolConfig=TOOLS), "a message of the user's"),
    "a result by the assistant": (said(HELLO, [RESULT], HELLO, toolConfig=TOOLS), "a message of the assistant's"),
    "a call's odd name": (
        said(HELLO, [{"toolUse": {"toolUseId": "1", "name": "the time", "input": {}}}], [RESULT], toolConfig=TOOLS),
        "regular expression",
    ),
    "a call's input as text": (
        said(HELLO, [{"toolUse": {"toolUseId": "1", "name": "now", "input": "{}"}}], [RESULT], toolConfig=TOOLS),
        "Provide a json object",
    ),
    "a result's odd status": (
        said(HELLO, [CALL], [{"toolResult": {"toolUseId": "1", "content": [], "status": "hm"}}], toolConfig=TOOLS),
        "[success, error]",
    ),
    "a blank result": (
        said(HELLO, [CALL], [{"toolResult": {"toolUseId": "1", "content": [{"text": ""}]}}], toolConfig=TOOLS),
        "toolResult.content.0 is blank",
    ),
    "a tool's odd name": (
        said(HELLO, toolConfig={"tools": [{"toolSpec": {"name": "a b", "inputSchema": {"json": {"type": "object"}}}}]}),
        "toolSpec.name",
    ),
    "a tool's blank description": (
        said(
            HELLO,
            toolConfig={
                "tools": [{"toolSpec": {"name": "a", "description": "", "inputSchema": {"json": {"type": "object"}}}}]
            },
        ),
        "description is too short",
    ),
    "a tool's odd schema": (
        said(HELLO, toolConfig={"tools": [{"toolSpec": {"name": "a", "inputSchema": {"json": {}}}}]}),
        "must be one of: object",
    ),
    "a tool twice": (said(HELLO, toolConfig={"tools": TOOLS["tools"] * 2}), "duplicate tool names"),
    "no maxTokens": (said(HELLO, inferenceConfig={}), "maxTokens is missing"),
    "a temperature": (said(HELLO, inferenceConfig={"maxTokens": 1, "temperature": 0.5}), "`temperature` is deprecated"),
    "a blank system prompt": (said(HELLO, system=[{"text": " "}]), "system.0 is blank"),
    "a thought by the user": (
        said([{"reasoningContent": {"reasoningText": {"text": "Hm."}}}, *HELLO]),
        "only allowed in assistant messages",
    ),
}


@pytest.mark.parametrize(("body", "objection"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_converses_rules_is_refused(body: dict[str, Any], objection: str):
    assert objection in refusal("converse-stream", body, {})


def test_a_conversation_with_calls_and_results_is_accepted():
    body = said(HELLO, [*HELLO, CALL], [RESULT, *HELLO], toolConfig=TOOLS)

    assert refusal("converse-stream", body, {}) == ""


@pytest.mark.parametrize(
    "returned",
    [[], [{"reasoningText": {"text": "Hm!", "signature": "signed"}}], [{"reasoningText": {"text": "Hm."}}]],
    ids=["forgotten", "altered", "unsigned"],
)
def test_a_call_without_the_thoughts_before_it_is_refused(
    bedrock: ScriptedBedrock, runtime: Any, returned: list[dict[str, Any]]
):
    bedrock.script([Thought("Hm.", "signed"), Tool("now", {}, id="1"), Stop("tool_use"), Used()])
    list(runtime.converse_stream(**QUESTION)["stream"])
    blocks = [{"reasoningContent": thought} for thought in returned]

    with pytest.raises(ClientError, match="cannot be modified"):
        runtime.converse_stream(**{**QUESTION, **said(HELLO, [*blocks, CALL], [RESULT], toolConfig=TOOLS)})

    assert bedrock.requests[1].refused


def test_converse_without_a_stream_says_the_same_in_one_piece(bedrock: ScriptedBedrock, runtime: Any):
    bedrock.script([Thought("Hm.", "signed"), "Let me", " see.", Tool("now", {"a": 1}), Stop("tool_use"), Used(3, 4)])

    answer = runtime.converse(**QUESTION)

    assert answer["output"]["message"]["content"] == [
        {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "signed"}}},
        {"text": "Let me see."},
        {"toolUse": {"toolUseId": "tooluse_1", "name": "now", "input": {"a": 1}}},
    ]
    assert answer["stopReason"] == "tool_use"
    assert answer["usage"]["totalTokens"] == 7
    assert bedrock.requests[0].operation == "converse"


def test_a_request_that_nobody_foresaw_is_refused(bedrock: ScriptedBedrock, runtime: Any):
    with pytest.raises(ClientError, match="no answer is scripted"):
        runtime.converse_stream(**QUESTION)


def test_a_refused_request_leaves_the_answer_to_the_next_one(bedrock: ScriptedBedrock, runtime: Any):
    bedrock.say("Yes.")
    with pytest.raises(ClientError, match="maxTokens is missing"):
        runtime.converse(modelId="model", messages=QUESTION["messages"])

    answer = runtime.converse(**QUESTION)

    assert answer["output"]["message"]["content"] == [{"text": "Yes."}]


def test_a_callable_answers_what_no_script_is_left_for(aws_session: Any, monkeypatch: pytest.MonkeyPatch):
    def echo(request: Received) -> list[Any]:
        return [request.body["messages"][-1]["content"][0]["text"], Stop(), Used()]

    with ScriptedBedrock(converse=echo) as bedrock:
        client = aws_session.create_client(
            "bedrock-runtime",
            region_name="eu-central-1",
            endpoint_url=bedrock.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

        answer = client.converse(**QUESTION)

        client.close()
    assert answer["output"]["message"]["content"] == [{"text": "Hello?"}]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/model/x/converse", 403), ("/elsewhere", 404)],
    ids=["unsigned", "an unknown path"],
)
def test_a_request_that_is_none_of_bedrocks_is_refused(bedrock: ScriptedBedrock, path: str, status: int):
    body = b'{"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "inferenceConfig": {"maxTokens": 1}}'

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(bedrock.url + path, body, method="POST"))

    assert refused.value.code == status
    refused.value.close()


def test_a_text_is_split_into_deltas_that_join_to_it(bedrock: ScriptedBedrock, runtime: Any):
    bedrock.say("On Fridays the office closes at three. ", delta_tokens=2)

    events = list(runtime.converse_stream(**QUESTION)["stream"])

    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event]
    assert deltas == ["On Frid", "ays the", " office", " closes", " at thre", "e. "]


def test_closing_ends_every_thread_although_a_client_holds_its_connection(aws_session: Any):
    before = threading.active_count()
    bedrock = ScriptedBedrock(converse=lambda _: ["Yes.", Stop(), Used()])
    client = aws_session.create_client(
        "bedrock-runtime",
        region_name="eu-central-1",
        endpoint_url=bedrock.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    list(client.converse_stream(**QUESTION)["stream"])

    bedrock.close()

    assert threading.active_count() <= before
    client.close()


def test_it_runs_as_a_process_of_its_own(aws_session: Any):
    command = [sys.executable, "-m", "fakes.scripted_bedrock", "--say", "Yes. ", "--repeat", "3"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(TESTS)}, **pipes) as process:
        assert process.stdout
        assert process.stdin
        url = process.stdout.readline().strip()
        client = aws_session.create_client(
            "bedrock-runtime",
            region_name="eu-central-1",
            endpoint_url=url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

        answer = client.converse(**QUESTION)

        client.close()
        process.stdin.close()
        assert process.wait(10) == 0
    assert answer["output"]["message"]["content"] == [{"text": "Yes. Yes. Yes. "}]
