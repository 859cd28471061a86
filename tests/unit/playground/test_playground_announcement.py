"""The line that says where a playground is, and where a browser would be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from vera.playground.announcement import announcement, has_credentials, has_display
from vera.settings import Settings

ADDRESS = "http://127.0.0.1:8372/token/"
NOBODY = {"HOME": "/nowhere"}
KEYS = NOBODY | {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"}
EMBEDDED = Settings(model_id="embedded")
DOCS = Settings(model_id="embedded", knowledge_base_ids=("folder:/home/ada/docs",))
FOLDERS = (Path("/home/ada/docs"),)


def test_it_says_where_it_is_and_on_what_it_runs():
    assert announcement(ADDRESS, DOCS, NOBODY, folders=FOLDERS) == (
        "Vera's playground: http://127.0.0.1:8372/token/ (embedded model, documents from docs). Stop it with Ctrl-C."
    )


def test_a_newcomer_without_documents_learns_how_to_name_some():
    assert announcement(ADDRESS, EMBEDDED, NOBODY) == (
        "Vera's playground: http://127.0.0.1:8372/token/ (embedded model, no documents). Stop it with Ctrl-C. "
        "--docs FOLDER lets it answer from documents."
    )


def test_whoever_has_credentials_learns_how_to_ask_bedrock():
    assert announcement(ADDRESS, DOCS, KEYS, folders=FOLDERS).endswith(
        "Stop it with Ctrl-C. There are AWS credentials: --model ID asks Bedrock."
    )


def test_on_bedrock_it_names_the_model_its_region_and_the_knowledge_bases():
    settings = Settings(model_id="a.model-v1:0", knowledge_base_ids=("folder:/home/ada/docs", "HANDBOOK01", "WIKI"))

    line = announcement(ADDRESS, settings, KEYS, region="eu-central-1", folders=FOLDERS)

    assert "(a.model-v1:0 in eu-central-1, documents from docs, knowledge bases HANDBOOK01 and WIKI)" in line
    assert "--model" not in line


def test_documents_that_are_still_being_indexed_are_told():
    assert "documents are still being indexed" in announcement(ADDRESS, DOCS, NOBODY, folders=FOLDERS, indexed=False)


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("credentials", "[default]\naws_access_key_id = AKIAEXAMPLE\n", True),
        ("config", "[default]\nregion = eu-central-1\nsso_session = work\n", True),
        ("config", "[profile work]\nrole_arn=arn:aws:iam::123456789012:role/dev\n", True),
        ("config", "[default]\nregion = eu-central-1\n# role_arn = none\n", False),
        ("credentials", "", False),
    ],
)
def test_credentials_are_looked_for_where_aws_keeps_them(tmp_path: Path, name: str, text: str, there: bool):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / name).write_text(text)

    assert has_credentials({"HOME": str(tmp_path)}) is there
    variable = {"credentials": "AWS_SHARED_CREDENTIALS_FILE", "config": "AWS_CONFIG_FILE"}[name]
    assert has_credentials({variable: str(tmp_path / ".aws" / name)}) is there


def test_without_a_home_there_are_none():
    assert not has_credentials({})


SCREEN = {"DISPLAY": ":0"}


@pytest.mark.parametrize(
    ("environment", "terminal", "platform", "seen"),
    [
        (SCREEN, True, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True, "linux", True),
        ({}, True, "linux", False),
        (SCREEN, False, "linux", False),
        (SCREEN | {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, True, "linux", False),
        ({"BROWSER": "open-here", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, True, "linux", True),
        ({}, True, "darwin", True),
        ({}, False, "darwin", False),
    ],
)
def test_a_browser_opens_only_where_somebody_sees_it(
    environment: dict[str, str], terminal: bool, platform: str, seen: bool
):
    assert has_display(environment, terminal=terminal, platform=platform) is seen
