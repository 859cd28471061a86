"""Writing: nothing that somebody wrote or attached is lost, whoever refuses it and whatever comes between."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import JSHandle, Locator, Route

    from fakes.running_playground import RunningPlayground
    from fakes.slack_page import SlackPage, Visit

pytestmark = pytest.mark.e2e

ADA = "U0ADALOVEL"
TOO_LONG = "a" * 40_001
WORDS = "cGxhbg=="
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"

FILE = "() => { const it = new DataTransfer(); it.items.add(new File(['x'], 'x.txt')); return it; }"
PASTE = """(field, [text, name]) => {
  const clipboardData = new DataTransfer();
  if (text) clipboardData.setData("text/plain", text);
  clipboardData.items.add(new File(["x"], name, { type: "image/png" }));
  return field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
COUNT_PICTURES = """() => {
  window.held = new Set();
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (file) => { const url = createObjectURL(file); window.held.add(url); return url; };
  URL.revokeObjectURL = (url) => { window.held.delete(url); revokeObjectURL(url); };
}"""
COMPLETE = """async ([text, people]) => {
  const { completion } = await import(`${location.pathname}page/complete.js`);
  const known = { people: new Map(people.map((person) => [person.id, person])), channels: [], bot: "" };
  const { options } = completion(text, text.length, known, { kind: "channel", members: people.map(({ id }) => id) });
  return options.map(({ name, insert }) => [name, insert]);
}"""

CAN = """async ([message, acts, as]) => {
  const { can } = await import(`${location.pathname}page/rights.js`);
  return acts.filter((act) => can(message, act, as));
}"""


def suggestions(page: SlackPage) -> Locator:
    return page.page.get_by_role("listbox", name="Suggestions")


def remove_button(page: SlackPage, name: str) -> Locator:
    return page.conversation.get_by_role("button", name=f"Remove {name}", exact=True)


def toast(page: SlackPage) -> Locator:
    return page.page.locator(".toast")


def edit(page: SlackPage, ts: str) -> Locator:
    page.choose(page.message(ts), "Edit message")
    field = page.message(ts).get_by_role("textbox", name="Edit message")
    expect(field).to_be_focused()
    return field


def refuse_once(page: SlackPage, sentence: str) -> None:
    """Have the next message refused: with a status that the console tells."""
    page.expect_complaint("status of 400")
    page.page.route("**/messages", lambda route: route.fulfill(status=400, json={"error": sentence}), times=1)


def send(page: SlackPage) -> str:
    with page.page.expect_response(lambda got: got.url.endswith("/messages")) as sent:
        page.composer.press("Enter")
    ts = str(sent.value.json()["ts"])
    expect(page.message(ts)).to_be_visible()
    return ts


def drag(event: str, target: Locator, transfer: JSHandle, other: JSHandle | None = None) -> None:
    """Take one step of dragging a file of the system's; `other` is where it came from, or goes to."""
    target.dispatch_event(event, {"dataTransfer": transfer} | ({"relatedTarget": other} if other else {}))


def test_an_emoji_that_is_picked_by_keys_stands_where_one_was_writing(visit: Visit):
    page = visit()
    page.composer.press_sequentially("Well")
    page.composer.press("ArrowLeft")
    dialog = page.page.get_by_role("dialog", name="Emoji", exact=True)

    page.conversation.get_by_role("button", name="Emoji", exact=True).press("Enter")
    expect(dialog).to_be_visible()
    page.page.keyboard.type("tada")
    page.page.keyboard.press("Enter")

    expect(page.composer).to_have_value("Wel :tada: l")
    expect(page.composer).to_be_focused()
    page.page.keyboard.type("and ")
    expect(page.composer).to_have_value("Wel :tada: and l")
    page.conversation.get_by_role("button", name="Emoji", exact=True).press("Enter")
    expect(dialog).to_be_visible()
    page.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.composer).to_be_focused()


