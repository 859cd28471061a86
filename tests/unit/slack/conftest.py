from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.slack_api import SmallSlack
from vera.slack.web import web_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk import WebClient


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    with SmallSlack() as slack:
        yield slack


@pytest.fixture
def client(slack: SmallSlack) -> WebClient:
    return web_client("xoxb-secret", base_url=slack.url)
