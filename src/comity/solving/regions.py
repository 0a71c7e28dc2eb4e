"""The admissible region of a fact: which of its values some world can have that meets every duty, and which duties shut out the rest.

For ordered facts it is a row of intervals, for enums and booleans the values allowed, for sets the values required and forbidden. It is
exact, because formulas tell only finitely many values of a fact apart (`clauses.critical`); only facts that are reckoned with each
other (`linked`) have no region of their own. What lies outside is shut out by a canonical minimal set of duties.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import z3

from comity.clauses.tree import Kind
from comity.solving.conflicts import canonical_conflict
from comity.solving.worlds import new_solver, possible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.clauses.tree import Value
    from comity.engines.smt import Encoding
    from comity.solving.conflicts import Demands
    from comity.solving.groups import Group

MOST_EXAMPLES = 12
"""How many worlds are kept at hand, so that most questions need no solver."""

Part = Literal["below", "above", "between", "value", "required", "forbidden"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Values from `low` to `high`; None where nothing bounds them, and a bound belongs to it where it is `closed`."""

    low: Value | None
    low_closed: bool
    high: Value | None
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Region:
    """The values that a fact can have; one of the attributes is in use, by the kind of the fact.

    Attributes:
        intervals: of an ordered fact, ascending.
        allowed: values of a boolean or enum.
        required, forbidden: values that a set has to hold, and must not hold.
        linked: whether the fact is reckoned with others, so that it has no region of its own.
    """

    intervals: tuple[Interval, ...] = ()
    allowed: tuple[Value, ...] = ()
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """A part of a fact's values that is shut out.

    Attributes:
        part: below or above a limit, between two, a single value, or a member that is required or forbidden.
        limits: the limit or limits, the value, or the member.
        clauses: a canonical minimal set of clauses that shuts it out.
        also: further clauses that shut it out alone, where `clauses` is a single one.
    """

    part: Part
    limits: tuple[Value, ...]
    clauses: tuple[str, ...]
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A constrained fact: its region, and what shuts out the rest."""

    fact: str
    region: Region
    sides: tuple[Side, ...]

    @property
    def binding(self) -> tuple[str, ...]:
        """Every clause that binds the fact, once, in the order of the sides."""
        return tuple(dict.fromkeys(name for side in self.sides for name in (*side.clauses, *side.also)))


class Regions:
    """Works out the regions of a group that can be met.

    Args:
        group: the duties.
        demands: their terms; all of them fit together.
        encoding: of these terms; facts are read without a market.
    """

    def __init__(self, group: Group, demands: Demands, encoding: Encoding) -> None:
        self.group = group
        self.demands = demands
        self.encoding = encoding
        self.solver = new_solver(encoding)
        self.solver.add(*demands.always, *demands.terms.values())
        self.examples: list[z3.ModelRef] = []

    def bounds(self) -> Iterator[Bound]:
        """The facts that duties keep from having every value, sorted; what an axiom alone shuts out is no side."""
        for fact in self.group.facts:
            found = self.bound(fact)
            sides = tuple(side for side in found.sides if side.clauses)
            if sides or found.region.linked:
                yield Bound(fact, found.region, sides)

    def bound(self, fact: str) -> Bound:
        """The region of one fact; it has no sides where every value is possible."""
        if fact in self.group.critical.entangled:
            return Bound(fact, Region(linked=True), ())
        match self.encoding.names.types[fact].kind:
            case Kind.SET:
                return self._of_set(fact)
            case Kind.BOOL | Kind.ENUM:
                return self._of_values(fact)
            case _:
                return self._of_ordered(fact)

    def _can(self, term: z3.BoolRef) -> bool:
        """Whether a term holds in some world that meets every duty: in one of the examples at hand, or in a new one."""
        if any(z3.is_true(example.eval(term, model_completion=True)) for example in self.examples):
            return True
        if not possible(self.solver, term):
            return False
        self.examples = [self.solver.model(), *self.examples[: MOST_EXAMPLES - 1]]
        return True

    def _side(self, fact: str, region: Region, part: Part, limits: tuple[Value, ...]) -> Side:
        shut_out = outside(self.encoding, fact, region, part, limits)
        clauses = canonical_conflict(self.demands, self.demands.names, shut_out)
        return Side(part, limits, clauses, self._alone(clauses, shut_out) if len(clauses) == 1 else ())

    def _alone(self, known: tuple[str, ...], shut_out: z3.BoolRef) -> tuple[str, ...]:
        """The other duties that shut something out alone; mostly there are none, and one question tells."""
        others = [name for name in self.demands.names if name not in known]
        found: list[str] = []
        while not self.demands.fits(others, shut_out):
            conflict = canonical_conflict(self.demands, others, shut_out)
            if len(conflict) > 1:  # single ones may hide behind it
                return (*found, *(name for name in others if not self.demands.fits([name], shut_out)))
            found += conflict
            others.remove(conflict[0])
        return tuple(found)

    def _of_set(self, fact: str) -> Bound:
        required: list[str] = []
        forbidden: list[str] = []
        sides: list[Side] = []
        named = self.group.critical.members.get(fact, set())
        for value, member in self.encoding.variable(fact).items():
            if value not in named:
                continue
            if not self._can(z3.Not(member)):
                required.append(value)
                sides.append(self._side(fact, Region(), "required", (value,)))
            elif not self._can(member):
                forbidden.append(value)
                sides.append(self._side(fact, Region(), "forbidden", (value,)))
        return Bound(fact, Region(required=tuple(required), forbidden=tuple(forbidden)), tuple(sides))

    def _of_values(self, fact: str) -> Bound:
        allowed: list[Value] = []
        sides: list[Side] = []
        for value in self.group.critical.of(fact, self.encoding.names.types[fact]):
            if self._can(self.encoding.fact_is(fact, value)):
                allowed.append(value)
            else:
                sides.append(self._side(fact, Region(), "value", (value,)))
        return Bound(fact, Region(allowed=tuple(allowed)), tuple(sides))

    def _of_ordered(self, fact: str) -> Bound:
        values: list[Any] = sorted(self.group.critical.of(fact, self.encoding.names.types[fact]))
        possible = [self._can(self.encoding.fact_is(fact, value)) for value in values]
        intervals = tuple(self._intervals(fact, values, possible))
        region = Region(intervals=intervals)
        sides: list[Side] = []
        if intervals[0].low is not None:
            sides.append(self._side(fact, region, "below", (intervals[0].low,)))
        for left, right in pairwise(intervals):
            limits = tuple(limit for limit in (left.high, right.low) if limit is not None)
            sides.append(self._side(fact, region, "between", limits))
        if intervals[-1].high is not None:
            sides.append(self._side(fact, region, "above", (intervals[-1].high,)))
        return Bound(fact, region, tuple(sides))

    def _intervals(self, fact: str, values: list[Any], possible: list[bool]) -> Iterator[Interval]:
        """Runs of possible values, with the limits that separate them from the others."""
        whole = {Kind.INT, Kind.DATE}
        exact = self.encoding.names.types[fact].kind in whole
        literals = {
            float(v) if isinstance(v, int) and not exact else v for v in self.group.critical.literals.get(fact, ())
        }
        start = 0
        while start < len(values):
            if not possible[start]:
                start += 1
                continue
            end = start
            while end + 1 < len(values) and possible[end + 1]:
                end += 1
            low_closed = exact or values[start] in literals or start == 0
            high_closed = exact or values[end] in literals or end == len(values) - 1
            low = None if start == 0 else values[start] if low_closed else values[start - 1]
            high = None if end == len(values) - 1 else values[end] if high_closed else values[end + 1]
            yield Interval(low, low_closed, high, high_closed)
            start = end + 1


def outside(encoding: Encoding, fact: str, region: Region, part: Part, limits: tuple[Value, ...]) -> z3.BoolRef:
    """That a fact has a value in a part that is shut out of its region; see `Side`."""
    match part:
        case "value":
            return encoding.fact_is(fact, limits[0])
        case "required" | "forbidden":
            member: z3.BoolRef = encoding.variable(fact)[str(limits[0])]
            return member if part == "forbidden" else z3.Not(member)
        case "below":
            return z3.Not(_from(encoding, fact, region.intervals[0]))
        case "above":
            return z3.Not(_up_to(encoding, fact, region.intervals[-1]))
    left, right = next(pair for pair in pairwise(region.intervals) if (pair[0].high, pair[1].low) == limits)
    return z3.And(z3.Not(_up_to(encoding, fact, left)), z3.Not(_from(encoding, fact, right)))


def within(encoding: Encoding, fact: str, interval: Interval) -> list[z3.BoolRef]:
    """What shows that an interval is no narrower: that a fact has the value of each limit that belongs to it, or else some value in it."""
    closed = ((interval.low, interval.low_closed), (interval.high, interval.high_closed))
    found = [encoding.fact_is(fact, limit) for limit, belongs in closed if limit is not None and belongs]
    terms = ((interval.low, _from), (interval.high, _up_to))
    return found or [z3.And(*(term(encoding, fact, interval) for limit, term in terms if limit is not None))]


def _from(encoding: Encoding, fact: str, interval: Interval) -> z3.BoolRef:
    variable, limit = encoding.variable(fact), _limit(encoding, interval.low)
    return variable >= limit if interval.low_closed else variable > limit


def _up_to(encoding: Encoding, fact: str, interval: Interval) -> z3.BoolRef:
    variable, limit = encoding.variable(fact), _limit(encoding, interval.high)
    return variable <= limit if interval.high_closed else variable < limit


def _limit(encoding: Encoding, value: Value | None) -> Any:
    assert isinstance(value, bool | int | float | date | timedelta)  # ordered facts have such limits
    return encoding.literal(value)
