from __future__ import annotations

import re
import threading
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakes.replies import ANSWER, MISHAPS, after, faulty, given_to_streams, misbehaving, speak, words, write
from fakes.surface import MemorySurface
from fakes.world import Tapped, World, bad_gateway, rate_limited, refused, timed_out, turn_threads
from vera.assistant.budget import Budget
from vera.assistant.conversation import FOOTER
from vera.assistant.draft import Draft
from vera.assistant.journal import EditMade, EditRefused, MessageUnrecorded, Stage, WriterEnded
from vera.assistant.pacing import Limit
from vera.assistant.pages import paginate
from vera.errors import LeaseLost, LedgerUnavailable, MessageGone, OutOfTime, SurfaceRefused, SurfaceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.assistant.conversation import Turn

START_OVER = "<start over>"


def every_third_edit_429():
    numbers = count(1)
    return lambda name: rate_limited() if name == "edit" and next(numbers) % 3 == 0 else None


def test_a_reply_is_posted_once_and_then_edited():
    world = World()
    turn = world.ask()

    write(world, turn)

    assert world.wall.calls.count("post") == 1
    assert world.wall.calls.count("edit") > 5
    assert world.texts(turn) == [ANSWER]
    assert world.standing(turn)[0][1].state == "done"


def test_status_lines_stand_in_their_order():
    world = World()
    turn = world.ask()

    with world.replying(turn) as reply:
        for status in ("Reading the thread", "Checking the knowledge base", "Writing"):
            reply.status(status)
            world.own_time.settle()
        reply.finish(ANSWER)

    (_, message), *others = world.standing(turn)
    assert not others
    assert message.earlier == ("_Reading the thread …_", "_Checking the knowledge base …_", "_Writing …_")
    assert [stage.name for stage in world.journal.of(Stage)] == [
        "Reading the thread",
        "Checking the knowledge base",
        "Writing",
    ]


def test_a_status_stands_under_the_text_that_is_there_and_goes_when_more_is_said():
    world = World()
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        speak(world, reply, "Let me look.", size=100)
        reply.on_tool("Looking at the calendar")
        world.own_time.settle()
        under = world.texts(turn)
        speak(world, reply, "Let me look.\n\nIt is free.", size=100)
        reply.finish("Let me look.\n\nIt is free.")

    assert under == ["Let me look.\n\n_Looking at the calendar …_"]
    assert world.texts(turn) == ["Let me look.\n\nIt is free."]
    assert world.standing(turn)[0][1].earlier[-2:] == (under[0], "Let me look.\n\nIt is free.")


def test_a_status_that_finds_no_room_under_the_text_is_left_out():
    world = World(largest=30)
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        speak(world, reply, "x" * 25, size=100)
        reply.on_tool("Looking at the calendar")
        world.own_time.settle()

        assert world.texts(turn) == ["x" * 25]
        reply.finish("x" * 25)


def test_reading_never_waits_for_writing_and_overtaken_texts_are_skipped():
    world = World()
    turn = world.ask()
    gate, at_the_gate = threading.Event(), threading.Event()

    def tap(name: str, call: Callable[[], Any]):
        if name == "edit":
            at_the_gate.set()
            assert gate.wait(30)
        return call()

    world.tap = tap
    with world.replying(turn) as reply:
        reply.status("Writing")
        draft = Draft()
        reply.follow(draft)
        for number in range(400):
            draft.add(f"word{number} ")
            reply.on_text(8)
            if number == 0:
                assert at_the_gate.wait(30)
        assert len(world.journal.of(EditMade)) == 1  # all is said, and the first edit still under way
        gate.set()
        world.own_time.settle()
        reply.finish(draft.text)

    made = world.journal.of(EditMade)
    assert len(made) == 4  # the post, the first word, all the words, the end
    assert made[2].wanted == 399
    assert world.texts(turn) == [draft.text.rstrip()]


def test_what_stands_already_is_not_sent_again_but_its_final_state_is():
    world = World()
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        reply.status("Writing")
        world.own_time.settle()
        speak(world, reply, "Yes.", size=100)
        for _ in range(5):
            reply.on_text(4)
            world.own_time.settle()
        reply.finish("Yes.")
        reply.finish("Yes.")

    assert world.wall.calls == ["post", "edit", "edit"]
    assert world.standing(turn)[0][1].state == "done"


