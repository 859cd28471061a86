"""Who Vera is in Slack, so that she knows her own words again.

Payloads mostly tell; where they don't, `auth.test` is asked, once. A message's user id decides: some carry neither
`bot_id` nor `app_id`, and metadata can be written by any app (`tests/unit/slack/test_slack_bot.py`).
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from vera.slack.web import ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk import WebClient

__all__ = ["Bot"]


class Bot:
    """Vera's own ids. Each property raises what `ask` raises if Slack has to be asked and cannot be."""

    def __init__(self, client: WebClient, *, user_id: str = "") -> None:
        """Take the user id where it is known."""
        self._client = client
        self._user_id = user_id
        self._told: Mapping[str, Any] = {}
        self._lock = Lock()

    def learn(self, user_id: str) -> None:
        """Take the user id from an event's authorizations; an empty one changes nothing."""
        self._user_id = user_id or self._user_id

    @property
    def user_id(self) -> str:
        """The bot's user id."""
        return self._user_id or self._ask("user_id")

    @property
    def bot_id(self) -> str:
        """The bot's id as a bot, which messages without a user carry."""
        return self._ask("bot_id")

    @property
    def team_id(self) -> str:
        """The workspace of the installation."""
        return self._ask("team_id")

    def wrote(self, message: Mapping[str, Any]) -> bool:
        """Whether a message is Vera's own."""
        if user := message.get("user"):
            return bool(user == self.user_id)
        bot = message.get("bot_id")
        return bool(bot) and bot == self.bot_id

    def _ask(self, key: str) -> str:
        with self._lock:
            self._told = self._told or ask(self._client.auth_test)
        return str(self._told.get(key) or "")
