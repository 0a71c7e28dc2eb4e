"""The legal routes of data flows in words, for every form of an assessment.

Pure. The one idea: a place is told in a line (is a route needed, is one there, which would do), and what stands in the way beside the route
is told with it, so that nobody takes half a solution for a whole one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.language import Message
from comity.library.elements import divided, element_name
from comity.questions.routes import FROM, TO

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from comity.library.model import Clause
    from comity.questions.assess import Assessment
    from comity.questions.routes import Alternative, FlowRoutes
    from comity.report.words import Words

TITLE = Message("Which legal route for which flow")
STATES = {
    "not_needed": Message("no route needed"),
    "in_place": Message("a route is in place"),
    "missing": Message("no route that would do is in place"),
    "unknown": Message("open"),
}
INCOMPLETE = Message("a route is in place, but what goes with it is not met")
_VERDICTS = {"not_needed": "met", "in_place": "met", "missing": "not_met", "unknown": "unknown"}
_FACTS = 6


@dataclass(frozen=True, slots=True)
class PlaceView:
    """How a place looks at a flow, or several for which it needs no route.

    The verdict is the one whose colour the state has.
    """

    title: str
    verdict: str
    said: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowView:
    """A flow: its id, where it comes from and goes to (empty where neither is known), and the places that ask for routes."""

    id: str
    way: str
    places: tuple[PlaceView, ...]


def flow_views(assessment: Assessment, words: Words) -> tuple[FlowView, ...]:
    """Every flow that some place asks routes of, in the order of the dossier."""
    views = []
    for flow in dict.fromkeys(found.flow for found in assessment.routes):
        answers = [found for found in assessment.routes if found.flow == flow]
        places = [_place(found, words) for found in answers if found.state != "not_needed"]
        without = [_title(found, words) for found in answers if found.state == "not_needed"]
        if without:
            said = words.name(STATES["not_needed"])
            places.append(PlaceView(words.separator.join(without), _VERDICTS["not_needed"], said, ()))
        views.append(FlowView(flow, _way(assessment, flow, words), tuple(places)))
    return tuple(views)


def _title(found: FlowRoutes, words: Words) -> str:
    return words.text(words.library.jurisdictions[found.jurisdiction].title)


def _way(assessment: Assessment, flow: str, words: Words) -> str:
    ends = []
    for fact in (element_name(FROM, flow), element_name(TO, flow)):
        entry = assessment.dossier.entries.get(fact)
        ends.append(words.value(fact, entry.value if entry else None))
    return " → ".join(ends)


def _place(found: FlowRoutes, words: Words) -> PlaceView:
    incomplete = found.state == "in_place" and bool(found.not_met)
    verdict = "not_met" if incomplete else _VERDICTS[found.state]
    said = words.name(INCOMPLETE if incomplete else STATES[found.state])
    return PlaceView(_title(found, words), verdict, said, tuple(_remarks(found, words)))


def _remarks(found: FlowRoutes, words: Words) -> Iterator[str]:
    say = words.say
    in_place = say("not known") if found.in_place is None else _routes(found.in_place, words)
    yield say("in place: {routes}", routes=in_place)
    if found.state == "in_place":
        if found.not_met:
            yield say("not met on this flow: {clauses}", clauses=_clauses(found.not_met, words))
        return
    if found.missing:
        yield say("not known: {names}", names=_facts(found.missing, words))
    if certain := [alternative for alternative in found.alternatives if alternative.certain]:
        yield say("would do: {routes}", routes=_alternatives(certain, words))
    if perhaps := [alternative for alternative in found.alternatives if not alternative.certain]:
        yield say("may do, depending on what is not known: {routes}", routes=_alternatives(perhaps, words))
    always = _in_all(found.alternatives)
    if always:
        yield say("not met on this flow, whatever the route: {clauses}", clauses=_clauses(always.values(), words))
    for alternatives in _by_need(found.alternatives, always):
        more = [clause for clause in alternatives[0].not_met if clause.full_id not in always]
        routes, clauses = _alternatives(alternatives, words), _clauses(more, words)
        yield say("with {routes} still not met: {clauses}", routes=routes, clauses=clauses)
    if not found.alternatives:
        yield say("no route would do as things stand: {clauses}", clauses=_clauses(found.asking, words))


def _in_all(alternatives: Iterable[Alternative]) -> dict[str, Clause]:
    """The clauses that every alternative leaves unmet, by id."""
    unmet = [{clause.full_id: clause for clause in alternative.not_met} for alternative in alternatives]
    return {name: clause for name, clause in unmet[0].items() if all(name in other for other in unmet)} if unmet else {}


def _by_need(alternatives: Iterable[Alternative], always: Container[str]) -> list[list[Alternative]]:
    """Alternatives together that leave the same further clauses unmet; those that leave none are not among them."""
    found: dict[tuple[str, ...], list[Alternative]] = {}
    for alternative in alternatives:
        further = tuple(clause.full_id for clause in alternative.not_met if clause.full_id not in always)
        if further:
            found.setdefault(further, []).append(alternative)
    return list(found.values())


def _routes(routes: frozenset[str], words: Words) -> str:
    return words.say(" and ").join(words.member(route) for route in sorted(routes)) or words.say("none")


def _alternatives(alternatives: Iterable[Alternative], words: Words) -> str:
    return words.say("; ").join(
        _routes(alternative.routes, words) if alternative.routes else words.say("no route at all")
        for alternative in alternatives
    )


def _facts(facts: tuple[str, ...], words: Words) -> str:
    """Titles of facts; the flow is clear from where they are told."""
    general = words.library.general
    names = words.separator.join(words.text(general.fact(divided(fact)[0]).title) for fact in facts[:_FACTS])
    return (
        words.say("{names} and {count} more", names=names, count=len(facts) - _FACTS) if len(facts) > _FACTS else names
    )


def _clauses(clauses: Iterable[Clause], words: Words) -> str:
    general = (words.library.general.clauses[divided(clause.full_id)[0]] for clause in clauses)
    return words.say("; ").join(
        words.say("{title} ({cite})", title=words.text(clause.title), cite=clause.cite) for clause in general
    )


def routes_document(assessment: Assessment) -> list[dict[str, Any]]:
    """The routes of every flow as plain data."""
    return [
        {
            "flow": found.flow,
            "jurisdiction": found.jurisdiction,
            "state": found.state,
            "in_place": None if found.in_place is None else sorted(found.in_place),
            "clauses": [clause.full_id for clause in found.asking],
            "not_met": [clause.full_id for clause in found.not_met],
            "missing_facts": list(found.missing),
            "alternatives": [
                {
                    "routes": sorted(alternative.routes),
                    "certain": alternative.certain,
                    "not_met": [clause.full_id for clause in alternative.not_met],
                    "missing_facts": list(alternative.missing),
                }
                for alternative in found.alternatives
            ],
        }
        for found in assessment.routes
    ]
