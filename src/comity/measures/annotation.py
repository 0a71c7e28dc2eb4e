"""The measure `annotation`: how far annotators agree, within groups and between them, and who labelled at all.

Labels are never averaged away: where groups of annotators disagree systematically, that is a finding about the task and the people, and
the distribution of labels is kept for each group. Chance-corrected agreement is Krippendorff's alpha (`agreement`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import combinations
from typing import TYPE_CHECKING

from comity.dossier.statements import MeasuredFact, Predicate, Tool, new_statement
from comity.errors import InputError, Place, missing_extra
from comity.language import Message
from comity.measures.tables import artefact_of, read_table

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import numpy as np
    import polars as pl

    from comity.dossier.statements import Plain, Statement
    from comity.measures.agreement import Agreement, Counts, Level

MEASURE = "annotation"
COLUMNS = ("item", "annotator", "label")
ROLE, TASK = "role", "task"
REVIEW, SAFETY = "review", "safety"

MOST_LABELS = 1000
"""Distinct labels; more are no labels but texts."""

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
        path: the table: `item`, `annotator`, `label`; `role` (`label` or `review`) and `task` (`function` or `safety`) where there are
            any; further columns say what the annotators are.
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

    rows = read_table(path, (*COLUMNS, *groups), (ROLE, TASK)).drop_nulls(list(COLUMNS)).unique(maintain_order=True)
    place = Place(str(path))
    labelled = rows.filter(pl.col(ROLE).fill_null("label") != REVIEW) if ROLE in rows.columns else rows
    if labelled.height == 0:
        raise InputError(Message("the table holds no labels"), place=place)
    repeated = labelled.group_by("item", "annotator").len().filter(pl.col("len") > 1)
    if repeated.height and TASK not in rows.columns:
        message = Message(
            'annotator "{name}" labelled the item "{item}" twice',
            name=repeated["annotator"][0][:40],
            item=repeated["item"][0][:40],
        )
        raise InputError(message, place=place)
    labels, values = _labels(labelled, level, place)
    counts = _counts(labelled, labels)
    distances = distances_of(values, _paired(counts).sum(axis=0), level)
    whole = agreement(counts, distances, seed=seed)
    observations: dict[str, Plain | None] = {
        "level": level,
        "items": labelled["item"].n_unique(),
        "annotators": labelled["annotator"].n_unique(),
        "labels": labelled.height,
        "labels_per_item_mean": round(labelled.height / labelled["item"].n_unique(), 3),
        "items_labelled_twice": whole.items,
        "label_values": labels if len(labels) <= 50 else None,
    }
    disputed: list[pl.DataFrame] = []
    for column in groups:
        observations |= _group_observations(labelled, column, labels, distances, seed)
        disputed.append(_disputed(labelled, column))
    table = pl.concat(disputed) if disputed else _disputed(labelled.head(0).with_columns(none=pl.lit("")), "none")
    observations["items_disputed_between_groups"] = table["item"].n_unique()
    return Annotation(
        new_statement(
            [artefact_of(path)],
            Predicate(
                MEASURE,
                _method(level, groups),
                [Tool("numpy", version("numpy")), Tool("polars", version("polars"))],
                on or datetime.now().astimezone().date(),
                list(_facts(whole, rows)),
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
        f"Krippendorff's alpha, {level}, over all items with two labels or more; 95 % interval by resampling items with the expected "
        f"disagreement held. Groups of annotators: {named}. Labels of reviewers are not counted as labels."
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


def _counts(rows: pl.DataFrame, labels: list[str], items: list[str] | None = None) -> Counts:
    """Items by labels: how many annotators gave this label to this item."""
    import numpy as np

    items = rows["item"].unique(maintain_order=True).to_list() if items is None else items
    place = {item: number for number, item in enumerate(items)}
    column = {label: number for number, label in enumerate(labels)}
    found = np.zeros((len(items), len(labels)))
    rows_of = np.fromiter((place[item] for item in rows["item"]), dtype=np.int64, count=rows.height)
    columns_of = np.fromiter((column[label] for label in rows["label"]), dtype=np.int64, count=rows.height)
    np.add.at(found, (rows_of, columns_of), 1)
    return found


def _paired(counts: Counts) -> Counts:
    found: np.ndarray = counts[counts.sum(axis=1) >= 2]
    return found


def _group_observations(
    rows: pl.DataFrame, column: str, labels: list[str], distances: Counts, seed: int
) -> dict[str, Plain | None]:
    """Alpha within each group and between each two, and who they are."""
    import polars as pl

    from comity.measures.agreement import agreement, between

    items = rows["item"].unique(maintain_order=True).to_list()
    names = sorted(name for name in rows[column].unique().to_list() if name is not None)
    counts = {name: _counts(rows.filter(pl.col(column) == name), labels, items) for name in names}
    found: dict[str, Plain | None] = {
        f"{column}.groups": names[:100],
        f"{column}.not_stated": rows[column].null_count(),
    }
    for name in names[:50]:
        within = agreement(counts[name], distances, seed=seed, resamples=0)
        found[f"{column}.alpha_within.{name}"] = _rounded(within)
        found[f"{column}.labels.{name}"] = int(counts[name].sum())
    for one, other in combinations(names[:20], 2):
        found[f"{column}.alpha_between.{one}.{other}"] = _rounded(between(counts[one], counts[other], distances))
    return found


def _rounded(found: Agreement) -> float | None:
    return None if found.alpha is None else round(found.alpha, 6)


def _soft_labels(rows: pl.DataFrame, column: str | None) -> pl.DataFrame:
    """The share of each label on each item, for each group; of all annotators where no column is named."""
    import polars as pl

    grouped = rows.with_columns(
        attribute=pl.lit(column or ""), group=pl.lit("") if column is None else pl.col(column).fill_null("")
    )
    keys = ["item", "attribute", "group"]
    return (
        grouped.group_by(*keys, "label")
        .len("labels")
        .with_columns(share=pl.col("labels") / pl.col("labels").sum().over(keys))
        .sort(*keys, "label")
    )


def _disputed(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Items on which each of two groups has a majority, and not the same one."""
    import polars as pl

    majorities = (
        _soft_labels(rows.drop_nulls(column), column)
        .filter(pl.col("share") > 0.5)
        .filter(pl.col("labels") >= SMALLEST_GROUP)
        .select("item", "attribute", "group", "label")
    )
    pairs = majorities.join(majorities, on=["item", "attribute"], suffix="_other")
    return pairs.filter((pl.col("group") < pl.col("group_other")) & (pl.col("label") != pl.col("label_other"))).sort(
        "item", "attribute", "group", "group_other"
    )


