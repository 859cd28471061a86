"""Who may speak to the receiver: Slack, and within five minutes."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from fakes.lambda_api import LambdaApi
from fakes.slack_requests import NOW, SIGNING_SECRET, body_of, http_request, request_of, signature
from vera.receiver import Receiver
from vera.receiver.signature import SlackSignature

BODY, _ = body_of("event_app_mention")
STAMP = str(int(NOW))
GOOD = signature(BODY, STAMP)


@pytest.mark.parametrize(
    ("age_seconds", "status"),
    [(0, 200), (299, 200), (-299, 200), (301, 401), (-301, 401), (86_400, 401), (10**9, 401)],
)
def test_a_signature_is_good_for_five_minutes_either_way(receiver: Receiver, age_seconds: int, status: int):
    answer = receiver(http_request(BODY, timestamp=str(int(NOW) - age_seconds)))

    assert answer["statusCode"] == status


HOSTILE = {
    "no signature": {"x-slack-signature": ""},
    "no timestamp": {"x-slack-request-timestamp": ""},
    "another's signature": {"x-slack-signature": signature(BODY, STAMP, "another's secret")},
    "a signature of another moment": {"x-slack-signature": signature(BODY, str(int(NOW) - 1))},
    "a signature of another body": {"x-slack-signature": signature(BODY + b" ", STAMP)},
    "a digest without its version": {"x-slack-signature": GOOD.removeprefix("v0=")},
    "another version": {"x-slack-signature": GOOD.replace("v0=", "v1=")},
    "capitals": {"x-slack-signature": GOOD.upper()},
    "half a signature": {"x-slack-signature": GOOD[:30]},
    "a signature beyond ASCII": {"x-slack-signature": "v0=ünïcödé"},
    "a signature with half a surrogate pair": {"x-slack-signature": "v0=\ud83d"},
    "a signature with a null": {"x-slack-signature": GOOD + "\0"},
    "two signatures": {"X-Slack-Signature": GOOD},
    "two signatures, joined": {"x-slack-signature": f"{GOOD},{GOOD}"},
    "two timestamps": {"X-SLACK-Request-Timestamp": STAMP},
    "two timestamps, joined": {"x-slack-request-timestamp": f"{STAMP},{STAMP}"},
    "a timestamp in words": {"x-slack-request-timestamp": "now"},
    "a timestamp that is none": {"x-slack-request-timestamp": "nan"},
    "an endless timestamp": {"x-slack-request-timestamp": "inf"},
    "a fraction": {"x-slack-request-timestamp": f"{STAMP}.0"},
    "a sign": {"x-slack-request-timestamp": f"+{STAMP}"},
    "spaces": {"x-slack-request-timestamp": f" {STAMP} "},
    "an underscore": {"x-slack-request-timestamp": f"{STAMP[:4]}_{STAMP[4:]}"},
    "other digits": {"x-slack-request-timestamp": STAMP.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))},
    "too many digits": {"x-slack-request-timestamp": "9" * 5000},
    "a number": {"x-slack-request-timestamp": 1},
    "null": {"x-slack-signature": None},
}


@pytest.mark.parametrize("headers", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_header_is_401_and_nothing_is_invoked(receiver: Receiver, api: LambdaApi, headers: dict[str, Any]):
    answer = receiver(http_request(BODY, headers=headers))

    assert answer == {"statusCode": 401, "body": ""}
    assert api.calls == []


@pytest.mark.parametrize("headers", [{}, None], ids=["none", "null"])
def test_a_request_without_headers_is_401(receiver: Receiver, headers: dict[str, Any]):
    event = request_of("event_app_mention") | {"headers": headers}

    answer = receiver(event)

    assert answer["statusCode"] == 401


@pytest.mark.parametrize(
    "change",
    [
        {"body": None},
        {"body": 7},
        {"body": "\ud83d"},
        {"body": "no base64!", "isBase64Encoded": True},
        {"body": "e30=\n!", "isBase64Encoded": True},
        {"body": "ü", "isBase64Encoded": True},
        {"body": {}, "isBase64Encoded": True},
    ],
)
def test_a_body_that_nobody_can_have_signed_is_401(receiver: Receiver, change: dict[str, Any]):
    answer = receiver(request_of("event_app_mention") | change)

    assert answer["statusCode"] == 401


@pytest.mark.parametrize("spell", [str.upper, str.title, str.lower, str.swapcase])
def test_header_names_come_in_any_case(receiver: Receiver, api: LambdaApi, spell: Callable[[str], str]):
    event = request_of("form_slash_command")
    event["headers"] = {spell(name): value for name, value in event["headers"].items()}

    answer = receiver(event)

    assert answer["statusCode"] == 200
    assert len(api.invokes) == 1


@given(
    body=st.text(st.characters(codec="utf-8")),
    secret=st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip),  # a blank one is none, there as here
    claimed=st.none() | st.text(),
    timestamp=st.just(STAMP) | st.text() | st.integers(0, 2**40).map(str),
)
def test_what_is_taken_is_what_slacks_own_verifier_takes(body: bytes, secret: str, claimed: str | None, timestamp: str):
    verifier = SignatureVerifier(secret)
    verifier.clock.now = lambda: NOW
    plain = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13  # it raises on anything else
    if claimed is None:
        claimed = signature(body.encode(), timestamp, secret) if plain else GOOD

    ours = SlackSignature(timestamp=timestamp, signature=claimed, body=body.encode())
    taken = not ours.flaw(NOW) and ours.made_with(secret)

    assert taken is (plain and claimed.isascii() and verifier.is_valid(body, timestamp, claimed))


def test_the_secret_may_stand_in_the_environment_with_a_line_end(make_receiver: Callable[..., Receiver]):
    receiver = make_receiver(SLACK_SIGNING_SECRET=f"{SIGNING_SECRET}\n")

    answer = receiver(request_of("event_app_mention"))

    assert answer["statusCode"] == 200
