"""`vera redrive`: what failed for good is answered after all.

The invariant: a message leaves the queue only when somebody else has what it holds (Lambda accepted it) or its turn has
ended well; everything else is left, and said so by its ids. A turn that was answered meanwhile is done quietly: the
ledger knows. `tests/unit/test_redrive.py` runs it over the wire; nothing that anybody wrote is printed.
"""

from __future__ import annotations

import math
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from vera.assistant.journal import NullJournal, TurnDropped, TurnEnded, TurnHandedOn, named
from vera.aws.clients import Clients
from vera.aws.dead_letters import DeadLetters, region_of, sqs_client
from vera.aws.relay import hand_on, lambda_client
from vera.errors import HandOnFailed, SettingsError, VeraError
from vera.receiver.ids import turn_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_bolt import App

    from vera.app import Vera
    from vera.assistant.journal import Event
    from vera.aws.dead_letters import DeadLetter

__all__ = ["Wishes", "run"]

_HERE_SECONDS = 900.0
"""How long one answer may take in this process before it goes on with the next leg."""

_WAIT_SECONDS = 2

# What Lambda says of this one message; of anything else the next one would only hear again.
_OF_THE_MESSAGE: Final = frozenset({"InvalidRequestContentException", "RequestTooLargeException"})
_AGES = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command was told: `queue` is a URL or a name; without a `function`, answers are made in this process."""

    queue: str
    function: str = ""
    dry_run: bool = False
    most: float = math.inf


class _Left(Exception):
    """This message stays in the queue; the text says why, for the operator."""


class _Delivery(Protocol):
    """Who takes the events. `would` says so beforehand; `pace` is for the queue: how many at once, for how long."""

    would: str
    pace: Mapping[str, int]

    def __call__(self, event: dict[str, Any]) -> str:
        """Take an event over and return what became of it. Raises `_Left`; any other error ends the run."""
        ...


def _vera(ending: _Ending) -> Vera:
    from vera.app import Vera  # noqa: PLC0415 - where there is a worker, that is she

    return Vera(journal=ending)


def run(
    wishes: Wishes,
    *,
    say: Callable[[str], None],
    vera: Callable[[_Ending], Vera] = _vera,
    clients: Clients | None = None,
    clock: Callable[[], float] = time.time,
    wait_seconds: int = _WAIT_SECONDS,
) -> None:
    """Go through the queue, and `say` a line about each message.

    `vera` makes the one who answers in this process. Raises `VeraError` where something was left in the queue, or
    where the run could not go on.
    """
    clients, region = clients or Clients(), region_of(wishes.queue)
    taken = left = 0
    with ExitStack() as opened:
        sqs = opened.enter_context(closing(sqs_client(clients, region=region)))
        queue = opened.enter_context(DeadLetters(sqs, wishes.queue, wait_seconds=wait_seconds))
        delivery: _Delivery = _Here(vera, clock, opened)
        if function := wishes.function:
            invoking = lambda_client(clients, region=_region_of_function(function) or region)
            delivery = _ToWorker(opened.enter_context(closing(invoking)), function)
        pace = {} if wishes.dry_run else delivery.pace
        for letter in queue.take(most=wishes.most, **pace):
            taken += 1
            event = None
            try:
                event = _event_of(letter)
                done = delivery.would if wishes.dry_run else delivery(event)
            except _Left as why:
                left += 1
                say(_line(letter, event, clock(), f"left: {why}"))
                continue
            say(_line(letter, event, clock(), done))
            if not wishes.dry_run:
                queue.delete(letter)
    if not taken:
        say("There is nothing in the queue.")
    if left:
        raise VeraError(f"{left:,} of {taken:,} messages were left in the queue.")


class _ToWorker:
    """Hands events to the worker function."""

    pace: Mapping[str, int] = {}  # the queue's own

    def __init__(self, client: Any, function: str) -> None:
        self._client, self._function = client, function
        self.would = f"would be handed to {self._function}"

    def __call__(self, event: dict[str, Any]) -> str:
        try:
            hand_on(self._client, self._function, {**event, "redrive": True})
        except HandOnFailed as failed:
            if failed.code in _OF_THE_MESSAGE:
                raise _Left(str(failed)) from failed
            raise
        return f"handed to {self._function}"


class _Here:
    """Answers in this process, by the settings of its environment."""

    would = "would be answered here"
    pace: Mapping[str, int] = {"at_once": 1, "hidden_seconds": 3_600}  # several legs of one answer

    def __init__(self, vera: Callable[[_Ending], Vera], clock: Callable[[], float], opened: ExitStack) -> None:
        self._clock, self._ending, self._opened = clock, _Ending(), opened
        self._make = vera
        self._app: App | None = None

    def __call__(self, event: dict[str, Any]) -> str:
        app = self._app = self._app or self._opened.enter_context(self._make(self._ending)).bolt_app()
        try:
            self._answer(app, event["payload"])
        except SettingsError:
            raise  # the next message would only hear it again
        except Exception as error:
            raise _Left(named(error)) from error
        return self._ending.said

    def _answer(self, app: App, payload: dict[str, Any]) -> None:
        from vera.app import Attempt  # noqa: PLC0415 - as above
        from vera.slack.app import dispatch  # noqa: PLC0415 - as above

        while True:
            self._ending.last = None
            dispatch(app, payload, attempt=Attempt(self._clock() + _HERE_SECONDS, reopen=True))
            if not isinstance(self._ending.last, TurnHandedOn):
                return


class _Ending(NullJournal):
    """Hears how a turn ended."""

    last: Event | None = None

    def record(self, turn_key: str, event: Event) -> None:
        if isinstance(event, TurnEnded | TurnDropped | TurnHandedOn):
            self.last = event

    @property
    def said(self) -> str:
        """What became of it. Raises `_Left` where that is no good end."""
        match self.last:
            case TurnEnded(outcome="failed", error=error):
                raise _Left(f"failed again: {error}")
            case TurnEnded(outcome=outcome):
                return outcome
            case TurnDropped(reason="answered"):
                return "was answered before"
            case TurnDropped():
                raise _Left("another worker has it")
        return "nothing to answer"


def _event_of(letter: DeadLetter) -> dict[str, Any]:
    try:
        return letter.event()
    except ValueError as wrong:
        raise _Left(str(wrong)) from None


def _line(letter: DeadLetter, event: dict[str, Any] | None, now: float, done: str) -> str:
    """Say it in one line: whose turn, how long ago it was given up, what was done. Ids, no words."""
    key = turn_ids(event["kind"], event["payload"])["correlation_id"] if event else None
    line = f"{key or f'message {letter.id}'}  {_age(now - letter.sent_at)}  {done}"
    return "".join(each if each.isprintable() else "?" for each in line)  # what is in a queue may be anybody's


def _age(seconds: float) -> str:
    """Return how long ago that is, to one unit."""
    return next((f"{int(seconds // unit)} {name}" for unit, name in _AGES if seconds >= unit), "0 s")


def _region_of_function(function: str) -> str:
    """Return the region that a function's ARN names, or an empty string."""
    parts = function.split(":")
    return parts[3] if parts[:1] == ["arn"] and len(parts) > 3 else ""  # noqa: PLR2004 - arn:partition:lambda:region
