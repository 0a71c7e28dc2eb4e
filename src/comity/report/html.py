"""An assessment as one HTML file: no request leaves it, everything in it can be read without a script, and it prints.

The template lays out, the views count, the words speak; this module only brings them together. The one idea: the page
carries its own style and script, named by their digests in a strict Content-Security-Policy, so that nothing else can
ever run in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.clauses.tree import Kind
from comity.clauses.values import KIND_NAMES
from comity.language import CHINESE, ENGLISH, Message
from comity.library.model import WORST_FIRST
from comity.report import measured, sentences, view
from comity.report.clause_views import ClauseViews
from comity.report.measured import measured_view
from comity.report.routes import TITLE, flow_views
from comity.report.templating import asset, environment, policy
from comity.report.words import (
    BASIS_NAMES,
    FORCE_NAMES,
    MODALITY_NAMES,
    PART_NAMES,
    STATUS_NAMES,
    VERDICT_NAMES,
    Words,
)

if TYPE_CHECKING:
    from comity.library.model import FactDefinition
    from comity.questions.assess import Assessment

LANGUAGE_TAGS = {ENGLISH: "en", CHINESE: "zh-Hans"}
OWN_NAMES = {ENGLISH: "English", CHINESE: "中文"}
_OTHER = {ENGLISH: CHINESE, CHINESE: ENGLISH}
WAYS = {
    "declared": Message("declare it in comity.yaml"),
    "documented": Message("name the document that says it"),
    "measured": Message("measure it"),
}
_OPENINGS = 10


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
        "measured": measured_view(assessment, words),
        "measured_title": words.name(measured.TITLE),
        "openings": _openings(assessment, words),
        "meaning": sentences.meaning(assessment, words),
        "consequence": sentences.consequence(assessment, words),
        "unconfirmed": sentences.unconfirmed(len(view.unconfirmed(assessment)), words),
        "undecidable": sentences.undecidable(view.undecidable(assessment), words),
        "checked": sentences.age_of_texts(assessment, words),
        "facts_given": sentences.facts_given(assessment, words),
        "order": WORST_FIRST,
        "shares": view.shares,
        "topics": {topic.id: number for number, topic in enumerate(assessment.library.data.topics, start=1)},
        "age": lambda row: _age(row, words),
        "views": ClauseViews(assessment, words),
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
        "basis_names": BASIS_NAMES,
        "part_names": PART_NAMES,
    }


def _frame(language: str) -> dict[str, Any]:
    """What stands around the answer: language tags, style, script and the policy that names them."""
    style, script = asset("assessment.css") + asset("strips.css"), asset("filter.js") + asset("assessment.js")
    return {
        "language_tag": LANGUAGE_TAGS.get(language, language),
        "other": _OTHER.get(language, ENGLISH),
        "tags": LANGUAGE_TAGS,
        "own_names": OWN_NAMES,
        "version": __version__,
        "style": style,
        "script": script,
        "policy": policy(style, script),
    }


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
