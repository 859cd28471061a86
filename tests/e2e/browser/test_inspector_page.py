"""The inspector alone: what it makes of a journal, and how its drawer is used. Real turns: `test_browser_inspector`."""

from __future__ import annotations

import random
import re
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from fakes.accessibility import faults
from fakes.inspector_page import InspectorPage, application
from fakes.journals import ASKED_AT, TURN, Told, answered, killed, refused, taken_over
from vera.playground.loopback import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.e2e

PARTS = ("Timeline", "Slack calls", "Model", "Retrieval", "Edits", "Turn")
LATER = "C0GENERAL:1790000100.000000"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with LoopbackServer(application()) as server:
        yield server.url


@pytest.fixture
def open_page(chromium: Browser, url: str) -> Iterator[Callable[..., InspectorPage]]:
    opened: list[InspectorPage] = []

    def open_one(**options: Any) -> InspectorPage:
        page = InspectorPage(chromium, url, **options)
        opened.append(page)
        return page

    yield open_one
    complaints = [complaint for page in opened for complaint in page.close()]
    assert complaints == []


@pytest.fixture
def page(open_page: Callable[..., InspectorPage]) -> InspectorPage:
    return open_page()


@pytest.fixture(scope="module")
def reduction(chromium: Browser, url: str) -> Iterator[InspectorPage]:
    """Lend a tab whose modules are asked and whose drawer is never opened."""
    page = InspectorPage(chromium, url)
    yield page
    assert page.close() == []


def names(run: dict[str, Any], kind: str) -> list[str]:
    return [row["name"] for row in run["rows"] if row["kind"] == kind]


# What a journal is reduced to


def test_a_turn_comes_to_its_figures(reduction: InspectorPage):
    shown = reduction.reduced(answered())

    figures = shown["figures"]
    assert shown["outcome"] == "answered"
    assert shown["asked"] == {"who": "Ada Lovelace", "text": "How long does a lease last?"}
    assert shown["total"] == pytest.approx(4.012)
    assert figures["firstMessage"] == pytest.approx(0.3)
    assert figures["firstText"] == pytest.approx(0.67)
    assert figures["tooMany"] == figures["refused"] == 1
    assert figures["made"] < figures["wanted"]
    assert figures["inputTokens"] == 1204
    assert figures["budget"] == 1.5


def test_spans_begin_before_they_are_told(reduction: InspectorPage):
    rows = reduction.reduced(answered())["runs"][0]["rows"]

    first = next(row for row in rows if row["name"] == "chat.postMessage")
    assert (first["from"], first["to"]) == (pytest.approx(0.22), pytest.approx(0.3))
    stages = [row for row in rows if row["kind"] == "stage"]
    assert [stage["to"] for stage in stages[:2]] == [pytest.approx(stage["from"]) for stage in stages[1:]]
    assert (rows[0]["kind"], rows[0]["from"], rows[0]["to"]) == ("delivery", 0, pytest.approx(0.197))


def test_what_comes_entry_by_entry_is_what_a_reload_shows(reduction: InspectorPage):
    for entries in (answered(), taken_over(), refused()):
        assert reduction.added(entries) == reduction.reduced(entries)


def test_entries_may_come_twice_and_in_any_order(reduction: InspectorPage):
    entries = taken_over()
    mixed = entries + entries[::3]
    random.Random(7).shuffle(mixed)  # noqa: S311 - no secret

    assert reduction.added(mixed) == reduction.reduced(entries)


def test_a_killed_worker_leaves_its_attempt_open(reduction: InspectorPage):
    shown = reduction.reduced(killed())

    assert shown["outcome"] == "working"
    assert [row["name"] for row in shown["runs"][0]["rows"] if row["to"] is None] == ["Writing", "embedded"]
    assert shown["requests"][0]["outcome"] == ""


def test_whoever_takes_over_shows_that_the_one_before_is_gone(reduction: InspectorPage):
    shown = reduction.reduced(taken_over())

    first, second = shown["runs"]
    assert (first["state"], second["state"], shown["outcome"]) == ("gone", "answered", "answered")
    assert (first["attempt"], second["attempt"]) == (1, 2)
    assert second["silence"] == pytest.approx(31.3, abs=0.1)
    assert [row["name"] for row in first["rows"] if row["cut"]] == ["Writing", "embedded"]
    assert [request["cut"] for request in shown["requests"]] == [True, False]
    assert names(second, "tool") == ["current_time"]
    assert not names(second, "delivery")


