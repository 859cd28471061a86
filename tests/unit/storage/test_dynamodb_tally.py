"""What the DynamoDB tally asks of the table, and what it makes of the answers.

The port itself: tests/contract/test_tally.py.
"""

from __future__ import annotations

import logging
import math
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from fakes.aws import ScriptedAws, aws_client, create_table, moto_server
from vera.assistant.budget import RUNNING_SECONDS
from vera.assistant.pacing import Count
from vera.errors import LedgerUnavailable
from vera.storage.dynamodb_tally import DynamoDBTally

if TYPE_CHECKING:
    from collections.abc import Iterator

TEAM = "T024BE7LD"
ANSWER = "C024BE91L:1763647200.000100"
NOW = 1_760_000_000.0
DAY = 24 * 3600
TABLES = count()


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture
def wire(moto: str) -> Iterator[ScriptedAws]:
    """Everything that goes to moto and comes back, seen and disturbed on its way."""
    with ScriptedAws(upstream=moto).serving() as server:
        yield server


@pytest.fixture
def client(wire: ScriptedAws) -> Iterator[Any]:
    with aws_client("dynamodb", wire.endpoint) as made:
        yield made


@pytest.fixture
def table(wire: ScriptedAws, client: Any) -> str:
    name = f"spending{next(TABLES)}"
    create_table(client, name)
    wire.requests.clear()
    return name


@pytest.fixture
def tally(client: Any, table: str) -> DynamoDBTally:
    return DynamoDBTally(client, table)


@pytest.fixture
def another(client: Any, table: str) -> DynamoDBTally:
    """Reach the same table from another process."""
    return DynamoDBTally(client, table)


def spend(
    tally: DynamoDBTally, *, answer: str = ANSWER, now: float = NOW, seconds: float = 1.2, until: float = math.inf
) -> tuple[bool, Count]:
    return tally.spend(TEAM, "update", answer=answer, now=now, seconds=seconds, until=until)


