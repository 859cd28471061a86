from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vera.assistant.conversation import Turn
from vera.slack.payloads import MalformedPayload, bot_user_id, reason_to_ignore, turn_of

EVENTS = Path(__file__).parents[2] / "events"
SAMPLES = sorted(path.stem for path in EVENTS.glob("event_*.json"))

IGNORED = {
    "event_agent_session_stopped": "not a message",
    "event_app_home_opened": "not a message",
    "event_app_mention_from_bot": "said by a bot",
    "event_message_bot_message": "a change to a message, or a notice",
    "event_message_bot_without_subtype": "said by a bot",
    "event_message_changed_own_edit": "a change to a message, or a notice",
    "event_message_channel_join": "a change to a message, or a notice",
    "event_message_channel_mention_of_another": "no mention",
    "event_message_channel_no_mention": "no mention",
    "event_message_channel_without_text": "no mention",
    "event_message_deleted": "a change to a message, or a notice",
    "event_message_mpim_no_mention": "no mention",
    "event_message_own": "said by a bot",
    "event_message_own_im_without_bot_id": "said by a bot",
    "event_message_slackbot_im": "said by a bot",
    "event_reaction_added": "not a message",
}


def sample(name: str) -> dict:
    return json.loads((EVENTS / f"{name}.json").read_text())


def message(**fields: object) -> dict:
    event = {
        "type": "message",
        "channel": "C1",
        "channel_type": "channel",
        "user": "U1",
        "ts": "1.5",
        "text": "<@U9> hi",
    }
    authorizations = [{"team_id": "T1", "enterprise_id": "E1", "user_id": "U9", "is_bot": True}]
    return {"type": "event_callback", "team_id": "T0", "authorizations": authorizations, "event": event | fields}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_a_question_or_is_ignored_for_a_reason(name: str):
    payload = sample(name)

    reason, turn = reason_to_ignore(payload), turn_of(payload)

    assert reason == IGNORED.get(name, "")
    assert (turn is None) == bool(reason)


def test_a_mention_becomes_a_turn():
    payload = sample("event_app_mention_external_user")

    assert turn_of(payload) == Turn(
        channel="C0SHARED1",
        ts="1763646910.000300",
        user="U0EXTERN1",
        text="<@U0VERABOT> when is the office open?",
        team="T0ACME001",
        user_team="T0PARTNER",
    )
    assert bot_user_id(payload) == "U0VERABOT"


def test_a_mention_in_a_thread_names_its_root():
    turn = turn_of(sample("event_app_mention_in_thread"))

    assert turn
    assert turn.thread_ts
    assert turn.root == turn.thread_ts != turn.ts


def test_a_direct_message_needs_no_mention():
    turn = turn_of(sample("event_message_im"))

    assert turn
    assert turn.direct


@pytest.mark.parametrize(
    ("fields", "team"),
    [
        ({"user_team": "T1", "source_team": "T2"}, "T1"),
        ({"source_team": "T2", "team": "T4"}, "T2"),
        ({"user_profile": {"team": "T3"}, "team": "T4"}, "T3"),
        ({"user_profile": None, "team": "T4"}, "T4"),
        ({}, ""),
    ],
)
def test_an_authors_own_workspace_is_found_wherever_slack_puts_it(fields: dict, team: str):
    turn = turn_of(message(**fields))

    assert turn
    assert turn.user_team == team
    assert (turn.team, turn.enterprise) == ("T1", "E1")


def test_without_authorizations_the_workspace_is_the_payloads_and_any_mention_counts():
    payload = message() | {"authorizations": None, "context_team_id": "T5", "enterprise_id": "E5"}

    turn = turn_of(payload)

    assert turn
    assert (turn.team, turn.enterprise) == ("T5", "E5")
    assert bot_user_id(payload) == ""
    assert turn_of(payload, bot_user="U7") is None
    assert turn_of(payload, bot_user="U1") is None


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({}, id="no event"),
        pytest.param([], id="no object"),
        pytest.param(None, id="nothing"),
        pytest.param({"event": "message"}, id="an event that is text"),
        pytest.param(message(ts=None), id="no ts"),
        pytest.param(message(ts="yesterday"), id="a ts that is none"),
        pytest.param(message(channel=""), id="no channel"),
        pytest.param(message(text=7), id="a text that is a number"),
        pytest.param(message(user={}), id="a user that is an object"),
    ],
)
def test_what_slack_would_not_send_is_named_without_being_repeated(payload: object):
    with pytest.raises(MalformedPayload, match=r"must"):
        turn_of(payload)  # type: ignore[arg-type]


def test_a_message_without_an_author_is_nobodys_question():
    assert reason_to_ignore(message(user=None)) == "said by nobody"


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["event", "authorizations", "team_id"]),
        st.recursive(
            st.none() | st.text(max_size=3) | st.integers(),
            lambda v: st.lists(v, max_size=2) | st.dictionaries(st.sampled_from(["type", "user", "ts", "user_id"]), v),
            max_leaves=6,
        ),
    )
)
def test_whatever_comes_it_is_a_turn_or_ignored_or_malformed(payload: dict):
    with suppress(MalformedPayload):
        turn_of(payload)
