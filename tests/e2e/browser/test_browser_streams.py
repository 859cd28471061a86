"""Streams, statuses and buttons on the page, played by the test: what each looks like, and what pressing one does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from fakes.accessibility import faults

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from e2e.browser.conftest import Stage
    from fakes.slack_page import SlackPage, Visit

pytestmark = pytest.mark.e2e

ADA = "U0ADALOVEL"
ANSWER = "# Leases\n\nA lease lasts **30 seconds**, see [the docs](https://x.example/a):\n\n- renewed\n- or lost"
_CARET = "(element) => getComputedStyle(element, '::after').width"
STOP = {
    "type": "actions",
    "block_id": "vera_stop",
    "elements": [
        {
            "type": "button",
            "action_id": "vera_stop",
            "text": {"type": "plain_text", "text": "Stop"},
            "value": '{"turn": "C1:1.2", "user": "U0ADALOVEL"}',
        }
    ],
}


@pytest.fixture
def page(enter: Visit) -> SlackPage:
    return enter()


@pytest.fixture
def thread(page: SlackPage) -> dict[str, str]:
    """Ask something, open its thread, and return where that is, as Slack's methods name it."""
    ts = page.say("@Vera How long does a lease last?")
    expect(page.message(ts, inside=page.thread)).to_be_visible()
    return {"channel": urlsplit(page.page.url).fragment.split("/")[1], "thread_ts": ts}


def begin(stage: Stage, thread: dict[str, str], text: str) -> dict[str, str]:
    """Begin a stream; return how its next calls name it."""
    begun = stage.vera.chat_startStream(
        **thread, markdown_text=text, recipient_user_id=ADA, recipient_team_id=stage.workspace.team.id
    )
    return {"channel": thread["channel"], "ts": str(begun["ts"])}


def finished(thread: dict[str, str]) -> dict[str, Any]:
    payload = {"turn": ":".join(thread.values()), "part": 0, "state": "done"}
    return {"event_type": "vera_reply", "event_payload": payload}


# Streams


def test_a_stream_is_seen_to_grow_and_is_whole_at_its_end(page: SlackPage, stage: Stage, thread: dict[str, str]):
    stream = begin(stage, thread, ANSWER[:20])
    message = page.message(stream["ts"], inside=page.thread)
    expect(message).to_have_attribute("data-state", "writing")
    expect(message.locator(".growing")).to_have_text(ANSWER[10:20].strip())
    assert message.locator(".growing").evaluate(_CARET) == "2px"
    expect(page.thread.locator(".typing")).to_contain_text("Vera is typing")

    stage.vera.chat_appendStream(**stream, markdown_text=ANSWER[20:60])
    expect(message.locator("strong").last).to_have_text("30 seconds")
    stage.vera.chat_stopStream(**stream, markdown_text=ANSWER[60:], metadata=finished(thread))

    expect(message).to_have_attribute("data-state", "done")
    expect(message.locator("strong")).to_have_text(["Leases", "30 seconds"])
    expect(message.get_by_role("link", name="the docs")).to_have_attribute("href", "https://x.example/a")
    expect(message.get_by_role("listitem")).to_have_text(["renewed", "or lost"])
    expect(page.thread.locator(".typing")).to_have_count(0)
    assert message.locator(".growing").evaluate(_CARET) == "auto"
    assert "(edited)" not in message.inner_text()
    texts = [seen.text for seen in page.stages(stream["ts"])]
    assert texts == sorted(texts, key=len)


def test_a_stream_that_ended_without_a_word_of_its_app_is_no_longer_growing(
    page: SlackPage, stage: Stage, thread: dict[str, str]
):
    stream = begin(stage, thread, "Half of")
    message = page.message(stream["ts"], inside=page.thread)
    expect(message).to_have_attribute("data-state", "writing")

    with stage.workspace.lock:
        stage.workspace.streams.stop_by_person(thread["channel"], thread["thread_ts"])

    expect(message).to_have_attribute("data-state", "")
    expect(page.thread.locator(".typing")).to_have_count(0)
    assert message.locator(".growing").evaluate(_CARET) == "auto"


def test_a_stream_is_still_one_after_a_reload(page: SlackPage, stage: Stage, thread: dict[str, str]):
    stream = begin(stage, thread, "Half of")

    page.reload()

    message = page.message(stream["ts"], inside=page.thread)
    expect(message).to_have_attribute("data-state", "writing")
    stage.vera.chat_appendStream(**stream, markdown_text=" it, and more")
    expect(message.locator(".message-text")).to_have_text("Half of it, and more")


