"""An assessment as OSCAL assessment results, which tools of governance, risk and compliance import.

Every clause counts as a control of the catalogue that its standard is, with one statement. OSCAL knows only satisfied
and not satisfied: a clause that is not decided is *not satisfied*, and says in three places that it was not decided.
Identifiers are derived from what they stand for, that of the document from its content, so that the same assessment
always gives the same bytes.
Source: NIST OSCAL 1.2.1, assessment results model.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from comity import __version__
from comity.interchange.published_facts import evidence_files
from comity.interchange.texts import midnight, single_line
from comity.library.model import WORST_FIRST
from comity.report.comparison_oscal import control_id
from comity.report.words import BASIS_NAMES, VERDICT_NAMES, Words

if TYPE_CHECKING:
    from comity.library.model import Standard
    from comity.questions.assess import Assessment, ClauseResult

OSCAL_VERSION = "1.2.1"
NAMESPACE = UUID("2b1f6d4e-7c1a-5f0b-8f1d-3d6a0e5c9b47")
"""Root of all identifiers of this form; arbitrary, and never changed."""
PROPERTIES = "urn:comity:oscal"
"""Namespace of the properties that OSCAL does not know."""
METHODS = {"measured": "TEST", "documented": "EXAMINE", "declared": "INTERVIEW"}
"""How OSCAL calls the way in which a value was come by."""
REASONS = {"met": "pass", "not_met": "fail", "unknown": "other"}


def assessment_oscal(assessment: Assessment, language: str) -> str:
    """The assessment results as JSON."""
    return json.dumps(assessment_results(assessment, language), ensure_ascii=False, indent=1)


def assessment_results(assessment: Assessment, language: str) -> dict[str, Any]:
    """The assessment results as plain data."""
    words = Words(assessment.library, language)
    dossier = assessment.dossier
    names = _Names(dossier.id, assessment.on.isoformat())
    markets = words.separator.join(assessment.markets)
    system = single_line(f"{dossier.name} {dossier.version}")
    title = words.say("{system} in {markets}, on {day}", system=system, markets=markets, day=assessment.on.isoformat())
    content = {
        "metadata": {
            "title": title,
            "last-modified": midnight(assessment.on),
            "version": single_line(dossier.version or assessment.on.isoformat()),
            "oscal-version": OSCAL_VERSION,
            "props": [
                _property("comity-version", __version__),
                _property("library-as-of", assessment.library.as_of.isoformat()),
                *(_property("market", market) for market in assessment.markets),
            ],
            "remarks": words.say("Comity gives information, not legal advice."),
        },
        "import-ap": {"href": f"#{names('no-plan')}"},
        "results": [_results(assessment, title, names, words)],
        "back-matter": {"resources": _resources(assessment, names, words)},
    }
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()
    return {"assessment-results": {"uuid": str(uuid5(NAMESPACE, digest)), **content}}


class _Names:
    """Identifiers within the document of one system on one day."""

    def __init__(self, *root: str) -> None:
        self.root = root

    def __call__(self, *parts: str) -> str:
        return str(uuid5(NAMESPACE, "\n".join((*self.root, *parts))))


def _results(assessment: Assessment, title: str, names: _Names, words: Words) -> dict[str, Any]:
    counts = assessment.counts()
    judged = [result for result in assessment.results if result.verdict != "not_applicable"]
    left_out = [result for result in assessment.results if result.verdict == "not_applicable"]
    selection: dict[str, Any] = {}
    if judged:
        selection["include-controls"] = [
            {"control-id": control_id(result.clause), "statement-ids": [_statement(result)]} for result in judged
        ]
    if left_out:
        selection["exclude-controls"] = [{"control-id": control_id(result.clause)} for result in left_out]
    found: dict[str, Any] = {
        "uuid": names("result", *assessment.markets),
        "title": title,
        "description": words.say(
            "A verdict for each clause of the chosen markets, worked out by a program from the facts of a dossier."
            " A clause that is not decided counts as not satisfied here, and says so. Clauses that do not apply are excluded controls."
        ),
        "start": midnight(assessment.on),
        "end": midnight(assessment.on),
        "props": [_property(f"count-{verdict.replace('_', '-')}", str(counts[verdict])) for verdict in WORST_FIRST],
        "reviewed-controls": {"control-selections": [selection or {"include-all": {}}]},
    }
    observations = _observations(assessment, names, words)
    if observations:
        found["observations"] = observations
    findings = [_finding(result, names, words) for result in judged]
    if findings:
        found["findings"] = findings
    return found


def _observations(assessment: Assessment, names: _Names, words: Words) -> list[dict[str, Any]]:
    """One for each fact that decided a clause, in its standing value."""
    entries = assessment.dossier.entries
    facts = sorted({fact for result in assessment.results for fact in result.deciding if fact in entries})
    found = []
    evidence = {path.name for path in evidence_files(assessment.dossier)}
    for fact in facts:
        entry = entries[fact]
        values = [words.value(fact, entry.value)] if entry.value is not None else []
        values += [f"{market}: {words.value(fact, value)}" for market, value in sorted(entry.by_market.items())]
        said = single_line(words.say("{fact}: {value}", fact=words.fact(fact), value="; ".join(values)))
        observation: dict[str, Any] = {
            "uuid": names("observation", fact),
            "title": said,
            "description": said,
            "props": [_property("fact", fact), _property("basis", entry.basis.by)],
            "methods": [METHODS[entry.basis.by]],
            "types": ["finding"],
            "collected": midnight(assessment.on),
        }
        source = Path(entry.basis.source or "").name
        if source in evidence:
            described = single_line(entry.basis.source or "")
            observation["relevant-evidence"] = [{"href": f"#{names('evidence', source)}", "description": described}]
        elif entry.basis.source:
            observation["remarks"] = single_line(
                words.say("{basis}: {source}", basis=words.name(BASIS_NAMES[entry.basis.by]), source=entry.basis.source)
            )
        found.append(observation)
    return found


def _finding(result: ClauseResult, names: _Names, words: Words) -> dict[str, Any]:
    clause = result.clause
    known = sorted(fact for fact in result.deciding if fact in result.bases)
    reason = single_line(words.reason(result))
    if result.verdict == "unknown":
        reason = single_line(words.say("Not decided: {reason}", reason=reason))
    props = [
        _property("verdict", result.verdict),
        _property("decided", "no" if result.verdict == "unknown" else "yes"),
        _property("binding", "yes" if result.binding else "no"),
        _property("modality", clause.modality),
        _property("cite", single_line(clause.cite)),
        *(_property("missing-fact", fact) for fact in result.missing if result.verdict == "unknown"),
        *(
            _property("element", f"{part.clause.element}: {part.verdict}")
            for part in (result.elements or ())
            if part.clause.element
        ),
    ]
    found: dict[str, Any] = {
        "uuid": names("finding", clause.full_id),
        "title": single_line(words.text(clause.title)),
        "description": single_line(words.text(clause.text)),
        "props": props,
        "target": {
            "type": "statement-id",
            "target-id": _statement(result),
            "title": single_line(words.name(VERDICT_NAMES[result.verdict])),
            "status": {
                "state": "satisfied" if result.verdict == "met" else "not-satisfied",
                "reason": REASONS[result.verdict],
                "remarks": reason,
            },
        },
    }
    if known:
        found["related-observations"] = [{"observation-uuid": names("observation", fact)} for fact in known]
    return found


def _statement(result: ClauseResult) -> str:
    return f"{control_id(result.clause)}_smt"


def _resources(assessment: Assessment, names: _Names, words: Words) -> list[dict[str, Any]]:
    nothing = {
        "uuid": names("no-plan"),
        "title": words.say("No separate assessment plan"),
        "description": words.say(
            "There is no assessment plan apart from these results. What was looked at are the clauses of the standards named here,"
            " all of those that a library of rules holds for the chosen markets."
        ),
    }
    evidence = []
    for path in evidence_files(assessment.dossier):
        name = single_line(f"{path.parent.name}/{path.name}")
        resource: dict[str, Any] = {"uuid": names("evidence", path.name), "title": name}
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            digest = ""
        if digest:
            resource["props"] = [_property("sha-256", digest)]
        evidence.append(resource)
    return [nothing, *(_standard(standard, names, words) for standard in assessment.standards), *evidence]


def _standard(standard: Standard, names: _Names, words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {
        "uuid": names("standard", standard.id),
        "title": single_line(words.text(standard.title)),
        "props": [
            {"name": "version", "value": single_line(standard.version)},
            _property("standard", standard.id),
            _property("as-of", standard.as_of.isoformat()),
        ],
    }
    if standard.sources:
        found["rlinks"] = [{"href": source.url} for source in standard.sources]
    return found


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": PROPERTIES, "value": single_line(value)}
