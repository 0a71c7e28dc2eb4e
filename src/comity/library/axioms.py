"""What holds of every possible system: the axioms of a library, conjunct by conjunct, and what contradicts them.

An axiom is often a conjunction over many facts ("no count is negative"). Only its parts say which facts hang together, so everything here
works on parts: `related` finds those that can matter to some facts, `contradicted` those that known facts make false.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from comity.clauses.formula import facts_of
from comity.clauses.tree import And
from comity.clauses.values import write_value
from comity.engines import kleene
from comity.language import ENGLISH, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.clauses.formula import Definition
    from comity.clauses.tree import Expression, Value
    from comity.library.model import Axiom, LibraryData


class AxiomPart(NamedTuple):
    """One conjunct of an axiom, with all facts that it reads."""

    axiom: Axiom
    tree: Expression
    facts: frozenset[str]


class AxiomText(Message):
    """The reason of an axiom as a message: it is in the library in every language."""

    __slots__ = ("texts",)

    def __init__(self, axiom: Axiom) -> None:
        super().__init__("{text}", text=axiom.text.get(ENGLISH, axiom.id))
        self.texts = axiom.text

    def in_language(self, language: str) -> str:
        """The reason in a language, in English where it does not exist in it."""
        return self.texts.get(language) or super().in_language(ENGLISH)


def axiom_parts(data: LibraryData) -> tuple[AxiomPart, ...]:
    """Every conjunct of every axiom, in order."""
    definitions = {entry.id: entry.definition for entry in data.definitions}
    return tuple(
        AxiomPart(axiom, tree, facts_of(tree, definitions))
        for axiom in data.axioms
        for tree in _conjuncts(axiom.formula.tree)
    )


def _conjuncts(tree: Expression) -> Iterator[Expression]:
    if isinstance(tree, And):
        for operand in tree.operands:
            yield from _conjuncts(operand)
    else:
        yield tree


def related(parts: Iterable[AxiomPart], facts: Iterable[str]) -> tuple[list[AxiomPart], frozenset[str]]:
    """The parts that can matter to what is said of some facts, and all facts that hang together with these through them.

    A world of these facts that satisfies these parts can always be completed, because the remaining parts read none of them and the
    axioms are consistent (`library check` sees to that).
    """
    reached = set(facts)
    found: list[AxiomPart] = []
    waiting = list(parts)
    while True:
        touched = [part for part in waiting if part.facts & reached]
        if not touched:
            return found, frozenset(reached)
        found += touched
        waiting = [part for part in waiting if not part.facts & reached]
        reached.update(*(part.facts for part in touched))


def contradicted(
    parts: Iterable[AxiomPart], facts: Mapping[str, Value], definitions: Mapping[str, Definition]
) -> list[AxiomPart]:
    """The parts that known facts make false; an unknown fact contradicts nothing."""
    traced: dict[str, kleene.Trace] = {}
    return [
        part
        for part in parts
        if not part.facts.isdisjoint(facts) and kleene.trace(part.tree, facts, definitions, traced).value is False
    ]


def contradiction(part: AxiomPart, facts: Mapping[str, Value]) -> Message:
    """What is wrong with facts that make a part false: which they are, and why they cannot be so together."""
    named = [f"{fact} = {write_value(facts[fact])}" for fact in sorted(part.facts) if fact in facts]
    return Message("no system can be so: {facts}. {reason}", facts=", ".join(named), reason=AxiomText(part.axiom))