FAULTS = {
    "a 429 on every third edit": (every_third_edit_429, False),
    "a burst of 429s": (lambda: after(2, *[rate_limited(2.0)] * 8), False),
    "a 429 of Retry-After 0": (lambda: after(1, *[rate_limited(0.0)] * 4), False),
    "5xx": (lambda: after(3, *[bad_gateway()] * 3), False),
    "edits whose answers are lost": (lambda: after(2, timed_out(), None, timed_out()), True),
    "edits that may have been made and weren't": (lambda: after(2, timed_out(), None, timed_out()), False),
    "a first post refused by 429": (lambda: after(0, rate_limited()), False),
    "a first post that fails": (lambda: after(0, bad_gateway(), bad_gateway()), False),
    "a first post whose answer is lost": (lambda: after(0, timed_out()), True),
    "a first post whose answer is lost, and then no looking": (lambda: after(0, timed_out(), bad_gateway()), True),
    "a first post that may have been made and wasn't": (lambda: after(0, timed_out()), False),
}


@pytest.mark.parametrize(("fault", "carried_out"), FAULTS.values(), ids=FAULTS)
def test_the_last_text_lands_in_exactly_one_message_through(
    *, fault: Callable[[], Callable[[str], Exception | None]], carried_out: bool
):
    world = World()
    turn = world.ask()
    faulty(world, fault(), carried_out=carried_out)

    write(world, turn)

    assert world.texts(turn) == [ANSWER]
    assert world.standing(turn)[0][1].state == "done"
    assert world.ledger.turns[turn.key].messages == {0: world.standing(turn)[0][0]}
    assert world.journal.of(EditRefused)


def test_a_429_at_the_end_is_waited_for_as_long_as_slack_asks():
    world = World()
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        faulty(world, after(0, rate_limited(17.0)))
        reply.finish(ANSWER)

    assert world.own_time.naps == [17.0]
    assert world.texts(turn) == [ANSWER]


def test_after_a_429_on_the_way_nobody_edits_before_it_is_over():
    world = World()
    one, two = world.ask(), world.ask()

    with world.replying(one) as first, world.replying(two) as second:
        first.status("Writing")
        second.status("Writing")
        faulty(world, after(0, rate_limited(30.0)))
        speak(world, first, ANSWER)
        speak(world, second, ANSWER)
        world.own_time.advance(29.0)
        world.own_time.settle()
        before = world.texts(one) + world.texts(two)
        world.own_time.advance(2.0)
        world.own_time.settle()
        afterwards = world.texts(one) + world.texts(two)

    assert before == ["_Writing …_"] * 2
    assert afterwards == [ANSWER] * 2
    assert world.wall.calls.count("edit") == 2


def test_a_continuation_that_meets_a_429_is_not_posted_before_it_is_over():
    world = World(largest=20)
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        draft = speak(world, reply, "one two three four", size=100)
        faulty(world, lambda name: rate_limited(30.0) if name == "post" else None)
        speak(world, reply, " five six seven eight", draft=draft)
        world.own_time.advance(29.0)
        world.own_time.settle()
        refusals = len(world.journal.of(EditRefused))
        faulty(world, after(0))
        world.own_time.advance(2.0)
        world.own_time.settle()
        shown = world.texts(turn)

    assert refusals == 1
    assert " ".join(shown) == "one two three four five six seven eight"


def test_each_edit_tells_how_many_are_left_and_a_429_that_there_are_none():
    world = World()
    world.budget = Budget(limits={"update": Limit(60, burst=10)})
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        speak(world, reply, ANSWER)
        world.own_time.advance(4.0)
        world.own_time.settle()
        faulty(world, after(0, rate_limited(5.0)))
        reply.finish(f"{ANSWER} That is all.")

    made, refusals = world.journal.of(EditMade), world.journal.of(EditRefused)
    assert [(edit.write, edit.budget_left) for edit in made] == [
        ("post", 10),
        ("update", 9),
        ("update", 9),
        ("update", 0),
    ]
    [refusal] = refusals
    assert refusal.code == "ratelimited"
    assert refusal.budget_left < 0  # none before the five seconds are over


