"""Entries of the library as plain data for `--format json`; texts are in every language. Keys may be added, never removed or renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.library.model import Clause, FactDefinition, NamedFormula, Role, Standard, Topic
from comity.questions.browse import (
    Use,
    by_jurisdiction,
    definitions_in,
    definitions_using,
    uses_of_definition,
    uses_of_fact,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.library.loader import Library
    from comity.library.model import CompiledFormula, Jurisdiction, Omission, Phase
    from comity.questions.browse import Entry

Document = dict[str, Any]


def entry_document(entry: Entry, library: Library) -> Document:
    """One entry, whole."""
    match entry:
        case Standard():
            return standard_document(entry) | {
                "scope": _formula(entry.clauses[0].scope) if entry.clauses else None,
                "clauses": [clause_document(clause) for clause in entry.clauses],
                "not_encoded": [_omission(omission) for omission in entry.not_encoded],
            }
        case Clause():
            return clause_document(entry) | {"sources": sources_document(library.standards[entry.standard])}
        case FactDefinition():
            return _fact(entry, library)
        case NamedFormula():
            return _definition(entry, library)
        case Role():
            bound = [Use(clause, required=True) for clause in library.clauses.values() if entry.id in clause.actors]
            terms = {jurisdiction: list(words) for jurisdiction, words in entry.terms.items()}
            return {
                "title": entry.title,
                "definition": entry.definition,
                "terms": terms,
                "clauses": _uses(library, bound),
            }
        case Topic():
            clauses = [Use(clause, required=True) for clause in library.clauses.values() if clause.topic == entry.id]
            facts = [fact.id for fact in library.vocabulary.facts.values() if fact.topic == entry.id]
            return {"title": entry.title, "facts": facts, "clauses": _uses(library, clauses)}
    return _jurisdiction(entry, library)


def standard_document(standard: Standard) -> Document:
    """The head of a standard."""
    return {
        "id": standard.id,
        "title": standard.title,
        "publisher": standard.publisher,
        "jurisdiction": standard.jurisdiction,
        "force": standard.force,
        "status": standard.status,
        "orientation": list(standard.orientation),
        "version": standard.version,
        "as_of": standard.as_of.isoformat(),
        "in_force": [_phase(phase) for phase in standard.in_force],
        "sources": sources_document(standard),
    }


def clause_document(clause: Clause) -> Document:
    """A clause, whole."""
    return {
        "id": clause.full_id,
        "standard": clause.standard,
        "jurisdiction": clause.jurisdiction,
        "cite": clause.cite,
        "topic": clause.topic,
        "subject": clause.subject,
        "unknowable": clause.unknowable,
        "title": clause.title,
        "text": clause.text,
        "modality": clause.modality,
        "actors": list(clause.actors),
        "scope": _formula(clause.scope),
        "actor": _formula(clause.actor),
        "when": _formula(clause.when),
        "unless": _formula(clause.unless),
        "require": _formula(clause.require),
        "in_force": [_phase(phase) for phase in clause.in_force],
        "checked": {"on": clause.checked.on.isoformat(), "against": clause.checked.against},
        "note": clause.note,
        "facts": sorted(clause.facts),
        "examples": [
            {
                "facts": {
                    fact: list(value) if isinstance(value, tuple) else value for fact, value in example.facts.items()
                },
                "verdict": example.verdict,
                "on": example.on.isoformat() if example.on else None,
            }
            for example in clause.examples
        ],
        "file": clause.file,
        "line": clause.line,
    }


def _formula(formula: CompiledFormula | None) -> Document | None:
    return None if formula is None else {"text": " ".join(formula.text.split()), "facts": sorted(formula.facts)}


def _phase(phase: Phase) -> Document:
    return {
        "from": phase.start.isoformat(),
        "until": phase.until.isoformat() if phase.until else None,
        "when": _formula(phase.when),
    }


def _omission(omission: Omission) -> Document:
    return {"cite": omission.cite, "reason": omission.reason}


def sources_document(standard: Standard) -> list[Document]:
    """Where the text of a standard is published."""
    return [{"url": source.url, "title": source.title} for source in standard.sources]


def _uses(library: Library, uses: Iterable[Use]) -> dict[str, list[Document]]:
    return {
        jurisdiction: [{"clause": use.clause.full_id, "required": use.required} for use in of_country]
        for jurisdiction, of_country in by_jurisdiction(library, uses).items()
    }


def _fact(fact: FactDefinition, library: Library) -> Document:
    return {
        "title": fact.title,
        "definition": fact.definition,
        "topic": fact.topic,
        "subject": fact.subject,
        "type": fact.type.kind.value,
        "values": [{"id": value, "title": dict(library.value_titles.get(value, {}))} for value in fact.type.values],
        "unit": fact.unit,
        "established_by": list(fact.established_by),
        "nature": fact.nature,
        "per_market": fact.per_market,
        "measure": fact.measure,
        "cost": {"change": fact.cost.change, "establish": fact.cost.establish},
        "reserved": fact.reserved,
        "clauses": _uses(library, uses_of_fact(library, fact.id)),
        "definitions": definitions_using(library, fact.id),
    }


def _definition(entry: NamedFormula, library: Library) -> Document:
    return {
        "title": entry.title,
        "cite": entry.cite,
        "note": entry.note,
        "type": entry.definition.kind.value,
        "formula": {"text": " ".join(entry.definition.text.split()), "facts": sorted(entry.definition.facts)},
        "names": definitions_in(entry.definition.tree),
        "clauses": _uses(library, uses_of_definition(library, entry.id)),
        "definitions": definitions_using(library, entry.id),
    }


def _jurisdiction(entry: Jurisdiction, library: Library) -> Document:
    return {
        "title": entry.title,
        "kind": entry.kind,
        "market": entry.market,
        "part_of": entry.part_of,
        "regions": list(entry.regions),
        "languages": list(entry.languages),
        "parts": [other.id for other in library.jurisdictions.values() if other.part_of == entry.id],
        "standards": [standard.id for standard in library.data.standards if standard.jurisdiction == entry.id],
        "roles": {role.id: list(role.terms[entry.id]) for role in library.roles.values() if entry.id in role.terms},
    }
