"""How do two rules relate? For every pair of clauses that share facts, one of six relations, proven, with a witness for each difference.

The relations are those of `relations`. Whether both clauses can apply and how their requirements relate are two questions as long as no
fact and no axiom ties them together, which is nearly always so; then each is answered once for all pairs that pose it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import z3

from comity.clauses.critical import CriticalValues
from comity.engines import kleene
from comity.engines.smt import Encoding
from comity.language import Message
from comity.library.axioms import axiom_parts, contradicted, related
from comity.questions.relations import (
    RELATIONS,
    Crosswalk,
    Pair,
    Relation,
    Witness,
    application,
    pairs_across,
    pairs_between,
    phases_on,
    select,
    shared_choices,
    turned,
)
from comity.questions.worlds import (
    NotDecidedError,
    ReplayError,
    applies_terms,
    canonical_world,
    new_solver,
    possible,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from comity.clauses.tree import Value
    from comity.library.loader import Library
    from comity.library.model import Clause, CompiledFormula

__all__ = [
    "RELATIONS",
    "Comparison",
    "Crosswalk",
    "Pair",
    "Relation",
    "Witness",
    "pairs_across",
    "pairs_between",
    "select",
    "shared_choices",
]

World = dict[str, "Value"]


class _Difference(NamedTuple):
    """A relation, and worlds that satisfy only the one requirement and only the other, where there are such."""

    relation: Relation
    only_a: World | None
    only_b: World | None

    def turned(self) -> _Difference:
        return _Difference(turned(self.relation) or self.relation, self.only_b, self.only_a)


class Comparison:
    """Compiles each clause once and compares it with many.

    Args:
        library: the rules.
        on: the day asked about; by default every phase of a clause counts.
    """

    def __init__(self, library: Library, on: date | None = None) -> None:
        self.library = library
        self.on = on
        self.encoding = Encoding(library.vocabulary)
        self.axioms = axiom_parts(library.data)
        self._contexts: dict[tuple[object, object], World | None] = {}
        self._differences: dict[tuple[str, str], _Difference] = {}

    def relate(self, a: Clause, b: Clause) -> Pair:
        """The relation of two clauses; None in its place where the solver does not answer in time."""
        shared = tuple(sorted(shared_choices(a, b, self.library)))
        try:
            context, difference = self._related(a, b)
        except NotDecidedError:
            return Pair(a, b, None, shared, ())
        if context is None or difference is None:
            return Pair(a, b, "never_both_apply", shared, ())
        required = a.require.facts | b.require.facts
        witnesses = tuple(
            self._witness(name, world, context, required, (a, b))
            for name, world in (("a", difference.only_a), ("b", difference.only_b))
            if world is not None
        )
        return Pair(a, b, difference.relation, shared, witnesses)

    def _related(self, a: Clause, b: Clause) -> tuple[World | None, _Difference | None]:
        """A world in which both apply, and how the requirements differ; None where they never both apply."""
        conditions = frozenset().union(*(part.facts for clause in (a, b) for part in clause.conditions))
        _, tied = related(self.axioms, a.require.facts | b.require.facts)
        if tied.isdisjoint(conditions):
            context = self._context(a, b)
            return context, None if context is None else self._difference(a, b)
        applies = [*self._applies(a), *self._applies(b)]
        room = self._room((a, b), conditions | a.require.facts | b.require.facts, conditions_too=True)
        room.solver.add(*applies)
        if not possible(room.solver):
            return None, None
        return {}, self._decide(room, a, b)

    def _context(self, a: Clause, b: Clause) -> World | None:
        """The plainest world in which both clauses apply."""
        key = (_texts(a, self.on), _texts(b, self.on))
        if key not in self._contexts:
            conditions = frozenset().union(*(part.facts for clause in (a, b) for part in clause.conditions))
            room = self._room((a, b), conditions, conditions_too=True, requirements_too=False)
            room.solver.add(*self._applies(a), *self._applies(b))
            self._contexts[key] = room.world() if possible(room.solver) else None
            self._contexts[key[1], key[0]] = self._contexts[key]
        return self._contexts[key]

    def _difference(self, a: Clause, b: Clause) -> _Difference:
        """How the requirements of two clauses relate, whatever makes them apply."""
        key = (a.require.text, b.require.text)
        if key not in self._differences:
            room = self._room((a, b), a.require.facts | b.require.facts, conditions_too=False)
            self._differences[key] = self._decide(room, a, b)
            self._differences[key[1], key[0]] = self._differences[key].turned()
        return self._differences[key]

    def _decide(self, room: _Room, a: Clause, b: Clause) -> _Difference:
        """The relation of two requirements among the worlds of a room."""
        required_a, required_b = self.encoding.term(a.require.tree), self.encoding.term(b.require.tree)
        if not possible(room.solver, required_a, required_b):
            return _Difference("incompatible", None, None)
        only_a = room.world_if_any(required_a, z3.Not(required_b))
        only_b = room.world_if_any(required_b, z3.Not(required_a))
        names: dict[tuple[bool, bool], Relation] = {
            (False, False): "equal",
            (True, False): "b_stricter",
            (False, True): "a_stricter",
            (True, True): "overlapping",
        }
        return _Difference(names[only_a is not None, only_b is not None], only_a, only_b)

    def _room(
        self, clauses: Iterable[Clause], facts: frozenset[str], *, conditions_too: bool, requirements_too: bool = True
    ) -> _Room:
        """A solver over some facts, with every axiom that can matter to them."""
        trees = [clause.require.tree for clause in clauses if requirements_too]
        trees += [part.tree for clause in clauses if conditions_too for part in clause.conditions]
        parts, reached = related(self.axioms, facts)
        trees += [part.tree for part in parts]
        for fact in reached:
            self.encoding.variable(fact)
        solver = new_solver(self.encoding)
        solver.add(*(self.encoding.term(part.tree) for part in parts), *self.encoding.ranges(reached))
        return _Room(solver, self.encoding, facts, CriticalValues(trees, self.library.vocabulary.definitions))

    def _applies(self, clause: Clause) -> list[z3.BoolRef]:
        return applies_terms(clause, self.encoding, phases=phases_on(clause, self.on))

    def _witness(
        self, name: str, required: World, context: World, required_facts: frozenset[str], clauses: tuple[Clause, Clause]
    ) -> Witness:
        """A system that satisfies one clause and fails the other, confirmed by the `kleene` engine."""
        world = {**context, **required}
        met, failed = clauses if name == "a" else reversed(clauses)
        definitions = self.library.vocabulary.definitions
        traced: dict[str, kleene.Trace] = {}

        def holds(part: CompiledFormula) -> bool | None:
            value = kleene.trace(part.tree, world, definitions, traced).value
            return value if isinstance(value, bool) else None

        confirmed = holds(met.require) is True and holds(failed.require) is False
        for clause in clauses:
            asked = [part for part in (clause.scope, clause.actor, clause.when) if part is not None]
            confirmed = confirmed and all(holds(part) is True for part in asked)
            confirmed = confirmed and (clause.unless is None or holds(clause.unless) is False)
            whens = [phase.when for phase in phases_on(clause, self.on)]
            confirmed = confirmed and any(when is None or holds(when) is True for when in whens)
        if not confirmed or contradicted(self.axioms, world, definitions):
            raise ReplayError(Message("a world that the solver found was not confirmed; nothing is concluded from it"))
        return Witness(
            "a" if name == "a" else "b",
            {fact: world[fact] for fact in sorted(required_facts)},
            {fact: world[fact] for fact in sorted(world.keys() - required_facts)},
        )


def _texts(clause: Clause, on: date | None) -> tuple[str | None, ...]:
    return tuple(None if part is None else part.text for part in application(clause, on))


class _Room(NamedTuple):
    """A solver, and the facts whose worlds are asked for."""

    solver: z3.Solver
    encoding: Encoding
    facts: frozenset[str]
    critical: CriticalValues

    def world(self, *terms: z3.BoolRef) -> World:
        """The plainest world in which these terms hold."""
        return canonical_world(self.solver, self.encoding, self.facts, self.critical, terms)

    def world_if_any(self, *terms: z3.BoolRef) -> World | None:
        """The plainest world in which these terms hold, if there is one."""
        return self.world(*terms) if possible(self.solver, *terms) else None
