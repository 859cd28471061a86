"""What the witnesses of the ledger, the budget, the documents and the model tell, and that they change nothing."""

from __future__ import annotations

import math
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.knowledge import ListedKnowledge, UnavailableKnowledge
from fakes.ledger import MemoryLedger
from fakes.model import ScriptedModel
from unit.playground.witnessing import KEY, Told, asked
from vera.assistant.budget import LocalTally, Tally
from vera.assistant.journal import Stage, TurnDropped, TurnEnded, TurnRaised
from vera.assistant.knowledge import Passage
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
from vera.errors import KnowledgeUnavailable, LeaseLost, LedgerUnavailable, ModelBusy, StreamBroken, TurnTaken
from vera.playground.journal.testimony import (
    Found,
    LedgerCalled,
    ModelAsked,
    ModelBroke,
    ModelSaid,
    ModelUsedTool,
    Part,
    Reranked,
    Said,
    Searched,
    TallyCalled,
)
from vera.playground.journal.testimony import Told as ToldOfTool
from vera.playground.journal.witness import WitnessedKnowledge, WitnessedLedger, WitnessedReranker, WitnessedTally
from vera.playground.journal.witness_model import WitnessedModel
from vera.playground.mischief import Mischief

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vera.assistant.ledger import Ledger

TEA = Passage("Tea is hot.", "Tea", "tea.md", 2.0, "listed")
LONG = Passage("x" * 2_500, "Long", "long.md", 1.0, "listed")


@pytest.fixture
def told() -> Told:
    return Told()


# The turn


def test_events_of_the_domain_go_to_the_pipe_and_to_the_logs(told: Told):
    told.witnesses.record(KEY, Stage("Writing"))

    assert told.heard == told.logged == [(KEY, Stage("Writing"))]


def test_what_was_said_never_reaches_the_logs(told: Told):
    told.begin()
    told.witnesses.tell(ModelSaid("secret", 1))

    assert told.events == [ModelSaid("secret", 1)]
    assert told.logged == []


@pytest.mark.parametrize("end", [TurnEnded("answered", 1.0), TurnDropped("busy"), TurnRaised("KeyError")])
def test_between_turns_nobody_is_told_anything(told: Told, end: Any):
    told.witnesses.tell(ModelSaid("too early", 1))
    told.begin()
    told.witnesses.tell(ModelSaid("in time", 1))
    told.witnesses.record(KEY, end)
    told.witnesses.tell(ModelSaid("too late", 1))

    assert told.heard == [(KEY, ModelSaid("in time", 1)), (KEY, end)]


# The ledger


def test_a_claim_is_told_with_the_record_and_begins_the_turn(told: Told):
    ledger = MemoryLedger()
    ledger.claim(KEY, owner="dead", lease_seconds=30)
    ledger.record_message(KEY, owner="dead", part=0, ts="1.5")
    ledger.record_round(KEY, owner="dead", ordinal=0, round_json="{}")
    ledger.hand_on(KEY, owner="dead", leg=1, so_far="Once")
    ledger.ask_stop(KEY)

    record = WitnessedLedger(ledger, told.witnesses).claim(KEY, owner="me", lease_seconds=30)
    told.witnesses.tell(ModelSaid("mine", 1))

    claimed = LedgerCalled(
        "claim",
        "me",
        "",
        1.0,
        lease_seconds=30,
        attempt=record.attempt,
        messages=("1.5",),
        rounds=1,
        leg=1,
        so_far_characters=4,
        stop_asked=True,
    )
    assert told.heard == [(KEY, claimed), (KEY, ModelSaid("mine", 1))]


OPERATIONS: dict[str, tuple[Callable[[Ledger], object], dict[str, Any]]] = {
    "renew": (lambda ledger: ledger.renew(KEY, owner="me", lease_seconds=20), {"lease_seconds": 20}),
    "record_message": (
        lambda ledger: ledger.record_message(KEY, owner="me", part=1, ts="1.5"),
        {"part": 1, "ts": "1.5"},
    ),
    "record_round": (
        lambda ledger: ledger.record_round(KEY, owner="me", ordinal=2, round_json='{"secret": 1}'),
        {"ordinal": 2},
    ),
    "complete": (lambda ledger: ledger.complete(KEY, owner="me", outcome="answered"), {"outcome": "answered"}),
    "release": (lambda ledger: ledger.release(KEY, owner="me"), {}),
    "hand_on": (
        lambda ledger: ledger.hand_on(KEY, owner="me", leg=1, so_far="secret"),
        {"leg": 1, "so_far_characters": 6},
    ),
}

