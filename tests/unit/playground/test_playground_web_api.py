"""The Web API itself: who may call, what goes wrong on purpose, what is logged."""

from __future__ import annotations

import contextlib
import http.client
import json
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from vera.playground.loopback import LoopbackServer
from vera.playground.slack.values import File
from vera.playground.slack.web_api import METHODS, WebApi

if TYPE_CHECKING:
    from unit.playground.hand_time import HandTime
    from vera.playground.slack.workspace import Workspace


def request(server: LoopbackServer, path: str, *, body: Any = None, **headers: Any):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    try:
        connection.request("GET" if body is None else "POST", path, body, named)
        response = connection.getresponse()
        return response.status, response.read().decode(), dict(response.getheaders())
    finally:
        connection.close()


def answered(server: LoopbackServer, path: str, **more: Any):
    return json.loads(request(server, path, **more)[1])


def refusal(call: Any, **arguments: Any):
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return refused.value.response


@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(lambda t: {"path": "/api/auth.test", "authorization": f"Bearer {t}"}, id="bearer"),
        pytest.param(lambda t: {"path": f"/api/auth.test?token={t}"}, id="query"),
        pytest.param(
            lambda t: {
                "path": "/api/auth.test",
                "body": f"token={t}",
                "content_type": "application/x-www-form-urlencoded",
            },
            id="form",
        ),
    ],
)
def test_a_token_is_taken_from_the_header_the_query_or_a_form(
    workspace: Workspace, slack_server: LoopbackServer, spell: Any
):
    assert answered(slack_server, **spell(workspace.bot_token))["ok"] is True


def test_under_a_name_that_only_leads_here_no_call_is_answered(workspace: Workspace, slack_server: LoopbackServer):
    token = f"Bearer {workspace.bot_token}"

    status, said, _ = request(slack_server, "/api/auth.test", host="rebound.example", authorization=token)

    assert (status, said) == (403, "This playground is on 127.0.0.1 alone.")
    assert workspace.calls == ()


@pytest.mark.parametrize(
    ("call", "error"),
    [
        pytest.param({"path": "/api/auth.test"}, "not_authed", id="no token"),
        pytest.param({"path": "/api/auth.test", "authorization": "Bearer xoxb-no"}, "invalid_auth", id="wrong token"),
        pytest.param({"path": "/api/auth.test", "authorization": "Basic abc"}, "not_authed", id="another scheme"),
        pytest.param(
            {"path": "/api/auth.test", "body": '{"token": "x"}', "content_type": "application/json"},
            "not_authed",
            id="token in JSON",
        ),
        pytest.param({"path": "/api/chat.meMessage"}, "unknown_method", id="no such method"),
        pytest.param({"path": "/api/chat.postMessage", "body": "{"}, "missing_post_type", id="no type"),
        pytest.param(
            {"path": "/api/chat.postMessage", "body": "a", "content_type": "text/csv"}, "invalid_post_type", id="type"
        ),
        pytest.param(
            {"path": "/api/chat.postMessage", "body": "{", "content_type": "application/json"},
            "invalid_json",
            id="JSON",
        ),
        pytest.param(
            {"path": "/api/chat.postMessage", "body": "[]", "content_type": "application/json"},
            "json_not_object",
            id="list",
        ),
        pytest.param(
            {"path": "/api/chat.postMessage", "body": "%%", "content_type": "application/x-www-form-urlencoded"},
            "invalid_form_data",
            id="form",
        ),
    ],
)
def test_a_malformed_call_is_refused_in_slacks_words(slack_server: LoopbackServer, call: Any, error: str):
    assert answered(slack_server, **call)["error"] == error


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"api.test", "auth.test"}))
def test_every_method_wants_its_scope(workspace: Workspace, slack_server: LoopbackServer, general: str, method: str):
    workspace.tokens["xoxb-poor"] = frozenset({"commands"})
    client = WebClient("xoxb-poor", base_url=f"{slack_server.url}/api/")

    answer = refusal(client.api_call, api_method=method, params={"channel": general})

    assert answer["error"] == "missing_scope"
    assert answer["needed"] == METHODS[method].scope.replace("*", "channels")
    assert answer["provided"] == "commands"


