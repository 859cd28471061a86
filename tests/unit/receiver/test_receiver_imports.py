"""What a cold start imports: the standard library, and little of it."""

import json
import subprocess
import sys
from pathlib import Path

from fakes.lambda_api import LambdaApi

HANDLER_FOLDER = Path(__file__).parents[3] / "lambda_receiver"
COSTLY = {"asyncio", "dataclasses", "email", "http", "inspect", "logging", "threading", "traceback", "typing"}


def imported(code: str):
    """Return the top-level modules that a fresh interpreter has after running `code` and not without it."""
    script = f"import sys; before = set(sys.modules); {code}; print(*(set(sys.modules) - before))"
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return {name.partition(".")[0] for name in ran.stdout.split()}


def test_importing_the_receiver_pulls_in_nothing_outside_the_standard_library():
    modules = imported("import vera.receiver")

    assert modules - set(sys.stdlib_module_names) == {"vera"}


def test_importing_the_receiver_pulls_in_no_other_room():
    script = "import vera.receiver, sys; print(*sorted(m for m in sys.modules if m.startswith('vera')))"
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert all(name == "vera" or name.startswith("vera.receiver") for name in ran.stdout.split())


def test_importing_the_receiver_pulls_in_none_of_the_costly_modules():
    modules = imported("import vera.receiver")

    assert not modules & COSTLY


def test_beyond_what_http_client_needs_it_pulls_in_next_to_nothing():
    modules = imported("import vera.receiver") - imported("import http.client, hmac")

    assert modules <= {"vera", "json", "_json", "__future__"}


def test_the_lambdas_folder_holds_the_handler_and_wants_no_package():
    script = (
        f"import sys; sys.path.insert(0, {str(HANDLER_FOLDER)!r}); import handler; print(handler.handler.__module__)"
    )
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    wanted = (HANDLER_FOLDER / "requirements.txt").read_text().splitlines()

    assert ran.stdout.strip() == "vera.receiver.receive"
    assert all(line.startswith("#") for line in wanted if line)


def test_the_handler_reads_the_environment_at_its_first_request_and_answers(api: LambdaApi, variables: dict[str, str]):
    """In a process of its own, as Lambda runs it: the real clock, the real environment, stdout."""
    script = """
import json, sys, time
from fakes.slack_requests import request_of
from vera.receiver import handler
event = request_of("event_app_mention", timestamp=str(int(time.time())))
print(json.dumps([handler(event, None), handler(event, None)]))
"""
    environment = variables | {"PYTHONPATH": str(Path(__file__).parents[2])}

    ran = subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True)

    *log_lines, answers = map(json.loads, ran.stdout.splitlines())
    assert answers == [{"statusCode": 200, "body": ""}] * 2
    assert [line["cold_start"] for line in log_lines] == [True, False]
    assert len(api.invokes) == 2
    assert api.connections == 1


def test_a_wrong_environment_stops_it_with_a_sentence():
    script = "from vera.receiver import handler; handler({}, None)"

    ran = subprocess.run([sys.executable, "-c", script], env={}, check=False, capture_output=True, text=True)

    assert ran.returncode == 1
    assert "VERA_WORKER_FUNCTION: set it to" in ran.stderr
