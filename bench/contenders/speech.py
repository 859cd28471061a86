"""A model's speech of which every word is known: one token each, at an even pace, whoever listens.

The schedule is absolute, as Bedrock's stream is: a listener who comes late finds the words waiting, and they count as
spoken when they were due. No two words of one answer are alike, so that any version of a text tells which of them are
visible. `bench/visible.py` counts by the same `PER_SECOND`.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

PER_SECOND = 80
PARAGRAPH_WORDS = 60
_WORD = re.compile(r"\bw(\d{4})\b")


@dataclass(slots=True)
class Speech:
    """`words` words, six characters each with the blank after them; `began` is the wall clock's."""

    words: int
    began: float = 0.0

    def __iter__(self) -> Iterator[str]:
        """Speak from now on."""
        self.began = time.time()
        for number in range(self.words):
            pause = self.began + (number + 1) / PER_SECOND - time.time()
            if pause > 0:
                time.sleep(pause)
            yield f"w{number:04d}{self._after(number)}"

    def _after(self, number: int) -> str:
        if number + 1 == self.words:
            return ""
        return " " if (number + 1) % PARAGRAPH_WORDS else "\n\n"


def words_of(text: str) -> list[int]:
    """Return the numbers of the words in a text, in their order."""
    return [int(number) for number in _WORD.findall(text)]
