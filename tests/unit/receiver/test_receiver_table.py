"""The table "One request URL" of the design, row by row, over the wire to a Lambda API on loopback."""

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from fakes.lambda_api import LambdaApi
from fakes.receiving import Logged
from fakes.slack_requests import FORM, NOW, as_slack_writes, body_of, http_request, request_of, sample, samples
from vera.receiver import Receiver

ACTED_ON = [
    "event_agent_session_stopped",
    "event_app_mention",
    "event_app_mention_external_user",
    "event_app_mention_in_thread",
    "event_app_mention_without_authorizations",
    "event_message_channel_mention",
    "event_message_channel_mention_with_name",
    "event_message_channel_mention_without_authorizations",
    "event_message_file_share_mention",
    "event_message_group_mention",
    "event_message_im",
    "event_message_im_file_share",
    "event_message_mpim_mention",
    "event_message_thread_broadcast_mention",
]
IGNORED = {
    "event_app_home_opened": "event type",
    "event_app_mention_from_bot": "bot",
    "event_message_bot_message": "bot",
    "event_message_bot_without_subtype": "bot",
    "event_message_changed_own_edit": "subtype",
    "event_message_channel_join": "subtype",
    "event_message_channel_mention_of_another": "no mention",
    "event_message_channel_no_mention": "no mention",
    "event_message_channel_without_text": "no mention",
    "event_message_deleted": "subtype",
    "event_message_mpim_no_mention": "no mention",
    "event_message_own": "bot",
    "event_message_own_im_without_bot_id": "bot",
    "event_message_slackbot_im": "bot",
    "event_reaction_added": "event type",
}
INTERACTIONS = ["interaction_block_actions", "interaction_block_actions_stop", "interaction_view_submission"]


def changed(name: str, **event: Any):
    """Return a sample with its inner event changed; None takes a field away."""
    payload = sample(name)
    payload["event"] = {key: value for key, value in (payload["event"] | event).items() if value is not None}
    return payload


def test_every_sample_event_has_a_row_here():
    assert sorted([*ACTED_ON, *IGNORED]) == samples("event_")
    assert samples("interaction_") == INTERACTIONS


@pytest.mark.parametrize("name", ACTED_ON)
def test_an_event_that_vera_acts_on_reaches_the_worker_before_slack_hears_200(
    receiver: Receiver, api: LambdaApi, name: str
):
    answer = receiver(request_of(name))

    assert answer == {"statusCode": 200, "body": ""}
    (invoke,) = api.invokes
    assert invoke.function == "vera-worker"
    assert invoke.headers["x-amz-invocation-type"] == "Event"
    assert invoke.payload == {
        "kind": "event",
        "payload": sample(name),
        "retry": {"num": 0, "reason": ""},
        "received_at": NOW,
    }


@pytest.mark.parametrize("name", ACTED_ON)
def test_an_event_that_the_worker_was_not_given_is_503_so_that_slack_sends_it_again(
    receiver: Receiver, api: LambdaApi, name: str
):
    api.script = [(429, {"x-amzn-errortype": "TooManyRequestsException"}, b"{}")]

    answer = receiver(request_of(name))

    assert answer["statusCode"] == 503


@pytest.mark.parametrize(("name", "reason"), IGNORED.items(), ids=IGNORED)
def test_an_event_that_vera_ignores_is_acknowledged_and_invokes_nothing(
    receiver: Receiver, api: LambdaApi, logged: Logged, name: str, reason: str
):
    answer = receiver(request_of(name))

    assert answer["statusCode"] == 200
    assert api.calls == []
    assert logged.last["reason"] == reason


@pytest.mark.parametrize(
    ("payload", "acted_on"),
    [
        pytest.param(changed("event_message_im", channel_type=None), True, id="a direct message without channel_type"),
        pytest.param(changed("event_message_channel_no_mention", channel_type=None), False, id="a channel without it"),
        pytest.param(changed("event_message_im", channel_type="app_home"), False, id="an unknown channel_type"),
        pytest.param(changed("event_message_im", subtype="me_message"), False, id="an unknown subtype"),
        pytest.param(changed("event_message_im", subtype=["x"]), False, id="a subtype that is no text"),
        pytest.param(changed("event_message_im", user=None), False, id="nobody's message"),
        pytest.param(changed("event_message_im", bot_profile={"id": "B1"}), False, id="a bot by its profile"),
        pytest.param(changed("event_message_channel_mention", text=7), False, id="a text that is none"),
        pytest.param(changed("event_message_channel_mention", text="<@U0VERABOTX> hi"), False, id="a longer id"),
        pytest.param(changed("event_message_channel_mention", text="U0VERABOT hi"), False, id="an id without brackets"),
        pytest.param(
            changed("event_message_channel_mention_without_authorizations", text="<@W0BOB|bob> hi"),
            True,
            id="any mention where nobody is authorized",
        ),
        pytest.param(
            changed("event_message_channel_mention_without_authorizations", text="<!here> hi"),
            False,
            id="a broadcast is no mention",
        ),
        pytest.param(
            changed("event_message_channel_mention_of_another") | {"authorizations": []}, True, id="no authorizations"
        ),
        pytest.param(
            changed("event_message_channel_mention_of_another") | {"authorizations": [{"user_id": 1, "is_bot": True}]},
            True,
            id="authorizations that name no bot",
        ),
        pytest.param(
            changed("event_message_im") | {"authorizations": [{"user_id": "U0ALICE01", "is_bot": False}]},
            True,
            id="the author authorized the app, which makes her no bot",
        ),
        pytest.param(changed("event_app_mention", subtype="bot_message"), False, id="a bot's mention by its subtype"),
        pytest.param(changed("event_app_mention", user="U0VERABOT"), False, id="Vera's own mention of herself"),
    ],
)
def test_who_wrote_and_who_is_meant_decide(
    *, receiver: Receiver, api: LambdaApi, payload: dict[str, Any], acted_on: bool
):
    answer = receiver(http_request(as_slack_writes(payload)))

    assert answer["statusCode"] == 200
    assert len(api.invokes) == acted_on


