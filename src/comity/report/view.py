"""What the pages of an assessment show, as data: order, counts, the matrix and the time line.

Pure; shared by HTML and Markdown. The one idea: everything that a page counts is counted here, from the results alone,
so that the numbers of a page agree with each other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import MAXYEAR, date
from math import sqrt
from typing import TYPE_CHECKING

from comity.library.model import FORCES, WORST_FIRST

if TYPE_CHECKING:
    from comity.library.model import Clause, Jurisdiction, Standard, Topic
    from comity.questions.assess import Assessment, Change, ClauseResult


@dataclass(frozen=True, slots=True)
class Tally:
    """How many clauses have one verdict, and the first of them."""

    verdict: str
    count: int
    first: str


@dataclass(frozen=True, slots=True)
class Share:
    """A stretch of a bar, in percent of its whole."""

    verdict: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class StandardRow:
    """A standard, how the system stands with it, and its clauses, worst first."""

    standard: Standard
    jurisdiction: Jurisdiction
    counts: Counter[str]
    age_days: int
    open_results: tuple[ClauseResult, ...]
    not_applicable: tuple[ClauseResult, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A topic, with the tallies of each jurisdiction."""

    topic: Topic
    cells: tuple[tuple[Tally, ...], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Topics by jurisdictions; topics in the order of the library, and only those that some clause has."""

    jurisdictions: tuple[Jurisdiction, ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[tuple[Tally, ...], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which verdicts change by themselves."""

    on: date
    days_away: int
    after: tuple[Tally, ...]
    changes: tuple[tuple[Standard, tuple[Change, ...]], ...]
    count: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A year on the axis, in percent of its width."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Point:
    """A day on the axis; its radius grows with the number of verdicts that change."""

    at: float
    radius: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The time line as positions in percent."""

    now: float
    ticks: tuple[Tick, ...]
    points: tuple[Point, ...]


def tallies(results: list[ClauseResult]) -> tuple[Tally, ...]:
    """The verdicts that occur, worst first."""
    found: list[Tally] = []
    for verdict in WORST_FIRST:
        of_verdict = [result for result in results if result.verdict == verdict]
        if of_verdict:
            found.append(Tally(verdict, len(of_verdict), of_verdict[0].clause.full_id))
    return tuple(found)


def shares(counts: Counter[str], smallest: float = 1.2) -> tuple[Share, ...]:
    """A bar in proportion; a verdict that occurs is never too thin to be seen."""
    present = [verdict for verdict in WORST_FIRST if counts[verdict]]
    total = sum(counts[verdict] for verdict in present)
    widths = [max(smallest, 100 * counts[verdict] / total) for verdict in present]
    start = 0.0
    found: list[Share] = []
    for verdict, width in zip(present, widths, strict=True):
        scaled = 100 * width / sum(widths)
        found.append(Share(verdict, round(start, 2), round(scaled, 2)))
        start += scaled
    return tuple(found)


def weight(result: ClauseResult, force: str) -> tuple[int, int, int, int, int, str]:
    """Sort key, worst first: what binds before advice, what nothing can decide last, law before standards, few missing facts first."""
    return (
        WORST_FIRST.index(result.verdict),
        0 if result.binding else 1,
        1 if result.clause.unknowable else 0,
        FORCES.index(force),
        len(result.missing),
        result.clause.full_id,
    )


def worst_first(assessment: Assessment, results: list[ClauseResult]) -> list[ClauseResult]:
    """Results in the order in which they want attention."""
    standards = assessment.library.standards
    return sorted(results, key=lambda result: weight(result, standards[result.clause.standard].force))


def standard_rows(assessment: Assessment) -> tuple[StandardRow, ...]:
    """Every standard of the assessment, in its order."""
    rows: list[StandardRow] = []
    for standard in assessment.standards:
        results = worst_first(assessment, assessment.of_standard(standard.id))
        rows.append(
            StandardRow(
                standard=standard,
                jurisdiction=assessment.library.jurisdictions[standard.jurisdiction],
                counts=assessment.counts(results),
                age_days=(assessment.on - standard.as_of).days,
                open_results=tuple(result for result in results if result.verdict != "not_applicable"),
                not_applicable=tuple(result for result in results if result.verdict == "not_applicable"),
            )
        )
    return tuple(rows)


def matrix(assessment: Assessment) -> Matrix:
    """Topics by the jurisdictions whose standards were assessed."""
    here = dict.fromkeys(standard.jurisdiction for standard in assessment.standards)
    jurisdictions = [assessment.library.jurisdictions[jurisdiction] for jurisdiction in here]
    ordered = [result for row in standard_rows(assessment) for result in (*row.open_results, *row.not_applicable)]

    def of(topic: str | None, jurisdiction: str) -> tuple[Tally, ...]:
        return tallies(
            [
                result
                for result in ordered
                if result.clause.jurisdiction == jurisdiction and topic in {None, result.clause.topic}
            ]
        )

    used = {result.clause.topic for result in ordered}
    rows = [
        MatrixRow(topic, tuple(of(topic.id, entry.id) for entry in jurisdictions))
        for topic in assessment.library.data.topics
        if topic.id in used
    ]
    return Matrix(tuple(jurisdictions), tuple(rows), tuple(of(None, entry.id) for entry in jurisdictions))


def days(assessment: Assessment) -> tuple[Day, ...]:
    """The days on which verdicts change by themselves, in order."""
    found: list[Day] = []
    for day in dict.fromkeys(change.on for change in assessment.changes):
        changes = [change for change in assessment.changes if change.on == day]
        standards = [standard for standard in assessment.standards if any(_of(change, standard) for change in changes)]
        after: Counter[str] = Counter(change.after for change in changes)
        found.append(
            Day(
                on=day,
                days_away=(day - assessment.on).days,
                after=tuple(Tally(verdict, after[verdict], "") for verdict in WORST_FIRST if after[verdict]),
                changes=tuple(
                    (standard, tuple(change for change in changes if _of(change, standard))) for standard in standards
                ),
                count=len(changes),
            )
        )
    return tuple(found)


def axis(days: tuple[Day, ...], on: date) -> Axis:
    """Where the days lie between the day asked about and the last of them; areas of the points are in proportion to counts."""
    span = max((day.days_away for day in days), default=1) * 1.08
    most = max((day.count for day in days), default=1)
    years = range(on.year + 1, min(on.year + int(span // 365) + 1, MAXYEAR) + 1)

    def at(day: date) -> float:
        return round(2 + 96 * (day - on).days / span, 2)

    step = max(1, len(years) // 8)
    ticks = tuple(Tick(at(date(year, 1, 1)), str(year)) for year in years[::step])
    points = tuple(Point(at(day.on), round(4 + 12 * sqrt(day.count / most), 1), day.after[0].verdict) for day in days)
    return Axis(at(on), tuple(tick for tick in ticks if 14 <= tick.at <= 98), points)


def _of(change: Change, standard: Standard) -> bool:
    return change.clause.standard == standard.id


def markets(assessment: Assessment) -> tuple[Jurisdiction, ...]:
    """The markets asked about, in the order in which they were named."""
    return tuple(assessment.library.jurisdictions[market] for market in assessment.markets)


def unconfirmed(assessment: Assessment) -> list[Clause]:
    """Clauses whose text nobody confirmed."""
    return [result.clause for result in assessment.results if result.clause.checked.against == "unconfirmed"]


def undecidable(assessment: Assessment) -> int:
    """How many clauses are unknown because no fact can decide them."""
    return sum(result.clause.unknowable and result.verdict == "unknown" for result in assessment.results)
