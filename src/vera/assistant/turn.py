"""One question answered, top to bottom. Everything else in this package is told from here.

The invariant: however often a question is delivered and wherever its workers die, one whole reply stands in the end, or
a sentence that says why there is none. `tests/unit/assistant/test_turn.py` lets them die everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol

from vera.assistant import conversation as conversations
from vera.assistant import knowledge
from vera.assistant.draft import Draft
from vera.assistant.journal import Retrieved, ThreadRead, TurnClaimed, TurnEnded, named
from vera.assistant.ledger import LEASE_SECONDS, Lease
from vera.assistant.limits import ExternalNotAllowed
from vera.assistant.reply import Reply
from vera.errors import Drop, NotAllowed, OutOfTime, SurfaceRefused, TurnTaken, VeraError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vera.assistant.conversation import Conversation, ThreadReader, Turn
    from vera.assistant.deadline import Time
    from vera.assistant.journal import Event, Journal
    from vera.assistant.knowledge import Findings, KnowledgeBase, Reranker
    from vera.assistant.ledger import Ledger
    from vera.assistant.model import ChatModel
    from vera.assistant.pacing import EditBudget
    from vera.assistant.reply import MessageSurface
    from vera.assistant.tools import Tool

__all__ = ["Manner", "Outcome", "Ports", "answer"]

Outcome = Literal["answered", "failed", "refused"]

_HELLO = "Hi! Ask me something, and I'll answer in this thread."
_CUT_SHORT = "I ran out of time here. Ask me to go on, and I will."


class Ports(Protocol):
    """What a turn needs of the world, each looked up when it is needed: a status message waits for two of them."""

    @property
    def ledger(self) -> Ledger:
        """Who owns which turn."""
        ...

    @property
    def surface(self) -> MessageSurface:
        """Where messages stand."""
        ...

    @property
    def budget(self) -> EditBudget:
        """How often they may be edited, all turns of this process together."""
        ...

    @property
    def threads(self) -> ThreadReader:
        """What was said before."""
        ...

    @property
    def knowledge(self) -> Sequence[KnowledgeBase]:
        """What can be searched; maybe nothing."""
        ...

    @property
    def reranker(self) -> Reranker | None:
        """Who chooses among what was found."""
        ...

    @property
    def model(self) -> ChatModel:
        """Who answers."""
        ...

    @property
    def tools(self) -> Sequence[Tool]:
        """What the model may do."""
        ...

    @property
    def journal(self) -> Journal:
        """Who hears of it."""
        ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How a deployment answers: the settings that the domain knows. Without a `system_prompt`, by Vera's own."""

    bot_name: str
    system_prompt: str
    max_output_tokens: int
    context_tokens: int
    edit_every_tokens: int
    keep_passages: int
    max_tool_rounds: int


