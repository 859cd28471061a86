"""What the journal told, kept for whoever looks into it."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from vera.playground.journal.inspection import KEPT_TURNS, Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE, TWO = "C1:1763647200.000100", "C1:1763647300.000100"


def line(turn: str = ONE, event: str = "stage", **fields: Any) -> bytes:
    return json.dumps({"turn": turn, "at": 1.5, "event": event, "process": 7, **fields}).encode() + b"\n"


@pytest.fixture
def inspection() -> Iterator[Inspection]:
    with Inspection(None) as inspection:
        yield inspection


def test_entries_are_numbered_as_they_come_and_found_by_their_turn(inspection: Inspection):
    inspection.take(line(ONE, name="Reading"))
    inspection.take(line(TWO, name="Reading"))
    inspection.take(line(ONE, event="edit_made", part=0))

    common = {"turn": ONE, "at": 1.5, "process": 7}
    assert inspection.of(ONE) == [
        {"number": 1, "event": "stage", "name": "Reading", **common},
        {"number": 3, "event": "edit_made", "part": 0, **common},
    ]
    assert [entry["number"] for entry in inspection.of(TWO)] == [2]
    assert inspection.of("C1:1.2") == []


def test_the_latest_turn_is_the_one_that_began_last(inspection: Inspection):
    before = inspection.latest()
    inspection.take(line(ONE))
    inspection.take(line(TWO))
    inspection.take(line(ONE))

    assert (before, inspection.latest()) == ("", TWO)


def test_who_listens_hears_each_entry_in_order_whatever_becomes_of_the_others(
    inspection: Inspection, caplog: pytest.LogCaptureFixture
):
    heard = []
    inspection.listen(lambda _: 1 / 0)
    inspection.listen(heard.append)

    for turn in (ONE, TWO, ONE):
        inspection.take(line(turn))

    assert [entry["number"] for entry in heard] == [1, 2, 3]
    assert heard[::2] == inspection.of(ONE)
    assert "ZeroDivisionError" in caplog.text


GARBAGE = {
    "nothing": b"",
    "no JSON": b"Traceback (most recent call last):\n",
    "half a line": line()[:20],
    "no UTF-8": b'{"turn": "\xff"}\n',
    "no object": b"[1, 2]\n",
    "no turn": line(turn=""),
    "a turn that is no string": b'{"turn": 1, "at": 1.5, "event": "stage", "process": 7}\n',
    "no event": b'{"turn": "C1:1.2", "at": 1.5, "process": 7}\n',
    "no moment": b'{"turn": "C1:1.2", "event": "stage", "process": 7}\n',
    "a number that JSON does not have": line(seconds=float("nan")),
    "an endless number": line()[:-2] + b', "seconds": 1e999}\n',
    "half a character": line(name="\ud83c"),
    "a deep well": b"[" * 100_000,
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_entry_is_let_go(inspection: Inspection, garbage: bytes):
    heard = []
    inspection.listen(heard.append)

    inspection.take(garbage)
    inspection.take(line(number=99))

    assert [entry["number"] for entry in heard] == [1]
    assert inspection.latest() == ONE


def test_what_was_told_survives_a_restart(tmp_path: Path):
    path = tmp_path / "journal.sqlite3"
    with Inspection(path) as before:
        before.take(line(TWO))
        before.take(line(ONE, text="h\u00e9 \U0001f375"))
        told = before.of(ONE)

    with Inspection(path) as after:
        after.take(line(TWO))

        assert after.of(ONE) == told
        assert [entry["number"] for entry in after.of(TWO)] == [1, 3]
        assert after.latest() == ONE


def test_an_entry_is_kept_at_once_so_that_a_playground_may_be_killed(tmp_path: Path):
    path = tmp_path / "journal.sqlite3"
    with Inspection(path) as killed:
        killed.take(line())

        with Inspection(path) as another:
            assert len(another.of(ONE)) == 1


def test_the_newest_turns_are_kept(tmp_path: Path):
    path = tmp_path / "journal.sqlite3"
    turns = [f"C1:{number}.000100" for number in range(KEPT_TURNS + 120)]
    with Inspection(path) as inspection:
        for turn in turns:
            inspection.take(line(turn))
        on_the_way = len([turn for turn in turns if inspection.of(turn)])
    with Inspection(path) as inspection:
        kept = [turn for turn in turns if inspection.of(turn)]

        assert KEPT_TURNS <= on_the_way < KEPT_TURNS + 50
        assert kept == turns[-KEPT_TURNS:]
        assert inspection.latest() == turns[-1]


def test_many_threads_take_at_once(inspection: Inspection):
    heard = []
    inspection.listen(heard.append)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(inspection.take, [line(ONE), line(TWO)] * 200))

    assert [entry["number"] for entry in heard] == list(range(1, 401))
    assert len(inspection.of(ONE)) == len(inspection.of(TWO)) == 200


def test_what_cannot_be_kept_is_told_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    path = tmp_path / "journal.sqlite3"
    heard = []
    with Inspection(path) as inspection:
        inspection.listen(heard.append)
        other = sqlite3.connect(path)
        other.execute("DROP TABLE entry")
        other.close()

        inspection.take(line())

    assert [entry["number"] for entry in heard] == [1]
    assert "could not be kept" in caplog.text


def test_what_comes_after_the_end_is_let_go(inspection: Inspection):
    heard = []
    inspection.listen(heard.append)
    inspection.close()

    inspection.take(line())

    assert heard == inspection.of(ONE) == []


def test_a_file_that_is_no_journal_is_an_error_at_once(tmp_path: Path):
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"what people write" * 100)

    with pytest.raises(sqlite3.DatabaseError):
        Inspection(path)
