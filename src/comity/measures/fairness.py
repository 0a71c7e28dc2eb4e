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
from comity.language import Message
from comity.measures.intervals import exact_interval
from comity.measures.tables import artefact_of, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    import polars as pl

    from comity.dossier.statements import Plain, Statement

MEASURE = "fairness"
PREDICTION, TRUTH = "prediction", "truth"

SMALLEST_GROUP = 30
"""Cases below which the rate of a group is not judged."""

MOST_GROUPS = 10_000

JOINT_CONFIDENCE = 0.975
"""Of each of two rates, so that both intervals hold together with 95 % (Bonferroni)."""


class Rate(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The rate; None of nothing."""
        return self.part / self.whole if self.whole else None

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Its exact interval."""
        return exact_interval(self.part, self.whole, confidence)


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
    def errors(self) -> tuple[Rate | None, Rate | None]:
        """Both error rates."""
        return self.false_positive, self.false_negative

    @property
    def name(self) -> str:
        """The group in a few words."""
        return ", ".join(f"{column}={value}" for column, value in self.traits)


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
    try:
        import polars as pl
    except ModuleNotFoundError as error:
        raise missing_extra(error.name or "polars", "measures") from None
    place = Place(str(path))
    rows = read_table(path, (PREDICTION, *traits), (TRUTH,)).drop_nulls(PREDICTION)
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
        _observations(groups, traits, rows.height, smallest),
    )
    return Fairness(new_statement([artefact_of(path)], predicate), tuple(groups))


def _method(positive: str, smallest: int, truth: bool) -> str:
    errors = (
        "largest difference of false positive or false negative rates between groups of a trait"
        if truth
        else "no truth, so no error rates"
    )
    return (
        f"Selected: prediction is {positive!r}. Impact ratio: lowest selection rate of a group divided by the highest, over single traits; "
        f"error gap: {errors}. Groups with fewer than {smallest} cases are not judged. Intervals combine exact intervals of both rates."
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
    ratios = [_ratio([group.selected for group in found]) for found in compared.values()]
    worst = min((ratio for ratio in ratios if ratio is not None), key=lambda ratio: ratio[0], default=None)
    if worst is not None:
        yield MeasuredFact("fairness.impact_ratio_min", worst[0], "observed", count=smallest_seen, interval=worst[1])
    errors = [
        [rate for group in found if (rate := group.errors[kind]) is not None and rate.whole >= smallest]
        for found in compared.values()
        for kind in (0, 1)
    ]
    gaps = [_gap(rates) for rates in errors]
    widest = max((gap for gap in gaps if gap is not None), key=lambda gap: gap[0], default=None)
    if widest is not None:
        yield MeasuredFact("fairness.error_gap_max", widest[0], "observed", count=smallest_seen, interval=widest[1])


def _compared_intersections(groups: list[Group], smallest: int) -> bool:
    return sum(len(group.traits) > 1 and group.selected.whole >= smallest for group in groups) > 1


def _ratio(rates: list[Rate]) -> tuple[float, tuple[float, float]] | None:
    """The lowest rate divided by the highest, with an interval; None where nobody at all was selected."""
    low, high = min(rates, key=_value), max(rates, key=_value)
    if _value(high) == 0:
        return None
    low_bounds, high_bounds = low.interval(JOINT_CONFIDENCE), high.interval(JOINT_CONFIDENCE)
    top = 1.0 if high_bounds[0] == 0 else min(1.0, low_bounds[1] / high_bounds[0])
    return _value(low) / _value(high), (low_bounds[0] / high_bounds[1], top)


def _gap(rates: list[Rate]) -> tuple[float, tuple[float, float]] | None:
    """The difference of the highest and the lowest rate, with an interval; None where there is nothing to compare."""
    if len(rates) < 2:
        return None
    low, high = min(rates, key=_value), max(rates, key=_value)
    low_bounds, high_bounds = low.interval(JOINT_CONFIDENCE), high.interval(JOINT_CONFIDENCE)
    return _value(high) - _value(low), (max(0.0, high_bounds[0] - low_bounds[1]), high_bounds[1] - low_bounds[0])


def _value(rate: Rate) -> float:
    return rate.part / rate.whole


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
        for name, rate in (("false_positives", group.false_positive), ("false_negatives", group.false_negative)):
            if rate is not None:
                found[f"{name}.{group.name}"] = f"{rate.part}/{rate.whole}"
    crossed = [group.selected for group in groups if len(group.traits) > 1 and group.selected.whole >= smallest]
    ratio = _ratio(crossed) if len(crossed) > 1 else None
    found["impact_ratio_min_of_intersections"] = None if ratio is None else ratio[0]
    return found
