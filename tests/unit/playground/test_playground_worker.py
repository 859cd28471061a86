"""The playground's worker over the wire: what its journal tells of one question, and what its logs don't."""

from __future__ import annotations

import json
import os
import queue
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes.scripted_bedrock import ScriptedBedrock, Stop, Tool, Used, found
from vera.playground.host import Playground
from vera.playground.journal.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

QUESTION = "When does the zinnober office in Oslo open?"
SENTENCE = "The zinnober office in Oslo opens at nine and closes at five on weekdays, except in July."
WITNESSED = {"ledger_called", "tally_called", "slack_called", "searched", "model_asked", "model_said"}


class Asking:
    """A playground to ask in, and what its inspection is told."""

    def __init__(self, playground: Playground, inspection: Inspection) -> None:
        self.playground, self.inspection = playground, inspection
        self._told: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        inspection.listen(self._told.put)

    def ask(self, text: str) -> tuple[str, list[dict[str, Any]]]:
        """Ask, and return the answer's last text and all that the journal told of the process that answered.

        Slack delivers a mention twice: another process is told that the turn is taken.
        """
        workspace = self.playground.workspace
        ts = workspace.say("ada", "general", f"<@{workspace.bot.id}> {text}")
        key = f"{workspace.channel('general').id}:{ts}"
        ended = self._told.get(timeout=30)
        while (ended["turn"], ended["event"]) != (key, "turn_ended"):
            ended = self._told.get(timeout=30)
        self.playground.settle()
        entries = [entry for entry in self.inspection.of(key) if entry["process"] == ended["process"]]
        return workspace.thread("general", ts)[1]["text"], entries


@contextmanager
def asking_in(folder: Path, environment: Mapping[str, str]) -> Iterator[Asking]:
    found = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    found |= {"PYTHONPATH": str(Path(__file__).parents[2]), "VERA_DATABASE": str(folder / "vera.sqlite3")}
    with (
        Inspection(folder / "journal.sqlite3") as inspection,
        Playground(
            handlers=("vera.receiver:handler", "vera.playground.worker:handler"),
            environment=found | environment,
            inspection=inspection,
        ) as playground,
    ):
        yield Asking(playground, inspection)


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder = tmp_path_factory.mktemp("witnessed")
    (folder / "docs").mkdir()
    (folder / "docs" / "office.md").write_text(f"# Offices\n\n{SENTENCE}\n\nThe kettle boils water for tea.\n")
    environment = {"VERA_MODEL_ID": "embedded", "VERA_KNOWLEDGE_BASE_IDS": f"folder:{folder / 'docs'}"}
    with asking_in(folder, environment) as asking:
        yield asking


@pytest.fixture(scope="module")
def answered(asking: Asking) -> tuple[str, list[dict[str, Any]]]:
    return asking.ask(QUESTION)


def of(entries: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["event"] == event]


def test_the_turn_is_told_from_its_claim_to_its_end(answered: tuple[str, list[dict[str, Any]]]):
    _, entries = answered

    claim, *others = of(entries, "ledger_called")
    assert entries[0] == claim
    assert (claim["operation"], claim["attempt"], claim["messages"], claim["rounds"]) == ("claim", 1, [], 0)
    assert claim["lease_seconds"] == 30
    assert [call["operation"] for call in others if call["operation"] != "renew"] == ["record_message", "complete"]
    assert others[-1]["outcome"] == "answered"
    assert {call["owner"] for call in others} == {claim["owner"]}
    told = [entry["event"] for entry in entries if entry["event"] != "tally_called"]
    assert told[-2:] == ["ledger_called", "turn_ended"]
    assert [entry["name"] for entry in of(entries, "stage")] == [
        "Reading the thread",
        "Checking the knowledge base",
        "Writing",
    ]


def test_each_call_of_slack_is_told_with_its_arguments_and_its_answer(
    asking: Asking, answered: tuple[str, list[dict[str, Any]]]
):
    answer, entries = answered
    calls = of(entries, "slack_called")

    posted, updates = calls[0], [call for call in calls if call["method"] == "chat.update"]
    assert posted["method"] == "chat.postMessage"
    assert posted["arguments"]["text"] == "_Reading the thread …_"
    assert posted["arguments"]["metadata"]["event_payload"]["state"] == "status"
    assert posted["answer"]["ts"] == updates[-1]["arguments"]["ts"]
    assert updates[-1]["arguments"]["text"] == answer
    assert {(call["status"], call["error"]) for call in calls} == {(200, "")}
    assert {"conversations.replies", "users.info"} <= {call["method"] for call in calls}
    assert asking.playground.workspace.bot_token not in json.dumps(entries)


