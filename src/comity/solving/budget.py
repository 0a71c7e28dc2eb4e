"""The most that a budget buys: as many clauses as possible, then as many markets, for as little as possible.

Of as many markets, those that were named first count more. Each group of duties has its frontier: what it costs at least to leave
so many of its duties open. Groups share no fact, so the best whole is found by adding frontiers up, once for each set of markets
that is wanted whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from comity.solving.hitting_sets import cheapest_hit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from comity.solving.changes import Choice, Group


class _Sum(NamedTuple):
    """The choice for one group, and through `before` those for the groups before it; `waived` and `weight` are of all."""

    waived: int
    weight: int
    choice: Choice | None = None
    before: _Sum | None = None

    def choices(self) -> list[Choice]:
        """The choices in the order of the groups."""
        found: list[Choice] = []
        link: _Sum | None = self
        while link is not None and link.choice is not None:
            found.append(link.choice)
            link = link.before
        return found[::-1]


def best_within(
    groups: list[Group],
    markets: Mapping[str, frozenset[str]],
    budget: Fraction,
) -> list[Choice]:
    """The best choice for every group.

    Args:
        groups: of duties.
        markets: the duties that have to be met before a market is open.
        budget: what may be spent.

    Raises:
        NotDecidedError: the solver did not answer in time.
    """
    known: dict[tuple[int, frozenset[str]], list[Choice]] = {}
    heaviest = groups[0].scale.heaviest(budget) if groups else 0

    def best(required: frozenset[str]) -> _Sum | None:
        return _added(_frontiers(groups, required, heaviest, known), heaviest)

    whole = best(frozenset())
    if whole is None:
        return []

    def whole_markets(names: list[str]) -> _Sum | None:
        """The best that opens these markets without closing fewer clauses than can be."""
        one = best(frozenset[str]().union(*(markets[name] for name in names)))
        return one if one is not None and one.waived == whole.waived else None

    opened = _most(list(markets), lambda names: whole_markets(names) is not None)
    return (whole_markets(opened) or whole).choices()


def _most(names: list[str], fits: Callable[[list[str]], bool]) -> list[str]:
    """The most names that fit together, the first of them rather than others; fewer of what fits together fit as well."""
    weight = {name: (2 << len(names)) + (1 << (len(names) - 1 - rank)) for rank, name in enumerate(names)}
    misfits: list[frozenset[str]] = []
    while True:
        hit = cheapest_hit(misfits, weight)
        kept = [name for name in names if hit is None or name not in hit.names]
        if fits(kept):
            return kept
        for name in list(kept):
            fewer = [other for other in kept if other != name]
            if not fits(fewer):
                kept = fewer
        misfits.append(frozenset(kept))


def _frontiers(
    groups: list[Group],
    required: frozenset[str],
    heaviest: int,
    known: dict[tuple[int, frozenset[str]], list[Choice]],
) -> list[list[Choice]]:
    found = []
    for number, group in enumerate(groups):
        own = required.intersection(duty.id for duty in group.duties)
        if (number, own) not in known:
            known[number, own] = group.frontier(own, heaviest)
        found.append(known[number, own])
    return found


def _added(frontiers: list[list[Choice]], heaviest: int) -> _Sum | None:
    """One choice of every group such that as few duties as possible are waived within the budget; of these the cheapest."""
    sums = {0: _Sum(0, 0)}
    for choices in frontiers:
        added: dict[int, _Sum] = {}
        for choice in choices:
            for before in sums.values():
                waived, weight = before.waived + len(choice.waived), before.weight + choice.weight
                known = added.get(waived)
                if weight <= heaviest and (known is None or weight < known.weight):
                    added[waived] = _Sum(waived, weight, choice, before)
        sums = _lighter(added)
    return min(sums.values(), key=lambda found: found.waived, default=None)


def _lighter(sums: dict[int, _Sum]) -> dict[int, _Sum]:
    """The sums that are lighter than all that waive less."""
    kept: dict[int, _Sum] = {}
    lightest: int | None = None
    for waived, found in sorted(sums.items()):
        if lightest is None or found.weight < lightest:
            kept[waived], lightest = found, found.weight
    return kept
