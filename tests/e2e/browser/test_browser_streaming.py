"""Answers that stream, as a crowd sees them: never stale for long, whole in the end, and stopped by who asked.

Vera is deployed whole, and Slack has its limits; only the model is played. Streams and buttons by themselves:
`test_browser_streams.py`.
"""

from __future__ import annotations

import re
from itertools import pairwise
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from fakes.accessibility import faults
from fakes.scripted_bedrock import Hold, Pause, Stop, Used

if TYPE_CHECKING:
    from collections.abc import Callable

    from e2e.browser.conftest import Watched
    from fakes.slack_page import SlackPage, Visit

    Watch = Callable[..., tuple[Watched, Visit]]

pytestmark = pytest.mark.e2e

STALE_SECONDS = 3.0
"""How long a reader in a crowd of six waits for news at the most, while an answer is being written."""

WORDS = {"native": 450, "auto": 450, "edit": 300}
"""How long the answers are, of which that is promised.

Streams bear 20 writes at once and 100 a minute: among six, one each 1.5 s. Edits alone bear 20 and 50, less one that is
kept back for each answer's end: one each 2 s for four seconds, then more and more rarely. What is left of three seconds
is room for a machine that runs six browsers, six workers and all of Slack on two cores.
"""

_LETTERS_AT_ONCE, _PAUSE_SECONDS = 16, 0.05  # 80 tokens of four letters a second
_END = [Stop(), Used()]


def sentences(words: int, *, of: str) -> str:
    """Return a text in which each word is another."""
    return " ".join(f"{of}{number}{'.' if number % 12 == 0 else ''}" for number in range(1, words + 1))


def spoken(text: str) -> list[Any]:
    """Return a text as a model says it, piece by piece."""
    pieces = [text[at : at + _LETTERS_AT_ONCE] for at in range(0, len(text), _LETTERS_AT_ONCE)]
    return [part for piece in pieces for part in (Pause(_PAUSE_SECONDS), piece)]


@pytest.mark.parametrize("streaming", WORDS)
@pytest.mark.timeout(180)
def test_six_questions_at_once_are_all_answered_whole_and_nobody_waits_long_for_news(watch: Watch, streaming: str):
    watched, visit = watch(VERA_STREAMING=streaming)
    begin = Event()
    texts = {letter: sentences(WORDS[streaming], of=letter) for letter in "uvwxyz"}
    for text in texts.values():
        watched.bedrock.script([Hold(begin), *spoken(text), *_END])
    pages = [visit() for _ in texts]

    asked = []
    for page in pages:
        page.go(watched.channel())
        asked.append(page.say("@Vera Tell me everything."))
    watched.bedrock.wait_for(len(texts), timeout_seconds=60.0)
    begin.set()  # all speak from the same moment on
    answers = [page.answered(ts, timeout_seconds=60.0) for page, ts in zip(pages, asked, strict=True)]

    shown = [words_of(page, ts) for page, ts in zip(pages, asked, strict=True)]
    assert sorted(shown) == sorted(texts.values())
    stale = [page.longest_standstill(page.ts_of(answer)) for page, answer in zip(pages, answers, strict=True)]
    assert max(stale) < STALE_SECONDS, stale


def words_of(page: SlackPage, asked: str) -> str:
    """Return what Vera's messages in the open thread say, in their order."""
    told = page.thread.locator(f"article[aria-label^='Vera at']:not([data-ts='{asked}']) .message-text")
    return " ".join(" ".join(told.all_inner_texts()).split())


@pytest.mark.parametrize("streaming", ["edit", "native"])
def test_the_asker_stops_an_answer_and_its_words_so_far_stay(watch: Watch, streaming: str):
    watched, visit = watch(VERA_STREAMING=streaming)
    watched.bedrock.script(["A lease lasts thirty seconds, and then ", *spoken(sentences(6_000, of="on")), Hold()])
    page = visit()
    page.go("Vera")
    asked = page.say("How long does a lease last?")
    answer = page.answer_to(asked)
    expect(answer).to_have_attribute("data-state", "writing")
    expect(answer).to_contain_text("A lease lasts")
    assert faults(page.page) == []

    if streaming == "edit":
        page.press(answer, "Stop")
    else:
        page.stop_button.focus()
        page.page.keyboard.press("Enter")
    page.answered(asked)

    expect(answer).to_contain_text("A lease lasts thirty seconds, and then")
    expect(answer).to_contain_text(re.compile("stopped", re.IGNORECASE))
    expect(answer.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    expect(page.stop_button).to_have_count(0)
    expect(page.thread.locator(".typing")).to_have_count(0)
    assert watched.bedrock.requests[0].hung_up.wait(10)


def test_who_did_not_ask_cannot_stop_an_answer(watch: Watch):
    watched, visit = watch()
    go_on = Event()
    watched.bedrock.script(["A lease lasts", Hold(go_on), " thirty seconds.", *_END])
    ada, grace = visit(), visit("Grace Hopper")
    room = watched.channel()
    ada.go(room)
    grace.go(room)
    asked = ada.say("@Vera How long does a lease last?")
    expect(ada.answer_to(asked)).to_contain_text("A lease lasts")
    grace.open_thread(asked)

    grace.press(grace.answer_to(asked), "Stop")
    expect(grace.page.locator(".message.whisper")).to_contain_text("Only the person who asked can stop this answer.")
    expect(ada.page.locator(".message.whisper")).to_have_count(0)
    go_on.set()

    expect(ada.answered(asked)).to_contain_text("A lease lasts thirty seconds.")


def test_a_native_stream_has_a_status_before_it_and_is_whole_at_its_end(watch: Watch):
    watched, visit = watch(VERA_STREAMING="native")
    begin, go_on = Event(), Event()
    watched.bedrock.script([Hold(begin), "A lease lasts **thirty", Hold(go_on), " seconds**.\n\n- So be it.", *_END])
    page = visit()
    page.go(watched.channel())
    asked = page.say("@Vera How long does a lease last?")
    expect(page.working).to_contain_text(re.compile(r"^\s*Vera is "))
    expect(page.answer_to(asked)).to_have_count(0)
    assert faults(page.page) == []

    begin.set()
    answer = page.answer_to(asked)
    expect(answer).to_have_attribute("data-state", "writing")
    expect(answer).to_contain_text("A lease lasts")
    expect(page.working).to_have_count(0)
    assert faults(page.page) == []
    go_on.set()
    page.answered(asked)

    expect(answer.locator("strong")).to_have_text("thirty seconds")
    expect(answer.get_by_role("listitem")).to_have_text("So be it.")
    seen = [stage.text.strip() for stage in page.stages(page.ts_of(answer)) if stage.state == "writing"]
    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))
    said = {call.method for call in watched.vera.calls() if call.method.startswith(("chat.", "assistant."))}
    assert said <= {"assistant.threads.setStatus", "chat.startStream", "chat.appendStream", "chat.stopStream"}
