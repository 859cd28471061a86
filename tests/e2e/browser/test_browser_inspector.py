"""The inspector beside a real turn: all that goes on under a message, told by the worker's journal."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from fakes.running_playground import RunningPlayground
    from fakes.slack_page import SlackPage, Visit

pytestmark = pytest.mark.e2e

QUESTION = "@Vera How long does a lease last?"


@pytest.fixture
def page(visit: Visit) -> SlackPage:
    opened = visit(viewport={"width": 1440, "height": 900})
    opened.open_inspector()
    return opened


def turn_of(page: SlackPage, asked: str) -> str:
    """Return the key of the turn that a question is."""
    channel = urlsplit(page.page.url).fragment.split("/")[1]
    return f"{channel}:{asked}"


def entries(playground: RunningPlayground, turn: str) -> list[dict[str, object]]:
    status, _, body = playground.ask("GET", f"{playground.path}journal?turn={turn}")
    assert status == 200
    return list(json.loads(body)["entries"])


def test_it_shows_the_newest_turn_from_its_first_call_to_its_last(page: SlackPage):
    asked, answer = page.ask(QUESTION)
    ts = page.ts_of(answer)

    timeline = page.show("Timeline")
    for told in ("Reading the thread", "Checking the knowledge base", "chat.postMessage", "Answered"):
        expect(timeline).to_contain_text(told)
    model = page.show("Model")
    expect(model).to_contain_text("How long does a lease last?")
    expect(model).to_contain_text("30 seconds")
    expect(model).to_contain_text("embedded")
    retrieval = page.show("Retrieval")
    expect(retrieval).to_contain_text("architecture.md")
    expect(retrieval).to_contain_text(re.compile(r"\d\.\d+"))
    edits = page.show("Edits")
    for told in ("wanted", "made", "budget"):
        expect(edits).to_contain_text(re.compile(told, re.IGNORECASE))
    turn = page.show("Turn")
    for told in (turn_of(page, asked), ts, "answered"):
        expect(turn).to_contain_text(told)
    expect(turn).to_contain_text(re.compile("lease", re.IGNORECASE))


def test_a_slack_call_opens_to_its_arguments_and_its_answer(page: SlackPage):
    asked, answer = page.ask(QUESTION)

    calls = page.show("Slack calls")
    call = calls.locator("details", has_text="chat.postMessage").first
    call.locator("summary").first.click()

    expect(call).to_contain_text("Reading the thread")
    expect(call).to_contain_text(asked)
    expect(call).to_contain_text(page.ts_of(answer))
    expect(call).to_contain_text(re.compile(r"\d+ m?s"))
    expect(calls).not_to_contain_text("xoxb-")


def test_a_reload_shows_the_same_turn(page: SlackPage):
    page.ask(QUESTION)
    before = page.show("Turn").inner_text()

    page.reload()

    expect(page.inspector).to_be_visible()
    expect(page.show("Turn")).to_have_text(re.compile(re.escape(before.split("\n")[0])))


def test_an_older_turn_is_shown_where_its_message_is_inspected(page: SlackPage):
    first, answer = page.ask(QUESTION)
    second = page.reply("@Vera And what happens when it runs out?")
    page.answered(second)
    expect(page.show("Turn")).to_contain_text(turn_of(page, second))

    page.act(answer, "Inspect")
    expect(page.show("Turn")).to_contain_text(turn_of(page, first))


def test_it_knows_what_the_journal_tells_and_nothing_else(page: SlackPage, playground: RunningPlayground):
    asked: list[str] = []
    page.page.on("request", lambda request: asked.append(urlsplit(request.url).path.removeprefix(playground.path)))

    question, _ = page.ask(QUESTION)
    page.show("Slack calls")

    rooms = {path.split("/")[0] for path in asked}
    assert rooms <= {"messages", "channels", "changes", "read", "typing", "journal", "page", "files"}
    told = [entry for entry in entries(playground, turn_of(page, question)) if entry["event"] == "slack_called"]
    shown = page.inspector.locator("details", has_text=re.compile(r"^\s*(chat|conversations|users|auth)\."))
    assert shown.count() == len(told)


def test_the_journal_holds_no_token(page: SlackPage, playground: RunningPlayground):
    asked, _ = page.ask(QUESTION)

    assert "xoxb" not in json.dumps(entries(playground, turn_of(page, asked)))
