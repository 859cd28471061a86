"""A knowledge base on Bedrock, searched by Retrieve.

The invariant: a search ends in passages or in `KnowledgeUnavailable` with a sentence that fits. A database that wakes
up is waited for no longer than a minute, nor than there is time. `tests/unit/bedrock/test_retrieve.py` proves it over
the wire.
"""

from __future__ import annotations

import math
import re
import time
from typing import TYPE_CHECKING, Any

from vera.assistant.knowledge import QUERY_CHARACTERS
from vera.bedrock.faults import SDK_ERRORS, fault_of, knowledge_error
from vera.bedrock.passages import passage_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vera.assistant.knowledge import Passage

__all__ = ["RetrieveKnowledgeBase"]

WAKING_SECONDS = 60.0
WAKING_PAUSE_SECONDS = 3.0
PAGES = 10
"""How often `nextToken` is followed at most: a page may be empty and promise another one."""

WHOLE_WORDS = re.compile(rf".{{1,{QUERY_CHARACTERS}}}(?!\S)", re.DOTALL)


class RetrieveKnowledgeBase:
    """A `KnowledgeBase` on Bedrock. Safe from several threads, as botocore's clients are."""

    def __init__(
        self,
        client: Any,
        knowledge_base_id: str,
        *,
        results: int,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Search `knowledge_base_id` (an id or an ARN) for 1 to 100 `results` through an Agent Runtime client."""
        self._client, self._id, self._results = client, knowledge_base_id, results
        self._sleep, self._clock = sleep, clock

    @property
    def id(self) -> str:
        """What the knowledge base is called."""
        return self._id

    def search(self, query: str, *, seconds: float = math.inf) -> tuple[Passage, ...]:
        """Return the passages nearest to `query`, best first; see `KnowledgeBase.search`.

        A longer query is cut at the last word that fits. A database that was paused is asked again every 3 s for up to
        a minute, or `seconds` if that is less.
        """
        text = cut(query)
        if not text:
            return ()
        deadline = self._clock() + min(WAKING_SECONDS, seconds)
        while True:
            try:
                return tuple(self._passages(text))
            except SDK_ERRORS as error:
                fault = fault_of(error)
                if fault.kind != "waking" or self._clock() + WAKING_PAUSE_SECONDS > deadline:
                    raise knowledge_error(fault) from None
            self._sleep(WAKING_PAUSE_SECONDS)

    def _passages(self, query: str) -> Iterator[Passage]:
        for result in self._found(query)[: self._results]:
            if passage := passage_of(result, self._id):
                yield passage

    def _found(self, query: str) -> list[dict[str, Any]]:
        parameters: dict[str, Any] = {
            "knowledgeBaseId": self._id,
            "retrievalQuery": {"text": query},
            "retrievalConfiguration": {"vectorSearchConfiguration": {"numberOfResults": self._results}},
        }
        found: list[dict[str, Any]] = []
        for _ in range(PAGES):
            page = self._client.retrieve(**parameters)
            found += page["retrievalResults"]
            if len(found) >= self._results or not page.get("nextToken"):
                break
            parameters["nextToken"] = page["nextToken"]
        return found


def cut(query: str) -> str:
    """Return as many whole words of a query as Retrieve reads; a single word that is longer is cut within."""
    stripped = query.strip()
    fitting = WHOLE_WORDS.match(stripped)
    return (fitting.group() if fitting else stripped[:QUERY_CHARACTERS]).rstrip()
