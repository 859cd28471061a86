import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from fakes.lambda_api import LambdaApi, lambda_api
from fakes.receiving import Clock, Logged
from fakes.slack_requests import SIGNING_SECRET
from vera.receiver import Receiver

AWS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEXAMPLE//token==",
    "AWS_REGION": "eu-central-1",
}


@pytest.fixture
def api() -> Iterator[LambdaApi]:
    with lambda_api() as api:
        yield api


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def logged() -> Logged:
    return Logged()


@pytest.fixture
def variables(api: LambdaApi) -> dict[str, str]:
    """Return the environment of a receiver with a given signing secret, pointed at the loopback API."""
    return AWS | {
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "VERA_WORKER_FUNCTION": "vera-worker",
        "AWS_ENDPOINT_URL": api.url,
    }


@pytest.fixture
def make_receiver(variables: dict[str, str], clock: Clock, logged: Logged) -> Iterator[Callable[..., Receiver]]:
    """Make receivers in that environment, changed by keywords (None: not set), and close them."""
    with ExitStack() as made:

        def make(
            *, budget_seconds: float = 2.0, monotonic: Callable[[], float] = time.monotonic, **changes: str | None
        ) -> Receiver:
            changed = {name: value for name, value in (variables | changes).items() if value is not None}
            receiver = Receiver(changed, clock=clock, write=logged, monotonic=monotonic, budget_seconds=budget_seconds)
            made.callback(receiver.close)
            return receiver

        yield make


@pytest.fixture
def receiver(make_receiver: Callable[..., Receiver]) -> Receiver:
    return make_receiver()
