"""The cheapest set of items that hits every core: exact branch and bound, with one answer whatever the order of the cores.

A core is a set of names of which at least one has to be taken; what has no weight cannot be taken. No two sets of items weigh the same
(`weights`), so the cheapest set is unique.
Source: E. Moreno-Centeno, R. M. Karp, "The implicit hitting set approach to solve combinatorial optimization problems"
(Operations Research 61, 2013).
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from comity.language import Message
from comity.solving.worlds import NotDecidedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

Name = TypeVar("Name")

MOST_NODES = 50_000
"""How many nodes a search may look at; a count, not a time, so that the outcome does not depend on the machine."""


class Hit(NamedTuple, Generic[Name]):
    """A set that hits every core, and what it weighs."""

    names: frozenset[Name]
    weight: int


class Scale(NamedTuple, Generic[Name]):
    """Whole numbers whose sums compare sets by price, then by size, then by order (the set that has the first item that differs).

    Attributes:
        weights: of each item.
        unit: how many units a price of one has.
        sizes: what one unit of price weighs, in items.
        bits: what one item weighs, as a power of two.
    """

    weights: Mapping[Name, int]
    unit: int
    sizes: int
    bits: int

    def heaviest(self, price: Fraction) -> int:
        """A weight that every set which costs at most so much stays below, and that no dearer set does."""
        return (int(price * self.unit) * self.sizes + self.sizes) << self.bits


def weights(items: Iterable[Name], prices: Mapping[Name, Fraction]) -> Scale[Name]:
    """The weights of items.

    Args:
        items: in the order of preference.
        prices: of each item, not negative.
    """
    listed = list(items)
    unit = lcm(*(prices[item].denominator for item in listed)) if listed else 1
    sizes = bits = len(listed) + 1
    found = {
        item: ((int(prices[item] * unit) * sizes + 1) << bits) - (1 << (len(listed) - 1 - rank))
        for rank, item in enumerate(listed)
    }
    return Scale(found, unit, sizes, bits)


def too_large() -> NotDecidedError:
    """The error for a search that reached its limit."""
    return NotDecidedError(Message("the cheapest plan was not found in {count} steps", count=f"{MOST_NODES:,}"))


def cheapest_hit(cores: Iterable[frozenset[Name]], weight: Mapping[Name, int]) -> Hit[Name] | None:
    """The cheapest set of items that hits every core, or None where there is none.

    Args:
        cores: sets of names.
        weight: of each item, positive.

    Raises:
        NotDecidedError: the search is too large.
    """
    usable = _smallest(frozenset(name for name in core if name in weight) for core in cores)
    names: frozenset[Name] = frozenset()
    for group in _groups(usable):
        search = _Search(weight)
        search.run(group, frozenset(), 0)
        if search.best is None:
            return None
        names |= search.best.names
    return Hit(names, sum(weight[name] for name in names))


def _smallest(cores: Iterable[frozenset[Name]]) -> list[frozenset[Name]]:
    """The cores without those that contain another one."""
    kept: list[frozenset[Name]] = []
    for core in sorted(dict.fromkeys(cores), key=len):
        if not any(other <= core for other in kept):
            kept.append(core)
    return kept


def _groups(cores: list[frozenset[Name]]) -> list[list[frozenset[Name]]]:
    """Cores that share no name, even through others, apart."""
    groups: list[tuple[set[Name], list[frozenset[Name]]]] = []
    for core in cores:
        touching = [group for group in groups if group[0] & core]
        groups = [group for group in groups if not group[0] & core]
        merged = set(core).union(*(group[0] for group in touching))
        groups.append((merged, [*(one for group in touching for one in group[1]), core]))
    return [sorted(group[1], key=len) for group in groups]


class _Search(Generic[Name]):
    """Takes one name of the smallest core that is not hit after the other; what was tried is left out afterwards."""

    def __init__(self, weight: Mapping[Name, int]) -> None:
        self.weight = weight
        self.best: Hit[Name] | None = None
        self.nodes = 0

    def run(self, cores: list[frozenset[Name]], taken: frozenset[Name], weight: int) -> None:
        """Look for the cheapest set that holds what is taken and hits these cores, small ones first."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise too_large()
        if not cores:
            if self.best is None or weight < self.best.weight:
                self.best = Hit(taken, weight)
            return
        if not cores[0] or (self.best is not None and weight + self.bound(cores) >= self.best.weight):
            return
        left = cores
        for name in sorted(cores[0], key=lambda name: self.weight[name]):
            rest = [core for core in left if name not in core]
            self.run(_smallest(rest), taken | {name}, weight + self.weight[name])
            left = [core - {name} for core in left]
            if frozenset() in left:
                return

    def bound(self, cores: list[frozenset[Name]]) -> int:
        """What every set that hits these cores weighs at least: cores that share nothing need a name each."""
        used: set[Name] = set()
        least = 0
        for core in cores:
            if used.isdisjoint(core):
                used |= core
                least += min(self.weight[name] for name in core)
        return least