def test_the_scope_follows_the_kind_of_the_conversation(workspace: Workspace, slack_server: LoopbackServer):
    workspace.tokens["xoxb-poor"] = frozenset({"channels:history"})
    client = WebClient("xoxb-poor", base_url=f"{slack_server.url}/api/")

    answer = refusal(client.conversations_history, channel=workspace.direct_message("ada").id)

    assert answer["needed"] == "im:history"


def test_the_limit_answers_429_with_whole_seconds_and_lets_through_after_them(
    client: WebClient, workspace: Workspace, hand_time: HandTime, general: str
):
    ts = client.chat_postMessage(channel=general, text="0")["ts"]
    for number in range(20):
        client.chat_update(channel=general, ts=ts, text=str(number))

    answer = refusal(client.chat_update, channel=general, ts=ts, text="one too many")

    assert answer.status_code == 429
    assert answer["error"] == "ratelimited"
    assert answer.headers["retry-after"] == "2"
    assert workspace.message(general, ts)["text"] == "19"
    hand_time.advance(2)
    client.chat_update(channel=general, ts=ts, text="later")
    assert workspace.message(general, ts)["text"] == "later"


def test_every_third_edit_can_be_made_to_fail(client: WebClient, workspace: Workspace, general: str):
    ts = client.chat_postMessage(channel=general, text="0")["ts"]
    workspace.faults.add("chat.update", every=3, status=429, retry_after=1)

    for number in range(6):
        with contextlib.suppress(SlackApiError):
            client.chat_update(channel=general, ts=ts, text=str(number))

    kept = [version.message["text"] for version in workspace.versions(general, ts) if version.message]
    assert kept == ["0", "0", "1", "3", "4"]
    assert [call.status for call in workspace.calls_of("chat.update")] == [200, 200, 429, 200, 200, 429]


def test_slack_sdks_own_retry_understands_the_429(client: WebClient, workspace: Workspace, general: str):
    workspace.faults.add("chat.postMessage", times=1, status=429, retry_after=0)
    client.retry_handlers = [RateLimitErrorRetryHandler(max_retry_count=1)]

    assert client.chat_postMessage(channel=general, text="a")["ok"]


def test_a_server_error_is_a_page_and_nothing_was_done(
    client: WebClient, workspace: Workspace, slack_server: LoopbackServer, general: str
):
    workspace.faults.add("chat.postMessage", times=1, status=500)

    status, body, _ = request(
        slack_server,
        f"/api/chat.postMessage?channel={general}&text=a",
        authorization=f"Bearer {workspace.bot_token}",
    )

    assert (status, body[:6]) == (500, "<html>")
    assert workspace.history_ts(general) == []


def test_an_error_can_be_scripted(client: WebClient, workspace: Workspace, general: str):
    workspace.faults.add("chat.postMessage", times=1, error="internal_error")

    assert refusal(client.chat_postMessage, channel=general, text="a")["error"] == "internal_error"
    assert client.chat_postMessage(channel=general, text="a")["ok"]


def test_a_call_can_be_done_and_its_answer_lost(client: WebClient, workspace: Workspace, general: str):
    workspace.faults.add("chat.postMessage", times=1, drop=True, applied=True)

    with pytest.raises(http.client.RemoteDisconnected):
        client.chat_postMessage(channel=general, text="done")

    assert len(workspace.history_ts(general)) == 1
    (call,) = workspace.calls
    assert (call.status, call.answer, call.fault, call.ok) == (0, None, True, False)


def test_a_call_can_be_dropped_undone(client: WebClient, workspace: Workspace, general: str):
    workspace.faults.add("chat.postMessage", times=1, drop=True)

    with pytest.raises(http.client.RemoteDisconnected):
        client.chat_postMessage(channel=general, text="undone")

    assert workspace.history_ts(general) == []


