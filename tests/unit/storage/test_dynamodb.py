"""What the DynamoDB ledger asks of the table, and what it makes of the answers.

The port itself: tests/contract/test_ledger.py.
"""

from __future__ import annotations

import logging
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from fakes.aws import SILENT, ScriptedAws, aws_client, create_table, moto_server
from fakes.ledger import StandingClock
from vera.assistant.ledger import TurnRecord
from vera.aws.clients import Clients
from vera.errors import LeaseLost, LedgerUnavailable, TurnTaken
from vera.storage.dynamodb import DynamoDBLedger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "C024BE91L:1763647200.000100"
LEASE = 30.0
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
    with aws_client("dynamodb", wire.endpoint, read_timeout_seconds=1.0) as made:
        yield made


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def table(wire: ScriptedAws, client: Any) -> str:
    name = f"requests{next(TABLES)}"
    create_table(client, name)
    wire.requests.clear()
    return name


@pytest.fixture
def ledger(client: Any, table: str, clock: StandingClock) -> DynamoDBLedger:
    return DynamoDBLedger(client, table, clock=clock, retention_seconds=1_000)


def claim(ledger: DynamoDBLedger, owner: str = "first") -> TurnRecord:
    return ledger.claim(KEY, owner=owner, lease_seconds=LEASE)