@pytest.mark.parametrize(
    ("fields", "acted_on"),
    [
        pytest.param({"streaming_message_ts": []}, True, id="nothing was streamed"),
        pytest.param({"thread_ts": None}, True, id="no thread"),
        pytest.param({"user": None}, False, id="nobody clicked"),
    ],
)
def test_a_stop_needs_no_more_than_somebody_and_a_channel(
    *, receiver: Receiver, api: LambdaApi, fields: dict[str, Any], acted_on: bool
):
    answer = receiver(http_request(as_slack_writes(changed("event_agent_session_stopped", **fields))))

    assert answer["statusCode"] == 200
    assert len(api.invokes) == acted_on


def test_a_retry_of_slack_is_handed_over_like_any_other_and_says_so(receiver: Receiver, api: LambdaApi, logged: Logged):
    headers = {"x-slack-retry-num": "2", "x-slack-retry-reason": "http_timeout"}

    receiver(request_of("event_app_mention", headers=headers))

    assert api.invokes[0].payload["retry"] == {"num": 2, "reason": "http_timeout"}
    assert (logged.last["retry_num"], logged.last["retry_reason"]) == (2, "http_timeout")


@pytest.mark.parametrize("number", ["", "-1", "two", "²", "9" * 5000])
def test_a_retry_number_that_is_none_counts_as_none(receiver: Receiver, api: LambdaApi, number: str):
    receiver(request_of("event_app_mention", headers={"X-Slack-Retry-Num": number, "x-slack-retry-reason": "x" * 5000}))

    assert api.invokes[0].payload["retry"] == {"num": 0, "reason": "x" * 64}


def test_the_request_url_is_verified_by_its_challenge(receiver: Receiver, api: LambdaApi):
    answer = receiver(request_of("url_verification"))

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"challenge": sample("url_verification")["challenge"]}
    assert api.calls == []


def test_the_request_url_is_not_verified_for_somebody_else(receiver: Receiver):
    answer = receiver(request_of("url_verification", secret="somebody else's"))

    assert answer == {"statusCode": 401, "body": ""}


def test_being_rate_limited_by_slack_is_acknowledged_with_a_warning(receiver: Receiver, api: LambdaApi, logged: Logged):
    answer = receiver(request_of("app_rate_limited"))

    assert answer["statusCode"] == 200
    assert api.calls == []
    assert logged.last["level"] == "WARNING"


def test_an_outer_type_that_nobody_knows_yet_is_acknowledged(receiver: Receiver, api: LambdaApi):
    answer = receiver(http_request(b'{"type":"brand_new"}'))

    assert answer["statusCode"] == 200
    assert api.calls == []


def test_slacks_check_of_the_certificate_is_acknowledged(receiver: Receiver, api: LambdaApi):
    answer = receiver(request_of("form_ssl_check"))

    assert answer["statusCode"] == 200
    assert api.calls == []


def test_a_command_is_handed_over_as_its_fields_and_answered_for_the_person_alone(receiver: Receiver, api: LambdaApi):
    answer = receiver(request_of("form_slash_command"))

    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"] == "application/json"
    assert json.loads(answer["body"]) == {"response_type": "ephemeral", "text": "On it."}
    (invoke,) = api.invokes
    assert invoke.payload["kind"] == "command"
    assert invoke.payload["payload"] == sample("form_slash_command")


def test_a_command_that_the_worker_was_not_given_says_so_with_a_reference(receiver: Receiver, api: LambdaApi):
    api.script = [(500, {}, b"")]

    answer = receiver(request_of("form_slash_command"), SimpleNamespace(aws_request_id="4711-abc"))

    assert answer["statusCode"] == 200
    said = json.loads(answer["body"])
    assert said["response_type"] == "ephemeral"
    assert "can't be reached" in said["text"]
    assert "4711-abc" in said["text"]


@pytest.mark.parametrize("name", INTERACTIONS)
def test_an_interaction_is_handed_over_and_answered_with_nothing(receiver: Receiver, api: LambdaApi, name: str):
    answer = receiver(request_of(name))

    assert answer == {"statusCode": 200, "body": ""}
    (invoke,) = api.invokes
    assert invoke.payload["kind"] == "interaction"
    assert invoke.payload["payload"] == sample(name)


