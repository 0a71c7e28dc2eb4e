"""A comparison as an OSCAL mapping collection, which tools of governance, risk and compliance import.

Only what was proven is in it. Every clause counts as a control of the catalogue that its standard is; every identifier is derived from
what it stands for, so that the same library always gives the same document.
Source: NIST OSCAL 1.2, control mapping model; NIST IR 8477 (2024), section 4.3.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from comity import __version__
from comity.report.comparison_tables import RATIONALE
from comity.report.comparison_words import MEANINGS, shared_facts, title_of, told
from comity.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.library.model import Clause, Standard
    from comity.solving.relations import Crosswalk, Pair, Relation

OSCAL_VERSION = "1.2.0"
NAMESPACE = UUID("6f0c2a52-5d0b-5c1e-9a5e-0d1f6f2f7a10")
"""Root of all identifiers of this form; arbitrary, and never changed."""
PROPERTIES = "urn:comity:oscal"
"""Namespace of the properties that OSCAL does not know."""
RELATIONSHIPS: dict[Relation, str] = {
    "equal": "equivalent-to",
    "a_stricter": "superset-of",
    "b_stricter": "subset-of",
    "overlapping": "intersects-with",
    "incompatible": "no-relationship",
    "never_both_apply": "no-relationship",
}


def comparison_oscal(crosswalk: Crosswalk, language: str) -> str:
    """The mapping collection as JSON."""
    return json.dumps(mapping_collection(crosswalk, language), ensure_ascii=False, indent=1)


def mapping_collection(crosswalk: Crosswalk, language: str) -> dict[str, Any]:
    """The mapping collection as plain data: one mapping for each two standards, one map for each pair of clauses."""
    words = Words(crosswalk.library, language)
    library = crosswalk.library
    groups: defaultdict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in crosswalk.pairs:
        if pair.relation is not None:
            groups[pair.a.standard, pair.b.standard].append(pair)
    standards = sorted({name for names in groups for name in names})
    checked = max((library.standards[name].as_of for name in standards), default=library.as_of)
    day = crosswalk.on.isoformat() if crosswalk.on else ""
    return {
        "mapping-collection": {
            "uuid": _uuid("collection", crosswalk.a, crosswalk.b, day, checked.isoformat(), language),
            "metadata": {
                "title": title_of(crosswalk, words),
                "last-modified": f"{checked.isoformat()}T00:00:00Z",
                "version": __version__,
                "oscal-version": OSCAL_VERSION,
                "props": [_property("on", day)] if day else [_property("on", "any")],
            },
            "provenance": {
                "method": "automation",
                "matching-rationale": RATIONALE,
                "status": "complete" if not crosswalk.undecided else "not-complete",
                "mapping-description": words.say(
                    "Relations between clauses, each proven by a solver over all possible systems to which both clauses apply."
                    " A source that demands more than its target is its superset."
                ),
            },
            "mappings": [_mapping(names, pairs, crosswalk, words) for names, pairs in groups.items()],
            "back-matter": {"resources": [_resource(library.standards[name], words) for name in standards]},
        }
    }


def _mapping(names: tuple[str, str], pairs: list[Pair], crosswalk: Crosswalk, words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {
        "uuid": _uuid("mapping", *names),
        "source-resource": {"type": "catalog", "href": f"#{_uuid('standard', names[0])}"},
        "target-resource": {"type": "catalog", "href": f"#{_uuid('standard', names[1])}"},
        "maps": [_map(pair, pair.relation, words) for pair in pairs if pair.relation is not None],
    }
    mapped = {clause.full_id for pair in pairs for clause in (pair.a, pair.b)}
    for key, name in (("source-gap-summary", names[0]), ("target-gap-summary", names[1])):
        gaps = [clause for clause in crosswalk.library.standards[name].clauses if clause.full_id not in mapped]
        if gaps:
            found[key] = {"uuid": _uuid("gaps", key, *names), "unmapped-controls": [{"with-ids": _ids(gaps)}]}
    return found


def _map(pair: Pair, relation: Relation, words: Words) -> dict[str, Any]:
    remarks = [words.name(MEANINGS[relation]), *(told(pair, witness, words) for witness in pair.witnesses)]
    return {
        "uuid": _uuid("map", pair.a.full_id, pair.b.full_id),
        "relationship": RELATIONSHIPS[relation],
        "sources": [{"type": "control", "id-ref": control_id(pair.a)}],
        "targets": [{"type": "control", "id-ref": control_id(pair.b)}],
        "props": [_property("relation", relation), *(_property("shared-fact", fact) for fact in pair.shared_facts)],
        "remarks": "; ".join([*remarks, words.say("on: {facts}", facts=shared_facts(pair, words))]),
    }


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": PROPERTIES, "value": value}


def _resource(standard: Standard, words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {
        "uuid": _uuid("standard", standard.id),
        "title": words.text(standard.title),
        "props": [{"name": "version", "value": standard.version}, _property("standard", standard.id)],
    }
    if standard.sources:
        found["rlinks"] = [{"href": source.url} for source in standard.sources]
    return found


def control_id(clause: Clause) -> str:
    """The clause as an OSCAL token, which may not hold a slash."""
    return f"{clause.standard}_{clause.id}"


def _ids(clauses: Iterable[Clause]) -> list[str]:
    return [control_id(clause) for clause in clauses]


def _uuid(*parts: str) -> str:
    return str(uuid5(NAMESPACE, "\n".join(parts)))
