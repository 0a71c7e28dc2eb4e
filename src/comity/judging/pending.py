"""What verdicts wait for: the comparisons of a clause that are still open, and nothing else.

What is pending is True or False, or a tree of conjunctions, disjunctions and choices over the comparisons that wait for facts; negation is
pushed down to them, which Kleene's logic allows. It is a truth value exactly where the `kleene` engine knows the value. Unlike
`engines.residual`, which yields formulas for a solver, this shares the parts that clauses have in common and takes one fact after another
in (`narrow`), touching only what waited for it: an interview never evaluates a library anew.
Source: N. D. Jones, C. K. Gomard, P. Sestoft, "Partial Evaluation and Automatic Program Generation" (1993).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from comity.clauses import tree as t
from comity.engines import kleene
from comity.judging.judgement import missing_facts, phases_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from comity.clauses.tree import Expression
    from comity.engines.kleene import Trace
    from comity.judging.judgement import System
    from comity.library.model import Clause


class Atom(NamedTuple):
    """A comparison, a membership or a boolean fact that is unknown; it holds where the tree is `wanted`.

    `facts` are the unknown facts that it waits for; `all_needed` tells whether it is unknown as long as one of them is (a conjunction
    within a comparison may do without).
    """

    tree: Expression
    wanted: bool
    facts: frozenset[str]
    all_needed: bool


class Every(NamedTuple):
    """A conjunction of two or more."""

    parts: tuple[Pending, ...]
    facts: frozenset[str]


class Some(NamedTuple):
    """A disjunction of two or more."""

    parts: tuple[Pending, ...]
    facts: frozenset[str]


class Either(NamedTuple):
    """`condition ? then : otherwise`, the condition open; Kleene's logic knows nothing before the condition is known."""

    condition: Pending
    then: Pending
    otherwise: Pending
    facts: frozenset[str]


Pending: TypeAlias = bool | Atom | Every | Some | Either
Memory: TypeAlias = dict[Any, Any]
"""What was worked out already on one system; hand in one dictionary for all formulas of that system."""


def every(parts: Iterable[Pending]) -> Pending:
    """All of these."""
    return _joined(parts, neutral=True)


def some(parts: Iterable[Pending]) -> Pending:
    """At least one of these."""
    return _joined(parts, neutral=False)


def _joined(parts: Iterable[Pending], *, neutral: bool) -> Pending:
    kept: list[Atom | Every | Some | Either] = []
    for part in parts:
        if isinstance(part, bool):
            if part is not neutral:
                return part
        else:
            kept.append(part)
    if not kept:
        return neutral
    if len(kept) == 1:
        return kept[0]
    facts = frozenset().union(*[part.facts for part in kept])
    return Every(tuple(kept), facts) if neutral else Some(tuple(kept), facts)


def pending(tree: Expression, system: System, memory: Memory, *, wanted: bool = True) -> Pending:
    """What is left of "this boolean formula is `wanted`" on a system.

    Args:
        tree: the typed tree of a formula that is true or false.
        system: the facts that are known.
        memory: what was worked out on this system before.
        wanted: False for the negation of the formula.
    """
    match tree:
        case t.And(operands=operands) | t.Or(operands=operands):
            parts = [pending(operand, system, memory, wanted=wanted) for operand in operands]
            return _joined(parts, neutral=wanted is isinstance(tree, t.And))
        case t.Not(operand=operand):
            return pending(operand, system, memory, wanted=not wanted)
        case t.Named(name=name):
            key = (name, wanted)
            if key not in memory:
                memory[key] = pending(system.definitions[name].tree, system, memory, wanted=wanted)
            found: Pending = memory[key]
            return found
        case t.Choose(condition=condition, then=then, otherwise=otherwise):
            return _choice(
                pending(condition, system, memory),
                pending(then, system, memory, wanted=wanted),
                pending(otherwise, system, memory, wanted=wanted),
            )
        case _:
            return _tested(tree, system, wanted)


def _tested(tree: Expression, system: System, wanted: bool) -> Pending:
    trace = kleene.trace(tree, system.facts, system.definitions, system.traced_definitions)
    if trace.value is None:
        facts = frozenset(missing_facts(trace))
        return Atom(tree, wanted, facts, len(facts) == 1 or not _absorbs(trace))
    return trace.value is wanted


def _absorbs(trace: Trace) -> bool:
    """Whether a conjunction or disjunction stands below, which may be known while a part of it is not."""
    return isinstance(trace.expression, t.And | t.Or) or any(map(_absorbs, trace.parts))


def _choice(condition: Pending, then: Pending, otherwise: Pending) -> Pending:
    if isinstance(condition, bool):
        return then if condition else otherwise
    return Either(condition, then, otherwise, condition.facts | _facts(then) | _facts(otherwise))


