"""Who stops which answer.

The samples' shapes are Slack's: docs.slack.dev/reference/interaction-payloads/block_actions-payload (a button in an
attachment: its `container`) and docs.slack.dev/reference/events/agent_session_stopped.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.slack_api import RATE_LIMITED
from fakes.slack_requests import sample
from vera.errors import RateLimited
from vera.slack.stops import stop_clicked, stop_session

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from fakes.slack_api import SmallSlack

TURN, ASKER = "C0GENERAL:1763646900.000100", "U0ALICE01"
LATER = "1800000000.000100"


class Running:
    """Answers under way: the turns that are asked to stop, and whether there is one of each."""

    def __init__(self, *turns: str) -> None:
        self.turns = set(turns)
        self.asked: list[str] = []

    def __call__(self, key: str) -> bool:
        self.asked.append(key)
        return key in self.turns


def click(value: object = None, **fields: Any) -> dict[str, Any]:
    """Return a click on the button of the sample, or on one with another value."""
    body = sample("interaction_block_actions_stop") | fields
    if value is not None:
        body["actions"][0]["value"] = value
    return body


def test_the_asker_stops_their_answer():
    running = Running(TURN)

    told = stop_clicked(click(), running)

    assert (told, running.asked) == ("", [TURN])


def test_an_answer_that_is_done_needs_no_stop():
    assert stop_clicked(click(), Running()) == ""


@pytest.mark.parametrize("user", [{"id": "U0BOB00001"}, {"id": None}, {}, None, "U0ALICE01", []])
def test_whoever_else_clicks_is_told_so(user: object):
    running = Running(TURN)

    told = stop_clicked(click(user=user), running)

    assert told == "Only the person who asked can stop this answer."
    assert running.asked == []


def value(**fields: object) -> str:
    return json.dumps({"turn": TURN, "user": ASKER} | fields)


FORGED = {
    "empty": "",
    "no text": 7,
    "no JSON": "stop",
    "a list": "[]",
    "a number": "1",
    "JSON without end": '{"turn":' * 20,
    "too long": value(more="x" * 200),
    "no turn": value(turn=None),
    "a turn that is a number": value(turn=7),
    "a turn of nothing": value(turn=""),
    "another record of the ledger": value(turn="refusal:C0GENERAL:1763646900.000100"),
    "a turn and something after it": value(turn=f"{TURN}\n"),
    "a ts in other digits": value(turn="C0GENERAL:\u0661.\u0662"),
    "a turn of another channel": value(turn="C0SECRET1:1763646900.000100"),
    "nobody": value(user=None),
    "somebody who is none": value(user="everybody"),
}


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED)
def test_a_value_that_vera_did_not_write_stops_nothing(text: object, caplog: pytest.LogCaptureFixture):
    running = Running(TURN)

    told = stop_clicked(click(text), running)

    assert (told, running.asked) == ("", [])
    assert "without a turn" in caplog.text


@pytest.mark.parametrize("actions", [None, [], "vera_stop", [None], [{}], [{"value": None}]])
def test_a_click_on_nothing_stops_nothing(actions: object):
    running = Running(TURN)

    told = stop_clicked(click(actions=actions), running)

    assert (told, running.asked) == ("", [])


@given(st.recursive(st.none() | st.text() | st.integers(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)))
def test_whatever_a_value_is_it_stops_nothing_or_is_a_turn(content: object):
    running = Running(TURN)

    stop_clicked(click(json.dumps(content)), running)

    assert running.asked == []


@pytest.fixture
def event() -> dict[str, Any]:
    return sample("event_agent_session_stopped")["event"] | {"event_ts": LATER}


def asked_in(slack: SmallSlack, channel: str, *words: str, root: str = "", user: str = ASKER) -> list[str]:
    """Let somebody say things, and return the turns that these would be."""
    named = {"thread_ts": root} if root else {}
    return [f"{channel}:{slack.say(channel, user, text, **named)}" for text in words]


def ts_of(turn: str) -> str:
    return turn.partition(":")[2]


def test_what_the_person_asked_in_the_thread_is_stopped_the_newest_first(
    client: WebClient, slack: SmallSlack, event: dict[str, Any]
):
    channel = event["channel"]
    [root] = asked_in(slack, channel, "When do you open?")
    asked_in(slack, channel, "From nine.", root=ts_of(root), user="U0VERABOT")
    asked_in(slack, channel, "And where?", root=ts_of(root), user="U0BOB00001")
    [follow_up] = asked_in(slack, channel, "And on Fridays?", root=ts_of(root))
    running = Running(follow_up)

    stop_session(client, event | {"thread_ts": ts_of(root)}, running)

    assert running.asked == [follow_up, root]


def test_what_others_asked_goes_on(client: WebClient, slack: SmallSlack, event: dict[str, Any]):
    [root] = asked_in(slack, event["channel"], "When do you open?", user="U0BOB00001")
    running = Running(root)

    stop_session(client, event | {"thread_ts": ts_of(root)}, running)

    assert running.asked == []


def test_what_was_asked_after_the_click_goes_on(client: WebClient, slack: SmallSlack, event: dict[str, Any]):
    channel = event["channel"]
    [root] = asked_in(slack, channel, "When do you open?")
    [later] = asked_in(slack, channel, "And on Fridays?", root=ts_of(root))
    running = Running(root, later)

    stop_session(client, event | {"thread_ts": ts_of(root), "event_ts": ts_of(root)}, running)

    assert running.asked == [root]


def test_of_very_many_questions_the_newest_twenty_are_stopped(
    client: WebClient, slack: SmallSlack, event: dict[str, Any]
):
    channel = event["channel"]
    [root] = asked_in(slack, channel, "0")
    asked = asked_in(slack, channel, *map(str, range(1, 40)), root=ts_of(root))
    running = Running(*asked)

    stop_session(client, event | {"thread_ts": ts_of(root)}, running)

    assert running.asked == asked[:-21:-1]


def test_in_a_direct_conversation_a_click_outside_of_every_thread_stops_what_was_asked_at_its_top(
    client: WebClient, slack: SmallSlack, event: dict[str, Any]
):
    asked = asked_in(slack, "D0ALICEVE", "When do you open?", "And on Fridays?")
    running = Running(*asked)

    stop_session(client, event | {"channel": "D0ALICEVE", "thread_ts": None, "event_ts": None}, running)

    assert running.asked == asked[::-1]


def test_in_a_direct_conversation_a_click_in_a_thread_leaves_the_other_answers_alone(
    client: WebClient, slack: SmallSlack, event: dict[str, Any]
):
    one, another = asked_in(slack, "D0ALICEVE", "When do you open?", "And where?")
    running = Running(one, another)

    stop_session(client, event | {"channel": "D0ALICEVE", "thread_ts": ts_of(one)}, running)

    assert running.asked == [one]


def test_in_a_direct_conversation_a_thread_without_an_answer_under_way_stands_for_its_top(
    client: WebClient, slack: SmallSlack, event: dict[str, Any]
):
    done, under_way = asked_in(slack, "D0ALICEVE", "When do you open?", "And where?")
    running = Running(under_way)

    stop_session(client, event | {"channel": "D0ALICEVE", "thread_ts": ts_of(done)}, running)

    assert running.asked == [done, under_way, done]


@pytest.mark.parametrize("fields", [{"channel": None}, {"user": ""}, {"user": ["U0ALICE01"]}])
def test_a_stop_of_nobody_or_nowhere_asks_slack_nothing(
    client: WebClient, slack: SmallSlack, event: dict[str, Any], fields: dict[str, Any]
):
    running = Running()

    stop_session(client, event | fields, running)

    assert (slack.calls, running.asked) == ([], [])


def test_where_slack_does_not_answer_the_stop_is_for_another_attempt(
    client: WebClient, slack: SmallSlack, event: dict[str, Any]
):
    slack.script("conversations.replies", RATE_LIMITED)

    with pytest.raises(RateLimited):
        stop_session(client, event, Running())
