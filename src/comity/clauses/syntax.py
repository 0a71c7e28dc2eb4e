"""The syntax tree: what was written, before it means anything.

Every node knows its span (start and end offset in the text) and its depth, so that messages can point at it and no later fold can
recurse too deeply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]

MAXIMUM_LENGTH = 20_000
"""Longest formula in characters; the longest in the shipped library has fewer than 2,000."""

MAXIMUM_DEPTH = 96
"""Deepest nesting of a formula; CEL asks implementations for at least 32."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A boolean, integer, double or string as written."""

    value: bool | int | float | str
    span: Span
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name: a fact or a definition."""

    name: str
    span: Span
    depth: int = 1


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """A list in brackets."""

    items: tuple[Syntax, ...]
    span: Span
    depth: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments: `date(…)`, `duration(…)`, `sets.contains(…)`, `sets.intersects(…)`."""

    function: str
    arguments: tuple[Syntax, ...]
    span: Span
    depth: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """`!x` or `-x`."""

    operator: str
    operand: Syntax
    span: Span
    depth: int


@dataclass(frozen=True, slots=True)
class Operation:
    """Operands joined by one operator; more than two only for `&&` and `||`, whose order and grouping mean nothing."""

    operator: str
    operands: tuple[Syntax, ...]
    span: Span
    depth: int


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? then : otherwise`."""

    condition: Syntax
    then: Syntax
    otherwise: Syntax
    span: Span
    depth: int


Syntax: TypeAlias = Literal | Name | ListLiteral | Call | Prefix | Operation | Choice