def test_marks_that_nobody_is_to_see_are_nowhere_on_the_page(page: SlackPage, stage: Stage, thread: dict[str, str]):
    marks = "\u2061\u2062\u2064"
    stream = begin(stage, thread, f"{marks}Well, *{marks}so* it is")
    stage.vera.chat_postMessage(**thread, text=f"{marks}And *{marks}so* it was")
    message = page.message(stream["ts"], inside=page.thread)
    expect(message.locator(".message-text")).to_have_text("Well, so it is")

    seen = page.page.evaluate("() => document.body.textContent")

    assert not set(marks) & set(seen)


def test_what_a_stream_writes_is_nothing_but_text(page: SlackPage, stage: Stage, thread: dict[str, str]):
    stream = begin(stage, thread, '<img src=x onerror="window.owned = 1"> &lt;!channel&gt; [x](javascript:owned=1)')
    message = page.message(stream["ts"], inside=page.thread)

    expect(message).to_contain_text('<img src=x onerror="window.owned = 1"> <!channel> [x](javascript:owned=1)')
    expect(message.locator("img, .message-text a, .mention")).to_have_count(0)


# Statuses


def test_a_status_stands_at_the_threads_end_and_under_its_root(page: SlackPage, stage: Stage, thread: dict[str, str]):
    at = {"channel_id": thread["channel"], "thread_ts": thread["thread_ts"]}
    stage.vera.assistant_threads_setStatus(**at, status="is reading the thread…")

    expect(page.working).to_have_text("Vera is reading the thread…")
    expect(page.working.locator(".dots i")).to_have_count(3)
    expect(page.message(thread["thread_ts"])).to_contain_text("Vera is reading the thread…")
    expect(page.live_region).to_have_text("Vera is reading the thread…")
    expect(page.thread.locator(".typing")).to_have_count(0)
    page.reload()
    expect(page.working).to_have_text("Vera is reading the thread…")

    stage.vera.assistant_threads_setStatus(**at, status="is checking the knowledge base…")
    expect(page.working).to_have_text("Vera is checking the knowledge base…")
    expect(page.live_region).to_have_text("Vera is checking the knowledge base…")
    stage.vera.assistant_threads_setStatus(**at, status="")

    expect(page.working).to_have_count(0)
    expect(page.message(thread["thread_ts"])).not_to_contain_text("Vera is")


def test_a_status_gives_way_to_the_message_that_comes(page: SlackPage, stage: Stage, thread: dict[str, str]):
    at = {"channel_id": thread["channel"], "thread_ts": thread["thread_ts"]}
    stage.vera.assistant_threads_setStatus(**at, status="is reading the thread…")
    expect(page.working).to_be_visible()

    stream = begin(stage, thread, "Half of")

    expect(page.message(stream["ts"], inside=page.thread)).to_be_visible()
    expect(page.working).to_have_count(0)
    expect(page.message(thread["thread_ts"])).to_contain_text("Writing …")
    expect(page.live_region).to_have_text("Vera is writing")


def test_a_status_is_shown_for_two_minutes_and_its_lines_take_turns(enter: Visit, stage: Stage):
    page = enter()
    asked = page.say("@Vera How long does a lease last?")
    channel = urlsplit(page.page.url).fragment.split("/")[1]
    page.page.clock.install()
    lines = ["Leafing through …", "Asking around …"]
    stage.vera.assistant_threads_setStatus(
        channel_id=channel, thread_ts=asked, status="is thinking…", loading_messages=lines
    )
    shown = re.compile("Leafing through|Asking around")
    expect(page.working).to_have_text(shown)
    before = page.working.inner_text()

    page.page.clock.run_for(4_100)
    expect(page.working).to_have_text(shown)
    assert page.working.inner_text() != before
    page.page.clock.run_for(120_000)

    expect(page.working).to_have_count(0)


# Buttons


def test_a_button_is_pressed_once_and_its_press_is_told(page: SlackPage, stage: Stage, thread: dict[str, str]):
    posted = stage.vera.chat_postMessage(**thread, text="A lease lasts", attachments=[{"blocks": [STOP]}])
    message = page.message(str(posted["ts"]), inside=page.thread)
    button = message.get_by_role("button", name="Stop", exact=True)
    page.page.clock.install()

    page.press(message, "Stop")
    expect(button).to_be_disabled()
    button.click(force=True)

    [pressed] = stage.kinds("pressed")
    assert (pressed.actor, pressed.ts) == (ADA, posted["ts"])
    page.page.clock.run_for(3_100)  # within which Slack wants to hear of it, and nothing came of it
    expect(button).to_be_enabled()


