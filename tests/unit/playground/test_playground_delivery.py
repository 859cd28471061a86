"""Deliveries over the wire, five minutes turned by hand."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from slack_sdk.signature import SignatureVerifier

from unit.playground.request_url import DROP, HANG, RequestUrl
from vera.playground.schedule import RealTime
from vera.playground.slack.delivery import Delivery

if TYPE_CHECKING:
    from unit.playground.hand_time import HandTime
    from vera.playground.slack.workspace import Workspace

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class Clock:
    """slack_sdk's own clock interface."""

    def __init__(self, hand_time: HandTime) -> None:
        self.now = hand_time.now


@pytest.fixture
def url():
    url = RequestUrl()
    with url.server:
        yield url


@pytest.fixture
def delivery(workspace: Workspace, hand_time: HandTime, url: RequestUrl):
    return Delivery(workspace, time=hand_time, signing_secret=SECRET, request_url=url.url)


def say(workspace: Workspace):
    return workspace.say("ada", workspace.direct_message("ada").id, "hello ü")


def test_an_event_arrives_whole_and_signed(
    workspace: Workspace, delivery: Delivery, url: RequestUrl, hand_time: HandTime
):
    ts = say(workspace)

    hand_time.advance()

    (received,) = url.received
    assert SignatureVerifier(SECRET, clock=Clock(hand_time)).is_valid_request(received.body, received.headers)
    assert received.headers["content-type"] == "application/json"
    assert "x-slack-retry-num" not in received.headers
    body = json.loads(received.body)
    assert (body["event"]["ts"], body["event"]["text"]) == (ts, "hello ü")
    assert body == delivery.envelopes[0]
    (attempt,) = delivery.attempts
    assert (attempt.event_id, attempt.retry_num, attempt.status) == (body["event_id"], 0, 200)


def test_saying_something_waits_for_no_delivery(workspace: Workspace, delivery: Delivery, url: RequestUrl):
    say(workspace)

    assert url.received == []
    with pytest.raises(TimeoutError):
        delivery.settle(timeout_seconds=0.01)


def test_without_a_request_url_nothing_is_delivered(workspace: Workspace, hand_time: HandTime):
    delivery = Delivery(workspace, time=hand_time, signing_secret=SECRET)

    say(workspace)

    assert hand_time.delays == []
    assert delivery.envelopes == ()


def test_what_fails_is_delivered_again_at_once_after_one_minute_and_after_five(
    workspace: Workspace, delivery: Delivery, url: RequestUrl, hand_time: HandTime
):
    url.answers = [503]
    say(workspace)

    hand_time.advance()
    assert (len(url.received), hand_time.delays) == (2, [60.0])
    hand_time.advance(60)
    assert (len(url.received), hand_time.delays) == (3, [300.0])
    hand_time.advance(300)

    assert hand_time.delays == []
    retries = [(r.headers.get("x-slack-retry-num"), r.headers.get("x-slack-retry-reason")) for r in url.received]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({received.body for received in url.received}) == 1
    assert len({received.headers["x-slack-signature"] for received in url.received}) == 3
    delivery.settle(timeout_seconds=0)


def test_a_retry_that_is_accepted_is_the_last(
    workspace: Workspace, delivery: Delivery, url: RequestUrl, hand_time: HandTime
):
    url.answers = [500, 200]
    say(workspace)

    hand_time.advance(3_600)

    assert [attempt.status for attempt in delivery.attempts] == [500, 200]


def test_an_answer_may_forbid_retries(workspace: Workspace, delivery: Delivery, url: RequestUrl, hand_time: HandTime):
    url.answers, url.headers = [404], {"X-Slack-No-Retry": "1"}
    say(workspace)

    hand_time.advance(3_600)

    assert len(url.received) == 1


@pytest.mark.parametrize(
    ("answer", "timeout_seconds", "reason"),
    [(HANG, 0.3, "http_timeout"), (DROP, 3.0, "connection_failed"), (302, 3.0, "http_error")],
)
def test_the_reason_of_a_retry_is_in_slacks_words(
    workspace: Workspace, hand_time: HandTime, answer: int, timeout_seconds: float, reason: str
):
    url = RequestUrl(answer, 200)
    with url.server:
        delivery = Delivery(
            workspace,
            time=hand_time,
            signing_secret=SECRET,
            request_url=url.url,
            timeout_seconds=timeout_seconds,
        )
        say(workspace)

        hand_time.advance()

    assert url.received[1].headers["x-slack-retry-reason"] == reason
    assert delivery.attempts[1].retry_reason == reason


def test_nobody_there_is_a_failed_connection(workspace: Workspace, hand_time: HandTime):
    with RequestUrl().server as server:
        url = server.url
    delivery = Delivery(workspace, time=hand_time, signing_secret=SECRET, request_url=url)

    assert delivery.send(b"{}").failure == "connection_failed"


def test_an_answer_that_is_no_http_is_an_unknown_error(workspace: Workspace, hand_time: HandTime):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def babble():
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"SMTP or what?\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        answer = Delivery(workspace, time=hand_time, signing_secret=SECRET, request_url=url).send(b"{}")
        thread.join()

    assert answer.failure == "unknown_error"


def test_an_event_can_be_delivered_once_more_and_under_another_id(
    workspace: Workspace, delivery: Delivery, url: RequestUrl, hand_time: HandTime
):
    say(workspace)
    hand_time.advance()
    event_id = delivery.envelopes[0]["event_id"]

    again = delivery.redeliver(event_id)
    other = delivery.redeliver(event_id, as_event_id="Ev0TWIN")

    first, second, third = (json.loads(received.body) for received in url.received)
    assert (again.status, other.status, other.body) == (200, 200, b"ok")
    assert second == first
    assert third["event_id"] == "Ev0TWIN"
    assert third["event"] == first["event"]
    assert len(delivery.attempts) == 3
    with pytest.raises(KeyError):
        delivery.redeliver("Ev0NONE")


def test_any_bytes_can_be_sent_signed_with_another_moment_and_other_headers(
    delivery: Delivery, url: RequestUrl, hand_time: HandTime
):
    delivery.send(b"\xff", content_type="text/plain", timestamp=1, headers={"x-slack-signature": "v0=no"})
    delivery.send(b"ssl_check=1", content_type="application/x-www-form-urlencoded")

    first, second = url.received
    assert (first.body, first.headers["x-slack-request-timestamp"]) == (b"\xff", "1")
    assert first.headers["x-slack-signature"] == "v0=no"
    assert SignatureVerifier(SECRET, clock=Clock(hand_time)).is_valid_request(second.body, second.headers)


def test_in_real_time_a_delivery_arrives_by_itself(workspace: Workspace, url: RequestUrl):
    with RealTime() as real:
        delivery = Delivery(workspace, time=real, signing_secret=SECRET, request_url=url.url)
        say(workspace)

        delivery.settle(timeout_seconds=10)

    assert len(url.received) == 1


def test_of_events_and_deliveries_the_newest_are_remembered(workspace: Workspace, hand_time: HandTime, url: RequestUrl):
    delivery = Delivery(workspace, time=hand_time, signing_secret=SECRET, request_url=url.url, most_kept=2)
    for _ in range(3):
        newest = say(workspace)
        hand_time.advance()

    again = delivery.redeliver(delivery.envelopes[-1]["event_id"], as_event_id="EvAGAIN")

    assert again.status == 200
    assert [one["event"]["ts"] for one in delivery.envelopes] == [newest, newest]
    assert [one["event_id"] for one in delivery.envelopes] == [one.event_id for one in delivery.attempts]