ANSWERS: dict[str, dict[str, Any]] = {"renew": {"stop_asked": False}}
"""What an operation answers, and so doesn't where it is refused."""


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_call_of_the_ledger_is_told_with_what_it_is_about_also_after_the_turn(told: Told, operation: str):
    call, fields = OPERATIONS[operation]
    ledger = WitnessedLedger(MemoryLedger(), told.witnesses)
    ledger.claim(KEY, owner="me", lease_seconds=30)
    told.witnesses.turn = ""

    call(ledger)

    assert told.heard[1:] == [(KEY, LedgerCalled(operation, "me", "", 1.0, **fields, **ANSWERS.get(operation, {})))]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_call_that_is_refused_is_told_with_why_and_refused(told: Told, operation: str):
    call, fields = OPERATIONS[operation]

    with pytest.raises(LeaseLost):
        call(WitnessedLedger(MemoryLedger(), told.witnesses))

    assert told.heard == [(KEY, LedgerCalled(operation, "me", f"LeaseLost: {KEY}", 1.0, **fields))]


def test_a_turn_that_is_taken_is_told_of_too(told: Told):
    ledger = MemoryLedger()
    ledger.claim(KEY, owner="another", lease_seconds=30)

    with pytest.raises(TurnTaken):
        WitnessedLedger(ledger, told.witnesses).claim(KEY, owner="me", lease_seconds=30)

    assert told.heard == [(KEY, LedgerCalled("claim", "me", f"TurnTaken: {KEY}", 1.0, lease_seconds=30))]


def test_a_turn_that_is_reopened_is_told_of_as_such(told: Told):
    ledger = WitnessedLedger(MemoryLedger(), told.witnesses)
    ledger.claim(KEY, owner="first", lease_seconds=30)
    ledger.complete(KEY, owner="first", outcome="failed")

    record = ledger.claim(KEY, owner="second", lease_seconds=30, reopen=True)

    assert record.attempt == 2
    assert [(claim.owner, claim.reopen) for claim in told.events if claim.operation == "claim"] == [
        ("first", None),
        ("second", True),
    ]


def test_a_stop_that_somebody_asks_for_is_told_in_the_turn_that_it_ends(told: Told):
    ledger = WitnessedLedger(MemoryLedger(), told.witnesses)
    ledger.claim(KEY, owner="me", lease_seconds=30)
    told.witnesses.turn = ""

    asked = ledger.ask_stop(KEY)

    assert asked is True
    assert ledger.renew(KEY, owner="me", lease_seconds=30) is True
    assert told.heard[1:] == [
        (KEY, LedgerCalled("ask_stop", "", "", 1.0, stop_asked=True)),
        (KEY, LedgerCalled("renew", "me", "", 1.0, lease_seconds=30, stop_asked=True)),
    ]


def test_messages_that_are_tried_and_are_no_turns_are_not_told_of(told: Told):
    ledger = MemoryLedger()
    witnessed = WitnessedLedger(ledger, told.witnesses)

    asked = witnessed.ask_stop(KEY)
    ledger.down = True
    with pytest.raises(LedgerUnavailable):
        witnessed.ask_stop(KEY)

    assert asked is False
    assert told.heard == []


def test_the_record_of_a_refusal_is_told_in_the_turn_it_is_about(told: Told):
    ledger = WitnessedLedger(MemoryLedger(), told.witnesses)
    ledger.claim(KEY, owner="me", lease_seconds=30)

    ledger.claim("refusal:C1:1.2", owner=KEY, lease_seconds=30)
    ledger.complete("refusal:C1:1.2", owner=KEY, outcome="refused")

    assert [key for key, _ in told.heard] == [KEY] * 3
    assert [event.key for event in told.events] == [None, "refusal:C1:1.2", "refusal:C1:1.2"]


# The budget


class NoTally(Tally):
    """The store of the count is down."""

    def spend(self, *_: Any, **__: Any) -> Any:
        raise LedgerUnavailable("down")

    def pause(self, *_: Any, **__: Any) -> None:
        raise LedgerUnavailable("down")

    def leave(self, *_: Any, **__: Any) -> None:
        raise LedgerUnavailable("down")


SPENDING: dict[str, tuple[Callable[[Tally], object], dict[str, Any], dict[str, Any]]] = {
    "spend": (
        lambda tally: tally.spend("T1", "update", answer=KEY, now=100.0, seconds=1.25),
        {"answer": KEY, "spent_seconds": 1.25},
        {"taken": True, "full_at": 101.25, "running": 1},
    ),
    "pause": (lambda tally: tally.pause("T1", "update", full_at=130.0), {"full_at": 130.0}, {}),
    "leave": (lambda tally: tally.leave("T1", "update", answer=KEY), {"answer": KEY}, {}),
}


