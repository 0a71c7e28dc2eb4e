"""What was measured, which clauses look at it, and what did it decide?

The answer is read from the traces of an assessment, so a bound is what the formula came to on this system: through definitions, choices
and negations. A measured value changes no verdict here; whether its interval reaches over a bound is said beside the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from comity.clauses import tree as t
from comity.clauses.tree import Kind
from comity.engines.kleene import ARITHMETIC, COMPARISONS
from comity.language import Message
from comity.measures.withheld import WITHHELD_FACTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.tree import Value
    from comity.dossier.model import Basis, Measurement, Sample
    from comity.engines.kleene import Trace
    from comity.judging.judgement import Judgement
    from comity.questions.assess import Assessment, ClauseResult

Effect = Literal["decided", "open", "other"]

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_LARGEST = 1e150
_ON_AN_AXIS = frozenset((Kind.INT, Kind.NUMBER, Kind.RATIO, Kind.DURATION))


@dataclass(frozen=True, slots=True)
class Bound:
    """What a formula asks of a number.

    Attributes:
        operator: as asked for: a negation is worked in.
        value: what the number is held against, as it came to on this system.
        part: `require`, or the condition of the clause that asks.
    """

    operator: str
    value: Value
    part: str

    def admits(self, value: Value) -> bool:
        """Whether a value is as asked."""
        return COMPARISONS[self.operator](value, self.value)


@dataclass(frozen=True, slots=True)
class Use:
    """A clause that looks at a fact.

    Attributes:
        result: the clause, about one element where it was divided.
        effect: `decided` where the fact gave the verdict, `open` where others are still missing, `other` where others decided.
        bounds: what the clause asks of the fact, each once.
    """

    result: ClauseResult
    effect: Effect
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class MeasuredFact:
    """A measured fact with all that looks at it.

    Attributes:
        fact: its id.
        value: the value; None where it was withheld.
        places: the jurisdictions in which it has this value, where it differs from place to place; else empty.
        basis: what it rests on; None where it was withheld.
        withheld: why there is no value.
        source: the statement, as bases name it.
        uses: the clauses that look at it, in the order of the assessment.
    """

    fact: str
    value: Value | None
    places: tuple[str, ...]
    basis: Basis | None
    withheld: Message | None
    source: str
    uses: tuple[Use, ...]

    @property
    def sample(self) -> Sample | None:
        """What is behind the value."""
        return None if self.basis is None else self.basis.sample

    def doubtful(self, bound: Bound) -> bool:
        """Whether the interval reaches over a bound: an end of it is not as the value is."""
        if self.value is None or self.interval is None or isinstance(self.value, timedelta):
            return False
        held = bound.admits(self.value)
        return any(bound.admits(end) is not held for end in self.interval)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The bounds of the interval, where they are in order and no larger than anything that is measured."""
        interval = None if self.sample is None else self.sample.interval
        return interval if interval is not None and -_LARGEST < interval[0] <= interval[1] < _LARGEST else None


@dataclass(slots=True)
class _Looking:
    """The bounds that a clause sets, by fact."""

    bounds: dict[str, dict[Bound, None]] = field(default_factory=dict)
    seen: set[tuple[int, str, bool]] = field(default_factory=set)


def measured_facts(assessment: Assessment) -> tuple[MeasuredFact, ...]:
    """Every fact that was measured, or that a measure withheld; those that clauses ask for together stand together."""
    dossier = assessment.dossier
    places = tuple(dict.fromkeys(standard.jurisdiction for standard in assessment.standards))
    withheld = _withheld(dossier.measurements, assessment)
    measured = [fact for fact, entry in dossier.entries.items() if entry.basis.by == "measured"]
    uses = _uses(assessment, frozenset((*measured, *withheld)))
    found: list[MeasuredFact] = []
    for fact in _together([*measured, *withheld], uses):
        if fact in withheld:
            reason, source = withheld[fact]
            found.append(MeasuredFact(fact, None, (), None, reason, source, tuple(uses.get(fact, ()))))
            continue
        entry = dossier.entries[fact]
        values = {place: entry.value_in(place) for place in places}
        for value in dict.fromkeys((*(value for value in values.values() if value is not None), entry.value)):
            if value is None:
                continue
            own = tuple(place for place in places if values[place] == value) if entry.by_market else ()
            if entry.by_market and not own:
                continue
            here = tuple(use for use in uses.get(fact, ()) if not own or use.result.clause.jurisdiction in own)
            found.append(MeasuredFact(fact, value, own, entry.basis, None, entry.basis.source or "", here))
    return tuple(found)


def _withheld(measurements: Iterable[Measurement], assessment: Assessment) -> dict[str, tuple[Message, str]]:
    """Facts that a measure withheld and nothing else says, with the reason and the statement."""
    found: dict[str, tuple[Message, str]] = {}
    for measurement in measurements:
        for name, fact in WITHHELD_FACTS.items():
            reason = measurement.observations.get(name)
            known = fact in assessment.dossier.entries or fact not in assessment.library.vocabulary.types
            if isinstance(reason, str) and not known:
                found[fact] = (_plain_message(reason), measurement.source)
    return found


