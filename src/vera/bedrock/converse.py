"""A language model on Bedrock: `converse_stream` as the events of `vera.assistant.model`.

The invariant: a caller gets what the port promises (deltas as they come, calls and thoughts whole, exactly one
`Stopped`) or one of Vera's errors, and no connection outlives the iterator. `tests/unit/bedrock/test_converse.py`
proves it against a scripted Bedrock, over the wire.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from vera.assistant.model import TextDelta
from vera.bedrock.faults import SDK_ERRORS, fault_of, model_error
from vera.bedrock.message import MessageInProgress
from vera.bedrock.request import Guardrail, converse_parameters
from vera.errors import StreamBroken

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from vera.assistant.model import ModelEvent, ModelRequest

__all__ = ["ConverseModel", "Guardrail"]

NOTHING: dict[str, Any] = {}

logger = logging.getLogger(__name__)


class ConverseModel:
    """A `ChatModel` on Bedrock. Safe from several threads, as botocore's clients are."""

    def __init__(self, client: Any, model_id: str, *, guardrail: Guardrail | None = None) -> None:
        """Speak to `model_id` (a model, an inference profile, or the ARN of either) through a Bedrock Runtime client.

        What is refused with an HTTP status, the client retries; what is refused within the stream is the caller's to
        ask again.
        """
        self._client, self._model_id, self._guardrail = client, model_id, guardrail

    @property
    def model_id(self) -> str:
        """What the model is called."""
        return self._model_id

    def converse(self, request: ModelRequest) -> Generator[ModelEvent]:
        """Yield what the model says, as it says it; see `ChatModel.converse`."""
        stream, request_id = self._open(converse_parameters(self._model_id, request, self._guardrail))
        try:
            yield from _events(stream, request_id)
        finally:
            stream.close()  # one that was read to its end has given its connection back already

    def _open(self, parameters: dict[str, Any]) -> tuple[Any, str]:
        try:
            response = self._client.converse_stream(**parameters)
        except SDK_ERRORS as error:
            raise model_error(fault_of(error)) from None
        return response["stream"], str(response["ResponseMetadata"].get("RequestId", ""))


def _events(stream: Any, request_id: str) -> Iterator[ModelEvent]:
    """Turn Converse's events into ours, and its errors too. Deltas of text, which are many, take the short way."""
    message = MessageInProgress()
    said = False
    try:
        for event in stream:
            grown = event.get("contentBlockDelta")
            if grown and (text := grown.get("delta", NOTHING).get("text")):
                said = True
                yield TextDelta(text)
                continue
            for told in message.take(event):
                said = True
                yield told
    except SDK_ERRORS as error:
        fault = fault_of(error, request_id=request_id)
        if not message.stopped:
            raise model_error(fault, said=said) from None
        logger.warning("The model's usage was not told: %s", fault.account)  # the answer is whole all the same
    if not message.stopped:
        raise StreamBroken(f"the stream ended without messageStop (request {request_id})")
    yield from message.withheld()
