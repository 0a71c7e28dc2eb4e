"""In which order? Steps in bundles, each the one that closes most clauses for its cost from where the bundles before it have led.

A bundle is a smallest set of the remaining steps that closes one more clause; whatever else it closes or reopens counts too. Among equals
comes the one that serves the market that is nearest to being open. Every clause is judged by the ordinary engine after every step.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from comity.questions.plan_world import market_duties

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.tree import Value
    from comity.questions.plan_world import World


@dataclass(frozen=True, slots=True)
class Move:
    """A step with what it does to the clauses, in its place in the order."""

    fact: str
    closes: tuple[str, ...]
    reopens: tuple[str, ...]
    closed: frozenset[str]


def ordered(
    world: World, after: Mapping[str, Mapping[str, Value]], prices: Mapping[str, Fraction], promised: Iterable[str]
) -> tuple[Move, ...]:
    """The steps in order.

    Args:
        world: where the system is.
        after: what each step makes of its fact, by jurisdiction.
        prices: of each step.
        promised: the clauses that all steps together close.
    """
    ordering = _Ordering(world, after, prices, promised)
    while ordering.remaining:
        for fact in ordering.best_bundle():
            ordering.take(fact)
    return tuple(ordering.moves)


class _Ordering:
    """The state between two steps."""

    def __init__(
        self,
        world: World,
        after: Mapping[str, Mapping[str, Value]],
        prices: Mapping[str, Fraction],
        promised: Iterable[str],
    ) -> None:
        self.world = world
        self.after = after
        self.prices = prices
        self.promised = tuple(promised)
        self.markets = market_duties(world.scenario)
        self.remaining = sorted(after)
        self.taken: dict[str, Mapping[str, Value]] = {}
        self.reads = {name: clause.facts & after.keys() for name, clause in world.clauses.items()}
        self.readers = {fact: [name for name, facts in self.reads.items() if fact in facts] for fact in after}
        self.closed = frozenset(world.closed_among(world.clauses, {}))
        self.moves: list[Move] = []
        self._bundles: dict[str, tuple[str, ...]] = {}
        self._gains: dict[tuple[str, ...], tuple[int, set[str]]] = {}

    def closed_with(self, facts: Iterable[str], clauses: Iterable[str]) -> set[str]:
        """Those of these clauses that are closed once these steps are taken as well."""
        return self.world.closed_among(clauses, {**self.taken, **{fact: self.after[fact] for fact in facts}})

    def gain(self, bundle: tuple[str, ...]) -> int:
        """How many clauses more are closed with these steps."""
        if bundle not in self._gains:
            touched = {name for fact in bundle for name in self.readers[fact]}
            self._gains[bundle] = (len(self.closed_with(bundle, touched)) - len(touched & self.closed), touched)
        return self._gains[bundle][0]

    def best_bundle(self) -> tuple[str, ...]:
        """The bundle with the most clauses for its cost; what is left, where no bundle closes anything."""
        bundles = dict.fromkeys(self.bundle(name) for name in self.promised if name not in self.closed)
        bundles.pop((), None)
        if not bundles:
            return tuple(self.remaining)
        return min(bundles, key=self._rank)

    def _rank(self, bundle: tuple[str, ...]) -> tuple[bool, Fraction, int, int, tuple[str, ...]]:
        """Sort key: most clauses for the cost, then most clauses, then the market that is nearest to being open."""
        gain, cost = self.gain(bundle), sum((self.prices[fact] for fact in bundle), Fraction(0))
        free = gain > 0 and cost == 0
        return (not free, Fraction(-gain) / cost if cost else Fraction(0), -gain, self.distance(bundle), bundle)

    def distance(self, bundle: tuple[str, ...]) -> int:
        """How many clauses are open in that market, of those that a bundle serves, which is nearest to being open."""
        touched = self._gains[bundle][1] - self.closed
        left = [duties - self.closed for duties in self.markets.values() if not duties.isdisjoint(touched)]
        return min(map(len, left), default=len(self.promised))

    def bundle(self, name: str) -> tuple[str, ...]:
        """A smallest set of remaining steps that closes a clause, without the dearest that can be spared; empty where none does."""
        if name not in self._bundles:
            facts = sorted(self.reads[name].intersection(self.remaining))
            if not self.closed_with(facts, [name]):
                facts = []
            for fact in sorted(facts, key=lambda fact: (-self.prices[fact], fact)):
                fewer = [other for other in facts if other != fact]
                if self.closed_with(fewer, [name]):
                    facts = fewer
            self._bundles[name] = tuple(facts)
        return self._bundles[name]

    def take(self, fact: str) -> None:
        """Go a step."""
        self.remaining.remove(fact)
        self.taken[fact] = self.after[fact]
        before = self.closed.intersection(self.readers[fact])
        now = self.closed_with((), self.readers[fact])
        self.closed = (self.closed - before) | now
        self.moves.append(Move(fact, tuple(sorted(now - before)), tuple(sorted(before - now)), self.closed))
        touched = set(self.readers[fact])
        for name in touched:
            self._bundles.pop(name, None)
        self._gains = {bundle: known for bundle, known in self._gains.items() if known[1].isdisjoint(touched)}
