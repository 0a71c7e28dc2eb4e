"""Many systems: the typed tree as a Polars expression over a table with one row a system.

Columns are named by fact id; null is unknown, and a table holds no NaN (for Polars a number that equals itself). Polars' `&` and `|` are
Kleene's already, and its comparisons are null where an operand is; `?:` needs care, because `when` takes the other branch on null,
which would be a guess (see `kleene`).
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from comity.clauses import tree as t
from comity.clauses.formula import facts_of, walk
from comity.clauses.tree import Kind
from comity.engines import kleene
from comity.engines.kleene import COMPARISONS

from comity.errors import missing_extra

try:
    import polars as pl
except ImportError:
    raise missing_extra("polars", "impact") from None

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

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

_LITERALS: dict[type, pl.DataType] = {bool: pl.Boolean(), int: pl.Int64(), float: pl.Float64(), str: pl.String()}


def schema(types: Mapping[str, FactType]) -> dict[str, pl.DataType]:
    """The column types of a table of systems over these facts."""
    return {fact: COLUMN_TYPES[fact_type.kind] for fact, fact_type in types.items()}


def expression(tree: Expression, definitions: Mapping[str, Definition], columns: Container[str] = ()) -> pl.Expr:
    """A Polars expression: the value of each system, or null for unknown.

    Args:
        tree: a typed tree.
        definitions: the definitions that the tree may name.
        columns: names of definitions that the table holds as columns already (see `with_definitions`).
    """

    def fold(node: Expression) -> pl.Expr:
        match node:
            case t.Constant(value=value):
                return pl.lit(value, dtype=_LITERALS[type(value)])
            case t.DateConstant(value=value) | t.DurationConstant(value=value):
                return pl.lit(value)
            case t.Fact(id=fact):
                return pl.col(fact)
            case t.Named(name=name):
                return pl.col(name) if name in columns else fold(definitions[name].tree)
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
                start = pl.lit(value=False) if is_constant(operand) else _false_where_known(needle)
                return reduce(or_, (needle == fold(option) for option in options), start)
            case t.Contains(operand=operand, values=values):
                held = fold(operand)
                return reduce(and_, map(held.list.contains, values), ~_false_where_known(held))
            case t.Intersects(operand=operand, values=values):
                held = fold(operand)
                return reduce(or_, map(held.list.contains, values), _false_where_known(held))
            case t.Arithmetic(operator=operator, left=left, right=right):
                return _arithmetic(operator, fold(left), fold(right))
            case t.Negative(operand=operand):
                return -fold(operand)
            case t.Choose(condition=condition, then=then, otherwise=otherwise):
                if is_constant(condition):
                    return fold(then if kleene.trace(condition, {}, definitions).value else otherwise)
                asked = fold(condition)
                chosen: Any = pl.when(asked.is_null()).then(None).when(asked).then(fold(then))
                result: pl.Expr = chosen.otherwise(fold(otherwise))
                return result

    def is_constant(node: Expression) -> bool:
        """Whether no system matters: Polars stretches such a value to the height of the table, except inside `when`."""
        return not facts_of(node, definitions)

    return fold(tree)


def with_definitions(
    table: pl.LazyFrame, names: Iterable[str], definitions: Mapping[str, Definition]
) -> tuple[pl.LazyFrame, frozenset[str]]:
    """The table with a column for each definition, and for those that these use: computed once, however many formulas use them."""
    columns: frozenset[str] = frozenset()
    waiting = {name: _names_in(definitions[name].tree) for name in _closure(names, definitions)}
    while waiting:
        ready = [name for name, needed in waiting.items() if needed <= columns]
        table = table.with_columns(
            expression(definitions[name].tree, definitions, columns).alias(name) for name in ready
        )
        columns = columns.union(ready)
        for name in ready:
            del waiting[name]
    return table, columns


def _closure(names: Iterable[str], definitions: Mapping[str, Definition]) -> dict[str, None]:
    found: dict[str, None] = {}
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = None
            pending += _names_in(definitions[name].tree)
    return found


def _names_in(tree: Expression) -> set[str]:
    return {node.name for node in walk(tree) if isinstance(node, t.Named)}


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
