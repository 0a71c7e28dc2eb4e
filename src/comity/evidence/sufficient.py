"""Facts that suffice for a verdict: few enough to be worth hiding the rest, enough that anybody comes to the same verdict.

A report names every fact that speaks for a verdict; whoever opens a bundle wants to open no more than it takes. Of a false conjunction one
false part is enough, of a true disjunction one true part, and an unknown verdict needs nothing at all: with fewer facts it stays unknown.
Which part is chosen is decided by how much it adds to what is open already, so what comes out is small, not always the smallest possible.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from comity.clauses import tree as t
from comity.judging.judgement import decisive_parts, phases_on
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from comity.engines.kleene import Trace
    from comity.judging.judgement import Judgement
    from comity.questions.assess import ClauseResult

Facts: TypeAlias = frozenset[str]

_NONE: Facts = frozenset()
_Part = TypeVar("_Part")


def sufficient_facts(result: ClauseResult, opened: Facts, *, on: date) -> Facts:
    """Known facts that give this verdict whatever is not among them.

    Args:
        result: a clause with its verdict.
        opened: facts that are open already and cost nothing.
        on: the day that it was judged on.
    """
    if result.verdict == "unknown":
        return _NONE
    if result.elements is None:
        return _of_judgement(result.judgement, opened, on)
    if result.verdict == "not_met":
        failing = (part for part in result.elements if part.verdict == "not_met")
        return _cheapest((sufficient_facts(part, opened, on=on) for part in failing), opened)
    return _all(result.elements, partial(sufficient_facts, on=on), opened)


def _of_judgement(judgement: Judgement, opened: Facts, on: date) -> Facts:
    conditions = [condition for condition in judgement.conditions if condition.part != "in_force"]
    phases = [condition for condition in judgement.conditions if condition.part == "in_force"]
    if any(phase.when is None for phase in phases_on(judgement.clause, on)):
        phases = []
    if judgement.verdict == "met":
        return _of_trace(judgement.require, opened)
    if judgement.verdict == "not_met":
        found = _all([judgement.require, *[condition.trace for condition in conditions]], _of_trace, opened)
        begun = [_of_trace(phase.trace, opened | found) for phase in phases if phase.holds]
        return found | _cheapest(begun, opened | found)
    ways = [_of_trace(condition.trace, opened) for condition in conditions if condition.holds is False]
    if phases and all(phase.holds is False for phase in phases):
        ways.append(_all([phase.trace for phase in phases], _of_trace, opened))
    return _cheapest(ways, opened)


def _of_trace(trace: Trace, opened: Facts) -> Facts:
    """Facts that give a known value its value."""
    expression = trace.expression
    if isinstance(expression, t.Fact):
        return _NONE if expression.id == MARKETS or trace.value is None else frozenset({expression.id})
    parts = decisive_parts(trace)
    any_will_do = (isinstance(expression, t.And) and trace.value is False) or (
        isinstance(expression, t.Or) and trace.value is True
    )
    if any_will_do:
        return _cheapest((_of_trace(part, opened) for part in parts), opened)
    return _all(parts, _of_trace, opened)


def _all(parts: Iterable[_Part], facts_of: Callable[[_Part, Facts], Facts], opened: Facts) -> Facts:
    """Facts for all of these; each part may use what those before it need."""
    found = _NONE
    for part in parts:
        found |= facts_of(part, opened | found)
    return found


def _cheapest(ways: Iterable[Facts], opened: Facts) -> Facts:
    """The one that opens least; where several open as little, always the same. Of none, nothing: no fact decided that."""
    return min(ways, key=lambda way: (len(way - opened), sorted(way - opened)), default=_NONE)
