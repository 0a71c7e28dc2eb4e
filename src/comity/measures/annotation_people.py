"""Who labelled and who reviewed: roles kept apart, training, and the groups that the annotators come from.

What a table says about its people it reports about itself; only who did what to which item can be seen in it. A person who reviews what the
same person labelled is counted, because a second look is worth something only when it is somebody else's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from comity.dossier.statements import MeasuredFact
from comity.errors import InputError
from comity.language import Message, clean
from comity.measures.intervals import exact_interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from comity.dossier.statements import Plain
    from comity.errors import Place

ROLE, TASK, TRAINED = "role", "task", "trained"
LABEL, REVIEW = "label", "review"
FUNCTION, SAFETY = "function", "safety"
ROLES, TASKS = (LABEL, REVIEW), (FUNCTION, SAFETY)

ANSWERS = {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}

MOST_NAMED = 100


def check_words(rows: pl.DataFrame, place: Place) -> None:
    """Refuse a role, a task or an answer that means nothing here: taken for another one, it would make a wrong number.

    Raises:
        InputError: there is one.
    """
    known = {ROLE: ROLES, TASK: TASKS, TRAINED: tuple(ANSWERS)}
    for column, words in known.items():
        if column not in rows.columns:
            continue
        strange = [word for word in rows[column].unique().drop_nulls().sort() if word not in words]
        if strange:
            message = Message('"{text}" is no value of the column "{name}"', text=strange[0][:40], name=column)
            hint = Message("write one of these: {values}", values=", ".join(words))
            raise InputError(message, place=place, hint=hint)


def unit(rows: pl.DataFrame) -> list[str]:
    """The columns that name what was labelled: an item, and the task where there are several."""
    return ["item", TASK] if TASK in rows.columns else ["item"]


def people_facts(rows: pl.DataFrame) -> Iterable[MeasuredFact]:
    """The share of safety labels that somebody else approved, and of annotators who were trained and examined."""
    found = reviewed(rows)
    if found is not None:
        approved, labels = found
        interval = exact_interval(approved, labels)
        yield MeasuredFact("annotation.review_share", approved / labels, "observed", count=labels, interval=interval)
    if TRAINED in rows.columns:
        trained, people = _trained(rows)
        if people:
            yield MeasuredFact(
                "annotation.staff.trained_share", trained / people, "reported", where=f"column {TRAINED}", count=people
            )


def reviewed(rows: pl.DataFrame) -> tuple[int, int] | None:
    """Safety labels that another person approved (gave the same label in review), and all safety labels; None without both columns."""
    import polars as pl

    if ROLE not in rows.columns or TASK not in rows.columns:
        return None
    safety = rows.filter(pl.col(TASK) == SAFETY)
    labels = safety.filter(pl.col(ROLE).fill_null(LABEL) != REVIEW)
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


def _trained(rows: pl.DataFrame) -> tuple[int, int]:
    """Annotators of whom every row says that they were trained, and all annotators; who says nothing was not."""
    import polars as pl

    people = rows.group_by("annotator").agg(
        trained=pl.col(TRAINED).replace_strict(ANSWERS, default=False, return_dtype=pl.Boolean).all()
    )
    return int(people["trained"].sum()), people.height


def role_observations(rows: pl.DataFrame) -> dict[str, Plain | None]:
    """Who did what, and how far roles were kept apart; nothing where the table does not tell roles or tasks."""
    import polars as pl

    found: dict[str, Plain | None] = {}
    if TASK in rows.columns:
        labels = rows.filter(pl.col(ROLE).fill_null(LABEL) != REVIEW) if ROLE in rows.columns else rows
        by_task = {task: labels.filter(pl.col(TASK) == task) for task in TASKS}
        found |= {f"labels_for.{task}": part.height for task, part in by_task.items()}
        people = [set(part["annotator"]) for part in by_task.values()]
        found |= {f"annotators_for.{task}": len(names) for task, names in zip(TASKS, people, strict=True)}
        found["annotators_for_both_tasks"] = len(people[0] & people[1])
    if ROLE in rows.columns:
        found |= _reviews(rows)
    return found


def _reviews(rows: pl.DataFrame) -> dict[str, Plain | None]:
    import polars as pl

    keys = unit(rows)
    labels = rows.filter(pl.col(ROLE).fill_null(LABEL) != REVIEW)
    reviews = rows.filter(pl.col(ROLE) == REVIEW)
    pairs = labels.join(reviews, on=keys, suffix="_review", nulls_equal=True)
    others = pairs.filter(pl.col("annotator") != pl.col("annotator_review"))
    refused = others.filter(pl.col("label") != pl.col("label_review"))
    own = reviews.join(labels.select(*keys, "annotator").unique(), on=[*keys, "annotator"], nulls_equal=True)
    return {
        "reviewers": reviews["annotator"].n_unique(),
        "reviews": reviews.height,
        "annotators_who_label_and_review": len(set(labels["annotator"]) & set(reviews["annotator"])),
        "reviews_of_own_labels": own.height,
        "labels_looked_at_by_another": others.select(*keys, "annotator", "label").unique().height,
        "labels_refused_by_another": refused.select(*keys, "annotator", "label").unique().height,
    }


def group_shares(rows: pl.DataFrame, column: str) -> dict[str, Plain | None]:
    """How many annotators and labels each group has, as how many equal groups that is as diverse, and who cannot be placed."""
    import polars as pl

    stated = rows.drop_nulls(column)
    people = stated.group_by(column).agg(people=pl.col("annotator").n_unique(), labels=pl.len()).sort(column)
    several = stated.group_by("annotator").agg(groups=pl.col(column).n_unique()).filter(pl.col("groups") > 1)
    found: dict[str, Plain | None] = {
        f"{column}.groups": [clean(name) for name in people[column].head(MOST_NAMED)],
        f"{column}.groups_in_all": people.height,
        f"{column}.effective_groups.annotators": _effective(people["people"].to_list()),
        f"{column}.effective_groups.labels": _effective(people["labels"].to_list()),
        f"{column}.not_stated": rows[column].null_count(),
        f"{column}.annotators_in_several_groups": several.height,
    }
    for name, annotators, labels in people.head(MOST_NAMED).iter_rows():
        found[f"{column}.annotators.{clean(name)}"] = annotators
        found[f"{column}.labels.{clean(name)}"] = labels
    return found


def _effective(counts: list[int]) -> float | None:
    """How many equal groups would be as diverse: exp of the entropy."""
    whole = sum(counts)
    if not whole:
        return None
    return round(math.exp(-sum(count / whole * math.log(count / whole) for count in counts if count)), 6)
