"""What people do with messages by mouse: react, edit, delete, share files; and what a message cannot do to them."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from fakes.running_playground import RunningPlayground
    from fakes.slack_page import SlackPage, Visit

pytestmark = pytest.mark.e2e

HARM = '<script>window.owned = "script"</script><img src="x" onerror="window.owned = 1"> <javascript:alert(1)|a plan>'
NAME_OF_HARM = '"><img src=x onerror=window.owned=1>.txt'


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


def tiny_png() -> bytes:
    """Return a picture of one red pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def test_a_reaction_is_put_on_by_mouse_seen_by_others_and_taken_off_again(visit: Visit):
    ada, grace = visit(), visit("Grace Hopper")
    said = ada.say("Cake is in the kitchen.")

    ada.act(ada.message(said), "React with thumbs up")
    mine = ada.message(said).get_by_role("button", name="thumbs up, 1 reaction")
    expect(mine).to_have_attribute("aria-pressed", "true")
    theirs = grace.message(said).get_by_role("button", name="thumbs up, 1 reaction")
    expect(theirs).to_have_attribute("aria-pressed", "false")

    theirs.click()
    both = ada.message(said).get_by_role("button", name="thumbs up, 2 reactions")
    both.click()
    expect(mine).to_have_attribute("aria-pressed", "false")
    theirs.click()
    expect(ada.message(said).get_by_role("button", name=re.compile("thumbs up, "))).to_have_count(0)


def test_any_emoji_is_found_by_its_name(visit: Visit):
    page = visit()
    said = page.say("It is done.")

    page.act(page.message(said), "Add reaction")
    picker = page.page.get_by_role("dialog", name="Add reaction")
    picker.get_by_role("searchbox", name="Search emoji").fill("tada")
    page.page.keyboard.press("Enter")

    expect(
        page.message(said).get_by_role("button", name=re.compile(r"tada, 1 reaction|party", re.IGNORECASE))
    ).to_be_visible()
    expect(picker).to_be_hidden()


def test_ones_own_message_can_be_edited_and_deleted_but_nobody_elses(visit: Visit):
    ada, grace = visit(), visit("Grace Hopper")
    said = ada.say("The cake is a pie.")

    ada.choose(ada.message(said), "Edit message")
    editor = ada.message(said).get_by_role("textbox")
    expect(editor).to_have_value("The cake is a pie.")
    editor.fill("The cake is a *cake*.")
    editor.press("Enter")

    expect(grace.message(said).locator(".message-text")).to_contain_text("The cake is a cake.")
    expect(grace.message(said)).to_contain_text("(edited)")
    grace.act(grace.message(said), "More actions")
    expect(grace.page.get_by_role("menuitem", name="Copy text")).to_be_visible()
    expect(grace.page.get_by_role("menuitem", name="Delete message")).to_have_count(0)

    ada.choose(ada.message(said), "Delete message")
    ada.page.get_by_role("dialog", name="Delete message?").get_by_role("button", name="Delete", exact=True).click()
    expect(ada.message(said)).to_have_count(0)
    expect(grace.message(said)).to_have_count(0)


def test_a_text_file_that_is_dropped_is_shared_with_a_word_and_comes_back_as_it_was(visit: Visit):
    page = visit()
    page.drop(page.conversation, "harvest.txt", base64_of("Fünf Fässer.\n".encode()), mimetype="text/plain")

    said = page.say("This year's harvest")

    files = page.message(said).locator(".message-files")
    expect(files).to_contain_text("harvest.txt")
    with page.page.expect_download() as coming:
        files.get_by_role("link").first.click()
    assert coming.value.suggested_filename == "harvest.txt"
    assert Path(coming.value.path()).read_text() == "Fünf Fässer.\n"


def test_a_picture_that_is_dropped_into_a_thread_is_seen_by_others(visit: Visit):
    ada, grace = visit(), visit("Grace Hopper")
    said = ada.say("What does the label look like?")
    ada.open_thread(said)
    grace.open_thread(said)

    ada.drop(ada.thread, "label.png", base64_of(tiny_png()), mimetype="image/png")
    replied = ada.reply("Like this")

    picture = grace.message(replied, inside=grace.thread).locator(".message-files img")
    expect(picture).to_be_visible()
    grace.page.wait_for_function("(image) => image.complete && image.naturalWidth === 1", arg=picture.element_handle())


def test_a_file_can_be_sent_without_a_word_and_taken_back_before(visit: Visit):
    page = visit()
    page.drop(page.conversation, "wrong.txt", base64_of(b"no"), mimetype="text/plain")
    page.drop(page.conversation, "right.txt", base64_of(b"yes"), mimetype="text/plain")

    page.conversation.get_by_role("button", name="Remove wrong.txt").click()
    expect(page.conversation.get_by_role("button", name="Remove wrong.txt")).to_have_count(0)
    with page.page.expect_response(lambda got: got.url.endswith("/messages")) as sent:
        page.conversation.get_by_role("button", name="Send").click()

    files = page.message(sent.value.json()["ts"]).locator(".message-files")
    expect(files).to_contain_text("right.txt")
    expect(files).not_to_contain_text("wrong.txt")