def test_a_warm_process_that_tries_again_makes_another_attempt(reduction: InspectorPage):
    numbers = count(1)
    first, again = (Told(process=4242, numbers=numbers) for _ in range(2))
    first.claimed(0.2)
    first("turn_raised", 0.4, error="SurfaceUnavailable: chat.postMessage")
    again.claimed(60.2, attempt=2)

    shown = reduction.reduced(first.entries + again.entries)

    assert [(run["attempt"], run["state"]) for run in shown["runs"]] == [(1, "raised"), (2, "working")]
    assert reduction.reduced(first.entries)["outcome"] == "interrupted"


@pytest.mark.parametrize("first", ["worker", "duplicate"])
def test_a_delivery_that_is_dropped_is_a_line_beside_the_attempt(reduction: InspectorPage, first: str):
    numbers = {"worker": (count(1), count(100)), "duplicate": (count(100), count(1))}[first]
    worker, duplicate = (Told(process=process, numbers=own) for process, own in zip((1, 2), numbers, strict=True))
    worker.claimed(0.2)
    worker("stage", 0.3, name="Reading the thread")
    duplicate.ledger("claim", 0.21, error="TurnTaken: busy", lease_seconds=30.0)
    duplicate("turn_dropped", 0.22, reason="busy")

    shown = reduction.reduced(worker.entries + duplicate.entries)

    attempt = next(run for run in shown["runs"] if run["claimed"])
    assert shown["outcome"] == "working"
    assert names(attempt, "turn") == ["Another delivery"]
    assert names(attempt, "delivery") == ["Delivery"]
    assert shown["record"]["owner"] == "owner-of-1"


def test_a_question_that_everybody_lets_go_is_dropped(reduction: InspectorPage):
    duplicate = Told(process=2, numbers=count(1))
    duplicate.ledger("claim", 0.21, error="TurnTaken: done", lease_seconds=30.0)
    duplicate("turn_dropped", 0.22, reason="answered")

    assert reduction.reduced(duplicate.entries)["outcome"] == "dropped"


def test_the_record_is_what_the_ledger_was_told(reduction: InspectorPage):
    worker = Told(process=1, numbers=count(1))
    worker.claimed(0.2)
    worker.ledger("record_message", 0.3, part=0, ts="1790000000.300000")
    worker.ledger("record_round", 0.4, ordinal=0)
    worker.ledger("renew", 10.2, lease_seconds=30.0)
    worker.ledger("renew", 20.2, error="LedgerUnavailable: no answer", lease_seconds=30.0)
    worker.ledger("claim", 20.3, key="refusal:C0GENERAL:1", lease_seconds=30.0, attempt=9, messages=[], rounds=0)

    record = reduction.reduced(worker.entries)["record"]
    assert record["heldUntil"] == pytest.approx(ASKED_AT + 40.197)
    assert (record["attempt"], record["messages"], record["rounds"]) == (1, ["1790000000.300000"], 1)

    worker.ledger("complete", 21.0, outcome="answered")
    record = reduction.reduced(worker.entries)["record"]
    assert (record["heldUntil"], record["outcome"]) == (None, "answered")


def test_an_answer_that_is_handed_on_is_at_work_until_its_last_leg_ends(reduction: InspectorPage):
    entries = handed_on()
    until = next(place for place, entry in enumerate(entries) if entry["event"] == "turn_handed_on") + 1

    between, whole = reduction.reduced(entries[:until]), reduction.reduced(entries)

    assert (between["outcome"], between["total"], between["record"]["heldUntil"]) == ("working", None, None)
    assert [row["name"] for row in between["runs"][0]["rows"] if row["to"] is None] == []
    assert whole["outcome"] == "answered"
    assert [(run["state"], run["silence"]) for run in whole["runs"]] == [("handed on", None), ("answered", None)]
    assert whole["record"]["leg"] == 1
    assert names(whole["runs"][0], "turn") == ["Streaming", "Shared count", "Handed on"]


