"""What `vera.assistant.conversation.ThreadReader` promises, asked of the fake and of Slack's Web API over the wire."""

from __future__ import annotations

from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import pytest

from fakes.slack_api import BOT_USER, Answer, SmallSlack, refusal
from fakes.threads import MemoryThreads
from vera.assistant.conversation import FOOTER, Person, Turn
from vera.errors import SurfaceRefused, SurfaceUnavailable
from vera.slack.bot import Bot
from vera.slack.mark import mark_of, marked
from vera.slack.own import METADATA_TYPE
from vera.slack.people import People
from vera.slack.thread import SlackThreads
from vera.slack.web import web_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from vera.assistant.conversation import Thread, ThreadReader

CHANNEL, DIRECT = "C0GENERAL", "D0ANN"
PLENTY = 100_000
NAMES = {"U0ANN": "Ann", "U0BOB": "Bob"}


class Harness(Protocol):
    """Who says what before a question."""

    def say(self, user: str, text: str, *, root: str = "", channel: str = CHANNEL, files: tuple[str, ...] = ()) -> str:
        """Let a person say something."""

    def answer(self, turn: Turn, text: str, *, part: int = 0, state: str = "done", channel: str = CHANNEL) -> str:
        """Let Vera say something in answer to a question."""

    def announce(self, name: str, text: str, *, root: str) -> str:
        """Let another bot say something."""

    def fail(self, *, refused: bool) -> None:
        """Let the next reading fail, for good or for now."""


class MemoryHarness:
    def __init__(self, threads: MemoryThreads) -> None:
        self._threads = threads
        threads.people |= {user: Person(user, name) for user, name in NAMES.items()}

    def say(self, user: str, text: str, *, root: str = "", channel: str = CHANNEL, files: tuple[str, ...] = ()) -> str:
        return self._threads.say(channel, root, "person", NAMES.get(user, user), text, files=files)

    def answer(self, turn: Turn, text: str, *, part: int = 0, state: str = "done", channel: str = CHANNEL) -> str:
        shown = "" if state == "status" else text
        fields = {"turn": turn.key, "part": part, "unfinished": state != "done"}
        return self._threads.say(channel, turn.root, "vera", "Vera", shown, **fields)

    def announce(self, name: str, text: str, *, root: str) -> str:
        return self._threads.say(CHANNEL, root, "bot", name, text)

    def fail(self, *, refused: bool) -> None:
        self._threads.fail(SurfaceRefused(code="thread_not_found") if refused else SurfaceUnavailable())


class SlackHarness:
    def __init__(self, slack: SmallSlack) -> None:
        self._slack = slack
        for user, name in NAMES.items():
            slack.person(user, name)

    def say(self, user: str, text: str, *, root: str = "", channel: str = CHANNEL, files: tuple[str, ...] = ()) -> str:
        fields: dict[str, Any] = {"thread_ts": root} if root else {}
        if files:
            fields |= {"subtype": "file_share", "files": [{"id": "F1", "name": name} for name in files]}
        return self._slack.say(channel, user, text, **fields)

    def answer(self, turn: Turn, text: str, *, part: int = 0, state: str = "done", channel: str = CHANNEL) -> str:
        payload = {"turn": turn.key, "part": part, "state": state}
        metadata = {"event_type": METADATA_TYPE, "event_payload": payload}
        return self._slack.say(channel, BOT_USER, text, thread_ts=turn.root, metadata=metadata)

    def announce(self, name: str, text: str, *, root: str) -> str:
        return self._slack.say(CHANNEL, "", text, thread_ts=root, subtype="bot_message", bot_id="B9", username=name)

    def fail(self, *, refused: bool) -> None:
        answers = [refusal("thread_not_found")] if refused else [Answer(status=503, body=b"")] * 3
        self._slack.script("conversations.replies", *answers)


class StreamHarness(SlackHarness):
    """Vera's answers as Slack's streams: Markdown, without metadata until they stop."""

    def answer(self, turn: Turn, text: str, *, part: int = 0, state: str = "done", channel: str = CHANNEL) -> str:
        if state == "status":
            return super().answer(turn, text, part=part, state=state, channel=channel)
        text = marked(text, mark_of(turn.key, part))
        fields: dict[str, Any] = {"streaming_state": "in_progress" if state == "writing" else "completed"}
        if state == "done":
            payload = {"turn": turn.key, "part": part, "state": state}
            fields["metadata"] = {"event_type": METADATA_TYPE, "event_payload": payload}
        blocks = [{"type": "markdown", "text": text}]
        return self._slack.say(channel, BOT_USER, text, thread_ts=turn.root, blocks=blocks, **fields)


