"""What an open page is told, read from the stream itself."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from typing import TYPE_CHECKING

from unit.playground.page_client import (
    ADA,
    GRACE,
    ROSA,
    TOKEN,
    VERA,
    Events,
    FakeInspection,
    FakeSwitches,
    PageClient,
)
from vera.playground.loopback import LoopbackServer
from vera.playground.page.server import Page

if TYPE_CHECKING:
    import pytest

    from vera.playground.slack.workspace import Workspace


def served(workspace: Workspace, **more: float) -> LoopbackServer:
    page = Page(workspace, switches=FakeSwitches(), inspection=FakeInspection(), token=TOKEN, about={}, **more)
    return LoopbackServer(page.app)


def test_hello_comes_first_then_what_happens(page: PageClient, workspace: Workspace, general: str):
    with page.events() as events:
        hello = events.next()
        ts = workspace.say("grace", "general", "hello")
        told = events.next()

    assert (hello.name, told.name) == ("hello", "change")
    assert told.data == {
        "number": hello.data["number"] + 1,
        "kind": "posted",
        "channel": general,
        "ts": ts,
        "actor": GRACE,
        "message": workspace.message("general", ts),
        "thread_ts": "",
    }


def test_a_replys_change_carries_the_root_as_it_is_now(page: PageClient, workspace: Workspace):
    root = workspace.say("ada", "general", "question")
    with page.events() as events:
        events.until("hello")
        reply = workspace.say("grace", "general", "reply", thread_ts=root)
        posted = events.next().data
        workspace.react("ada", "general", reply, "eyes")
        reacted = events.next().data
        workspace.delete("grace", "general", reply)
        deleted = events.next().data

    assert (posted["thread_ts"], posted["root"]["reply_count"], posted["root"]["latest_reply"]) == (root, 1, reply)
    assert (reacted["kind"], reacted["root"]["ts"]) == ("reacted", root)
    assert (deleted["kind"], deleted["message"], deleted["thread_ts"]) == ("deleted", None, root)
    assert "reply_count" not in deleted["root"]


def test_an_edit_a_reaction_and_a_deletion_are_told(page: PageClient, workspace: Workspace):
    ts = workspace.say("ada", "general", "helo")
    with page.events() as events:
        events.until("hello")
        workspace.edit("ada", "general", ts, "hello")
        workspace.react("grace", "general", ts, "eyes")
        workspace.react("grace", "general", ts, "eyes", undo=True)
        workspace.delete("ada", "general", ts)
        told = [events.next().data for _ in range(4)]

    assert [one["kind"] for one in told] == ["edited", "reacted", "unreacted", "deleted"]
    assert [one["actor"] for one in told] == [ADA, GRACE, GRACE, ADA]
    assert told[0]["message"]["text"] == "hello"
    assert told[1]["message"]["reactions"] == [{"name": "eyes", "users": [GRACE], "count": 1}]


def test_a_deleted_root_is_told_as_its_tombstone(page: PageClient, workspace: Workspace):
    root = workspace.say("ada", "general", "question")
    workspace.say("grace", "general", "reply", thread_ts=root)
    with page.events() as events:
        events.until("hello")
        workspace.delete("ada", "general", root)
        told = events.next().data

    assert (told["kind"], told["message"]["subtype"], told["thread_ts"]) == ("deleted", "tombstone", root)
    assert "root" not in told


def test_a_message_that_is_streamed_is_told_as_it_grows(page: PageClient, workspace: Workspace, general: str):
    root = workspace.say("ada", "general", "why?")
    with page.events() as events:
        events.until("hello")
        stream = workspace.streams.start(workspace.channel("general"), root, "Be", "markdown_text")
        workspace.streams.stop(workspace.streams.append(stream, "cause", "markdown_text"), ".")
        told = [events.next().data for _ in range(3)]

    assert [one["kind"] for one in told] == ["posted", "edited", "edited"]
    assert [one["message"]["text"] for one in told] == ["Be", "Because", "Because."]
    assert [one["message"].get("streaming") for one in told] == [True, True, None]
    assert not any("edited" in one["message"] for one in told)


def test_a_status_and_a_session_are_told_as_they_are(page: PageClient, workspace: Workspace, general: str):
    root = workspace.say("ada", "general", "why?")
    with page.events() as events:
        events.until("hello")
        workspace.agents.set_status(general, root, "is thinking…", ("Reading",))
        workspace.agents.set_session(general, root, "processing")
        workspace.put("general", {"bot_id": workspace.bot.bot_id, "text": "Because", "thread_ts": root})
        told = [events.next() for _ in range(4)]

    place = {"channel": general, "thread_ts": root}
    shown, session, change, over = told
    assert [event.name for event in told] == ["status", "session", "change", "status"]
    numbers = [event.data.pop("number") for event in told]
    assert numbers == sorted(numbers)
    assert shown.data == place | {"text": "is thinking…", "loading_messages": ["Reading"], "at": workspace.now()}
    assert session.data == place | {"status": "processing"}
    assert change.data["message"]["text"] == "Because"
    assert over.data == place | {"text": "", "loading_messages": [], "at": workspace.now()}


def test_what_is_pressed_and_stopped_is_the_apps_affair(page: PageClient, workspace: Workspace, general: str):
    root = workspace.say("ada", "general", "why?")
    button = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Stop"}}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    ts = workspace.put("general", {"user": VERA, "text": "Because", "blocks": blocks})
    workspace.agents.set_session(general, root, "processing")
    with page.events() as events:
        events.until("hello")
        workspace.press("ada", "general", ts, "a")
        workspace.stop_session("ada", "general", root)
        after = workspace.say("ada", "general", "and now?")
        told = events.next().data

    assert (told["kind"], told["ts"]) == ("posted", after)


def test_nobody_hears_of_conversations_that_they_are_not_in(page: PageClient, workspace: Workspace):
    partners = workspace.channel("partners").id
    with page.events(ROSA) as events:
        events.until("hello")
        workspace.say("ada", "general", "among us")
        direct = workspace.direct_message("grace")
        workspace.say("grace", direct.id, "between us")
        workspace.say("ada", "partners", "with you")
        told = events.until("change")

    assert (told["channel"], told["message"]["text"]) == (partners, "with you")


def test_a_whisper_reaches_its_addressee_alone(page: PageClient, workspace: Workspace, general: str):
    with page.events() as hers, page.events(GRACE) as others:
        hers.until("hello")
        others.until("hello")
        message = workspace.draft(workspace.bot, workspace.channel("general"), "psst")
        workspace.whisper(general, ADA, message)
        workspace.say("ada", "general", "aloud")

        assert hers.until("change")["kind"] == "whispered"
        assert others.until("change")["message"]["text"] == "aloud"


def test_calls_of_the_web_api_are_not_told(page: PageClient, workspace: Workspace, slack_server: LoopbackServer):
    with page.events() as events:
        events.until("hello")
        connection = http.client.HTTPConnection("127.0.0.1", slack_server.port, timeout=5)
        connection.request("GET", "/api/api.test")
        connection.getresponse().read()
        connection.close()
        workspace.say("ada", "general", "hello")

        assert events.next().data["kind"] == "posted"


def test_who_is_let_in_gets_the_channel_and_hears_of_it(page: PageClient, workspace: Workspace):
    random = workspace.channel("random").id
    workspace.say("ada", "random", "before")
    with page.events(ROSA) as events:
        hello = events.until("hello")
        workspace.join("rosa", "random")
        furnished, joined = events.next(), events.next()

    assert random not in [channel["id"] for channel in hello["channels"]]
    assert furnished.name == "furnished"
    room = next(channel for channel in furnished.data["channels"] if channel["id"] == random)
    assert (room["members"], room["unread"]) == ([ADA, GRACE, ROSA], 0)
    assert furnished.data["people"] == hello["people"]
    assert (joined.name, joined.data["kind"], joined.data["actor"]) == ("change", "joined", ROSA)
    assert furnished.data["number"] == joined.data["number"] - 1


def test_a_new_face_is_told_of(page: PageClient, workspace: Workspace):
    with page.events() as events:
        events.until("hello")
        linus = workspace.add_person("linus", "Linus Torvalds")

        assert linus.id in [person["id"] for person in events.until("furnished")["people"]]


def test_reading_is_told_to_ones_other_pages_alone(page: PageClient, workspace: Workspace, general: str):
    root = workspace.say("grace", "general", "one")
    with page.events() as hers, page.events(GRACE) as others:
        hers.until("hello")
        others.until("hello")
        first = workspace.say("grace", "general", "two")
        workspace.say("grace", "general", "three")
        reply = workspace.say("grace", "general", "four", thread_ts=root)
        page.post("read", who=ADA, channel=general, ts=first)
        page.post("read", who=ADA, channel=general, ts=first)
        page.post("read", who=ADA, channel=general, thread_ts=root, ts=reply)
        workspace.say("grace", "general", "five")

        assert hers.until("read") == {"channel": general, "thread_ts": "", "ts": first, "unread": 1}
        assert hers.next().data == {"channel": general, "thread_ts": root, "ts": reply, "unread": 0}
        assert [others.next().name for _ in range(4)] == ["change"] * 4


def test_typing_is_told_to_the_others_who_are_there(page: PageClient, general: str):
    with page.events() as hers, page.events(GRACE) as others, page.events(ROSA) as outside:
        for one in (hers, others, outside):
            one.until("hello")
        page.post("typing", who=ADA, channel=general, thread_ts="1700000000.000100")
        page.post("switches", latency_ms=1)

        assert others.until("typing") == {"who": ADA, "channel": general, "thread_ts": "1700000000.000100"}
        for one in (hers, outside):
            assert one.next_of("typing", "switches").name == "switches"


def test_switches_and_the_journal_are_told_to_everybody(page: PageClient, inspection: FakeInspection):
    with page.events() as hers, page.events(ROSA) as others:
        hers.until("hello")
        others.until("hello")
        page.post("switches", stopped=True)
        inspection.note("C1:1", "turn_claimed")

        for one in (hers, others):
            assert one.until("switches") == {"latency_ms": 0, "stopped": True}
            assert one.until("note") == {"number": 1, "turn": "C1:1", "event": "turn_claimed"}


def test_a_quiet_stream_is_kept_alive_by_comments(workspace: Workspace):
    with served(workspace, keep_alive_seconds=0.01) as server, PageClient(server.port).events() as events:
        events.until("hello")

        assert events.next().name == events.next().name == ""


def test_the_stream_says_what_it_is_and_begins_with_its_hello(page: PageClient):
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)
    connection.request("GET", f"/{TOKEN}/changes?as={ADA}")
    response = connection.getresponse()

    assert response.getheader("content-type") == "text/event-stream; charset=utf-8"
    assert response.readline() == b"event: hello\n"
    connection.close()


def test_nothing_is_lost_or_told_twice_around_a_hello(page: PageClient, workspace: Workspace, general: str):
    said: list[str] = []
    enough = threading.Event()

    def talk():
        while not enough.is_set():
            said.append(workspace.say("grace", "general", "x"))

    talking = threading.Thread(target=talk)
    talking.start()
    try:
        for _ in range(5):
            with page.events() as events:
                latest = next(one for one in events.until("hello")["channels"] if one["id"] == general)["latest"]
                heard = [events.until("change")["ts"] for _ in range(20)]
            after = [ts for ts in list(said) if ts > latest][:20]
            assert heard[: len(after)] == after
    finally:
        enough.set()
        talking.join()


def test_who_does_not_read_is_cut_off_and_nobody_else(workspace: Workspace):
    with served(workspace, most_held_bytes=500_000) as server:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(f"GET /{TOKEN}/changes?as={ADA} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        slow.recv(10)
        with PageClient(server.port).events(GRACE) as events:
            events.until("hello")
            for _ in range(300):
                workspace.say("ada", "general", "x" * 39_000)
                assert events.until("change")["kind"] == "posted"
        slow.settimeout(10)
        with contextlib.suppress(ConnectionResetError):
            while slow.recv(1_000_000):
                pass
        slow.close()


def test_the_end_of_the_server_ends_the_stream_and_is_no_fault(workspace: Workspace, caplog: pytest.LogCaptureFixture):
    server = served(workspace).start()
    with PageClient(server.port).events() as events:
        events.until("hello")

        server.close()

        assert events.ends()
    workspace.say("ada", "general", "nobody listens")
    assert caplog.records == []


def test_a_page_that_is_closed_is_forgotten(workspace: Workspace):
    site = Page(workspace, switches=FakeSwitches(), inspection=FakeInspection(), token=TOKEN, about={})
    with LoopbackServer(site.app) as server:
        client = PageClient(server.port)
        for _ in range(3):
            with client.events() as events:
                events.until("hello")
        with client.events() as last:
            last.until("hello")
            workspace.wait_for(lambda _: _forgotten(site, workspace, last), timeout_seconds=10)


def _forgotten(site: Page, workspace: Workspace, events: Events) -> bool:
    """Return whether only one page is left; asked again with every change, so this makes one."""
    workspace.say("ada", "general", "is anybody there?")
    return len(site._streams._connections) == 1


def test_veras_own_messages_are_told_with_their_state(page: PageClient, workspace: Workspace):
    metadata = {"event_type": "vera_reply", "event_payload": {"turn": "C1:1", "part": 0, "state": "status"}}
    with page.events() as events:
        events.until("hello")
        message = workspace.draft(workspace.bot, workspace.channel("general"), "Reading the thread")
        workspace.post(workspace.channel("general").id, message | {"metadata": metadata})
        told = events.next().data

    assert (told["actor"], told["message"]["metadata"]) == (VERA, metadata)