def test_a_button_that_goes_leaves_the_focus_with_its_message(page: SlackPage, stage: Stage, thread: dict[str, str]):
    posted = stage.vera.chat_postMessage(**thread, text="A lease lasts", attachments=[{"blocks": [STOP]}])
    message = page.message(str(posted["ts"]), inside=page.thread)
    button = message.get_by_role("button", name="Stop", exact=True)
    message.focus()

    tab_to(page, button)
    with page.page.expect_response(lambda got: got.url.endswith("/press")):
        page.page.keyboard.press("Enter")
    expect(button).to_be_disabled()
    expect(button).to_be_focused()
    stage.vera.chat_update(channel=thread["channel"], ts=posted["ts"], text="A lease lasts _stopped_", attachments=[])

    expect(button).to_have_count(0)
    expect(message).to_be_focused()


def tab_to(page: SlackPage, target: Locator, *, most: int = 20) -> None:
    """Press Tab until this has the focus."""
    for _ in range(most):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.page.keyboard.press("Tab")
    expect(target).to_be_focused()


def test_a_press_that_is_refused_is_said_to_be(page: SlackPage, stage: Stage, thread: dict[str, str]):
    page.expect_complaint("404")
    posted = stage.vera.chat_postMessage(**thread, text="A lease lasts", attachments=[{"blocks": [STOP]}])
    button = page.message(str(posted["ts"]), inside=page.thread).get_by_role("button", name="Stop", exact=True)
    page.page.route(re.compile("/press$"), lambda route: route.continue_(post_data=gone(route.request.post_data_json)))

    button.click()

    expect(page.page.get_by_role("alert")).to_contain_text("That button is not there any more.")
    expect(button).to_be_enabled()


def gone(press: dict[str, str]) -> dict[str, str]:
    return press | {"action_id": "another"}


def test_blocks_stand_for_the_text_with_all_their_buttons(page: SlackPage, stage: Stage, thread: dict[str, str]):
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "style": "primary"}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "What there is"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Bold* words"}, "accessory": button},
        {"type": "divider"},
        {"type": "markdown", "text": "**More** words"},
        {"type": "context", "elements": [{"type": "plain_text", "text": "In *small*"}]},
    ]
    posted = stage.vera.chat_postMessage(**thread, text="A fallback", blocks=blocks)
    message = page.message(str(posted["ts"]), inside=page.thread)

    expect(message.locator(".message-text")).to_have_text(
        re.compile(r"What there is\s*Bold words\s*More words\s*In \*small\*")
    )
    expect(message.locator("strong")).to_have_text(["Bold", "More"])
    expect(message).not_to_contain_text("A fallback")
    page.press(message, "Go")
    assert [change.ts for change in stage.kinds("pressed")] == [posted["ts"]]


# Sessions


def test_a_session_is_stopped_from_the_threads_composer(page: SlackPage, stage: Stage, thread: dict[str, str]):
    at = {"channel_id": thread["channel"], "thread_ts": thread["thread_ts"]}
    expect(page.stop_button).to_have_count(0)
    stage.vera.agents_sessions_setStatus(**at, status="processing")
    expect(page.stop_button).to_be_enabled()
    expect(page.conversation.get_by_role("button", name="Stop Vera")).to_have_count(0)
    page.reload()

    page.stop_button.focus()
    with page.page.expect_response(lambda got: got.url.endswith("/stop_session")):
        page.page.keyboard.press("Enter")
    expect(page.stop_button).to_be_disabled()
    [stopped] = stage.kinds("stopped")
    assert (stopped.actor, stopped.channel) == (ADA, thread["channel"])
    stage.vera.agents_sessions_setStatus(**at, status="active")

    expect(page.stop_button).to_have_count(0)
    expect(page.reply_box).to_be_focused()


# Looks


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_while_an_answer_is_streamed(enter: Visit, stage: Stage, scheme: str, width: int):
    page = enter(viewport={"width": width, "height": 844}, color_scheme=scheme)
    asked = page.say("@Vera How long does a lease last?")
    if not page.thread.is_visible():
        page.open_thread(asked)
    channel = urlsplit(page.page.url).fragment.split("/")[1]
    at = {"channel_id": channel, "thread_ts": asked}
    table = "\n\n| A | B |\n|--:|---|\n| 1 | `2` |\n\n> quoted\n\n```\ncode\n```\n\n1. one\n2. two\n\n---\n\n- [x] done"
    stream = begin(stage, {"channel": channel, "thread_ts": asked}, ANSWER + table)
    stage.vera.agents_sessions_setStatus(**at, status="processing")
    stage.vera.chat_postMessage(channel=channel, thread_ts=asked, text="Or so.", attachments=[{"blocks": [STOP]}])
    stage.vera.assistant_threads_setStatus(**at, status="is reading the thread…")
    expect(page.message(stream["ts"], inside=page.thread).get_by_role("table")).to_be_visible()
    expect(page.stop_button).to_be_visible()
    expect(page.working).to_be_visible()

    assert faults(page.page) == []
    wide, seen = page.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= seen
