"""Whether the model answers, asked before anything is served: who waits for a page wants to know at once why not.

One request of a few tokens goes through Vera's own model port; what AWS objects to becomes one sentence that says what
to do. Whoever throttles is alive. The embedded model isn't asked. Held by
`tests/unit/playground/test_playground_preflight.py` against a scripted Bedrock, over the wire.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from vera.app import Vera
from vera.assistant.model import ModelMessage, ModelRequest, Text
from vera.errors import AccessDenied, ModelBusy, ModelFailed, ModelGone, OutOfTime, SettingsError, VeraError
from vera.settings import EMBEDDED

if TYPE_CHECKING:
    from vera.settings import Settings

__all__ = ["check_model", "region_found"]

PATIENCE_SECONDS = 10.0
_GRACE_SECONDS = 2.0
"""What may pass beyond that: clients of botocore's own fetch the credentials, with a patience of their own."""

_OTHERWISE = "or leave out --model (and VERA_MODEL_ID) for the embedded one"

_DENIED = {
    "without": "there are no AWS credentials; set AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY",
    "expired": "the AWS credentials have expired; log in again (such as by `aws sso login`), or set newer ones",
    "unknown": "AWS does not know these credentials, or their secret is a wrong one; set others",
    "unfetched": "the AWS credentials cannot be fetched; look at AWS_PROFILE and ~/.aws",
    "forbidden": "this AWS account or role may not use it; grant bedrock:InvokeModelWithResponseStream and, where the "
    "provider asks for it, access to the model in Bedrock's console",
}
_WHY_DENIED = {
    "NoCredentialsError": "without",
    "MissingAuthenticationTokenException": "without",
    "ExpiredToken": "expired",
    "ExpiredTokenException": "expired",
    "LoginRefreshRequired": "expired",
    "LoginTokenLoadError": "expired",
    "RequestExpired": "expired",
    "SSOTokenLoadError": "expired",
    "TokenRetrievalError": "expired",
    "UnauthorizedSSOTokenError": "expired",
    "IncompleteSignature": "unknown",
    "InvalidClientTokenId": "unknown",
    "InvalidSignatureException": "unknown",
    "UnrecognizedClientException": "unknown",
}
"""By the code that an error's account begins with; the SDK's others are about fetching, the service's about rights."""


def region_found() -> str:
    """Return the AWS region of the environment or the profile, by the rules of Vera's clients; empty without one.

    Raises `SettingsError` where the environment names a profile that isn't there.
    """
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - only where AWS is spoken to
    from botocore.session import Session  # noqa: PLC0415 - as above

    try:
        named = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
        return named or Session().get_config_variable("region") or ""
    except BotoCoreError as error:
        raise SettingsError(f"AWS: {error}. Set AWS_PROFILE to one that is there.") from None


def check_model(settings: Settings, region: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Return if the model of `settings` answers, or at least is alive; `region` is the one that was found.

    Raises `SettingsError` with what is wrong and what to do.
    """
    model = settings.model_id
    if model == EMBEDDED:
        return
    if not region:
        raise SettingsError(f"There is no AWS region to ask {model} in: set AWS_REGION, {_OTHERWISE}.")
    error = _asked(settings, patience_seconds)
    if error is not None and (why := _objection(error, region)):
        account = "" if isinstance(error, SettingsError) else f" [{error}]"
        raise SettingsError(f"{model} does not answer: {why}, {_OTHERWISE}.{account}")


def _asked(settings: Settings, seconds: float) -> VeraError | None:
    """Ask the model for a few words, on a thread of its own: that of the caller is never held up for longer."""
    request = ModelRequest("", (ModelMessage("user", (Text("Hello"),)),), 16, seconds=seconds)
    answers: queue.SimpleQueue[VeraError | None] = queue.SimpleQueue()

    def ask() -> None:
        # Else this thread may be given the signal to end, and the caller's wait would not be broken off.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            with Vera(settings) as vera, closing(vera.model.converse(request)) as events:
                next(events)
        except VeraError as error:
            answers.put(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for it
            answers.put(ModelFailed(type(error).__name__))
        else:
            answers.put(None)

    threading.Thread(target=ask, name="preflight", daemon=True).start()
    try:
        return answers.get(timeout=seconds + _GRACE_SECONDS)
    except queue.Empty:
        return OutOfTime("no credentials within the time")


def _objection(error: VeraError, region: str) -> str:
    """Say what is wrong and what to do, empty where the model is alive all the same."""
    from vera.bedrock.faults import KINDS  # noqa: PLC0415 - only where AWS is spoken to

    code = str(error).partition(" (")[0]
    of_the_service = code in KINDS or " (" in str(error)  # an account with a status or a request id
    why = "Bedrock refuses even a short question; look at VERA_GUARDRAIL_ID, or name another model"
    match error:
        case AccessDenied():
            why = _DENIED[_WHY_DENIED.get(code, "forbidden" if of_the_service else "unfetched")]
        case ModelGone():
            why = (
                f"Bedrock has no such model in {region}, or no longer; name another one (many are to be named by an "
                "inference profile, such as eu.… or global.…) or another AWS_REGION"
            )
        case ModelBusy() if not of_the_service:
            why = f"Bedrock cannot be reached in {region}; look at the network, AWS_REGION and AWS_ENDPOINT_URL"
        case ModelBusy():
            why = ""
        case OutOfTime():
            why = "nothing came from Bedrock in time; try again"
        case SettingsError():
            reason = " ".join(str(error.__cause__ or error).split()).rstrip(".:")
            why = f"{reason}; look at the AWS_ variables and ~/.aws"
    return why
