"""An app's request URL: keeps what it was sent, and answers as the test says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from vera.playground.loopback import LoopbackServer

if TYPE_CHECKING:
    from starlette.requests import Request

HANG, DROP = -1, -2


@dataclass(frozen=True, slots=True)
class Received:
    headers: dict[str, str]
    body: bytes


class RequestUrl:
    """`answers` are HTTP statuses in their order, the last for ever; HANG and DROP are what they say."""

    def __init__(self, *answers: int, headers: dict[str, str] | None = None) -> None:
        self.received: list[Received] = []
        self.answers = list(answers) or [200]
        self.headers = headers or {}
        app = Starlette(routes=[Route("/slack/events", self._answer, methods=["POST"])])
        self.server = LoopbackServer(app)
        self.url = f"{self.server.url}/slack/events"

    async def _answer(self, request: Request) -> Response:
        self.received.append(Received(dict(request.headers), await request.body()))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status == HANG:
            while (await request.receive())["type"] != "http.disconnect":
                continue
        if status == DROP:
            request.state.transport.abort()
        return Response("ok", max(status, 200), headers=self.headers)
