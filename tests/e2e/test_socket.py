"""The same app by Socket Mode: Slack's end of the socket is a server on loopback."""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from fakes.ledger import MemoryLedger
from fakes.model import ScriptedModel
from fakes.slack_api import Answer, SmallSlack, refusal
from fakes.slack_requests import sample
from vera import Settings, Vera

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENT = sample("event_app_mention")
COMMAND = [str(Path(sys.executable).with_name("vera")), "socket"]


class Socket:
    """Says hello, sends what it is told to, and keeps what comes back."""

    def __init__(self) -> None:
        self.to_send: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()

    def talk(self, connection: ServerConnection) -> None:
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        listener = threading.Thread(target=self._listen, args=[connection])
        listener.start()
        while message := self.to_send.get():
            connection.send(json.dumps(message))
        connection.close()
        listener.join()

    def _listen(self, connection: ServerConnection) -> None:
        try:
            for message in connection:
                self.heard.put(json.loads(message))
        except ConnectionClosed:
            return


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    with SmallSlack() as slack:
        slack.people[EVENT["event"]["user"]] = {"id": EVENT["event"]["user"], "name": "alice", "profile": {}}
        yield slack


@pytest.fixture
def socket(slack: SmallSlack) -> Iterator[Socket]:
    socket = Socket()
    with serve(socket.talk, "127.0.0.1", 0) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/"
        slack.script("apps.connections.open", *[Answer({"ok": True, "url": url})] * 3)
        yield socket
        socket.to_send.put(None)
        server.shutdown()
        serving.join()


def posted(slack: SmallSlack) -> list[str]:
    return [message["text"] for messages in slack.channels.values() for message in messages.values()]


def test_a_mention_is_acknowledged_at_once_and_answered(slack: SmallSlack, socket: Socket) -> None:
    answered = threading.Event()
    settings = Settings(
        slack_bot_token="xoxb-secret", slack_app_token="xapp-secret", slack_api_url=slack.url, bot_name="Vera"
    )
    slack.channels[EVENT["event"]["channel"]][EVENT["event"]["ts"]] = dict(EVENT["event"])
    ledger = MemoryLedger()
    complete = ledger.complete
    ledger.complete = lambda *args, **named: (complete(*args, **named), answered.set())[0]

    with Vera(settings, ledger=ledger, model=ScriptedModel(["At nine."])).socket():
        socket.to_send.put({"type": "events_api", "envelope_id": "e1", "payload": EVENT, "retry_attempt": 0})
        acknowledged = socket.heard.get(timeout=5)
        assert answered.wait(5)

    assert acknowledged["envelope_id"] == "e1"
    assert "At nine." in posted(slack)


def test_the_command_listens_until_it_is_stopped(slack: SmallSlack, socket: Socket, tmp_path: Any) -> None:
    environment = {
        **os.environ,
        "SLACK_BOT_TOKEN": "xoxb-secret",
        "SLACK_APP_TOKEN": "xapp-secret",
        "VERA_SLACK_API_URL": slack.url,
        "VERA_DATABASE": str(tmp_path / "vera.sqlite3"),
        "VERA_MODEL_ID": "embedded",
    }

    with subprocess.Popen(COMMAND, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as vera:
        assert vera.stderr is not None
        first = vera.stderr.readline()
        vera.send_signal(signal.SIGINT)
        out, rest = vera.communicate(timeout=10)

    assert first == "Vera listens in Slack. Stop her with Ctrl-C.\n"
    assert (vera.returncode, rest) == (0, "")
    assert "Traceback" not in out


def test_without_its_token_the_command_says_which(tmp_path: Any) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "VERA_"))}

    told = subprocess.run(
        COMMAND,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert told.returncode == 1
    assert told.stderr.startswith("vera: Socket Mode needs SLACK_APP_TOKEN")
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
def test_a_token_that_slack_refuses_ends_the_command_in_one_line(slack: SmallSlack, tmp_path: Any, method: str) -> None:
    slack.script(method, refusal("invalid_auth"))

    told = subprocess.run(
        COMMAND,
        env={
            **os.environ,
            "SLACK_BOT_TOKEN": "xoxb-secret",
            "SLACK_APP_TOKEN": "xapp-secret",
            "VERA_SLACK_API_URL": slack.url,
            "VERA_MODEL_ID": "embedded",
        },
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert told.returncode == 1
    assert told.stderr == f"vera: Slack refuses SLACK_BOT_TOKEN or SLACK_APP_TOKEN ({method}: invalid_auth).\n"


logging.getLogger("websockets").setLevel(logging.ERROR)
