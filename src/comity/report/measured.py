"""What was measured and what it decides, as strips in the reader's language: places on an axis, and the words beside them.

Shared by the page, the text and Markdown, so that all draw the same. The one idea: an axis carries the measured value with its interval,
and below it each bound that a jurisdiction sets is a stretch of the same axis; where the value lies within the stretch, the bound is kept.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from comity.clauses.tree import Kind
from comity.language import Message, clean
from comity.library.model import WORST_FIRST
from comity.questions.measured import measured_facts
from comity.report.formula_words import bound_in_words
from comity.report.group_rows import group_rows
from comity.report.group_strips import GroupStrip, Mark, Span, group_strip, legible
from comity.report.scales import number, scale_for
from comity.report.words import VERDICT_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.clauses.tree import Value
    from comity.questions.assess import Assessment, ClauseResult
    from comity.questions.measured import Bound, MeasuredFact, Use
    from comity.report.scales import Scale
    from comity.report.words import Words

TITLE = Message("What was measured and what it decides")


class ClauseLine(NamedTuple):
    """A clause beside a bound: its id (`#id` leads to it), what it is called, and its verdict."""

    id: str
    title: str
    cite: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A bound that a jurisdiction sets.

    Attributes:
        place: whose it is.
        asked: what is asked, in words.
        stretch: where on the axis a value is as asked; None where the axis cannot show it.
        kept: whether the value is as asked; None where there is no value.
        doubt: that the interval reaches over the bound, in words; empty where it does not.
        condition: whether the bound decides if clauses apply, and not what they require.
        clauses: those that ask for it, worst first.
    """

    place: str
    asked: str
    stretch: Span | None
    kept: bool | None
    doubt: str
    condition: bool
    clauses: tuple[ClauseLine, ...]


