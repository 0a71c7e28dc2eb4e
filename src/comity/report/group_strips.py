"""Figures of groups as strips: where each lies on an axis of their own, and how it is said.

Shared by reports on measurements and on assessments. The one idea: of few groups each has a line with its interval; many are heaped
along the axis, and only the ends have names.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from comity.clauses.tree import Kind
from comity.language import Message
from comity.report.scales import factors, scale_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.report.group_rows import GroupRow

FEW_GROUPS = 12
"""So many groups get a line each; of more, the whole is a heap with its ends named."""

_LABELS = 38
"""Cells that the numbers below an axis may take together."""

_PLACES = 72
"""Places along a strip where many groups are heaped."""


class Mark(NamedTuple):
    """A number written below an axis: how far along (0 to 1), and the number."""

    at: float
    label: str


class Span(NamedTuple):
    """A stretch of an axis, from 0 to 1."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group on a strip: its name, its figure in words, where it lies, and the ends of its interval."""

    name: str
    said: str
    at: float
    span: Span | None


@dataclass(frozen=True, slots=True)
class GroupStrip:
    """Groups along an axis of their own, the lowest first.

    Attributes:
        title: what the figure is.
        ends: the names of the lowest and the highest, with their figures, in words.
        marks: below the axis.
        groups: all of them.
        heaps: how many groups stand at each of so many places along the axis, where they are many; else empty.
        places: how many places there are.
    """

    title: str
    ends: str
    marks: tuple[Mark, ...]
    groups: tuple[GroupLine, ...]
    heaps: tuple[tuple[int, int], ...]
    places: int = _PLACES


def group_strip(row: GroupRow, language: str) -> GroupStrip:
    """A row of figures on an axis of its own."""
    values = [figure.value for figure in row.figures]
    ends = [end for figure in row.figures if len(row.figures) <= FEW_GROUPS for end in figure.interval or ()]
    if row.unit == "factor" and min(values) >= 1:
        scale = factors(max(values))
    else:
        scale = scale_for([*values, *ends], Kind.RATIO if row.unit == "share" else Kind.NUMBER)

    def said(value: float) -> str:
        return _figure(value, row.unit)

    groups = tuple(
        GroupLine(
            figure.name,
            said(figure.value)
            if figure.observations is None
            else f"{said(figure.value)} (n = {figure.observations:,})",
            scale.at(figure.value),
            None if figure.interval is None else Span(*map(scale.at, figure.interval)),
        )
        for figure in row.figures
    )
    title = row.title.in_language(language)
    if row.of:
        title = Message("{title} ({of})", title=title, of=row.of).in_language(language)
    lowest, highest = row.figures[0], row.figures[-1]
    middle = (
        values[len(values) // 2] if len(values) % 2 else (values[len(values) // 2 - 1] + values[len(values) // 2]) / 2
    )
    ends_said = Message(
        "{count} groups: lowest {low} ({first}), median {middle}, highest {high} ({last})",
        count=len(values),
        low=said(lowest.value),
        first=lowest.name,
        middle=said(middle),
        high=said(highest.value),
        last=highest.name,
    ).in_language(language)
    heaps: Counter[int] = Counter()
    if len(groups) > FEW_GROUPS:
        heaps.update(min(_PLACES - 1, int(group.at * _PLACES)) for group in groups)
    marks = legible(Mark(scale.at(mark), said(mark)) for mark in scale.marks)
    return GroupStrip(title, ends_said, marks, groups, tuple(sorted(heaps.items())))


def _figure(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value * 100:.3g} %"
    return f"{value:.3g}×" if unit == "factor" else f"{value:.3g}"


def legible(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Marks whose numbers have room beside each other; of long ones, every other."""
    marks = tuple(marks)
    return marks if sum(cell_len(mark.label) for mark in marks) <= _LABELS else marks[::2]
