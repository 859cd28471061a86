"""What words have in common: Porter's stems, as SQLite's `porter` tokenizer makes them.

The index and the answer have to agree on which words are the same; `tests/unit/local/test_stemming.py` holds this to
SQLite's own stems over a vocabulary of inflected words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

__all__ = ["stem"]

_SECOND = {
    "ational": "ate",
    "tional": "tion",
    "enci": "ence",
    "anci": "ance",
    "izer": "ize",
    "logi": "log",
    "bli": "ble",
    "alli": "al",
    "entli": "ent",
    "eli": "e",
    "ousli": "ous",
    "ization": "ize",
    "ation": "ate",
    "ator": "ate",
    "alism": "al",
    "iveness": "ive",
    "fulness": "ful",
    "ousness": "ous",
    "aliti": "al",
    "iviti": "ive",
    "biliti": "ble",
}
_THIRD = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
_FOURTH = dict.fromkeys(
    "al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize".split(),  # noqa: SIM905 - legible
    "",
)
_SHORTEST, _LONGEST = 3, 64
"""SQLite leaves words alone that are shorter, or longer."""


def _forms(word: str) -> str:
    """Tell vowels (`v`) from consonants (`c`); a `y` after a consonant is a vowel."""
    forms = ""
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and forms.endswith("c"))
        forms += "v" if vowel else "c"
    return forms


def _measure(word: str) -> int:
    """Count how often a vowel is followed by a consonant."""
    return sum(pair == ("v", "c") for pair in pairwise(_forms(word)))


def _is_short(word: str) -> bool:
    """Whether the word ends as `hop` does: consonant, vowel, and a consonant other than w, x and y."""
    return _forms(word).endswith("cvc") and word[-1] not in "wxy"


def _replaced(word: str, endings: dict[str, str], least: int) -> str:
    """Replace the longest ending that fits, where what stays before it measures at least `least`."""
    ending = max((ending for ending in endings if word.endswith(ending)), key=len, default="")
    before = word[: len(word) - len(ending)]
    if not ending or not before or _measure(before) < least or (ending == "ion" and before[-1] not in "st"):
        return word
    return before + endings[ending]


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")) and len(word) > len("ies"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed") and word != "eed":
        return word[:-1] if _measure(word[:-3]) else word
    ending = re.search("(?:ed|ing)$", word)
    if not ending or "v" not in _forms(word[: ending.start()]):
        return word
    word = word[: ending.start()]
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if re.search(r"([^aeioulsz])\1$", word):
        return word[:-1]
    return word + "e" if _measure(word) == 1 and _is_short(word) else word


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a word in lower case: `installing`, `installed` and `installation` are all `instal`."""
    if not _SHORTEST <= len(word) <= _LONGEST:
        return word
    word = _past(_plural(word))
    if word.endswith("y") and "v" in _forms(word[:-1]):
        word = word[:-1] + "i"
    word = _replaced(_replaced(_replaced(word, _SECOND, 1), _THIRD, 1), _FOURTH, 2)
    if word.endswith("e"):
        before = word[:-1]
        measure = _measure(before)
        if measure > 1 or (measure == 1 and not _is_short(before)):
            word = before
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
