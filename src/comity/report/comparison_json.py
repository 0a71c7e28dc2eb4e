"""A comparison as a versioned JSON document (`comity/comparison/1`); keys may be added, never removed or renamed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.clauses.values import plain
from comity.report.comparison_words import told
from comity.report.words import Words
from comity.solving.relations import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.clauses.tree import Value
    from comity.library.model import Clause
    from comity.solving.relations import Crosswalk, Pair

SCHEMA = "comity/comparison/1"


def comparison_json(crosswalk: Crosswalk, language: str) -> str:
    """The whole comparison; titles are in every language of the library, sentences in `language`."""
    return json.dumps(comparison_document(crosswalk, language), ensure_ascii=False, indent=1)


def comparison_document(crosswalk: Crosswalk, language: str) -> dict[str, Any]:
    """The comparison as plain data. A witness stands under the name of the clause that it satisfies; it fails the other."""
    words = Words(crosswalk.library, language)
    decided = [pair for pair in crosswalk.pairs if pair.relation is not None]
    return {
        "schema": SCHEMA,
        "comity_version": __version__,
        "language": language,
        "library": {"version": __version__, "as_of": crosswalk.library.as_of.isoformat()},
        "on": crosswalk.on.isoformat() if crosswalk.on else None,
        "a": crosswalk.a,
        "b": crosswalk.b,
        "counts": {relation: sum(pair.relation == relation for pair in decided) for relation in RELATIONS},
        "pairs": [_pair(pair, words) for pair in decided],
        "independent": crosswalk.independent,
        "undecided": [{"a": pair.a.full_id, "b": pair.b.full_id} for pair in crosswalk.undecided],
        "alone": {
            "a": [clause.full_id for clause in crosswalk.alone_a],
            "b": [clause.full_id for clause in crosswalk.alone_b],
        },
    }


def _pair(pair: Pair, words: Words) -> dict[str, Any]:
    return {
        "a": pair.a.full_id,
        "b": pair.b.full_id,
        "relation": pair.relation,
        "shared_facts": list(pair.shared_facts),
        "witness": {
            witness.satisfies: {
                "words": told(pair, witness, words),
                "facts": _plain(witness.facts),
                "context": _plain(witness.context),
            }
            for witness in pair.witnesses
        },
        "cite": {"a": pair.a.cite, "b": pair.b.cite},
        "title": {"a": pair.a.title, "b": pair.b.title},
        "modality": {"a": pair.a.modality, "b": pair.b.modality},
        "confirmed": {"a": _confirmed(pair.a), "b": _confirmed(pair.b)},
    }


def _confirmed(clause: Clause) -> bool:
    return clause.checked.against != "unconfirmed"


def _plain(facts: Mapping[str, Value]) -> dict[str, Any]:
    return {fact: plain(value) for fact, value in facts.items()}
