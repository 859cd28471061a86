"""The talk with a model: what helps is tried again, tools run side by side, Converse's rules hold whatever happens."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.bedrock_rules import refusal
from fakes.model import ScriptedModel
from vera.assistant.conversation import Turn
from vera.assistant.deadline import RESERVE_SECONDS, Time
from vera.assistant.dialogue import RETRY_DELAYS_SECONDS, Dialogue, Round
from vera.assistant.draft import Draft
from vera.assistant.interruption import Interruption
from vera.assistant.journal import Event, ModelCalled, ToolCalled
from vera.assistant.ledger import ROUND_BYTES
from vera.assistant.model import (
    ModelMessage,
    ModelRequest,
    Reasoning,
    Stopped,
    StopReason,
    Text,
    TextDelta,
    ToolResult,
    ToolSpec,
    ToolUse,
    Usage,
)
from vera.assistant.prompt import GO_ON
from vera.assistant.tools import RESULT_CHARACTERS, Tool, ToolContext, ToolError, tool
from vera.bedrock.request import converse_parameters
from vera.errors import (
    AccessDenied,
    InputTooLong,
    KnowledgeUnavailable,
    LeaseLost,
    ModelBusy,
    ModelFailed,
    OutOfTime,
    StopAsked,
    StreamBroken,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TURN = Turn(channel="C0HELP", ts="1.5", user="U0ANN")
NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
REQUEST = ModelRequest("Be kind.", (ModelMessage("user", (Text("What is the time?"),)),), 100)


@tool(status="Adding up")
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool(status="Greeting")
def greet(name: str, context: ToolContext) -> str:
    """Greet somebody."""
    return f"Hello {name}, by {context.key}"


class Broken(Tool):
    """A tool of somebody else's, that fails as it is told to."""

    name = "broken"
    spec = ToolSpec("broken", "Fails.", {"type": "object"})
    status = "Failing"

    def __init__(self, failure: BaseException | Any) -> None:
        self.failure = failure

    def call(self, arguments: str, context: ToolContext) -> str:
        if isinstance(self.failure, BaseException):
            raise self.failure
        return self.failure


@dataclass
class Ear:
    characters: int = 0
    statuses: list[str] = field(default_factory=list)

    def on_text(self, characters: int) -> None:
        self.characters += characters

    def on_tool(self, status: str) -> None:
        self.statuses.append(status)


