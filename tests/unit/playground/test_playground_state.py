"""The state folder: whose it is, how long it lasts, and what takes it away."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from vera.errors import SettingsError
from vera.playground.slack.workspace import Workspace
from vera.playground.state import State, folder_of

if TYPE_CHECKING:
    from pathlib import Path

    from unit.playground.hand_time import HandTime


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vera" / "playground"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def spoil(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"this is none any more " * 400)


def make(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE said (text)")
        database.execute("INSERT INTO said VALUES ('hello')")
        database.commit()


@pytest.mark.parametrize(
    ("xdg", "folder"),
    [
        ({"XDG_STATE_HOME": "/var/state"}, "/var/state/vera/playground"),
        ({"XDG_STATE_HOME": ""}, "/home/ada/.local/state/vera/playground"),
        ({"XDG_STATE_HOME": "relative/state"}, "/home/ada/.local/state/vera/playground"),
        ({}, "/home/ada/.local/state/vera/playground"),
    ],
)
def test_it_belongs_below_the_xdg_state_folder_or_the_home_folder(xdg: dict[str, str], folder: str):
    assert folder_of({"HOME": "/home/ada"} | xdg).as_posix() == folder


def test_it_is_its_owners_alone_also_where_it_was_not(folder: Path):
    folder.mkdir(parents=True)
    folder.chmod(0o755)

    with State(folder) as state:
        state.prepare()
        assert state.token

        assert mode(folder) == 0o700
        assert mode(folder / "token") == mode(folder / "lock") == 0o600


def test_a_second_playground_is_told_where_the_first_is(folder: Path):
    with State(folder) as first:
        first.announce("http://127.0.0.1:8372/abc/")

        with pytest.raises(SettingsError, match=r"running already, at http://127\.0\.0\.1:8372/abc/\. Stop that one"):
            State(folder)


def test_a_second_playground_is_refused_before_the_first_knows_where_it_is(folder: Path):
    with State(folder), pytest.raises(SettingsError, match=r"^A playground is running already\. Stop that one"):
        State(folder)


def test_what_was_closed_can_be_taken_again_and_says_no_address(folder: Path):
    with State(folder) as first:
        first.announce("http://127.0.0.1:8372/a-long-address/")

    with State(folder), pytest.raises(SettingsError, match=r"running already\. Stop"):
        State(folder)


def test_the_token_lasts(folder: Path):
    with State(folder) as state:
        state.prepare()
        token = state.token
    with State(folder) as state:
        state.prepare()

        assert state.token == state.token == token
        assert len(token) >= 20


@pytest.mark.parametrize("spoiled", ["", "short", "../" * 10, "\udcff" * 30], ids=ascii)
def test_a_token_that_is_none_is_replaced(folder: Path, spoiled: str):
    with State(folder) as state:
        (folder / "token").write_bytes(spoiled.encode(errors="surrogateescape"))

        assert state.token not in {"", spoiled}
        assert mode(folder / "token") == 0o600


def test_fresh_empties_it_of_what_is_the_playgrounds_and_of_nothing_else(folder: Path, hand_time: HandTime):
    with State(folder) as state:
        state.prepare()
        workspace = Workspace(time=hand_time, path=state.workspace)
        workspace.say("ada", "general", "hello")
        workspace.close()
        token = state.token
        for name in ("journal.sqlite3-wal", "documents-0123456789ab.sqlite3", "worker.log", "vera.sqlite3-shm"):
            (folder / name).write_text("the playground's")
        for name in ("notes.txt", "documents-of-mine.sqlite3", "workspace.sqlite3.backup"):
            (folder / name).write_text("somebody's")

    with State(folder) as state:
        state.prepare(fresh=True)

        assert {path.name for path in folder.iterdir()} == {
            *("documents-of-mine.sqlite3", "notes.txt", "workspace.sqlite3.backup"),
            *("format", "lock", "vera.sqlite3"),
        }
        assert state.token != token


def test_what_was_said_lasts_and_logs_do_not(folder: Path):
    with State(folder) as state:
        state.prepare()
        make(state.workspace)
        state.log.write_text("of the run before")

    with State(folder) as state:
        state.prepare()

        assert state.workspace.exists()
        assert not state.log.exists()


@pytest.mark.parametrize("name", ["workspace.sqlite3", "journal.sqlite3", "vera.sqlite3"])
def test_a_damaged_file_is_told_and_left_as_it_is(folder: Path, name: str):
    with State(folder) as state:
        state.prepare()
        make(state.workspace)
        spoil(folder / name)
        before = {path: path.read_bytes() for path in folder.iterdir()}

        with pytest.raises(SettingsError) as told:
            state.prepare()

        assert f"{name} is damaged. Start with --fresh to begin anew" in str(told.value)
        assert {path: path.read_bytes() for path in folder.iterdir()} == before
        state.prepare(fresh=True)


@pytest.mark.parametrize("written", ["0\n", "2\n", None], ids=["older", "newer", "before there was a format"])
def test_the_state_of_another_version_is_told_and_left_as_it_is(folder: Path, written: str | None):
    with State(folder) as state:
        state.prepare()
        make(state.workspace)
        (folder / "format").unlink()
        if written:
            (folder / "format").write_text(written)

        with pytest.raises(SettingsError, match=r"of another version of Vera, or damaged. Start with --fresh"):
            state.prepare()

        assert state.workspace.exists()


def test_turns_of_a_newer_vera_are_told(folder: Path):
    with State(folder) as state:
        state.prepare()
        with closing(sqlite3.connect(state.database)) as database:
            database.execute("PRAGMA user_version = 99")

        with pytest.raises(SettingsError, match=r"of another version of Vera, or damaged. Start with --fresh"):
            state.prepare()


def test_a_folder_that_cannot_be_is_told(tmp_path: Path):
    (tmp_path / "vera").write_text("a file")

    with pytest.raises(SettingsError, match=r"cannot be kept in .*vera/playground \(.*\)\. Set XDG_STATE_HOME"):
        State(tmp_path / "vera" / "playground")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_folder_is_not_used(folder: Path):
    folder.mkdir(parents=True)
    os.chown(folder, 12345, 12345)

    with pytest.raises(SettingsError, match="another user's"):
        State(folder)


def test_without_a_home_there_is_nowhere_to_keep_it():
    with pytest.raises(SettingsError, match="set XDG_STATE_HOME"):
        folder_of({"XDG_STATE_HOME": "relative"})


def test_a_file_that_another_process_holds_is_told_as_such(folder: Path):
    with State(folder) as state:
        state.prepare()
        make(state.workspace)
        with closing(sqlite3.connect(state.workspace)) as holder:
            holder.execute("BEGIN EXCLUSIVE")

            with pytest.raises(SettingsError, match=r"cannot be kept in .* \(database is locked\)"):
                state.prepare()
