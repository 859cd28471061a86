"""What is known about a question: the query, the passages found side by side in every knowledge base, their sources.

Passages are numbered from 1 as the model sees them; the sources that close a reply keep these numbers, in the order in
which the answer cites them (`tests/unit/assistant/test_knowledge.py`).
"""

from __future__ import annotations

import math
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from vera.errors import KnowledgeUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vera.assistant.conversation import Conversation

__all__ = ["QUERY_CHARACTERS", "Findings", "KnowledgeBase", "Passage", "Reranker", "query", "search", "sources"]

QUERY_CHARACTERS = 1_000
"""Bedrock's quota for the query of a Retrieve call, although its model admits more."""

_LEANING = re.compile(
    r"\b(?:it|its|that|this|these|those|they|them|their|then|he|she|him|her|his|same|ones?|else|instead|above|again|also|"
    r"(?<!is )(?<!are )there(?! is| are))\b|^\W*(?:and|but|or|so|why|what about|how about|which one)\b",
    re.IGNORECASE,
)
_FEW_WORDS = 4
_ASIDE_WORDS = 2
_EARLIER = 2
_WORD = re.compile(r"\w+")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>~|&])")
# Control characters, those that turn the direction of writing, and what begins a footer.
_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2063\\u2066-\\u2069]")
_TITLE_CHARACTERS = 200
_LOCATION_CHARACTERS = 1_000
_NOT_IN_A_URL = re.compile(r"[^\w.~:/?#@!$&'*+,;=%-]|&(?=#?\w+;)")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document; all of it is untrusted text.

    `title` is what people call the document, `location` where it stands: a URL, an `s3://` URI, an id, or nothing.
    `score` is comparable within one knowledge base alone, or after reranking.
    """

    text: str
    title: str
    location: str = ""
    score: float = 0.0
    knowledge_base: str = ""


class KnowledgeBase(Protocol):
    """One collection of documents that can be searched. Safe from several threads."""

    @property
    def id(self) -> str:
        """What the knowledge base is called, for logs and records."""
        ...

    def search(self, query: str, *, seconds: float = math.inf) -> tuple[Passage, ...]:
        """Return the passages nearest to `query` (1 to 1,000 characters), best first, maybe none.

        One that is still waking up is waited for, as long as that may help, but no longer than `seconds`. Raises
        `KnowledgeUnavailable` where it is down, forbidden or waking up even then; its sentence says which.
        """
        ...


class Reranker(Protocol):
    """A second, slower look at what was found."""

    def rerank(self, query: str, passages: tuple[Passage, ...], keep: int) -> tuple[Passage, ...]:
        """Return at most `keep` of `passages` with new scores, best first. Raises `KnowledgeUnavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search came to. `trouble` are sentences for people about what could not be searched."""

    passages: tuple[Passage, ...] = ()
    trouble: tuple[str, ...] = ()
    failed: int = 0


def query(conversation: Conversation) -> str:
    """Return the question with what it leans on: a bare "and on Fridays?" is searched with the question before it.

    A question leans if it is very short, begins as a continuation does, or points at something ("it", "there"). It is
    given the questions asked before, up to one that stands alone, at most two; asides of a word or two don't count.
    Where Vera was mentioned without words and nobody asked before, what was said last is looked for. At most 1,000
    characters, whole words: the question first of all, and its end where that alone is longer.
    """
    parts, earlier = [conversation.question], list(conversation.recent)
    counted = 0
    while earlier and counted < _EARLIER and _leans(parts[0]):
        parts.insert(0, earlier.pop())
        counted += len(_WORD.findall(parts[0])) > _ASIDE_WORDS
    words = " ".join(parts).split()
    if not words and (last := conversation.since or (conversation.history and conversation.history[-1].text)):
        words = last.split()
    return _shortened(" ".join(words))


def _leans(question: str) -> bool:
    return len(_WORD.findall(question)) <= _FEW_WORDS or bool(_LEANING.search(question))


def _shortened(text: str) -> str:
    """Cut the older end off, where the question isn't, at a word."""
    if len(text) <= QUERY_CHARACTERS:
        return text
    tail = text[-QUERY_CHARACTERS - 1 :]
    return tail.split(" ", 1)[1] if " " in tail else tail[1:]


def search(
    bases: Sequence[KnowledgeBase],
    text: str,
    *,
    keep: int,
    reranker: Reranker | None = None,
    seconds: float = math.inf,
) -> Findings:
    """Ask every knowledge base side by side and return the best `keep` passages, each text once.

    `seconds` is how long is waited, at most, for those that are waking up.
    With a reranker, it chooses among all; without one, the bases take turns, since their scores can't be compared. A
    base that does not answer, or a reranker, costs its sentence in `trouble`.
    """
    if len(bases) == 1:
        answers = [_asked(bases[0], text, seconds)]
    else:
        with ThreadPoolExecutor(max_workers=max(1, len(bases)), thread_name_prefix="knowledge") as pool:
            answers = list(pool.map(lambda base: _asked(base, text, seconds), bases))
    trouble = [answer.sentence for answer in answers if isinstance(answer, KnowledgeUnavailable)]
    failed = len(trouble)
    found = _distinct(_in_turns([answer for answer in answers if not isinstance(answer, KnowledgeUnavailable)]))
    if reranker and len(found) > 1:
        try:
            found = reranker.rerank(text, found, keep)
        except KnowledgeUnavailable as problem:
            trouble.append(problem.sentence)
    return Findings(found[:keep], tuple(dict.fromkeys(trouble)), failed)


def _asked(base: KnowledgeBase, text: str, seconds: float) -> tuple[Passage, ...] | KnowledgeUnavailable:
    try:
        return base.search(text, seconds=seconds)
    except KnowledgeUnavailable as problem:
        return problem


def _in_turns(answers: Sequence[tuple[Passage, ...]]) -> Iterable[Passage]:
    for rank in range(max(map(len, answers), default=0)):
        for answer in answers:
            if rank < len(answer):
                yield answer[rank]


def _distinct(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """Keep the first of the passages that say the same, however they space it; none is blank."""
    by_text: dict[str, Passage] = {}
    for passage in passages:
        if words := " ".join(passage.text.split()):
            by_text.setdefault(words, passage)
    return tuple(by_text.values())


def sources(passages: Sequence[Passage], cited: Sequence[int]) -> str:
    """Return the list that closes a reply, as Markdown: a line for each cited document, in the order of citation.

    Passages of one document share a line, under all of their numbers.
    """
    lines: dict[tuple[str, str], list[int]] = {}
    for number in cited:
        passage = passages[number - 1]
        lines.setdefault((passage.title, passage.location), []).append(number)
    return "\n".join(
        f"{' '.join(f'[{number}]' for number in numbers)} {_link(title, location)}"
        for (title, location), numbers in lines.items()
    )


def _link(title: str, location: str) -> str:
    """Title and link of one source: untrusted words, so that nothing in them is Markdown."""
    name = _MARKDOWN.sub(r"\\\1", _plain(title)[:_TITLE_CHARACTERS]) or "Untitled"
    if location.startswith(("https://", "http://")) and len(location) <= _LOCATION_CHARACTERS:
        return f"[{name}]({_NOT_IN_A_URL.sub(_encoded, location.strip())})"
    shown = _plain(location)[:_TITLE_CHARACTERS].replace("`", "'")
    return f"{name} (`{shown}`)" if shown and shown != title else name


def _plain(text: str) -> str:
    """Return words on one line, with nothing in them that people don't see."""
    return _UNSEEN.sub("", " ".join(text.split())).strip()


def _encoded(match: re.Match[str]) -> str:
    """Write what would end a link's target, or stand for something else in it, so that it does neither."""
    if match.group() == "&":
        return "&amp;"
    return "".join(f"%{byte:02X}" for byte in match.group().encode(errors="replace"))
