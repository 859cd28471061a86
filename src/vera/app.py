"""Vera itself: settings wired to ports. The library's face, and the one place that decides which adapter serves.

Everything is made when it is first asked for, so that a status message waits for the ledger and Slack alone;
`tests/unit/test_cold_start.py` proves what is not imported before it stands.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar, overload

from vera.assistant.conversation import FOOTER
from vera.assistant.deadline import Time
from vera.assistant.journal import NullJournal, TurnDropped, TurnRaised, named
from vera.assistant.limits import Admission
from vera.assistant.pacing import EditBudget
from vera.assistant.turn import Manner, answer
from vera.errors import LeaseLost, SettingsError, SurfaceRefused, TurnTaken
from vera.settings import EMBEDDED, FOLDER, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Self

    from slack_bolt import App
    from slack_sdk import WebClient

    from vera.assistant.conversation import ThreadReader, Turn
    from vera.assistant.journal import Journal
    from vera.assistant.knowledge import KnowledgeBase, Reranker
    from vera.assistant.ledger import Ledger
    from vera.assistant.model import ChatModel
    from vera.assistant.reply import MessageState, MessageSurface
    from vera.assistant.tools import Tool
    from vera.assistant.turn import Outcome
    from vera.aws.clients import Clients
    from vera.aws.secrets import CredentialSource
    from vera.local.thread import LocalThread
    from vera.slack.bot import Bot
    from vera.slack.people import People

__all__ = ["Answer", "Vera"]

Made = TypeVar("Made")

_TOKEN_REFUSED = {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}

_MODEL_SILENCE_SECONDS = 60.0
"""How long a model may say nothing, thinking included, before it is asked again."""

_CLOCK_TOOL = "current_time"

_EMBEDDED_PACE_SECONDS = 0.012
"""How long the embedded model takes for a token: about as long as a language model, so that people see it stream."""

_INVOCATION_SECONDS = 900.0
"""How long a turn may take where no Lambda says so (`vera socket`): as long as a Lambda at its most."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What `Vera.ask` returns: the answer as Markdown, and under it notes and sources, if any."""

    text: str
    footer: str
    outcome: Outcome


