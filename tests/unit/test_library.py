"""The library's face: what it names, and that importing one room does not light the whole house."""

from __future__ import annotations

import subprocess
import sys

import pytest

import vera


def test_the_names_of_the_library_are_these() -> None:
    assert vera.__all__ == ["Answer", "Settings", "ToolContext", "ToolError", "Vera", "VeraError", "tool"]


@pytest.mark.parametrize("name", vera.__all__)
def test_each_name_is_what_it_says(name: str) -> None:
    assert getattr(vera, name).__name__ == name
    assert name in dir(vera)


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'vera' has no attribute 'Nova'"):
        vera.Nova  # noqa: B018


def test_importing_the_library_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import vera; print(sorted(set(sys.modules) - before))"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "['vera']"