def test_that_the_asker_wants_no_more_is_told_of_whoever_is_at_work(reduction: InspectorPage):
    numbers = count(1)
    worker, other = (Told(process=process, numbers=numbers) for process in (1, 2))
    worker.claimed(0.2)
    other("ledger_called", 1.0, operation="ask_stop", owner="", error="", seconds=0.01, stop_asked=True)
    worker.ledger("renew", 2.0, lease_seconds=30.0, stop_asked=True)
    worker("turn_ended", 2.1, outcome="stopped", seconds=1.9, edits=2, characters=80, error="")

    shown = reduction.reduced(worker.entries[:1] + other.entries + worker.entries[1:])

    assert shown["outcome"] == "stopped"
    assert [run["process"] for run in shown["runs"]] == [1]
    assert names(shown["runs"][0], "ledger") == ["claim", "ask_stop", "renew"]
    assert names(shown["runs"][0], "turn") == ["Stopped by the asker"]
    assert shown["record"]["stopAsked"]


def test_a_turn_that_failed_is_at_work_again_once_it_is_taken_up(reduction: InspectorPage):
    numbers = count(1)
    first, again = (Told(process=process, numbers=numbers) for process in (1, 2))
    first.claimed(0.2)
    first("turn_ended", 1.0, outcome="failed", seconds=0.8, edits=1, characters=0, error="ModelFailed")
    again.claimed(900.0, attempt=2)

    assert reduction.reduced(first.entries + again.entries)["outcome"] == "working"
    again("turn_ended", 902.0, outcome="answered", seconds=2.0, edits=3, characters=80, error="")
    assert reduction.reduced(first.entries + again.entries)["outcome"] == "answered"


def handed_on() -> list[dict[str, Any]]:
    """Return a turn that streams, shares the budget, and is handed on to a second worker."""
    numbers = count(1)
    first, second = (Told(process=process, numbers=numbers) for process in (4242, 5151))
    first.began(0.2)
    first("streaming_chosen", 0.61, streaming="native", reason="budget")
    first.asked(0.62)
    wrote(first, 0.9, "start", full_at=3.0, running=1, left=19.0)
    wrote(first, 1.4, "append", full_at=0.6, running=3, left=18.9)
    first("tally_called", 1.5, **TALLY, operation="spend", write="append", spent_seconds=0.6, taken=False, running=6,
          full_at=ASKED_AT + 13.0)  # fmt: skip
    first("tally_called", 1.6, **TALLY | {"error": "LedgerUnavailable: 503"}, operation="leave", write="append")
    first.ledger("hand_on", 2.0, leg=1, so_far_characters=1_200)
    first("turn_handed_on", 2.1, leg=1, seconds=1.9, edits=2, characters=1_200)
    second.ledger("claim", 2.4, lease_seconds=30.0, attempt=2, leg=1, messages=["1790000000.300000"], rounds=0)
    second("turn_claimed", 2.41, attempt=2, leg=1)
    second.asked(2.5)
    wrote(second, 2.9, "stop", full_at=3.0, running=2, left=18.0)
    second.ledger("complete", 3.0, outcome="answered")
    second("turn_ended", 3.01, outcome="answered", seconds=0.6, edits=1, characters=1_500, error="")
    return first.entries + second.entries


TALLY = {"workspace": "T1", "answer": TURN, "error": "", "seconds": 0.004}


def wrote(worker: Told, at: float, write: str, *, full_at: float, running: int, left: float) -> None:
    """Tell of a write that the shared count allowed and Slack took."""
    fields = {"spent_seconds": 0.6, "taken": True, "running": running, "full_at": ASKED_AT + at + full_at}
    worker("tally_called", at - 0.1, **TALLY, operation="spend", write=write, **fields)
    worker.slack(f"chat.{write}Stream", at, 0.08, markdown_text="A lease lasts")
    posted = write == "start"
    told = {"part": 0, "ts": "1790000000.300000", "characters": 400, "seconds": 0.08, "posted": posted, "wanted": 3}
    worker("edit_made", at + 0.001, **told, budget_left=left, write=write, running=running)


