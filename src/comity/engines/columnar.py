"""Many systems: the typed tree as a Polars expression over a table with one row a system.

Columns are named by fact id; null is unknown, and a table holds no NaN (for Polars a number that equals itself). Polars' `&` and `|` are
Kleene's already, and its comparisons are null where an operand is; `?:` needs care, because `when` takes the other branch on null,
which would be a guess (see `kleene`).
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from comity.clauses import tree as t
from comity.clauses.formula import walk
from comity.clauses.tree import Kind
from comity.engines import kleene
from comity.engines.kleene import ARITHMETIC, COMPARISONS
from comity.errors import missing_extra

try:
    import polars as pl
except ImportError:
    raise missing_extra("polars", "impact") from None

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from comity.clauses.formula import Definition
    from comity.clauses.tree import Expression, Value
    from comity.clauses.values import FactType
    from comity.engines.kleene import Trace

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

    What has a value although no fact is known has it on every system, so it becomes a literal. (Left inside, it would also make
    Polars lose the height of the table in `when`.)

    Args:
        tree: a typed tree.
        definitions: the definitions that the tree may name.
        columns: names of definitions that the table holds as columns already (see `with_definitions`).
    """

    def fold(trace: Trace) -> pl.Expr:
        if trace.value is not None:
            return _literal(trace.value)
        match trace.expression:
            case t.Fact(id=fact):
                return pl.col(fact)
            case t.Named(name=name):
                return pl.col(name) if name in columns else fold(trace.parts[0])
            case t.Not():
                return ~fold(trace.parts[0])
            case t.And():
                return reduce(and_, (fold(part) for part in trace.parts if part.value is None))
            case t.Or():
                return reduce(or_, (fold(part) for part in trace.parts if part.value is None))
            case t.Compare(operator=operator):
                compared: pl.Expr = COMPARISONS[operator](*map(fold, trace.parts))  # type: ignore[assignment]
                return compared
            case t.OneOf():
                needle, *options = map(fold, trace.parts)
                return reduce(or_, (needle == option for option in options), _false_where_known(needle))
            case t.Contains(values=values):
                held = fold(trace.parts[0])
                return reduce(and_, map(held.list.contains, values), ~_false_where_known(held))
            case t.Intersects(values=values):
                held = fold(trace.parts[0])
                return reduce(or_, map(held.list.contains, values), _false_where_known(held))
            case t.Arithmetic(operator=operator):
                computed: pl.Expr = ARITHMETIC[operator](*map(fold, trace.parts))
                return computed
            case t.Negative():
                return -fold(trace.parts[0])
            case t.Choose():
                return choice(*trace.parts)
            case t.Unknowable():
                return pl.lit(None, dtype=pl.Boolean)
            case _:
                raise AssertionError(trace.expression)

    def choice(condition: Trace, then: Trace, otherwise: Trace) -> pl.Expr:
        if condition.value is not None:
            return fold(then if condition.value else otherwise)
        asked = fold(condition)
        chosen: pl.Expr = pl.when(asked.is_null()).then(None).when(asked).then(fold(then)).otherwise(fold(otherwise))
        return chosen

    return fold(kleene.trace(tree, {}, definitions))


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


def _literal(value: Value) -> pl.Expr:
    return pl.lit(value, dtype=_LITERALS.get(type(value)))
