"""The typed tree: what a formula means. Engines are folds over it.

A node is a msgspec structure, so that a compiled library can be kept as plain data and is validated when read back.
Spans point into the text of the formula, or, inside a definition, into the definition's own text. Every value is two-valued in
meaning and may be unknown in evaluation; each engine says how.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

Span: TypeAlias = tuple[int, int]
Value: TypeAlias = bool | int | float | str | date | timedelta | frozenset[str]


class Kind(StrEnum):
    """The types of facts and of sub-formulas."""

    BOOL = "bool"
    INT = "int"
    NUMBER = "number"
    RATIO = "ratio"
    ENUM = "enum"
    SET = "set"
    DATE = "date"
    DURATION = "duration"
    TEXT = "text"


class Node(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Base of all nodes; the first field of each is its span."""

    span: Span


class Constant(Node, frozen=True, array_like=True, tag="c", gc=False):
    """A literal boolean, number or string."""

    value: bool | int | float | str


class DateConstant(Node, frozen=True, array_like=True, tag="cd", gc=False):
    """A literal date."""

    value: date


class DurationConstant(Node, frozen=True, array_like=True, tag="ct", gc=False):
    """A literal duration."""

    value: timedelta


class Fact(Node, frozen=True, array_like=True, tag="f", gc=False):
    """The value of a fact."""

    id: str
    kind: Kind


class Named(Node, frozen=True, array_like=True, tag="d", gc=False):
    """A definition, by name; its formula is found in the formula's definitions."""

    name: str


class Not(Node, frozen=True, array_like=True, tag="n", gc=False):
    """Negation."""

    operand: Expression


class And(Node, frozen=True, array_like=True, tag="a", gc=False):
    """Conjunction of two or more."""

    operands: tuple[Expression, ...]


class Or(Node, frozen=True, array_like=True, tag="o", gc=False):
    """Disjunction of two or more."""

    operands: tuple[Expression, ...]


class Compare(Node, frozen=True, array_like=True, tag="r", gc=False):
    """Two values of one type compared. An order is never asked of booleans, enums or strings."""

    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


class OneOf(Node, frozen=True, array_like=True, tag="i", gc=False):
    """A value is in a literal list (possibly empty)."""

    operand: Expression
    options: tuple[Expression, ...]


class Contains(Node, frozen=True, array_like=True, tag="s", gc=False):
    """A set-valued fact holds all of the values."""

    operand: Expression
    values: tuple[str, ...]


class Intersects(Node, frozen=True, array_like=True, tag="x", gc=False):
    """A set-valued fact holds at least one of the values."""

    operand: Expression
    values: tuple[str, ...]


class Arithmetic(Node, frozen=True, array_like=True, tag="m", gc=False):
    """Sum, difference or product; a product has a literal side. `exact` marks integer arithmetic."""

    operator: Literal["+", "-", "*"]
    left: Expression
    right: Expression


class Negative(Node, frozen=True, array_like=True, tag="u", gc=False):
    """A number with its sign turned."""

    operand: Expression


class Choose(Node, frozen=True, array_like=True, tag="q", gc=False):
    """`condition ? then : otherwise`; unknown where the condition is."""

    condition: Expression
    then: Expression
    otherwise: Expression


class Unknowable(Node, frozen=True, array_like=True, tag="k", gc=False):
    """A truth value that no fact decides: what a clause requires that is kept as text. It is always unknown."""


Expression: TypeAlias = (
    Constant
    | DateConstant
    | DurationConstant
    | Fact
    | Named
    | Not
    | And
    | Or
    | Compare
    | OneOf
    | Contains
    | Intersects
    | Arithmetic
    | Negative
    | Choose
    | Unknowable
)


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The direct sub-expressions of a node, left to right."""
    match expression:
        case Not(operand=x) | Negative(operand=x) | Contains(operand=x) | Intersects(operand=x):
            return (x,)
        case And(operands=xs) | Or(operands=xs):
            return xs
        case Compare(left=a, right=b) | Arithmetic(left=a, right=b):
            return (a, b)
        case OneOf(operand=x, options=options):
            return (x, *options)
        case Choose(condition=c, then=a, otherwise=b):
            return (c, a, b)
        case _:
            return ()


def with_parts(expression: Expression, parts: Sequence[Expression]) -> Expression:
    """The same node over other direct sub-expressions, given in the order of `parts`."""
    match expression:
        case Not() | Negative() | Contains() | Intersects():
            return msgspec.structs.replace(expression, operand=parts[0])
        case And() | Or():
            return msgspec.structs.replace(expression, operands=tuple(parts))
        case Compare() | Arithmetic():
            return msgspec.structs.replace(expression, left=parts[0], right=parts[1])
        case OneOf():
            return msgspec.structs.replace(expression, operand=parts[0], options=tuple(parts[1:]))
        case Choose():
            return msgspec.structs.replace(expression, condition=parts[0], then=parts[1], otherwise=parts[2])
        case _:
            return expression
