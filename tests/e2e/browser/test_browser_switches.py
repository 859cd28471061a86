"""What the switches break, Vera survives: the same message is finished, and the inspector shows how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from vera import Vera
from vera.settings import EMBEDDED, FOLDER, Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator

    from fakes.running_playground import RunningPlayground
    from fakes.slack_page import SlackPage, Visit

pytestmark = pytest.mark.e2e

LONG = "@Vera What does the receiver do?"
SHORT = "@Vera How long does a lease last?"
_RETRY_WITHIN_SECONDS = 90.0
"""Lambda's first retry comes when the lease of the dead has run out."""
_BURST_WITHIN_SECONDS = 60.0
"""A burst is several refusals, each of which asks for two seconds."""


@pytest.fixture(scope="module")
def shaken(run: Callable[..., RunningPlayground], documents: Path) -> RunningPlayground:
    """Run a playground of these tests' own: what they break is nobody else's."""
    return run("--docs", str(documents))


@pytest.fixture
def page(visit: Visit, shaken: RunningPlayground) -> SlackPage:
    """Ada's tab, with the inspector open beside the thread."""
    shaken.calm()
    opened = visit(playground=shaken, viewport={"width": 1440, "height": 900})
    opened.open_inspector()
    return opened


def begun(page: SlackPage, question: str) -> Locator:
    """Ask while Slack is slow, and return Vera's message as soon as she writes in it."""
    page.switch("Slack's latency", "300 ms")
    asked = page.say(question)
    page.open_thread(asked)
    expect(page.answer_to(asked)).to_have_attribute("data-state", "writing")
    return page.message(page.ts_of(page.answer_to(asked)), inside=page.thread)


def words(text: str) -> list[str]:
    """Return the words of an answer without its sources, however they are dressed."""
    return re.findall(r"\w+", text.partition("Sources")[0])


@pytest.fixture(scope="module")
def undisturbed(documents: Path) -> list[str]:
    """Ask Vera the long question in this process, where nothing goes wrong; return the words of her answer."""
    vera = Vera(Settings(model_id=EMBEDDED, knowledge_base_ids=(f"{FOLDER}{documents}",)))
    return words(vera.ask(LONG.removeprefix("@Vera ")).text)


@dataclass(frozen=True, slots=True)
class Killed:
    """A worker that was killed in the middle of its `message`, which held these words then."""

    page: SlackPage
    message: Locator
    struck: int
    left: list[str]


@pytest.fixture(scope="module", autouse=True)
def killed(stay: Visit, run: Callable[..., RunningPlayground], documents: Path) -> Killed:
    """Kill a worker, on a playground of its own, before all else: the other tests run until Lambda tries again."""
    page = stay(playground=run("--docs", str(documents)), viewport={"width": 1440, "height": 900})
    page.open_inspector()
    message = begun(page, LONG)
    struck = page.strike("Kill the worker")
    page.switch("Slack's latency", "0 ms")
    return Killed(page, message, struck, words(message.locator(".message-text").inner_text()))


def test_a_worker_that_is_gone_is_not_said_to_write(killed: Killed):
    page = killed.page

    expect(page.thread).to_contain_text(re.compile(r"The worker is gone\. Lambda tries again in \d+ s\."))
    expect(page.thread).not_to_contain_text("is typing")
    expect(page.conversation).not_to_contain_text("Writing …")
    expect(page.inspector).to_contain_text("working · silent")


@pytest.mark.timeout(120)
def test_a_burst_of_refusals_costs_time_and_no_text(page: SlackPage, undisturbed: list[str]):
    message = begun(page, LONG)

    struck = page.strike("Send a burst of 429s")
    page.switch("Slack's latency", "0 ms")

    assert struck > 0
    expect(message).to_have_attribute("data-state", "done", timeout=_BURST_WITHIN_SECONDS * 1_000)
    expect(message).to_contain_text("Sources")
    assert words(message.locator(".message-text").inner_text()) == undisturbed
    expect(page.show("Slack calls")).to_contain_text("429")
    expect(page.show("Edits")).to_contain_text("429")


def test_while_vera_is_stopped_questions_wait_and_then_are_answered(page: SlackPage):
    page.switch("Vera is stopped", to=True)
    expect(page.banner).to_contain_text("Vera is stopped.")
    first, second = page.say(SHORT), page.say(LONG)
    page.open_thread(first)
    expect(page.thread.locator("article")).to_have_count(1)
    expect(page.thread).to_contain_text("Vera is stopped: she answers when she is switched on.")

    page.switch("Vera is stopped", to=False)

    expect(page.banner).to_be_hidden()
    expect(page.answered(first)).to_contain_text("30 seconds")
    page.open_thread(second)
    expect(page.answered(second)).to_contain_text("Sources")


def test_an_answer_that_breaks_off_is_asked_for_again_and_stands_once(page: SlackPage, undisturbed: list[str]):
    page.switch("Model", "breaks off once")

    _, answer = page.ask(LONG)

    expect(page.switches.get_by_role("combobox", name="Model")).to_have_value("works")
    assert words(answer.locator(".message-text").inner_text()) == undisturbed
    expect(page.show("Model").get_by_text(re.compile("broke", re.IGNORECASE)).first).to_be_visible()


@pytest.mark.timeout(150)
def test_a_model_that_is_down_is_told_in_a_sentence_with_a_reference(page: SlackPage):
    page.switch("Model", "is down")

    asked = page.say(SHORT)
    page.open_thread(asked)
    answer = page.answered(asked, timeout_seconds=_RETRY_WITHIN_SECONDS)

    expect(answer).to_contain_text(asked)
    expect(answer).not_to_contain_text("Sources")
    expect(answer.locator(".message-footer")).to_have_css("border-top-width", "0px")
    expect(page.show("Timeline")).to_contain_text("Failed")


def test_a_slow_slack_is_said_to_be_slow(page: SlackPage):
    page.switch("Slack's latency", "1 s")

    expect(page.banner).to_contain_text("Slack is slow: every call takes 1 s.")
    page.switch("Slack's latency", "0 ms")
    expect(page.banner).to_be_hidden()


def test_the_switches_of_one_tab_are_those_of_all(page: SlackPage, visit: Visit, shaken: RunningPlayground):
    other = visit("Grace Hopper", playground=shaken)
    other.open_inspector()

    page.switch("Rate limits", to=False)

    expect(other.switches.get_by_role("checkbox", name="Rate limits")).not_to_be_checked()
    other.switch("Rate limits", to=True)
    expect(page.switches.get_by_role("checkbox", name="Rate limits")).to_be_checked()


@pytest.mark.timeout(120)
def test_a_killed_workers_message_is_finished_by_the_next_one(killed: Killed, undisturbed: list[str]):
    page, message = killed.page, killed.message
    assert killed.struck == 1
    assert 0 < len(killed.left) < len(undisturbed)

    expect(message).to_have_attribute("data-state", "done", timeout=_RETRY_WITHIN_SECONDS * 1_000)

    expect(message).to_contain_text("Sources")
    assert words(message.locator(".message-text").inner_text()) == undisturbed
    expect(page.thread.locator("article[aria-label^='Vera at']")).to_have_count(1)
    turn = page.show("Turn")
    expect(turn).to_contain_text(re.compile(r"Attempt\s*2"))
    expect(turn).to_contain_text(re.compile(r"Worker 1\s*fell silent.*Worker 2\s*answered", re.DOTALL))