def item(client: Any, table: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get_item(TableName=table, Key={"pk": {"S": f"turn#{KEY}"}, "sk": {"S": "turn"}})
    return found["Item"]


def test_a_new_claim_is_one_conditional_write(wire: ScriptedAws, ledger: DynamoDBLedger):
    claim(ledger)

    assert wire.operations == ["UpdateItem"]


@pytest.mark.parametrize("done", [True, False], ids=["done", "busy"])
def test_a_refused_claim_is_one_request_too(wire: ScriptedAws, ledger: DynamoDBLedger, *, done: bool):
    claim(ledger)
    if done:
        ledger.complete(KEY, owner="first", outcome="answered")
    wire.requests.clear()

    with pytest.raises(TurnTaken) as taken:
        claim(ledger, "second")

    assert taken.value.done is done
    assert wire.operations == ["UpdateItem"]


def test_a_takeover_reads_only_where_rounds_were_left(wire: ScriptedAws, ledger: DynamoDBLedger, clock: StandingClock):
    claim(ledger)
    ledger.record_message(KEY, owner="first", part=0, ts="1.1")
    clock.advance(LEASE)
    wire.requests.clear()

    claim(ledger, "second")
    ledger.record_round(KEY, owner="second", ordinal=0, round_json="{}")
    clock.advance(LEASE)
    claim(ledger, "third")

    assert wire.operations == ["UpdateItem", "PutItem", "UpdateItem", "UpdateItem", "Query"]


def test_rounds_are_read_page_by_page(wire: ScriptedAws, ledger: DynamoDBLedger):
    rounds = tuple(letter * 100_000 for letter in "abcdefghijkl")
    claim(ledger)
    for ordinal, round_json in enumerate(rounds):
        ledger.record_round(KEY, owner="first", ordinal=ordinal, round_json=round_json)
    ledger.release(KEY, owner="first")
    wire.requests.clear()

    record = claim(ledger, "second")

    assert record.rounds == rounds
    assert wire.operations == ["UpdateItem", "Query", "Query"]


def test_what_was_handed_on_is_written_once_and_read_by_the_claim_alone(wire: ScriptedAws, ledger: DynamoDBLedger):
    claim(ledger)
    ledger.record_round(KEY, owner="first", ordinal=0, round_json="{}")
    wire.requests.clear()

    ledger.hand_on(KEY, owner="first", leg=1, so_far="Once upon a")
    claim(ledger, "second")
    ledger.renew(KEY, owner="second", lease_seconds=LEASE)

    assert wire.operations == ["PutItem", "UpdateItem", "UpdateItem", "Query", "Query", "UpdateItem"]


def test_the_text_of_an_earlier_leg_is_not_read_again(wire: ScriptedAws, ledger: DynamoDBLedger):
    for leg, owner in enumerate(("first", "second", "third"), start=1):
        claim(ledger, owner)
        ledger.hand_on(KEY, owner=owner, leg=leg, so_far="x" * 90_000 + str(leg))
    wire.requests.clear()

    record = claim(ledger, "fourth")

    assert (record.leg, record.so_far[-1]) == (3, "3")
    prefix = wire.requests[-1][1]["ExpressionAttributeValues"][":prefix"]["S"]
    assert prefix.startswith("so_far#00003#")


@pytest.mark.parametrize("reopen", [True, False])
def test_reopening_and_asking_for_a_stop_are_one_write_each(wire: ScriptedAws, ledger: DynamoDBLedger, *, reopen: bool):
    claim(ledger)
    ledger.complete(KEY, owner="first", outcome="failed")
    wire.requests.clear()

    if reopen:
        ledger.claim(KEY, owner="second", lease_seconds=LEASE, reopen=True)
    else:
        ledger.ask_stop(KEY)

    assert wire.operations == ["UpdateItem"]


def test_a_turn_that_was_handed_on_and_stopped_is_as_the_modules_docstring_says(
    client: Any, table: str, ledger: DynamoDBLedger, clock: StandingClock
):
    claim(ledger)
    ledger.hand_on(KEY, owner="first", leg=1, so_far="Once")
    ledger.ask_stop(KEY)

    so_far, turn = sorted(client.scan(TableName=table)["Items"], key=lambda found: found["sk"]["S"])

    digest = "d88f6d8372f4d54ecfa210948ad8f8fc"
    expires_at = {"N": str(int(clock.now) + 1_000)}
    assert so_far == {
        "pk": {"S": f"turn#{KEY}"},
        "sk": {"S": f"so_far#00001#{digest}"},
        "so_far": {"S": "Once"},
        "expires_at": expires_at,
    }
    assert turn == {
        "pk": {"S": f"turn#{KEY}"},
        "sk": {"S": "turn"},
        "held_by": {"S": "first"},
        "lease_until": {"N": "0"},
        "attempt": {"N": "1"},
        "messages": {"M": {}},
        "rounds": {"M": {}},
        "leg": {"N": "1"},
        "so_far": {"S": digest},
        "stop_asked": {"BOOL": True},
        "expires_at": expires_at,
    }


def test_items_are_as_the_modules_docstring_says(client: Any, table: str, ledger: DynamoDBLedger, clock: StandingClock):
    claim(ledger)
    ledger.record_message(KEY, owner="first", part=0, ts="1.1")
    ledger.record_round(KEY, owner="first", ordinal=7, round_json="{}")
    ledger.complete(KEY, owner="first", outcome="answered")

    items = client.scan(TableName=table)["Items"]

    digest = "44136fa355b3678a1146ad16f7e8649e"
    expires_at = {"N": str(int(clock.now) + 1_000)}
    assert sorted(items, key=lambda found: found["sk"]["S"]) == [
        {
            "pk": {"S": f"turn#{KEY}"},
            "sk": {"S": f"round#00007#{digest}"},
            "round_json": {"S": "{}"},
            "expires_at": expires_at,
        },
        {
            "pk": {"S": f"turn#{KEY}"},
            "sk": {"S": "turn"},
            "held_by": {"S": "first"},
            "lease_until": {"N": str(int(clock.now) + 30)},
            "attempt": {"N": "1"},
            "messages": {"M": {"0": {"S": "1.1"}}},
            "rounds": {"M": {"7": {"S": digest}}},
            "outcome": {"S": "answered"},
            "expires_at": expires_at,
        },
    ]


def test_a_claim_whose_answer_was_lost_is_no_other_workers(wire: ScriptedAws, ledger: DynamoDBLedger):
    wire.doubling = True

    record = claim(ledger)

    assert record == TurnRecord(key=KEY, attempt=1)
    assert wire.operations == ["UpdateItem"]


def test_a_claim_of_an_expired_turn_whose_answer_was_lost_is_no_other_workers(
    wire: ScriptedAws, ledger: DynamoDBLedger, clock: StandingClock
):
    claim(ledger)
    clock.advance(1_000)
    wire.doubling = True

    assert claim(ledger, "second") == TurnRecord(key=KEY, attempt=1)


def test_a_turn_that_is_reopened_while_the_answer_is_lost_is_no_other_workers(
    wire: ScriptedAws, ledger: DynamoDBLedger
):
    claim(ledger)
    ledger.complete(KEY, owner="first", outcome="failed")
    wire.doubling = True

    record = ledger.claim(KEY, owner="second", lease_seconds=LEASE, reopen=True)

    assert record == TurnRecord(key=KEY, attempt=2)


@pytest.mark.parametrize("end", ["complete", "release", "hand_on"])
def test_an_end_whose_answer_was_lost_is_an_end(wire: ScriptedAws, ledger: DynamoDBLedger, end: str):
    claim(ledger)
    wire.doubling = True

    match end:
        case "complete":
            ledger.complete(KEY, owner="first", outcome="answered")
        case "release":
            ledger.release(KEY, owner="first")
        case _:
            ledger.hand_on(KEY, owner="first", leg=1, so_far="Once")
            wire.doubling = False
            assert claim(ledger, "second").so_far == "Once"


def test_a_claim_that_was_cut_off_can_be_made_again_by_its_owner(wire: ScriptedAws, ledger: DynamoDBLedger):
    wire.deaf = True
    with pytest.raises(LedgerUnavailable):
        claim(ledger)
    wire.deaf = False

    assert claim(ledger) == TurnRecord(key=KEY, attempt=1)


def test_an_outcome_is_never_replaced(client: Any, table: str, ledger: DynamoDBLedger):
    claim(ledger)
    ledger.complete(KEY, owner="first", outcome="answered")

    ledger.complete(KEY, owner="first", outcome="failed")

    assert item(client, table)["outcome"] == {"S": "answered"}


def test_a_round_written_after_the_lease_was_lost_does_not_replace_the_one_that_is_named(
    ledger: DynamoDBLedger, clock: StandingClock
):
    claim(ledger)
    ledger.record_round(KEY, owner="first", ordinal=0, round_json="named")
    clock.advance(LEASE)
    claim(ledger, "second")

    with pytest.raises(LeaseLost):
        ledger.record_round(KEY, owner="first", ordinal=0, round_json="other")

    clock.advance(LEASE)
    assert claim(ledger, "third").rounds == ("named",)


def test_a_text_written_after_the_lease_was_lost_does_not_replace_the_one_that_is_named(
    ledger: DynamoDBLedger, clock: StandingClock
):
    claim(ledger)
    clock.advance(LEASE)
    claim(ledger, "second")
    ledger.hand_on(KEY, owner="second", leg=1, so_far="named")

    with pytest.raises(LeaseLost):
        ledger.hand_on(KEY, owner="first", leg=1, so_far="other")

    assert claim(ledger, "third").so_far == "named"


def test_a_text_that_somebody_deleted_is_not_passed_over(client: Any, table: str, ledger: DynamoDBLedger):
    claim(ledger)
    ledger.hand_on(KEY, owner="first", leg=1, so_far="Once")
    sort_key = f"so_far#00001#{item(client, table)['so_far']['S']}"
    client.delete_item(TableName=table, Key={"pk": {"S": f"turn#{KEY}"}, "sk": {"S": sort_key}})

    with pytest.raises(LedgerUnavailable, match="text so far"):
        claim(ledger, "second")


def test_a_named_round_that_somebody_deleted_is_not_passed_over(client: Any, table: str, ledger: DynamoDBLedger):
    claim(ledger)
    ledger.record_round(KEY, owner="first", ordinal=0, round_json="{}")
    ledger.release(KEY, owner="first")
    sort_key = f"round#00000#{item(client, table)['rounds']['M']['0']['S']}"
    client.delete_item(TableName=table, Key={"pk": {"S": f"turn#{KEY}"}, "sk": {"S": sort_key}})

    with pytest.raises(LedgerUnavailable, match="1 recorded tool rounds"):
        claim(ledger, "second")


PASSING = [
    (400, "ProvisionedThroughputExceededException"),
    (400, "ThrottlingException"),
    (400, "RequestLimitExceeded"),
    (400, "TransactionConflictException"),
    (400, "ReplicatedWriteConflictException"),
    (400, "ItemCollectionSizeLimitExceededException"),
    (500, "InternalServerError"),
    (503, "ServiceUnavailable"),
]
FOR_THE_OPERATOR = [
    (400, "ResourceNotFoundException"),
    (400, "AccessDeniedException"),
    (400, "UnrecognizedClientException"),
    (400, "MissingAuthenticationTokenException"),
    (400, "ExpiredTokenException"),
    (400, "ValidationException"),
]


@pytest.mark.parametrize(("status", "code"), [*PASSING, *FOR_THE_OPERATOR])
def test_every_error_of_the_service_costs_a_retry_and_what_does_not_pass_is_logged(
    wire: ScriptedAws, ledger: DynamoDBLedger, caplog: pytest.LogCaptureFixture, status: int, code: str
):
    wire.error(status, code)

    with caplog.at_level(logging.WARNING, logger="vera"), pytest.raises(LedgerUnavailable, match=code):
        claim(ledger)

    logged = [(record.levelname, record.correlation_id) for record in caplog.records]
    assert logged == ([("ERROR", KEY)] if (status, code) in FOR_THE_OPERATOR else [])
    assert all(code in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}),
        (400, {"__type": "ConditionalCheckFailedException"}),
    ],
    ids=["an empty answer", "a refusal without its item"],
)
def test_an_answer_that_is_not_dynamodbs_is_no_claim(
    wire: ScriptedAws, ledger: DynamoDBLedger, answer: tuple[int, dict[str, Any]]
):
    wire.script = [answer]

    with pytest.raises(LedgerUnavailable, match="without the item"):
        claim(ledger)


