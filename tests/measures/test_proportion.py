"""Exact binomial intervals. Oracles: sums of binomial probabilities in exact fractions, closed forms, and values published by others."""

from __future__ import annotations

from fractions import Fraction
from math import comb, expm1, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.measures.proportion import incomplete_beta, interval


def at_least(successes: int, trials: int, share: Fraction) -> Fraction:
    """The exact probability of so many successes or more."""
    terms = (comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(successes, trials + 1))
    return sum(terms, Fraction())


@given(trials=st.integers(1, 60), data=st.data())
def test_the_bounds_are_where_the_tails_are(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = interval(successes, trials)
    assert low <= successes / trials <= high
    if successes:
        assert float(at_least(successes, trials, Fraction(low))) == pytest.approx(0.025, abs=1e-9)
    else:
        assert low == 0
    if successes < trials:
        assert float(1 - at_least(successes + 1, trials, Fraction(high))) == pytest.approx(0.025, abs=1e-9)
    else:
        assert high == 1


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (81, 263, 0.2527, 0.3676),
    ],
)
def test_published_values(successes: int, trials: int, low: float, high: float) -> None:
    """Tables of the Clopper-Pearson interval; the last is an example of Newcombe (1998)."""
    assert interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


@given(trials=st.integers(1, 10**7))
def test_all_or_none_has_a_closed_form(trials: int) -> None:
    assert interval(trials, trials)[0] == pytest.approx(0.025 ** (1 / trials), rel=1e-9)
    assert interval(0, trials)[1] == pytest.approx(-expm1(log(0.025) / trials), rel=1e-6)


@given(a=st.floats(0.5, 1e4), b=st.floats(0.5, 1e4), x=st.floats(0, 1))
def test_the_function_is_symmetric(a: float, b: float, x: float) -> None:
    assert incomplete_beta(x, a, b) == pytest.approx(1 - incomplete_beta(1 - x, b, a), abs=1e-8)


@pytest.mark.parametrize(("successes", "trials"), [(1, 0), (-1, 3), (4, 3)])
def test_what_is_no_share_is_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match=f"{successes}, {trials}"):
        interval(successes, trials)
