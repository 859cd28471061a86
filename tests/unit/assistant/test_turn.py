from __future__ import annotations

import re
import threading
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, get_args

import pytest

from fakes.knowledge import ListedKnowledge, UnavailableKnowledge
from fakes.mortal import Crash
from fakes.world import MANNER, Paced, Tapped, World, bad_gateway, rate_limited, refused, turn_threads
from vera import errors
from vera.assistant.conversation import FOOTER
from vera.assistant.dialogue import RETRY_DELAYS_SECONDS
from vera.assistant.journal import (
    EditMade,
    ModelCalled,
    Retrieved,
    Stage,
    StreamingChosen,
    ThreadRead,
    ToolCalled,
    TurnClaimed,
    TurnEnded,
)
from vera.assistant.knowledge import Passage
from vera.assistant.limits import Admission
from vera.assistant.model import ChatModel, Stopped, ToolResult, ToolUse
from vera.assistant.reply import Streaming
from vera.assistant.tools import tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.assistant.conversation import Turn
    from vera.assistant.model import ModelRequest

HANDBOOK = Passage("The notice period is three months.", "Handbook", "https://example.org/handbook")
CALENDAR = Passage("A notice period begins on the first of a month.", "Calendar", "https://example.org/calendar")
SCRIPT = ["The notice period ", "begins on the first ", "[2", "] and is three months [1]", "."]
WHOLE = (
    f"The notice period begins on the first [2] and is three months [1].\n\n{FOOTER}\n**Sources**\n"
    "[2] [Calendar](https://example.org/calendar)\n[1] [Handbook](https://example.org/handbook)"
)


by_streaming = pytest.mark.parametrize("streaming", get_args(Streaming))


@pytest.fixture(autouse=True)
def no_thread_outlives_its_turn():
    yield
    assert not turn_threads()


def informed(*scripts: Any, **parts: Any):
    """Make a world whose knowledge base holds two passages."""
    return World(*(scripts or [SCRIPT]), knowledge=[ListedKnowledge([HANDBOOK, CALENDAR])], **parts)


def ended(world: World):
    """Return how the turn ended, by the journal."""
    (event,) = world.journal.of(TurnEnded)
    return event


def test_a_question_becomes_a_sourced_answer_in_one_message():
    world = informed()
    turn = world.ask()

    outcome = world.answer(turn)

    assert outcome == "answered"
    assert world.texts(turn) == [WHOLE]
    assert world.wall.calls.count("post") == 1
    assert world.ledger.turns[turn.key].outcome == "answered"
    assert world.standing(turn)[0][1].earlier[0] == "_Reading the thread …_"


@pytest.mark.parametrize("streaming", ["native", "auto"])
def test_a_question_becomes_a_sourced_answer_in_one_stream_with_the_status_beside_it(streaming: Streaming):
    world = informed()
    turn = world.ask()

    outcome = world.answer(turn, manner=replace(MANNER, streaming=streaming))

    assert outcome == "answered"
    assert world.texts(turn) == [WHOLE]
    assert not world.wall.calls
    assert world.stream_wall.writes[0] == "start"
    assert world.stream_wall.writes[-1] == "stop"
    assert world.stream_wall.statuses[0] == (turn.key, "Reading the thread")
    assert [chosen.streaming for chosen in world.journal.of(StreamingChosen)] == ["native"]


def test_what_happens_is_told_to_the_journal_in_its_order():
    world = informed()
    turn = world.ask()

    world.answer(turn)

    assert [kind for kind in world.journal.kinds if kind != "EditMade"] == [
        "Stage",
        "TurnClaimed",
        "ThreadRead",
        "Stage",
        "Retrieved",
        "Stage",
        "ModelCalled",
        "TurnEnded",
    ]
    assert [stage.name for stage in world.journal.of(Stage)] == [
        "Reading the thread",
        "Checking the knowledge base",
        "Writing",
    ]
    assert world.journal.of(TurnClaimed) == [TurnClaimed(1)]
    assert world.journal.of(ThreadRead) == [ThreadRead(1, 0, 0.0)]
    assert world.journal.of(Retrieved)[0].passages == 2
    assert world.journal.of(ModelCalled)[0].outcome == "end_turn"
    made = world.journal.of(EditMade)
    assert [edit.posted for edit in made] == [True] + [False] * (len(made) - 1)
    assert ended(world) == TurnEnded("answered", 0.0, edits=len(made), characters=len(WHOLE.partition("\n")[0]))


