"""Every row of the design's table "One request URL", through the HTTP front to the receiver's process and back.

The worker here only keeps what it is given. The rows' finer points: `tests/unit/receiver/test_receiver_table.py`.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from fakes.aws import closed_port
from fakes.slack_requests import FORM, body_of, sample, samples
from unit.playground.request_url import RequestUrl
from vera.playground.host import Playground

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.deployment import Deployment
    from vera.playground.slack.delivery import Answer

IGNORED = [
    "event_app_home_opened",
    "event_app_mention_from_bot",
    "event_message_bot_message",
    "event_message_bot_without_subtype",
    "event_message_changed_own_edit",
    "event_message_channel_join",
    "event_message_channel_mention_of_another",
    "event_message_channel_no_mention",
    "event_message_channel_without_text",
    "event_message_deleted",
    "event_message_mpim_no_mention",
    "event_message_own",
    "event_message_own_im_without_bot_id",
    "event_message_slackbot_im",
    "event_reaction_added",
]
ACTED_ON = sorted({*samples("event_")} - {*IGNORED})
INTERACTIONS = samples("interaction_")
SECRET_WORDS = "the-words-of-a-body"


class Front:
    """The request URL, and what reached the worker since the test began."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._before = len(playground.functions.invocations)
        self._lines_before = len(playground.functions.log("receiver"))

    def send(self, name: str, **options: Any) -> Answer:
        body, content_type = body_of(name)
        return self._playground.delivery.send(body, content_type=content_type, **options)

    def send_bytes(self, body: bytes, **options: Any) -> Answer:
        return self._playground.delivery.send(body, **options)

    @property
    def handed_over(self) -> list[dict[str, Any]]:
        self._playground.functions.settle()
        done = self._playground.functions.invocations[self._before :]
        return [one.payload["event"] for one in done if one.function == "worker"]

    def last_line(self, status: int) -> str:
        """Wait for the line that says so, and return it."""
        lines: list[str] = []

        def logged(_: object) -> bool:
            lines[:] = self._playground.functions.log("receiver")[self._lines_before :]
            return bool(lines and json.loads(lines[-1])["status"] == status)

        self._playground.functions.wait_for(logged)
        return lines[-1]


def measured() -> dict[str, str]:
    coverage = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return coverage | {"PYTHONPATH": str(Path(__file__).parents[1])}


@pytest.fixture(scope="module")
def _playground() -> Iterator[Playground]:
    handlers = ("vera.receiver:handler", "unit.playground.lambda_handlers:echo")
    with Playground(handlers=handlers, environment=measured(), receiver_environment=measured()) as playground:
        yield playground


@pytest.fixture
def front(_playground: Playground) -> Front:
    return Front(_playground)


@pytest.fixture(scope="module")
def _without_lambda() -> Iterator[Playground]:
    with (
        closed_port() as nobody,
        Playground(receiver_environment=measured() | {"AWS_ENDPOINT_URL_LAMBDA": nobody}) as playground,
    ):
        yield playground


@pytest.fixture
def cut_off(_without_lambda: Playground) -> Front:
    """Return a receiver that does not reach Lambda."""
    return Front(_without_lambda)


