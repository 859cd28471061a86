"""A playground that ends in the middle of things, and the next one on the same files: nobody's question is lost."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from fakes.deployment import Deployment, payload_of
from fakes.scripted_bedrock import Hold
from vera.playground.host import Playground
from vera.playground.journal.inspection import Inspection
from vera.settings import EMBEDDED, FOLDER

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = "The office closes at three, and on Fridays it closes at two."


def test_an_answer_cut_off_by_the_end_of_the_playground_is_made_whole_in_the_same_message_by_the_next(tmp_path: Path):
    workspace = tmp_path / "workspace.sqlite3"
    with Deployment(tmp_path, path=workspace, shifted=True) as vera:
        vera.bedrock.script(["The office closes at three, and", Hold(threading.Event())])
        question = vera.whisper("When do you close?")
        left = vera.wait_for_text(question, "The office closes at three")
        assert payload_of(vera.replies(question)[0])["state"] == "writing"

    with Deployment(tmp_path, path=workspace, shifted=True) as vera:
        vera.bedrock.say(WHOLE)
        vera.time.to_next()  # the lease of the worker that was cut off has run out
        vera.wait_for_text(question, WHOLE)
        vera.settle()

        [reply] = vera.said(question)
        assert (reply["ts"], reply["text"]) == (left, WHOLE)
        assert payload_of(reply)["state"] == "done"
        assert vera.attempts == ["ok"]
        assert vera.calls("chat.postMessage") == []

    with Deployment(tmp_path, path=workspace, shifted=True) as vera:
        assert vera.delivery.envelopes == ()


@pytest.fixture
def documents(tmp_path: Path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "hours.md").write_text("# Opening hours\n\nThe office opens at nine. On Fridays it opens at ten.\n")
    return folder


def test_what_was_asked_while_vera_was_stopped_is_answered_by_the_next_playground_at_once(
    tmp_path: Path, documents: Path
):
    def opened(inspection: Inspection):
        return Playground(
            path=tmp_path / "workspace.sqlite3",
            handlers=("vera.receiver:handler", "vera.playground.worker:handler"),
            environment={
                "VERA_MODEL_ID": EMBEDDED,
                "VERA_KNOWLEDGE_BASE_IDS": f"{FOLDER}{documents}",
                "VERA_DATABASE": str(tmp_path / "vera.sqlite3"),
                **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
            },
            inspection=inspection,
        )

    inspection = Inspection(tmp_path / "journal.sqlite3")
    with opened(inspection) as playground:
        playground.switches.change({"stopped": True})
        asked = playground.workspace.say("ada", "general", "<@U0VERAVERA> When does the office open?")
        playground.delivery.settle()
        turn = f"{playground.workspace.channel('general').id}:{asked}"
        assert not playground.functions.idle
        assert inspection.of(turn) == []

    with opened(inspection) as playground:
        thread = playground.workspace.wait_for(
            lambda space: [one for one in space.thread("general", asked)[1:] if payload_of(one)["state"] == "done"]
        )
        playground.settle()

        assert [payload_of(one)["turn"] for one in thread] == [turn]
        assert "nine" in thread[0]["text"]
        assert "hours.md" in thread[0]["text"]
    told = [entry["event"] for entry in inspection.of(turn)]
    assert told.count("turn_claimed") == told.count("turn_ended") == 1
    inspection.close()