def test_an_edit_that_is_refused_stays_in_its_field(visit: Visit):
    page = visit()
    said = page.say("It is a pie.")
    page.expect_complaint("status of 400")

    field = edit(page, said)
    field.fill(TOO_LONG)
    field.press("Enter")

    expect(toast(page)).to_contain_text("at most 40,000 characters")
    expect(field).to_have_value(TOO_LONG)
    field.fill("It is a cake.")
    field.press("Enter")
    expect(page.message(said).locator(".message-text")).to_contain_text("It is a cake.")
    expect(field).to_have_count(0)


def test_an_edit_of_nothing_takes_back_nothing_that_was_edited_elsewhere(visit: Visit):
    here, there = visit(), visit()
    said = here.say("One.")
    field = edit(here, said)

    other = edit(there, said)
    other.fill("Two.")
    other.press("Enter")
    expect(there.message(said).locator(".message-text")).to_contain_text("Two.")
    later = there.say("Once this is there, the edit is as well.")
    expect(here.message(later)).to_be_visible()
    field.press("Enter")

    expect(field).to_have_count(0)
    expect(here.message(said).locator(".message-text")).to_contain_text("Two.")


def test_a_message_with_a_file_may_lose_its_words_but_one_without_may_not(visit: Visit):
    page = visit()
    page.drop(page.conversation, "plan.txt", WORDS, mimetype="text/plain")
    shared = page.say("The plan")
    said = page.say("Words")

    field = edit(page, shared)
    field.fill("")
    field.press("Enter")
    expect(page.message(shared).locator(".message-text")).to_have_count(0)
    expect(page.message(shared).locator(".message-files")).to_contain_text("plan.txt")

    field = edit(page, said)
    field.fill("")
    field.press("Enter")
    expect(page.message(said).get_by_role("button", name="Save")).to_be_disabled()
    field.press("Escape")
    expect(page.message(said).locator(".message-text")).to_have_text("Words")


def test_a_file_that_can_never_be_sent_says_why_and_offers_no_second_try(visit: Visit):
    page = visit()

    page.drop(page.conversation, "zero.txt", "", mimetype="text/plain")

    expect(page.conversation.get_by_role("alert")).to_have_text("Empty: there is nothing to send")
    expect(page.conversation.get_by_role("button", name="Try zero.txt again")).to_have_count(0)
    page.conversation.get_by_role("button", name="Remove zero.txt").click()
    expect(page.conversation.get_by_role("alert")).to_have_count(0)


def test_a_file_s_name_cannot_turn_the_direction_of_writing(visit: Visit):
    page = visit()
    turned = {"name": "plan\u202etxt.exe", "mimeType": "text/plain", "buffer": b"words"}

    page.conversation.locator("input[type=file]").set_input_files([turned])

    expect(page.conversation.locator(".attachment .file-name")).to_have_text("plantxt.exe")


def test_a_message_that_is_refused_goes_back_into_the_field_with_its_files(visit: Visit):
    page = visit()
    refuse_once(page, "Not today.")
    page.drop(page.conversation, "plan.txt", WORDS, mimetype="text/plain")
    page.composer.fill("Look at this")
    page.composer.press("Enter")
    failed = page.conversation.locator("article.failed")
    expect(failed).to_contain_text("Not sent. Not today.")

    page.composer.fill("(and thank you)")
    failed.get_by_role("button", name="Edit", exact=True).click()

    expect(page.composer).to_have_value("Look at this\n(and thank you)")
    expect(page.composer).to_be_focused()
    expect(remove_button(page, "plan.txt")).to_be_visible()
    expect(failed).to_have_count(0)
    expect(page.conversation.get_by_role("progressbar")).to_have_count(0)
    sent = send(page)
    expect(page.message(sent)).to_contain_text("Look at this")
    expect(page.message(sent).locator(".message-files")).to_contain_text("plan.txt")