@pytest.mark.parametrize("operation", SPENDING)
def test_every_call_of_the_tally_is_told_with_what_it_is_about_and_what_it_answered(told: Told, operation: str):
    call, fields, answered = SPENDING[operation]
    told.begin()

    passed_on = call(WitnessedTally(LocalTally(), told.witnesses))

    assert passed_on == call(LocalTally())
    assert told.heard == [(KEY, TallyCalled(operation, "T1", "update", "", 1.0, **fields, **answered))]
    assert told.logged == []


@pytest.mark.parametrize("operation", SPENDING)
def test_a_tally_that_is_away_is_told_with_why_and_is_away(told: Told, operation: str):
    call, fields, _ = SPENDING[operation]
    told.begin()

    with pytest.raises(LedgerUnavailable):
        call(WitnessedTally(NoTally(), told.witnesses))

    assert told.events == [TallyCalled(operation, "T1", "update", "LedgerUnavailable: down", 1.0, **fields)]


def test_what_is_refused_where_nothing_was_ever_spent_is_told_without_a_time(told: Told):
    told.begin()

    WitnessedTally(LocalTally(), told.witnesses).spend("T1", "stop", answer=KEY, now=9.0, seconds=0.0, until=-math.inf)

    assert told.events == [
        TallyCalled("spend", "T1", "stop", "", 1.0, answer=KEY, spent_seconds=0.0, taken=False, running=0)
    ]


def test_an_answer_that_leaves_after_its_turn_is_told_of_in_it(told: Told):
    WitnessedTally(LocalTally(), told.witnesses).leave("T1", "update", answer=KEY)

    assert told.heard == [(KEY, TallyCalled("leave", "T1", "update", "", 1.0, answer=KEY))]


# The documents


def test_a_search_is_told_with_its_passages_and_passed_on(told: Told):
    told.begin()
    base = WitnessedKnowledge(lambda: ListedKnowledge([TEA, LONG]), told.witnesses)

    passages = base.search("tea long")

    cut = f"{'x' * 2_000} … (500 more characters)"
    scored = (Found("Tea", "tea.md", 1.0, "Tea is hot."), Found("Long", "long.md", 1.0, cut))
    assert told.events == [Searched("listed", "tea long", scored, 1.0, "")]
    assert [passage.text for passage in passages] == [TEA.text, LONG.text]


def test_a_search_that_fails_is_told_with_why_and_fails(told: Told):
    told.begin()
    base = WitnessedKnowledge(UnavailableKnowledge, told.witnesses)

    with pytest.raises(KnowledgeUnavailable):
        base.search("tea")

    error = "KnowledgeUnavailable: unavailable is down"
    assert told.events == [Searched("unavailable", "tea", (), 1.0, error)]


class Reversing:
    def rerank(self, query: str, passages: tuple[Passage, ...], keep: int) -> tuple[Passage, ...]:
        if not query:
            raise KnowledgeUnavailable("no query")
        return passages[::-1][:keep]


def test_what_a_reranker_chose_is_told_and_passed_on(told: Told):
    told.begin()
    reranker = WitnessedReranker(Reversing, told.witnesses)

    chosen = reranker.rerank("tea", (LONG, TEA), 1)
    with pytest.raises(KnowledgeUnavailable):
        reranker.rerank("", (LONG, TEA), 1)

    assert chosen == (TEA,)
    assert told.events == [
        Reranked("tea", (Found("Tea", "tea.md", 2.0, "Tea is hot."),), 1.0, ""),
        Reranked("", (), 1.0, "KnowledgeUnavailable: no query"),
    ]


# The model


def witnessed(told: Told, *script: Any, mischief: Mischief | None = None) -> tuple[ScriptedModel, WitnessedModel]:
    told.begin()
    model = ScriptedModel(list(script))
    return model, WitnessedModel(lambda: model, told.witnesses, mischief)


def test_a_request_is_told_whole(told: Told):
    _, model = witnessed(told, "Yes.")
    long = "word " * 1_000
    request = ModelRequest(
        system="Be brief.",
        messages=(
            ModelMessage("user", (Text(long),)),
            ModelMessage("assistant", (Reasoning("Hm.", "signed"), Text("Let me see."), ToolUse("t1", "look", "{}"))),
            ModelMessage("user", (ToolResult("t1", "nothing there", failed=True),)),
        ),
        max_output_tokens=100,
        tools=(ToolSpec("look", "Look it up.", {"type": "object"}),),
    )

    list(model.converse(request))

    assert told.events[0] == ModelAsked(
        "scripted",
        "Be brief.",
        (
            Said("user", (Part("text", text=long),)),
            Said(
                "assistant",
                (
                    Part("reasoning", text="Hm."),
                    Part("text", text="Let me see."),
                    Part("tool_use", name="look", arguments="{}"),
                ),
            ),
            Said("user", (Part("tool_result", text="nothing there", failed=True),)),
        ),
        (ToldOfTool("look", "Look it up.", {"type": "object"}),),
        100,
    )


