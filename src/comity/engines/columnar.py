"""Many systems: the typed tree as a Polars expression over a table with one row a system.

Columns are named by fact id; null is unknown. Polars' `&` and `|` are Kleene's already, and its comparisons are null where an operand is;
`?:` needs care, because `when` takes the other branch on null, which would be a guess (see `kleene`).
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import polars as pl

from comity.clauses import tree as t
from comity.clauses.tree import Kind
from comity.engines.kleene import COMPARISONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.clauses.formula import Definition
    from comity.clauses.tree import Expression
    from comity.clauses.values import FactType

COLUMN_TYPES: dict[Kind, pl.DataType] = {
    Kind.BOOL: pl.Boolean(),
    Kind.INT: pl.Int64(),
    Kind.NUMBER: pl.Float64(),
    Kind.RATIO: pl.Float64(),
    Kind.ENUM: pl.String(),
    Kind.SET: pl.List(pl.String()),
    Kind.DATE: pl.Date(),
    Kind.DURATION: pl.Duration("us"),
    Kind.TEXT: pl.String(),
}


def schema(types: Mapping[str, FactType]) -> dict[str, pl.DataType]:
    """The column types of a table of systems over these facts."""
    return {fact: COLUMN_TYPES[fact_type.kind] for fact, fact_type in types.items()}


def expression(tree: Expression, definitions: Mapping[str, Definition]) -> pl.Expr:
    """A Boolean Polars expression: true, false, or null for unknown."""

    def fold(node: Expression) -> pl.Expr:
        match node:
            case t.Constant(value=value) | t.DateConstant(value=value) | t.DurationConstant(value=value):
                return pl.lit(value)
            case t.Fact(id=fact):
                return pl.col(fact)
            case t.Named(name=name):
                return fold(definitions[name].tree)
            case t.Not(operand=operand):
                return ~fold(operand)
            case t.And(operands=operands):
                return reduce(and_, map(fold, operands))
            case t.Or(operands=operands):
                return reduce(or_, map(fold, operands))
            case t.Compare(operator=operator, left=left, right=right):
                compared: pl.Expr = COMPARISONS[operator](fold(left), fold(right))  # type: ignore[assignment]
                return compared
            case t.OneOf(operand=operand, options=options):
                needle = fold(operand)
                return reduce(or_, (needle == fold(option) for option in options), _false_where_known(needle))
            case t.Contains(operand=operand, values=values):
                held = fold(operand)
                return reduce(and_, (held.list.contains(value) for value in values), ~_false_where_known(held))
            case t.Intersects(operand=operand, values=values):
                held = fold(operand)
                return reduce(or_, (held.list.contains(value) for value in values), _false_where_known(held))
            case t.Arithmetic(operator=operator, left=left, right=right):
                return _arithmetic(operator, fold(left), fold(right))
            case t.Negative(operand=operand):
                return -fold(operand)
            case t.Choose(condition=condition, then=then, otherwise=otherwise):
                asked = fold(condition)
                chosen: Any = pl.when(asked.is_null()).then(None).when(asked).then(fold(then))
                result: pl.Expr = chosen.otherwise(fold(otherwise))
                return result

    return fold(tree)


def _false_where_known(operand: pl.Expr) -> pl.Expr:
    """False in every row that has a value, null in the others: the neutral start of a disjunction that stays unknown."""
    return pl.when(operand.is_not_null()).then(pl.lit(value=False))


def _arithmetic(operator: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case _:
            return left * right
