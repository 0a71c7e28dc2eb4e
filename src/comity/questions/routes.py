"""Which legal route for which flow? What is in place, and what would do, in each place whose clauses ask a flow for a route.

Candidate sets of routes are put in the place of the fact `flow.routes`, smallest first, and the clauses are evaluated on them with all
other facts as they are. What a route is and when one is needed stands in the clauses alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeAlias

from comity.clauses.critical import CriticalValues
from comity.engines import kleene
from comity.judging.judgement import System, judge, reasons
from comity.library.elements import element_name
from comity.solving.scenario import binding_clauses, duty_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from comity.clauses.tree import Value
    from comity.library.loader import Library
    from comity.library.model import Clause

FLOW = "flow"
FROM, TO, ROUTES = "flow.from", "flow.to", "flow.routes"

MOST_TOGETHER = 3
"""Sets of so many routes are tried; laws hardly ever ask for two at once."""

State: TypeAlias = Literal["not_needed", "in_place", "missing", "unknown"]
_STATES: dict[bool | None, State] = {True: "in_place", False: "missing", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Alternative:
    """A smallest set of routes with which no clause that asks for a route is unmet.

    Attributes:
        routes: the set; empty where it does without any.
        certain: whether those clauses are met or do not apply for certain; otherwise that depends on facts that are not known.
        not_met: binding clauses on the flow that are not met with this set all the same.
        missing: unknown facts that binding clauses on the flow wait for with this set.
    """

    routes: frozenset[str]
    certain: bool
    not_met: tuple[Clause, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowRoutes:
    """How a flow stands with the routes that one place asks for.

    Attributes:
        flow: its id.
        jurisdiction: the place.
        state: `not_needed` (the clauses are satisfied without any), `in_place` (by what is in place), `missing`, or `unknown`.
        in_place: the routes in place; None where that is not known.
        asking: the binding clauses that require something of the routes.
        not_met: the binding clauses on the flow that are not met as things are.
        missing: where a route is missing or that is not known, the unknown facts that these clauses wait for, with what is in place or
            with an alternative that is not certain.
        alternatives: the smallest sets that would do; certain ones first.
    """

    flow: str
    jurisdiction: str
    state: State
    in_place: frozenset[str] | None
    asking: tuple[Clause, ...]
    not_met: tuple[Clause, ...]
    missing: tuple[str, ...]
    alternatives: tuple[Alternative, ...]


def flow_routes(
    library: Library, everywhere: tuple[str, ...], systems: Mapping[str, System], on: date
) -> tuple[FlowRoutes, ...]:
    """The routes of every flow, in the order of the flows and then of the places.

    Args:
        library: with the flows of the dossier.
        everywhere: the markets with the wholes that they are parts of.
        systems: the system as each jurisdiction sees it.
        on: the day.
    """
    flows = library.elements.get(FLOW, ())
    if not flows or ROUTES not in library.vocabulary:
        return ()
    binding = [clause for clause in binding_clauses(library, everywhere, on) if clause.subject == FLOW]
    found: list[FlowRoutes] = []
    for flow in flows:
        for jurisdiction in everywhere:
            clauses = [clause for clause in binding if (clause.element, clause.jurisdiction) == (flow, jurisdiction)]
            asking = [clause for clause in clauses if element_name(ROUTES, flow) in clause.require.facts]
            if asking:
                found.append(_Routing(flow, tuple(clauses), tuple(asking), systems[jurisdiction], library, on).answer())
    return tuple(found)


class _Routing:
    """One flow in one place."""

    def __init__(
        self,
        flow: str,
        clauses: tuple[Clause, ...],
        asking: tuple[Clause, ...],
        system: System,
        library: Library,
        on: date,
    ) -> None:
        self.flow = flow
        self.clauses = clauses
        self.asking = asking
        self.definitions = system.definitions
        self.library = library
        self.on = on
        self.fact = element_name(ROUTES, flow)
        self.facts = {fact: value for fact, value in system.facts.items() if fact != self.fact}
        self.in_place = system.facts.get(self.fact)
        bare = System(self.facts, system.definitions)
        self.left = [duty_of(clause, (), bare, on).formula for clause in asking]

    def answer(self) -> FlowRoutes:
        now: dict[str, Value] = {} if self.in_place is None else {self.fact: self.in_place}
        state: State = "unknown"
        if self.satisfied(frozenset()):
            state = "not_needed"
        elif self.in_place is not None:
            state = _STATES[self.satisfied(self.in_place)]
        alternatives = tuple(self.alternatives())
        open_ones: list[dict[str, Value]] = [{self.fact: found.routes} for found in alternatives if not found.certain]
        waiting = [now, *open_ones] if state in {"missing", "unknown"} else []
        missing = dict.fromkeys(fact for routes in waiting for fact in self.judged(routes, self.asking)[1])
        return FlowRoutes(
            flow=self.flow,
            jurisdiction=self.asking[0].jurisdiction,
            state=state,
            in_place=self.in_place if isinstance(self.in_place, frozenset) else None,
            asking=self.asking,
            not_met=self.judged(now, self.clauses)[0],
            missing=tuple(missing),
            alternatives=alternatives,
        )

    def satisfied(self, routes: Value) -> bool | None:
        """Whether every clause that asks for a route is met or does not apply with these; None where that is not known."""
        values = [kleene.trace(tree, {self.fact: routes}, self.definitions).value for tree in self.left]
        return False if False in values else None if None in values else True

    def alternatives(self) -> Iterator[Alternative]:
        """The smallest sets that do for certain, then those smaller or other ones that may do."""
        certain: list[frozenset[str]] = []
        perhaps: list[frozenset[str]] = []
        for routes in self.candidates():
            if any(smaller <= routes for smaller in certain):
                continue
            outcome = self.satisfied(routes)
            if outcome is True:
                certain.append(routes)
            elif outcome is None and not any(smaller <= routes for smaller in perhaps):
                perhaps.append(routes)
        for routes in (*certain, *perhaps):
            not_met, missing = self.judged({self.fact: routes}, self.clauses)
            yield Alternative(routes, routes in certain, not_met, missing)

    def candidates(self) -> Iterator[frozenset[str]]:
        """Sets of the routes that the clauses name, smaller ones first, in the order of the vocabulary."""
        trees = [formula.tree for clause in self.asking for formula in (clause.require, *clause.conditions)]
        named = CriticalValues(trees, self.definitions).members.get(self.fact, set())
        declared = [route for route in self.library.vocabulary.types[self.fact].values if route in named]
        for size in range(MOST_TOGETHER + 1):
            yield from map(frozenset, combinations(declared, size))

    def judged(
        self, routes: Mapping[str, Value], clauses: tuple[Clause, ...]
    ) -> tuple[tuple[Clause, ...], tuple[str, ...]]:
        """The clauses that are not met with these routes, and the unknown facts that others wait for."""
        system = System({**self.facts, **routes}, self.definitions)
        judgements = [judge(clause, system, self.on) for clause in clauses]
        missing = dict.fromkeys(fact for judgement in judgements for fact in reasons(judgement)[1])
        return tuple(found.clause for found in judgements if found.verdict == "not_met"), tuple(missing)
