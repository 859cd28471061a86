"""`--docs` with a folder that nobody here wrote: what an installed package tells its users, asked in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import playwright
import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.running_playground import RunningPlayground
    from fakes.slack_page import Visit

pytestmark = pytest.mark.e2e

THEIRS = Path(playwright.__file__).parent / "driver" / "package" / "lib" / "tools" / "skills"
"""What Playwright's package says about its command line."""

QUESTIONS = {
    "with an example": (
        "How do I save and restore the storage state?",
        "playwright-cli state-save",
        "playwright-cli/references/storage-state.md",
    ),
    "with steps": ("How do I view a trace?", "trace open <trace.zip>", "playwright-trace/SKILL.md"),
    "with a sentence": (
        "How do I mock a network request?",
        "Intercept, mock, modify, and block network requests",
        "playwright-cli/references/request-mocking.md",
    ),
}


@pytest.fixture(scope="module")
def theirs(run: Callable[..., RunningPlayground]) -> RunningPlayground:
    assert list(THEIRS.rglob("*.md")), "Playwright's package holds no documents any more: choose another one's"
    return run("--docs", str(THEIRS))


@pytest.mark.parametrize(("question", "passage", "source"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_is_answered_from_them_with_the_right_source(
    visit: Visit, theirs: RunningPlayground, question: str, passage: str, source: str
):
    page = visit(playground=theirs)

    _, answer = page.ask(f"@Vera {question}")

    text, _, sources = answer.inner_text().partition("Sources")
    assert passage in text
    assert source in sources
    expect(answer.locator(".message-text")).to_contain_text("[1]" if "[1]" in sources else "[")


def test_the_playground_says_what_it_answers_from(theirs: RunningPlayground):
    assert str(THEIRS) in theirs.said or THEIRS.name in theirs.said
    assert "embedded" in theirs.said
    assert len(theirs.said.strip().splitlines()) == 1