def test_each_request_to_the_model_stands_for_itself(reduction: InspectorPage):
    worker = Told(process=1, numbers=count(1))
    worker.claimed(0.2)
    worker.asked(0.3)
    worker("model_said", 0.4, text="A lease ", deltas=2)
    worker("model_broke", 0.5, error="StreamBroken: by the playground's switch")
    worker("model_called", 0.5, model_id="embedded", outcome="StreamBroken", first_text_seconds=0.1, seconds=0.2)
    worker.asked(1.5)
    worker("model_said", 1.6, text="A lease lasts", deltas=3)

    broken, going = reduction.reduced(worker.entries)["requests"]
    assert (broken["text"], broken["outcome"]) == ("A lease ", "StreamBroken")
    assert (going["text"], going["outcome"]) == ("A lease lasts", "")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"text": "x" * 1200}, ("1,200 chars", "200 ok")),
        ({"text": f"{'x' * 2000} … (1,500 more characters)"}, ("3,500 chars", "200 ok")),
        ({"text": "x", "status": 429, "error": "ratelimited"}, ("1 char", "429 retry after 2\u00a0s")),
        ({"user": "U1", "error": "user_not_found"}, ("U1", "200 user_not_found")),
        ({"ts": "1.2", "status": 0, "error": "TimeoutError"}, ("1.2", "TimeoutError")),
        (
            {"text": "x", "metadata": '{"event_payload": {"part": 1, "state": "done"}}'},
            ("1 char, part 2, done", "200 ok"),
        ),
        ({"text": "x", "metadata": '{"event_payload": … (9 more characters)'}, ("1 char", "200 ok")),
    ],
)
def test_a_call_is_told_in_a_few_words(reduction: InspectorPage, fields: dict[str, Any], told: tuple[str, str]):
    worker = Told(process=1, numbers=count(1))
    worker.slack("some.method", 0.5, 0.1, **fields)

    assert reduction.reduced(worker.entries)["calls"] == [["some.method", *told]]


def test_what_a_newer_vera_tells_is_shown_as_it_is(reduction: InspectorPage):
    worker = Told(process=1, numbers=count(1))
    worker.claimed(0.2)
    worker("picture_drawn", 1.0, seconds=0.5, pixels=1024)

    assert names(reduction.reduced(worker.entries)["runs"][0], "turn") == ["picture_drawn"]


@pytest.mark.parametrize(
    ("told", "question"),
    [
        (
            "<passages>\nno\n</passages>\n\n<question>\nAda: Why?\nAnd how?\n</question>",
            {"who": "Ada", "text": "Why?\nAnd how?"},
        ),
        ("Just words", {"who": "", "text": "Just words"}),
        (
            "<question>\nhttps://x.example is down: why?\n</question>",
            {"who": "", "text": "https://x.example is down: why?"},
        ),
    ],
)
def test_the_question_is_taken_from_what_the_model_was_asked(
    reduction: InspectorPage, told: str, question: dict[str, str]
):
    messages = [{"role": "user", "content": [{"type": "text", "text": told}]}, {"role": "assistant", "content": []}]

    assert reduction.page.evaluate("(messages) => page.questionOf(messages)", messages) == question


@pytest.mark.parametrize(
    ("shown", "entry", "goes"),
    [
        ([], {"turn": TURN, "event": "stage"}, True),
        (killed(), {"turn": LATER, "event": "ledger_called"}, True),
        (killed(), {"turn": "C0GENERAL:1780000000.000000", "event": "ledger_called"}, False),
        (killed(), {"turn": "C0GENERAL:1780000000.000000", "event": "turn_claimed"}, False),
        (answered(), {"turn": "C0GENERAL:1780000000.000000", "event": "turn_claimed"}, True),
        (answered(), {"turn": TURN, "event": "turn_claimed"}, False),
    ],
)
def test_it_goes_over_to_the_newest_turn(reduction: InspectorPage, shown: list[Any], entry: dict[str, str], goes: bool):
    asked = "([shown, entry]) => page.goesOver(page.reduce(shown), entry, new Set())"

    assert reduction.page.evaluate(asked, [shown, entry]) is goes


# The drawer


def test_before_the_first_question_it_says_what_to_do(page: InspectorPage):
    page.opens([])

    expect(page.drawer).to_contain_text("Ask Vera something, and what happens shows here.")


