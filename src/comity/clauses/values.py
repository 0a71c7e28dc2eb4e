"""Types of facts and their values: what may be said of a fact, and how it is written.

One canonical Python value per type: `bool`, `int`, `float` (number, ratio), `str` (enum, text), `frozenset` (set),
`datetime.date`, `datetime.timedelta`.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from comity.clauses.tree import Kind, Value
from comity.errors import ComityError, did_you_mean
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

INT_MAXIMUM = 10**12
"""Largest magnitude of a whole-number fact; leaves room for exact arithmetic in every engine (below 2**53)."""

NUMBER_MAXIMUM = 1e100
"""Largest magnitude of a number fact; leaves room for arithmetic that never reaches infinity."""

HOURS = {"Y": 8760, "M": 730, "W": 168, "D": 24}
"""Law counts in calendar units; Comity reads a year as 8,760 hours and a month as 730 hours."""

_CEL_DURATION = re.compile(r"([+-]?)((?:\d+(?:\.\d+)?|\.\d+)(?:h|ms|us|ns|m|s))+")
_CEL_PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(h|ms|us|ns|m|s)")
_CEL_MICROSECONDS: dict[str, int | Fraction] = {
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "us": 1,
    "ns": Fraction(1, 1000),
}
_ISO_PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_MAXIMUM_DURATION = timedelta(days=365 * 1000)


class FactType(msgspec.Struct, frozen=True, array_like=True):
    """The type of a fact: its kind and, for enum and set, its declared values."""

    kind: Kind
    values: tuple[str, ...] = ()


class FactValueError(ComityError):
    """A value that does not fit its fact."""


def parse_date(text: str) -> date | None:
    """A calendar date in ISO 8601 form (2026-08-02), or None."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_duration(text: str) -> timedelta | None:
    """A CEL duration (`72h`, `1h30m`) or an ISO 8601 period (`P6M`, `P15D`, `PT72H`); None if it is neither.

    Source: CEL specification, "Timestamps and durations"; ISO 8601-1:2019, 5.5.2.
    """
    if len(text) > 60 or not text.isascii():
        return None
    period = _ISO_PERIOD.fullmatch(text)
    if period and any(period.groups()):
        years, months, weeks, days, hours, minutes, seconds = (int(group or 0) for group in period.groups())
        calendar = years * HOURS["Y"] + months * HOURS["M"] + weeks * HOURS["W"] + days * HOURS["D"]
        parts = (calendar + hours) * 3_600_000_000 + (minutes * 60 + seconds) * 1_000_000
        return _bounded(parts)
    found = _CEL_DURATION.fullmatch(text)
    if found is None:
        return timedelta() if text in {"0", "+0", "-0"} else None
    microseconds = round(sum(Fraction(n) * _CEL_MICROSECONDS[unit] for n, unit in _CEL_PART.findall(text)))
    return _bounded(-microseconds if found[1] == "-" else microseconds)


def _bounded(microseconds: int) -> timedelta | None:
    limit = _MAXIMUM_DURATION // timedelta(microseconds=1)
    return timedelta(microseconds=microseconds) if abs(microseconds) <= limit else None


def write_duration(value: timedelta) -> str:
    """A duration as people write it: `72h`, `30m`, `1.5s`; the shortest single unit that is exact."""
    microseconds = value // timedelta(microseconds=1)
    for unit in ("h", "m", "s", "ms"):
        size = int(_CEL_MICROSECONDS[unit])
        if microseconds % size == 0:
            return f"{microseconds // size}{unit}"
    return f"{microseconds}us"


def write_value(value: Value | None) -> str:
    """A value in one line, as a dossier would hold it; an unknown one as `?`."""
    match value:
        case None:
            return "?"
        case bool():
            return "true" if value else "false"
        case timedelta():
            return write_duration(value)
        case frozenset():
            return f"[{', '.join(sorted(value))}]"
        case float():
            return f"{value:g}" if abs(value) < 1e15 and float(f"{value:g}") == value else repr(value)
        case _:
            return str(value)


