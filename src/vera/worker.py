"""The second Lambda's handler: it answers, or raises so that Lambda tries again.

Vera is made once per container, at the first invocation; importing this module does nothing
(`tests/unit/test_cold_start.py` runs it from cold).
"""

from __future__ import annotations

import gc
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from vera.app import Vera
from vera.aws.logs import LogJournal, log_libraries
from vera.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["handler"]


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Take what the receiver hands over, and on-failure records.

    Raises whatever a later attempt may do better; what was told to the person ends here. The answer is empty: nobody
    waits for it.
    """
    return _vera()(event, context)


@cache
def _vera() -> Callable[[Any, Any], dict[str, Any]]:
    """Make Vera, and what her first status message needs.

    All of it stays as long as the container does. The garbage collector would look through it in vain, again and again:
    that is an eighth of a cold start (`python -m bench.worker`).
    """
    gc.disable()
    try:
        settings = Settings.from_environment(os.environ)
        vera = Vera(settings, journal=LogJournal(beside=log_libraries()))
        answer_with, _ = vera.lambda_handler(), vera.ledger
    finally:
        gc.freeze()
        gc.enable()
    return answer_with
