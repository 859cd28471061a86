"""One question answered, top to bottom. Everything else in this package is told from here.

The invariant: however often a question is delivered and wherever its workers die, one whole reply stands in the end, or
a sentence that says why there is none. `tests/unit/assistant/test_turn_deaths.py` lets them die everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol

from vera.assistant import conversation as conversations
from vera.assistant import knowledge
from vera.assistant.draft import Draft
from vera.assistant.journal import Retrieved, ThreadRead, TurnClaimed, TurnEnded, TurnHandedOn, named
from vera.assistant.ledger import LEASE_SECONDS, Lease
from vera.assistant.limits import ExternalNotAllowed
from vera.assistant.reply import Reply
from vera.assistant.so_far import SoFar
from vera.errors import Drop, NotAllowed, OutOfTime, StopAsked, SurfaceRefused, SurfaceUnavailable, TurnTaken, VeraError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vera.assistant.budget import Budget
    from vera.assistant.conversation import Conversation, ThreadReader, Turn
    from vera.assistant.deadline import Time
    from vera.assistant.dialogue import Dialogue
    from vera.assistant.journal import Event, Journal
    from vera.assistant.knowledge import Findings, KnowledgeBase, Reranker
    from vera.assistant.ledger import Ledger
    from vera.assistant.model import ChatModel
    from vera.assistant.reply import MessageSurface, Streaming
    from vera.assistant.tools import Tool

__all__ = ["MOST_LEGS", "Manner", "Outcome", "Ports", "answer", "replying"]

Outcome = Literal["answered", "failed", "refused", "stopped", "handed_on"]
"""How an attempt ended; `handed_on` where a fresh invocation goes on with the answer."""

MOST_LEGS = 12
"""How often an answer is handed on: Lambda takes a function that invokes itself for a runaway after some 16 rounds."""

_MOST_IDLE_LEGS = 1
"""How often an answer is handed on that has not grown: a model that thinks for longer than an invocation lives."""

_HELLO = "Hi! Ask me something, and I'll answer in this thread."
_CUT_SHORT = "I ran out of time here. Ask me to go on, and I will."
_GOING_ON = "Going on in a moment"


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
    def streams(self) -> MessageSurface | None:
        """Where they can be streamed, if they can."""
        ...

    @property
    def budget(self) -> Budget:
        """How often they may be written to, all workers of the workspace together."""
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
    streaming: Streaming = "edit"


def answer(
    turn: Turn,
    ports: Ports,
    manner: Manner,
    time: Time,
    *,
    owner: str,
    admit: Callable[[Turn], None],
    go_on: Callable[[int], None] | None = None,
    reopen: bool = False,
) -> Outcome:
    """Answer one question in one message, however often and however late it is delivered.

    `owner` names this invocation; `admit` raises `NotAllowed` for a turn that is not to be answered. `go_on(leg)` asks
    for a fresh invocation, for an answer that takes longer than this one has to live; what it raises is raised, so that
    a retry goes on instead. `reopen` answers what has failed for good, too. Raises `Drop` where another worker answers
    it, and whatever kept Vera from telling the person how it ended.
    """

    def note(event: Event) -> None:
        ports.journal.record(turn.key, event)

    with Lease(
        ports.ledger,
        turn.key,
        owner=owner,
        deadline=time.until,
        reopen=reopen,
        clock=time.clock,
        wait=time.wait,
    ) as lease:
        so_far = SoFar.of(lease.record)
        said = so_far.said(lease.record.rounds)
        with replying(turn, ports, manner, time, lease, native=so_far.native) as reply:
            told = _Answer(turn, ports, manner, time, lease, reply, note, so_far, said, so_far.findings)
            return told.to_its_end(admit, go_on if lease.record.leg < MOST_LEGS else None)


def replying(turn: Turn, ports: Ports, manner: Manner, time: Time, lease: Lease, *, native: bool = False) -> Reply:
    """Begin the reply to a claimed turn; `native` where an earlier leg has begun it so."""
    return Reply(
        ports.surface,
        ports.streams,
        turn,
        lease,
        streaming="native" if native and manner.streaming == "auto" else manner.streaming,
        share=ports.budget.share(turn.enterprise or turn.team, turn.key),
        every_tokens=manner.edit_every_tokens,
        note=lambda event: ports.journal.record(turn.key, event),
        time=time,
    )


@dataclass(slots=True)
class _Answer:
    """One answer on its way: the steps of the story, and what they share."""

    turn: Turn
    ports: Ports
    manner: Manner
    time: Time
    lease: Lease
    reply: Reply
    note: Callable[[Event], None]
    so_far: SoFar
    draft: Draft
    findings: Findings | None
    dialogue: Dialogue | None = None
    ending: str | None = None

    def to_its_end(self, admit: Callable[[Turn], None], go_on: Callable[[int], None] | None) -> Outcome:
        """Tell the answer and close the turn; or hand it on, where this invocation ends before it."""
        began = self.time.clock()
        try:
            outcome, error = self.tell(admit)
        except OutOfTime as late:
            if go_on and (so_far := self.unfinished()):
                return self.hand_on(so_far, go_on, began)
            outcome, error = self.run_out(late)
        except SurfaceUnavailable:
            if so_far := self.unfinished():
                self.time.persist(partial(self.lease.hand_on, so_far))  # then a retry need only land it
            raise
        self.time.persist(partial(self.lease.complete, outcome))
        seconds = self.time.clock() - began
        self.note(TurnEnded(outcome, seconds, edits=self.reply.edits, characters=self.reply.characters, error=error))
        return outcome

    def tell(self, admit: Callable[[Turn], None]) -> tuple[Outcome, str]:
        """Tell the person the answer, or why there is none. Return how it ended, and the error's name where one did.

        Raises `OutOfTime` where the time to finish has come before the answer's end.
        """
        footer = ""
        try:
            admit(self.turn)
            self.reply.status("Reading the thread")
            self.note(TurnClaimed(self.lease.record.attempt, self.lease.record.leg))
            conversation = self.read()
            if conversation.is_empty:
                self.draft.add(_HELLO)
            else:
                self.findings = self.findings or self.search(conversation)
                self.ending = self.speak(conversation)
                footer = self.footer(conversation, self.ending)
        except Drop:
            raise
        except (OutOfTime, StopAsked):
            if not self.lease.stopped.is_set:
                raise
            return self.stop()
        except ExternalNotAllowed as refusal:
            return self.refuse_once(refusal)
        except NotAllowed as refusal:
            return self.refuse(refusal)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for an answer
            self.draft.settle()
            return self.apologize(error, self.draft.text)
        return self.finish(footer)

    def finish(self, footer: str, outcome: Outcome = "answered", *, under_more: bool = False) -> tuple[Outcome, str]:
        """Let the answer stand."""
        try:
            self.reply.finish(self.draft.text, footer, under_more=under_more)
        except SurfaceRefused as refusal:
            return self.apologize(refusal, "")  # what is refused is this text: a plain sentence may pass
        return outcome, ""

    def check(self) -> None:
        """Raise where there is no time left to go on, or no wish to."""
        if self.lease.stopped.is_set:
            raise StopAsked(self.turn.key)
        self.time.check()

    def read(self) -> Conversation:
        """Read the thread as the model may see it."""
        began = self.time.clock()
        thread = self.ports.threads.read(
            self.turn, budget_tokens=self.manner.context_tokens, seconds=self.time.left / 2
        )
        self.note(ThreadRead(len(thread.utterances), thread.omitted, self.time.clock() - began))
        return conversations.compose(thread, bot_name=self.manner.bot_name)

    def search(self, conversation: Conversation) -> Findings | None:
        """Look for passages in every knowledge base there is."""
        bases = self.ports.knowledge
        if not bases:
            return None
        self.check()
        self.reply.status("Checking the knowledge base")
        began = self.time.clock()
        query = knowledge.query(conversation)
        found = knowledge.search(
            bases,
            query,
            keep=self.manner.keep_passages,
            reranker=self.ports.reranker,
            seconds=self.time.left / 2,  # the other half is for speaking
        )
        scores = tuple(passage.score for passage in found.passages)
        seconds = self.time.clock() - began
        self.note(Retrieved(len(bases), found.failed, len(found.passages), len(query), seconds, scores))
        return found

    def speak(self, conversation: Conversation) -> str:
        """Let the model answer into the draft, for all to see. Return a sentence on how it ended, if it needs one."""
        from vera.assistant import prompt  # noqa: PLC0415 - what a model is told is no matter of the status message
        from vera.assistant.dialogue import Dialogue  # noqa: PLC0415 - as above

        self.draft = Draft(len(self.findings.passages) if self.findings else None)
        self.reply.status("Writing")
        self.reply.follow(self.draft)
        self.dialogue = Dialogue(
            self.ports.model,
            self.ports.tools,
            turn=self.turn,
            timezone=conversation.asker.timezone,
            max_rounds=self.manner.max_tool_rounds,
            time=self.time,
            note=self.note,
            check=self.check,
            stopped=self.lease.stopped,
            record=lambda ordinal, finished: self.time.persist(partial(self.lease.record_round, ordinal, finished)),
            finished=self.lease.record.rounds,
            said=self.so_far.text,
        )
        if self.so_far.ending is not None:
            self.dialogue.say_again(self.draft)
            self.draft.settle()
            return self.so_far.ending
        request = prompt.compose(
            conversation,
            self.findings,
            query=knowledge.query(conversation),
            system=self.manner.system_prompt or prompt.SYSTEM_PROMPT.format(name=self.manner.bot_name),
            tools=self.dialogue.specs,
            max_output_tokens=self.manner.max_output_tokens,
        )
        return self.dialogue.speak(request, self.draft, self.reply)

    def unfinished(self) -> str:
        """Return what the next leg needs in order to go on; empty where it could not."""
        if not self.dialogue:
            return self.lease.record.so_far
        if (said := self.dialogue.unfinished) is None:
            return ""
        grown = len(said) > len(self.so_far.text) or self.dialogue.rounds > self.so_far.rounds
        idle_legs = 0 if grown or self.ending is not None else self.so_far.idle_legs + 1
        if idle_legs > _MOST_IDLE_LEGS:
            return ""
        so_far = SoFar(said, self.dialogue.rounds, self.reply.is_native, self.findings, self.ending, idle_legs)
        return so_far.to_json()

    def hand_on(self, so_far: str, go_on: Callable[[int], None], began: float) -> Outcome:
        """Leave the answer to a fresh invocation: the record first, so that whoever comes knows how far it is."""
        self.reply.pause(_GOING_ON)  # whoever is stopped meanwhile: the next leg says so
        leg = self.time.persist(partial(self.lease.hand_on, so_far))
        self.note(TurnHandedOn(leg, self.time.clock() - began, self.reply.edits, self.reply.characters))
        go_on(leg)
        return "handed_on"

    def run_out(self, late: OutOfTime) -> tuple[Outcome, str]:
        """End where nobody goes on: what there is stays, with a sentence under it."""
        if self.lease.stopped.is_set:
            return self.stop()
        self.draft.settle()
        if not self.draft.text.strip():
            return self.apologize(late, "")
        return self.finish(self.footer(None, _CUT_SHORT if self.ending is None else self.ending))

    def stop(self) -> tuple[Outcome, str]:
        """End where the asker wants no more: what there is stays, with a sentence under it."""
        self.draft.settle()
        return self.finish(self.footer(None, StopAsked.sentence), "stopped", under_more=True)

    def footer(self, conversation: Conversation | None, ending: str) -> str:
        """Say what the reader should know of the answer, and where it is from."""
        notes = [ending] if ending else []
        if conversation and conversation.omitted:
            notes.append(
                f"I read the newest part of this thread; {conversation.omitted:,} older messages are left out."
            )
        notes += self.findings.trouble if self.findings else ()
        lines = [f"*{' '.join(sentence.split())}*" for sentence in notes]
        if self.findings and self.draft.cited:
            lines += ["**Sources**", knowledge.sources(self.findings.passages, self.draft.cited)]
        return "\n".join(lines)

    def apologize(self, error: Exception, text: str) -> tuple[Outcome, str]:
        """Say what happened, under what was said so far; every log line of the turn holds the reference."""
        sentence = error.sentence if isinstance(error, VeraError) else VeraError.sentence
        self.reply.finish(text, f"{sentence} (reference `{self.turn.ts}`)")
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
