"""The whole playground: a workspace, its deliveries, the receiver and the worker, wired as in a deployment.

    with Playground(environment={"VERA_DATABASE": "turns.sqlite"}) as playground:
        playground.workspace.say("ada", "general", f"<@{playground.workspace.bot.id}> hello")

Everything is on 127.0.0.1. Leaving it ends every process and thread that it began. Held by `test_playground_host.py`.
"""

from __future__ import annotations

import secrets
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from vera.assistant.ledger import LEASE_SECONDS
from vera.playground.lambdas.functions import Functions
from vera.playground.lambdas.lambda_api import LambdaApi
from vera.playground.lambdas.processes import Function
from vera.playground.loopback import LoopbackServer
from vera.playground.mischief import VARIABLE as MISCHIEF
from vera.playground.mischief import Mischief
from vera.playground.schedule import RealTime
from vera.playground.slack.delivery import RETRY_DELAYS_SECONDS, Delivery
from vera.playground.slack.unanswered import LOOK_BACK_SECONDS, Unanswered, unanswered
from vera.playground.slack.web_api import WebApi
from vera.playground.slack.workspace import Workspace
from vera.playground.switches import Switches
from vera.receiver.environment import Credentials
from vera.settings import EMBEDDED, FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vera.playground.journal.inspection import Inspection
    from vera.playground.schedule import Time

EVENTS_PATH = "/slack/events"
RECEIVER, WORKER = "receiver", "worker"
_MADE_UP = {"AWS_ACCESS_KEY_ID": "AKIAPLAYGROUND", "AWS_SECRET_ACCESS_KEY": "any will do"}
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_CONTAINER_", "AWS_PROFILE", "AWS_WEB_IDENTITY_")


