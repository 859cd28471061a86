"""Which questions are open: a workspace's messages, as somebody left them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vera.playground.slack.unanswered import unanswered
from vera.playground.slack.values import File

if TYPE_CHECKING:
    from vera.playground.slack.workspace import Workspace

ASKED = "<@U0VERAVERA> when do we open?"


def reply(workspace: Workspace, where: str, ts: str, state: str, *, part: int = 0, who: str = "vera"):
    """Let Vera (or somebody else) say something that carries what a reply of hers carries."""
    author = workspace.person(who)
    payload = {"turn": f"{workspace.channel(where).id}:{ts}", "part": part, "state": state}
    return workspace.put(
        where,
        {
            "user": author.id,
            "bot_id": author.bot_id,
            "text": "At nine",
            "thread_ts": ts,
            "metadata": {"event_type": "vera_reply", "event_payload": payload},
        },
    )


def open_in(workspace: Workspace, where: str):
    channel = workspace.channel(where)
    left = unanswered(workspace.since(where, ""), channel, bot=workspace.bot)
    assert all(question.channel == channel.id for question in left)
    return [(question.ts, question.begun) for question in left]


def test_a_question_is_open_until_the_last_part_of_its_reply_is_done(workspace: Workspace):
    ts = workspace.say("ada", "general", ASKED)
    assert open_in(workspace, "general") == [(ts, False)]

    reply(workspace, "general", ts, "writing")
    assert open_in(workspace, "general") == [(ts, True)]

    done = workspace.say("ada", "general", ASKED)
    reply(workspace, "general", done, "done")
    assert open_in(workspace, "general") == [(ts, True)]


@pytest.mark.parametrize(
    ("states", "is_open"),
    [
        (["done"], False),
        (["status"], True),
        (["done", "writing"], True),
        (["done", "done"], False),
        ([""], True),
    ],
)
def test_the_state_of_the_last_part_counts(workspace: Workspace, states: list[str], is_open: bool):
    ts = workspace.say("ada", "general", ASKED)
    for part, state in enumerate(states):
        reply(workspace, "general", ts, state, part=part)

    assert bool(open_in(workspace, "general")) == is_open


def test_of_a_part_that_was_posted_twice_the_first_counts_as_it_does_for_vera(workspace: Workspace):
    ts = workspace.say("ada", "general", ASKED)
    reply(workspace, "general", ts, "done")
    reply(workspace, "general", ts, "writing")

    assert open_in(workspace, "general") == []


def test_what_somebody_else_says_in_veras_words_answers_nothing(workspace: Workspace):
    ts = workspace.say("ada", "general", ASKED)
    reply(workspace, "general", ts, "done", who="grace")

    assert open_in(workspace, "general") == [(ts, False)]


def test_every_message_of_a_person_in_a_direct_message_is_a_question(workspace: Workspace):
    direct = workspace.direct_message("ada").id
    first = workspace.say("ada", direct, "when do we open?")
    answered = reply(workspace, direct, first, "done")
    again = workspace.say("ada", direct, "and on Fridays?", thread_ts=first)
    shared = workspace.say("ada", direct, files=[File("hours.txt", "text/plain", b"nine")])

    assert open_in(workspace, direct) == [(again, False), (shared, False)]
    assert answered > first


def test_a_question_in_a_thread_and_one_shown_in_the_channel_too_count(workspace: Workspace):
    root = workspace.say("grace", "general", "hello")
    within = workspace.say("ada", "general", ASKED, thread_ts=root)
    shown = workspace.say("ada", "general", ASKED, thread_ts=root, broadcast=True)

    assert open_in(workspace, "general") == [(within, False), (shown, False)]


def test_what_is_no_question_is_not_open(workspace: Workspace):
    bot = workspace.add_person("echo", bot_id="B1", app_id="A1")
    workspace.say("ada", "general", "nobody is mentioned")
    workspace.put("general", {"user": bot.id, "bot_id": "B1", "text": ASKED})
    deleted = workspace.say("ada", "general", ASKED)
    reply(workspace, "general", deleted, "writing")
    workspace.delete("ada", "general", deleted)

    assert open_in(workspace, "general") == []


def test_what_was_asked_before_vera_came_or_where_nobody_can_answer_is_not_open(workspace: Workspace):
    workspace.say("ada", "random", ASKED)
    assert open_in(workspace, "random") == []

    workspace.join("vera", "random")
    assert open_in(workspace, "random") == []

    ts = workspace.say("ada", "random", ASKED)
    assert open_in(workspace, "random") == [(ts, False)]

    workspace.archive("random")
    assert open_in(workspace, "random") == []
