"""Cheapest sets that hit every core, and frontiers of them. Oracle: all subsets."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from comity.solving.frontier import lightest_hits
from comity.solving.hitting_sets import cheapest_hit, weights

ITEMS = ("a", "b", "c", "d", "e", "f")
WAIVERS = ("u", "v", "w", "x")
PRICES = st.fixed_dictionaries(
    {item: st.sampled_from([Fraction(0), Fraction(1), Fraction(1), Fraction(2), Fraction(1, 3)]) for item in ITEMS}
)
CORES = st.lists(st.frozensets(st.sampled_from(ITEMS + WAIVERS), max_size=4), max_size=12)


def subsets(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))


def price(items: tuple[str, ...], prices: dict[str, Fraction]) -> Fraction:
    return sum((prices[item] for item in items), Fraction(0))


@given(PRICES)
def test_weights_compare_by_price_then_size_then_order(prices: dict[str, Fraction]) -> None:
    weight = weights(ITEMS, prices).weights
    by_weight = sorted(subsets(ITEMS), key=lambda items: sum(weight[item] for item in items))
    assert by_weight == sorted(subsets(ITEMS), key=lambda items: (price(items, prices), len(items), items))


@given(PRICES, CORES)
def test_the_cheapest_hit_is_the_cheapest(prices: dict[str, Fraction], cores: list[frozenset[str]]) -> None:
    hits = [items for items in subsets(ITEMS) if all(core & set(items) for core in cores)]
    best = min(hits, key=lambda items: (price(items, prices), len(items), items), default=None)
    found = cheapest_hit(cores, weights(ITEMS, prices).weights)
    assert (None if found is None else tuple(sorted(found.names))) == best


@given(PRICES, CORES, st.one_of(st.none(), st.sampled_from([Fraction(0), Fraction(1), Fraction(5, 3), Fraction(4)])))
def test_a_frontier_has_the_lightest_hit_for_each_number_of_waivers(
    prices: dict[str, Fraction], cores: list[frozenset[str]], most: Fraction | None
) -> None:
    scale = weights(ITEMS, prices)
    expected: list[tuple[int, tuple[Fraction, int, tuple[str, ...]]]] = []
    for count in range(len(WAIVERS) + 1):
        rivals = [
            (price(items, prices), len(items), items)
            for items in subsets(ITEMS)
            for waived in combinations(WAIVERS, count)
            if all(core & {*items, *waived} for core in cores) and (most is None or price(items, prices) <= most)
        ]
        best = min(rivals, default=None)
        if best is not None and (not expected or best < expected[-1][1]):
            expected.append((count, best))
    points = lightest_hits(cores, scale.weights, WAIVERS, None if most is None else scale.heaviest(most))
    assert [(len(point.waived), tuple(sorted(point.items))) for point in points] == [
        (count, best[2]) for count, best in expected
    ]
    assert all(core & (point.items | point.waived) for point in points for core in cores)
