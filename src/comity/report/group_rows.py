"""Figures that a measure took for each group (a language, a source, a trait), read back from what statements observe.

The measures name such figures `<row>.<group>`; what a row means, and which fact it is about, stands here. The one idea: a group without an
observation has no figure and is left out, never shown as zero.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from comity.language import Message, clean
from comity.measures.intervals import exact_interval
from comity.report.scales import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.clauses.tree import Value

Unit = Literal["share", "factor", "number"]

_RATE = re.compile(r"(\d{1,12})/(\d{1,12})")
_FEWEST = 2
MOST_WITH_INTERVALS = 60
"""With more groups than these, single intervals are neither worked out nor shown."""


class Figure(NamedTuple):
    """One group: its name, its value, of how many observations, and the 95 % interval where it is a rate."""

    name: str
    value: float
    observations: int | None = None
    interval: tuple[float, float] | None = None


class GroupRow(NamedTuple):
    """One figure for several groups, the lowest first.

    Attributes:
        title: what it is.
        of: whatever divides the title further, such as the attribute that makes the groups; mostly empty.
        unit: how the values are read.
        fact: the fact that it takes apart; None where it is about none.
        figures: the groups.
    """

    title: Message
    of: str
    unit: Unit
    fact: str | None
    figures: tuple[Figure, ...]


class _Row(NamedTuple):
    """How the names of a row begin (a pattern whose group, if any, divides it), and what it is."""

    name: re.Pattern[str]
    title: Message
    unit: Unit
    fact: str | None = None
    whole: str | None = None


def _row(name: str, title: Message, unit: Unit, fact: str | None = None, whole: str | None = None) -> _Row:
    return _Row(re.compile(name), title, unit, fact, whole)


ROWS = (
    _row(r"premium\.", Message("Tokens for the same text, by language"), "factor", "inclusion.token_premium_max"),
    _row(
        r"must_refuse\.refused_by_language\.",
        Message("Refused of what must be refused, by language"),
        "share",
        "dialogue.must_refuse.refusal_rate",
    ),
    _row(
        r"must_not_refuse\.refused_by_language\.",
        Message("Refused of what must be answered, by language"),
        "share",
        "dialogue.must_answer.refusal_rate",
    ),
    _row(
        r"content\.passed_by_language\.",
        Message("Answers that pass, by language"),
        "share",
        "dialogue.content.pass_rate",
    ),
    _row(
        r"judge\.passed_by_language\.",
        Message("Answers that pass as the judge sees them, by language"),
        "share",
        "dialogue.content.pass_rate",
    ),
    _row(r"values\.distance\.", Message("How far answers on values differ, by pair of languages"), "number"),
    _row(r"languages\.documents\.", Message("Documents, by language"), "share", whole="documents"),
    _row(r"scripts\.documents\.", Message("Documents, by script"), "share", whole="documents"),
    _row(r"harmful_in\.", Message("Harmful, by source"), "share", "data.source.harmful_share_max"),
    _row(r"selected\.()", Message("Selected, by group"), "share", "fairness.impact_ratio_min"),
    _row(r"false_positives\.()", Message("Wrongly selected, by group"), "share", "fairness.error_gap_max"),
    _row(r"false_negatives\.()", Message("Wrongly not selected, by group"), "share", "fairness.error_gap_max"),
    _row(r"([^.]+)\.alpha_within\.", Message("Agreement within each group"), "number", "annotation.agreement"),
)


def group_rows(observations: Mapping[str, Value | list[str] | None]) -> tuple[GroupRow, ...]:
    """The rows of figures among the observations of a statement; a row has at least two groups."""
    found: dict[tuple[int, str], list[Figure]] = {}
    sizes = {place: sum(row.name.match(name) is not None for name in observations) for place, row in enumerate(ROWS)}
    for name, value in observations.items():
        for place, row in enumerate(ROWS):
            match = row.name.match(name)
            if match is None:
                continue
            whole = observations.get(row.whole) if row.whole else None
            group = clean(name[match.end() :])
            of, group = _divided(group) if match.groups() == ("",) else ("".join(match.groups()), group)
            figure = _figure(group, value, whole, intervals=sizes[place] <= MOST_WITH_INTERVALS)
            if figure is not None:
                found.setdefault((place, clean(of)), []).append(figure)
            break
    return tuple(
        GroupRow(ROWS[place].title, of, ROWS[place].unit, ROWS[place].fact, tuple(_ordered(figures)))
        for (place, of), figures in sorted(found.items())
        if len(figures) >= _FEWEST
    )


def _divided(group: str) -> tuple[str, str]:
    """Traits and their values (`sex=F`, `sex=F, age=old`) as the traits and the values."""
    pairs = [pair.partition("=") for pair in re.split(r", (?=[^,=]+=)", group)]
    if any(not sign for _, sign, _ in pairs):
        return "", group
    return ", ".join(trait for trait, _, _ in pairs), ", ".join(value for _, _, value in pairs)


def _ordered(figures: list[Figure]) -> Iterator[Figure]:
    yield from sorted(figures, key=lambda figure: (figure.value, figure.name))


def _figure(name: str, value: object, whole: object, *, intervals: bool) -> Figure | None:
    """A group with its figure; None where nothing was observed of it."""
    rate = _RATE.fullmatch(value) if isinstance(value, str) else None
    if rate is None and isinstance(value, int) and isinstance(whole, int) and not isinstance(value, bool):
        return Figure(name, value / whole, value) if 0 <= value <= whole and whole else None
    if rate is not None:
        part, count = int(rate[1]), int(rate[2])
        if not 0 <= part <= count or not count:
            return None
        return Figure(name, part / count, count, exact_interval(part, count) if intervals else None)
    plain = number(value) if isinstance(value, int | float) else None
    return None if plain is None else Figure(name, plain)
