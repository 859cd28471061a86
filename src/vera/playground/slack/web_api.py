"""Slack's Web API over HTTP: `/api/<method>`; interactions' response URLs at `/actions/…`, files at `/files-pri/…`.

The order of things is Slack's: is there such a method, who is calling, may they, is there budget left; then the method
itself. Scripted faults strike callers that are let in. What a call came to is in the workspace's log before the caller
reads it, without the token. Held by `test_playground_web_api.py`.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from vera.playground.slack import agent_methods, chat_methods, reading_methods, stream_methods
from vera.playground.slack.arguments import Arguments, MethodError
from vera.playground.slack.values import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from vera.playground.slack.faults import Fault
    from vera.playground.slack.values import Json
    from vera.playground.slack.workspace import Workspace

_OK, _TOO_MANY_REQUESTS = 200, 429


@dataclass(frozen=True, slots=True)
class Method:
    """What a method does, and the scope it wants: `*` stands for the kind of the conversation (`channels`, `im`, …).

    `or_scope` is one that does as well.
    """

    run: Callable[[Workspace, Arguments], Json]
    scope: str = ""
    or_scope: str = ""


METHODS: dict[str, Method] = {
    "agents.sessions.setStatus": Method(agent_methods.set_session, "chat:write"),
    "api.test": Method(reading_methods.api_test),
    "assistant.threads.setStatus": Method(agent_methods.set_status, "chat:write", or_scope="assistant:write"),
    "auth.test": Method(reading_methods.auth_test),
    "chat.appendStream": Method(stream_methods.append_stream, "chat:write"),
    "chat.delete": Method(chat_methods.delete, "chat:write"),
    "chat.postEphemeral": Method(chat_methods.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat_methods.post_message, "chat:write"),
    "chat.startStream": Method(stream_methods.start_stream, "chat:write"),
    "chat.stopStream": Method(stream_methods.stop_stream, "chat:write"),
    "chat.update": Method(chat_methods.update, "chat:write"),
    "conversations.history": Method(reading_methods.history, "*:history"),
    "conversations.info": Method(reading_methods.info, "*:read"),
    "conversations.open": Method(reading_methods.open_conversation, "im:write"),
    "conversations.replies": Method(reading_methods.replies, "*:history"),
    "reactions.add": Method(chat_methods.add_reaction, "reactions:write"),
    "users.info": Method(reading_methods.user_info, "users:read"),
    "users.list": Method(reading_methods.users_list, "users:read"),
}
_KINDS = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a caller is to get: a JSON answer, an error page (`answer` None), silence (`hang`) or a cut (`drop`)."""

    answer: Json | None
    status: int = _OK
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    drop: bool = False
    fault: bool = False


