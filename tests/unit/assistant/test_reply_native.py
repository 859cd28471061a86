"""Native streams: a reply that only grows while it is written, and is whole in the end however the stream fares."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakes.replies import ANSWER, MISHAPS, after, faulty, given_to_streams, misbehaving, speak, words, write
from fakes.world import World, bad_gateway, rate_limited, refused, timed_out, turn_threads
from vera.assistant.budget import Budget
from vera.assistant.conversation import FOOTER
from vera.assistant.draft import Draft
from vera.assistant.journal import EditMade, EditRefused, Stage, StreamingChosen, WriterEnded
from vera.assistant.pacing import LIMITS, Limit
from vera.assistant.pages import paginate
from vera.errors import LeaseLost, StopAsked

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.assistant.conversation import Turn
    from vera.errors import VeraError


def chosen(world: World) -> list[tuple[str, str]]:
    return [(event.streaming, event.reason) for event in world.journal.of(StreamingChosen)]


def beside(world: World) -> list[str]:
    return [text for _, text in world.stream_wall.statuses]


def failing(world: World, method: str, *errors: VeraError | None) -> None:
    """Let the next calls of one method of the streams fail, but for those that are None."""
    pending = list(errors)

    def tap(name: str, call: Any) -> Any:
        error = pending.pop(0) if name == method and call.func.__self__ is world.stream_wall and pending else None
        if error is None:
            return call()
        if getattr(error, "maybe_done", False):
            call()
        raise error

    world.tap = tap


def test_the_status_stands_beside_the_messages_until_the_first_words_begin_a_stream():
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming="native") as reply:
        for status in ("Reading the thread", "Writing"):
            reply.status(status)
            world.own_time.settle()
        before = world.texts(turn), beside(world)
        speak(world, reply, ANSWER)
        reply.finish(ANSWER)

    assert before == ([], ["Reading the thread", "Writing"])
    assert beside(world) == ["Reading the thread", "Writing"]  # the first message takes it away by itself
    assert chosen(world) == [("native", "set")]
    ((_, message),) = world.standing(turn)
    assert (message.text, message.state) == (ANSWER, "done")
    writes = world.stream_wall.writes
    assert (writes[0], set(writes[1:-1]), writes[-1]) == ("start", {"append"}, "stop")
    assert len(writes) > 10
    assert [edit.write for edit in world.journal.of(EditMade)] == writes
    assert not world.wall.writes


def test_a_stream_only_grows_by_words_that_are_settled():
    code, table = "```py\nx = 1\n```", "| a | b |\n|---|---|\n| 1 | 2 |"
    text = f"Hello **World**, see [1](https://a.example) and `code`.\n\n{code}\n\n{table}\n\nBye."
    world = World()
    turn = world.ask()
    given = given_to_streams(world)

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        speak(world, reply, text, size=1)
        reply.finish(text)

    (texts,) = given.values()
    assert len(texts) > 10
    assert all(longer.startswith(shorter) and text.startswith(longer) for shorter, longer in pairwise(texts))
    assert not any(each.endswith(("**World", "[1]", "`code", "| a | b |")) for each in texts)
    assert world.texts(turn) == [text]


def test_words_that_were_taken_back_are_put_right_at_the_end():
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        draft = speak(world, reply, "A first try, that breaks off", size=8)
        draft.start_over()
        speak(world, reply, "The second try ends well.", draft=draft)
        meanwhile = world.texts(turn)
        reply.finish(draft.text)

    assert meanwhile == ["A first try, that breaks off"]
    assert world.texts(turn) == ["The second try ends well."]
    assert world.stream_wall.calls.count("post") == 1


def test_words_that_are_taken_back_while_a_write_waits_leave_the_stream_as_it_is():
    world = World()
    world.budget = Budget(limits={**LIMITS, "append": Limit(60, burst=1)})
    turn = world.ask()

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        draft = speak(world, reply, "A first try", size=100)
        speak(world, reply, ", and more", draft=draft)
        draft.start_over()
        world.own_time.advance(60.0)
        world.own_time.settle()
        meanwhile = world.standing(turn)[0][1]
        draft.add("The second try.")
        reply.finish(draft.text)

    assert meanwhile.streaming
    assert meanwhile.text.startswith("A first try")
    assert world.texts(turn) == ["The second try."]


def test_a_long_answer_goes_on_in_a_second_stream_before_the_first_is_full():
    world = World()
    turn = world.ask()
    text = "\n\n".join(f"Paragraph {number}. {'Lorem ipsum dolor sit amet. ' * 12}" for number in range(70))

    with world.replying(turn, every_tokens=50, streaming="native") as reply:
        reply.status("Writing")
        speak(world, reply, text, size=400)
        on_the_way = [(message.state, message.streaming) for _, message in world.standing(turn)]
        reply.finish(text, "**Sources**\n[1] Handbook")

    assert len(text) > 23_000
    assert on_the_way == [("done", False), ("done", False), ("writing", True)]
    assert [message.part for _, message in world.standing(turn)] == [0, 1, 2]
    assert all(len(page) < 12_000 for page in world.texts(turn))
    assert words(" ".join(world.texts(turn))) == words(f"{text} Sources 1 Handbook")
    writes = world.stream_wall.writes
    assert [write for write in writes if write != "append"] == ["start", "stop"] * 3


def test_a_stream_that_dies_goes_on_by_edits_of_the_same_message():
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        draft = speak(world, reply, ANSWER[:40])
        ((ts, _),) = world.standing(turn)
        world.stream_wall.die(ts)
        speak(world, reply, ANSWER[40:], draft=draft)
        meanwhile = world.texts(turn)
        reply.finish(ANSWER)

    assert meanwhile == [ANSWER.removesuffix(".")]
    assert [each for each, _ in world.standing(turn)] == [ts]
    assert world.standing(turn)[0][1].state == "done"
    made = [edit.write for edit in world.journal.of(EditMade)]
    assert set(made[made.index("update") :]) == {"update"}
    assert not world.journal.of(WriterEnded)


@pytest.mark.parametrize("refusal", [refused("feature_not_enabled"), rate_limited(30.0)], ids=["for good", "by a 429"])
def test_a_start_that_is_refused_is_made_up_for_by_edits_at_once(refusal: VeraError):
    world = World()
    turn = world.ask()
    failing(world, "post", refusal)

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        speak(world, reply, ANSWER)
        meanwhile = world.texts(turn)
        reply.finish(ANSWER)

    assert meanwhile == [ANSWER.removesuffix(".")]
    assert chosen(world) == [("native", "set"), ("edit", "refused")]
    assert len(world.journal.of(EditRefused)) == 1
    assert world.wall.calls.count("post") == 1
    assert world.own_time.naps == []
    assert not world.journal.of(WriterEnded)
    assert world.standing(turn)[0][1].state == "done"


def test_a_start_whose_answer_is_lost_is_found_and_not_made_twice():
    world = World()
    turn = world.ask()
    failing(world, "post", timed_out())

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        draft = speak(world, reply, ANSWER[:40])
        world.own_time.advance(1.0)
        world.own_time.settle()
        speak(world, reply, ANSWER[40:], draft=draft)
        reply.finish(ANSWER)

    assert world.stream_wall.calls.count("post") == 1
    assert world.stream_wall.calls.count("find") == 1
    assert world.texts(turn) == [ANSWER]
    assert world.ledger.turns[turn.key].messages == {0: world.standing(turn)[0][0]}
    assert set(world.stream_wall.writes[1:-1]) == {"append"}


def test_a_start_that_may_have_been_made_and_was_not_is_made_again():
    world = World()
    turn = world.ask()
    faulty(world, after(1, timed_out()))

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        draft = speak(world, reply, ANSWER[:40])
        world.own_time.advance(1.0)
        world.own_time.settle()
        speak(world, reply, ANSWER[40:], draft=draft)
        reply.finish(ANSWER)

    assert world.texts(turn) == [ANSWER]
    assert world.stream_wall.writes.count("start") == 1


@pytest.mark.parametrize(
    "trouble", [None, refused("missing_scope"), rate_limited(30.0)], ids=["none", "refused", "429"]
)
def test_without_a_place_beside_the_messages_a_status_message_stands_and_is_edited(trouble: VeraError | None):
    world = World()
    turn = world.ask()
    if trouble:
        failing(world, "show_status", trouble)
    else:
        world.stream_wall.has_place = False

    with world.replying(turn, streaming="native") as reply:
        reply.status("Reading the thread")
        at_once = world.texts(turn)
        speak(world, reply, ANSWER)
        reply.finish(ANSWER)

    assert at_once == ["_Reading the thread …_"]
    assert world.own_time.naps == []
    assert chosen(world) == [("edit", "refused")]
    assert world.texts(turn) == [ANSWER]
    assert set(world.wall.writes[1:]) == {"update"}


def test_a_status_message_whose_post_is_lost_does_not_bring_streams_back():
    world = World()
    turn = world.ask()
    world.stream_wall.has_place = False
    world.wall.fail("post", timed_out())  # which is done all the same

    with world.replying(turn, streaming="native") as reply:
        reply.status("Reading the thread")
        reply.finish(ANSWER)

    assert chosen(world) == [("edit", "refused")]
    assert world.texts(turn) == [ANSWER]


@pytest.mark.parametrize("trouble", [refused("missing_scope"), rate_limited(30.0), bad_gateway()], ids=str)
def test_a_later_status_that_slack_does_not_take_costs_no_words(trouble: VeraError):
    world = World()
    turn = world.ask()
    failing(world, "show_status", None, trouble)

    with world.replying(turn, streaming="native") as reply:
        reply.status("Reading the thread")
        reply.status("Writing")
        world.own_time.settle()
        speak(world, reply, ANSWER)
        meanwhile = world.texts(turn)
        reply.finish(ANSWER)

    assert meanwhile == [ANSWER.removesuffix(".")]
    assert not world.journal.of(WriterEnded)
    assert chosen(world) == [("native", "set")]


def test_a_tool_s_status_stands_beside_the_stream_until_more_is_said():
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        draft = speak(world, reply, "Let me look.", size=100)
        reply.on_tool("Looking at the calendar")
        world.own_time.settle()
        meanwhile = beside(world)[-1], world.texts(turn)
        speak(world, reply, "\n\nIt is free.", draft=draft)
        reply.finish(draft.text)

    assert meanwhile == ("Looking at the calendar", ["Let me look."])
    assert beside(world) == ["Writing", "Looking at the calendar", "Writing", ""]
    assert world.texts(turn) == ["Let me look.\n\nIt is free."]


def test_no_status_is_left_beside_an_answer_that_is_done():
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        draft = speak(world, reply, "Let me look.", size=100)
        reply.on_tool("Looking at the calendar")
        world.own_time.settle()
        draft.add(" Yes.")
        reply.finish(draft.text)

    assert beside(world)[-1] == ""
    assert world.texts(turn) == ["Let me look. Yes."]


def test_an_answer_that_is_over_before_the_first_write_is_posted_whole():
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        reply.finish("Yes.")

    assert chosen(world) == [("edit", "short")]
    assert world.wall.calls == ["post"]
    assert beside(world) == ["Writing", ""]
    ((_, message),) = world.standing(turn)
    assert (message.text, message.state, message.earlier) == ("Yes.", "done", ())


def test_a_rollover_that_is_refused_goes_on_by_edits():
    world = World(stream_largest=60)
    turn = world.ask()
    failing(world, "post", None, refused("feature_not_enabled"))

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        speak(world, reply, ANSWER)
        meanwhile = world.texts(turn)
        reply.finish(ANSWER)

    assert words(" ".join(meanwhile)) == words(ANSWER)
    assert world.texts(turn) == [ANSWER]
    assert chosen(world) == [("native", "set"), ("edit", "refused")]
    assert not world.journal.of(WriterEnded)


def test_a_rollover_that_meets_a_429_waits_as_long_as_slack_asks():
    world = World(stream_largest=60)
    turn = world.ask()
    failing(world, "post", None, rate_limited(20.0))

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        draft = speak(world, reply, ANSWER)
        world.own_time.advance(19.0)
        world.own_time.settle()
        tried = len(world.journal.of(EditRefused))
        world.own_time.advance(2.0)
        world.own_time.settle()
        shown = world.texts(turn)
        reply.finish(draft.text)

    assert tried == 1
    assert words(" ".join(shown)) == words(ANSWER)
    assert world.texts(turn) == shown
    assert len(shown) == 2


def test_a_rollover_waits_for_the_budget_to_bear_another_start():
    world = World(stream_largest=60)
    world.budget = Budget(limits={**LIMITS, "start": Limit(6, burst=1)})
    turn = world.ask()
    draft = Draft()

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        for piece in (ANSWER[:40], ANSWER[40:]):
            speak(world, reply, piece, size=100, draft=draft)
            world.own_time.advance(4.0)
            world.own_time.settle()
        after_eight_seconds = world.stream_wall.writes.count("start")
        world.own_time.advance(2.1)
        world.own_time.settle()
        after_ten = world.stream_wall.writes.count("start")
        reply.finish(ANSWER)

    assert (after_eight_seconds, after_ten) == (1, 2)
    assert words(" ".join(world.texts(turn))) == words(ANSWER)


def test_a_last_text_that_no_stream_takes_is_edited_in():
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        speak(world, reply, ANSWER[:40])
        failing(world, "edit", refused("invalid_arguments"))
        reply.finish(ANSWER)

    assert world.texts(turn) == [ANSWER]
    assert world.standing(turn)[0][1].state == "done"
    assert not world.standing(turn)[0][1].streaming
    assert chosen(world)[-1] == ("edit", "refused")


def test_a_stream_that_takes_less_than_it_documents_is_stopped_earlier_and_nothing_is_lost():
    world = World()
    turn = world.ask()
    text = "\n\n".join(f"Paragraph {number}: {'words ' * 40}" for number in range(30))

    def tap(name: str, call: Callable[[], Any]) -> Any:
        if name in {"post", "edit"} and len(call.args[-1]) > 2_000:
            raise refused("msg_too_long")
        return call()

    world.tap = tap
    write(world, turn, text, footer="**Sources**\n[1] Handbook", streaming="native")

    assert len(world.texts(turn)) > 3
    assert words(" ".join(world.texts(turn))) == words(text + "Sources 1 Handbook")
    assert not world.journal.of(WriterEnded)
    assert chosen(world) == [("native", "set")]


def test_a_stream_that_the_asker_stopped_stops_the_turn_and_can_be_finished():
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        draft = speak(world, reply, ANSWER[:40])
        failing(world, "edit", StopAsked())
        draft.add(ANSWER[40:60])
        reply.on_text(20)
        world.own_time.settle()
        stop_asked = world.ledger.turns[turn.key].stop_asked
        reply.finish(draft.text, "You stopped this answer.")

    assert stop_asked
    (text,) = world.texts(turn)
    assert text == f"{ANSWER[:60].rstrip()}\n\n{FOOTER}\nYou stopped this answer."
    assert not world.journal.of(WriterEnded)
    assert not turn_threads()


def test_a_stream_that_somebody_deletes_is_let_go_until_the_end_and_then_posted_anew():
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming="native") as reply:
        reply.status("Writing")
        draft = speak(world, reply, ANSWER[:40])
        world.wall.messages.clear()
        speak(world, reply, ANSWER[40:], draft=draft)
        meanwhile = world.texts(turn)
        reply.finish(ANSWER)

    assert meanwhile == []
    assert world.texts(turn) == [ANSWER]
    assert world.standing(turn)[0][1].state == "done"


def test_a_worker_that_lost_its_lease_says_nothing_beside_the_messages_either():
    world = World()
    turn = world.ask()

    with world.replying(turn, owner="slow", streaming="native") as reply:
        reply.status("Writing")
        world.ledger.turns[turn.key].held_by = "quick"
        world.own_time.advance(31.0)
        reply.status("Still writing")
        world.own_time.settle()
        with pytest.raises(LeaseLost):
            reply.finish(ANSWER)

    assert beside(world) == ["Writing"]
    assert world.texts(turn) == []


def test_alone_a_workspace_streams_natively_where_the_budget_is_to_choose():
    world = World()
    world.budget = Budget()
    turn = world.ask()

    write(world, turn, streaming="auto")

    assert chosen(world) == [("native", "budget")]
    assert world.texts(turn) == [ANSWER]


def all_at_once(world: World, turns: list[Turn], text: str, *, streaming: Any) -> list[str]:
    """Let several replies grow to the same text side by side. Return what stood before they were finished."""
    with ExitStack() as stack:
        replies = [stack.enter_context(world.replying(turn, streaming=streaming)) for turn in turns]
        drafts = [Draft() for _ in replies]
        for reply, draft in zip(replies, drafts, strict=True):
            reply.status("Writing")
            reply.follow(draft)
        world.own_time.settle()
        for start in range(0, len(text), 5):
            for reply, draft in zip(replies, drafts, strict=True):
                draft.add(text[start : start + 5])
                reply.on_text(5)
            world.own_time.settle()
            world.own_time.advance(0.125)
        world.own_time.settle()
        on_the_way = [" ".join(world.texts(turn)) for turn in turns]
        world.journal.record("", Stage("finishing"))
        for reply in replies:
            reply.finish(text)
        return on_the_way


@pytest.mark.parametrize(
    ("streaming", "people", "ways"),
    [
        ("edit", 8, set()),
        ("native", 8, {"native"}),
        ("auto", 12, {"native", "edit"}),
        ("native", 24, {"native", "edit"}),  # there are 20 stops
    ],
)
def test_a_crowd_leaves_what_is_kept_back_for_everybody_s_last_write(streaming: Any, people: int, ways: set[str]):
    world = World()
    world.budget = Budget()
    turns = [world.ask() for _ in range(people)]
    text = ANSWER * 4

    on_the_way = all_at_once(world, turns, text, streaming=streaming)

    assert all(each.startswith("The notice") for each in on_the_way)
    assert [world.texts(turn) for turn in turns] == [[text]] * people
    assert {message.state for turn in turns for _, message in world.standing(turn)} == {"done"}
    assert world.own_time.naps == []
    assert {way for way, _ in chosen(world)} == ways
    at_the_end = world.journal.events.index(Stage("finishing"))
    made = [event for event in world.journal.events[:at_the_end] if isinstance(event, EditMade)]
    assert all(edit.budget_left >= edit.running - 0.01 for edit in made if edit.write == "update")
    assert all(edit.budget_left >= -0.01 for edit in made)
    assert len(made) > 2 * people


def test_without_a_stop_to_spare_a_stream_is_not_begun():
    world = World()
    world.budget = Budget(limits={**LIMITS, "stop": Limit(20, burst=0)})
    turn = world.ask()

    write(world, turn, streaming="native")

    assert chosen(world) == [("edit", "budget")]
    assert world.texts(turn) == [ANSWER]
    assert set(world.wall.writes[1:]) == {"update"}


@pytest.mark.parametrize("streaming", ["edit", "native"])
def test_a_pause_shows_what_there_is_and_that_it_goes_on(streaming: Any):
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming=streaming, every_tokens=100) as reply:
        reply.status("Writing")
        speak(world, reply, "First half, **sec")
        reply.pause("Going on in a moment")

    ((_, message),) = world.standing(turn)
    if streaming == "native":
        assert (message.text, message.streaming) == ("First half,", True)
        assert beside(world)[-1] == "Going on in a moment"
    else:
        assert message.text == "First half, **sec\n\n_Going on in a moment …_"
    assert message.state == "writing"
    assert not turn_threads()


@pytest.mark.parametrize("streaming", ["edit", "native"])
def test_a_pause_before_the_first_words_says_that_it_goes_on(streaming: Any):
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming=streaming) as reply:
        reply.status("Writing")
        reply.pause("Going on in a moment")

    assert world.texts(turn) == (["_Going on in a moment …_"] if streaming == "edit" else [])
    assert beside(world) == ([] if streaming == "edit" else ["Writing", "Going on in a moment"])


@pytest.mark.parametrize("streaming", ["edit", "native"])
@pytest.mark.parametrize("trouble", [rate_limited(60.0), bad_gateway(), refused("is_archived")], ids=str)
def test_a_pause_that_slack_does_not_take_costs_no_time_and_is_made_up_for_later(streaming: Any, trouble: VeraError):
    world = World()
    turn = world.ask()
    draft = Draft()

    with world.replying(turn, streaming=streaming, every_tokens=100) as reply:
        reply.status("Writing")
        speak(world, reply, ANSWER[:40], draft=draft)
        faulty(world, lambda _name: trouble)
        reply.pause("Going on in a moment")
    faulty(world, lambda _name: None)
    naps = list(world.own_time.naps)
    with world.replying(turn, streaming=streaming) as reply:
        reply.status("Reading the thread")
        speak(world, reply, ANSWER[40:], draft=draft)
        reply.finish(ANSWER)

    assert naps == []
    assert world.texts(turn) == [ANSWER]


@pytest.mark.parametrize("streaming", ["edit", "native", "auto"])
@pytest.mark.parametrize("elsewhere", [False, True], ids=["in the same process", "in another process"])
def test_the_next_leg_goes_on_in_the_same_message_and_never_shrinks_it(streaming: Any, *, elsewhere: bool):
    world = World()
    turn = world.ask()
    draft = Draft()

    with world.replying(turn, streaming=streaming) as reply:
        reply.status("Writing")
        speak(world, reply, ANSWER[:40], draft=draft)
        reply.pause("Going on in a moment")
        was_native = reply.is_native
    ((ts, before),) = world.standing(turn)
    if elsewhere:
        world.restart()
    with world.replying(turn, streaming=streaming, native=was_native and streaming == "auto") as reply:
        reply.status("Reading the thread")
        world.own_time.settle()
        at_first = world.texts(turn)
        speak(world, reply, ANSWER[40:], draft=draft)
        is_native = reply.is_native
        reply.finish(ANSWER)

    assert at_first == [before.text]
    ((same, message),) = world.standing(turn)
    assert same == ts
    assert (message.text, message.state) == (ANSWER, "done")
    assert was_native == is_native == (streaming != "edit")
    shown = [each.partition("\n\n_")[0] for each in message.earlier[1:]]
    assert all(len(later) >= len(earlier) for earlier, later in pairwise(shown))
    assert world.wall.writes.count(None) + world.stream_wall.writes.count("start") == 1


def test_a_pause_leaves_nothing_to_be_removed_by_somebody_who_does_not_know_of_it():
    world = World(largest=16)
    turn = world.ask()
    text = "one two three four five six"

    with world.replying(turn) as reply:
        reply.status("Writing")
        draft = speak(world, reply, text, size=100)
        del world.wall.messages[world.standing(turn)[0][0]]
        draft.start_over()
        speak(world, reply, text.upper(), size=100, draft=draft)  # to hear that it is gone
        reply.pause("Going on in a moment")

    assert " ".join(world.texts(turn)) == text.upper()


def test_a_pause_of_a_stream_that_the_asker_stopped_is_left_to_the_next_leg():
    world = World()
    turn = world.ask()

    with world.replying(turn, streaming="native", every_tokens=100) as reply:
        reply.status("Writing")
        draft = speak(world, reply, "First half,")
        draft.add(" second half.")
        failing(world, "edit", StopAsked())
        reply.pause("Going on in a moment")

    assert world.texts(turn) == ["First"]


def test_a_takeover_of_a_status_message_goes_on_in_it_by_edits():
    world = World()
    turn = world.ask()
    with world.replying(turn) as reply:
        reply.status("Reading the thread")

    with world.replying(turn, streaming="native") as reply:
        shown = []
        for status in ("Reading the thread", "Writing"):
            reply.status(status)
            world.own_time.settle()
            shown += world.texts(turn)
        reply.finish(ANSWER)

    assert shown == ["_Reading the thread …_", "_Writing …_"]
    assert chosen(world) == [("edit", "resumed")]
    assert world.texts(turn) == [ANSWER]


@pytest.mark.parametrize("streaming", ["edit", "native"])
def test_what_was_kept_back_for_a_reply_is_for_the_others_when_it_ends(streaming: Any):
    world = World()
    world.budget = Budget()
    turn, other = world.ask(), world.ask()
    kind = "append" if streaming == "native" else "update"

    with world.replying(turn, streaming=streaming) as reply:
        reply.status("Writing")
        speak(world, reply, ANSWER)
        meanwhile = world.budget.share(other.team, "another").begin(world.own_time(), kind).running
        reply.finish(ANSWER)
    afterwards = world.budget.share(other.team, "another").begin(world.own_time(), kind).running

    assert (meanwhile, afterwards) == (2, 1)


def test_a_dead_owner_s_stream_is_gone_on_with_by_edits_where_the_budget_chooses():
    world = World()
    turn = world.ask()
    with world.replying(turn, streaming="auto") as reply:
        reply.status("Writing")
        speak(world, reply, ANSWER[:40])
    old = world.standing(turn)
    world.restart()

    write(world, turn, streaming="auto")

    assert [was_streaming.streaming for _, was_streaming in old] == [True]
    assert [ts for ts, _ in world.standing(turn)] == [ts for ts, _ in old]
    assert world.texts(turn) == [ANSWER]
    assert chosen(world) == [("native", "budget"), ("edit", "resumed")]


@settings(deadline=None)
@given(
    legs=st.lists(
        st.tuples(
            st.sampled_from(["edit", "native", "auto"]),
            st.lists(st.text("ab [\n*é🙂", min_size=1, max_size=12), max_size=8),
            st.sampled_from(["dies", "dies and is restarted", "hands on", "hands on and is restarted"]),
        ),
        min_size=1,
        max_size=4,
    ),
    schedule=st.lists(st.sampled_from([None, None, None, *MISHAPS]), max_size=24),
    largest=st.integers(24, 80),
)
@example([("native", ["words " * 9], "dies"), ("edit", ["and more"], "hands on")], [None, None, "lost answer"], 24)
def test_however_often_it_is_handed_on_and_taken_over_in_the_end_exactly_the_text_stands(
    legs: list[tuple[Any, list[str], str]], schedule: list[str | None], largest: int
):
    world = World(largest=largest, stream_largest=2 * largest)
    turn = world.ask()
    world.tap = misbehaving(world, schedule)
    said = ""
    for number, (streaming, pieces, ending) in enumerate([*legs, ("edit", [], "finishes")], 1):
        draft = Draft()
        draft.add(said)
        with world.replying(turn, streaming=streaming if number <= len(legs) else legs[-1][0]) as reply:
            reply.status("Writing")
            reply.follow(draft)
            for piece in pieces:
                draft.add(piece)
                reply.on_text(len(piece))
                world.own_time.advance(0.5)
                world.own_time.settle()
            if ending.startswith("hands on"):
                reply.pause("Going on in a moment")
                said = draft.text
            elif ending == "finishes":
                reply.finish(draft.text)
        if ending.endswith("restarted"):
            world.restart()

    surface = world.stream_wall if reply.is_native else world.wall
    stand = world.standing(turn)
    pages = [page.text for page in paginate(said, surface.fits) if page.text]
    assert [message.text for _, message in stand] == pages
    assert [message.part for _, message in stand] == list(range(len(stand)))
    assert all(message.state == "done" and not message.streaming for _, message in stand)
    assert not turn_threads()
