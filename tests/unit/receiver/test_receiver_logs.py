"""What the receiver leaves in the log: ids, in powertools' shape, and nothing of a body."""

import io
import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from fakes.lambda_api import LambdaApi
from fakes.receiving import Clock, Logged
from fakes.slack_requests import SIGNING_SECRET, body_of, http_request, request_of, sample, samples
from vera.receiver import Receiver

CONTEXT = SimpleNamespace(aws_request_id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef")


def test_a_line_of_a_turn_holds_all_its_ids(receiver: Receiver, logged: Logged):
    receiver(request_of("event_app_mention", headers={"x-slack-retry-num": "1"}), CONTEXT)

    line = logged.last
    duration_ms = line.pop("duration_ms")
    assert 0 <= duration_ms < 2000
    assert line == {
        "level": "INFO",
        "message": "Handed over",
        "timestamp": "2025-11-20 13:55:00,250+0000",
        "service": "vera-receiver",
        "cold_start": True,
        "function_request_id": CONTEXT.aws_request_id,
        "correlation_id": "C0GENERAL:1763646900.000100",
        "kind": "event",
        "type": "app_mention",
        "channel": "C0GENERAL",
        "ts": "1763646900.000100",
        "event_id": sample("event_app_mention")["event_id"],
        "retry_num": 1,
        "retry_reason": "",
        "status": 200,
    }


@pytest.mark.parametrize("trouble", [(202, {}, b""), (500, {}, b"")], ids=["handed over", "not handed over"])
@pytest.mark.parametrize("name", samples("event_message") + samples("event_app_mention"))
def test_every_line_about_a_message_holds_its_ts_in_clear_and_the_turns_key(
    receiver: Receiver, api: LambdaApi, logged: Logged, name: str, trouble: Any
):
    api.script = [trouble]

    receiver(request_of(name))

    event = sample(name)["event"]
    assert logged.last["ts"] == event["ts"]
    assert logged.last["correlation_id"] == f"{event['channel']}:{event['ts']}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("form_slash_command", {"channel": "C0GENERAL", "kind": "command"}),
        ("interaction_block_actions", {"channel": "C0GENERAL", "ts": "1763646901.000200", "type": "block_actions"}),
        ("interaction_view_submission", {"kind": "interaction", "type": "view_submission"}),
    ],
)
def test_a_command_and_a_click_are_known_by_their_trigger_id(
    receiver: Receiver, logged: Logged, name: str, expected: dict[str, str]
):
    receiver(request_of(name))

    assert logged.last["correlation_id"] == sample(name)["trigger_id"]
    assert expected.items() <= logged.last.items()


WORDS = {"text", "token", "challenge", "response_url", "value", "private_metadata", "name", "user_name"}


def leaves(value: object):
    """Return every text in a payload that is somebody's words or a secret, not an id."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in WORDS or isinstance(one, (dict, list)):
                yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif isinstance(value, str) and len(value) > 4:
        yield value


FATES = {
    "handed over": (SIGNING_SECRET, (202, {}, b"")),
    "not handed over": (SIGNING_SECRET, (500, {}, b"")),
    "forged": ("somebody else's", (202, {}, b"")),
}


@pytest.mark.parametrize("fate", FATES.values(), ids=FATES)
@pytest.mark.parametrize(
    "name", [*samples("event_"), *samples("form_"), *samples("interaction_"), "url_verification", "app_rate_limited"]
)
def test_nothing_of_a_body_and_no_secret_is_in_the_log(
    receiver: Receiver, api: LambdaApi, logged: Logged, name: str, fate: Any
):
    secret, invoke_answer = fate
    api.script = [invoke_answer]

    receiver(request_of(name, secret=secret))

    assert len(logged.lines) == 1
    for words in leaves(sample(name)):
        assert words not in logged.text
    for hidden in (SIGNING_SECRET, "wJalrXUtnFEMI", "IQoJb3JpZ2lu"):
        assert hidden not in logged.text


@pytest.mark.parametrize(
    "body", [b'{"secret words"', b"secret words", b'["secret words"]', b'{"type":{"secret":"words"}}']
)
def test_nothing_of_what_cannot_be_parsed_is_in_the_log(receiver: Receiver, logged: Logged, body: bytes):
    receiver(http_request(body))

    assert "secret" not in logged.text


def test_a_forged_request_leaves_nothing_of_itself_in_the_log(receiver: Receiver, logged: Logged):
    headers = {"x-slack-retry-num": "7", "x-slack-retry-reason": "forged words", "x-slack-signature": "v0=forged"}

    receiver(request_of("event_app_mention", headers=headers))

    line = logged.last
    assert (line["status"], line["reason"], line["level"]) == (401, "mismatch", "WARNING")
    assert "forged" not in logged.text
    assert "1763646900.000100" not in logged.text


def test_an_id_that_is_none_is_left_out(receiver: Receiver, logged: Logged):
    payload = sample("event_message_im")
    payload |= {"event_id": ["x"]}
    payload["event"] |= {"channel": "D" * 5000}

    receiver(http_request(json.dumps(payload).encode()))

    assert not logged.last.keys() & {"event_id", "channel", "correlation_id"}
    assert logged.last["ts"] == payload["event"]["ts"]


def test_a_line_break_in_a_signed_id_cannot_forge_a_line(receiver: Receiver, logged: Logged):
    payload = sample("event_message_im")
    payload["event"]["ts"] = '1.0\n{"level":"INFO"}'

    receiver(http_request(json.dumps(payload).encode()))

    assert "\n" not in logged.text


def test_the_shape_is_powertools_own(receiver: Receiver, logged: Logged):
    stream = io.StringIO()
    logger = Logger(service="vera-receiver", stream=stream, utc=True)
    logger.set_correlation_id("C0GENERAL:1763646900.000100")
    logger.info("Handed over", ts="1763646900.000100")
    theirs = json.loads(stream.getvalue())

    receiver(request_of("event_app_mention"))

    ours = logged.last
    assert theirs.keys() - {"location", "xray_trace_id"} <= ours.keys()
    for name in ("level", "message", "service", "correlation_id", "ts"):
        assert ours[name] == theirs[name]
    shape = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\+0000")
    assert shape.fullmatch(ours["timestamp"])
    assert shape.fullmatch(theirs["timestamp"])


def test_lines_go_to_stdout_where_lambda_collects_them(
    variables: dict[str, str], clock: Clock, capsys: pytest.CaptureFixture[str], api: LambdaApi
):
    receiver = Receiver(variables, clock=clock)
    receiver(request_of("form_ssl_check"))
    receiver.close()

    assert json.loads(capsys.readouterr().out)["message"] == "Certificate checked"


def test_a_body_is_kept_out_of_an_exceptions_words(receiver: Receiver):
    body, _ = body_of("event_app_mention")

    with pytest.raises(ValueError, match="neither") as raised:
        receiver({"body": body.decode()})

    assert "office" not in str(raised.value)
