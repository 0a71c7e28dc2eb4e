"""The measure `fairness`: how often groups of people are selected, and how often the system errs about them.

Rates of groups with fewer cases than a minimum are shown and not judged. Groups are those of single traits and of their intersections.
Sources: the four-fifths rule of the Uniform Guidelines on Employee Selection Procedures (29 CFR 1607.4 D) for the impact ratio; false
positive and false negative rates as in Hardt, Price, Srebro, "Equality of Opportunity in Supervised Learning" (2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from comity.dossier.statements import MeasuredFact, Predicate, Tool, new_statement
from comity.errors import InputError, Place, missing_extra
from comity.language import Message, clean
from comity.measures.intervals import CONFIDENCE, exact_interval
from comity.measures.tables import artefact_of, read_table, stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date
    from pathlib import Path

    import polars as pl

    from comity.dossier.statements import Plain, Statement

MEASURE = "fairness"
PREDICTION, TRUTH = "prediction", "truth"

SMALLEST_GROUP = 30
"""Cases below which the rate of a group is not judged."""

MOST_GROUPS = 10_000
MOST_COLUMNS = 6
"""So many columns have 63 sets of intersections."""


class Rate(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The rate; None of nothing."""
        return self.part / self.whole if self.whole else None


class Spread(NamedTuple):
    """How far the rates of groups lie apart.

    Attributes:
        low, high: the lowest and the highest rate.
        low_bounds, high_bounds: intervals of these two.
        between: the groups that have them.
        smallest: the fewest cases behind any of the rates.
    """

    low: float
    high: float
    low_bounds: tuple[float, float]
    high_bounds: tuple[float, float]
    between: tuple[str, str]
    smallest: int


@dataclass(frozen=True, slots=True)
class Group:
    """One group of people.

    Attributes:
        traits: columns with the group's values.
        selected: how many were selected.
        false_positive: selected among those who should not have been; None without the truth.
        false_negative: not selected among those who should have been; None without the truth.
    """

    traits: tuple[tuple[str, str], ...]
    selected: Rate
    false_positive: Rate | None
    false_negative: Rate | None

    @property
    def name(self) -> str:
        """The group in a few words."""
        return clean(", ".join(f"{column}={value}" for column, value in self.traits))


ERRORS: dict[str, Callable[[Group], Rate | None]] = {
    "false_positives": lambda group: group.false_positive,
    "false_negatives": lambda group: group.false_negative,
}


@dataclass(frozen=True, slots=True)
class Fairness:
    """What was found: the facts, and every group with its counts."""

    statement: Statement
    groups: tuple[Group, ...]


def measure_fairness(
    path: Path,
    traits: Mapping[str, str],
    *,
    positive: str = "1",
    smallest: int = SMALLEST_GROUP,
    on: date | None = None,
) -> Fairness:
    """Establish selection and error rates from a table with one row for each person.

    Args:
        path: the table: `prediction`, perhaps `truth`, and the columns of the traits.
        traits: for each column the trait of the vocabulary that it holds (`sex`, `age`, `ethnicity` …).
        positive: the value of `prediction` and `truth` that means being selected.
        smallest: cases below which a group is not judged.
        on: the day; today by default.

    Raises:
        InputError: the table is not as described, or no two groups are large enough to compare.
    """
    if not traits:
        raise InputError(Message("name at least one column that divides people: --trait COLUMN=TRAIT"))
    if len(traits) > MOST_COLUMNS:
        raise InputError(
            Message("at most {count} columns are compared with all their intersections", count=MOST_COLUMNS)
        )
    try:
        import polars as pl
    except ModuleNotFoundError as error:
        raise missing_extra(error.name or "polars", "measures") from None
    place = Place(str(path))
    whole_table = read_table(path, (PREDICTION, *traits), (TRUTH,))
    before = stamp(path)
    rows = whole_table.drop_nulls(PREDICTION)
    if not rows.filter(pl.col(PREDICTION) == positive).height:
        known = ", ".join(sorted(rows[PREDICTION].unique().head(10).to_list()))
        message = Message('no prediction is "{value}"', value=positive)
        raise InputError(message, place=place, hint=Message("they are: {values}", values=known))
    groups = [
        group
        for size in range(1, len(traits) + 1)
        for columns in combinations(traits, size)
        for group in _groups(rows, columns, positive, place)
    ]
    facts = list(_facts(groups, traits, smallest))
    if not facts:
        message = Message("no two groups of a trait have {count} cases or more, so nothing is compared", count=smallest)
        raise InputError(message, place=place)
    predicate = Predicate(
        MEASURE,
        _method(positive, smallest, TRUTH in rows.columns),
        [Tool("polars", version("polars"))],
        on or datetime.now().astimezone().date(),
        facts,
        _observations(groups, traits, rows.height, smallest) | {"rows_left_out": whole_table.height - rows.height},
    )
    return Fairness(new_statement([artefact_of(path, before)], predicate), tuple(groups))


def _method(positive: str, smallest: int, truth: bool) -> str:
    errors = (
        "largest difference of false positive or false negative rates between groups of a trait"
        if truth
        else "no truth, so no error rates"
    )
    return (
        f"Selected: prediction is {positive!r}. Impact ratio: lowest selection rate of a group divided by the highest, over single traits; "
        f"error gap: {errors}. Groups with fewer than {smallest} cases are not judged. Intervals of 95 % "
        "from exact intervals of all compared rates together."
    )


