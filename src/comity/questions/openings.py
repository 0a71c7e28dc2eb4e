"""Which unknown facts would decide most? For each unknown fact, how many verdicts some value of it could decide alone.

Only the values that matter are tried: for numbers, dates and durations those at, just below and just above every literal that
the clauses compare the fact with; for sets nothing, everything, and what the clauses name; for enums and booleans every value.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from comity.clauses import tree as t
from comity.clauses.formula import walk
from comity.clauses.tree import Kind
from comity.questions.judgement import System

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.tree import Expression, Value
    from comity.library.model import Clause, CompiledFormula
    from comity.library.vocabulary import Vocabulary


def decisive_values(fact: str, clauses: Iterable[Clause], system: System, vocabulary: Vocabulary) -> int:
    """How many of these clauses, all unknown now, the best single value of a fact would decide."""
    clauses = list(clauses)
    values = candidate_values(fact, clauses, vocabulary)
    return max((_decided(fact, value, clauses, system) for value in values), default=0)


def _decided(fact: str, value: Value, clauses: list[Clause], system: System) -> int:
    informed = System({**system.facts, fact: value}, system.definitions)
    return sum(_is_decided(clause, informed) for clause in clauses)


def _is_decided(clause: Clause, system: System) -> bool:
    """Whether a clause that is in force has a known verdict; cheap, because it stops at the first part that settles it."""

    def value(formula: CompiledFormula | None, absent: bool) -> bool | None:
        return absent if formula is None else system.trace(formula).value  # type: ignore[return-value]

    require = value(clause.require, True)
    if require is True:
        return True
    unless = value(clause.unless, False)
    conditions = [
        value(clause.scope, True),
        value(clause.actor, True),
        value(clause.when, True),
        None if unless is None else not unless,
    ]
    if False in conditions:
        return True
    return require is False and None not in conditions


def candidate_values(fact: str, clauses: Iterable[Clause], vocabulary: Vocabulary) -> list[Value]:
    """Values of a fact that these clauses can tell apart; a handful of each kind."""
    fact_type = vocabulary.types[fact]
    match fact_type.kind:
        case Kind.BOOL:
            return [True, False]
        case Kind.ENUM:
            return list(fact_type.values)
        case Kind.TEXT:
            return []
    named: dict[Value, None] = {}
    everything: set[str] = set()
    for node in _nodes(clauses, vocabulary):
        match node:
            case t.Contains(operand=t.Fact(id=id), values=values) | t.Intersects(operand=t.Fact(id=id), values=values):
                if id == fact:
                    everything.update(values)
            case t.Compare(left=left, right=right):
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, t.Fact) and one.id == fact:
                        named.update(dict.fromkeys(_around(other, fact_type.kind, vocabulary)))
            case _:
                pass
    if fact_type.kind is Kind.SET:
        return [frozenset(), frozenset(everything), frozenset(set(fact_type.values) - everything)]
    return list(named)[:24]


def _nodes(clauses: Iterable[Clause], vocabulary: Vocabulary) -> Iterator[Expression]:
    seen: set[str] = set()
    for clause in clauses:
        pending = [formula.tree for formula in (clause.require, *clause.conditions)]
        while pending:
            for node in walk(pending.pop()):
                yield node
                if isinstance(node, t.Named) and node.name not in seen:
                    seen.add(node.name)
                    pending.append(vocabulary.definitions[node.name].tree)


def _around(node: Expression, kind: Kind, vocabulary: Vocabulary) -> list[Value]:
    """A literal and its neighbours, as values of a kind."""
    if isinstance(node, t.Named):
        return _around(vocabulary.definitions[node.name].tree, kind, vocabulary)
    match node:
        case t.DateConstant(value=day):
            return [day, date.fromordinal(day.toordinal() - 1), date.fromordinal(day.toordinal() + 1)]
        case t.DurationConstant(value=duration):
            return [duration, duration / 2, duration * 2 + timedelta(hours=1)]
        case t.Constant(value=int() | float() as number) if not isinstance(number, bool):
            if kind is Kind.RATIO:
                return [float(number), max(0.0, number - 0.01), min(1.0, number + 0.01)]
            if kind is Kind.INT:
                return [int(number), int(number) - 1, int(number) + 1]
            return [float(number), number * 0.5, number * 2.0 + 1.0]
        case _:
            return []
