"""What a model may do: tools, and `@tool`, which makes one of a function.

A tool is called with what the model wrote, validated against the function's signature; whatever goes wrong goes back to
the model as a failed result and never ends the answer (`tests/unit/assistant/test_tools.py`, `test_dialogue.py`).
"""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - ToolContext is looked at while the program runs
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Protocol, get_args, get_type_hints, overload
from zoneinfo import ZoneInfo

from vera.assistant.model import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel

    from vera.assistant.conversation import Turn

__all__ = ["RESULT_CHARACTERS", "TOOL_NAME", "FunctionTool", "Tool", "ToolContext", "ToolError", "current_time", "tool"]

RESULT_CHARACTERS = 20_000
"""What the tools of one round may say together; what one says beyond its share is cut off, and the model told so."""


TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""What a tool may be called, by Converse's `ToolSpecification`."""


class ToolError(Exception):
    """Raised by a tool to tell the model, in its own words, what went wrong. Other exceptions show their type alone."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """Where a call comes from. A function gets it by annotating a parameter with this class.

    `key` is the same for the same call however often it is repeated by a retry: hand it on as idempotency key.
    `timezone` is the asker's (IANA), or empty. `now` is the present, in UTC.
    """

    turn: Turn
    ordinal: int
    now: datetime
    timezone: str = ""

    @property
    def key(self) -> str:
        """The idempotency key: the turn's key, and the how-manieth call of the turn this is."""
        return f"{self.turn.key}#{self.ordinal}"


class Tool(Protocol):
    """Something that a model may do."""

    @property
    def name(self) -> str:
        """What it is called: no two tools of a deployment are called the same."""
        ...

    @property
    def spec(self) -> ToolSpec:
        """What the model is told."""
        ...

    @property
    def status(self) -> str:
        """What the status line says while it runs."""
        ...

    def call(self, arguments: str, context: ToolContext) -> str:
        """Do it and return words for the model.

        `arguments` is JSON as the model wrote it. Raises `ToolError` for what the model should know; any exception is
        survived. May run in a thread of its own beside other calls of the same round.
        """
        ...


class FunctionTool:
    """A function as a tool: its name, its docstring, its annotated parameters."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str | None = None,
        status: str | None = None,
        scope: Mapping[str, Any] | None = None,
    ) -> None:
        """Wrap `function`; raises `TypeError` where a model could not call it.

        `scope` are the local variables where it is defined: its annotations may name them.
        """
        self.function = function
        self.name = name or function.__name__
        self.status = status or f"Using {self.name.replace('_', ' ')}"
        self._signature = inspect.signature(function)
        if not TOOL_NAME.fullmatch(self.name):
            raise TypeError(f"the tool {self.name!r} needs a name of 1 to 64 letters, digits, _ and - (ASCII)")
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(f"the tool {self.name} is asynchronous, which nobody would wait for")
        if not (inspect.getdoc(function) or "").strip():
            raise TypeError(f"the tool {self.name} needs a docstring: it is all that the model knows of it")
        for parameter in self._signature.parameters.values():
            if parameter.annotation is parameter.empty or parameter.kind in {
                parameter.VAR_POSITIONAL,
                parameter.VAR_KEYWORD,
                parameter.POSITIONAL_ONLY,
            }:
                raise TypeError(f"the tool {self.name} needs an annotated, named parameter in place of {parameter}")
        annotations = " ".join(str(parameter.annotation) for parameter in self._signature.parameters.values())
        self._scope = {word: scope[word] for word in re.findall(r"\w+", annotations) if scope and word in scope}

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function as it is."""
        return self.function(*arguments, **named)

    @cached_property
    def spec(self) -> ToolSpec:
        """Name, docstring, and the parameters as a JSON schema."""
        schema: Mapping[str, Any] = self._arguments.model_json_schema()
        wanted = {key: value for key, value in schema.items() if key != "title"}
        return ToolSpec(self.name, inspect.getdoc(self.function) or "", {"properties": {}, **wanted, "type": "object"})

    def call(self, arguments: str, context: ToolContext) -> str:
        """Validate the arguments and call the function; what isn't a string comes back as JSON."""
        from pydantic import ValidationError  # noqa: PLC0415 - 60 ms that a status message must not wait for
        from pydantic_core import to_json  # noqa: PLC0415

        try:
            given = self._arguments.model_validate_json(arguments.strip() or "{}")
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, problem['loc'])) or 'arguments'}: {problem['msg']}" for problem in error.errors()
            )
            raise ToolError(f"invalid arguments: {wrong}") from None
        named = {parameter: getattr(given, field) for field, parameter in self._fields.items()}
        result = self.function(**named, **dict.fromkeys(self._context_parameters, context))
        return result if isinstance(result, str) else to_json(result, fallback=str).decode()

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.function, localns=self._scope or None, include_extras=True)

    @cached_property
    def _context_parameters(self) -> tuple[str, ...]:
        """The parameters that Vera fills in: annotated `ToolContext`, maybe among other things."""
        hints = {name: self._hints[name] for name in self._signature.parameters}
        return tuple(
            name for name, hint in hints.items() if any(each is ToolContext for each in (hint, *get_args(hint)))
        )

    @cached_property
    def _fields(self) -> dict[str, str]:
        """The parameters that the model fills in, by names that pydantic has no meaning for."""
        wanted = [name for name in self._signature.parameters if name not in self._context_parameters]
        return {f"argument_{number}": name for number, name in enumerate(wanted)}

    @cached_property
    def _arguments(self) -> type[BaseModel]:
        from pydantic import ConfigDict, Field, create_model  # noqa: PLC0415 - as above

        fields: dict[str, Any] = {}
        for field, name in self._fields.items():
            default = self._signature.parameters[name].default
            hint = Annotated[self._hints[name], Field(alias=name)]  # type: ignore[name-defined] # made at run time
            fields[field] = hint if default is inspect.Parameter.empty else (hint, default)
        return create_model(self.name, __config__=ConfigDict(extra="forbid"), **fields)


@overload
def tool(function: Callable[..., Any], /) -> FunctionTool: ...
@overload
def tool(*, name: str | None = None, status: str | None = None) -> Callable[[Callable[..., Any]], FunctionTool]: ...
def tool(
    function: Callable[..., Any] | None = None, /, *, name: str | None = None, status: str | None = None
) -> FunctionTool | Callable[[Callable[..., Any]], FunctionTool]:
    """Make a tool of a function: `@tool`, or `@tool(status="Looking at the calendar")`.

    The model sees the function's name, its docstring and its parameters, so annotate and describe them; `Annotated[int,
    pydantic.Field(ge=1, description="…")]` works. It returns a string, or anything that JSON can hold. A parameter
    annotated `ToolContext` is filled in by Vera.
    """
    scope = sys._getframe(1).f_locals  # noqa: SLF001 - where the function stands, as pydantic looks for it
    if function is None:
        return lambda decorated: FunctionTool(decorated, name=name, status=status, scope=scope)
    return FunctionTool(function, scope=scope)


@tool(status="Looking at the clock")
def current_time(context: ToolContext) -> str:
    """Return the current date, weekday and time where the person who asks is."""
    try:
        zone = ZoneInfo(context.timezone or "UTC")
    except (KeyError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return context.now.astimezone(zone).strftime(f"%A, %d %B %Y, %H:%M ({zone.key}, UTC%z)")
