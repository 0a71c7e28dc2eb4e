"""Minimal conflicts and hitting sets, against brute force over all subsets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("z3")

import z3

from comity.engines.smt import Encoding
from comity.solving.conflicts import (
    Demands,
    NoConflictError,
    all_conflicts,
    all_minimal_sets,
    canonical_conflict,
    is_minimal,
    preferred_minimal_set,
    smallest_hitting_set,
)
from tests.questions import imagined

NAMES = ("a", "b", "c", "d", "e", "f")
FAMILIES = st.frozensets(st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=4), max_size=6)


def fits_of(family: frozenset[frozenset[str]]):  # type: ignore[no-untyped-def]
    """Sets of names that hold no member of the family."""
    return lambda names: not any(member <= set(names) for member in family)


def minimal_members(family: frozenset[frozenset[str]]) -> set[frozenset[str]]:
    return {member for member in family if not any(other < member for other in family)}


@given(FAMILIES)
def test_every_minimal_set_is_found_and_no_other(family: frozenset[frozenset[str]]) -> None:
    found = all_minimal_sets(NAMES, fits_of(family), limit=0)
    assert found.complete
    assert {frozenset(names) for names in found.sets} == minimal_members(family)
    assert list(found.sets) == sorted(found.sets, key=lambda names: (len(names), names))
    assert all(is_minimal(names, fits_of(family)) for names in found.sets)


@given(FAMILIES, st.integers(1, 4))
def test_a_limit_is_honest(family: frozenset[frozenset[str]], limit: int) -> None:
    every = minimal_members(family)
    found = all_minimal_sets(NAMES, fits_of(family), limit)
    assert len(found.sets) == min(limit, len(every))
    assert found.complete is (len(every) <= limit)
    assert {frozenset(names) for names in found.sets} <= every


def test_a_search_that_stops_early_says_so() -> None:
    family = frozenset(map(frozenset, combinations(NAMES, 2)))
    assert not all_minimal_sets(NAMES, fits_of(family), limit=0, most_seeds=5).complete


@given(FAMILIES.filter(bool))
def test_the_preferred_set_keeps_early_names(family: frozenset[frozenset[str]]) -> None:
    found = preferred_minimal_set(NAMES, fits_of(family))
    assert frozenset(found) in minimal_members(family)
    latest = min(max(map(NAMES.index, member)) for member in minimal_members(family))
    assert NAMES.index(found[-1]) == latest


def test_there_is_no_conflict_where_all_fits() -> None:
    with pytest.raises(NoConflictError):
        preferred_minimal_set(NAMES, lambda _: True)


def smallest_by_force(family: frozenset[frozenset[str]], order: Sequence[str]) -> tuple[str, ...]:
    return next(
        chosen
        for size in range(len(order) + 1)
        for chosen in combinations(order, size)
        if all(member & set(chosen) for member in family)
    )


@settings(max_examples=300)
@given(FAMILIES)
def test_a_hitting_set_is_smallest_and_first(family: frozenset[frozenset[str]]) -> None:
    assert smallest_hitting_set(family, NAMES) == smallest_by_force(family, NAMES)


def test_nothing_hits_an_empty_set() -> None:
    assert smallest_hitting_set([frozenset()], NAMES) is None
    assert smallest_hitting_set([], NAMES) == ()


def demands_of(bounds: dict[str, tuple[str, int]]) -> tuple[Demands, Encoding]:
    library = imagined.library([imagined.fact("a.count", "int")], [])
    encoding = Encoding(library.vocabulary)
    variable = encoding.variable("a.count")
    terms = {name: variable >= n if kind == ">=" else variable <= n for name, (kind, n) in bounds.items()}
    return Demands(encoding, encoding.ranges(), terms), encoding


@given(st.dictionaries(st.sampled_from(NAMES), st.tuples(st.sampled_from([">=", "<="]), st.integers(0, 5)), min_size=1))
def test_bounds_that_collide_are_found_in_pairs(bounds: dict[str, tuple[str, int]]) -> None:
    demands, _ = demands_of(bounds)
    lows = [name for name in bounds if bounds[name][0] == ">="]
    highs = [name for name in bounds if bounds[name][0] == "<="]
    expected = {frozenset({low, high}) for low in lows for high in highs if bounds[low][1] > bounds[high][1]}
    assert {frozenset(names) for names in all_conflicts(demands, 0).sets} == expected


def test_a_conflict_with_a_further_term_names_what_shuts_it_out() -> None:
    demands, encoding = demands_of({"a": (">=", 1), "b": (">=", 5), "c": ("<=", 9)})
    variable = encoding.variable("a.count")
    assert canonical_conflict(demands, demands.names, variable < 5) == ("b",)
    assert canonical_conflict(demands, demands.names, variable < 1) == ("a",)
    assert canonical_conflict(demands, demands.names, variable > 9) == ("c",)
    assert canonical_conflict(demands, demands.names, z3.And(variable > 9, variable < 9)) == ()
