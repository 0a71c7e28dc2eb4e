"""An explanation as a versioned JSON document (`comity/explanation/1`); keys may be added, never removed or renamed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.clauses.values import plain
from comity.questions.explain import Group
from comity.report.explanation import entry_to_write
from comity.report.formula_words import is_test
from comity.report.library_json import clause_document, sources_document
from comity.report.trace import trace_nodes, walk
from comity.report.words import Words

if TYPE_CHECKING:
    from comity.questions.explain import Explanation, Obstacle
    from comity.report.trace import TraceNode

SCHEMA = "comity/explanation/1"


def explanation_json(found: Explanation, language: str) -> str:
    """The whole explanation; texts are in every language of the library, sentences in `language`."""
    return json.dumps(explanation_document(found, language), ensure_ascii=False, indent=1)


def explanation_document(found: Explanation, language: str) -> dict[str, Any]:
    """The explanation as plain data."""
    words = Words(found.library, language)
    result, library = found.result, found.library
    standard = library.standards[result.clause.standard]
    parts = trace_nodes(result.judgement, library)
    named = {node.definition for _, root in parts for _, node in walk(root) if node.definition}
    return {
        "schema": SCHEMA,
        "comity_version": __version__,
        "language": language,
        "library": {"version": __version__, "as_of": standard.as_of.isoformat()},
        "on": found.on.isoformat(),
        "markets": list(found.markets),
        "system": {"id": found.dossier.id, "name": found.dossier.name, "version": found.dossier.version},
        "clause": clause_document(result.clause) | {"sources": sources_document(standard)},
        "elements": [
            {"id": element.clause.element, "verdict": element.verdict, "reason": words.reason(element)}
            for element in found.elements
        ],
        "verdict": result.verdict,
        "binding": result.binding,
        "in_force": result.judgement.in_force,
        "applies": result.judgement.applies,
        "reason": words.reason(result),
        "parts": [{"part": part, "value": _truth(node), "trace": _node(node, words)} for part, node in parts],
        "facts": {fact: _fact(found, fact) for fact in sorted(result.clause.facts)},
        "definitions": {name: _definition(found, name) for name in sorted(named)},
        "missing_facts": [{"fact": fact, "example": entry_to_write(found, fact)} for fact in result.missing],
        "changes": None if found.obstacles is None else _obstacle(found.obstacles, words),
        "exception": None if found.exception is None else _obstacle(found.exception, words),
    }


def _truth(node: TraceNode) -> bool | None:
    return node.value if isinstance(node.value, bool) else None


def _node(node: TraceNode, words: Words) -> dict[str, Any]:
    return {
        "text": node.text,
        "words": words.formula(node.source.expression) if is_test(node.source.expression) else None,
        "operator": node.operator,
        "value": None if node.value is None else plain(node.value),
        "fact": node.fact,
        "definition": node.definition,
        "children": [_node(child, words) for child in node.children],
    }


def _fact(found: Explanation, fact: str) -> dict[str, Any]:
    definition = found.library.fact(fact)
    entry = found.dossier.entries.get(fact)
    value = found.facts.get(fact)
    return {
        "title": definition.title,
        "definition": definition.definition,
        "type": definition.type.kind.value,
        "unit": definition.unit,
        "value": None if value is None else plain(value),
        "by": entry.basis.by if entry else None,
        "source": entry.basis.source if entry else None,
        "note": entry.basis.note if entry else None,
        "at": str(entry.basis.place) if entry else None,
    }


def _definition(found: Explanation, name: str) -> dict[str, Any]:
    entry = found.library.vocabulary.named_formulas[name]
    formula = " ".join(entry.definition.text.split())
    return {"title": entry.title, "cite": entry.cite, "note": entry.note, "formula": formula}


def _obstacle(obstacle: Obstacle, words: Words) -> dict[str, Any]:
    if isinstance(obstacle, Group):
        return {"all" if obstacle.every else "one": [_obstacle(part, words) for part in obstacle.parts]}
    findings = words.findings(obstacle.trace, wanted=obstacle.wanted)
    leaves = [
        {
            "fact": finding.fact,
            "value": None if finding.value is None else plain(finding.value),
            "asked": finding.wanted,
        }
        for finding in findings
    ]
    return leaves[0] if len(leaves) == 1 else {"all": leaves}
