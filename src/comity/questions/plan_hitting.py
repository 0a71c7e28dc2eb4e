"""The cheapest set that hits every core: exact branch and bound, with one answer whatever the order of the cores.

A core is a set of names of which at least one has to be taken. Two kinds of names: *items*, each with a weight, and *waivers*,
of which only so many may be taken. No two sets of items weigh the same (`weights`), so the cheapest set is unique.
Source: E. Moreno-Centeno, R. M. Karp, "The implicit hitting set approach to solve combinatorial optimization problems"
(Operations Research 61, 2013).
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from comity.language import Message
from comity.questions.worlds import NotDecidedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

Name = TypeVar("Name")

MOST_NODES = 200_000
"""How many nodes a search may look at; a count, not a time, so that the outcome does not depend on the machine."""


class Hit(NamedTuple, Generic[Name]):
    """A set that hits every core, and what it weighs."""

    names: frozenset[Name]
    weight: int


def weights(items: Iterable[Name], prices: Mapping[Name, Fraction]) -> dict[Name, int]:
    """Whole numbers whose sums compare sets by price, then by size, then by order (the set that has the first item that differs).

    Args:
        items: in the order of preference.
        prices: of each item, not negative.
    """
    listed = list(items)
    scale = lcm(*(prices[item].denominator for item in listed)) if listed else 1
    bits, most = len(listed) + 1, len(listed) + 1
    return {
        item: ((int(prices[item] * scale) * most + 1) << bits) - (1 << (len(listed) - 1 - rank))
        for rank, item in enumerate(listed)
    }


def cheapest_hit(
    cores: Iterable[frozenset[Name]],
    weight: Mapping[Name, int],
    waivers: Iterable[Name] = (),
    spare: int = 0,
) -> Hit[Name] | None:
    """The cheapest set of items and at most `spare` waivers that hits every core, or None where there is none.

    Args:
        cores: sets of names; a name that is neither an item nor a waiver cannot be taken.
        weight: of each item, positive.
        waivers: names that cost nothing, in the order of preference.
        spare: how many waivers may be taken.

    Raises:
        NotDecidedError: the search is too large.
    """
    free = {name: rank for rank, name in enumerate(waivers)} if spare else {}
    scaled = {name: (value << len(free)) for name, value in weight.items()}
    scaled |= {name: 1 << rank for name, rank in free.items()}
    usable = _smallest(frozenset(name for name in core if name in scaled) for core in cores)
    if frozenset() in usable:
        return None
    names: frozenset[Name] = frozenset()
    for group in [usable] if spare else _groups(usable):
        search = _Search(scaled, frozenset(free))
        search.run(group, frozenset(), 0, spare)
        if search.best is None:
            return None
        names |= search.best.names
    return Hit(names, sum(weight.get(name, 0) for name in names))


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
    return [group[1] for group in groups]


class _Search(Generic[Name]):
    """Takes one name of the smallest core that is not hit after the other; what was tried is left out afterwards."""

    def __init__(self, weight: Mapping[Name, int], waivers: frozenset[Name]) -> None:
        self.weight = weight
        self.waivers = waivers
        self.best: Hit[Name] | None = None
        self.nodes = 0

    def run(self, cores: list[frozenset[Name]], taken: frozenset[Name], weight: int, spare: int) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise NotDecidedError(Message("the cheapest plan was not found in {count} steps", count=f"{MOST_NODES:,}"))
        if not cores:
            if self.best is None or weight < self.best.weight:
                self.best = Hit(taken, weight)
            return
        if spare == 0:
            cores = _smallest(core - self.waivers for core in cores)
        if not cores[0] or (self.best is not None and weight + self.bound(cores, spare) >= self.best.weight):
            return
        left = cores
        for name in sorted(cores[0], key=lambda name: self.weight[name]):
            rest = [core for core in left if name not in core]
            waived = name in self.waivers
            self.run(_smallest(rest), taken | {name}, weight + self.weight[name], spare - waived)
            left = [core - {name} for core in left]
            if frozenset() in left:
                return

    def bound(self, cores: list[frozenset[Name]], spare: int) -> int:
        """What every set that hits these cores weighs at least: cores that share nothing need a name each."""
        used: set[Name] = set()
        least: list[int] = []
        for core in cores:
            if used.isdisjoint(core):
                used |= core
                least.append(min((self.weight[name] for name in core if name not in self.waivers), default=0))
        least.sort()
        return sum(least[: max(0, len(least) - spare)])
