"""What `vera.assistant.reply.MessageSurface` promises, asked of the fake and of Slack's Web API over the wire."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import pytest

from fakes.slack_api import RATE_LIMITED, Answer, SmallSlack, refusal
from fakes.surface import MemorySurface
from vera.assistant.conversation import Turn
from vera.errors import MessageGone, RateLimited, SurfaceRefused, SurfaceUnavailable
from vera.playground.loopback import LoopbackServer
from vera.playground.schedule import RealTime
from vera.playground.slack.web_api import WebApi
from vera.playground.slack.workspace import Workspace
from vera.slack.bot import Bot
from vera.slack.surface import METADATA_TYPE, SlackSurface, metadata_of
from vera.slack.web import web_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from vera.assistant.reply import MessageSurface

CHANNEL = "C0GENERAL"

METHODS = {"post": "chat.postMessage", "edit": "chat.update", "delete": "chat.delete", "find": "conversations.replies"}
FAILURES = {
    "rate limit": (RateLimited("too fast", retry_after_seconds=7.0), RATE_LIMITED),
    "fault": (SurfaceUnavailable("down", maybe_done=True), Answer({"ok": False, "error": "internal_error"})),
    "fault after work": (
        SurfaceUnavailable("down", maybe_done=True),
        Answer({"ok": False, "error": "internal_error"}, carry_out=True),
    ),
    "refusal": (SurfaceRefused("no", code="is_archived"), refusal("is_archived")),
}


FAULTS: dict[str, dict[str, Any]] = {
    "rate limit": {"status": 429, "retry_after": 7},
    "fault": {"error": "internal_error"},
    "fault after work": {"error": "internal_error", "applied": True},
    "refusal": {"error": "is_archived"},
}


class Harness(Protocol):
    """What a test arranges around a surface, and how it looks at what stands there."""

    def ask(self, text: str = "When is it open?", *, root: str = "") -> Turn:
        """Let a person ask something, in a thread or on top."""

    def texts(self, turn: Turn) -> list[str]:
        """Return what stands in the thread for this turn, from first to last."""

    def fail(self, method: str, failure: str) -> None:
        """Let the next call of a method fail."""


class MemoryHarness:
    def __init__(self, surface: MemorySurface) -> None:
        self._surface = surface
        self._count = 0

    def ask(self, text: str = "When is it open?", *, root: str = "") -> Turn:
        self._count += 1
        return Turn(CHANNEL, f"17000{self._count:05}.000100", "U0ANN", text, thread_ts=root)

    def texts(self, turn: Turn) -> list[str]:
        return self._surface.texts(turn)

    def fail(self, method: str, failure: str) -> None:
        self._surface.fail(method, FAILURES[failure][0])


class SlackHarness:
    def __init__(self, slack: SmallSlack) -> None:
        self._slack = slack

    def ask(self, text: str = "When is it open?", *, root: str = "") -> Turn:
        ts = self._slack.say(CHANNEL, "U0ANN", text, **({"thread_ts": root} if root else {}))
        return Turn(CHANNEL, ts, "U0ANN", text, thread_ts=root)

    def texts(self, turn: Turn) -> list[str]:
        messages = self._slack.channels[CHANNEL].values()
        key = {"event_type": METADATA_TYPE, "turn": turn.key}
        return [
            message["text"]
            for message in messages
            if (data := message.get("metadata"))
            and {"event_type": data["event_type"], "turn": data["event_payload"]["turn"]} == key
        ]

    def fail(self, method: str, failure: str) -> None:
        self._slack.script(METHODS[method], FAILURES[failure][1])


@contextmanager
def memory() -> Iterator[Standing]:
    surface = MemorySurface()
    yield surface, MemoryHarness(surface)


@contextmanager
def slack() -> Iterator[Standing]:
    with SmallSlack(page=3) as slack:
        client = web_client("xoxb-test", base_url=slack.url)
        yield SlackSurface(client, bot=Bot(client)), SlackHarness(slack)


class PlaygroundHarness:
    """The workspace of the playground, which is as strict as Slack."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._channel = workspace.channel("general").id

    def ask(self, text: str = "When is it open?", *, root: str = "") -> Turn:
        ts = self._workspace.say("ada", "general", text, thread_ts=root or None)
        return Turn(self._channel, ts, self._workspace.person("ada").id, text, thread_ts=root)

    def texts(self, turn: Turn) -> list[str]:
        thread = self._workspace.thread("general", turn.root)
        return [message["text"] for message in thread if metadata_of(message)[0] == turn.key]

    def fail(self, method: str, failure: str) -> None:
        self._workspace.faults.add(METHODS[method], times=1, **FAULTS[failure])


@contextmanager
def playground() -> Iterator[Standing]:
    with RealTime() as now, ExitStack() as own:
        workspace = Workspace(time=now)
        own.callback(workspace.close)
        workspace.limits.enabled = False
        server = LoopbackServer(WebApi(workspace).app)
        own.callback(server.close)
        server.start()
        client = web_client(workspace.bot_token, base_url=f"{server.url}/api/")
        yield SlackSurface(client, bot=Bot(client)), PlaygroundHarness(workspace)


Standing: TypeAlias = "tuple[MessageSurface, Harness]"

SURFACES: dict[str, Callable[[], AbstractContextManager[Standing]]] = {
    "memory": memory,
    "slack": slack,
    "playground": playground,
}