def _facts(found: Pending) -> frozenset[str]:
    return frozenset() if isinstance(found, bool) else found.facts


def narrow(found: Pending, learned: frozenset[str], system: System, memory: Memory) -> Pending:
    """What is still pending once further facts are known.

    Args:
        found: what was pending on an earlier state of the system.
        learned: the facts that have become known since.
        system: the system with them.
        memory: as in `pending`; parts that formulas share are worked out once.
    """
    if isinstance(found, bool) or learned.isdisjoint(found.facts):
        return found
    key = id(found)
    if key in memory:
        narrowed: Pending = memory[key][1]
        return narrowed
    match found:
        case Atom(tree=tree, wanted=wanted):
            narrowed = _tested(tree, system, wanted)
        case Every(parts=parts) | Some(parts=parts):
            narrowed = _joined(
                [narrow(part, learned, system, memory) for part in parts], neutral=isinstance(found, Every)
            )
        case Either():
            narrowed = _choice(*[narrow(part, learned, system, memory) for part in found[:3]])
    memory[key] = (found, narrowed)
    return narrowed


def breach(clause: Clause, system: System, on: date, memory: Memory) -> Pending:
    """What is left of "the clause applies on this day and is not met".

    True is the verdict `not_met`, False `met` or `not_applicable`, anything else `unknown`; see `judgement.judge`.
    """
    phases = phases_on(clause, on)
    if not phases:
        return False
    parts: list[Pending] = []
    conditions = ((clause.scope, True), (clause.actor, True), (clause.when, True), (clause.unless, False))
    for formula, wanted in (*conditions, (clause.require, False)):
        if formula is not None:
            parts.append(pending(formula.tree, system, memory, wanted=wanted))
            if parts[-1] is False:
                return False
    whens = [phase.when for phase in phases]
    parts.append(some(True if when is None else pending(when.tree, system, memory) for when in whens))
    return every(parts)


def atoms(found: Pending) -> Iterator[Atom]:
    """Every open comparison, as often as it occurs."""
    match found:
        case Atom():
            yield found
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from atoms(part)
        case Either():
            for part in found[:3]:
                yield from atoms(part)
        case _:
            return


class Ways(NamedTuple):
    """The facts by which it can still become true, and false; None where it cannot."""

    true: frozenset[str] | None
    false: frozenset[str] | None

    @property
    def facts(self) -> frozenset[str]:
        """The facts by which it can still become known."""
        return (self.true or frozenset()) | (self.false or frozenset())


_NONE: frozenset[str] = frozenset()


def ways(found: Pending, unanswerable: frozenset[str], memory: Memory) -> Ways:
    """By which facts what is pending can still become known, if some facts stay unknown for good.

    `a && b` with `a` unknown for good can only become false, and only by `b`; a fact that helps neither way need not be asked.

    Args:
        found: what is pending.
        unanswerable: facts that stay unknown.
        memory: what was worked out for the same unanswerable facts before.
    """
    if isinstance(found, bool):
        return Ways(_NONE if found else None, None if found else _NONE)
    if isinstance(found, Atom):
        answerable = found.facts - unanswerable
        possible = answerable == found.facts or (answerable and not found.all_needed)
        return Ways(answerable, answerable) if possible else Ways(None, None)
    key = id(found)
    if key not in memory:
        memory[key] = (found, _ways(found, unanswerable, memory))
    known: Ways = memory[key][1]
    return known


def _ways(found: Every | Some | Either, unanswerable: frozenset[str], memory: Memory) -> Ways:
    match found:
        case Every(parts=parts):
            below = [ways(part, unanswerable, memory) for part in parts]
            return Ways(_all([way.true for way in below]), _any([way.false for way in below]))
        case Some(parts=parts):
            below = [ways(part, unanswerable, memory) for part in parts]
            return Ways(_any([way.true for way in below]), _all([way.false for way in below]))
        case Either():
            asked, yes, no = (ways(part, unanswerable, memory) for part in found[:3])
            true = _any([_all([asked.true, yes.true]), _all([asked.false, no.true])])
            false = _any([_all([asked.true, yes.false]), _all([asked.false, no.false])])
            return Ways(None if true is None else asked.facts, None if false is None else asked.facts)


def _all(sides: list[frozenset[str] | None]) -> frozenset[str] | None:
    found = [side for side in sides if side is not None]
    return _NONE.union(*found) if len(found) == len(sides) else None


def _any(sides: list[frozenset[str] | None]) -> frozenset[str] | None:
    found = [side for side in sides if side is not None]
    return _NONE.union(*found) if found else None
