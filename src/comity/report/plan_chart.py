"""Markets opened against what has been spent: bars for a terminal, a drawing for a page.

The one idea: both are made from the same points, and the drawing takes its colours from the page, so that it can be read by
day, by night and in print.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

if TYPE_CHECKING:
    from fractions import Fraction

    from comity.questions.plan import Plan
    from comity.report.words import Words

_WIDTH = 640
_LEFT, _RIGHT, _TOP, _ROW, _BOTTOM = 200, 20, 16, 34, 34
_BAR = 30


class Point(NamedTuple):
    """A market that is opened: at what cost, how it is called, and how many of its clauses still wait for unknown givens."""

    cost: Fraction
    title: str
    waiting: int


def points(answer: Plan, words: Words) -> tuple[Point, ...]:
    """The markets that the plan opens, the first one first."""
    found = [
        Point(progress.cost, words.text(words.library.jurisdictions[progress.market].title), len(progress.waiting))
        for progress in answer.markets
        if progress.cost is not None
    ]
    return tuple(sorted(found, key=lambda point: point.cost))


def amount(cost: Fraction) -> str:
    """A cost as people write it."""
    return f"{float(cost):,.10g}"


def bars(answer: Plan, words: Words) -> str:
    """One bar for each market, as long as what has to be spent before it is open."""
    opened = points(answer, words)
    most = max((point.cost for point in opened), default=answer.cost) or 1
    names = max((cell_len(point.title) for point in opened), default=0)
    costs = max((len(amount(point.cost)) for point in opened), default=0)
    lines = []
    for number, point in enumerate(opened, start=1):
        full = round(point.cost / most * _BAR)
        mark = "░" if point.waiting else "█"
        row = f"{number}  {point.title}{' ' * (names - cell_len(point.title))}  {amount(point.cost):>{costs}}  {mark * full or '▏'}"
        lines.append(row.rstrip())
    return "\n".join(lines)


def drawing(answer: Plan, words: Words) -> str:
    """The steps of the number of open markets, as an inline SVG."""
    opened = points(answer, words)
    most = max(answer.cost, *(point.cost for point in opened)) if opened else answer.cost
    height = _TOP + _ROW * (len(opened) + 1) + _BOTTOM
    base = height - _BOTTOM
    width = _WIDTH - _LEFT - _RIGHT

    def across(cost: Fraction) -> float:
        return round(_LEFT + (float(cost / most) if most else 0.0) * width, 1)

    path = [f"M{_LEFT} {base}"]
    marks: list[str] = []
    for number, point in enumerate(opened, start=1):
        x, y = across(point.cost), base - _ROW * number
        path.append(f"H{x}V{y}")
        fill = "none" if point.waiting else "currentColor"
        label = escape(f"{point.title}  {amount(point.cost)}")
        marks.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{fill}" stroke="currentColor" stroke-width="1.5"/>')
        marks.append(
            f'<text x="{x - 10}" y="{y + 4}" font-size="13" text-anchor="end" fill="currentColor">{label}</text>'
        )
        marks.append(f'<text x="2" y="{y + 4}" font-size="12" fill="currentColor">{number}</text>')
    path.append(f"H{_LEFT + width}")
    title = escape(words.say("Markets opened against cumulative cost"))
    axis = (
        f'<path d="M{_LEFT} {_TOP}V{base}H{_LEFT + width}" fill="none" stroke="currentColor" stroke-opacity=".35"/>'
        f'<text x="{_LEFT}" y="{base + 20}" font-size="12" fill="currentColor">0</text>'
        f'<text x="{_LEFT + width}" y="{base + 20}" font-size="12" text-anchor="end" fill="currentColor">{amount(most)}</text>'
    )
    line = f'<path d="{"".join(path)}" fill="none" stroke="currentColor" stroke-width="2"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="100%" role="img" '
        f'aria-label="{title}" font-family="system-ui,sans-serif"><title>{title}</title>{axis}{line}{"".join(marks)}</svg>'
    )
