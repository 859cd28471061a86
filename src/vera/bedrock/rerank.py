"""A second look at what was found, by a reranking model on Bedrock.

The invariant: what comes back are passages that went in, with the scores of one model, so that passages of different
knowledge bases can be compared. `tests/unit/bedrock/test_rerank.py` proves it over the wire.

Quotas: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vera.bedrock.faults import SDK_ERRORS, fault_of, rerank_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vera.assistant.knowledge import Passage

__all__ = ["BedrockReranker"]

SOURCES = 1_000
CHARACTERS = 32_000


class BedrockReranker:
    """A `Reranker` on Bedrock. Safe from several threads, as botocore's clients are."""

    def __init__(self, client: Any, model: str, *, region: str | None = None) -> None:
        """Rank with `model` (an id, or an ARN) through an Agent Runtime client.

        `region` is where the model is, the client's unless given.
        """
        self._client = client
        region = region or client.meta.region_name
        partition = client.meta.partition
        self._model_arn = (
            model if model.startswith("arn:") else f"arn:{partition}:bedrock:{region}::foundation-model/{model}"
        )

    def rerank(self, query: str, passages: tuple[Passage, ...], keep: int) -> tuple[Passage, ...]:
        """Return at most `keep` of `passages` with new scores, best first; see `Reranker.rerank`.

        The first 1,000 passages are looked at, and the first 32,000 characters of each.
        """
        sources = passages[:SOURCES]
        keep = min(keep, len(sources))
        if keep < 1:
            return ()
        try:
            ranks = self._ranks(query, sources, keep)
        except SDK_ERRORS as error:
            raise rerank_error(fault_of(error)) from None
        return tuple(_ranked(sources, ranks))[:keep]

    def _ranks(self, query: str, sources: tuple[Passage, ...], keep: int) -> list[dict[str, Any]]:
        answer: dict[str, Any] = self._client.rerank(
            queries=[{"type": "TEXT", "textQuery": {"text": query[:CHARACTERS]}}],
            sources=[_source(passage) for passage in sources],
            rerankingConfiguration={
                "type": "BEDROCK_RERANKING_MODEL",
                "bedrockRerankingConfiguration": {
                    "modelConfiguration": {"modelArn": self._model_arn},
                    "numberOfResults": keep,
                },
            },
        )
        results: list[dict[str, Any]] = answer["results"]
        return sorted(results, key=lambda result: -result["relevanceScore"])


def _source(passage: Passage) -> dict[str, Any]:
    document = {"type": "TEXT", "textDocument": {"text": passage.text[:CHARACTERS]}}
    return {"type": "INLINE", "inlineDocumentSource": document}


def _ranked(sources: tuple[Passage, ...], ranks: list[dict[str, Any]]) -> Iterator[Passage]:
    for rank in ranks:
        if 0 <= rank["index"] < len(sources):
            yield replace(sources[rank["index"]], score=rank["relevanceScore"])