def test_a_429_that_stands_for_other_replies_holds_up_the_last_edit_but_not_the_first_status():
    world = World()
    turn, other = world.ask(), world.ask()
    world.budget = Budget(limits={"update": Limit(60, burst=10)})
    world.budget.share(other.team, other.key).refused(world.own_time(), "update", 12.0)

    with world.replying(turn) as reply:
        reply.status("Writing")
        waited_for_status = list(world.own_time.naps)
        reply.finish(ANSWER)

    assert not waited_for_status
    assert [int(seconds) for seconds in world.own_time.naps] == [12]


def test_a_slack_that_never_answers_is_given_up_and_one_that_asks_for_too_much_time_too():
    world = World(seconds=100.0)
    turn, other = world.ask(), world.ask()

    faulty(world, lambda _name: bad_gateway())
    with world.replying(turn) as reply, pytest.raises(SurfaceUnavailable):
        reply.finish(ANSWER)
    faulty(world, lambda _name: rate_limited(80.0))
    with world.replying(other) as reply, pytest.raises(OutOfTime):
        reply.finish(ANSWER)

    assert world.own_time.naps[:6] == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0]
    assert world.texts(turn) == world.texts(other) == []
    assert not turn_threads()


def test_a_message_that_somebody_deletes_is_let_go_until_the_end_and_then_posted_anew():
    world = World()
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        world.wall.messages.clear()
        speak(world, reply, ANSWER)
        meanwhile = world.texts(turn)
        reply.finish(ANSWER)

    assert meanwhile == []
    assert world.texts(turn) == [ANSWER]
    assert world.wall.calls.count("post") == 2
    assert [ended.error for ended in world.journal.of(WriterEnded)] == ["MessageGone: no such message"]


def test_after_a_deleted_continuation_the_parts_still_stand_in_their_order():
    world = World(largest=12)
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        speak(world, reply, "first page\n\nsecond one\n\nthe third", size=100)
        before = world.texts(turn)
        del world.wall.messages[world.standing(turn)[1][0]]
        reply.finish("first page\n\nsecond two\n\nthe third")

    assert before == ["first page", "second one", "the third"]
    assert world.texts(turn) == ["first page", "second two", "the third"]


def test_a_part_that_is_posted_anew_and_looked_for_does_not_bring_old_messages_back():
    world = World(largest=12)
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        speak(world, reply, "first page\n\nsecond one\n\nthe third", size=100)
        del world.wall.messages[world.standing(turn)[1][0]]
        world.wall.fail("post", timed_out())  # which is done all the same
        reply.finish("first page\n\nsecond two\n\nthe third")

    assert world.wall.calls.count("find") == 1
    assert world.texts(turn) == ["first page", "second two", "the third"]


def test_a_message_that_cannot_be_edited_any_more_is_replaced():
    world = World()
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        first = world.standing(turn)[0][0]
        faulty(world, after(0, MessageGone("chat.update", code="edit_window_closed")))
        reply.finish(ANSWER)

    assert world.texts(turn) == [ANSWER]
    assert first not in world.wall.messages


def test_a_slack_that_takes_less_than_it_documents_gets_shorter_messages_and_nothing_is_lost():
    world = World(largest=2_000)
    turn = world.ask()
    text = "\n\n".join(f"Paragraph {number}: {'words ' * 40}" for number in range(30))

    def tap(name: str, call: Callable[[], Any]):
        if name in {"post", "edit"} and len(call.args[-1]) > 700:
            raise refused("msg_too_long")
        return call()

    world.tap = tap
    write(world, turn, text, footer="**Sources**\n[1] Handbook")

    assert len(world.texts(turn)) > 10
    assert words(" ".join(world.texts(turn))) == words(text + "Sources 1 Handbook")
    assert not world.journal.of(WriterEnded)


def test_a_text_that_is_too_long_on_the_way_is_shown_in_shorter_messages_at_once():
    world = World(largest=2_000)
    turn = world.ask()
    text = "word " * 100

    with world.replying(turn) as reply:
        reply.status("Writing")
        faulty(world, after(0, refused("msg_too_long")))
        speak(world, reply, text, size=1_000)

        assert words(" ".join(world.texts(turn))) == words(text)
        assert len(world.texts(turn)) == 2


def test_a_whole_text_that_is_too_long_at_once_is_cut_anew():
    world = World(largest=2_000)
    turn = world.ask()
    text = "word " * 1_000

    def tap(name: str, call: Callable[[], Any]) -> Any:
        if name in {"post", "edit"} and len(call.args[-1]) > 700:
            raise refused("msg_too_long")
        return call()

    world.tap = tap
    with world.replying(turn) as reply:
        reply.finish(text)

    assert words(" ".join(world.texts(turn))) == words(text)


