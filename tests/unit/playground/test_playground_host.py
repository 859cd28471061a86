"""The whole of it, with a receiver and a worker of a few lines."""

from __future__ import annotations

import http.client
import json
import os
import queue
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from unit.playground.hand_time import HandTime
from vera.playground.host import Playground
from vera.playground.journal.inspection import Inspection

if TYPE_CHECKING:
    from pathlib import Path

    from vera.playground.slack.values import Json

QUESTION = "<@U0VERAVERA> when do we open?"


@pytest.fixture
def playground(function_environment: dict[str, str]):
    with Playground(
        handlers=("unit.playground.lambda_handlers:invoke_worker", "unit.playground.lambda_handlers:answer_question"),
        environment=function_environment,
        receiver_environment=function_environment,
    ) as playground:
        yield playground


def test_a_question_goes_through_receiver_and_worker_and_is_answered_in_its_thread(playground: Playground):
    workspace = playground.workspace
    ts = workspace.say("ada", "general", QUESTION)

    thread = workspace.wait_for(lambda w: len(w.thread("general", ts)) == 2 and w.thread("general", ts))
    playground.settle()

    assert [message["text"] for message in thread] == [QUESTION, "Here you are"]
    assert thread[1]["bot_id"] == "B0VERAVERA"
    assert [call.method for call in workspace.calls] == ["chat.postMessage"]
    assert {attempt.status for attempt in playground.delivery.attempts} == {200}
    assert playground.functions.dead_letters == ()


def test_what_a_test_sends_goes_the_same_way(playground: Playground):
    body = json.dumps({"event": {"type": "other"}}).encode()

    answer = playground.delivery.send(body)

    assert answer.status == 200
    playground.functions.settle()
    assert [one.function for one in playground.functions.invocations] == ["receiver", "worker"]


OWN = {"AWS_ACCESS_KEY_ID": "AKIAOFBEDROCK", "AWS_SECRET_ACCESS_KEY": "another", "AWS_REGION": "eu-central-1"}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"VERA_MODEL_ID": "embedded"}, id="no credentials"),
        pytest.param({"VERA_MODEL_ID": "embedded", "VERA_KNOWLEDGE_BASE_IDS": "folder:docs"}, id="documents"),
        pytest.param({"VERA_MODEL_ID": "amazon.nova-lite-v1:0"} | OWN, id="its own credentials"),
        pytest.param({"AWS_ENDPOINT_URL_LAMBDA": "http://127.0.0.1:9"} | OWN, id="an emulator for the rest"),
    ],
)
def test_the_worker_can_invoke_itself_whatever_it_signs_with(
    function_environment: dict[str, str], given: dict[str, str]
):
    with Playground(
        handlers=("unit.playground.lambda_handlers:echo", "unit.playground.lambda_handlers:go_on"),
        environment=function_environment | given,
        receiver_environment=function_environment,
    ) as playground:
        playground.functions.invoke_later("worker", {"question": 1})
        playground.functions.settle(timeout_seconds=30)

        assert playground.functions.log("worker") == ("leg 0", "leg 1", "leg 2")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"VERA_MODEL_ID": "amazon.nova-lite-v1:0"}, id="a model"),
        pytest.param({"VERA_MODEL_ID": "embedded", "VERA_KNOWLEDGE_BASE_IDS": "folder:docs,ABCDEFGHIJ"}, id="a base"),
        pytest.param({"VERA_MODEL_ID": "embedded", "VERA_RERANK_MODEL_ID": "cohere.rerank-v3-5:0"}, id="a reranker"),
        pytest.param({"VERA_MODEL_ID": "embedded", "AWS_PROFILE": "mine"}, id="a profile"),
    ],
)
def test_a_worker_that_asks_aws_is_given_no_credentials_in_the_way_of_its_own(
    function_environment: dict[str, str], given: dict[str, str]
):
    with Playground(
        handlers=("unit.playground.lambda_handlers:echo", "unit.playground.lambda_handlers:echo"),
        environment=function_environment | given,
        receiver_environment=function_environment,
    ) as playground:
        seen = playground.functions.invoke("worker", {}).payload["environment"]

    assert "AWS_ENDPOINT_URL_LAMBDA" in seen
    assert "AWS_ACCESS_KEY_ID" not in seen


def test_a_failing_worker_ends_in_a_record_to_the_receiver(function_environment: dict[str, str]):
    with Playground(
        handlers=("unit.playground.lambda_handlers:echo", "unit.playground.lambda_handlers:fail"),
        environment=function_environment,
        receiver_environment=function_environment,
        lambda_retry_delays_seconds=(0.0,),
    ) as playground:
        playground.functions.invoke_later("worker", {"question": 1})
        playground.functions.settle()

        record = playground.functions.invocations[-1].payload["event"]
        assert record["requestPayload"] == {"question": 1}
        assert record["requestContext"]["condition"] == "RetriesExhausted"


