"""Who may talk to the page's server: its own page, in a browser on this machine, opened at the address with the token.

Other sites' pages can make a browser send requests here: so the path must begin with the token, and what a browser says
of a request's origin must be the page itself, under the name by which it was asked for (one of loopback's own, which
`loopback.py` sees to). Every answer, refusals included, has the headers that keep what was written from running. Held
by `test_playground_guard.py`.
"""

from __future__ import annotations

import json
from hmac import compare_digest
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from vera.playground.page.fields import Refused

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_JSON_BYTES = 1024 * 1024
MOST_FILE_BYTES = 20 * 1024 * 1024
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
        " font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """ASGI middleware: lets through to `app` what comes from the page, its path without the token."""

    def __init__(self, app: ASGIApp, *, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            return
        answer = self._refusal(scope, Headers(scope=scope))
        if answer is None and scope["path"] == f"/{self._token}":
            answer = RedirectResponse(f"/{self._token}/")  # the page's own addresses are relative to this
        if answer is not None:
            await answer(scope, receive, _with_headers(send))
            return
        inside = {**scope, "root_path": f"/{self._token}"}
        await self._app(inside, _bounded(scope["method"], receive), _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        token = scope["path"].removeprefix("/").partition("/")[0]
        if not compare_digest(token.encode(errors="replace"), self._token.encode()):
            return PlainTextResponse("Open the address that `vera playground` printed.", 404)
        own = f"http://{headers.get('host', '')}"
        if _origin(headers.get("origin", own)) != _origin(own):
            return _refused(403, "Another site's page can't use this playground.")
        site = headers.get("sec-fetch-site", "none")
        if site not in ("same-origin", "none") and not self._is_opened(scope, headers):
            return _refused(403, "Another site's page can't use this playground.")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] == "POST" and kind != "application/json":
            return _refused(415, "What is posted here is JSON (`content-type: application/json`).")
        return None

    def _is_opened(self, scope: Scope, headers: Headers) -> bool:
        """Return whether a link to the page itself was followed, from wherever."""
        navigated = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")
        return navigated and scope["method"] == "GET" and scope["path"] in (f"/{self._token}", f"/{self._token}/")


def _origin(url: str) -> str:
    """Return an origin as browsers write it: without HTTP's own port."""
    return url.lower().removesuffix(":80")


def _refused(status: int, sentence: str) -> Response:
    return Response(json.dumps({"error": sentence}), status, media_type="application/json")


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _bounded(method: str, receive: Receive) -> Receive:
    """Return `receive` for bodies up to a limit. A larger one is read to its end, so that its sender hears why not."""
    most, size = MOST_FILE_BYTES if method == "PUT" else MOST_JSON_BYTES, 0

    async def receiving() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size <= most:
            return message
        while message.get("more_body"):
            message = await receive()
        raise Refused(413, f"That is too large: at most {most // (1024 * 1024)} MB can be sent at once.")

    return receiving
