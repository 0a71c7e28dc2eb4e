"""What is a clause about? The choices that it requires something of, and of a choice that is a set, the values.

Two clauses that ask for different parts of one file share a fact, and yet neither bears on the other: each can be met or failed whatever
becomes of the other. Only where they name the same value, or values that an axiom ties together, there is something to compare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clauses import tree as t
from comity.clauses.critical import unfolded
from comity.clauses.tree import Kind
from comity.library.vocabulary import MARKETS
from comity.solving.connected import connected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.clauses.tree import Expression
    from comity.library.loader import Library
    from comity.library.model import Clause, CompiledFormula

Subject = tuple[str, str | None]
"""A fact, and of a set one of its values."""


class Subjects:
    """What the clauses of a library are about.

    Args:
        library: the rules; the axioms say which subjects are tied together.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self._known: dict[str, dict[str, frozenset[Subject]]] = {}
        self._requirements: dict[str, frozenset[object]] = {}
        self._everything: dict[str, frozenset[object]] = {}
        self._conditions: dict[tuple[str, frozenset[str]], frozenset[object]] = {}
        tied = [self._read(axiom.formula.tree) for axiom in library.data.axioms]
        self._tied = {subject: group[0] for group in connected(tied) for index in group for subject in tied[index]}

    def meet(self, a: Clause, b: Clause) -> bool:
        """Whether what one clause requires can bear on the other: on what that one requires, or on whether it applies."""
        return not (
            self._required(a).isdisjoint(self._looked_at(b)) and self._required(b).isdisjoint(self._looked_at(a))
        )

    def shared(self, a: Clause, b: Clause) -> tuple[str, ...]:
        """The choices that both require something of, sorted; of those that are sets only where they name the same values, if any do."""
        mine, others = self._by_fact(a), self._by_fact(b)
        common = sorted(mine.keys() & others.keys())
        close = [fact for fact in common if not self._ties(mine[fact]).isdisjoint(self._ties(others[fact]))]
        return tuple(close or common)

    def _required(self, clause: Clause) -> frozenset[object]:
        """The subjects that a clause requires something of."""
        if clause.full_id not in self._requirements:
            subjects = frozenset[Subject]().union(*self._by_fact(clause).values())
            self._requirements[clause.full_id] = self._ties(subjects)
        return self._requirements[clause.full_id]

    def _looked_at(self, clause: Clause) -> frozenset[object]:
        """These, and those that decide whether it applies."""
        if clause.full_id not in self._everything:
            conditions = (self._ties_of(part) for part in clause.conditions)
            self._everything[clause.full_id] = self._required(clause).union(*conditions)
        return self._everything[clause.full_id]

    def _ties_of(self, condition: CompiledFormula) -> frozenset[object]:
        """What a condition looks at; many clauses have the same, so it is looked up by its words and its facts."""
        key = (condition.text, condition.facts)
        if key not in self._conditions:
            self._conditions[key] = self._ties(self._read(condition.tree))
        return self._conditions[key]

    def _ties(self, subjects: Iterable[Subject]) -> frozenset[object]:
        """The subjects, those that axioms tie together under one name."""
        return frozenset(self._tied.get(subject, subject) for subject in subjects)

    def _by_fact(self, clause: Clause) -> dict[str, frozenset[Subject]]:
        if clause.full_id not in self._known:
            found: dict[str, set[Subject]] = {}
            for subject in self._read(clause.require.tree):
                fact = subject[0]
                if fact != MARKETS and self.library.fact(fact).nature == "choice":
                    found.setdefault(fact, set()).add(subject)
            self._known[clause.full_id] = {fact: frozenset(subjects) for fact, subjects in found.items()}
        return self._known[clause.full_id]

    def _read(self, tree: Expression) -> set[Subject]:
        """Every subject of a formula, givens too."""
        found: set[Subject] = set()
        for node in unfolded([tree], self.library.vocabulary.definitions):
            match node:
                case (
                    t.Contains(operand=t.Fact(id=fact), values=values)
                    | t.Intersects(operand=t.Fact(id=fact), values=values)
                ):
                    found |= {(fact, value) for value in values}
                case t.Fact(id=fact, kind=kind) if kind is not Kind.SET:
                    found.add((fact, None))
                case _:
                    pass
        return found