class Playground:
    """A Slack and a Lambda that talk to each other. Enter it to start it.

    `path` is the workspace's SQLite file (None: memory). `environment` goes to the worker, `receiver_environment` to
    the receiver, each on top of what wires them together; the worker invokes itself here, and its other AWS calls go
    where its environment sends them. `handlers` names other functions than Vera's, as `module:attribute`. A `time` of
    one's own turns the retries by hand. `inspection` takes what the worker's journal tells, and outlives the
    playground.

    What the last playground on the same file left unanswered is delivered again. For a worker that died to be followed
    by one that goes on, the first of `lambda_retry_delays_seconds` has to be longer than a lease.
    """

    def __init__(
        self,
        *,
        path: Path | None = None,
        port: int = 0,
        environment: Mapping[str, str] | None = None,
        receiver_environment: Mapping[str, str] | None = None,
        handlers: tuple[str, str] = ("vera.receiver:handler", "vera.worker:handler"),
        worker_timeout_seconds: float = 900.0,
        max_processes: int = 8,
        lambda_retry_delays_seconds: tuple[float, ...] = (60.0, 120.0),
        slack_retry_delays_seconds: tuple[float, ...] = RETRY_DELAYS_SECONDS,
        log_folder: Path | None = None,
        time: Time | None = None,
        inspection: Inspection | None = None,
    ) -> None:
        self._path = path
        self._environment = dict(environment or {})
        self._receiver_environment = dict(receiver_environment or {})
        self._handlers = handlers
        self._worker_timeout_seconds = worker_timeout_seconds
        self._max_processes = max_processes
        self._lambda_retry_delays_seconds = lambda_retry_delays_seconds
        self.signing_secret = secrets.token_hex(16)
        self._credentials = Credentials(f"AKIAPLAYGROUND{secrets.token_hex(8).upper()}", secrets.token_hex(20))
        self._secret_path = secrets.token_urlsafe(16)
        with ExitStack() as own:
            the_time = self._time = time or own.enter_context(RealTime())
            folder = own.enter_context(tempfile.TemporaryDirectory(prefix="vera-playground-"))
            self.mischief = Mischief(Path(folder))
            self.workspace = Workspace(time=the_time, path=path)
            own.callback(self.workspace.close)
            self._slack = LoopbackServer(WebApi(self.workspace).app, port=port)
            own.callback(self._slack.close)
            journal: dict[str, Any] = {"on_journal": inspection.take} if inspection else {}
            self.functions = Functions(time=the_time, log_folder=log_folder, **journal)
            front = LambdaApi(
                self.functions,
                time=the_time,
                routes={EVENTS_PATH: RECEIVER},
                credentials=self._credentials,
                secret_path=self._secret_path,
            )
            self._lambda = LoopbackServer(front.app)
            own.callback(self._lambda.close)
            own.callback(self.functions.close)  # before its front, which waits for what it runs
            self.delivery = Delivery(
                self.workspace,
                time=the_time,
                signing_secret=self.signing_secret,
                retry_delays_seconds=slack_retry_delays_seconds,
            )
            self._deploy()
            self.switches = Switches(self.workspace, self.functions, self.mischief, time=the_time, worker=WORKER)
            self._own = own.pop_all()

    @property
    def api_url(self) -> str:
        """Return the Web API's base URL, as `VERA_SLACK_API_URL` wants it."""
        return f"{self._slack.url}/api/"

    @property
    def request_url(self) -> str:
        """Return where Slack posts events."""
        return f"{self._lambda.url}{EVENTS_PATH}"

    @property
    def lambda_url(self) -> str:
        """Return where Lambda's Invoke API is."""
        return self._lambda.url

    def start(self) -> Self:
        """Serve, and deliver events from now on."""
        left = [] if self._path is None else self._unanswered()
        self.workspace.base_url = self._slack.url
        self._slack.start()
        self._lambda.start()
        self.delivery.request_url = self.request_url
        self._take_up(left)
        return self

    def settle(self, *, timeout_seconds: float = 30.0) -> None:
        """Return once every event is delivered and every invocation has ended. Raises TimeoutError.

        What the worker says makes events of its own, so one follows the other until both rest.
        """
        settled = False
        while not settled:
            self.delivery.settle(timeout_seconds=timeout_seconds)
            self.functions.settle(timeout_seconds=timeout_seconds)
            settled = self.delivery.idle

    def close(self) -> None:
        """Deliver nothing more, and end every process, server and thread."""
        self.delivery.request_url = ""
        self._own.close()

    def __enter__(self) -> Self:
        """Start."""
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _deploy(self) -> None:
        receiver, worker = self._handlers
        self.functions.deploy(
            Function(
                name=RECEIVER,
                handler=receiver,
                environment=self._wiring_of_receiver() | self._receiver_environment,
                timeout_seconds=10.0,
                memory_mb=512,
                max_processes=self._max_processes,
            )
        )
        self.functions.deploy(
            Function(
                name=WORKER,
                handler=worker,
                environment=self._wiring() | self._environment | self._way_to_itself(),
                timeout_seconds=self._worker_timeout_seconds,
                max_processes=self._max_processes,
                retry_delays_seconds=self._lambda_retry_delays_seconds,
                on_failure=RECEIVER,
            )
        )

    def _take_up(self, left: list[Unanswered]) -> None:
        """Deliver again what was left open: all of it once the lease of who may have claimed it has run out.

        A question that nobody seems to have begun on is tried at once as well.
        """
        for question in left:
            if not question.begun:
                self.delivery.tell_again(question.channel, question.ts)
        if left:
            asked = {(question.channel, question.ts) for question in left}
            self._time.after(LEASE_SECONDS + 1, lambda: self._tell_again(asked))

    def _tell_again(self, asked: set[tuple[str, str]]) -> None:
        if self.delivery.request_url:  # else it is closing
            for question in self._unanswered():
                if (question.channel, question.ts) in asked:
                    self.delivery.tell_again(question.channel, question.ts)

    def _unanswered(self) -> list[Unanswered]:
        workspace = self.workspace
        oldest = f"{workspace.now() - LOOK_BACK_SECONDS:.6f}"
        found: list[Unanswered] = []
        for channel in workspace.channels():
            found += unanswered(workspace.since(channel.id, oldest), channel, bot=workspace.bot)
        return found

    def _wiring(self) -> dict[str, str]:
        return {
            MISCHIEF: str(self.mischief.folder),
            "SLACK_BOT_TOKEN": self.workspace.bot_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
            "VERA_SLACK_API_URL": self.api_url,
        }

    def _way_to_itself(self) -> dict[str, str]:
        """Return what lets the worker invoke itself, whatever it signs with; something to sign with, where it has none.

        Made-up credentials would stand in the way of those in its files or its machine's, so they are for a worker that
        asks AWS for nothing else.
        """
        way = {"AWS_ENDPOINT_URL_LAMBDA": f"{self.lambda_url}/{self._secret_path}"}
        return way if _asks_aws(self._environment) else way | _MADE_UP

    def _wiring_of_receiver(self) -> dict[str, str]:
        return {
            "SLACK_SIGNING_SECRET": self.signing_secret,
            "VERA_WORKER_FUNCTION": WORKER,
            "AWS_ENDPOINT_URL_LAMBDA": self.lambda_url,
            "AWS_ACCESS_KEY_ID": self._credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self._credentials.secret_access_key,
        }


def _asks_aws(environment: Mapping[str, str]) -> bool:
    """Whether a worker asks AWS for more than to be invoked again, or has credentials of its own anyway."""
    if environment.get("VERA_MODEL_ID") != EMBEDDED or environment.get("VERA_RERANK_MODEL_ID"):
        return True
    bases = filter(None, environment.get("VERA_KNOWLEDGE_BASE_IDS", "").split(","))
    return not all(base.strip().startswith(FOLDER) for base in bases) or any(
        name.startswith(_CREDENTIALS) for name in environment
    )
