"""A function becomes a tool: its signature is the schema, and what a model writes is held to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from vera.assistant.conversation import Turn
from vera.assistant.tools import FunctionTool, ToolContext, ToolError, current_time, tool

CONTEXT = ToolContext(Turn(channel="C0HELP", ts="1.5", user="U0ANN"), 3, datetime(2026, 7, 1, 22, 30, tzinfo=UTC))


class Room(BaseModel):
    floor: int
    name: str = "any"


@tool
def book(  # noqa: PLR0917 - what a user may write
    people: Annotated[int, Field(ge=1, description="How many come.")],
    room: Room,
    when: Literal["now", "later"] = "now",
    note: str | None = None,
    hours: int = Field(default=1, le=8),
    tags: list[str] = [],  # noqa: B006 - what a user may write
) -> dict[str, Any]:
    """Book a room.

    It is free of charge.
    """
    return {"people": people, "floor": room.floor, "when": when, "note": note, "hours": hours, "tags": tags}


def test_a_tool_is_told_to_the_model_by_its_name_docstring_and_signature():
    spec = book.spec

    properties = spec.schema["properties"]
    assert (spec.name, spec.description) == ("book", "Book a room.\n\nIt is free of charge.")
    assert book.status == "Using book"
    assert spec.schema["type"] == "object"
    assert spec.schema["required"] == ["people", "room"]
    assert spec.schema["additionalProperties"] is False
    assert list(properties) == ["people", "room", "when", "note", "hours", "tags"]
    assert properties["people"] == {
        "description": "How many come.",
        "minimum": 1,
        "title": "People",
        "type": "integer",
    }
    assert properties["when"]["enum"] == ["now", "later"]
    assert properties["hours"]["maximum"] == 8
    assert spec.schema["$defs"]["Room"]["required"] == ["floor"]
    json.dumps(dict(spec.schema))


def test_a_tool_without_parameters_has_an_empty_object_for_a_schema():
    @tool
    def ping() -> str:
        """Answer."""
        return "pong"

    assert ping.spec.schema == {"type": "object", "properties": {}, "additionalProperties": False}
    assert [ping.call(arguments, CONTEXT) for arguments in ("", " ", "{}")] == ["pong"] * 3


def test_arguments_arrive_as_what_the_function_says_they_are():
    told = book.call('{"people": "2", "room": {"floor": 3}}', CONTEXT)

    assert json.loads(told) == {"people": 2, "floor": 3, "when": "now", "note": None, "hours": 1, "tags": []}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ('{"room": {"floor": 1}}', "people: Field required"),
        ('{"people": 0, "room": {"floor": 1}}', "people: Input should be greater than or equal to 1"),
        ('{"people": 1, "room": {"floor": "x"}}', "room.floor: Input should be a valid integer"),
        ('{"people": 1, "room": {"floor": 1}, "when": "soon"}', "when: Input should be 'now' or 'later'"),
        ('{"people": 1, "room": {"floor": 1}, "hours": 9}', "hours: Input should be less than or equal to 8"),
        ('{"people": 1, "room": {"floor": 1}, "price": 9}', "price: Extra inputs are not permitted"),
        ('{"argument_0": 1, "room": {"floor": 1}}', "argument_0: Extra inputs are not permitted"),
        ("{", "arguments: Invalid JSON"),
        ("[1]", "arguments: Input should be an object"),
        ("null", "arguments: Input should be an object"),
        ("\ud800", "arguments: "),
    ],
    ids=lambda value: value[:40].encode(errors="replace").decode(),
)
def test_arguments_that_are_wrong_are_named_to_the_model(arguments: str, words: str):
    with pytest.raises(ToolError) as wrong:
        book.call(arguments, CONTEXT)

    assert words in str(wrong.value)
    assert str(wrong.value).startswith("invalid arguments: ")


def test_a_mutable_default_is_fresh_for_every_call():
    @tool
    def collect(into: list[int] = []) -> int:  # noqa: B006 - what a user may write
        """Collect."""
        into.append(1)
        return len(into)

    assert [collect.call("{}", CONTEXT) for _ in range(3)] == ["1", "1", "1"]


def test_a_function_knows_where_it_is_called_from_also_by_names_of_its_own_scope():
    @dataclass
    class Place:
        city: str

    where = ToolContext

    @tool(name="find-it", status="Looking around")
    def find(context: where, place: Place, again: ToolContext | None = None) -> str:
        """Find it."""
        assert again is context
        return f"{place.city} {context.key}"

    assert (find.name, find.status) == ("find-it", "Looking around")
    assert list(find.spec.schema["properties"]) == ["place"]
    assert find.call('{"place": {"city": "Bonn"}}', CONTEXT) == "Bonn C0HELP:1.5#3"


def test_the_model_cannot_pass_the_context():
    with pytest.raises(ToolError, match="context: Extra inputs"):
        current_time.call('{"context": {}}', CONTEXT)


def test_parameters_may_have_names_that_pydantic_uses_itself():
    @tool
    def search(json: str, model_config: int, _hidden: bool = True, copy: str = "c") -> list[Any]:  # noqa: FBT002 - what a user may write
        """Search."""
        return [json, model_config, _hidden, copy]

    assert list(search.spec.schema["properties"]) == ["json", "model_config", "_hidden", "copy"]
    assert search.call('{"json": "j", "model_config": 1, "_hidden": false}', CONTEXT) == '["j",1,false,"c"]'


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("as it is", "as it is"),
        (None, "null"),
        (3.5, "3.5"),
        ({"a": (1, Room(floor=2))}, '{"a":[1,{"floor":2,"name":"any"}]}'),
        (datetime(2026, 1, 1, tzinfo=UTC), '"2026-01-01T00:00:00Z"'),
        ("naïve 👋", "naïve 👋"),
        (["naïve 👋"], '["naïve 👋"]'),
    ],
    ids=["string", "none", "number", "nested", "date", "emoji", "emoji in a list"],
)
def test_what_is_no_string_comes_back_as_json(result: Any, words: str):
    @tool
    def give() -> Any:
        """Give it."""
        return result

    assert give.call("{}", CONTEXT) == words


def test_a_tool_can_still_be_called_as_the_function_that_it_is():
    @tool
    def double(number: int) -> int:
        """Double it."""
        return 2 * number

    assert double(4) == 8
    assert double(number=4) == 8


def undocumented(number: int) -> int:
    return number


def unannotated(number) -> int:  # noqa: ANN001 - what is tested
    """Do it."""
    return number


def positional(number: int, /) -> int:
    """Do it."""
    return number


def several(*numbers: int) -> int:
    """Do it."""
    return sum(numbers)


def anything(**named: int) -> int:
    """Do it."""
    return sum(named.values())


async def later(number: int) -> int:
    """Do it."""
    return number


def größe(number: int) -> int:  # noqa: PLC2401 - what is tested
    """Do it."""
    return number


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (undocumented, "needs a docstring"),
        (unannotated, "in place of number"),
        (positional, "in place of number: 'int'"),
        (several, r"in place of \*numbers"),
        (anything, r"in place of \*\*named"),
        (later, "asynchronous"),
        (größe, "needs a name of 1 to 64"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_function_that_a_model_could_not_call_is_refused_where_it_is_decorated(function: Any, words: str):
    with pytest.raises(TypeError, match=words):
        tool(function)


@pytest.mark.parametrize("name", ["two words", "a" * 65, "dot.ted", "new\n"])
def test_a_name_that_converse_would_refuse_is_refused_first(name: str):
    with pytest.raises(TypeError, match="needs a name of 1 to 64"):
        FunctionTool(positional, name=name)


@pytest.mark.parametrize(
    ("timezone", "words"),
    [
        ("", "Wednesday, 01 July 2026, 22:30 (UTC, UTC+0000)"),
        ("Europe/Berlin", "Thursday, 02 July 2026, 00:30 (Europe/Berlin, UTC+0200)"),
        ("America/Los_Angeles", "Wednesday, 01 July 2026, 15:30 (America/Los_Angeles, UTC-0700)"),
        ("Asia/Kathmandu", "Thursday, 02 July 2026, 04:15 (Asia/Kathmandu, UTC+0545)"),
        ("Mars/Olympus", "Wednesday, 01 July 2026, 22:30 (UTC, UTC+0000)"),
        ("../../etc/passwd", "Wednesday, 01 July 2026, 22:30 (UTC, UTC+0000)"),
        ("America", "Wednesday, 01 July 2026, 22:30 (UTC, UTC+0000)"),
        ("a\0b", "Wednesday, 01 July 2026, 22:30 (UTC, UTC+0000)"),
        ("x" * 5_000, "Wednesday, 01 July 2026, 22:30 (UTC, UTC+0000)"),
    ],
    ids=["unknown", "summer", "west", "quarter", "no zone", "a path", "a folder", "null", "huge"],
)
def test_the_clock_shows_the_time_where_the_asker_is(timezone: str, words: str):
    context = ToolContext(CONTEXT.turn, 0, CONTEXT.now, timezone)

    assert current_time.call("{}", context) == words