def test_a_turn_is_seen_as_it_happens(page: InspectorPage):
    entries = answered()
    page.at(ASKED_AT + 3)
    page.opens([])

    page.tell(entries[:40])
    expect(page.drawer).to_contain_text("How long does a lease last?")
    expect(page.drawer).to_contain_text("working")
    expect(page.show("Model")).to_contain_text("speaking")

    page.tell(entries[40:])
    expect(page.drawer).to_contain_text("answered")
    expect(page.show("Timeline")).to_contain_text("Answered")


def test_it_follows_the_newest_turn_unless_one_is_chosen(page: InspectorPage):
    page.opens(answered())
    turn = page.show("Turn")
    expect(turn).to_contain_text(TURN)

    page.tell(answered(turn=LATER, asked_at=ASKED_AT + 100, first=1000))
    expect(turn).to_contain_text(LATER)

    page.page.evaluate("(turn) => { page.turn = turn; page.draw(); }", TURN)
    expect(turn).to_contain_text(TURN)
    page.tell(answered(turn="C0GENERAL:1790000200.000000", asked_at=ASKED_AT + 200, first=2000))
    expect(turn).to_contain_text(TURN)

    page.drawer.get_by_role("button", name="Follow the newest").click()
    expect(turn).to_contain_text("C0GENERAL:1790000200.000000")


def test_after_a_lost_connection_it_reads_what_it_missed(page: InspectorPage):
    entries = answered()
    page.opens(entries[:10])
    expect(page.drawer).to_contain_text("Timeline")

    page.page.evaluate("(entries) => { page.keep(entries); page.hello(); }", entries[10:])

    expect(page.drawer).to_contain_text("answered")


def test_what_could_not_be_read_is_asked_for_by_hand(page: InspectorPage):
    page.silence()
    page.opens(answered())
    expect(page.drawer).to_contain_text("The playground does not answer.")

    page.silence(is_silent=False)
    page.drawer.get_by_role("button", name="Try again").click()

    expect(page.drawer).to_contain_text("answered")
    expect(page.drawer.get_by_role("button", name="Try again")).to_have_count(0)


def test_what_could_not_be_read_is_asked_for_again_with_the_next_note(page: InspectorPage):
    entries = answered()
    page.opens(entries[:10])
    expect(page.drawer).to_contain_text("Timeline")
    page.silence()
    page.page.evaluate("(entries) => { page.keep(entries); page.hello(); }", entries[10:-1])
    expect(page.drawer.get_by_role("alert")).to_contain_text("What is new could not be read.")

    page.silence(is_silent=False)
    page.tell(entries[-1:])

    expect(page.drawer).to_contain_text("answered")
    expect(page.drawer.get_by_role("alert")).to_have_count(0)


def test_a_takeover_is_told_apart_everywhere(page: InspectorPage):
    page.opens(taken_over())

    for part in ("Timeline", "Slack calls", "Model", "Edits", "Turn"):
        shown = page.show(part)
        expect(shown.get_by_role("heading", name="Worker 2 took over")).to_be_visible()
        expect(shown).to_contain_text("fell silent")


def test_a_worker_that_falls_silent_is_said_to_be(page: InspectorPage):
    page.at(ASKED_AT + 20)
    page.opens(killed())
    expect(page.drawer).to_contain_text(
        re.compile(r"Nothing heard from the worker for 18 s\. Its lease runs out in 11 s\.")
    )
    expect(page.show("Turn")).to_contain_text("held for another 11 s")

    page.at(ASKED_AT + 40)
    expect(page.show("Timeline")).to_contain_text("Its lease has run out")


def test_silence_is_no_work(page: InspectorPage):
    page.at(ASKED_AT + 8)
    page.opens(killed())
    timeline = page.show("Timeline")

    expect(page.drawer.get_by_text("working · silent 6 s")).to_be_visible()
    expect(timeline.get_by_role("button", name=re.compile("^Writing"))).to_contain_text("≥ 2.11 s")
    expect(timeline.locator(".row .beyond")).to_have_count(2)
    before = bars(timeline)
    page.at(ASKED_AT + 20)
    expect(page.drawer.get_by_text("working · silent 18 s")).to_be_visible()
    assert bars(timeline) == before
    model = page.show("Model")
    expect(model).to_contain_text("speaking · silent 18 s")
    expect(model).to_contain_text("At least")


