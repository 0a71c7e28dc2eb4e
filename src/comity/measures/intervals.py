"""Exact confidence intervals of rates.

Clopper and Pearson (1934): the bounds are those rates for which the count seen, or one more extreme, has a probability of half of what is
left over. They follow from the binomial distribution alone, without an approximation that fails for rates near 0 or 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CONFIDENCE = 0.95


def exact_interval(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The Clopper-Pearson interval of a rate.

    Args:
        successes: how many trials succeeded.
        trials: how many there were; with none, every rate is possible.
        confidence: how sure, between 0 and 1.

    Raises:
        ValueError: there are more successes than trials, or a number is negative.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials}")
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else _root(lambda rate: at_least(successes, trials, rate) - tail)
    high = 1.0 if successes == trials else _root(lambda rate: tail - (1 - at_least(successes + 1, trials, rate)))
    return low, high


def at_least(successes: int, trials: int, rate: float) -> float:
    """The probability of so many successes or more: the regularised incomplete beta function I(rate; k, n - k + 1)."""
    if successes <= 0:
        return 1.0
    if successes > trials:
        return 0.0
    return _regularised_beta(rate, successes, trials - successes + 1)


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function of a rate crosses zero, to the last bits of a double."""
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _regularised_beta(x: float, a: float, b: float) -> float:
    """I(x; a, b) by its continued fraction (DLMF 8.17.22), on the side where it converges fast."""
    if x in {0.0, 1.0}:
        return x
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(x, a, b) / a
    return 1 - front * _continued_fraction(1 - x, b, a) / b


def _continued_fraction(x: float, a: float, b: float) -> float:
    """The fraction by the modified method of Lentz."""
    tiny = 1e-300
    c, d = 1.0, 1 / max(1 - (a + b) * x / (a + 1), tiny)
    found = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _apart(1 + even * d, tiny)
        c = _apart(1 + even / c, tiny)
        found *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _apart(1 + odd * d, tiny)
        c = _apart(1 + odd / c, tiny)
        step = d * c
        found *= step
        if abs(step - 1) < 1e-15:
            break
    return found


def _apart(value: float, tiny: float) -> float:
    """A value that can be divided by."""
    return value if abs(value) > tiny else tiny


def gap_interval(rates: Iterable[tuple[int, int]], confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Bounds of the largest rate minus the smallest, of rates (part, whole) that are estimated apart.

    The exact intervals of all rates hold together with the confidence that is asked for (Bonferroni: each misses with its share of what is
    left over), and so do the bounds that follow from them, whichever of the rates turn out largest and smallest.
    """
    counted = list(rates)
    each = 1 - (1 - confidence) / len(counted)
    bounds = [exact_interval(part, whole, each) for part, whole in counted]
    lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
    return max(0.0, max(lows) - min(highs)), max(highs) - min(lows)