class WebApi:
    """The Web API of one workspace; `app` is its ASGI application. `sleep` is what latency waits with."""

    def __init__(self, workspace: Workspace, *, sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep) -> None:
        self._workspace = workspace
        self._sleep = sleep
        self.app = Starlette(
            routes=[
                Route("/api/{method}", self._api, methods=["GET", "POST"]),
                Route("/actions/{address:path}", self._respond, methods=["POST"]),
                Route("/files-pri/{file}/{name}", self._file),
                Route("/files-pri/{file}/download/{name}", self._file),
            ]
        )

    def call(self, method: str, arguments: Json, token: str | None) -> Reply:
        """Do one call, and return what its caller gets."""
        if method not in METHODS:
            return _refused("unknown_method", req_method=method)
        workspace, parsed = self._workspace, Arguments(arguments)
        scopes = workspace.tokens.get(token or "")
        if scopes is None and method != "api.test":
            return _refused("invalid_auth" if token else "not_authed")
        needed = _needed(workspace, METHODS[method].scope, parsed)
        headers = {"x-oauth-scopes": ",".join(sorted(scopes or ())), "x-accepted-oauth-scopes": needed}
        if needed and not {needed, METHODS[method].or_scope} & (scopes or frozenset()):
            return _refused("missing_scope", needed=needed, provided=headers["x-oauth-scopes"])
        fault = workspace.faults.next(method)
        if fault is not None and not fault.applied:
            return _struck(fault)
        wait_seconds = workspace.limits.take(method, channel=_named(parsed, "channel"), now=workspace.now())
        if wait_seconds:
            retry = {"retry-after": str(wait_seconds)}
            return Reply({"ok": False, "error": "ratelimited"}, _TOO_MANY_REQUESTS, headers=retry)
        answer = self._run(method, parsed)
        return Reply(answer, headers=headers) if fault is None else _struck(fault)

    def _run(self, method: str, arguments: Arguments) -> Json:
        try:
            with self._workspace.lock:  # done whole: a person may press, and a stream expire, at the same time
                return {"ok": True} | METHODS[method].run(self._workspace, arguments)
        except MethodError as refused:
            return {"ok": False, "error": refused.error} | refused.more

    async def _api(self, request: Request) -> Response:
        started = time.perf_counter()
        method = request.path_params["method"]
        await self._sleep(self._workspace.latency_ms / 2_000)
        try:
            arguments, token = await _read(request)
            reply = self.call(method, arguments, token)
        except MethodError as refused:
            arguments, reply = {}, _refused(refused.error, **refused.more)
        await self._sleep(self._workspace.latency_ms / 2_000)
        silent = reply.hang or reply.drop
        call = Call(
            number=0,
            method=method,
            arguments=arguments,
            status=0 if silent else reply.status,
            answer=None if silent else reply.answer,
            at=self._workspace.now(),
            duration_ms=(time.perf_counter() - started) * 1_000,
            fault=reply.fault,
        )
        self._workspace.record_call(call)
        return await _sent(request, reply)

    async def _respond(self, request: Request) -> Response:
        status, said = self._workspace.response_urls.use(request.path_params["address"], await request.body())
        return PlainTextResponse(said, status)

    async def _file(self, request: Request) -> Response:
        found = self._workspace.file(request.path_params["file"].partition("-")[2])
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if found is None or "files:read" not in self._workspace.tokens.get(token, ()):
            return HTMLResponse("<!DOCTYPE html><html><body>Sign in to see this file.</body></html>")
        shape, content = found
        return Response(content, media_type=shape["mimetype"])


def _refused(error: str, **more: Any) -> Reply:
    return Reply({"ok": False, "error": error} | more)


def _struck(fault: Fault) -> Reply:
    headers = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    error = fault.error or ("ratelimited" if fault.status == _TOO_MANY_REQUESTS else None)
    answer = None if error is None else {"ok": False, "error": error}
    return Reply(answer, fault.status, headers=headers, hang=fault.hang, drop=fault.drop, fault=True)


def _needed(workspace: Workspace, scope: str, arguments: Arguments) -> str:
    """Return the scope that this call wants; none where a conversation is named that isn't there."""
    if not scope.startswith("*"):
        return scope
    named = _named(arguments, "channel")
    kind = next((channel.kind for channel in workspace.channels() if channel.id == named), None)
    return "" if kind is None else scope.replace("*", _KINDS[kind])


def _named(arguments: Arguments, name: str) -> str:
    value = arguments.values.get(name)
    return value if isinstance(value, str) else ""


async def _read(request: Request) -> tuple[Json, str | None]:
    """Return a request's arguments and its token, which is never among them."""
    arguments: Json = dict(request.query_params)
    body = await request.body()
    in_json = False
    if body:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not kind:
            raise MethodError("missing_post_type")
        in_json = kind == "application/json"
        arguments |= _parsed(body, kind)
    given = arguments.pop("token", None)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return arguments, token.strip()
    return arguments, None if in_json or not given else str(given)


def _parsed(body: bytes, kind: str) -> Json:
    if kind == "application/json":
        try:
            value = json.loads(body)
        except ValueError:
            raise MethodError("invalid_json") from None
        if not isinstance(value, dict):
            raise MethodError("json_not_object")
        return value
    if kind != "application/x-www-form-urlencoded":
        raise MethodError("invalid_post_type")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict"))
    except ValueError:
        raise MethodError("invalid_form_data") from None


async def _sent(request: Request, reply: Reply) -> Response:
    if reply.hang:
        await request.receive()  # the body is read: what comes next is that the caller is gone
    if reply.drop:
        request.state.transport.abort()
    if reply.answer is None:
        return HTMLResponse("<html><body>Server Error</body></html>", reply.status, headers=reply.headers)
    body = json.dumps(reply.answer, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, reply.status, headers=reply.headers, media_type="application/json; charset=utf-8")
