"""Light and dark, wide and narrow, and for people who hear the page: axe finds nothing wrong in any of its states."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from fakes.accessibility import faults

if TYPE_CHECKING:
    from fakes.slack_page import SlackPage, Visit

pytestmark = pytest.mark.e2e

_WIDTH_OF_CHOICE = """(select) => {
  const style = getComputedStyle(select);
  const pen = Object.assign(document.createElement("canvas").getContext("2d"), { font: style.font });
  pen.letterSpacing = style.letterSpacing;
  const words = select.selectedOptions[0].textContent.trim();
  return pen.measureText(words).width + parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
}"""

PHONE = {"viewport": {"width": 390, "height": 844}}


def colours(page: SlackPage) -> tuple[str, str]:
    """Return the colours of the conversation: what is written, and on what."""
    found: list[str] = page.conversation.evaluate(
        """(pane) => {
          const solid = (node) => {
            const colour = getComputedStyle(node).backgroundColor;
            return /, 0\\)$|transparent/.test(colour) && node.parentElement ? solid(node.parentElement) : colour;
          };
          return [getComputedStyle(pane).color, solid(pane)];
        }"""
    )
    return found[0], found[1]


def brightness(colour: str) -> float:
    red, green, blue = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
    return 0.3 * red + 0.59 * green + 0.11 * blue


def drawn(page: SlackPage) -> None:
    """Wait until the page is drawn anew: colours are the old ones until then."""
    page.page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def is_dark(page: SlackPage) -> bool:
    written, on = colours(page)
    return brightness(written) > brightness(on)


def test_it_is_as_light_or_dark_as_the_system_is(visit: Visit):
    light, dark = visit(color_scheme="light"), visit(color_scheme="dark")

    assert not is_dark(light)
    assert is_dark(dark)


def test_the_theme_can_be_chosen_and_stays_so(visit: Visit):
    page = visit(color_scheme="light")
    theme = page.page.get_by_role("button", name=re.compile("^Theme: "))

    for chosen, dark in {"system": False, "light": False, "dark": True}.items():
        expect(theme).to_have_accessible_name(f"Theme: {chosen}")
        drawn(page)
        assert is_dark(page) == dark
        theme.click()

    theme.click()
    expect(theme).to_have_accessible_name("Theme: light")
    page.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.reload()
    assert not is_dark(page)


def test_a_narrow_window_shows_one_pane_at_a_time_and_scrolls_down_only(visit: Visit):
    page = visit(**PHONE)
    said = page.say("A long word: " + "Donaudampfschifffahrtsgesellschaft" * 4)
    expect(page.workspace).to_be_hidden()
    fits(page)

    page.page.get_by_role("button", name="Open menu").click()
    expect(page.workspace).to_be_visible()
    fits(page)
    page.link("random").click()
    expect(page.workspace).to_be_hidden()
    expect(page.conversation.get_by_role("heading", level=1)).to_have_text(re.compile("random"))
    page.page.get_by_role("button", name="Open menu").click()
    page.link("general").click()

    page.open_thread(said)
    expect(page.composer).to_be_hidden()
    fits(page)
    page.reply("A reply")
    page.thread.get_by_role("button", name="Back").click()
    expect(page.composer).to_be_visible()
    expect(page.thread).to_be_hidden()

    page.open_inspector()
    expect(page.composer).to_be_hidden()
    fits(page)
    page.inspector.get_by_role("button", name="Back").click()
    expect(page.composer).to_be_visible()


def fits(page: SlackPage) -> None:
    width, seen = page.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert width <= seen


def test_from_a_thread_in_a_narrow_window_it_is_a_step_to_the_inspector_and_back(visit: Visit):
    page = visit(**PHONE)
    page.open_thread(page.say("What goes on beneath?"))

    page.thread.get_by_role("button", name="Inspector").click()
    expect(page.inspector).to_be_visible()
    expect(page.thread).to_be_hidden()

    page.inspector.get_by_role("button", name="Back").click()
    expect(page.thread).to_be_visible()


def test_beside_a_thread_and_the_inspector_names_are_whole(visit: Visit):
    page = visit("Rosa Parks · other organisation")
    page.open_inspector()
    page.go("partners")
    said = page.say("@Vera How long does a lease last?")
    expect(page.thread).to_be_visible()
    page.answered(said)

    cut = "(node) => node.scrollWidth > node.clientWidth"
    assert not page.conversation.get_by_role("heading", level=1).locator("span").last.evaluate(cut)
    assert not page.message(said).locator(".replies-last").evaluate(cut)
    choice = page.page.get_by_role("combobox", name="You are")
    assert choice.evaluate(_WIDTH_OF_CHOICE) < choice.evaluate("(select) => select.clientWidth")


def test_a_dot_in_the_sidebar_makes_nothing_scroll_sideways(visit: Visit):
    ada, grace = visit(), visit("Grace Hopper")
    said = ada.say("A dot for this.")
    grace.open_thread(said)
    grace.reply("Here it is.")

    expect(ada.workspace.locator(".reply-dot").first).to_be_visible()
    assert not ada.workspace.locator(".conversations").evaluate("(node) => node.scrollWidth > node.clientWidth")


def faults_in(page: SlackPage) -> dict[str, list[str]]:
    """Return what axe finds, in light and in dark."""
    found = {}
    for scheme in ("light", "dark"):
        page.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        drawn(page)
        found[scheme] = faults(page.page)
    return found


NOTHING: dict[str, list[str]] = {"light": [], "dark": []}


def test_axe_finds_nothing_in_a_conversation_with_all_that_messages_hold(visit: Visit):
    page = visit()
    said = page.say("*bold* `code` https://example.com @Grace Hopper\n> quoted\n• item\n```\nfence\n```")
    page.act(page.message(said), "React with thumbs up")
    expect(page.message(said).get_by_role("button", name="thumbs up, 1 reaction")).to_be_visible()
    page.page.mouse.move(0, 0)

    assert faults_in(page) == NOTHING


def test_axe_finds_nothing_in_a_thread_beside_the_inspector(visit: Visit):
    page = visit(viewport={"width": 1440, "height": 900})
    page.open_inspector()
    page.ask("@Vera What does the receiver do?")

    assert faults_in(page) == NOTHING


def test_axe_finds_nothing_while_messages_are_pointed_at(visit: Visit):
    page = visit()
    said = page.say("Point at me.")
    page.message(said).hover()

    assert faults_in(page) == NOTHING
    page.act(page.message(said), "More actions")
    expect(page.page.get_by_role("menu")).to_be_visible()
    assert faults_in(page) == NOTHING


def test_axe_finds_nothing_in_the_dialogs(visit: Visit):
    page = visit()
    said = page.say("Delete me not.")

    page.act(page.message(said), "Add reaction")
    expect(page.page.get_by_role("dialog", name="Add reaction")).to_be_visible()
    assert faults_in(page) == NOTHING
    page.page.keyboard.press("Escape")

    page.choose(page.message(said), "Delete message")
    dialog = page.page.get_by_role("dialog", name="Delete message?")
    expect(dialog).to_be_visible()
    assert faults_in(page) == NOTHING
    dialog.get_by_role("button", name="Cancel").click()

    page.message(said).focus()
    page.page.keyboard.press("Shift+?")
    expect(page.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert faults_in(page) == NOTHING


def test_axe_finds_nothing_while_one_writes(visit: Visit):
    page = visit()
    page.composer.press_sequentially("@")
    expect(page.page.get_by_role("listbox", name="Suggestions")).to_be_visible()

    assert faults_in(page) == NOTHING


def test_axe_finds_nothing_in_a_narrow_window(visit: Visit):
    page = visit(**PHONE)
    said = page.say("Narrow.")
    assert faults_in(page) == NOTHING

    page.page.get_by_role("button", name="Open menu").click()
    expect(page.workspace).to_be_visible()
    assert faults_in(page) == NOTHING
    page.link("general").click()
    page.open_thread(said)
    assert faults_in(page) == NOTHING
    page.thread.get_by_role("button", name="Back").click()
    page.open_inspector()
    assert faults_in(page) == NOTHING
