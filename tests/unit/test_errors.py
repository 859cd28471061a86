"""The tree of errors is the one that is drawn, and each error has words for people that give nothing away."""

from __future__ import annotations

import pytest

from vera import errors
from vera.errors import HandOnFailed, MessageGone, RateLimited, SurfaceRefused, SurfaceUnavailable, TurnTaken, VeraError

ALL = [getattr(errors, name) for name in errors.__all__]


def drawn() -> dict[str, str]:
    """Return each error's base, as the docstring draws it."""
    bases: dict[str, str] = {"VeraError": "Exception"}
    above: list[tuple[int, str]] = [(0, "VeraError")]
    for line in (errors.__doc__ or "").split("\n"):
        branch, found, rest = line.partition("── ")
        if found:
            depth, name = len(branch), rest.split()[0]
            above = [(at, base) for at, base in above if at < depth]
            bases[name] = above[-1][1]
            above.append((depth, name))
    return bases


def test_the_tree_is_the_one_that_is_drawn():
    assert {each.__name__: each.__base__.__name__ for each in ALL} == drawn()


def test_every_error_is_in_the_face_of_the_module():
    made_here = {
        name for name, each in vars(errors).items() if isinstance(each, type) and each.__module__ == errors.__name__
    }

    assert made_here == set(errors.__all__)
    assert errors.__all__ == sorted(errors.__all__)


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_an_error_says_its_name_to_the_log_and_a_sentence_to_people(error: type[VeraError]):
    silent, spoken = error(), error("code-17")

    assert (str(silent), str(spoken)) == (error.__name__, "code-17")
    assert spoken.sentence == error.sentence
    assert spoken.sentence.endswith(".")
    assert "code-17" not in spoken.sentence


def test_a_sentence_of_its_own_is_the_error_s_alone():
    error = VeraError("x", sentence="The Berlin documents are waking up.")

    assert error.sentence == "The Berlin documents are waking up."
    assert VeraError().sentence == VeraError.sentence


def test_errors_carry_what_their_caller_decides_by():
    assert SurfaceUnavailable("x", maybe_done=True).maybe_done
    assert not SurfaceUnavailable("x").maybe_done
    assert (RateLimited("x", retry_after_seconds=30).retry_after_seconds, RateLimited("x").maybe_done) == (30, False)
    assert SurfaceRefused("x", code="is_archived").code == "is_archived"
    assert HandOnFailed("x", code="ServiceException").code == "ServiceException"
    assert MessageGone("x", code="message_not_found").code == "message_not_found"
    assert TurnTaken("x", done=True).done
