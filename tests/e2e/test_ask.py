"""`vera ask` as people type it: the right passage and its source, one line for a mistake, plain text into a pipe."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENTS = Path(__file__).parents[1] / "documents"
VERA = Path(sys.executable).with_name("vera")


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Return what a person's shell has, without anything of AWS or Vera."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm", "LANG": "C.UTF-8"} | measured | variables


def ask(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [VERA, "ask", *arguments],
        capture_output=True,
        text=True,
        env=environment(home, **variables),
        cwd=home,
        timeout=30,
        check=False,
    )


QUESTIONS = {
    "in Markdown": ("Where can visitors park in Hamburg?", "Parking is in the courtyard.", "offices/opening-hours.md"),
    "in plain text": ("How many days of vacation do I have?", "28 days of vacation a year.", "people/vacation.txt"),
    "in HTML": ("How are the sensors calibrated?", "with a salt solution", "engineering/sensors.html"),
    "in reStructuredText": ("What is a frost warning?", "goes to the winegrower", "engineering/alerts.rst"),
}


@pytest.mark.parametrize(("question", "passage", "source"), QUESTIONS.values(), ids=QUESTIONS)
def test_the_answer_is_the_right_passage_with_its_source_for_a_document(
    tmp_path: Path, question: str, passage: str, source: str
):
    done = ask(tmp_path, question, "--docs", str(DOCUMENTS))

    assert (done.returncode, done.stderr) == (0, "")
    answer, _, sources = done.stdout.partition("**Sources**")
    assert passage in answer
    assert "[1]" in answer
    assert source in sources


def test_what_goes_into_a_pipe_is_the_answer_alone_without_colours_or_status_lines(tmp_path: Path):
    done = ask(tmp_path, "Where can visitors park in Hamburg?", "--docs", str(DOCUMENTS))

    assert "\x1b" not in done.stdout
    assert "Reading the thread" not in done.stdout
    assert "\u2063" not in done.stdout
    assert done.stdout.count("Parking is in the courtyard") == 1


def test_a_terminal_shows_the_answer_grow_and_then_whole(tmp_path: Path):
    ours, theirs = pty.openpty()
    command = [VERA, "ask", "Where can visitors park in Hamburg?", "--docs", str(DOCUMENTS)]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(tmp_path), cwd=tmp_path
    ) as running:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4_096):
                shown += piece
        except OSError:  # how Linux tells that the other side is closed
            pass
        os.close(ours)

    assert running.returncode == 0
    text = shown.decode()
    assert "Reading the thread" in text
    assert text.index("Reading the thread") < text.rindex("Parking is in the courtyard")
    assert "Sources" in text


def test_what_the_documents_do_not_hold_is_said_so(tmp_path: Path):
    done = ask(tmp_path, "Who wrote Faust?", "--docs", str(DOCUMENTS))

    assert done.returncode == 0
    assert "I found nothing about that" in done.stdout
    assert "Sources" not in done.stdout


MISTAKES = {
    "an empty question": (["  "], {}, "vera: There is nothing to answer: the question is empty.\n"),
    "no such folder": (["Why?", "--docs", "nowhere"], {}, "vera: There is no folder nowhere.\n"),
    "no folder named": (["Why?", "--docs", ""], {}, "vera: --docs wants a folder, and what was given is empty.\n"),
    "a setting that cannot be": (
        ["Why?"],
        {"VERA_MAX_OUTPUT_TOKENS": "many", "VERA_KNOWLEGE_RESULTS": "3"},
        (
            "vera: Vera cannot start: VERA_MAX_OUTPUT_TOKENS has to be a whole number from 16 to 128,000; "
            "VERA_KNOWLEGE_RESULTS is no setting (did you mean VERA_KNOWLEDGE_RESULTS?).\n"
        ),
    ),
}


@pytest.mark.parametrize(("arguments", "variables", "line"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line_and_a_status_of_one(
    tmp_path: Path, arguments: list[str], variables: dict[str, str], line: str
):
    done = ask(tmp_path, *arguments, **variables)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", line)


def test_a_model_without_credentials_is_told_in_one_sentence_and_a_status_of_one(tmp_path: Path):
    done = ask(
        tmp_path, "Why?", "--model", "some.model-v1:0", AWS_REGION="eu-central-1", AWS_EC2_METADATA_DISABLED="true"
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "not allowed to use the language model" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.startswith("vera: AccessDenied: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_model_without_a_region_is_told_with_what_to_set(tmp_path: Path):
    done = ask(tmp_path, "Why?", "--model", "some.model-v1:0", AWS_EC2_METADATA_DISABLED="true")

    assert done.returncode == 1
    assert "Set AWS_REGION" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_help_has_an_example(tmp_path: Path):
    done = ask(tmp_path, "--help")

    assert done.returncode == 0
    assert 'vera ask "' in done.stdout


def test_what_a_terminal_would_obey_does_not_come_through(tmp_path: Path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "parking.md").write_text(
        "# Parking\n\nVisitors park \x1b[2J\x1b]0;owned\x07 in the courtyard in Hamburg.\n"
    )

    done = ask(tmp_path, "Where can visitors park in Hamburg?", "--docs", str(docs))

    assert "courtyard" in done.stdout
    assert [character for character in done.stdout if ord(character) < 32 and character != "\n"] == []
