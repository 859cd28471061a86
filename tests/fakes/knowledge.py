"""Knowledge bases for tests: one that holds what a test puts in, and one that is down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vera.assistant.knowledge import KnowledgeBase, Passage
from vera.errors import KnowledgeUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ListedKnowledge", "UnavailableKnowledge"]


class ListedKnowledge(KnowledgeBase):
    """Finds the passages that share a word with the query, most shared words first; remembers what was asked."""

    def __init__(self, passages: Iterable[Passage] = (), *, name: str = "listed") -> None:
        self.queries: list[str] = []
        self.seconds: list[float] = []
        self._passages = tuple(passages)
        self._name = name

    @property
    def id(self) -> str:
        return self._name

    def search(self, query: str, *, seconds: float = math.inf) -> tuple[Passage, ...]:
        self.queries.append(query)
        self.seconds.append(seconds)
        asked = {word.strip("?!.,").lower() for word in query.split()}
        found = []
        for passage in self._passages:
            words = {word.strip("?!.,:").lower() for word in f"{passage.title} {passage.text}".split()}
            if shared := len(asked & words):
                score = float(shared)
                found.append(Passage(passage.text, passage.title, passage.location, score, self._name))
        return tuple(sorted(found, key=lambda passage: -passage.score))


class UnavailableKnowledge(KnowledgeBase):
    """Never answers, and says why in `sentence`."""

    def __init__(self, sentence: str = "The handbook is waking up.", *, name: str = "unavailable") -> None:
        self._sentence = sentence
        self._name = name

    @property
    def id(self) -> str:
        return self._name

    def search(self, query: str, *, seconds: float = math.inf) -> tuple[Passage, ...]:
        raise KnowledgeUnavailable(f"{self._name} is down", sentence=self._sentence)
