"""Functions for the tests to run in processes of their own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vera.assistant.journal import Stage
from vera.playground.journal.pipe import PipeJournal
from vera.playground.mischief import Mischief
from vera.receiver.environment import Credentials
from vera.receiver.sigv4 import signed_headers


def echo(event: Any, context: Any):
    sys.stdout.write(f"echo {context.aws_request_id}\n")
    return {
        "event": event,
        "pid": os.getpid(),
        "name": context.function_name,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "stdin": sys.stdin.read(),
        "environment": sorted(name for name in os.environ if not name.startswith("COVERAGE")),
    }


def tell_variables(event: Any, context: Any):
    return dict(os.environ)


def fail(event: Any, context: Any):
    raise ValueError("no good")


def fail_first(event: Any, context: Any):
    """Fail as often as the event says, counted in its file."""
    with Path(event["file"]).open("a+", encoding="utf-8") as file:
        file.write(f"{context.aws_request_id}\n")
        file.seek(0)
        if len(file.readlines()) <= event["failures"]:
            raise ValueError("not yet")


def hang(event: Any, context: Any):
    sys.stdout.write("hanging\n")
    threading.Event().wait()


def hang_once(event: Any, context: Any):
    """Hang while the event's file is not there, and make it; then return."""
    try:
        Path(event["file"]).touch(exist_ok=False)
    except FileExistsError:
        return "whole"
    return hang(event, context)


def go_wrong(event: Any, context: Any):
    """Say what is to go wrong now."""
    return Mischief(Path(os.environ["PLAYGROUND_MISCHIEF"])).next()


def tell_journal(event: Any, context: Any):
    """Tell the journal of one stage of one turn."""
    PipeJournal.from_environment(os.environ).record("C1:1.0", Stage("Thinking"))


def start_another(event: Any, context: Any):
    """Leave a process behind that would hold the streams open for ever."""
    program = "import threading; threading.Event().wait()"
    return subprocess.Popen([sys.executable, "-c", program]).pid


def keep_journal(event: Any, context: Any):
    """Write the event's text into the journal, and die where it says so."""
    os.write(int(os.environ["PLAYGROUND_JOURNAL"]), event["text"].encode())
    if event.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)


def die(event: Any, context: Any):
    os._exit(3)


def answer_nonsense(event: Any, context: Any):
    """Write into the pipe of the answers what is none, wherever it is."""
    for descriptor in Path("/dev/fd").iterdir():
        number = int(descriptor.name)
        if number > 2 and str(number) != os.environ["PLAYGROUND_JOURNAL"]:
            with suppress(OSError):
                os.write(number, b"nonsense\n")


def leave(event: Any, context: Any):
    sys.exit(4)


def unsayable(event: Any, context: Any):
    return object()


def proxy(event: Any, context: Any):
    return {"statusCode": 201, "headers": {"x-got": event["headers"]["x-sent"]}, "body": event["body"]}


def binary(event: Any, context: Any):
    return {"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}


def invoke_worker(event: Any, context: Any):
    """Pass the body on to the worker through Lambda's own API, as a receiver does."""
    address = urlsplit(os.environ["AWS_ENDPOINT_URL_LAMBDA"])
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    path = f"/2015-03-31/functions/{os.environ['VERA_WORKER_FUNCTION']}/invocations"
    body = event["body"] if "body" in event else json.dumps({"record": event})
    headers = signed_headers(
        path=path,
        host_header=address.netloc,
        headers={"x-amz-invocation-type": "Event"},
        body=body.encode(),
        credentials=Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]),
        region=os.environ["AWS_REGION"],
        service="lambda",
        now=time.time(),
    )
    connection.request("POST", path, body.encode(), headers)
    accepted = connection.getresponse().status == 202
    connection.close()
    return {"statusCode": 200 if accepted else 503}


def go_on(event: Any, context: Any):
    """Invoke oneself with the next leg, as a worker does whose time is up, until the third."""
    import boto3  # noqa: PLC0415 - the other functions start without it

    leg = event.get("leg", 0)
    sys.stdout.write(f"leg {leg}\n")
    if leg < 2:
        client = boto3.client("lambda")
        payload = json.dumps({**event, "leg": leg + 1})
        answer = client.invoke(FunctionName=context.invoked_function_arn, InvocationType="Event", Payload=payload)
        answer["Payload"].read()
        client.close()


def answer_question(event: Any, context: Any):
    """Answer in the thread through Slack's own API, as a worker does."""
    from slack_sdk import WebClient  # noqa: PLC0415 - the other functions start without it

    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["VERA_SLACK_API_URL"])
    asked = event.get("event", {})
    if asked.get("type") == "app_mention":
        client.chat_postMessage(channel=asked["channel"], thread_ts=asked["ts"], text="Here you are")