def test_a_short_text_that_is_too_long_all_the_same_is_refused():
    world = World()
    turn = world.ask()
    faulty(world, lambda _name: refused("msg_too_long"))

    with world.replying(turn) as reply, pytest.raises(SurfaceRefused):
        reply.finish(ANSWER)


def test_24_000_characters_stand_on_pages_in_order_each_fitting_with_fences_balanced():
    world = World()
    turn = world.ask()
    prose = "\n\n".join(f"Paragraph {number}. {'Lorem ipsum dolor sit amet. ' * 12}" for number in range(40))
    code = "```python\n" + "\n".join(f"line_{number} = {number}" for number in range(700)) + "\n```"
    text = f"{prose}\n\n{code}\n\nThe end. {'x' * 1_000}"

    with world.replying(turn, every_tokens=50) as reply:
        reply.status("Writing")
        speak(world, reply, text, size=400)
        reply.finish(text, "**Sources**\n[1] Handbook")

    pages = world.texts(turn)
    assert len(text) > 24_000
    assert [message.part for _, message in world.standing(turn)] == list(range(len(pages)))
    assert {message.state for _, message in world.standing(turn)} == {"done"}
    assert all(len(page.encode()) <= 3_900 for page in pages)
    assert all(page.count("```") % 2 == 0 for page in pages)
    assert re.findall(r"line_\d+|Paragraph \d+|The end", " ".join(pages)) == re.findall(
        r"line_\d+|Paragraph \d+|The end", text
    )
    assert world.ledger.turns[turn.key].messages == dict(enumerate(ts for ts, _ in world.standing(turn)))
    assert world.wall.calls.count("post") == len(pages)


@pytest.mark.parametrize(
    ("text", "footer", "pages"),
    [
        ("Yes.", "Note", [f"Yes.\n\n{FOOTER}\nNote"]),
        ("", "Sorry.", [f"{FOOTER}Sorry."]),
        ("x" * 35, "Note", ["x" * 35, f"{FOOTER}Note"]),
        ("Yes.", "n" * 50, ["Yes.", f"{FOOTER}{'n' * 37}", f"{FOOTER}{'n' * 13}"]),
        ("Yes.", "", ["Yes."]),
        (" \n ", "", []),
    ],
    ids=["under the text", "alone", "no room", "longer than a page", "none", "nothing at all"],
)
def test_the_footer_stands(text: str, footer: str, pages: list[str]):
    world = World(largest=40)
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        reply.finish(text, footer)

    assert world.texts(turn) == pages


def test_pages_that_the_final_text_does_not_need_are_removed():
    world = World(largest=20)
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        speak(world, reply, "one two three four five six seven eight")
        before = len(world.texts(turn))
        reply.finish("Short.")

    assert before > 1
    assert world.texts(turn) == ["Short."]


def test_a_message_that_slack_does_not_remove_is_left_and_noted():
    world = World(largest=20)
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        speak(world, reply, "one two three four five six seven eight")
        faulty(world, lambda name: refused("cant_delete_message") if name == "delete" else None)
        reply.finish("Short.")

    assert world.texts(turn)[0] == "Short."
    assert world.journal.of(EditRefused)[-1].code == "cant_delete_message"


def test_a_text_that_starts_over_leaves_nothing_of_its_first_beginning():
    world = World(largest=30)
    turn = world.ask()
    draft = Draft()

    with world.replying(turn) as reply:
        reply.status("Writing")
        reply.follow(draft)
        for text in ("A first try, that goes over more than one page, ", "or even two, and then breaks off"):
            draft.add(text)
            reply.on_text(len(text))
            world.own_time.settle()
        draft.start_over()
        draft.add("The second try ends.")
        reply.on_text(20)
        world.own_time.settle()
        reply.finish(draft.text)

    assert world.texts(turn) == ["The second try ends."]


def test_an_edit_that_was_made_although_it_failed_does_not_pass_for_what_stood_before():
    world = World()
    turn = world.ask()
    draft = Draft()

    with world.replying(turn) as reply:
        reply.status("Writing")
        reply.follow(draft)
        draft.add("A")
        reply.on_text(1)
        world.own_time.settle()
        draft.settle()
        faulty(world, after(0, timed_out()), carried_out=True)
        draft.add("B")
        reply.on_text(4)
        world.own_time.settle()
        between = world.texts(turn)
        draft.start_over()
        world.own_time.advance(1.0)
        world.own_time.settle()

    assert between == ["AB"]
    assert world.texts(turn) == ["A"]


