"""The documentation says what is true: its table of settings is the settings', and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vera.settings import as_markdown

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
NAMED_FILE = re.compile(r"`((?:src|tests|docs|bench|lambda_\w+)/[\w./-]+\.(?:py|md|json))`")


def test_the_page_on_configuration_is_made_of_the_settings() -> None:
    assert (ROOT / "docs/configuration.md").read_text() == as_markdown()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_at_is_there(page: Path) -> None:
    text = page.read_text()
    targets = [page.parent / target for target in LINK.findall(text)]
    targets += [ROOT / target for target in NAMED_FILE.findall(text)]

    assert [str(target) for target in targets if not target.exists()] == []
