"""The plan by brute force: every value or no value for every fact, judged by the ordinary engine. Slow, plain, and without a solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from comity.clauses.tree import Kind, Value
from comity.dossier.model import Dossier
from comity.judging.judgement import System, judge
from comity.library.loader import Library
from comity.library.model import FactDefinition
from comity.library.vocabulary import MARKETS
from tests.questions.imagined import ON

WHOLE_NUMBERS = (0, 1, 2)

Where = tuple[str, str]
"""A fact in a jurisdiction."""


class Best(NamedTuple):
    """The best that can be had: how many promised clauses closed, markets opened (first ones rather than others), and by which changes."""

    clauses: int
    markets: int
    cost: Fraction
    items: tuple[tuple[str, str], ...]


class Oracle:
    """All worlds that changes of a dossier can lead to; `values` are those of each fact, by default those of `domain`."""

    def __init__(
        self,
        library: Library,
        dossier: Dossier,
        promised: tuple[str, ...],
        *,
        per_market: bool,
        values: Mapping[str, Iterable[Value]] | None = None,
    ) -> None:
        self.library = library
        self.dossier = dossier
        self.promised = promised
        self.values = {fact.id: tuple(values[fact.id]) if values else domain(fact) for fact in library.data.facts}
        self.everywhere = library.with_wholes(dossier.markets)
        self.slots = [
            slot for fact in library.data.facts if fact.nature == "choice" for slot in self._slots(fact, per_market)
        ]
        self._judged: dict[tuple[object, ...], bool] = {}

    def _slots(self, fact: FactDefinition, per_market: bool) -> list[tuple[Where, ...]]:
        entry = self.dossier.entries.get(fact.id)
        apart = set(self.everywhere) if per_market and fact.per_market else set(entry.by_market if entry else ())
        together = tuple((fact.id, place) for place in self.everywhere if place not in apart)
        return [
            slot for slot in (together, *(((fact.id, place),) for place in self.everywhere if place in apart)) if slot
        ]

    def now(self, slot: tuple[Where, ...]) -> Value | None:
        fact, place = slot[0]
        return self.dossier.facts_in(place).get(fact)

    def worlds(self) -> Iterator[dict[tuple[Where, ...], Value | None]]:
        options = []
        for slot in self.slots:
            now = self.now(slot)
            options.append(list(dict.fromkeys([now, *self.values[slot[0][0]]])))
        for values in product(*options):
            yield dict(zip(self.slots, values, strict=True))

    def best(self, budget: Fraction | None = None) -> Best | None:
        """The best within a budget; None where no world at all fits the axioms. Without a budget, of everything."""
        found: tuple[object, ...] | None = None
        answer = None
        for world in self.worlds():
            items = self.items(world)
            cost = sum((self.price(*item) for item in items), Fraction(0))
            if budget is not None and cost > budget:
                continue
            closed = self.closed(world)
            markets = [rank for rank, market in enumerate(self.dossier.markets) if self.opened(market, closed)]
            key = (-len(closed), -len(markets), markets, cost, len(items), items)
            if (found is None or key < found) and self.fits_axioms(world):
                found, answer = key, Best(len(closed), len(markets), cost, items)
        return answer

    def items(self, world: dict[tuple[Where, ...], Value | None]) -> tuple[tuple[str, str], ...]:
        return tuple(
            sorted(
                {
                    (slot[0][0], "establish" if self.now(slot) is None else "change")
                    for slot, value in world.items()
                    if value != self.now(slot)
                }
            )
        )

    def price(self, fact: str, kind: str) -> Fraction:
        cost = self.library.fact(fact).cost
        return Fraction(cost.establish if kind == "establish" else self.dossier.costs.get(fact, cost.change))

    def facts(self, world: dict[tuple[Where, ...], Value | None], place: str) -> dict[str, Value]:
        found = {
            name: value
            for name, value in self.dossier.facts_in(place).items()
            if self.library.fact(name).nature == "given"
        }
        found[MARKETS] = frozenset(self.everywhere)
        for slot, value in world.items():
            if value is not None and any(where == place for _, where in slot):
                found[slot[0][0]] = value
        return found

    def closed(self, world: dict[tuple[Where, ...], Value | None]) -> frozenset[str]:
        facts = {place: self.facts(world, place) for place in self.everywhere}
        return frozenset(name for name in self.promised if self._closed(name, facts))

    def _closed(self, name: str, facts: dict[str, dict[str, Value]]) -> bool:
        clause = self.library.clauses[name]
        own = facts[clause.jurisdiction]
        key = (name, *(own.get(fact) for fact in sorted(clause.facts)))
        if key not in self._judged:
            verdict = judge(clause, System(own, self.library.vocabulary.definitions), ON).verdict
            self._judged[key] = verdict in {"met", "not_applicable"}
        return self._judged[key]

    def opened(self, market: str, closed: frozenset[str]) -> bool:
        wholes = self.library.with_wholes([market])
        return all(name in closed for name in self.promised if self.library.clauses[name].jurisdiction in wholes)

    def fits_axioms(self, world: dict[tuple[Where, ...], Value | None]) -> bool:
        """Whether what is unknown can be such that every axiom holds."""
        open_slots = [slot for slot, value in world.items() if value is None]
        for values in product(*(self.values[slot[0][0]] for slot in open_slots)):
            whole = world | dict(zip(open_slots, values, strict=True))
            systems = [
                System(self.facts(whole, place), self.library.vocabulary.definitions) for place in self.everywhere
            ]
            if all(
                system.trace(axiom.formula).value is True for axiom in self.library.data.axioms for system in systems
            ):
                return True
        return False


def domain(fact: FactDefinition) -> tuple[Value, ...]:
    """Every value that formulas over the numbers 0, 1 and 2 can tell apart."""
    match fact.type.kind:
        case Kind.BOOL:
            return (False, True)
        case Kind.ENUM:
            return fact.type.values
        case Kind.SET:
            names = fact.type.values
            return tuple(
                frozenset(name for name, held in zip(names, choice, strict=True) if held)
                for choice in product((False, True), repeat=len(names))
            )
        case _:
            return WHOLE_NUMBERS
