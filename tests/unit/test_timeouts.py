"""The tables of `docs/timeouts.md` say what the code does: each call has a row, with its figures."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore import xform_name
from botocore.loaders import Loader
from slack_sdk import WebClient

from vera.aws.clients import Clients
from vera.aws.dead_letters import sqs_client
from vera.aws.relay import lambda_client
from vera.receiver.receive import BUDGET_SECONDS
from vera.settings import Settings
from vera.slack.client import QUICK_SECONDS, REPEATABLE
from vera.slack.web import web_client
from vera.wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for path in ROOT.glob("src/vera/**/*.py")
    if not {"playground", "receiver", "local"} & set(path.relative_to(ROOT).parts)
]
ENVIRONMENT = {
    "SLACK_SIGNING_SECRET": "s",
    "VERA_SLACK_SECRET_ID": "slack",
    "VERA_TABLE": "turns",
    "VERA_MODEL_ID": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "VERA_KNOWLEDGE_BASE_IDS": "HANDBOOK01",
    "VERA_RERANK_MODEL_ID": "cohere.rerank-v3-5:0",
}

Row = list[str]


def rows(heading: str) -> list[Row]:
    """Return the cells of the table under a heading, without its own."""
    section = (ROOT / "docs/timeouts.md").read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


SLACK = {row[0].strip("`"): row for row in rows("Slack")}
WORKER = rows("AWS, from the worker")
RECEIVER = rows("AWS, from the receiver")


def words_of(paths: Iterable[Path]) -> Iterator[str]:
    """Yield every attribute's name and every string of the code."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def slack_methods() -> set[str]:
    methods = {name for name, _ in inspect.getmembers(WebClient, inspect.isfunction) if "_" in name[1:]}
    return {word.replace("_", ".") for word in words_of(SOURCES) if word in methods and not word.startswith("_")} - {
        "api.call"
    }


def named(row: Row) -> tuple[str, set[str]]:
    service, *operations = re.findall(r"`([\w-]+)`", row[0])
    return service, {each for each in operations if each[0].isupper()}


def figures(row: Row) -> tuple[str, float, float, int]:
    found = re.fullmatch(r"connect ([\d.]+) s, read ([\d.]+) s", row[1])
    assert found, row
    return named(row)[0], float(found[1]), float(found[2]), int(row[2])


class RecordedClients(Clients):
    """Notes which clients are made, with which patience; they are good for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.made: set[tuple[str, float, float, int]] = set()

    def create(self, service: str, **how: Any) -> Any:
        call = inspect.signature(Clients.create).bind(self, service, **how)
        call.apply_defaults()
        patience = call.arguments
        read = patience["read_timeout_seconds"]
        self.made.add((service, patience["connect_timeout_seconds"], read, patience["attempts"]))
        secret = {"SecretString": '{"bot_token": "xoxb-1", "signing_secret": "s"}'}
        meta = SimpleNamespace(region_name="eu-central-1", partition="aws", config=SimpleNamespace(read_timeout=read))
        return SimpleNamespace(meta=meta, get_secret_value=lambda **_: secret)


def test_each_of_slacks_methods_that_is_called_has_a_row():
    assert slack_methods() == SLACK.keys()


@pytest.mark.parametrize("method", SLACK)
def test_a_call_to_slack_has_the_time_that_its_row_says(method: str):
    seconds = min(QUICK_SECONDS.get(method, 60.0), web_client("xoxb-1").timeout)

    assert SLACK[method][1] == f"{seconds:g} s"


def test_what_is_harmless_twice_is_what_the_client_repeats():
    assert {method for method, row in SLACK.items() if row[2] == "yes"} == REPEATABLE


def test_each_operation_of_aws_that_is_called_has_a_row():
    words = set(words_of(path for path in SOURCES if {"aws", "bedrock", "storage"} & set(path.parts)))
    documented: dict[str, set[str]] = {}
    for service, operations in map(named, WORKER):
        documented.setdefault(service, set()).update(operations)

    called = {
        service: {
            each
            for each in Loader().load_service_model(service, "service-2")["operations"]
            if xform_name(each) in words
        }
        for service in documented
    }

    assert called == documented


def test_each_client_of_aws_has_the_patience_that_its_row_says(tmp_path: Path):
    clients = RecordedClients()
    environment = {**ENVIRONMENT, "VERA_DATABASE": str(tmp_path / "turns.sqlite3")}
    with Wiring(Settings.from_environment(environment)) as wiring:
        vars(wiring)["_clients"] = clients
        for name, port in vars(Wiring).items():
            if isinstance(port, cached_property):
                getattr(wiring, name)
    lambda_client(clients)
    sqs_client(clients)

    assert clients.made == {figures(row) for row in WORKER}


def test_the_receiver_has_the_time_that_its_rows_say():
    assert {row[1] for row in RECEIVER} == {f"{BUDGET_SECONDS:g} s"}
    assert sorted(map(named, RECEIVER)) == [("lambda", {"Invoke"}), ("secretsmanager", {"GetSecretValue"})]