def test_the_status_line_tells_each_stage():
    world = informed()
    turn = world.ask()
    world.threads = Tapped(world.threads, lambda _name, call: (world.own_time.settle(), call())[1])
    world.knowledge = [Tapped(world.knowledge[0], lambda _name, call: (world.own_time.settle(), call())[1])]

    world.answer(turn)

    statuses = [text for text in world.standing(turn)[0][1].earlier if text.startswith("_")]
    assert statuses[:2] == ["_Reading the thread …_", "_Checking the knowledge base …_"]


def test_the_model_speaks_to_its_end_while_slack_is_stuck():
    world = informed()
    turn = world.ask()
    all_said = threading.Event()
    edits_by_then = []

    class Eager(ChatModel):
        model_id = "eager"

        def converse(self, request: ModelRequest):
            yield from world.script.converse(request)
            edits_by_then.extend(world.journal.of(EditMade))
            all_said.set()

    world.model = Eager()
    world.tap = lambda name, call: call() if name == "post" or all_said.wait(30) else None

    world.answer(turn)

    assert [edit.posted for edit in edits_by_then] == [True]
    assert world.texts(turn) == [WHOLE]


TOLD = {
    "InputTooLong": errors.InputTooLong(),
    "AccessDenied": errors.AccessDenied(),
    "ModelGone": errors.ModelGone(),
    "RequestRefused": errors.RequestRefused(),
    "ModelFailed": errors.ModelFailed(),
    "ModelBusy": errors.ModelBusy(),
    "StreamBroken": errors.StreamBroken(),
    "a sentence of its own": errors.ModelFailed("code 7", sentence="The model is at lunch."),
    "SurfaceUnavailable": bad_gateway(),
    "SurfaceRefused": refused("thread_not_found"),
    "LedgerUnavailable": errors.LedgerUnavailable(),
}


@pytest.mark.parametrize("error", TOLD.values(), ids=TOLD)
def test_what_goes_wrong_at_the_model_is_told_with_a_reference_and_ends_the_turn(error: Any):
    world = World([error])
    turn = world.ask()

    outcome = world.answer(turn)

    assert outcome == "failed"
    assert world.texts(turn) == [f"{FOOTER}{error.sentence} (reference `{turn.ts}`)"]
    assert world.ledger.turns[turn.key].outcome == "failed"
    assert ended(world).error == f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("error", TOLD.values(), ids=TOLD)
def test_what_goes_wrong_while_the_thread_is_read_is_told_with_a_reference_and_ends_the_turn(error: Any):
    world = World()
    turn = world.ask()
    world.threads.fail(error)

    outcome = world.answer(turn)

    assert outcome == "failed"
    assert world.texts(turn) == [f"{FOOTER}{error.sentence} (reference `{turn.ts}`)"]


def test_an_answer_that_breaks_off_ends_under_what_was_said_before_with_a_reason():
    world = World(["Let me look.", ToolUse("1", "clock", "{}")], [errors.AccessDenied()], tools=[clock()])
    turn = world.ask()

    outcome = world.answer(turn)

    assert outcome == "failed"
    assert world.texts(turn) == [
        f"Let me look.\n\n{FOOTER}\n{errors.AccessDenied.sentence} (reference `{turn.ts}`)",
    ]


def test_a_stream_that_breaks_halfway_is_asked_for_again_and_said_once():
    world = informed([*SCRIPT[:2], errors.StreamBroken()], SCRIPT)
    turn = world.ask()

    outcome = world.answer(turn)

    assert outcome == "answered"
    assert world.texts(turn) == [WHOLE]
    assert world.own_time.naps == [RETRY_DELAYS_SECONDS[0]]


