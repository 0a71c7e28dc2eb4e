"""What does it cost at least to leave so many duties open? All answers at once, by taking cores apart.

Cores are sets of names of which at least one has to be taken: items, which weigh, and waivers, which are counted. The name in most
cores is taken, or left out; what then hangs together no more is answered apart and added up, and what was answered once is
remembered. That is fast where a few names hold much together, as duties do.
Source: A. Darwiche, "Recursive conditioning" (Artificial Intelligence 126, 2001).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeAlias, TypeVar

from comity.solving.hitting_sets import MOST_NODES, too_large

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

Name = TypeVar("Name", bound="Hashable")
Mask: TypeAlias = int
"""A set of names, one bit a name."""


class Point(NamedTuple, Generic[Name]):
    """A set that hits every core: which items, which waivers, and what the items weigh."""

    items: frozenset[Name]
    waived: frozenset[Name]
    weight: int


class _Sum(NamedTuple):
    """A set as bits, with its weight; the low digits of the weight tell sets of waivers apart."""

    weight: int
    names: Mask


_Frontier: TypeAlias = dict[int, _Sum]
"""The lightest set for each number of waivers; none that is not lighter than all with fewer."""


def lightest_hits(
    cores: Iterable[frozenset[Name]], weight: Mapping[Name, int], waivers: Sequence[Name], heaviest: int | None
) -> tuple[Point[Name], ...]:
    """The lightest set that hits every core for each number of waivers, the fewest first, as far as more waivers make it lighter.

    Args:
        cores: sets of names; what is neither an item nor a waiver cannot be taken.
        weight: of each item, positive; no two sets weigh the same.
        waivers: in the order of preference.
        heaviest: what a set may weigh at most.

    Raises:
        NotDecidedError: the search is too large.
    """
    names: list[Name] = [*weight, *waivers]
    bits = {name: 1 << position for position, name in enumerate(names)}
    scaled = [value << len(waivers) for value in weight.values()] + [1 << rank for rank in range(len(waivers))]
    limit = None if heaviest is None else (heaviest + 1) << len(waivers)
    search = _Search(scaled, len(weight), limit)
    found = search.frontier(frozenset(sum(bits[name] for name in core if name in bits) for core in cores))
    points = []
    for _, (total, mask) in sorted(found.items()):
        chosen = [name for name in names if bits[name] & mask]
        items = frozenset(name for name in chosen if name in weight)
        points.append(Point(items, frozenset(chosen) - items, total >> len(waivers)))
    return tuple(points)


class _Search:
    """Frontiers of sets of cores, remembered."""

    def __init__(self, weight: list[int], items: int, limit: int | None) -> None:
        self.weight = weight
        self.items = items
        self.limit = limit
        self.waivers = len(weight) - items
        self.known: dict[frozenset[Mask], _Frontier] = {frozenset(): {0: _Sum(0, 0)}}

    def frontier(self, cores: frozenset[Mask]) -> _Frontier:
        """The frontier of cores."""
        if 0 in cores:
            return {}
        total: _Frontier = {0: _Sum(0, 0)}
        for part in _parts(_smallest(cores)):
            total = self.added(total, self.of_part(part))
        return total

    def of_part(self, cores: frozenset[Mask]) -> _Frontier:
        """The frontier of cores that hang together."""
        found = self.known.get(cores)
        if found is None:
            if len(self.known) > MOST_NODES:
                raise too_large()
            position = _most_common(cores)
            bit = 1 << position
            taken = self.frontier(frozenset(core for core in cores if not core & bit))
            left_out = self.frontier(frozenset(core & ~bit for core in cores))
            with_it = self.added({int(position >= self.items): _Sum(self.weight[position], bit)}, taken)
            found = self.known[cores] = self.pruned([*with_it.items(), *left_out.items()])
        return found

    def added(self, one: _Frontier, other: _Frontier) -> _Frontier:
        """The frontier of two parts together."""
        return self.pruned(
            (a + b, _Sum(left.weight + right.weight, left.names | right.names))
            for a, left in one.items()
            for b, right in other.items()
        )

    def pruned(self, sums: Iterable[tuple[int, _Sum]]) -> _Frontier:
        best: _Frontier = {}
        for count, found in sums:
            if (self.limit is None or found.weight < self.limit) and (count not in best or found < best[count]):
                best[count] = found
        kept: _Frontier = {}
        lightest: int | None = None
        for count in sorted(best):
            items = best[count].weight >> self.waivers
            if lightest is None or items < lightest:
                kept[count], lightest = best[count], items
        return kept


def _smallest(cores: Iterable[Mask]) -> list[Mask]:
    """The cores without those that contain another one."""
    kept: list[Mask] = []
    for core in sorted(cores, key=lambda core: (core.bit_count(), core)):
        if not any(other & core == other for other in kept):
            kept.append(core)
    return kept


def _parts(cores: list[Mask]) -> Iterator[frozenset[Mask]]:
    """Cores that share no name, even through others, apart."""
    parts: list[tuple[Mask, list[Mask]]] = []
    for core in cores:
        merged, members, apart = core, [core], []
        for mask, others in parts:
            if mask & core:
                merged |= mask
                members += others
            else:
                apart.append((mask, others))
        parts = [*apart, (merged, members)]
    for _, members in parts:
        yield frozenset(members)


def _most_common(cores: Iterable[Mask]) -> int:
    """The position of the name that is in most cores; the first among equals."""
    counts: dict[int, int] = {}
    for core in cores:
        rest = core
        while rest:
            low = rest & -rest
            position = low.bit_length() - 1
            counts[position] = counts.get(position, 0) + 1
            rest ^= low
    return min(counts, key=lambda position: (-counts[position], position))
