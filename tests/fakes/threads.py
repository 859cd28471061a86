"""Threads in memory: a `ThreadReader` for tests of the domain, held to `tests/contract/test_thread_reader.py`."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from vera.assistant.conversation import FOOTER, Person, Thread, ThreadReader, Turn, Utterance, newest_within, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vera.errors import VeraError


class MemoryThreads(ThreadReader):
    """`say` puts an utterance into a thread; `fail` makes the next reading raise."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self._said: dict[tuple[str, str], list[Utterance]] = defaultdict(list)
        self._failures: list[VeraError] = []
        self._count = 0

    def say(self, channel: str, root: str, speaker: str, name: str, text: str, **fields: object) -> str:
        """Add an utterance; without a root it begins a thread. Return its ts."""
        self._count += 1
        ts = f"17000{self._count:05}.000100"
        said = Utterance(ts, speaker, name, text.partition(FOOTER)[0])  # type: ignore[arg-type]
        self._said[channel, root or ts].append(replace(said, **fields))  # type: ignore[arg-type]
        return ts

    def fail(self, *errors: VeraError) -> None:
        self._failures.extend(errors)

    def read(self, turn: Turn, *, budget_tokens: int, seconds: float = math.inf) -> Thread:
        if self._failures:
            raise self._failures.pop(0)
        asker = self.people.get(turn.user, Person(turn.user, turn.user))
        said = [one for one in self._around(turn) if one.ts < turn.ts and (one.text or one.files or one.unfinished)]
        question = next((one for one in self._around(turn) if one.ts == turn.ts), None)
        question = question or Utterance(turn.ts, "person", asker.name, turn.text)
        root = [one for one in said if one.ts == turn.root]
        between = [one for one in said if one.ts != turn.root]
        budget = budget_tokens - sum(map(_size, (*root, question)))
        kept, omitted = newest_within(between, budget, _size)
        return Thread((*root, *kept, question), asker, omitted)

    def _around(self, turn: Turn) -> list[Utterance]:
        everything: Mapping[tuple[str, str], list[Utterance]] = self._said
        top_level = turn.direct and not turn.thread_ts
        mine = [
            said
            for (channel, root), said in everything.items()
            if channel == turn.channel and (top_level or root == turn.root)
        ]
        return sorted((one for thread in mine for one in thread), key=lambda one: one.ts)


def _size(said: Utterance) -> int:
    return tokens(said.text) + 8
