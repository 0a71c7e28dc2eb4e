"""The values of a fact that formulas can tell apart.

A formula looks at a fact only through comparisons with literals and membership of declared values. So a fact has finitely many values that
differ for given formulas: each literal, something below, between and above the literals, and every declared value. Facts that are compared
with each other or added up are the exception (`entangled`): for them the list is a sample.
"""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import TYPE_CHECKING

from comity.clauses import tree as t
from comity.clauses.formula import walk
from comity.clauses.tree import Kind
from comity.clauses.values import INT_MAXIMUM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.clauses.formula import Definition
    from comity.clauses.tree import Expression, Value
    from comity.clauses.values import FactType

NEVER = timedelta(days=365 * 100)
"""A duration longer than every literal of a law: what a deadline is worth that is never kept."""


def unfolded(trees: Iterable[Expression], definitions: Mapping[str, Definition]) -> Iterator[Expression]:
    """Every node of the trees and, once each, of the definitions that they name."""
    seen: set[str] = set()
    pending = list(trees)
    while pending:
        for node in walk(pending.pop()):
            yield node
            if isinstance(node, t.Named) and node.name not in seen:
                seen.add(node.name)
                pending.append(definitions[node.name].tree)


class CriticalValues:
    """The literals and declared values that formulas hold against each fact."""

    def __init__(self, trees: Iterable[Expression], definitions: Mapping[str, Definition]) -> None:
        self.definitions = definitions
        self.literals: dict[str, set[Value]] = {}
        self.members: dict[str, set[str]] = {}
        self.entangled: set[str] = set()
        for node in unfolded(trees, definitions):
            self._note(node)

    def _note(self, node: Expression) -> None:
        match node:
            case (
                t.Contains(operand=t.Fact(id=fact), values=values)
                | t.Intersects(operand=t.Fact(id=fact), values=values)
            ):
                self.members.setdefault(fact, set()).update(values)
            case t.OneOf(operand=t.Fact(id=fact), options=options):
                self.literals.setdefault(fact, set()).update(self._constants(options))
            case t.Compare(left=left, right=right):
                for side, other in ((left, right), (right, left)):
                    if isinstance(side, t.Fact):
                        constants = self._constants([other])
                        self.literals.setdefault(side.id, set()).update(constants)
                        if not constants:
                            self.entangled.add(side.id)
            case t.Arithmetic(left=left, right=right) | t.Choose(then=left, otherwise=right):
                self._entangle(left, right)
            case t.Negative(operand=operand):
                self._entangle(operand)
            case _:
                pass

    def _entangle(self, *nodes: Expression) -> None:
        """Note facts whose values are computed with, so that no list of literals represents them."""
        self.entangled.update(node.id for node in nodes if isinstance(node, t.Fact) and node.kind is not Kind.BOOL)

    def _constants(self, nodes: Iterable[Expression]) -> set[Value]:
        found: set[Value] = set()
        for node in nodes:
            match node:
                case t.Constant(value=value) | t.DateConstant(value=value) | t.DurationConstant(value=value):
                    found.add(value)
                case t.Named(name=name):
                    found |= self._constants([self.definitions[name].tree])
                case t.Negative(operand=t.Constant(value=int() | float() as value)):
                    found.add(-value)
                case _:
                    pass
        return found

    def of(self, fact: str, fact_type: FactType) -> list[Value]:
        """Values that represent every region of a fact, the literals first; for a set, see `members`."""
        match fact_type.kind:
            case Kind.BOOL:
                return [False, True]
            case Kind.ENUM:
                return list(fact_type.values)
            case Kind.SET | Kind.TEXT:
                return []
        literals = sorted(self.literals.get(fact, set()))
        values = dict.fromkeys([*(_coerced(value, fact_type.kind) for value in literals)])
        values.update(dict.fromkeys(_between(list(values), fact_type.kind)))
        return list(values)


def _coerced(value: Value, kind: Kind) -> Value:
    if kind in {Kind.NUMBER, Kind.RATIO} and isinstance(value, int):
        return float(value)
    return value


def _between(literals: list[Value], kind: Kind) -> Iterator[Value]:
    """One value below all literals, one between each two, one above all."""
    if kind is Kind.RATIO:
        yield from _numbers([0.0, *literals, 1.0], 0.0, 1.0)
    elif kind is Kind.NUMBER:
        yield from _numbers([0.0, *literals], None, None)
    elif kind is Kind.INT:
        yield from _integers(sorted({0, *literals}))
    elif kind is Kind.DATE:
        for day in literals:
            if isinstance(day, date):
                yield from (date.fromordinal(day.toordinal() - 1), date.fromordinal(day.toordinal() + 1))
    elif kind is Kind.DURATION:
        spans = sorted({timedelta(0), *(value for value in literals if isinstance(value, timedelta))})
        yield timedelta(0)
        for lower, upper in itertools.pairwise(spans):
            yield (lower + upper) / 2
        yield NEVER


def _numbers(values: list[Value], lowest: float | None, highest: float | None) -> Iterator[float]:
    numbers = sorted({float(value) for value in values if isinstance(value, int | float)})
    if lowest is None:
        yield numbers[0] - 1.0 if abs(numbers[0]) < 1e12 else numbers[0] * (2.0 if numbers[0] < 0 else 0.5)
    yield from (number for number in (0.0, lowest, highest) if number is not None)
    for lower, upper in itertools.pairwise(numbers):
        yield (lower + upper) / 2
    if highest is None:
        yield numbers[-1] * 2.0 + 1.0


def _integers(numbers: list[Value]) -> Iterator[int]:
    whole = [int(number) for number in numbers if isinstance(number, int | float)]
    for number in whole:
        yield from (candidate for candidate in (number - 1, number, number + 1) if abs(candidate) <= INT_MAXIMUM)
