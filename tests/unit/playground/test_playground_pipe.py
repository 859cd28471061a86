"""A journal through a pipe: whole lines, and nothing that could stop a turn."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from vera.assistant.journal import EditMade, ModelCalled, Retrieved, Stage, TurnClaimed, TurnEnded
from vera.playground.journal.pipe import PipeJournal
from vera.playground.journal.testimony import Found, LedgerCalled, ModelSaid, Searched, TallyCalled

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "C024BE91L:1763647200.000100"


@dataclass(frozen=True)
class Odd:
    """An event with whatever a test puts in."""

    what: Any


class Pipe:
    """Both ends of a pipe, read as the parent reads it."""

    def __init__(self) -> None:
        self._reading, self.writing = os.pipe()
        self._read: list[bytes] = []
        self._reader = threading.Thread(target=self._collect)
        self._reader.start()

    def _collect(self) -> None:
        with os.fdopen(self._reading, "rb") as stream:
            self._read.extend(stream)

    def lines(self) -> list[dict[str, Any]]:
        """Close the end that is written, and return what came."""
        self.close()
        return [json.loads(line) for line in self._read]

    def close(self) -> None:
        with suppress(OSError):
            os.close(self.writing)
        self._reader.join()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe._reader.is_alive() and pipe.close()


EVENTS = {
    "turn_claimed": (TurnClaimed(attempt=2), {"attempt": 2, "leg": 0}),
    "stage": (Stage("Writing"), {"name": "Writing"}),
    "retrieved": (
        Retrieved(1, 0, 2, 30, 0.25, (0.5, 0.25)),
        {
            "knowledge_bases": 1,
            "failed": 0,
            "passages": 2,
            "query_characters": 30,
            "seconds": 0.25,
            "scores": [0.5, 0.25],
        },
    ),
    "edit_made": (
        EditMade(0, "1.2", 40, 0.5, 17.25, posted=True),
        {
            "part": 0,
            "ts": "1.2",
            "characters": 40,
            "seconds": 0.5,
            "budget_left": 17.25,
            "posted": True,
            "wanted": 1,
            "write": "update",
            "running": 1,
        },
    ),
    "searched": (
        Searched("docs", "tea", (Found("Tea", "tea.md", 1.5, "It is hot."),), 0.25, ""),
        {
            "knowledge_base": "docs",
            "query": "tea",
            "passages": [{"title": "Tea", "location": "tea.md", "score": 1.5, "text": "It is hot."}],
            "seconds": 0.25,
            "error": "",
        },
    ),
    "ledger_called": (
        LedgerCalled("record_message", "me", "", 0.25, part=0, ts="1.2"),
        {"operation": "record_message", "owner": "me", "error": "", "seconds": 0.25, "part": 0, "ts": "1.2"},
    ),
    "tally_called": (
        TallyCalled("leave", "T1", "update", "", 0.25, answer=KEY),
        {"operation": "leave", "workspace": "T1", "write": "update", "error": "", "seconds": 0.25, "answer": KEY},
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_a_line_with_its_turn_its_moment_and_its_own_fields(pipe: Pipe, name: str):
    event, fields = EVENTS[name]

    PipeJournal(pipe.writing, clock=lambda: 1_763_647_200.5).record(KEY, event)

    common = {"turn": KEY, "at": 1_763_647_200.5, "event": name, "process": os.getpid()}
    assert pipe.lines() == [common | fields]


def test_what_is_unknown_is_null_and_what_an_event_does_not_have_is_left_out(pipe: Pipe):
    journal = PipeJournal(pipe.writing)

    journal.record(KEY, ModelCalled("m", "ModelBusy", None, 0.5))
    journal.record(KEY, LedgerCalled("release", "me", "", 0.5))

    called, released = pipe.lines()
    assert called["first_text_seconds"] is None
    assert released.keys() == {"turn", "at", "event", "process", "operation", "owner", "error", "seconds"}


def test_lines_of_many_threads_are_whole_however_long_they_are(pipe: Pipe):
    journal = PipeJournal(pipe.writing)
    said = [ModelSaid(letter * size, size) for letter in "abcdefgh" for size in (1, 5_000, 200_000)]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda event: journal.record(KEY, event), said * 4))

    lines = pipe.lines()
    assert sorted((line["text"], line["deltas"]) for line in lines) == sorted(
        (one.text, one.deltas) for one in said * 4
    )


def test_a_pipe_that_nobody_reads_any_more_is_written_to_no_more(pipe: Pipe):
    reading, writing = os.pipe()
    journal = PipeJournal(writing)
    os.close(reading)

    journal.record(KEY, Stage("Writing"))
    os.dup2(pipe.writing, writing)  # the number is somebody else's by now
    journal.record(KEY, Stage("Writing"))
    os.close(writing)

    assert pipe.lines() == []


ODD = {
    "half a character": ("tea \ud83c", ["tea ?"]),
    "a line's end": ("a\nb\u2028c", ["a\nb\u2028c"]),
    "no number": ([float("nan"), float("inf"), 1.5], [[None, None, 1.5]]),
    "keys that are no strings": ({1: (2, 3)}, [{"1": [2, 3]}]),
    "what is no JSON": (object(), []),
    "what is no JSON, inside": ({"a": [b"bytes"]}, []),
}


@pytest.mark.parametrize(("what", "told"), ODD.values(), ids=ODD)
def test_what_is_no_json_is_told_as_far_as_it_can_be_and_stops_nothing(pipe: Pipe, what: Any, told: list[Any]):
    journal = PipeJournal(pipe.writing)

    journal.record(KEY, Odd(what))
    journal.record(KEY, TurnEnded("answered", 1.0))

    *odd, ended = pipe.lines()
    assert [line["what"] for line in odd] == told
    assert ended["event"] == "turn_ended"


def test_the_environment_says_where_to(pipe: Pipe):
    PipeJournal.from_environment({"PLAYGROUND_JOURNAL": str(pipe.writing)}).record(KEY, Stage("Writing"))

    assert [line["name"] for line in pipe.lines()] == ["Writing"]


@pytest.mark.parametrize("environment", [{}, {"PLAYGROUND_JOURNAL": ""}, {"PLAYGROUND_JOURNAL": "-1"}])
def test_without_a_descriptor_nothing_is_told(environment: dict[str, str], capfd: pytest.CaptureFixture[str]):
    PipeJournal.from_environment(environment).record(KEY, Stage("Writing"))

    assert capfd.readouterr() == ("", "")