def test_a_table_that_never_answers_is_unavailable(wire: ScriptedAws, table: str):
    wire.script = [SILENT]

    with (
        aws_client("dynamodb", wire.endpoint, read_timeout_seconds=0.05) as impatient,
        pytest.raises(LedgerUnavailable, match="ReadTimeoutError"),
    ):
        claim(DynamoDBLedger(impatient, table))


def test_without_credentials_the_ledger_is_unavailable_and_somebody_is_told(
    wire: ScriptedAws, table: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", wire.endpoint)
    client = Clients().create("dynamodb")

    with caplog.at_level(logging.WARNING, logger="vera"), pytest.raises(LedgerUnavailable, match="NoCredentialsError"):
        claim(DynamoDBLedger(client, table))

    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert wire.requests == []
    client.close()


@pytest.mark.parametrize("done", [True, False], ids=["completed", "taken over"])
def test_an_owner_that_loses_its_turn_while_it_claims_again_is_told_so(
    wire: ScriptedAws, ledger: DynamoDBLedger, client: Any, table: str, *, done: bool
):
    claim(ledger)
    mine = {**item(client, table), "lease_until": {"N": "1760000001"}}
    theirs = {**mine, "held_by": {"S": "second"}, **({"outcome": {"S": "answered"}} if done else {})}
    wire.script = [(400, {"__type": "ConditionalCheckFailedException", "Item": stands}) for stands in (mine, theirs)]

    with pytest.raises(TurnTaken) as taken:
        claim(ledger)

    assert taken.value.done is done


TEXTS: dict[str, Callable[[DynamoDBLedger], None]] = {
    "a round": lambda ledger: ledger.record_round(KEY, owner="first", ordinal=0, round_json="what somebody wrote"),
    "the text so far": lambda ledger: ledger.hand_on(KEY, owner="first", leg=1, so_far="what somebody wrote"),
}


@pytest.mark.parametrize("record", TEXTS.values(), ids=TEXTS)
def test_no_sentence_for_the_log_holds_what_was_recorded(
    wire: ScriptedAws, ledger: DynamoDBLedger, record: Callable[[DynamoDBLedger], None]
):
    claim(ledger)
    wire.error(400, "ValidationException")

    with pytest.raises(LedgerUnavailable) as error:
        record(ledger)

    assert "somebody wrote" not in str(error.value)
