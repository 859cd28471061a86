"""A language model on Bedrock: `converse_stream` as the events of `vera.assistant.model`.

The invariant: a caller gets what the port promises (deltas as they come, calls and thoughts whole, exactly one
`Stopped`) or one of Vera's errors, and no connection outlives the iterator. `tests/unit/bedrock/test_converse.py`
proves it against a scripted Bedrock, over the wire.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from vera.assistant.model import TextDelta
from vera.bedrock.faults import SDK_ERRORS, fault_of, model_error
from vera.bedrock.message import MessageInProgress
from vera.bedrock.request import Guardrail, converse_parameters
from vera.errors import ModelBusy, OutOfTime, StreamBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from vera.assistant.model import ModelEvent, ModelRequest

__all__ = ["ConverseModel", "Guardrail"]

_LEAST_SECONDS = 0.1

_NOTHING: dict[str, Any] = {}

_log = logging.getLogger(__name__)


class ConverseModel:
    """A `ChatModel` on Bedrock. Safe from several threads, as botocore's clients are."""

    def __init__(
        self,
        client: Any,
        model_id: str,
        *,
        guardrail: Guardrail | None = None,
        hurried: Callable[[float], Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Speak to `model_id` (a model, an inference profile, or the ARN of either) through a Bedrock Runtime client.

        What is refused with an HTTP status, the client retries; what is refused within the stream is the caller's to
        ask again. `hurried(seconds)` makes a client that waits no longer than that and tries once, for a request that
        has less time than the client's own patience.
        """
        self._client, self._model_id, self._guardrail = client, model_id, guardrail
        self._hurried, self._clock = hurried, clock

    @property
    def model_id(self) -> str:
        """What the model is called."""
        return self._model_id

    def converse(self, request: ModelRequest) -> Generator[ModelEvent]:
        """Yield what the model says, as it says it; see `ChatModel.converse`."""
        until = self._clock() + request.seconds
        try:
            with self._client_for(request.seconds) as client:
                stream, request_id = _opened(client, converse_parameters(self._model_id, request, self._guardrail))
                # One that was read to its end has given its connection back already.
                end = partial(_shut_down, stream._raw_stream)  # noqa: SLF001 - see there
                with closing(stream), request.stopped.calling(end), _broken_off(end, until - self._clock()):
                    yield from _events(stream, request_id)
        except (ModelBusy, StreamBroken) as error:
            if self._clock() < until:
                raise
            raise OutOfTime(str(error)) from None

    @contextmanager
    def _client_for(self, seconds: float) -> Iterator[Any]:
        if self._hurried is None or seconds >= self._client.meta.config.read_timeout:
            yield self._client
            return
        client = self._hurried(max(seconds, _LEAST_SECONDS))
        try:
            yield client
        finally:
            client.close()


def _opened(client: Any, parameters: dict[str, Any]) -> tuple[Any, str]:
    try:
        response = client.converse_stream(**parameters)
    except SDK_ERRORS as error:
        raise model_error(fault_of(error)) from None
    return response["stream"], str(response["ResponseMetadata"].get("RequestId", ""))


@contextmanager
def _broken_off(end: Callable[[], None], seconds: float) -> Iterator[None]:
    """End the stream after `seconds`, also while it is silent: whoever reads it sees a broken connection."""
    if seconds > threading.TIMEOUT_MAX:
        yield
        return
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _shut_down(response: Any) -> None:
    """End a stream from another thread: botocore has no door to that, and this one of urllib3's is made for it."""
    with suppress(RuntimeError, ValueError, OSError):  # it has come to its end meanwhile
        response.shutdown()


def _events(stream: Any, request_id: str) -> Iterator[ModelEvent]:
    """Turn Converse's events into ours, and its errors too. Deltas of text, which are many, take the short way."""
    message = MessageInProgress()
    said = False
    try:
        for event in stream:
            grown = event.get("contentBlockDelta")
            if grown and (text := grown.get("delta", _NOTHING).get("text")):
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
        _log.warning("The model's usage was not told: %s", fault.account)  # the answer is whole all the same
    if not message.stopped:
        raise StreamBroken(f"the stream ended without messageStop (request {request_id})")
    yield from message.withheld()
