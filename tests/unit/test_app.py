"""Vera herself: what the settings become, and how a turn ends that is not hers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from fakes.aws import aws_client
from fakes.knowledge import ListedKnowledge
from fakes.lambda_api import LambdaApi, lambda_api
from fakes.ledger import MemoryLedger, StandingClock
from fakes.model import ScriptedModel
from fakes.slack_api import SmallSlack, refusal
from fakes.slack_requests import sample
from fakes.speaker import Speaker
from fakes.surface import MemorySurface
from fakes.threads import MemoryThreads
from fakes.world import Paced
from vera import Settings, Vera, tool
from vera.assistant.budget import LocalTally
from vera.assistant.conversation import Turn
from vera.assistant.journal import TurnDropped, TurnEnded, TurnRaised
from vera.assistant.knowledge import Passage
from vera.assistant.limits import ExternalNotAllowed
from vera.assistant.model import ToolUse
from vera.aws.secrets import SlackCredentials
from vera.errors import HandOnFailed, LedgerUnavailable, NotAllowed, SettingsError, SurfaceRefused, TurnTaken
from vera.slack.streams import SlackStreams
from vera.slack.web import web_client
from vera.storage.dynamodb_tally import DynamoDBTally
from vera.storage.sqlite import Database, SQLiteLedger
from vera.storage.sqlite_tally import SQLiteTally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vera.assistant.journal import Event
    from vera.assistant.ledger import Ledger

TURN = Turn(channel="C0GENERAL", ts="1763646900.000100", user="U0ALICE01", text="When is the office open?")
PASSAGE = Passage("The office is open from nine to five.", "Hours", "https://acme.example/hours")


class Heard:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def record(self, turn_key: str, event: Event) -> None:
        self.events.append(event)


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    with SmallSlack() as slack:
        yield slack


def vera_of(slack: SmallSlack | None = None, **ports: Any) -> Vera:
    settings = Settings(slack_bot_token="xoxb-secret", slack_api_url=slack.url if slack else "http://127.0.0.1:9/")
    return Vera(settings, **{"ledger": MemoryLedger(), "model": ScriptedModel(["Nine to five [1]."]), **ports})


WORKER = "arn:aws:lambda:eu-central-1:123456789012:function:vera-worker:live"


def in_time(milliseconds: int = 60_000) -> SimpleNamespace:
    return SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds, invoked_function_arn=WORKER)


def test_ports_that_are_passed_in_answer_a_turn() -> None:
    surface, threads, heard = MemorySurface(), MemoryThreads(), Heard()
    threads.say(TURN.channel, TURN.root, "person", "Alice", TURN.text)
    vera = vera_of(surface=surface, threads=threads, knowledge=[ListedKnowledge([PASSAGE])], journal=heard)

    vera.answer(TURN)

    (text,) = surface.texts(TURN)
    assert text.startswith("Nine to five [1].")
    assert "[Hours](https://acme.example/hours)" in text
    assert isinstance(heard.events[-1], TurnEnded)


def test_a_slack_client_of_ones_own_is_the_one_that_speaks(slack: SmallSlack) -> None:
    ts = slack.say(TURN.channel, TURN.user, TURN.text)
    own = web_client("xoxb-own", base_url=slack.url)
    settings = Settings(slack_bot_token="xoxb-secret", slack_api_url="http://127.0.0.1:9/")
    vera = Vera(settings, ledger=MemoryLedger(), model=ScriptedModel(["Nine to five."]), slack=own)

    vera.answer(Turn(channel=TURN.channel, ts=ts, user=TURN.user, text=TURN.text))

    assert [arguments["thread_ts"] for arguments in slack.called("chat.postMessage")] == [ts]
    assert slack.called("chat.update")[-1]["text"] == "Nine to five."


@pytest.mark.parametrize("done", [True, False], ids=["answered", "busy"])
def test_a_turn_that_is_taken_is_let_go(done: bool) -> None:
    ledger, heard = MemoryLedger(), Heard()
    ledger.claim(TURN.key, owner="another", lease_seconds=30)
    if done:
        ledger.complete(TURN.key, owner="another", outcome="answered")

    vera_of(ledger=ledger, surface=MemorySurface(), journal=heard).answer(TURN)

    assert heard.events == [TurnDropped("answered" if done else "busy")]


def test_ask_answers_without_slack_and_shows_how() -> None:
    versions: list[str] = []
    vera = vera_of(knowledge=[ListedKnowledge([PASSAGE])])

    answer = vera.ask(
        "When is it open?", said=["Where is the office?", "In Oslo."], show=lambda text, _: versions.append(text)
    )

    assert (answer.text, answer.outcome) == ("Nine to five [1].", "answered")
    assert answer.footer == "**Sources**\n[1] [Hours](https://acme.example/hours)"
    assert "Reading the thread" in versions[0]


def test_what_was_said_before_reaches_the_model() -> None:
    model = ScriptedModel()

    vera_of(model=model).ask("And on Fridays?", said=["When is the office open?", "From nine to five."])

    first, second, third = model.requests[0].messages
    assert [message.role for message in (first, second, third)] == ["user", "assistant", "user"]
    assert "When is the office open?" in str(first.content)


def test_a_tool_of_ones_own_is_offered_and_called() -> None:
    @tool
    def headcount(team: str) -> int:
        """Count the people of a team."""
        return len(team)

    model = ScriptedModel([ToolUse("1", "headcount", '{"team": "ops"}')], ["Three."])
    vera = Vera(Settings(), tools=[headcount], model=model)

    answer = vera.ask("How many are in ops?")

    assert answer.text == "Three."
    assert [spec.name for spec in model.requests[0].tools] == ["current_time", "headcount"]


def test_two_tools_of_one_name_are_refused_at_the_start() -> None:
    @tool(name="current_time")
    def mine() -> str:
        """Tell the time in my own way."""
        return "noon"

    with pytest.raises(SettingsError, match="two tools called current_time"):
        Vera(Settings(), tools=[mine])


def test_without_a_token_there_is_no_bolt_app() -> None:
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN"):
        Vera(Settings()).bolt_app()


def test_without_an_app_token_there_is_no_socket() -> None:
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN"), vera_of().socket():
        pass


def test_the_handler_answers_what_is_handed_over(slack: SmallSlack) -> None:
    surface, threads = MemorySurface(), MemoryThreads()
    event = sample("event_app_mention")["event"]
    threads.say(event["channel"], event["ts"], "person", "Alice", "When is the office open?")
    handler = vera_of(slack, surface=surface, threads=threads).lambda_handler()

    answer = handler({"kind": "event", "payload": sample("event_app_mention")}, in_time())

    assert answer == {}
    assert len(surface.texts(Turn(channel=event["channel"], ts=event["ts"], user=event["user"]))) == 1


def test_the_handler_says_in_the_thread_that_an_answer_has_failed_for_good(slack: SmallSlack) -> None:
    surface = MemorySurface()
    handler = vera_of(slack, surface=surface).lambda_handler()
    event = sample("on_failure_record")["requestPayload"]["payload"]["event"]

    handler(sample("on_failure_record"), in_time())

    (text,) = surface.texts(Turn(channel=event["channel"], ts=event["ts"], user=event["user"]))
    assert "could not answer" in text
    assert event["ts"] in text


@pytest.mark.parametrize("kind", ["command", "interaction"])
def test_a_failure_of_what_is_no_message_has_nothing_to_be_said_in(slack: SmallSlack, kind: str) -> None:
    record = sample("on_failure_record")
    record["requestPayload"] |= {"kind": kind, "payload": {"command": "/vera", "trigger_id": "1.2"}}

    answer = vera_of(slack).lambda_handler()(record, in_time())

    assert answer == {}
    assert slack.calls == []


def test_a_failure_of_a_turn_that_was_answered_after_all_changes_nothing(slack: SmallSlack) -> None:
    ledger, surface, heard = MemoryLedger(), MemorySurface(), Heard()
    event = sample("on_failure_record")["requestPayload"]["payload"]["event"]
    key = f"{event['channel']}:{event['ts']}"
    ledger.claim(key, owner="another", lease_seconds=30)
    ledger.complete(key, owner="another", outcome="answered")

    vera_of(slack, ledger=ledger, surface=surface, journal=heard).lambda_handler()(
        sample("on_failure_record"), in_time()
    )

    assert heard.events == [TurnDropped("answered")]


def test_a_failure_whose_last_attempt_still_holds_its_lease_is_told_later(slack: SmallSlack) -> None:
    ledger, surface, heard = MemoryLedger(), MemorySurface(), Heard()
    event = sample("on_failure_record")["requestPayload"]["payload"]["event"]
    ledger.claim(f"{event['channel']}:{event['ts']}", owner="dying", lease_seconds=30)
    handler = vera_of(slack, ledger=ledger, surface=surface, journal=heard).lambda_handler()

    with pytest.raises(Exception, match="still holds its lease"):
        handler(sample("on_failure_record"), in_time())


LONG = "The office is open from nine to five, but on Fridays it closes at three. " * 8


class Unhurried:
    """A world in which the model takes its time for each piece of what it says, and nothing else takes any."""

    def __init__(self, slack: SmallSlack, lambda_client: Any) -> None:
        self.seconds_a_piece = 1.0
        self.clock, self.speaker, self.heard = StandingClock(), Speaker(LONG.strip(), characters=20), Heard()
        self.surface, self.threads, self.ledger = MemorySurface(), MemoryThreads(), MemoryLedger(clock=self.clock)
        self.mention = sample("event_app_mention")
        event = self.mention["event"]
        self.turn = Turn(channel=event["channel"], ts=event["ts"], user=event["user"])
        self.threads.say(event["channel"], event["ts"], "person", "Alice", "When is the office open?")
        self.vera = Vera(
            Settings(slack_bot_token="xoxb-secret", slack_api_url=slack.url),
            ledger=self.ledger,
            model=Paced(self.speaker, lambda: self.clock.advance(self.seconds_a_piece)),
            surface=self.surface,
            threads=self.threads,
            journal=self.heard,
            tally=LocalTally(),
            clock=self.clock,
            sleep=self.clock.advance,
        )
        vars(self.vera)["_lambda_client"] = lambda_client


@pytest.fixture
def lambdas() -> Iterator[LambdaApi]:
    with lambda_api() as api:
        yield api


@pytest.fixture
def unhurried(slack: SmallSlack, lambdas: LambdaApi) -> Iterator[Unhurried]:
    with aws_client("lambda", lambdas.url, read_timeout_seconds=2.0) as client:
        yield Unhurried(slack, client)


def test_an_answer_that_outlives_its_invocation_is_gone_on_with_by_the_same_function(
    unhurried: Unhurried, lambdas: LambdaApi
) -> None:
    handler = unhurried.vera.lambda_handler()
    first = {"kind": "event", "payload": unhurried.mention, "retry": {}, "received_at": 1.0}
    handler(first, in_time(10_000))
    delivered = 0
    while delivered < len(lambdas.invokes):
        handler(lambdas.invokes[delivered].payload, in_time(10_000))
        delivered += 1

    legs = range(1, len(lambdas.invokes) + 1)
    assert [invoke.payload for invoke in lambdas.invokes] == [{**first, "leg": leg} for leg in legs]
    assert len(legs) > 1
    assert {invoke.function for invoke in lambdas.invokes} == {WORKER}
    assert unhurried.surface.texts(unhurried.turn) == [LONG.strip()]
    assert "".join(unhurried.speaker.spoken) == LONG.strip()
    assert isinstance(unhurried.heard.events[-1], TurnEnded)


def test_a_function_that_cannot_be_asked_to_go_on_is_raised_and_the_retry_goes_on(
    unhurried: Unhurried, lambdas: LambdaApi
) -> None:
    lambdas.script.append((403, {}, b'{"Message": "not authorized to perform: lambda:InvokeFunction"}'))
    handler = unhurried.vera.lambda_handler()
    event = {"kind": "event", "payload": unhurried.mention}

    with pytest.raises(HandOnFailed):
        handler(event, in_time(10_000))
    raised = unhurried.heard.events[-1]
    handler(event, in_time(60_000))

    assert isinstance(raised, TurnRaised)
    assert unhurried.surface.texts(unhurried.turn) == [LONG.strip()]
    assert "".join(unhurried.speaker.spoken) == LONG.strip()


def test_where_no_lambda_ends_it_the_answer_goes_on_in_the_same_process(
    unhurried: Unhurried, lambdas: LambdaApi
) -> None:
    unhurried.seconds_a_piece = 100.0

    unhurried.vera.answer(unhurried.turn)

    assert len(unhurried.speaker.requests) > 1
    assert unhurried.surface.texts(unhurried.turn) == [LONG.strip()]
    assert lambdas.invokes == []


def test_an_answer_that_time_ends_on_a_screen_says_so() -> None:
    clock = StandingClock()
    model = Paced(Speaker("word " * 2_000, characters=5), lambda: clock.advance(1.0))

    answer = Vera(Settings(), model=model, knowledge=[], clock=clock, sleep=clock.advance).ask("Why?")

    assert (answer.outcome, answer.footer) == ("answered", "*I ran out of time here. Ask me to go on, and I will.*")


def test_a_turn_that_failed_for_good_is_answered_when_it_is_redriven_and_not_before(unhurried: Unhurried) -> None:
    handler = unhurried.vera.lambda_handler()
    unhurried.vera.tell_failure(unhurried.turn, condition="RetriesExhausted")

    handler({"kind": "event", "payload": unhurried.mention}, in_time())
    before = unhurried.surface.texts(unhurried.turn)
    handler({"kind": "event", "payload": unhurried.mention, "redrive": True}, in_time())

    assert "could not answer" in before[0]
    assert unhurried.heard.events.count(TurnDropped("answered")) == 1
    assert unhurried.surface.texts(unhurried.turn) == [LONG.strip()]


def test_the_stop_button_stops_the_answer_that_it_stands_under(slack: SmallSlack) -> None:
    ledger = MemoryLedger()
    ledger.claim(TURN.key, owner="another", lease_seconds=30)
    handler = vera_of(slack, ledger=ledger).lambda_handler()

    handler({"kind": "interaction", "payload": sample("interaction_block_actions_stop")}, in_time())

    assert ledger.turns[TURN.key].stop_asked


def test_answers_are_streamed_where_the_settings_say_so(slack: SmallSlack) -> None:
    def streams(way: str) -> object:
        return Vera(Settings(slack_bot_token="xoxb-secret", slack_api_url=slack.url, streaming=way)).streams

    assert streams("edit") is None
    assert isinstance(streams("native"), SlackStreams)
    assert isinstance(streams("auto"), SlackStreams)


def test_workers_that_share_a_table_or_a_database_share_a_count_of_edits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    with Vera(Settings(database=str(tmp_path / "vera.sqlite3"))) as vera:
        assert isinstance(vera.tally, SQLiteTally)
    assert isinstance(Vera(Settings(table="turns", slack_bot_token="xoxb-secret")).tally, DynamoDBTally)


def test_a_token_that_slack_refuses_is_read_again_and_the_turn_is_raised(slack: SmallSlack) -> None:
    slack.script("chat.postMessage", *[refusal("token_revoked")] * 3)
    heard = Heard()
    vera = vera_of(slack, threads=MemoryThreads(), journal=heard)

    with pytest.raises(SurfaceRefused):
        vera.answer(TURN)

    assert heard.events[-1] == TurnRaised("SurfaceRefused: chat.postMessage: token_revoked")


class RotatedCredentials:
    """A secret that was changed after it was read."""

    def get(self) -> SlackCredentials:
        return SlackCredentials("xoxb-old", "signing")

    def refresh(self) -> SlackCredentials:
        return SlackCredentials("xoxb-new", "signing")


@pytest.mark.parametrize(
    ("method", "event"),
    [
        ("chat.postMessage", "event_app_mention"),
        ("auth.test", "event_app_mention_without_authorizations"),
    ],
)
def test_after_a_token_was_rotated_the_next_attempt_has_the_new_one(slack: SmallSlack, method: str, event: str) -> None:
    slack.script(method, *[refusal("token_revoked")] * 3)
    vera = vera_of(slack, threads=MemoryThreads())
    vars(vera)["_credentials"] = RotatedCredentials()
    handler = vera.lambda_handler()

    with pytest.raises(SurfaceRefused):
        handler({"kind": "event", "payload": sample(event)}, in_time())

    assert vera._slack.token == "xoxb-new"


ADMISSIONS: dict[str, tuple[dict[str, Any], dict[str, Any], type[NotAllowed] | None]] = {
    "everybody, everywhere": ({}, {}, None),
    "a listed person": ({"allowed_users": ("U0ALICE01",)}, {}, None),
    "another person": ({"allowed_users": ("U0BOB",)}, {}, NotAllowed),
    "a listed channel": ({"allowed_channels": ("C0GENERAL",)}, {}, None),
    "another channel": ({"allowed_channels": ("C0OTHER",)}, {}, NotAllowed),
    "a direct message, whatever the channels": ({"allowed_channels": ("C0OTHER",)}, {"direct": True}, None),
    "a stranger": ({}, {"user_team": "T0ELSE", "team": "T0ACME"}, ExternalNotAllowed),
    "a stranger where they may": ({"external_users": "allow"}, {"user_team": "T0ELSE", "team": "T0ACME"}, None),
    "somebody of the same workspace": ({}, {"user_team": "T0ACME", "team": "T0ACME"}, None),
}


@pytest.mark.parametrize(("settings", "turn", "refusal"), ADMISSIONS.values(), ids=ADMISSIONS)
def test_who_may_ask_and_where(
    slack: SmallSlack, settings: dict[str, Any], turn: dict[str, Any], refusal: type[NotAllowed] | None
) -> None:
    surface, threads = MemorySurface(), MemoryThreads()
    asked = Turn(channel="C0GENERAL", ts="1763646900.000100", user="U0ALICE01", text="When?", **turn)
    threads.say(asked.channel, asked.root, "person", "Alice", "When?")
    slack.people["U0ALICE01"] = {"id": "U0ALICE01", "team_id": turn.get("user_team", "T0ACME"), "profile": {}}
    vera = Vera(
        Settings(slack_bot_token="xoxb-secret", slack_api_url=slack.url, **settings),
        ledger=MemoryLedger(),
        model=ScriptedModel(["Nine."]),
        surface=surface,
        threads=threads,
    )

    vera.answer(asked)

    (text,) = surface.texts(asked)
    assert refusal.sentence in text if refusal is ExternalNotAllowed else ("set up to answer" in text) == bool(refusal)


def test_a_claim_in_process_is_told_from_another_by_its_owner() -> None:
    ledger, surface, threads = MemoryLedger(), MemorySurface(), MemoryThreads()
    threads.say(TURN.channel, TURN.root, "person", "Alice", TURN.text)
    vera_of(ledger=ledger, surface=surface, threads=threads).answer(TURN)

    with pytest.raises(TurnTaken):
        ledger.claim(TURN.key, owner="another", lease_seconds=30)


def test_threads_that_ask_at_the_same_time_share_what_is_made(tmp_path: Path) -> None:
    together = Barrier(8)

    def first(vera: Vera) -> Ledger:
        together.wait()
        return vera.ledger

    with Vera(Settings(database=str(tmp_path / "vera.sqlite3"))) as vera, ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(first, vera) for _ in range(8)]

    assert len({id(each.result()) for each in asked}) == 1


def test_what_vera_opened_is_closed_with_her_and_what_was_passed_in_is_not(tmp_path: Path) -> None:
    with Database(":memory:") as database:
        given = SQLiteLedger(database)
        with Vera(Settings(database=str(tmp_path / "vera.sqlite3"))) as vera, Vera(Settings(), ledger=given) as other:
            own = vera.ledger
            assert other.ledger is given

        assert given.claim("C1:1.2", owner="me", lease_seconds=30).attempt == 1
        with pytest.raises(LedgerUnavailable):
            own.claim("C1:1.2", owner="me", lease_seconds=30)


def test_folders_are_knowledge_bases_with_an_index_beside_the_database(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "hours.md").write_text("# Hours\n\nThe office in Oslo is open from nine to five on weekdays.\n")
    settings = Settings(
        model_id="embedded",
        knowledge_base_ids=(f"folder:{docs}",),
        database=str(tmp_path / "state" / "vera.sqlite3"),
    )

    with Vera(settings, sleep=lambda _: None) as vera:
        answer = vera.ask("When is the office in Oslo open?")

    assert "from nine to five" in answer.text
    assert "hours.md" in answer.footer
    assert len(list((tmp_path / "state").glob("documents-*.sqlite3"))) == 1
