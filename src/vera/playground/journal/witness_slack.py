"""The witness of Slack's Web API: Vera's own client, which tells of each call and its answer, never of the token.

What is told is cut short, and says so (`testimony.clip`); what goes over the wire is not. Held by
`test_playground_witness.py`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from vera.playground.journal.testimony import SlackCalled, clip
from vera.slack.client import KeptWebClient

if TYPE_CHECKING:
    from vera.playground.journal.witness import Witnesses

__all__ = ["WitnessedWebClient"]

_SECRET = frozenset({"token", "client_secret", "refresh_token"})


class WitnessedWebClient(KeptWebClient):
    """A client that tells. Everything but `witnesses` is `KeptWebClient`'s."""

    def __init__(self, *positional: Any, witnesses: Witnesses, **named: Any) -> None:
        super().__init__(*positional, **named)
        self._witnesses = witnesses

    def api_call(self, api_method: str, **how: Any) -> SlackResponse:
        """Make a call, and tell of it when it has ended."""
        arguments = _arguments(how)
        began = self._witnesses.clock()
        response: SlackResponse | None = None
        error = ""
        try:
            response = super().api_call(api_method, **how)
        except SlackApiError as refusal:
            response, error = _response(refusal), "refused"
            raise
        except Exception as failure:
            error = _transports_word(failure)
            raise
        else:
            return response
        finally:
            seconds = self._witnesses.clock() - began
            self._witnesses.tell(_called(api_method, arguments, response, error, seconds))


def _arguments(how: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked, however it is sent; taken beforehand, for slack_sdk takes the token out of it."""
    asked: dict[str, Any] = {}
    for place in ("params", "data", "json", "files"):
        given = how.get(place)
        asked |= given if isinstance(given, dict) else {}
    clipped: dict[str, Any] = clip(
        {key: value for key, value in asked.items() if value is not None and key not in _SECRET}
    )
    return clipped


def _called(
    method: str, arguments: dict[str, Any], response: SlackResponse | None, error: str, seconds: float
) -> SlackCalled:
    answer = response.data if response is not None else None
    said = answer.get("error") if isinstance(answer, dict) else None
    return SlackCalled(
        method=method,
        arguments=arguments,
        answer=clip(answer),
        error=clip(str(said)) if said else error,
        status=int(response.status_code) if response is not None else 0,
        seconds=seconds,
        retry_after_seconds=_retry_after(response) if response is not None else 0.0,
    )


def _response(refusal: SlackApiError) -> SlackResponse | None:
    return refusal.response if isinstance(refusal.response, SlackResponse) else None


def _transports_word(failure: Exception) -> str:
    """Name what kept a call from its answer: urllib wraps it."""
    reason = getattr(failure, "reason", None)
    return type(reason if isinstance(reason, Exception) else failure).__name__


def _retry_after(response: SlackResponse) -> float:
    value = next((value for name, value in response.headers.items() if name.lower() == "retry-after"), "0")
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return 0.0
    return max(0.0, seconds) if math.isfinite(seconds) else 0.0
