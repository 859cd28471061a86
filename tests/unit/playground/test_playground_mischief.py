"""What a worker is told to get wrong, told by files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from vera.playground.mischief import Mischief

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def mischief(tmp_path: Path):
    return Mischief(tmp_path)


def test_nothing_goes_wrong_unless_it_is_told_to(mischief: Mischief):
    assert mischief.state == "works"
    assert mischief.next() == ""


def test_a_model_that_breaks_off_does_so_once(mischief: Mischief):
    mischief.set("breaks")
    assert mischief.state == "breaks"

    assert [mischief.next() for _ in range(2)] == ["breaks", ""]
    assert mischief.state == "works"


def test_a_model_that_is_down_stays_so_until_it_is_told_otherwise(mischief: Mischief):
    mischief.set("down")

    assert [mischief.next() for _ in range(2)] == ["down", "down"]
    mischief.set("works")
    assert mischief.next() == ""


@pytest.mark.parametrize(("first", "then"), [("breaks", "down"), ("down", "breaks"), ("down", "works")])
def test_the_last_word_counts_and_saying_it_twice_changes_nothing(mischief: Mischief, first: str, then: str):
    for said in (first, then, then):
        mischief.set(said)

    assert mischief.state == then
    assert len(list(mischief.folder.iterdir())) == (then != "works")


def test_one_alone_of_many_meets_what_strikes_once(mischief: Mischief):
    mischief.set("breaks")

    with ThreadPoolExecutor(8) as workers:
        met = list(workers.map(lambda _: mischief.next(), range(64)))

    assert sorted(met) == [""] * 63 + ["breaks"]


def test_where_the_folder_is_gone_nothing_goes_wrong(tmp_path: Path):
    assert Mischief(tmp_path / "gone").next() == ""
