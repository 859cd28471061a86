"""Every setting, once: its variable, its default, what it means and what is right. The documentation is made of it.

Nothing that is set is ignored in silence: a variable that Vera doesn't know, a value that can't be right and a feature
that isn't there yet all end in one message that names each of them (`tests/unit/test_settings.py`).
"""

from __future__ import annotations

import re
from dataclasses import Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from vera.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["EMBEDDED", "FOLDER", "Settings", "as_markdown"]

EMBEDDED = "embedded"
"""As `VERA_MODEL_ID`: the model that needs no account."""

FOLDER = "folder:"
"""What a knowledge base's id begins with where it is a folder of documents on this machine."""

_PREFACE = """\
# Configuration

Made by `python -m vera.settings` from `src/vera/settings.py`; don't edit it by hand.

Vera is set up by environment variables, in the Lambdas, in `vera socket` and in the library (`Settings` has the same
names as fields). An empty variable counts as unset. A wrong one, one that Vera does not know, and one for a feature
that is not there yet stop the start with one message that names them all.

boto3's standard variables work for every client: `AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL`,
`AWS_ENDPOINT_URL_<SERVICE>` and the rest. The receiver, which does without boto3, knows the region, the keys and the
endpoints that a Lambda has in its environment.

The receiver reads what it needs of the same variables and leaves it to the worker to complain of the others.

Slack's secrets come directly (`SLACK_BOT_TOKEN`, `SLACK_SIGNING_SECRET`) or from Secrets Manager
(`VERA_SLACK_SECRET_ID`). A secret is kept per container; it is fetched again, at most once a minute, when a signature
fails or Slack refuses the token.
"""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Setting:
    """One variable. `parse` raises `ValueError` with what would be right."""

    variable: str
    meaning: str
    parse: Callable[[str], Any]


def _setting(
    variable: str, default: Value, meaning: str, parse: Callable[[str], Any] = str, *, secret: bool = False
) -> Value:
    return field(default=default, repr=not secret, metadata={"": _Setting(variable, meaning, parse)})


