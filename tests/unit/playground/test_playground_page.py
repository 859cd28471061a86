"""The page's server as a whole: its own files, shared files, uploads, the journal and the switches."""

from __future__ import annotations

import http.client
import json
import mimetypes
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from unit.playground.page_client import ADA, GRACE, PNG, TOKEN, FakeInspection, FakeSwitches, PageClient
from vera.playground.loopback import LoopbackServer
from vera.playground.page.server import Page
from vera.playground.page.static import FOLDER
from vera.playground.slack.values import File

if TYPE_CHECKING:
    from vera.playground.slack.workspace import Workspace

SHARED = pytest.mark.parametrize(
    ("file", "kind", "how"),
    [
        (File("a.png", "image/png", PNG), "image/png", "inline"),
        (File("a.png", "text/html", PNG), "image/png", "inline"),
        (File("a.jpg", "image/jpeg", b"\xff\xd8\xff\xe0"), "image/jpeg", "inline"),
        (File("a.gif", "image/gif", b"GIF89a"), "image/gif", "inline"),
        (File("a.webp", "image/webp", b"RIFF\x00\x00\x00\x00WEBP"), "image/webp", "inline"),
        (File("a.png", "image/png", b"<script>"), "application/octet-stream", "attachment"),
        (File("a.svg", "image/svg+xml", b"<svg onload='alert(1)'/>"), "application/octet-stream", "attachment"),
        (File("a.html", "text/html", b"<script>"), "application/octet-stream", "attachment"),
        (File("a.pdf", "application/pdf", b"%PDF-"), "application/octet-stream", "attachment"),
        (File("nothing", "text/plain", b""), "application/octet-stream", "attachment"),
    ],
)


@pytest.mark.parametrize("path", sorted(one.relative_to(FOLDER).as_posix() for one in FOLDER.rglob("*.*")))
def test_every_file_of_the_page_is_served_as_what_it_is(page: PageClient, path: str):
    answer = page.get(f"page/{path}")

    kind, _ = mimetypes.guess_type(path)
    assert answer.status == 200
    assert answer.content == (FOLDER / path).read_bytes()
    assert answer.headers["content-type"].partition(";")[0] in (kind, "text/javascript", "text/plain")


def test_the_first_page_is_the_index(page: PageClient):
    assert page.get("").content == (FOLDER / "index.html").read_bytes()


def test_what_the_browser_has_is_not_sent_again(page: PageClient):
    first = page.get("page/vendor/htm-preact.js")

    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}'):
        again = page.request("GET", "page/vendor/htm-preact.js", headers={"if-none-match": known})
        assert (again.status, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert first.headers["cache-control"] == "no-cache"
    assert page.request("GET", "page/index.html", headers={"if-none-match": first.headers["etag"]}).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "page/../page.py",
        "page/%2e%2e/page.py",
        "page/..%2fpage.py",
        "page/vendor/..%2f..%2fguard.py",
        "page//etc/hostname",
        "page/%2fetc%2fhostname",
        "page/%2fetc%2fx.js",
        "page/a%00.js",
        "page/",
        "page/vendor",
        "page/missing.js",
        "page/" + "x" * 3_000 + ".js",
        "..%2fguard.py",
        "nowhere",
        "switches/",
    ],
)
def test_nothing_else_is_served(page: PageClient, path: str):
    answer = page.get(path)

    assert answer.status in (307, 404)
    assert answer.status == 307 or answer.error.startswith("There is no")


@SHARED
def test_a_shared_file_is_shown_only_where_it_is_a_picture(
    page: PageClient, workspace: Workspace, file: File, kind: str, how: str
):
    ts = workspace.say("ada", "general", files=[file])
    shared = workspace.message("general", ts)["files"][0]

    answer = page.get(f"files/{shared['id']}/{file.name}")

    assert answer.content == file.content
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"] == f"{how}; filename*=utf-8''{file.name}"
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_keeps_its_name_whatever_the_name_is(page: PageClient, workspace: Workspace):
    name = "quoted \"; filename=x ü ? # % 'é.txt"
    ts = workspace.say("ada", "general", files=[File(name, "text/plain", b"words")])
    shared = workspace.message("general", ts)["files"][0]

    answer = page.get(f"files/{shared['id']}/{quote(name, safe='')}")

    assert answer.headers["content-disposition"] == f"attachment; filename*=utf-8''{quote(name, safe='')}"
    assert shared["url_private_download"].endswith(f"/download/{quote(name, safe='')}")


def test_a_file_that_is_not_there_is_said_to_be(page: PageClient):
    answer = page.get("files/F0/a.png")

    assert (answer.status, answer.error) == (404, "There is no such file here.")


