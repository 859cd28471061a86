"""The model over the wire: what a scripted Bedrock says, and every way in which it breaks off."""

from __future__ import annotations

import itertools
import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fakes.scripted_bedrock import Cut, Fault, Hold, Raw, ScriptedBedrock, Stop, Thought, Tool, Used
from vera.assistant.model import (
    ModelMessage,
    ModelRequest,
    Reasoning,
    Stopped,
    Text,
    TextDelta,
    ToolResult,
    ToolSpec,
    ToolUse,
    Usage,
)
from vera.aws.clients import Clients
from vera.bedrock.converse import ConverseModel, Guardrail
from vera.errors import AccessDenied, InputTooLong, ModelBusy, OutOfTime, RequestRefused, StreamBroken, VeraError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vera.assistant.model import Content, ModelEvent

MODEL = "eu.anthropic.claude-test-v1:0"
NOW = ToolSpec("now", "The time.", {"type": "object", "properties": {"zone": {"type": "string"}}})


def asking(*messages: tuple[Content, ...], tools: tuple[ToolSpec, ...] = ()) -> ModelRequest:
    roles = itertools.cycle(("user", "assistant"))
    said = messages or ((Text("When does the office close?"),),)
    return ModelRequest(
        "Be brief.",
        tuple(ModelMessage(role, content) for role, content in zip(roles, said, strict=False)),  # type: ignore[arg-type]
        500,
        tools,
    )