@contextmanager
def memory() -> Iterator[Reading]:
    threads = MemoryThreads()
    yield threads, MemoryHarness(threads)


@contextmanager
def slack(harness: type[SlackHarness] = SlackHarness) -> Iterator[Reading]:
    with SmallSlack(page=4) as slack, closing(web_client("xoxb-test", base_url=slack.url)) as client:
        reader = SlackThreads(client, People(client), bot=Bot(client), name="Vera", sleep=lambda _: None)
        yield reader, harness(slack)


Reading: TypeAlias = "tuple[ThreadReader, Harness]"

READERS: dict[str, Callable[[], AbstractContextManager[Reading]]] = {
    "memory": memory,
    "slack": slack,
    "slack's streams": partial(slack, StreamHarness),
}


@pytest.fixture(params=READERS)
def reading(request: pytest.FixtureRequest) -> Iterator[Reading]:
    with READERS[request.param]() as (reader, harness):
        yield reader, harness


def question(ts: str, *, root: str = "", user: str = "U0ANN", text: str = "", direct: bool = False) -> Turn:
    return Turn(DIRECT if direct else CHANNEL, ts, user, text, thread_ts=root, direct=direct)


def told(thread: Thread) -> list[tuple[str, str, str]]:
    return [(said.speaker, said.name, said.text) for said in thread.utterances]


def test_a_question_on_top_is_its_own_thread(reading: Reading):
    reader, harness = reading
    ts = harness.say("U0ANN", "When is it open?")

    thread = reader.read(question(ts), budget_tokens=PLENTY)

    assert told(thread) == [("person", "Ann", "When is it open?")]
    assert (thread.asker.name, thread.omitted) == ("Ann", 0)


def test_a_thread_is_read_from_its_root_to_the_question(reading: Reading):
    reader, harness = reading
    root = harness.say("U0ANN", "The build is red")
    harness.say("U0BOB", "Since when?", root=root)
    harness.announce("Jenkins", "Build 7 failed", root=root)
    ts = harness.say("U0ANN", "What broke it?", root=root)

    thread = reader.read(question(ts, root=root), budget_tokens=PLENTY)

    assert told(thread) == [
        ("person", "Ann", "The build is red"),
        ("person", "Bob", "Since when?"),
        ("bot", "Jenkins", "Build 7 failed"),
        ("person", "Ann", "What broke it?"),
    ]


def test_what_came_after_the_question_belongs_to_later_ones(reading: Reading):
    reader, harness = reading
    root = harness.say("U0ANN", "First?")
    harness.say("U0BOB", "Second?", root=root)
    harness.answer(question(root), "An answer that came meanwhile")

    thread = reader.read(question(root), budget_tokens=PLENTY)

    assert told(thread) == [("person", "Ann", "First?")]


def test_veras_own_messages_say_which_question_they_answer(reading: Reading):
    reader, harness = reading
    first = question(harness.say("U0ANN", "First?"))
    harness.answer(first, "One.", part=0)
    harness.answer(first, "Two.", part=1)
    harness.answer(first, "Three, half", part=2, state="writing")
    ts = harness.say("U0ANN", "And then?", root=first.ts)

    thread = reader.read(question(ts, root=first.ts), budget_tokens=PLENTY)

    own = [said for said in thread.utterances if said.speaker == "vera"]
    assert [(said.text, said.turn, said.part, said.unfinished) for said in own] == [
        ("One.", first.key, 0, False),
        ("Two.", first.key, 1, False),
        ("Three, half", first.key, 2, True),
    ]


def test_what_follows_an_answer_is_left_out(reading: Reading):
    reader, harness = reading
    first = question(harness.say("U0ANN", "First?"))
    harness.answer(first, f"Open at 8 [1].{FOOTER}\n\nSources: 1. Handbook")
    ts = harness.say("U0ANN", "And then?", root=first.ts)

    thread = reader.read(question(ts, root=first.ts), budget_tokens=PLENTY)

    assert told(thread)[1:-1] == [("vera", "Vera", "Open at 8 [1].")]


