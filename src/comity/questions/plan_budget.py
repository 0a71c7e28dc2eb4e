"""The most that a budget buys: as many clauses as possible, then as many markets, then as little as possible.

Each group of duties has its frontier: what it costs at least to leave so many of its duties open. Groups share no fact, so
the best whole is found by adding frontiers up, once for each set of markets that is wanted whole.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from comity.questions.plan_changes import Choice, Group, frontier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from comity.questions.plan_changes import Item


class _Sum(NamedTuple):
    """The choice for one group, and through `before` those for the groups before it; `waived`, `weight` and `spent` are of all."""

    waived: int
    weight: int
    spent: Fraction
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
    budget: Fraction | None,
    price: Callable[[Item], Fraction],
) -> list[Choice]:
    """The best choice for every group.

    Args:
        groups: of duties.
        markets: the duties that have to be met before a market is open.
        budget: what may be spent; None for no limit.
        price: of an item.

    Raises:
        NotDecidedError: the solver did not answer in time.
    """
    known: dict[tuple[int, frozenset[str]], list[Choice]] = {}

    def best(required: frozenset[str]) -> _Sum | None:
        return _added(_frontiers(groups, required, known), budget, price)

    whole = best(frozenset())
    if whole is None:
        return []

    def whole_markets(names: Iterable[str]) -> _Sum | None:
        """The best that opens these markets without closing fewer clauses than can be."""
        one = best(frozenset[str]().union(*(markets[name] for name in names)))
        return one if one is not None and one.waived == whole.waived else None

    able = [name for name in markets if whole_markets([name]) is not None]
    for size in range(len(able), 0, -1):
        rivals = [one for names in combinations(able, size) if (one := whole_markets(names)) is not None]
        if rivals:
            return min(rivals, key=lambda one: one.weight).choices()
    return whole.choices()


def _frontiers(
    groups: list[Group], required: frozenset[str], known: dict[tuple[int, frozenset[str]], list[Choice]]
) -> list[list[Choice]]:
    found = []
    for number, group in enumerate(groups):
        own = required.intersection(duty.id for duty in group.duties)
        if (number, own) not in known:
            known[number, own] = frontier(group, own)
        found.append(known[number, own])
    return found


def _added(frontiers: list[list[Choice]], budget: Fraction | None, price: Callable[[Item], Fraction]) -> _Sum | None:
    """One choice of every group such that as few duties as possible are waived within the budget; of these the cheapest."""
    sums = {0: _Sum(0, 0, Fraction(0))}
    for choices in frontiers:
        added: dict[int, _Sum] = {}
        for choice in choices:
            cost = sum((price(item) for item in choice.items), Fraction(0))
            for before in sums.values():
                waived, weight = before.waived + len(choice.waived), before.weight + choice.weight
                if waived not in added or weight < added[waived].weight:
                    added[waived] = _Sum(waived, weight, before.spent + cost, choice, before)
        sums = added
    within = [found for found in sums.values() if budget is None or found.spent <= budget]
    return min(within, key=lambda found: found.waived, default=None)
