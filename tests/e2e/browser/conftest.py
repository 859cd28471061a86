"""A chromium for all of these tests, and a playground for those that leave it as they found it.

Where there is no chromium, they are skipped with a sentence; in CI (`CI=true`) they fail with it. Every tab has to end
without a word on its console, without anything that the content security policy forbade, and without a dialog.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from fakes.running_playground import ROOT, RunningPlayground
from fakes.slack_page import WITNESS, SlackPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

    from fakes.slack_page import Visit

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


@pytest.fixture
def visit(chromium: Browser, playground: RunningPlayground) -> Iterator[Visit]:
    """Open tabs in browsers of their own; at the end of the test each must have been content."""
    playground.calm()
    with _tabs(chromium, playground) as visit:
        yield visit


@pytest.fixture(scope="module")
def stay(chromium: Browser, playground: RunningPlayground) -> Iterator[Visit]:
    """Open tabs that stay for all tests of a module."""
    with _tabs(chromium, playground) as visit:
        yield visit


@contextmanager
def _tabs(chromium: Browser, home: RunningPlayground) -> Iterator[Visit]:
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