def test_what_is_too_much_for_a_message_stays_where_it_is_written(visit: Visit):
    page = visit()
    page.composer.fill(TOO_LONG)
    page.composer.press("Enter")
    expect(toast(page)).to_contain_text("at most 40,000 characters")
    expect(page.composer).to_have_value(TOO_LONG)
    expect(page.conversation.locator("article.on-its-way")).to_have_count(0)

    page.composer.fill("Files")
    files = [{"name": f"{number}.txt", "mimeType": "text/plain", "buffer": b"x"} for number in range(11)]
    page.conversation.locator("input[type=file]").set_input_files(files)
    expect(page.conversation.get_by_role("button", name=re.compile("^Remove "))).to_have_count(11)
    expect(page.conversation.get_by_role("progressbar")).to_have_count(0)
    page.composer.press("Enter")
    expect(toast(page).filter(has_text="10 files at most")).to_be_visible()
    expect(page.composer).to_have_value("Files")
    remove_button(page, "10.txt").click()
    sent = send(page)
    expect(page.message(sent).locator(".file-card")).to_have_count(10)


def test_files_wait_with_their_draft_where_one_left_them(visit: Visit):
    page = visit()
    page.drop(page.conversation, "plan.txt", WORDS, mimetype="text/plain")
    page.composer.fill("The plan")

    page.go("random")
    expect(remove_button(page, "plan.txt")).to_have_count(0)
    page.go("general")

    expect(remove_button(page, "plan.txt")).to_be_visible()
    expect(page.composer).to_have_value("The plan")
    sent = send(page)
    expect(page.message(sent).locator(".message-files")).to_contain_text("plan.txt")
    expect(remove_button(page, "plan.txt")).to_have_count(0)


def test_suggestions_follow_the_caret(visit: Visit):
    page = visit()
    page.composer.press_sequentially("Ask @Ve")
    expect(suggestions(page)).to_be_visible()

    page.composer.press("Home")
    expect(suggestions(page)).to_have_count(0)

    page.composer.fill("")
    page.composer.press_sequentially("Ask @Ver")
    page.composer.press("ArrowLeft")
    page.composer.press("ArrowLeft")
    expect(suggestions(page).get_by_role("option").first).to_contain_text("Vera")
    page.composer.press("Enter")
    expect(page.composer).to_have_value("Ask @Vera ")


def test_a_word_behind_the_caret_that_is_no_name_stays(visit: Visit):
    page = visit()
    page.composer.fill("hello")
    page.composer.press("Home")
    page.composer.press_sequentially("@Ver")
    page.composer.press("Enter")

    expect(page.composer).to_have_value("@Vera hello")
    page.composer.fill("@Vera: hello")
    page.composer.press("Home")
    for _ in "@Ver":
        page.composer.press("ArrowRight")
    page.composer.press("Backspace")
    page.composer.press_sequentially("r")
    page.composer.press("Enter")
    expect(page.composer).to_have_value("@Vera : hello")


def test_arrow_up_stays_in_a_list_of_one_and_other_keys_are_the_fields_own(visit: Visit):
    page = visit()
    page.composer.press_sequentially("@Grace")
    expect(suggestions(page).get_by_role("option")).to_have_count(1)

    page.composer.press("ArrowUp")
    expect(suggestions(page)).to_be_visible()
    assert page.composer.evaluate("(field) => field.selectionStart") == len("@Grace")
    page.composer.press("Shift+Enter")
    expect(page.composer).to_have_value("@Grace\n")


def test_of_two_people_of_one_name_the_handle_says_who_is_meant(visit: Visit):
    page = visit()
    people = [
        {"id": "U1", "name": "grace", "real_name": "Grace Hopper"},
        {"id": "U2", "name": "grace2", "real_name": "Grace Hopper"},
        {"id": "U3", "name": "grant", "real_name": "Grant Green"},
    ]

    options = page.page.evaluate(COMPLETE, ["@gra", people])

    assert options == [["Grace Hopper", "@grace "], ["Grace Hopper", "@grace2 "], ["Grant Green", "@Grant Green "]]


