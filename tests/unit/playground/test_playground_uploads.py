from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.playground.page_client import PNG
from vera.playground.page.fields import Refused
from vera.playground.page.uploads import (
    ANYTHING,
    KEPT_SECONDS,
    MOST_BYTES,
    MOST_KEPT,
    Uploads,
    harmless_name,
    image_type,
    received,
)
from vera.playground.slack.values import File

FILE = File("notes.txt", "text/plain", b"words")


@pytest.mark.parametrize(
    ("given_", "name"),
    [
        ("notes.txt", "notes.txt"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("../..", "file"),
        ("", "file"),
        (" . ", "file"),
        (".gitignore", ".gitignore"),
        ("a\x00b\r\nc.txt", "ab c.txt"),
        ("invoice\u202excod.exe", "invoicexcod.exe"),
        ("Übersicht 2026 ✓.md", "Übersicht 2026 ✓.md"),
        ('quote"s;and=more.txt', 'quote"s;and=more.txt'),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("x" * 300, "x" * 150),
        ("a." + "x" * 300, "a." + "x" * 148),
    ],
)
def test_a_name_keeps_what_is_harmless(given_: str, name: str):
    assert harmless_name(given_) == name


@given(st.text(max_size=400))
def test_no_name_is_a_path_or_holds_what_can_not_be_seen(name: str):
    kept = harmless_name(name)

    assert 0 < len(kept) <= 150
    assert kept not in (".", "..")
    assert not re.search(r"[/\\]", kept)
    assert not any(unicodedata.category(one)[0] == "C" for one in kept)


@pytest.mark.parametrize(
    ("claimed", "content", "kind"),
    [
        ("text/plain; charset=utf-8", b"words", "text/plain"),
        ("TEXT/HTML", b"<script>", "text/html"),
        ("image/png", b"<script>", ANYTHING),
        ("text/html", PNG, "image/png"),
        ("", PNG, "image/png"),
        ("image/jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("", b"GIF89a...", "image/gif"),
        ("image/webp", b"RIFF\n\n\n\nWEBPVP8 ", "image/webp"),
        ("image/svg+xml", b"<svg>", "image/svg+xml"),
        ("", b"words", ANYTHING),
        ("nonsense", b"words", ANYTHING),
        ("text/plain, text/html", b"words", ANYTHING),
        ("text/" + "x" * 100, b"words", ANYTHING),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(claimed: str, content: bytes, kind: str):
    assert received("a", claimed, content).mimetype == kind


def test_a_picture_within_a_file_is_none():
    assert image_type(b" " + PNG) == ""


def test_files_wait_to_be_posted_by_who_sent_them():
    uploads = Uploads()
    one, two = uploads.add("ada", FILE, now=0.0), uploads.add("ada", FILE, now=0.0)

    assert uploads.of("ada", [two.id, one.id], now=KEPT_SECONDS - 1) == [FILE, FILE]
    for who, ids, now in (("grace", [one.id], 1.0), ("ada", ["upload-x"], 1.0), ("ada", [one.id], KEPT_SECONDS)):
        with pytest.raises(KeyError):
            uploads.of(who, ids, now=now)


def test_what_was_posted_waits_no_more():
    uploads = Uploads()
    one = uploads.add("ada", FILE, now=0.0)

    uploads.drop([one.id, "upload-x"])

    with pytest.raises(KeyError):
        uploads.of("ada", [one.id], now=1.0)


def test_of_too_many_files_the_oldest_goes():
    uploads = Uploads()
    ids = [uploads.add("ada", FILE, now=0.0).id for _ in range(MOST_KEPT + 1)]

    assert len(uploads.of("ada", ids[1:], now=0.0)) == MOST_KEPT
    with pytest.raises(KeyError):
        uploads.of("ada", ids[:1], now=0.0)


def test_what_is_too_large_together_is_refused_until_some_of_it_was_posted():
    uploads = Uploads()
    fifth = File("large.bin", ANYTHING, bytes(MOST_BYTES // 5))
    first, *_ = (uploads.add("ada", fifth, now=0.0) for _ in range(5))

    with pytest.raises(Refused, match="Too many large files wait to be posted") as refused:
        uploads.add("grace", FILE, now=1.0)
    uploads.drop([first.id])

    assert refused.value.status_code == 413
    assert uploads.add("grace", fifth, now=1.0)
    assert uploads.add("grace", FILE, now=KEPT_SECONDS)
