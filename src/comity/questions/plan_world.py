"""Where a system is, and where changes would bring it: a dossier seen through a scenario, with prices.

Changes make a new dossier; whether a clause is closed (met or not applicable) is always judged by the ordinary engine, never by a solver.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from comity.dossier.model import Basis, Entry
from comity.errors import Place
from comity.judging.judgement import System, judge
from comity.library.vocabulary import MARKETS
from comity.questions.assess import assess
from comity.solving.changes import Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.tree import Value
    from comity.dossier.assumptions import Assumption
    from comity.dossier.model import Dossier
    from comity.library.model import Clause
    from comity.solving.changes import Item
    from comity.solving.scenario import Scenario

CLOSED = ("met", "not_applicable")


@dataclass(frozen=True)
class World:
    """A dossier in a scenario; the dossier holds what was assumed."""

    dossier: Dossier
    scenario: Scenario

    @cached_property
    def clauses(self) -> dict[str, Clause]:
        """The clauses that something can still decide, by id: those of the duties, and those that are set aside."""
        scenario = self.scenario
        return {
            clause.full_id: clause
            for clause in (*(d.clause for d in scenario.duties), *(o.clause for o in scenario.open))
        }

    @cached_property
    def facts(self) -> dict[str, dict[str, Value]]:
        """The known facts as a clause of each jurisdiction sees them."""
        everywhere = self.scenario.everywhere
        return {place: self.dossier.facts_in(place) | {MARKETS: frozenset(everywhere)} for place in everywhere}

    def price(self, item: Item) -> Fraction:
        """What an item costs: its `change` or `establish` price; a dossier may set its own for a change."""
        cost = self.scenario.library.fact(item.fact).cost
        if item.kind == "establish":
            return max(Fraction(0), Fraction(cost.establish))
        return max(Fraction(0), Fraction(self.dossier.costs.get(item.fact, cost.change)))

    def slots(self, fact: str, *, per_market: bool) -> list[Slot]:
        """The values that a fact has: one, and one more for each jurisdiction in which the dossier gives its own.

        Args:
            fact: a choice.
            per_market: whether a fact that can differ by market has a value of its own in every jurisdiction.
        """
        entry = self.dossier.entries.get(fact)
        own = set(entry.by_market) if entry else set[str]()
        if per_market and self.scenario.library.fact(fact).per_market:
            own = set(self.scenario.everywhere)
        shared = tuple(place for place in self.scenario.everywhere if place not in own)
        places = [(place,) for place in self.scenario.everywhere if place in own]
        return [
            Slot(fact, jurisdictions, entry.value_in(jurisdictions[0]) if entry else None)
            for jurisdictions in (shared, *places)
            if jurisdictions
        ]

    def changed(self, values: Mapping[Slot, Value]) -> World:
        """The world in which slots have these values."""
        by_fact: defaultdict[str, dict[str, Value]] = defaultdict(dict)
        for slot, value in values.items():
            by_fact[slot.fact] |= dict.fromkeys(slot.jurisdictions, value)
        entries = dict(self.dossier.entries)
        for fact, after in by_fact.items():
            entries[fact] = self._entry(fact, after)
        return World(replace(self.dossier, entries=entries), self.scenario)

    def _entry(self, fact: str, after: Mapping[str, Value]) -> Entry:
        """A fact after a change: one value where it is the same in every jurisdiction."""
        old = self.dossier.entries.get(fact)
        basis = Basis("declared", None, None, Place("comity plan"))
        values = {place: after.get(place, old.value_in(place) if old else None) for place in self.scenario.everywhere}
        if len(set(values.values())) == 1:
            return Entry(fact, next(iter(values.values())), {}, basis)
        known = {place: value for place, value in values.items() if value is not None}
        return Entry(fact, old.value if old else None, (dict(old.by_market) if old else {}) | known, basis)

    def closed(self) -> frozenset[str]:
        """The clauses that are met or do not apply, as `assess` judges them."""
        scenario = self.scenario
        found = assess(self.dossier, scenario.library, markets=scenario.markets, on=scenario.on, openings=False)
        parts = (part for result in found.results for part in result.parts)
        return frozenset(part.clause.full_id for part in parts if part.verdict in CLOSED)

    def closed_among(self, clauses: Iterable[str], changes: Mapping[str, Mapping[str, Value]]) -> set[str]:
        """Those of these clauses that are met or do not apply once values of facts, by jurisdiction, are changed."""
        systems: dict[str, System] = {}
        found: set[str] = set()
        for name in clauses:
            clause = self.clauses[name]
            place = clause.jurisdiction
            if place not in systems:
                new = {fact: values[place] for fact, values in changes.items() if place in values}
                systems[place] = System(self.facts[place] | new, self.scenario.library.vocabulary.definitions)
            if judge(clause, systems[place], self.scenario.on).verdict in CLOSED:
                found.add(name)
        return found


def world_of(dossier: Dossier, scenario: Scenario) -> World:
    """A dossier in a scenario, with what the scenario assumes."""
    entries = dict(dossier.entries)
    basis = Basis("declared", None, None, Place("--assume"))
    for assumption in sorted(scenario.assumptions, key=lambda assumption: assumption.market is not None):
        entries[assumption.fact] = _assumed(entries.get(assumption.fact), assumption, basis)
    return World(replace(dossier, entries=entries), scenario)


def _assumed(old: Entry | None, assumption: Assumption, basis: Basis) -> Entry:
    if assumption.market is None:
        return Entry(assumption.fact, assumption.value, {}, basis)
    by_market = dict(old.by_market) if old else {}
    return Entry(assumption.fact, old.value if old else None, by_market | {assumption.market: assumption.value}, basis)


def market_duties(scenario: Scenario) -> dict[str, frozenset[str]]:
    """The duties that bind in each market, by id."""
    return {
        market: frozenset(duty.id for duty in scenario.duties if market in duty.places) for market in scenario.markets
    }