class _once(cached_property[Made]):  # noqa: N801 - it stands where `cached_property` would
    """What threads that ask at the same time get one of: since Python 3.12, `cached_property` may make several."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Made: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | Made:
        if not isinstance(instance, Vera):
            return self
        with instance._making:  # noqa: SLF001 - Vera's own
            return super().__get__(instance, owner)


class Vera:
    """An assistant, set up.

    It is its own `Ports`: each is made from the settings when it is first asked for, unless one was passed in. What it
    opened on this machine stays open until `close`, or the end of a `with` block; a process that ends needs neither.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        tools: Sequence[Tool] = (),
        ledger: Ledger | None = None,
        model: ChatModel | None = None,
        knowledge: Sequence[KnowledgeBase] | None = None,
        reranker: Reranker | None = None,
        journal: Journal | None = None,
        surface: MessageSurface | None = None,
        threads: ThreadReader | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Set up from `settings`, by default those of the environment. Raises `SettingsError`.

        `tools` are offered to the model beside those built in. Ports that are passed in stand for those that the
        settings would make.
        """
        self.settings = settings or Settings.from_environment(os.environ)
        self._added_tools = tools
        names = [_CLOCK_TOOL, *(tool.name for tool in tools)]
        if twice := {name for name in names if names.count(name) > 1}:
            raise SettingsError(f"There are two tools called {', '.join(sorted(twice))}.")
        self.budget = EditBudget()
        self._clock, self._sleep = clock, sleep
        self._making = RLock()
        self._opened = ExitStack()
        given = {
            "ledger": ledger,
            "model": model,
            "knowledge": knowledge,
            "reranker": reranker,
            "journal": journal,
            "surface": surface,
            "threads": threads,
        }
        vars(self).update({name: port for name, port in given.items() if port is not None})

    def __enter__(self) -> Self:
        """Use Vera as a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what she opened."""
        self.close()

    def close(self) -> None:
        """Close the files that Vera opened: database and indexes. Ports that were passed in are their owner's."""
        self._opened.close()

    def bolt_app(self, *, process_before_response: bool = True) -> App:
        """Make the Bolt app that answers; add listeners of your own to it. Raises `SettingsError` without a token.

        `process_before_response` is Bolt's: whether a request is answered when the work is done, as in a Lambda, or at
        once, with the work in a thread.
        """
        from vera.slack.app import bolt_app  # noqa: PLC0415 - Slack is for those who speak to it

        return bolt_app(
            self._slack,
            self.answer,
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
            if not isinstance(what, Failure):
                dispatch(app, what.payload, deadline=deadline)
            elif what.of.kind == "event" and (turn := turn_of(what.of.payload)):  # others have no message to say it in
                self.tell_failure(turn, deadline)
            return {}

        return handler

    def answer(self, turn: Turn, deadline: float | None = None) -> None:
        """Answer one question in Slack, unless another worker does. Raises where a later attempt may do better.

        `deadline` is when, by `clock`, the invocation ends.
        """
        with self._unless_taken(turn):
            answer(turn, self, self._manner, self._time(deadline), owner=_owner(), admit=self._admit)

    def tell_failure(self, turn: Turn, deadline: float | None = None) -> None:
        """Say in the turn's message that every attempt has failed, unless it was answered after all."""
        from vera.assistant.failure import tell_failure  # noqa: PLC0415 - rarely needed

        with self._unless_taken(turn):
            tell_failure(turn, self, self._manner, self._time(deadline), owner=_owner())

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

    @_once
    def ledger(self) -> Ledger:
        """The table, or the database on this machine."""
        if self.settings.table:
            from vera.storage.dynamodb import DynamoDBLedger  # noqa: PLC0415 - one of two

            return DynamoDBLedger(self._clients.create("dynamodb"), self.settings.table, clock=self._clock)
        from vera.storage.sqlite import Database, SQLiteLedger  # noqa: PLC0415 - the other

        return SQLiteLedger(self._opened.enter_context(Database(self.settings.database)), clock=self._clock)

    @_once
    def surface(self) -> MessageSurface:
        """Slack's messages."""
        from vera.slack.surface import SlackSurface  # noqa: PLC0415 - for those who speak to Slack

        return SlackSurface(self._slack, bot=self._bot)

    @_once
    def threads(self) -> ThreadReader:
        """Slack's threads."""
        from vera.slack.thread import SlackThreads  # noqa: PLC0415 - after the status message

        return SlackThreads(self._slack, self._people, bot=self._bot, name=self.settings.bot_name, sleep=self._sleep)

    @_once
    def model(self) -> ChatModel:
        """Bedrock, or the embedded default."""
        if self.settings.model_id == EMBEDDED:
            from vera.local.model import PassageModel  # noqa: PLC0415 - one of two

            return PassageModel(delay_seconds_per_token=_EMBEDDED_PACE_SECONDS, sleep=self._sleep)
        from vera.bedrock.converse import ConverseModel, Guardrail  # noqa: PLC0415 - the other

        guardrail = None
        if self.settings.guardrail_id:
            guardrail = Guardrail(self.settings.guardrail_id, self.settings.guardrail_version)

        def client(seconds: float, attempts: int) -> Any:
            connect_seconds = min(5.0, seconds)
            return self._clients.create(
                "bedrock-runtime",
                connect_timeout_seconds=connect_seconds,
                read_timeout_seconds=seconds,
                attempts=attempts,
            )

        return ConverseModel(
            client(_MODEL_SILENCE_SECONDS, 3),
            self.settings.model_id,
            guardrail=guardrail,
            hurried=lambda seconds: client(seconds, 1),
        )

    @_once
    def knowledge(self) -> Sequence[KnowledgeBase]:
        """The knowledge bases named in the settings, Bedrock's and folders."""
        return [self._knowledge_base(each) for each in self.settings.knowledge_base_ids]

    @_once
    def reranker(self) -> Reranker | None:
        """Bedrock's reranker, where one is set."""
        if not self.settings.rerank_model_id:
            return None
        from vera.bedrock.rerank import BedrockReranker  # noqa: PLC0415

        return BedrockReranker(self._agent_runtime, self.settings.rerank_model_id)

    @_once
    def tools(self) -> Sequence[Tool]:
        """What the model may do: what is built in, and what was passed in."""
        from vera.assistant.tools import current_time  # noqa: PLC0415 - after the status message

        return (current_time, *self._added_tools)

    @_once
    def journal(self) -> Journal:
        """Nobody, unless one was passed in: what is logged, and where to, is for whoever runs Vera to say."""
        return NullJournal()

    @_once
    def _manner(self) -> Manner:
        settings = self.settings
        return Manner(
            bot_name=settings.bot_name,
            system_prompt=settings.system_prompt,
            max_output_tokens=settings.max_output_tokens,
            context_tokens=settings.context_tokens,
            edit_every_tokens=settings.edit_every_tokens,
            keep_passages=settings.rerank_results,
            max_tool_rounds=settings.max_tool_rounds,
        )

    @_once
    def _credentials(self) -> CredentialSource:
        from vera.aws.secrets import DirectCredentials, SecretCredentials, SlackCredentials  # noqa: PLC0415

        settings = self.settings
        if settings.slack_bot_token:
            return DirectCredentials(SlackCredentials(settings.slack_bot_token, settings.slack_signing_secret))
        if not settings.slack_secret_id:
            raise SettingsError("Vera needs a token for Slack: set SLACK_BOT_TOKEN, or VERA_SLACK_SECRET_ID.")
        return SecretCredentials(self._clients.create("secretsmanager"), settings.slack_secret_id, clock=self._clock)

    @_once
    def _slack(self) -> WebClient:
        from vera.slack.web import web_client  # noqa: PLC0415 - for those who speak to Slack

        return web_client(self._credentials.get().bot_token, base_url=self.settings.slack_api_url)

    @_once
    def _bot(self) -> Bot:
        from vera.slack.bot import Bot  # noqa: PLC0415 - as above

        return Bot(self._slack)

    @_once
    def _people(self) -> People:
        from vera.slack.people import People  # noqa: PLC0415 - after the status message

        return People(self._slack)

    @_once
    def _clients(self) -> Clients:
        from vera.aws.clients import Clients  # noqa: PLC0415 - only where AWS is spoken to

        return Clients()

    @_once
    def _agent_runtime(self) -> Any:
        return self._clients.create("bedrock-agent-runtime", connect_timeout_seconds=5, read_timeout_seconds=30)

    def _knowledge_base(self, name: str) -> KnowledgeBase:
        if name.startswith(FOLDER):
            from vera.local.knowledge import FolderKnowledge  # noqa: PLC0415 - one of two

            folder = Path(name.removeprefix(FOLDER))
            digest = sha256(str(folder.resolve()).encode()).hexdigest()[:12]
            index = Path(self.settings.database).with_name(f"documents-{digest}.sqlite3")
            return self._opened.enter_context(
                FolderKnowledge(folder, index=index, results=self.settings.knowledge_results)
            )
        from vera.bedrock.retrieve import RetrieveKnowledgeBase  # noqa: PLC0415 - the other

        return RetrieveKnowledgeBase(
            self._agent_runtime, name, results=self.settings.knowledge_results, sleep=self._sleep
        )

    def _time(self, deadline: float | None) -> Time:
        until = self._clock() + _INVOCATION_SECONDS if deadline is None else deadline
        return Time(self._clock, self._sleep, lambda: datetime.now(UTC), until)

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
            if isinstance(error, SurfaceRefused) and error.code in _TOKEN_REFUSED:
                self._slack.token = self._credentials.refresh().bot_token  # rotated: the next attempt has the new one
            raise


class _OnScreen:
    """The ports of one question asked without Slack: a thread in memory, a ledger that ends with it, edits for free."""

    def __init__(self, vera: Vera, thread: LocalThread, clock: Callable[[], float]) -> None:
        from vera.storage.sqlite import Database, SQLiteLedger  # noqa: PLC0415 - only needed here

        self._vera = vera
        self._database = Database(":memory:")
        self.ledger: Ledger = SQLiteLedger(self._database, clock=clock)
        self.surface: MessageSurface = thread
        self.threads: ThreadReader = thread
        self.budget = EditBudget(per_minute=1e9, burst=1_000)
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
