"""What a solver sees in the standards of a library, in words and as JSON (`comity/library-deep-check/1`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from comity import __version__
from comity.language import Message
from comity.questions.deep_check import FLAWS
from comity.report.blocks import Branch, Heading, Outline, Paragraph, Span, line, written
from comity.report.comparison_words import clause_name
from comity.report.words import Words

if TYPE_CHECKING:
    from comity.library.model import Clause
    from comity.questions.deep_check import DeepInspection, Flaw, FlawKind
    from comity.report.blocks import Block

SCHEMA = "comity/library-deep-check/1"
NAMES: dict[FlawKind, Message] = {
    "vacuous": Message("vacuous: can never apply"),
    "empty": Message("empty: whatever it applies to meets it"),
    "unmeetable": Message("unmeetable: nothing to which it applies can meet it"),
    "conflict": Message("conflict: some system cannot meet them together"),
    "redundant": Message("redundant: other clauses of the standard demand it already"),
    "undecided": Message("not decided in time"),
}


def deep_inspection(found: DeepInspection, language: str, form: str, *, to_file: bool = False) -> str:
    """What was seen, as `text` or `json`."""
    if form == "json":
        document = {
            "schema": SCHEMA,
            "comity_version": __version__,
            "standards": found.standards,
            "clauses": found.clauses,
            "flaws": [
                {
                    "kind": flaw.kind,
                    "clauses": [clause.full_id for clause in flaw.clauses],
                    "because": [clause.full_id for clause in flaw.because],
                    "facts": list(flaw.facts),
                }
                for flaw in found.flaws
            ],
        }
        return json.dumps(document, ensure_ascii=False, indent=1)
    return written(_blocks(found, Words(found.library, language)), to_file=to_file)


def _blocks(found: DeepInspection, words: Words) -> list[Block]:
    said = words.say(
        "looked at by a solver: standards {standards}, clauses {clauses}",
        standards=found.standards,
        clauses=found.clauses,
    )
    blocks: list[Block] = [Paragraph(line(said))]
    for kind in FLAWS:
        flaws = [flaw for flaw in found.flaws if flaw.kind == kind]
        if flaws:
            blocks.append(Heading(line(words.name(NAMES[kind]), f" ({len(flaws)})")))
            blocks.append(Outline(tuple(row for flaw in flaws for row in _rows(flaw, words))))
    if not found.flaws:
        blocks.append(Paragraph(line(words.say("nothing to remark"))))
    return blocks


def _rows(flaw: Flaw, words: Words) -> list[Branch]:
    rows = [Branch(0, _clause(clause, words)) for clause in flaw.clauses]
    remarks = [line(Span(words.say("because of: "), "dim"), *_clause(clause, words)) for clause in flaw.because]
    if flaw.facts:
        facts = words.separator.join(words.fact(fact) for fact in flaw.facts)
        remarks.append(line(words.say("over: {facts}", facts=facts)))
    rows[-1] = rows[-1]._replace(remarks=tuple(remarks))
    return rows


def _clause(clause: Clause, words: Words) -> tuple[Span, ...]:
    return line(clause_name(clause, words), "  ", Span(clause.full_id, "id"))
