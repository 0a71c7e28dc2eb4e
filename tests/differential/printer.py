"""Typed trees back to text: in the clause language, or in plain CEL for Google's implementation.

Plain CEL has no definitions (they are written out), no dates (timestamps at midnight UTC), no sets (lists), no ISO periods, and its
checker wants both sides of an operator to be of one numeric type.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from comity.clauses import tree as t
from comity.clauses.tree import Kind
from comity.clauses.values import write_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.formula import Definition
    from comity.clauses.tree import Expression, Value


def bare(node: object) -> object:
    """A tree as nested tuples, without the places where its parts stood; constants with their types."""
    if isinstance(node, t.Node):
        return (type(node).__name__, *(bare(getattr(node, name)) for name in node.__struct_fields__[1:]))
    if isinstance(node, tuple):
        return tuple(map(bare, node))
    return (type(node).__name__, node)


def written(node: Expression) -> str:
    """The text of a tree in the clause language; reading it gives the same tree."""
    match node:
        case t.Constant(value=value):
            return literal(value)
        case t.DateConstant(value=value):
            return f'date("{value.isoformat()}")'
        case t.DurationConstant(value=value):
            return f'duration("{write_duration(value)}")'
        case t.Fact(id=name) | t.Named(name=name):
            return name
        case t.Not(operand=operand):
            return f"!({written(operand)})"
        case t.Negative(operand=operand):
            return f"-({written(operand)})"
        case t.And(operands=operands):
            return " && ".join(f"({written(operand)})" for operand in operands)
        case t.Or(operands=operands):
            return " || ".join(f"({written(operand)})" for operand in operands)
        case (
            t.Compare(operator=operator, left=left, right=right)
            | t.Arithmetic(operator=operator, left=left, right=right)
        ):
            return f"({written(left)}) {operator} ({written(right)})"
        case t.OneOf(operand=operand, options=options):
            return f"({written(operand)}) in [{', '.join(map(written, options))}]"
        case t.Contains(operand=operand, values=values):
            return f"sets.contains({written(operand)}, {json.dumps(values)})"
        case t.Intersects(operand=operand, values=values):
            return f"sets.intersects({written(operand)}, {json.dumps(values)})"
        case t.Choose(condition=condition, then=then, otherwise=otherwise):
            return f"({written(condition)}) ? ({written(then)}) : ({written(otherwise)})"
        case t.Unknowable():
            raise AssertionError("no formula that is written holds this")


def literal(value: bool | int | float | str) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | str) else repr(value)


class PlainCel:
    """Writes trees for Google's implementation."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self.definitions = definitions

    def written(self, node: Expression) -> str:
        match node:
            case t.Constant(value=value):
                return literal(value)
            case t.DateConstant(value=value):
                return f'timestamp("{value.isoformat()}T00:00:00Z")'
            case t.DurationConstant(value=value):
                return f'duration("{seconds(value)}")'
            case t.Fact(id=name):
                return plain_name(name)
            case t.Named(name=name):
                return self.written(self.definitions[name].tree)
            case t.Not(operand=operand):
                return f"!({self.written(operand)})"
            case t.Negative(operand=operand):
                return f"-({self.written(operand)})"
            case t.And(operands=operands):
                return self.joined("&&", operands)
            case t.Or(operands=operands):
                return self.joined("||", operands)
            case (
                t.Compare(operator=operator, left=left, right=right)
                | t.Arithmetic(operator=operator, left=left, right=right)
            ):
                one, other = self.alike(left, right)
                return f"({one}) {operator} ({other})"
            case t.OneOf(operand=operand, options=options):
                return self.one_of(operand, options)
            case t.Contains(operand=operand, values=values):
                held = self.written(operand)
                return " && ".join(f'"{value}" in {held}' for value in values) or f"size({held}) >= 0"
            case t.Intersects(operand=operand, values=values):
                held = self.written(operand)
                return " || ".join(f'"{value}" in {held}' for value in values) or f"size({held}) < 0"
            case t.Choose(condition=condition, then=then, otherwise=otherwise):
                one, other = self.alike(then, otherwise)
                return f"({self.written(condition)}) ? ({one}) : ({other})"
            case t.Unknowable():
                raise AssertionError("no formula that is written holds this")

    def joined(self, sign: str, operands: Iterable[Expression]) -> str:
        return sign.join(f"({self.written(operand)})" for operand in operands)

    def one_of(self, operand: Expression, options: Iterable[Expression]) -> str:
        pairs = [self.alike(operand, option) for option in options]
        return (
            " || ".join(f"({needle}) == ({option})" for needle, option in pairs) or f"({self.written(operand)}) in []"
        )

    def alike(self, left: Expression, right: Expression) -> tuple[str, str]:
        """Both sides, the whole one widened where the other is not."""
        whole = self.is_whole(left), self.is_whole(right)
        one, other = self.written(left), self.written(right)
        if whole == (True, False) and self.is_number(right):
            return f"double({one})", other
        if whole == (False, True) and self.is_number(left):
            return one, f"double({other})"
        return one, other

    def is_whole(self, node: Expression) -> bool:
        return self.kind(node) is Kind.INT

    def is_number(self, node: Expression) -> bool:
        return self.kind(node) in {Kind.NUMBER, Kind.RATIO}

    def kind(self, node: Expression) -> Kind | None:
        match node:
            case t.Constant(value=value):
                return {bool: Kind.BOOL, int: Kind.INT, float: Kind.NUMBER}.get(type(value))
            case t.Fact(kind=kind):
                return kind
            case t.Named(name=name):
                return self.definitions[name].kind
            case t.Negative(operand=operand):
                return self.kind(operand)
            case t.Arithmetic(left=left, right=right) | t.Choose(then=left, otherwise=right):
                kinds = self.kind(left), self.kind(right)
                numbers = {Kind.NUMBER, Kind.RATIO}
                return Kind.NUMBER if numbers & set(kinds) else kinds[0]
            case _:
                return None


def plain_name(fact: str) -> str:
    return fact.replace(".", "_")


def seconds(value: timedelta) -> str:
    microseconds = round(value / timedelta(microseconds=1))
    sign = "-" if microseconds < 0 else ""
    return f"{sign}{abs(microseconds) // 1_000_000}.{abs(microseconds) % 1_000_000:06}s"


def plain_value(value: Value) -> Any:
    """A canonical value as Google's implementation takes it."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value