def test_keys_of_an_input_method_send_nothing_and_close_nothing(visit: Visit):
    page = visit()
    said = page.say("Well.")
    page.open_thread(said)

    def press(field: Locator, key: str) -> None:
        field.dispatch_event("keydown", {"key": key, "isComposing": True})

    page.reply_box.fill("にほん")
    press(page.reply_box, "Enter")
    press(page.reply_box, "Escape")
    field = edit(page, said)
    press(field, "Escape")
    press(field, "Enter")
    expect(field).to_be_visible()
    field.press("Escape")
    page.act(page.message(said), "Add reaction")
    search = page.page.get_by_role("searchbox", name="Search emoji")
    press(search, "Enter")
    expect(search).to_be_visible()
    search.press("Escape")

    expect(page.reply_box).to_have_value("にほん")
    expect(page.page.locator("article.on-its-way")).to_have_count(0)
    expect(page.thread.locator("article")).to_have_count(1)


def test_the_sign_for_dropping_goes_although_a_message_vanished_under_it(visit: Visit, playground: RunningPlayground):
    page = visit()
    first, second = page.say("One."), page.say("Two.")
    overlay = page.page.locator(".drop-overlay")
    transfer = page.page.evaluate_handle(FILE)
    outside = page.page.evaluate_handle("() => document.body")

    drag("dragenter", page.message(first), transfer, outside)
    expect(overlay).to_be_visible()
    channel = (page.link("general").get_attribute("href") or "").removeprefix("#/")
    playground.post(f"messages/{channel}/{first}/delete", {"as": ADA})
    expect(page.message(first)).to_have_count(0)
    drag("dragenter", page.message(second), transfer)
    drag("dragenter", page.composer, transfer, page.message(second).element_handle())
    drag("dragleave", page.message(second), transfer, page.composer.element_handle())
    expect(overlay).to_be_visible()
    drag("dragleave", page.composer, transfer, outside)

    expect(overlay).to_have_count(0)


def test_a_picture_of_the_page_that_is_dragged_about_is_no_file(visit: Visit):
    page = visit()
    page.drop(page.conversation, "label.png", PIXEL, mimetype="image/png")
    said = page.say("The label")
    transfer = page.page.evaluate_handle(FILE)

    page.message(said).locator(".picture img").dispatch_event("dragstart", {"dataTransfer": transfer})
    for event in ("dragenter", "dragover", "drop"):
        page.composer.dispatch_event(event, {"dataTransfer": transfer})

    expect(page.page.locator(".drop-overlay")).to_have_count(0)
    expect(page.conversation.get_by_role("button", name=re.compile("^Remove "))).to_have_count(0)


def test_words_that_come_with_a_picture_are_pasted_as_words(visit: Visit):
    page = visit()

    assert page.composer.evaluate(PASTE, ["Barrels\t5", "image.png"]), "the field was not left to paste"
    expect(remove_button(page, "image.png")).to_have_count(0)
    assert not page.composer.evaluate(PASTE, ["", "image.png"])
    expect(remove_button(page, "image.png")).to_be_visible()
    assert not page.composer.evaluate(PASTE, ["label.png", "label.png"]), "a file manager's names are no words"
    expect(remove_button(page, "label.png")).to_be_visible()


def test_pictures_are_let_go_when_nothing_shows_them_any_more(visit: Visit):
    page = visit()
    page.page.evaluate(COUNT_PICTURES)
    for name in ("wrong.png", "right.png"):
        page.drop(page.conversation, name, PIXEL, mimetype="image/png")
    assert page.page.evaluate("() => window.held.size") == 2

    remove_button(page, "wrong.png").click()
    page.page.wait_for_function("() => window.held.size === 1")
    said = page.say("This one")

    expect(page.message(said).locator(".message-files img")).to_be_visible()
    page.page.wait_for_function("() => window.held.size === 0")


