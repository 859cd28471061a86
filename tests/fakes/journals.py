"""Journals of turns that never were, entry by entry as a playground's worker would tell them."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

__all__ = ["ASKED_AT", "TURN", "Told", "answered", "killed", "refused", "taken_over"]

ASKED_AT = 1_790_000_000.0
CHANNEL = "C0GENERAL"
TURN = f"{CHANNEL}:{ASKED_AT:.6f}"

Entry = dict[str, Any]

_SYSTEM = "You are Vera, an assistant in a Slack workspace. Answer the last question. Write Markdown.\n\n" * 8
_PASSAGES = (
    ("Architecture", "architecture.md#leases", 0.912, "A lease lasts 30 seconds, and is renewed while working."),
    ("Configuration", "configuration.md", 0.544, "VERA_TABLE is the DynamoDB table for turns, credits, feedback. " * 9),
    ("Performance", "performance.md", 0.213, "The receiver answers in milliseconds."),
)
_ANSWER = (
    "A lease lasts 30 seconds [1]. It is renewed three times in its life while the worker is alive, so that a worker "
    "that dies loses it before Lambda's first retry. Whoever comes next takes the turn over and edits the message that "
    "is there, and what was finished stays finished [1][2]. "
)


class Told:
    """One worker's words about one turn, in order. Times are seconds after the question."""

    def __init__(self, *, process: int, numbers: count[int], turn: str = TURN, asked_at: float = ASKED_AT) -> None:
        self.entries: list[Entry] = []
        self._process, self._numbers, self._turn, self._asked_at = process, numbers, turn, asked_at
        self._model_at = 0.0

    def __call__(self, event: str, at: float, **fields: Any) -> None:
        """Tell of one event."""
        self.entries.append(
            {
                "number": next(self._numbers),
                "turn": self._turn,
                "at": self._asked_at + at,
                "event": event,
                "process": self._process,
                **fields,
            }
        )

    def ledger(self, operation: str, at: float, *, error: str = "", **fields: Any) -> None:
        """Tell of a call of the ledger."""
        owner = f"owner-of-{self._process}"
        self("ledger_called", at, operation=operation, owner=owner, error=error, seconds=0.003, **fields)

    def claimed(self, at: float, *, attempt: int = 1, messages: tuple[str, ...] = ()) -> None:
        """Tell of a claim that was granted."""
        self.ledger("claim", at, lease_seconds=30.0, attempt=attempt, messages=list(messages), rounds=0)

    def slack(
        self, method: str, at: float, seconds: float, *, status: int = 200, error: str = "", **arguments: Any
    ) -> None:
        """Tell of a call of Slack."""
        answer = {"ok": not error, **({"error": error} if error else {"ts": "1790000000.300000", "channel": CHANNEL})}
        if method == "conversations.replies":
            answer["messages"] = [{"ts": f"{self._asked_at:.6f}", "text": "<@U0VERAVERA> How long?"}]
        self(
            "slack_called",
            at,
            method=method,
            arguments={"channel": CHANNEL, **arguments},
            answer=answer,
            error=error,
            status=status,
            seconds=seconds,
            retry_after_seconds=2.0 if status == 429 else 0.0,
        )

    def wrote(self, at: float, text: str, *, state: str, posted: bool = False, wanted: int = 1, left: float) -> None:
        """Tell of an edit that Slack took."""
        payload = {"event_type": "vera_reply", "event_payload": {"turn": self._turn, "part": 0, "state": state}}
        method = "chat.postMessage" if posted else "chat.update"
        self.slack(method, at, 0.08, text=text, metadata=json.dumps(payload))
        self(
            "edit_made",
            at + 0.001,
            part=0,
            ts="1790000000.300000",
            characters=len(text),
            seconds=0.081,
            posted=posted,
            wanted=wanted,
            budget_left=left,
        )

    def too_many(self, at: float, text: str) -> None:
        """Tell of an edit that Slack refused for now."""
        self.slack("chat.update", at, 0.02, status=429, error="ratelimited", text=text)
        self("edit_refused", at + 0.001, part=0, code="ratelimited", retry_after_seconds=2.0, budget_left=2.0)

    def began(self, at: float, *, attempt: int = 1) -> None:
        """Tell of the claim, the status message, the thread and the search."""
        there = ("1790000000.300000",) if attempt > 1 else ()
        self.claimed(at, attempt=attempt, messages=there)
        if not there:
            self.wrote(at + 0.1, "_Reading the thread …_", state="status", posted=True, left=19.0)
            self.ledger("record_message", at + 0.105, part=0, ts="1790000000.300000")
        self("stage", at + 0.106, name="Reading the thread")
        self("turn_claimed", at + 0.107, attempt=attempt)
        self.slack("conversations.replies", at + 0.16, 0.05, ts=f"{self._asked_at:.6f}")
        self.slack("users.info", at + 0.2, 0.03, user="U0ADA")
        self("thread_read", at + 0.201, messages=1, omitted=0, seconds=0.095)
        self("stage", at + 0.202, name="Checking the knowledge base")
        found = [dict(zip(("title", "location", "score", "text"), each, strict=True)) for each in _PASSAGES]
        query = "How long does a lease last?"
        self("searched", at + 0.4, knowledge_base="folder:docs", query=query, passages=found, seconds=0.19, error="")
        scores = [each[2] for each in _PASSAGES]
        self(
            "retrieved",
            at + 0.401,
            knowledge_bases=1,
            failed=0,
            passages=len(found),
            query_characters=len(query),
            seconds=0.198,
            scores=scores,
        )
        self("stage", at + 0.402, name="Writing")

    def asked(self, at: float) -> None:
        """Tell of a request to the model."""
        self._model_at = at
        passages = "\n".join(f'<passage title="{title}">{text}</passage>' for title, _, _, text in _PASSAGES)
        question = (
            f"<passages>\n{passages}\n</passages>\n\n<question>\nAda Lovelace: How long does a lease last?\n</question>"
        )
        self(
            "model_asked",
            at,
            model_id="embedded",
            system=_SYSTEM,
            messages=[{"role": "user", "content": [{"type": "text", "text": question}]}],
            tools=[{"name": "current_time", "description": "Tell the time.", "schema": {"type": "object"}}],
            max_output_tokens=4096,
        )

    def spoke(self, at: float, seconds: float) -> str:
        """Tell of a text that came in `seconds`, with the edits and one refusal; return it."""
        steps = max(2, int(seconds / 0.1))
        text = (_ANSWER * (1 + steps * 9 // len(_ANSWER)))[: steps * 9]
        edited, left, edits = at, 18.0, 0
        for step in range(steps):
            now = at + (step + 1) * 0.1
            self("model_said", now, text=text[step * 9 : (step + 1) * 9], deltas=2)
            if now - edited > 0.4:
                said = text[: (step + 1) * 9]
                edits += 1
                if edits == 3:
                    self.too_many(now + 0.01, said)
                    left = 2.0
                else:
                    left = max(3.0, left - 0.7)
                    self.wrote(now + 0.09, said, state="writing", wanted=1 + step % 3, left=left)
                edited = now
        return text

    def ended(self, at: float, text: str) -> None:
        """Tell of the model's end, the last edit and the outcome."""
        self(
            "model_called",
            at,
            model_id="embedded",
            outcome="end_turn",
            first_text_seconds=0.05,
            seconds=at - self._model_at,
            input_tokens=1204,
            output_tokens=len(text) // 4,
            cache_read_tokens=0,
            cache_write_tokens=0,
        )
        self.wrote(at + 0.1, text, state="done", left=1.5)
        self.ledger("complete", at + 0.11, outcome="answered")
        self("turn_ended", at + 0.112, outcome="answered", seconds=at, edits=9, characters=len(text), error="")


def answered(*, seconds: float = 3.0, turn: str = TURN, asked_at: float = ASKED_AT, first: int = 1) -> list[Entry]:
    """Return a turn that was answered by one worker, while its model spoke for so long; a duplicate was dropped."""
    numbers = count(first)
    worker = Told(process=4242, numbers=numbers, turn=turn, asked_at=asked_at)
    worker.began(0.2)
    worker.asked(0.62)
    text = worker.spoke(0.62, seconds)
    worker.ended(seconds + 0.9, text)
    double = Told(process=4243, numbers=numbers, turn=turn, asked_at=asked_at)
    double.ledger("claim", seconds + 1.2, error="TurnTaken: done", lease_seconds=30.0)
    double("turn_dropped", seconds + 1.201, reason="answered")
    return worker.entries + double.entries


def killed(*, seconds: float = 2.0) -> list[Entry]:
    """Return a turn whose worker was killed while its model spoke."""
    worker = Told(process=4242, numbers=count(1))
    worker.began(0.2)
    worker.asked(0.62)
    worker.spoke(0.62, seconds)
    return worker.entries


def taken_over() -> list[Entry]:
    """Return a turn whose worker was killed, and that another one finished 31 seconds later."""
    first = killed()
    worker = Told(process=5151, numbers=count(first[-1]["number"] + 1))
    worker.began(34.0, attempt=2)
    worker.asked(34.5)
    text = worker.spoke(34.5, 2.0)
    worker("model_used_tool", 36.7, name="current_time", arguments='{"zone": "UTC"}')
    worker("tool_called", 36.8, name="current_time", ordinal=0, outcome="ok", seconds=0.05)
    worker.ledger("record_round", 36.81, ordinal=0)
    worker.ended(37.0, text)
    return first + worker.entries


def refused() -> list[Entry]:
    """Return a turn of somebody whom Vera may not answer."""
    worker = Told(process=4242, numbers=count(1))
    worker.claimed(0.2)
    worker.wrote(0.4, "I may not answer you here.", state="done", posted=True, left=19.0)
    worker.ledger("complete", 0.41, outcome="refused")
    worker("turn_ended", 0.42, outcome="refused", seconds=0.22, edits=1, characters=0, error="")
    return worker.entries
