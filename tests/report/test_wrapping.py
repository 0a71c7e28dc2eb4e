"""Lines of a terminal: nothing is lost, nothing is too wide, and Chinese is broken as printers break it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from comity.report.wrapping import CLOSING, OPENING, breaks


def pieces(text: str, width: int) -> list[str]:
    ends = [*breaks(text, width), len(text)]
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize(
    ("text", "width", "wrapped"),
    [
        ("", 10, [""]),
        ("one two three", 8, ["one two ", "three"]),
        ("one two", 7, ["one two"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("模型拒答率", 4, ["模型", "拒答", "率"]),
        ("应拒则拒。好", 8, ["应拒则", "拒。好"]),
        ("见（附录）", 6, ["见（附", "录）"]),
        ("见表（附录）", 6, ["见表", "（附", "录）"]),
        ("使用label标识", 8, ["使用", "label标", "识"]),
        ("see 附录一", 8, ["see 附录", "一"]),
    ],
)
def test_lines_are_broken_where_they_may_be(text: str, width: int, wrapped: list[str]) -> None:
    assert pieces(text, width) == wrapped


@example(text="a（a）", width=4)
@given(text=st.text(alphabet="ab .,（）。，模型拒答—é-", max_size=60), width=st.integers(4, 30))
def test_nothing_is_lost_and_nothing_is_too_wide(text: str, width: int) -> None:
    found = pieces(text, width)
    assert "".join(found) == text
    assert all(cell_len(piece.rstrip()) <= width for piece in found)
    assert all(found) or not text


@given(st.lists(st.sampled_from(["模", "模型", "拒答。", "（答）", "“答”，"]), max_size=30).map("".join))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str) -> None:
    found = pieces(text, 12)
    assert not any(piece[0] in CLOSING for piece in found[1:])
    assert not any(piece[-1] in OPENING for piece in found[:-1])
