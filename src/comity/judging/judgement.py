"""One clause on one system on one day: the verdict, and the traces that an auditor can follow.

The table of verdicts (`applies` = in force && scope && actor && when && !unless):

    applies   require         verdict
    false     any             not_applicable
    true      true            met
    true      false           not_met
    true      unknown         unknown
    unknown   true            met (it holds whether or not the clause applies)
    unknown   false, unknown  unknown
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from comity.clauses import tree as t
from comity.clauses.tree import Fact
from comity.engines import kleene
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from comity.clauses.formula import Definition
    from comity.clauses.tree import Value
    from comity.engines.kleene import Trace
    from comity.library.model import Clause, CompiledFormula, Phase, Verdict


class Condition(NamedTuple):
    """One part of what decides whether a clause applies.

    `part` is `scope`, `actor`, `when`, `unless` or `in_force`; `holds` is its contribution (for `unless`, the negation of its formula).
    """

    part: str
    formula: CompiledFormula
    trace: Trace
    holds: bool | None


class Judgement(NamedTuple):
    """A verdict with everything that led to it.

    Attributes:
        clause: the clause that was judged.
        verdict: `met`, `not_met`, `unknown` or `not_applicable`.
        applies: whether the clause applies; None where that is unknown.
        conditions: the traces of the conditions; empty where the clause is not in force on the day.
        require: the trace of what the clause requires.
        in_force: whether any phase of the clause covers the day.
    """

    clause: Clause
    verdict: Verdict
    applies: bool | None
    conditions: tuple[Condition, ...]
    require: Trace
    in_force: bool


class System:
    """The facts of one system in one jurisdiction, with the traces of the definitions on them.

    Args:
        facts: canonical values of the facts that are known.
        definitions: the definitions of the library.
    """

    __slots__ = ("definitions", "facts", "traced_definitions")

    def __init__(self, facts: Mapping[str, Value], definitions: Mapping[str, Definition]) -> None:
        self.facts = facts
        self.definitions = definitions
        self.traced_definitions: dict[str, Trace] = {}

    def trace(self, formula: CompiledFormula) -> Trace:
        """Evaluate a formula on this system."""
        return kleene.trace(formula.tree, self.facts, self.definitions, self.traced_definitions)


def judge(clause: Clause, system: System, on: date) -> Judgement:
    """The verdict of a clause on a system on a day."""
    require = system.trace(clause.require)
    phases = phases_on(clause, on)
    if not phases:
        return Judgement(clause, "not_applicable", False, (), require, False)
    conditions = tuple(_conditions(clause, phases, system))
    applies = _conjunction([condition.holds for condition in conditions if condition.part != "in_force"])
    started = [condition.holds for condition in conditions if condition.part == "in_force"]
    if started and not any(phase.when is None for phase in phases):
        applies = _conjunction([applies, _disjunction(started)])
    return Judgement(clause, _verdict(applies, require.value), applies, conditions, require, True)


def phases_on(clause: Clause, on: date) -> list[Phase]:
    """The phases of a clause that cover a day."""
    return [phase for phase in clause.in_force if phase.covers(on)]


def _conditions(clause: Clause, phases: list[Phase], system: System) -> Iterator[Condition]:
    for part, formula in (("scope", clause.scope), ("actor", clause.actor), ("when", clause.when)):
        if formula is not None:
            trace = system.trace(formula)
            yield Condition(part, formula, trace, _truth(trace))
    if clause.unless is not None:
        trace = system.trace(clause.unless)
        value = _truth(trace)
        yield Condition("unless", clause.unless, trace, None if value is None else not value)
    for phase in phases:
        if phase.when is not None:
            trace = system.trace(phase.when)
            yield Condition("in_force", phase.when, trace, _truth(trace))


def _truth(trace: Trace) -> bool | None:
    return trace.value if isinstance(trace.value, bool) else None


def _conjunction(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def _disjunction(values: list[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def _verdict(applies: bool | None, require: Value | None) -> Verdict:
    if applies is False:
        return "not_applicable"
    if require is True:
        return "met"
    return "not_met" if applies and require is False else "unknown"


def deciding_facts(trace: Trace) -> dict[str, Value]:
    """The facts that gave a known value its value, with their values; what did not matter is left out.

    Of a false conjunction these are the facts of its false parts, of a true disjunction those of its true parts.
    """
    found: dict[str, Value] = {}
    for leaf in _decisive_leaves(trace):
        if isinstance(leaf.expression, Fact) and leaf.value is not None:
            found[leaf.expression.id] = leaf.value
    return found


def missing_facts(trace: Trace) -> list[str]:
    """The unknown facts that could still change an unknown value, in the order of the formula."""
    found: dict[str, None] = {}
    for leaf in _decisive_leaves(trace):
        if isinstance(leaf.expression, Fact) and leaf.value is None:
            found[leaf.expression.id] = None
    return list(found)


def _decisive_leaves(trace: Trace) -> Iterator[Trace]:
    parts = decisive_parts(trace)
    if not trace.parts:
        yield trace
    for part in parts:
        yield from _decisive_leaves(part)


def decisive_parts(trace: Trace) -> tuple[Trace, ...]:
    """The parts of a trace that gave it its value."""
    match trace.expression:
        case t.And() | t.Or() if trace.value in {False, True, None}:
            neutral = isinstance(trace.expression, t.And)
            if trace.value is neutral:
                return trace.parts
            return tuple(part for part in trace.parts if part.value is trace.value)
        case t.Choose():
            condition, then, otherwise = trace.parts
            if condition.value is None:
                return (condition,)
            return (condition, then if condition.value else otherwise)
        case t.Compare() | t.Arithmetic() if trace.value is None:
            return tuple(part for part in trace.parts if part.value is None)
        case _:
            return trace.parts


def reasons(judgement: Judgement) -> tuple[dict[str, Value], list[str]]:
    """Deciding facts and missing facts of a verdict.

    A known verdict has deciding facts only; an unknown one lists what is missing, and the known facts of what is already decided.
    """
    relevant: list[Trace] = []
    if judgement.verdict == "not_applicable":
        relevant = [condition.trace for condition in judgement.conditions if condition.holds is False]
    elif judgement.verdict == "met":
        relevant = [judgement.require]
    elif judgement.verdict == "not_met":
        relevant = [judgement.require, *[condition.trace for condition in judgement.conditions if condition.holds]]
    else:
        relevant = [condition.trace for condition in judgement.conditions if condition.holds is None]
        if judgement.require.value is None:
            relevant.append(judgement.require)
    deciding: dict[str, Value] = {}
    missing: dict[str, None] = {}
    for trace in relevant:
        deciding.update(deciding_facts(trace))
        if judgement.verdict == "unknown":
            missing.update(dict.fromkeys(missing_facts(trace)))
    deciding.pop(MARKETS, None)
    return deciding, list(missing)