def test_what_was_searched_and_found_is_told(answered: tuple[str, list[dict[str, Any]]]):
    _, entries = answered
    (search,) = of(entries, "searched")

    assert search["query"] == QUESTION
    assert SENTENCE in search["passages"][0]["text"]
    assert search["passages"][0]["location"] == "office.md"
    assert search["passages"][0]["score"] > 0


def test_the_request_to_the_model_is_told_and_its_words_joined_are_the_answer(
    answered: tuple[str, list[dict[str, Any]]],
):
    answer, entries = answered
    (request,) = of(entries, "model_asked")
    said = of(entries, "model_said")

    assert request["model_id"] == "embedded"
    assert QUESTION in request["messages"][-1]["content"][0]["text"]
    assert [tool["name"] for tool in request["tools"]] == ["current_time"]
    assert len(said) > 1
    assert sum(each["deltas"] for each in said) > len(said)
    text = "".join(each["text"] for each in said)
    assert "opens at nine" in text
    assert answer.startswith(text.strip())


def test_each_edit_is_told_with_what_the_budget_has_left(answered: tuple[str, list[dict[str, Any]]]):
    _, entries = answered
    edits = of(entries, "edit_made")

    assert [edit["posted"] for edit in edits] == [True] + [False] * (len(edits) - 1)
    assert edits[0]["budget_left"] == 20
    assert all(0 < edit["budget_left"] < 20 for edit in edits[1:])


def test_what_the_shared_count_said_is_told_until_the_answer_has_left_it(
    asking: Asking, answered: tuple[str, list[dict[str, Any]]]
):
    _, entries = answered
    calls = of(entries, "tally_called")

    assert {(call["workspace"], call["answer"], call["error"]) for call in calls} == {
        (asking.playground.workspace.team.id, entries[0]["turn"], "")
    }
    assert {call["running"] for call in calls if call["operation"] == "spend"} == {1}
    assert calls[-1]["operation"] == "leave"


def test_the_logs_tell_of_the_same_turn_and_hold_no_word_of_it(
    asking: Asking, answered: tuple[str, list[dict[str, Any]]]
):
    _, entries = answered
    logged = [json.loads(line) for line in asking.playground.functions.log("worker")]

    events = [entry["event"] for entry in entries if entry["event"] not in WITNESSED]
    of_the_turn = [line["message"] for line in logged if line.get("correlation_id") == entries[0]["turn"]]
    assert [message for message in of_the_turn if message in events] == events
    assert not WITNESSED & {line["message"] for line in logged}
    assert "zinnober" not in "\n".join(asking.playground.functions.log("worker"))
    assert "zinnober" in json.dumps(entries)


def test_a_model_that_the_switch_breaks_is_asked_again_and_the_answer_is_whole(asking: Asking):
    asking.playground.mischief.set("breaks")

    answer, entries = asking.ask(f"Tell me: {QUESTION}")

    assert [entry["error"] for entry in of(entries, "model_broke")] == ["StreamBroken: by the playground's switch"]
    assert len(of(entries, "model_asked")) == 2
    assert "opens at nine" in answer
    assert of(entries, "turn_ended")[0]["outcome"] == "answered"


def test_on_bedrock_each_base_the_reranker_and_each_tool_round_are_told_of(tmp_path: Path):
    environment = {
        "VERA_MODEL_ID": "eu.anthropic.scripted-v1:0",
        "VERA_KNOWLEDGE_BASE_IDS": "KB00000001,KB00000002",
        "VERA_RERANK_MODEL_ID": "cohere.rerank-v3-5:0",
    }
    with ScriptedBedrock() as bedrock, asking_in(tmp_path, bedrock.environment | environment) as asking:
        for title in ("kettle", "office"):
            bedrock.find(found(f"About the {title}.", uri=f"s3://book/{title}.md"))
        bedrock.rank((1, 0.75), (0, 0.25))
        bedrock.script(["Let me look.", Tool("current_time", "{}"), Stop("tool_use"), Used()])
        bedrock.say("At nine.")
        _, entries = asking.ask(QUESTION)

    searches, (reranked,) = of(entries, "searched"), of(entries, "reranked")
    assert {search["knowledge_base"] for search in searches} == {"KB00000001", "KB00000002"}
    assert [passage["score"] for passage in reranked["passages"]] == [0.75, 0.25]
    first, second = of(entries, "model_asked")
    assert [part["type"] for part in second["messages"][-2]["content"]] == ["text", "tool_use"]
    assert [part["type"] for part in second["messages"][-1]["content"]] == ["tool_result"]
    assert len(second["messages"]) == len(first["messages"]) + 2
    assert [(use["name"], use["arguments"]) for use in of(entries, "model_used_tool")] == [("current_time", "{}")]
    rounds = [call for call in of(entries, "ledger_called") if call["operation"] == "record_round"]
    assert [call["ordinal"] for call in rounds] == [0]
