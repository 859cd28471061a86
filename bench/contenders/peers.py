"""Three ways to stream into Slack as people write them, by slack_sdk alone; each reads and writes in one loop.

What they do about limits is what those who write so do about them: nothing, starting another message, waiting.
"""

import logging
import time
from collections.abc import Callable

from bench.contenders.speech import Speech
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler

TOKENS_PER_EDIT = 10
SECONDS_PER_EDIT, LONGEST_MESSAGE, MOST_FAILURES = 0.6, 2_000, 3
PATIENCE = 1_000
CURSOR = ":robot_face:"

Question = dict[str, str]


def edit_each_10_tokens(client: WebClient, question: Question, speech: Speech) -> None:
    """Edit one message at every tenth token and at the end: the original Vera, and most samples. A 429 ends it."""
    channel, root = question["channel"], question["ts"]
    ts = client.chat_postMessage(channel=channel, thread_ts=root, text="Thinking …")["ts"]
    said = ""
    for number, delta in enumerate(speech, 1):
        said += delta
        if number % TOKENS_PER_EDIT == 0:
            client.chat_update(channel=channel, ts=ts, text=said)
    client.chat_update(channel=channel, ts=ts, text=said)


def edit_each_interval(client: WebClient, question: Question, speech: Speech) -> None:
    """Edit every 0.6 s, in messages of up to 2,000 characters: lambda-gurumi-bot, newest version."""
    message = _Rolling(client, question)
    said = ""
    for delta in speech:
        said += delta
        message.add(delta)
    message.finish(said)


def sdk_stream(client: WebClient, question: Question, speech: Speech) -> None:
    """Stream by slack_sdk's own helper as it comes: 256 characters at a time, waiting out each 429."""
    client.retry_handlers = [ConnectionErrorRetryHandler(), RateLimitErrorRetryHandler(max_retry_count=PATIENCE)]
    stream = client.chat_stream(
        channel=question["channel"],
        thread_ts=question["ts"],
        recipient_team_id=question["user_team"],
        recipient_user_id=question["user"],
    )
    for delta in speech:
        stream.append(markdown_text=delta)
    stream.stop()


PEERS: dict[str, Callable[[WebClient, Question, Speech], None]] = {
    "tokens": edit_each_10_tokens,
    "interval": edit_each_interval,
    "sdk": sdk_stream,
}


def answer(name: str, question: Question, speech: Speech, *, url: str, token: str) -> None:
    """Answer as the peer of this name does. Raises what it lets go by."""
    silent = logging.getLogger("bench.peers")
    silent.setLevel(logging.CRITICAL)
    PEERS[name](WebClient(token, base_url=url, logger=silent), question, speech)


class _Rolling:
    """One message after another: a full one is sealed; after three failures in a row the text goes on in a new one."""

    def __init__(self, client: WebClient, question: Question) -> None:
        self._client, self._question = client, question
        self._ts = ""
        self._text, self._sealed = "", ""
        self._last, self._failures = 0.0, 0

    def add(self, delta: str) -> None:
        """Take what was said, and show it if it is time to."""
        if not self._ts and not self._open():
            return
        self._text += delta
        now = time.monotonic()
        if now - self._last >= SECONDS_PER_EDIT:
            self._flush()
            self._last = now

    def finish(self, text: str) -> None:
        """Let the last message hold what those before don't; where Slack refuses, post it anew without the old one."""
        first, *others = _pieces(text.removeprefix(self._sealed))
        if not self._update(first):
            self._tried(self._client.chat_delete, ts=self._ts)
            others = [first, *others]
        for piece in others:
            self._post(piece)

    def _flush(self) -> None:
        shown = f"{self._text} {CURSOR}"
        if len(shown) >= LONGEST_MESSAGE:
            self._roll()
        elif self._update(shown):
            self._failures = 0
        else:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                self._failures = 0
                self._open()

    def _roll(self) -> None:
        cut = self._text.rfind("\n\n")
        full, rest = (self._text[:cut], self._text[cut + 2 :]) if cut > 0 else (self._text, "")
        sealed = self._update(full)
        if sealed:
            self._sealed += self._text[: len(self._text) - len(rest)]
        if self._open() or sealed:
            self._text = rest if sealed else ""

    def _open(self) -> bool:
        ts = self._post(CURSOR)
        self._ts = ts or self._ts
        return bool(ts)

    def _post(self, text: str) -> str:
        answer = self._tried(self._client.chat_postMessage, thread_ts=self._question["ts"], text=text)
        return str(answer["ts"]) if answer else ""

    def _update(self, text: str) -> bool:
        return self._tried(self._client.chat_update, ts=self._ts, text=text) is not None

    def _tried(self, call: Callable[..., object], **arguments: str) -> dict[str, object] | None:
        try:
            answer = call(channel=self._question["channel"], **arguments)
        except SlackApiError:
            return None
        return answer.data  # type: ignore[attr-defined, no-any-return]


def _pieces(text: str) -> list[str]:
    pieces = []
    while len(text) > LONGEST_MESSAGE:
        cut = text.rfind("\n\n", 0, LONGEST_MESSAGE)
        pieces.append(text[:cut])
        text = text[cut + 2 :]
    return [*pieces, text]
