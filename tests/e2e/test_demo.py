"""`make demo`, as the Makefile runs it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def git_status() -> str:
    git = shutil.which("git")
    assert git, "git is missing"
    return subprocess.run([git, "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_demo_answers_two_questions_with_sources_in_one_message_each_and_leaves_nothing_behind():
    before = git_status()

    done = subprocess.run(
        [sys.executable, "-m", "vera.playground.demo", "docs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.split("#general · Ada: @Vera ")[1:]
    for shown in (first, second):
        assert "Reading the thread" in shown
        assert int(re.search(r"one message, (\d+) edits", shown)[1]) > 1
        assert re.search(r"\*Sources\*\n\[\d\] ", shown)
    assert "30 seconds" in first
    assert git_status() == before


def test_the_demo_says_in_one_line_that_there_is_no_such_folder():
    done = subprocess.run(
        [sys.executable, "-m", "vera.playground.demo", "nowhere"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "vera: there is no folder nowhere to answer from\n"