@dataclass
class Talk:
    """A dialogue, and all that comes of it."""

    model: ScriptedModel
    tools: Sequence[Tool] = (add, greet)
    finished: Sequence[str] = ()
    said: str = ""
    max_rounds: int = 8
    until: float = 1_000.0
    seconds_per_look: float = 0.0
    now: float = 0.0
    naps: list[float] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    rounds: list[tuple[int, str]] = field(default_factory=list)
    ear: Ear = field(default_factory=Ear)
    draft: Draft = field(default_factory=Draft)
    record: Callable[[int, str], None] | None = None
    check: Callable[[], None] | None = None
    stopped: Interruption = field(default_factory=Interruption)

    def __post_init__(self) -> None:
        time = Time(self.look, self.nap, lambda: NOW, self.until)
        self.dialogue = Dialogue(
            self.model,
            self.tools,
            turn=TURN,
            timezone="Europe/Berlin",
            max_rounds=self.max_rounds,
            time=time,
            note=self.events.append,
            check=self.check or time.check,
            stopped=self.stopped,
            record=self.record or (lambda ordinal, round_json: self.rounds.append((ordinal, round_json))),
            finished=self.finished,
            said=self.said,
        )

    def speak(self) -> str:
        return self.dialogue.speak(replace(REQUEST, tools=self.dialogue.specs), self.draft, self.ear)

    def look(self) -> float:
        self.now += self.seconds_per_look
        return self.now

    def nap(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    def results(self, request: int = -1) -> list[ToolResult]:
        """Return what the model was told of its last calls."""
        return [part for part in self.model.requests[request].messages[-1].content if isinstance(part, ToolResult)]


def call(name: str = "add", arguments: str = '{"a": 2, "b": 3}', number: int = 1) -> ToolUse:
    return ToolUse(f"call-{number}", name, arguments)


def outcomes(talk: Talk, kind: type) -> list[str]:
    return [event.outcome for event in talk.events if isinstance(event, kind)]


def test_an_answer_goes_into_the_draft_delta_by_delta():
    talk = Talk(ScriptedModel(["Half ", "past ", "two.", Usage(10, 3)]))

    ending = talk.speak()

    assert (ending, talk.draft.text, talk.ear.characters) == ("", "Half past two.", 14)
    assert talk.events == [ModelCalled("scripted", "end_turn", 0.0, 0.0, input_tokens=10, output_tokens=3)]
    assert talk.model.closed == 1


def test_a_tool_is_called_and_the_model_told_what_came_of_it():
    talk = Talk(ScriptedModel(["Let me see.", call()], ["It is 5."]))

    talk.speak()

    assert talk.draft.text == "Let me see.\n\nIt is 5."
    assert talk.results() == [ToolResult("call-1", "5")]
    assert talk.ear.statuses == ["Adding up"]
    assert [type(event) for event in talk.events] == [ModelCalled, ToolCalled, ModelCalled]
    assert outcomes(talk, ModelCalled) == ["tool_use", "end_turn"]


def test_calls_of_one_round_run_side_by_side_and_are_answered_in_their_order():
    together = threading.Barrier(3, timeout=5)

    @tool
    def meet(name: str, context: ToolContext) -> str:
        """Wait for the others."""
        together.wait()
        return f"{name} {context.key}"

    calls = [call("meet", f'{{"name": "{name}"}}', number) for number, name in enumerate("abc")]
    talk = Talk(ScriptedModel([*calls], ["Done."]), tools=[meet])

    talk.speak()

    assert [(result.id, result.text) for result in talk.results()] == [
        ("call-0", "a C0HELP:1.5#0"),
        ("call-1", "b C0HELP:1.5#1"),
        ("call-2", "c C0HELP:1.5#2"),
    ]
    assert talk.ear.statuses == ["Using meet"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("tool")]


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (call("subtract"), "There is no tool of this name. There are: add, greet, broken."),
        (call("add", '{"a": 2}'), "invalid arguments: b: Field required"),
        (call("add", '{"a": 2, "b": 3, "c": 4}'), "invalid arguments: c: Extra inputs are not permitted"),
        (call("add", "{broken"), "invalid arguments: arguments: Invalid JSON"),
        (call("add", "[" * 10_000), "invalid arguments: arguments: Invalid JSON"),
    ],
    ids=["unknown", "missing", "too many", "broken", "deep"],
)
def test_a_call_that_cannot_be_made_goes_back_to_the_model(use: ToolUse, words: str):
    talk = Talk(ScriptedModel([use], ["Sorry."]), tools=[add, greet, Broken("")])

    talk.speak()

    (result,) = talk.results()
    assert result.failed
    assert result.text.startswith(words)
    assert outcomes(talk, ToolCalled) == ["failed"]


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (ToolError("The calendar is closed."), "The calendar is closed."),
        (ToolError("  "), "The tool failed."),
        (ToolError("x" * 30_000), "x" * RESULT_CHARACTERS),
        (KnowledgeUnavailable("secret-id"), KnowledgeUnavailable.sentence),
        (ZeroDivisionError("with a secret"), "The tool failed (ZeroDivisionError)."),
        (RecursionError(), "The tool failed (RecursionError)."),
        (None, "The tool failed (AttributeError)."),
    ],
    ids=["its own words", "blank", "huge", "ours", "a bug", "deep", "no string"],
)
def test_a_tool_that_fails_does_not_end_the_answer(failure: BaseException | None, words: str):
    talk = Talk(ScriptedModel([call("broken")], ["Never mind."]), tools=[Broken(failure)])

    talk.speak()

    assert talk.results() == [ToolResult("call-1", words, failed=True)]
    assert talk.draft.text == "Never mind."


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "(nothing)"),
        (" \n", "(nothing)"),
        ("y" * 20_001, "y" * 20_000 + "\n(cut off: 20,001 characters in all)"),
        ("file \udc80", "file ?"),
    ],
    ids=["nothing", "blank", "huge", "no text"],
)
def test_what_a_tool_says_is_neither_blank_nor_endless_nor_unwritable(said: str, told: str):
    talk = Talk(ScriptedModel([call("broken")], ["Well."]), tools=[Broken(said)])

    talk.speak()

    assert talk.results() == [ToolResult("call-1", told)]