def take_over(world: World, turn: Turn, *, record: bool):
    """Let a worker die at the second page; with `record`, the ledger knows its messages."""
    with world.replying(turn, owner="dead") as reply:
        reply.status("Writing")
        speak(world, reply, "one two three four five six seven eight")
    if not record:
        world.ledger.turns[turn.key].messages.clear()
    return [ts for ts, _ in world.standing(turn)]


@pytest.mark.parametrize("record", [True, False], ids=["by the record", "by the metadata"])
def test_a_takeover_goes_on_in_the_messages_that_are_there_and_removes_what_it_does_not_need(*, record: bool):
    world = World(largest=16)
    turn = world.ask()
    old = take_over(world, turn, record=record)

    with world.replying(turn) as reply:
        reply.status("Reading the thread")
        reply.finish("The whole answer, at last.")

    assert len(old) == 3
    assert [ts for ts, _ in world.standing(turn)] == old[:2]
    assert world.texts(turn) == ["The whole", "answer, at last."]


def test_a_takeover_leaves_a_dead_owner_s_words_to_be_read_until_its_own_have_outgrown_them():
    world = World()
    turn = world.ask()
    with world.replying(turn, owner="dead") as reply:
        reply.status("Writing")
        speak(world, reply, "Let me see. It is about three months", size=100)

    with world.replying(turn) as reply:
        for status in ("Reading the thread", "Writing"):
            reply.status(status)
            world.own_time.settle()
        draft = speak(world, reply, "Let me see. It is three")
        still = world.texts(turn)
        speak(world, reply, " months, from the first day of the next month on", draft=draft)
        then = world.texts(turn)
        reply.finish("Three months.")

    assert still == ["Let me see. It is about three months"]
    assert len(then[0]) > len(still[0])
    assert "It is three months, from" in then[0]
    assert world.texts(turn) == ["Three months."]
    assert world.wall.calls.count("post") == 1


def test_a_takeover_goes_on_with_the_status_where_the_dead_owner_left_no_words():
    world = World()
    turn = world.ask()
    with world.replying(turn, owner="dead") as reply:
        reply.status("Checking the knowledge base")

    with world.replying(turn) as reply:
        reply.status("Reading the thread")
        at_once = world.texts(turn)
        reply.finish(ANSWER)

    assert at_once == ["_Reading the thread …_"]
    assert world.wall.calls.count("post") == 1


def test_a_takeover_removes_what_stands_in_front_of_a_page_that_was_posted_anew():
    world = World(largest=16)
    turn = world.ask()
    take_over(world, turn, record=True)
    with world.replying(turn, owner="unlucky") as reply:
        reply.status("Reading the thread")
        del world.wall.messages[world.standing(turn)[0][0]]
        speak(world, reply, "one two three four five six seven eight nine", size=100)
        faulty(world, after(1, rate_limited()))  # the first page is posted anew, the second one isn't
        reply.pause("Going on in a moment")
    out_of_order = world.texts(turn)

    faulty(world, after(0))
    with world.replying(turn) as reply:
        reply.status("Reading the thread")
        reply.finish("one two three four five six seven eight nine")

    assert out_of_order == ["four five six", "seven eight", "one two three"]
    assert " ".join(world.texts(turn)) == "one two three four five six seven eight nine"
    assert [message.part for _, message in world.standing(turn)] == [0, 1, 2]


def test_a_takeover_of_which_a_page_was_deleted_keeps_the_order():
    world = World(largest=16)
    turn = world.ask()
    old = take_over(world, turn, record=False)
    del world.wall.messages[old[1]]

    with world.replying(turn) as reply:
        reply.status("Reading the thread")
        reply.finish("one two three four five six seven eight")

    assert " ".join(world.texts(turn)) == "one two three four five six seven eight"
    assert [message.part for _, message in world.standing(turn)] == [0, 1, 2]


