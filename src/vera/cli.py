"""`vera …`: the command line. A mistake is one clear line and a non-zero exit."""

from __future__ import annotations

import math
import os
import re
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vera.assistant.conversation import FOOTER
from vera.assistant.journal import NullJournal, TurnEnded
from vera.errors import SettingsError, VeraError
from vera.settings import EMBEDDED, FOLDER, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.console import Console

    from vera.assistant.journal import Event
    from vera.assistant.reply import MessageState

__all__ = ["main"]

_MOST_PORT = 65_535

_Docs = Annotated[
    str | None,
    typer.Option(help="A folder of Markdown, reStructuredText, text and HTML to answer from.", metavar="FOLDER"),
]
_Model = Annotated[
    str, typer.Option(help="A Bedrock model; needs AWS credentials. Default: VERA_MODEL_ID, else the embedded one.")
]

cli = typer.Typer(
    name="vera",
    help="A streaming, sourced Slack assistant on AWS Bedrock.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@cli.callback()
def _root() -> None:
    """Keep the commands commands, however few they are."""


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    docs: _Docs = None,
    model: _Model = "",
) -> None:
    """Answer a question in the terminal.

    Example: vera ask "How do I pin a version?" --docs docs
    """
    from rich.console import Console  # noqa: PLC0415 - for this command only

    from vera.app import Vera  # noqa: PLC0415

    if not question.strip():
        raise SettingsError("There is nothing to answer: the question is empty.")
    folder = _folder(docs)
    if folder is not None and not folder.is_dir():
        raise SettingsError(f"There is no folder {folder}.")
    console, ending = Console(highlight=False), _Ending()
    with _screen(console) as show:
        answer = Vera(_local_settings(os.environ, docs=folder, model=model), journal=ending).ask(question, show=show)
    if not console.is_terminal:
        print(*filter(None, [_inert(answer.text), _plain(_inert(answer.footer))]), sep="\n\n")
    if answer.outcome != "answered":
        raise VeraError(ending.error)


@cli.command()
def socket() -> None:
    """Answer in Slack from this machine, by Socket Mode: for development.

    Needs SLACK_APP_TOKEN and SLACK_BOT_TOKEN. Example: SLACK_APP_TOKEN=xapp-… SLACK_BOT_TOKEN=xoxb-… vera socket
    """
    from vera.app import Vera  # noqa: PLC0415
    from vera.aws.logs import LogJournal, log_libraries  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    log_libraries()
    with Vera(settings, journal=LogJournal()).socket():
        print("Vera listens in Slack. Stop her with Ctrl-C.", file=sys.stderr)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


@cli.command()
def playground(
    docs: _Docs = None,
    model: _Model = "",
    port: Annotated[
        str, typer.Option(help="Where on 127.0.0.1 the page is; 0 takes any free port.", metavar="N")
    ] = "8372",
    *,
    slow: Annotated[bool, typer.Option("--slow", help="Let every call of Slack's take a second.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was said before.")] = False,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Open a Slack workspace in the browser, with Vera in it, on this machine alone.

    What is said there is kept in ~/.local/state/vera/playground (XDG_STATE_HOME). Stop it with Ctrl-C.

    Example: vera playground --docs docs
    """
    try:
        from vera.playground.command import Wishes, run  # noqa: PLC0415 - for this command only
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"starlette", "uvicorn"}:
            raise
        raise SettingsError("The playground needs more than Vera: pip install 'vera-slack[playground]'.") from None

    run(
        Wishes(docs=_folder(docs), model=model, port=_port(port), slow=slow, fresh=fresh, browse=browser),
        os.environ,
        say=lambda line: print(line, flush=True),
        complain=lambda sentence: print(f"vera: {sentence}", file=sys.stderr, flush=True),
    )


@cli.command()
def redrive(
    queue: Annotated[str, typer.Option(help="The dead-letter queue.", metavar="URL|NAME")] = "",
    function: Annotated[
        str,
        typer.Option(
            help="The worker function, by name or ARN. Default: VERA_WORKER_FUNCTION; without one, the answers are "
            "made here.",
            metavar="NAME",
        ),
    ] = "",
    most: Annotated[str, typer.Option(help="How many messages to take. Default: all.", metavar="N")] = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what is in the queue, and change nothing.")] = False,
) -> None:
    """Answer what has failed for good: hand the dead letters to the worker once more.

    Needs AWS credentials that may read the queue, delete from it and invoke the function.

    Example: vera redrive --queue vera-dead-letters --function vera-worker --dry-run
    """
    from vera.redrive import Wishes, run  # noqa: PLC0415 - for this command only

    if not queue.strip():
        raise SettingsError("--queue has to name the dead-letter queue: its URL, or its name.")
    run(
        Wishes(
            queue.strip(),
            function=function.strip() or Settings.from_environment(os.environ).worker_function,
            dry_run=dry_run,
            most=_most(most),
        ),
        say=lambda line: print(line, flush=True),
    )


class _Ending(NullJournal):
    """Keeps why there was no answer: who asks in a terminal has no other log to look into."""

    error = ""

    def record(self, turn_key: str, event: Event) -> None:
        if isinstance(event, TurnEnded):
            self.error = event.error


def _folder(docs: str | None) -> Path | None:
    """Return the folder that was named. Raises `SettingsError` for an empty name: an unset variable of a shell's."""
    if docs is not None and not docs.strip():
        raise SettingsError("--docs wants a folder, and what was given is empty.")
    return None if docs is None else Path(docs)


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > _MOST_PORT:
        raise SettingsError(f"--port has to be a number from 0 (any that is free) to {_MOST_PORT:,}.")
    return int(text)


def _most(text: str) -> float:
    if text and not re.fullmatch("[1-9][0-9]{0,8}", text):
        raise SettingsError("--most has to be a number from 1 on.")
    return int(text) if text else math.inf


def _local_settings(environment: Mapping[str, str], *, docs: Path | None, model: str) -> Settings:
    """Read the settings for a question on this machine: the embedded default, unless a model is named."""
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vera"
    chosen = {"VERA_MODEL_ID": EMBEDDED, "VERA_DATABASE": str(cache / "vera.sqlite3"), **environment}
    if model:
        chosen["VERA_MODEL_ID"] = model
    if docs is not None:
        chosen["VERA_KNOWLEDGE_BASE_IDS"] = f"{FOLDER}{docs}"
    return Settings.from_environment(chosen)


def _inert(text: str) -> str:
    """Take out what a terminal would obey: documents and models are not to move the cursor."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text)


def _plain(markdown: str) -> str:
    """Take the escapes out of titles: where nothing is rendered, they would only be seen."""
    return re.sub(r"\\([\\`*_\[\]<>~|&])", r"\1", markdown)


@contextmanager
def _screen(console: Console) -> Iterator[Callable[[str, MessageState], None]]:
    """Show the answer as it grows, in place; where nobody watches, show nothing."""
    if not console.is_terminal:
        yield lambda _text, _state: None
        return
    from rich.live import Live  # noqa: PLC0415 - for terminals only
    from rich.markdown import Markdown  # noqa: PLC0415

    with Live(console=console, vertical_overflow="visible") as live:

        def show(text: str, _state: MessageState) -> None:
            answer, _, footer = _inert(text).partition(FOOTER)
            live.update(Markdown(answer + footer.replace("\n", "  \n")), refresh=True)  # a source a line

        yield show


def main() -> None:
    """Run the command line: what goes wrong is one line on standard error."""
    try:
        cli()
    except VeraError as error:
        print(f"vera: {error}", file=sys.stderr)
        sys.exit(1)
