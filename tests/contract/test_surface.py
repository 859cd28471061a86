"""What `vera.assistant.messages.MessageSurface` promises, asked of the fakes and of Slack's Web API over the wire.

Edited messages and streams make the same promises, but for what a stream shows on the way.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import pytest

from fakes.slack_api import RATE_LIMITED, Answer, SmallSlack, refusal
from fakes.surface import MemoryStreams, MemorySurface
from vera.assistant.conversation import Turn
from vera.errors import MessageGone, RateLimited, SurfaceRefused, SurfaceUnavailable
from vera.playground.loopback import LoopbackServer
from vera.playground.schedule import RealTime
from vera.playground.slack.web_api import WebApi
from vera.playground.slack.workspace import Workspace
from vera.slack.bot import Bot
from vera.slack.mark import unmarked
from vera.slack.own import part_standing
from vera.slack.streams import SlackStreams
from vera.slack.surface import SlackSurface
from vera.slack.web import web_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from slack_sdk import WebClient

    from vera.assistant.messages import MessageState, MessageSurface
    from vera.assistant.pacing import Write

CHANNEL = "C0GENERAL"

METHODS = {
    "post": "chat.postMessage",
    "start": "chat.startStream",
    "edit": "chat.update",
    "append": "chat.appendStream",
    "stop": "chat.stopStream",
    "delete": "chat.delete",
    "find": "conversations.replies",
}
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
        """Let the next call of a method fail: of the port's, or of a stream's `start`, `append`, `stop`."""

    def end(self, ts: str) -> None:
        """Let a stream take no more text, by its age."""

    def another(self, *, appends: bool) -> MessageSurface:
        """Return the surface of another worker, who writes into the same threads."""


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
        calls = {"start": "post", "append": "edit", "stop": "edit"}
        self._surface.fail(calls.get(method, method), FAILURES[failure][0])

    def end(self, ts: str) -> None:
        self._surface.messages[ts] = replace(self._surface.messages[ts], streaming=False)

    def another(self, *, appends: bool) -> MessageSurface:
        other = MemoryStreams(self._surface) if appends else MemorySurface()
        other.messages = self._surface.messages
        return other


class SlackHarness:
    def __init__(self, slack: SmallSlack, client: WebClient) -> None:
        self._slack, self._client = slack, client

    def ask(self, text: str = "When is it open?", *, root: str = "") -> Turn:
        ts = self._slack.say(CHANNEL, "U0ANN", text, **({"thread_ts": root} if root else {}))
        return Turn(CHANNEL, ts, "U0ANN", text, thread_ts=root)

    def texts(self, turn: Turn) -> list[str]:
        messages = self._slack.channels[CHANNEL].values()
        return [unmarked(message["text"]) for message in messages if part_standing(message, turn.key) is not None]

    def fail(self, method: str, failure: str) -> None:
        self._slack.script(METHODS[method], FAILURES[failure][1])

    def end(self, ts: str) -> None:
        self._slack.end_stream(CHANNEL, ts)

    def another(self, *, appends: bool) -> MessageSurface:
        return (SlackStreams if appends else SlackSurface)(self._client, bot=Bot(self._client))


@contextmanager
def memory() -> Iterator[Standing]:
    surface = MemorySurface()
    yield surface, MemoryHarness(surface)


@contextmanager
def memory_streams() -> Iterator[Standing]:
    surface = MemoryStreams()
    yield surface, MemoryHarness(surface)


@contextmanager
def slack(kind: type[SlackSurface] = SlackSurface) -> Iterator[Standing]:
    with SmallSlack(page=3) as slack, closing(web_client("xoxb-test", base_url=slack.url)) as client:
        yield kind(client, bot=Bot(client)), SlackHarness(slack, client)


class PlaygroundHarness:
    """The workspace of the playground, which is as strict as Slack."""

    def __init__(self, workspace: Workspace, client: WebClient) -> None:
        self._workspace, self._client = workspace, client
        self._channel = workspace.channel("general").id

    def ask(self, text: str = "When is it open?", *, root: str = "") -> Turn:
        ts = self._workspace.say("ada", "general", text, thread_ts=root or None)
        return Turn(self._channel, ts, self._workspace.person("ada").id, text, thread_ts=root)

    def texts(self, turn: Turn) -> list[str]:
        thread = self._workspace.thread("general", turn.root)
        return [unmarked(message["text"]) for message in thread if part_standing(message, turn.key) is not None]

    def fail(self, method: str, failure: str) -> None:
        self._workspace.faults.add(METHODS[method], times=1, **FAULTS[failure])

    def end(self, ts: str) -> None:
        stream = self._workspace.streams.live(self._channel, ts)
        assert stream
        self._workspace.streams.stop(stream)

    def another(self, *, appends: bool) -> MessageSurface:
        return (SlackStreams if appends else SlackSurface)(self._client, bot=Bot(self._client))


@contextmanager
def playground(kind: type[SlackSurface] = SlackSurface) -> Iterator[Standing]:
    with RealTime() as now, ExitStack() as own:
        workspace = Workspace(time=now)
        own.callback(workspace.close)
        workspace.limits.enabled = False
        server = LoopbackServer(WebApi(workspace).app)
        own.callback(server.close)
        server.start()
        client = own.enter_context(closing(web_client(workspace.bot_token, base_url=f"{server.url}/api/")))
        yield kind(client, bot=Bot(client)), PlaygroundHarness(workspace, client)


Standing: TypeAlias = "tuple[MessageSurface, Harness]"

EDITING: dict[str, Callable[[], AbstractContextManager[Standing]]] = {
    "memory": memory,
    "slack": slack,
    "playground": playground,
}
STREAMING: dict[str, Callable[[], AbstractContextManager[Standing]]] = {
    "streams in memory": memory_streams,
    "slack's streams": partial(slack, SlackStreams),
    "the playground's streams": partial(playground, SlackStreams),
}
SURFACES = EDITING | STREAMING


@pytest.fixture(params=SURFACES)
def standing(request: pytest.FixtureRequest) -> Iterator[Standing]:
    with SURFACES[request.param]() as (surface, harness):
        yield surface, harness


@pytest.fixture(params=STREAMING)
def streaming(request: pytest.FixtureRequest) -> Iterator[Standing]:
    with STREAMING[request.param]() as (surface, harness):
        yield surface, harness


def found(surface: MessageSurface, turn: Turn) -> dict[int, str]:
    return {part: standing.ts for part, standing in surface.find(turn).items()}


def test_a_posted_message_stands_in_the_thread_and_is_found_by_its_part(standing: Standing):
    surface, harness = standing
    turn = harness.ask()

    ts = surface.post(turn, "Reading the thread", part=0, state="status")

    assert harness.texts(turn) == ["Reading the thread"]
    assert found(surface, turn) == {0: ts}


def test_an_edit_replaces_the_whole_message_however_often_it_is_made(standing: Standing):
    surface, harness = standing
    turn = harness.ask()
    ts = surface.post(turn, "Reading the thread", part=0, state="status")

    for text in ("It is", "It is open", "It is open", "Open at 8"):
        surface.edit(turn, ts, text, part=0, state="writing")
    surface.edit(turn, ts, "Open at 8.", part=0, state="done")

    assert harness.texts(turn) == ["Open at 8."]
    assert found(surface, turn) == {0: ts}


def test_every_part_of_a_long_reply_is_found(standing: Standing):
    surface, harness = standing
    turn = harness.ask()

    posted = {part: surface.post(turn, f"part {part}", part=part, state="writing") for part in range(8)}

    assert found(surface, turn) == posted
    assert harness.texts(turn) == [f"part {part}" for part in range(8)]


def test_a_part_that_was_posted_twice_is_found_where_it_was_posted_first(standing: Standing):
    surface, harness = standing
    turn = harness.ask()
    first = surface.post(turn, "once", part=0, state="status")

    surface.post(turn, "twice", part=0, state="status")

    assert found(surface, turn) == {0: first}


def test_each_question_of_a_thread_finds_its_own_reply(standing: Standing):
    surface, harness = standing
    one = harness.ask()
    one_ts = surface.post(one, "first answer", part=0, state="done")
    other = harness.ask("And on Fridays?", root=one.root)

    nothing_yet = surface.find(other)
    other_ts = surface.post(other, "second answer", part=0, state="status")

    assert nothing_yet == {}
    assert (found(surface, one), found(surface, other)) == ({0: one_ts}, {0: other_ts})


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
@pytest.mark.parametrize("method", ["post", "edit", "find", "delete"])
def test_every_call_raises_the_ports_errors_once_and_works_again(standing: Standing, method: str, failure: str):
    surface, harness = standing
    turn = harness.ask()
    ts = surface.post(turn, "Reading the thread", part=0, state="status")
    calls = {
        "post": lambda: surface.post(turn, "more", part=1, state="status"),
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

    assert not surface.fits("word " * 3_000)


def test_turns_are_written_side_by_side_without_mixing(standing: Standing):
    surface, harness = standing
    turns = [harness.ask(f"question {n}") for n in range(8)]

    def answer(turn: Turn) -> None:
        ts = surface.post(turn, "Reading the thread", part=0, state="status")
        surface.edit(turn, ts, f"answer to {turn.ts}", part=0, state="done")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(answer, turns))

    assert [harness.texts(turn) for turn in turns] == [[f"answer to {turn.ts}"] for turn in turns]


def test_a_message_that_is_edited_is_counted_by_its_edits(standing: Standing):
    surface, harness = standing
    ts = surface.post(harness.ask(), "Reading the thread", part=0, state="status")

    assert surface.write("", "done") is None
    assert {surface.write(ts, state) for state in ("status", "writing", "done")} == {"update"}


@pytest.mark.parametrize("kind", EDITING)
def test_an_edited_message_has_no_place_beside_it(kind: str):
    with EDITING[kind]() as (surface, harness):
        assert not surface.appends
        assert not surface.show_status(harness.ask(), "Reading the thread")


def test_what_goes_on_is_shown_beside_a_stream(streaming: Standing):
    surface, harness = streaming
    turn = harness.ask()

    assert surface.appends
    assert surface.show_status(turn, "Reading the thread")
    assert surface.show_status(turn, "")
    assert harness.texts(turn) == []


def test_a_stream_only_grows_until_it_is_done(streaming: Standing):
    surface, harness = streaming
    turn = harness.ask()
    seen = []

    ts = surface.post(turn, "It", part=0, state="writing")
    for text in ("It is", "It is", "It", "It is open"):
        surface.edit(turn, ts, text, part=0, state="writing")
        seen += harness.texts(turn)
    surface.edit(turn, ts, "It is open at 8.", part=0, state="done")

    assert seen == ["It is", "It is", "It is", "It is open"]
    assert harness.texts(turn) == ["It is open at 8."]
    assert found(surface, turn) == {0: ts}


def test_what_a_stream_held_and_is_not_to_stand_is_put_right_in_the_end(streaming: Standing):
    surface, harness = streaming
    turn = harness.ask()
    ts = surface.post(turn, "It is open", part=0, state="writing")

    surface.edit(turn, ts, "No: closed.", part=0, state="done")

    assert harness.texts(turn) == ["No: closed."]


WRITES: dict[MessageState, Write] = {"writing": "append", "done": "stop"}


def test_each_write_of_a_stream_is_counted_as_what_it_is(streaming: Standing):
    surface, harness = streaming
    turn = harness.ask()

    first = surface.write("", "writing")
    ts = surface.post(turn, "It", part=0, state="writing")
    later = {state: surface.write(ts, state) for state in WRITES}
    surface.edit(turn, ts, "It is.", part=0, state="done")

    assert first == "start"
    assert later == WRITES
    assert surface.write(ts, "done") == "update"


@pytest.mark.parametrize("state", WRITES)
def test_a_stream_that_died_is_rescued_by_an_edit(streaming: Standing, state: MessageState):
    surface, harness = streaming
    turn = harness.ask()
    ts = surface.post(turn, "It is", part=0, state="writing")
    harness.end(ts)

    surface.edit(turn, ts, "It is open", part=0, state=state)
    rescued = harness.texts(turn)
    surface.edit(turn, ts, "It is open at 8.", part=0, state="done")

    assert rescued == ["It is open"]
    assert harness.texts(turn) == ["It is open at 8."]


@pytest.mark.parametrize("state", WRITES)
@pytest.mark.parametrize("appends", [True, False], ids=["a stream", "edits"])
def test_a_dead_owners_stream_is_taken_over_by(streaming: Standing, state: MessageState, *, appends: bool):
    surface, harness = streaming
    turn = harness.ask()
    ts = surface.post(turn, "It is", part=2, state="writing")
    other = harness.another(appends=appends)

    standing = other.find(turn)
    other.edit(turn, ts, "It was", part=2, state=state)
    taken_over = harness.texts(turn)
    other.edit(turn, ts, "It was open.", part=2, state="done")

    assert {part: (one.ts, one.characters) for part, one in standing.items()} == {2: (ts, 5)}
    assert taken_over == ["It was"]
    assert harness.texts(turn) == ["It was open."]


def test_a_stream_goes_on_with_what_was_edited_before(streaming: Standing):
    surface, harness = streaming
    turn = harness.ask()
    ts = harness.another(appends=False).post(turn, "It is", part=0, state="writing")

    surface.edit(turn, ts, "It is open", part=0, state="writing")
    surface.edit(turn, ts, "It is open at 8.", part=0, state="done")

    assert harness.texts(turn) == ["It is open at 8."]


def test_a_stream_whose_start_was_not_answered_is_found_and_gone_on_with(streaming: Standing):
    surface, harness = streaming
    turn, other = harness.ask(), harness.ask()
    harness.fail("start", "fault after work")

    with pytest.raises(SurfaceUnavailable) as failed:
        surface.post(turn, "It is", part=1, state="writing")
    (ts,) = found(surface, turn).values()
    surface.edit(turn, ts, "It is open.", part=1, state="done")

    assert failed.value.maybe_done
    assert found(surface, other) == {}
    assert harness.texts(turn) == ["It is open."]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("method", ["append", "stop"])
def test_whatever_fails_nothing_of_a_stream_is_lost_or_said_twice(streaming: Standing, method: str, failure: str):
    surface, harness = streaming
    turn = harness.ask()
    ts = surface.post(turn, "It is", part=0, state="writing")
    state: MessageState = "writing" if method == "append" else "done"

    harness.fail(method, failure)
    with pytest.raises(type(FAILURES[failure][0])):
        surface.edit(turn, ts, "It is open", part=0, state=state)
    surface.edit(turn, ts, "It is open at 8", part=0, state=state)
    on_the_way = harness.texts(turn)
    surface.edit(turn, ts, "It is open at 8.", part=0, state="done")

    assert on_the_way == ["It is open at 8"]
    assert harness.texts(turn) == ["It is open at 8."]


def test_a_refused_start_leaves_nothing(streaming: Standing):
    surface, harness = streaming
    turn = harness.ask()
    harness.fail("start", "refusal")

    with pytest.raises(SurfaceRefused):
        surface.post(turn, "It is", part=0, state="writing")

    assert harness.texts(turn) == []


def test_a_stream_can_be_deleted_while_it_is_written(streaming: Standing):
    surface, harness = streaming
    turn = harness.ask()
    ts = surface.post(turn, "It is", part=0, state="writing")

    harness.another(appends=False).delete(turn, ts)

    assert harness.texts(turn) == []
    with pytest.raises(MessageGone):
        surface.edit(turn, ts, "It is open", part=0, state="writing")


def test_a_long_stream_fits_up_to_its_last_character(streaming: Standing):
    surface, harness = streaming
    turn = harness.ask()
    text = "word " * 2_200

    fits = surface.fits(text)
    ts = surface.post(turn, text[:100], part=0, state="writing")
    surface.edit(turn, ts, text, part=0, state="done")

    assert fits
    assert [each.strip() for each in harness.texts(turn)] == [text.strip()]