def test_a_takeover_finds_a_continuation_that_nobody_wrote_down():
    world = World(largest=16)
    turn = world.ask()
    old = take_over(world, turn, record=True)
    del world.ledger.turns[turn.key].messages[2]

    with world.replying(turn) as reply:
        reply.status("Reading the thread")
        reply.finish("one two three four five six seven eight nine")

    assert [ts for ts, _ in world.standing(turn)] == old
    assert world.ledger.turns[turn.key].messages == dict(enumerate(old))


def test_a_takeover_whose_message_is_gone_posts_it_anew():
    world = World()
    turn = world.ask()
    take_over(world, turn, record=True)
    world.wall.messages.clear()

    with world.replying(turn) as reply:
        reply.status("Reading the thread")
        standing = world.texts(turn)
        reply.finish(ANSWER)

    assert standing == ["_Reading the thread …_"]
    assert world.texts(turn) == [ANSWER]


def test_a_takeover_that_may_not_look_goes_by_the_record():
    world = World(largest=16)
    turn = world.ask()
    old = take_over(world, turn, record=True)
    faulty(world, lambda name: refused("missing_scope") if name == "find" else None)

    with world.replying(turn) as reply:
        reply.status("Reading the thread")
        reply.finish("Short.")

    assert [ts for ts, _ in world.standing(turn)] == old[:1]


def test_a_lost_lease_ends_all_writing_and_leaves_the_reply_alone():
    world = World()
    turn = world.ask()

    with world.replying(turn, owner="slow") as reply:
        reply.status("Writing")
        speak(world, reply, "The first half", size=100)
        world.own_time.advance(31.0)
        world.ledger.turns[turn.key].lease_until = world.own_time()
        world.ledger.claim(turn.key, owner="quick", lease_seconds=30)
        calls = list(world.wall.calls)
        with pytest.raises(LeaseLost):
            speak(world, reply, "The first half and more")

    assert world.wall.calls == calls
    assert world.ledger.turns[turn.key].held_by == "quick"
    assert world.ledger.turns[turn.key].lease_until > world.own_time()
    assert not turn_threads()


def test_a_lease_lost_with_the_last_edit_leaves_what_was_to_be_removed():
    world = World(largest=16)
    turn = world.ask()

    with world.replying(turn, owner="slow") as reply:
        reply.status("Writing")
        speak(world, reply, "one two three four five six seven eight")
        before = len(world.texts(turn))

        def tap(_name: str, call: Callable[[], Any]) -> Any:
            call()
            world.ledger.turns[turn.key].held_by = "quick"
            world.own_time.advance(31.0)

        world.tap = tap
        with pytest.raises(LeaseLost):
            reply.finish("Short.")

    assert len(world.texts(turn)) == before == 3


@pytest.mark.parametrize("step", ["status", "finish"])
def test_a_lease_that_the_writer_finds_lost_is_raised_by(step: str):
    world = World()
    turn = world.ask()

    with world.replying(turn, owner="slow") as reply:
        reply.status("Writing")
        world.ledger.turns[turn.key].held_by = "quick"
        world.own_time.advance(31.0)
        reply.status("Still writing")
        world.own_time.settle()
        with pytest.raises(LeaseLost):
            getattr(reply, step)("Once more")

    assert world.texts(turn) == ["_Writing …_"]


def test_a_bug_in_the_writer_costs_edits_and_not_the_answer():
    world = World()
    turn = world.ask()
    faulty(world, after(1, ZeroDivisionError("what somebody wrote")))

    write(world, turn)

    assert world.texts(turn) == [ANSWER]
    (ended,) = world.journal.of(WriterEnded)
    assert re.fullmatch(r"ZeroDivisionError at fakes\.replies:\d+", ended.error)


def test_a_slack_that_refuses_for_good_is_not_asked_again_before_the_end():
    world = World()
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        faulty(world, lambda _name: refused("is_archived"))
        speak(world, reply, ANSWER)
        with pytest.raises(SurfaceRefused):
            reply.finish(ANSWER)

    assert [refusal.code for refusal in world.journal.of(EditRefused)] == ["is_archived"] * 2
    assert not turn_threads()


def test_a_ledger_that_does_not_take_a_ts_costs_nothing_and_is_told_later():
    world = World(largest=20)
    turn = world.ask()

    with world.replying(turn) as reply:
        world.ledger.down = True
        reply.status("Writing")
        world.ledger.down = False
        unrecorded = dict(world.ledger.turns[turn.key].messages)
        reply.finish("one two three four five six")

    assert unrecorded == {}
    assert [event.part for event in world.journal.of(MessageUnrecorded)] == [0]
    assert world.ledger.turns[turn.key].messages == dict(enumerate(ts for ts, _ in world.standing(turn)))