def test_each_function_is_given_what_wires_it_and_no_more(function_environment: dict[str, str]):
    with Playground(
        handlers=("unit.playground.lambda_handlers:echo", "unit.playground.lambda_handlers:echo"),
        environment=function_environment | {"VERA_MODEL_ID": "m"},
        receiver_environment=function_environment,
    ) as playground:
        receiver = set(playground.functions.invoke("receiver", {}).payload["environment"])
        worker = set(playground.functions.invoke("worker", {}).payload["environment"])

    assert {"SLACK_SIGNING_SECRET", "VERA_WORKER_FUNCTION", "AWS_ENDPOINT_URL_LAMBDA", "AWS_REGION"} <= receiver
    assert {"SLACK_BOT_TOKEN", "VERA_SLACK_API_URL", "VERA_MODEL_ID", "PLAYGROUND_MISCHIEF", "AWS_REGION"} <= worker
    assert not {"SLACK_BOT_TOKEN", "VERA_MODEL_ID", "PLAYGROUND_MISCHIEF"} & receiver
    assert "AWS_ACCESS_KEY_ID" not in worker


def test_the_credentials_of_one_playground_are_its_own_receivers_alone(function_environment: dict[str, str]):
    names = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    seen = []
    for _ in range(2):
        with Playground(
            handlers=("unit.playground.lambda_handlers:tell_variables", "unit.playground.lambda_handlers:echo"),
            receiver_environment=function_environment,
        ) as playground:
            told = playground.functions.invoke("receiver", {}).payload
            seen.append({name: told[name] for name in names})

    assert not set(seen[0].values()) & set(seen[1].values())


def test_leaving_it_leaves_no_thread_and_a_new_one_finds_what_was_said(
    tmp_path: Path, function_environment: dict[str, str]
):
    before = set(threading.enumerate())

    for _ in range(2):
        with Playground(path=tmp_path / "slack.sqlite", environment=function_environment) as playground:
            playground.workspace.say("ada", "random", "hello")
            said = len(playground.workspace.history_ts("random"))

    assert said == 2
    assert set(threading.enumerate()) == before


def test_what_is_switched_reaches_the_worker_and_what_it_used_up_is_known(function_environment: dict[str, str]):
    told: queue.SimpleQueue[Json] = queue.SimpleQueue()
    with Playground(
        handlers=("unit.playground.lambda_handlers:echo", "unit.playground.lambda_handlers:go_wrong"),
        environment=function_environment,
        receiver_environment=function_environment,
    ) as playground:
        folder = playground.mischief.folder
        playground.switches.listen(told.put)
        playground.switches.change({"model": "breaks"})
        assert told.get(timeout=10)["model"] == "breaks"

        assert [playground.functions.invoke("worker", {}).payload for _ in range(2)] == ["breaks", ""]
        while told.get(timeout=10)["model"] == "breaks":
            pass

    assert not folder.exists()


def test_the_journal_of_the_worker_reaches_the_inspection(function_environment: dict[str, str]):
    inspection = Inspection(None)
    with Playground(
        handlers=("unit.playground.lambda_handlers:echo", "unit.playground.lambda_handlers:tell_journal"),
        environment=function_environment,
        receiver_environment=function_environment,
        inspection=inspection,
    ) as playground:
        playground.functions.invoke("worker", {})

    assert [entry["event"] for entry in inspection.of("C1:1.0")] == ["stage"]
    inspection.close()


@pytest.fixture
def opened(tmp_path: Path, function_environment: dict[str, str]):
    """Open a playground whose worker does nothing, again and again on the same file, in time turned by hand."""

    @contextmanager
    def opened(hand_time: HandTime):
        with Playground(
            path=tmp_path / "slack.sqlite",
            handlers=("unit.playground.lambda_handlers:echo", "unit.playground.lambda_handlers:echo"),
            environment=function_environment,
            receiver_environment=function_environment,
            time=hand_time,
        ) as playground:
            yield playground

    return opened


def delivered(playground: Playground):
    return [(one["event"]["type"], one["event"]["ts"]) for one in playground.delivery.envelopes]


def reply(playground: Playground, channel: str, ts: str, state: str):
    workspace = playground.workspace
    payload = {"turn": f"{channel}:{ts}", "part": 0, "state": state}
    message = {"user": workspace.bot.id, "bot_id": workspace.bot.bot_id, "text": "At nine", "thread_ts": ts}
    workspace.put(channel, message | {"metadata": {"event_type": "vera_reply", "event_payload": payload}})


