"""The addresses at which an app may answer an interaction: five times in half an hour, each its own.

An answer is shown to the person alone, or to the channel where it says `response_type: in_channel`. Replacing or
deleting the message that was pressed is not done here, and refused. Held by `test_playground_interactions.py`.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vera.playground.slack.markup import escaped

if TYPE_CHECKING:
    from vera.playground.slack.messages import Messages
    from vera.playground.slack.values import Json

MOST_USES = 5
LIFE_SECONDS = 30 * 60.0
_OK, _BAD, _GONE = 200, 400, 404


@dataclass(slots=True)
class _Address:
    channel: str
    person: str
    made_at: float
    uses: int = 0


class ResponseUrls:
    """The response URLs of one workspace."""

    def __init__(self, workspace: Messages) -> None:
        self._workspace = workspace
        self._addresses: dict[str, _Address] = {}

    def make(self, channel_id: str, person_id: str) -> str:
        """Return a new address for what a person did in a conversation."""
        workspace = self._workspace
        with workspace.lock:
            now = workspace.now()
            kept = {key: one for key, one in self._addresses.items() if now - one.made_at < 2 * LIFE_SECONDS}
            path = f"{workspace.team.id}/{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
            self._addresses = kept | {path: _Address(channel_id, person_id, now)}
            return f"{workspace.base_url}/actions/{path}"

    def use(self, path: str, body: bytes) -> tuple[int, str]:
        """Say what an app posted to an address; return the HTTP status and what Slack says to it."""
        with self._workspace.lock:
            address = self._addresses.get(path)
            if address is None or self._workspace.now() - address.made_at >= LIFE_SECONDS:
                return _GONE, "expired_url"
            if address.uses >= MOST_USES:
                return _GONE, "used_url"
            said = _parsed(body)
            if said is None:
                return _BAD, "invalid_payload"
            if said.get("replace_original") or said.get("delete_original"):
                return _BAD, "unsupported_in_the_playground"
            if not isinstance(said.get("text"), str) or not said["text"].strip():
                return _BAD, "no_text"
            address.uses += 1
            self._say(address, said)
            return _OK, "ok"

    def _say(self, address: _Address, said: Json) -> None:
        workspace = self._workspace
        message = workspace.draft(workspace.bot, workspace.channel(address.channel), escaped(said["text"]))
        if said.get("blocks"):
            message["blocks"] = said["blocks"]
        if said.get("response_type") == "in_channel":
            workspace.post(address.channel, message)
        else:
            if said.get("thread_ts"):
                message["thread_ts"] = said["thread_ts"]
            workspace.whisper(address.channel, address.person, message)


def _parsed(body: bytes) -> Json | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