def test_the_ledger_is_told_of_messages_in_their_order_whatever_it_refuses():
    world = World(largest=16)
    turn = world.ask()
    refusals = iter([LedgerUnavailable(), LedgerUnavailable()])
    told = []

    def tap(name: str, call: Callable[[], Any]) -> Any:
        if name == "record_message":
            if refusal := next(refusals, None):
                raise refusal
            told.append(call.keywords["part"])
        return call()

    world.ledger = Tapped(world.ledger, tap)
    with world.replying(turn) as reply:
        reply.finish("one two three four five six seven eight")

    assert told == [0, 1, 2]


def test_a_ledger_out_of_reach_when_the_lease_has_run_out_holds_up_writing_until_it_answers():
    world = World()
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.status("Writing")
        world.ledger.down = True
        world.own_time.advance(31.0)
        reply.status("Still writing")
        world.own_time.settle()
        meanwhile = world.texts(turn)
        world.ledger.down = False
        reply.finish(ANSWER)

    assert meanwhile == ["_Writing …_"]
    assert world.texts(turn) == [ANSWER]


def test_a_reply_can_be_finished_without_a_status():
    world = World()
    turn = world.ask()

    with world.replying(turn) as reply:
        reply.finish("You may not.")

    assert world.wall.calls == ["post"]
    assert world.texts(turn) == ["You may not."]


def test_a_takeover_finished_without_a_status_edits_what_stands():
    world = World()
    turn = world.ask()
    take_over(world, turn, record=False)

    with world.replying(turn) as reply:
        reply.finish("You may not.")

    assert world.texts(turn) == ["You may not."]
    assert world.wall.calls.count("post") == 1


@pytest.mark.parametrize("said", ["", ANSWER], ids=["nothing", "less"])
def test_a_sentence_stands_under_what_a_worker_who_got_further_left_to_be_read(said: str):
    world = World()
    turn = world.ask()
    with world.replying(turn) as dead:
        dead.status("Writing")
        speak(world, dead, ANSWER * 3)
    left = world.texts(turn)

    with world.replying(turn) as reply:
        reply.finish(said, "You stopped this answer.", under_more=True)

    assert len(left[0]) > 2 * len(ANSWER)
    assert world.texts(turn) == [*left, f"{FOOTER}You stopped this answer."]


def test_a_sentence_stands_under_the_text_where_nobody_got_further():
    world = World()
    turn = world.ask()
    with world.replying(turn) as dead:
        dead.status("Writing")
        speak(world, dead, ANSWER)

    with world.replying(turn) as reply:
        reply.finish(ANSWER * 3, "You stopped this answer.", under_more=True)

    assert world.texts(turn) == [f"{ANSWER * 3}\n\n{FOOTER}\nYou stopped this answer."]


def test_two_replies_share_one_budget_and_both_end_whole():
    world = World()
    world.budget = Budget(limits={"update": Limit(60, burst=10)})
    one, two = world.ask(), world.ask()

    with world.replying(one) as first, world.replying(two) as second:
        first.status("Writing")
        second.status("Writing")
        for length in range(1, len(ANSWER)):
            for reply in (first, second):
                draft = Draft()
                draft.add(ANSWER[:length])
                reply.follow(draft)
                reply.on_text(4)
            world.own_time.advance(0.125)  # exact
            world.own_time.settle()
        on_the_way = world.wall.calls.count("edit")
        first.finish(ANSWER)
        second.finish(ANSWER)

    assert 3 <= on_the_way <= 8 + len(ANSWER) * 0.125  # the burst but for its reserve, and what came in meanwhile
    assert world.wall.calls.count("edit") == on_the_way + 2
    assert world.texts(one) == world.texts(two) == [ANSWER]


