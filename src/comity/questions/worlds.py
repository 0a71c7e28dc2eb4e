"""Possible systems: a solver over the facts of a library that answers in canonical, replayed worlds.

Whatever a solver's luck, the same question gets the same world: values are fixed one fact at a time, in the order of their ids, the plainest
that is still possible first. Every world is judged again by the `kleene` engine before anyone sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

from comity.clauses.critical import CriticalValues
from comity.clauses.tree import Kind
from comity.engines import kleene
from comity.engines.smt import Encoding
from comity.errors import ComityError
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.tree import Expression, Value
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
    """
    outcome = solver.check(*assumptions)
    if outcome == z3.unknown:
        raise NotDecidedError(
            Message("the solver did not decide this in {seconds} seconds", seconds=TIME_LIMIT_SECONDS)
        )
    return bool(outcome == z3.sat)


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
        terms.append(z3.Or(*whens, encoding.literal(False)))  # noqa: FBT003
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
    found = canonical_worlds(solver, encoding, {fact: ("",) for fact in facts}, critical, assumptions)
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
    places = [
        (fact, market)
        for fact in sorted(facts, key=lambda fact: (fact in critical.entangled, fact))
        for market in facts[fact]
    ]
    solver.push()
    try:
        return _settled(places, _Search(solver, encoding, assumptions), critical)
    finally:
        solver.pop()


def _settled(places: list[tuple[str, str]], search: _Search, critical: CriticalValues) -> dict[tuple[str, str], Value]:
    """Values for facts in markets, in order; a set is settled value by value, absence first."""
    encoding = search.encoding
    worlds: dict[tuple[str, str], Value] = {}
    questions: list[tuple[tuple[str, str], list[Value], list[z3.BoolRef]]] = []
    for fact, market in places:
        fact_type = encoding.names.types[fact]
        if fact_type.kind is Kind.SET:
            worlds[fact, market] = frozenset()
            named = critical.members.get(fact, set())
            for value, member in encoding.variable(fact, market).items():
                if value in named:
                    questions.append(((fact, market), [frozenset(), frozenset({value})], [z3.Not(member), member]))
        else:
            values = critical.of(fact, fact_type)
            questions.append(((fact, market), values, [encoding.fact_is(fact, value, market) for value in values]))
    found = search.first_options([options for _, _, options in questions])
    for (place, values, _), option in zip(questions, found, strict=True):
        value = search.fix_as_found(*place) if option is None else values[option]
        held = worlds.get(place)
        worlds[place] = held | value if isinstance(held, frozenset) and isinstance(value, frozenset) else value
    return worlds


class _Search:
    """Settles questions one after the other: each takes its first option that fits with all that is settled before it.

    The outcome is that of trying one option after the other. Most options are found without: those that cannot hold at all are told apart
    together, and if the best that is left to each question fits together, that is the outcome.
    """

    def __init__(self, solver: z3.Solver, encoding: Encoding, assumptions: Iterable[z3.BoolRef]) -> None:
        self.solver = solver
        self.encoding = encoding
        self.solver.add(*assumptions)
        if not self._fits():
            raise ReplayError(Message("there is no world to show"))

    def first_options(self, questions: list[list[z3.BoolRef]]) -> list[int | None]:
        """For each question the position of its first option that fits; None where none does."""
        best = self._best_alone(questions)
        together = [options[at] for options, at in zip(questions, best, strict=True) if at < len(options)]
        if self._fits(*together):
            self.solver.add(*together)
            return [at if at < len(options) else None for options, at in zip(questions, best, strict=True)]
        return [self._first_from(options, at) for options, at in zip(questions, best, strict=True)]

    def _best_alone(self, questions: list[list[z3.BoolRef]]) -> list[int]:
        """For each question the position of its first option that fits if nothing else is settled; past the end where none does."""
        best = [0] * len(questions)
        doubtful = set(range(len(questions)))
        while True:
            doubtful = {i for i in doubtful if best[i] < len(questions[i]) and not self._holds(questions[i][best[i]])}
            if not doubtful:
                return best
            if not self._fits(z3.Or(*(questions[i][best[i]] for i in sorted(doubtful)))):
                for i in doubtful:
                    best[i] += 1

    def _first_from(self, options: list[z3.BoolRef], start: int) -> int | None:
        """The first option from a position on that fits with all that is settled; it is settled with that."""
        for at in range(start, len(options)):
            if self._holds(options[at]) or self._fits(options[at]):
                self.solver.add(options[at])
                return at
        return None

    def _holds(self, term: z3.BoolRef) -> bool:
        return z3.is_true(self.model.eval(term, model_completion=True))

    def _fits(self, *terms: z3.BoolRef) -> bool:
        """Whether terms fit with all that is settled; the model is kept if so."""
        if not possible(self.solver, *terms):
            return False
        self.model = self.solver.model()
        return True

    def fix_as_found(self, fact: str, market: str) -> Value:
        """Some value that fits, for a fact whose regions are not all listed."""
        possible(self.solver)
        found = self.encoding.value(self.solver.model(), fact, market)
        self.solver.add(self.encoding.fact_is(fact, found, market))
        return found


def replay(world: dict[str, Value], expected: Iterable[tuple[Expression, bool]], library: Library) -> None:
    """Evaluate formulas on a world with the `kleene` engine.

    Raises:
        ReplayError: one does not have the value that the solver promised.
    """
    for tree, value in expected:
        found = kleene.trace(tree, world, library.vocabulary.definitions).value
        if found is not value:
            raise ReplayError(Message("a world that the solver found was not confirmed; nothing is concluded from it"))
