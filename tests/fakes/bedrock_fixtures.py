"""Fixtures: a scripted Bedrock, and this project's own clients pointed at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from fakes.scripted_bedrock import ScriptedBedrock
from vera.aws.clients import Clients

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["agent_runtime", "aws_session", "bedrock", "clients", "runtime"]


@pytest.fixture(scope="session")
def aws_session() -> Any:
    """Make a plain session, for what its service models say."""
    return botocore.session.get_session()


@pytest.fixture(scope="session")
def clients() -> Clients:
    """One session for all tests: it keeps the service models that it has read."""
    return Clients()


@pytest.fixture
def bedrock(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedBedrock]:
    with ScriptedBedrock() as scripted:
        for name, value in scripted.environment.items():
            monkeypatch.setenv(name, value)
        yield scripted


@pytest.fixture
def runtime(bedrock: ScriptedBedrock, clients: Clients) -> Iterator[Any]:
    """Bedrock Runtime, asked once: what an error is mapped to is seen without waiting for retries."""
    client = clients.create("bedrock-runtime", attempts=1, read_timeout_seconds=5.0)
    yield client
    client.close()


@pytest.fixture
def agent_runtime(bedrock: ScriptedBedrock, clients: Clients) -> Iterator[Any]:
    client = clients.create("bedrock-agent-runtime", attempts=1, read_timeout_seconds=5.0)
    yield client
    client.close()
