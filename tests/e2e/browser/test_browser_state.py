"""What the page knows, and what becomes of it when tabs are hidden, requests fail, people change and messages go."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from fakes.slack_page import SlackPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Route

    from fakes.running_playground import RunningPlayground
    from fakes.slack_page import Visit

pytestmark = pytest.mark.e2e

ADA, GRACE = "U0ADALOVEL", "U0GRACEHOP"
QUESTION = "@Vera How long does a lease last?"
HISTORY = re.compile(r"/channels/\w+\?")
OLDER = re.compile(r"/channels/\w+\?.*before=")
ONE_PAGE = 50
_HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def look_away(page: SlackPage) -> None:
    """Hide the tab, as its browser does when another one is in front; return once it has no connection."""
    with page.page.expect_event("requestfailed", lambda request: "/changes?" in request.url):
        page.page.evaluate(_HIDE, True)


def look_back(page: SlackPage) -> None:
    """Bring the tab to the front again."""
    page.page.evaluate(_HIDE, False)


def place(page: SlackPage) -> list[str]:
    """Return what the address names: the conversation, and the thread if one is open."""
    return urlsplit(page.page.url).fragment.strip("/").split("/")


def say(playground: RunningPlayground, who: str, channel: str, text: str, **fields: str) -> str:
    """Say something without a browser; return its ts."""
    return str(playground.post("messages", {"as": who, "channel": channel, "text": text} | fields)["ts"])


def refuse(route: Route) -> None:
    route.abort()


@pytest.fixture
def quiet(run: Callable[..., RunningPlayground]) -> RunningPlayground:
    """Run a playground in which nothing was ever said."""
    return run()


# Tabs that nobody looks at


def test_a_hidden_tab_holds_no_connection_and_catches_up_when_it_is_shown(visit: Visit):
    away, here = visit(), visit("Grace Hopper")
    look_away(away)

    said = here.say("Did anybody see this?")
    expect(away.message(said)).to_have_count(0)
    look_back(away)

    expect(away.message(said)).to_be_visible()
    expect(away.conversation.get_by_role("separator", name="New")).to_be_visible()
    expect(away.link("general")).to_have_accessible_name("general")
    expect(away.banner).to_be_hidden()


def test_eight_tabs_in_one_browser_all_work(visit: Visit, playground: RunningPlayground):
    first = visit()
    tabs = [first]
    for _ in range(7):
        look_away(tabs[-1])
        tabs.append(SlackPage(first.page.context.new_page()))
        tabs[-1].page.goto(playground.url)
        expect(tabs[-1].composer).to_be_visible()

    said = tabs[-1].say("From the eighth.")
    look_away(tabs[-1])
    look_back(first)

    expect(first.message(said)).to_be_visible()
    assert [complaint for tab in tabs for complaint in tab.complaints] == []


def test_who_reads_far_back_stays_there_when_they_look_back(visit: Visit, quiet: RunningPlayground):
    page = visit(playground=quiet)
    channel = place(page)[0]
    said = [say(quiet, GRACE, channel, f"Number {number}") for number in range(ONE_PAGE + 10)]
    page.reload()
    page.conversation.get_by_role("button", name="Load older messages").click()
    first = page.message(said[0])
    first.scroll_into_view_if_needed()

    look_away(page)
    last = say(quiet, GRACE, channel, "One more")
    look_back(page)

    expect(page.message(last)).to_have_count(1)
    expect(first).to_be_in_viewport()


# What cannot be loaded


def test_older_messages_that_failed_to_load_can_be_asked_for_again(visit: Visit, quiet: RunningPlayground):
    page = visit(playground=quiet)
    page.expect_complaint("ERR_FAILED")
    channel = place(page)[0]
    said = [say(quiet, GRACE, channel, f"Number {number}") for number in range(ONE_PAGE + 10)]
    page.reload()
    older = page.conversation.get_by_role("button", name="Load older messages")
    page.page.route(OLDER, refuse)

    older.click()
    expect(page.conversation.get_by_role("alert")).to_contain_text("The playground does not answer.")
    page.page.unroute(OLDER, refuse)
    older.click()

    expect(page.message(said[0])).to_have_count(1)
    expect(page.conversation.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_conversation_that_failed_to_load_is_loaded_by_hand_or_by_the_next_hello(visit: Visit, by_hand: bool):
    page = visit()
    page.expect_complaint("ERR_FAILED")
    said = page.say("It is here after all.")
    page.page.route(HISTORY, refuse)
    page.page.reload()
    trouble = page.conversation.get_by_role("alert")
    expect(trouble).to_contain_text("The playground does not answer.")

    page.page.unroute(HISTORY, refuse)
    if by_hand:
        trouble.get_by_role("button", name="Try again").click()
    else:
        look_away(page)
        look_back(page)

    expect(page.message(said)).to_be_visible()
    expect(trouble).to_have_count(0)


def test_what_was_missed_and_failed_to_load_is_said_to_be_missing(visit: Visit):
    page, other = visit(), visit("Grace Hopper")
    page.expect_complaint("ERR_FAILED")
    before = page.say("I am going for a coffee.")
    look_away(page)
    missed = other.say("Bring me one!")
    page.page.route(HISTORY, refuse)
    look_back(page)

    trouble = page.conversation.get_by_role("alert")
    expect(trouble).to_contain_text("What is new could not be loaded. The playground does not answer.")
    expect(page.message(before)).to_be_visible()
    expect(page.link("general")).to_have_accessible_name("general, 1 unread")
    page.page.unroute(HISTORY, refuse)
    trouble.get_by_role("button", name="Try again").click()

    expect(page.message(missed)).to_be_visible()
    expect(page.link("general")).to_have_accessible_name("general")


def test_a_request_that_nobody_answers_ends_with_a_sentence(visit: Visit):
    page = visit()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.page.evaluate("""() => {
      const { timeout } = AbortSignal;
      AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms / 300);
    }""")
    page.page.route(HISTORY, hold)

    page.go("random")

    expect(page.conversation.get_by_role("alert")).to_contain_text("The playground did not answer within 30 seconds.")
    assert len(held) == 1


# Who one is, and where


def test_whoever_one_becomes_is_where_the_address_says(visit: Visit):
    page = visit()
    page.go("random")
    page.go("general")
    general = place(page)

    page.be("Rosa Parks · other organisation")

    expect(page.conversation.get_by_role("heading", level=1)).to_have_text("partners")
    partners = place(page)
    assert partners != general
    page.reload()
    assert place(page) == partners


def test_the_direct_message_with_vera_becomes_ones_own(visit: Visit):
    page = visit()
    page.go("Vera")
    before = place(page)

    page.be("Grace Hopper")

    expect(page.conversation.get_by_role("heading", level=1)).to_have_text("Vera")
    assert place(page) != before
    asked = page.say("How do I add a tool?")
    expect(page.message(asked, inside=page.thread)).to_be_visible()
    page.thread.get_by_role("button", name="Close thread").click()
    expect(page.thread).to_have_count(0)
    expect(page.message(asked)).to_be_visible()


def test_a_turn_in_a_conversation_that_one_is_not_in_stays_where_it_is(visit: Visit):
    page = visit(viewport={"width": 1440, "height": 900})
    page.ask(QUESTION)
    page.open_inspector()
    page.be("Rosa Parks · other organisation")
    before = place(page)

    page.inspector.get_by_role("button", name="Show the message").click()

    expect(page.page.get_by_role("alert")).to_contain_text("Rosa Parks is not in the conversation of that message.")
    assert place(page) == before


# What is new


def test_in_a_thread_that_one_only_read_the_new_ones_begin_after_what_one_read(visit: Visit, quiet: RunningPlayground):
    page = visit(playground=quiet)
    channel = place(page)[0]
    root = say(quiet, GRACE, channel, "Who brings the cake?")
    read = say(quiet, GRACE, channel, "I do.", thread_ts=root)
    page.open_thread(root)
    expect(page.message(read, inside=page.thread)).to_be_visible()
    expect(page.message(root).get_by_role("button", name="1 reply", exact=True)).to_be_visible()
    page.thread.get_by_role("button", name="Close thread").click()
    page.reload()

    new = say(quiet, GRACE, channel, "With cherries.", thread_ts=root)
    page.message(root).get_by_role("button", name="2 replies, 1 new").click()

    divider = page.thread.get_by_role("separator", name="New")
    expect(divider).to_be_visible()
    after = divider.locator("xpath=following::article[1]")
    expect(after).to_have_attribute("data-ts", new)


@pytest.mark.parametrize("is_known", [True, False])
def test_what_is_deleted_is_not_unread_any_more(visit: Visit, quiet: RunningPlayground, is_known: bool):
    page = visit("Grace Hopper", playground=quiet)
    general = place(page)[0]
    page.go("random")
    kept = say(quiet, ADA, general, "Hello, @Grace Hopper")
    gone = say(quiet, ADA, general, "Hello again, @Grace Hopper")
    reply = say(quiet, ADA, general, "Hello there", thread_ts=kept)
    link = page.link("general")
    expect(link).to_have_accessible_name("general, 2 unread")
    if not is_known:
        page.reload()
    expect(link.locator(".count-badge")).to_have_text("2")

    quiet.post(f"messages/{general}/{gone}/delete", {"as": ADA})
    expect(link).to_have_accessible_name("general, 1 unread")
    expect(link.locator(".count-badge")).to_have_text("1")
    quiet.post(f"messages/{general}/{reply}/delete", {"as": ADA})
    expect(link).to_have_accessible_description("")
    quiet.post(f"messages/{general}/{kept}/delete", {"as": ADA})

    expect(link).to_have_accessible_name("general")
    expect(link.locator(".count-badge")).to_have_count(0)


# Who is at work


def test_vera_is_not_at_work_for_ever_on_what_she_left_unfinished(visit: Visit, quiet: RunningPlayground):
    page = visit(playground=quiet)
    page.page.clock.install()
    root = say(quiet, ADA, place(page)[0], "Who brings the cake?")
    reply = say(quiet, GRACE, place(page)[0], "I", thread_ts=root)

    def unfinished(route: Route) -> None:
        told = route.fetch().json()
        payload = {"turn": "C1:1", "part": 0, "state": "writing"}
        for message in told["messages"]:
            if message["ts"] == reply:
                message["metadata"] = {"event_type": "vera_reply", "event_payload": payload}
        route.fulfill(body=json.dumps(told), content_type="application/json")

    page.page.route(re.compile(r"/threads/"), unfinished)
    page.reload()
    page.open_thread(root)
    live = page.message(root).locator(".replies-live")
    expect(page.thread.locator(".typing")).to_contain_text("Vera is typing")
    expect(live).to_contain_text("Writing …")

    page.page.clock.fast_forward(125_000)

    expect(page.page.locator(".typing")).to_have_count(0)
    expect(live).to_have_count(0)


# What is drawn again


def test_what_did_not_change_stays_the_same_object(visit: Visit):
    page = visit()

    told = page.page.evaluate("""async () => {
      const { Records } = await import("./page/records.js");
      const records = new Records();
      const root = { ts: "1.1", text: "root", thread_ts: "1.1" };
      records.put("C1", "1.1", root, 1);
      const [channel, thread] = [records.standing("C1"), records.thread("C1", "1.1")];
      records.put("C1", "1.2", { ts: "1.2", text: "reply", thread_ts: "1.1" }, 2);
      records.put("C1", "1.1", { ...root }, 2);
      const kept = records.standing("C1") === channel && records.get("C1", "1.1") === root;
      const grown = records.thread("C1", "1.1") !== thread && records.thread("C1", "1.1").length === 2;
      records.put("C1", "1.2", null, 3);
      const late = records.put("C1", "1.2", { ts: "1.2", text: "reply", thread_ts: "1.1" }, 2);
      return { kept, grown, shrunk: records.thread("C1", "1.1").length === 1, late };
    }""")

    assert told == {"kept": True, "grown": True, "shrunk": True, "late": False}


# What is said aloud, and when it was


def test_the_same_words_again_are_announced_again(visit: Visit):
    ada, grace = visit(), visit("Grace Hopper")
    ada.page.evaluate("""() => {
      const region = document.querySelector("[aria-live=polite]");
      window.announced = [];
      const hear = (node) => node.nodeType === 1 && window.announced.push(node.textContent);
      new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(hear)))
        .observe(region, { childList: true, subtree: true });
    }""")

    grace.say("Ping")
    last = grace.say("Ping")

    expect(ada.message(last)).to_be_visible()
    ada.page.wait_for_function("() => window.announced.length === 2")
    assert ada.page.evaluate("() => window.announced") == ["Grace Hopper: Ping"] * 2


@pytest.mark.parametrize(
    ("said", "now", "named"),
    [
        ("2026-10-24T12:00", "2026-10-25T23:30", "Yesterday"),  # that Sunday has 25 hours
        ("2026-10-25T00:10", "2026-10-25T23:50", "Today"),
        ("2026-03-28T23:30", "2026-03-29T23:59", "Yesterday"),  # that Sunday has 23
        ("2026-03-28T00:30", "2026-03-30T00:10", "Saturday 28 March"),
        ("2026-12-31T23:59", "2027-01-01T00:00", "Yesterday"),
        ("2025-12-30T23:59", "2026-01-01T00:00", "30 December 2025"),
    ],
)
def test_days_are_told_by_the_calendar(visit: Visit, said: str, now: str, named: str):
    page = visit(timezone_id="Europe/Berlin")

    told = page.page.evaluate(
        """async ([said, now]) => {
          const { day } = await import("./page/time.js");
          return day(String(new Date(said).getTime() / 1000), new Date(now).getTime());
        }""",
        [said, now],
    )

    assert told.replace(",", "") == named


def test_with_forced_colours_one_sees_where_one_is(visit: Visit):
    page = visit(forced_colors="active")
    outlined = "(element) => getComputedStyle(element).outlineStyle"

    assert page.link("general").evaluate(outlined) == "solid"
    page.composer.press_sequentially("@")
    assert page.conversation.get_by_role("option", selected=True).evaluate(outlined) == "solid"
    assert page.conversation.locator(".box").evaluate(outlined) == "solid"
