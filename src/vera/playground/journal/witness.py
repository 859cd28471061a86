"""Witnesses: ports that pass everything on unchanged, and tell the journal what was said.

Each keeps its port's contract: the suites in `tests/contract` run on them too. What they tell is held by
`test_playground_witness.py`, and that no log line holds any of it by `test_playground_worker.py`.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from vera.assistant.budget import Tally
from vera.assistant.journal import Journal, TurnDropped, TurnEnded, TurnRaised, named
from vera.assistant.knowledge import KnowledgeBase, Reranker
from vera.assistant.ledger import Ledger
from vera.playground.journal.testimony import LedgerCalled, Reranked, Searched, TallyCalled, found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vera.assistant.journal import Event
    from vera.assistant.knowledge import Passage
    from vera.assistant.ledger import TurnRecord
    from vera.assistant.pacing import Count, Write
    from vera.playground.journal.pipe import PipeJournal
    from vera.playground.journal.testimony import Testimony

__all__ = ["WitnessedKnowledge", "WitnessedLedger", "WitnessedReranker", "WitnessedTally", "Witnesses"]

_REFUSAL = "refusal:"


class Witnesses(Journal):
    """What the witnesses of one process share: the turn that they tell of, and where they tell it.

    That is the turn which was claimed last: a worker answers one at a time. Between turns nobody is told anything.
    As a journal, it passes events on, to `logs` too; what the witnesses tell, it never shows to `logs`.
    """

    def __init__(
        self, pipe: PipeJournal, logs: Journal | None = None, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        """Tell it to `pipe`. `clock` measures durations, in seconds."""
        self._pipe, self._logs = pipe, logs
        self.clock = clock
        self.turn = ""

    def record(self, turn_key: str, event: Event) -> None:
        """Pass an event of the domain on."""
        self._pipe.record(turn_key, event)
        if self._logs:
            self._logs.record(turn_key, event)
        if isinstance(event, TurnEnded | TurnDropped | TurnRaised):
            self.turn = ""

    def tell(self, testimony: Testimony, *, turn: str = "") -> None:
        """Tell what was said in `turn`, the present one unless told."""
        if key := turn or self.turn:
            self._pipe.record(key, testimony)

    @contextmanager
    def timing(self, tell: Callable[[float, str], None]) -> Iterator[None]:
        """Call `tell(seconds, error)` when the block has ended, with the name of what it raised."""
        began, error = self.clock(), ""
        try:
            yield
        except Exception as failure:
            error = named(failure)
            raise
        finally:
            tell(self.clock() - began, error)


class WitnessedLedger(Ledger):
    """A ledger that tells of each call. The claim of a turn makes it the present one."""

    def __init__(self, ledger: Ledger, witnesses: Witnesses) -> None:
        self._ledger, self._witnesses = ledger, witnesses

    def claim(self, key: str, *, owner: str, lease_seconds: float, reopen: bool = False) -> TurnRecord:
        """Take the turn."""
        if not key.startswith(_REFUSAL):
            self._witnesses.turn = key
        reopening = {"reopen": True} if reopen else {}
        with self._telling("claim", key, owner, lease_seconds=lease_seconds, **reopening) as told:
            record = self._ledger.claim(key, owner=owner, lease_seconds=lease_seconds, reopen=reopen)
            told.update(
                attempt=record.attempt,
                messages=record.messages,
                rounds=len(record.rounds),
                leg=record.leg,
                so_far_characters=len(record.so_far),
                stop_asked=record.stop_asked,
            )
        return record

    def renew(self, key: str, *, owner: str, lease_seconds: float) -> bool:
        """Hold the turn."""
        with self._telling("renew", key, owner, lease_seconds=lease_seconds) as told:
            stop_asked = told["stop_asked"] = self._ledger.renew(key, owner=owner, lease_seconds=lease_seconds)
        return stop_asked

    def record_message(self, key: str, *, owner: str, part: int, ts: str) -> None:
        """Remember a message."""
        with self._telling("record_message", key, owner, part=part, ts=ts):
            self._ledger.record_message(key, owner=owner, part=part, ts=ts)

    def record_round(self, key: str, *, owner: str, ordinal: int, round_json: str) -> None:
        """Remember a tool round."""
        with self._telling("record_round", key, owner, ordinal=ordinal):
            self._ledger.record_round(key, owner=owner, ordinal=ordinal, round_json=round_json)

    def complete(self, key: str, *, owner: str, outcome: str) -> None:
        """Close the turn."""
        with self._telling("complete", key, owner, outcome=outcome):
            self._ledger.complete(key, owner=owner, outcome=outcome)

    def release(self, key: str, *, owner: str) -> None:
        """Give the turn back."""
        with self._telling("release", key, owner):
            self._ledger.release(key, owner=owner)

    def hand_on(self, key: str, *, owner: str, leg: int, so_far: str) -> None:
        """Give the turn back for its next leg."""
        with self._telling("hand_on", key, owner, leg=leg, so_far_characters=len(so_far)):
            self._ledger.hand_on(key, owner=owner, leg=leg, so_far=so_far)

    def ask_stop(self, key: str) -> bool:
        """Let whoever holds the turn know. Where nobody does, it is no turn to tell of: any message may be tried."""
        asked = False

        def tell(seconds: float, error: str) -> None:
            if asked:
                self._witnesses.tell(LedgerCalled("ask_stop", "", error, seconds, stop_asked=True), turn=key)

        with self._witnesses.timing(tell):
            asked = self._ledger.ask_stop(key)
        return asked

    @contextmanager
    def _telling(self, operation: str, key: str, owner: str, **fields: Any) -> Iterator[dict[str, Any]]:
        """Tell of a call when it has ended, with what is added to the fields meanwhile."""
        aside = key.startswith(_REFUSAL)

        def tell(seconds: float, error: str) -> None:
            called = LedgerCalled(operation, owner, error, seconds, key=key if aside else None, **fields)
            self._witnesses.tell(called, turn="" if aside else key)

        with self._witnesses.timing(tell):
            yield fields


class WitnessedTally(Tally):
    """A tally that tells of each call: in the present turn, or after it in the one that the answer is named by."""

    def __init__(self, tally: Tally, witnesses: Witnesses) -> None:
        self._tally, self._witnesses = tally, witnesses

    def spend(
        self, workspace: str, write: Write, *, answer: str, now: float, seconds: float, until: float = math.inf
    ) -> tuple[bool, Count]:
        """Spend of the budget."""
        with self._telling("spend", workspace, write, answer=answer, spent_seconds=seconds) as told:
            taken, count = self._tally.spend(workspace, write, answer=answer, now=now, seconds=seconds, until=until)
            told.update(taken=taken, running=count.running)
            if math.isfinite(count.full_at):
                told.update(full_at=count.full_at)
        return taken, count

    def pause(self, workspace: str, write: Write, *, full_at: float) -> None:
        """Put the budget off."""
        with self._telling("pause", workspace, write, full_at=full_at):
            self._tally.pause(workspace, write, full_at=full_at)

    def leave(self, workspace: str, write: Write, *, answer: str) -> None:
        """Count the answer no more."""
        with self._telling("leave", workspace, write, answer=answer):
            self._tally.leave(workspace, write, answer=answer)

    @contextmanager
    def _telling(self, operation: str, workspace: str, write: Write, **fields: Any) -> Iterator[dict[str, Any]]:
        """Tell of a call when it has ended, with what is added to the fields meanwhile."""

        def tell(seconds: float, error: str) -> None:
            called = TallyCalled(operation, workspace, write, error, seconds, **fields)
            self._witnesses.tell(called, turn=self._witnesses.turn or fields.get("answer", ""))

        with self._witnesses.timing(tell):
            yield fields


class WitnessedKnowledge(KnowledgeBase):
    """A knowledge base that tells what it was searched for and what it found. `base` makes it when it is needed."""

    def __init__(self, base: Callable[[], KnowledgeBase], witnesses: Witnesses) -> None:
        self._base, self._witnesses = base, witnesses

    @property
    def id(self) -> str:
        """What it is called."""
        return self._base().id

    def search(self, query: str, *, seconds: float = math.inf) -> tuple[Passage, ...]:
        """Find passages."""
        passages: tuple[Passage, ...] = ()

        def tell(seconds: float, error: str) -> None:
            self._witnesses.tell(Searched(self.id, query, found(passages), seconds, error))

        with self._witnesses.timing(tell):
            passages = self._base().search(query, seconds=seconds)
        return passages


class WitnessedReranker(Reranker):
    """A reranker that tells what it chose. `reranker` makes it when it is needed."""

    def __init__(self, reranker: Callable[[], Reranker], witnesses: Witnesses) -> None:
        self._reranker, self._witnesses = reranker, witnesses

    def rerank(self, query: str, passages: tuple[Passage, ...], keep: int) -> tuple[Passage, ...]:
        """Choose the best."""
        chosen: tuple[Passage, ...] = ()

        def tell(seconds: float, error: str) -> None:
            self._witnesses.tell(Reranked(query, found(chosen), seconds, error))

        with self._witnesses.timing(tell):
            chosen = self._reranker().rerank(query, passages, keep)
        return chosen
