"""The worker of a playground: Vera as she is, with a witness at each of her ports.

What she does is in the logs, as in a deployment; what is said while she does it goes into the journal's pipe alone.
Nothing of it changes what she does, but for what the playground's switches ask for (`test_playground_worker.py`).
"""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from vera.app import Vera
from vera.aws.logs import LogJournal, log_libraries
from vera.playground.journal.pipe import PipeJournal
from vera.playground.journal.witness import (
    WitnessedKnowledge,
    WitnessedLedger,
    WitnessedReranker,
    WitnessedTally,
    Witnesses,
)
from vera.playground.journal.witness_model import WitnessedModel
from vera.playground.journal.witness_slack import WitnessedWebClient
from vera.playground.mischief import VARIABLE as MISCHIEF
from vera.playground.mischief import Mischief
from vera.settings import Settings
from vera.slack.web import web_client
from vera.wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import Callable

    from vera.assistant.knowledge import KnowledgeBase, Reranker

__all__ = ["handler"]


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Take what the receiver hands over, and on-failure records, as `vera.worker.handler` does."""
    return _vera()(event, context)


@cache
def _vera() -> Callable[[Any, Any], dict[str, Any]]:
    """Make Vera from the environment, once in a process, with what her settings are wired to behind witnesses."""
    settings = Settings.from_environment(os.environ)
    witnesses = Witnesses(PipeJournal.from_environment(os.environ), LogJournal(beside=log_libraries()))
    ports = Wiring(settings)
    folder = os.environ.get(MISCHIEF)
    vera = Vera(
        settings,
        ledger=WitnessedLedger(ports.ledger, witnesses),
        tally=WitnessedTally(ports.tally, witnesses),
        model=WitnessedModel(lambda: ports.model, witnesses, Mischief(Path(folder)) if folder else None),
        knowledge=[
            WitnessedKnowledge(partial(_knowledge_base, ports, place), witnesses)
            for place in range(len(settings.knowledge_base_ids))
        ],
        reranker=WitnessedReranker(lambda: cast("Reranker", ports.reranker), witnesses)
        if settings.rerank_model_id
        else None,
        journal=witnesses,
        slack=web_client(
            settings.slack_bot_token,
            base_url=settings.slack_api_url,
            kind=partial(WitnessedWebClient, witnesses=witnesses),
        ),
    )
    return vera.lambda_handler()


def _knowledge_base(ports: Wiring, place: int) -> KnowledgeBase:
    return ports.knowledge[place]