def _plain_message(reason: str) -> Message:
    """A sentence of a statement; braces in it are no places for values."""
    return Message(reason if "{" not in reason and "}" not in reason else reason.replace("{", "{{").replace("}", "}}"))


def _uses(assessment: Assessment, facts: frozenset[str]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for result in (part for whole in assessment.results for part in whole.parts):
        read = facts & _read(result)
        if not read:
            continue
        bounds = _bounds(result.judgement, read)
        for fact in sorted(read):
            effect: Effect = "other"
            if fact in result.deciding:
                effect = "decided"
            elif result.verdict == "unknown":
                effect = "open"
            found.setdefault(fact, []).append(Use(result, effect, tuple(bounds.get(fact, ()))))
    return found


def _read(result: ClauseResult) -> frozenset[str]:
    """The facts that the formulas of a clause look at, through definitions too."""
    clause = result.clause
    formulas = (clause.scope, clause.actor, clause.when, clause.unless, clause.require)
    return frozenset[str]().union(*(formula.facts for formula in formulas if formula is not None))


def _bounds(judgement: Judgement, facts: frozenset[str]) -> dict[str, dict[Bound, None]]:
    looking = _Looking()
    parts = [(condition.part, condition.trace) for condition in judgement.conditions]
    for part, trace in [("require", judgement.require), *parts]:
        for fact, bound in _asked(trace, part, part != "unless", looking.seen):
            if fact in facts:
                looking.bounds.setdefault(fact, {})[bound] = None
    return looking.bounds


def _asked(trace: Trace, part: str, wanted: bool, seen: set[tuple[int, str, bool]]) -> Iterator[tuple[str, Bound]]:
    """The comparisons of a fact with a fixed value below a trace; `wanted` is the value that one would like them to have."""
    if (key := (id(trace), part, wanted)) in seen:
        return
    seen.add(key)
    match trace.expression:
        case t.Not():
            yield from _asked(trace.parts[0], part, not wanted, seen)
        case t.And() | t.Or() | t.Named():
            for below in trace.parts:
                yield from _asked(below, part, wanted, seen)
        case t.Choose():
            for branch in trace.parts[1:]:
                yield from _asked(branch, part, wanted, seen)
        case t.Compare(operator=operator, left=left, right=right):
            sides = ((left, operator, trace.parts[1]), (right, _TURNED[operator], trace.parts[0]))
            for side, sign, other in sides:
                value = _fixed(other)
                if isinstance(side, t.Fact) and side.kind in _ON_AN_AXIS and value is not None:
                    yield side.id, Bound(sign if wanted else _CONTRARY[sign], value, part)


def _fixed(trace: Trace) -> Value | None:
    """What a side of a comparison came to where no fact stands in it, though a fact may choose it; None where one does."""
    match trace.expression:
        case t.Constant() | t.DurationConstant():
            return trace.value
        case t.Named():
            return _fixed(trace.parts[0])
        case t.Choose():
            condition, then, otherwise = trace.parts
            return None if condition.value is None else _fixed(then if condition.value else otherwise)
        case t.Negative():
            return trace.value if _fixed(trace.parts[0]) is not None else None
        case t.Arithmetic(operator=operator):
            left, right = map(_fixed, trace.parts)
            return None if left is None or right is None else ARITHMETIC[operator](left, right)
    return None


def _together(facts: list[str], uses: dict[str, list[Use]]) -> list[str]:
    """The weightiest first, and after each those that clauses require together with it, or that are about the same thing.

    A rate and the size of its sample are two facts below one name (`dialogue.must_refuse.…`).
    """
    required: dict[str, set[str]] = {}
    named: dict[str, set[str]] = {}
    for fact in facts:
        named.setdefault(fact.rpartition(".")[0], set()).add(fact)
        for use in uses.get(fact, ()):
            if any(bound.part == "require" for bound in use.bounds):
                required.setdefault(use.result.clause.full_id, set()).add(fact)
    found: dict[str, None] = {}

    def place(fact: str) -> None:
        if fact not in found:
            found[fact] = None
            for group in (*required.values(), *named.values()):
                for other in sorted(group if fact in group else ()):
                    place(other)

    for fact in sorted(facts, key=lambda fact: _weight(uses.get(fact, ()))):
        place(fact)
    return list(found)


def _weight(uses: Iterable[Use]) -> int:
    """First what decided a verdict by a bound, then what is held against one, then what only informs."""
    bound = [use for use in uses if use.bounds]
    effects: tuple[Effect, ...] = ("decided", "open", "other")
    return min((effects.index(use.effect) for use in bound), default=len(effects))