def test_a_bug_is_told_without_its_words():
    world = informed(["So far [1]", ZeroDivisionError("somebody's words")])
    turn = world.ask()

    outcome = world.answer(turn)

    (text,) = world.texts(turn)
    assert outcome == "failed"
    assert text == f"So far [1]\n\n{FOOTER}\n{errors.VeraError.sentence} (reference `{turn.ts}`)"
    assert re.fullmatch(r"ZeroDivisionError at fakes.model:\d+", ended(world).error)
    assert "somebody's words" not in repr(world.journal.events)


def test_what_cannot_be_told_is_raised_and_the_turn_given_back():
    world = World([errors.AccessDenied()])
    turn = world.ask()
    world.tap = lambda name, call: call() if name == "post" else (_ for _ in ()).throw(bad_gateway())

    with pytest.raises(errors.SurfaceUnavailable):
        world.answer(turn)

    assert world.ledger.turns[turn.key].lease_until == 0
    assert world.ledger.turns[turn.key].outcome is None
    world.tap = lambda _name, call: call()
    assert world.answer(turn) == "failed"
    assert len(world.texts(turn)) == 1


def test_an_answer_that_slack_refuses_is_followed_by_a_plain_sentence():
    world = informed()
    turn = world.ask()

    def tap(_name: str, call: Callable[[], Any]):
        if "three months" in call.args[-1]:
            raise refused("invalid_blocks")
        return call()

    world.tap = tap
    outcome = world.answer(turn)

    assert outcome == "failed"
    assert world.texts(turn) == [f"{FOOTER}{errors.VeraError.sentence} (reference `{turn.ts}`)"]


def test_an_answer_that_time_cuts_short_stands_as_far_as_it_came_and_says_so():
    world = World(["One. ", "Two. ", "Three. "], seconds=100.0)
    turn = world.ask()
    world.model = Paced(world.script, lambda: world.own_time.advance(46.0))

    outcome = world.answer(turn)

    assert outcome == "answered"
    assert world.texts(turn) == [
        f"One. Two. Three.\n\n{FOOTER}\n*I ran out of time here. Ask me to go on, and I will.*"
    ]
    assert world.script.closed == 1


def test_a_time_that_is_over_before_the_first_word_is_told():
    world = World([errors.ModelBusy()], seconds=0.5)
    turn = world.ask()

    outcome = world.answer(turn)

    assert outcome == "failed"
    assert errors.OutOfTime.sentence in world.texts(turn)[0]


@pytest.mark.parametrize("done", [True, False], ids=["answered", "being answered"])
def test_a_duplicate_goes_away_quietly(*, done: bool):
    world = World()
    turn = world.ask()
    world.ledger.claim(turn.key, owner="first", lease_seconds=30)
    if done:
        world.ledger.complete(turn.key, owner="first", outcome="answered")

    with pytest.raises(errors.TurnTaken) as taken:
        world.answer(turn)

    assert taken.value.done is done
    assert not world.wall.calls
    assert not world.journal.events


def test_a_worker_that_lost_its_lease_halfway_writes_no_more_and_leaves_the_reply_alone():
    world = informed([*SCRIPT, " And more.", " And more."] + ["So on."] * 100)
    turn = world.ask()
    said = count(1)

    def between():
        world.own_time.settle()
        if next(said) == 2:
            stored = world.ledger.turns[turn.key]
            stored.held_by, stored.lease_until = "quick", world.own_time() + 100.0
            world.own_time.advance(31.0)
            world.own_time.settle()
            calls.extend(world.wall.calls)

    calls = []
    world.model = Paced(world.script, between)

    with pytest.raises(errors.LeaseLost):
        world.answer(turn)

    assert world.wall.calls == calls
    assert world.texts(turn) == ["The notice period begins on the first"]
    assert next(said) < 10  # nor does it listen to the end
    assert world.ledger.turns[turn.key].held_by == "quick"
    assert world.ledger.turns[turn.key].outcome is None


def clock(calls: list[str] | None = None):
    """Make a tool, which remembers that it was called."""

    @tool(status="Looking at the clock")
    def clock() -> str:
        """Tell the time."""
        if calls is not None:
            calls.append("called")
        return "noon"

    return clock