def bars(timeline: Locator) -> list[str]:
    drawn = "(bars) => bars.map((bar) => `${bar.getAttribute('x')} ${bar.getAttribute('width')}`)"
    return [str(bar) for bar in timeline.locator(".row .bar").evaluate_all(drawn)]


def test_whoever_is_at_the_end_of_the_timeline_sees_the_takeover(page: InspectorPage):
    first, every = killed(), taken_over()
    page.at(ASKED_AT + 5)
    page.opens([])
    page.tell(first)
    page.at(ASKED_AT + 20)
    expect(page.drawer.locator(".silence")).to_be_in_viewport()

    page.at(ASKED_AT + 34.3)
    page.tell(every[len(first) : len(first) + 6])

    timeline = page.show("Timeline")
    expect(timeline.get_by_role("heading", name="Worker 2 took over")).to_be_in_viewport()
    expect(timeline.locator("[data-row]").last).to_be_in_viewport()


def test_without_a_connection_nothing_is_said_to_run(page: InspectorPage):
    page.at(ASKED_AT + 3)
    page.opens(killed())
    expect(page.drawer.locator(".asked")).to_contain_text("3.00 s")

    page.connect("lost")
    page.at(ASKED_AT + 30)

    expect(page.drawer.locator(".followed")).to_have_text("Not running")
    expect(page.drawer.locator(".asked")).to_contain_text("not running")
    expect(page.drawer.locator(".asked .elapsed")).to_have_count(0)
    expect(page.drawer).not_to_contain_text("Nothing heard")
    expect(page.switches.get_by_role("combobox", name="Model")).to_be_disabled()
    expect(page.switches.get_by_role("checkbox", name="Rate limits")).to_be_disabled()
    expect(page.switches.get_by_role("button", name="Send a burst of 429s")).to_be_disabled()
    assert faults(page.page) == []

    page.connect("open")
    expect(page.drawer.locator(".followed")).to_have_text("Following the newest")
    expect(page.drawer.locator(".asked")).to_contain_text("silent 28 s")


def test_it_shows_how_an_answer_streams_and_who_shares_the_budget(page: InspectorPage):
    page.opens(handed_on())

    edits = page.show("Edits")
    expect(edits).to_contain_text("Shown as a stream of Slack's own: the budget bears that best.")
    table = edits.get_by_role("table", name="Edits of Vera's messages")
    expect(table.get_by_role("row").filter(has_text=re.compile("start|append|stop"))).to_have_count(3)
    expect(table.get_by_role("row", name=re.compile("append 400 chars 2 18.9 3"))).to_be_visible()
    expect(page.drawer.locator(".figures").first).to_contain_text("18 of 20, among 2")
    shared = edits.get_by_role("table", name="Calls of the workspace's shared count")
    expect(shared.get_by_role("row", name=re.compile("spend append 18.8 left 3"))).to_be_visible()
    expect(shared.get_by_role("row", name=re.compile("spend append not now: 0.8 left 6"))).to_be_visible()
    expect(shared.get_by_role("row", name=re.compile("leave append LedgerUnavailable: 503"))).to_be_visible()
    calls = page.show("Slack calls")
    expect(calls.locator(".call-line", has_text="chat.appendStream")).to_contain_text("13 chars")


def test_legs_are_told_apart(page: InspectorPage):
    page.opens(handed_on())

    timeline = page.show("Timeline")
    expect(timeline.get_by_role("heading", name="Worker 2 goes on")).to_be_visible()
    expect(timeline).to_contain_text("Handed on leg 1 was asked for, after 1,200 characters")
    turn = page.show("Turn")
    expect(turn.locator(".attempts li").first).to_contain_text("handed on")
    expect(turn.locator(".attempts li").last).to_contain_text("leg 1, process 5151")
    expect(turn.get_by_role("row", name=re.compile("hand_on leg 1, 1,200 characters so far"))).to_be_visible()


def test_a_leg_that_nobody_takes_up_is_said_to_be_missing(page: InspectorPage):
    entries = handed_on()
    until = next(place for place, entry in enumerate(entries) if entry["event"] == "turn_handed_on") + 1
    page.at(ASKED_AT + 22.1)

    page.opens(entries[:until])

    expect(page.drawer).to_contain_text("The next leg was asked for 20 s ago, and nothing came of it yet.")