def _groups(rows: pl.DataFrame, columns: tuple[str, ...], positive: str, place: Place) -> Iterable[Group]:
    """The groups that these columns make together, with their counts."""
    import polars as pl

    selected = pl.col(PREDICTION) == positive
    sums = [pl.len().alias("cases"), selected.sum().alias("selected")]
    truth = TRUTH in rows.columns
    if truth:
        should = pl.col(TRUTH) == positive
        sums += [
            (~should).sum().alias("negatives"),
            (selected & ~should).sum().alias("false_positives"),
            should.sum().alias("positives"),
            (~selected & should).sum().alias("false_negatives"),
        ]
    table = rows.drop_nulls(list(columns)).group_by(columns).agg(sums).sort(columns)
    if table.height > MOST_GROUPS:
        raise InputError(Message("the columns make more than {count} groups", count=MOST_GROUPS), place=place)
    for row in table.iter_rows(named=True):
        yield Group(
            tuple((column, row[column]) for column in columns),
            Rate(row["selected"], row["cases"]),
            Rate(row["false_positives"], row["negatives"]) if truth else None,
            Rate(row["false_negatives"], row["positives"]) if truth else None,
        )


def _facts(groups: list[Group], traits: Mapping[str, str], smallest: int) -> Iterable[MeasuredFact]:
    single = {
        column: [
            group
            for group in groups
            if [name for name, _ in group.traits] == [column] and group.selected.whole >= smallest
        ]
        for column in traits
    }
    compared = {column: found for column, found in single.items() if len(found) > 1}
    if not compared:
        return
    tested = {traits[column] for column in compared}
    if len(traits) > 1 and _compared_intersections(groups, smallest):
        tested.add("intersections")
    smallest_seen = min(group.selected.whole for found in compared.values() for group in found)
    yield MeasuredFact("fairness.groups_tested", sorted(tested), "observed", count=smallest_seen)
    selected = _spreads([(group.name, group.selected) for group in found] for found in compared.values())
    ratios = [spread for spread in selected if spread.high > 0]
    if ratios:
        worst = min(ratios, key=lambda spread: spread.low / spread.high)
        bounds = [_ratio_bounds(spread) for spread in ratios]
        yield MeasuredFact(
            "fairness.impact_ratio_min",
            worst.low / worst.high,
            "observed",
            "selected: {} / {}".format(*worst.between),
            min(spread.smallest for spread in ratios),
            (min(low for low, _ in bounds), min(high for _, high in bounds)),
        )
    errors = _spreads(
        [
            (f"{kind}: {group.name}", rate)
            for group in found
            if (rate := rate_of(group)) is not None and rate.whole >= smallest
        ]
        for found in compared.values()
        for kind, rate_of in ERRORS.items()
    )
    if errors:
        widest = max(errors, key=lambda spread: spread.high - spread.low)
        bounds = [_gap_bounds(spread) for spread in errors]
        yield MeasuredFact(
            "fairness.error_gap_max",
            widest.high - widest.low,
            "observed",
            "{1} - {0}".format(*widest.between),
            min(spread.smallest for spread in errors),
            (max(low for low, _ in bounds), max(high for _, high in bounds)),
        )


def _compared_intersections(groups: list[Group], smallest: int) -> bool:
    return sum(len(group.traits) > 1 and group.selected.whole >= smallest for group in groups) > 1


def _spreads(compared: Iterable[list[tuple[str, Rate]]]) -> list[Spread]:
    """The spread of the rates of each comparison; intervals hold for all rates of all comparisons at once (Bonferroni).

    The groups that lie farthest apart are found by looking at all of them, so an interval for two given groups would be too narrow.
    """
    comparisons = [rates for rates in compared if len(rates) > 1]
    confidence = 1 - (1 - CONFIDENCE) / max(sum(len(rates) for rates in comparisons), 1)
    return [_spread(rates, confidence) for rates in comparisons]


def _spread(rates: list[tuple[str, Rate]], confidence: float) -> Spread:
    values = {name: rate.part / rate.whole for name, rate in rates}
    lowest, highest = min(values, key=lambda name: values[name]), max(values, key=lambda name: values[name])
    bounds = [exact_interval(rate.part, rate.whole, confidence) for rate in dict.fromkeys(rate for _, rate in rates)]
    lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
    return Spread(
        values[lowest],
        values[highest],
        (min(lows), min(highs)),
        (max(lows), max(highs)),
        (lowest, highest),
        min(rate.whole for _, rate in rates),
    )


def _ratio_bounds(spread: Spread) -> tuple[float, float]:
    top = 1.0 if spread.high_bounds[0] == 0 else min(1.0, spread.low_bounds[1] / spread.high_bounds[0])
    return spread.low_bounds[0] / spread.high_bounds[1], top


def _gap_bounds(spread: Spread) -> tuple[float, float]:
    return max(0.0, spread.high_bounds[0] - spread.low_bounds[1]), spread.high_bounds[1] - spread.low_bounds[0]


def _observations(
    groups: list[Group], traits: Mapping[str, str], people: int, smallest: int
) -> dict[str, Plain | None]:
    found: dict[str, Plain | None] = {
        "people": people,
        "smallest_group_judged": smallest,
        "traits": sorted(set(traits.values())),
    }
    for group in groups[:200]:
        found[f"selected.{group.name}"] = f"{group.selected.part}/{group.selected.whole}"
        for name, rate_of in ERRORS.items():
            rate = rate_of(group)
            if rate is not None:
                found[f"{name}.{group.name}"] = f"{rate.part}/{rate.whole}"
    crossed = [
        group.selected.part / group.selected.whole
        for group in groups
        if len(group.traits) > 1 and group.selected.whole >= smallest
    ]
    if len(crossed) > 1 and max(crossed) > 0:
        found["impact_ratio_min_of_intersections"] = min(crossed) / max(crossed)
    return found