def test_files_on_their_way_lead_nowhere_until_they_are_posted(visit: Visit):
    page = visit()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.page.route("**/messages", hold, times=1)
    page.drop(page.conversation, "plan.txt", WORDS, mimetype="text/plain")
    page.drop(page.conversation, "label.png", PIXEL, mimetype="image/png")
    page.composer.press("Enter")

    files = page.conversation.locator("article.on-its-way .message-files")
    expect(files).to_contain_text("plan.txt")
    expect(files.get_by_role("img", name="label.png")).to_be_visible()
    expect(files.get_by_role("link")).to_have_count(0)

    with page.page.expect_response(lambda got: got.url.endswith("/messages")) as sent:
        held[0].continue_()
    posted = page.message(sent.value.json()["ts"])
    expect(posted.get_by_role("link", name="Download plan.txt")).to_be_visible()


def test_keys_do_nothing_to_messages_that_bear_nothing(visit: Visit):
    page = visit()
    kept = page.say("This stays.")
    root = page.say("This goes.")
    page.open_thread(root)
    page.reply("But this was said to it.")
    page.choose(page.message(root), "Delete message")
    page.page.get_by_role("dialog", name="Delete message?").get_by_role("button", name="Delete", exact=True).click()
    expect(page.message(root)).to_have_class(re.compile(r"\bgone\b"))

    page.message(root).focus()
    for key in ("r", "e", "Delete"):
        page.page.keyboard.press(key)
    expect(page.page.get_by_role("dialog")).to_have_count(0)
    expect(page.conversation.get_by_role("textbox", name="Edit message")).to_have_count(0)
    page.composer.focus()
    page.page.keyboard.press("ArrowUp")
    expect(page.message(kept).get_by_role("textbox", name="Edit message")).to_be_focused()


def test_what_can_be_done_with_a_message_is_one_answer(visit: Visit):
    page = visit()
    mine = {"user": ADA, "ts": "1.0"}
    everything = ["delete", "edit", "react", "reply"]
    allowed = {
        "one's own": (mine, everything),
        "one's own with a file": (mine | {"subtype": "file_share"}, everything),
        "somebody else's": ({"user": "U2"}, ["react", "reply"]),
        "a whisper": (mine | {"is_ephemeral": True}, []),
        "a tombstone": (mine | {"subtype": "tombstone"}, []),
        "a tombstone with replies": (mine | {"subtype": "tombstone", "reply_count": 1}, ["reply"]),
        "that somebody joined": (mine | {"subtype": "channel_join"}, ["react"]),
    }

    found = {name: page.page.evaluate(CAN, [message, everything, ADA]) for name, (message, _) in allowed.items()}

    assert found == {name: acts for name, (_, acts) in allowed.items()}


def test_letters_mean_the_same_under_caps_lock(visit: Visit):
    page = visit()
    said = page.say("Loud.")

    page.message(said).focus()
    page.page.keyboard.press("R")
    expect(page.page.get_by_role("dialog", name="Add reaction")).to_be_visible()
    page.page.keyboard.press("Escape")
    expect(page.message(said)).to_be_focused()
    page.page.keyboard.press("E")
    expect(page.message(said).get_by_role("textbox", name="Edit message")).to_be_focused()
    page.page.keyboard.press("Escape")
    page.message(said).focus()
    page.page.keyboard.press("T")
    expect(page.thread).to_be_visible()


def test_a_message_is_described_by_its_words(visit: Visit):
    page = visit()
    said = page.say("Cake is in the kitchen.")

    expect(page.message(said)).to_have_accessible_name(re.compile(r"^Ada Lovelace at \d\d:\d\d$"))
    expect(page.message(said)).to_have_accessible_description("Cake is in the kitchen.")
    page.open_thread(said)
    expect(page.message(said, inside=page.thread)).to_have_accessible_description("Cake is in the kitchen.")


def test_a_copy_that_the_browser_refuses_is_said(visit: Visit):
    page = visit()
    said = page.say("Copy me.")
    page.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")

    page.choose(page.message(said), "Copy text")

    expect(toast(page)).to_contain_text("select the text instead")
