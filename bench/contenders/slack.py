"""The playground's Slack alone: no functions, no events. It answers as fast as it can, and without rate limits.

Vera keeps to Slack's limits by a budget of her own, which stays on; the workspace's would count the turns before the
measured one too. Run as a script: prints as JSON where it is, and the questions that somebody asked there; serves until
its stdin ends.
"""

import json
import sys

from vera.playground.loopback import LoopbackServer
from vera.playground.schedule import RealTime
from vera.playground.slack.web_api import WebApi
from vera.playground.slack.workspace import Workspace

QUESTIONS = 8


def main() -> None:
    with RealTime() as time:
        workspace = Workspace(time=time)
        workspace.limits.enabled = False
        channel, person = workspace.channel("general").id, workspace.person("ada").id
        text = f"<@{workspace.bot.id}> How long is the notice period?"
        team = workspace.team.id
        about = {"channel": channel, "user": person, "text": text, "team": team, "user_team": team}
        questions = [about | {"ts": workspace.say("ada", "general", text)} for _ in range(QUESTIONS)]
        with LoopbackServer(WebApi(workspace).app) as server:
            workspace.base_url = server.url
            told = {"url": f"{server.url}/api/", "token": workspace.bot_token, "questions": questions}
            sys.stdout.write(f"{json.dumps(told)}\n")
            sys.stdout.flush()
            sys.stdin.read()
        workspace.close()


if __name__ == "__main__":
    main()
