"""The measure `annotation`: how far annotators agree, within groups and between them, and who labelled at all.

Labels are never averaged away: where groups of annotators disagree systematically, that is a finding about the task and the people, and
the distribution of labels is kept for each group. Chance-corrected agreement is Krippendorff's alpha (`agreement`); who the people are and
what they did stands in `annotation_people`. Where an item is labelled for several tasks, each of them is a thing of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import combinations
from typing import TYPE_CHECKING

from comity.dossier.statements import MeasuredFact, Predicate, Tool, new_statement
from comity.errors import InputError, Place, missing_extra
from comity.language import Message, clean
from comity.measures.annotation_people import (
    REVIEW,
    ROLE,
    TASK,
    TRAINED,
    check_words,
    group_shares,
    people_facts,
    role_observations,
    unit,
)
from comity.measures.tables import artefact_of, read_table, stamp

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from comity.dossier.statements import Plain, Statement
    from comity.measures.agreement import Agreement, Counts, Level

    Integers = NDArray[np.int64]

MEASURE = "annotation"
COLUMNS = ("item", "annotator", "label")

MOST_LABELS = 1000
"""Distinct labels; more are no labels but texts."""

MOST_CELLS = 20_000_000
"""Items by distinct labels; so many take 160 MB."""

MOST_COMPARED = 20
"""Groups of which each two are compared."""

SMALLEST_GROUP = 2
"""Labels that a group needs on an item before its majority counts."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What was found.

    Attributes:
        statement: the facts, for the dossier.
        soft_labels: for each item and group the share of each label (`item`, `attribute`, `group`, `label`, `share`, `labels`).
        disputed: items on which the majorities of two groups differ, with attribute, groups and their labels.
    """

    statement: Statement
    soft_labels: pl.DataFrame
    disputed: pl.DataFrame


def measure_annotation(
    path: Path, *, level: Level = "nominal", groups: tuple[str, ...] = (), seed: int = 0, on: date | None = None
) -> Annotation:
    """Establish agreement from a long table with one row for each label.

    Args:
        path: the table: `item`, `annotator`, `label`; `role` (`label` or `review`), `task` (`function` or `safety`) and `trained`
            (`yes` or `no`: passed the safety training and exam) where there are any; further columns say what the annotators are.
        level: what may be said of two labels; `ordinal` and `interval` need labels that are numbers.
        groups: columns whose values divide the annotators (language, region, gender …).
        seed: of the resampling behind the interval.
        on: the day; today by default.

    Raises:
        InputError: the table or a label is not as described.
    """
    try:
        import polars as pl

        from comity.measures.agreement import agreement, distances_of
    except ModuleNotFoundError as error:
        raise missing_extra(error.name or "polars", "measures") from None

    whole_table = read_table(path, (*COLUMNS, *groups), (ROLE, TASK, TRAINED))
    before = stamp(path)
    rows = whole_table.drop_nulls(list(COLUMNS)).unique(maintain_order=True)
    place = Place(str(path))
    check_words(rows, place)
    labelled = rows.filter(pl.col(ROLE).fill_null("label") != REVIEW) if ROLE in rows.columns else rows
    if labelled.height == 0:
        raise InputError(Message("the table holds no labels"), place=place)
    _check_once(labelled, place)
    labels, values = _labels(labelled, level, place)
    labelled = _numbered(labelled, labels, place)
    counts = _counts(labelled, len(labels))[1]
    distances = distances_of(values, counts[counts.sum(axis=1) >= 2].sum(axis=0), level)
    whole = agreement(counts, distances, seed=seed)
    per_item = counts.sum(axis=1)
    observations: dict[str, Plain | None] = {
        "level": level,
        "items": labelled["item"].n_unique(),
        "annotators": labelled["annotator"].n_unique(),
        "labels": labelled.height,
        "rows_left_out": whole_table.height - rows.height,
        "labels_per_item_mean": round(float(per_item.mean()), 3),
        "labels_per_item_min": int(per_item.min()),
        "labels_per_item_max": int(per_item.max()),
        "items_labelled_twice": whole.items,
        "label_values": [clean(label) for label in labels] if len(labels) <= 50 else None,
        **role_observations(rows),
    }
    disputed: list[pl.DataFrame] = []
    for column in groups:
        observations |= group_shares(labelled, column) | _agreement_of_groups(labelled, column, distances)
        disputed.append(_disputed(labelled, column))
    table = pl.concat(disputed) if disputed else _disputed(labelled.head(0).with_columns(none=pl.lit("")), "none")
    observations["items_disputed_between_groups"] = table["item"].n_unique()
    return Annotation(
        new_statement(
            [artefact_of(path, before)],
            Predicate(
                MEASURE,
                _method(level, groups),
                [Tool("numpy", version("numpy")), Tool("polars", version("polars"))],
                on or datetime.now().astimezone().date(),
                [*_agreement_facts(whole), *people_facts(rows)],
                observations,
                seed=seed,
            ),
        ),
        pl.concat([_soft_labels(labelled, column) for column in groups]) if groups else _soft_labels(labelled, None),
        table,
    )


def _method(level: Level, groups: tuple[str, ...]) -> str:
    named = ", ".join(groups) or "none"
    return (
        f"Krippendorff's alpha, {level}, over all items with two labels or more; 95 % interval by resampling items. Between groups: over "
        f"pairs across them. Groups of annotators: {named}. Labels of reviewers are not counted as labels."
    )


def _labels(rows: pl.DataFrame, level: Level, place: Place) -> tuple[list[str], Counts]:
    """The distinct labels in their order, and their values.

    Raises:
        InputError: they are too many, or no numbers where numbers are needed.
    """
    import numpy as np

    labels = sorted(rows["label"].unique().to_list())
    if len(labels) > MOST_LABELS:
        raise InputError(Message("there are more than {limit} different labels", limit=MOST_LABELS), place=place)
    if level == "nominal":
        return labels, np.arange(len(labels), dtype=float)
    try:
        pairs = sorted((float(label), label) for label in labels)
    except ValueError:
        message = Message('the level "{level}" needs labels that are numbers', level=level)
        raise InputError(message, place=place, hint=Message("use --level nominal for words")) from None
    found = np.array([value for value, _ in pairs])
    if not np.isfinite(found).all():
        raise InputError(Message('the level "{level}" needs labels that are numbers', level=level), place=place)
    return [label for _, label in pairs], found


def _check_once(labelled: pl.DataFrame, place: Place) -> None:
    """Refuse two labels by one annotator for one item and task: which of them counts, nobody can tell.

    Raises:
        InputError: there are such.
    """
    import polars as pl

    repeated = labelled.group_by(*unit(labelled), "annotator", maintain_order=True).len().filter(pl.col("len") > 1)
    if repeated.height:
        message = Message(
            'annotator "{name}" labelled the item "{item}" twice',
            name=repeated["annotator"][0][:40],
            item=repeated["item"][0][:40],
        )
        raise InputError(message, place=place)


def _numbered(rows: pl.DataFrame, labels: list[str], place: Place) -> pl.DataFrame:
    """The rows with the number of what was labelled, and of the label.

    Raises:
        InputError: the table of both would be too large.
    """
    import polars as pl

    numbers = {label: number for number, label in enumerate(labels)}
    found = rows.with_columns(
        _unit=pl.struct(unit(rows)).rank("dense").cast(pl.Int64) - 1,
        _label=pl.col("label").replace_strict(numbers, return_dtype=pl.Int64),
    )
    if found["_unit"].n_unique() * len(labels) > MOST_CELLS:
        message = Message("items times different labels are more than {limit}", limit=f"{MOST_CELLS:,}")
        raise InputError(message, place=place)
    return found


def _counts(rows: pl.DataFrame, labels: int) -> tuple[Integers, Counts]:
    """Which items stand in these rows, and for each of them how many annotators gave each label."""
    import numpy as np

    items, places = np.unique(rows["_unit"].to_numpy(), return_inverse=True)
    cells = np.bincount(places * labels + rows["_label"].to_numpy(), minlength=len(items) * labels)
    return items, cells.reshape(len(items), labels).astype(float)


def _agreement_of_groups(rows: pl.DataFrame, column: str, distances: Counts) -> dict[str, Plain | None]:
    """Alpha within each group and between each two."""
    import numpy as np
    import polars as pl

    from comity.measures.agreement import agreement, between

    size = len(distances)
    names = sorted(name for name in rows[column].unique().to_list() if name is not None)[:MOST_COMPARED]
    found: dict[str, Plain | None] = {}
    counted = {name: _counts(rows.filter(pl.col(column) == name), size) for name in names}
    for name, (_, counts) in counted.items():
        within = agreement(counts, distances, resamples=0)
        name = clean(name)
        found[f"{column}.alpha_within.{name}"] = _rounded(within)
        found[f"{column}.items_labelled_twice.{name}"] = within.items
    for one, other in combinations(names, 2):
        (items, counts), (other_items, other_counts) = counted[one], counted[other]
        one, other = clean(one), clean(other)
        _, left, right = np.intersect1d(items, other_items, assume_unique=True, return_indices=True)
        both = between(counts[left], other_counts[right], distances)
        found[f"{column}.alpha_between.{one}.{other}"] = _rounded(both)
        found[f"{column}.items_labelled_by_both.{one}.{other}"] = both.items
    return found


def _rounded(found: Agreement) -> float | None:
    return None if found.alpha is None else round(found.alpha, 6)


def _soft_labels(rows: pl.DataFrame, column: str | None) -> pl.DataFrame:
    """The share of each label on each item, for each group; of all annotators where no column is named."""
    import polars as pl

    grouped = rows.with_columns(
        attribute=pl.lit(column or ""), group=pl.lit("") if column is None else pl.col(column).fill_null("")
    )
    keys = [*unit(rows), "attribute", "group"]
    return (
        grouped.group_by(*keys, "label")
        .len("labels")
        .with_columns(share=pl.col("labels") / pl.col("labels").sum().over(keys))
        .sort(*keys, "label")
    )


def _disputed(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Items on which each of two groups has a majority, and not the same one."""
    import polars as pl

    keys = unit(rows)
    majorities = (
        _soft_labels(rows.drop_nulls(column), column)
        .filter(pl.col("share") > 0.5)
        .filter(pl.col("labels") >= SMALLEST_GROUP)
        .select(*keys, "attribute", "group", "label")
    )
    pairs = majorities.join(majorities, on=[*keys, "attribute"], suffix="_other", nulls_equal=True)
    return pairs.filter((pl.col("group") < pl.col("group_other")) & (pl.col("label") != pl.col("label_other"))).sort(
        *keys, "attribute", "group", "group_other"
    )


def _agreement_facts(whole: Agreement) -> list[MeasuredFact]:
    if whole.alpha is None:
        return []
    alpha = round(whole.alpha, 6)
    return [MeasuredFact("annotation.agreement", alpha, "observed", count=whole.items, interval=whole.interval)]
