"""Vera as she is deployed: receiver and worker in processes of their own, between a playground and a scripted Bedrock.

In a test::

    question = vera.ask("When do we open?")      # Ada mentions Vera in a channel that nobody used before
    vera.settle()
    [reply] = vera.replies(question)

`shifted` has the worker run on a clock that the test puts forward (`vera.retry()`). Naps cost no time there, so
Slack has no rate limits but scripted ones; and where a worker naps, ask in direct messages: in a channel, the paired
event's worker would go by a clock without these naps. Such a worker also takes `vera.order(…)`: where to die.
"""

from __future__ import annotations

import itertools
import json
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from fakes import shifted_orders, shifted_time
from fakes.scripted_bedrock import Received, ScriptedBedrock
from vera.assistant.conversation import FOOTER
from vera.playground.host import Playground
from vera.playground.slack.limits import RateLimits
from vera.slack.mark import unmarked
from vera.slack.own import part_standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vera.playground.lambdas.functions import DeadLetter
    from vera.playground.slack.values import Call

__all__ = ["Deployment", "Question"]

MODEL = "eu.anthropic.scripted-v1:0"
_TESTS = Path(__file__).parents[1]
_RECEIVER = "vera.receiver:handler"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a person said to Vera. `channel` is an id."""

    channel: str
    ts: str
    root: str
    text: str

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.ts}"


@dataclass(frozen=True, slots=True)
class _Counts:
    """How much had happened when Vera last rested; a call's own number, since the oldest are forgotten."""

    requests: int
    invocations: int
    dead_letters: int
    calls: int


