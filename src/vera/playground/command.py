"""`vera playground`: a workspace in the browser, from the moment it is asked for until Ctrl-C.

What can go wrong is found out before anything is served, and is one sentence; what goes wrong later is in the state
folder's log, and never a traceback in somebody's terminal. Nothing is left running, however it ends. Held by
`tests/e2e/test_playground_command.py`, which runs it as people do.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sqlite3
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vera.assistant.ledger import LEASE_SECONDS
from vera.errors import SettingsError, VeraError
from vera.playground.announcement import announcement, browse
from vera.playground.host import RECEIVER, WORKER, Playground
from vera.playground.indexing import Indexing, checked_folder
from vera.playground.journal.inspection import Inspection
from vera.playground.loopback import LoopbackServer
from vera.playground.page.server import Page
from vera.playground.preflight import check_model, region_found
from vera.playground.state import LOG, State, folder_of
from vera.playground.surroundings import in_region, surroundings
from vera.settings import EMBEDDED, FOLDER, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Wishes", "run"]

_HANDLERS = ("vera.receiver:handler", "vera.playground.worker:handler")
_SLOW_MS = 1_000.0
_INDEXING_SECONDS = 0.5
"""How long the address waits for the index of the documents; a larger one goes on while people look around."""
_MOST_ENDING_SECONDS = 5.0
"""How long an orderly end may take: it is a fraction of a second, and nobody is to be left with a deaf process."""
_ENDS = (signal.SIGINT, signal.SIGTERM)

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the command line asks for; `port` 0 is any that is free."""

    docs: Path | None
    model: str
    port: int
    slow: bool
    fresh: bool
    browse: bool


def run(
    wishes: Wishes, environment: Mapping[str, str], *, say: Callable[[str], None], complain: Callable[[str], None]
) -> None:
    """Serve the page until SIGINT or SIGTERM. `say` is told once where it is, `complain` what goes wrong afterwards.

    Raises `VeraError`, whose message is one sentence, and nothing else. Only for the main thread of a process that has
    nothing more to do: the signals stay without effect when it is over.
    """
    logging.getLogger().addHandler(logging.NullHandler())  # else what is logged is printed
    try:
        with _until_ended() as wait, ExitStack() as own:
            say(_start(wishes, environment, own, complain))
            wait()
    except VeraError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no traceback in a terminal
        _LOG.exception("The playground failed")
        log = folder_of(environment) / LOG
        where = f" {log} says where." if log.exists() else ""
        raise VeraError(f"The playground failed ({type(error).__name__}: {error}).{where}") from None


def _start(wishes: Wishes, environment: Mapping[str, str], own: ExitStack, complain: Callable[[str], None]) -> str:
    """Start everything, to be ended with `own`, and return what is to be said."""
    docs = None if wishes.docs is None else checked_folder(wishes.docs)
    folder = folder_of(environment)
    chosen = surroundings(environment, database=folder / "vera.sqlite3", docs=docs, model=wishes.model)
    settings = _settings(chosen, wishes)
    state = own.enter_context(State(folder))
    app = _Later()
    server = _bound(app, wishes.port)
    own.callback(server.close)
    state.prepare(fresh=wishes.fresh)
    _log_into(state)
    indexing = Indexing(settings, complain=complain).start()
    region = region_found() if _needs_aws(settings) else ""
    check_model(settings, region)
    about = {
        "model": settings.model_id,
        "documents": ", ".join(folder.name for folder in indexing.folders),
        "folder": ", ".join(map(str, indexing.folders)),
        "questions": indexing.questions,
    }
    playground = _composed(state, chosen | in_region(region), own, app, about=about)
    own.callback(server.close)  # before the rest: open pages learn of the end at once
    if wishes.slow:
        playground.switches.change({"latency_ms": _SLOW_MS})
    for function in (RECEIVER, WORKER):
        playground.functions.warm(function)
    indexed = indexing.wait(_INDEXING_SECONDS)
    server.start()
    address = f"{server.url}/{state.token}/"
    state.announce(address)
    if wishes.browse:
        browse(address, environment)
    return announcement(address, settings, environment, region=region, folders=indexing.folders, indexed=indexed)


def _composed(
    state: State, environment: Mapping[str, str], own: ExitStack, app: _Later, *, about: Mapping[str, object]
) -> Playground:
    """Put the playground together, started, with its page behind `app`."""
    try:
        inspection = Inspection(state.journal)
        own.callback(inspection.close)
        playground = Playground(
            path=state.workspace,
            environment=environment,
            handlers=_HANDLERS,
            inspection=inspection,
            lambda_retry_delays_seconds=(LEASE_SECONDS + 2, 2 * LEASE_SECONDS),
            log_folder=state.folder,
        )
    except (sqlite3.Error, KeyError, TypeError, ValueError):  # rows that are not what they are here
        _LOG.exception("The state cannot be read")
        raise state.other_version() from None
    own.enter_context(playground)
    app.answer_with(
        Page(playground.workspace, switches=playground.switches, inspection=inspection, token=state.token, about=about)
    )
    return playground


class _Later:
    """An application that is known only after its port is taken."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    def answer_with(self, page: Page) -> None:
        self._app = page.app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is not None:
            await self._app(scope, receive, send)


def _settings(environment: Mapping[str, str], wishes: Wishes) -> Settings:
    """Read the settings; what is wrong with the model is said of the option, where it was given by that."""
    try:
        return Settings.from_environment(environment)
    except SettingsError as error:
        raise SettingsError(str(error).replace("VERA_MODEL_ID", "--model") if wishes.model else str(error)) from None


def _bound(app: ASGIApp, port: int) -> LoopbackServer:
    try:
        return LoopbackServer(app, port=port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(f"Port {port} is taken. Stop what runs there, or choose another with --port.") from None
        raise SettingsError(f"Port {port} cannot be used ({error.strerror}). Choose another with --port.") from None


def _needs_aws(settings: Settings) -> bool:
    elsewhere = any(not name.startswith(FOLDER) for name in settings.knowledge_base_ids)
    return settings.model_id != EMBEDDED or elsewhere or bool(settings.rerank_model_id)


def _log_into(state: State) -> None:
    """Write to the state's log what would else be on the terminal, tracebacks of threads included."""
    to_file = logging.FileHandler(state.log, delay=True, encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(to_file)
    logging.raiseExceptions = False
    threading.excepthook = lambda failure: _LOG.error("A thread failed", exc_info=failure[1])


@contextmanager
def _until_ended() -> Iterator[Callable[[], None]]:
    """Give something that waits for SIGINT or SIGTERM, either of which ends the block wherever it is, quietly.

    Whatever comes after the first one is too late to matter: what is ending is not to be broken off.
    """
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)

    def end(*_: object) -> None:
        for late in _ENDS:
            signal.signal(late, lambda *_: None)
        too_long = threading.Timer(_MOST_ENDING_SECONDS, os._exit, [1])
        too_long.daemon = True
        too_long.start()
        raise KeyboardInterrupt

    def wait() -> None:
        while True:  # whichever thread the system gives a signal to, this one wakes up, and `end` raises here
            ours.recv(1)

    with ours, theirs:
        signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        for one in _ENDS:
            signal.signal(one, end)
        try:
            yield wait
        except KeyboardInterrupt:
            pass
        finally:
            signal.set_wakeup_fd(-1)
            for late in _ENDS:
                signal.signal(late, signal.SIG_IGN)
