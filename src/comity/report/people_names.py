"""What the measures `annotation` and `fairness` found, for readers: names of figures, and rows of figures (a group each) as one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.language import Message

if TYPE_CHECKING:
    from comity.dossier.statements import Plain

MOST_SHOWN = 12

PEOPLE_NAMES = {
    "level": Message("level of the labels"),
    "items": Message("items labelled"),
    "annotators": Message("annotators"),
    "labels": Message("labels"),
    "rows_left_out": Message("rows left out: without a value, or twice the same"),
    "labels_per_item_mean": Message("labels on an item, mean"),
    "labels_per_item_min": Message("fewest labels on an item"),
    "labels_per_item_max": Message("most labels on an item"),
    "items_labelled_twice": Message("items with two labels or more"),
    "label_values": Message("different labels"),
    "labels_for": Message("labels by task"),
    "annotators_for": Message("annotators by task"),
    "annotators_for_both_tasks": Message("annotators of both tasks"),
    "reviewers": Message("reviewers"),
    "reviews": Message("reviews"),
    "annotators_who_label_and_review": Message("people who label and review"),
    "reviews_of_own_labels": Message("reviews by the person who labelled"),
    "labels_looked_at_by_another": Message("labels that somebody else reviewed"),
    "labels_refused_by_another": Message("of these, labels that were refused"),
    "items_disputed_between_groups": Message("items on which groups have different majorities"),
    "people": Message("people"),
    "smallest_group_judged": Message("cases from which a group is judged"),
    "traits": Message("traits"),
    "selected": Message("selected, by group"),
    "false_positives": Message("selected among those who should not be, by group"),
    "false_negatives": Message("not selected among those who should be, by group"),
    "impact_ratio_min_of_intersections": Message("smallest impact ratio of intersections"),
}

_OF_A_COLUMN = {
    "groups": Message("{column}: groups"),
    "groups_in_all": Message("{column}: number of groups"),
    "not_stated": Message("{column}: labels without it"),
    "annotators_in_several_groups": Message("{column}: annotators in several groups"),
    "effective_groups": Message("{column}: effective number of groups"),
    "annotators": Message("{column}: annotators by group"),
    "labels": Message("{column}: labels by group"),
    "alpha_within": Message("{column}: agreement within groups"),
    "alpha_between": Message("{column}: agreement between groups"),
    "items_labelled_twice": Message("{column}: items with two labels or more, by group"),
    "items_labelled_by_both": Message("{column}: items labelled by both groups"),
}
"""Figures of a column that divides annotators: `<column>.<figure>` or `<column>.<figure>.<group>`."""

_ROWS = frozenset(("labels_for", "annotators_for", "selected", "false_positives", "false_negatives"))

MEASURES = frozenset(("annotation", "fairness"))


def people_rows(measure: str, observations: dict[str, Plain | None], language: str) -> dict[str, Plain | None]:
    """The same findings under names for a reader, each row of figures as one text in the place of its first; others as they are."""
    if measure not in MEASURES:
        return observations
    rows: dict[str, list[str]] = {}
    found: dict[str, Plain | None] = {}
    for name, value in observations.items():
        row, member = _row_of(name, language)
        if member is None:
            found[row] = value
        elif value is not None:
            rows.setdefault(row, []).append(f"{member} {_figure(value)}")
            found[row] = None
    return found | {row: _joined(texts, language) for row, texts in rows.items()}


def _row_of(name: str, language: str) -> tuple[str, str | None]:
    """What a figure, or the row that it belongs to, is called, and its group in that row; None where it stands alone."""
    first, _, rest = name.partition(".")
    if first in _ROWS and rest:
        return PEOPLE_NAMES[first].in_language(language), rest
    figure, _, group = rest.partition(".")
    if figure in _OF_A_COLUMN:
        title = Message(_OF_A_COLUMN[figure].template, column=first).in_language(language)
        return title, group.replace(".", " / ") if group else None
    return PEOPLE_NAMES[name].in_language(language) if name in PEOPLE_NAMES else name, None


def _figure(value: Plain) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}" if isinstance(value, float) else str(value)


def _joined(texts: list[str], language: str) -> str:
    if len(texts) > MOST_SHOWN:
        more = Message("and {count} more", count=f"{len(texts) - MOST_SHOWN:,}").in_language(language)
        texts = [*texts[:MOST_SHOWN], more]
    return "; ".join(texts)
