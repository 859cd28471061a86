"""Who speaks: names, time zones, and whether somebody belongs to another organisation.

Each person is looked up once and remembered for a while, several side by side; who cannot be looked up is called by
their id (`tests/unit/slack/test_slack_people.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from vera.assistant.conversation import Person
from vera.errors import SurfaceRefused, SurfaceUnavailable
from vera.slack.web import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slack_sdk import WebClient

    from vera.assistant.conversation import Turn

__all__ = ["People"]

_REMEMBERED_SECONDS = 3_600.0
_SIDE_BY_SIDE = 8
_LONGEST_NAME = 80

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Profile:
    """What `users.info` told, and when. An unknown person has a name, their id, and nothing else."""

    person: Person
    team: str = ""
    enterprises: frozenset[str] = frozenset()
    at: float = 0.0


class People:
    """Slack's `users.info`, remembered."""

    def __init__(
        self, client: WebClient, *, clock: Callable[[], float] = time.monotonic, most_remembered: int = 2_000
    ) -> None:
        """Ask by this client; `clock` tells seconds."""
        self._client = client
        self._clock = clock
        self._most_remembered = most_remembered
        self._known: dict[str, _Profile] = {}
        self._lock = Lock()
        self._forbidden = False

    def look_up(self, ids: Iterable[str]) -> dict[str, Person]:
        """Return everybody asked for. Raises nothing."""
        wanted = sorted(set(ids))
        missing = [user for user in wanted if self._remembered(user) is None]
        if len(missing) > 1:
            with ThreadPoolExecutor(min(_SIDE_BY_SIDE, len(missing)), thread_name_prefix="people") as threads:
                found = dict(zip(missing, threads.map(self._profile_or_id, missing), strict=True))
        else:
            found = {user: self._profile_or_id(user) for user in missing}
        return {user: (found.get(user) or self._profile_or_id(user)).person for user in wanted}

    def is_external(self, turn: Turn) -> bool:
        """Whether who asks belongs to another organisation than Vera does; also where Slack doesn't know them.

        Raises `SurfaceUnavailable` where Slack cannot be asked.
        """
        ours = {turn.team, turn.enterprise} - {""}
        if turn.user_team in ours:
            return False
        profile = self._profile(turn.user)
        theirs = profile.enterprises | ({profile.team} if not turn.user_team else set())
        return not theirs & ours

    def _profile_or_id(self, user: str) -> _Profile:
        try:
            return self._profile(user)
        except SurfaceUnavailable as error:
            _log.info("A person is called by their id: %s", error, extra={"user": user})
            return _Profile(Person(user, user))

    def _profile(self, user: str) -> _Profile:
        """Return what is known of a person, asking if need be. Raises `SurfaceUnavailable`."""
        if known := self._remembered(user):
            return known
        nobody = _Profile(Person(user, user), at=self._clock())
        if self._forbidden:
            return nobody
        try:
            answer = ask(self._client.users_info, user=user)
        except SurfaceRefused as error:
            if error.code == "missing_scope" and not self._forbidden:
                self._forbidden = True
                _log.warning("Names cannot be looked up: the app has no scope users:read")
            profile = nobody
        else:
            profile = _parsed(user, answer.get("user"), self._clock())
        with self._lock:
            self._known.pop(user, None)
            self._known[user] = profile
            while len(self._known) > self._most_remembered:
                del self._known[next(iter(self._known))]
        return profile

    def _remembered(self, user: str) -> _Profile | None:
        with self._lock:
            known = self._known.get(user)
        return known if known and self._clock() - known.at < _REMEMBERED_SECONDS else None


def _parsed(user: str, told: Any, at: float) -> _Profile:
    """Take from an answer what is there and of the right kind."""
    told = told if isinstance(told, Mapping) else {}
    profile = told.get("profile")
    profile = profile if isinstance(profile, Mapping) else {}
    organisation = told.get("enterprise_user")
    organisation = organisation if isinstance(organisation, Mapping) else {}
    names = (profile.get("display_name"), profile.get("real_name"), told.get("real_name"), told.get("name"))
    name = next((" ".join(name.split()) for name in names if isinstance(name, str) and name.strip()), user)
    timezone, team = told.get("tz"), told.get("team_id")
    enterprise = organisation.get("enterprise_id")
    return _Profile(
        Person(user, name[:_LONGEST_NAME], timezone if isinstance(timezone, str) else ""),
        team=team if isinstance(team, str) else "",
        enterprises=frozenset({enterprise}) if isinstance(enterprise, str) and enterprise else frozenset(),
        at=at,
    )
