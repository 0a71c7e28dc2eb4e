"""Possible systems: a solver over the facts of a library that answers in canonical, replayed worlds.

Whatever a solver's luck, the same question gets the same world: values are fixed one fact at a time, in the order of their ids, the
plainest that is still possible first. Every world is judged again by the `kleene` engine before anyone sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

from comity.clauses.tree import Kind
from comity.engines import kleene
from comity.errors import ComityError
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comity.clauses.critical import CriticalValues
    from comity.clauses.tree import Expression, Value
    from comity.engines.smt import Encoding
    from comity.library.loader import Library
    from comity.library.model import Clause, Phase

TIME_LIMIT_SECONDS = 20


class NotDecidedError(ComityError):
    """A solver did not answer in time; three outcomes, never two."""

    exit_code = 3


class ReplayError(ComityError):
    """A world that the solver found is not confirmed by the `kleene` engine: an error in Comity, never shown as an answer."""

    exit_code = 4


def new_solver(encoding: Encoding) -> z3.Solver:
    """A solver with a time limit and without randomness."""
    solver = z3.Solver(ctx=encoding.context)
    solver.set("timeout", TIME_LIMIT_SECONDS * 1000)
    solver.set("random_seed", 0)
    solver.set("phase_selection", 0)
    return solver


def possible(solver: z3.Solver, *assumptions: z3.BoolRef) -> bool:
    """Whether some world fits.

    Raises:
        NotDecidedError: the solver did not answer in time.
        KeyboardInterrupt: the user interrupted it, which the solver would keep to itself.
    """
    outcome = _checked(solver, assumptions)
    if outcome == z3.Z3_L_UNDEF and "interrupted" in solver.reason_unknown():
        raise KeyboardInterrupt
    if outcome == z3.Z3_L_UNDEF:
        raise NotDecidedError(
            Message("the solver did not decide this in {seconds} seconds", seconds=TIME_LIMIT_SECONDS)
        )
    return bool(outcome == z3.Z3_L_TRUE)


def _checked(solver: z3.Solver, assumptions: Sequence[z3.BoolRef]) -> int:
    """`solver.check` without its conversions, which cost more than most answers where there are hundreds of switches."""
    asts = (z3.Ast * len(assumptions))(*(assumption.as_ast() for assumption in assumptions))
    outcome: int = z3.Z3_solver_check_assumptions(solver.ctx.ref(), solver.solver, len(assumptions), asts)
    return outcome


def clause_terms(
    clause: Clause, encoding: Encoding, phases: Iterable[Phase], market: str = ""
) -> tuple[z3.BoolRef, z3.BoolRef]:
    """That a clause applies in one of these phases, and what it requires, each as one term."""
    return z3.And(*applies_terms(clause, encoding, market, phases)), encoding.term(clause.require.tree, market)


def applies_terms(
    clause: Clause, encoding: Encoding, market: str = "", phases: Iterable[Phase] | None = None
) -> list[z3.BoolRef]:
    """What has to hold for a clause to apply in one of these phases, by default in any."""
    phases = clause.in_force if phases is None else tuple(phases)
    terms = [encoding.term(part.tree, market) for part in (clause.scope, clause.actor, clause.when) if part is not None]
    if clause.unless is not None:
        terms.append(z3.Not(encoding.term(clause.unless.tree, market)))
    if all(phase.when is not None for phase in phases):
        whens = [encoding.term(phase.when.tree, market) for phase in phases if phase.when is not None]
        terms.append(z3.Or(*whens, encoding.literal(False)))
    return terms


def canonical_world(
    solver: z3.Solver,
    encoding: Encoding,
    facts: Iterable[str],
    critical: CriticalValues,
    assumptions: Iterable[z3.BoolRef] = (),
) -> dict[str, Value]:
    """The plainest world that fits: values for these facts, fixed in order.

    For each fact the first of its critical values that is still possible is taken, for sets value by value, absence first. A fact
    whose values are not all listed (`entangled`) keeps what the solver finds once all others are fixed.

    Raises:
        NotDecidedError: the solver did not answer in time.
    """
    found = canonical_worlds(solver, encoding, dict.fromkeys(facts, ("",)), critical, assumptions)
    return {fact: value for (fact, _), value in found.items()}


def canonical_worlds(
    solver: z3.Solver,
    encoding: Encoding,
    facts: Mapping[str, Iterable[str]],
    critical: CriticalValues,
    assumptions: Iterable[z3.BoolRef] = (),
) -> dict[tuple[str, str], Value]:
    """The plainest worlds that fit together: for each fact its value in each of its markets; see `canonical_world`.

    A market takes the value of an earlier one where it can.

    Args:
        solver: with everything that has to hold.
        encoding: of the solver's terms; a fact that is not split has one market, the empty one.
        facts: the facts to give values to, each with its markets.
        critical: the values of each fact that the formulas tell apart.
        assumptions: what has to hold besides.

    Raises:
        NotDecidedError: the solver did not answer in time.
    """
    worlds: dict[tuple[str, str], Value] = {}
    solver.push()
    try:
        search = _Search(solver, encoding, assumptions)
        for fact in sorted(facts, key=lambda fact: (fact in critical.entangled, fact)):
            fact_type = encoding.names.types[fact]
            markets = tuple(facts[fact])
            for position, market in enumerate(markets):
                earlier = (other for other in markets[:position] if search.holds(encoding.same(fact, other, market)))
                same = next(earlier, None)
                if same is not None:
                    worlds[fact, market] = worlds[fact, same]
                elif fact_type.kind is Kind.SET:
                    worlds[fact, market] = search.smallest_set(fact, critical.members.get(fact, set()), market)
                else:
                    worlds[fact, market] = search.first_value(fact, critical.of(fact, fact_type), market)
    finally:
        solver.pop()
    return worlds


class _Search:
    """Fixes facts one by one, keeping a model of what is fixed so far, so that most steps need no solver call."""

    def __init__(self, solver: z3.Solver, encoding: Encoding, assumptions: Iterable[z3.BoolRef]) -> None:
        self.solver = solver
        self.encoding = encoding
        self.solver.add(*assumptions)
        if not self.fits():
            raise ReplayError(Message("there is no world to show"))

    def fits(self, *more: z3.BoolRef) -> bool:
        """Whether what is fixed fits together with more; the model is kept if so."""
        if not possible(self.solver, *more):
            return False
        self.model = self.solver.model()
        return True

    def holds(self, term: z3.BoolRef) -> bool:
        """Whether a term can be fixed: it holds in the model at hand, or in another one."""
        if z3.is_true(self.model.eval(term, model_completion=True)) or self.fits(term):
            self.solver.add(term)
            return True
        return False

    def first_value(self, fact: str, values: list[Value], market: str = "") -> Value:
        for value in values:
            if self.holds(self.encoding.fact_is(fact, value, market)):
                return value
        found = self.encoding.value(self.model, fact, market)
        self.solver.add(self.encoding.fact_is(fact, found, market))
        return found

    def smallest_set(self, fact: str, named: set[str], market: str = "") -> frozenset[str]:
        """The smallest set in the order of its declared values; values that no formula names are left out."""
        held: set[str] = set()
        for value, member in self.encoding.variable(fact, market).items():
            if value in named and not self.holds(z3.Not(member)):
                held.add(value)
                self.solver.add(member)
        return frozenset(held)


def replay(world: dict[str, Value], expected: Iterable[tuple[Expression, bool]], library: Library) -> None:
    """Evaluate formulas on a world with the `kleene` engine.

    Raises:
        ReplayError: one does not have the value that the solver promised.
    """
    for tree, value in expected:
        found = kleene.trace(tree, world, library.vocabulary.definitions).value
        if found is not value:
            raise ReplayError(Message("a world that the solver found was not confirmed; nothing is concluded from it"))
