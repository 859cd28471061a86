"""Vera herself: what she does with the ports that the settings are wired to. The library's face.

`tests/unit/test_app.py` holds her to what she promises, on fakes; `tests/e2e/` over the wire.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vera.assistant.budget import Budget
from vera.assistant.conversation import FOOTER
from vera.assistant.deadline import Time
from vera.assistant.journal import TurnDropped, TurnRaised, named
from vera.assistant.limits import Admission
from vera.assistant.turn import answer
from vera.errors import LeaseLost, SettingsError, SurfaceRefused, TurnTaken
from vera.wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from slack_bolt import App

    from vera.assistant.conversation import ThreadReader, Turn
    from vera.assistant.journal import Journal
    from vera.assistant.knowledge import KnowledgeBase, Reranker
    from vera.assistant.ledger import Ledger
    from vera.assistant.model import ChatModel
    from vera.assistant.reply import MessageState, MessageSurface
    from vera.assistant.tools import Tool
    from vera.assistant.turn import Outcome
    from vera.local.thread import LocalThread

__all__ = ["Answer", "Vera"]

_TOKEN_REFUSED = {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}

_LAST_MOMENT_SECONDS = 0.5
"""What is left of an invocation when no call to Slack is waited for any more: to say so, and to hand on."""

_INVOCATION_SECONDS = 900.0
"""How long a turn may take where no Lambda says so (`vera socket`): as long as a Lambda at its most."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What `Vera.ask` returns: the answer as Markdown, and under it notes and sources, if any."""

    text: str
    footer: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Attempt:
    """One invocation that answers: it ends at `deadline`, by Vera's clock, and `go_on(leg)` asks for a fresh one then.

    `reopen` answers what has failed for good, too.
    """

    deadline: float
    go_on: Callable[[int], None] | None = lambda _leg: None
    reopen: bool = False


