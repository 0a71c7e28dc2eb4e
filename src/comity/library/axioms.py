"""What holds of every possible system: the axioms of a library, which of them matter to some facts, and what contradicts them.

The loader has divided every conjunction among them ("no count is negative" over many facts), so each says one thing, and the facts that it
reads really hang together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clauses.values import write_value
from comity.engines import kleene
from comity.language import ENGLISH, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.formula import Definition
    from comity.clauses.tree import Value
    from comity.library.model import Axiom


class AxiomText(Message):
    """The reason of an axiom as a message: it is in the library in every language."""

    __slots__ = ("texts",)

    def __init__(self, axiom: Axiom) -> None:
        super().__init__("{text}", text=axiom.text.get(ENGLISH, axiom.id))
        self.texts = axiom.text

    def in_language(self, language: str) -> str:
        """The reason in a language, in English where it does not exist in it."""
        return self.texts.get(language) or super().in_language(ENGLISH)


class Axioms:
    """The axioms of a library, by the facts that hang together through them.

    A world of some facts that satisfies the axioms related to them can always be completed, because the remaining ones read none of them
    and all are consistent (a test sees to that).
    """

    def __init__(self, axioms: Iterable[Axiom]) -> None:
        self._groups: dict[str, int] = {}
        self._facts: dict[int, frozenset[str]] = {}
        self._axioms: dict[int, list[Axiom]] = {}
        for number, axiom in enumerate(axioms):
            joined = sorted({self._groups[fact] for fact in axiom.formula.facts if fact in self._groups})
            self._axioms[number] = [*(one for group in joined for one in self._axioms.pop(group)), axiom]
            self._facts[number] = axiom.formula.facts.union(*(self._facts.pop(group) for group in joined))
            self._groups.update(dict.fromkeys(self._facts[number], number))

    def related(self, facts: Iterable[str]) -> tuple[list[Axiom], frozenset[str]]:
        """The axioms that can matter to what is said of some facts, and all facts that hang together with these through them."""
        facts = frozenset(facts)
        groups = sorted({self._groups[fact] for fact in facts if fact in self._groups})
        found = [axiom for group in groups for axiom in self._axioms[group]]
        return found, facts.union(*(self._facts[group] for group in groups))


def contradicted(
    axioms: Iterable[Axiom], facts: Mapping[str, Value], definitions: Mapping[str, Definition]
) -> list[Axiom]:
    """The axioms that known facts make false; an unknown fact contradicts nothing."""
    traced: dict[str, kleene.Trace] = {}
    return [
        axiom
        for axiom in axioms
        if not axiom.formula.facts.isdisjoint(facts)
        and kleene.trace(axiom.formula.tree, facts, definitions, traced).value is False
    ]


def contradiction(axiom: Axiom, facts: Mapping[str, Value]) -> Message:
    """What is wrong with facts that make an axiom false: which they are, and why they cannot be so together."""
    named = [f"{fact} = {write_value(facts[fact])}" for fact in sorted(axiom.formula.facts) if fact in facts]
    return Message("no system can be so: {facts}. {reason}", facts=", ".join(named), reason=AxiomText(axiom))
