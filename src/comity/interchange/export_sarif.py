"""An assessment as SARIF 2.1.0: what is not met and what is not decided, at the lines of the dossier that hold or lack the facts.

Only findings are in it, because readers show every result as an alert. What is not decided has the level `warning`, or
`note` where the clause is not binding: SARIF's own word for it, kind `open`, would hide it (a result of that kind has
the level `none`).
Source: OASIS SARIF 2.1.0 with errata 01; GitHub, "SARIF support for code scanning" (limits of an upload).
"""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from comity import __version__
from comity.interchange.dossier_lines import DossierLines, relative
from comity.interchange.texts import midnight, single_line
from comity.report.words import FORCE_NAMES, VERDICT_NAMES, Words

if TYPE_CHECKING:
    from comity.library.model import Clause
    from comity.questions.assess import Assessment, ClauseResult

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 5_000
"""Results of a run that GitHub shows; it refuses more than 25,000, and as many rules."""
MOST_LOCATIONS = 100
"""Locations of a result that GitHub shows."""
MOST_BYTES = 10_000_000
"""Size of the compressed file that GitHub accepts."""
ROOT = "%SRCROOT%"
LEVELS = ("error", "warning", "note")


def assessment_sarif(assessment: Assessment, language: str) -> str:
    """The report, the worst findings first; the least are left out where there are too many."""
    found = sorted(
        (part for result in assessment.results for part in result.parts if part.verdict in {"not_met", "unknown"}),
        key=lambda part: LEVELS.index(_level(part)),
    )
    kept = found[:MOST_RESULTS]
    while True:
        text = _text(assessment, kept, len(found) - len(kept), language)
        if len(kept) <= 1 or len(gzip.compress(text.encode(), mtime=0)) < MOST_BYTES:
            return text
        kept = kept[: len(kept) // 2]


def _text(assessment: Assessment, kept: list[ClauseResult], left_out: int, language: str) -> str:
    return json.dumps(
        _log(assessment, kept, left_out, Words(assessment.library, language)), ensure_ascii=False, indent=1
    )


def _log(assessment: Assessment, kept: list[ClauseResult], left_out: int, words: Words) -> dict[str, Any]:
    rules = {part.clause.full_id.partition("@")[0]: part for part in kept}
    order = {rule: index for index, rule in enumerate(rules)}
    lines = DossierLines(assessment.dossier)
    moment = midnight(assessment.on)
    invocation: dict[str, Any] = {"executionSuccessful": True, "startTimeUtc": moment, "endTimeUtc": moment}
    if left_out:
        said = words.say(
            "{count} findings of less weight are left out, to keep to the limits of an upload.", count=left_out
        )
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": said}}]
    dossier = assessment.dossier
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Comity",
                        "version": __version__,
                        "rules": [_rule(rule, part, words) for rule, part in rules.items()],
                    }
                },
                "automationDetails": {"id": f"comity/{single_line(dossier.id)}/{'+'.join(assessment.markets)}/"},
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
                "results": [_result(part, order, lines, assessment, words) for part in kept],
                "properties": {
                    "system": single_line(dossier.id),
                    "markets": list(assessment.markets),
                    "on": assessment.on.isoformat(),
                    "library": assessment.library.as_of.isoformat(),
                },
            }
        ],
    }


def _rule(rule: str, part: ClauseResult, words: Words) -> dict[str, Any]:
    clause = part.clause
    standard = words.library.standards[clause.standard]
    title = single_line(words.text(clause.title))
    meaning = single_line(words.text(clause.text))
    cited = single_line(f"{words.text(standard.title)}, {clause.cite}")
    found: dict[str, Any] = {
        "id": rule,
        "name": title,
        "shortDescription": {"text": title},
        "fullDescription": {"text": meaning},
        "help": {"text": f"{cited}: {meaning}"},
        "defaultConfiguration": {"level": "error" if part.binding else "note"},
        "properties": {
            "tags": [clause.jurisdiction, clause.topic, standard.force, clause.modality],
            "precision": "high" if clause.checked.against == "primary" else "medium",
            "force": words.name(FORCE_NAMES[standard.force]),
            "asOf": standard.as_of.isoformat(),
        },
    }
    if standard.sources:
        found["helpUri"] = standard.sources[0].url
    return found


def _level(part: ClauseResult) -> str:
    if not part.binding:
        return "note"
    return "error" if part.verdict == "not_met" else "warning"


def _result(
    part: ClauseResult, order: dict[str, int], lines: DossierLines, assessment: Assessment, words: Words
) -> dict[str, Any]:
    clause = part.clause
    rule = clause.full_id.partition("@")[0]
    required = clause.require.facts
    facts = sorted(
        part.deciding if part.verdict == "not_met" else part.missing, key=lambda fact: (fact not in required, fact)
    )
    locations = [_location(fact, lines, words) for fact in facts[:MOST_LOCATIONS]]
    first, *others = locations or [_physical(lines.file.file, 1)]
    said = words.say(
        "{title}: {verdict}; {reason} ({cite})",
        title=words.text(clause.title),
        verdict=words.name(VERDICT_NAMES[part.verdict]),
        reason=words.reason(part),
        cite=clause.cite,
    )
    found: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": order[rule],
        "level": _level(part),
        "message": {"text": single_line(said)},
        "locations": [first],
        "partialFingerprints": _fingerprints(clause, assessment),
        "properties": {
            "verdict": part.verdict,
            "binding": part.binding,
            "decidingFacts": sorted(part.deciding),
            "missingFacts": list(part.missing),
        },
    }
    if others:
        found["relatedLocations"] = others
    return found


def _fingerprints(clause: Clause, assessment: Assessment) -> dict[str, str]:
    """What makes a finding the same as yesterday: the system and the clause, whatever moved in the file.

    GitHub reads `primaryLocationLineHash` and works one out from the line where it is missing; a line that moves would be a new alert.
    """
    name = "\n".join((assessment.dossier.id, clause.full_id, clause.element or ""))
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    return {"comityClause/v1": digest, "primaryLocationLineHash": f"{digest[:16]}:1"}


def _location(fact: str, lines: DossierLines, words: Words) -> dict[str, Any]:
    place = lines.of(fact)
    general = fact.partition("@")[0]
    return {**_physical(place.file, place.line), "message": {"text": single_line(f"{words.fact(fact)} ({general})")}}


def _physical(file: str, line: int) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(relative(file)), "uriBaseId": ROOT},
            "region": {"startLine": max(line, 1)},
        }
    }
