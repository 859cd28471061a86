"""What can go wrong, branched by what the caller does about it.

::

    VeraError
    ├── TryAgain                 a later attempt may succeed
    │   ├── LedgerUnavailable    the store of turns did not answer
    │   ├── SurfaceUnavailable   Slack did not answer, or answered with a fault of its own
    │   │   └── RateLimited      … and said how long to wait
    │   ├── HandOnFailed         Lambda did not take an invocation that goes on with the work
    │   ├── OutOfTime            the invocation ends before this could be done
    │   ├── ModelBusy            throttled, starting or unavailable; nothing was said yet
    │   └── StreamBroken         the model broke off while it spoke
    ├── TellPerson               no attempt will succeed; `sentence` says why, in words for people
    │   ├── KnowledgeUnavailable what a knowledge base could not answer (costs a sentence, not the answer)
    │   ├── InputTooLong         more was said than the model can read
    │   ├── AccessDenied         the deployment may not use this model
    │   ├── ModelGone            the model does not exist, or has reached its end of life
    │   ├── RequestRefused       the model's service called the request invalid
    │   ├── ModelFailed          the model's service failed on this request
    │   ├── NotAllowed           who asks, or where, is not on the list
    │   └── SurfaceRefused       Slack will not take this message, however often it is sent
    │       └── MessageGone      the message to be edited is not there any more
    ├── StopAsked                the asker wants no more: what there is stays, and says so
    ├── Drop                     nothing to do, nothing to say
    │   ├── TurnTaken            another worker answers this, or has answered it
    │   └── LeaseLost            this worker was presumed dead, and another one goes on
    └── SettingsError            the operator has to change the configuration

Adapters raise these and nothing else; `tests/contract` holds each adapter to it. A `TryAgain` that has outlived the
retries of its invocation is told to the person like a `TellPerson`, where a message can still be written.
"""

from __future__ import annotations

__all__ = [
    "AccessDenied",
    "Drop",
    "HandOnFailed",
    "InputTooLong",
    "KnowledgeUnavailable",
    "LeaseLost",
    "LedgerUnavailable",
    "MessageGone",
    "ModelBusy",
    "ModelFailed",
    "ModelGone",
    "NotAllowed",
    "OutOfTime",
    "RateLimited",
    "RequestRefused",
    "SettingsError",
    "StopAsked",
    "StreamBroken",
    "SurfaceRefused",
    "SurfaceUnavailable",
    "TellPerson",
    "TryAgain",
    "TurnTaken",
    "VeraError",
]


class VeraError(Exception):
    """Anything that Vera itself raises.

    The message (`str(error)`) is for logs: names, codes and ids, never what somebody wrote. `sentence` is for people.
    """

    sentence = "Something went wrong on my side."

    def __init__(self, message: str = "", *, sentence: str | None = None) -> None:
        """Say for the log what happened (`message`) and, where the class's sentence is too vague, what people read."""
        super().__init__(message or type(self).__name__)
        if sentence is not None:
            self.sentence = sentence


class TryAgain(VeraError):
    """A later attempt may succeed."""

    sentence = "A service that I need isn't answering right now. Please ask again in a few minutes."


class LedgerUnavailable(TryAgain):
    """The store of turns did not answer, or refused for a reason that passes."""


class SurfaceUnavailable(TryAgain):
    """Slack did not answer in time, or answered with a fault of its own (5xx, `internal_error`).

    `maybe_done` tells whether the call may have been carried out all the same: a post is then looked for before it is
    made again.
    """

    def __init__(self, message: str = "", *, maybe_done: bool = False) -> None:
        """Tell what Slack answered, and whether it may have done what was asked."""
        super().__init__(message)
        self.maybe_done = maybe_done


class RateLimited(SurfaceUnavailable):
    """Slack refused the call and said how long to wait (HTTP 429, `Retry-After`)."""

    def __init__(self, message: str = "", *, retry_after_seconds: float = 1.0) -> None:
        """Tell which method was refused, and for how many seconds."""
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class HandOnFailed(TryAgain):
    """Lambda did not accept the invocation that was to go on with this; `code` is its word for why.

    Maybe it was accepted all the same, and the answer lost: then two go on, and the lease decides.
    """

    def __init__(self, message: str = "", *, code: str = "") -> None:
        """Tell which function, and Lambda's code for why."""
        super().__init__(message)
        self.code = code


class OutOfTime(TryAgain):
    """The invocation has no time left for this: a later one has to go on."""

    sentence = "I ran out of time before I could answer this. Please ask again."


class ModelBusy(TryAgain):
    """The model is throttled, still starting, or unavailable; it has said nothing yet."""

    sentence = "The model is overloaded right now. Please ask again in a minute."


class StreamBroken(TryAgain):
    """The model broke off while it spoke: what it said so far is no whole answer."""

    sentence = "The model broke off in the middle of its answer. Please ask again."


class TellPerson(VeraError):
    """No attempt will succeed; the person who asked is told `sentence`."""


class KnowledgeUnavailable(TellPerson):
    """A knowledge base that is down, waking up or forbidden. The answer goes on without it, and says so."""

    sentence = "A knowledge base could not be reached, so this answer does without it."


class InputTooLong(TellPerson):
    """The conversation is longer than what the model can read at once."""

    sentence = "This conversation is too long for the model. Please ask again in a new thread."


class AccessDenied(TellPerson):
    """The deployment's role, or its account, may not use this model."""

    sentence = "I'm not allowed to use the language model. Whoever runs me has to grant access to it."


class ModelGone(TellPerson):
    """The configured model does not exist in this region, or has reached its end of life."""

    sentence = "The language model that I'm set up with is not available. Whoever runs me has to choose another one."


class RequestRefused(TellPerson):
    """The model's service called the request invalid: a fault of Vera's, or of its configuration."""

    sentence = "The language model refused my request as invalid. Whoever runs me will find out more in the logs."


class ModelFailed(TellPerson):
    """The model's service failed on this request in a way that it says not to repeat."""

    sentence = "The language model failed to answer this."


class NotAllowed(TellPerson):
    """The person, or the channel, is not one that Vera answers."""

    sentence = "I'm not set up to answer here."


class SurfaceRefused(TellPerson):
    """Slack refused a message for a reason that does not pass (`msg_too_long`, `channel_not_found`, `is_archived`…).

    `code` is Slack's word for it.
    """

    def __init__(self, message: str = "", *, code: str = "") -> None:
        """Tell what Slack refused, and Slack's code for why."""
        super().__init__(message)
        self.code = code


class MessageGone(SurfaceRefused):
    """The message to be edited was deleted (`message_not_found`), or cannot be edited any more."""


class StopAsked(VeraError):
    """The asker wants no more of this answer."""

    sentence = "You stopped this answer."


class Drop(VeraError):
    """Nothing to do, nothing to say: another worker has it."""


class TurnTaken(Drop):
    """Another worker answers this turn (`done` is false), or has answered it (`done` is true)."""

    def __init__(self, message: str = "", *, done: bool = False) -> None:
        """Tell which turn, and whether it has been completed."""
        super().__init__(message)
        self.done = done


class LeaseLost(Drop):
    """The lease ran out and another worker has taken the turn over: this one must not write any more."""


class SettingsError(VeraError):
    """A configuration that cannot work. The message names every wrong variable, and what would be right."""
