"""Which files of a folder are documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vera.local.folder import found_files

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def names(folder: Path) -> list[str]:
    return [file.name for file in found_files(folder).files]


def test_documents_are_found_at_any_depth_by_their_suffix(tmp_path: Path):
    write(tmp_path, "b.md", "a/c.HTML", "a/d/e.rst", "f.txt", "g.markdown", "h.htm", "i.py", "j.pdf", "k")

    assert names(tmp_path) == ["a/c.HTML", "a/d/e.rst", "b.md", "f.txt", "g.markdown", "h.htm"]


def test_what_tools_keep_is_no_document(tmp_path: Path):
    write(
        tmp_path, ".git/a.md", ".hidden.md", "node_modules/a.md", "x/__pycache__/a.txt", "env2/pyvenv.cfg", "env2/a.txt"
    )
    write(tmp_path, "_static/a.html", "_sources/a.txt", "genindex.html", "requirements.txt", "_posts/kept.md")

    assert names(tmp_path) == ["_posts/kept.md"]


def test_links_are_followed_to_documents_of_the_same_folder_alone(tmp_path: Path):
    docs = tmp_path / "docs"
    write(docs, "kept.md", ".secret/hidden.md", "sub/inner.md")
    write(tmp_path, "outside/private.md")
    (docs / "to-kept.md").symlink_to(docs / "kept.md")
    (docs / "to-private.md").symlink_to(tmp_path / "outside/private.md")
    (docs / "to-hidden.md").symlink_to(docs / ".secret/hidden.md")
    (docs / "to-nothing.md").symlink_to(docs / "missing.md")
    (docs / "folder").symlink_to(tmp_path / "outside")
    (docs / "loop").symlink_to(docs)

    assert names(docs) == ["kept.md", "sub/inner.md", "to-kept.md"]


def test_a_folder_that_is_a_link_itself_is_searched(tmp_path: Path):
    write(tmp_path, "docs/a.md")
    (tmp_path / "link").symlink_to(tmp_path / "docs")

    assert names(tmp_path / "link") == ["a.md"]


def test_a_folder_named_like_a_document_is_none(tmp_path: Path):
    write(tmp_path, "guide.md/a.md")

    assert names(tmp_path) == ["guide.md/a.md"]


def test_a_folder_that_is_missing_raises(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        found_files(tmp_path / "missing")
