from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.slack_api import BOT_ID, BOT_USER, SmallSlack, refusal
from vera.errors import SurfaceRefused
from vera.slack.bot import Bot

if TYPE_CHECKING:
    from slack_sdk import WebClient


@pytest.mark.parametrize(
    ("message", "own"),
    [
        pytest.param({"user": BOT_USER}, True, id="by its user alone"),
        pytest.param({"user": BOT_USER, "bot_id": "B9"}, True, id="its user decides"),
        pytest.param({"user": "U1", "bot_id": BOT_ID}, False, id="another user decides"),
        pytest.param({"bot_id": BOT_ID}, True, id="by its bot alone"),
        pytest.param({"bot_id": "B9"}, False, id="another bot"),
        pytest.param({"metadata": {"event_type": "vera_reply"}}, False, id="metadata proves nothing"),
    ],
)
def test_vera_knows_her_own_messages(client: WebClient, *, message: dict, own: bool):
    assert Bot(client).wrote(message) is own


def test_slack_is_asked_once_and_only_if_need_be(slack: SmallSlack, client: WebClient):
    bot = Bot(client, user_id=BOT_USER)

    assert bot.wrote({"user": BOT_USER})
    assert slack.calls == []
    assert (bot.bot_id, bot.team_id, bot.user_id) == (BOT_ID, "T0ACME", BOT_USER)
    assert [method for method, _ in slack.calls] == ["auth.test"]


def test_what_an_event_tells_is_learnt(slack: SmallSlack, client: WebClient):
    bot = Bot(client)

    bot.learn("U7")
    bot.learn("")

    assert bot.user_id == "U7"
    assert slack.calls == []


def test_a_failure_to_ask_is_not_remembered(slack: SmallSlack, client: WebClient):
    bot = Bot(client)
    slack.script("auth.test", refusal("invalid_auth"))

    with pytest.raises(SurfaceRefused):
        _ = bot.user_id

    assert bot.user_id == BOT_USER