def test_what_was_left_unanswered_is_delivered_again_once_nobody_can_be_working_on_it(opened: Any, hand_time: HandTime):
    with opened(hand_time) as playground:
        direct = playground.workspace.direct_message("ada").id
        answered, begun, untouched = (playground.workspace.say("ada", direct, "when do we open?") for _ in range(3))
        reply(playground, direct, answered, "done")
        reply(playground, direct, begun, "writing")
        hand_time.advance()
        first_ids = {one["event_id"] for one in playground.delivery.envelopes}

    with opened(hand_time) as playground:
        hand_time.advance()
        assert delivered(playground) == [("message", untouched)]
        reply(playground, direct, untouched, "done")
        hand_time.advance(30)
        assert ("message", begun) not in delivered(playground)

        hand_time.advance(1)

        asked = [ts for _, ts in delivered(playground) if ts in (answered, begun, untouched)]
        assert asked == [untouched, begun]
        again = playground.delivery.envelopes[-1]
        assert again["event"]["text"] == "when do we open?"
        assert again["event_id"] not in first_ids


def test_what_nobody_seems_to_have_begun_is_delivered_once_more_while_it_stays_unanswered(
    opened: Any, hand_time: HandTime
):
    with opened(hand_time) as playground:
        ts = playground.workspace.say("ada", "general", QUESTION)
        hand_time.advance()

    with opened(hand_time) as playground:
        hand_time.advance(5)
        new = playground.workspace.say("ada", "general", QUESTION)
        hand_time.advance(26)

        made = [("app_mention", ts), ("message", ts)]
        assert delivered(playground) == [*made, ("app_mention", new), ("message", new), *made]
        assert len({one["event_id"] for one in playground.delivery.envelopes}) == 6


def test_a_question_of_the_day_before_is_let_go(opened: Any, hand_time: HandTime):
    with opened(hand_time) as playground:
        playground.workspace.say("ada", "general", QUESTION)
        hand_time.advance(24 * 3_600 + 1)

    with opened(hand_time) as playground:
        hand_time.advance(60)

        assert delivered(playground) == []


def test_closed_before_the_lease_has_run_out_it_delivers_nothing_more(opened: Any, hand_time: HandTime):
    with opened(hand_time) as playground:
        playground.workspace.say("ada", "general", QUESTION)
        hand_time.advance()
    with opened(hand_time) as playground:
        hand_time.advance()
    before = delivered(playground)

    hand_time.advance(31)

    assert delivered(playground) == before


def test_closing_takes_no_time_whatever_is_going_on_and_leaves_nothing(function_environment: dict[str, str]):
    before = set(threading.enumerate())
    with Playground(
        handlers=("unit.playground.lambda_handlers:hang", "unit.playground.lambda_handlers:hang"),
        environment=function_environment,
        receiver_environment=function_environment,
    ) as playground:
        functions = playground.functions
        playground.delivery.request_url = "http://127.0.0.1:9"  # nobody is there: retries are due
        for name in ("worker", "receiver") * 3:
            functions.invoke_later(name, {})
        functions.wait_for(lambda f: [f.log(name).count("hanging") for name in ("worker", "receiver")] == [3, 3])
        pids = [state.pid for name in ("worker", "receiver") for state in functions.processes(name)]
        playground.switches.change({"latency_ms": 10_000})
        waiting = http.client.HTTPConnection("127.0.0.1", int(playground.api_url.split(":")[2].split("/")[0]))
        waiting.request("POST", "/api/api.test")
        functions.stop("worker")
        for _ in range(4):
            functions.invoke_later("worker", {})
        playground.workspace.say("ada", "general", QUESTION)
        closing = time.perf_counter()

    seconds = time.perf_counter() - closing
    waiting.close()
    assert seconds < 2
    assert len(pids) == 6
    assert not any(is_alive(pid) for pid in pids)
    assert set(threading.enumerate()) == before


def is_alive(pid: int):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path):
    before = set(threading.enumerate())

    with pytest.raises(FileNotFoundError), Playground(log_folder=tmp_path / "nowhere"):
        pass

    assert set(threading.enumerate()) == before


def test_a_second_start_is_an_error_and_leaves_nothing_behind():
    before = set(threading.enumerate())

    with pytest.raises(RuntimeError), Playground() as playground, playground:
        pass

    assert set(threading.enumerate()) == before


def test_a_taken_port_is_an_error_at_once(playground: Playground):
    port = int(playground.api_url.split(":")[2].split("/")[0])
    before = set(threading.enumerate())

    with pytest.raises(OSError, match="in use"):
        Playground(port=port, time=HandTime())

    assert set(threading.enumerate()) == before
