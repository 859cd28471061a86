"""What Slack tells an app: events and interactions signed, posted to the request URL, events again if that goes wrong.

Three more attempts, at once, after one minute and after five, unless the answer is 2xx or says `x-slack-no-retry: 1`;
an interaction is posted once.
Nothing here holds up the Web API: a change only puts its deliveries on the schedule. Held by
`test_playground_delivery.py`.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import secrets
import threading
import time as clock
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from vera.playground.slack.events import SUBSCRIPTIONS, envelope, events_of, verification_token
from vera.playground.slack.values import Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.playground.schedule import Time
    from vera.playground.slack.values import Json
    from vera.playground.slack.workspace import Workspace

RETRY_DELAYS_SECONDS = (0.0, 60.0, 300.0)
_OK = range(200, 300)
MOST_KEPT = 20_000
_UNTOLD = ("furnished", "session", "status", "whispered")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the request URL answered; `status` 0 and a `failure` in Slack's words where it did not."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: str = ""

    @property
    def reason(self) -> str:
        """Return why Slack would try again; empty where it would not."""
        if self.failure:
            return self.failure
        return "" if self.status in _OK else "http_error"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery of one event (or interaction, by its trigger id): `retry_num` 0 is the first."""

    event_id: str
    retry_num: int
    retry_reason: str
    status: int
    failure: str
    at: float
    duration_ms: float


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What is posted, and whether it is posted again where that fails."""

    id: str
    body: bytes
    content_type: str = "application/json"
    again: bool = True


class Delivery:
    """Delivers a workspace's events and interactions to one request URL, once `request_url` is set; until then none.

    `timeout_seconds` is Slack's three; `retry_delays_seconds` may be shortened for a demonstration. The last
    `most_kept` events, interactions and deliveries are remembered.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        time: Time,
        signing_secret: str,
        request_url: str = "",
        timeout_seconds: float = 3.0,
        retry_delays_seconds: tuple[float, ...] = RETRY_DELAYS_SECONDS,
        most_kept: int = MOST_KEPT,
    ) -> None:
        self._workspace = workspace
        self._time = time
        self.signing_secret = signing_secret
        self.request_url = request_url
        self.timeout_seconds = timeout_seconds
        self.retry_delays_seconds = retry_delays_seconds
        self.subscriptions = SUBSCRIPTIONS
        self._changed = threading.Condition(workspace.lock)
        self._envelopes: dict[str, Json] = {}
        self._interactions: deque[Json] = deque(maxlen=most_kept)
        self._attempts: deque[Attempt] = deque(maxlen=most_kept)
        self._most_kept = most_kept
        self._under_way = 0
        workspace.listen(self._accept)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Return the deliveries made so far, oldest first (the last 20,000)."""
        with self._changed:
            return tuple(self._attempts)

    @property
    def envelopes(self) -> tuple[Json, ...]:
        """Return the events made so far, as they were sent, oldest first (the last 20,000)."""
        with self._changed:
            return tuple(self._envelopes.values())

    @property
    def interactions(self) -> tuple[Json, ...]:
        """Return the payloads of the interactions made so far, oldest first (the last 20,000)."""
        with self._changed:
            return tuple(self._interactions)

    @property
    def idle(self) -> bool:
        """Return whether nothing is being delivered or due."""
        with self._changed:
            return self._under_way == 0

    def redeliver(self, event_id: str, *, as_event_id: str = "") -> Answer:
        """Deliver an event once more, at once, and return the answer; `as_event_id` gives it another id.

        Slack does both: a retry that comes late, and one message under several ids. Raises KeyError for an unknown id.
        """
        with self._changed:
            again = dict(self._envelopes[event_id])
            if as_event_id:
                again |= {"event_id": as_event_id, "event_context": f"4-{as_event_id}"}
                self._keep(again)
        return self._attempt(_event(again), 0, "")

    def tell_again(self, where: str, ts: str) -> None:
        """Make the events of a message once more, as it was when it was posted, under ids of their own.

        Slack does so where it lost sight of what it had sent. Raises KeyError where there is no such channel.
        """
        first = next(iter(self._workspace.versions(where, ts)))
        message = first.message or {}
        channel = self._workspace.channel(where).id
        self._accept(Change(0, "posted", channel, ts, message.get("user", ""), first.at, message))

    def send(
        self,
        body: bytes,
        *,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
        timestamp: int | None = None,
    ) -> Answer:
        """Post any bytes, signed as Slack signs, and return the answer. `headers` go on top of Slack's own."""
        moment = int(self._time.now()) if timestamp is None else timestamp
        own = {
            "content-type": content_type,
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "x-slack-request-timestamp": str(moment),
            "x-slack-signature": signature(self.signing_secret, moment, body),
        }
        return _post(self.request_url, body, own | (headers or {}), timeout_seconds=self.timeout_seconds)

    def wait_for(self, wanted: Callable[[Delivery], bool], *, timeout_seconds: float = 10.0) -> None:
        """Return once `wanted` holds, asked now and after each attempt. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: wanted(self), timeout_seconds):
                raise TimeoutError(f"what was waited for did not happen within {timeout_seconds:g} s")

    def settle(self, *, timeout_seconds: float = 10.0) -> None:
        """Return once nothing is being delivered or due. Raises TimeoutError."""
        self.wait_for(lambda delivery: delivery.idle, timeout_seconds=timeout_seconds)

    def _accept(self, change: Change) -> None:
        if not self.request_url or not change.channel or change.kind in _UNTOLD:
            return
        if change.kind == "pressed":
            self._accept_interaction(change.detail["interaction"])
            return
        workspace = self._workspace
        channel = workspace.channel(change.channel)
        event_ts = workspace.new_ts() if change.kind != "posted" else change.ts
        events = events_of(change, channel, bot=workspace.bot, subscriptions=self.subscriptions, event_ts=event_ts)
        for event in events:
            event_id = f"Ev{secrets.token_hex(5).upper()}"
            whole = envelope(
                event,
                event_id=event_id,
                event_time=int(change.at),
                team=workspace.team,
                bot=workspace.bot,
                channel=channel,
                token=verification_token(workspace.team),
            )
            self._keep(whole)
            self._plan(_event(whole), 0, "", 0.0)

    def _accept_interaction(self, payload: Json) -> None:
        with self._changed:
            self._interactions.append(payload)
        body = urlencode({"payload": _encoded(payload)}).encode()
        form = "application/x-www-form-urlencoded"
        self._plan(_Parcel(payload["trigger_id"], body, form, again=False), 0, "", 0.0)

    def _keep(self, whole: Json) -> None:
        with self._changed:
            self._envelopes[whole["event_id"]] = whole
            while len(self._envelopes) > self._most_kept:
                del self._envelopes[next(iter(self._envelopes))]

    def _plan(self, parcel: _Parcel, retry_num: int, reason: str, delay_seconds: float) -> None:
        with self._changed:
            self._under_way += 1
        self._time.after(delay_seconds, lambda: self._deliver(parcel, retry_num, reason))

    def _deliver(self, parcel: _Parcel, retry_num: int, reason: str) -> None:
        try:
            answer = self._attempt(parcel, retry_num, reason)
            wanted = parcel.again and bool(answer.reason) and answer.headers.get("x-slack-no-retry") != "1"
            if wanted and retry_num < len(self.retry_delays_seconds):
                self._plan(parcel, retry_num + 1, answer.reason, self.retry_delays_seconds[retry_num])
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _attempt(self, parcel: _Parcel, retry_num: int, reason: str) -> Answer:
        retried = {"x-slack-retry-num": str(retry_num), "x-slack-retry-reason": reason} if retry_num else {}
        started = clock.perf_counter()
        answer = self.send(parcel.body, content_type=parcel.content_type, headers=retried)
        attempt = Attempt(
            event_id=parcel.id,
            retry_num=retry_num,
            retry_reason=reason,
            status=answer.status,
            failure=answer.failure,
            at=self._time.now(),
            duration_ms=(clock.perf_counter() - started) * 1_000,
        )
        with self._changed:
            self._attempts.append(attempt)
            self._changed.notify_all()
        return answer


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return Slack's `v0` signature over the raw body."""
    signed = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _event(whole: Json) -> _Parcel:
    return _Parcel(whole["event_id"], _encoded(whole).encode())


def _encoded(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _post(url: str, body: bytes, headers: dict[str, str], *, timeout_seconds: float) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_seconds)
    try:
        connection.request("POST", parts.path or "/", body, headers)
        response = connection.getresponse()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answered, response.read())
    except TimeoutError:
        return Answer(0, failure="http_timeout")
    except OSError:
        return Answer(0, failure="connection_failed")
    except http.client.HTTPException:
        return Answer(0, failure="unknown_error")
    finally:
        connection.close()
