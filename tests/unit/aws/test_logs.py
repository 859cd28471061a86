"""Every line of the worker's logs."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args

import pytest

from vera.assistant.journal import (
    EditMade,
    EditRefused,
    Event,
    MessageUnrecorded,
    ModelCalled,
    Retrieved,
    Stage,
    StreamingChosen,
    ThreadRead,
    ToolCalled,
    TurnClaimed,
    TurnDropped,
    TurnEnded,
    TurnHandedOn,
    TurnRaised,
    WriterEnded,
)
from vera.aws.logs import LibraryLines, LogJournal, log_libraries

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "C024BE91L:1763647200.000100"
EVENTS = [
    TurnClaimed(attempt=2),
    Stage("Reading the thread"),
    ThreadRead(messages=12, omitted=3, seconds=0.123456),
    Retrieved(knowledge_bases=2, failed=0, passages=5, query_characters=80, seconds=0.5, scores=(0.87654321, 0.5)),
    ModelCalled("eu.model", "end_turn", first_text_seconds=0.98765, seconds=3.0, input_tokens=10, output_tokens=20),
    ToolCalled(name="current_time", ordinal=0, outcome="ok", seconds=0.0004),
    EditMade(part=0, ts="1763647201.000200", characters=40, seconds=0.12, budget_left=17.25, posted=True),
    EditRefused(part=0, code="ratelimited", budget_left=0.0, retry_after_seconds=3.0),
    MessageUnrecorded(part=1, ts="1763647202.000300"),
    StreamingChosen("native", "budget"),
    WriterEnded(error="KeyError at vera.slack.markdown:12"),
    TurnHandedOn(leg=1, seconds=880.5, edits=40, characters=9_000),
    TurnEnded(outcome="answered", seconds=4.56789, edits=9, characters=400),
    TurnDropped(reason="busy"),
    TurnRaised(error="SurfaceUnavailable: chat.postMessage"),
]


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def journal(out: io.StringIO, request: pytest.FixtureRequest) -> LogJournal:
    # Powertools keeps one logger, and its stream, for each service of the process.
    return LogJournal(stream=out, service=f"vera-{request.node.name}")


def test_each_kind_of_event_is_known_here():
    assert {type(event) for event in EVENTS} == set(get_args(Event))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_is_one_line_with_key_channel_and_ts_in_clear(journal: LogJournal, out: io.StringIO, event: Event):
    journal.record(KEY, event)

    (line,) = lines(out)
    assert line["correlation_id"] == KEY
    assert (line["channel"], line["ts"]) == ("C024BE91L", "1763647200.000100")
    assert line["message"] == re.sub(r"\B[A-Z]", r"_\g<0>", type(event).__name__).lower()
    assert len(line.keys() - {"level", "message", "timestamp", "service", "correlation_id", "channel", "ts"}) == len(
        [field for field in fields(event) if getattr(event, field.name) is not None]
    )


def test_a_line_holds_the_fields_of_its_event_to_the_millisecond(journal: LogJournal, out: io.StringIO):
    for event in EVENTS:
        journal.record(KEY, event)

    by_message = {line["message"]: line for line in lines(out)}
    assert by_message["thread_read"]["seconds"] == 0.123
    assert by_message["retrieved"]["scores"] == [0.877, 0.5]
    assert by_message["model_called"]["first_text_seconds"] == 0.988
    assert by_message["stage"]["stage"] == "Reading the thread"
    assert by_message["tool_called"]["tool"] == "current_time"
    assert by_message["edit_made"]["reply_ts"] == "1763647201.000200"
    assert (by_message["edit_made"]["write"], by_message["edit_made"]["running"]) == ("update", 1)
    assert (by_message["streaming_chosen"]["streaming"], by_message["streaming_chosen"]["reason"]) == (
        "native",
        "budget",
    )
    assert (by_message["turn_handed_on"]["leg"], by_message["turn_handed_on"]["characters"]) == (1, 9_000)


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (EVENTS[0], "INFO"),
        (EVENTS[3], "INFO"),
        (Retrieved(knowledge_bases=2, failed=1, passages=5, query_characters=80, seconds=0.5), "WARNING"),
        (ToolCalled(name="draw", ordinal=0, outcome="failed", seconds=0.1), "WARNING"),
        (EditRefused(part=0, code="ratelimited", budget_left=0.0), "WARNING"),
        (MessageUnrecorded(part=1, ts="1763647202.000300"), "WARNING"),
        (WriterEnded(error="KeyError at vera.slack.markdown:12"), "WARNING"),
        (TurnDropped(reason="busy"), "INFO"),
        (TurnDropped(reason="lost"), "WARNING"),
        (TurnRaised(error="SurfaceUnavailable: chat.postMessage"), "ERROR"),
        (StreamingChosen("edit", "refused"), "INFO"),
        (TurnHandedOn(leg=1, seconds=880.5), "INFO"),
        (TurnEnded(outcome="answered", seconds=1.0), "INFO"),
        (TurnEnded(outcome="stopped", seconds=1.0), "INFO"),
        (TurnEnded(outcome="refused", seconds=1.0), "INFO"),
        (TurnEnded(outcome="failed", seconds=1.0, error="ModelFailed"), "ERROR"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{type(value).__name__}",
)
def test_the_level_says_whether_somebody_should_look(journal: LogJournal, out: io.StringIO, event: Event, level: str):
    journal.record(KEY, event)

    assert [line["level"] for line in lines(out)] == [level]


def test_a_key_that_is_no_message_is_a_correlation_id_alone(journal: LogJournal, out: io.StringIO):
    journal.record("1234.5678.abcdef", TurnClaimed(attempt=1))

    (line,) = lines(out)
    assert line["correlation_id"] == "1234.5678.abcdef"
    assert not line.keys() & {"ts", "channel"}


def test_turns_of_several_threads_do_not_mix(journal: LogJournal, out: io.StringIO):
    keys = [f"C{number}:1.{number}" for number in range(40)]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: journal.record(key, TurnClaimed(attempt=1)), keys))

    assert sorted(line["correlation_id"] for line in lines(out)) == sorted(keys)
    assert all(line["correlation_id"] == f"{line['channel']}:{line['ts']}" for line in lines(out))


def test_powertools_is_not_imported_before_the_first_event():
    code = (
        "import sys; from vera.aws.logs import LogJournal, log_libraries; LogJournal(); log_libraries();"
        "sys.exit('aws_lambda_powertools' in sys.modules)"
    )

    imported = subprocess.run([sys.executable, "-c", code], check=False)

    assert imported.returncode == 0


@pytest.fixture
def libraries(out: io.StringIO) -> Iterator[LibraryLines]:
    root, own = logging.getLogger(), logging.getLogger("vera")
    handlers, level, own_level = root.handlers[:], root.level, own.level
    yield log_libraries(stream=out)
    root.handlers[:] = handlers
    root.setLevel(level)
    own.setLevel(own_level)


@pytest.fixture
def library_lines(libraries: LibraryLines, out: io.StringIO) -> io.StringIO:
    return out


@pytest.mark.parametrize(
    ("message", "arguments", "written"),
    [
        ("Unhandled request ({'type': 'event_callback', 'text': 'secret'})\n---\nsecret", (), "Unhandled request"),
        ("Failed to run listener function (error: secret)", (), "Failed to run listener function"),
        ("Failed to send a request to Slack API server: secret", (), "Failed to send a request to Slack API server"),
        ("Retrying (%r) after connection broken by '%r': %s", ("secret", "secret", "secret"), "Retrying"),
        ("auth.test API call result is unexpectedly None", (), "auth.test API call result is unexpectedly None"),
        ("{'body': 'secret'}", (), ""),
    ],
)
def test_of_a_librarys_warning_only_the_fixed_words_are_written(
    library_lines: io.StringIO, message: str, arguments: tuple[str, ...], written: str
):
    logging.getLogger("slack_bolt.App").warning(message, *arguments)

    (line,) = lines(library_lines)
    assert line["message"] == written
    assert (line["level"], line["service"], line["logger"]) == ("WARNING", "vera-worker", "slack_bolt.App")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\+0000", line["timestamp"])
    assert "secret" not in library_lines.getvalue()


@pytest.mark.parametrize("logger", ["slack_bolt.RequestVerification", "botocore.hooks", "urllib3.connectionpool", "x"])
def test_what_libraries_say_below_a_warning_is_not_written(library_lines: io.StringIO, logger: str):
    logging.getLogger(logger).info("Invalid request signature detected (secret)")
    noisy = logging.getLogger(f"{logger}.noisy")
    noisy.setLevel(logging.DEBUG)
    noisy.info("secret")

    assert library_lines.getvalue() == ""


def test_an_exception_is_written_by_its_name_and_place_and_not_by_its_words(library_lines: io.StringIO):
    try:
        int("secret")
    except ValueError:
        logging.getLogger("slack_bolt.App").exception("Failed to run listener function (error: it was secret)")

    (line,) = lines(library_lines)
    assert line["exception_name"] == "ValueError"
    assert "test_logs.py" in line["exception"]
    assert "was secret" not in library_lines.getvalue()
    assert "invalid literal" not in library_lines.getvalue()


def test_veras_own_warnings_are_written_whole_and_with_their_turn(library_lines: io.StringIO):
    logging.getLogger("vera.storage.dynamodb").error(
        "DynamoDB: %s: %s", "update_item", "AccessDeniedException", extra={"correlation_id": KEY}
    )

    (line,) = lines(library_lines)
    assert line["message"] == "DynamoDB: update_item: AccessDeniedException"
    assert (line["correlation_id"], line["channel"], line["ts"]) == (KEY, "C024BE91L", "1763647200.000100")


def test_events_are_not_written_twice_where_libraries_are_logged_too(library_lines: io.StringIO, journal: LogJournal):
    journal.record(KEY, TurnEnded(outcome="failed", seconds=1.0))

    assert [line["message"] for line in lines(library_lines)] == ["turn_ended"]


ENDS = [
    TurnEnded(outcome="answered", seconds=1.0),
    TurnHandedOn(leg=1, seconds=880.5),
    TurnDropped(reason="lost"),
    TurnRaised(error="SurfaceUnavailable: chat.postMessage"),
]


@pytest.mark.parametrize("end", ENDS, ids=lambda event: type(event).__name__)
def test_between_two_events_of_a_turn_the_lines_of_libraries_are_about_it(
    out: io.StringIO, libraries: LibraryLines, end: Event
):
    journal = LogJournal(stream=out, beside=libraries)
    log = logging.getLogger("vera.slack.people")

    log.warning("before")
    journal.record(KEY, TurnClaimed(attempt=1))
    log.warning("within")
    journal.record(KEY, end)
    log.warning("after")

    by_message = {line["message"]: line for line in lines(out)}
    assert by_message["within"]["ts"] == "1763647200.000100"
    assert [name for name in ("before", "after") if "ts" in by_message[name]] == []


def test_veras_own_lines_are_written_from_info_on(library_lines: io.StringIO):
    logging.getLogger("vera.slack.app").info("nobody listens to this: event_callback reaction_added")
    logging.getLogger("botocore").info("noise")

    assert [line["logger"] for line in lines(library_lines)] == ["vera.slack.app"]
