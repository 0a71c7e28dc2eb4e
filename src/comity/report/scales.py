"""Axes for strips: which stretch of the numbers is shown, where a value lies on it, and which marks it carries.

Values are plain numbers here: a ratio from 0 to 1, a duration in seconds. The one idea: the stretch is the smallest one out of a fixed
list that holds everything that is to be shown, so that 95 % and 98 % can be told apart and nothing lies outside.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil, floor, log10
from typing import TYPE_CHECKING, NamedTuple

from comity.clauses.tree import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.tree import Value

_RATIOS = (
    *((0.98, 1.0), (0.0, 0.02), (0.95, 1.0), (0.0, 0.05), (0.9, 1.0), (0.0, 0.1)),
    *((0.8, 1.0), (0.0, 0.2), (0.5, 1.0), (0.0, 0.5), (0.0, 1.0)),
)
"""Stretches of the shares from 0 to 1, the smallest first."""

LARGEST = 1e150
"""Numbers beyond it, and beyond its inverse, are on no axis: they are nobody's measurement, and differences of them overflow."""

_WIDEST = 50
"""From here on, the largest number divided by the smallest makes the axis a logarithmic one."""

_MARKS = 5
_FOURTHS = 4
_HOUR = 3600.0
_DURATIONS = (
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0),
    *(count * 60.0 for count in (1, 2, 5, 10, 15, 30)),
    *(count * _HOUR for count in (1, 2, 3, 6, 12, 24, 48, 120, 240, 360)),
    *(count * 730 * _HOUR for count in (1, 2, 3, 6)),
    *(count * 8760 * _HOUR for count in (1, 2, 5, 10, 20, 50, 100)),
)
"""Steps of an axis of time in seconds: round numbers of seconds, minutes, hours, days, months, years."""

_STEPS = (1.0, 2.0, 5.0, 10.0)


class Scale(NamedTuple):
    """An axis.

    Attributes:
        low, high: its ends.
        logarithmic: whether equal steps are equal factors.
        marks: the values that are written below it.
    """

    low: float
    high: float
    logarithmic: bool
    marks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Where a value lies, from 0 (the low end) to 1; what lies outside is put at the end."""
        if self.logarithmic:
            low, high = log10(self.low), log10(self.high)
            share = (log10(max(value, self.low)) - low) / (high - low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, share))


def number(value: Value | None) -> float | None:
    """A value as a number on an axis; None where it is none that an axis can hold."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < LARGEST else None


def scale_for(values: Iterable[float], kind: Kind) -> Scale:
    """The axis for values of a kind; none of them stands at an end of it, other than at 0 or 100 %."""
    values = [0.0 if abs(value) < 1 / LARGEST else value for value in values] or [0.0]
    low, high = min(values), max(values)
    if kind is Kind.RATIO and low >= 0 and high <= 1:
        fits = ((start, end) for start, end in _RATIOS if start < low or start == 0 if high < end or end == 1)
        start, end = next(found for found in fits if found[0] <= low and high <= found[1])
        return Scale(start, end, False, tuple(_evenly(start, end, (end - start) / _FOURTHS)))
    if low > 0 and high / low > _WIDEST and kind is not Kind.DURATION:
        return _decades(low, high)
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = _HOUR if kind is Kind.DURATION else 1.0
    rough = (high - low) / _MARKS
    if kind is Kind.DURATION:
        return _linear(low, high, next((step for step in _DURATIONS if step >= rough), _round_step(rough)))
    return _linear(low, high, max(1.0, _round_step(rough)) if kind is Kind.INT else _round_step(rough))


def factors(highest: float) -> Scale:
    """A logarithmic axis of factors from 1 to the first of a list that holds the highest."""
    fixed = (1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)
    end = next((factor for factor in fixed[1:] if factor >= highest), float(ceil(highest)))
    return Scale(1.0, end, True, tuple(factor for factor in fixed if factor <= end))


def _linear(low: float, high: float, step: float) -> Scale:
    """An axis with a mark at every step, that goes on beyond its values."""
    start = 0.0 if low == 0 else (ceil(low / step) - 1) * step
    end = 0.0 if high == 0 else (floor(high / step + 1e-9) + 1) * step
    return Scale(start, end, False, tuple(_evenly(start, end, step)))


def _round_step(rough: float) -> float:
    """The smallest of 1, 2 or 5 times a power of ten that is not below."""
    power = 10.0 ** floor(log10(rough))
    return next(factor * power for factor in _STEPS if factor * power >= rough * 0.999)


def _decades(low: float, high: float) -> Scale:
    first, last = ceil(log10(low)) - 1, floor(log10(high)) + 1
    stride = ceil((last - first) / (_MARKS + 1))
    return Scale(10.0**first, 10.0**last, True, tuple(10.0**power for power in range(first, last + 1, stride)))


def _evenly(start: float, end: float, step: float) -> Iterator[float]:
    for count in range(round((end - start) / step) + 1):
        yield round(start + count * step, 12)
