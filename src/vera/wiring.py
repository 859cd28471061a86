"""Settings wired to ports: the one place that decides which adapter serves.

Everything is made when it is first asked for, so that a status message waits for the ledger and Slack alone;
`tests/unit/test_cold_start.py` proves what is not imported before it stands.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from vera.assistant.budget import Budget, LocalTally
from vera.assistant.journal import NullJournal
from vera.assistant.turn import Manner
from vera.errors import SettingsError
from vera.settings import EMBEDDED, FOLDER, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    from slack_sdk import WebClient

    from vera.assistant.budget import Tally
    from vera.assistant.conversation import ThreadReader
    from vera.assistant.journal import Journal
    from vera.assistant.knowledge import KnowledgeBase, Reranker
    from vera.assistant.ledger import Ledger
    from vera.assistant.model import ChatModel
    from vera.assistant.reply import MessageSurface, Streaming
    from vera.assistant.tools import Tool
    from vera.aws.clients import Clients
    from vera.aws.secrets import CredentialSource
    from vera.slack.bot import Bot
    from vera.slack.people import People
    from vera.storage.sqlite import Database

__all__ = ["Wiring"]

Made = TypeVar("Made")

_MODEL_SILENCE_SECONDS = 60.0
"""How long a model may say nothing, thinking included, before it is asked again."""

_CLOCK_TOOL = "current_time"

_EMBEDDED_PACE_SECONDS = 0.012
"""How long the embedded model takes for a token: about as long as a language model, so that people see it stream."""


class _once(cached_property[Made]):  # noqa: N801 - it stands where `cached_property` would
    """What threads that ask at the same time get one of: since Python 3.12, `cached_property` may make several."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Made: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | Made:
        if not isinstance(instance, Wiring):
            return self
        with instance._making:  # noqa: SLF001 - its own
            return super().__get__(instance, owner)


class Wiring:
    """The ports of a deployment, each made from the settings when it is first asked for, unless one was passed in.

    What it opened on this machine stays open until `close`, or the end of a `with` block; a process that ends needs
    neither.
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
        tally: Tally | None = None,
        surface: MessageSurface | None = None,
        streams: MessageSurface | None = None,
        threads: ThreadReader | None = None,
        slack: WebClient | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Set up from `settings`, by default those of the environment. Raises `SettingsError`.

        `tools` are offered to the model beside those built in. Ports that are passed in stand for those that the
        settings would make; `slack` is the client by which `surface`, `streams` and `threads` speak
        (`vera.slack.web.web_client` makes one that neither retries nor logs).
        """
        self.settings = settings or Settings.from_environment(os.environ)
        self._added_tools = tools
        names = [_CLOCK_TOOL, *(tool.name for tool in tools)]
        if twice := {name for name in names if names.count(name) > 1}:
            raise SettingsError(f"There are two tools called {', '.join(sorted(twice))}.")
        self._clock, self._sleep = clock, sleep
        self._keeps_own_ledger = ledger is not None
        self._making = RLock()
        self._opened = ExitStack()
        given = {
            "ledger": ledger,
            "model": model,
            "knowledge": knowledge,
            "reranker": reranker,
            "journal": journal,
            "tally": tally,
            "surface": surface,
            "streams": streams,
            "threads": threads,
            "_slack": slack,
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

    @_once
    def ledger(self) -> Ledger:
        """The table, or the database on this machine."""
        if self.settings.table:
            from vera.storage.dynamodb import DynamoDBLedger  # noqa: PLC0415 - one of two

            return DynamoDBLedger(self._clients.create("dynamodb"), self.settings.table, clock=self._clock)
        from vera.storage.sqlite import SQLiteLedger  # noqa: PLC0415 - the other

        return SQLiteLedger(self._database, clock=self._clock)

    @_once
    def tally(self) -> Tally:
        """The count of edits that all workers share: in the table, or the database on this machine.

        Without a table, a ledger that was passed in says nothing of who else there is: then this process counts alone.
        """
        if self.settings.table:
            from vera.storage.dynamodb_tally import DynamoDBTally  # noqa: PLC0415 - after the status message

            return DynamoDBTally(
                self._clients.create("dynamodb", connect_timeout_seconds=0.5, read_timeout_seconds=1.0, attempts=1),
                self.settings.table,
            )
        if self._keeps_own_ledger:
            return LocalTally()
        from vera.storage.sqlite_tally import SQLiteTally  # noqa: PLC0415 - as above

        return SQLiteTally(self._database)

    @_once
    def budget(self) -> Budget:
        """How often messages may be written to, by all workers of a workspace together."""
        return Budget(self.tally)

    @_once
    def surface(self) -> MessageSurface:
        """Slack's messages."""
        from vera.slack.surface import SlackSurface  # noqa: PLC0415 - for those who speak to Slack

        return SlackSurface(self._slack, bot=self._bot)

    @_once
    def streams(self) -> MessageSurface | None:
        """Slack's native streams, where the settings want any."""
        if self.settings.streaming == "edit":
            return None
        from vera.slack.streams import SlackStreams  # noqa: PLC0415 - only where it is set

        return SlackStreams(self._slack, bot=self._bot, clock=self._clock)

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
            streaming=cast("Streaming", settings.streaming),
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
    def _database(self) -> Database:
        from vera.storage.sqlite import Database  # noqa: PLC0415 - where there is no table

        return self._opened.enter_context(Database(self.settings.database))

    @_once
    def _slack(self) -> WebClient:
        from vera.slack.web import web_client  # noqa: PLC0415 - for those who speak to Slack

        client = web_client(self._credentials.get().bot_token, base_url=self.settings.slack_api_url)
        self._opened.callback(client.close)
        return client

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
    def _lambda_client(self) -> Any:
        from vera.aws.relay import lambda_client  # noqa: PLC0415 - few answers outlive their invocation

        return lambda_client(self._clients)

    @_once
    def _agent_runtime(self) -> Any:
        return self._clients.create(
            "bedrock-agent-runtime", connect_timeout_seconds=5, read_timeout_seconds=10, attempts=2
        )

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
