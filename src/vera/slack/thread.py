"""What was said before a question: the thread around it, or the last words of a direct conversation.

Everything up to the question is read, newest first within a budget, and turned into utterances: Vera's own words under
her question's key, without status lines and source lists; people's under their names; other bots' as such. What says
nothing (joins, tombstones, empty texts) is left out, but for an answer of Vera's that is still to come
(`tests/contract/test_thread_reader.py`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from vera.assistant.conversation import Thread, ThreadReader, Utterance, newest_within, tokens
from vera.errors import RateLimited, SurfaceUnavailable
from vera.slack.blocks import file_names, words_of
from vera.slack.mrkdwn import mentioned_users, to_markdown, without_mention
from vera.slack.own import answer_in, is_being_streamed, metadata_of, part_standing
from vera.slack.web import PAGE, ask, messages_of, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slack_sdk import WebClient

    from vera.assistant.conversation import Person, Turn
    from vera.slack.bot import Bot
    from vera.slack.people import People

__all__ = ["SlackThreads"]

_SPOKEN = frozenset({"", "bot_message", "file_share", "me_message", "thread_broadcast"})
_DIRECT_MESSAGES = 50
_DIRECT_THREADS = 5
_REPLIES_OF_A_DIRECT_THREAD = 100
_TRIES = 3
_PAUSE_SECONDS = 1.0
_PATIENCE_SECONDS = 20.0
_TOKENS_AROUND_A_MESSAGE = 8


@dataclass(frozen=True, slots=True)
class _Message:
    """A message that says something: its words (Vera's own in Markdown, all others in mrkdwn), and whose they are."""

    ts: str
    speaker: Literal["vera", "person", "bot"]
    words: str
    user: str = ""
    bot_name: str = ""
    turn: str = ""
    part: int = 0
    state: str = ""
    files: tuple[str, ...] = ()

    @property
    def is_unfinished(self) -> bool:
        """Whether Vera is still writing it, or left it so."""
        return self.state in {"status", "writing"}

    @property
    def cost(self) -> int:
        """About how many tokens it takes to tell the model."""
        return tokens(self.words) + sum(map(tokens, self.files)) + _TOKENS_AROUND_A_MESSAGE


class SlackThreads(ThreadReader):
    """Slack's threads. A rate limit is waited out for up to `patience_seconds` a reading, then it is raised."""

    def __init__(
        self,
        client: WebClient,
        people: People,
        *,
        bot: Bot,
        name: str,
        sleep: Callable[[float], None] = time.sleep,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        """Read by this client. `name` is what Vera's own messages and mentions stand under."""
        self._client = client
        self._people = people
        self._bot = bot
        self._name = name
        self._sleep = sleep
        self._patience_seconds = patience_seconds

    def read(self, turn: Turn, *, budget_tokens: int, seconds: float = math.inf) -> Thread:
        """Return the thread up to the question: its root, the newest messages within the budget, and the question."""
        patience = _Patience(self._sleep, min(self._patience_seconds, seconds))
        top_level = turn.direct and not turn.thread_ts
        found = self._recent(turn, patience) if top_level else self._replies(turn, turn.root, patience)
        asked = [f"{turn.channel}:{message['ts']}" for message in found if not self._bot.wrote(message)]
        parsed = (self._parsed(message, asked) for message in found)
        said = {message.ts: message for message in parsed if message}
        question = said.pop(turn.ts, None) or _Message(turn.ts, "person", self._addressed(turn.text), turn.user)
        root = said.pop(turn.root, None)
        between = sorted((message for message in said.values() if _says_something(message)), key=_order)
        between = [message for message in between if _order(message) < _order(question)]
        always = [message for message in (root, question) if message]
        kept, omitted = newest_within(between, budget_tokens - sum(m.cost for m in always), lambda m: m.cost)
        shown = [*([root] if root and _says_something(root) else ()), *kept, question]
        people = self._people.look_up(self._involved(shown, turn))
        return Thread(tuple(self._utterance(message, people) for message in shown), people[turn.user], omitted)

    def _replies(self, turn: Turn, root: str, patience: _Patience, *, limit: int = PAGE) -> list[Mapping[str, Any]]:
        """Read a thread up to the question, to its last page."""
        arguments = {"channel": turn.channel, "ts": root, "latest": turn.ts, "inclusive": True}
        return list(
            messages_of(
                patience.ask, self._client.conversations_replies, **arguments, limit=limit, include_all_metadata=True
            )
        )

    def _recent(self, turn: Turn, patience: _Patience) -> list[Mapping[str, Any]]:
        """Read the newest messages of a direct conversation, and the newest threads that hang on them.

        Vera's answers are in those threads: without them, "and on Fridays?" has nothing to lean on.
        """
        answer = patience.ask(
            self._client.conversations_history,
            channel=turn.channel,
            latest=turn.ts,
            inclusive=True,
            limit=_DIRECT_MESSAGES,
            include_all_metadata=True,
        )
        messages: list[Mapping[str, Any]]
        messages = [m for m in answer.get("messages") or () if isinstance(m, dict) and isinstance(m.get("ts"), str)]
        roots = [m["ts"] for m in messages if m.get("reply_count") and moment(m["ts"]) < moment(turn.ts)]
        newest = sorted(roots, key=moment)[-_DIRECT_THREADS:]
        if not newest:
            return messages
        with ThreadPoolExecutor(len(newest), thread_name_prefix="threads") as threads:
            replies = threads.map(
                lambda root: self._replies(turn, root, patience, limit=_REPLIES_OF_A_DIRECT_THREAD), newest
            )
            return [*messages, *(message for thread in replies for message in thread)]

    def _parsed(self, message: Mapping[str, Any], asked: Sequence[str]) -> _Message | None:
        """Return what a message says and who says it, or None for one that nobody speaks in."""
        if (message.get("subtype") or "") not in _SPOKEN:
            return None
        ts, words, files = str(message["ts"]), words_of(message), file_names(message)
        user = str(message.get("user") or "")
        if self._bot.wrote(message):
            return self._own(message, asked)
        if message.get("bot_id") or message.get("subtype") == "bot_message":
            return _Message(ts, "bot", words, user, bot_name=_name_of_bot(message), files=files)
        return _Message(ts, "person", self._addressed(words), user, bot_name=_name_of_bot(message), files=files)

    def _own(self, message: Mapping[str, Any], asked: Sequence[str]) -> _Message:
        """Return one of Vera's messages. A stream names its question by a mark: which of those `asked` that is."""
        key, part, state = metadata_of(message)
        if is_being_streamed(message):
            marked = ((each, part_standing(message, each)) for each in asked)
            key, part = next(((each, found) for each, found in marked if found is not None), ("", 0))
            state = "writing"
        words = "" if state == "status" else answer_in(message, {self._bot.user_id: self._name})
        user, files = str(message.get("user") or ""), file_names(message)
        return _Message(str(message["ts"]), "vera", words, user, turn=key, part=part, state=state, files=files)

    def _addressed(self, words: str) -> str:
        return without_mention(words, self._bot.user_id)

    def _involved(self, messages: Iterable[_Message], turn: Turn) -> set[str]:
        """Return whose names are needed: authors, and who is mentioned."""
        authors = {m.user for m in messages if m.speaker == "person" or (m.speaker == "bot" and not m.bot_name)}
        mentioned = {user for message in messages for user in mentioned_users(message.words)}
        return ({turn.user} | authors | mentioned) - {"", self._bot.user_id}

    def _utterance(self, message: _Message, people: Mapping[str, Person]) -> Utterance:
        names = {user: person.name for user, person in people.items()} | {self._bot.user_id: self._name}
        known = self._name if message.speaker == "vera" else message.bot_name or names.get(message.user, "")
        return Utterance(
            ts=message.ts,
            speaker=message.speaker,
            name=known or ("a bot" if message.speaker == "bot" else "somebody"),
            text=message.words if message.speaker == "vera" else to_markdown(message.words, names),
            turn=message.turn,
            part=message.part,
            unfinished=message.is_unfinished,
            files=message.files,
        )


class _Patience:
    """Calls that wait out rate limits and passing faults, all together no longer than told. Reading twice is safe."""

    def __init__(self, sleep: Callable[[float], None], seconds: float) -> None:
        self._sleep = sleep
        self._left = seconds
        self._lock = Lock()

    def ask(self, call: Callable[..., Any], **arguments: Any) -> Mapping[str, Any]:
        for _ in range(_TRIES - 1):
            try:
                return ask(call, **arguments)
            except SurfaceUnavailable as error:
                wait = error.retry_after_seconds if isinstance(error, RateLimited) else _PAUSE_SECONDS
                with self._lock:
                    self._left -= wait
                    if self._left < 0:
                        raise
                self._sleep(wait)
        return ask(call, **arguments)


def _order(message: _Message) -> tuple[int, int]:
    return moment(message.ts)


def _says_something(message: _Message) -> bool:
    """Whether there is anything to tell the model; that Vera is writing is, be there a word of it or not."""
    return bool(message.words.strip() or message.files or message.is_unfinished)


def _name_of_bot(message: Mapping[str, Any]) -> str:
    """Return what a bot calls itself in this message; people's messages name nobody."""
    profile = message.get("bot_profile")
    names = (message.get("username"), profile.get("name") if isinstance(profile, Mapping) else "")
    return next((" ".join(name.split()) for name in names if isinstance(name, str) and name.strip()), "")