def test_a_name_is_completed_after_an_at_sign(visit: Visit):
    page = visit()
    page.composer.press_sequentially("@Ve")
    options = page.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options.first).to_contain_text("Vera")
    expect(options.first).to_have_attribute("aria-selected", "true")

    page.composer.press("Enter")

    expect(page.composer).to_have_value("@Vera ")
    page.composer.press_sequentially("and @gr")
    expect(options.first).to_contain_text("Grace Hopper")
    page.composer.press("Escape")
    expect(page.page.get_by_role("listbox", name="Suggestions")).to_have_count(0)
    expect(page.composer).to_have_value("@Vera and @gr")


def test_formatted_text_looks_as_it_does_in_slack(visit: Visit):
    page = visit()

    said = page.say("*bold* _italic_ ~gone~ `code <b>` https://example.com/plan :tada: @Grace Hopper\n> quoted")

    text = page.message(said).locator(".message-text")
    for tag, words in {"strong": "bold", "em": "italic", "del, s": "gone", "code": "code <b>"}.items():
        expect(text.locator(tag).first).to_have_text(words)
    expect(text.get_by_role("link", name="https://example.com/plan")).to_have_attribute("rel", re.compile("noopener"))
    expect(text).to_contain_text("\N{PARTY POPPER}")
    expect(text).to_contain_text("@Grace Hopper")
    expect(text.locator("blockquote")).to_have_text("quoted")


def test_a_message_that_means_harm_is_nothing_but_text(visit: Visit):
    page = visit()
    page.drop(page.conversation, NAME_OF_HARM, base64_of(b"harmless"), mimetype="text/plain")

    said = page.say(HARM)

    message = page.message(said)
    expect(message.locator(".message-text")).to_contain_text('<script>window.owned = "script"</script><img src="x"')
    expect(message.locator(".message-files")).to_contain_text("onerror=window.owned=1")
    assert message.locator("script, [onerror]").count() == 0
    assert page.page.locator("a[href^='javascript:' i]").count() == 0
    assert page.page.evaluate("() => window.owned ?? null") is None
    page.reload()
    expect(page.message(said)).to_contain_text("<script>")
    assert page.page.evaluate("() => window.owned ?? null") is None


def test_a_model_that_means_harm_is_nothing_but_text(visit: Visit):
    page = visit()
    page.open_inspector()

    _, answer = page.ask("@Vera Where does the cellar key hang?")

    expect(answer.locator(".message-text")).to_contain_text("barrel")
    assert answer.locator("script, [onerror], .message-text img").count() == 0
    assert page.page.locator("a[href^='javascript:' i]").count() == 0
    assert page.page.evaluate("() => window.owned ?? null") is None


def test_a_shared_page_is_handed_over_as_a_download_that_cannot_run(visit: Visit, playground: RunningPlayground):
    page = visit()
    page.drop(page.conversation, "page.html", base64_of(b"<script>window.owned = 1</script>"), mimetype="text/html")
    said = page.say("A page")
    link = page.message(said).locator(".message-files").get_by_role("link").first
    path = link.evaluate("(link) => new URL(link.href).pathname")

    status, headers, body = playground.ask("GET", path)

    assert (status, body) == (200, b"<script>window.owned = 1</script>")
    assert headers["content-disposition"].startswith("attachment")
    assert "sandbox" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_what_could_not_be_sent_is_sent_after_a_reload(visit: Visit):
    page = visit()
    fail_once(page)
    page.composer.fill("This must not be lost.")
    page.composer.press("Enter")
    expect(page.conversation.locator(".failure")).to_contain_text("Not sent.")

    page.reload()

    said = page.conversation.locator("article[data-ts]", has_text="This must not be lost.")
    expect(said).to_have_count(1)
    expect(page.conversation.locator(".on-its-way")).to_have_count(0)
    page.reload()
    expect(said).to_have_count(1)


def test_what_was_to_go_with_files_waits_for_them_after_a_reload(visit: Visit):
    page = visit()
    page.drop(page.conversation, "cellar.txt", base64_of(b"The key."), mimetype="text/plain")
    fail_once(page)
    page.composer.fill("The plan is attached.")
    page.composer.press("Enter")
    expect(page.conversation.locator(".failure")).to_contain_text("Not sent.")

    page.reload()

    failure = page.conversation.locator(".failure")
    expect(failure).to_contain_text("Its files are no longer here: attach them again.")
    failure.get_by_role("button", name="Discard").click()
    page.reload()
    expect(page.conversation.locator(".on-its-way")).to_have_count(0)


def fail_once(page: SlackPage) -> None:
    page.expect_complaint("ERR_FAILED")
    page.page.route("**/messages", lambda route: route.abort(), times=1)
