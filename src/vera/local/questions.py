"""The shapes of questions, and of what answers them: a time, a duration, a figure, a definition, a way to do something.

Shared by the ranking of passages and the scoring of sentences; `test_ranking.py` and `test_scoring.py` show each.
"""

from __future__ import annotations

import re

__all__ = [
    "ASKS_DEFINITION",
    "ASKS_DURATION",
    "ASKS_FIGURE",
    "ASKS_HOW",
    "ASKS_TIME",
    "COPULA",
    "TELLS_DURATION",
    "TELLS_FIGURE",
    "TELLS_TIME",
]

ASKS_DEFINITION = re.compile(
    r"\b(?:what(?:'s|\u2019s|\s+is|\s+are)|define|definition\s+of|meaning\s+of)\b", re.IGNORECASE
)
ASKS_HOW = re.compile(r"\bhow\s+(?:do|can|could|should|would|to|does\s+one)\b|\bsteps?\b", re.IGNORECASE)
ASKS_FIGURE = re.compile(
    r"\b(?:how\s+(?:long|many|much|large|big|often|old|far)|until|which\s+version)\b", re.IGNORECASE
)
ASKS_DURATION = re.compile(r"\bhow\s+(?:long|fast|soon)\b", re.IGNORECASE)
ASKS_TIME = re.compile(r"\bwhen\b|\bwhat\s+time\b|\bhow\s+late\b|\bhours\b|\bon\s+\w+days?\b", re.IGNORECASE)

COPULA = frozenset({"is", "are", "means", "refers", "describes", "was"})
"""What a definition says of what it defines."""
TELLS_FIGURE = re.compile(r"\d")
TELLS_DURATION = re.compile(
    r"\b(?:\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|half)[\s-]"
    r"(?:milliseconds?|ms|seconds?|s|minutes?|min|hours?|h|(?:working\s|business\s)?days?|weeks?|months?|years?)\b",
    re.IGNORECASE,
)
TELLS_TIME = re.compile(
    r"\b\d{1,2}[:.]\d\d\b|\b\d{1,2}\s?[ap]m\b|o['\u2019]clock|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)
