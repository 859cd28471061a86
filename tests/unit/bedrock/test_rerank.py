"""The reranker over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from vera.assistant.knowledge import Passage
from vera.aws.clients import Clients
from vera.bedrock.rerank import BedrockReranker
from vera.errors import KnowledgeUnavailable

if TYPE_CHECKING:
    from fakes.scripted_bedrock import ScriptedBedrock

MODEL = "cohere.rerank-v3-5:0"
ELSEWHERE = "arn:aws:bedrock:us-east-1::foundation-model"
PASSAGES = (
    Passage("Opens at nine.", "start.md", "s3://book/start.md", 0.9, "KB1"),
    Passage("Closes at three.", "hours.md", "s3://book/hours.md", 0.2, "KB2"),
    Passage("Lunch is at noon.", "food.md", "s3://book/food.md", 0.1, "KB1"),
)


def test_the_most_relevant_passages_are_kept_with_their_new_scores(bedrock: ScriptedBedrock, agent_runtime: Any):
    bedrock.rank((0, 0.25), (1, 0.75))

    kept = BedrockReranker(agent_runtime, MODEL).rerank("When does it close?", PASSAGES, 2)

    assert kept == (
        Passage("Closes at three.", "hours.md", "s3://book/hours.md", 0.75, "KB2"),
        Passage("Opens at nine.", "start.md", "s3://book/start.md", 0.25, "KB1"),
    )
    [request] = bedrock.requests
    assert request.body["queries"] == [{"type": "TEXT", "textQuery": {"text": "When does it close?"}}]
    assert request.body["rerankingConfiguration"] == {
        "type": "BEDROCK_RERANKING_MODEL",
        "bedrockRerankingConfiguration": {
            "modelConfiguration": {"modelArn": f"arn:aws:bedrock:eu-central-1::foundation-model/{MODEL}"},
            "numberOfResults": 2,
        },
    }


@pytest.mark.parametrize(
    ("own", "model", "given", "arn"),
    [
        ("eu-central-1", MODEL, None, f"arn:aws:bedrock:eu-central-1::foundation-model/{MODEL}"),
        ("eu-central-1", MODEL, "us-west-2", f"arn:aws:bedrock:us-west-2::foundation-model/{MODEL}"),
        ("us-gov-west-1", MODEL, None, f"arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/{MODEL}"),
        ("eu-central-1", f"{ELSEWHERE}/x", None, f"{ELSEWHERE}/x"),
    ],
    ids=["the client's region", "another region", "another partition", "an ARN"],
)
def test_a_model_is_named_by_its_arn(bedrock: ScriptedBedrock, own: str, model: str, given: str | None, arn: str):
    bedrock.rank((0, 1.0))
    client = Clients().create("bedrock-agent-runtime", region=own, attempts=1)

    BedrockReranker(client, model, region=given).rerank("?", PASSAGES, 1)

    ranking = bedrock.requests[0].body["rerankingConfiguration"]["bedrockRerankingConfiguration"]
    assert ranking["modelConfiguration"]["modelArn"] == arn
    client.close()


@pytest.mark.parametrize(("passages", "keep"), [((), 5), (PASSAGES, 0)], ids=["no passages", "none wanted"])
def test_nothing_to_rank_is_not_asked(bedrock: ScriptedBedrock, agent_runtime: Any, passages: Any, keep: int):
    assert BedrockReranker(agent_runtime, MODEL).rerank("?", passages, keep) == ()
    assert bedrock.requests == []


def test_more_than_the_quota_is_left_out(bedrock: ScriptedBedrock, agent_runtime: Any):
    bedrock.rank((999, 1.0))
    passages = tuple(Passage("long " * 10_000, f"{number}.md") for number in range(1_001))

    kept = BedrockReranker(agent_runtime, MODEL).rerank("why " * 10_000, passages, 1)

    assert [passage.title for passage in kept] == ["999.md"]
    assert bedrock.requests[0].refused == ""


def test_no_more_is_wanted_than_there_is_and_none_but_that_is_taken(bedrock: ScriptedBedrock, agent_runtime: Any):
    bedrock.rank((7, 1.0), (2, 0.9), (-1, 0.85), (0, 0.8), (1, 0.7))

    kept = BedrockReranker(agent_runtime, MODEL).rerank("?", PASSAGES, 50)

    assert [passage.title for passage in kept] == ["food.md", "start.md", "hours.md"]
    assert bedrock.requests[0].refused == ""


def test_a_reranker_that_does_not_exist_is_told_in_a_sentence(bedrock: ScriptedBedrock, agent_runtime: Any):
    with pytest.raises(KnowledgeUnavailable) as unavailable:
        BedrockReranker(agent_runtime, "arn:nonsense").rerank("?", PASSAGES, 1)

    assert "choose another one" in unavailable.value.sentence
