"""`make demo`: two questions about a folder of documents in one thread, on loopback, shown as a person would see them.

Everything is real but the clouds: the workspace signs and delivers events, the receiver verifies them and invokes the
worker, the worker edits its message over the Web API. `tests/e2e/test_demo.py` runs it as `make demo` does.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from vera.errors import SettingsError
from vera.playground.host import Playground
from vera.playground.preflight import region_found
from vera.playground.surroundings import in_region, surroundings
from vera.settings import EMBEDDED, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vera.playground.slack.workspace import Workspace

__all__ = ["main"]

_QUESTIONS = ("How long does a lease last?", "And what happens when it runs out?")
_EMBEDDED = "The embedded model answers: it picks sentences from the documents, and is no language model."
_TIMEOUT_SECONDS = 60.0
_WIDTH = 96


def main(arguments: Sequence[str]) -> None:
    """Ask about the documents in the folder `arguments[0]`; exits non-zero where an answer has no source."""
    docs = Path(arguments[0] if arguments else "docs").resolve()
    if not docs.is_dir():
        raise SettingsError(f"there is no folder {docs.name} to answer from")
    console = Console(highlight=False, width=_WIDTH, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="vera-demo-") as folder:
        environment = surroundings(os.environ, database=Path(folder) / "vera.sqlite3", docs=docs)
        model = Settings.from_environment(environment).model_id  # a wrong setting is said here, not in a worker's log
        if model != EMBEDDED:
            environment |= in_region(region_found())
        with Playground(environment=environment) as playground:
            console.print(f"A Slack workspace on {playground.api_url}, Vera's receiver on {playground.request_url}.")
            console.print(_EMBEDDED if model == EMBEDDED else f"{model} answers, on Bedrock.")
            root = ""
            for question in _QUESTIONS:
                root = _ask(playground.workspace, question, root, console) or root
            playground.settle()


def _ask(workspace: Workspace, question: str, root: str, console: Console) -> str:
    """Ask in the thread, show how the one message changes, and return the ts of the question."""
    console.print(f"\n[bold]#general · Ada:[/] @Vera {question}")
    asked = workspace.say("ada", "general", f"<@{workspace.bot.id}> {question}", thread_ts=root or None)
    thread = root or asked

    def answer_of(space: Workspace) -> dict[str, Any] | None:
        replies = (message for message in space.thread("general", thread) if message["ts"] > asked)
        return next((message for message in replies if _state(message) == "done"), None)

    answer = workspace.wait_for(answer_of, timeout_seconds=_TIMEOUT_SECONDS) or {}
    versions = workspace.versions("general", answer["ts"])
    for version in versions[:-1]:
        if version.message:
            line = " ".join(version.message["text"].split())
            shown = line if len(line) <= _WIDTH - 12 else f"…{line[-(_WIDTH - 13) :]}"
            console.print(f"[dim]{version.at - float(asked):6.2f} s[/]  {shown}", markup=True, no_wrap=True)
    seconds = versions[-1].at - float(asked)
    console.print(f"[dim]{seconds:6.2f} s  one message, {len(versions) - 1} edits; it ends as:[/]\n")
    console.print(answer["text"], markup=False)
    if "Sources" not in answer["text"]:
        raise SettingsError("the demo's answer has no source: the documents do not hold what it asks about")
    return asked


def _state(message: dict[str, Any]) -> str:
    return str(message.get("metadata", {}).get("event_payload", {}).get("state", ""))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SettingsError as error:
        sys.exit(f"vera: {error}")
