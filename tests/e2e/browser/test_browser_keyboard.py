"""Without a mouse: everything that one does with Vera, by keys alone, and one always sees where one is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from fakes.slack_page import SlackPage, Visit

pytestmark = pytest.mark.e2e

_PANES = 6
"""More than there are."""


def press(page: SlackPage, *keys: str) -> None:
    for key in keys:
        page.page.keyboard.press(key)


def write(page: SlackPage, text: str) -> None:
    page.page.keyboard.type(text)


def focused_inside(page: SlackPage, pane: Locator) -> bool:
    return bool(pane.evaluate("(pane) => pane.contains(document.activeElement)"))


def move_into(page: SlackPage, pane: Locator) -> None:
    """Press F6 until the focus is in this pane."""
    for _ in range(_PANES):
        if focused_inside(page, pane):
            return
        press(page, "F6")
    assert focused_inside(page, pane), "F6 does not lead there"


def tab_to(page: SlackPage, target: Locator, *, key: str = "Tab", most: int = 40) -> None:
    """Press Tab until this has the focus."""
    for _ in range(most):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        press(page, key)
    expect(target).to_be_focused()


def test_one_asks_reads_reacts_and_goes_elsewhere_without_a_mouse(visit: Visit):
    page = visit()
    move_into(page, page.conversation)
    tab_to(page, page.composer)
    write(page, "@Ve")
    expect(page.page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    press(page, "Enter")
    write(page, "How long does a lease last?")
    with page.page.expect_response(lambda got: got.url.endswith("/messages")) as sent:
        press(page, "Enter")
    asked = sent.value.json()["ts"]
    expect(page.message(asked)).to_contain_text("@Vera How long does a lease last?")
    expect(page.composer).to_have_value("")

    tab_to(page, page.message(asked), key="Shift+Tab")
    press(page, "Enter")
    expect(page.thread).to_be_visible()
    answer = page.answered(asked)
    move_into(page, page.thread)
    tab_to(page, page.reply_box)
    write(page, "Thank you")
    press(page, "Enter")
    expect(page.thread.locator("article", has_text="Thank you")).to_be_visible()

    focus_on(page, answer)
    press(page, "r")
    expect(page.page.get_by_role("dialog", name="Add reaction")).to_be_visible()
    write(page, "tada")
    press(page, "Enter")
    expect(answer.get_by_role("button", name=re.compile(r", 1 reaction$"))).to_be_visible()

    press(page, "Escape")
    expect(page.thread).to_be_hidden()
    move_into(page, page.workspace)
    tab_to(page, page.link("random"))
    press(page, "Enter")
    expect(page.conversation.get_by_role("heading", level=1)).to_have_text(re.compile("random"))


def focus_on(page: SlackPage, message: Locator) -> None:
    """Go from the reply box back into the list of messages, and up it to one."""
    for _ in range(40):
        if page.thread.evaluate("() => document.activeElement.matches('article')"):
            break
        press(page, "Shift+Tab")
    for _ in range(10):
        if message.evaluate("(element) => element === document.activeElement"):
            return
        press(page, "ArrowUp")
    expect(message).to_be_focused()


def test_ones_last_message_is_edited_by_arrow_up_and_deleted_by_delete(visit: Visit):
    page = visit()
    said = page.say("It is a pie.")

    press(page, "ArrowUp")
    expect(page.message(said).get_by_role("textbox")).to_be_focused()
    press(page, "End")
    write(page, " Or a cake.")
    press(page, "Enter")
    expect(page.message(said)).to_contain_text("It is a pie. Or a cake.")

    tab_to(page, page.message(said), key="Shift+Tab")
    press(page, "Delete")
    dialog = page.page.get_by_role("dialog", name="Delete message?")
    expect(dialog).to_be_visible()
    press(page, "Escape")
    expect(dialog).to_be_hidden()
    expect(page.message(said)).to_be_focused()
    press(page, "Delete")
    tab_to(page, dialog.get_by_role("button", name="Delete", exact=True))
    press(page, "Enter")
    expect(page.message(said)).to_have_count(0)


def test_arrows_go_through_the_messages_and_one_stop_of_the_tab_key_holds_them_all(visit: Visit):
    page = visit()
    first, second = page.say("One."), page.say("Two.")

    tab_to(page, page.message(second), key="Shift+Tab")
    press(page, "ArrowUp")
    expect(page.message(first)).to_be_focused()
    press(page, "ArrowDown")
    expect(page.message(second)).to_be_focused()

    assert page.conversation.locator("article[tabindex='0']").count() == 1


def test_shift_enter_begins_a_line_and_enter_sends(visit: Visit):
    page = visit()
    page.composer.focus()
    write(page, "One line")
    press(page, "Shift+Enter")
    write(page, "and another")
    expect(page.composer).to_have_value("One line\nand another")

    with page.page.expect_response(lambda got: got.url.endswith("/messages")) as sent:
        press(page, "Enter")

    expect(page.message(sent.value.json()["ts"])).to_contain_text("and another")


def test_a_question_mark_shows_the_keys_but_not_while_one_writes(visit: Visit):
    page = visit()
    shortcuts = page.page.get_by_role("dialog", name="Keyboard shortcuts")
    page.composer.focus()
    write(page, "Why?")
    expect(page.composer).to_have_value("Why?")
    expect(shortcuts).to_have_count(0)
    page.composer.fill("")
    said = page.say("Well.")

    tab_to(page, page.message(said), key="Shift+Tab")
    press(page, "Shift+?")
    expect(shortcuts).to_be_visible()
    press(page, "Escape")
    expect(shortcuts).to_be_hidden()


def test_where_the_focus_is_can_be_seen(visit: Visit):
    page = visit()
    said = page.say("Here.")
    tab_to(page, page.message(said), key="Shift+Tab")

    outlined = page.message(said).evaluate(
        "(element) => { const style = getComputedStyle(element);"
        " return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; }"
    )

    assert outlined