def test_a_budget_in_debt_has_nothing_left(page: InspectorPage):
    worker = Told(process=1, numbers=count(1))
    worker.claimed(0.2)
    worker.wrote(0.5, "The end.", state="done", posted=True, left=-0.9)
    page.opens(worker.entries)

    left = page.show("Edits").get_by_role("cell", name="0.0", exact=True)

    expect(left).to_have_attribute("title", re.compile("0.9 owed"))


def test_tabs_and_rows_are_gone_through_by_arrows(page: InspectorPage):
    page.opens(answered())
    press = page.page.keyboard.press

    page.drawer.get_by_role("tab", name="Timeline").focus()
    press("ArrowRight")
    expect(page.drawer.get_by_role("tab", name="Slack calls")).to_be_focused()
    press("End")
    expect(page.drawer.get_by_role("tabpanel", name="Turn")).to_be_visible()
    press("ArrowRight")
    expect(page.drawer.get_by_role("tabpanel", name="Timeline")).to_be_visible()

    page.drawer.get_by_role("button", name=re.compile("^Delivery")).focus()
    press("ArrowDown")
    press("ArrowDown")
    press("Enter")
    row = page.drawer.get_by_role("button", name="chat.postMessage")
    expect(row).to_be_focused()
    expect(row).to_have_attribute("aria-expanded", "true")
    expect(page.drawer.get_by_role("tabpanel")).to_contain_text("_Reading the thread …_")
    expect(page.drawer.locator("[data-row][tabindex='0']")).to_have_count(1)


def test_rows_of_one_kind_can_be_hidden(page: InspectorPage):
    page.opens(answered())
    timeline = page.show("Timeline")

    timeline.get_by_role("button", name="Ledger", exact=True).click()

    expect(timeline.get_by_role("button", name="Ledger", exact=True)).to_have_attribute("aria-pressed", "false")
    expect(timeline.get_by_role("button", name="claim")).to_have_count(0)
    expect(timeline.get_by_role("button", name="chat.postMessage")).to_be_visible()


def test_a_call_opens_to_what_was_said_and_markup_in_it_is_text(page: InspectorPage):
    hostile = '<img src=x onerror="window.owned = 1"><script>window.owned = 1</script>'
    worker = Told(process=1, numbers=count(1))
    worker.claimed(0.2)
    worker.slack("chat.postMessage", 0.5, 0.1, text=hostile, blocks=[{"type": "section", "fields": [1, None, True]}])
    page.opens(worker.entries)

    calls = page.show("Slack calls")
    calls.locator("summary", has_text="chat.postMessage").press("Enter")

    expect(calls).to_contain_text("onerror=")
    calls.locator("summary", has_text="blocks").press("Enter")
    calls.locator("summary", has_text=re.compile("^0 3 fields|^0 2 fields")).press("Enter")
    expect(calls).to_contain_text('type: "section"')
    assert page.page.evaluate("() => [window.owned, document.querySelectorAll('aside img, aside script').length]") == [
        None,
        0,
    ]


def test_of_a_long_turn_the_end_is_shown_first(page: InspectorPage):
    worker = Told(process=1, numbers=count(1))
    worker.claimed(0.2)
    for step in range(500):
        worker.slack("chat.update", 0.5 + step * 0.1, 0.05, text="x" * step)
    page.opens(worker.entries)
    rows = page.show("Timeline").locator("[data-row]")
    expect(rows).to_have_count(400)

    page.drawer.get_by_role("button", name="Show all 502 rows").click()

    expect(rows).to_have_count(502)


def test_the_message_is_a_click_away_and_so_is_the_end(page: InspectorPage):
    page.opens(answered())

    page.drawer.get_by_role("button", name="Show the message").click()
    page.drawer.get_by_role("button", name="Close inspector").click()

    assert page.asked[-2:] == [f"open C0GENERAL {TURN.split(':')[1]}", "close"]


# The switches


