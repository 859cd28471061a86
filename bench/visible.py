"""What people saw of an answer: from the versions of its messages to lags, losses and its end. Pure.

A word is visible from the first version on that holds it, and lost if no message holds it in the end. The text is whole
from when all of it stands, in however many messages, and stays so.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bench.contenders.speech import PER_SECOND


@dataclass(frozen=True, slots=True)
class Write:
    """One version of a message, in the workspace from `at` on: the numbers of its words. `gone`: it was deleted."""

    ts: str
    at: float
    words: tuple[int, ...]
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer. `lags` are of the words that were seen at all; `whole_after` counts from the model's last word.

    `repeated` words stand in the end once more than they were said, `empty` messages hold none.
    """

    lags: tuple[float, ...]
    lost: int
    repeated: int
    empty: int
    whole_after: float | None
    in_order: bool


def seen(writes: Iterable[Write], *, words: int, began: float) -> Seen:
    """Return what became of an answer of so many words, of which the first was due a word's time after `began`."""
    seen_at: dict[int, float] = {}
    standing: dict[str, tuple[int, ...]] = {}
    whole_at: float | None = None
    for write in sorted(writes, key=lambda write: write.at):
        standing[write.ts] = write.words
        if write.gone:
            del standing[write.ts]
        for word in write.words:
            seen_at.setdefault(word, write.at)
        if len(set().union(*standing.values())) < words:
            whole_at = None
        elif whole_at is None:
            whole_at = write.at
    final = [word for ts in sorted(standing) for word in standing[ts]]
    return Seen(
        lags=tuple(at - began - (word + 1) / PER_SECOND for word, at in seen_at.items()),
        lost=words - len(set(final)),
        repeated=sum(count - 1 for count in Counter(final).values()),
        empty=sum(not held for held in standing.values()),
        whole_after=None if whole_at is None else whole_at - began - words / PER_SECOND,
        in_order=final == sorted(final),
    )