def _like(pattern: str, what: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(what)
        return text

    return parse


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (re.fullmatch("[0-9]{1,9}", text) and low <= int(text) <= high):
            raise ValueError(f"a whole number from {low:,} to {high:,}")
        return int(text)

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    return _like("|".join(words), f"one of {', '.join(words)}")


def _many(parse: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    def parse_all(text: str) -> tuple[str, ...]:
        parts = [part.strip(", ") for part in text.split(",")]
        # Nothing but commas is a mistake: taken for unset, such an allow-list would let everybody in.
        return tuple(dict.fromkeys(parse(part) for part in parts if part or not any(parts)))

    return parse_all


def _not_yet(_: str) -> Any:
    raise ValueError("unset: this version of Vera cannot do that yet")


_URL = _like(
    r"https?://[^\s/?#@]+(/[^\s?#]*)?", "a URL that begins with https:// (or http:// on this machine), without a query"
)
_ID = _like(r"[A-Za-z0-9][\w.:/-]*", "the id or ARN of a model or inference profile")
_BASE = r"(?:arn:aws[\w-]*:bedrock:[a-z0-9-]+:\d{12}:knowledge-base/)?[0-9A-Za-z]{1,10}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How a deployment of Vera is set up. Made by `from_environment`, or by hand with the same names and defaults."""

    slack_bot_token: str = _setting(
        "SLACK_BOT_TOKEN",
        "",
        "The bot's token.",
        _like(r"(?!xapp-|xoxp-|xoxa-)\S+", "the bot's token, which begins with xoxb-"),
        secret=True,
    )
    slack_signing_secret: str = _setting(
        "SLACK_SIGNING_SECRET", "", "What Slack signs its requests with. The receiver reads it.", secret=True
    )
    slack_secret_id: str = _setting(
        "VERA_SLACK_SECRET_ID",
        "",
        "In their place: name or ARN of a Secrets Manager secret, JSON with `bot_token`, `signing_secret` and, where "
        "votes are collected, `feedback_key`.",
    )
    slack_app_token: str = _setting(
        "SLACK_APP_TOKEN",
        "",
        "The app's token for Socket Mode (`vera socket`).",
        _like(r"(?!xox)\S+", "an app-level token, which begins with xapp-"),
        secret=True,
    )
    slack_api_url: str = _setting(
        "VERA_SLACK_API_URL",
        "https://slack.com/api/",
        "The Web API's base URL.",
        lambda text: _URL(text.rstrip("/")) + "/",
    )
    worker_function: str = _setting(
        "VERA_WORKER_FUNCTION", "", "Name or ARN of the worker function. The receiver reads it."
    )
    table: str = _setting(
        "VERA_TABLE",
        "",
        "The DynamoDB table of turns, and of the count of edits that all workers share. Unset: a SQLite database here.",
        _like(r"[\w.-]{3,255}|arn:\S+", "a table's name or ARN"),
    )
    database: str = _setting("VERA_DATABASE", ".vera/vera.sqlite3", "The SQLite database, where there is no table.")
    model_id: str = _setting(
        "VERA_MODEL_ID",
        "global.anthropic.claude-sonnet-5",
        f"The Bedrock model or inference profile that answers; `{EMBEDDED}` for the one that needs no account.",
        _ID,
    )
    max_output_tokens: int = _setting(
        "VERA_MAX_OUTPUT_TOKENS", 4_096, "How long an answer may be, in tokens.", _whole(16, 128_000)
    )
    context_tokens: int = _setting(
        "VERA_CONTEXT_TOKENS", 24_000, "How much of a thread the model sees, in tokens.", _whole(500, 1_000_000)
    )
    system_prompt: str = _setting(
        "VERA_SYSTEM_PROMPT", "", "Who the assistant is and how it speaks. Unset: a short prompt of Vera's own."
    )
    bot_name: str = _setting(
        "VERA_BOT_NAME", "Vera", "What the assistant is called.", _like(r"[^\n@<>]{1,35}", "1 to 35 characters")
    )
    knowledge_base_ids: tuple[str, ...] = _setting(
        "VERA_KNOWLEDGE_BASE_IDS",
        (),
        f"Bedrock knowledge bases to search; `{FOLDER}PATH` for documents on this machine.",
        _many(
            _like(
                rf"{_BASE}|{FOLDER}[^,]+",
                f"ids of up to 10 letters and digits, their ARNs, or {FOLDER}PATH (without a comma)",
            ),
        ),
    )
    knowledge_results: int = _setting(
        "VERA_KNOWLEDGE_RESULTS", 25, "How many passages to retrieve from each.", _whole(1, 100)
    )
    rerank_model_id: str = _setting(
        "VERA_RERANK_MODEL_ID", "", "The Bedrock model that chooses among them. Unset: none.", _ID
    )
    rerank_results: int = _setting(
        "VERA_RERANK_RESULTS", 5, "How many passages to keep for the model, reranked or not.", _whole(1, 100)
    )
    guardrail_id: str = _setting(
        "VERA_GUARDRAIL_ID",
        "",
        "A Bedrock guardrail for questions and answers.",
        _like(r"[A-Za-z0-9-]+|arn:\S+", "its id or ARN"),
    )
    guardrail_version: str = _setting(
        "VERA_GUARDRAIL_VERSION", "", "Its version.", _like(r"[1-9]\d{0,7}|DRAFT", "a version's number, or DRAFT")
    )
    edit_every_tokens: int = _setting(
        "VERA_EDIT_EVERY_TOKENS", 10, "An edit of the message is wanted after so many tokens.", _whole(1, 10_000)
    )
    streaming: str = _setting(
        "VERA_STREAMING",
        "edit",
        "How an answer is shown while it is formed: by editing one message (`edit`), by Slack's own streams "
        "(`native`), or by whichever of the two the workspace's limits leave more room for (`auto`).",
        _one_of("edit", "native", "auto"),
    )
    max_tool_rounds: int = _setting(
        "VERA_MAX_TOOL_ROUNDS", 8, "How often in one answer the model may call tools.", _whole(0, 20)
    )
    image_model_id: str = _setting("VERA_IMAGE_MODEL_ID", "", "Reserved for pictures.", _not_yet)
    image_region: str = _setting("VERA_IMAGE_REGION", "", "Reserved for pictures.", _not_yet)
    image_bucket: str = _setting("VERA_IMAGE_BUCKET", "", "Reserved for pictures.", _not_yet)
    allowed_channels: tuple[str, ...] = _setting(
        "VERA_ALLOWED_CHANNELS",
        (),
        "Ids of the channels in which Vera answers (direct messages aside). Unset: everywhere.",
        _many(_like("[CGD][A-Z0-9]+", "channel ids such as C0123ABCD, comma-separated")),
    )
    allowed_users: tuple[str, ...] = _setting(
        "VERA_ALLOWED_USERS",
        (),
        "Ids of the people whom Vera answers. Unset: everyone.",
        _many(_like("[UW][A-Z0-9]+", "user ids such as U0123ABCD, comma-separated")),
    )
    external_users: str = _setting(
        "VERA_EXTERNAL_USERS",
        "deny",
        "Whether to answer people of other organisations in shared channels.",
        _one_of("deny", "allow"),
    )

    def __post_init__(self) -> None:
        """Hold what was set by hand to the same rules. Raises `SettingsError`."""
        wrong: list[str] = []
        for attribute, setting in _all():
            value = getattr(self, attribute.name)
            if value == attribute.default:
                continue
            try:
                object.__setattr__(self, attribute.name, _checked(value, attribute.default, setting))
            except ValueError as error:
                wrong.append(f"{attribute.name} has to be {error}")
        if bool(self.guardrail_id) != bool(self.guardrail_version):
            wrong.append("guardrail_id and guardrail_version have to be set together")
        if wrong:
            raise SettingsError("Vera cannot start: " + "; ".join(wrong) + ".")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings from variables; an empty one counts as unset. Raises `SettingsError`."""
        given = {name: text for name, value in environment.items() if (text := value.strip())}
        values: dict[str, Any] = {}
        wrong: list[str] = []
        known = [setting.variable for _, setting in _all()]
        for attribute, setting in _all():
            if setting.variable in given:
                try:
                    values[attribute.name] = setting.parse(given[setting.variable])
                except ValueError as error:
                    wrong.append(f"{setting.variable} has to be {error}")
        wrong += [
            f"{name} is no setting{_nearest(name, known)}"
            for name in sorted(given)
            if name.startswith("VERA_") and name not in known
        ]
        if len(given.keys() & {"VERA_GUARDRAIL_ID", "VERA_GUARDRAIL_VERSION"}) == 1:
            wrong.append("VERA_GUARDRAIL_ID and VERA_GUARDRAIL_VERSION have to be set together")
        elif "VERA_GUARDRAIL_ID" in given and given.get("VERA_MODEL_ID") == EMBEDDED:
            wrong.append(f"VERA_GUARDRAIL_ID has to be unset where VERA_MODEL_ID is {EMBEDDED}: it has no guardrails")
        if "AWS_LAMBDA_FUNCTION_NAME" in given and not given.keys() & {"VERA_TABLE", "VERA_DATABASE"}:
            wrong.append("VERA_TABLE has to be set in a Lambda function: its disk is not shared between workers")
        if "AWS_LAMBDA_FUNCTION_NAME" in given and not given.keys() & {"SLACK_BOT_TOKEN", "VERA_SLACK_SECRET_ID"}:
            wrong.append("SLACK_BOT_TOKEN or VERA_SLACK_SECRET_ID has to be set")
        if wrong:
            raise SettingsError("Vera cannot start: " + "; ".join(wrong) + ".")
        return cls(**values)


def _checked(value: object, default: object, setting: _Setting) -> object:
    """Return a value as its variable would have given it; raises `ValueError` with what would be right."""
    if type(value) is not type(default):
        raise ValueError("a tuple" if isinstance(default, tuple) else f"of type {type(default).__name__}")
    return setting.parse(",".join(map(str, value)) if isinstance(value, tuple) else str(value))


def as_markdown() -> str:
    """Return the page about all settings, `docs/configuration.md`."""
    rows = (
        f"| `{setting.variable}` | {setting.meaning} | {_shown(attribute.default)} |" for attribute, setting in _all()
    )
    return "\n".join((_PREFACE, "| variable | meaning | default |", "|---|---|---|", *rows)) + "\n"


def _all() -> Iterator[tuple[Field[Any], _Setting]]:
    return ((attribute, attribute.metadata[""]) for attribute in fields(Settings))


def _nearest(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - for a mistake only

    near = get_close_matches(name, known, n=1, cutoff=0.8)
    return f" (did you mean {near[0]}?)" if near else ""


def _shown(default: Any) -> str:
    return f"`{default}`" if default not in {"", ()} else ""


if __name__ == "__main__":
    print(as_markdown(), end="")  # noqa: T201 - this is what it is run for
