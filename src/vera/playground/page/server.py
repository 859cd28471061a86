"""The page's server: the static page, a JSON API and server-sent events, behind a guard.

    page = Page(workspace, switches=switches, inspection=inspection, token=token, about=about)
    with LoopbackServer(page.app) as server:
        print(f"{server.url}/{token}/")

What takes the workspace's lock, a file or a long history runs on a thread, so that no page's events wait for it. Held
by `test_playground_page.py` over real HTTP; the browser's side is `tests/e2e/browser/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from vera.playground.page.access import acting
from vera.playground.page.acts import Acts
from vera.playground.page.fields import Fields, Refused, encoded, fields_of
from vera.playground.page.guard import Guard
from vera.playground.page.static import page_file
from vera.playground.page.stream import KEEP_ALIVE_SECONDS, MOST_HELD_BYTES, EventStream, Streams, Told
from vera.playground.page.uploads import ANYTHING, Uploads, image_type
from vera.playground.page.views import Views

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp

    from vera.playground.slack.values import Json
    from vera.playground.slack.workspace import Workspace

_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address can't be used in that way.",
    500: "Something went wrong in the playground; playground.log in its state folder says what.",
}


class SwitchBoard(Told, Protocol):
    """What can be made to go wrong. `change` and `strike` raise ValueError with a sentence that names what is wrong."""

    def state(self) -> Json:
        """Return how everything is set."""

    def change(self, fields: Json, /) -> Json:
        """Set some of it, and return how everything is set now."""

    def strike(self, kind: str, /) -> int:
        """Do something once; return how much it struck."""


class Inspected(Told, Protocol):
    """What the worker's journal told, by turn."""

    def of(self, turn: str, /) -> list[Json]:
        """Return a turn's entries, oldest first."""

    def latest(self) -> str:
        """Return the newest turn; empty where there is none."""


class Page:
    """One workspace's page; `app` is its ASGI application, for a `LoopbackServer`.

    `token` is the first part of every path. `about` is told to each page as it then is (`model`, `documents`, `folder`,
    `questions` to begin with).
    A page that leaves more than `most_held_bytes` of events unread is cut off.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        switches: SwitchBoard,
        inspection: Inspected,
        token: str,
        about: Mapping[str, object],
        keep_alive_seconds: float = KEEP_ALIVE_SECONDS,
        most_held_bytes: int = MOST_HELD_BYTES,
    ) -> None:
        self._workspace = workspace
        self._switches = switches
        self._inspection = inspection
        self._about = about
        self._keep_alive_seconds = keep_alive_seconds
        self._most_held_bytes = most_held_bytes
        self._views = Views(workspace)
        self._streams = Streams(workspace, self._views, switches=switches, inspection=inspection, extra=self._extra)
        self._acts = Acts(workspace, streams=self._streams, uploads=Uploads())
        refusals = {HTTPException: _refusal, ClientDisconnect: _nobody, Exception: _fault}
        self.app: ASGIApp = Guard(Starlette(routes=self._routes(), exception_handlers=refusals), token=token)

    def _routes(self) -> list[Route]:
        views, acts = self._views, self._acts
        asked = {
            "/channels/{channel}": views.history,
            "/channels/{channel}/threads/{ts}": views.thread,
            "/journal": self._journal,
            "/switches": lambda _: self._switches.state(),
        }
        done = {
            "/messages": acts.send,
            "/messages/{channel}/{ts}/edit": acts.edit,
            "/messages/{channel}/{ts}/delete": acts.delete,
            "/messages/{channel}/{ts}/react": acts.react,
            "/press": acts.press,
            "/stop_session": acts.stop_session,
            "/read": acts.read,
            "/typing": acts.typing,
            "/invite": acts.invite,
            "/switches": self._switch,
            "/strike": self._strike,
        }
        return [
            Route("/", page_file),
            Route("/page/{path:path}", page_file),
            Route("/files/{file}/{name}", self._file),
            Route("/changes", self._changes),
            Route("/uploads", self._upload, methods=["PUT"]),
            *(Route(path, _answering(call)) for path, call in asked.items()),
            *(Route(path, _answering(call), methods=["POST"]) for path, call in done.items()),
        ]

    async def _changes(self, request: Request) -> Response:
        fields = await fields_of(request)
        who = (await run_in_threadpool(acting, self._workspace, fields)).id
        if request.method == "HEAD":
            return Response(media_type=EventStream.media_type)
        return EventStream(
            self._streams,
            who,
            keep_alive_seconds=self._keep_alive_seconds,
            most_held_bytes=self._most_held_bytes,
        )

    async def _upload(self, request: Request) -> Response:
        content, kind = await request.body(), request.headers.get("content-type", "")
        return _json(await run_in_threadpool(self._acts.upload, await fields_of(request), content, kind))

    def _file(self, request: Request) -> Response:
        """Return a shared file: shown where it is a picture by its own first bytes, else only to be saved."""
        found = self._workspace.file(request.path_params["file"])
        if found is None:
            raise Refused(404, "There is no such file here.")
        shape, content = found
        picture = image_type(content)
        how = "inline" if picture else "attachment"
        headers = {
            "content-disposition": f"{how}; filename*=utf-8''{quote(shape['name'], safe='')}",
            "content-security-policy": "sandbox",
        }
        return Response(content, headers=headers, media_type=picture or ANYTHING)

    def _journal(self, fields: Fields) -> Json:
        turn = fields.text("turn") or self._inspection.latest()
        return {"entries": self._inspection.of(turn) if turn else [], "turn": turn}

    def _switch(self, fields: Fields) -> Json:
        try:
            return self._switches.change(fields.values)
        except ValueError as wrong:
            raise Refused(400, str(wrong)) from None

    def _strike(self, fields: Fields) -> Json:
        try:
            return {"struck": self._switches.strike(fields.required("kind"))}
        except ValueError as wrong:
            raise Refused(400, str(wrong)) from None

    def _extra(self) -> Json:
        return {
            "switches": self._switches.state(),
            "about": dict(self._about),
            "latest_turn": self._inspection.latest(),
        }


def _answering(call: Callable[[Fields], Json]) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that answers with what `call` returns, on a thread."""

    async def endpoint(request: Request) -> Response:
        fields = await fields_of(request)
        return Response(await run_in_threadpool(lambda: encoded(call(fields))), media_type="application/json")

    return endpoint


def _json(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(encoded(value), status, headers=headers, media_type="application/json")


def _refusal(_: Request, raised: Exception) -> Response:
    refused = cast("HTTPException", raised)
    own = isinstance(refused, Refused)
    sentence = refused.detail if own else _SENTENCES.get(refused.status_code, refused.detail)
    return _json({"error": sentence}, refused.status_code, refused.headers)


def _fault(_: Request, __: Exception) -> Response:
    return _json({"error": _SENTENCES[500]}, 500)


def _nobody(_: Request, __: Exception) -> Response:
    return Response(status_code=400)