def test_what_the_model_says_is_told_by_the_tenth_of_a_second_the_first_words_at_once(told: Told):
    _, model = witnessed(told, *"abcdefgh")
    told.steps = cycle([0.03])

    events = list(model.converse(asked()))

    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "abcdefgh"
    assert told.of(ModelSaid) == [ModelSaid("a", 1), ModelSaid("bcde", 4), ModelSaid("fgh", 3)]


@given(st.lists(st.text(min_size=1), max_size=30), st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_joined_it_is_what_the_model_said_however_it_came(pieces: list[str], steps: list[float]):
    told = Told()
    told.steps = cycle(steps)
    plain, model = witnessed(told, *pieces)

    events = list(model.converse(asked()))

    assert events == list(plain.converse(asked()))
    assert "".join(said.text for said in told.of(ModelSaid)) == "".join(pieces)
    assert sum(said.deltas for said in told.of(ModelSaid)) == len(pieces)


def test_a_tool_call_is_told_after_what_was_said_before_it(told: Told):
    thought, call = Reasoning("Hm."), ToolUse("t1", "current_time", '{"zone": "UTC"}')
    _, model = witnessed(told, "Let ", "me ", thought, "see.", call)
    told.steps = cycle([0.0])

    events = list(model.converse(asked()))

    assert [type(event) for event in events[3:]] == [TextDelta, ToolUse, Stopped, Usage]
    assert thought in events
    assert told.events[1:] == [
        ModelSaid("Let ", 1),
        ModelSaid("me ", 1),
        ModelSaid("see.", 1),
        ModelUsedTool("current_time", '{"zone": "UTC"}'),
    ]


def test_the_stream_is_read_no_faster_than_it_is_asked_for_and_closed_with_the_witness(told: Told):
    inner, model = witnessed(told, "one ", "two ", "three ", "four")
    told.steps = cycle([0.0])

    events = model.converse(asked())
    before = list(inner.requests)
    first = [next(events) for _ in range(3)]
    events.close()

    assert before == []
    assert first == [TextDelta("one "), TextDelta("two "), TextDelta("three ")]
    assert inner.closed == 1
    assert told.of(ModelSaid) == [ModelSaid("one ", 1), ModelSaid("two three ", 2)]
    assert told.of(ModelBroke) == []


def test_a_stream_that_breaks_is_told_to_the_last_word_and_breaks(told: Told):
    inner, model = witnessed(told, "one ", "two ", StreamBroken("gone"))
    told.steps = cycle([0.0])

    with pytest.raises(StreamBroken):
        list(model.converse(asked()))

    assert inner.closed == 1
    assert told.events[1:] == [ModelSaid("one ", 1), ModelSaid("two ", 1), ModelBroke("StreamBroken: gone")]


# The switches


def test_a_model_that_is_down_is_busy_at_every_request_and_never_asked(told: Told, tmp_path: Path):
    mischief = Mischief(tmp_path)
    mischief.set("down")
    inner, model = witnessed(told, "one", mischief=mischief)

    for _ in range(2):
        events = model.converse(asked())
        with pytest.raises(ModelBusy):
            next(events)

    assert inner.requests == []
    assert [type(event) for event in told.events] == [ModelAsked, ModelBroke] * 2


@pytest.mark.parametrize(("length", "said"), [(40, 12), (12, 12), (3, 3)])
def test_a_model_that_breaks_off_does_so_once_in_the_middle_or_before_it_has_stopped(
    told: Told, tmp_path: Path, length: int, said: int
):
    mischief = Mischief(tmp_path)
    mischief.set("breaks")
    inner, model = witnessed(told, *["word "] * length, mischief=mischief)

    events = model.converse(asked())
    heard = [next(events) for _ in range(said)]
    with pytest.raises(StreamBroken):
        next(events)
    again = list(model.converse(asked()))

    assert heard == [TextDelta("word ")] * said
    assert again[-2:-1] == [Stopped("end_turn")]
    assert inner.closed == 2
    assert told.of(ModelBroke) == [ModelBroke("StreamBroken: by the playground's switch")]
