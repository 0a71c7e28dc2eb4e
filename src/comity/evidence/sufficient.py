"""Facts that suffice for a verdict: few enough to be worth hiding the rest, enough that anybody comes to the same verdict.

A report names every fact that speaks for a verdict; whoever opens a bundle wants to open no more than it takes. Of a false conjunction one
false part is enough, of a true disjunction one true part, and an unknown verdict needs nothing at all: with fewer facts it stays unknown.
Which part is chosen is decided by how much it adds to what is open already, so what comes out is small, not always the smallest possible.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from comity.clauses import tree as t
from comity.judging.judgement import decisive_parts
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from comity.engines.kleene import Trace
    from comity.judging.judgement import Condition
    from comity.questions.assess import ClauseResult

Facts: TypeAlias = frozenset[str]

_NONE: Facts = frozenset()


def sufficient_facts(result: ClauseResult, opened: Facts = _NONE) -> Facts:
    """Known facts that give this verdict whatever is not among them.

    Args:
        result: a clause with its verdict.
        opened: facts that are open already and cost nothing.
    """
    if result.verdict == "unknown":
        return _NONE
    if result.elements is None:
        return _of_judgement(result, opened)
    if result.verdict == "not_met":
        failing = (part for part in result.elements if part.verdict == "not_met")
        return _cheapest((sufficient_facts(part, opened) for part in failing), opened)
    return _all(result.elements, sufficient_facts, opened)


def _of_judgement(result: ClauseResult, opened: Facts) -> Facts:
    judgement = result.judgement
    started = [condition for condition in judgement.conditions if condition.part == "in_force"]
    others = [condition for condition in judgement.conditions if condition.part != "in_force"]
    if judgement.verdict == "met":
        return _of_trace(judgement.require, opened)
    if judgement.verdict == "not_met":
        known = _all([condition.trace for condition in others], _of_trace, opened) | _of_trace(
            judgement.require, opened
        )
        begun = [condition.trace for condition in started if condition.holds]
        return known | (_cheapest([_of_trace(trace, opened | known) for trace in begun], opened) if begun else _NONE)
    ways = [_of_trace(condition.trace, opened) for condition in others if condition.holds is False]
    if started and not any(condition.holds is not False for condition in started):
        ways.append(_all(started, _of_condition, opened))
    # Without a condition that fails, the clause is not in force on the day or its standard is no law: no fact decided that.
    return _cheapest(ways, opened) if ways else _NONE


def _of_condition(condition: Condition, opened: Facts) -> Facts:
    return _of_trace(condition.trace, opened)


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


def _all[Part](parts: Iterable[Part], facts_of: Callable[[Part, Facts], Facts], opened: Facts) -> Facts:
    """Facts for all of these; each part may use what those before it need."""
    found = _NONE
    for part in parts:
        found |= facts_of(part, opened | found)
    return found


def _cheapest(ways: Iterable[Facts], opened: Facts) -> Facts:
    """The one that opens least; where several open as little, always the same."""
    return min(ways, key=lambda way: (len(way - opened), sorted(way - opened)))
