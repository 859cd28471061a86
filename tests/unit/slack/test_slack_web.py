"""Each thing that can go wrong on the way to Slack, and the error that it becomes."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk import WebClient

from fakes.slack_api import Answer, SmallSlack, refusal
from vera.errors import MessageGone, RateLimited, SurfaceRefused, SurfaceUnavailable
from vera.slack.web import ask, messages_of, moment, web_client

if TYPE_CHECKING:
    from slack_sdk.web import SlackResponse

PASSING = {
    "internal_error": (refusal("internal_error"), True),
    "fatal_error": (refusal("fatal_error"), True),
    "service_unavailable": (refusal("service_unavailable"), True),
    "request_timeout": (refusal("request_timeout"), False),
    "team_added_to_org": (refusal("team_added_to_org"), False),
    "500": (Answer({"ok": False, "error": "internal_error"}, 500), True),
    "502 without JSON": (Answer(b"<html>Bad gateway</html>", 502, {"Content-Type": "text/html"}), True),
    "503 without a body": (Answer(b"", 503), True),
    "200 without JSON": (Answer(b"<html>We'll be back</html>", 200, {"Content-Type": "text/html"}), True),
    "200 without a body": (Answer(b"", 200), True),
    "200 with a list": (Answer(["ok"], 200), True),
    "200 with a number": (Answer(7, 200), True),
    "200 with an empty object": (Answer({}, 200), True),
    "200 in no UTF-8": (Answer(b'{"ok": true, "ts": "\xff"}', 200), True),
    "200 in no known charset": (Answer(b"{}", 200, {"Content-Type": "application/json; charset=klingon"}), True),
    "200 as an archive": (Answer(b"{}", 200, {"Content-Type": "application/gzip"}), True),
    "a connection that breaks": (Answer(break_off=True), True),
    "an answer that does not come": (Answer(hang=True), True),
}

LASTING = [
    *("channel_not_found", "not_in_channel", "is_archived", "msg_too_long", "restricted_action", "no_text"),
    *("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope"),
    *("thread_not_found", "user_not_found", "invalid_blocks", "metadata_too_large", "cant_delete_message"),
    *("duplicate_channel_not_found", "ekm_access_denied", "team_access_not_granted", "an_error_of_next_year"),
]


@pytest.mark.parametrize(("answer", "maybe_done"), PASSING.values(), ids=PASSING.keys())
def test_what_passes_may_be_tried_again(slack: SmallSlack, *, answer: Answer, maybe_done: bool):
    client = web_client("xoxb-secret", base_url=slack.url, timeout_seconds=0.2)
    slack.script("chat.postMessage", answer)

    with pytest.raises(SurfaceUnavailable) as raised:
        ask(client.chat_postMessage, channel="C1", text="words of somebody")

    assert raised.type is SurfaceUnavailable
    assert raised.value.maybe_done is maybe_done
    assert len(slack.called("chat.postMessage")) == 1


@pytest.mark.parametrize("code", LASTING)
def test_what_does_not_pass_is_refused_with_slacks_word_for_it(slack: SmallSlack, client: WebClient, code: str):
    slack.script("chat.update", refusal(code))

    with pytest.raises(SurfaceRefused) as raised:
        ask(client.chat_update, channel="C1", ts="1.5", text="words")

    assert raised.type is SurfaceRefused
    assert raised.value.code == code
    assert str(raised.value) == f"chat.update: {code}"


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_a_message_that_cannot_be_edited_any_more_is_gone(slack: SmallSlack, client: WebClient, code: str):
    slack.script("chat.update", refusal(code))

    with pytest.raises(MessageGone) as raised:
        ask(client.chat_update, channel="C1", ts="1.5", text="words")

    assert raised.value.code == code


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        pytest.param(
            Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "30"}), 30.0, id="as documented"
        ),
        pytest.param(Answer({"ok": False, "error": "ratelimited"}, 200, {"retry-after": "3"}), 3.0, id="with HTTP 200"),
        pytest.param(Answer({"ok": False, "error": "rate_limited"}, 200), 1.0, id="spelled otherwise"),
        pytest.param(Answer(b"slow down", 429, {"Retry-After": "2"}), 2.0, id="without JSON"),
        pytest.param(Answer({"ok": False, "error": "ratelimited"}, 429), 1.0, id="without a time"),
        pytest.param(Answer(b"", 429, {"Retry-After": "soon"}), 1.0, id="with a time that is none"),
        pytest.param(Answer(b"", 429, {"Retry-After": "nan"}), 1.0, id="with a time that is no number"),
        pytest.param(Answer(b"", 429, {"Retry-After": "-5"}), 0.0, id="with a time that is over"),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(slack: SmallSlack, client: WebClient, answer: Answer, seconds: float):
    slack.script("chat.update", answer)

    with pytest.raises(RateLimited) as raised:
        ask(client.chat_update, channel="C1", ts="1.5", text="words")

    assert raised.value.retry_after_seconds == seconds
    assert not raised.value.maybe_done


def test_a_method_that_is_not_there_is_refused(slack: SmallSlack, client: WebClient):
    slack.script("chat.update", Answer(b"Not found", 404, {"Content-Type": "text/plain"}))

    with pytest.raises(SurfaceRefused) as raised:
        ask(client.chat_update, channel="C1", ts="1.5", text="words")

    assert raised.value.code == "http_404"


def test_what_never_reached_slack_was_not_done():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = web_client("xoxb-secret", base_url=f"http://127.0.0.1:{port}/api/")

    with pytest.raises(SurfaceUnavailable) as raised:
        ask(client.chat_postMessage, channel="C1", text="words")

    assert not raised.value.maybe_done


def test_a_base_url_that_is_none_is_refused():
    client = web_client("xoxb-secret", base_url="ftp://slack.example/")

    with pytest.raises(SurfaceRefused):
        ask(client.auth_test)


def test_neither_words_nor_tokens_are_logged_or_repeated(
    slack: SmallSlack, client: WebClient, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    slack.script("chat.postMessage", Answer(b"<html>secret words</html>"), refusal("secret words"), Answer(hang=True))
    told = ""

    for _ in range(2):
        with pytest.raises(SurfaceUnavailable) as raised:
            ask(client.chat_postMessage, channel="C1", text="secret words")
        told += f"{raised.value!r}{raised.value.__cause__!r}"

    assert "secret" not in told + caplog.text


def test_a_client_for_slack_itself_has_one_tls_context():
    client = web_client("xoxb-secret")

    assert client.base_url == "https://slack.com/api/"
    assert client.ssl is not None
    assert client.retry_handlers == []


def test_a_client_of_another_kind_has_the_same_manners(slack: SmallSlack):
    class Counting(WebClient):
        calls = 0

        def api_call(self, *positional: Any, **named: Any) -> SlackResponse:
            self.calls += 1
            return super().api_call(*positional, **named)

    client = web_client("xoxb-secret", base_url=slack.url, kind=Counting)
    ask(client.auth_test)

    assert isinstance(client, Counting)
    assert client.calls == 1
    assert client.retry_handlers == []
    assert client.logger is web_client("xoxb-secret").logger


def test_pages_are_read_to_the_last_and_each_message_once(slack: SmallSlack, client: WebClient):
    slack.page = 3
    root = slack.say("C1", "U1", "root")
    said = [slack.say("C1", "U1", "reply", thread_ts=root) for _ in range(7)]

    read = [message["ts"] for message in messages_of(ask, client.conversations_replies, channel="C1", ts=root)]

    assert read == [root, *said]
    assert len(slack.called("conversations.replies")) == 3


def test_a_cursor_that_leads_nowhere_ends_the_reading(slack: SmallSlack, client: WebClient):
    page = Answer({"ok": True, "messages": [{"ts": "1.5"}, None], "response_metadata": {"next_cursor": "again"}})
    slack.script("conversations.replies", page, page, Answer({"ok": True, "response_metadata": None}))

    assert len(list(messages_of(ask, client.conversations_replies, channel="C1", ts="1.5"))) == 1


def test_moments_are_ordered_exactly():
    assert sorted(["10.000002", "9.999999", "10.000001", "?"], key=moment) == [
        "?",
        "9.999999",
        "10.000001",
        "10.000002",
    ]
