"""The talk between Vera and the model: text goes out, tools are called, until the model has nothing to add.

What helps is tried again: a busy model, a stream that breaks off, an answer that came out malformed. Then the round
starts over, while finished rounds stay, here and in the record that a takeover reads
(`tests/unit/assistant/test_dialogue.py`).
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from itertools import repeat
from typing import TYPE_CHECKING, Protocol

from vera.assistant.journal import ModelCalled, ToolCalled
from vera.assistant.ledger import ROUND_BYTES
from vera.assistant.model import ModelMessage, Reasoning, Stopped, Text, TextDelta, ToolResult, ToolUse, Usage
from vera.assistant.prompt import GO_ON
from vera.assistant.tools import RESULT_CHARACTERS, TOOL_NAME, ToolContext, ToolError
from vera.errors import ModelBusy, ModelFailed, OutOfTime, StreamBroken, TellPerson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vera.assistant.conversation import Turn
    from vera.assistant.deadline import Time
    from vera.assistant.draft import Draft
    from vera.assistant.interruption import Interruption
    from vera.assistant.journal import Event
    from vera.assistant.model import ChatModel, Content, ModelRequest, StopReason, ToolSpec
    from vera.assistant.tools import Tool

__all__ = ["RETRY_DELAYS_SECONDS", "Dialogue", "Listener", "Round", "say_again"]

RETRY_DELAYS_SECONDS = (1.0, 4.0)
"""How long to wait before a request is made again, on top of what the SDK retries by itself."""

_NOTES: Mapping[StopReason, str] = {
    "max_tokens": "This answer was cut off at its length limit.",
    "guardrail_intervened": "A guardrail stopped this answer.",
    "content_filtered": "A content filter stopped this answer.",
    "model_context_window_exceeded": "This answer was cut off: the conversation fills all that the model can read.",
}
_MALFORMED = {"malformed_model_output", "malformed_tool_use"}
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Round:
    """One finished tool round: what the model thought, said and called, and what came of each call."""

    reasoning: tuple[Reasoning, ...]
    text: str
    uses: tuple[ToolUse, ...]
    results: tuple[ToolResult, ...]

    def to_json(self) -> str:
        """Write it down for the ledger; half a character, which has no UTF-8, is escaped."""
        whole = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))
        return _HALF_A_CHARACTER.sub(lambda half: f"\\u{ord(half[0]):04x}", whole)

    @classmethod
    def from_json(cls, text: str) -> Round:
        """Read what `to_json` wrote."""
        raw = json.loads(text)
        return cls(
            reasoning=tuple(Reasoning(**each) for each in raw["reasoning"]),
            text=raw["text"],
            uses=tuple(ToolUse(**each) for each in raw["uses"]),
            results=tuple(ToolResult(**each) for each in raw["results"]),
        )

    def messages(self) -> tuple[ModelMessage, ModelMessage]:
        """Return the round as the model has to see it again."""
        said: tuple[Content, ...] = (Text(self.text),) if self.text.strip() else ()
        return (
            ModelMessage("assistant", (*self.reasoning, *said, *self.uses)),
            ModelMessage("user", self.results),
        )


class Listener(Protocol):
    """Who wants to know how the talk goes on."""

    def on_text(self, characters: int) -> None:
        """Hear that the draft has grown. Called for each delta, so it has to be cheap."""
        ...

    def on_tool(self, status: str) -> None:
        """Hear that tools are about to run."""
        ...


@dataclass(slots=True)
class _Heard:
    """What one request came to, so far."""

    reasoning: list[Reasoning] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    uses: list[ToolUse] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    first_text_at: float | None = None


class Dialogue:
    """One turn's talk with a model, its tools between."""

    def __init__(
        self,
        model: ChatModel,
        tools: Sequence[Tool],
        *,
        turn: Turn,
        timezone: str,
        max_rounds: int,
        time: Time,
        note: Callable[[Event], None],
        check: Callable[[], None],
        stopped: Interruption,
        record: Callable[[int, str], None],
        finished: Sequence[str] = (),
        said: str = "",
    ) -> None:
        """Prepare to talk.

        `finished` are the rounds of a worker before this one, `said` its words of the round that it could not finish;
        `record` writes down the rounds to come. `check` raises when it is time to stop listening; `stopped` ends a
        model's silence then.
        """
        self._model, self._tools = model, {tool.name: tool for tool in tools}
        self._turn, self._timezone, self._max_rounds = turn, timezone, max_rounds
        self._time, self._note, self._record = time, note, record
        self._check, self._stopped = check, stopped
        self._rounds = [Round.from_json(each) for each in finished]
        self._recorded = len(self._rounds)
        self._calls = 0
        self._said = said
        self._heard = _Heard(pieces=[said])

    @property
    def unfinished(self) -> str | None:
        """What was said in the round that isn't finished, or None where that alone could not be gone on with."""
        return "".join(self._heard.pieces) if self._recorded == len(self._rounds) else None

    @property
    def rounds(self) -> int:
        """How many rounds are finished."""
        return len(self._rounds)

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """What the model is told it may do."""
        return tuple(tool.spec for tool in self._tools.values())

    def speak(self, request: ModelRequest, draft: Draft, listener: Listener) -> str:
        """Let the model answer into `draft`; return a sentence about how it ended, or nothing where it ended well.

        Raises what the port raises, when it has outlived the retries, and `TellPerson` where there is no answer.
        """
        self.say_again(draft)
        messages = [*request.messages, *(message for past in self._rounds for message in past.messages())]
        while True:
            heard, stopped = self._ask(replace(request, messages=tuple(messages)), draft, listener)
            draft.settle()
            self._said = ""
            if not heard.uses or stopped.reason in _NOTES:  # a call that was cut off may lack arguments
                return _ending(stopped, draft)
            if len(self._rounds) >= self._max_rounds:
                return f"I stopped here: this took more than {self._max_rounds} rounds of looking things up."
            results = self._run(heard.uses, listener)
            finished = Round(tuple(heard.reasoning), "".join(heard.pieces), tuple(heard.uses), results)
            self._keep(finished)
            self._rounds.append(finished)
            self._heard = _Heard()
            messages += finished.messages()

    def say_again(self, draft: Draft) -> None:
        """Put into the draft what was said before the worker died or handed on, without running anything."""
        say_again(self._rounds, self._said, draft)
        for use in (use for past in self._rounds for use in past.uses):
            self._note(ToolCalled(self._known(use.name), self._calls, "replayed", 0.0))
            self._calls += 1

    def _keep(self, finished: Round) -> None:
        """Record a round, unless it or one before it is larger than ledgers take: a takeover would do it again."""
        written = finished.to_json()
        if self._recorded == len(self._rounds) and len(written.encode()) <= ROUND_BYTES:
            self._record(self._recorded, written)
            self._recorded += 1

    def _ask(self, request: ModelRequest, draft: Draft, listener: Listener) -> tuple[_Heard, Stopped]:
        """Make one request, and make it again while that may help."""
        delays = iter(RETRY_DELAYS_SECONDS)
        if self._said:
            request = _going_on(request, self._said)
        while True:
            self._check()
            try:
                return self._listen(replace(request, seconds=self._time.left, stopped=self._stopped), draft, listener)
            except (ModelBusy, StreamBroken):
                self._check()
                delay = next(delays, None)
                in_time = delay is not None and delay <= self._time.left
                if delay is not None and in_time:
                    self._time.nap(delay)
                    self._check()  # before anything is forgotten: who is stopped keeps what there is
                draft.start_over()
                self._heard = _Heard(pieces=[self._said])
                if delay is None:
                    raise
                if not in_time:
                    raise OutOfTime(f"{delay:.1f} s to wait") from None

    def _listen(self, request: ModelRequest, draft: Draft, listener: Listener) -> tuple[_Heard, Stopped]:
        """Read one stream to its end, and tell the journal what came of it."""
        self._heard = heard = _Heard(pieces=[self._said])
        began = self._time.clock()
        try:
            stopped = self._drain(request, heard, draft, listener)
            outcome: str = stopped.reason
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            self._note(
                ModelCalled(
                    model_id=self._model.model_id,
                    outcome=outcome,
                    first_text_seconds=None if heard.first_text_at is None else heard.first_text_at - began,
                    seconds=self._time.clock() - began,
                    **asdict(heard.usage),
                )
            )
        if outcome in _MALFORMED:
            raise StreamBroken(outcome)
        return heard, stopped

    def _drain(self, request: ModelRequest, heard: _Heard, draft: Draft, listener: Listener) -> Stopped:
        """Read at full speed; what is looked up beforehand would be looked up for each token."""
        check, keep, add, hear = self._check, heard.pieces.append, draft.add, listener.on_text
        stopped: Stopped | None = None
        with closing(self._model.converse(request)) as events:
            for event in events:
                if type(event) is TextDelta:
                    text = event.text
                    if heard.first_text_at is None:
                        heard.first_text_at = self._time.clock()
                        if not self._said:
                            _break_paragraph(draft)
                    keep(text)
                    add(text)
                    hear(len(text))
                    check()
                elif isinstance(event, Stopped):
                    stopped = event
                elif isinstance(event, Usage):
                    heard.usage = event
                elif isinstance(event, Reasoning):
                    heard.reasoning.append(event)
                    check()
                elif isinstance(event, ToolUse):
                    heard.uses.append(_presentable(event))
                    check()
        if stopped is None:
            raise StreamBroken("the stream ended without a stop reason")
        return stopped

    def _run(self, uses: Sequence[ToolUse], listener: Listener) -> tuple[ToolResult, ...]:
        """Run the calls of one round side by side; results stand in the order of the calls and share their room."""
        first, room = self._calls, RESULT_CHARACTERS // len(uses)
        self._calls += len(uses)
        known = [self._tools[use.name].status for use in uses if use.name in self._tools]
        if known:
            listener.on_tool(", ".join(dict.fromkeys(known)))
        if len(uses) == 1:
            return (self._call(uses[0], first, room),)
        with ThreadPoolExecutor(max_workers=min(8, len(uses)), thread_name_prefix="tool") as pool:
            return tuple(pool.map(self._call, uses, range(first, first + len(uses)), repeat(room)))

    def _call(self, use: ToolUse, ordinal: int, room: int) -> ToolResult:
        """Run one call: whatever goes wrong in a tool, the model is told and the answer goes on."""
        began = self._time.clock()
        result = self._result(use, ordinal, room)
        outcome = "failed" if result.failed else "ok"
        self._note(ToolCalled(self._known(use.name), ordinal, outcome, self._time.clock() - began))
        return result

    def _known(self, name: str) -> str:
        """Return a tool's name for the journal, which holds no words of the model's own."""
        return name if name in self._tools else "?"

    def _result(self, use: ToolUse, ordinal: int, room: int) -> ToolResult:
        tool = self._tools.get(use.name)
        if tool is None:
            return ToolResult(
                use.id, f"There is no tool of this name. There are: {', '.join(self._tools)}.", failed=True
            )
        context = ToolContext(self._turn, ordinal, self._time.now(), self._timezone)
        try:
            text = tool.call(use.arguments, context).encode(errors="replace").decode()  # half a character is none
            if len(text) > room:
                text = f"{text[:room]}\n(cut off: {len(text):,} characters in all)"
            return ToolResult(use.id, text if text.strip() else "(nothing)")
        except ToolError as error:
            return ToolResult(use.id, str(error)[:room].strip() or "The tool failed.", failed=True)
        except TellPerson as error:
            return ToolResult(use.id, error.sentence, failed=True)
        except Exception as error:  # noqa: BLE001 - a tool is somebody else's code: its failure must not end the answer
            return ToolResult(use.id, f"The tool failed ({type(error).__name__}).", failed=True)


