"""Answers that take longer than a worker lives: fresh ones go on after the last word, and one whole answer stands."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.deployment import Deployment, payload_of
from fakes.scripted_bedrock import Hold, Stop, Used
from vera.assistant.prompt import GO_ON
from vera.assistant.turn import MOST_LEGS

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.deployment import Question
    from fakes.scripted_bedrock import Received

PIECE_SECONDS = 2.5
HALVES = ("The office closes at three, as everybody knows, ", "and on Fridays it closes at two.")
WHOLE = "".join(HALVES)


class Speech:
    """A model that says some pieces, each when its gate is open, and goes on after what it is shown of them."""

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.gates = [threading.Event() for _ in pieces]

    @property
    def whole(self) -> str:
        return "".join(self.pieces).strip()

    def __call__(self, request: Received) -> list[Any]:
        said = said_before(request)
        first = next(n for n in range(len(self.pieces) + 1) if len("".join(self.pieces[:n])) >= len(said))
        assert said == "".join(self.pieces[:first])
        held = zip(self.pieces[first:], self.gates[first:], strict=True)
        return [*(part for piece, gate in held for part in (Hold(gate), piece)), Stop(), Used()]


def said_before(request: Received) -> str:
    """Return what the model is shown of its own answer, and asked to go on with."""
    *_, last = request.body["messages"]
    if last["content"][0]["text"] != GO_ON:
        return ""
    assert [one["role"] for one in request.body["messages"][-2:]] == ["assistant", "user"]
    return str(request.body["messages"][-2]["content"][0]["text"])


def legs(vera: Deployment, question: Question) -> list[int]:
    return [line["leg"] for line in vera.events(question, "turn_claimed")]


@pytest.mark.parametrize("streaming", ["edit", "native"])
def test_45_seconds_of_text_are_one_whole_answer_of_workers_with_15_seconds_to_live(tmp_path: Path, streaming: str):
    speech = Speech(*(f"Words of second {number * PIECE_SECONDS:g}, and of the next, too. " for number in range(18)))
    bedrock_says = {"VERA_STREAMING": streaming}
    with Deployment(tmp_path, environment=bedrock_says, shifted=True, worker_timeout_seconds=15.0) as vera:
        vera.bedrock.otherwise(converse=speech)

        question = vera.whisper("What happened?")
        for piece, gate in zip(speech.pieces, speech.gates, strict=True):
            gate.set()
            vera.wait_for_text(question, piece.strip())
            vera.pass_seconds(PIECE_SECONDS)
        vera.settle()

        assert vera.answers(question) == [speech.whole]
        assert vera.footer(question) == ""
        assert [payload_of(one)["state"] for one in vera.said(question)] == ["done"]
        assert legs(vera, question) == [0, 1, 2, 3]
        assert vera.attempts == ["ok"] * 4
        assert min(line["seconds"] for line in vera.events(question, "turn_handed_on")) >= 15.0 / 2
        shown = [said_before(request) for request in vera.requests]
        assert shown[0] == ""
        assert all(speech.whole.startswith(text.strip()) for text in shown)
        assert [len(text) for text in shown] == sorted({len(text) for text in shown})


def begin(vera: Deployment) -> tuple[Speech, Question]:
    """Let half of an answer be read."""
    speech = Speech(*HALVES)
    vera.bedrock.otherwise(converse=speech)
    speech.gates[0].set()
    question = vera.whisper("When do you close?")
    vera.wait_for_text(question, HALVES[0].strip(" ,"))
    return speech, question


def test_a_worker_whose_time_is_over_hands_the_answer_on_to_a_fresh_one(either: Deployment):
    speech, question = begin(either)
    [begun] = either.said(question)

    either.pass_seconds(891.0)
    speech.gates[1].set()
    either.settle()

    assert [one["ts"] for one in either.said(question)] == [begun["ts"]]
    assert either.answers(question) == [WHOLE]
    assert either.footer(question) == ""
    assert legs(either, question) == [0, 1]
    assert either.attempts == ["ok", "ok"]
    assert either.dead_letters == ()


def test_where_lambda_refuses_the_fresh_worker_the_retry_goes_on(either: Deployment, monkeypatch: pytest.MonkeyPatch):
    speech, question = begin(either)

    def refuse(name: str) -> Any:
        raise KeyError(name)

    monkeypatch.setattr(either.functions, "named", refuse)
    either.pass_seconds(891.0)
    speech.gates[1].set()
    either.functions.wait_for(lambda _: either.attempts == ["error"])
    monkeypatch.undo()
    either.retry()
    either.settle()

    assert either.answers(question) == [WHOLE]
    assert len(either.said(question)) == 1
    assert legs(either, question) == [0, 1]
    assert either.attempts == ["error", "ok"]
    assert [line["error"].partition(":")[0] for line in either.events(question, "turn_raised")] == ["HandOnFailed"]


def test_a_worker_that_dies_as_it_hands_on_is_followed_by_one_that_goes_on(either: Deployment):
    speech, question = begin(either)
    either.order(dies_at="ledger.hand_on", after=True)
    either.functions.kill("worker")
    either.retry()
    either.wait_for_requests(2)

    either.pass_seconds(891.0)
    speech.gates[1].set()
    either.retry()
    either.settle()

    assert either.answers(question) == [WHOLE]
    assert len(either.said(question)) == 1
    assert either.attempts == ["died", "died", "ok"]


def test_a_model_that_falls_silent_near_the_deadline_is_left_for_a_fresh_worker_to_ask(either: Deployment):
    speech = Speech(*HALVES)
    speech.gates[0].set()
    either.bedrock.otherwise(converse=speech, retrieve=lambda _: either.pass_seconds(889.0) or {"retrievalResults": []})

    question = either.whisper("When do you close?")  # when it is searched for, one second is left for the model
    either.wait_for_requests(2)
    speech.gates[1].set()
    either.settle()

    assert either.answers(question) == [WHOLE]
    assert len(either.said(question)) == 1
    assert legs(either, question) == [0, 1]
    assert [said_before(request) for request in either.requests] == ["", HALVES[0]]
    assert either.attempts == ["ok", "ok"]


def test_an_answer_without_an_end_is_handed_on_so_often_and_then_says_that_time_ran_out(either: Deployment):
    speech = Speech(*(f"Word {number}, and another one. " for number in range(2 * MOST_LEGS)))
    either.bedrock.otherwise(converse=speech)

    question = either.whisper("What is to be said?")
    for leg in range(MOST_LEGS + 1):
        either.wait_for_requests(leg + 1)
        either.pass_seconds(891.0)
        speech.gates[leg].set()
    either.settle()

    assert either.answers(question) == ["".join(speech.pieces[: MOST_LEGS + 1]).strip()]
    assert either.footer(question).strip("_*") == "I ran out of time here. Ask me to go on, and I will."
    assert len(either.said(question)) == 1
    assert legs(either, question) == list(range(MOST_LEGS + 1))
    assert either.attempts == ["ok"] * (MOST_LEGS + 1)


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.permutations(["again"] * 10 + ["under another id"] * 6 + ["leg 1"] * 2 + ["leg 2"] + ["go on"] * 3))
def test_twenty_deliveries_in_any_order_while_it_is_handed_on_are_one_answer(either: Deployment, steps: list[str]):
    either.rest()
    speech = Speech("First this, ", "then that, ", "and that is all.")
    either.bedrock.otherwise(converse=speech)
    question = either.whisper("What comes first?")
    either.wait_for_requests(1)
    [first] = [one for one in either.delivery.envelopes if one["event"].get("ts") == question.ts]
    legs_gone = 0

    for number, step in enumerate(steps):
        if step == "again":
            assert either.delivery.redeliver(first["event_id"]).status == 200
        elif step == "under another id":
            again = either.delivery.redeliver(first["event_id"], as_event_id=f"Ev{number}{question.ts}")
            assert again.status == 200
        elif step == "go on":
            either.wait_for_requests(legs_gone + 1)
            either.pass_seconds(891.0 if legs_gone < 2 else 0.0)
            speech.gates[legs_gone].set()
            legs_gone += 1
        else:
            hand_over = {"kind": "event", "payload": first, "retry": None, "received_at": 0.0}
            either.functions.invoke_later("worker", hand_over | {"leg": int(step[-1])})
    either.settle()

    assert either.answers(question) == [speech.whole]
    assert len(either.said(question)) == 1
    assert set(either.attempts) == {"ok"}  # how many legs there were, the duplicates decide: time takes leases, too
