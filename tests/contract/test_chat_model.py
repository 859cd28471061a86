"""What every chat model keeps of its port. A further adapter joins by a subject of its own in `SUBJECTS`."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from fakes.model import ScriptedModel
from vera.assistant.knowledge import Passage
from vera.assistant.model import (
    ChatModel,
    Grounding,
    ModelEvent,
    ModelMessage,
    ModelRequest,
    Stopped,
    Text,
    TextDelta,
    ToolResult,
    ToolSpec,
    ToolUse,
    Usage,
)
from vera.errors import ModelBusy, StreamBroken
from vera.local import PassageModel
from vera.playground.journal.pipe import PipeJournal
from vera.playground.journal.witness import Witnesses
from vera.playground.journal.witness_model import WitnessedModel

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = "The kettle boils water. It takes four minutes."
CLOCK = ToolSpec("current_time", "Tells the time.", {"type": "object"})


def asked(question: str, *, tools: tuple[ToolSpec, ...] = ()) -> ModelRequest:
    return ModelRequest(
        system="Answer.",
        messages=(ModelMessage("user", (Text(question),)),),
        max_output_tokens=1_000,
        tools=tools,
        grounding=Grounding(question, question, (Passage(TEXT, "Kettle", "kettle.md"),)),
    )


@dataclass(frozen=True)
class Subject:
    """A model that answers "What does the kettle do?" and, asked for the time, calls the clock."""

    speaking: Callable[[], ChatModel]
    calling: Callable[[], ChatModel]


def witnessed() -> ChatModel:
    return WitnessedModel(PassageModel, Witnesses(PipeJournal(None)))


SUBJECTS = {
    "embedded": Subject(PassageModel, PassageModel),
    "witnessed": Subject(witnessed, witnessed),
    "scripted": Subject(
        lambda: ScriptedModel(["It ", "boils ", "water."]),
        lambda: ScriptedModel([ToolUse("t1", "current_time", "{}")], ["It is noon."]),
    ),
}


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Subject:
    return SUBJECTS[request.param]


def kinds(events: list[ModelEvent]) -> str:
    """Say what came in which order: t(ext), c(all), s(topped), u(sage)."""
    letters = {TextDelta: "t", ToolUse: "c", Stopped: "s", Usage: "u"}
    return "".join(letters[type(event)] for event in events)


def test_it_has_a_name_for_logs(subject: Subject):
    assert subject.speaking().model_id


def test_text_comes_in_pieces_then_one_stop_then_what_it_cost(subject: Subject):
    events = list(subject.speaking().converse(asked("What does the kettle do?")))

    order = kinds(events)
    stops = [event for event in events if isinstance(event, Stopped)]
    assert order.rstrip("u").count("s") == 1
    assert order.rstrip("u").endswith("s")
    assert order.count("t") > 1
    assert stops == [Stopped("end_turn")]
    assert all(event.text for event in events if isinstance(event, TextDelta))


def test_a_tool_call_is_whole_and_ends_the_message(subject: Subject):
    events = list(subject.calling().converse(asked("What time is it?", tools=(CLOCK,))))

    calls = [event for event in events if isinstance(event, ToolUse)]
    assert [call.name for call in calls] == ["current_time"]
    assert calls[0].id
    assert json.loads(calls[0].arguments) == {}
    assert kinds(events).rstrip("u") == "cs"
    assert Stopped("tool_use") in events


def test_after_a_tools_result_it_speaks(subject: Subject):
    model = subject.calling()
    request = asked("What time is it?", tools=(CLOCK,))
    call = next(event for event in model.converse(request) if isinstance(event, ToolUse))

    messages = (
        *request.messages,
        ModelMessage("assistant", (call,)),
        ModelMessage("user", (ToolResult(call.id, "noon"),)),
    )
    events = list(model.converse(replace(request, messages=messages)))

    assert "noon" in "".join(event.text for event in events if isinstance(event, TextDelta))
    assert Stopped("end_turn") in events


def test_closing_the_iterator_ends_the_request(subject: Subject):
    events = subject.speaking().converse(asked("What does the kettle do?"))

    first = next(events)
    events.close()  # type: ignore[attr-defined] - every adapter's iterator is a generator

    assert isinstance(first, TextDelta)
    assert list(events) == []


def test_several_threads_may_ask_at_once(subject: Subject):
    model = subject.speaking()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: list(model.converse(asked("What does the kettle do?"))), range(32)))

    assert answers == [answers[0]] * 32


def test_a_scripted_error_is_raised_where_the_script_has_it():
    model = ScriptedModel([ModelBusy("throttled")], ["It ", StreamBroken("gone")])

    busy = model.converse(asked("One?"))
    with pytest.raises(ModelBusy):
        next(busy)
    broken = model.converse(asked("Two?"))
    said = next(broken)
    with pytest.raises(StreamBroken):
        next(broken)

    assert said == TextDelta("It ")
    assert model.closed == 2
    assert [request.grounding.question for request in model.requests if request.grounding] == ["One?", "Two?"]
