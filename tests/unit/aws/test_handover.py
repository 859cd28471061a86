"""What the worker is invoked with."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.slack_requests import sample
from vera.aws.handover import Failure, HandOver, parse

EVENT = {"kind": "event", "payload": {"type": "event_callback"}, "retry": {"num": 0, "reason": ""}, "received_at": 5.5}


def test_a_hand_over_is_recognized() -> None:
    assert parse(EVENT) == HandOver("event", {"type": "event_callback"})


def test_a_record_about_a_failure_holds_what_failed() -> None:
    failure = parse(sample("on_failure_record"))

    assert isinstance(failure, Failure)
    assert failure.condition == "RetriesExhausted"
    assert failure.of.kind == "event"


def test_a_continuation_and_a_redrive_say_so():
    assert parse({**EVENT, "leg": 2, "redrive": True}) == HandOver("event", EVENT["payload"], leg=2, redrive=True)


def test_a_record_about_a_continuation_holds_its_leg():
    record = sample("on_failure_record")
    record["requestPayload"] |= {"leg": 4, "redrive": True}

    failure = parse(record)

    assert isinstance(failure, Failure)
    assert (failure.of.leg, failure.of.redrive) == (4, True)


WRONG: dict[str, Any] = {
    "nothing": {},
    "no dictionary": ["event"],
    "an unknown kind": {**EVENT, "kind": "timer"},
    "a payload that is text": {**EVENT, "payload": "secret words"},
    "a leg that is no number": {**EVENT, "leg": "secret words"},
    "a leg that is true": {**EVENT, "leg": True},
    "a leg below 0": {**EVENT, "leg": -1},
    "a leg that is half": {**EVENT, "leg": 1.5},
    "a leg that is nothing": {**EVENT, "leg": None},
    "a redrive that is a word": {**EVENT, "redrive": "secret words"},
    "a record about a leg that is none": {
        "requestContext": {"condition": "RetriesExhausted"},
        "requestPayload": {**EVENT, "leg": []},
    },
    "a request of API Gateway": {"version": "2.0", "body": "secret words", "requestContext": {"http": {}}},
    "a record about a record": {
        "requestContext": {"condition": "RetriesExhausted"},
        "requestPayload": sample("on_failure_record"),
    },
}


@pytest.mark.parametrize("event", WRONG.values(), ids=WRONG)
def test_anything_else_is_an_error_that_repeats_none_of_it(event: Any) -> None:
    with pytest.raises(ValueError, match=r"record|hand-over") as error:
        parse(event)

    assert "secret words" not in str(error.value)
