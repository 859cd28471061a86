"""`vera redrive`, over the wire: moto's queue, and a Lambda and a Slack on loopback."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from fakes.aws import aws_client, closed_port, moto_server
from fakes.lambda_api import LambdaApi, lambda_api
from fakes.slack_api import SmallSlack
from fakes.slack_requests import sample
from vera.assistant.journal import TurnDropped, TurnEnded, TurnHandedOn
from vera.errors import HandOnFailed, ModelBusy, SettingsError, VeraError
from vera.redrive import Wishes, run
from vera.slack.app import bolt_app
from vera.slack.bot import Bot
from vera.slack.web import web_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vera.assistant.conversation import Turn
    from vera.assistant.journal import Event

KEY = "C0GENERAL:1763646900.000100"
WORDS = "when is the office open?"
_names = itertools.count()


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture
def api() -> Iterator[LambdaApi]:
    with lambda_api() as api:
        yield api


@pytest.fixture
def variables(moto: str, api: LambdaApi, tmp_path: Path) -> dict[str, str]:
    """Return an operator's environment."""
    return {
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_SQS": moto,
        "AWS_ENDPOINT_URL_LAMBDA": api.url,
        "HOME": str(tmp_path),
    }


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "VERA_", "SLACK_"))]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


class Queue:
    """A queue of its own, as the operator sees it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.name = f"redrive-{next(_names)}"
        self.url = client.create_queue(QueueName=self.name)["QueueUrl"]

    def put(self, *events: object) -> None:
        for event in events:
            body = event if isinstance(event, str) else json.dumps(event)
            self._client.send_message(QueueUrl=self.url, MessageBody=body)

    def __len__(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        assert counts[names[1]] == "0"  # nothing is left hidden
        return int(counts[names[0]])


@pytest.fixture
def queue(moto: str) -> Iterator[Queue]:
    with aws_client("sqs", moto) as client:
        yield Queue(client)


def question(n: int = 100) -> dict[str, Any]:
    """Return what the worker was invoked with when somebody asked."""
    event: dict[str, Any] = sample("on_failure_record")["requestPayload"]
    event["payload"]["event"]["ts"] = f"1763646900.{n:06}"
    return event


def redrive(queue: Queue, **wishes: Any) -> list[str]:
    """Run it against the worker function, and return what was said."""
    said: list[str] = []
    run(Wishes(queue.url, **{"function": "vera-worker", **wishes}), say=said.append, wait_seconds=0)
    return said


def test_a_dead_letter_is_handed_to_the_worker_once_more_and_then_gone(queue: Queue, api: LambdaApi):
    queue.put(question())

    said = redrive(queue)

    [invoke] = api.invokes
    assert (invoke.function, invoke.headers["x-amz-invocation-type"]) == ("vera-worker", "Event")
    assert invoke.payload == {**question(), "redrive": True}
    assert [line.split("  ")[::2] for line in said] == [[KEY, "handed to vera-worker"]]
    assert len(queue) == 0


def test_a_queue_is_worked_off_to_its_end_or_as_far_as_wanted(queue: Queue, api: LambdaApi):
    queue.put(*map(question, range(25)))

    first = redrive(queue, most=12)
    rest = redrive(queue)

    assert (len(first), len(rest)) == (12, 13)
    asked = [invoke.payload["payload"]["event"]["ts"] for invoke in api.invokes]
    assert sorted(asked) == [f"1763646900.{n:06}" for n in range(25)]
    assert len(queue) == 0


def test_a_queue_is_found_by_its_name_too(queue: Queue, api: LambdaApi):
    queue.put(question())
    said: list[str] = []

    run(Wishes(queue.name, function="vera-worker"), say=said.append, wait_seconds=0)

    assert len(api.invokes) == len(said) == 1


def test_a_part_of_an_answer_goes_on_where_it_was(queue: Queue, api: LambdaApi):
    queue.put({**question(), "leg": 3})

    redrive(queue)

    assert api.invokes[0].payload == {**question(), "leg": 3, "redrive": True}


def test_a_record_about_a_failure_is_answered_as_what_failed(queue: Queue, api: LambdaApi):
    queue.put(sample("on_failure_record"))

    redrive(queue)

    assert api.invokes[0].payload == {**question(), "redrive": True}


def test_a_dry_run_shows_all_and_changes_nothing(queue: Queue, api: LambdaApi):
    queue.put(*map(question, range(12)))

    said = redrive(queue, dry_run=True)

    assert {line.split("  ")[2] for line in said} == {"would be handed to vera-worker"}
    assert len({line.split("  ")[0] for line in said}) == 12
    assert api.calls == []
    assert len(queue) == 12


def test_an_empty_queue_is_said_to_be_empty(queue: Queue):
    assert redrive(queue) == ["There is nothing in the queue."]


def test_what_is_no_hand_over_is_left_and_named_while_the_rest_goes_on(queue: Queue, api: LambdaApi):
    queue.put({"detail": WORDS, "so\x1b[2Jurce": "aws.s3"}, question())
    said: list[str] = []

    with pytest.raises(VeraError, match=r"1 of 2 messages were left in the queue\."):
        run(Wishes(queue.url, function="vera-worker"), say=said.append, wait_seconds=0)

    [left] = [line for line in said if "left" in line]
    assert left.startswith("message ")
    assert left.endswith("left: not a hand-over: detail, so?[2Jurce")
    assert len(api.invokes) == 1
    assert len(queue) == 1


def test_nothing_that_anybody_wrote_is_said(queue: Queue):
    queue.put(question(), WORDS, {"detail": WORDS}, {**question(), "leg": WORDS})
    said: list[str] = []

    with pytest.raises(VeraError, match="3 of 4"):
        run(Wishes(queue.url, function="vera-worker"), say=said.append, wait_seconds=0)

    assert len(said) == 4
    assert WORDS not in "".join(said)


def test_where_lambda_does_not_take_it_the_run_ends_and_everything_is_left(queue: Queue, api: LambdaApi):
    queue.put(*map(question, range(3)))
    api.script = [(403, {"x-amzn-errortype": "AccessDeniedException"}, b"{}")]

    with pytest.raises(HandOnFailed, match="vera-worker failed: AccessDeniedException"):
        redrive(queue)

    assert len(api.invokes) == 1
    assert len(queue) == 3


def test_one_message_that_lambda_cannot_take_stops_no_others(queue: Queue, api: LambdaApi):
    queue.put(*map(question, range(3)))
    api.script = [(413, {"x-amzn-errortype": "RequestTooLargeException"}, b"{}")]

    with pytest.raises(VeraError, match="1 of 3 messages were left"):
        redrive(queue)

    assert len(api.invokes) == 3
    assert len(queue) == 1


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(0.2, "0 s"), (59, "59 s"), (60, "1 min"), (7_199, "1 h"), (86_399, "23 h"), (250_000, "2 d"), (-5, "0 s")],
)
def test_a_line_says_how_long_ago_it_was_given_up(queue: Queue, moto: str, seconds: float, age: str):
    queue.put(question())
    said: list[str] = []
    with aws_client("sqs", moto) as client:
        [message] = client.receive_message(
            QueueUrl=queue.url, VisibilityTimeout=0, MessageSystemAttributeNames=["SentTimestamp"]
        )["Messages"]
    sent_at = int(message["Attributes"]["SentTimestamp"]) / 1_000

    run(Wishes(queue.url, "vera-worker"), say=said.append, clock=lambda: sent_at + seconds + 0.001, wait_seconds=0)

    assert [line.split("  ")[1] for line in said] == [age]


# In this process


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    with SmallSlack() as slack:
        yield slack


class Here:
    """A Vera in this process whose turns end as a test wants them to: by an event, or by an error."""

    def __init__(self, slack: SmallSlack, *endings: Event | Exception | None) -> None:
        self._client = web_client("xoxb-secret", base_url=slack.url)
        self._endings = list(endings)
        self.answered: list[tuple[str, bool]] = []

    def __call__(self, journal: Any) -> Any:
        def answer(turn: Turn, attempt: Any) -> None:
            self.answered.append((turn.key, attempt.reopen))
            ending = self._endings.pop(0)
            if isinstance(ending, Exception):
                raise ending
            if ending:
                journal.record(turn.key, ending)

        app = bolt_app(self._client, answer, bot=Bot(self._client), ask_stop=lambda _key: False)
        return nullcontext(SimpleNamespace(bolt_app=lambda: app))


def redrive_here(queue: Queue, vera: Callable[[Any], Any], **wishes: Any) -> list[str]:
    said: list[str] = []
    run(Wishes(queue.url, **wishes), say=said.append, vera=vera, wait_seconds=0)
    return said


GOOD = {
    "answered": (TurnEnded("answered", 1.0), "answered"),
    "stopped by the asker": (TurnEnded("stopped", 1.0), "stopped"),
    "refused": (TurnEnded("refused", 1.0), "refused"),
    "answered meanwhile": (TurnDropped("answered"), "was answered before"),
    "nothing": (None, "nothing to answer"),
}


@pytest.mark.parametrize(("ending", "done"), GOOD.values(), ids=GOOD)
def test_without_a_function_it_is_answered_here_and_then_gone(
    queue: Queue, slack: SmallSlack, api: LambdaApi, ending: Event | None, done: str
):
    queue.put(question())
    here = Here(slack, ending)

    said = redrive_here(queue, here)

    assert here.answered == [(KEY, True)]
    assert [line.split("  ")[::2] for line in said] == [[KEY, done]]
    assert api.calls == []
    assert len(queue) == 0


def test_an_answer_that_outlives_its_time_goes_on_here(queue: Queue, slack: SmallSlack):
    queue.put(question())
    here = Here(slack, TurnHandedOn(1, 900.0), TurnHandedOn(2, 900.0), TurnEnded("answered", 10.0))

    said = redrive_here(queue, here)

    assert len(here.answered) == 3
    assert said[0].endswith("answered")


BAD = {
    "failed again": (TurnEnded("failed", 1.0, error="ModelGone"), "left: failed again: ModelGone"),
    "another worker has it": (TurnDropped("busy"), "left: another worker has it"),
    "taken over": (TurnDropped("lost"), "left: another worker has it"),
    "a service that does not answer": (ModelBusy("throttled"), "left: ModelBusy: throttled"),
    "a bug": (RuntimeError(WORDS), "left: RuntimeError at"),
}


@pytest.mark.parametrize(("ending", "said_of_it"), BAD.values(), ids=BAD)
def test_what_cannot_be_answered_here_either_is_left_and_the_rest_goes_on(
    queue: Queue, slack: SmallSlack, ending: Event | Exception, said_of_it: str
):
    queue.put(question(1), question(2))
    here, said = Here(slack, ending, TurnEnded("answered", 1.0)), []

    with pytest.raises(VeraError, match="1 of 2 messages were left"):
        run(Wishes(queue.url), say=said.append, vera=here, wait_seconds=0)

    assert len(here.answered) == 2
    [left] = [line for line in said if "left" in line]
    assert said_of_it in left
    assert WORDS not in "".join(said)
    assert len(queue) == 1


def test_settings_that_cannot_work_end_the_run(queue: Queue, slack: SmallSlack):
    queue.put(question(1), question(2))
    here = Here(slack, SettingsError("VERA_SLACK_SECRET_ID: the secret holds no JSON"))

    with pytest.raises(SettingsError, match="holds no JSON"):
        redrive_here(queue, here)

    assert len(here.answered) == 1
    assert len(queue) == 2


def test_a_dry_run_here_answers_nothing(queue: Queue, slack: SmallSlack):
    queue.put(question())
    here = Here(slack)

    said = redrive_here(queue, here, dry_run=True)

    assert [line.split("  ")[2] for line in said] == ["would be answered here"]
    assert len(queue) == 1


# As people type it


def typed(variables: dict[str, str], *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return subprocess.run(
        [Path(sys.executable).with_name("vera"), "redrive", *arguments],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | measured | variables | more,
        timeout=30,
        check=False,
    )


def test_the_command_hands_on_by_the_workers_variable(queue: Queue, api: LambdaApi, variables: dict[str, str]):
    queue.put(question())

    done = typed(variables, "--queue", queue.url, "--most", "1", VERA_WORKER_FUNCTION="vera-worker")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{KEY}  ")
    assert [invoke.function for invoke in api.invokes] == ["vera-worker"]


def test_the_command_says_what_was_left_and_fails(queue: Queue, variables: dict[str, str]):
    queue.put("no JSON")

    done = typed(variables, "--queue", queue.url, "--function", "vera-worker", "--most", "1")

    assert done.returncode == 1
    assert done.stderr == "vera: 1 of 1 messages were left in the queue.\n"


def test_the_help_has_an_example(variables: dict[str, str]):
    done = typed(variables, "--help")

    assert done.returncode == 0
    assert "Example: vera redrive --queue" in done.stdout


MISTAKES = {
    "no queue": ([], {}, "--queue has to name the dead-letter queue"),
    "a queue that is not there": (["--queue", "nowhere"], {}, "There is no queue nowhere in this account and region."),
    "a number that is none": (["--queue", "dead", "--most", "0"], {}, "--most has to be a number from 1 on."),
    "no region": (["--queue", "dead"], {"AWS_REGION": ""}, "You must specify a region"),
    "no credentials": (
        ["--queue", "dead"],
        {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        "Unable to locate credentials",
    ),
    "a wrong setting": (["--queue", "dead"], {"VERA_WORKER_FUNKTION": "x"}, "did you mean VERA_WORKER_FUNCTION?"),
}


@pytest.mark.parametrize(("arguments", "more", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_clear_line(variables: dict[str, str], arguments: list[str], more: dict[str, str], said: str):
    function = [] if "VERA_WORKER_FUNKTION" in more else ["--function", "vera-worker"]

    done = typed(variables, *arguments, *function, **more)

    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("vera: ")
    assert said in line


def test_without_a_function_the_command_is_a_worker_and_wants_what_a_worker_needs(
    queue: Queue, variables: dict[str, str], tmp_path: Path
):
    queue.put(question())

    done = typed(variables, "--queue", queue.url, VERA_DATABASE=str(tmp_path / "vera.sqlite3"))

    assert done.returncode == 1
    assert done.stderr == "vera: Vera needs a token for Slack: set SLACK_BOT_TOKEN, or VERA_SLACK_SECRET_ID.\n"
    assert len(queue) == 1


def test_a_queue_out_of_reach_is_one_clear_line(variables: dict[str, str]):
    with closed_port() as url:
        done = typed(variables, "--queue", "dead", "--function", "f", AWS_ENDPOINT_URL_SQS=url)

    assert done.returncode == 1
    assert done.stderr == "vera: SQS: get_queue_url failed: EndpointConnectionError\n"
