"""A chromium for all of these tests, and a playground for those that leave it as they found it.

Where there is no chromium, they are skipped with a sentence; in CI (`CI=true`) they fail with it. Every tab has to end
without a word on its console, without anything that the content security policy forbade, and without a dialog.
"""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright
from slack_sdk import WebClient

from fakes.deployment import Deployment
from fakes.running_playground import ROOT, RunningPlayground
from fakes.slack_page import WITNESS, SlackPage
from unit.playground.page_client import TOKEN, FakeInspection, FakeSwitches
from vera.playground.journal.inspection import Inspection
from vera.playground.loopback import LoopbackServer
from vera.playground.page.server import Page
from vera.playground.schedule import RealTime
from vera.playground.slack.web_api import WebApi
from vera.playground.slack.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

    from fakes.slack_page import Visit
    from vera.playground.slack.values import Change

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_MISSING = "there is no chromium on this machine (on Debian: apt install chromium): the page was not tested"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENCE_MILLISECONDS = 20_000

HOSTILE = """
# The cellar key

The cellar key hangs <script>window.owned = "script"</script> behind the <img src="x" onerror="window.owned = 'image'">
barrel, see [the plan](javascript:window.owned='link') or <a href="javascript:window.owned='anchor'">this plan</a>, and
`<script>window.owned = "code"</script>` is what the label says.
"""
"""A document that means harm: the embedded model quotes it."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the system's chromium once."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(_MISSING, pytrace=False)
        pytest.skip(_MISSING)
    expect.set_options(timeout=_PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vera's own documents as they stand, and one that means harm."""
    folder = tmp_path_factory.mktemp("documents")
    for document in (ROOT / "docs").glob("*.md"):
        shutil.copy(document, folder)
    (folder / "cellar.md").write_text(HOSTILE)
    return folder


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., RunningPlayground]]:
    """Run playgrounds of one's own, with arguments of one's own; they end with the tests."""
    started: list[RunningPlayground] = []

    def start(*arguments: str) -> RunningPlayground:
        playground = RunningPlayground(tmp_path_factory.mktemp("playground"), *arguments)
        started.append(playground)
        playground.start()
        return playground

    yield start
    for playground in started:
        playground.stop()


@pytest.fixture(scope="session")
def playground(run: Callable[..., RunningPlayground], documents: Path) -> RunningPlayground:
    """One playground for all that ask about Vera's own documents."""
    return run("--docs", str(documents))


class Stage:
    """A workspace with its page and its Web API, in which nobody is at work: the test says what Vera says, as `vera`.

    `told` are the changes of the workspace, oldest first.
    """

    def __init__(self, own: ExitStack) -> None:
        self.workspace = Workspace(time=own.enter_context(RealTime()))
        own.callback(self.workspace.close)
        self.told: list[Change] = []
        self.workspace.listen(self.told.append)
        api = own.enter_context(LoopbackServer(WebApi(self.workspace).app))
        self.vera = WebClient(self.workspace.bot_token, base_url=f"{api.url}/api/", retry_handlers=[])
        about = {"model": "embedded", "documents": "", "folder": "", "questions": []}
        page = Page(self.workspace, switches=FakeSwitches(), inspection=FakeInspection(), token=TOKEN, about=about)
        self.url = f"{own.enter_context(LoopbackServer(page.app)).url}/{TOKEN}/"

    def kinds(self, *wanted: str) -> list[Change]:
        """Return what happened of these kinds."""
        return [change for change in self.told if change.kind in wanted]


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Set up a workspace in which the test plays Vera."""
    with ExitStack() as own:
        yield Stage(own)


@pytest.fixture
def visit(chromium: Browser, playground: RunningPlayground) -> Iterator[Visit]:
    """Open tabs in browsers of their own; at the end of the test each must have been content."""
    playground.calm()
    with _tabs(chromium, playground) as visit:
        yield visit


class Watched:
    """Vera as she is deployed, her model played by the test, and the page of her workspace."""

    def __init__(self, own: ExitStack, folder: Path, **environment: str) -> None:
        self.vera = own.enter_context(Deployment(folder, environment=environment))
        self.workspace, self.bedrock = self.vera.workspace, self.vera.bedrock
        about = {"model": "scripted", "documents": "", "folder": "", "questions": []}
        inspection = own.enter_context(closing(Inspection(None)))
        page = Page(
            self.workspace, switches=self.vera.playground.switches, inspection=inspection, token=TOKEN, about=about
        )
        self.url = f"{own.enter_context(LoopbackServer(page.app)).url}/{TOKEN}/"

    def channel(self) -> str:
        """Open a channel that Ada, Grace and Vera are in, and return its name."""
        return self.workspace.channel(self.vera.channel()).name


@pytest.fixture
def watch(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., tuple[Watched, Visit]]]:
    """Deploy Vera with an environment of one's own, and open tabs in her workspace."""
    with ExitStack() as own:

        def deploy(**environment: str) -> tuple[Watched, Visit]:
            watched = Watched(own, tmp_path, **environment)
            return watched, own.enter_context(_tabs(chromium, watched))

        yield deploy


@pytest.fixture
def enter(chromium: Browser, stage: Stage) -> Iterator[Visit]:
    """Open tabs in the workspace in which the test plays Vera."""
    with _tabs(chromium, stage) as visit:
        yield visit


@pytest.fixture(scope="module")
def stay(chromium: Browser, playground: RunningPlayground) -> Iterator[Visit]:
    """Open tabs that stay for all tests of a module."""
    with _tabs(chromium, playground) as visit:
        yield visit


@contextmanager
def _tabs(chromium: Browser, home: RunningPlayground | Stage | Watched) -> Iterator[Visit]:
    opened: list[tuple[BrowserContext, SlackPage]] = []

    def visit(who: str = "Ada Lovelace", *, playground: RunningPlayground | None = None, **options: Any) -> SlackPage:
        chosen = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | options
        context = chromium.new_context(**chosen)
        context.set_default_timeout(_PATIENCE_MILLISECONDS)
        context.add_init_script(WITNESS)
        page = SlackPage(context.new_page())
        opened.append((context, page))
        page.page.goto((playground or home).url)
        expect(page.composer).to_be_visible()
        if who != "Ada Lovelace":
            page.be(who)
        return page

    yield visit
    complaints = [complaint for _, page in opened for complaint in page.complaints]
    for context, _ in opened:
        context.close()
    assert complaints == []
