from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vera.playground.slack.workspace import Workspace


def test_waiting_ends_with_the_change_that_was_waited_for(workspace: Workspace):
    thread = threading.Thread(target=workspace.say, args=("ada", "general", "now"))

    thread.start()
    found = workspace.wait_for(lambda w: w.history_ts("general"), timeout_seconds=5)

    thread.join()
    assert workspace.message("general", found[0])["text"] == "now"


def test_waiting_in_vain_says_so(workspace: Workspace):
    with pytest.raises(TimeoutError, match=r"did not happen within 0\.01 s"):
        workspace.wait_for(lambda w: w.history_ts("general"), timeout_seconds=0.01)


def test_changes_are_followed_in_their_order_until_closed(workspace: Workspace):
    with workspace.changes() as changes:
        ts = workspace.say("ada", "general", "one")
        workspace.edit("ada", "general", ts, "two")
        workspace.react("grace", "general", ts, "eyes")
        workspace.delete("ada", "general", ts)
    workspace.say("ada", "general", "unseen")

    seen = list(changes)

    assert [change.kind for change in seen] == ["posted", "edited", "reacted", "deleted"]
    assert [change.number for change in seen] == sorted({change.number for change in seen})
    assert seen[1].previous["text"] == "one"


def test_a_follower_on_another_thread_is_woken_by_closing(workspace: Workspace):
    changes, kinds = workspace.changes(), []
    thread = threading.Thread(target=lambda: kinds.extend(change.kind for change in changes))
    thread.start()

    workspace.say("ada", "general", "one")
    changes.close()
    changes.close()

    thread.join(timeout=5)
    assert kinds == ["posted"]


def test_a_change_can_be_asked_for_within_a_time(workspace: Workspace):
    with workspace.changes() as changes:
        assert changes.get(timeout_seconds=0.01) is None
        workspace.say("ada", "general", "one")
        assert changes.get(timeout_seconds=5).kind == "posted"
