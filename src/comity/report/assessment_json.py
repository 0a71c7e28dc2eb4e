"""An assessment as a versioned JSON document (`comity/assessment/1`); keys may be added, never removed or renamed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.clauses.values import plain
from comity.questions.measured import measured_facts
from comity.report.routes import routes_document
from comity.report.words import Words

if TYPE_CHECKING:
    from comity.dossier.model import Basis
    from comity.questions.assess import Assessment, ClauseResult
    from comity.questions.measured import MeasuredFact

SCHEMA = "comity/assessment/1"


def assessment_json(assessment: Assessment, language: str) -> str:
    """The whole assessment; texts are in both languages where the library has them, sentences in `language`."""
    return json.dumps(assessment_document(assessment, language), ensure_ascii=False, indent=1)


def assessment_document(assessment: Assessment, language: str) -> dict[str, Any]:
    """The assessment as plain data."""
    words = Words(assessment.library, language)
    dossier = assessment.dossier
    counts = assessment.counts()
    return {
        "schema": SCHEMA,
        "comity_version": __version__,
        "language": language,
        "library": {"version": __version__, "as_of": assessment.library.as_of.isoformat()},
        "on": assessment.on.isoformat(),
        "system": {"id": dossier.id, "name": dossier.name, "version": dossier.version},
        "markets": list(assessment.markets),
        "counts": {verdict: counts[verdict] for verdict in ("met", "not_met", "unknown", "not_applicable")},
        "standards": [
            {
                "id": standard.id,
                "title": standard.title,
                "jurisdiction": standard.jurisdiction,
                "force": standard.force,
                "status": standard.status,
                "orientation": list(standard.orientation),
                "as_of": standard.as_of.isoformat(),
                "age_days": (assessment.on - standard.as_of).days,
                "counts": dict(assessment.counts(assessment.of_standard(standard.id))),
            }
            for standard in assessment.standards
        ],
        "clauses": [_clause(result, words) for result in assessment.results],
        "changes": [
            {
                "on": change.on.isoformat(),
                "clause": change.clause.full_id,
                "before": change.before,
                "after": change.after,
            }
            for change in assessment.changes
        ],
        "openings": [
            {"fact": opening.fact, "decides": opening.decides, "touched": opening.touched}
            for opening in assessment.openings
        ],
        "flows": routes_document(assessment),
        "measured": [_measured(fact, words) for fact in measured_facts(assessment)],
        "contradictions": [words.name(contradiction.message) for contradiction in dossier.contradictions],
    }


def _clause(result: ClauseResult, words: Words) -> dict[str, Any]:
    clause = result.clause
    return {
        "id": clause.full_id,
        "verdict": result.verdict,
        "binding": result.binding,
        "settled": result.settled,
        "modality": clause.modality,
        "jurisdiction": clause.jurisdiction,
        "topic": clause.topic,
        "subject": clause.subject,
        "unknowable": clause.unknowable,
        "cite": clause.cite,
        "title": clause.title,
        "reason": words.reason(result),
        "applies": result.judgement.applies,
        "deciding_facts": {fact: plain(value) for fact, value in sorted(result.deciding.items())},
        "missing_facts": result.missing,
        "elements": None if result.elements is None else [_element(element, words) for element in result.elements],
        "evidence": [_evidence(fact, basis) for fact, basis in sorted(result.bases.items())],
        "checked": {"on": clause.checked.on.isoformat(), "against": clause.checked.against},
        "in_force": [
            {"from": phase.start.isoformat(), "until": phase.until.isoformat() if phase.until else None}
            for phase in clause.in_force
        ],
    }


def _element(result: ClauseResult, words: Words) -> dict[str, Any]:
    return {
        "id": result.clause.element,
        "verdict": result.verdict,
        "settled": result.settled,
        "reason": words.reason(result),
        "applies": result.judgement.applies,
        "deciding_facts": {fact: plain(value) for fact, value in sorted(result.deciding.items())},
        "missing_facts": result.missing,
    }


def _measured(fact: MeasuredFact, words: Words) -> dict[str, Any]:
    """A measured fact with the clauses that look at it; a bound is as this system's facts and the definitions make it."""
    return {
        "fact": fact.fact,
        "value": None if fact.value is None else plain(fact.value),
        "places": list(fact.places),
        "count": None if fact.sample is None else fact.sample.count,
        "interval": None if fact.interval is None else list(fact.interval),
        "source": fact.source,
        "withheld": None if fact.withheld is None else words.name(fact.withheld),
        "clauses": [
            {
                "id": use.result.clause.full_id,
                "verdict": use.result.verdict,
                "effect": use.effect,
                "bounds": [
                    {
                        "part": bound.part,
                        "operator": bound.operator,
                        "value": plain(bound.value),
                        "kept": None if fact.value is None else bound.admits(fact.value),
                        "doubtful": fact.doubtful(bound),
                    }
                    for bound in use.bounds
                ],
            }
            for use in fact.uses
        ],
    }


def _evidence(fact: str, basis: Basis) -> dict[str, Any]:
    return {"fact": fact, "by": basis.by, "source": basis.source, "at": str(basis.place)}
