"""A measurement as one HTML page: what was established, with its interval on an axis, and the figures of groups as strips.

Nothing of it is a script, and it serves every measure: what a statement observes for each group is drawn, everything else is a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from comity import __version__
from comity.clauses.tree import Kind
from comity.language import Message, clean
from comity.report.group_rows import group_rows
from comity.report.group_strips import Mark, Span, group_strip, legible
from comity.report.html import LANGUAGE_TAGS
from comity.report.measurement import basis_in_words, findings, in_words, sample_in_words
from comity.report.scales import LARGEST, number, scale_for
from comity.report.templating import asset, environment, policy

if TYPE_CHECKING:
    from comity.dossier.statements import MeasuredFact, Statement


class FactFigure(NamedTuple):
    """A fact of a statement: its value and what is behind it in words, and its place on an axis where it has an interval."""

    id: str
    value: str
    behind: str
    basis: str
    marks: tuple[Mark, ...]
    at: float | None
    span: Span | None
    withheld: str = ""


def page(statement: Statement, language: str) -> str:
    """The whole page; the same statement always gives the same bytes."""
    style = asset("assessment.css") + asset("strips.css") + asset("token_costs.css")
    predicate = statement.predicate
    said, silent = findings(predicate, language)

    def say(sentence: str, **values: object) -> str:
        return Message(sentence, **values).in_language(language)

    content = {
        "artefact": clean(statement.subject[0].name),
        "artefacts": [(clean(artefact.name), artefact.digest.digits) for artefact in statement.subject],
        "predicate": predicate,
        "facts": [_figure(fact, language) for fact in predicate.facts],
        "groups": [group_strip(row, language) for row in group_rows(predicate.observations)],
        "findings": [(title, clean(value)) for title, value in said],
        "silent": silent,
        "say": say,
        "language_tag": LANGUAGE_TAGS.get(language, language),
        "version": __version__,
        "style": style,
        "policy": policy(style, ""),
    }
    return environment().get_template("measurement.html.j2").render(content)


def _figure(fact: MeasuredFact, language: str) -> FactFigure:
    behind = "" if fact.count is None else sample_in_words(fact).in_language(language)
    value = None if isinstance(fact.value, list) else number(fact.value)
    rounded = float(f"{fact.value:.4g}") if isinstance(fact.value, float) else fact.value
    words = clean(in_words(rounded, language))
    where = clean(basis_in_words(fact, language))
    if value is None or fact.interval is None or not all(abs(end) < LARGEST for end in fact.interval):
        return FactFigure(fact.fact, words, behind, where, (), None, None)
    points = [value, *fact.interval]
    scale = scale_for(points, Kind.RATIO if min(points) >= 0 and max(points) <= 1 else Kind.NUMBER)
    marks = legible(Mark(scale.at(mark), f"{mark:,.6g}") for mark in scale.marks)
    return FactFigure(fact.fact, words, behind, where, marks, scale.at(value), Span(*map(scale.at, fact.interval)))
