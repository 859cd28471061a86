from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vera.slack.tables import columns, laid_out

CELLS = st.text("abc äß漢字é\u0301👍 \n", max_size=30)
ROWS = st.integers(1, 5).flatmap(lambda count: st.lists(st.lists(CELLS, min_size=count, max_size=count), min_size=1))


def test_columns_are_as_wide_as_their_widest_cell():
    text = laid_out([["Day", "Opens"], ["Monday", "8"], ["Fri", "after 9"]])

    assert text == "Day     Opens\n------  -------\nMonday  8\nFri     after 9"


def test_wide_letters_take_two_columns_and_combining_marks_none():
    text = laid_out([["漢字", "x"], ["e\u0301a", "y"]])

    assert text == "漢字  x\n----  -\ne\u0301a    y"


def test_cells_wrap_where_a_line_would_be_too_wide():
    text = laid_out([["Key", "What it does"], ["a", "one two three four five"]], width=20)

    assert text == "Key  What it does\n---  ---------------\na    one two three\n     four five"


def test_a_row_that_lacks_cells_ends_early():
    assert laid_out([["a", "b"], ["c"]]) == "a  b\n-  -\nc"


def test_there_may_be_too_many_columns_for_a_table():
    assert laid_out([["heading"] * 20], width=76) is None


@settings(deadline=None)
@given(ROWS, st.integers(40, 80))
def test_no_line_is_too_wide_and_no_letter_is_lost(rows: list[list[str]], width: int):
    text = laid_out(rows, width=width)

    assert text is not None
    assert all(columns(line) <= width for line in text.split("\n"))
    letters = [char for row in rows for cell in row for char in cell if not char.isspace()]
    assert sorted(char for char in text if not char.isspace() and char != "-") == sorted(letters)
