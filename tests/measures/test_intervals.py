"""Exact intervals. Oracle: the binomial distribution summed in fractions."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.measures.intervals import at_least, exact_interval


def tail(successes: int, trials: int, rate: Fraction) -> Fraction:
    return sum(
        (comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(successes, trials + 1)), Fraction(0)
    )


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 60), st.data())
def test_the_tail_is_that_of_the_binomial_distribution(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    rate = data.draw(st.fractions(0, 1, max_denominator=50))
    assert at_least(successes, trials, float(rate)) == pytest.approx(float(tail(successes, trials, rate)), abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 400), st.data())
def test_the_bounds_leave_half_of_the_rest_on_each_side(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = exact_interval(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    if successes:
        assert at_least(successes, trials, low) == pytest.approx(0.025, abs=1e-9)
    if successes < trials:
        assert 1 - at_least(successes + 1, trials, high) == pytest.approx(0.025, abs=1e-9)


def test_known_values() -> None:
    """Of 10 in 10 the lower bound is 0.025 ** (1 / 10)."""
    low, high = exact_interval(10, 10)
    assert low == pytest.approx(0.025**0.1)
    assert high == 1.0
    assert exact_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("wrong", [(-1, 5), (6, 5)])
def test_impossible_counts_are_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="of 5"):
        exact_interval(*wrong)
