"""Slack's Web API, as the rest of this room uses it: one client, one way to call, one table of what goes wrong.

Every answer that is not `ok`, and every call without an answer, becomes an error of `vera.errors`; nothing of a request
or of an answer is logged or repeated in one (`tests/unit/slack/test_slack_web.py` has a row for each error that Slack
documents). Nothing here waits, and nothing is made again that may not be done twice (`client.py`): who calls knows
whether that is right.
"""

from __future__ import annotations

import logging
import math
import re
import ssl
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, TypeVar, overload
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from vera.errors import MessageGone, RateLimited, SurfaceRefused, SurfaceUnavailable
from vera.slack.client import KeptWebClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from slack_sdk.web import SlackResponse

    from vera.errors import VeraError

__all__ = ["PAGE", "ask", "messages_of", "moment", "web_client"]

Client = TypeVar("Client", bound=WebClient)

PAGE = 999
"""How many messages one call asks for. Slack takes fewer than 1,000 everywhere."""

_TIMEOUT_SECONDS = 8
_DEFAULT_RETRY_AFTER_SECONDS = 1.0

_RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})

# Slack's own faults, and whether it says that some of the work may have been done all the same.
_SLACKS_FAULTS = {
    "fatal_error": True,
    "internal_error": True,
    "service_unavailable": True,
    "request_timeout": False,  # the request came in cut off
    "team_added_to_org": False,  # the workspace is being moved
}
_GONE = frozenset({"cant_update_message", "edit_window_closed", "message_not_found"})
_CODE = re.compile(r"[a-z0-9_.:-]{1,80}")
_TOO_MANY_REQUESTS = 429
_SERVERS_FAULT = 500


@overload
def web_client(token: str, *, base_url: str = "", timeout_seconds: float = _TIMEOUT_SECONDS) -> KeptWebClient: ...
@overload
def web_client(
    token: str, *, base_url: str = "", timeout_seconds: float = _TIMEOUT_SECONDS, kind: Callable[..., Client]
) -> Client: ...
def web_client(
    token: str,
    *,
    base_url: str = "",
    timeout_seconds: float = _TIMEOUT_SECONDS,
    kind: Callable[..., WebClient] = KeptWebClient,
) -> WebClient:
    """Make a client that keeps its connections, and neither retries nor logs as slack_sdk's own would.

    That would sleep, post twice, and log bodies. One TLS context serves all calls; left to itself, each would read the
    certificates anew. A call may take `timeout_seconds` at most. `kind` makes the client from `WebClient`'s own
    arguments; a subclass of `KeptWebClient` keeps its connections too.
    """
    silent = logging.getLogger("vera.slack.sdk")
    silent.setLevel(logging.CRITICAL + 1)
    url = base_url or WebClient.BASE_URL
    return kind(
        token,
        base_url=url,
        timeout=timeout_seconds,
        ssl=ssl.create_default_context() if url.startswith("https:") else None,
        retry_handlers=[],
        logger=silent,
    )


def ask(call: Callable[..., SlackResponse], **arguments: Any) -> Mapping[str, Any]:
    """Call a method of the client and return what Slack answered.

    Raises `RateLimited`, `SurfaceUnavailable`, `MessageGone` and `SurfaceRefused`, and nothing else.
    """
    method = call.__name__.replace("_", ".")
    try:
        answer = call(**arguments).data
    except SlackApiError as error:
        raise _translated(method, error.response) from None  # its text repeats the whole answer
    except SlackClientError as error:
        raise SurfaceRefused(f"{method}: {type(error).__name__}", code="client_error") from None
    except (OSError, HTTPException) as error:
        # urllib's word for a request that did not go out whole: Slack cannot have acted on it.
        reason = error.reason if isinstance(error, URLError) else error
        name = type(reason).__name__ if isinstance(reason, Exception) else "URLError"
        raise SurfaceUnavailable(f"{method}: {name}", maybe_done=not isinstance(error, URLError)) from error
    except (AttributeError, LookupError, ValueError) as error:  # slack_sdk on an answer in no JSON object, or no UTF-8
        raise SurfaceUnavailable(f"{method}: unreadable answer", maybe_done=True) from error
    if not isinstance(answer, dict):
        raise SurfaceUnavailable(f"{method}: unreadable answer", maybe_done=True)
    return answer


def messages_of(
    ask: Callable[..., Mapping[str, Any]], call: Callable[..., SlackResponse], **arguments: Any
) -> Iterator[Mapping[str, Any]]:
    """Yield the messages of every page, each once: Slack repeats a thread's first message on each page."""
    seen: set[str] = set()
    cursor = ""
    while True:
        answer = ask(call, **arguments, **({"cursor": cursor} if cursor else {}))
        for message in answer.get("messages") or ():
            if isinstance(message, dict) and isinstance(ts := message.get("ts"), str) and ts not in seen:
                seen.add(ts)
                yield message
        following = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not following or following == cursor:
            return
        cursor = following


def moment(ts: str) -> tuple[int, int]:
    """Return what a ts is ordered by: seconds and microseconds, exactly. What is no ts comes before all."""
    seconds, _, fraction = ts.partition(".")
    return (int(seconds), int(fraction or 0)) if (seconds + fraction).isdecimal() else (0, 0)


def _translated(method: str, response: Any) -> VeraError:
    """Return the error for an answer that is not `ok`. The one place that knows Slack's codes."""
    status = int(response.status_code)
    said = response.data.get("error") if isinstance(response.data, dict) else None
    code = said if isinstance(said, str) and _CODE.fullmatch(said) else ""
    where = f"{method}: {code or f'HTTP {status}'}"
    if status == _TOO_MANY_REQUESTS or code in _RATE_LIMITED:
        return RateLimited(where, retry_after_seconds=_retry_after(response.headers))
    if code in _SLACKS_FAULTS:
        return SurfaceUnavailable(where, maybe_done=_SLACKS_FAULTS[code])
    if status >= _SERVERS_FAULT or (not code and status < 400):  # noqa: PLR2004 - a page of HTML, say, with HTTP 200
        return SurfaceUnavailable(where, maybe_done=True)
    if code in _GONE:
        return MessageGone(where, code=code)
    return SurfaceRefused(where, code=code or f"http_{status}")


def _retry_after(headers: Mapping[str, Any]) -> float:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return _DEFAULT_RETRY_AFTER_SECONDS
    return max(0.0, seconds) if math.isfinite(seconds) else _DEFAULT_RETRY_AFTER_SECONDS