def test_a_tool_shows_its_status_and_its_round_is_written_down():
    world = World(["Let me see.", ToolUse("1", "clock", "{}")], ["It is noon."], tools=[clock()])
    turn = world.ask()
    world.tools = [Tapped(world.tools[0], lambda _name, call: (world.own_time.settle(), call())[1])]

    world.answer(turn)

    (_, message), *_ = world.standing(turn)
    assert "Let me see.\n\n_Looking at the clock …_" in message.earlier
    assert message.text == "Let me see.\n\nIt is noon."
    assert list(world.ledger.turns[turn.key].rounds) == [0]


def test_a_takeover_replays_the_rounds_that_were_finished_and_runs_no_tool_twice():
    calls = []
    world = World(["Let me see.", ToolUse("1", "clock", "{}")], [Crash()], ["It is noon."], tools=[clock(calls)])
    turn = world.ask()
    with pytest.raises(Crash):
        world.answer(turn)

    outcome = world.answer(turn)

    assert outcome == "answered"
    assert calls == ["called"]
    assert world.texts(turn) == ["Let me see.\n\nIt is noon."]
    assert world.script.requests[-1].messages[-1].content == (ToolResult("1", "noon"),)
    assert [called.outcome for called in world.journal.of(ToolCalled)] == ["ok", "replayed"]
    assert world.journal.of(TurnClaimed)[-1] == TurnClaimed(2)


def test_more_rounds_than_allowed_end_the_answer_with_a_sentence():
    world = World(["Looking [1", ToolUse("1", "clock", "{}")], tools=[clock()])
    turn = world.ask()

    outcome = world.answer(turn, manner=replace(MANNER, max_tool_rounds=1))

    assert outcome == "answered"
    assert world.texts(turn)[0].startswith("Looking [1\n\nLooking [1\n\n")
    assert "more than 1 round" in world.texts(turn)[0]


@pytest.mark.parametrize("port", ["record_round", "complete"])
def test_a_ledger_that_is_away_for_a_moment_costs_a_pause(port: str):
    world = World(["Let me see.", ToolUse("1", "clock", "{}")], ["It is noon."], tools=[clock()])
    turn = world.ask()
    failures = iter([errors.LedgerUnavailable()] * 3)

    def tap(name: str, call: Callable[[], Any]):
        if name == port and (failure := next(failures, None)):
            raise failure
        return call()

    world.ledger, ledger = Tapped(world.ledger, tap), world.ledger

    outcome = world.answer(turn)

    assert outcome == "answered"
    assert ledger.turns[turn.key].outcome == "answered"
    assert list(ledger.turns[turn.key].rounds) == [0]
    assert world.own_time.naps == [0.5, 1.0, 2.0]


def test_a_knowledge_base_that_is_down_costs_a_sentence():
    world = World(
        ["Three months [1]."],
        knowledge=[UnavailableKnowledge("The wiki is waking up."), ListedKnowledge([HANDBOOK])],
    )
    turn = world.ask()

    outcome = world.answer(turn)

    assert outcome == "answered"
    assert world.texts(turn) == [
        f"Three months [1].\n\n{FOOTER}\n*The wiki is waking up.*\n**Sources**\n[1] [Handbook](https://example.org/handbook)"
    ]
    assert world.journal.of(Retrieved)[0].failed == 1


def test_without_a_knowledge_base_none_is_spoken_of_and_brackets_stay():
    world = World(["See [1] and [7]."])
    turn = world.ask()

    world.answer(turn)

    assert world.texts(turn) == ["See [1] and [7]."]
    assert [stage.name for stage in world.journal.of(Stage)] == ["Reading the thread", "Writing"]


def test_a_guardrail_that_stopped_the_answer_is_told_in_its_own_words_on_one_line():
    world = World(["Well,", Stopped("guardrail_intervened", "Not this\nsubject.")])
    turn = world.ask()

    world.answer(turn)

    assert world.texts(turn) == [f"Well,\n\n{FOOTER}\n*Not this subject.*"]


