"""Counts in rows and columns, for a terminal, as Markdown and as HTML: how full a library is, at a glance.

Imports nothing of the other writers, which call this one. The one idea: a terminal shows as many columns as fit and goes on in a
further panel, a page scrolls sideways; a darker cell holds more, and its number stands in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from comity.report.wrapping import breaks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARKS = re.compile(r"([\\`*_\[\]<>|#])")
_QUOTED = r"\\\1"

STEPS = (1, 3, 7, 15, 30)
"""From so many on, a cell is shaded one step darker."""

STYLE = """
.matrix{overflow-x:auto;margin:1rem 0}.matrix table{width:auto;margin:0;font-variant-numeric:tabular-nums}
.matrix th,.matrix td{padding:.2rem .45rem}.matrix td{text-align:right;min-width:1.6rem;border:1px solid var(--line)}
.matrix thead th{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;max-height:6.5rem;border:0}
.matrix thead th:first-child{writing-mode:horizontal-tb;transform:none;vertical-align:bottom}
.matrix th:first-child{position:sticky;left:0;background:var(--paper);min-width:9rem;max-width:20rem;z-index:1}
.matrix tbody th{color:var(--ink);font-weight:400}.matrix .sum{font-weight:600;background:none}
.s1{background:color-mix(in srgb,var(--link) 8%,transparent)}.s2{background:color-mix(in srgb,var(--link) 16%,transparent)}
.s3{background:color-mix(in srgb,var(--link) 26%,transparent)}.s4{background:color-mix(in srgb,var(--link) 38%,transparent)}
.s5{background:color-mix(in srgb,var(--link) 52%,transparent)}.matrix .none{color:var(--soft)}
@media (min-width:66rem){.matrix{width:max-content;min-width:100%;max-width:calc(100vw - 3rem);position:relative;
left:50%;transform:translateX(-50%)}}
@media (max-width:40rem){.matrix th:first-child{min-width:7rem;max-width:8.5rem;font-size:.85rem}}
@media print{.matrix{overflow:visible;position:static;transform:none}.matrix table{font-size:8px}.matrix th,.matrix td{padding:.1rem .2rem}}
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its short name for narrow places, and its whole name."""

    short: str
    title: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts by row and column, with their sums.

    Attributes:
        corner: what the rows are.
        sum: what the sums are called.
        columns: the columns.
        rows: titles with one count a column.
    """

    corner: str
    sum: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """The sum of every column."""
        return tuple(sum(counts[column] for _, counts in self.rows) for column in range(len(self.columns)))

    @property
    def whole(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The rows, the sums among them: a last row, and a last count in each."""
        rows = (*self.rows, (self.sum, self.totals))
        return tuple((title, (*counts, sum(counts))) for title, counts in rows)


def as_text(matrix: Matrix, width: int) -> Iterator[Text]:
    """The lines of a matrix for a terminal of so many cells, in as many panels as needed."""
    columns = (*matrix.columns, Column(matrix.sum, matrix.sum))
    heads = [_heading(column.short) for column in columns]
    sizes = [
        max(*(cell_len(part) for part in head), *(len(str(counts[number])) for _, counts in matrix.whole))
        for number, head in enumerate(heads)
    ]
    names = min(max(cell_len(title) for title, _ in (*matrix.whole, (matrix.corner, ()))), max(16, width // 3))
    for number, panel in enumerate(_panels(sizes, width - names)):
        if number:
            yield Text()
        yield from _panel(matrix, panel, heads, sizes, names)


def _panel(
    matrix: Matrix, panel: Sequence[int], heads: list[list[str]], sizes: list[int], names: int
) -> Iterator[Text]:
    height = max(len(heads[column]) for column in panel)
    for level in range(height):
        corner = matrix.corner if level == height - 1 else ""
        row = corner + " " * (names - cell_len(corner))
        for column in panel:
            parts = [""] * (height - len(heads[column])) + heads[column]
            row += " " * (sizes[column] + 1 - cell_len(parts[level])) + parts[level]
        yield Text(row.rstrip(), style="dim")
    for title, counts in matrix.whole:
        wrapped = Text(title).divide(breaks(title, names))
        for part in wrapped[:-1]:
            part.rstrip()
            yield part
        line = wrapped[-1].plain.rstrip()
        row = line + " " * (names - cell_len(line))
        row += "".join(f" {counts[column] or '·':>{sizes[column]}}" for column in panel)
        yield Text(row.rstrip(), style="bold" if title == matrix.sum else "")


def _heading(short: str) -> list[str]:
    """A name in lines that are broken behind hyphens."""
    ends = [0, *(place + 1 for place, sign in enumerate(short) if sign == "-"), len(short)]
    return [short[start:end] for start, end in pairwise(ends)]


def _panels(sizes: list[int], room: int) -> Iterator[list[int]]:
    """Columns in groups that fit; each group holds at least one."""
    panel: list[int] = []
    used = 0
    for column, size in enumerate(sizes):
        if panel and used + size + 1 > room:
            yield panel
            panel, used = [], 0
        panel.append(column)
        used += size + 1
    yield panel


def as_html(matrix: Matrix) -> str:
    """A table that scrolls sideways; the first column stays."""
    heads = "".join(
        f'<th scope="col"><abbr title="{escape(column.title)}">{escape(column.short)}</abbr></th>'
        for column in matrix.columns
    )
    head = f'<tr><th scope="col">{escape(matrix.corner)}</th>{heads}<th scope="col">{escape(matrix.sum)}</th></tr>'
    last = len(matrix.rows)
    body = "".join(
        f'<tr><th scope="row">{escape(title)}</th>'
        + "".join(
            _cell(count, total=number == last or column == len(matrix.columns)) for column, count in enumerate(counts)
        )
        + "</tr>"
        for number, (title, counts) in enumerate(matrix.whole)
    )
    return f'<div class="matrix" tabindex="0"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def _cell(count: int, *, total: bool) -> str:
    if total:
        return f'<td class="sum">{count}</td>'
    shade = sum(count >= step for step in STEPS)
    return f'<td class="s{shade}">{count}</td>' if count else '<td class="none">·</td>'


def as_markdown(matrix: Matrix) -> str:
    """A table with right-aligned counts."""
    head = [matrix.corner, *(column.short for column in matrix.columns), matrix.sum]
    rows = [head, [":---", *("---:" for _ in head[1:])]]
    rows += [[title, *(str(count) if count else "" for count in counts)] for title, counts in matrix.whole]
    return "".join(f"| {' | '.join(_MARKS.sub(_QUOTED, cell) for cell in row)} |\n" for row in rows)