@pytest.mark.parametrize("name", INTERACTIONS)
def test_an_interaction_that_the_worker_was_not_given_is_503(receiver: Receiver, api: LambdaApi, name: str):
    api.script = [(403, {"x-amzn-errortype": "AccessDeniedException"}, b"{}")]

    answer = receiver(request_of(name))

    assert answer["statusCode"] == 503


UNPARSABLE = {
    "nothing": (b"", "application/json"),
    "no JSON": (b"<xml/>", "application/json"),
    "a JSON list": (b"[1]", "application/json"),
    "half a JSON object": (b'{"type":"event_callback"', "application/json"),
    "not a number": (b'{"type":"event_callback","n":NaN}', "application/json"),
    "JSON without end": (b'{"a":' * 100_000, "application/json"),
    "a number without end": (b'{"a":' + b"9" * 10_000 + b"}", "application/json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "application/json"),
    "no type": (b"{}", "application/json"),
    "a type that is no text": (b'{"type":[]}', "application/json"),
    "a challenge that is none": (b'{"type":"url_verification"}', "application/json"),
    "no event": (b'{"type":"event_callback"}', "application/json"),
    "an event without type": (b'{"type":"event_callback","event":{}}', "application/json"),
    "a message without ts": (as_slack_writes(changed("event_message_im", ts=None)), "application/json"),
    "a mention without channel": (as_slack_writes(changed("event_app_mention", channel=None)), "application/json"),
    "a stop without channel": (
        as_slack_writes(changed("event_agent_session_stopped", channel=None)),
        "application/json",
    ),
    "a form of nothing": (b"", FORM),
    "a form of something else": (b"a=b", FORM),
    "a form in Latin-1": (b"command=%2Fvera&text=caf%E9", FORM),
    "a payload that is no JSON": (urlencode({"payload": "{"}).encode(), FORM),
    "a payload that is no object": (urlencode({"payload": "[]"}).encode(), FORM),
}


@pytest.mark.parametrize(("body", "content_type"), UNPARSABLE.values(), ids=UNPARSABLE)
def test_what_cannot_be_parsed_is_400_and_nothing_is_invoked(
    receiver: Receiver, api: LambdaApi, body: bytes, content_type: str
):
    answer = receiver(http_request(body, content_type=content_type))

    assert answer == {"statusCode": 400, "body": ""}
    assert api.calls == []


@pytest.mark.parametrize("body", [b"\xff\xfe{}", b"\x80", b'{"type":"\xe9"}'])
def test_a_signed_body_that_is_not_utf_8_is_400(receiver: Receiver, body: bytes):
    answer = receiver(http_request(body, as_base64=True))

    assert answer["statusCode"] == 400


@pytest.mark.parametrize(("body", "content_type"), UNPARSABLE.values(), ids=UNPARSABLE)
def test_what_cannot_be_parsed_is_401_where_the_signature_fails_first(
    receiver: Receiver, body: bytes, content_type: str
):
    answer = receiver(http_request(body, content_type=content_type, secret="another"))

    assert answer["statusCode"] == 401


def test_the_payload_reaches_the_worker_byte_for_byte(receiver: Receiver, api: LambdaApi):
    body = b'{ "type":"event_callback", "event_id":"Ev1","event":{"type":"app_mention","user":"U1", "ts" : "1.0",'
    body += '"channel":"C1","text":"Grüße \\ud83d\\ude00 \\/ 👋 1.10","half":"\\ud83d","n":1.10e2}}'.encode()

    receiver(http_request(body))

    assert b'"payload":' + body + b',"retry"' in api.invokes[0].body


@pytest.mark.parametrize("envelope", ["http_api_request", "function_url_request"])
@pytest.mark.parametrize("as_base64", [True, False], ids=["base64", "plain"])
@pytest.mark.parametrize("name", ["event_app_mention", "form_slash_command", "interaction_block_actions"])
def test_an_http_api_and_a_function_url_do_the_same_base64_or_not(
    *, receiver: Receiver, api: LambdaApi, envelope: str, as_base64: bool, name: str
):
    answer = receiver(request_of(name, envelope=envelope, as_base64=as_base64))

    assert answer["statusCode"] == 200
    assert api.invokes[0].payload["payload"] == sample(name)


def test_a_form_is_one_by_its_content_type_in_any_case(receiver: Receiver, api: LambdaApi):
    body, _ = body_of("form_slash_command")

    receiver(http_request(body, content_type="Application/X-WWW-Form-URLEncoded; charset=utf-8"))

    assert api.invokes[0].payload["kind"] == "command"


def test_a_large_event_passes(receiver: Receiver, api: LambdaApi):
    payload = changed("event_app_mention", text="<@U0VERABOT> " + "ü" * 450_000)
    body = json.dumps(payload, ensure_ascii=False).encode()

    answer = receiver(http_request(body))

    assert len(body) > 900_000
    assert answer["statusCode"] == 200
    assert api.invokes[0].payload["payload"] == payload
