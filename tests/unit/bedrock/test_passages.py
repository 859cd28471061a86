"""What Retrieve found, as passages: every kind of place and content that botocore's model knows."""

from __future__ import annotations

from typing import Any

import pytest

from vera.assistant.knowledge import Passage
from vera.bedrock.passages import passage_of

TEXT = {"content": {"type": "TEXT", "text": "Closes at three."}}

PLACES: dict[str, tuple[dict[str, Any], str, str]] = {
    "S3": (
        {"s3Location": {"uri": "s3://hand/book/opening%20hours.md"}},
        "opening hours.md",
        "s3://hand/book/opening%20hours.md",
    ),
    "WEB": (
        {"webLocation": {"url": "https://example.com/a/hours.html?x=1#top"}},
        "hours.html",
        "https://example.com/a/hours.html?x=1#top",
    ),
    "CONFLUENCE": (
        {"confluenceLocation": {"url": "https://wiki.example.com/pages/Hours"}},
        "Hours",
        "https://wiki.example.com/pages/Hours",
    ),
    "SALESFORCE": (
        {"salesforceLocation": {"url": "https://example.my.salesforce.com/"}},
        "example.my.salesforce.com",
        "https://example.my.salesforce.com/",
    ),
    "SHAREPOINT": (
        {"sharePointLocation": {"url": "https://example.sharepoint.com/Hours.docx"}},
        "Hours.docx",
        "https://example.sharepoint.com/Hours.docx",
    ),
    "ONEDRIVE": (
        {"oneDriveLocation": {"url": "https://example-my.sharepoint.com/Hours.xlsx"}},
        "Hours.xlsx",
        "https://example-my.sharepoint.com/Hours.xlsx",
    ),
    "GOOGLEDRIVE": (
        {"googleDriveLocation": {"url": "https://docs.example.com/d/1x"}},
        "1x",
        "https://docs.example.com/d/1x",
    ),
    "KENDRA": ({"kendraDocumentLocation": {"uri": "https://example.com/hours"}}, "hours", "https://example.com/hours"),
    "CUSTOM": ({"customDocumentLocation": {"id": "hours-2026"}}, "hours-2026", "hours-2026"),
    "SQL": ({"sqlLocation": {"query": "SELECT day, hour FROM hours"}}, "Database", "SELECT day, hour FROM hours"),
}


@pytest.mark.parametrize(("location", "title", "place"), PLACES.values(), ids=PLACES)
def test_a_passage_tells_where_it_stands_and_what_that_is_called(location: dict[str, Any], title: str, place: str):
    passage = passage_of({**TEXT, "score": 0.5, "location": location}, "KB12345678")

    assert passage == Passage("Closes at three.", title, place, 0.5, "KB12345678")


def test_every_kind_of_place_is_known(aws_session: Any):
    shapes = aws_session.get_service_model("bedrock-agent-runtime")
    kinds = shapes.shape_for("RetrievalResultLocationType").enum
    members = set(shapes.shape_for("RetrievalResultLocation").members) - {"type"}

    assert set(PLACES) == set(kinds)
    assert {next(iter(location)) for location, _, _ in PLACES.values()} == members


CONTENTS: dict[str, tuple[dict[str, Any], str]] = {
    "TEXT": ({"text": " Closes at three.\n"}, "Closes at three."),
    "ROW": (
        {
            "row": [
                {"columnName": "day", "columnValue": "Friday", "type": "STRING"},
                {"columnName": "hour", "columnValue": "15", "type": "LONG"},
                {"columnName": "photo", "columnValue": "AAAA", "type": "BLOB"},
                {"columnValue": "nameless", "type": "STRING"},
            ]
        },
        "day: Friday\nhour: 15\nphoto: (binary)\nnameless",
    ),
    "AUDIO": ({"audio": {"s3Uri": "s3://a/b.mp3", "transcription": "We close at three."}}, "We close at three."),
    "VIDEO": ({"video": {"s3Uri": "s3://a/b.mp4", "summary": "A door is locked."}}, "A door is locked."),
    "IMAGE": ({"text": "A sign with hours.", "byteContent": "data:image/png;base64,AAAA"}, "A sign with hours."),
}


@pytest.mark.parametrize(("content", "text"), CONTENTS.values(), ids=CONTENTS)
def test_a_passage_holds_the_words_of_what_was_found(content: dict[str, Any], text: str):
    passage = passage_of({"content": content}, "")

    assert passage
    assert passage.text == text


def test_every_kind_of_content_is_known(aws_session: Any):
    kinds = aws_session.get_service_model("bedrock-agent-runtime").shape_for("RetrievalResultContentType").enum

    assert set(CONTENTS) == set(kinds)


@pytest.mark.parametrize(
    "content",
    [{}, {"type": "TEXT", "text": " \n"}, {"type": "IMAGE", "byteContent": "data:image/png;base64,AAAA"}],
    ids=["nothing", "blank", "a picture"],
)
def test_what_holds_no_words_is_no_passage(content: dict[str, Any]):
    assert passage_of({"content": content}, "") is None


@pytest.mark.parametrize(
    ("metadata", "title"),
    [
        ({"title": "Opening  hours\n", "x-amz-bedrock-kb-title": "other"}, "Opening hours"),
        ({"x-amz-bedrock-kb-title": "Opening hours"}, "Opening hours"),
        ({"x-amz-kendra-document-title": "Opening hours"}, "Opening hours"),
        ({"title": " ", "x-amz-bedrock-kb-title": 7.0}, "hours.md"),
        ({}, "hours.md"),
    ],
    ids=["its own", "Bedrock's", "Kendra's", "none that is a text", "none"],
)
def test_a_document_is_called_by_its_title_before_its_file_name(metadata: dict[str, Any], title: str):
    location = {"s3Location": {"uri": "s3://hand/book/hours.md"}}

    passage = passage_of({**TEXT, "location": location, "metadata": metadata}, "")

    assert passage
    assert passage.title == title


@pytest.mark.parametrize(
    ("metadata", "place"),
    [
        ({"source_url": "https://example.com/hours"}, "https://example.com/hours"),
        ({"url": " https://example.com/hours "}, "https://example.com/hours"),
        ({"source_url": "http://example.com/hours"}, "s3://hand/book/hours.md"),
        ({"source_url": "javascript:alert(1)", "url": "https://example.com/b"}, "https://example.com/b"),
        ({"source_url": ["https://example.com/hours"]}, "s3://hand/book/hours.md"),
    ],
    ids=["source_url", "url", "unencrypted", "a script", "a list"],
)
def test_a_link_in_the_metadata_goes_before_the_stored_copy_if_it_is_https(metadata: dict[str, Any], place: str):
    location = {"s3Location": {"uri": "s3://hand/book/hours.md"}}

    passage = passage_of({**TEXT, "location": location, "metadata": metadata}, "")

    assert passage
    assert passage.location == place


@pytest.mark.parametrize(
    ("result", "title", "place"),
    [
        ({}, "Untitled document", ""),
        ({"documentId": "doc-7"}, "doc-7", "doc-7"),
        ({"metadata": {"x-amz-bedrock-kb-source-uri": "s3://a/b.md"}}, "b.md", "s3://a/b.md"),
        ({"location": {"type": "FROM_THE_FUTURE"}}, "Untitled document", ""),
    ],
    ids=["nothing", "an id", "a source URI", "a kind of place from the future"],
)
def test_a_passage_without_a_place_is_a_passage_all_the_same(result: dict[str, Any], title: str, place: str):
    passage = passage_of({**TEXT, **result}, "")

    assert passage
    assert (passage.title, passage.location) == (title, place)