def test_a_name_that_the_model_made_up_reaches_neither_bedrock_nor_the_journal():
    talk = Talk(ScriptedModel([call("rm -rf /; " * 20)], [call("secret_plan", number=2)], ["Fine."]))

    talk.speak()

    assert [part.name for part in talk.model.requests[1].messages[1].content if isinstance(part, ToolUse)] == [
        "unknown"
    ]
    assert [event.name for event in talk.events if isinstance(event, ToolCalled)] == ["?", "?"]


def test_a_round_too_many_ends_the_answer_with_a_sentence_and_keeps_what_was_said():
    talk = Talk(ScriptedModel(["I look [1]", call()]), max_rounds=2, draft=Draft(1))

    ending = talk.speak()

    assert ending == "I stopped here: this took more than 2 rounds of looking things up."
    assert talk.draft.text == "I look [1]\n\nI look [1]\n\nI look [1]"
    assert len(talk.model.requests) == 3
    assert [ordinal for ordinal, _ in talk.rounds] == [0, 1]


def test_a_call_is_made_also_where_the_model_says_that_its_turn_has_ended():
    talk = Talk(ScriptedModel([call(), Stopped("end_turn")], ["5."]))

    talk.speak()

    assert talk.draft.text == "5."


def test_a_call_that_was_cut_off_is_not_made():
    talk = Talk(ScriptedModel(["Let me see", call("add", '{"a": 2, "b'), Stopped("max_tokens")]))

    ending = talk.speak()

    assert ending == "This answer was cut off at its length limit."
    assert outcomes(talk, ToolCalled) == []


@pytest.mark.parametrize("error", [ModelBusy, StreamBroken])
def test_a_round_that_breaks_starts_over_and_the_draft_holds_its_text_once(error: type[Exception]):
    talk = Talk(
        ScriptedModel(["Look: ", call()], ["Five", " is", error("x")], ["Fi", error("x")], ["Five it is."]),
        draft=Draft(0),
    )

    talk.speak()

    assert talk.draft.text == "Look: \n\nFive it is."
    assert talk.naps == list(RETRY_DELAYS_SECONDS)
    assert outcomes(talk, ModelCalled) == ["tool_use", error.__name__, error.__name__, "end_turn"]
    assert outcomes(talk, ToolCalled) == ["ok"]
    assert talk.model.closed == 4


@pytest.mark.parametrize("reason", ["malformed_model_output", "malformed_tool_use"])
def test_a_malformed_answer_is_asked_for_again(reason: StopReason):
    talk = Talk(ScriptedModel(["<<", Stopped(reason)], ["Good."]))

    talk.speak()

    assert talk.draft.text == "Good."
    assert outcomes(talk, ModelCalled) == [reason, "end_turn"]