class Deployment:
    """Up from construction to `close()`. `environment` is the worker's beside what every worker here has."""

    def __init__(
        self,
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        receiver_environment: Mapping[str, str] | None = None,
        bedrock: ScriptedBedrock | None = None,
        shifted: bool = False,
        **playground: Any,
    ) -> None:
        with ExitStack() as own:
            self.bedrock = own.enter_context(bedrock or ScriptedBedrock(retrieve=lambda _: {"retrievalResults": []}))
            clock = shifted_time.ShiftedClock(folder / "clock")
            own.callback(clock.close)
            self.time = shifted_time.ShiftedTime(clock)
            own.callback(self.time.close)
            measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
            found = measured | {"PYTHONPATH": str(_TESTS)}
            workers = {
                "VERA_MODEL_ID": MODEL,
                "VERA_DATABASE": str(folder / "vera.sqlite3"),
                shifted_time.VARIABLE: str(folder / "clock"),
                shifted_orders.VARIABLE: str(folder / "orders"),
            }
            self.playground = Playground(
                environment=found | self.bedrock.environment | workers | (environment or {}),
                receiver_environment=found | (receiver_environment or {}),
                handlers=(_RECEIVER, "fakes.shifted_worker:handler" if shifted else "vera.worker:handler"),
                time=self.time if shifted else None,
                **playground,
            )
            own.enter_context(self.playground)
            self._own = own.pop_all()
        self.streaming = (environment or {}).get("VERA_STREAMING", "edit")
        self._orders = folder / "orders"
        self._shifted = shifted
        self._numbers = itertools.count(1)
        self.workspace, self.functions = self.playground.workspace, self.playground.functions
        self.delivery = self.playground.delivery
        self.delivery.timeout_seconds = 30.0  # a busy machine is no reason for Slack to send anything again
        self._begin_anew()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything; what is still under way is killed."""
        self._own.close()

    def rest(self) -> None:
        """Let an hour pass in which nothing is asked: every budget is full, all is forgotten, nothing goes wrong."""
        self.pass_seconds(3_600.0)
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.workspace.faults.clear()
        self.workspace.limits = RateLimits(enabled=not self._shifted)
        self.bedrock.otherwise()
        self._orders.unlink(missing_ok=True)
        self._before = _Counts(
            requests=len(self.bedrock.requests),
            invocations=len(self.functions.invocations),
            dead_letters=len(self.functions.dead_letters),
            calls=max((call.number for call in self.workspace.calls), default=0),
        )

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass for a shifted worker, and what is due by then happen."""
        self.time.forward(seconds)

    def retry(self) -> None:
        """Wait until Lambda is going to try again, and let the time come."""
        self.functions.wait_for(lambda functions: functions.retries("worker"))
        [retry] = self.functions.retries("worker")
        self.pass_seconds(max(0.0, retry.at - self.workspace.now()) + 1.0)

    def order(self, **orders: Any) -> None:
        """Tell a shifted worker what to do from its next invocation on: see `Orders`."""
        shifted_orders.Orders(**orders).write(self._orders)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is under way, and nothing left that was scripted for it."""
        return self.delivery.idle and self.functions.idle and not any(self.bedrock._answers.values())

    # Asking

    def channel(self, *members: str) -> str:
        """Open a channel that nobody used before, and return its id."""
        name = f"room-{next(self._numbers)}"
        return self.workspace.add_channel(name, members=["vera", *(members or ("ada", "grace"))]).id

    def person(self, **fields: Any) -> str:
        """Let somebody in who was never here, and return their name."""
        return self.workspace.add_person(f"person{next(self._numbers)}", **fields).name

    def ask(self, text: str, *, who: str = "ada", where: str = "", root: str = "") -> Question:
        """Mention Vera: in a channel of its own unless told where."""
        channel = where or self.channel()
        ts = self.workspace.say(who, channel, f"<@{self.workspace.bot.id}> {text}", thread_ts=root or None)
        return Question(self.workspace.channel(channel).id, ts, root or ts, text)

    def whisper(self, text: str, *, who: str = "", root: str = "") -> Question:
        """Write Vera a direct message: as somebody who never did, unless told who."""
        who = who or self.person()
        channel = self.workspace.direct_message(who).id
        ts = self.workspace.say(who, channel, text, thread_ts=root or None)
        return Question(channel, ts, root or ts, text)

    def settle(self) -> None:
        """Return once everything that was said was delivered and worked off."""
        self.playground.settle(timeout_seconds=30.0)

    # What came of it

    def replies(self, question: Question) -> list[dict[str, Any]]:
        """Return the messages of Vera's that answer this question, as they are now: metadata say so, or a mark."""
        own = [one for one in self.workspace.thread(question.channel, question.root) if one.get("bot_id")]
        return [one for one in own if part_standing(one, question.key) is not None]

    def answers(self, question: Question) -> list[str]:
        """Return what these messages say, without what is under it."""
        return [unmarked(one["text"]).partition(FOOTER)[0].strip() for one in self.replies(question)]

    def footer(self, question: Question) -> str:
        """Return what stands under the answer."""
        return str(self.replies(question)[-1]["text"].partition(FOOTER)[2]).strip()

    def said(self, question: Question) -> list[dict[str, Any]]:
        """Return all that Vera has said in the question's thread, whatever its metadata say."""
        return [one for one in self.workspace.thread(question.channel, question.root) if one.get("bot_id")]

    def texts(self, question: Question, part: int = 0) -> list[str]:
        """Return every version that a reply's message had, oldest first."""
        ts = self.replies(question)[part]["ts"]
        versions = self.workspace.versions(question.channel, ts)
        return [unmarked(version.message["text"]) for version in versions if version.message]

    def wait_for_text(self, question: Question, part: str) -> str:
        """Wait until a reply shows this, and return its ts."""
        return str(self.workspace.wait_for(lambda _: self._showing(question, part)))

    def watch_for_text(self, question: Question, part: str) -> str:
        """Do the same on a clock of one's own: a second passes at each look."""
        while True:
            with suppress(TimeoutError):
                return str(self.workspace.wait_for(lambda _: self._showing(question, part), timeout_seconds=0.03))
            self.pass_seconds(1.0)

    def _showing(self, question: Question, part: str) -> str:
        return next((one["ts"] for one in self.said(question) if part in one["text"]), "")

    @property
    def requests(self) -> list[Received]:
        """Return what the model was asked since the last rest."""
        return [one for one in self.bedrock.requests[self._before.requests :] if one.operation == "converse-stream"]

    def wait_for_requests(self, count: int) -> None:
        """Wait until the model was asked so often since the last rest."""
        before = [one for one in self.bedrock.requests[: self._before.requests] if one.operation == "converse-stream"]
        self.bedrock.wait_for(len(before) + count, operation="converse-stream")

    @property
    def attempts(self) -> list[str]:
        """Return how each of the worker's invocations since the last rest ended, in their order."""
        done = self.functions.invocations[self._before.invocations :]
        return [one.status for one in done if one.function == "worker"]

    @property
    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Return what was given up since the last rest."""
        return self.functions.dead_letters[self._before.dead_letters :]

    def events(self, question: Question, name: str) -> list[dict[str, Any]]:
        """Return what the worker's journal tells of this question under this name."""
        return [line for line in self.log("worker", question) if line["message"] == name]

    def calls(self, method: str = "", question: Question | None = None) -> list[Call]:
        """Return Vera's calls since the last rest: of this method, to the question's channel, where these are given."""
        return [
            one
            for one in self.workspace.calls
            if one.number > self._before.calls
            and method in {"", one.method}
            and (question is None or one.arguments.get("channel") == question.channel)
        ]

    def log(self, function: str, question: Question) -> list[dict[str, Any]]:
        """Return a function's log lines about this question."""
        parsed = [json.loads(line) for line in self.functions.log(function) if line.startswith("{")]
        return [line for line in parsed if line.get("ts") == question.ts]

    def wait_for_log(self, function: str, question: Question, message: str) -> dict[str, Any]:
        """Wait for a line about this question, and return it."""
        found: list[dict[str, Any]] = []

        def logged(_: object) -> bool:
            found[:] = [line for line in self.log(function, question) if line["message"] == message]
            return bool(found)

        self.functions.wait_for(logged)
        return found[0]


def payload_of(message: dict[str, Any]) -> dict[str, Any]:
    """Return what a message's metadata hold."""
    return dict(message.get("metadata", {}).get("event_payload", {}))
