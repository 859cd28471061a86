"""What an answer has come to when its invocation ends: handed on through the ledger to the one that goes on.

With it, the next worker asks the model for the words after the last one, about the same passages under the same
numbers (`tests/unit/assistant/test_so_far.py`).
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from vera.assistant.draft import Draft
from vera.assistant.knowledge import Findings, Passage
from vera.assistant.ledger import ROUND_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vera.assistant.ledger import TurnRecord

__all__ = ["SoFar"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SoFar:
    """`text` is what the model said in the round after the first `rounds`, which are in the record by themselves.

    `native` tells how the answer is shown, `findings` what it is about: None where nothing was searched. Where the
    model had ended and only Slack was still to be told, `ending` is the sentence about how, or empty. `idle_legs`
    counts the last ones in which nothing was said.
    """

    text: str = ""
    rounds: int = 0
    native: bool = False
    findings: Findings | None = None
    ending: str | None = None
    idle_legs: int = 0

    def to_json(self) -> str:
        """Write it down for the ledger: with less of the passages, where it takes no more; empty where not even so."""
        for each in (self, self._with_passages_of(1_000), self._with_passages_of(0)):
            written = json.dumps(asdict(each), ensure_ascii=True, separators=(",", ":"))
            if len(written) <= ROUND_BYTES:
                return written
        return ""

    def _with_passages_of(self, characters: int) -> SoFar:
        """Return it with so much of each passage: numbers, titles and addresses hold, for what cites them."""
        if not self.findings:
            return self
        shortened = tuple(replace(each, text=each.text[:characters]) for each in self.findings.passages)
        return replace(self, findings=replace(self.findings, passages=shortened))

    @classmethod
    def of(cls, record: TurnRecord) -> SoFar:
        """Read what stands in a turn's record: without the text, where that is part of a finished round by now."""
        so_far = cls.from_json(record.so_far)
        return so_far if len(record.rounds) <= so_far.rounds else replace(so_far, text="", ending=None)

    @classmethod
    def from_json(cls, text: str) -> SoFar:
        """Read what `to_json` wrote; what cannot be read is the beginning of an answer, as an empty text is."""
        try:
            return cls._from_raw(json.loads(text)) if text else cls()
        except (LookupError, TypeError, ValueError):
            _log.error("what an earlier leg handed on cannot be read: it was another version's")
            return cls()

    @classmethod
    def _from_raw(cls, raw: dict[str, Any]) -> SoFar:
        found = raw["findings"]
        return cls(
            text=raw["text"],
            rounds=raw["rounds"],
            native=raw["native"],
            ending=raw["ending"],
            idle_legs=raw["idle_legs"],
            findings=found
            and Findings(
                tuple(Passage(**each) for each in found["passages"]), tuple(found["trouble"]), found["failed"]
            ),
        )

    def said(self, rounds: Sequence[str]) -> Draft:
        """Return all that was said by now, given the record's rounds: for who can't go on with it, but keeps it."""
        draft = Draft(len(self.findings.passages) if self.findings else None)
        if rounds or self.text:
            from vera.assistant.dialogue import Round, say_again  # noqa: PLC0415 - few turns are another worker's

            say_again([Round.from_json(each) for each in rounds], self.text, draft)
            draft.settle()
        return draft
