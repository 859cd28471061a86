"""A knowledge base over the wire."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.scripted_bedrock import ScriptedBedrock, found
from vera.assistant.knowledge import Passage
from vera.bedrock.retrieve import RetrieveKnowledgeBase, cut
from vera.errors import KnowledgeUnavailable

ID = "KB12345678"
PAUSED = (
    "Knowledge base storage: The Aurora DB instance arn:aws:rds:eu-central-1:123456789012:cluster:x is resuming after "
    "being auto-paused. Please wait a few seconds and try again"
)


class Time:
    """A clock that only sleep moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


def test_a_search_returns_the_passages_in_their_order(bedrock: ScriptedBedrock, agent_runtime: Any):
    bedrock.find(
        found("Closes at three on Fridays.", uri="s3://book/hours.md", score=0.9),
        {"content": {"type": "IMAGE", "byteContent": "data:image/png;base64,AAAA"}, "score": 0.8},
        found("Opens at nine.", uri="https://example.com/start", score=0.4, title="Start"),
    )

    knowledge_base = RetrieveKnowledgeBase(agent_runtime, ID, results=25)

    passages = knowledge_base.search("When does the office close?")

    assert passages == (
        Passage("Closes at three on Fridays.", "hours.md", "s3://book/hours.md", 0.9, ID),
        Passage("Opens at nine.", "Start", "https://example.com/start", 0.4, ID),
    )
    [request] = bedrock.requests
    assert request.target == knowledge_base.id == ID
    assert request.body == {
        "retrievalQuery": {"text": "When does the office close?"},
        "retrievalConfiguration": {"vectorSearchConfiguration": {"numberOfResults": 25}},
    }


def test_nothing_found_is_no_error(bedrock: ScriptedBedrock, agent_runtime: Any):
    bedrock.find()

    assert RetrieveKnowledgeBase(agent_runtime, ID, results=5).search("Hm?") == ()


def test_a_blank_query_is_not_asked(bedrock: ScriptedBedrock, agent_runtime: Any):
    assert RetrieveKnowledgeBase(agent_runtime, ID, results=5).search(" \n ") == ()
    assert bedrock.requests == []


def test_further_pages_are_read_only_while_there_is_too_little(bedrock: ScriptedBedrock, agent_runtime: Any):
    bedrock.find(found("a"), next_token="more")
    bedrock.find(next_token="even-more")
    bedrock.find(found("b"), found("c"), next_token="yet-more")

    passages = RetrieveKnowledgeBase(agent_runtime, ID, results=2).search("Hm?")

    assert [passage.text for passage in passages] == ["a", "b"]
    assert [request.body.get("nextToken") for request in bedrock.requests] == [None, "more", "even-more"]


def test_pages_that_promise_more_for_ever_are_given_up(bedrock: ScriptedBedrock, agent_runtime: Any):
    for _ in range(10):
        bedrock.find(next_token="more")

    assert RetrieveKnowledgeBase(agent_runtime, ID, results=2).search("Hm?") == ()


def test_a_database_that_wakes_up_is_waited_for(bedrock: ScriptedBedrock, agent_runtime: Any):
    bedrock.fail("ValidationException", PAUSED, operation="retrieve", times=4)
    bedrock.find(found("Closes at three."))
    time = Time()

    passages = RetrieveKnowledgeBase(agent_runtime, ID, results=2, sleep=time.sleep, clock=time.clock).search("Hm?")

    assert [passage.text for passage in passages] == ["Closes at three."]
    assert time.slept == [3.0] * 4


def test_a_database_that_sleeps_on_costs_a_minute_and_a_sentence(bedrock: ScriptedBedrock, agent_runtime: Any):
    bedrock.fail("ValidationException", PAUSED, operation="retrieve", times=30)
    time = Time()
    knowledge_base = RetrieveKnowledgeBase(agent_runtime, ID, results=2, sleep=time.sleep, clock=time.clock)

    with pytest.raises(KnowledgeUnavailable) as unavailable:
        knowledge_base.search("Hm?")

    assert sum(time.slept) == 60.0
    assert "is waking up" in unavailable.value.sentence
    assert "the database resumes" in str(unavailable.value)
    assert "Aurora" not in str(unavailable.value)


@pytest.mark.parametrize(
    ("seconds", "slept"), [(0, 0.0), (-1, 0.0), (2.9, 0.0), (3.0, 3.0), (10, 9.0), (900, 60.0)], ids=str
)
def test_a_database_that_sleeps_on_costs_no_more_time_than_there_is(
    bedrock: ScriptedBedrock, agent_runtime: Any, seconds: float, slept: float
):
    bedrock.fail("ValidationException", PAUSED, operation="retrieve", times=30)
    time = Time()
    knowledge_base = RetrieveKnowledgeBase(agent_runtime, ID, results=2, sleep=time.sleep, clock=time.clock)

    with pytest.raises(KnowledgeUnavailable, match="the database resumes"):
        knowledge_base.search("Hm?", seconds=seconds)

    assert sum(time.slept) == slept


def test_nobody_listening_is_a_knowledge_base_that_cannot_be_reached(bedrock: ScriptedBedrock, agent_runtime: Any):
    bedrock.close()

    with pytest.raises(KnowledgeUnavailable) as unavailable:
        RetrieveKnowledgeBase(agent_runtime, ID, results=2).search("Hm?")

    assert unavailable.value.sentence == KnowledgeUnavailable.sentence


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("  When? ", "When?"),
        ("word " * 200, ("word " * 200).strip()),
        ("word " * 201, ("word " * 200).strip()),
        ("x" * 996 + " four more", "x" * 996),
        ("x" * 995 + " four more", "x" * 995 + " four"),
        ("x" * 1_001, "x" * 1_000),
        ("line\nline\n" * 100, "line\nline\n" * 99 + "line\nline"),
    ],
    ids=[
        "short",
        "just fits",
        "one word too many",
        "a word that would not fit",
        "a word that fits",
        "one word",
        "lines",
    ],
)
def test_a_query_is_cut_after_the_last_word_that_fits(query: str, sent: str):
    assert cut(query) == sent


@given(st.text(st.sampled_from("ab \n\u2003é"), min_size=1, max_size=40), st.integers(1, 300))
def test_a_cut_query_is_a_beginning_of_whole_words(piece: str, times: int):
    query = piece * times
    whole = query.strip()

    sent = cut(query)

    assert whole.startswith(sent)
    assert len(sent) <= 1_000
    assert bool(sent) == bool(whole)
    if sent != whole and any(letter.isspace() for letter in whole[:1_001]):
        assert whole[len(sent)].isspace()