@dataclass(frozen=True, slots=True)
class FactStrip:
    """A measured fact.

    Attributes:
        id: of the fact.
        anchor: of its place on a page; no other strip has it.
        title: of the fact, with the places where it has this value, if it differs.
        value: in words; empty where it was withheld.
        behind: interval and count, in words; empty where the statement says nothing.
        source: the statement.
        withheld: why there is no value; empty where there is one.
        marks: below the axis; without any there is no axis.
        at: where the value lies; None where it was withheld.
        span: where the interval lies.
        lanes: the bounds, by place.
        others: clauses that look at it without a bound on an axis, worst first.
        decides: what it decided, in words; empty where that is plain.
        groups: the figure for each group.
    """

    id: str
    anchor: str
    title: str
    value: str
    behind: str
    source: str
    withheld: str
    marks: tuple[Mark, ...]
    at: float | None
    span: Span | None
    lanes: tuple[Lane, ...]
    others: tuple[ClauseLine, ...]
    decides: str
    groups: tuple[GroupStrip, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The whole section: strips of facts, those that clauses ask for together one after the other, and of what is about no fact."""

    facts: tuple[FactStrip, ...]
    groups: tuple[tuple[str, GroupStrip], ...]

    def __bool__(self) -> bool:
        return bool(self.facts or self.groups)


def measured_view(assessment: Assessment, words: Words) -> Measured:
    """The strips of an assessment."""
    facts = measured_facts(assessment)
    shown = {fact.fact for fact in facts}
    own: dict[str, list[GroupStrip]] = {}
    free: list[tuple[str, GroupStrip]] = []
    for measurement in assessment.dossier.measurements:
        for row in group_rows(measurement.observations):
            strip = group_strip(row, words.language)
            if row.fact in shown:
                own.setdefault(row.fact or "", []).append(strip)
            else:
                free.append((measurement.source, strip))
    strips: list[FactStrip] = []
    seen: Counter[str] = Counter()
    for fact in facts:
        seen[fact.fact] += 1
        anchor = f"measured-{fact.fact}" + (f"-{seen[fact.fact]}" if seen[fact.fact] > 1 else "")
        strips.append(_fact_strip(fact, anchor, own.pop(fact.fact, []), words))
    return Measured(tuple(strips), tuple(free))


def _fact_strip(fact: MeasuredFact, anchor: str, groups: Iterable[GroupStrip], words: Words) -> FactStrip:
    definition = words.library.fact(fact.fact)
    kind = definition.type.kind
    title = words.fact(fact.fact)
    if fact.places:
        places = words.separator.join(_place(place, words) for place in fact.places)
        title = words.say("{title} ({of})", title=title, of=places)
    bounds = _by_bound(fact.uses)
    scale = _scale(fact, [bound for _, bound in bounds], kind)
    value = number(fact.value)
    return FactStrip(
        id=fact.fact,
        anchor=anchor,
        title=title,
        value="" if fact.value is None else words.value(fact.fact, _rounded(fact.value)),
        behind=_behind(fact, words),
        source=clean(fact.source),
        withheld="" if fact.withheld is None else words.name(fact.withheld),
        marks=() if scale is None else legible(_marks(scale, kind, words)),
        at=None if scale is None or value is None else scale.at(value),
        span=None if scale is None or fact.interval is None else Span(*map(scale.at, fact.interval)),
        lanes=tuple(_lane(fact, place, bound, uses, scale, words) for (place, bound), uses in bounds.items()),
        others=tuple(_lines((use for use in fact.uses if not use.bounds), words)),
        decides=_decides(fact, words),
        groups=tuple(groups),
    )


def _rounded(value: Value) -> Value:
    """A measured number with four digits that count; whole numbers as they are."""
    return float(f"{value:.4g}") if isinstance(value, float) and value != round(value) else value


def _by_bound(uses: Iterable[Use]) -> dict[tuple[str, Bound], list[Use]]:
    """The clauses by place and bound; places in the order of the assessment."""
    found: dict[tuple[str, Bound], list[Use]] = {}
    for use in uses:
        for bound in use.bounds:
            found.setdefault((use.result.clause.jurisdiction, bound), []).append(use)
    return found


def _scale(fact: MeasuredFact, bounds: Iterable[Bound], kind: Kind) -> Scale | None:
    """An axis that holds the value, its interval and every bound; None where there is nothing to hold the value against."""
    against = [found for bound in bounds if (found := number(bound.value)) is not None]
    own = number(fact.value)
    interval = [] if fact.interval is None or own is None else [*fact.interval]
    if not against and not interval:
        return None
    return scale_for([*against, *interval, *([] if own is None else [own])], kind)


def _marks(scale: Scale, kind: Kind, words: Words) -> Iterator[Mark]:
    for mark in scale.marks:
        value: Value = mark if kind in {Kind.RATIO, Kind.NUMBER} else round(mark)
        if kind is Kind.DURATION:
            yield Mark(scale.at(mark), _seconds(mark, words))
        else:
            yield Mark(scale.at(mark), words.quantity(value, kind, None))


def _seconds(seconds: float, words: Words) -> str:
    from datetime import timedelta

    return words.duration(timedelta(seconds=seconds)) if seconds else "0"


def _lane(fact: MeasuredFact, place: str, bound: Bound, uses: Iterable[Use], scale: Scale | None, words: Words) -> Lane:
    kept = None if fact.value is None else bound.admits(fact.value)
    doubt = ""
    if kept is not None and fact.doubtful(bound):
        doubt = (
            words.say("The value is as asked; its interval does not exclude that it is not.")
            if kept
            else words.say("The value is not as asked; its interval does not exclude that it is.")
        )
    return Lane(
        place=_place(place, words),
        asked=bound_in_words(fact.fact, bound.operator, bound.value, words),
        stretch=None if scale is None else _stretch(bound, scale),
        kept=kept,
        doubt=doubt,
        condition=bound.part != "require",
        clauses=tuple(_lines(uses, words)),
    )


def _stretch(bound: Bound, scale: Scale) -> Span | None:
    """Where on the axis a value is as asked; a single point for an equation."""
    value = number(bound.value)
    if value is None or bound.operator == "!=":
        return None
    at = scale.at(value)
    return {">": Span(at, 1.0), ">=": Span(at, 1.0), "<": Span(0.0, at), "<=": Span(0.0, at), "==": Span(at, at)}[
        bound.operator
    ]


def _behind(fact: MeasuredFact, words: Words) -> str:
    """The interval and the count behind a value."""
    count = None if fact.sample is None else fact.sample.count
    interval = fact.interval
    if interval is not None:
        kind = words.library.fact(fact.fact).type.kind
        low, high = (words.quantity(float(f"{end:.4g}"), kind, None) for end in interval)
        if count is None:
            return words.say("95 % interval {low} to {high}", low=low, high=high)
        return words.say(
            "95 % interval {low} to {high}, from {count} observations", low=low, high=high, count=f"{count:,}"
        )
    return "" if count is None else words.say("from {count} observations", count=f"{count:,}")


def _decides(fact: MeasuredFact, words: Words) -> str:
    """How many verdicts the fact gave, and how many others look at it; empty where the one clause beside it says it all."""
    if not fact.uses:
        return words.say("No clause of these markets looks at it: it informs only.")
    if [use.effect for use in fact.uses] == ["decided"]:
        return ""
    decided: Counter[str] = Counter(use.result.verdict for use in fact.uses if use.effect == "decided")
    parts = [
        words.say("{name}: ", name=words.name(VERDICT_NAMES[verdict])) + str(decided[verdict])
        for verdict in WORST_FIRST
        if decided[verdict]
    ]
    still = sum(use.effect == "open" for use in fact.uses)
    others = sum(use.effect == "other" for use in fact.uses)
    said: list[str] = []
    if parts:
        said.append(words.say("Has a part in these verdicts: {verdicts}.", verdicts=words.separator.join(parts)))
    if still and fact.value is None:
        said.append(words.say("Clauses that wait for it: {count}.", count=still))
    elif still:
        said.append(words.say("Clauses still open for want of other facts: {count}.", count=still))
    if others:
        said.append(words.say("Clauses that other facts decided: {count}.", count=others))
    return ("" if words.language == "zh" else " ").join(said)


def _lines(uses: Iterable[Use], words: Words) -> Iterator[ClauseLine]:
    ordered = sorted(uses, key=lambda use: WORST_FIRST.index(use.result.verdict))
    yield from dict.fromkeys(_line(use.result, words) for use in ordered)


def _line(result: ClauseResult, words: Words) -> ClauseLine:
    clause = result.clause
    title = words.text(clause.title)
    if clause.element:
        title = words.say("{title} ({of})", title=title, of=clause.element)
    return ClauseLine(clause.full_id.partition("@")[0], title, clause.cite, result.verdict)


def _place(place: str, words: Words) -> str:
    jurisdictions: Mapping[str, object] = words.library.jurisdictions
    return words.text(words.library.jurisdictions[place].title) if place in jurisdictions else place
