"""A draft says the same however its text is cut into deltas; citations hold or go, and code is code."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vera.assistant.conversation import FOOTER
from vera.assistant.draft import Draft

PASSAGES = 3

# What models write around citations: every piece that the draft looks at, whole and broken off.
PIECES = st.sampled_from(
    [
        *(
            "[1]",
            "[9]",
            "[1, 9]",
            "[1][2]",
            "[2 , 3]",
            "[1](https://a.example)",
            "[",
            "]",
            "[1",
            "[12,",
            " ",
            "  ",
            "a",
        ),
        *(
            "`",
            "``",
            "```",
            "````",
            "~",
            "~~~",
            "\n",
            "\n\n",
            "\n \n",
            "\n```",
            "\n```py\n",
            "\n   ```",
            "\n> ```\n",
            "- ",
        ),
        *(
            "\n- ```sh\n",
            "\n10. ",
            "1) ",
            "é",
            "👩‍👩‍👧",
            "[2026]",
            "[1, 2, 3, 1, 2, 3, 1, 2, 3, 1]",
            "[1,",
            "(",
            "word.",
            "0",
        ),
    ]
)
TEXTS = st.lists(PIECES, max_size=24).map("".join) | st.text(alphabet="[]1290, `~\n>-.)(a", max_size=40)


def drafted(*deltas: str, passages: int | None = PASSAGES) -> Draft:
    draft = Draft(passages)
    for delta in deltas:
        draft.add(delta)
    draft.settle()
    return draft


@st.composite
def texts_in_deltas(draw: st.DrawFn) -> list[str]:
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@given(texts_in_deltas())
@example(["`a\n\n", "\n", "b [9]"])
@example(["[1, 2, 3, 1, 2, 3, 1, ", "2, 3, 1]"])
@example(["\n``` ", "[9]"])
@example(["", "``", "`\n[9]\n", "```", " [9]\n", "```", "\n[9]"])
def test_a_text_says_the_same_however_it_is_cut_into_deltas(deltas: list[str]):
    whole = drafted("".join(deltas))

    cut = drafted(*deltas)

    assert (cut.text, cut.cited) == (whole.text, whole.cited)


@given(TEXTS)
def test_a_text_says_the_same_character_by_character(text: str):
    assert drafted(*text).text == drafted(text).text


@given(TEXTS)
def test_without_passages_to_check_against_the_text_is_exactly_what_the_model_said(text: str):
    draft = drafted(*text, passages=None)

    assert draft.text == text
    assert draft.cited == ()


@given(st.text(alphabet="[]0123456789,() \n", max_size=60))
def test_every_number_left_in_brackets_is_a_passage_s(text: str):
    draft = drafted(text)

    assert set(draft.cited) <= {1, 2, 3}
    assert all(f"[{number}]" in draft.text for number in draft.cited)


@given(texts_in_deltas(), texts_in_deltas())
def test_starting_over_leaves_no_trace(settled: list[str], forgotten: list[str]):
    draft = drafted(*settled)
    text, cited = draft.text, draft.cited

    for delta in forgotten:
        draft.add(delta)
    draft.start_over()

    assert (draft.text, draft.cited) == (text, cited)
    for again in ("[1] and ", "`[9]`", "[9]"):
        draft.add(again)
    fresh = drafted(*settled)
    for again in ("[1] and ", "`[9]`", "[9]"):
        fresh.add(again)
    assert (draft.text, draft.cited) == (fresh.text, fresh.cited)


@given(texts_in_deltas(), texts_in_deltas(), texts_in_deltas())
@example(["See [1"], [", 9] or not"], ["](https://a.example)"])
@example(["`"], ["` [9]"], ["``\n[9]"])
def test_starting_over_from_a_mark_goes_on_in_the_middle_of_whatever_was_said(
    said: list[str], forgotten: list[str], more: list[str]
):
    draft = Draft(PASSAGES)
    for delta in said:
        draft.add(delta)
    before = draft.text, draft.cited

    draft.mark()
    for delta in forgotten:
        draft.add(delta)
    draft.start_over()

    assert (draft.text, draft.cited) == before
    for delta in more:
        draft.add(delta)
    draft.settle()
    whole = drafted(*said, *more)
    assert (draft.text, draft.cited) == (whole.text, whole.cited)


@given(texts_in_deltas())
def test_what_can_be_read_on_the_way_only_grows(deltas: list[str]):
    draft, before = Draft(PASSAGES), ""

    for delta in deltas:
        draft.add(delta)

        assert draft.text.startswith(before)
        before = draft.text


@pytest.mark.parametrize(
    ("said", "shown", "cited"),
    [
        ("Yes [1].", "Yes [1].", (1,)),
        ("Yes [9].", "Yes.", ()),
        ("Yes [0].", "Yes.", ()),
        ("Yes [1, 9].", "Yes [1].", (1,)),
        ("Yes [2,1].", "Yes [2][1].", (2, 1)),
        ("Yes [1][2], no [1].", "Yes [1][2], no [1].", (1, 2)),
        ("Yes [9][2].", "Yes[2].", (2,)),
        ("See [1](https://a.example).", "See [1](https://a.example).", ()),
        ("In [2026] and [note].", "In [2026] and [note].", ()),
        ("Use `a[9]` [1].", "Use `a[9]` [1].", (1,)),
        ("Use ``a`[9]`` [9].", "Use ``a`[9]``.", ()),
        ("```\na[9]\n```\nYes [9].", "```\na[9]\n```\nYes.", ()),
        ("````\n```\na[9]\n```\n````\n[9]!", "````\n```\na[9]\n```\n````\n!", ()),
        ("~~~\na[9]\n```\n[9]\n~~~\n[9]!", "~~~\na[9]\n```\n[9]\n~~~\n!", ()),
        ("```py\nx = '```' + a[9]\n```\n[9]!", "```py\nx = '```' + a[9]\n```\n!", ()),
        ("```md\n```py\na[9]\n```\n[9]!", "```md\n```py\na[9]\n```\n!", ()),
        ("```ls -l``` lists [1].", "```ls -l``` lists [1].", (1,)),
        (
            "1. Do:\n\n    ```sh\n    a[9]\n    ```\n2. Rest [9].",
            "1. Do:\n\n    ```sh\n    a[9]\n    ```\n2. Rest.",
            (),
        ),
        ("- ```\n  a[9]\n  ```\n- b [9]", "- ```\n  a[9]\n  ```\n- b", ()),
        ("> ```\n> a[9]\n> ```\n> b [9]", "> ```\n> a[9]\n> ```\n> b", ()),
        ("A lone ` tick.\n\nYes [9].", "A lone ` tick.\n\nYes.", ()),
        ("```\nnever closed [9]", "```\nnever closed [9]", ()),
        ("Struck ~~~ [9]", "Struck ~~~", ()),
        ("\n\n```\n[9]\n```", "\n\n```\n[9]\n```", ()),
        ("٣ [٣]", "٣ [٣]", ()),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_citation_stands_where_there_is_such_a_passage_and_no_code(said: str, shown: str, cited: tuple[int, ...]):
    draft = drafted(said)

    assert (draft.text, draft.cited) == (shown, cited)


def test_a_citation_that_may_yet_become_a_link_waits_for_the_next_delta():
    draft = Draft(1)

    draft.add("See [1]")
    waiting = draft.text
    draft.add("(https://a.example)")
    draft.settle()

    assert waiting == "See"
    assert draft.text == "See [1](https://a.example)"


def test_a_mark_can_be_gone_back_to_more_than_once():
    draft = Draft(1)
    draft.add("Yes [")
    draft.mark()

    for attempt in ("9]. No", "1], but", "1]."):
        draft.start_over()
        draft.add(attempt)
    draft.settle()

    assert (draft.text, draft.cited) == ("Yes [1].", (1,))


def test_settling_twice_changes_nothing():
    draft = drafted("A [1]", " b [")

    draft.settle()

    assert draft.text == "A [1] b ["


def test_an_empty_draft_that_is_settled_still_begins_a_line():
    draft = Draft(1)
    draft.settle()

    draft.add("```\n[9]\n```")
    draft.settle()

    assert draft.text == "```\n[9]\n```"


def test_a_huge_run_of_brackets_and_blanks_costs_no_more_than_its_length():
    draft = drafted("[1, " * 50_000, "\n \n" * 50_000, "`" * 50_000, " " * 50_000 + "[", "1]")

    assert len(draft.text) > 300_000


def test_a_model_cannot_say_what_marks_the_end_of_an_answer():
    draft = Draft()

    draft.add(f"Nine{FOOTER} to five")

    assert draft.text == "Nine to five"
