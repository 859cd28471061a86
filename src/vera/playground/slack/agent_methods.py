"""What an agent says of itself: assistant.threads.setStatus and agents.sessions.setStatus.

Held by `test_playground_agent_methods.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from vera.playground.slack.agents import SessionStatus
from vera.playground.slack.arguments import MethodError
from vera.playground.slack.places import by_id

if TYPE_CHECKING:
    from vera.playground.slack.arguments import Arguments
    from vera.playground.slack.values import Channel, Json
    from vera.playground.slack.workspace import Workspace

_MOST_LOADING_MESSAGES, _MOST_LOADING_CHARACTERS, _MOST_TITLE_CHARACTERS = 10, 50, 200


def set_status(workspace: Workspace, arguments: Arguments) -> Json:
    """assistant.threads.setStatus."""
    channel = _of_the_bot(workspace, arguments, otherwise="channel_not_found")
    thread_ts = arguments.required("thread_ts")
    text = arguments.given("status")
    lines = arguments.texts("loading_messages", most=_MOST_LOADING_MESSAGES, characters=_MOST_LOADING_CHARACTERS)
    if workspace.message(channel.id, thread_ts) is None:
        raise MethodError("invalid_thread_ts")
    workspace.agents.set_status(channel.id, thread_ts, text, tuple(lines))
    return {}


def set_session(workspace: Workspace, arguments: Arguments) -> Json:
    """agents.sessions.setStatus."""
    channel = _of_the_bot(workspace, arguments, otherwise="not_authorized")
    thread_ts = arguments.text("thread_ts")
    if not thread_ts:
        raise MethodError("thread_ts_required")
    status = session_status(arguments.required("status"), otherwise="invalid_status")
    initiator = arguments.text("initiator_user_id")
    if initiator and initiator not in channel.members:
        raise MethodError("user_not_found")
    title = arguments.text("title", most=_MOST_TITLE_CHARACTERS)
    session = workspace.agents.set_session(channel.id, thread_ts, status, title=title, initiator=initiator)
    return {"status": session.status, "agent_status": session.status, "title": session.title}


def session_status(value: str, *, otherwise: str) -> SessionStatus:
    """Return a session's status. Raises MethodError with `otherwise` for what is none."""
    for known in get_args(SessionStatus):
        if known == value:
            status: SessionStatus = known
            return status
    raise MethodError(otherwise)


def _of_the_bot(workspace: Workspace, arguments: Arguments, *, otherwise: str) -> Channel:
    """Return the conversation that a call names, in which the bot is. Raises MethodError with `otherwise` elsewhere."""
    channel = by_id(workspace, arguments.text("channel_id"))
    if workspace.bot.id not in channel.members:
        raise MethodError(otherwise)
    return channel
