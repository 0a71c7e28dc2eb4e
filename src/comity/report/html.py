"""An assessment as one HTML file: no request leaves it, everything in it can be read without a script, and it prints.

The template lays out, the views count, the words speak; this module only brings them together. The one idea: the page
carries its own style and script, named by their digests in a strict Content-Security-Policy, so that nothing else can
ever run in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.clauses import tree as t
from comity.clauses.tree import Kind
from comity.clauses.values import KIND_NAMES
from comity.language import CHINESE, ENGLISH, Message
from comity.library.model import WORST_FIRST
from comity.report import sentences, view
from comity.report.routes import TITLE, flow_views
from comity.report.steps import part_in_words, parts_in_words
from comity.report.templating import asset, environment, policy
from comity.report.words import (
    BASIS_NAMES,
    FORCE_NAMES,
    GRADE_NAMES,
    MODALITY_NAMES,
    PART_NAMES,
    STATUS_NAMES,
    VERDICT_NAMES,
    Words,
)

if TYPE_CHECKING:
    from comity.dossier.model import Basis, Dossier
    from comity.library.model import Clause, CompiledFormula, FactDefinition, Phase
    from comity.questions.assess import Assessment, ClauseResult
    from comity.report.steps import Part

LANGUAGE_TAGS = {ENGLISH: "en", CHINESE: "zh-Hans"}
_OTHER = {ENGLISH: CHINESE, CHINESE: ENGLISH}
WAYS = {
    "declared": Message("declare it in comity.yaml"),
    "documented": Message("name the document that says it"),
    "measured": Message("measure it"),
}
_OPENINGS = 10


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact in words; `value` and `basis` are there where it decided something."""

    id: str
    title: str
    definition: str
    value: str = ""
    basis: Basis | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A clause as the page shows it."""

    result: ClauseResult
    clause: Clause
    title: str
    reason: str
    actors: tuple[str, ...]
    phases: tuple[str, ...]
    missing: tuple[FactView, ...]
    deciding: tuple[FactView, ...]
    parts: tuple[Part, ...]
    shares_scope: bool


@dataclass(frozen=True, slots=True)
class OpeningView:
    """An unknown fact that would decide verdicts, and how to find it out."""

    fact: FactDefinition
    decides: int
    touched: int
    answer: str
    ways: tuple[str, ...]
    values: tuple[str, ...]


def assessment_html(assessment: Assessment, language: str) -> str:
    """The whole report; the same assessment always gives the same bytes."""
    words = Words(assessment.library, language)
    days = view.days(assessment)
    page: dict[str, Any] = {
        **_wording(words),
        **_frame(language),
        "assessment": assessment,
        "markets": words.separator.join(words.text(entry.title) for entry in view.markets(assessment)),
        "counts": assessment.counts(),
        "rows": view.standard_rows(assessment),
        "matrix": view.matrix(assessment),
        "days": days,
        "axis": view.axis(days, assessment.on),
        "flows": flow_views(assessment, words),
        "routes_title": words.name(TITLE),
        "openings": _openings(assessment, words),
        "meaning": sentences.meaning(assessment, words),
        "consequence": sentences.consequence(assessment, words),
        "unconfirmed": sentences.unconfirmed(len(view.unconfirmed(assessment)), words),
        "undecidable": sentences.undecidable(view.undecidable(assessment), words),
        "checked": sentences.age_of_texts(assessment, words),
        "facts_given": sentences.facts_given(assessment, words),
        "order": WORST_FIRST,
        "shares": view.shares,
        "age": lambda row: _age(row, words),
        "scope_of": lambda row: _scope(row, words),
        "clause_view": lambda result: _clause(result, words, assessment.dossier),
    }
    return environment().get_template("assessment.html.j2").render(page, page=page)


def _wording(words: Words) -> dict[str, Any]:
    """How the template speaks."""
    return {
        "words": words,
        "say": words.say,
        "name": words.name,
        "text": words.text,
        "verdict_names": VERDICT_NAMES,
        "force_names": FORCE_NAMES,
        "status_names": STATUS_NAMES,
        "modality_names": MODALITY_NAMES,
        "grade_names": GRADE_NAMES,
        "basis_names": BASIS_NAMES,
        "part_names": PART_NAMES,
    }


def _frame(language: str) -> dict[str, Any]:
    """What stands around the answer: language tags, style, script and the policy that names them."""
    style, script = asset("assessment.css"), asset("filter.js") + asset("assessment.js")
    return {
        "language_tag": LANGUAGE_TAGS.get(language, language),
        "other": _OTHER.get(language, ENGLISH),
        "tags": LANGUAGE_TAGS,
        "version": __version__,
        "style": style,
        "script": script,
        "policy": policy(style, script),
    }


def _clause(result: ClauseResult, words: Words, dossier: Dossier) -> ClauseView:
    """A clause in words; one that does not apply is told by what keeps it from applying."""
    clause = result.clause
    short = result.verdict == "not_applicable"
    return ClauseView(
        result=result,
        clause=clause,
        title=words.text(clause.title),
        reason=words.reason(result),
        actors=() if short else tuple(_actor(role, clause, words) for role in clause.actors),
        phases=() if short else tuple(_phase(phase, words) for phase in clause.in_force),
        missing=() if short else tuple(_fact(fact, words) for fact in result.missing),
        deciding=tuple(_decided(fact, result, words, dossier) for fact in sorted(result.deciding)),
        parts=parts_in_words(result.judgement, words, blocking=short and not result.settled),
        shares_scope=clause.scope == words.library.general.standards[clause.standard].clauses[0].scope,
    )


def _scope(row: view.StandardRow, words: Words) -> Part | None:
    """The scope of a standard, told once for all clauses that have it; None where no clause was judged by it."""
    scope = row.standard.clauses[0].scope if row.standard.clauses else None
    for result in (*row.open_results, *row.not_applicable):
        for condition in result.judgement.conditions:
            if condition.part == "scope" and condition.formula == scope:
                return part_in_words(condition, words)
    return None


def _fact(fact: str, words: Words) -> FactView:
    return FactView(fact, words.fact(fact), words.text(words.library.fact(fact).definition))


def _decided(fact: str, result: ClauseResult, words: Words, dossier: Dossier) -> FactView:
    """A fact with its value, and what it rests on; files are named from the directory of the dossier."""
    basis = result.bases.get(fact)
    value = words.value(fact, result.deciding[fact])
    place = str(basis.place).removeprefix(f"{dossier.path.parent.as_posix()}/") if basis else ""
    return FactView(fact, words.fact(fact), "", value, basis, place)


def _actor(role: str, clause: Clause, words: Words) -> str:
    """A role by its title in the one vocabulary, with what the law itself calls it."""
    entry = words.library.roles[role]
    terms = entry.terms.get(clause.jurisdiction, ())
    title = words.text(entry.title)
    if not terms:
        return title
    return words.say("{role} (in the rule's own words: {terms})", role=title, terms=words.separator.join(terms))


def _phase(phase: Phase, words: Words) -> str:
    """An interval in force, and for whom."""
    start = phase.start.isoformat()
    if phase.until is None:
        said = words.say("from {day}", day=start)
    else:
        said = words.say("from {day} until before {end}", day=start, end=phase.until.isoformat())
    if phase.when is None:
        return said
    whom = _whom(phase.when, words)
    return words.say("{phase}, for: {whom}", phase=said, whom=whom)


def _whom(formula: CompiledFormula, words: Words) -> str:
    """For whom an interval holds: the title of the definition, or the formula."""
    named = words.library.vocabulary.named_formulas
    match formula.tree:
        case t.Named(name=name):
            return words.text(named[name].title)
        case t.Not(operand=t.Named(name=name)):
            return words.say("not: {what}", what=words.text(named[name].title))
    return words.formula(formula.tree)


def _openings(assessment: Assessment, words: Words) -> tuple[OpeningView, ...]:
    found: list[OpeningView] = []
    for opening in assessment.openings[:_OPENINGS]:
        fact = words.library.fact(opening.fact)
        answer = words.name(KIND_NAMES[fact.type.kind])
        if fact.unit:
            answer = f"{answer} ({fact.unit})"
        values = fact.type.values if fact.type.kind in {Kind.ENUM, Kind.SET} else ()
        found.append(
            OpeningView(
                fact=fact,
                decides=opening.decides,
                touched=opening.touched,
                answer=answer,
                ways=tuple(words.name(WAYS[basis]) for basis in fact.established_by),
                values=tuple(words.member(value) for value in values),
            )
        )
    return tuple(found)


def _age(row: view.StandardRow, words: Words) -> str:
    """When the text of a standard was checked, and how long before the day asked about."""
    day = row.standard.as_of.isoformat()
    if row.age_days == 1:
        return words.say("text checked on {day}, 1 day earlier", day=day)
    if row.age_days > 0:
        return words.say("text checked on {day}, {age} days earlier", day=day, age=row.age_days)
    return words.say("text checked on {day}", day=day)