def test_a_dropped_file_is_posted_with_its_message(page: PageClient, workspace: Workspace, general: str):
    one = page.put("../../notes.txt", b"some words").json
    two = page.put("a\u202e.png", PNG, "text/html").json
    assert (one["name"], one["size"], one["mimetype"]) == ("notes.txt", 10, "text/plain")
    assert (two["name"], two["mimetype"]) == ("a.png", "image/png")

    ts = page.say("", general, files=[one["id"], two["id"]])

    message = workspace.message("general", ts)
    assert [file["name"] for file in message["files"]] == ["notes.txt", "a.png"]
    assert message["subtype"] == "file_share"
    assert page.get(f"files/{message['files'][0]['id']}/notes.txt").content == b"some words"
    again = page.post("messages", who=ADA, channel=general, text="again", files=[one["id"]])
    assert (again.status, again.error) == (404, "An attached file is not here any more: attach it again.")


def test_an_empty_file_is_refused(page: PageClient):
    answer = page.put("notes.txt", b"")

    assert (answer.status, answer.error) == (400, "notes.txt is empty.")


def test_only_somebody_can_upload(page: PageClient):
    assert page.put("a", b"x", who="U0NOBODY").status == 404
    assert page.request("PUT", "uploads?name=a", body=b"x").error == "`as` is missing."


def test_another_persons_upload_can_not_be_posted(page: PageClient, general: str):
    upload = page.put("a", b"x", who=GRACE).json["id"]

    assert page.post("messages", who=ADA, channel=general, files=[upload]).status == 404


def test_the_journal_is_told_by_turn(page: PageClient, inspection: FakeInspection):
    assert page.get("journal").json == {"entries": [], "turn": ""}
    inspection.note("C1:1", "turn_claimed")
    inspection.note("C1:2", "turn_claimed")

    assert page.get("journal").json == {"entries": inspection.of("C1:2"), "turn": "C1:2"}
    assert page.get("journal", turn="C1:1").json == {"entries": inspection.of("C1:1"), "turn": "C1:1"}
    assert page.get("journal", turn="C1:3").json == {"entries": [], "turn": "C1:3"}


def test_switches_are_read_and_set(page: PageClient):
    assert page.get("switches").json == {"latency_ms": 0, "stopped": False}
    assert page.post("switches", latency_ms=300).json == {"latency_ms": 300, "stopped": False}
    assert page.get("switches").json["latency_ms"] == 300


def test_what_can_not_be_switched_is_said(page: PageClient):
    answer = page.post("switches", gravity=1)

    assert (answer.status, answer.error) == (400, "There is no switch gravity.")


def test_a_strike_says_what_it_struck(page: PageClient):
    assert page.post("strike", kind="burst").json == {"struck": 5}
    assert page.post("strike", kind="flood").error == "There is no strike flood."
    assert page.post("strike").error == "`kind` is missing."


@pytest.mark.parametrize("body", ["", "{", "[]", "1", "[" * 100_000, '{"a": 1e999', "9" * 5_000])
def test_what_is_no_json_object_is_refused(page: PageClient, body: str):
    answer = page.request("POST", "messages", body=body.encode(), headers={"content-type": "application/json"})

    assert answer.status == 400
    assert answer.error in ("What was posted is no JSON.", "What is posted here is a JSON object.")


def test_bytes_that_are_no_text_are_refused(page: PageClient):
    answer = page.request("POST", "messages", body=b'{"as": "\xff"}', headers={"content-type": "application/json"})

    assert answer.status == 400


def test_a_fault_of_its_own_is_a_sentence(workspace: Workspace, caplog: pytest.LogCaptureFixture):
    class Broken(FakeInspection):
        def of(self, turn: str):
            raise RuntimeError("out of order")

    site = Page(workspace, switches=FakeSwitches(), inspection=Broken(), token=TOKEN, about={})
    with LoopbackServer(site.app) as server:
        answer = PageClient(server.port).get("journal", turn="C1:1")

    assert (answer.status, answer.error.partition(";")[0]) == (500, "Something went wrong in the playground")
    assert "out of order" in caplog.text


def test_a_workspace_that_is_busy_keeps_nobody_else_waiting(page: PageClient, workspace: Workspace, general: str):
    answered = []
    with page.events() as events:
        events.until("hello")
        with workspace.lock:
            asking = threading.Thread(target=lambda: answered.append(page.get(f"channels/{general}", **{"as": ADA})))
            asking.start()
            page.post("switches", latency_ms=1_000)
            assert events.until("switches")["latency_ms"] == 1_000
            assert answered == []
        asking.join(10)
    assert answered[0].status == 200


def test_an_upload_halfway_does_not_hold_up_what_is_told(page: PageClient):
    half = bytes(10 * 1024 * 1024)
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=10)
    connection.putrequest("PUT", f"/{TOKEN}/uploads?as={ADA}&name=large.bin")
    connection.putheader("content-length", str(2 * len(half)))
    connection.endheaders(half)

    with page.events() as events:
        events.until("hello")
        page.post("switches", latency_ms=300)
        assert events.until("switches")["latency_ms"] == 300

    connection.send(half)
    assert json.load(connection.getresponse())["size"] == 2 * len(half)
    connection.close()
