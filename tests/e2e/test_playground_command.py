"""`vera playground` as people type it: one line that says where it is, one for each mistake, and a quick end."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes.aws import closed_port
from fakes.scripted_bedrock import Hold, ScriptedBedrock

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = Path(__file__).parents[1] / "documents"
VERA = Path(sys.executable).with_name("vera")
ADA = "U0ADALOVEL"
MODEL = "eu.anthropic.scripted-v1:0"
STATE = Path("state/vera/playground")

on_linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Return what a person's shell has, without anything of AWS or Vera."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    shell = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm", "LANG": "C.UTF-8"}
    return shell | measured | {"XDG_STATE_HOME": str(home / "state"), "AWS_EC2_METADATA_DISABLED": "true"} | variables


def fails(home: Path, *arguments: str, **variables: str) -> str:
    """Run the command where it cannot start; return the one line that it says."""
    done = subprocess.run(
        [VERA, "playground", "--no-open", "--port", "0", *arguments],
        capture_output=True,
        text=True,
        env=environment(home, **variables),
        cwd=home,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("vera: ")
    (line,) = done.stderr.splitlines()
    return line.removeprefix("vera: ")


class Running:
    """A playground that runs; `line` is what it said."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.line = process.stdout.readline().rstrip("\n")
        self.address = next((word for word in self.line.split() if word.startswith("http")), "")

    def ask(self, path: str, body: Any = None) -> Any:
        """Get, or post, and return the answer's JSON."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    @contextmanager
    def events(self) -> Iterator[Iterator[tuple[str, Any]]]:
        """Give Ada's events, as they come."""
        with urllib.request.urlopen(f"{self.address}changes?as={ADA}", timeout=20) as stream:
            yield self._events(stream)

    @staticmethod
    def _events(stream: Any) -> Iterator[tuple[str, Any]]:
        kind = ""
        for line in stream:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, json.loads(value)

    def general(self) -> str:
        """Return the id of #general."""
        with self.events() as events:
            _, hello = next(events)
        return next(str(channel["id"]) for channel in hello["channels"] if channel["name"] == "general")

    def said(self) -> list[str]:
        """Return what stands in #general."""
        history = self.ask(f"channels/{self.general()}?as={ADA}")
        return [message["text"] for message in history["messages"]]

    def end(self, *signals: signal.Signals) -> tuple[int, str, str]:
        """Send the signals; return the exit status and what was said since, on standard output and error."""
        for one in signals or (signal.SIGINT,):
            self.process.send_signal(one)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err

    def children(self) -> list[int]:
        """Return the processes that it began."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # gone meanwhile
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return found


@contextmanager
def playground(home: Path, *arguments: str, **variables: str) -> Iterator[Running]:
    with subprocess.Popen(
        [VERA, "playground", "--no-open", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home, **variables),
        cwd=home,
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_it_says_in_one_line_where_it_is_and_the_page_is_there(tmp_path: Path):
    with playground(tmp_path, "--docs", str(DOCUMENTS)) as running:
        assert running.line == (
            f"Vera's playground: {running.address} (embedded model, documents from documents). Stop it with Ctrl-C."
        )
        assert running.address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(running.address, timeout=10) as page:
            assert page.status == 200
            assert b"<!doctype html>" in page.read().lower()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(running.address.rsplit("/", 2)[0], timeout=10)
        assert running.end() == (0, "", "")


def test_a_question_on_the_page_is_answered_from_the_documents(tmp_path: Path):
    with playground(tmp_path, "--docs", str(DOCUMENTS)) as running, running.events() as events:
        _, hello = next(events)
        about = hello["about"]
        assert (about["model"], about["documents"], about["folder"]) == ("embedded", "documents", str(DOCUMENTS))
        assert len(about["questions"]) == 3
        general = next(channel["id"] for channel in hello["channels"] if channel["name"] == "general")
        question = {"as": ADA, "channel": general, "text": "@Vera Where can visitors park in Hamburg?"}
        ts = running.ask("messages", question)["ts"]

        answers = (data["message"] for kind, data in events if kind == "change" and data["thread_ts"] == ts)
        done = next(one for one in answers if one["metadata"]["event_payload"].get("state") == "done")

    assert "Parking is in the courtyard." in done["text"]
    assert "offices/opening-hours.md" in done["text"]


MISTAKES: dict[str, tuple[list[str], dict[str, str], str]] = {
    "no such folder": (["--docs", "nowhere"], {}, "There is no folder nowhere."),
    "a file": (["--docs", "notes.md"], {}, "notes.md is a file: --docs wants the folder that it is in."),
    "no documents": (["--docs", "empty"], {}, "There are no documents in {home}/empty: Vera reads .md, .markdown, "),
    "no such port": (["--port", "70000"], {}, "--port has to be a number from 0 (any that is free) to 65,535."),
    "a port that is no number": (["--port", "abc"], {}, "--port has to be a number from 0 (any that is free) to"),
    "a folder that an unset variable named": (
        ["--docs", ""],
        {},
        "--docs wants a folder, and what was given is empty.",
    ),
    "a model that can't be": (["--model", "no model!"], {}, "Vera cannot start: --model has to be the id or ARN of"),
    "a wrong setting": ([], {"VERA_MAX_OUTPUT_TOKENS": "many"}, "Vera cannot start: VERA_MAX_OUTPUT_TOKENS has to be"),
    "no region": (["--model", MODEL], {}, f"There is no AWS region to ask {MODEL} in: set AWS_REGION, or leave out"),
    "no credentials": (
        ["--model", MODEL],
        {"AWS_REGION": "eu-central-1"},
        f"{MODEL} does not answer: there are no AWS credentials; set AWS_PROFILE, or AWS_ACCESS_KEY_ID with",
    ),
    "no such profile": (["--model", MODEL], {"AWS_PROFILE": "nobody"}, "AWS: The config profile (nobody) could not"),
    "nowhere to keep it": ([], {"XDG_STATE_HOME": "{home}/notes.md"}, "The playground cannot be kept in {home}/notes"),
}


@pytest.mark.parametrize(("arguments", "variables", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line_and_a_status_of_one(
    tmp_path: Path, arguments: list[str], variables: dict[str, str], sentence: str
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.md").write_text("# Notes\n")
    variables = {name: value.format(home=tmp_path) for name, value in variables.items()}

    assert fails(tmp_path, *arguments, **variables).startswith(sentence.format(home=tmp_path))


def test_a_taken_port_is_told_before_anything_is_touched(tmp_path: Path):
    with playground(tmp_path) as running:
        running.ask("messages", {"as": ADA, "channel": running.general(), "text": "hello"})
        running.end()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        line = fails(tmp_path, "--fresh", "--port", str(port))

    assert line == f"Port {port} is taken. Stop what runs there, or choose another with --port."
    with playground(tmp_path) as running:
        assert "hello" in running.said()


def test_an_endpoint_that_nobody_answers_at_is_told(tmp_path: Path):
    with ScriptedBedrock() as bedrock, closed_port() as url:
        variables = bedrock.environment | {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url}

        assert "Bedrock cannot be reached in eu-central-1" in fails(tmp_path, "--model", MODEL, **variables)


def test_credentials_without_access_to_the_model_are_told(tmp_path: Path):
    with ScriptedBedrock() as bedrock:
        bedrock.fail("AccessDeniedException", "You don't have access to the model with the specified model ID.")

        line = fails(tmp_path, "--model", MODEL, **bedrock.environment)

    assert line.startswith(f"{MODEL} does not answer: this AWS account or role may not use it; grant bedrock:Invoke")
    assert "or leave out --model" in line


def test_a_model_that_answers_is_named_and_asked_in_its_region(tmp_path: Path):
    with ScriptedBedrock() as bedrock:
        bedrock.say("Hello.")
        bedrock.say("At nine.")
        with playground(tmp_path, "--model", MODEL, **bedrock.environment) as running, running.events() as events:
            assert f"({MODEL} in eu-central-1, no documents)" in running.line
            _, hello = next(events)
            general = next(channel["id"] for channel in hello["channels"] if channel["name"] == "general")
            running.ask("messages", {"as": ADA, "channel": general, "text": "@Vera When do we open?"})
            texts = (data["message"]["text"] for kind, data in events if kind == "change" and data["message"])
            assert next(text for text in texts if "At nine." in text)

        asked = bedrock.requests_to("converse-stream")[-1]
        assert "/eu-central-1/bedrock/" in asked.headers["authorization"]


def test_whoever_has_credentials_but_names_no_model_learns_how(tmp_path: Path):
    with playground(tmp_path, AWS_ACCESS_KEY_ID="AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY="secret") as running:
        assert running.line.endswith(
            "(embedded model, no documents). Stop it with Ctrl-C. --docs FOLDER lets it answer from documents. "
            "There are AWS credentials: --model ID asks Bedrock."
        )


def test_what_was_said_lasts_until_a_fresh_start(tmp_path: Path):
    with playground(tmp_path) as running:
        first = running.address
        running.ask("messages", {"as": ADA, "channel": running.general(), "text": "hello"})
        running.process.kill()  # not even an orderly end is needed
        running.process.wait()

    assert (tmp_path / STATE).stat().st_mode & 0o777 == 0o700
    with playground(tmp_path) as running:
        assert running.said() == ["hello"]
        assert running.address.split("/")[3] == first.split("/")[3]
        running.end()
    with playground(tmp_path, "--fresh") as running:
        assert running.said() == []
        assert running.address.split("/")[3] != first.split("/")[3]


def test_a_second_playground_is_told_where_the_first_is(tmp_path: Path):
    with playground(tmp_path) as running:
        line = fails(tmp_path, "--fresh")

        assert line.startswith(f"A playground is running already, at {running.address}. Stop that one, or set XDG_")
        assert running.general()


@pytest.mark.parametrize(
    ("spoiled", "text", "sentence"),
    [
        ("workspace.sqlite3", "no database at all " * 100, "workspace.sqlite3 is damaged. Start with --fresh"),
        ("format", "0", "is of another version of Vera, or damaged. Start with --fresh to begin anew"),
    ],
)
def test_a_state_that_cannot_be_read_is_told_and_left(tmp_path: Path, spoiled: str, text: str, sentence: str):
    with playground(tmp_path) as running:
        running.end()
    (tmp_path / STATE / spoiled).write_text(text)

    assert sentence in fails(tmp_path)

    assert (tmp_path / STATE / spoiled).read_text() == text
    with playground(tmp_path, "--fresh") as running:
        assert running.said() == []


def test_rows_that_another_version_wrote_are_told(tmp_path: Path):
    with playground(tmp_path) as running:
        running.end()
    with closing(sqlite3.connect(tmp_path / STATE / "workspace.sqlite3")) as database:
        database.execute("""UPDATE person SET value = '{"id": "U1", "shoe_size": 41}'""")
        database.commit()

    assert "is of another version of Vera, or damaged. Start with --fresh to begin anew" in fails(tmp_path)


@on_linux
@pytest.mark.parametrize(
    "signals",
    [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGINT, signal.SIGINT, signal.SIGTERM)],
    ids=["Ctrl-C", "SIGTERM", "impatience"],
)
def test_a_signal_ends_it_in_order_and_leaves_no_process(tmp_path: Path, signals: tuple[signal.Signals, ...]):
    with playground(tmp_path, "--docs", str(DOCUMENTS)) as running:
        children = running.children()
        assert len(children) >= 2  # a receiver and a worker wait for the first question

        assert running.end(*signals) == (0, "", "")

    assert [pid for pid in children if not gone(pid)] == []


@on_linux
def test_it_ends_at_once_also_while_a_worker_is_at_work(tmp_path: Path):
    with ScriptedBedrock() as bedrock:
        bedrock.say("Hello.")
        bedrock.script(["Half of", Hold()])
        with playground(tmp_path, "--model", MODEL, **bedrock.environment) as running:
            running.ask("messages", {"as": ADA, "channel": running.general(), "text": "@Vera When do we open?"})
            bedrock.wait_for(2)
            children = running.children()

            assert running.end() == (0, "", "")

    assert [pid for pid in children if not gone(pid)] == []


def test_it_ends_at_once_also_while_the_model_is_being_asked(tmp_path: Path):
    with ScriptedBedrock() as bedrock:
        bedrock.script([Hold()])
        command = [VERA, "playground", "--no-open", "--port", "0", "--model", MODEL]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(tmp_path, **bedrock.environment),
            cwd=tmp_path,
        ) as process:
            bedrock.wait_for(1)
            process.send_signal(signal.SIGTERM)

            assert process.communicate(timeout=8) == (b"", b"")

    assert process.returncode == 0


def test_slow_is_slow_from_the_start(tmp_path: Path):
    with playground(tmp_path, "--slow") as running:
        assert running.ask("switches")["latency_ms"] == 1_000


def test_what_nobody_foresaw_is_one_sentence_too(tmp_path: Path):
    program = (
        "import os\n"
        "from vera.errors import VeraError\n"
        "from vera.playground.command import Wishes, run\n"
        "wishes = Wishes(docs=None, model='', port=0, slow=False, fresh=False, browse=False)\n"
        "try:\n"
        "    run(wishes, os.environ, say=lambda line: 1 / 0, complain=print)\n"
        "except VeraError as error:\n"
        "    print(error)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert done.stderr == ""
    assert done.stdout == (
        "The playground failed (ZeroDivisionError: division by zero). "
        f"{tmp_path / STATE / 'playground.log'} says where.\n"
    )
    assert "Traceback" in (tmp_path / STATE / "playground.log").read_text()


def test_in_a_terminal_the_page_is_opened_in_the_browser(tmp_path: Path):
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    os.mkfifo(opened)
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [VERA, "playground", "--port", "0"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(tmp_path, BROWSER=str(browser)),
        cwd=tmp_path,
    ) as process:
        os.close(theirs)
        address = opened.read_text().strip()
        line = os.read(ours, 4_096).decode()
        process.send_signal(signal.SIGINT)
    os.close(ours)

    assert process.returncode == 0
    assert address.startswith("http://127.0.0.1:")
    assert address in line


def test_help_has_an_example(tmp_path: Path):
    done = subprocess.run(
        [VERA, "playground", "--help"], capture_output=True, text=True, env=environment(tmp_path), check=False
    )

    assert done.returncode == 0
    assert "vera playground --docs docs" in done.stdout


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_it_says_how_to_install_it(tmp_path: Path, missing: str):
    program = f"import sys; sys.modules[{missing!r}] = None; from vera.cli import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", program, "playground"],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "vera: The playground needs more than Vera: pip install 'vera-slack[playground]'.\n"
