from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest

from unit.playground.page_client import ADA, TOKEN, FakeInspection, FakeSwitches, PageClient
from vera.playground.loopback import LoopbackServer
from vera.playground.page.guard import HEADERS, MOST_FILE_BYTES, MOST_JSON_BYTES
from vera.playground.page.server import Page

if TYPE_CHECKING:
    from vera.playground.slack.workspace import Workspace


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_the_page_opens_under_the_names_of_this_machine(page: PageClient, host: str):
    answer = page.request("GET", "", headers={"host": f"{host}:{page.port}"})

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "host",
    ["rebound.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.example:{port}", "127.0.0.1:{port}.example", ""],
)
def test_a_name_that_only_leads_here_opens_nothing(page: PageClient, host: str):
    answer = page.request("GET", "", headers={"host": host.format(port=page.port)})

    assert answer.status == 403
    assert answer.content == b"This playground is on 127.0.0.1 alone."


@pytest.mark.parametrize(
    "path",
    ["/", "", "/wrong/", "//", f"//{TOKEN}/", f"/{TOKEN[:-1]}/", f"/{TOKEN}x/", "/%F0%9F%92%A9/", f"/x/{TOKEN}/", "*"],
)
def test_without_the_token_there_is_only_a_sentence(page: PageClient, path: str):
    answer = page.request("GET", path, inside=False)

    assert answer.status == 404
    assert answer.content == b"Open the address that `vera playground` printed."
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_the_address_without_its_last_slash_leads_to_the_page(page: PageClient):
    answer = page.request("GET", f"/{TOKEN}", inside=False)

    assert (answer.status, answer.headers["location"]) == (307, f"/{TOKEN}/")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"origin": "https://elsewhere.example"}, id="another origin"),
        pytest.param({"origin": "null"}, id="no origin that has a name"),
        pytest.param({"origin": "http://127.0.0.1:1"}, id="another port"),
        pytest.param({"origin": "http://localhost:{port}"}, id="the other name of this machine"),
        pytest.param({"origin": "https://127.0.0.1:{port}"}, id="another scheme"),
        pytest.param({"sec-fetch-site": "cross-site"}, id="another site"),
        pytest.param({"sec-fetch-site": "same-site"}, id="another port's page"),
        pytest.param(
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
            id="a link to something inside",
        ),
    ],
)
def test_another_sites_page_gets_nothing(page: PageClient, headers: dict[str, str]):
    sent = {name: value.format(port=page.port) for name, value in headers.items()}

    answer = page.request("GET", "switches", headers=sent)

    assert answer.status == 403
    assert answer.error == "Another site's page can't use this playground."


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://127.0.0.1:{port}", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://localhost:{port}", "host": "localhost:{port}"},
    ],
)
def test_its_own_page_gets_what_it_asks_for(page: PageClient, headers: dict[str, str]):
    sent = {name: value.format(port=page.port) for name, value in headers.items()}

    assert page.request("GET", "switches", headers=sent).status == 200


def test_on_https_own_port_the_page_is_itself_with_and_without_it(workspace: Workspace):
    told = {"switches": FakeSwitches(), "inspection": FakeInspection()}
    site = Page(workspace, **told, token=TOKEN, about={})
    try:
        server = LoopbackServer(site.app, port=80)
    except OSError:
        pytest.skip("port 80 cannot be had here")
    with server:
        page = PageClient(80)
        for host in ("127.0.0.1", "127.0.0.1:80", "localhost"):
            origin = f"http://{host.removesuffix(':80')}"
            assert page.request("GET", "switches", headers={"host": host, "origin": origin}).status == 200
            assert page.request("GET", "switches", headers={"host": host, "origin": f"{origin}:1"}).status == 403


@pytest.mark.parametrize(
    ("destination", "status"), [("document", 200), ("iframe", 403), ("image", 403), ("script", 403)]
)
def test_a_link_from_elsewhere_opens_the_page_but_does_not_embed_it(page: PageClient, destination: str, status: int):
    mode = "navigate" if destination in ("document", "iframe") else "no-cors"
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": mode, "sec-fetch-dest": destination}

    assert page.request("GET", "", headers=headers).status == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 200),
        ("GET", "page/nothing.js", 404),
        ("GET", "switches", 200),
        ("GET", "nowhere", 404),
        ("DELETE", "switches", 405),
        ("OPTIONS", "switches", 405),
        ("POST", "switches", 415),
        ("HEAD", f"changes?as={ADA}", 200),
    ],
)
def test_every_answer_has_the_headers_that_keep_it_from_running(page: PageClient, method: str, path: str, status: int):
    answer = page.request(method, path)

    wanted = HEADERS | ({"cache-control": "no-cache"} if path == "" else {})
    assert answer.status == status
    assert {name: answer.headers[name] for name in HEADERS} == wanted


def test_refusals_have_those_headers_too(page: PageClient):
    for answer in (page.request("GET", "/", inside=False), page.request("GET", "", headers={"origin": "null"})):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_form_of_another_site_could_post_is_refused(page: PageClient, kind: str):
    answer = page.request("POST", "switches", body="{}", headers={"content-type": kind})

    assert answer.status == 415
    assert "JSON" in answer.error


def test_json_may_name_its_encoding(page: PageClient):
    answer = page.request("POST", "switches", body="{}", headers={"content-type": "Application/JSON; charset=utf-8"})

    assert answer.status == 200


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [("POST", "messages", MOST_JSON_BYTES), ("PUT", f"uploads?as={ADA}&name=a.bin", MOST_FILE_BYTES)],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_too_large_is_refused_once_it_is_sent(
    page: PageClient, method: str, path: str, most: int, *, chunked: bool
):
    pieces = [b"x" * 65_536] * (most // 65_536 + 20)
    body = iter(pieces) if chunked else b"".join(pieces)

    answer = page.request(method, path, body=body, headers={"content-type": "application/json"})

    assert answer.status == 413
    assert f"at most {most // 1024 // 1024} MB" in answer.error


def test_a_file_of_the_largest_size_is_taken(page: PageClient):
    assert page.put("large.bin", bytes(MOST_FILE_BYTES)).json["size"] == MOST_FILE_BYTES


def test_a_sender_that_goes_away_is_no_fault(page: PageClient, caplog: pytest.LogCaptureFixture):
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)
    connection.putrequest("POST", f"/{TOKEN}/messages")
    connection.putheader("content-type", "application/json")
    connection.putheader("content-length", "1000")
    connection.endheaders(b"{")
    connection.close()

    assert page.get("switches").status == 200
    assert caplog.records == []


def test_an_upgrade_to_a_websocket_is_answered_as_any_request(page: PageClient, workspace: Workspace):
    headers = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-key": "x", "sec-websocket-version": "13"}

    assert page.request("GET", "switches", headers=headers).status == 200