def _facts(whole: Agreement, rows: pl.DataFrame) -> list[MeasuredFact]:
    found: list[MeasuredFact] = []
    if whole.alpha is not None:
        found.append(
            MeasuredFact(
                "annotation.agreement",
                round(whole.alpha, 6),
                "observed",
                count=whole.items,
                interval=whole.interval,
            )
        )
    reviewed = _reviewed(rows)
    if reviewed is not None:
        from comity.measures.intervals import exact_interval

        approved, labels = reviewed
        found.append(
            MeasuredFact(
                "annotation.review_share",
                approved / labels,
                "observed",
                count=labels,
                interval=exact_interval(approved, labels),
            )
        )
    return found


def _reviewed(rows: pl.DataFrame) -> tuple[int, int] | None:
    """Safety labels that another person approved (gave the same label in review), and all safety labels; None without both columns."""
    import polars as pl

    if ROLE not in rows.columns or TASK not in rows.columns:
        return None
    safety = rows.filter(pl.col(TASK) == SAFETY)
    labels = safety.filter(pl.col(ROLE).fill_null("label") != REVIEW)
    if labels.height == 0:
        return None
    reviews = safety.filter(pl.col(ROLE) == REVIEW).select("item", "label", reviewer="annotator")
    approved = (
        labels.join(reviews, on=["item", "label"], how="inner")
        .filter(pl.col("annotator") != pl.col("reviewer"))
        .select("item", "annotator", "label")
        .unique()
    )
    return approved.height, labels.height
