"""A passage taken apart: nothing is cut where a reader would not cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vera.local.sentences import introduces, split_sentences, units


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        pytest.param("One is here. Two is there.", ["One is here.", "Two is there."], id="full stops"),
        pytest.param("Really? Yes! Good.", ["Really?", "Yes!", "Good."], id="other marks"),
        pytest.param("Use a tool, e.g. Kettle. Then go.", ["Use a tool, e.g. Kettle.", "Then go."], id="abbreviations"),
        pytest.param("Ask Dr. Tamm. He knows.", ["Ask Dr. Tamm.", "He knows."], id="titles"),
        pytest.param("Version 2.1 is out. Take it.", ["Version 2.1 is out.", "Take it."], id="numbers"),
        pytest.param("Call `a. B()` first. Then wait.", ["Call `a. B()` first.", "Then wait."], id="code"),
        pytest.param(
            "See [a. B](https://x.example/a.B). Go.", ["See [a. B](https://x.example/a.B).", "Go."], id="links"
        ),
        pytest.param("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."], id="quotes"),
        pytest.param("A file named a.b. goes on here", ["A file named a.b. goes on here"], id="a lower-case start"),
        pytest.param(
            "営業時間は九時です。金曜日は休みです。", ["営業時間は九時です。", "金曜日は休みです。"], id="no spaces"
        ),
        pytest.param("No end", ["No end"], id="no mark at the end"),
        pytest.param("  ", [], id="nothing"),
    ],
)
def test_a_paragraph_is_split_where_a_sentence_ends(paragraph: str, expected: list[str]):
    assert split_sentences(paragraph) == expected


@given(st.text(alphabet=st.sampled_from("ab AB.!?`[]()。\n\"'1:")))
def test_sentences_joined_are_the_paragraph(paragraph: str):
    together = "".join(split_sentences(paragraph))

    assert "".join(together.split()) == "".join(paragraph.split())


@given(st.text(alphabet=st.sampled_from("ab A.\n-|`1 "), max_size=80))
def test_any_text_at_all_can_be_taken_apart(passage: str):
    found = units(passage)

    assert all(unit.text.strip() for unit in found)
    assert [unit.block for unit in found] == sorted(unit.block for unit in found)


def test_lists_tables_and_code_know_what_introduces_them():
    passage = (
        "Do this:\n\n1. Stop.\n2. Wait.\n\nThen type:\n\n```sh\nkettle\n\nrun\n```\n\n"
        "Hours:\n\n| A | Fri |\n| --- | --- |\n| Kiel | 9 |"
    )

    found = [(unit.kind, unit.text, unit.lead) for unit in units(passage)]

    assert found == [
        ("sentence", "Do this:", ""),
        ("step", "1. Stop.", "Do this:"),
        ("step", "2. Wait.", "Do this:"),
        ("sentence", "Then type:", ""),
        ("code", "```sh\nkettle\n\nrun\n```", "Then type:"),
        ("sentence", "Hours:", ""),
        ("row", "Kiel: Fri 9.", "Hours:"),
    ]


def test_an_item_keeps_what_is_nested_in_it():
    found = units("- Hamburg\n  - third floor\n- Lisbon")

    assert [unit.text for unit in found] == ["- Hamburg\n  - third floor", "- Lisbon"]


@pytest.mark.parametrize("sentence", ["Run:", "Do it like this...", "And then…"])
def test_a_colon_or_an_ellipsis_introduces_what_follows(sentence: str):
    assert introduces(sentence)
