"""The documentation says what is true: its table of settings is the settings', and its links lead somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from vera.settings import as_markdown

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
PICTURE = re.compile(r'(?:src|srcset)="(?!https?:)([^"]+)"')
NAMED_FILE = re.compile(r"`((?:src|tests|docs|bench|lambda_\w+)/[\w./-]+\.(?:py|md|json))`")


def test_the_page_on_configuration_is_made_of_the_settings() -> None:
    assert (ROOT / "docs/configuration.md").read_text() == as_markdown()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_at_is_there(page: Path) -> None:
    text = page.read_text()
    targets = [page.parent / target for target in LINK.findall(text) + PICTURE.findall(text)]
    targets += [ROOT / target for target in NAMED_FILE.findall(text)]

    assert [str(target) for target in targets if not target.exists()] == []


def test_the_worker_needs_what_the_library_needs_but_for_the_command_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "lambda_worker/requirements.txt").read_text().splitlines()

    needed = {line for line in lines if not line.startswith("#")}
    left_out = {each for each in project["dependencies"] if each not in needed}

    assert needed <= set(project["dependencies"])
    assert {re.split(r"[<>=]", each)[0] for each in left_out} == {"rich", "typer"}