def test_switches_show_what_is_and_change_it(page: InspectorPage):
    page.opens([])
    latency = page.switches.get_by_role("combobox", name="Slack's latency")

    latency.select_option(label="1 s")
    page.switches.get_by_role("checkbox", name="Rate limits").uncheck()
    assert page.asked[-2:] == ['switches {"latency_ms":1000}', 'switches {"rate_limits":false}']

    page.set(latency_ms=300.0, stopped=True, model="breaks")
    expect(latency).to_have_value("300")
    expect(page.switches.get_by_role("checkbox", name="Vera is stopped")).to_be_checked()
    expect(page.switches.get_by_role("combobox", name="Model")).to_have_value("breaks")


def test_a_change_that_is_refused_is_taken_back(page: InspectorPage):
    page.opens([])
    model = page.switches.get_by_role("combobox", name="Model")

    model.select_option(label="is down")

    expect(model).to_have_value("works")


def test_a_worker_can_be_killed_while_one_is_at_work(page: InspectorPage):
    page.at(ASKED_AT)
    page.opens([])
    kill = page.switches.get_by_role("button", name="Kill the worker")
    expect(kill).to_be_disabled()
    expect(kill).to_have_accessible_description("No worker is at work right now.")

    page.set(busy=1)
    kill.click()
    page.set(busy=0, retries=[{"at": ASKED_AT + 29, "attempt": 2}])

    assert page.asked[-1] == "strike kill"
    expect(page.switches).to_contain_text("Lambda tries again in 29 s")
    page.at(ASKED_AT + 10)
    expect(page.switches).to_contain_text("Lambda tries again in 19 s")


def test_a_burst_says_how_much_of_it_is_left(page: InspectorPage):
    page.opens([])

    page.switches.get_by_role("button", name="Send a burst of 429s").click()
    page.set(burst_left=4)

    assert page.asked[-1] == "strike burst"
    expect(page.switches).to_contain_text("4 calls will be refused.")


# Looks


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 520, 1000])
def test_every_part_is_accessible_and_nothing_sticks_out(
    open_page: Callable[..., InspectorPage], scheme: str, width: int
):
    page = open_page(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    page.opens(taken_over())

    for part in PARTS:
        panel = page.show(part)
        opens = panel.locator("summary:visible, [data-row]:visible").first
        if opens.count():
            opens.click()
        assert faults(page.page) == []
        wide = "(panel) => [panel.scrollWidth - panel.clientWidth, document.body.scrollWidth - innerWidth]"
        assert panel.evaluate(wide) == [0, 0]


@pytest.mark.parametrize("width", [390, 1000])
def test_a_streamed_turn_is_accessible_and_nothing_sticks_out(open_page: Callable[..., InspectorPage], width: int):
    page = open_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page.opens(handed_on())

    for part in PARTS:
        panel = page.show(part)
        assert faults(page.page) == []
        assert panel.evaluate("(panel) => panel.scrollWidth - panel.clientWidth") == 0


@pytest.mark.parametrize("width", [380, 430, 520])
def test_labels_of_time_have_room_and_each_run_says_when_it_began(open_page: Callable[..., InspectorPage], width: int):
    page = open_page(viewport={"width": width, "height": 900})
    page.opens(taken_over(), turn=TURN)
    timeline = page.show("Timeline")

    axes = timeline.locator(".axis-marks")
    expect(axes).to_have_count(2)
    assert [axes.nth(run).locator("text").first.text_content() for run in range(2)] == ["0", "34 s"]
    edges = "(labels) => labels.map((label) => label.getBoundingClientRect()).map((box) => [box.left, box.right])"
    for run in range(2):
        spans = axes.nth(run).locator("text:visible").evaluate_all(edges)
        assert len(spans) > 1
        assert all(right < left for (_, right), (left, _) in pairwise(spans))
    expect(page.drawer.get_by_role("button", name="Follow the newest")).to_be_visible()
    assert page.drawer.locator(".pane-head").evaluate("(head) => head.offsetHeight") <= 51


def test_in_a_low_window_the_whole_drawer_scrolls(open_page: Callable[..., InspectorPage]):
    page = open_page(viewport={"width": 390, "height": 480})
    page.opens(answered())

    page.switches.get_by_role("button", name="Kill the worker").scroll_into_view_if_needed()

    expect(page.switches.get_by_role("button", name="Kill the worker")).to_be_in_viewport()
    assert page.drawer.evaluate("(drawer) => drawer.scrollHeight > drawer.clientHeight")
