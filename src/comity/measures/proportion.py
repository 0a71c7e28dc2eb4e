"""How far a share that was counted can be trusted: the exact binomial interval of Clopper and Pearson (1934).

It holds at least the stated confidence whatever the true share is. The bounds are quantiles of beta distributions, found by bisection on
the regularised incomplete beta function, which is summed as a continued fraction (DLMF 8.17.22).
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

CONFIDENCE = 0.95

_TINY = 1e-300
_PRECISION = 1e-15
_MOST_TERMS = 200_000


def interval(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The bounds between which the true share lies.

    Args:
        successes: how many of them.
        trials: how many in all, at least 1.
        confidence: between 0 and 1.

    Raises:
        ValueError: there are no trials, or more successes than trials.
    """
    if not 0 <= successes <= trials or not trials:
        raise ValueError((successes, trials))
    tail = (1 - confidence) / 2
    low = 0.0 if not successes else _quantile(tail, successes, trials - successes + 1)[0]
    high = 1.0 if successes == trials else _quantile(1 - tail, successes + 1, trials - successes)[1]
    return low, high


def _quantile(probability: float, a: int, b: int) -> tuple[float, float]:
    """Bounds around the quantile of a beta distribution, as close as numbers get."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if incomplete_beta(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return low, high


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by the method of Lentz."""
    upper, lower = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    found = lower
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            lower = 1 / _away(1 + term * lower)
            upper = _away(1 + term / upper)
            step = lower * upper
            found *= step
        if abs(step - 1) < _PRECISION:
            break
    return found


def _away(value: float) -> float:
    """A number kept away from zero."""
    return value if abs(value) > _TINY else _TINY