def example_of(fact_type: FactType) -> str:
    """A value of the type as one writes it in a dossier, for messages."""
    match fact_type.kind:
        case Kind.BOOL:
            return "true"
        case Kind.INT:
            return "300"
        case Kind.NUMBER:
            return "1.6e21"
        case Kind.RATIO:
            return "0.95"
        case Kind.ENUM:
            return fact_type.values[0]
        case Kind.SET:
            return f"[{', '.join(fact_type.values[:2])}]"
        case Kind.DATE:
            return "2026-08-02"
        case Kind.DURATION:
            return "72h"
        case Kind.TEXT:
            return '"…"'


KIND_NAMES = {
    Kind.BOOL: Message("true or false"),
    Kind.INT: Message("a whole number"),
    Kind.NUMBER: Message("a number"),
    Kind.RATIO: Message("a ratio between 0 and 1"),
    Kind.ENUM: Message("one of the declared values"),
    Kind.SET: Message("a list of declared values"),
    Kind.DATE: Message("a date"),
    Kind.DURATION: Message("a duration"),
    Kind.TEXT: Message("a text"),
}


def canonical(value: object, fact_type: FactType) -> Value:
    """A Python value as the canonical value of a type.

    Raises:
        FactValueError: the value is not of the type, out of range, not finite, or not declared.
    """
    kind = fact_type.kind
    match kind, value:
        case Kind.BOOL, bool():
            return value
        case Kind.INT, int() if not isinstance(value, bool):
            if abs(value) > INT_MAXIMUM:
                raise FactValueError(Message("a whole number is at most {limit}", limit=f"{INT_MAXIMUM:,}"))
            return value
        case ((Kind.NUMBER | Kind.RATIO), (int() | float())) if not isinstance(value, bool):
            return _number(value, kind)
        case Kind.ENUM, str():
            return declared(value, fact_type)
        case Kind.SET, (list() | tuple() | set() | frozenset()):
            return frozenset(declared(item, fact_type) for item in value)
        case Kind.DATE, date() if not isinstance(value, datetime):
            return value
        case Kind.DURATION, timedelta():
            return value
        case Kind.TEXT, str():
            return value
        case (Kind.DATE, str()) if (day := parse_date(value)) is not None:
            return day
        case (Kind.DURATION, str()) if (duration := parse_duration(value)) is not None:
            return duration
    raise wrong_type(fact_type)


def _number(value: float, kind: Kind) -> float:
    number = float(value) if abs(value) <= NUMBER_MAXIMUM else math.inf
    if not math.isfinite(number):
        raise FactValueError(Message("a number has to be finite and at most {limit}", limit="1e100"))
    if kind is Kind.RATIO and not 0 <= number <= 1:
        hint = Message("write {ratio} for {percent} %", ratio=f"{number / 100:g}", percent=f"{number:g}")
        raise FactValueError(Message("a ratio lies between 0 and 1"), hint=hint if 1 < number <= 100 else None)
    return number


def declared(value: object, fact_type: FactType) -> str:
    """A declared value of an enum or set.

    Raises:
        FactValueError: the value is not declared.
    """
    if not isinstance(value, str):
        raise wrong_type(fact_type)
    if value not in fact_type.values:
        hint = did_you_mean(value, fact_type.values) or Message(
            "declared are: {values}", values=listing(fact_type.values)
        )
        raise FactValueError(Message('"{value}" is not a declared value', value=value[:80]), hint=hint)
    return value


def wrong_type(fact_type: FactType) -> FactValueError:
    """The error for a value of another type, with an example of the right form."""
    message = Message("this has to be {kind}", kind=KIND_NAMES[fact_type.kind])
    return FactValueError(message, hint=Message("for example: {example}", example=example_of(fact_type)))


def plain(value: Value) -> bool | int | float | str | tuple[str, ...]:
    """A canonical value as plain data that JSON can hold; `canonical` reads it back."""
    match value:
        case timedelta():
            return write_duration(value)
        case date():
            return value.isoformat()
        case frozenset():
            return tuple(sorted(value))
        case _:
            return value


def listing(values: Iterable[str], limit: int = 8) -> str:
    """Values joined for a message, cut after a few."""
    every = list(values)
    return ", ".join(every[:limit]) + (", …" if len(every) > limit else "")