def text_of(events: Sequence[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def test_an_answer_comes_as_deltas_then_its_end_then_its_usage(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.say(["On ", "Fri", "days"], used=Used(12, 3, cache_read_tokens=4, cache_write_tokens=5))

    events = list(ConverseModel(runtime, MODEL).converse(asking()))

    assert events == [
        TextDelta("On "),
        TextDelta("Fri"),
        TextDelta("days"),
        Stopped("end_turn"),
        Usage(12, 3, cache_read_tokens=4, cache_write_tokens=5),
    ]


def test_a_delta_is_handed_on_before_the_next_one_exists(bedrock: ScriptedBedrock, runtime: Any) -> None:
    gate = threading.Event()
    bedrock.script(["first", Hold(gate), "second", Stop(), Used()])
    events = ConverseModel(runtime, MODEL).converse(asking())

    first = next(events)
    gate.set()

    assert first == TextDelta("first")
    assert next(events) == TextDelta("second")
    assert [type(event) for event in events] == [Stopped, Usage]


def test_thoughts_and_calls_come_whole_and_in_their_order(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.script(
        [
            Thought("They want the time.", "signed"),
            Thought(redacted=b"\x00secret"),
            "Let me see.",
            Tool("now", {"zone": "Europe/Berlin"}, id="call-1", piece=3),
            Tool("now", '{"zone": "UT', id="call-2"),
            Tool("now", "", id="call-3"),
            Stop("tool_use"),
            Used(),
        ]
    )

    events = list(ConverseModel(runtime, MODEL).converse(asking(tools=(NOW,))))

    spoken = [event for event in events if not isinstance(event, TextDelta)]
    assert spoken[:-1] == [
        Reasoning("They want the time.", "signed"),
        Reasoning(redacted="AHNlY3JldA=="),
        ToolUse("call-1", "now", '{"zone": "Europe/Berlin"}'),
        ToolUse("call-2", "now", '{"zone": "UT'),
        ToolUse("call-3", "now", "{}"),
        Stopped("tool_use"),
    ]
    assert text_of(events) == "Let me see."


def test_thoughts_go_back_to_the_model_as_they_came(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.script(
        [Thought("", "signature alone"), Thought(redacted=b"\xff\x00"), Tool("now", {}), Stop("tool_use"), Used()]
    )
    bedrock.say("It is noon.")
    model = ConverseModel(runtime, MODEL)

    first = [event for event in model.converse(asking(tools=(NOW,))) if isinstance(event, Reasoning | ToolUse)]
    again = asking((Text("What time is it?"),), tuple(first), (ToolResult("tooluse_1", "12:00"),), tools=(NOW,))
    second = list(model.converse(again))

    assert bedrock.requests[1].refused == ""
    assert text_of(second) == "It is noon."


def test_a_model_that_is_out_of_tokens_within_a_call_hands_on_what_there_is(
    bedrock: ScriptedBedrock, runtime: Any
) -> None:
    call = {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "call-1", "name": "now"}}}
    piece = {"contentBlockIndex": 0, "delta": {"toolUse": {"input": '{"zo'}}}
    bedrock.script([Raw("contentBlockStart", call), Raw("contentBlockDelta", piece), Stop("max_tokens"), Used()])

    events = list(ConverseModel(runtime, MODEL).converse(asking(tools=(NOW,))))

    assert events[:2] == [ToolUse("call-1", "now", '{"zo'), Stopped("max_tokens")]


def test_what_vera_never_asked_for_is_passed_over(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.script(
        [
            Raw("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"citation": {"title": "A page"}}}),
            Raw("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"fromTheFuture": {}}}),
            Raw("contentBlockStart", {"contentBlockIndex": 1, "start": {"image": {"format": "png"}}}),
            Raw("eventFromTheFuture", {}),
            Raw("contentBlockDelta", {}),
            Raw("contentBlockDelta", {"contentBlockIndex": 2}),
            "",
            "Yes.",
            Stop(),
            Used(),
        ]
    )

    events = list(ConverseModel(runtime, MODEL).converse(asking()))

    assert [type(event) for event in events] == [TextDelta, Stopped, Usage]


def test_a_stop_reason_from_the_future_ends_the_answer_and_is_logged(
    bedrock: ScriptedBedrock, runtime: Any, caplog: pytest.LogCaptureFixture
) -> None:
    bedrock.say("Yes.", stop="tired")

    events = list(ConverseModel(runtime, MODEL).converse(asking()))

    assert Stopped("end_turn") in events
    assert "'tired'" in caplog.text


def test_a_guardrails_reason_comes_with_the_end_it_brought_about(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.script(["I can't say.", Stop("guardrail_intervened"), Used(action_reason="Guardrail blocked.")])
    model = ConverseModel(runtime, MODEL, guardrail=Guardrail("gr1", "2"))

    events = list(model.converse(asking()))

    assert events == [
        TextDelta("I can't say."),
        Stopped("guardrail_intervened", "Guardrail blocked."),
        Usage(10, 20),
    ]
    assert bedrock.requests[0].body["guardrailConfig"] == {
        "guardrailIdentifier": "gr1",
        "guardrailVersion": "2",
        "streamProcessingMode": "sync",
        "trace": "enabled",
    }


def test_a_guardrails_end_is_told_even_without_metadata(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.script(["No.", Stop("guardrail_intervened")])

    events = list(ConverseModel(runtime, MODEL).converse(asking()))

    assert events == [TextDelta("No."), Stopped("guardrail_intervened")]


BREAKS = {
    "cut within a frame": [Cut()],
    "reset by the other side": [Cut(reset=True)],
    "cut within a frame, but properly ended": [Cut(politely=True)],
    "no messageStop": [],
    "throttled": [Fault("throttlingException")],
    "unavailable": [Fault("serviceUnavailableException")],
    "internal": [Fault("internalServerException")],
    "the model's stream failed": [Fault("modelStreamErrorException")],
    "an error from the future": [Fault("exceptionFromTheFuture")],
}


@pytest.mark.parametrize("end", BREAKS.values(), ids=BREAKS)
def test_a_model_that_breaks_off_while_it_speaks_is_a_broken_stream(
    bedrock: ScriptedBedrock, runtime: Any, end: list[Any]
) -> None:
    bedrock.script(["The office", *end])
    events = ConverseModel(runtime, MODEL).converse(asking())

    assert next(events) == TextDelta("The office")
    with pytest.raises(StreamBroken):
        list(events)
    assert len(bedrock.requests) == 1


def test_silence_within_a_stream_is_a_broken_stream(bedrock: ScriptedBedrock, clients: Clients) -> None:
    bedrock.script(["The office", Hold()])
    client = clients.create("bedrock-runtime", attempts=1, read_timeout_seconds=0.5)
    events = ConverseModel(client, MODEL).converse(asking())

    with pytest.raises(StreamBroken):
        list(events)

    client.close()


def test_a_request_whose_time_is_over_in_the_midst_of_a_silence_is_broken_off(
    bedrock: ScriptedBedrock, runtime: Any
) -> None:
    bedrock.script(["The office", Hold()])
    events = ConverseModel(runtime, MODEL).converse(replace(asking(), seconds=0.2))

    assert next(events) == TextDelta("The office")
    with pytest.raises(OutOfTime):
        list(events)

    assert [thread.name for thread in threading.enumerate() if isinstance(thread, threading.Timer)] == []


def test_a_model_that_does_not_even_begin_is_waited_for_no_longer_than_there_is_time(
    bedrock: ScriptedBedrock, runtime: Any, clients: Clients
) -> None:
    bedrock.script([Hold()])
    asked_for: list[float] = []

    def hurried(seconds: float) -> Any:
        asked_for.append(seconds)
        return clients.create("bedrock-runtime", attempts=1, read_timeout_seconds=seconds)

    with pytest.raises(OutOfTime):
        list(ConverseModel(runtime, MODEL, hurried=hurried).converse(replace(asking(), seconds=0.2)))

    assert asked_for == [0.2]


def test_an_answer_within_its_time_is_told_whole(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.say("Three o'clock.")

    events = list(ConverseModel(runtime, MODEL).converse(replace(asking(), seconds=30.0)))

    assert text_of(events) == "Three o'clock."


PASSING = [
    "throttlingException",
    "serviceUnavailableException",
    "internalServerException",
    "modelStreamErrorException",
]


@pytest.mark.parametrize("code", PASSING)
def test_what_passes_is_busy_while_nothing_was_said(bedrock: ScriptedBedrock, runtime: Any, code: str) -> None:
    bedrock.script([Fault(code)])

    with pytest.raises(ModelBusy, match=r"Exception \(request [0-9a-f-]{36}\)"):
        list(ConverseModel(runtime, MODEL).converse(asking()))

    assert len(bedrock.requests) == 1


def test_what_is_refused_with_a_status_is_asked_again_by_the_client(bedrock: ScriptedBedrock, clients: Clients) -> None:
    bedrock.fail("ServiceUnavailableException", times=2)
    bedrock.say("Three o'clock.")
    client = clients.create("bedrock-runtime", attempts=3)

    events = list(ConverseModel(client, MODEL).converse(asking()))

    assert text_of(events) == "Three o'clock."
    client.close()


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Input is too long for requested model.", InputTooLong),
        ("messages.0.content.0 is wrong.", RequestRefused),
    ],
    ids=["too long", "wrong"],
)
def test_a_refusal_within_the_stream_is_told_at_once(
    bedrock: ScriptedBedrock, runtime: Any, message: str, error: type[VeraError]
) -> None:
    bedrock.script([Fault("validationException", message)])

    with pytest.raises(error):
        list(ConverseModel(runtime, MODEL).converse(asking()))

    assert len(bedrock.requests) == 1


def test_an_answer_that_has_ended_is_whole_although_its_usage_is_lost(
    bedrock: ScriptedBedrock, runtime: Any, caplog: pytest.LogCaptureFixture
) -> None:
    bedrock.script(["Yes.", Stop(), Cut()])

    with caplog.at_level(logging.WARNING):
        events = list(ConverseModel(runtime, MODEL).converse(asking()))

    assert events == [TextDelta("Yes."), Stopped("end_turn")]
    assert "usage was not told" in caplog.text


def test_closing_the_iterator_hangs_up(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.script(["The office", Hold()])
    events = ConverseModel(runtime, MODEL).converse(asking())
    next(events)

    events.close()  # type: ignore[attr-defined]

    [request] = bedrock.requests
    assert request.ended.wait(5)
    assert request.hung_up.is_set()


def test_one_connection_serves_one_answer_after_the_other(bedrock: ScriptedBedrock, runtime: Any) -> None:
    for _ in range(3):
        bedrock.say("Yes.")
    model = ConverseModel(runtime, MODEL)

    for _ in range(3):
        list(model.converse(asking()))

    assert bedrock.connections == 1


def test_nothing_is_asked_before_the_first_event_is_wanted(bedrock: ScriptedBedrock, runtime: Any) -> None:
    ConverseModel(runtime, MODEL).converse(asking())

    assert bedrock.requests == []


def test_the_model_that_is_asked_is_the_one_that_was_chosen(bedrock: ScriptedBedrock, runtime: Any) -> None:
    profile = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-test-v1:0"
    bedrock.say("Yes.")
    model = ConverseModel(runtime, profile)

    list(model.converse(asking()))

    assert bedrock.requests[0].target == model.model_id == profile


def test_a_model_can_answer_several_threads_at_once(bedrock: ScriptedBedrock, runtime: Any) -> None:
    gate = threading.Event()
    answers = 4
    for _ in range(answers):
        bedrock.script(["a", Hold(gate), "b", Stop(), Used()])
    model, heard = ConverseModel(runtime, MODEL), []
    threads = [
        threading.Thread(target=lambda: heard.append(text_of(list(model.converse(asking()))))) for _ in range(answers)
    ]

    for thread in threads:
        thread.start()
    bedrock.wait_for(answers)
    gate.set()
    for thread in threads:
        thread.join()

    assert heard == ["ab"] * answers


def test_nobody_listening_is_a_busy_model(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.close()

    with pytest.raises(ModelBusy) as refused:
        list(ConverseModel(runtime, MODEL).converse(asking()))

    assert str(refused.value) == "EndpointConnectionError"
    assert "can't be reached" in refused.value.sentence


def test_missing_credentials_are_denied_access(
    bedrock: ScriptedBedrock, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    client = Clients().create("bedrock-runtime", attempts=1)

    with pytest.raises(AccessDenied, match="NoCredentialsError"):
        list(ConverseModel(client, MODEL).converse(asking()))


def test_what_somebody_wrote_stays_out_of_the_error_and_its_traceback(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.fail("ValidationException", "messages.0.content.0: my password is hunter2")

    with pytest.raises(RequestRefused) as refused:
        list(ConverseModel(runtime, MODEL).converse(asking()))

    assert refused.match(r"^ValidationException \(HTTP 400, at messages\.0\.content\.0, request [0-9a-f-]{36}\)$")
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_an_iterator_that_nobody_holds_any_more_hangs_up(bedrock: ScriptedBedrock, runtime: Any) -> None:
    bedrock.script(["The office", Hold()])
    events = ConverseModel(runtime, MODEL).converse(asking())
    next(events)

    del events

    assert bedrock.requests[0].ended.wait(5)
