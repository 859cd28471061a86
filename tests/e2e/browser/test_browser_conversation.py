"""Talking with Vera in the browser: one message that changes as one watches, and nothing lost on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fakes.running_playground import RunningPlayground
    from fakes.slack_page import Stage, Visit

pytestmark = pytest.mark.e2e

QUESTION = "@Vera How long does a lease last?"


def outline(stages: list[Stage]) -> list[str]:
    """Return what a person would say that a message was, one after the other: the status, "grows", "whole"."""
    told: list[str] = []
    for stage in stages:
        looks = {"writing": "grows", "done": "whole"}.get(stage.state, re.sub(r"\W+$", "", stage.text))
        told += [looks] if looks not in told[-1:] else []
    return told


def test_a_mention_is_answered_in_one_message_that_is_seen_to_change_and_ends_with_its_source(visit: Visit):
    page = visit()
    before = page.say("Good morning.")
    page.open_thread(before)

    asked = page.reply(QUESTION)
    answer = page.answered(asked)

    stages = page.stages(page.ts_of(answer))
    told = [one for one in outline(stages) if one != "Writing"]  # a status that the first words may overtake
    assert told == ["Reading the thread", "Checking the knowledge base", "grows", "whole"]
    expect(answer).to_contain_text("30 seconds")
    expect(answer).to_contain_text("Sources")
    expect(answer).to_contain_text("architecture.md")


def test_what_is_asked_in_the_channel_is_answered_in_a_thread_and_a_follow_up_leans_on_it(visit: Visit):
    page = visit()

    asked = page.say(QUESTION)
    expect(page.message(asked).get_by_role("button", name=re.compile(r"^1 reply"))).to_be_visible()
    page.open_thread(asked)
    first = page.answered(asked)
    followed = page.reply("@Vera And what happens when it runs out?")
    second = page.answered(followed)

    expect(first).to_contain_text("30 seconds")
    expect(second).to_contain_text(re.compile(r"lease|takes the turn over"))
    expect(second).to_contain_text("Sources")
    expect(page.message(asked).get_by_role("button", name=re.compile(r"^3 replies"))).to_be_visible()


def test_a_direct_message_needs_no_mention(visit: Visit):
    page = visit("Grace Hopper")
    page.go("Vera")

    _, answer = page.ask("How do I add a tool?")

    expect(answer).to_contain_text("@tool")
    expect(answer).to_contain_text("Sources")


def test_a_question_that_the_documents_do_not_answer_is_told_so_without_a_source(visit: Visit):
    page = visit()

    _, answer = page.ask("@Vera Who wrote Faust?")

    expect(answer).to_contain_text("I found nothing about that")
    expect(answer).not_to_contain_text("Sources")


def test_a_reload_keeps_the_view_the_thread_the_person_and_what_was_not_sent_yet(visit: Visit):
    page = visit("Grace Hopper")
    asked = page.say("Who has seen the plan?")
    page.open_thread(asked)
    replied = page.reply("It hung behind the door.")
    page.reply_box.fill("Half a reply")
    page.composer.fill("Half a message")

    page.reload()

    expect(page.page.get_by_role("combobox", name="You are")).to_have_value(re.compile("U0GRACEHOP"))
    expect(page.message(asked)).to_contain_text("Who has seen the plan?")
    expect(page.message(replied, inside=page.thread)).to_contain_text("It hung behind the door.")
    expect(page.reply_box).to_have_value("Half a reply")
    expect(page.composer).to_have_value("Half a message")


def test_a_restart_keeps_what_was_said_and_an_open_tab_comes_back_by_itself(
    visit: Visit, run: Callable[..., RunningPlayground], documents: Path
):
    playground = run("--docs", str(documents))
    address = playground.url
    page = visit(playground=playground)
    page.expect_complaint("ERR_")
    asked, answer = page.ask(QUESTION)
    whole = answer.inner_text()

    playground.stop()
    expect(page.banner).to_contain_text("The playground is not running")
    playground.start()

    assert playground.url == address
    expect(page.banner).to_be_hidden()
    expect(page.message(asked)).to_be_visible()
    assert page.answer_to(asked).inner_text() == whole
    expect(page.answered(page.reply("@Vera And what happens when it runs out?"))).to_contain_text("Sources")
    fresh = visit(playground=playground)
    fresh.open_thread(asked)
    expect(fresh.answer_to(asked)).to_contain_text("30 seconds")
    fresh.act(fresh.answer_to(asked), "Inspect")
    expect(fresh.show("Turn")).to_contain_text(asked)


def test_somebody_else_sees_it_live_and_has_what_was_not_read_marked(visit: Visit):
    ada, grace = visit(), visit("Grace Hopper")
    grace.go("random")

    asked = ada.say("Has anybody seen the plan?")

    expect(grace.link("general")).to_have_accessible_name("general, 1 unread")
    grace.go("general")
    expect(grace.message(asked)).to_contain_text("Has anybody seen the plan?")
    expect(grace.link("general")).to_have_accessible_name("general")

    ada.open_thread(asked)
    grace.open_thread(asked)
    grace.reply_box.press_sequentially("Behind")
    expect(ada.thread.locator(".typing")).to_contain_text("Grace Hopper is typing")
    replied = grace.reply("Behind the door.")
    expect(ada.message(replied, inside=ada.thread)).to_contain_text("Behind the door.")


def test_a_reply_that_came_while_one_was_away_is_marked_where_the_new_ones_begin(visit: Visit):
    ada, grace = visit(), visit("Grace Hopper")
    asked = ada.say("Who brings the cake?")
    grace.open_thread(asked)
    ada.go("random")

    replied = grace.reply("I do.")
    ada.go("general")
    button = ada.message(asked).get_by_role("button", name="1 reply, 1 new")
    expect(button).to_be_visible()
    button.click()

    expect(ada.message(replied, inside=ada.thread)).to_be_visible()
    expect(ada.thread.get_by_role("separator", name="New")).to_be_visible()


def test_one_can_be_somebody_else_and_back_again(visit: Visit):
    page = visit()
    said = page.say("I am Ada.")

    page.be("Grace Hopper")
    answered = page.say("I am Grace.")

    expect(page.message(said)).to_have_attribute("aria-label", re.compile("^Ada Lovelace at "))
    expect(page.message(answered)).to_have_attribute("aria-label", re.compile("^Grace Hopper at "))
    page.be("Ada Lovelace")
    again = page.say("I am Ada again.")
    expect(page.message(again)).to_have_attribute("aria-label", re.compile("^Ada Lovelace at "))


def test_somebody_from_another_organisation_is_refused_politely(visit: Visit):
    page = visit("Rosa Parks · other organisation")
    expect(page.link("general")).to_have_count(0)
    page.go("partners")

    _, answer = page.ask(QUESTION)

    expect(answer).to_contain_text("I only answer people of the organisation that I belong to.")
    expect(answer).not_to_contain_text("30 seconds")


def test_vera_is_seen_to_type_while_she_works(visit: Visit):
    page = visit()
    page.open_inspector()
    page.switch("Slack's latency", "1 s")
    asked = page.say(QUESTION)
    page.open_thread(asked)

    expect(page.page.locator(".typing", has_text="Vera is typing").first).to_be_visible()
    page.switch("Slack's latency", "0 ms")
    page.answered(asked)

    expect(page.page.locator(".typing", has_text="Vera is typing")).to_have_count(0)
