"""Axes hold what they show, in order, with few and round numbers."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.clauses.tree import Kind
from comity.report.scales import factors, number, scale_for

NUMBERS = st.floats(-1e149, 1e149, allow_nan=False) | st.floats(-1000, 1000) | st.integers(-50, 50).map(float)


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.sampled_from([Kind.NUMBER, Kind.RATIO]))
def test_every_value_lies_on_the_axis_in_its_order(values: list[float], kind: Kind) -> None:
    scale = scale_for(values, kind)
    assert scale.low <= min(values) or min(values) == pytest.approx(scale.low)
    assert max(values) <= scale.high or max(values) == pytest.approx(scale.high)
    places = [scale.at(value) for value in sorted(values)]
    assert all(0 <= place <= 1 for place in places)
    assert places == sorted(places)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_shares_are_shown_within_0_and_1(values: list[float]) -> None:
    scale = scale_for(values, Kind.RATIO)
    assert 0 <= scale.low < scale.high <= 1
    assert scale.marks[0] == scale.low
    assert scale.marks[-1] == scale.high


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=5), st.sampled_from([Kind.INT, Kind.DURATION]))
def test_marks_are_few_and_evenly_spaced(values: list[int], kind: Kind) -> None:
    scale = scale_for([float(value) for value in values], kind)
    assert 2 <= len(scale.marks) <= 8
    places = [scale.at(mark) for mark in scale.marks]
    assert places == sorted(set(places))
    if not scale.logarithmic:
        gaps = [after - before for before, after in pairwise(places)]
        assert max(gaps) - min(gaps) < 1e-6


def test_a_bound_never_stands_at_an_end_where_it_would_fill_the_strip() -> None:
    assert scale_for([0.98, 0.985], Kind.RATIO).low < 0.98
    assert scale_for([4000.0], Kind.INT).high > 4000
    assert scale_for([100_000.0, 10_000_000.0], Kind.INT).low < 100_000
    assert scale_for([timedelta(hours=72).total_seconds()], Kind.DURATION).high > 72 * 3600


def test_time_is_marked_in_units_of_time() -> None:
    scale = scale_for([60 * 3600.0, 72 * 3600.0, 4 * 3600.0], Kind.DURATION)
    assert all(mark % (24 * 3600) == 0 for mark in scale.marks)


def test_factors_begin_at_one() -> None:
    scale = factors(21.9)
    assert (scale.at(1), scale.at(50)) == (0, 1)
    assert scale.marks == (1, 2, 3, 5, 10, 20, 50)


@pytest.mark.parametrize("value", [True, "x", None, float("inf"), float("nan"), 1e200, 10**400, frozenset({"a"})])
def test_what_is_no_number_has_no_place(value: object) -> None:
    assert number(value) is None  # type: ignore[arg-type]