def test_messages_that_were_left_out_are_told():
    world = World()
    root = world.threads.say("C1", "", "person", "Ann", "Hello")
    for number in range(1_200):
        world.threads.say("C1", root, "person", "Bob", f"Remark {number}. " + "words " * 20)
    turn = world.ask(root=root)

    world.answer(turn)

    (read,) = world.journal.of(ThreadRead)
    assert read.omitted > 1_000
    assert (
        f"*I read the newest part of this thread; {read.omitted:,} older messages are left out.*"
        in world.texts(turn)[0]
    )


def test_a_mention_without_words_asks_about_the_thread():
    world = World(["They agree."])
    root = world.threads.say("C1", "", "person", "Ann", "Shall we meet at noon?")
    turn = world.ask("@Vera", root=root)

    outcome = world.answer(turn)

    assert outcome == "answered"
    assert world.texts(turn) == ["They agree."]
    assert "without a question" in world.script.requests[0].messages[-1].content[0].text


def test_a_mention_without_words_and_without_a_thread_gets_one_sentence():
    world = informed()
    turn = world.ask("@Vera")

    outcome = world.answer(turn)

    assert outcome == "answered"
    assert world.texts(turn) == ["Hi! Ask me something, and I'll answer in this thread."]
    assert not world.script.requests


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (Admission(users=frozenset({"U9"})), "certain people only"),
        (Admission(channels=frozenset({"C9"})), "certain channels only"),
    ],
    ids=["the person", "the channel"],
)
def test_who_is_not_on_the_list_is_told_without_anything_being_read(rules: Admission, sentence: str):
    world = World()
    turn = world.ask()

    outcome = world.answer(turn, admit=lambda asked: rules.check(asked, lambda _turn: False))

    assert outcome == "refused"
    assert sentence in world.texts(turn)[0]
    assert world.ledger.turns[turn.key].outcome == "refused"
    assert [type(event) for event in world.journal.events] == [EditMade, TurnEnded]


def test_somebody_of_another_organisation_is_turned_away_once_in_a_thread():
    world = World()
    rules = Admission()
    first = world.ask(team="T1", user_team="T2")
    again = world.ask(team="T1", user_team="T2", root=first.ts)
    elsewhere = world.ask(team="T1", user_team="T2")

    outcomes = [
        world.answer(turn, admit=lambda asked: rules.check(asked, lambda _turn: True))
        for turn in (first, again, elsewhere)
    ]

    assert outcomes == ["refused"] * 3
    assert "the organisation that I belong to" in world.texts(first)[0]
    assert [len(world.texts(turn)) for turn in (first, again, elsewhere)] == [1, 0, 1]


def test_a_refusal_that_could_not_be_told_is_told_by_the_next_attempt():
    world = World()
    turn = world.ask(team="T1", user_team="T2")
    world.tap = lambda _name, _call: (_ for _ in ()).throw(bad_gateway())

    def admit(asked: Turn):
        Admission().check(asked, lambda _turn: True)

    with pytest.raises(errors.SurfaceUnavailable):
        world.answer(turn, admit=admit)
    world.tap = lambda _name, call: call()
    outcome = world.answer(turn, admit=admit)

    assert outcome == "refused"
    assert len(world.texts(turn)) == 1


def test_two_questions_at_once_do_not_disturb_each_other():
    world = informed()
    one, two = world.ask(), world.ask()
    inner = []

    def between():
        world.own_time.settle()
        if not inner:
            inner.append(None)
            world.answer(two)

    world.model = Paced(world.script, between)
    world.answer(one)

    assert world.texts(one) == world.texts(two) == [WHOLE]


@by_streaming
def test_a_429_storm_over_a_whole_turn_loses_nothing(streaming: Streaming):
    world = informed()
    turn = world.ask()
    numbers = count(1)

    def tap(_name: str, call: Callable[[], Any]):
        if next(numbers) % 2:
            raise rate_limited(5.0)
        return call()

    world.tap = tap
    outcome = world.answer(turn, manner=replace(MANNER, streaming=streaming))

    assert outcome == "answered"
    assert world.texts(turn) == [WHOLE]
