"""Other sites' pages, and whoever guesses: what the playground's page refuses, asked as they would ask."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fakes.running_playground import RunningPlayground

pytestmark = pytest.mark.e2e

FOREIGN = {
    "a host name that was bent to this machine": {"Host": "evil.example:{port}"},
    "this machine under another port's name": {"Host": "127.0.0.1:1"},
    "a page of another site": {"Origin": "https://evil.example"},
    "a page of another port": {"Origin": "http://127.0.0.1:1"},
    "a sandboxed page": {"Origin": "null"},
    "a fetch from another site": {"Sec-Fetch-Site": "cross-site"},
    "a fetch from another port": {"Sec-Fetch-Site": "same-site"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("path", ["switches", "changes?as=U0ADALOVEL", "channels/U0ADALOVEL?as=U0ADALOVEL"])
def test_what_comes_from_elsewhere_is_refused(playground: RunningPlayground, path: str, headers: dict[str, str]):
    sent = {name: value.format(port=playground.port) for name, value in headers.items()}

    status, _, body = playground.ask("GET", playground.path + path, headers=sent)

    assert status == 403
    assert b"latency_ms" not in body


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_nothing_is_said_or_changed_for_what_comes_from_elsewhere(
    playground: RunningPlayground, headers: dict[str, str]
):
    sent = {name: value.format(port=playground.port) for name, value in headers.items()}

    status, _, _ = playground.ask("POST", playground.path + "switches", body={"stopped": True}, headers=sent)

    assert status == 403
    assert playground.ask("GET", playground.path + "switches")[2].find(b'"stopped":true') == -1


@pytest.mark.parametrize("token", ["", "x" * 8, "x" * 200, "..", "%2e%2e", "%00", "ünïcode"], ids=repr)
@pytest.mark.parametrize("path", ["", "switches", "page/main.js"])
def test_a_wrong_token_finds_nothing_and_is_told_what_to_open(playground: RunningPlayground, token: str, path: str):
    asked = f"/{token}/{path}".encode().decode("latin-1") if token.isascii() else f"/%C3%BCn/{path}"

    status, headers, body = playground.ask("GET", asked)

    assert status == 404
    assert b"vera playground" in body
    assert "set-cookie" not in headers


def test_part_of_the_token_is_not_the_token(playground: RunningPlayground):
    token = playground.path.strip("/")

    answers = [playground.ask("GET", f"/{wrong}/switches")[0] for wrong in (token[:-1], token + "x", token.swapcase())]

    assert answers == [404, 404, 404]
    assert len(token) >= 16


ESCAPES = [
    "page/../server.py",
    "page/%2e%2e/server.py",
    "page/..%2fserver.py",
    "page/%2e%2e%2fguard.py",
    "page/..%5cserver.py",
    "page//etc/passwd",
    "page/%2fetc%2fpasswd",
    "page/vendor/../../server.py",
    "page/./main.js/../../server.py",
    "page/%00main.js",
    "page/",
    "page/vendor",
    "files/..%2f..%2fworkspace.sqlite3/x",
    "files/%2e%2e/x",
]


@pytest.mark.parametrize("path", ESCAPES)
def test_no_path_leads_out_of_what_is_served(playground: RunningPlayground, path: str):
    status, _, body = playground.ask("GET", playground.path + path)

    assert status in {400, 404}
    for held in (b"root:", b"from __future__", b"SQLite format"):
        assert held not in body


def test_a_body_that_is_no_json_is_refused_as_a_form_of_another_site_would_send_it(playground: RunningPlayground):
    headers = {"Content-Type": "text/plain"}

    status, _, _ = playground.ask("POST", playground.path + "switches", headers=headers)

    assert status == 415


@pytest.mark.parametrize("path", ["", "page/main.js", "switches", "nothing"])
def test_every_answer_carries_the_policy(playground: RunningPlayground, path: str):
    _, headers, _ = playground.ask("GET", playground.path + path)

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_nobody_outside_this_machine_reaches_it(playground: RunningPlayground):
    found = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, family=socket.AF_INET)}

    for address in found - {"127.0.0.1", "127.0.1.1"}:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address, playground.port), timeout=5)


def test_one_does_not_speak_as_somebody_who_is_not_there_nor_change_others_messages(playground: RunningPlayground):
    nobody = playground.ask("POST", playground.path + "messages", body={"as": "U0NOBODY", "channel": "x", "text": "Hi"})

    assert nobody[0] == 404
    assert b"error" in nobody[2]
