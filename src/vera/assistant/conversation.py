"""What was said, as the model may see it: who asks what and where, and what was said before.

`Turn` is the question, `Thread` what a `ThreadReader` found around it, `Conversation` what is put to the model: roles
alternate, the question is last, nothing is blank (a law that `tests/unit/assistant/test_conversation.py` tries with
any thread at all).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


__all__ = [
    "FOOTER",
    "Conversation",
    "Person",
    "Role",
    "Said",
    "Thread",
    "ThreadReader",
    "Turn",
    "Utterance",
    "compose",
    "newest_within",
    "tokens",
]

Item = TypeVar("Item")

Role = Literal["user", "assistant"]
"""Whose turn it is to speak, as a model sees it."""

FOOTER = "\u2063"
"""An invisible separator: in Vera's messages, what follows it (sources, notes) is no part of the answer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question: the message that asks it, who wrote it, and where.

    `channel` and `ts` name the person's message; `thread_ts` is the root of its thread where it is a reply. `text` is
    as Slack sent it. `team` and `enterprise` are the installation's, `user_team` the author's own; each may be empty.
    """

    channel: str
    ts: str
    user: str
    text: str = ""
    thread_ts: str = ""
    direct: bool = False
    team: str = ""
    enterprise: str = ""
    user_team: str = ""

    @property
    def key(self) -> str:
        """What makes the turn one and the same, however often it is delivered."""
        return f"{self.channel}:{self.ts}"

    @property
    def root(self) -> str:
        """The ts of the message whose thread the answer goes into."""
        return self.thread_ts or self.ts


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks. `timezone` is an IANA name, or empty where it is not known."""

    id: str
    name: str
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One message of a thread, in plain Markdown: mentions are names, Slack's markup, entities and footers are gone.

    `speaker` tells Vera's own messages from people's and from other bots'. `turn` and `part` are what Vera's own carry
    in their metadata: which question they answer, and as which of its messages; `unfinished` marks one that is still
    being written, or was left so. `files` are the names of what is attached.
    """

    ts: str
    speaker: Literal["vera", "person", "bot"]
    name: str
    text: str
    turn: str = ""
    part: int = 0
    unfinished: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """What a reader found: utterances from old to new up to the question, itself included as the last one.

    `omitted` counts older messages that did not fit into the budget; `asker` is who wrote the question.
    """

    utterances: tuple[Utterance, ...]
    asker: Person
    omitted: int = 0


class ThreadReader(Protocol):
    """Where the words before a question are found."""

    def read(self, turn: Turn, *, budget_tokens: int, seconds: float = math.inf) -> Thread:
        """Return the thread up to the question: its root, the newest messages within the budget, and the question.

        At the top level of a direct message, its recent messages stand for the thread. Messages later than the question
        are left out, other questions' answers that came meanwhile included. Waits no longer than `seconds`. Raises
        `SurfaceUnavailable` and `SurfaceRefused`; a person who cannot be looked up is called by their id.
        """
        ...


def tokens(text: str) -> int:
    """Estimate how many tokens a text is: four bytes each, which for prose errs on the long side."""
    return len(text.encode(errors="replace")) // 4 + 1


def newest_within(items: Sequence[Item], budget: int, size: Callable[[Item], int]) -> tuple[list[Item], int]:
    """Keep the last of `items`, whose sizes add up to at most `budget`; return them, and how many are left out."""
    kept: list[Item] = []
    for item in reversed(items):
        budget -= size(item)
        if budget < 0:
            break
        kept.append(item)
    return kept[::-1], len(items) - len(kept)


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the model sees it."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is put to the model.

    `history` is empty, or begins with the user's side, alternates, and ends with Vera's word; `since` is what people
    and bots said after that, before the question. `question` is empty where Vera was mentioned without words. `recent`
    are the questions asked before, oldest first, for the knowledge query to lean on. `being_answered` counts the
    earlier ones to which Vera is still writing an answer.
    """

    question: str
    asker: Person
    history: tuple[Said, ...] = ()
    since: str = ""
    recent: tuple[str, ...] = ()
    omitted: int = 0
    being_answered: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to answer: no words, and nothing before that they could be about."""
        return not (self.question or self.history or self.since)


def compose(thread: Thread, *, bot_name: str) -> Conversation:
    """Make a conversation of a thread whose last utterance is the question.

    Unfinished answers are no context, a long answer's parts are one. People speak under their names, other bots are
    quoted as such.
    """
    *earlier, question = thread.utterances
    said = [Said("assistant" if each.speaker == "vera" else "user", _quoted(each)) for each in _joined(earlier)]
    runs = [
        Said(role, "\n\n".join(each.text for each in run))
        for role, run in groupby((each for each in said if each.text), key=attrgetter("role"))
    ]
    since = runs.pop().text if runs and runs[-1].role == "user" else ""
    if runs and runs[0].role == "assistant":
        runs.insert(0, Said("user", "(What was said before is left out.)"))
    return Conversation(
        question=_words(replace(question, text=_addressed(question.text, bot_name))),
        asker=thread.asker,
        history=tuple(runs),
        since=since,
        recent=tuple(filter(None, (_addressed(each.text, bot_name) for each in earlier if each.speaker == "person"))),
        omitted=thread.omitted,
        being_answered=len(_unfinished(earlier)),
    )


def _unfinished(utterances: Sequence[Utterance]) -> set[str]:
    """Return the turns whose answers are still being written, or were left so."""
    return {each.turn for each in utterances if each.speaker == "vera" and each.unfinished}


def _joined(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Put the parts of one answer together, where its first part stands; drop the answers that are unfinished."""
    unfinished = _unfinished(utterances)
    answers: dict[str, list[Utterance]] = {}
    for each in utterances:
        if each.speaker == "vera" and each.turn:
            answers.setdefault(each.turn, []).append(each)
    joined: list[Utterance] = []
    for each in utterances:
        if each.speaker != "vera" or not (each.turn or each.unfinished):
            joined.append(each)
        elif each.turn not in unfinished and (parts := answers.pop(each.turn, None)):
            joined.append(replace(each, text="\n".join(part.text for part in sorted(parts, key=attrgetter("part")))))
    return joined


def _quoted(utterance: Utterance) -> str:
    words = _words(utterance)
    if not words or utterance.speaker == "vera":
        return words
    name = " ".join(utterance.name.split())[:80]
    return f"{name}: {words}" if utterance.speaker == "person" else f"[the bot {name} posted] {words}"


def _words(utterance: Utterance) -> str:
    """Return what was said, and that something is attached: its name is data, on one line."""
    names = ", ".join(" ".join(name.split())[:120] for name in utterance.files)
    return "\n".join(filter(None, (utterance.text.strip(), f"(attached, not read: {names})" if names else "")))


def _addressed(text: str, bot_name: str) -> str:
    """Return what was said without the mentions that it begins with, and the one that it ends with."""
    mention = rf"@{re.escape(bot_name)}(?!\w)(?:[\s,]|:(?![\w+-]+:))*+"  # a colon may begin an emoji
    return re.sub(rf"\A\s*(?:{mention})+|{mention}\Z", "", text).strip()