def item(client: Any, table: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get_item(TableName=table, Key={"pk": {"S": f"budget#{TEAM}"}, "sk": {"S": "update"}})
    return found["Item"]


def test_an_item_is_as_the_modules_docstring_says(client: Any, table: str, tally: DynamoDBTally):
    spend(tally)
    spend(tally, answer="two", now=NOW + 1.25)

    assert item(client, table) == {
        "pk": {"S": f"budget#{TEAM}"},
        "sk": {"S": "update"},
        "full_at": {"N": "1760000002.45"},  # the first write was given back by then
        "running": {"M": {ANSWER: {"N": "1760000120"}, "two": {"N": "1760000121.25"}}},
        "expires_at": {"N": str(int(NOW) + 2 + DAY)},
    }


def test_a_write_is_one_request_while_the_budget_is_in_use(
    wire: ScriptedAws, tally: DynamoDBTally, another: DynamoDBTally
):
    spend(tally)
    wire.requests.clear()

    for seconds in (0.1, 0.2, 0.3):
        spend(tally, now=NOW + seconds)
        spend(another, answer="two", now=NOW + seconds)

    assert wire.operations == ["UpdateItem"] * 6


def test_the_first_write_of_all_and_the_first_after_a_rest_are_two(
    wire: ScriptedAws, tally: DynamoDBTally, another: DynamoDBTally
):
    spend(tally)
    first = len(wire.requests)
    spend(another, now=NOW + 60)

    assert (first, len(wire.requests) - first) == (2, 2)


def test_who_saw_the_budget_last_needs_one_also_after_a_rest(wire: ScriptedAws, tally: DynamoDBTally):
    spend(tally, seconds=0.0)
    wire.requests.clear()

    spend(tally, now=NOW + 0.1)
    spend(tally, now=NOW + 60)

    assert wire.operations == ["UpdateItem"] * 2


def test_a_refusal_is_one_request_and_says_how_things_stand(
    wire: ScriptedAws, tally: DynamoDBTally, another: DynamoDBTally
):
    spend(tally, seconds=24.0)
    wire.requests.clear()

    taken, counted = spend(another, answer="two", until=NOW + 24)

    assert (taken, counted.full_at, counted.running) == (False, NOW + 24, 1)
    assert wire.operations == ["UpdateItem"]


@pytest.mark.parametrize("seconds", [0.6, 1.2, 1.25 / 3], ids=["appends", "updates", "a price that went up"])
def test_sums_are_exact_to_the_microsecond(tally: DynamoDBTally, seconds: float):
    for _ in range(20):
        taken, counted = spend(tally, now=1_763_647_200.123456, seconds=seconds)

    assert taken
    assert counted.full_at == pytest.approx(1_763_647_200.123456 + 20 * seconds, abs=2e-5)


@pytest.mark.parametrize("slack", [-3e-6, -1e-6, -4e-7, 0.0, 4e-7, 1e-6, 3e-6])
@pytest.mark.parametrize("seconds", [0.0, 1.2, 1 / 3, 2 / 3, 1e-6])
def test_one_request_decides_also_where_a_microsecond_does(
    wire: ScriptedAws, tally: DynamoDBTally, seconds: float, slack: float
):
    now = 1_763_647_200.0000004
    _, before = spend(tally, now=now, seconds=1 / 3)
    wire.requests.clear()

    taken, _ = spend(tally, now=now, seconds=seconds, until=before.full_at + seconds + slack)

    assert taken is (slack > 0) or abs(slack) <= 1e-6
    assert wire.operations == ["UpdateItem"]


def test_answers_of_dead_workers_are_removed_when_another_begins(
    wire: ScriptedAws, client: Any, table: str, tally: DynamoDBTally, another: DynamoDBTally
):
    for number in range(60):
        spend(tally, answer=f"dead {number}", seconds=4.0)
    spend(tally, answer="alive", now=NOW + 60)
    later = NOW + RUNNING_SECONDS
    wire.requests.clear()

    hot = spend(another, now=later)
    requests = len(wire.requests)
    begun = spend(another, now=later, seconds=0.0)
    left = len(item(client, table)["running"]["M"])
    spend(another, now=later, seconds=0.0)

    assert (hot[1].running, begun[1].running) == (2, 2)
    assert requests == 1
    assert left == 12
    assert item(client, table)["running"]["M"].keys() == {"alive", ANSWER}


def test_an_answer_that_lives_again_is_not_removed_with_the_dead(
    wire: ScriptedAws, client: Any, table: str, tally: DynamoDBTally
):
    spend(tally, answer="thinking long", seconds=200.0)
    later = NOW + RUNNING_SECONDS
    wire.script = []
    seen = {**item(client, table)}
    spend(tally, answer="thinking long", now=later)
    wire.script = [(200, {"Attributes": seen})]  # as it was seen a moment before

    spend(tally, now=later, seconds=0.0)

    assert item(client, table)["running"]["M"].keys() == {"thinking long"}


@pytest.mark.parametrize("change", ["pause", "leave"])
def test_a_pause_and_a_farewell_are_one_request_each(wire: ScriptedAws, tally: DynamoDBTally, change: str):
    spend(tally)
    wire.requests.clear()

    for _ in range(2):
        if change == "pause":
            tally.pause(TEAM, "update", full_at=NOW + 30)
        else:
            tally.leave(TEAM, "update", answer=ANSWER)

    assert wire.operations == ["UpdateItem"] * 2


def test_who_leaves_a_workspace_that_nobody_knows_leaves_no_item_there(client: Any, table: str, tally: DynamoDBTally):
    tally.leave(TEAM, "update", answer=ANSWER)

    assert client.scan(TableName=table)["Items"] == []


def test_a_write_whose_answer_was_lost_is_counted_twice_rather_than_not(wire: ScriptedAws, tally: DynamoDBTally):
    spend(tally)
    wire.doubling = True

    taken, counted = spend(tally)

    assert taken
    assert counted.full_at == pytest.approx(NOW + 3.6)


@pytest.mark.parametrize("change", ["pause", "leave"])
def test_a_change_whose_answer_was_lost_is_made(wire: ScriptedAws, tally: DynamoDBTally, change: str):
    spend(tally)
    wire.doubling = True

    if change == "pause":
        tally.pause(TEAM, "update", full_at=NOW + 30)
    else:
        tally.leave(TEAM, "update", answer=ANSWER)

    wire.doubling = False
    assert spend(tally)[1].running == 1


class DeafOnce(ScriptedAws):
    """Does what the first request asks for, and hangs up instead of answering."""

    def _forwarded(self, *request: Any) -> tuple[int, bytes]:
        self.deaf = len(self.requests) == 1
        return super()._forwarded(*request)


def test_a_connection_that_had_died_is_made_anew_at_once(moto: str, table: str):
    with (
        DeafOnce(upstream=moto).serving() as wire,
        aws_client("dynamodb", wire.endpoint) as client,
    ):
        first = spend(DynamoDBTally(client, table), seconds=0.0)

        assert first == (True, Count(NOW, 1))
        assert len(wire.requests) > 1


def test_who_hangs_up_every_time_is_unavailable(wire: ScriptedAws, tally: DynamoDBTally):
    wire.deaf = True

    with pytest.raises(LedgerUnavailable, match="ConnectionClosedError"):
        spend(tally)

    assert wire.operations == ["UpdateItem"] * 2


def test_an_item_that_dynamodb_has_deleted_is_begun_anew(
    wire: ScriptedAws, client: Any, table: str, tally: DynamoDBTally
):
    spend(tally)
    client.delete_item(TableName=table, Key={"pk": {"S": f"budget#{TEAM}"}, "sk": {"S": "update"}})

    taken, counted = spend(tally, now=NOW + 2 * DAY)

    assert taken
    assert (counted.full_at, counted.running) == (NOW + 2 * DAY + 1.2, 1)


def test_who_is_overtaken_again_and_again_gives_up(wire: ScriptedAws, tally: DynamoDBTally):
    refusal = {"__type": "ConditionalCheckFailedException"}
    wire.script = [(400, refusal)] * 5

    with pytest.raises(LedgerUnavailable, match="overtaken"):
        spend(tally)

    assert wire.operations == ["UpdateItem"] * 5


@pytest.mark.parametrize(
    ("code", "levels"),
    [("ProvisionedThroughputExceededException", []), ("AccessDeniedException", ["ERROR"])],
    ids=["passing", "for the operator"],
)
def test_an_error_of_the_service_is_unavailable_and_told_under_the_turns_key(
    wire: ScriptedAws, tally: DynamoDBTally, caplog: pytest.LogCaptureFixture, code: str, levels: list[str]
):
    wire.error(400, code)

    with caplog.at_level(logging.WARNING, logger="vera"), pytest.raises(LedgerUnavailable, match=code):
        spend(tally)

    assert [record.levelname for record in caplog.records] == levels
    assert {record.correlation_id for record in caplog.records} <= {ANSWER}
