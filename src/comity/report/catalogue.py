"""The library as people browse it: lists of standards, one entry whole, search results, the lint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from comity import __version__
from comity.clauses.values import plain
from comity.errors import InputError, did_you_mean
from comity.language import Message, translate

if TYPE_CHECKING:
    from comity.library.loader import Library
    from comity.library.model import Clause, FactDefinition, NamedFormula, Standard
    from comity.questions.check import Inspection


def as_json(schema: str, **content: object) -> str:
    """A versioned JSON document."""
    return json.dumps({"schema": schema, "comity_version": __version__, **content}, ensure_ascii=False, indent=2)


def inspection(found: Inspection, language: str, form: str) -> str:
    """The lint of a library."""
    comparability = found.comparability
    if form == "json":
        return as_json(
            "comity/library-check/1",
            errors=[error.describe(language) for error in found.errors],
            problems=[
                {"place": str(problem.place), "message": problem.message.in_language(language)} for problem in found.problems
            ],
            standards=found.standards,
            clauses=found.clauses,
            examples=found.examples,
            facts=found.facts,
            checked=found.grades,
            comparability={name: round(getattr(comparability, name), 4) for name in comparability.__dataclass_fields__},
        )
    say = lambda sentence, **values: Message(sentence, **values).in_language(language)  # noqa: E731
    lines = [error.describe(language) for error in found.errors]
    lines += [f"{problem.place}: {problem.message.in_language(language)}" for problem in found.problems]
    grades = ", ".join(f"{translate(grade, language)} {count}" for grade, count in sorted(found.grades.items()))
    lines += [
        say(
            "{standards} standards, {clauses} clauses, {examples} examples executed, {facts} facts",
            standards=found.standards,
            clauses=found.clauses,
            examples=found.examples,
            facts=found.facts,
        ),
        say("clauses by what they were checked against: {grades}", grades=grades),
        say("share of clauses that share a fact with a clause of another jurisdiction: {share}", share=_percent(comparability.clauses_sharing_a_fact)),
        say("  counting only facts that a maker can choose, and only what is required: {share}", share=_percent(comparability.clauses_sharing_a_choice)),
        say("share of choice facts used by two or more jurisdictions: {share}", share=_percent(comparability.shared_facts)),
        say("share of values of choice facts used by two or more jurisdictions: {share}", share=_percent(comparability.shared_values)),
        say("{count} problems", count=len(found.errors) + len(found.problems)) if found.errors or found.problems else say("no problems"),
    ]
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{share:.1%}"
