"""A workspace on loopback with a clock turned by hand, and slack_sdk's own client to call it with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from slack_sdk import WebClient

from unit.playground.hand_time import HandTime
from unit.playground.page_client import TOKEN, FakeInspection, FakeSwitches, PageClient
from vera.playground.loopback import LoopbackServer
from vera.playground.page.server import Page
from vera.playground.slack.web_api import WebApi
from vera.playground.slack.workspace import Workspace


@pytest.fixture
def hand_time():
    return HandTime()


@pytest.fixture
def workspace(hand_time: HandTime):
    workspace = Workspace(time=hand_time)
    yield workspace
    workspace.close()


@pytest.fixture
def slack_server(workspace: Workspace):
    with LoopbackServer(WebApi(workspace).app) as server:
        workspace.base_url = server.url
        yield server


@pytest.fixture
def client(workspace: Workspace, slack_server: LoopbackServer):
    return WebClient(workspace.bot_token, base_url=f"{slack_server.url}/api/", retry_handlers=[])


@pytest.fixture
def general(workspace: Workspace):
    return workspace.channel("general").id


@pytest.fixture
def switches():
    return FakeSwitches()


@pytest.fixture
def inspection():
    return FakeInspection()


@pytest.fixture
def page(workspace: Workspace, switches: FakeSwitches, inspection: FakeInspection):
    about = {"model": "embedded", "documents": "docs", "folder": ""}
    site = Page(workspace, switches=switches, inspection=inspection, token=TOKEN, about=about)
    with LoopbackServer(site.app) as server:
        yield PageClient(server.port)


@pytest.fixture
def function_environment():
    """Return what lets a function's process find the handlers of these tests, and be measured."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {"PYTHONPATH": str(Path(__file__).parents[2]), **measured}