def test_of_a_status_line_nothing_is_told_but_that_an_answer_is_coming(reading: Reading):
    reader, harness = reading
    first = question(harness.say("U0ANN", "First?"))
    harness.answer(first, "Checking the knowledge base", state="status")
    ts = harness.say("U0ANN", "And then?", root=first.ts)

    thread = reader.read(question(ts, root=first.ts), budget_tokens=PLENTY)

    own = thread.utterances[1]
    assert (own.speaker, own.text, own.turn, own.unfinished) == ("vera", "", first.key, True)


def test_of_a_long_thread_the_root_and_the_newest_are_kept_and_the_rest_is_counted(reading: Reading):
    reader, harness = reading
    root = harness.say("U0ANN", "The subject")
    for n in range(20):
        harness.say("U0BOB", f"reply {n:02} " + "x" * 80, root=root)
    ts = harness.say("U0ANN", "What do you make of it?", root=root)

    thread = reader.read(question(ts, root=root), budget_tokens=200)

    texts = [said.text[:8] for said in thread.utterances]
    kept = len(texts) - 2
    assert 1 <= kept < 20
    assert texts == ["The subj", *(f"reply {n:02}" for n in range(20 - kept, 20)), "What do "]
    assert thread.omitted == 20 - kept


def test_root_and_question_are_read_whatever_the_budget(reading: Reading):
    reader, harness = reading
    root = harness.say("U0ANN", "The subject " * 100)
    harness.say("U0BOB", "in between", root=root)
    ts = harness.say("U0ANN", "What do you make of it?", root=root)

    thread = reader.read(question(ts, root=root), budget_tokens=1)

    assert [said.ts for said in thread.utterances] == [root, ts]
    assert thread.omitted == 1


def test_a_message_may_be_nothing_but_a_file(reading: Reading):
    reader, harness = reading
    root = harness.say("U0ANN", "", files=("report.pdf", "figures.csv"))
    ts = harness.say("U0ANN", "Sum it up", root=root)

    thread = reader.read(question(ts, root=root), budget_tokens=PLENTY)

    assert [(said.text, said.files) for said in thread.utterances] == [
        ("", ("report.pdf", "figures.csv")),
        ("Sum it up", ()),
    ]


def test_a_direct_question_on_top_reads_what_was_said_before_it_and_in_its_threads(reading: Reading):
    reader, harness = reading
    first = question(harness.say("U0ANN", "When is it open?", channel=DIRECT), direct=True)
    harness.answer(first, "At 8.", channel=DIRECT)
    ts = harness.say("U0ANN", "And on Fridays?", channel=DIRECT)

    thread = reader.read(question(ts, direct=True), budget_tokens=PLENTY)

    assert told(thread) == [
        ("person", "Ann", "When is it open?"),
        ("vera", "Vera", "At 8."),
        ("person", "Ann", "And on Fridays?"),
    ]


def test_a_direct_question_in_a_thread_reads_that_thread_alone(reading: Reading):
    reader, harness = reading
    harness.say("U0ANN", "Something else", channel=DIRECT)
    root = harness.say("U0ANN", "When is it open?", channel=DIRECT)
    ts = harness.say("U0ANN", "And on Fridays?", root=root, channel=DIRECT)

    thread = reader.read(question(ts, root=root, direct=True), budget_tokens=PLENTY)

    assert [said.text for said in thread.utterances] == ["When is it open?", "And on Fridays?"]


def test_who_cannot_be_looked_up_is_called_by_their_id(reading: Reading):
    reader, harness = reading
    ts = harness.say("U0GONE", "Hello?")

    thread = reader.read(question(ts, user="U0GONE"), budget_tokens=PLENTY)

    assert told(thread) == [("person", "U0GONE", "Hello?")]
    assert thread.asker.name == "U0GONE"


def test_a_question_that_cannot_be_seen_yet_is_taken_from_the_event(reading: Reading):
    reader, harness = reading
    root = harness.say("U0ANN", "The subject")

    thread = reader.read(question("1800000000.000100", root=root, text="Well?"), budget_tokens=PLENTY)

    assert told(thread) == [("person", "Ann", "The subject"), ("person", "Ann", "Well?")]


@pytest.mark.parametrize("refused", [True, False], ids=["for good", "for now"])
def test_what_cannot_be_read_is_said_in_the_ports_errors(reading: Reading, *, refused: bool):
    reader, harness = reading
    ts = harness.say("U0ANN", "Hello?")
    harness.fail(refused=refused)

    with pytest.raises(SurfaceRefused if refused else SurfaceUnavailable):
        reader.read(question(ts), budget_tokens=PLENTY)
