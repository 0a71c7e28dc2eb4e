"""The library as a dossier with several data flows sees it: every clause about a flow becomes one clause for each flow.

The facts of a collection get a name of their own for each of its elements (`flow.routes@payroll`), and so do the definitions, axioms and
clauses that read them, by a change of names in their trees. Whatever judges, asks or solves then works on the elements without knowing
of them: changing a fact of one element cannot touch another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from comity.clauses import tree as t
from comity.library.loader import Library
from comity.library.model import Axiom, CompiledFormula, FactDefinition, NamedFormula, packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comity.clauses.tree import Expression
    from comity.library.model import Clause, Phase, Standard, Text

Elements = dict[str, tuple[str, ...]]
"""The ids of the elements that a dossier lists, by collection (`flow`); a collection that it does not speak of is absent."""

SEPARATOR = "@"


def element_name(name: str, element: str) -> str:
    """What a fact, definition, axiom or clause is called where it is about one element."""
    return f"{name}{SEPARATOR}{element}"


def divided(name: str) -> tuple[str, str | None]:
    """The general name and the element; None for what is about no single element."""
    general, _, element = name.partition(SEPARATOR)
    return general, element or None


def with_elements(library: Library, elements: Mapping[str, tuple[str, ...]]) -> Library:
    """The library with its clauses about collections divided among their elements.

    Clauses about a collection that the dossier does not speak of stay as they are: they are about a single element without a name.

    Args:
        library: the library, perhaps with elements already.
        elements: the ids of the elements, by collection; a clause about a collection without any element is left out.
    """
    if library.elements == elements:
        return library
    general = library.general
    if not elements:
        return general
    data = general.data
    facts: list[FactDefinition] = []
    definitions: list[NamedFormula] = []
    axioms = [axiom for axiom in data.axioms if not _subjects(axiom.formula.facts, general) & elements.keys()]
    namings = {key: [_Naming(general, key, element) for element in ids] for key, ids in elements.items()}
    for naming in (naming for of_collection in namings.values() for naming in of_collection):
        facts += [naming.fact(fact) for fact in data.facts if fact.id in naming.names]
        definitions += [naming.definition(entry) for entry in data.definitions if entry.id in naming.names]
        axioms += [
            naming.axiom(axiom) for axiom in data.axioms if not naming.names.keys().isdisjoint(axiom.formula.facts)
        ]
    return Library(
        msgspec.structs.replace(
            data,
            facts=(*data.facts, *facts),
            definitions=(*data.definitions, *definitions),
            axioms=tuple(axioms),
            standards=tuple(_divided_standard(standard, namings) for standard in data.standards),
        ),
        elements=elements,
        general=general,
    )


def parts_of(clause: Clause, library: Library) -> tuple[Clause, ...] | None:
    """The clauses about single elements that a clause about their collection stands for.

    None for any other clause, and where the dossier does not speak of the collection.
    """
    if clause.subject is None or clause.subject not in library.elements:
        return None
    return tuple(library.clauses[element_name(clause.full_id, element)] for element in library.elements[clause.subject])


def _subjects(facts: Iterable[str], library: Library) -> set[str]:
    return {library.fact(fact).subject for fact in facts}


def _divided_standard(standard: Standard, namings: Mapping[str, Sequence[_Naming]]) -> Standard:
    if not any(clause.subject in namings for clause in standard.clauses):
        return standard
    clauses: list[Clause] = []
    for clause in standard.clauses:
        if clause.subject is None or clause.subject not in namings:
            clauses.append(clause)
        else:
            clauses += [naming.clause(clause) for naming in namings[clause.subject]]
    return msgspec.structs.replace(standard, clauses=tuple(clauses))


class _Naming:
    """Gives what is about a collection the names that it has for one element."""

    def __init__(self, library: Library, collection: str, element: str) -> None:
        self.element = element
        own = {fact.id for fact in library.data.facts if fact.subject == collection}
        own |= {entry.id for entry in library.data.definitions if not own.isdisjoint(entry.definition.facts)}
        self.names = {name: element_name(name, element) for name in own}

    def fact(self, fact: FactDefinition) -> FactDefinition:
        return msgspec.structs.replace(fact, id=self.names[fact.id], title=self.title(fact.title))

    def definition(self, entry: NamedFormula) -> NamedFormula:
        definition = msgspec.structs.replace(
            entry.definition, tree=self.tree(entry.definition.tree), facts=self.facts(entry.definition.facts)
        )
        return msgspec.structs.replace(
            entry, id=self.names[entry.id], title=self.title(entry.title), definition=definition
        )

    def axiom(self, axiom: Axiom) -> Axiom:
        return msgspec.structs.replace(
            axiom, id=element_name(axiom.id, self.element), formula=self.formula(axiom.formula)
        )

    def clause(self, clause: Clause) -> Clause:
        """The clause about the element; its examples stay with the clause that it comes from."""
        return msgspec.structs.replace(
            clause,
            id=element_name(clause.id, self.element),
            element=self.element,
            title=self.title(clause.title),
            scope=self.formula(clause.scope),
            actor=self.optional(clause.actor),
            when=self.optional(clause.when),
            unless=self.optional(clause.unless),
            require=self.formula(clause.require),
            in_force=tuple(self.phase(phase) for phase in clause.in_force),
            packed_examples=packed(()),
        )

    def phase(self, phase: Phase) -> Phase:
        return msgspec.structs.replace(phase, when=self.optional(phase.when))

    def optional(self, formula: CompiledFormula | None) -> CompiledFormula | None:
        return None if formula is None else self.formula(formula)

    def formula(self, formula: CompiledFormula) -> CompiledFormula:
        """The formula; its text, into which the spans of its tree point, stays as it was written."""
        return CompiledFormula(text=formula.text, tree=self.tree(formula.tree), facts=self.facts(formula.facts))

    def facts(self, facts: frozenset[str]) -> frozenset[str]:
        return frozenset(self.names.get(fact, fact) for fact in facts)

    def tree(self, expression: Expression) -> Expression:
        match expression:
            case t.Fact(span=span, id=fact, kind=kind):
                return t.Fact(span, self.names.get(fact, fact), kind)
            case t.Named(span=span, name=name):
                return t.Named(span, self.names.get(name, name))
        return t.with_parts(expression, [self.tree(part) for part in t.parts(expression)])

    def title(self, title: Text) -> Text:
        brackets = {"zh": "（{}）"}
        return {
            language: text + brackets.get(language, " ({})").format(self.element) for language, text in title.items()
        }