def test_a_stream_that_ends_without_a_reason_is_broken():
    class Speechless(ScriptedModel):
        def _follow(self, script: list[Any]) -> Any:
            yield from ()

    talk = Talk(Speechless())

    with pytest.raises(StreamBroken):
        talk.speak()

    assert talk.naps == list(RETRY_DELAYS_SECONDS)


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (ModelBusy("x"), 3),
        (StreamBroken("x"), 3),
        (InputTooLong("x"), 1),
        (AccessDenied("x"), 1),
        (ValueError("a bug"), 1),
        (KeyboardInterrupt(), 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_an_error_is_raised_when_it_has_outlived_what_may_help(error: BaseException, attempts: int):
    talk = Talk(ScriptedModel(["Well, ", error]))

    with pytest.raises(type(error)):
        talk.speak()

    assert outcomes(talk, ModelCalled) == [type(error).__name__] * attempts
    assert talk.model.closed == attempts


@pytest.mark.parametrize(
    ("stopped", "ending"),
    [
        (Stopped("end_turn"), ""),
        (Stopped("stop_sequence"), ""),
        (Stopped("tool_use"), ""),
        (Stopped("max_tokens"), "This answer was cut off at its length limit."),
        (Stopped("guardrail_intervened"), "A guardrail stopped this answer."),
        (Stopped("guardrail_intervened", "No advice on medicine."), "No advice on medicine."),
        (Stopped("content_filtered"), "A content filter stopped this answer."),
        (
            Stopped("model_context_window_exceeded"),
            "This answer was cut off: the conversation fills all that the model can read.",
        ),
    ],
    ids=lambda value: f"{value.reason}{'+' * bool(value.note)}" if isinstance(value, Stopped) else "",
)
def test_an_answer_that_did_not_end_well_says_how_it_ended(stopped: Stopped, ending: str):
    assert Talk(ScriptedModel(["So", stopped])).speak() == ending

    with pytest.raises(ModelFailed) as failure:
        Talk(ScriptedModel([" ", stopped])).speak()

    assert failure.value.sentence == (ending or "The language model had nothing to say.")


def test_an_answer_of_nothing_but_citations_that_do_not_hold_is_no_answer():
    with pytest.raises(ModelFailed):
        Talk(ScriptedModel(["[7]"]), draft=Draft(1)).speak()


def test_thoughts_go_back_to_the_model_as_they_were():
    thought, hidden = Reasoning("Hm.", "c2ln"), Reasoning(redacted="eHg=")
    talk = Talk(ScriptedModel([thought, hidden, "Wait.", call()], ["5."]))

    talk.speak()

    assert talk.model.requests[1].messages[1] == ModelMessage("assistant", (thought, hidden, Text("Wait."), call()))


def test_finished_rounds_are_replayed_without_running_anything():
    first = Talk(
        ScriptedModel([Reasoning("Hm.", "c2ln"), "Look.", call(), call("greet", "{}", 2)], [call("x")], ["5."])
    )
    first.speak()

    second = Talk(ScriptedModel(["It is 5."]), tools=[Broken(AssertionError())], finished=[r for _, r in first.rounds])
    second.speak()

    assert second.draft.text == "Look.\n\nIt is 5."
    assert second.model.requests[0].messages == first.model.requests[2].messages
    assert [(e.ordinal, e.outcome) for e in second.events if isinstance(e, ToolCalled)] == [
        (0, "replayed"),
        (1, "replayed"),
        (2, "replayed"),
    ]
    assert second.rounds == []


def test_a_takeover_goes_on_counting_calls_and_rounds_where_the_dead_worker_stopped():
    first = Talk(ScriptedModel([call(), call(number=2)], ["5."]))
    first.speak()

    second = Talk(ScriptedModel([call("greet", '{"name": "Ann"}', 3)], ["Hi."]), finished=[first.rounds[0][1]])
    second.speak()

    assert second.results()[0].text == "Hello Ann, by C0HELP:1.5#2"
    assert [ordinal for ordinal, _ in second.rounds] == [1]


def test_a_replayed_stretch_survives_a_round_that_starts_over():
    first = Talk(ScriptedModel(["Look [1]. ", call()], ["5."]))
    first.speak()

    second = Talk(
        ScriptedModel(["No [2].", StreamBroken("x")], ["Five [1]."]), finished=[first.rounds[0][1]], draft=Draft(2)
    )
    second.speak()

    assert second.draft.text == "Look [1]. \n\nFive [1]."
    assert second.draft.cited == (1,)


@given(
    st.builds(
        Round,
        st.lists(st.builds(Reasoning, st.text(), st.text(), st.text()), max_size=2).map(tuple),
        st.text(),
        st.lists(st.builds(ToolUse, st.text(), st.text(), st.text()), max_size=3).map(tuple),
        st.lists(st.builds(ToolResult, st.text(), st.text(), st.booleans()), max_size=3).map(tuple),
    )
)
def test_a_round_comes_back_from_the_ledger_as_it_was(finished: Round):
    assert Round.from_json(finished.to_json()) == finished


def test_a_round_with_half_a_character_has_a_utf_8_and_comes_back_whole():
    finished = Round((), "Look \ud83d", (call(arguments='{"name": "\ude00"}'),), ())

    written = finished.to_json()

    assert Round.from_json(written.encode().decode()) == finished


def test_a_round_too_large_for_a_ledger_and_those_after_it_are_not_recorded():
    large = call("greet", f'{{"name": "{"ł" * (ROUND_BYTES // 2)}"}}', 2)
    talk = Talk(ScriptedModel([call()], [large], [call(number=3)], ["5."]))

    talk.speak()

    assert talk.draft.text == "5."
    assert [ordinal for ordinal, _ in talk.rounds] == [0]


def test_a_worker_that_has_lost_its_lease_says_nothing_more():
    def lost(ordinal: int, round_json: str) -> None:
        raise LeaseLost(TURN.key)

    talk = Talk(ScriptedModel(["Look.", call()], ["5."]), record=lost)

    with pytest.raises(LeaseLost):
        talk.speak()

    assert len(talk.model.requests) == 1


def test_the_stream_is_left_in_time_to_finish_the_message():
    talk = Talk(ScriptedModel(["word "] * 1_000), until=RESERVE_SECONDS + 50, seconds_per_look=1.0)

    with pytest.raises(OutOfTime):
        talk.speak()

    assert 30 < talk.draft.text.count("word") <= 50
    assert outcomes(talk, ModelCalled) == ["OutOfTime"]
    assert talk.model.closed == 1


def test_no_request_is_begun_when_there_is_no_time_for_its_answer():
    talk = Talk(ScriptedModel(["Hm."]), until=RESERVE_SECONDS - 1)

    with pytest.raises(OutOfTime):
        talk.speak()

    assert talk.model.requests == []


def test_a_retry_that_there_is_no_time_for_is_not_waited_for():
    talk = Talk(ScriptedModel([ModelBusy("x")]), until=RESERVE_SECONDS + RETRY_DELAYS_SECONDS[0] - 0.1)

    with pytest.raises(OutOfTime):
        talk.speak()

    assert len(talk.model.requests) == 1
    assert not talk.naps


def leave_at(look: int):
    """Make a check that has the dialogue leave the model when it is asked for that time."""
    looks = count(1)

    def check() -> None:
        if next(looks) == look:
            raise OutOfTime

    return check


def left(talk: Talk) -> str | None:
    """Let it speak until it leaves the model; return what it has said of the round that isn't finished."""
    with pytest.raises(OutOfTime):
        talk.speak()
    return talk.dialogue.unfinished


def test_what_was_said_when_the_model_is_left_is_what_the_next_dialogue_goes_on_with():
    first = Talk(ScriptedModel(["Half ", "past ", "two."]), check=leave_at(3))
    said = left(first)

    second = Talk(ScriptedModel(["two."]), said=said or "")
    second.speak()

    assert said == "Half past "
    assert second.draft.text == "Half past two."
    assert second.dialogue.unfinished == "Half past two."
    assert second.model.requests[0].messages == (
        *REQUEST.messages,
        ModelMessage("assistant", (Text("Half past "),)),
        ModelMessage("user", (Text(GO_ON),)),
    )


def test_words_between_rounds_stand_in_paragraphs_of_their_own_where_they_were_handed_on_too():
    first = Talk(ScriptedModel(["Look.", call()], ["It ", "is 5."]), check=leave_at(5))
    said = left(first)

    second = Talk(ScriptedModel(["is 5."]), said=said or "", finished=[r for _, r in first.rounds])
    second.speak()

    assert said == "It "
    assert second.draft.text == "Look.\n\nIt is 5."
    assert [message.role for message in second.model.requests[0].messages] == [
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
    ]


def test_a_round_that_is_gone_on_with_is_recorded_with_all_its_words_and_asked_about_once():
    talk = Talk(ScriptedModel(["me see.", call()], ["It is 5."]), said="Let ")

    talk.speak()

    (recorded,) = [Round.from_json(written) for _, written in talk.rounds]
    assert recorded.text == "Let me see."
    assert talk.draft.text == "Let me see.\n\nIt is 5."
    assert [message.role for message in talk.model.requests[1].messages] == ["user", "assistant", "user"]
    assert talk.model.requests[1].messages[1].content == (Text("Let me see."), call())


def test_words_that_were_handed_on_survive_a_round_that_starts_over():
    talk = Talk(ScriptedModel(["2", StreamBroken("x")], ["1]."]), said="See [", draft=Draft(1))

    talk.speak()

    assert talk.draft.text == "See [1]."
    assert talk.model.requests[0].messages == talk.model.requests[1].messages


def test_what_a_broken_stream_said_is_not_handed_on():
    talk = Talk(ScriptedModel(["<<", Stopped("malformed_model_output")]), said="Half ", until=RESERVE_SECONDS + 0.5)

    assert left(talk) == "Half "
    assert talk.draft.text == "Half "


def test_nothing_said_is_nothing_to_be_shown_to_the_model():
    talk = Talk(ScriptedModel(["Five."]), said="\n")

    talk.speak()

    assert talk.model.requests[0].messages == REQUEST.messages


def test_a_round_too_large_for_the_record_cannot_be_gone_on_with():
    large = call("greet", f'{{"name": "{"x" * ROUND_BYTES}"}}')
    talk = Talk(ScriptedModel([large], ["It ", "is 5."]), check=leave_at(5))

    assert left(talk) is None


def test_who_wants_no_more_is_heard_at_the_next_delta():
    def stop() -> None:
        if talk.ear.characters >= 10:
            raise StopAsked

    talk = Talk(ScriptedModel(["Half ", "past ", "two."]), check=stop)

    with pytest.raises(StopAsked):
        talk.speak()

    assert talk.draft.text == "Half past "
    assert (outcomes(talk, ModelCalled), talk.model.closed) == (["StopAsked"], 1)


def test_who_wants_no_more_is_heard_while_the_model_says_nothing_and_what_was_said_stays():
    def check() -> None:
        if talk.stopped.is_set:
            raise StopAsked

    class Silent(ScriptedModel):
        def converse(self, request: ModelRequest) -> Any:
            hung_up: list[bool] = []
            with request.stopped.calling(lambda: hung_up.append(True)):
                yield TextDelta("Half ")
                talk.stopped.set()
                assert hung_up
                raise StreamBroken("hung up")

    talk = Talk(Silent(), check=check)

    with pytest.raises(StopAsked):
        talk.speak()

    assert talk.draft.text == "Half "
    assert not talk.naps


LINES = st.one_of(
    st.sampled_from(["word ", "\n", "[1]", "`"]),
    st.sampled_from([Reasoning("Hm.", "c2ln"), Reasoning(redacted="eHg=")]),
    st.builds(
        call,
        st.sampled_from(["add", "greet", "broken", "made up", "", "x" * 99]),
        st.sampled_from(['{"a": 1, "b": 2}', '{"name": "x"}', "", "{", "null", "[]", '{"a": NaN}']),
        st.integers(0, 10**9),
    ),
    st.sampled_from([ModelBusy("x"), StreamBroken("x")]),
    st.sampled_from(["end_turn", "tool_use", "max_tokens", "malformed_tool_use"]).map(Stopped),
)


@given(
    st.lists(st.lists(LINES, max_size=5, unique_by=repr), min_size=1, max_size=6),
    st.sampled_from([0, 3, None]),
    st.sampled_from(["", " ", "So far [1"]),
)
def test_whatever_the_model_does_each_request_keeps_converse_s_rules(
    scripts: list[list[Any]], passages: int | None, said: str
):
    talk = Talk(
        ScriptedModel(*scripts), tools=[add, greet, Broken(OSError())], max_rounds=3, draft=Draft(passages), said=said
    )

    try:
        ending = talk.speak()
    except (ModelBusy, StreamBroken, ModelFailed):
        ending = "raised"

    for request in talk.model.requests:
        assert refusal("converse-stream", converse_parameters("model", request), {}) == ""
    assert ending or talk.draft.text.strip()
    assert talk.model.closed == len(talk.model.requests)
    assert len(talk.rounds) <= 3
