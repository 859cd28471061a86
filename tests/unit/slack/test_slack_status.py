"""What is said beside the messages, and that nothing comes of it where Slack won't show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.ledger import StandingClock
from fakes.slack_api import RATE_LIMITED, Answer, SmallSlack, refusal
from vera.assistant.conversation import Turn
from vera.slack.status import ThreadStatus

if TYPE_CHECKING:
    from slack_sdk import WebClient

TURN = Turn("C1", "1700000000.000100", "U1", thread_ts="1600000000.000100")
DIRECT = Turn("D1", "1700000000.000100", "U1", direct=True)
THREAD, SESSION = "assistant.threads.setStatus", "agents.sessions.setStatus"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def status(client: WebClient, clock: StandingClock) -> ThreadStatus:
    return ThreadStatus(client, clock=clock)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Reading the thread", "is reading the thread…"),
        ("Writing", "is writing…"),
        ("Using\nthe calendar", "is using the calendar…"),
        ("Bingo", "is at work: Bingo…"),
        ("", ""),
    ],
)
def test_a_status_goes_on_after_the_apps_name(slack: SmallSlack, status: ThreadStatus, text: str, said: str):
    shown = status.show(TURN, text)

    assert shown
    assert slack.calls == [(THREAD, {"channel_id": "C1", "thread_ts": "1600000000.000100", "status": said})]


def test_where_slack_refuses_a_status_it_is_not_asked_again_for_a_while(
    slack: SmallSlack, status: ThreadStatus, clock: StandingClock
):
    slack.script(THREAD, refusal("missing_scope"))

    shown = [status.show(TURN, "Writing"), status.show(TURN, "Writing"), status.show(DIRECT, "Writing")]
    clock.advance(601)
    shown.append(status.show(TURN, "Writing"))

    assert shown == [False, False, True, True]
    assert [call["channel_id"] for call in slack.called(THREAD)] == ["C1", "D1", "C1"]


@pytest.mark.parametrize("answer", [RATE_LIMITED, Answer(b"", 503), Answer(break_off=True)])
def test_a_status_that_may_not_have_arrived_is_worth_no_second_call(
    slack: SmallSlack, status: ThreadStatus, answer: Answer
):
    slack.script(THREAD, answer)

    assert status.show(TURN, "Writing")


def test_a_session_begins_once_and_ends(slack: SmallSlack, status: ThreadStatus):
    for _ in range(2):
        status.begin(TURN)
    for _ in range(2):
        status.end(TURN)

    assert slack.calls == [
        (SESSION, {"channel_id": "C1", "thread_ts": "1600000000.000100", "status": "processing"}),
        (SESSION, {"channel_id": "C1", "thread_ts": "1600000000.000100", "status": "active"}),
    ]


def test_a_session_that_slack_ends_by_itself_is_not_ended_again(slack: SmallSlack, status: ThreadStatus):
    status.begin(TURN)

    ended = status.forget(TURN)
    status.end(TURN)

    assert ended
    assert [call["status"] for call in slack.called(SESSION)] == ["processing"]


def test_where_slack_knows_no_sessions_it_is_not_asked_again(slack: SmallSlack, status: ThreadStatus):
    slack.script(SESSION, refusal("not_authorized"))

    for turn in (DIRECT, TURN):
        status.begin(turn)
        status.end(turn)

    assert len(slack.called(SESSION)) == 1


def test_a_session_that_slack_may_not_have_begun_is_ended_all_the_same(slack: SmallSlack, status: ThreadStatus):
    slack.script(SESSION, Answer(b"", 503))
    status.begin(DIRECT)

    status.end(DIRECT)

    assert [call["status"] for call in slack.called(SESSION)] == ["processing", "active"]


def test_what_was_never_begun_is_not_ended(slack: SmallSlack, status: ThreadStatus):
    status.end(DIRECT)
    status.end(TURN)

    assert slack.calls == []
