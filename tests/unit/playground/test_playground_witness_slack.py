"""What the witness of Slack's client tells of a call, whatever becomes of it, and what it never tells."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from fakes.aws import closed_port
from fakes.slack_api import RATE_LIMITED, Answer, SmallSlack, refusal
from unit.playground.witnessing import Told
from vera.errors import RateLimited, SurfaceRefused, SurfaceUnavailable
from vera.playground.journal.testimony import clip
from vera.playground.journal.witness_slack import WitnessedWebClient
from vera.slack.web import ask, web_client

if TYPE_CHECKING:
    from collections.abc import Iterator

METADATA = {"event_type": "vera_reply", "event_payload": {"turn": "C1:1.2", "part": 0, "state": "done"}}
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "words"}}]


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    with SmallSlack() as slack:
        yield slack


@pytest.fixture
def told() -> Told:
    told = Told()
    told.begin()
    return told


def client_of(told: Told, url: str) -> WitnessedWebClient:
    client = web_client(
        "xoxb-secret",
        base_url=url,
        timeout_seconds=0.2,  # type: ignore[arg-type]
        kind=partial(WitnessedWebClient, witnesses=told.witnesses),
    )
    assert isinstance(client, WitnessedWebClient)
    return client


def test_a_call_is_told_with_what_was_asked_and_answered_and_never_with_the_token(slack: SmallSlack, told: Told):
    client = client_of(told, slack.url)

    answer = ask(client.chat_postMessage, channel="C1", text="words", metadata=METADATA, blocks=BLOCKS, thread_ts=None)

    (call,) = told.events
    assert (call.method, call.status, call.error) == ("chat.postMessage", 200, "")
    assert call.arguments == {"channel": "C1", "text": "words", "metadata": METADATA, "blocks": BLOCKS}
    assert call.answer == answer == {"ok": True, "ts": answer["ts"], "channel": "C1"}
    assert (call.seconds, call.retry_after_seconds) == (1.0, 0.0)
    assert slack.called("chat.postMessage")[0]["metadata"] == METADATA


def test_a_token_among_the_arguments_is_not_told_but_used(slack: SmallSlack, told: Told):
    slack.person("U1", "Ann")
    client = client_of(told, slack.url)

    ask(client.users_info, user="U1", token="xoxp-secret")
    ask(client.auth_test)

    assert [event.arguments for event in told.events] == [{"user": "U1"}, {}]
    assert "secret" not in str(told.events)


FAILURES: dict[str, tuple[Answer, type[Exception], dict[str, Any]]] = {
    "a refusal": (
        refusal("is_archived"),
        SurfaceRefused,
        {"error": "is_archived", "status": 200, "answer": {"ok": False, "error": "is_archived"}},
    ),
    "a 429": (
        RATE_LIMITED,
        RateLimited,
        {"error": "ratelimited", "status": 429, "retry_after_seconds": 7.0, "answer": RATE_LIMITED.body},
    ),
    "a 429 of no known length": (
        Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "soon"}),
        RateLimited,
        {"error": "ratelimited", "status": 429, "retry_after_seconds": 0.0},
    ),
    "a fault of Slack's without a word": (
        Answer({"ok": False}, 503),
        SurfaceUnavailable,
        {"error": "refused", "status": 503, "answer": {"ok": False}},
    ),
    "a list": (Answer(["ok"]), SurfaceUnavailable, {"error": "AttributeError", "status": 0, "answer": None}),
    "an answer that does not come": (
        Answer(hang=True),
        SurfaceUnavailable,
        {"error": "TimeoutError", "status": 0, "answer": None},
    ),
    "a connection that breaks": (
        Answer(break_off=True),
        SurfaceUnavailable,
        {"error": "RemoteDisconnected", "status": 0, "answer": None},
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_call_that_fails_is_told_with_why_and_fails_as_it_would(slack: SmallSlack, told: Told, name: str):
    answer, error, fields = FAILURES[name]
    slack.script("chat.update", answer)

    with pytest.raises(error):
        ask(client_of(told, slack.url).chat_update, channel="C1", ts="1.5", text="words")

    (call,) = told.events
    assert call.arguments == {"channel": "C1", "ts": "1.5", "text": "words"}
    assert {field: getattr(call, field) for field in fields} == fields


def test_a_slack_that_is_not_there_is_told_of(told: Told):
    with closed_port() as endpoint, pytest.raises(SurfaceUnavailable) as raised:
        ask(client_of(told, f"{endpoint}/api/").auth_test)

    assert not raised.value.maybe_done
    assert [event.error for event in told.events] == ["ConnectionRefusedError"]


def test_what_is_long_is_told_short_and_sent_whole(slack: SmallSlack, told: Told):
    text = "x" * 3_500
    for number in range(40):
        slack.say("C1", "U1", str(number))
    client = client_of(told, slack.url)

    ask(client.chat_postMessage, channel="C1", text=text)
    answer = ask(client.conversations_history, channel="C1", limit=40)

    posted, read = told.events
    assert posted.arguments["text"] == f"{'x' * 2_000} … (1,500 more characters)"
    assert slack.called("chat.postMessage")[0]["text"] == text
    assert read.arguments == {"channel": "C1", "limit": 40}
    assert len(answer["messages"]) == 40
    assert read.answer["messages"][0]["text"] == posted.arguments["text"]
    assert read.answer["messages"][1:] == [*answer["messages"][1:30], "… (10 more)"]


def test_what_is_told_is_no_longer_than_is_kept_all_the_way_down():
    value = {"a": [{"b": "y" * 2_001}], "c": ("z",), "d": None, "e": 1.5, "f": b"123", 7: True}

    assert clip(value) == {
        "a": [{"b": f"{'y' * 2_000} … (1 more characters)"}],
        "c": ["z"],
        "d": None,
        "e": 1.5,
        "f": "(3 bytes)",
        "7": True,
    }
    assert clip(list(range(30))) == list(range(30))