class Vera(Wiring):
    """An assistant, set up: she is her own `Ports`."""

    def bolt_app(self, *, process_before_response: bool = True) -> App:
        """Make the Bolt app that answers; add listeners of your own to it. Raises `SettingsError` without a token.

        `process_before_response` is Bolt's: whether a request is answered when the work is done, as in a Lambda, or at
        once, with the work in a thread.
        """
        from vera.slack.app import bolt_app  # noqa: PLC0415 - Slack is for those who speak to it

        return bolt_app(
            self._slack,
            self.answer,
            ask_stop=self._ask_stop,
            bot=self._bot,
            signing_secret=self._credentials.get().signing_secret,
            process_before_response=process_before_response,
        )

    @contextmanager
    def socket(self) -> Iterator[App]:
        """Answer by Socket Mode while the block runs: for development.

        Raises `SettingsError` without an app token, or where Slack refuses one; `SurfaceUnavailable` without Slack.
        """
        from slack_bolt.adapter.socket_mode import SocketModeHandler  # noqa: PLC0415 - only here

        from vera.slack.web import ask  # noqa: PLC0415 - as above

        if not self.settings.slack_app_token:
            raise SettingsError("Socket Mode needs SLACK_APP_TOKEN: make an app-level token with connections:write.")
        app = self.bolt_app(process_before_response=False)
        try:  # beforehand: slack_sdk would end in a traceback, or listen with a token that cannot answer
            ask(self._slack.auth_test)
            ask(self._slack.apps_connections_open, app_token=self.settings.slack_app_token)
        except SurfaceRefused as refusal:
            raise SettingsError(f"Slack refuses SLACK_BOT_TOKEN or SLACK_APP_TOKEN ({refusal}).") from None
        handler = SocketModeHandler(app, self.settings.slack_app_token)
        handler.connect()  # type: ignore[no-untyped-call]
        try:
            yield app
        finally:
            handler.close()  # type: ignore[no-untyped-call]

    def lambda_handler(self) -> Callable[[Any, Any], dict[str, Any]]:
        """Make the worker's handler: it takes what the receiver hands over, and records about what failed for good."""
        from vera.aws.handover import Failure, parse  # noqa: PLC0415 - only a Lambda needs it
        from vera.slack.app import dispatch  # noqa: PLC0415 - as above
        from vera.slack.payloads import turn_of  # noqa: PLC0415 - as above

        app = self.bolt_app()

        def handler(event: Any, context: Any) -> dict[str, Any]:
            deadline = self._clock() + context.get_remaining_time_in_millis() / 1000
            what = parse(event)
            if isinstance(what, Failure):
                if what.of.kind == "event" and (turn := turn_of(what.of.payload)):  # others have no message to say so
                    self.tell_failure(turn, deadline, condition=what.condition)
                return {}
            attempt = Attempt(deadline, self._going_on(event, context), reopen=what.redrive)
            try:
                dispatch(app, what.payload, attempt=attempt)
            except SurfaceRefused as refusal:  # also of `auth.test`, which is asked before there is a turn
                self._look_for_a_newer_token(refusal)
                raise
            return {}

        return handler

    def answer(self, turn: Turn, attempt: Attempt | None = None) -> None:
        """Answer one question in Slack, unless another worker does. Raises where a later attempt may do better.

        Without an `attempt`, as where no Lambda ends it, it takes as long as it takes.
        """
        with self._unless_taken(turn):
            while self._answer(turn, attempt or Attempt(self._clock() + _INVOCATION_SECONDS)) == "handed_on":
                if attempt:
                    return

    def _answer(self, turn: Turn, attempt: Attempt) -> Outcome:
        from vera.slack.client import no_call_outlasts  # noqa: PLC0415 - Slack is for those who speak to it

        with no_call_outlasts(attempt.deadline - self._clock() - _LAST_MOMENT_SECONDS):
            return answer(
                turn,
                self,
                self._manner,
                self._time(attempt.deadline, within=no_call_outlasts),
                owner=_owner(),
                admit=self._admit,
                go_on=attempt.go_on,
                reopen=attempt.reopen,
            )

    def _going_on(self, event: Any, context: Any) -> Callable[[int], None]:
        """Return how a fresh invocation of this function is asked for."""

        def go_on(leg: int) -> None:
            from vera.aws.relay import SelfInvoke  # noqa: PLC0415 - few answers outlive their invocation

            SelfInvoke(self._lambda_client, context.invoked_function_arn)(event, leg)

        return go_on

    def tell_failure(self, turn: Turn, deadline: float | None = None, *, condition: str) -> None:
        """Say in the turn's message that every attempt has failed, unless it was answered after all."""
        from vera.assistant.failure import tell_failure  # noqa: PLC0415 - rarely needed

        with self._unless_taken(turn):
            tell_failure(turn, self, self._manner, self._time(deadline), owner=_owner(), condition=condition)

    def ask(
        self,
        text: str,
        *,
        said: Sequence[str] = (),
        show: Callable[[str, MessageState], None] = lambda _text, _state: None,
        timezone: str = "",
    ) -> Answer:
        """Answer a question without Slack.

        `said` is what was said before: questions and answers in turns. `show(markdown, state)` sees each version of the
        answer while it grows, maybe from another thread, one at a time. Failures are told in the answer's footer.
        """
        from vera.local.thread import LocalThread  # noqa: PLC0415 - only needed here

        thread = LocalThread(text, said=said, show=show, timezone=timezone)
        local = _OnScreen(self, thread, self._clock)
        try:
            outcome = answer(
                thread.turn, local, self._manner, self._time(None), owner=_owner(), admit=lambda _turn: None
            )
        finally:
            local.close()
        body, _, footer = thread.text.partition(FOOTER)
        return Answer(body.strip(), footer.strip(), outcome)

    def _ask_stop(self, turn_key: str) -> bool:
        return self.ledger.ask_stop(turn_key)

    def _time(
        self, deadline: float | None, *, within: Callable[[float], AbstractContextManager[object]] = nullcontext
    ) -> Time:
        seconds = _INVOCATION_SECONDS if deadline is None else deadline - self._clock()
        return Time.of_invocation(
            seconds, clock=self._clock, sleep=self._sleep, now=lambda: datetime.now(UTC), within=within
        )

    def _admit(self, turn: Turn) -> None:
        settings = self.settings
        Admission(
            channels=frozenset(settings.allowed_channels),
            users=frozenset(settings.allowed_users),
            external_allowed=settings.external_users == "allow",
        ).check(turn, self._is_external)

    def _is_external(self, turn: Turn) -> bool:
        return self._people.is_external(turn)

    @contextmanager
    def _unless_taken(self, turn: Turn) -> Iterator[None]:
        """Let a turn go that somebody else has: that is how duplicates end. What is raised is in the journal."""
        try:
            yield
        except TurnTaken as taken:
            self.journal.record(turn.key, TurnDropped("answered" if taken.done else "busy"))
        except LeaseLost:
            self.journal.record(turn.key, TurnDropped("lost"))
        except Exception as error:
            self.journal.record(turn.key, TurnRaised(named(error)))
            self._look_for_a_newer_token(error)
            raise

    def _look_for_a_newer_token(self, error: Exception) -> None:
        """Where Slack has refused the token, it may have been rotated: then the next attempt has the new one."""
        if isinstance(error, SurfaceRefused) and error.code in _TOKEN_REFUSED:
            self._slack.token = self._credentials.refresh().bot_token


class _OnScreen:
    """The ports of one question asked without Slack: a thread in memory, a ledger that ends with it, edits for free."""

    def __init__(self, vera: Vera, thread: LocalThread, clock: Callable[[], float]) -> None:
        from vera.storage.sqlite import Database, SQLiteLedger  # noqa: PLC0415 - only needed here

        self._vera = vera
        self._database = Database(":memory:")
        self.ledger: Ledger = SQLiteLedger(self._database, clock=clock)
        self.surface: MessageSurface = thread
        self.threads: ThreadReader = thread
        self.streams: MessageSurface | None = None
        self.budget = Budget()
        self.tools: Sequence[Tool] = vera.tools

    @property
    def knowledge(self) -> Sequence[KnowledgeBase]:
        return self._vera.knowledge

    @property
    def reranker(self) -> Reranker | None:
        return self._vera.reranker

    @property
    def model(self) -> ChatModel:
        return self._vera.model

    @property
    def journal(self) -> Journal:
        return self._vera.journal

    def close(self) -> None:
        self._database.close()


def _owner() -> str:
    """Name one invocation. Lambda's request id won't do: it stays the same when an invocation is retried."""
    return os.urandom(8).hex()