def test_an_edit_waits_for_the_budget_and_then_shows_the_text_of_then():
    world = World()
    world.budget = Budget(limits={"update": Limit(60, burst=2)})
    turn = world.ask()
    draft = Draft()

    with world.replying(turn) as reply:
        reply.status("Writing")
        reply.follow(draft)
        shown = []
        for number in range(30):
            draft.add(f"{number} ")
            reply.on_text(4)
            world.own_time.advance(0.125)  # exact
            world.own_time.settle()
            shown.append(world.texts(turn)[0])
        reply.finish(draft.text)

    assert len(set(shown)) == 4
    assert shown[10] == "0 1 2 3 4 5 6 7 8 9 10"[: len(shown[10])]
    assert 3 <= len(world.journal.of(EditMade)) <= 6


class MeasuringSurface(MemorySurface):
    """Remembers what it measured."""

    def __init__(self, *, largest: int = 3_900) -> None:
        super().__init__(largest=largest)
        self.measured: list[str] = []

    def fits(self, text: str) -> bool:
        self.measured.append(text)
        return super().fits(text)


def test_an_edit_of_one_page_measures_it_once():
    world = World()
    turn = world.ask()
    world.wall = world.surface = wall = MeasuringSurface()
    write(world, turn)

    assert len(wall.measured) <= world.wall.calls.count("edit") + 1


def test_full_pages_are_measured_once_however_long_the_answer_grows():
    world = World()
    turn = world.ask()
    world.wall = world.surface = wall = MeasuringSurface(largest=1_000)
    write(world, turn, "some words and more. " * 480)

    edits = world.wall.calls.count("edit")
    assert len(world.texts(turn)) >= 10
    assert len(wall.measured) < edits + 40 * len(world.texts(turn))
    assert sum(map(len, wall.measured)) < 1_500 * len(wall.measured)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt], ids=["an error", "an interruption"])
def test_no_thread_outlives_a_reply_that_ends_by(error: Any):
    world = World()
    turn = world.ask()

    def interrupted():
        with world.replying(turn) as reply:
            reply.status("Writing")
            speak(world, reply, ANSWER)
            raise error

    with pytest.raises(error):
        interrupted()

    assert not turn_threads()


deltas = st.lists(
    st.text("ab [\n*é🙂", min_size=1, max_size=12) | st.sampled_from(["\n\n", "\n```\n", START_OVER]), max_size=25
)


@settings(deadline=None)
@given(
    streaming=st.sampled_from(["edit", "native", "auto"]),
    pieces=deltas,
    schedule=st.lists(st.sampled_from([None, None, *MISHAPS]), max_size=20),
    largest=st.integers(24, 200),
    footer=st.sampled_from(["", "Note [1]"]),
)
@example("edit", ["a b " * 20], ["lost answer", "timed out", "gone", "500", "429"] * 2, 24, "N")
@example("native", ["a b "] * 20, [None, "lost answer", "timed out", "dead", "gone", "refused"] * 2, 24, "N")
def test_whatever_slack_does_meanwhile_in_the_end_exactly_the_text_stands(
    streaming: Any, pieces: list[str], schedule: list[str | None], largest: int, footer: str
):
    world = World(largest=largest, stream_largest=largest * 2)
    turn = world.ask()
    world.tap = misbehaving(world, schedule)
    given = given_to_streams(world)
    draft = Draft()
    with world.replying(turn, streaming=streaming) as reply:
        reply.status("Writing")
        reply.follow(draft)
        for number, piece in enumerate(pieces):
            draft.start_over() if piece == START_OVER else draft.add(piece)
            reply.on_text(len(piece))
            world.own_time.advance(0.5)
            if number % 3:
                world.own_time.settle()
        reply.finish(draft.text, footer)

    stand = world.standing(turn)
    body, _, foot = "".join(message.text for _, message in stand).partition(FOOTER)
    assert re.sub(r"[`\s]", "", body) == re.sub(r"[`\s]", "", draft.text)
    assert foot.split() == footer.split()
    if draft.text.strip() and "```" not in draft.text and not footer:
        surface = world.stream_wall if reply.is_native else world.wall
        assert [message.text for _, message in stand] == [page.text for page in paginate(draft.text, surface.fits)]
    assert [message.part for _, message in stand] == list(range(len(stand)))
    assert all(message.state == "done" and not message.streaming for _, message in stand)
    assert all(world.stream_wall.fits(message.text) for _, message in stand)
    assert world.ledger.turns[turn.key].messages.items() >= dict(enumerate(ts for ts, _ in stand)).items()
    assert not turn_threads()
    if START_OVER not in pieces:
        for texts in given.values():
            assert all(longer.startswith(shorter) for shorter, longer in pairwise(texts))
