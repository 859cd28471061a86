"""The playground's Slack as strict as it can be: documented limits, bursts of 20, and time on the way.

Run as `python -m bench.contenders.strict_slack PEOPLE LATENCY_MS`. Each person has asked a question in a channel of
their own. Prints as JSON where it is and the questions; serves until its stdin ends; then prints what came of it: every
version of every message of the bot's, as the words in it and the moment at which it stood, and what calls were made.
"""

import json
import sys
from collections import Counter
from typing import Any

from bench.contenders.speech import words_of

from vera.playground.loopback import LoopbackServer
from vera.playground.schedule import RealTime
from vera.playground.slack.values import Change
from vera.playground.slack.web_api import WebApi
from vera.playground.slack.workspace import Workspace


def main() -> None:
    people, latency_ms = int(sys.argv[1]), float(sys.argv[2])
    with RealTime() as time:
        workspace = Workspace(time=time)
        workspace.latency_ms = latency_ms
        questions = [_ask(workspace, f"person{number}") for number in range(people)]
        writes: list[dict[str, Any]] = []
        workspace.listen(lambda change: writes.extend(_write(workspace.bot.id, change)))
        with LoopbackServer(WebApi(workspace).app) as server:
            workspace.base_url = server.url
            _say({"url": f"{server.url}/api/", "token": workspace.bot_token, "questions": questions})
            sys.stdin.read()
        calls = Counter((call.method, _answered(call.status, ok=call.ok)) for call in workspace.calls)
        _say({"writes": writes, "calls": [[*call, count] for call, count in sorted(calls.items())]})
        workspace.close()


def _ask(workspace: Workspace, name: str) -> dict[str, str]:
    person = workspace.add_person(name)
    channel = workspace.add_channel(f"of-{name}", members=["vera", name])
    text = f"<@{workspace.bot.id}> How long is the notice period?"
    return {
        "channel": channel.id,
        "ts": workspace.say(name, channel.id, text),
        "user": person.id,
        "text": text,
        "team": workspace.team.id,
        "user_team": person.team_id,
    }


def _write(bot: str, change: Change) -> list[dict[str, Any]]:
    """Return what a change of the bot's messages left standing; nothing where it is another's."""
    message = change.message or change.previous
    if change.kind not in {"posted", "edited", "deleted"} or not message or message.get("user") != bot:
        return []
    gone = change.kind == "deleted"
    words = [] if gone else _words(message)
    return [{"channel": change.channel, "ts": change.ts, "at": change.at, "words": words, "gone": gone}]


def _words(message: dict[str, Any]) -> list[int]:
    return words_of(str(message.get("text", ""))) or words_of(json.dumps(message.get("blocks", [])))


def _answered(status: int, *, ok: bool) -> str:
    if ok:
        return "ok"
    return "limited" if status == 429 else "refused"


def _say(value: object) -> None:
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
