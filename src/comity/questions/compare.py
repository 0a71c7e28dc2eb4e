"""How do two rules relate? For every pair of clauses that share facts, one of six relations, proven, with a witness for each difference.

Both clauses are assumed to apply. With A and B for what they require:

    never_both_apply   no system is bound by both
    incompatible       no system satisfies A and B
    equal              A and B are satisfied by the same systems
    a_stricter         whoever satisfies A satisfies B, but not the other way round
    b_stricter         whoever satisfies B satisfies A, but not the other way round
    overlapping        each has systems that the other refuses
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeAlias

import z3

from comity.clauses.critical import CriticalValues
from comity.clauses.formula import facts_of
from comity.engines.smt import Encoding
from comity.errors import InputError, did_you_mean
from comity.language import Message
from comity.library.vocabulary import MARKETS
from comity.questions.worlds import applies_terms, canonical_world, new_solver, possible, replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.tree import Expression, Value
    from comity.library.loader import Library
    from comity.library.model import Clause

Relation: TypeAlias = Literal["equal", "a_stricter", "b_stricter", "overlapping", "incompatible", "never_both_apply"]
RELATIONS: tuple[Relation, ...] = (
    "equal",
    "a_stricter",
    "b_stricter",
    "overlapping",
    "incompatible",
    "never_both_apply",
)


@dataclass(frozen=True, slots=True)
class Witness:
    """A smallest system that tells two clauses apart.

    Attributes:
        satisfies: `a` or `b`, the one that it satisfies; it fails the other.
        facts: its facts; those that only make both clauses apply are in `context`.
    """

    satisfies: Literal["a", "b"]
    facts: dict[str, Value]
    context: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two clauses, how they relate, and what shows it."""

    a: Clause
    b: Clause
    relation: Relation
    shared_facts: tuple[str, ...]
    witnesses: tuple[Witness, ...]


class Comparison:
    """Compiles each clause once and compares it with many.

    Args:
        library: the rules.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.encoding = Encoding(library.vocabulary)
        self.axioms = [(axiom, self.encoding.term(axiom.formula.tree)) for axiom in library.data.axioms]
        self._applies: dict[str, z3.BoolRef] = {}
        self._requires: dict[str, z3.BoolRef] = {}

    def applies(self, clause: Clause) -> z3.BoolRef:
        """That a clause applies, as one term."""
        if clause.full_id not in self._applies:
            self._applies[clause.full_id] = z3.And(*applies_terms(clause, self.encoding))
        return self._applies[clause.full_id]

    def requires(self, clause: Clause) -> z3.BoolRef:
        """What a clause requires, as one term."""
        if clause.full_id not in self._requires:
            self._requires[clause.full_id] = self.encoding.term(clause.require.tree)
        return self._requires[clause.full_id]

    def relate(self, a: Clause, b: Clause) -> Pair:
        """The relation of two clauses.

        Raises:
            NotDecidedError: the solver did not answer in time.
        """
        shared = tuple(sorted(shared_choices(a, b, self.library)))
        solver = new_solver(self.encoding)
        both = [self.applies(a), self.applies(b)]
        required_a, required_b = self.requires(a), self.requires(b)
        facts = a.facts | b.facts
        axioms = [(axiom, term) for axiom, term in self.axioms if axiom.formula.facts & facts]
        facts = facts.union(*(axiom.formula.facts for axiom, _ in axioms))
        solver.add(*(term for _, term in axioms), *both, *self.encoding.ranges(facts))
        if not possible(solver):
            return Pair(a, b, "never_both_apply", shared, ())
        if not possible(solver, required_a, required_b):
            return Pair(a, b, "incompatible", shared, ())
        only_a = possible(solver, required_a, z3.Not(required_b))
        only_b = possible(solver, required_b, z3.Not(required_a))
        witnesses = []
        if only_a:
            witnesses.append(self._witness(solver, "a", a, b))
        if only_b:
            witnesses.append(self._witness(solver, "b", b, a))
        relation: Relation = {
            (False, False): "equal",
            (True, False): "b_stricter",
            (False, True): "a_stricter",
            (True, True): "overlapping",
        }[only_a, only_b]
        return Pair(a, b, relation, shared, tuple(witnesses))

    def _witness(self, solver: z3.Solver, name: Literal["a", "b"], met: Clause, failed: Clause) -> Witness:
        trees = [formula.tree for clause in (met, failed) for formula in (clause.require, *clause.conditions)]
        trees += [axiom.formula.tree for axiom in self.library.data.axioms]
        definitions = self.library.vocabulary.definitions
        critical = CriticalValues(trees, definitions)
        facts = met.facts | failed.facts
        told_apart = [self.requires(met), z3.Not(self.requires(failed))]
        world = canonical_world(solver, self.encoding, facts, critical, told_apart)
        expected: list[tuple[Expression, bool]] = [(met.require.tree, True), (failed.require.tree, False)]
        replay(world, expected, self.library)
        required = facts_of(met.require.tree, definitions) | facts_of(failed.require.tree, definitions)
        return Witness(
            name,
            {fact: world[fact] for fact in sorted(required)},
            {fact: world[fact] for fact in sorted(facts - required)},
        )


def shared_choices(a: Clause, b: Clause, library: Library) -> frozenset[str]:
    """The choice facts that both clauses require something of."""
    both = a.require.facts & b.require.facts
    return frozenset(fact for fact in both if fact != MARKETS and library.fact(fact).nature == "choice")


def select(name: str, library: Library) -> list[Clause]:
    """The clauses that a name stands for: a jurisdiction, a standard, or a single clause.

    Raises:
        InputError: the name stands for nothing.
    """
    if name in library.clauses:
        return [library.clauses[name]]
    if name in library.standards:
        return list(library.standards[name].clauses)
    found = [clause for clause in library.clauses.values() if clause.jurisdiction == name]
    if found:
        return found
    known = [*library.standards, *{clause.jurisdiction for clause in library.clauses.values()}, *library.clauses]
    message = Message('"{name}" is no jurisdiction, standard or clause of this library', name=name[:80])
    raise InputError(message, hint=did_you_mean(name, known))


def pairs_between(left: Iterable[Clause], right: Iterable[Clause], library: Library) -> Iterator[tuple[Clause, Clause]]:
    """Every pair of different clauses that share a choice fact, each once."""
    right = list(right)
    seen: set[frozenset[str]] = set()
    for a in left:
        for b in right:
            key = frozenset((a.full_id, b.full_id))
            if len(key) == 2 and key not in seen and shared_choices(a, b, library):
                seen.add(key)
                yield a, b


def pairs_across(library: Library) -> Iterator[tuple[Clause, Clause]]:
    """Every pair of clauses of different standards that share a choice fact."""
    for a, b in combinations(library.clauses.values(), 2):
        if a.standard != b.standard and shared_choices(a, b, library):
            yield a, b


def compare(left: str, right: str, library: Library) -> tuple[Pair, ...]:
    """Relate the clauses of two standards, jurisdictions or single clauses.

    Raises:
        InputError: a name stands for nothing.
        NotDecidedError: the solver did not answer in time.
    """
    comparison = Comparison(library)
    chosen = pairs_between(select(left, library), select(right, library), library)
    return tuple(comparison.relate(a, b) for a, b in chosen)
