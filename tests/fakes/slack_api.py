"""A small Slack on loopback: messages and people in memory, calls recorded, and any answer scripted.

It knows the Web API methods that reading and writing a thread take, with Slack's habits: a thread's first message on
every page, metadata only where it is asked for, streams that only grow. `script` puts answers of one's own before a
method's next ones.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

BOT_USER = "U0VERABOT"
BOT_ID = "B0VERA"


@dataclass(frozen=True)
class Answer:
    """What a call gets instead of Slack's answer. `carry_out`: it is done all the same."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    carry_out: bool = False
    hang: bool = False
    break_off: bool = False


def refusal(code: str) -> Answer:
    return Answer({"ok": False, "error": code})


RATE_LIMITED = Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "7"})


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64


class SmallSlack:
    """Use it as a context manager; `url` is the Web API's base."""

    def __init__(self, *, page: int = 1000) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.channels: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.people: dict[str, dict[str, Any]] = {}
        self.page = page
        self._scripts: dict[str, deque[Answer]] = defaultdict(deque)
        self._lock = threading.RLock()
        self._count = 0
        self._released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/"

    def script(self, method: str, *answers: Answer) -> None:
        self._scripts[method].extend(answers)

    def called(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    def person(self, user: str, name: str, **fields: Any) -> None:
        self.people[user] = {"id": user, "profile": {"display_name": name}, **fields}

    def say(self, channel: str, user: str, text: str, **fields: Any) -> str:
        """Put a message where anybody might have written it, and return its ts."""
        with self._lock:
            self._count += 1
            ts = f"17000{self._count:05}.000100"
            message = {"type": "message", "ts": ts, "text": text, **({"user": user} if user else {}), **fields}
            self.channels[channel][ts] = message
            root = self.channels[channel].get(fields.get("thread_ts", ""))
            if root is not None and root is not message:
                root["reply_count"] = root.get("reply_count", 0) + 1
                root.setdefault("thread_ts", root["ts"])
            return ts

    def answer_to(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            act = getattr(self, "_" + method.replace(".", "_").lower(), None)
            return act(arguments) if act else {"ok": False, "error": "unknown_method"}

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "user_id": BOT_USER, "bot_id": BOT_ID, "team_id": "T0ACME"}

    def _users_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        person = self.people.get(arguments["user"])
        return {"ok": True, "user": person} if person else {"ok": False, "error": "user_not_found"}

    def _chat_postmessage(self, arguments: dict[str, Any]) -> dict[str, Any]:
        kept = {key: arguments[key] for key in ("thread_ts", "metadata", "attachments") if arguments.get(key)}
        ts = self.say(arguments["channel"], BOT_USER, **_content(arguments), bot_id=BOT_ID, **kept)
        return {"ok": True, "ts": ts, "channel": arguments["channel"]}

    def _chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = self.channels[arguments["channel"]].get(arguments["ts"])
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        if _is_live(message):
            return {"ok": False, "error": "streaming_state_conflict"}
        if len(arguments.get("text", "").encode()) > 4000 or len(arguments.get("markdown_text", "")) > 12_000:
            return {"ok": False, "error": "msg_too_long"}
        message.pop("blocks", None)
        message.update(_content(arguments) | {k: arguments[k] for k in ("metadata", "attachments") if k in arguments})
        return {"ok": True, "ts": arguments["ts"]}

    def _chat_delete(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = self.channels[arguments["channel"]].get(arguments["ts"])
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        if _is_live(message):
            return {"ok": False, "error": "cant_delete_message"}
        del self.channels[arguments["channel"]][arguments["ts"]]
        return {"ok": True}

    def _chat_startstream(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments["channel"][0] != "D" and not arguments.get("recipient_team_id"):
            return {"ok": False, "error": "missing_recipient_team_id"}
        fields = {"thread_ts": arguments["thread_ts"], "streaming_state": "in_progress", "bot_id": BOT_ID}
        ts = self.say(arguments["channel"], BOT_USER, **_content(arguments), **fields)
        return {"ok": True, "ts": ts, "channel": arguments["channel"]}

    def _chat_appendstream(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = self.channels[arguments["channel"]].get(arguments["ts"])
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        if not _is_live(message):
            return {"ok": False, "error": "message_not_in_streaming_state"}
        text = message["text"] + arguments.get("markdown_text", "")
        if len(text) > 12_000:
            return {"ok": False, "error": "msg_too_long"}
        message.update(_content({"markdown_text": text}))
        return {"ok": True, "ts": arguments["ts"], "channel": arguments["channel"]}

    def _chat_stopstream(self, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = self._chat_appendstream(arguments)
        if answer["ok"]:
            self.end_stream(arguments["channel"], arguments["ts"], metadata=arguments.get("metadata"))
        return answer

    def end_stream(self, channel: str, ts: str, *, metadata: Any = None) -> None:
        """Let a stream take no more text: it is stopped, or old."""
        with self._lock:
            self.channels[channel][ts] |= {"streaming_state": "completed"} | (
                {"metadata": metadata} if metadata else {}
            )

    def _assistant_threads_setstatus(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True}

    def _agents_sessions_setstatus(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True}

    def _conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        messages = self.channels[arguments["channel"]]
        root = messages.get(arguments["ts"])
        if root is None:
            return {"ok": False, "error": "thread_not_found"}
        replies = [m for m in messages.values() if m.get("thread_ts") == root["ts"] and m is not root]
        return self._page([m for m in sorted(replies, key=_ts) if _within(m, arguments)], arguments, first=[root])

    def _conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        messages = self.channels[arguments["channel"]].values()
        top = [m for m in messages if m.get("thread_ts", m["ts"]) == m["ts"] or m.get("subtype") == "thread_broadcast"]
        newest_first = sorted(top, key=_ts, reverse=True)
        return self._page([m for m in newest_first if _within(m, arguments)], arguments, first=[])

    def _page(self, messages: list[dict[str, Any]], arguments: dict[str, Any], *, first: list[Any]) -> dict[str, Any]:
        limit = min(int(arguments.get("limit", 1000)), self.page)
        start = int(arguments.get("cursor") or 0)
        shown = [dict(m) for m in (*first, *messages[start : start + limit])]
        if str(arguments.get("include_all_metadata")) not in {"1", "true", "True"}:
            for message in shown:
                message.pop("metadata", None)
        following = str(start + limit) if start + limit < len(messages) else ""
        return {
            "ok": True,
            "messages": shown,
            "has_more": bool(following),
            "response_metadata": {"next_cursor": following},
        }

    def _handler(slack) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the request's
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                kind = self.headers.get("Content-Type", "")
                arguments = (
                    json.loads(body or b"{}") if kind.startswith("application/json") else dict(parse_qsl(body.decode()))
                )
                method = self.path.removeprefix("/api/")
                with slack._lock:
                    slack.calls.append((method, arguments))
                    scripted = slack._scripts[method].popleft() if slack._scripts[method] else None
                if scripted is None:
                    return self.give(200, {}, slack.answer_to(method, arguments))
                if scripted.carry_out:
                    slack.answer_to(method, arguments)
                if scripted.hang:
                    slack._released.wait(5)
                if scripted.hang or scripted.break_off:
                    self.close_connection = True
                    return None
                return self.give(scripted.status, scripted.headers, scripted.body)

            def give(self, status: int, headers: dict[str, str], body: Any) -> None:
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in ({"Content-Type": "application/json"} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


def _content(arguments: dict[str, Any]) -> dict[str, Any]:
    if "markdown_text" not in arguments:
        return {"text": arguments["text"]}
    markdown = arguments["markdown_text"]
    return {"text": markdown, "blocks": [{"type": "markdown", "text": markdown}]}


def _is_live(message: dict[str, Any]) -> bool:
    return message.get("streaming_state") == "in_progress"


def _ts(message: dict[str, Any]) -> str:
    return str(message["ts"])


def _within(message: dict[str, Any], arguments: dict[str, Any]) -> bool:
    inclusive = str(arguments.get("inclusive")) in {"1", "true", "True"}
    oldest, latest, ts = arguments.get("oldest") or "", arguments.get("latest") or "9", _ts(message)
    return oldest < ts < latest or (inclusive and ts in {oldest, latest})
