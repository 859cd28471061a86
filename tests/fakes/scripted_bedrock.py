"""A Bedrock on loopback that says what a script tells it, in AWS's own frames, and refuses what Bedrock refuses.

In a test::

    with ScriptedBedrock() as bedrock:
        bedrock.say("On Fridays the office closes at three.")            # one answer, delta by delta
        bedrock.script(["Half of", Hold(gate), " it", Stop(), Used()])   # the next one, held until gate.set()
        bedrock.script([Thought("Hm.", "signed"), Tool("now", {"zone": "UTC"}), Stop("tool_use"), Used()])
        bedrock.fail("ThrottlingException")                              # an HTTP error
        bedrock.script(["Some", Fault("modelStreamErrorException")])     # an error within the stream
        bedrock.find(found("Closes at three.", uri="s3://handbook/hours.md", score=0.8))
        ...                                                              # AWS clients pointed at bedrock.url
        assert bedrock.requests[0].body["messages"][-1]["role"] == "user"

Answers are taken in their order, per operation (`converse` serves both Converse and ConverseStream); when none is left,
the callable of that operation, given to the constructor, is asked with the request; without one the request is refused,
so that no test passes by an answer that nobody meant. Requests that break Bedrock's rules are refused too, and keep the
answer that was meant for them. Every request is recorded.

As a process of its own (the URL is its first line; it ends when its standard input does)::

    PYTHONPATH=tests python -m fakes.scripted_bedrock --say "Hello there." --seconds-per-delta 0.01
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from fakes.bedrock_rules import KNOWLEDGE_BASE, refusal
from fakes.bedrock_script import (
    Cut,
    Fault,
    Hold,
    HttpError,
    Part,
    Pause,
    Raw,
    Stop,
    Thought,
    Tool,
    Used,
    deltas_of,
    thought_block,
)
from fakes.bedrock_server import POLL_SECONDS, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "Cut",
    "Fault",
    "Hold",
    "HttpError",
    "Part",
    "Pause",
    "Raw",
    "Received",
    "ScriptedBedrock",
    "Stop",
    "Thought",
    "Tool",
    "Used",
    "found",
]

Answer = Any
"""A list of parts for `converse`, a JSON object for `retrieve` and `rerank`, or an `HttpError`."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request. `target` is the model or knowledge base; `refused` is the objection of Bedrock's rules, if any.

    `ended` is set once the answer has been sent, or the other side has hung up before (`hung_up`).
    """

    operation: str
    target: str
    body: dict[str, Any]
    headers: dict[str, str]
    refused: str = ""
    ended: threading.Event = field(default_factory=threading.Event)
    hung_up: threading.Event = field(default_factory=threading.Event)


def found(text: str, *, uri: str = "", score: float = 0.5, **metadata: Any) -> dict[str, Any]:
    """Return a result of Retrieve: a text in S3 (`s3://…`) or on the web."""
    kind, place, member = ("S3", "s3Location", "uri") if uri.startswith("s3:") else ("WEB", "webLocation", "url")
    location = {"location": {"type": kind, place: {member: uri}}} if uri else {}
    return {"content": {"type": "TEXT", "text": text}, "score": score, "metadata": metadata, **location}


class ScriptedBedrock:
    """The server, up from construction to `close()`, on a port of its own."""

    def __init__(
        self,
        *,
        converse: Callable[[Received], Answer] | None = None,
        retrieve: Callable[[Received], Answer] | None = None,
        rerank: Callable[[Received], Answer] | None = None,
        port: int = 0,
    ) -> None:
        """Begin to listen. The callables answer what no script is left for."""
        self.requests: list[Received] = []
        self._first = {"converse": converse, "retrieve": retrieve, "rerank": rerank}
        self._otherwise = dict(self._first)
        self._answers: dict[str, deque[Answer]] = {operation: deque() for operation in self._first}
        self._thoughts: dict[str, list[dict[str, Any]]] = {}
        self._changed = threading.Condition()
        self._server = Server(self, port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close()
        if kind is None and self._server.failures:
            raise self._server.failures[0]

    def close(self) -> None:
        """Hang up on everybody, and end every thread."""
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def connections(self) -> int:
        """Return how many connections were ever made."""
        return self._server.connected

    @property
    def environment(self) -> dict[str, str]:
        """Return what makes any AWS SDK speak to this server, and to it alone."""
        return {
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": self.url,
            "AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def say(
        self,
        text: str | Sequence[str],
        *,
        delta_tokens: int = 1,
        stop: str = "end_turn",
        used: Used | None = None,
        seconds_per_delta: float = 0.0,
    ) -> None:
        """Answer the next question with a text: split into deltas of `delta_tokens`, or in the deltas given."""
        deltas = deltas_of(text, delta_tokens) if isinstance(text, str) else list(text)
        spoken: list[Part] = []
        for delta in deltas:
            spoken += [Pause(seconds_per_delta), delta] if seconds_per_delta else [delta]
        self.script([*spoken, Stop(stop), used or Used(output_tokens=len(deltas) * delta_tokens)])

    def otherwise(self, **callables: Callable[[Received], Answer]) -> None:
        """Let other callables than the constructor's answer what no script is left for; without any, those again."""
        self._otherwise = self._first | callables

    def script(self, parts: Iterable[Part]) -> None:
        """Answer the next question with exactly these parts."""
        self._put("converse", list(parts))

    def fail(
        self,
        code: str,
        message: str = "Something went wrong.",
        *,
        operation: str = "converse",
        times: int = 1,
        **more: Any,
    ) -> None:
        """Refuse the next `times` requests with an error of AWS's; `status`, `fields`: see `HttpError`."""
        for _ in range(times):
            self._put(operation, HttpError(code, message, **more))

    def find(self, *results: dict[str, Any], next_token: str = "") -> None:
        """Answer the next Retrieve with these results; see `found`."""
        self._put("retrieve", {"retrievalResults": list(results), **({"nextToken": next_token} if next_token else {})})

    def rank(self, *ranks: tuple[int, float]) -> None:
        """Answer the next Rerank with these (index, relevance score)."""
        self._put("rerank", {"results": [{"index": index, "relevanceScore": score} for index, score in ranks]})

    def requests_to(self, operation: str) -> list[Received]:
        """Return the requests of one operation: `converse-stream`, `converse`, `retrieve` or `rerank`."""
        return [request for request in self.requests if request.operation == operation]

    def wait_for(self, requests: int, *, operation: str = "", timeout_seconds: float = 10.0) -> list[Received]:
        """Wait until that many requests have come, of this operation if it is given, and return them."""

        def come() -> list[Received]:
            return [request for request in self.requests if operation in {"", request.operation}]

        with self._changed:
            assert self._changed.wait_for(lambda: len(come()) >= requests, timeout_seconds), "no such request"
            return come()

    def _put(self, operation: str, answer: Answer) -> None:
        with self._changed:
            self._answers[operation].append(answer)

    def receive(
        self, operation: str, target: str, body: dict[str, Any], headers: dict[str, str]
    ) -> tuple[Received, Answer]:
        """Record a request and find its answer. The server calls this, from its threads."""
        queue = "converse" if operation == "converse-stream" else operation
        with self._changed:
            objection = refusal(operation, body, self._thoughts)
            if operation == "retrieve" and not KNOWLEDGE_BASE.fullmatch(target):
                objection = (
                    "The value at knowledgeBaseId failed to satisfy constraint: Member must satisfy regular expression"
                )
            request = Received(operation, target, body, headers, objection)
            self.requests.append(request)
            self._changed.notify_all()
            answers = self._answers[queue]
            answer = answers.popleft() if answers and not objection else None
        if objection:
            return request, HttpError("ValidationException", objection)
        if not request.headers.get("authorization", "").startswith(("AWS4-HMAC-SHA256 ", "Bearer ")):
            return request, HttpError("MissingAuthenticationTokenException", "Missing Authentication Token")
        if answer is None and (otherwise := self._otherwise[queue]):
            answer = otherwise(request)
        if answer is None:
            answer = HttpError("ValidationException", "scripted Bedrock: no answer is scripted for this request")
        if queue == "converse" and not isinstance(answer, HttpError):
            self._remember_thoughts(answer)
        return request, answer

    def _remember_thoughts(self, script: list[Part]) -> None:
        thoughts = [thought_block(part) for part in script if isinstance(part, Thought)]
        if thoughts:
            self._thoughts |= {part.id: thoughts for part in script if isinstance(part, Tool)}


def main() -> None:
    """Answer every question with the same text, until standard input ends."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("--say", default="Hello.", metavar="TEXT")
    options.add_argument("--repeat", type=int, default=1, metavar="N", help="say the text N times over")
    options.add_argument("--delta-tokens", type=int, default=1, metavar="N")
    options.add_argument("--seconds-per-delta", type=float, default=0.0, metavar="SECONDS")
    options.add_argument("--port", type=int, default=0)
    chosen = options.parse_args()
    deltas = deltas_of(chosen.say * chosen.repeat, chosen.delta_tokens)
    pause: list[Part] = [Pause(chosen.seconds_per_delta)] if chosen.seconds_per_delta else []
    script: list[Part] = [part for delta in deltas for part in (*pause, delta)]
    with ScriptedBedrock(
        port=chosen.port,
        converse=lambda _: [*script, Stop(), Used(output_tokens=len(deltas) * chosen.delta_tokens)],
        retrieve=lambda _: {"retrievalResults": []},
    ) as bedrock:
        sys.stdout.write(f"{bedrock.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
