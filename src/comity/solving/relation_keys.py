"""Digests of what the relation of two clauses depends on: their formulas, and the definitions, facts and axioms behind them.

Two pairs with the same key have the same relation and the same witnesses; a change anywhere else in the library changes no key.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from comity import __version__
from comity.clauses.formula import walk
from comity.clauses.tree import Named
from comity.solving.relations import phases_on

if TYPE_CHECKING:
    from datetime import date

    from comity.clauses.tree import Expression
    from comity.library.loader import Library
    from comity.library.model import Clause, CompiledFormula

FORMAT = 1
"""Of what is kept under a key; a new number where a relation or a witness comes out differently."""


class Keys:
    """The keys of the pairs of a library.

    Args:
        library: the rules.
        on: the day asked about; it decides which phases of a clause count.
    """

    def __init__(self, library: Library, on: date | None) -> None:
        self.library = library
        self.on = on
        self._definitions: dict[str, str] = {}
        self._clauses: dict[str, str] = {}
        axioms = sorted(self._formula(axiom.formula) for axiom in library.data.axioms)
        self._world = _digest(f"comity {__version__} relations {FORMAT}", *axioms)

    def of(self, a: Clause, b: Clause) -> tuple[str, bool]:
        """The key of two clauses, the same for both orders, and whether it stands for b and a."""
        first, second = self._clause(a), self._clause(b)
        return _digest(self._world, *sorted((first, second))), second < first

    def _clause(self, clause: Clause) -> str:
        if clause.full_id not in self._clauses:
            whens = sorted(self._formula(phase.when) for phase in phases_on(clause, self.on))
            parts = (clause.scope, clause.actor, clause.when, clause.unless, clause.require)
            self._clauses[clause.full_id] = _digest(*map(self._formula, parts), *whens)
        return self._clauses[clause.full_id]

    def _formula(self, formula: CompiledFormula | None) -> str:
        if formula is None:
            return ""
        types = self.library.vocabulary.types
        facts = [f"{fact} {types[fact].kind} {' '.join(types[fact].values)}" for fact in sorted(formula.facts)]
        return _digest(_written(formula.tree), *facts, *self._named(formula.tree))

    def _named(self, tree: Expression) -> list[str]:
        """Digests of the definitions that a tree names, each with those that it names in turn."""
        definitions = self.library.vocabulary.definitions
        found = []
        for name in sorted({node.name for node in walk(tree) if isinstance(node, Named)}):
            if name not in self._definitions:
                definition = definitions[name]
                self._definitions[name] = _digest(name, _written(definition.tree), *self._named(definition.tree))
            found.append(self._definitions[name])
        return found


def _written(tree: Expression) -> str:
    return hashlib.sha256(msgspec.msgpack.encode(tree)).hexdigest()


def _digest(*texts: str) -> str:
    """SHA-256 over texts, each with its length, so that no two lists of texts are taken for one another."""
    return hashlib.sha256(msgspec.msgpack.encode(texts)).hexdigest()