def answer(
    turn: Turn, ports: Ports, manner: Manner, time: Time, *, owner: str, admit: Callable[[Turn], None]
) -> Outcome:
    """Answer one question in one message, however often and however late it is delivered.

    `owner` names this invocation; `admit` raises `NotAllowed` for a turn that is not to be answered. Raises `Drop`
    where another worker answers it, and whatever kept Vera from telling the person how it ended.
    """
    began = time.clock()

    def note(event: Event) -> None:
        ports.journal.record(turn.key, event)

    with (
        Lease(ports.ledger, turn.key, owner=owner, deadline=time.until, clock=time.clock, wait=time.wait) as lease,
        Reply(
            ports.surface,
            turn,
            lease,
            budget=ports.budget,
            every_tokens=manner.edit_every_tokens,
            note=note,
            time=time,
        ) as reply,
    ):
        outcome, error = _Answer(turn, ports, manner, time, lease, reply, note).tell(admit)
        time.persist(partial(lease.complete, outcome))
        seconds = time.clock() - began
        note(TurnEnded(outcome, seconds, edits=reply.edits, characters=reply.characters, error=error))
        return outcome


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer on its way: the steps of the story, and what they share."""

    turn: Turn
    ports: Ports
    manner: Manner
    time: Time
    lease: Lease
    reply: Reply
    note: Callable[[Event], None]

    def tell(self, admit: Callable[[Turn], None]) -> tuple[Outcome, str]:
        """Tell the person the answer, or why there is none. Return how it ended, and the error's name where one did."""
        draft, footer = Draft(), ""
        try:
            admit(self.turn)
            self.reply.status("Reading the thread")
            self.note(TurnClaimed(self.lease.record.attempt))
            conversation = self.read()
            if conversation.is_empty:
                draft.add(_HELLO)
            else:
                findings = self.search(conversation)
                draft = Draft(len(findings.passages) if findings else None)
                ending = self.speak(conversation, findings, draft)
                footer = self.footer(conversation, findings, draft, ending)
        except Drop:
            raise
        except ExternalNotAllowed as refusal:
            return self.refuse_once(refusal)
        except NotAllowed as refusal:
            return self.refuse(refusal)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for an answer
            return self.apologize(error, draft)
        try:
            self.reply.finish(draft.text, footer)
        except SurfaceRefused as refusal:
            return self.apologize(refusal, Draft())  # what is refused is this text: a plain sentence may pass
        return "answered", ""

    def read(self) -> Conversation:
        """Read the thread as the model may see it."""
        began = self.time.clock()
        thread = self.ports.threads.read(self.turn, budget_tokens=self.manner.context_tokens)
        self.note(ThreadRead(len(thread.utterances), thread.omitted, self.time.clock() - began))
        return conversations.compose(thread, bot_name=self.manner.bot_name)

    def search(self, conversation: Conversation) -> Findings | None:
        """Look for passages in every knowledge base there is."""
        bases = self.ports.knowledge
        if not bases:
            return None
        self.reply.status("Checking the knowledge base")
        began = self.time.clock()
        query = knowledge.query(conversation)
        found = knowledge.search(bases, query, keep=self.manner.keep_passages, reranker=self.ports.reranker)
        scores = tuple(passage.score for passage in found.passages)
        seconds = self.time.clock() - began
        self.note(Retrieved(len(bases), found.failed, len(found.passages), len(query), seconds, scores))
        return found

    def speak(self, conversation: Conversation, findings: Findings | None, draft: Draft) -> str:
        """Let the model answer into the draft, for all to see. Return a sentence on how it ended, if it needs one."""
        from vera.assistant import prompt  # noqa: PLC0415 - what a model is told is no matter of the status message
        from vera.assistant.dialogue import Dialogue  # noqa: PLC0415 - as above

        self.reply.status("Writing")
        self.reply.follow(draft)
        dialogue = Dialogue(
            self.ports.model,
            self.ports.tools,
            turn=self.turn,
            timezone=conversation.asker.timezone,
            max_rounds=self.manner.max_tool_rounds,
            time=self.time,
            note=self.note,
            record=lambda ordinal, finished: self.time.persist(partial(self.lease.record_round, ordinal, finished)),
            finished=self.lease.record.rounds,
        )
        request = prompt.compose(
            conversation,
            findings,
            query=knowledge.query(conversation),
            system=self.manner.system_prompt or prompt.SYSTEM_PROMPT.format(name=self.manner.bot_name),
            tools=dialogue.specs,
            max_output_tokens=self.manner.max_output_tokens,
        )
        try:
            return dialogue.speak(request, draft, self.reply)
        except OutOfTime:
            if not draft.text.strip():
                raise
            return _CUT_SHORT
        finally:
            draft.settle()

    def footer(self, conversation: Conversation, findings: Findings | None, draft: Draft, ending: str) -> str:
        """Say what the reader should know of the answer, and where it is from."""
        notes = [ending] if ending else []
        if conversation.omitted:
            notes.append(
                f"I read the newest part of this thread; {conversation.omitted:,} older messages are left out."
            )
        notes += findings.trouble if findings else ()
        lines = [f"*{' '.join(sentence.split())}*" for sentence in notes]
        if findings and draft.cited:
            lines += ["**Sources**", knowledge.sources(findings.passages, draft.cited)]
        return "\n".join(lines)

    def apologize(self, error: Exception, draft: Draft) -> tuple[Outcome, str]:
        """Say what happened, under what was said so far; every log line of the turn holds the reference."""
        sentence = error.sentence if isinstance(error, VeraError) else VeraError.sentence
        self.reply.finish(draft.text, f"{sentence} (reference `{self.turn.ts}`)")
        return "failed", named(error)

    def refuse(self, refusal: NotAllowed) -> tuple[Outcome, str]:
        """Turn somebody away."""
        self.reply.finish(refusal.sentence)
        return "refused", ""

    def refuse_once(self, refusal: NotAllowed) -> tuple[Outcome, str]:
        """Turn somebody away, unless that was done in this thread before."""
        key, owner = f"refusal:{self.turn.channel}:{self.turn.root}", self.turn.key
        try:
            self.ports.ledger.claim(key, owner=owner, lease_seconds=LEASE_SECONDS)
        except TurnTaken:
            return "refused", ""
        ended = self.refuse(refusal)
        self.ports.ledger.complete(key, owner=owner, outcome="refused")
        return ended