WRONG = {
    "forged": {"x-slack-signature": "v0=" + "0" * 64},
    "signed in another version": {"x-slack-signature": "v1=" + "0" * 64},
    "not signed": {"x-slack-signature": ""},
    "stamped with no time": {"x-slack-request-timestamp": "now"},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("name", ["event_app_mention", "url_verification", "form_slash_command"])
def test_a_request_is_401_and_goes_no_further_that_is(front: Front, name: str, headers: dict[str, str]):
    answer = front.send(name, headers=headers)

    assert (answer.status, answer.body) == (401, b"")
    assert front.handed_over == []


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_of_more_than_five_minutes_ago_or_ahead_is_401(front: Front, minutes: int):
    timestamp = int(time.time()) + minutes * 60

    assert front.send("event_app_mention", timestamp=timestamp).status == 401
    assert front.handed_over == []


def test_nothing_of_an_unsigned_body_is_logged(front: Front):
    body = json.dumps({"type": "event_callback", "event": {"type": "app_mention", "text": SECRET_WORDS}}).encode()

    front.send_bytes(body, headers={"x-slack-signature": "v0=" + "0" * 64})

    assert SECRET_WORDS not in front.last_line(401)


def test_the_request_url_is_verified_by_its_challenge(front: Front):
    answer = front.send("url_verification")

    assert answer.status == 200
    assert json.loads(answer.body) == {"challenge": sample("url_verification")["challenge"]}
    assert front.handed_over == []


@pytest.mark.parametrize("name", ACTED_ON)
def test_an_event_that_vera_acts_on_is_200_and_reaches_the_worker_whole(front: Front, name: str):
    answer = front.send(name)

    assert answer.status == 200
    [handed_over] = front.handed_over
    assert (handed_over["kind"], handed_over["payload"]) == ("event", sample(name))


@pytest.mark.parametrize("name", ["event_app_mention", "event_message_im", *INTERACTIONS])
def test_what_the_worker_could_not_be_given_is_503(cut_off: Front, name: str):
    assert cut_off.send(name).status == 503
    assert cut_off.handed_over == []


@pytest.mark.parametrize("name", [*IGNORED, "app_rate_limited", "form_ssl_check"])
def test_what_vera_ignores_is_200_and_invokes_nothing(front: Front, name: str):
    assert front.send(name).status == 200
    assert front.handed_over == []


def test_a_slash_command_is_answered_for_the_person_alone(front: Front):
    answer = front.send("form_slash_command")

    assert answer.status == 200
    assert json.loads(answer.body) == {"response_type": "ephemeral", "text": "On it."}
    [handed_over] = front.handed_over
    assert (handed_over["kind"], handed_over["payload"]) == ("command", sample("form_slash_command"))


def test_a_slash_command_that_the_worker_could_not_be_given_says_so(cut_off: Front):
    answer = cut_off.send("form_slash_command")

    assert answer.status == 200
    said = json.loads(answer.body)
    assert said["response_type"] == "ephemeral"
    assert "can't be reached" in said["text"]


@pytest.mark.parametrize("name", INTERACTIONS)
def test_an_interaction_is_200_and_reaches_the_worker(front: Front, name: str):
    answer = front.send(name)

    assert (answer.status, answer.body) == (200, b"")
    [handed_over] = front.handed_over
    assert (handed_over["kind"], handed_over["payload"]) == ("interaction", sample(name))


UNPARSABLE = {
    "no JSON": (b"<xml/>", "application/json"),
    "half of it": (b'{"type":"event_callback"', "application/json"),
    "no type": (b"{}", "application/json"),
    "no event": (b'{"type":"event_callback"}', "application/json"),
    "no UTF-8": (b"\xff\xfe{}", "application/json"),
    "another form": (b"a=b", FORM),
}


@pytest.mark.parametrize(("body", "content_type"), UNPARSABLE.values(), ids=UNPARSABLE)
def test_what_cannot_be_parsed_is_400_or_401_where_the_signature_fails_first(
    front: Front, body: bytes, content_type: str
):
    signed = front.send_bytes(body, content_type=content_type)
    forged = front.send_bytes(body, content_type=content_type, headers={"x-slack-signature": "v0=" + "0" * 64})

    assert (signed.status, forged.status) == (400, 401)
    assert front.handed_over == []


def test_a_body_that_the_gateway_hands_on_as_base64_counts_like_any_other(front: Front):
    body, _ = body_of("event_app_mention")

    answer = front.send_bytes(body, content_type="application/octet-stream")

    assert answer.status == 200
    assert front.handed_over[0]["payload"] == sample("event_app_mention")


def test_a_retry_of_slacks_reaches_the_worker_and_says_so(front: Front):
    front.send("event_app_mention", headers={"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"})

    assert front.handed_over[0]["retry"] == {"num": 1, "reason": "http_timeout"}


def test_a_command_that_nobody_listens_to_is_answered_so_by_the_real_worker(vera: Deployment):
    somewhere = RequestUrl(200)
    command = sample("form_slash_command") | {"response_url": somewhere.url}
    with somewhere.server:
        answer = vera.delivery.send(urlencode(command).encode(), content_type=FORM)
        vera.settle()

    assert answer.status == 200
    [said] = [json.loads(one.body) for one in somewhere.received]
    assert said["text"] == f"I don't know the command {command['command']}."
    assert said.get("response_type", "ephemeral") == "ephemeral"
    assert vera.attempts == ["ok"]


def test_a_click_that_nobody_listens_to_ends_quietly_in_the_real_worker(vera: Deployment):
    body, content_type = body_of("interaction_block_actions")

    answer = vera.delivery.send(body, content_type=content_type)
    vera.settle()

    assert answer.status == 200
    assert vera.attempts == ["ok"]
    assert vera.calls() == []
