"""slack_sdk's client, over connections that are kept; and what each call may take: how long, and whether twice.

The invariant: what Slack would do twice is asked once. A call that is not listed here as repeatable is made again by
nobody but who made it, who looks first whether it was done (`docs/timeouts.md` has the whole story, and
`tests/unit/test_timeouts.py` holds it to this). `tests/unit/slack/test_slack_connection.py` proves it over the wire.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from contextvars import ContextVar
from json import dumps, loads
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from vera.slack.connection import Connections

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vera.slack.answer import Answer

__all__ = ["QUICK_SECONDS", "REPEATABLE", "KeptWebClient", "no_call_outlasts"]

REPEATABLE: Final = frozenset(
    {
        "agents.sessions.setStatus",
        "assistant.threads.setStatus",
        "auth.test",
        "chat.delete",
        "chat.update",
        "conversations.history",
        "conversations.replies",
        "users.info",
    }
)
"""What is the same done twice as done once. Posts and appended text are not; a stream stopped twice says of the second
time what it says of one that died."""

QUICK_SECONDS: Final[Mapping[str, float]] = {
    "agents.sessions.setStatus": 2.0,
    "assistant.threads.setStatus": 2.0,
    "chat.appendStream": 4.0,
    "chat.update": 4.0,
}
"""What is waited for less long than the rest: a status, and an edit, which a newer one waits behind."""

_UNTIL: ContextVar[float] = ContextVar("no_call_outlasts", default=math.inf)


@contextmanager
def no_call_outlasts(seconds: float) -> Iterator[None]:
    """Let no call that this thread makes in the block be waited for longer than `seconds` from now."""
    token = _UNTIL.set(min(_UNTIL.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _UNTIL.reset(token)


class KeptWebClient(WebClient):
    """A `WebClient` that keeps its connections. Through a proxy it makes one for each call, as slack_sdk does.

    Safe from several threads. `close` ends what is idle; without it, the end of the client does.
    """

    def __init__(self, *positional: Any, **named: Any) -> None:
        """Take `WebClient`'s arguments; nothing is opened yet."""
        super().__init__(*positional, **named)
        self._connections = Connections(self.base_url, self.ssl)
        self._path = urlsplit(self.base_url).path
        self._is_direct = _is_direct(self.base_url)

    def close(self) -> None:
        """Close the connections; a later call opens one again."""
        self._connections.close()

    def api_call(
        self,
        api_method: str,
        *,
        http_verb: str = "POST",
        json: dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
        **how: Any,
    ) -> SlackResponse:
        """Make a call: slack_sdk's one door for all of them. What is more than JSON or a form, it does itself."""
        given = json if json is not None else params
        is_plain = not any(how.values()) and not self.retry_handlers
        if given is None or not is_plain or self.proxy is not None or not self._is_direct:
            return super().api_call(api_method, http_verb=http_verb, json=json, params=params, **how)
        arguments = {**self.default_params, **given}
        headers = {**self.headers}
        if token := arguments.pop("token", None) or self.token:
            headers["Authorization"] = f"Bearer {token}"
        if json is not None:
            body, kind = dumps(arguments), "application/json;charset=utf-8"
        else:
            body, kind = urlencode(_as_fields(arguments)), "application/x-www-form-urlencoded"
        answer = self._connections.post(
            self._path + api_method,
            {**headers, "Content-Type": kind},
            body.encode(),
            seconds=min(self.timeout, QUICK_SECONDS.get(api_method, math.inf), _UNTIL.get() - time.monotonic()),
            repeatable=api_method in REPEATABLE,
        )
        response = SlackResponse(
            client=self,
            http_verb="POST",  # whatever is asked: Slack takes it for every method
            api_url=self.base_url + api_method,
            req_args={"headers": headers, "json": json, "params": params, "data": None},  # for the next page
            data=_read(answer.body),
            headers=_as_slack_sdk_has_them(answer),
            status_code=answer.status,
        )
        response.validate()  # type: ignore[no-untyped-call]
        return response


def _as_fields(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return what a form says of them: nothing of what is None, and flags as Slack reads them."""
    return {
        name: int(value) if isinstance(value, bool) else value for name, value in arguments.items() if value is not None
    }


def _read(body: bytes) -> Any:
    try:
        return loads(body)
    except (ValueError, RecursionError):
        return {"ok": False, "error": "no JSON"}


def _as_slack_sdk_has_them(answer: Answer) -> dict[str, str]:
    """Return the headers, with the one that people look for in both spellings."""
    headers = dict(answer.headers)
    if pause := headers.get("retry-after"):
        headers["Retry-After"] = pause
    return headers


def _is_direct(url: str) -> bool:
    """Whether no proxy of the system's stands before this URL; one in the environment, slack_sdk knows itself."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and (parts.scheme not in getproxies() or bool(proxy_bypass(parts.netloc)))
