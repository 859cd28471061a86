"""What a turn leaves behind: log lines that lead to it and say nothing of it, and no process and no thread."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

import pytest

from fakes.deployment import Deployment
from fakes.scripted_bedrock import Fault, Hold, ScriptedBedrock, Stop, Tool, Used, found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ASKED, ANSWERED, KNOWN = "zinnober-asked", "zinnober-answered", "zinnober-known"


@pytest.fixture(scope="module")
def _talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    bedrock = ScriptedBedrock(
        retrieve=lambda _: {"retrievalResults": [found(KNOWN, uri="https://example.org/zinnober-place")]}
    )
    environment = {"VERA_KNOWLEDGE_BASE_IDS": "KB00000001"}
    with Deployment(
        tmp_path_factory.mktemp("traces"), bedrock=bedrock, environment=environment, shifted=True
    ) as deployed:
        deployed.bedrock.say("Warm.")
        deployed.whisper("Are you warm?")
        deployed.settle()  # Bolt has said about its setup what it has to say
        deployed.rest()
        yield deployed


@pytest.fixture
def talkative(_talkative: Deployment) -> Iterator[Deployment]:
    yield _talkative
    _talkative.rest()


def _answer(vera: Deployment) -> None:
    vera.bedrock.script([f"{ANSWERED} first.", Tool("current_time", "{}"), Stop("tool_use"), Used()])
    vera.bedrock.say(f"{ANSWERED} [1].")


def _fail_the_model(vera: Deployment) -> None:
    vera.bedrock.fail("ValidationException", f"{ASKED} is no question")


def _break_the_stream(vera: Deployment) -> None:
    for _ in range(3):
        vera.bedrock.script([ANSWERED, Fault("modelStreamErrorException", f"after {ANSWERED}")])


def _refuse_the_message(vera: Deployment) -> None:
    vera.workspace.faults.add("chat.postMessage", error="is_archived")


TURNS = {
    "is answered": _answer,
    "fails at the model": _fail_the_model,
    "breaks off": _break_the_stream,
}


@pytest.mark.parametrize("prepare", TURNS.values(), ids=TURNS)
def test_every_line_of_a_turn_holds_its_messages_ts_where_it(
    talkative: Deployment, prepare: Callable[[Deployment], None]
):
    prepare(talkative)
    before = {name: len(talkative.functions.log(name)) for name in ("receiver", "worker")}

    question = talkative.whisper(f"What about {ASKED}?")
    talkative.settle()
    talkative.wait_for_log("worker", question, "turn_ended")

    worker = [json.loads(line) for line in talkative.functions.log("worker")[before["worker"] :]]
    assert len(worker) > 5
    assert {(line["ts"], line["channel"], line["correlation_id"]) for line in worker} == {
        (question.ts, question.channel, question.key)
    }
    own = {message["ts"] for message in talkative.said(question)}
    receiver = [json.loads(line) for line in talkative.functions.log("receiver")[before["receiver"] :]]
    assert [line["message"] for line in receiver if line["ts"] == question.ts] == ["Handed over"]
    assert all(line["ts"] for line in receiver)
    assert any(line["ts"] in own for line in receiver)  # Slack tells of Vera's own messages too
    assert {line["message"] for line in receiver if line["ts"] != question.ts} == {"Ignored"}


def test_every_line_of_a_failed_attempt_holds_its_messages_ts_and_says_what_failed(talkative: Deployment):
    _refuse_the_message(talkative)
    before = len(talkative.functions.log("worker"))

    question = talkative.whisper(f"And {ASKED}?")
    talkative.functions.wait_for(lambda _: talkative.attempts == ["error"])
    talkative.workspace.faults.clear()
    talkative.bedrock.say(ANSWERED)
    talkative.time.to_next()
    talkative.settle()
    talkative.wait_for_log("worker", question, "turn_ended")

    lines = [json.loads(line) for line in talkative.functions.log("worker")[before:] if line.startswith("{")]
    assert {line.get("ts") for line in lines} == {question.ts}
    raised = [line["error"] for line in lines if line["message"] == "turn_raised"]
    assert raised == ["SurfaceRefused: chat.postMessage: is_archived"]


def test_no_line_holds_a_word_of_the_question_the_answer_the_passages_or_a_secret(talkative: Deployment):
    for prepare in TURNS.values():
        prepare(talkative)
        talkative.whisper(f"What about {ASKED}?")
        talkative.settle()
    _refuse_the_message(talkative)
    question = talkative.whisper(f"And {ASKED}?")
    talkative.time.to_next()
    talkative.time.to_next()
    talkative.functions.wait_for(lambda _: len(talkative.dead_letters) == 1)
    talkative.workspace.faults.clear()
    talkative.settle()
    talkative.wait_for_log("receiver", question, "An on-failure record passed on")

    playground = talkative.playground
    secrets = (playground.workspace.bot_token, playground.signing_secret)
    for name in ("receiver", "worker"):
        lines = "\n".join(talkative.functions.log(name))
        assert question.ts in lines
        assert "zinnober" not in lines
        assert not any(secret in lines for secret in secrets)


def test_closing_in_the_middle_of_an_answer_leaves_no_process_and_no_thread(tmp_path: Path):
    before = set(threading.enumerate())

    with Deployment(tmp_path) as vera:
        vera.bedrock.script(["Half of", Hold()])
        question = vera.ask("What is it?")
        vera.wait_for_text(question, "Half of")
        pids = [one.pid for name in ("receiver", "worker") for one in vera.functions.processes(name)]

    assert len(pids) > 1
    assert [pid for pid in pids if _runs(pid)] == []
    assert set(threading.enumerate()) == before


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
