"""Switches, what they do, and who is told: real processes, time turned by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

from vera.playground.lambdas.functions import Functions
from vera.playground.lambdas.processes import Function
from vera.playground.mischief import Mischief
from vera.playground.switches import Switches

if TYPE_CHECKING:
    from pathlib import Path

    from slack_sdk import WebClient

    from unit.playground.hand_time import HandTime
    from vera.playground.slack.values import Json
    from vera.playground.slack.workspace import Workspace

CALM = {
    "latency_ms": 0,
    "rate_limits": True,
    "stopped": False,
    "model": "works",
    "burst_left": 0,
    "busy": 0,
    "retries": [],
}


@pytest.fixture
def functions(hand_time: HandTime, function_environment: dict[str, str]):
    with Functions(time=hand_time) as functions:
        handler = "unit.playground.lambda_handlers:hang_once"
        functions.deploy(Function(name="worker", handler=handler, environment=function_environment))
        yield functions


@pytest.fixture
def mischief(tmp_path: Path):
    return Mischief(tmp_path)


@pytest.fixture
def switches(workspace: Workspace, functions: Functions, mischief: Mischief, hand_time: HandTime):
    return Switches(workspace, functions, mischief, time=hand_time)


@pytest.fixture
def told(switches: Switches):
    told: list[Json] = []
    switches.listen(told.append)
    return told


@pytest.fixture
def a_busy_worker(functions: Functions, tmp_path_factory: pytest.TempPathFactory):
    functions.invoke_later("worker", {"file": str(tmp_path_factory.mktemp("once") / "once")})
    functions.wait_for(lambda f: "hanging" in f.log("worker"))


def error_of(call: Any, **arguments: Any):
    try:
        call(**arguments)
    except SlackApiError as refused:
        return refused.response["error"], refused.response.status_code, refused.response.headers.get("retry-after")
    return ""


def test_at_first_all_is_well(switches: Switches):
    assert switches.state() == CALM


def test_each_switch_is_set_where_it_works(
    switches: Switches, workspace: Workspace, functions: Functions, mischief: Mischief
):
    wanted = {"latency_ms": 300, "rate_limits": False, "stopped": True, "model": "down"}

    assert switches.change(wanted) == CALM | wanted

    assert workspace.latency_ms == 300
    assert not workspace.limits.enabled
    assert functions.stopped("worker")
    assert mischief.next() == "down"


def test_a_switch_that_is_not_named_stays_as_it_is(switches: Switches):
    switches.change({"latency_ms": 10_000, "stopped": True})

    assert switches.change({"stopped": False}) == CALM | {"latency_ms": 10_000}
    assert switches.change({}) == CALM | {"latency_ms": 10_000}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"latency_ms": -1}, "latency_ms is a number of milliseconds from 0 to 10,000."),
        ({"latency_ms": 10_000.5}, "latency_ms is a number of milliseconds from 0 to 10,000."),
        ({"latency_ms": math.nan}, "latency_ms is a number of milliseconds from 0 to 10,000."),
        ({"latency_ms": "300"}, "latency_ms is a number of milliseconds from 0 to 10,000."),
        ({"latency_ms": True}, "latency_ms is a number of milliseconds from 0 to 10,000."),
        ({"rate_limits": 1}, "rate_limits is true or false."),
        ({"stopped": None}, "stopped is true or false."),
        ({"model": "slow"}, "model is one of works, breaks, down."),
        ({"model": ["down"]}, "model is one of works, breaks, down."),
        ({"busy": 3}, "There are switches for latency_ms, rate_limits, stopped and model, and no others."),
    ],
)
def test_what_no_switch_can_be_set_to_is_refused_in_a_sentence_and_nothing_changes(
    switches: Switches, fields: dict[str, Any], sentence: str
):
    with pytest.raises(ValueError, match=r"\.$") as refused:
        switches.change({"latency_ms": 5, "stopped": True} | fields)

    assert str(refused.value) == sentence
    assert switches.state() == CALM


def test_a_burst_refuses_six_edits_and_one_post_and_counts_down(
    switches: Switches, client: WebClient, workspace: Workspace, general: str
):
    ts = workspace.put(general, {"user": workspace.bot.id, "bot_id": workspace.bot.bot_id, "text": "hello"})

    assert switches.strike("burst") == switches.state()["burst_left"] == 7

    edits = [error_of(client.chat_update, channel=general, ts=ts, text="at nine") for _ in range(7)]
    assert edits == [("ratelimited", 429, "2")] * 6 + [""]
    assert switches.state()["burst_left"] == 1
    posts = [error_of(client.chat_postMessage, channel=general, text="at nine") for _ in range(2)]
    assert posts == [("ratelimited", 429, "2"), ""]
    assert switches.state()["burst_left"] == 0


def test_a_burst_refuses_streams_as_it_does_edits_and_posts(switches: Switches, workspace: Workspace):
    switches.strike("burst")

    struck = [
        workspace.faults.next(method) for method in ["chat.startStream", *["chat.appendStream"] * 5, "chat.update"]
    ]

    assert [fault is not None for fault in struck] == [True] * 7
    assert switches.state()["burst_left"] == 0


def test_a_second_burst_begins_anew_and_leaves_other_faults_alone(switches: Switches, workspace: Workspace):
    other = workspace.faults.add("chat.update", times=6, status=429, retry_after=2)
    switches.strike("burst")
    for _ in range(8):
        workspace.faults.next("chat.update")
    assert switches.state()["burst_left"] == 5

    switches.strike("burst")

    assert switches.state()["burst_left"] == 7
    assert workspace.faults.left(other) == 0


def test_a_burst_that_is_cleared_away_is_over(switches: Switches, workspace: Workspace):
    switches.strike("burst")

    workspace.faults.clear()

    assert switches.state()["burst_left"] == 0


@pytest.mark.usefixtures("a_busy_worker")
def test_a_worker_is_killed_and_when_it_is_tried_again_is_known(
    switches: Switches, functions: Functions, hand_time: HandTime
):
    assert switches.state() == CALM | {"busy": 1}

    assert switches.strike("kill") == 1

    hand_time.wait_until_planned(2)  # the retry, and a look
    assert switches.state() == CALM | {"retries": [{"at": hand_time.now() + 60, "attempt": 2}]}
    hand_time.advance(60)
    functions.settle()
    assert switches.state() == CALM
    assert switches.strike("kill") == 0


def test_there_are_no_other_strikes(switches: Switches):
    with pytest.raises(ValueError, match=r'A strike is "burst" or "kill"\.'):
        switches.strike("lightning")


def test_who_listens_is_told_of_what_changed_and_of_nothing_else(
    switches: Switches, told: list[Json], hand_time: HandTime
):
    switches.change({"latency_ms": 300})
    hand_time.advance()
    switches.change({"latency_ms": 300})
    hand_time.advance()
    switches.strike("burst")
    hand_time.advance()

    assert told == [CALM | {"latency_ms": 300}, CALM | {"latency_ms": 300, "burst_left": 7}]


def test_who_listens_is_told_when_a_one_shot_is_used_up(
    switches: Switches,
    told: list[Json],
    mischief: Mischief,
    client: WebClient,
    hand_time: HandTime,
):
    switches.change({"model": "breaks"})
    switches.strike("burst")
    hand_time.advance()

    mischief.next()
    error_of(client.chat_postMessage, channel="C1", text="at nine")
    hand_time.advance()

    assert [(state["model"], state["burst_left"]) for state in told] == [("breaks", 7), ("works", 6)]


def test_who_listens_is_told_when_workers_begin_and_end_and_when_one_is_tried_again(
    switches: Switches, told: list[Json], functions: Functions, hand_time: HandTime, a_busy_worker: None
):
    hand_time.advance()
    switches.change({"stopped": True})
    hand_time.wait_until_planned(2)  # the retry, and a look
    hand_time.advance()
    hand_time.advance(60)

    due = [{"at": hand_time.now(), "attempt": 1}]
    assert told[0] == CALM | {"busy": 1}
    assert told[-2:] == [CALM | {"stopped": True, "retries": due}, CALM | {"stopped": True}]

    switches.change({"stopped": False})
    functions.settle()
    hand_time.advance()
    assert told[-1] == CALM


def test_a_listener_may_take_the_workspaces_lock_and_switch(
    switches: Switches, workspace: Workspace, hand_time: HandTime, client: WebClient
):
    told: list[float] = []

    def answer(state: Json):
        with workspace.lock:
            told.append(state["latency_ms"])
            switches.change({"latency_ms": 0})

    switches.listen(answer)
    switches.change({"latency_ms": 3})
    client.api_test()
    hand_time.advance()

    assert told == [3, 0]
