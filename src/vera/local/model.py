"""A model that needs no account: it answers by quoting. Small, deterministic, and honest about being no language model.

It keeps `ChatModel`'s contract (`tests/contract/test_chat_model.py`): the same events in the same order as a language
model's, a token at a time. What it says is picked from the passages of the request's grounding (`answering.py`).
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from vera.assistant.conversation import tokens
from vera.assistant.model import Stopped, Text, TextDelta, ToolResult, ToolUse, Usage
from vera.local.answering import picked_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from vera.assistant.model import Grounding, ModelEvent, ModelRequest

__all__ = ["PassageModel", "tokens_of"]

_TOKEN = re.compile(r"\s*\w{1,6}|\s*[^\w\s]{1,3}|\s+")
_CLOCK = "current_time"

_ADDRESS = re.compile(r"^\W*(?:<@\w+>|@\w+)[\s,:]*")
_POLITE = r"(?:\W*\b(?:please|can you|could you|tell me|do you know|hey|hi|hello|so|ok|okay|and|vera)\b)*\W*"
_ASKS_TIME = re.compile(
    _POLITE
    + r"(?:what\s+(?:time|day|date)\s+is\s+(?:it|today)|what(?:'s|\u2019s|\s+is)\s+the\s+(?:current\s+|exact\s+)?"
    r"(?:time|date)(?:\s+and\s+(?:time|date))?|what(?:'s|\u2019s|\s+is)\s+today(?:['\u2019]s\s+date)?|(?:the\s+)?current\s+"
    r"(?:time|date)|how\s+late\s+is\s+it)(?:\s+(?:right\s+now|now|today|here|there|please|for\s+me))*\W*",
    re.IGNORECASE,
)
_GREETS = re.compile(
    r"\W*(?:hi|hello|hey|hallo|moin|servus|good\s+(?:morning|afternoon|evening|day))(?:\s+(?:there|vera|all|everyone))?\W*",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\W*(?:(?:many\s+)?thanks|thank\s+you|thx|cheers|great|perfect|cool|ok(?:ay)?|got\s+it)(?:\s+(?:so|very|a\s+lot|much|you|"
    r"vera|all|that\s+helps))*\W*",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(
    _POLITE + r"(?:what\s+(?:can|do|could)\s+you\s+do(?:\s+for\s+me)?|who\s+are\s+you|what\s+are\s+you|help(?:\s+me)?"
    r"|how\s+do\s+you\s+work|how\s+can\s+you\s+help(?:\s+me)?|are\s+you\s+(?:an?\s+)?(?:ai|bot|robot|llm|language\s+model|human))\W*",
    re.IGNORECASE,
)

_WHO = (
    "I'm no language model: I search a folder of documents and answer with the sentences of theirs that fit a question."
)
_HELLO = f"Hello! Ask me something about the documents. {_WHO}"
_WELCOME = "You're welcome."
_NO_CLOCK = "I have no clock to look at."
_NOTHING = (
    "I found nothing about that in the documents. I'm no language model, I pick sentences by their words: naming the "
    "thing as the documents do may help."
)
_NO_DOCUMENTS = "I have no documents to look into. I'm no language model: without documents I know nothing."
_UNSURE = "This is the closest that I found in the documents, it may not be what you asked for."


class PassageModel:
    """The embedded default. It reads nothing but the request, keeps nothing, and is safe from several threads."""

    model_id = "embedded"

    def __init__(self, *, delay_seconds_per_token: float = 0.0, sleep: Callable[[float], None] = time.sleep) -> None:
        """Say how long it waits before each token: nothing, unless somebody is to see the answer grow."""
        self._delay_seconds = delay_seconds_per_token
        self._sleep = sleep

    def converse(self, request: ModelRequest) -> Generator[ModelEvent]:
        """Say what the passages say, or call the clock where the time is asked for and there is one."""
        question = _question(request)
        results = _results(request)
        clock = any(tool.name == _CLOCK for tool in request.tools)
        if clock and not results and _ASKS_TIME.fullmatch(question):
            yield ToolUse(id=f"embedded-{len(request.messages)}", name=_CLOCK, arguments="{}")
            yield Stopped("tool_use")
            yield Usage(input_tokens=_input_tokens(request), output_tokens=tokens(_CLOCK))
            return
        said = 0
        answer = _told(results) if results else _reply(question, request.grounding)
        pieces = tokens_of(answer.removeprefix(request.grounding.said if request.grounding else ""))
        for piece in pieces[: request.max_output_tokens]:
            if self._delay_seconds:
                self._sleep(self._delay_seconds)
            said += 1
            yield TextDelta(piece)
        yield Stopped("end_turn" if said == len(pieces) else "max_tokens")
        yield Usage(input_tokens=_input_tokens(request), output_tokens=said)


def tokens_of(text: str) -> list[str]:
    """Cut a text into pieces about as long as a model's tokens; joined, they are the text."""
    return _TOKEN.findall(text)


def _question(request: ModelRequest) -> str:
    if request.grounding:
        return _ADDRESS.sub("", request.grounding.question).strip()
    asked = [content.text for content in request.messages[-1].content if isinstance(content, Text)]
    return _ADDRESS.sub("", asked[-1] if asked else "").strip()


def _results(request: ModelRequest) -> list[ToolResult]:
    return [content for content in request.messages[-1].content if isinstance(content, ToolResult)]


def _told(results: list[ToolResult]) -> str:
    failed = next((result for result in results if result.failed), None)
    if failed:
        return "I tried to look at the clock, but that failed."
    return " ".join(f"It is {result.text.strip().rstrip('.')}." for result in results)


def _reply(question: str, grounding: Grounding | None) -> str:
    if _GREETS.fullmatch(question):
        return _HELLO
    if _THANKS.fullmatch(question):
        return _WELCOME
    if _ASKS_WHO.fullmatch(question):
        return _WHO
    if _ASKS_TIME.fullmatch(question):
        return _NO_CLOCK
    answer = picked_answer(question, grounding.query, grounding.passages) if grounding else None
    if not answer:
        return _NO_DOCUMENTS if grounding and not grounding.searched else _NOTHING
    return answer.text if answer.sure else f"{_UNSURE}\n\n{answer.text}"


def _input_tokens(request: ModelRequest) -> int:
    """Estimate what a language model would have read: instructions, messages, tools."""
    said = [
        content.text
        for message in request.messages
        for content in message.content
        if isinstance(content, Text | ToolResult)
    ]
    told = [tool.description for tool in request.tools]
    return sum(map(tokens, [request.system, *said, *told]))