def say_again(rounds: Sequence[Round], said: str, draft: Draft) -> None:
    """Put into the draft what was said in finished rounds, and in the one that isn't: that may yet go on."""
    for past in rounds:
        if past.text:
            _break_paragraph(draft)
            draft.add(past.text)
        draft.settle()
    if said:
        _break_paragraph(draft)
        draft.add(said)
        draft.mark()


def _going_on(request: ModelRequest, said: str) -> ModelRequest:
    """Show the model what it has said already of this message, and ask for the rest."""
    shown = (ModelMessage("assistant", (Text(said),)),) if said.strip() else ()
    asked = (ModelMessage("user", (Text(GO_ON),)),) if shown else ()
    grounding = request.grounding and replace(request.grounding, said=said)
    return replace(request, messages=(*request.messages, *shown, *asked), grounding=grounding)


def _ending(stopped: Stopped, draft: Draft) -> str:
    """Say how the answer ended; an answer without a word is a failure."""
    note = stopped.note or _NOTES.get(stopped.reason, "")
    if not draft.text.strip():
        raise ModelFailed(
            f"no text, stopped by {stopped.reason}", sentence=note or "The language model had nothing to say."
        )
    return note


def _presentable(use: ToolUse) -> ToolUse:
    """Return a call whose name may be said again: models invent tools, and Converse refuses names it does not like."""
    return use if TOOL_NAME.fullmatch(use.name) else replace(use, name="unknown")


def _break_paragraph(draft: Draft) -> None:
    """Begin a round's words in a paragraph of their own."""
    if draft.text:
        draft.add("\n\n")
