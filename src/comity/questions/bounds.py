"""Who asks most? The bounds that clauses set to numbers, durations and dates, the strictest first.

A bound is read off the comparison of a fact with a fixed value in what a clause requires; which side is stricter follows from the
comparison alone. That does not make the clause the strictest law: it may bind fewer systems. `compare` answers that; here it is only
seen whose number is the smallest or the largest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from comity.clauses import tree as t
from comity.clauses.tree import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from comity.clauses.tree import Expression
    from comity.library.loader import Library
    from comity.library.model import Clause

Side: TypeAlias = Literal["most", "least"]
"""`most`: the clause allows so much and no more, less is stricter; `least`: it demands so much, more is stricter."""

ORDERED = frozenset({Kind.INT, Kind.NUMBER, Kind.RATIO, Kind.DURATION, Kind.DATE})
SIDES: dict[str, Side] = {"<": "most", "<=": "most", ">": "least", ">=": "least"}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Bound(NamedTuple):
    """A bound that a clause sets.

    Attributes:
        clause: the clause.
        fact: what is bounded.
        operator: how the fact has to stand to the value.
        value: the bound.
        outright: whether the clause cannot be met otherwise; False where another way is open, or only some systems are asked.
        reading: the definition that the value comes from, where the law itself states no number; else empty.
    """

    clause: Clause
    fact: str
    operator: str
    value: float | date | timedelta
    outright: bool
    reading: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The bounds of one fact on one side, the strictest first."""

    fact: str
    side: Side
    bounds: tuple[Bound, ...]

    @property
    def strictest(self) -> tuple[Bound, ...]:
        """Those with the strictest value."""
        first = self.bounds[0]
        return tuple(bound for bound in self.bounds if (bound.value, bound.operator) == (first.value, first.operator))


def rankings(library: Library, facts: Iterable[str]) -> list[Ranking]:
    """The bounds that duties set to these facts.

    Only clauses that say must or must not count, whose text somebody confirmed, and that are law or will be: no bills, nothing that
    was repealed or has ended on the day of the library.
    """
    wanted = dict.fromkeys(facts)
    found: dict[tuple[str, Side], list[Bound]] = {}
    for clause in library.clauses.values():
        if _counts(clause, library):
            for bound in bounds_of(clause, library):
                if bound.fact in wanted and not _trifling(bound):
                    found.setdefault((bound.fact, SIDES[bound.operator]), []).append(bound)
    return [
        Ranking(fact, side, tuple(_strictest_first(found[fact, side], side)))
        for fact in wanted
        for side in ("most", "least")
        if (fact, side) in found
    ]


def _trifling(bound: Bound) -> bool:
    """Whether the bound only asks for some at all: more than nothing."""
    return SIDES[bound.operator] == "least" and bound.value in {0, timedelta()}


def _counts(clause: Clause, library: Library) -> bool:
    return (
        clause.modality in {"must", "must_not"}
        and clause.checked.against != "unconfirmed"
        and library.standards[clause.standard].status in {"in_force", "enacted"}
        and any(phase.until is None or phase.until > library.as_of for phase in clause.in_force)
    )


def _strictest_first(bounds: list[Bound], side: Side) -> list[Bound]:
    """Each clause once with each value, by strictness; an open bound is stricter than a closed one at the same value."""
    kept: dict[tuple[str, object, str], Bound] = {}
    for bound in bounds:
        key = (bound.clause.full_id, bound.value, bound.operator)
        if key not in kept or bound.outright:
            kept[key] = bound

    def rank(bound: Bound) -> Any:
        if side == "most":
            return bound.value, bound.operator == "<=", bool(bound.reading)
        return bound.value, bound.operator == ">", not bound.reading

    return sorted(kept.values(), key=rank, reverse=side == "least")


def bounds_of(clause: Clause, library: Library) -> Iterator[Bound]:
    """Every bound in what a clause requires, definitions unfolded."""
    for fact, operator, fixed, outright in _bounds(clause.require.tree, library, holds=True, outright=True):
        if operator in SIDES:
            yield Bound(clause, fact, operator, fixed.value, outright and fixed.alone, fixed.reading)


def _bounds(
    node: Expression, library: Library, *, holds: bool, outright: bool
) -> Iterator[tuple[str, str, _Fixed, bool]]:
    match node:
        case t.Not(operand=operand):
            yield from _bounds(operand, library, holds=not holds, outright=outright)
        case t.And(operands=operands) | t.Or(operands=operands):
            every = isinstance(node, t.And) is holds
            for operand in operands:
                yield from _bounds(operand, library, holds=holds, outright=outright and every)
        case t.Choose(then=then, otherwise=otherwise):
            for branch in (then, otherwise):
                yield from _bounds(branch, library, holds=holds, outright=False)
        case t.Named(name=name):
            body = library.vocabulary.definitions[name].tree
            yield from _bounds(body, library, holds=holds, outright=outright)
        case t.Compare(left=t.Fact(id=fact, kind=kind), right=other, operator=operator) if kind in ORDERED:
            sign = operator if holds else _NEGATED[operator]
            yield from ((fact, sign, fixed, outright) for fixed in _values(other, library))
        case t.Compare(left=other, right=t.Fact(id=fact, kind=kind), operator=operator) if kind in ORDERED:
            sign = _TURNED[operator] if holds else _NEGATED[_TURNED[operator]]
            yield from ((fact, sign, fixed, outright) for fixed in _values(other, library))


class _Fixed(NamedTuple):
    """A value that a side of a comparison can have; `alone`: it is the only one."""

    value: Any
    alone: bool = True
    reading: str = ""


def _values(term: Expression, library: Library) -> Iterator[_Fixed]:
    """The fixed values that a side of a comparison can have; none where it depends on a fact."""
    match term:
        case t.Constant(value=value) | t.DateConstant(value=value) | t.DurationConstant(value=value):
            yield _Fixed(value)
        case t.Named(name=name):
            for fixed in _values(library.vocabulary.definitions[name].tree, library):
                yield fixed._replace(reading=name)
        case t.Choose(then=then, otherwise=otherwise):
            for branch in (then, otherwise):
                for fixed in _values(branch, library):
                    yield fixed._replace(alone=False)
