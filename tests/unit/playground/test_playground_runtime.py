"""The process that functions run in, from the inside: its protocol over plain pipes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from vera.playground.lambdas.runtime import serve

INVOCATION = {
    "request_id": "r-1",
    "event": {"a": 1},
    "function_name": "worker",
    "function_arn": "arn:aws:lambda:us-east-1:000000000000:function:worker",
    "memory_mb": 512,
    "timeout_seconds": 30,
}


class Open(io.BytesIO):
    """A stream whose written bytes outlive it."""


def served(handler: str, *invocations: Any):
    requests = io.BytesIO(b"".join(json.dumps(one).encode() + b"\n" for one in invocations))
    answers = Open()
    status = serve(f"unit.playground.lambda_handlers:{handler}", requests, answers)
    return status, [json.loads(line) for line in answers.getvalue().splitlines()]


def test_it_says_when_it_is_ready_and_answers_each_invocation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    status, (ready, first, second) = served("echo", INVOCATION, INVOCATION)

    assert (status, ready) == (0, {"ready": True})
    assert first["result"]["event"] == {"a": 1}
    assert first["result"]["arn"] == INVOCATION["function_arn"]
    assert first["result"]["memory"] == "512"
    assert 0 < first["result"]["remaining_ms"] <= 30_000
    assert second["result"]["pid"] == os.getpid()
    assert capsys.readouterr().out == "echo r-1\n" * 2


def test_an_exception_is_answered_as_lambda_words_it(capsys: pytest.CaptureFixture[str]):
    _, (_, answer) = served("fail", INVOCATION)

    assert answer["error"]["errorMessage"] == "no good"
    assert answer["error"]["errorType"] == "ValueError"
    assert "raise ValueError" in answer["error"]["stackTrace"][-1]
    assert "ValueError: no good" in capsys.readouterr().err


def test_a_result_that_is_no_json_is_an_error():
    _, (_, answer) = served("unsayable", INVOCATION)

    assert answer["error"]["errorType"] == "Runtime.MarshalError"


def test_a_handler_that_cannot_be_loaded_is_told_at_the_start(capsys: pytest.CaptureFixture[str]):
    status, (answer,) = served("no_such_handler", INVOCATION)

    assert status == 1
    assert answer["failed"]["errorType"] == "AttributeError"
    assert "no_such_handler" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["starlette", "uvicorn", "slack_sdk", "boto3"])
def test_a_functions_process_starts_from_the_standard_library_alone(name: str):
    code = f"import sys, vera.playground.lambdas.runtime; sys.exit({name!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
