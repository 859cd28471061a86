"""Who may ask, and where; people of other organisations are asked about only where that is possible."""

from __future__ import annotations

import pytest

from vera.assistant.conversation import Turn
from vera.assistant.limits import Admission, ExternalNotAllowed
from vera.errors import NotAllowed

TURN = Turn(channel="C0HELP", ts="1.0", user="U0ANN", team="T0HOME", enterprise="E0HOME", user_team="T0HOME")


def nobody_asks(_: Turn) -> bool:
    raise AssertionError("this turn cannot be external")


@pytest.mark.parametrize(
    ("admission", "turn"),
    [
        (Admission(), TURN),
        (Admission(channels=frozenset({"C0HELP"})), TURN),
        (Admission(users=frozenset({"U0ANN"})), TURN),
        (
            Admission(channels=frozenset({"C0OTHER"})),
            Turn("D0ANN", "1.0", "U0ANN", direct=True, team="T0HOME", user_team="T0HOME"),
        ),
        (Admission(), Turn("C0HELP", "1.0", "U0ANN")),
        (Admission(), Turn("C0HELP", "1.0", "U0ANN", team="T0HOME", enterprise="E0HOME", user_team="E0HOME")),
        (Admission(external_allowed=True), Turn("C0HELP", "1.0", "U0EVE", team="T0HOME", user_team="T0AWAY")),
    ],
    ids=["anybody", "channel", "user", "direct", "no teams at all", "same enterprise", "external allowed"],
)
def test_a_turn_is_admitted_without_a_question_to_slack(admission: Admission, turn: Turn):
    admission.check(turn, nobody_asks)


@pytest.mark.parametrize(
    ("admission", "words"),
    [
        (Admission(channels=frozenset({"C0OTHER"})), "channels"),
        (Admission(users=frozenset({"U0BOB"})), "people"),
        (Admission(users=frozenset({"U0BOB"}), channels=frozenset({"C0OTHER"})), "people"),
    ],
    ids=["channel", "user", "both"],
)
def test_a_turn_that_is_not_on_the_list_is_refused_with_a_sentence_that_says_which(admission: Admission, words: str):
    with pytest.raises(NotAllowed) as refusal:
        admission.check(TURN, nobody_asks)

    assert words in refusal.value.sentence
    assert not isinstance(refusal.value, ExternalNotAllowed)


@pytest.mark.parametrize("external", [True, False])
@pytest.mark.parametrize(
    ("team", "user_team"),
    [("T0HOME", "T0AWAY"), ("T0HOME", ""), ("", "T0AWAY")],
    ids=["another", "unnamed", "ours unnamed"],
)
def test_somebody_who_may_be_external_is_refused_only_if_slack_says_so(team: str, user_team: str, external: bool):
    turn = Turn("C0HELP", "1.0", "U0EVE", team=team, user_team=user_team)
    refusals = []

    try:
        Admission().check(turn, lambda asked: external and asked == turn)
    except ExternalNotAllowed as refusal:
        refusals.append(refusal.sentence)

    assert len(refusals) == external