@pytest.mark.parametrize(
    ("fault", "messages"), [({"hang": True}, 0), ({"hang": True, "applied": True}, 1)], ids=["undone", "done"]
)
def test_a_call_can_hang_until_its_caller_gives_up(
    workspace: Workspace, slack_server: LoopbackServer, general: str, fault: dict[str, Any], messages: int
):
    workspace.faults.add("chat.postMessage", times=1, **fault)
    impatient = http.client.HTTPConnection("127.0.0.1", slack_server.port, timeout=0.1)
    path = f"/api/chat.postMessage?channel={general}&text=a&token={workspace.bot_token}"

    impatient.request("GET", path)
    workspace.wait_for(lambda w: w.calls)

    with pytest.raises(TimeoutError):
        impatient.getresponse()
    impatient.close()
    assert len(workspace.history_ts(general)) == messages


def test_what_fails_for_another_reason_is_not_counted_as_a_fault(client: WebClient, workspace: Workspace):
    workspace.faults.add("chat.postMessage", times=1, status=503, error="service_unavailable")
    refusal(WebClient("xoxb-no", base_url=client.base_url).chat_postMessage, channel="C", text="a")

    answer = refusal(client.chat_postMessage, channel="C", text="a")

    assert (answer.status_code, answer["error"]) == (503, "service_unavailable")


def test_the_log_holds_each_call_without_its_token(client: WebClient, workspace: Workspace, general: str):
    client.chat_postMessage(channel=general, text="hello")
    client.api_call("users.info", params={"user": "U0ADALOVEL", "token": workspace.bot_token})

    first, second = workspace.calls

    assert (first.number, first.method, first.status, first.ok) == (1, "chat.postMessage", 200, True)
    assert first.arguments == {"channel": general, "text": "hello"}
    assert first.answer["ts"]
    assert second.arguments == {"user": "U0ADALOVEL"}
    assert second.duration_ms >= 0
    assert workspace.bot_token not in repr(workspace.calls)


def test_a_call_wakes_who_waits_for_it(client: WebClient, workspace: Workspace):
    client.auth_test()

    assert workspace.wait_for(lambda w: w.calls_of("auth.test"), timeout_seconds=1)


def test_latency_is_waited_half_before_and_half_after(workspace: Workspace):
    waits = []

    async def sleep(seconds: float):
        waits.append((seconds, len(workspace.calls)))

    workspace.latency_ms = 120
    with LoopbackServer(WebApi(workspace, sleep=sleep).app) as server:
        WebClient(workspace.bot_token, base_url=f"{server.url}/api/").auth_test()

    assert waits == [(0.06, 0), (0.06, 0)]


def test_a_file_is_had_with_the_bots_token_and_else_a_page_to_sign_in(
    workspace: Workspace, slack_server: LoopbackServer
):
    ts = workspace.say("ada", "general", files=[File("a b.txt", "text/plain", b"content")])
    workspace.tokens["xoxb-poor"] = frozenset({"chat:write"})
    address = workspace.message("general", ts)["files"][0]["url_private_download"]

    def fetched(token: str, url: str = address):
        wanted = urllib.request.Request(url.replace(" ", "%20"), headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(wanted, timeout=5) as response:
            return response.headers["content-type"], response.read()

    kind, content = fetched(workspace.bot_token)
    assert (kind.partition(";")[0], content) == ("text/plain", b"content")
    for token in ("xoxb-poor", "xoxb-no"):
        assert fetched(token)[0].startswith("text/html")
    assert fetched(workspace.bot_token, f"{slack_server.url}/files-pri/T-F0NONE/x")[0].startswith("text/html")


def test_there_is_nothing_else(slack_server: LoopbackServer):
    with pytest.raises(HTTPError) as missing:
        urllib.request.urlopen(f"{slack_server.url}/", timeout=5)

    assert missing.value.code == 404
    missing.value.close()
