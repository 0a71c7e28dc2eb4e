"""How do two rules relate? For every pair of clauses that share facts, one of six relations, proven, with a witness for each difference.

The relations are those of `relations`. Whether both clauses can apply and how their requirements relate are two questions as long as no
fact and no axiom ties them together, which is nearly always so; then each is answered once for all pairs that pose it. And a witness is
looked for before the solver is asked: the plainest system that satisfies A is nearly always one that fails B. So the solver works where
only it can answer: that there is no such system.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple

import z3

from comity.clauses.critical import CriticalValues
from comity.engines import kleene
from comity.engines.smt import Encoding
from comity.language import Message
from comity.library.axioms import Axioms
from comity.solving.relations import (
    RELATIONS,
    TURNED,
    Crosswalk,
    Pair,
    Relation,
    Witness,
    application,
    pairs_across,
    pairs_between,
    phases_on,
    select,
)
from comity.solving.subjects import Subjects
from comity.solving.worlds import (
    NotDecidedError,
    ReplayError,
    applies_terms,
    canonical_world,
    new_solver,
    possible,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from comity.clauses.tree import Expression, Value
    from comity.library.loader import Library
    from comity.library.model import Clause

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
]

World = dict[str, "Value"]

UNCONFIRMED = Message("a world that the solver found was not confirmed; nothing is concluded from it")
_NAMES: dict[tuple[bool, bool], Relation] = {
    (False, False): "equal",
    (True, False): "b_stricter",
    (False, True): "a_stricter",
    (True, True): "overlapping",
}
"""The relation, by whether there is a system that satisfies only A, and one that satisfies only B."""


class _Difference(NamedTuple):
    """A relation, and worlds that satisfy only the one requirement and only the other, where there are such."""

    relation: Relation
    only_a: World | None = None
    only_b: World | None = None

    def turned(self) -> _Difference:
        return _Difference(TURNED.get(self.relation, self.relation), self.only_b, self.only_a)


class _Key(NamedTuple):
    """What decides whether a clause applies, and what it requires, as numbers."""

    applies: int
    requires: int


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
        self.axioms = Axioms(library.data.axioms)
        self.subjects = Subjects(library)
        self._axiom_terms = {axiom.id: self.encoding.term(axiom.formula.tree) for axiom in library.data.axioms}
        self._numbers: dict[object, int] = {}
        self._keys: dict[str, _Key] = {}
        self._terms: dict[int, z3.BoolRef] = {}
        self._applying: dict[int, World | None] = {}
        self._satisfying: dict[tuple[int, bool], World | None] = {}
        self._contexts: dict[tuple[int, int], World | None] = {}
        self._differences: dict[tuple[int, int], _Difference] = {}

    def relate(self, a: Clause, b: Clause) -> Pair:
        """The relation of two clauses; None in its place where the solver does not answer in time."""
        shared = self.subjects.shared(a, b)
        try:
            context, difference = self._related(a, b)
        except NotDecidedError:
            return Pair(a, b, None, shared, ())
        witnesses = []
        for name, world in (("a", difference.only_a), ("b", difference.only_b)):
            if world is not None:
                witnesses.append(_witness(name, {**context, **world}, a, b))
        return Pair(a, b, difference.relation, shared, tuple(witnesses))

    def _related(self, a: Clause, b: Clause) -> tuple[World, _Difference]:
        """A world in which both apply, and how the requirements differ there."""
        conditions = frozenset().union(*(part.facts for clause in (a, b) for part in clause.conditions))
        required = a.require.facts | b.require.facts
        if self._tied(required).isdisjoint(conditions):
            context = self._context(a, b)
            return ({}, _Difference("never_both_apply")) if context is None else (context, self._difference(a, b))
        context = self._context(a, b)
        if context is None:
            return {}, _Difference("never_both_apply")
        return {}, self._compared(a, b, context)

    def _key(self, clause: Clause) -> _Key:
        """Numbers that are the same for clauses that apply, or that require something, by the same formulas."""
        if clause.full_id not in self._keys:
            conditions = tuple(part and part.tree for part in application(clause, self.on))
            numbers = (self._numbers.setdefault(key, len(self._numbers)) for key in (conditions, clause.require.tree))
            self._keys[clause.full_id] = _Key(*numbers)
        return self._keys[clause.full_id]

    def _tied(self, facts: frozenset[str]) -> frozenset[str]:
        return self.axioms.related(facts)[1]

    def _context(self, a: Clause, b: Clause) -> World | None:
        """A plain world in which both clauses apply; None where they never do."""
        key = (self._key(a).applies, self._key(b).applies)
        if key not in self._contexts:
            self._contexts[key] = self._contexts[key[1], key[0]] = self._new_context(a, b)
        return self._contexts[key]

    def _new_context(self, a: Clause, b: Clause) -> World | None:
        alone_a, alone_b = self._application_alone(a), self._application_alone(b)
        if alone_a is None or alone_b is None:
            return None
        ordered = (alone_a, alone_b) if _texts(a, self.on) <= _texts(b, self.on) else (alone_b, alone_a)
        for joined in (_joined(*ordered), _joined(*reversed(ordered))):
            if self._both_apply(a, b, joined):
                return joined
        parts = [*a.conditions, *b.conditions]
        room = self._room(frozenset().union(*(part.facts for part in parts)), [part.tree for part in parts])
        world = room.plainest(self._applies(a), self._applies(b))
        if world is not None and not self._both_apply(a, b, world):
            raise ReplayError(UNCONFIRMED)
        return world

    def _application_alone(self, clause: Clause) -> World | None:
        """The plainest world in which a clause applies."""
        key = self._key(clause).applies
        if key not in self._applying:
            parts = clause.conditions
            room = self._room(frozenset().union(*(part.facts for part in parts)), [part.tree for part in parts])
            self._applying[key] = room.plainest(self._applies(clause))
        return self._applying[key]

    def _difference(self, a: Clause, b: Clause) -> _Difference:
        """How the requirements of two clauses relate, whatever makes them apply."""
        key = (self._key(a).requires, self._key(b).requires)
        if key not in self._differences:
            self._differences[key] = self._compared(a, b, None)
            self._differences[key[1], key[0]] = self._differences[key].turned()
        return self._differences[key]

    def _alone(self, clause: Clause, satisfied: bool) -> World | None:
        """The plainest world that satisfies a clause, or that fails it."""
        key = (self._key(clause).requires, satisfied)
        if key not in self._satisfying:
            room = self._room(clause.require.facts, [clause.require.tree])
            term = self._requires(clause)
            self._satisfying[key] = room.plainest(term if satisfied else z3.Not(term))
        return self._satisfying[key]

    def _compared(self, a: Clause, b: Clause, context: World | None) -> _Difference:
        """The relation of two requirements, where both clauses apply if there is a context that they are tied to."""
        alone_a, alone_b = self._alone(a, True), self._alone(b, True)
        if alone_a is None or alone_b is None:
            return _Difference("incompatible")
        room = self._room_of(a, b, context is not None)

        def confirmed(found: World, satisfies_a: bool, satisfies_b: bool) -> bool:
            """Whether the `kleene` engine sees it so too."""
            expected = [(a.require.tree, satisfies_a), (b.require.tree, satisfies_b)]
            return self._holds(expected, found) and (context is None or self._both_apply(a, b, found))

        def only(met: Clause, failed: Clause, satisfying: World) -> World | None:
            """A world that satisfies one clause and fails the other: the plainest of both put together, else the plainest there is."""
            failing = self._alone(failed, False)
            if failing is None:
                return None
            expected = (met is a, met is b)
            candidate = _joined(context or {}, _joined(failing, satisfying))
            if confirmed(candidate, *expected):
                return candidate
            found = room().plainest(self._requires(met), z3.Not(self._requires(failed)))
            if found is not None and not confirmed(found, *expected):
                raise ReplayError(UNCONFIRMED)
            return found

        both = _joined(context or {}, _joined(alone_a, alone_b))
        if not confirmed(both, True, True) and not possible(room().solver, self._requires(a), self._requires(b)):
            return _Difference("incompatible")
        only_a, only_b = only(a, b, alone_a), only(b, a, alone_b)
        return _Difference(_NAMES[only_a is not None, only_b is not None], only_a, only_b)

    def _room_of(self, a: Clause, b: Clause, tied: bool) -> Callable[[], _Room]:
        """The room of two clauses, furnished when it is first entered; with their conditions where these are tied to it."""

        @cache
        def room() -> _Room:
            parts = [a.require, b.require, *((*a.conditions, *b.conditions) if tied else ())]
            made = self._room(frozenset().union(*(part.facts for part in parts)), [part.tree for part in parts])
            if tied:
                made.solver.add(self._applies(a), self._applies(b))
            return made

        return room

    def _room(self, facts: frozenset[str], trees: Iterable[Expression]) -> _Room:
        """A solver over some facts, with every axiom that can matter to them."""
        axioms, reached = self.axioms.related(facts)
        for fact in reached:
            self.encoding.variable(fact)
        solver = new_solver(self.encoding)
        solver.add(*(self._axiom_terms[axiom.id] for axiom in axioms), *self.encoding.ranges(reached))
        critical = CriticalValues(
            [*trees, *(axiom.formula.tree for axiom in axioms)], self.library.vocabulary.definitions
        )
        return _Room(solver, self.encoding, reached, critical)

    def _applies(self, clause: Clause) -> z3.BoolRef:
        """That a clause applies, as one term."""
        key = self._key(clause).applies
        if key not in self._terms:
            self._terms[key] = z3.And(*applies_terms(clause, self.encoding, phases=phases_on(clause, self.on)))
        return self._terms[key]

    def _requires(self, clause: Clause) -> z3.BoolRef:
        """What a clause requires, as one term."""
        key = self._key(clause).requires
        if key not in self._terms:
            self._terms[key] = self.encoding.term(clause.require.tree)
        return self._terms[key]

    def _both_apply(self, a: Clause, b: Clause, world: World) -> bool:
        """Whether both clauses apply in a world, by the `kleene` engine."""
        expected: list[tuple[Expression, bool]] = []
        for clause in (a, b):
            expected += [(part.tree, True) for part in (clause.scope, clause.actor, clause.when) if part is not None]
            expected += [(clause.unless.tree, False)] if clause.unless is not None else []
        started = (
            any(
                phase.when is None or self._holds([(phase.when.tree, True)], world)
                for phase in phases_on(clause, self.on)
            )
            for clause in (a, b)
        )
        return self._holds(expected, world) and all(started)

    def _holds(self, expected: Iterable[tuple[Expression, bool]], world: World) -> bool:
        """Whether formulas have these values in a world, and every axiom that speaks of its facts holds there."""
        definitions = self.library.vocabulary.definitions
        traced: dict[str, kleene.Trace] = {}
        asked = chain(expected, ((axiom.formula.tree, True) for axiom in self.axioms.related(world)[0]))
        return all(kleene.trace(tree, world, definitions, traced).value is value for tree, value in asked)


def _texts(clause: Clause, on: date | None) -> list[str]:
    """What decides whether a clause applies, in words that can be sorted."""
    return ["" if part is None else part.text for part in application(clause, on)]


def _joined(one: World, other: World) -> World:
    """Two worlds as one: sets united, and of other values those of the second."""
    joined = {**one, **other}
    for fact in one.keys() & other.keys():
        left, right = one[fact], other[fact]
        if isinstance(left, frozenset) and isinstance(right, frozenset):
            joined[fact] = left | right
    return joined


def _witness(satisfies: str, world: World, a: Clause, b: Clause) -> Witness:
    """What the two clauses read of a world; facts that only axioms tie to it are left out."""
    name: Literal["a", "b"] = "a" if satisfies == "a" else "b"
    required = a.require.facts | b.require.facts
    return Witness(
        name,
        {fact: world[fact] for fact in sorted(required)},
        {fact: world[fact] for fact in sorted((a.facts | b.facts) - required)},
    )


class _Room(NamedTuple):
    """A solver, and the facts whose worlds are asked for."""

    solver: z3.Solver
    encoding: Encoding
    facts: frozenset[str]
    critical: CriticalValues

    def plainest(self, *terms: z3.BoolRef) -> World | None:
        """The plainest world in which these terms hold, if there is one."""
        if not possible(self.solver, *terms):
            return None
        return canonical_world(self.solver, self.encoding, self.facts, self.critical, terms)
