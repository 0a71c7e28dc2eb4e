"""Counts in rows and columns: every number is there in every form, at every width."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from comity.report.matrix import Column, Matrix, as_html, as_markdown, as_text

MATRIX = Matrix(
    "topic",
    "all",
    (Column("xa", "Land A"), Column("far-away-land", "Far <away> & land"), Column("xc", "C")),
    (("Incidents: who is told what, and how fast", (3, 0, 41)), ("标识与标签", (0, 7, 1))),
)

numbers = st.integers(0, 9999)
matrices = st.integers(1, 12).flatmap(
    lambda width: st.lists(st.tuples(st.just("row"), st.tuples(*[numbers] * width)), min_size=1, max_size=5).map(
        lambda rows: Matrix("topic", "all", tuple(Column(f"x{n}-y", f"Land {n}") for n in range(width)), tuple(rows))
    )
)


def test_sums_are_added_to_rows_and_columns() -> None:
    assert MATRIX.totals == (3, 7, 42)
    assert [sum_ for _, (*_, sum_) in MATRIX.whole] == [44, 8, 52]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_text_fits_and_shows_every_number(width: int) -> None:
    lines = [line.plain for line in as_text(MATRIX, width)]
    assert all(cell_len(line) <= width for line in lines)
    shown = re.findall(r"\d+", " ".join(lines))
    assert sorted(map(int, shown)) == sorted([3, 41, 44, 7, 1, 8, 3, 7, 42, 52])


@given(matrices, st.integers(40, 200))
def test_no_number_is_lost_at_any_width(matrix: Matrix, width: int) -> None:
    text = "\n".join(line.plain for line in as_text(matrix, width))
    body = [line for line in text.splitlines() if line.startswith(("row", "all"))]
    shown = sorted(int(number) for line in body for number in re.findall(r"(?<= )\d+(?= |$)", line))
    assert shown == sorted(count for _, counts in matrix.whole for count in counts if count)
    assert all(len(line) <= width for line in text.splitlines())


def test_names_are_broken_at_hyphens_and_never_cut() -> None:
    head = "\n".join(line.plain for line in as_text(MATRIX, 80))
    assert all(part in head for part in ("far-", "away-", "land", "xa", "xc"))


def test_a_page_escapes_titles_and_names_columns_whole() -> None:
    page = as_html(MATRIX)
    assert "Far &lt;away&gt; &amp; land" in page
    assert "<away>" not in page
    assert page.count("<tr>") == 4
    assert re.findall(r'<td class="s\d">(\d+)</td>', page) == ["3", "41", "7", "1"]
    assert re.findall(r'<td class="sum">(\d+)</td>', page) == ["44", "8", "3", "7", "42", "52"]


def test_a_fuller_cell_is_darker() -> None:
    def shade(count: int) -> int:
        found = re.search(r'class="s(\d)"', as_html(Matrix("", "", (Column("a", "a"),), (("r", (count,)),))))
        assert found is not None
        return int(found[1])

    shades = [shade(count) for count in (1, 2, 3, 7, 15, 30, 900)]
    assert shades == sorted(shades)
    assert (shades[0], shades[-1]) == (1, 5)


def test_markdown_is_a_table_of_one_width() -> None:
    rows = as_markdown(MATRIX).splitlines()
    assert len(rows) == 5
    assert {row.count("|") for row in rows} == {6}