@pytest.fixture(params=SURFACES)
def standing(request: pytest.FixtureRequest) -> Iterator[Standing]:
    with SURFACES[request.param]() as (surface, harness):
        yield surface, harness


def test_a_posted_message_stands_in_the_thread_and_is_found_by_its_part(standing: Standing):
    surface, harness = standing
    turn = harness.ask()

    ts = surface.post(turn, "Reading the thread", part=0, state="status")

    assert harness.texts(turn) == ["Reading the thread"]
    assert surface.find(turn) == {0: ts}


def test_an_edit_replaces_the_whole_message_however_often_it_is_made(standing: Standing):
    surface, harness = standing
    turn = harness.ask()
    ts = surface.post(turn, "Reading the thread", part=0, state="status")

    for text in ("It is", "It is open", "It is open", "Open at 8"):
        surface.edit(turn, ts, text, part=0, state="writing")
    surface.edit(turn, ts, "Open at 8.", part=0, state="done")

    assert harness.texts(turn) == ["Open at 8."]
    assert surface.find(turn) == {0: ts}


def test_every_part_of_a_long_reply_is_found(standing: Standing):
    surface, harness = standing
    turn = harness.ask()

    posted = {part: surface.post(turn, f"part {part}", part=part, state="writing") for part in range(8)}

    assert surface.find(turn) == posted
    assert harness.texts(turn) == [f"part {part}" for part in range(8)]


def test_a_part_that_was_posted_twice_is_found_where_it_was_posted_first(standing: Standing):
    surface, harness = standing
    turn = harness.ask()
    first = surface.post(turn, "once", part=0, state="status")

    surface.post(turn, "twice", part=0, state="status")

    assert surface.find(turn) == {0: first}


def test_each_question_of_a_thread_finds_its_own_reply(standing: Standing):
    surface, harness = standing
    one = harness.ask()
    one_ts = surface.post(one, "first answer", part=0, state="done")
    other = harness.ask("And on Fridays?", root=one.root)

    nothing_yet = surface.find(other)
    other_ts = surface.post(other, "second answer", part=0, state="status")

    assert nothing_yet == {}
    assert (surface.find(one), surface.find(other)) == ({0: one_ts}, {0: other_ts})


def test_a_message_that_is_gone_cannot_be_edited_but_may_be_deleted_again(standing: Standing):
    surface, harness = standing
    turn = harness.ask()
    ts = surface.post(turn, "Reading the thread", part=0, state="status")

    surface.delete(turn, ts)
    surface.delete(turn, ts)

    assert surface.find(turn) == {}
    with pytest.raises(MessageGone):
        surface.edit(turn, ts, "too late", part=0, state="done")


def test_a_rate_limit_says_how_long_to_wait_and_nothing_was_done(standing: Standing):
    surface, harness = standing
    turn = harness.ask()
    harness.fail("post", "rate limit")

    with pytest.raises(RateLimited) as refused:
        surface.post(turn, "Reading the thread", part=0, state="status")

    assert refused.value.retry_after_seconds == 7.0
    assert not refused.value.maybe_done
    assert harness.texts(turn) == []


def test_a_post_that_may_have_been_made_is_found_if_it_was(standing: Standing):
    surface, harness = standing
    lost, made = harness.ask(), harness.ask()

    harness.fail("post", "fault after work")
    with pytest.raises(SurfaceUnavailable) as failed:
        surface.post(made, "Reading the thread", part=0, state="status")

    assert failed.value.maybe_done
    assert list(surface.find(made)) == [0]
    assert surface.find(lost) == {}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("method", METHODS)
def test_every_call_raises_the_ports_errors_once_and_works_again(standing: Standing, method: str, failure: str):
    surface, harness = standing
    turn = harness.ask()
    ts = surface.post(turn, "Reading the thread", part=0, state="status")
    calls = {
        "post": lambda: surface.post(turn, "more", part=1, state="writing"),
        "edit": lambda: surface.edit(turn, ts, "changed", part=0, state="writing"),
        "find": lambda: surface.find(turn),
        "delete": lambda: surface.delete(turn, ts),
    }

    harness.fail(method, failure)
    with pytest.raises(type(FAILURES[failure][0])) as raised:
        calls[method]()

    assert raised.type is type(FAILURES[failure][0])
    if (method, failure) != ("delete", "fault after work"):
        calls[method]()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("short", id="short"),
        pytest.param("", id="nothing yet"),
        pytest.param("a" * 3_000 + "\n\n" + "- **b** & `c`\n" * 30, id="nearly full"),
    ],
)
def test_what_fits_can_be_posted_and_edited(standing: Standing, text: str):
    surface, harness = standing
    turn = harness.ask()

    fits = surface.fits(text)
    ts = surface.post(turn, text, part=0, state="writing")
    surface.edit(turn, ts, text, part=0, state="done")

    assert fits
    assert len(harness.texts(turn)) == 1


def test_what_is_longer_than_a_message_does_not_fit(standing: Standing):
    surface, _ = standing

    assert not surface.fits("word " * 2_000)


def test_turns_are_written_side_by_side_without_mixing(standing: Standing):
    surface, harness = standing
    turns = [harness.ask(f"question {n}") for n in range(8)]

    def answer(turn: Turn) -> None:
        ts = surface.post(turn, "Reading the thread", part=0, state="status")
        surface.edit(turn, ts, f"answer to {turn.ts}", part=0, state="done")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(answer, turns))

    assert [harness.texts(turn) for turn in turns] == [[f"answer to {turn.ts}"] for turn in turns]
