"""The client says what slack_sdk's says, and leaves to it what is more than JSON or a form."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from fakes.kept_slack import KeptSlack
from vera.slack.client import KeptWebClient
from vera.slack.web import web_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

METADATA = {"event_type": "vera_reply", "event_payload": {"turn": "C1:1.5", "part": 0, "state": "done"}}
CALLS: dict[str, Callable[[WebClient], Any]] = {
    "a post": lambda c: c.chat_postMessage(
        channel="C1", text="„words“ & 🙂", thread_ts=None, mrkdwn=True, unfurl_links=False, metadata=METADATA
    ),
    "an edit": lambda c: c.chat_update(channel="C1", ts="1.5", text="words", blocks=[], attachments=[]),
    "a deletion": lambda c: c.chat_delete(channel="C1", ts="1.5"),
    "the start of a stream": lambda c: c.chat_startStream(
        channel="C1", thread_ts="1.5", markdown_text="words", recipient_user_id="U1", recipient_team_id="T1"
    ),
    "what a stream goes on with": lambda c: c.chat_appendStream(channel="C1", ts="1.5", markdown_text="words"),
    "the end of a stream": lambda c: c.chat_stopStream(channel="C1", ts="1.5", metadata=METADATA),
    "a status": lambda c: c.assistant_threads_setStatus(channel_id="C1", thread_ts="1.5", status=""),
    "a look at a thread": lambda c: c.conversations_replies(
        channel="C1", ts="1.5", inclusive=True, include_all_metadata=False, limit=99, cursor="dXNlcg=="
    ),
    "a look at somebody": lambda c: c.users_info(user="Ü&1"),
    "a token of one's own": lambda c: c.users_info(user="U1", token="xoxp-2"),
    "a token of one's own beside JSON": lambda c: c.chat_update(channel="C1", ts="1.5", text="words", token="xoxp-2"),
}


@pytest.fixture
def slack() -> Iterator[KeptSlack]:
    with KeptSlack().serving() as slack:
        yield slack


@pytest.fixture
def client(slack: KeptSlack) -> Iterator[KeptWebClient]:
    client = web_client("xoxb-secret", base_url=slack.url)
    yield client
    client.close()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(("token", "team"), [("xoxb-secret", None), ("xoxb-secret", "T1"), (None, None)])
def test_slack_is_asked_what_slack_sdk_would_ask(
    slack: KeptSlack, call: Callable[[WebClient], Any], token: str | None, team: str | None
):
    ours, theirs = (kind(token, base_url=slack.url, team_id=team) for kind in (KeptWebClient, WebClient))

    answers = [call(client).data for client in (ours, theirs)]

    first, second = slack.calls
    assert (first.path, first.body) == (second.path, second.body)
    assert first.headers | {"connection": "close"} == second.headers
    assert answers == [{"ok": True, "asked": first.arguments}] * 2


def test_a_call_without_arguments_is_a_form_without_fields(slack: KeptSlack, client: KeptWebClient):
    assert client.auth_test()["ok"]

    assert (slack.calls[0].path, slack.calls[0].arguments) == ("/api/auth.test", {})


def test_headers_of_the_clients_own_go_with_each_call(slack: KeptSlack):
    client = KeptWebClient("xoxb-secret", base_url=slack.url, headers={"X-Trace": "1"}, user_agent_prefix="Vera")

    client.auth_test()

    assert slack.calls[0].headers["x-trace"] == "1"
    assert slack.calls[0].headers["user-agent"].startswith("Vera ")


def test_further_pages_are_asked_for_as_slack_sdk_does(slack: KeptSlack, client: KeptWebClient):
    slack.script = [
        (200, {}, {"ok": True, "members": ["U1"], "response_metadata": {"next_cursor": "more"}}),
        (200, {}, {"ok": True, "members": ["U2"]}),
    ]

    assert [member for page in client.users_list(limit=1) for member in page["members"]] == ["U1", "U2"]
    assert [call.arguments.get("cursor") for call in slack.calls] == [None, "more"]


def test_a_refusal_is_slack_sdks_with_the_pause_in_both_spellings(slack: KeptSlack, client: KeptWebClient):
    slack.script = [(429, {"retry-after": "7"}, {"ok": False, "error": "ratelimited"})]

    with pytest.raises(SlackApiError, match="ratelimited") as raised:
        client.auth_test()

    response = raised.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == response.headers["retry-after"] == "7"


LEFT_TO_SLACK_SDK: dict[str, Callable[[KeptWebClient], Any]] = {
    "a file": lambda c: c.api_call("files.upload", files={"file": io.BytesIO(b"words")}, data={"channels": "C1"}),
    "a header": lambda c: c.api_call("api.test", json={}, headers={"X-Trace": "1"}),
    "nothing": lambda c: c.api_call("api.test"),
}


@pytest.mark.parametrize("call", LEFT_TO_SLACK_SDK.values(), ids=LEFT_TO_SLACK_SDK)
def test_what_is_more_than_json_or_a_form_is_left_to_slack_sdk(
    slack: KeptSlack, client: KeptWebClient, call: Callable[[KeptWebClient], Any]
):
    assert client.auth_test()["ok"]
    slack.script = [(200, {}, {"ok": True})]

    assert call(client)["ok"]

    assert slack.ways == [1, 2]
    assert slack.calls[1].headers["connection"] == "close"


def test_who_adds_retries_of_slack_sdks_has_them(slack: KeptSlack, client: KeptWebClient):
    client.retry_handlers.append(RateLimitErrorRetryHandler())

    assert client.auth_test()["ok"]

    assert slack.calls[0].headers["connection"] == "close"


def test_a_proxy_is_asked_as_slack_sdk_asks_it(slack: KeptSlack, client: KeptWebClient):
    client.proxy = f"http://127.0.0.1:{slack.port}"
    client.base_url = "http://slack.example/api/"

    client.auth_test()

    assert slack.calls[0].path == "http://slack.example/api/auth.test"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "http_proxy"])
def test_a_proxy_of_the_environment_is_asked_too(slack: KeptSlack, monkeypatch: pytest.MonkeyPatch, variable: str):
    monkeypatch.setenv(variable, f"http://127.0.0.1:{slack.port}")
    client = web_client("xoxb-secret", base_url="http://slack.example/api/")

    client.auth_test()

    assert slack.calls[0].path == "http://slack.example/api/auth.test"
