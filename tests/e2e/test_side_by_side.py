"""Several questions in one thread at once: each is answered, in a message of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from fakes.deployment import payload_of
from fakes.scripted_bedrock import Hold, Stop, Used

if TYPE_CHECKING:
    from fakes.deployment import Deployment

HALVES = ("On Fridays the office closes at two, ", "and in Lisbon later.")
OTHER = "On Saturdays it closes at noon."
BEING_WRITTEN = "To an earlier question of this thread you are writing an answer at this moment"


def test_a_second_question_is_answered_while_the_first_still_is_and_neither_touches_the_others_message(
    either: Deployment,
):
    gate = threading.Event()
    either.bedrock.script([HALVES[0], Hold(gate), HALVES[1], Stop(), Used()])
    either.bedrock.script([*OTHER.partition("closes"), Stop(), Used()])
    first = either.ask("When do you close on Fridays?")
    begun = either.wait_for_text(first, HALVES[0].strip(" ,"))

    second = either.ask("When do you close on Saturdays?", who="grace", where=first.channel, root=first.root)
    either.wait_for_text(second, OTHER)
    either.workspace.wait_for(lambda _: [payload_of(one).get("state") for one in either.replies(second)] == ["done"])
    assert [one["ts"] for one in either.replies(first)] == [begun]
    gate.set()
    either.settle()

    assert either.answers(first) == ["".join(HALVES)]
    assert either.answers(second) == [OTHER]
    assert not [text for text in either.texts(first) if "Saturdays" in text]
    assert not [text for text in either.texts(second) if "Fridays" in text]
    assert [payload_of(one)["turn"] for one in either.said(first)] == [first.key, second.key]


def test_the_second_question_is_told_that_the_first_is_being_answered_and_shown_nothing_of_it(either: Deployment):
    gate = threading.Event()
    either.bedrock.script([HALVES[0], Hold(gate), HALVES[1], Stop(), Used()])
    either.bedrock.say(OTHER)
    first = either.ask("When do you close on Fridays?")
    either.wait_for_text(first, HALVES[0].strip(" ,"))

    either.ask("When do you close on Saturdays?", who="grace", where=first.channel, root=first.root)
    either.wait_for_requests(2)
    gate.set()
    either.settle()

    [asked] = either.requests[1].body["messages"]
    prompt = asked["content"][0]["text"]
    assert BEING_WRITTEN in prompt
    assert "ada: When do you close on Fridays?" in prompt
    assert "closes at two" not in prompt


def test_two_questions_at_the_same_moment_are_both_answered_whichever_comes_first(either: Deployment):
    either.bedrock.otherwise(
        converse=lambda request: [
            OTHER
            if "Saturdays?\n</question>" in str(request.body["messages"][-1]["content"][0]["text"])
            else HALVES[0],
            Stop(),
            Used(),
        ]
    )
    root = either.ask("When do you close on Fridays?")
    again = either.ask("When do you close on Saturdays?", who="grace", where=root.channel, root=root.root)

    either.settle()

    assert either.answers(root) == [HALVES[0].strip()]
    assert either.answers(again) == [OTHER]
    assert len(either.said(root)) == 2
