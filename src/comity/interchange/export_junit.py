"""An assessment as JUnit XML, which pipelines show as tests: a standard is a suite, a clause a case.

Not met is a failure; not decided is an error, for nothing was tested; not applicable is skipped. Advice and clauses
that nobody confirmed never fail, so they are skipped with what they would have said.
Source: the JUnit XML of Ant and pytest, in the part that Jenkins, GitLab and GitHub's readers share.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from comity import __version__
from comity.interchange.texts import midnight, single_line
from comity.report.words import VERDICT_NAMES, Words

if TYPE_CHECKING:
    from comity.library.model import Standard
    from comity.questions.assess import Assessment, ClauseResult

FAILURE, ERROR, SKIPPED = "failure", "error", "skipped"
_COUNTS = {FAILURE: "failures", ERROR: "errors", SKIPPED: "skipped"}


def assessment_junit(assessment: Assessment, language: str) -> str:
    """The report; the same assessment gives the same text."""
    words = Words(assessment.library, language)
    root = ET.Element("testsuites", {"name": "comity"})
    for standard in assessment.standards:
        root.append(_suite(standard, assessment, words))
    for count in ("tests", *_COUNTS.values()):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    root.set("time", "0")
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(standard: Standard, assessment: Assessment, words: Words) -> ET.Element:
    suite = ET.Element("testsuite", {"name": standard.id})
    properties = ET.SubElement(suite, "properties")
    dossier = assessment.dossier
    for name, value in (
        ("comity.version", __version__),
        ("comity.library", assessment.library.as_of.isoformat()),
        ("system", f"{dossier.id} {dossier.version}".strip()),
        ("standard", words.text(standard.title)),
        ("as_of", standard.as_of.isoformat()),
    ):
        ET.SubElement(properties, "property", {"name": name, "value": single_line(value)})
    outcomes = []
    for result in assessment.of_standard(standard.id):
        for part in result.parts or (result,):
            case, outcome = _case(part, words)
            suite.append(case)
            outcomes.append(outcome)
    suite.set("tests", str(len(outcomes)))
    for outcome, count in _COUNTS.items():
        suite.set(count, str(outcomes.count(outcome)))
    suite.set("time", "0")
    suite.set("timestamp", midnight(assessment.on).removesuffix("Z"))
    return suite


def _case(result: ClauseResult, words: Words) -> tuple[ET.Element, str | None]:
    """A test case, and what kind of child it got."""
    clause = result.clause
    name = f"{clause.id}: {words.text(clause.title)}"
    case = ET.Element("testcase", {"classname": single_line(clause.standard), "name": single_line(name), "time": "0"})
    outcome = _outcome(result)
    if outcome is None:
        return case, None
    verdict = words.name(VERDICT_NAMES[result.verdict])
    message = single_line(words.say("{verdict}; {reason}", verdict=verdict, reason=words.reason(result)))
    attributes = {"message": message}
    if outcome != SKIPPED:
        attributes["type"] = result.verdict
    child = ET.SubElement(case, outcome, attributes)
    if outcome != SKIPPED:
        child.text = "\n".join((message, single_line(clause.cite), single_line(words.text(clause.text))))
    return case, outcome


def _outcome(result: ClauseResult) -> str | None:
    match result.verdict:
        case "met":
            return None
        case "not_applicable":
            return SKIPPED
        case _ if not result.binding:
            return SKIPPED
        case "not_met":
            return FAILURE
        case _:
            return ERROR
