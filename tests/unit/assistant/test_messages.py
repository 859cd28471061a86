"""The messages of one reply: each part in one message, in their order, whatever was lost, deleted or left over."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from fakes.replies import after, faulty
from fakes.world import World, bad_gateway, rate_limited, refused, timed_out
from vera.assistant.journal import EditRefused
from vera.assistant.ledger import Lease
from vera.assistant.messages import Messages
from vera.errors import LeaseLost, MessageGone, RateLimited, SurfaceRefused, SurfaceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vera.assistant.conversation import Turn
    from vera.assistant.messages import MessageSurface


@contextmanager
def writing(world: World, turn: Turn, surface: MessageSurface | None = None) -> Iterator[Messages]:
    time = world.time
    with Lease(world.ledger, turn.key, owner=next(world.owners), clock=time.clock, wait=time.wait) as lease:
        yield Messages(
            surface or world.surface,
            turn,
            lease,
            share=world.budget.share(turn.team, turn.key),
            note=lambda event: world.journal.record(turn.key, event),
            clock=time.clock,
        )


def paused(world: World, turn: Turn) -> set[str]:
    """Return the kinds of writes that wait because of a 429."""
    share, now = world.budget.share(turn.team, "another"), world.own_time()
    return {write for write in ("update", "start", "append", "stop") if share.take(now, write) > 1}


@pytest.mark.parametrize(
    ("native", "state", "waits"),
    [(False, "writing", {"update"}), (True, "writing", {"append"}), (True, "done", {"stop"})],
    ids=["an edit", "an append", "a stop"],
)
def test_a_429_holds_up_that_kind_of_write_and_no_other(*, native: bool, state: str, waits: set[str]):
    world = World()
    turn = world.ask()

    with writing(world, turn, world.streams if native else None) as messages:
        messages.land(0, "A", "writing")
        (world.stream_wall if native else world.wall).fail("edit", rate_limited(30.0))
        with pytest.raises(RateLimited):
            messages.land(0, "A and B", state)

    assert paused(world, turn) == waits


def test_a_429_of_a_post_or_a_look_is_no_matter_of_the_budget():
    world = World()
    turn = world.ask()
    world.wall.fail("post", rate_limited(30.0), timed_out())
    world.wall.fail("find", rate_limited(30.0))

    with writing(world, turn) as messages:
        for _ in range(3):
            with pytest.raises(SurfaceUnavailable):
                messages.land(0, "A", "status")
        messages.land(0, "A", "status")

    assert paused(world, turn) == set()
    assert [event.code for event in world.journal.of(EditRefused)] == ["ratelimited", "unavailable", "ratelimited"]
    assert world.texts(turn) == ["A"]


def test_what_others_left_behind_is_counted_in_characters_of_an_answer():
    world = World()
    words, status = world.ask(), world.ask()
    for turn, text, state in ((words, "one", "done"), (status, "Reading", "status")):
        with writing(world, turn) as messages:
            messages.land(0, text, state)
            assert messages.left_behind() == 0
    with writing(world, words) as messages:
        messages.land(1, "two, half", "writing")

    with writing(world, words) as messages, writing(world, status) as other:
        assert messages.left_behind() == len("onetwo, half")
        assert other.left_behind() == 0
        assert messages.begun
        assert other.begun


def test_a_part_that_is_posted_anew_has_those_behind_it_posted_anew_and_the_old_ones_removed_at_the_end():
    world = World()
    turn = world.ask()

    with writing(world, turn) as messages:
        for part, text in enumerate("ABC"):
            messages.land(part, text, "writing")
        del world.wall.messages[world.standing(turn)[1][0]]
        with pytest.raises(MessageGone):
            messages.land(1, "b", "done")
        messages.land(1, "b", "done")
        messages.land(2, "c", "done")
        meanwhile = world.texts(turn)
        messages.keep(3)

    assert meanwhile == ["A", "C", "b", "c"]
    assert world.texts(turn) == ["A", "b", "c"]


def test_what_a_dead_owner_left_in_front_of_an_earlier_part_is_removed_whatever_the_record_says():
    world = World()
    turn = world.ask()
    with writing(world, turn) as messages:
        for part, text in enumerate("ABC"):
            messages.land(part, text, "writing")
        del world.wall.messages[world.standing(turn)[0][0]]
        with pytest.raises(MessageGone):
            messages.land(0, "a", "writing")
        messages.land(0, "a", "writing")

    with writing(world, turn) as messages:
        for part, text in enumerate("abc"):
            messages.land(part, text, "done")
        messages.keep(3)

    assert world.texts(turn) == ["a", "b", "c"]


def test_a_message_that_cannot_be_edited_any_more_is_not_taken_up_again():
    world = World()
    turn = world.ask()

    with writing(world, turn) as messages:
        messages.land(0, "A", "writing")
        faulty(world, after(0, MessageGone("chat.update", code="edit_window_closed"), timed_out()))
        for error in (MessageGone, SurfaceUnavailable):
            with pytest.raises(error):
                messages.land(0, "B", "done")
        messages.land(0, "B", "done")
        messages.keep(1)

    assert world.texts(turn) == ["B"]


def test_a_post_that_was_lost_is_found_before_what_is_not_needed_is_removed():
    world = World()
    turn = world.ask()

    with writing(world, turn) as messages:
        messages.land(0, "A", "done")
        world.wall.fail("post", timed_out())  # which is done all the same
        with pytest.raises(SurfaceUnavailable):
            messages.land(1, "B", "writing")
        messages.keep(1)

    assert world.texts(turn) == ["A"]


def test_what_may_not_be_looked_at_or_removed_is_noted_and_left():
    world = World()
    turn = world.ask()
    with writing(world, turn) as messages:
        messages.land(0, "A", "writing")
        messages.land(1, "B", "writing")
    world.wall.fail("find", refused("missing_scope"))
    world.wall.fail("delete", refused("cant_delete_message"))

    with writing(world, turn) as messages:
        left_behind = messages.left_behind()
        messages.land(0, "a", "done")
        messages.keep(1)
        messages.keep(1)

    assert left_behind == 0
    assert world.texts(turn) == ["a", "B"]
    assert [event.code for event in world.journal.of(EditRefused)] == ["missing_scope", "cant_delete_message"]
    assert world.wall.calls.count("delete") == 1


def test_a_removal_that_fails_is_made_again_by_the_next_call():
    world = World()
    turn = world.ask()

    with writing(world, turn) as messages:
        messages.land(0, "A", "writing")
        messages.land(1, "B", "writing")
        world.wall.fail("delete", bad_gateway())
        with pytest.raises(SurfaceUnavailable):
            messages.keep(1)
        messages.keep(1)

    assert world.texts(turn) == ["A"]


def test_what_a_call_that_failed_left_standing_is_not_known():
    world = World()
    turn = world.ask()

    with writing(world, turn) as messages:
        messages.land(0, "A", "writing")
        before = messages.holds(0, "A", "writing")
        world.wall.fail("edit", bad_gateway())
        with pytest.raises(SurfaceUnavailable):
            messages.land(0, "B", "writing")

        assert before
        assert not messages.holds(0, "A", "writing")
        assert not messages.holds(0, "B", "writing")


def test_who_lost_the_lease_writes_removes_and_tells_nothing():
    world = World()
    turn = world.ask()

    with writing(world, turn) as messages:
        messages.land(0, "A", "writing")
        messages.land(1, "B", "writing")
        world.ledger.turns[turn.key].held_by = "quick"
        world.own_time.advance(31.0)
        with pytest.raises(LeaseLost):
            messages.land(0, "mine", "done")
        with pytest.raises(LeaseLost):
            messages.keep(1)

    assert world.texts(turn) == ["A", "B"]


def test_another_surface_goes_on_with_the_same_messages():
    world = World()
    turn = world.ask()

    with writing(world, turn, world.streams) as messages:
        messages.land(0, "A", "writing")
        messages.surface = world.surface
        messages.land(0, "A and B", "writing")
        kind = messages.write(0, "done")

    assert (world.texts(turn), kind) == (["A and B"], "update")


def test_a_refusal_says_which_and_is_raised():
    world = World()
    turn = world.ask()
    world.wall.fail("post", refused("is_archived"))

    with writing(world, turn) as messages, pytest.raises(SurfaceRefused):
        messages.land(0, "A", "status")

    assert [event.code for event in world.journal.of(EditRefused)] == ["is_archived"]
    assert not messages.begun
