"""Reconciliation by brute force: every small world, judged by the ordinary engine. Slow, plain, and without a solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations, product

from comity.clauses.critical import CriticalValues
from comity.clauses.tree import Kind, Value
from comity.engines import kleene
from comity.judging.judgement import System, judge
from comity.library.loader import Library
from comity.library.vocabulary import MARKETS
from comity.solving.scenario import Scenario, binding_clauses

Facts = Mapping[str, Value]


def subsets(items: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """All subsets, small ones first."""
    listed = list(items)
    return chain.from_iterable(combinations(listed, size) for size in range(len(listed) + 1))


def values_of(library: Library) -> dict[str, list[Value]]:
    """For each fact the values that any formula can tell apart; for a set all subsets of the members that are named."""
    trees = [part.tree for clause in library.clauses.values() for part in (clause.require, *clause.conditions)]
    critical = CriticalValues(
        [*trees, *(axiom.formula.tree for axiom in library.data.axioms)], library.vocabulary.definitions
    )
    found: dict[str, list[Value]] = {}
    for fact in library.data.facts:
        if fact.type.kind is Kind.SET:
            found[fact.id] = [frozenset(chosen) for chosen in subsets(sorted(critical.members.get(fact.id, ())))]
        else:
            found[fact.id] = critical.of(fact.id, fact.type)
    return found


class Oracle:
    """All worlds of a scenario: known givens as they are, kept choices as they are, everything else free."""

    def __init__(self, scenario: Scenario, *, givens: Facts | None = None) -> None:
        self.scenario = scenario
        self.library = scenario.library
        self.values = values_of(self.library)
        self.assumed = dict(givens or {})
        waiting = {entry.clause.full_id for entry in scenario.open} if givens is None else set()
        self.clauses = [
            clause
            for clause in binding_clauses(self.library, scenario.everywhere, scenario.on)
            if clause.full_id not in waiting
        ]
        fixed = set(scenario.fixed_in(scenario.everywhere[0])) | set(self.assumed)
        self.free = [fact.id for fact in self.library.data.facts if fact.nature == "choice" and fact.id not in fixed]

    def facts_at(self, jurisdiction: str, world: Facts) -> dict[str, Value]:
        everywhere = {MARKETS: frozenset(self.scenario.everywhere)}
        return {**world, **self.assumed, **self.scenario.fixed_in(jurisdiction), **everywhere}

    def fits_axioms(self, world: Facts) -> bool:
        definitions = self.library.vocabulary.definitions
        return all(
            kleene.trace(axiom.formula.tree, self.facts_at(place, world), definitions).value is not False
            for axiom in self.library.data.axioms
            for place in self.scenario.markets
        )

    def met(self, world: Facts, place: str | None = None) -> frozenset[str]:
        """The clauses that a world meets, in one place or in all."""
        definitions = self.library.vocabulary.definitions
        found = set()
        for clause in self.clauses:
            system = System(self.facts_at(clause.jurisdiction, world), definitions)
            if judge(clause, system, self.scenario.on).verdict in {"met", "not_applicable"}:
                found.add(clause.full_id)
        if place is None:
            return frozenset(found)
        here = self.library.with_wholes([place])
        elsewhere = {clause.full_id for clause in self.clauses if clause.jurisdiction not in here}
        return frozenset(found | elsewhere)

    def worlds(self) -> list[tuple[dict[str, Value], frozenset[str]]]:
        """Every world that the axioms allow, with the clauses that it meets."""
        found = []
        for chosen in product(*(self.values[fact] for fact in self.free)):
            world = dict(zip(self.free, chosen, strict=True))
            if self.fits_axioms(world):
                found.append((world, self.met(world)))
        return found

    def minimal_conflicts(self) -> set[frozenset[str]]:
        """The smallest sets of clauses that no world meets."""
        met = {clauses for _, clauses in self.worlds()}
        return minimal(self.names, lambda names: any(names <= clauses for clauses in met))

    @property
    def names(self) -> list[str]:
        return [clause.full_id for clause in self.clauses]

    def possible_with(self, split: tuple[str, ...], waived: frozenset[str] = frozenset()) -> bool:
        """Whether all clauses can be met by products that differ by market in these facts only."""
        wanted = frozenset(self.names) - waived
        shared = [fact for fact in self.free if fact not in split]
        own = [fact for fact in self.free if fact in split]
        owns = [dict(zip(own, chosen, strict=True)) for chosen in product(*(self.values[fact] for fact in own))]
        for chosen in product(*(self.values[fact] for fact in shared)):
            common = dict(zip(shared, chosen, strict=True))
            if all(
                any(
                    wanted <= self.met({**common, **values}, place) and self.fits_axioms({**common, **values})
                    for values in owns
                )
                for place in self.scenario.markets
            ):
                return True
        return False

    def fewest_splits(self, waived: frozenset[str] = frozenset()) -> tuple[str, ...] | None:
        """The first of the smallest sets of facts that have to differ; None where none helps."""
        candidates = sorted(fact for fact in self.free if self.library.fact(fact).per_market)
        return next((split for split in subsets(candidates) if self.possible_with(split, waived)), None)


def minimal(names: Iterable[str], fits: object) -> set[frozenset[str]]:
    """The minimal sets of names that do not fit."""
    found: list[frozenset[str]] = []
    for chosen in subsets(names):
        candidate = frozenset(chosen)
        if not any(smaller <= candidate for smaller in found) and not fits(candidate):  # type: ignore[operator]
            found.append(candidate)
    return set(found)


def collisions(scenario: Scenario) -> set[frozenset[str]]:
    """The minimal sets of clauses that collide for some givens under which each clause alone can be met; all facts unsplit."""
    library = scenario.library
    values = values_of(library)
    unknown = [
        fact.id
        for fact in library.data.facts
        if fact.nature == "given" and fact.id not in scenario.fixed_in(scenario.everywhere[0])
    ]
    arenas: list[set[frozenset[str]]] = []
    names: list[str] = []
    for chosen in product(*(values[fact] for fact in unknown)):
        oracle = Oracle(scenario, givens=dict(zip(unknown, chosen, strict=True)))
        names = oracle.names
        met = {clauses for _, clauses in oracle.worlds()}
        if met and all(any(name in clauses for clauses in met) for name in names):
            arenas.append(met)
    return minimal(names, lambda wanted: all(any(wanted <= clauses for clauses in met) for met in arenas))
