"""What the closed lists of the library are called, and what its pages share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from comity.language import Message
from comity.library.model import Clause, FactDefinition, NamedFormula, Role, Standard, Topic
from comity.report.blocks import Grid, Paragraph, Span, line
from comity.report.words import FORCE_NAMES, STATUS_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.library.model import Phase
    from comity.questions.browse import Entry
    from comity.report.words import Words

SHORT_GRADES = {
    "primary": Message("primary source"),
    "secondary": Message("secondary source"),
    "unconfirmed": Message("nothing yet"),
}
ORIENTATION_NAMES = {
    "technology_leadership": Message("technology leadership"),
    "ethics_rules": Message("ethics rules"),
    "development_rights": Message("development rights"),
}
NATURE_NAMES = {
    "given": Message("given: what the system or its maker is"),
    "choice": Message("choice: what its maker decides or does"),
}
SUBJECT_NAMES = {
    "organisation": Message("organisation"),
    "system": Message("system"),
    "model": Message("model"),
    "dataset": Message("dataset"),
    "flow": Message("cross-border data flow"),
    "item": Message("content file"),
    "decision": Message("decision"),
    "trace": Message("robot run"),
}
KINDS_OF_JURISDICTION = {
    "union": Message("union of states"),
    "state": Message("state"),
    "subnational": Message("part of a state"),
    "treaty": Message("treaty organisation"),
    "intergovernmental": Message("intergovernmental organisation"),
    "standards_body": Message("standards body"),
    "voluntary_pact": Message("voluntary pact"),
}
KIND_OF_ENTRY = {
    "standard": Message("standard"),
    "clause": Message("clause"),
    "fact": Message("fact"),
    "definition": Message("definition"),
    "role": Message("role"),
    "topic": Message("topic"),
    "jurisdiction": Message("jurisdiction"),
}


def kind_of(entry: Entry) -> str:
    """Which kind of entry it is: a key of `KIND_OF_ENTRY`."""
    match entry:
        case Standard():
            return "standard"
        case Clause():
            return "clause"
        case FactDefinition():
            return "fact"
        case NamedFormula():
            return "definition"
        case Role():
            return "role"
        case Topic():
            return "topic"
    return "jurisdiction"


def age_note(words: Words) -> Paragraph:
    """When the texts were last checked; every report ends with it. Of a library without texts, only what it is not."""
    if not words.library.data.standards:
        return Paragraph(line(Span(words.say("Comity gives information, not legal advice."), "dim")))
    day = words.library.as_of
    age = (datetime.now().astimezone().date() - day).days
    said = words.say(
        "The texts of the rules were last checked on {day}; days since: {age}.", day=day.isoformat(), age=age
    )
    return not_advice(said, words)


def not_advice(said: str, words: Words) -> Paragraph:
    """The last line of a report: how old its sources are, and what it is not."""
    advice = words.say("Comity gives information, not legal advice.")
    return Paragraph(line(Span(words.say("{one} {other}", one=said, other=advice), "dim")))


def until(phase: Phase, words: Words) -> str:
    """The days of a phase: `until` is the first day after it."""
    if phase.until is None:
        return words.say("from {day}", day=phase.start.isoformat())
    return words.say("from {day} until before {end}", day=phase.start.isoformat(), end=phase.until.isoformat())


def standards_table(standards: Iterable[Standard], words: Words) -> Grid:
    """Standards in a table."""
    say = words.say
    columns = (
        say("id"),
        say("title"),
        say("jurisdiction"),
        say("force"),
        say("status"),
        say("clauses"),
        say("in force from"),
        say("as of"),
    )
    rows = tuple(
        (
            line(Span(standard.id, "id")),
            line(Span(words.text(standard.title), "strong")),
            line(words.text(words.library.jurisdictions[standard.jurisdiction].title)),
            line(words.name(FORCE_NAMES[standard.force])),
            line(words.name(STATUS_NAMES[standard.status])),
            line(str(len(standard.clauses))),
            line(min(phase.start for phase in standard.in_force).isoformat()),
            line(standard.as_of.isoformat()),
        )
        for standard in standards
    )
    return Grid(columns, rows, colon=say("{name}: ", name=""))
