"""Syntax tree to typed tree: names are resolved, types checked, nonsense refused with a hint.

The checker is where a clause author's slips are caught: a ratio compared with 95, a misspelt value, an unknown fact, a duration compared
with a number. It also bounds every number, so that no engine can overflow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from comity.clauses import syntax as s
from comity.clauses import tree as t
from comity.clauses.errors import FormulaError
from comity.clauses.tree import Kind
from comity.clauses.values import (
    INT_MAXIMUM,
    KIND_NAMES,
    NUMBER_MAXIMUM,
    FactType,
    listing,
    parse_date,
    parse_duration,
)
from comity.errors import did_you_mean
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.clauses.formula import Definition

EXACT_INT = 2**53
"""Bound of whole-number arithmetic: what a double holds exactly, so that all engines agree."""

FINITE = 1e300
"""Bound of number arithmetic: far from infinity."""

_NUMERIC = frozenset({Kind.INT, Kind.NUMBER, Kind.RATIO})
_ORDERED = _NUMERIC | {Kind.DATE, Kind.DURATION}
_ARITY = {"date": 1, "duration": 1, "sets.contains": 2, "sets.intersects": 2}


@dataclass(frozen=True, slots=True)
class _Typed:
    """A checked sub-formula: its expression, its type, the bound of its magnitude, and whether it is free of facts."""

    expression: t.Expression
    kind: Kind
    values: tuple[str, ...] = ()
    bound: float = 0
    constant: bool = False


class Checked(NamedTuple):
    """What the checker found: the typed tree, its kind, and the bound of its magnitude where it is a number."""

    tree: t.Expression
    kind: Kind
    bound: float


def check(syntax: s.Syntax, text: str, facts: Mapping[str, FactType], definitions: Mapping[str, Definition]) -> Checked:
    """The typed tree of a syntax tree.

    Raises:
        FormulaError: an unknown name or value, a type that does not fit, or a number that could overflow.
    """
    typed = _Checker(text, facts, definitions).check(syntax)
    return Checked(typed.expression, typed.kind, typed.bound)


class _Checker:
    """One method a form of syntax; each returns the typed form or raises."""

    def __init__(self, text: str, facts: Mapping[str, FactType], definitions: Mapping[str, Definition]) -> None:
        self.text = text
        self.facts = facts
        self.definitions = definitions

    def fail(self, message: Message, span: s.Span, hint: Message | None = None, *, outside: bool = False) -> NoReturn:
        raise FormulaError(message, text=self.text, span=span, hint=hint, outside_subset=outside)

    def check(self, node: s.Syntax) -> _Typed:
        match node:
            case s.Literal():
                return self.literal(node)
            case s.Name():
                return self.name(node)
            case s.Operation(operator="&&" | "||"):
                operands = tuple(self.boolean(operand, node.operator) for operand in node.operands)
                logic = t.And if node.operator == "&&" else t.Or
                return _Typed(logic(node.span, operands), Kind.BOOL)
            case s.Operation(operator="in", operands=(left, right)):
                return self.membership(node, left, right)
            case s.Operation(operator="+" | "-" | "*"):
                return self.arithmetic(node)
            case s.Operation():
                return self.comparison(node)
            case s.Prefix(operator="!"):
                return _Typed(t.Not(node.span, self.boolean(node.operand, "!")), Kind.BOOL)
            case s.Prefix():
                return self.negative(node)
            case s.Choice():
                return self.choice(node)
            case s.Call():
                return self.call(node)
            case s.ListLiteral():
                hint = Message("for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])")
                message = Message("a list stands only after “in” and inside sets.contains and sets.intersects")
                self.fail(message, node.span, hint, outside=True)

    def literal(self, node: s.Literal) -> _Typed:
        constant = t.Constant(node.span, node.value)
        match node.value:
            case bool():
                return _Typed(constant, Kind.BOOL, constant=True)
            case int():
                return _Typed(constant, Kind.INT, bound=abs(node.value), constant=True)
            case float():
                if abs(node.value) > FINITE:
                    self.fail(Message("the number is too large"), node.span, outside=True)
                return _Typed(constant, Kind.NUMBER, bound=abs(node.value), constant=True)
            case str():
                return _Typed(constant, Kind.TEXT, constant=True)

    def name(self, node: s.Name) -> _Typed:
        definition = self.definitions.get(node.name)
        if definition is not None:
            return _Typed(t.Named(node.span, node.name), definition.kind, bound=definition.bound)
        fact = self.facts.get(node.name)
        if fact is None:
            hint = did_you_mean(node.name, [*self.facts, *self.definitions])
            self.fail(Message('there is no fact or definition "{name}"', name=node.name[:80]), node.span, hint)
        if fact.kind is Kind.TEXT:
            self.fail(Message('"{name}" is a text, and texts are never compared', name=node.name), node.span)
        bound = INT_MAXIMUM if fact.kind is Kind.INT else 1 if fact.kind is Kind.RATIO else NUMBER_MAXIMUM
        return _Typed(t.Fact(node.span, node.name, fact.kind), fact.kind, fact.values, bound)

    def boolean(self, node: s.Syntax, operator: str) -> t.Expression:
        typed = self.check(node)
        if typed.kind is Kind.BOOL:
            return typed.expression
        message = Message(
            '"{operator}" wants true or false, and this is {kind}', operator=operator, kind=self.named(typed)
        )
        hint = None
        if typed.kind is Kind.SET:
            hint = Message('write "value" in {fact}', fact=self.source(node))
        elif typed.kind is Kind.ENUM:
            hint = Message('write {fact} == "{value}"', fact=self.source(node), value=typed.values[0])
        elif typed.kind in _NUMERIC:
            hint = Message("compare it: {fact} >= …", fact=self.source(node))
        self.fail(message, node.span, hint)

    def source(self, node: s.Syntax) -> str:
        return self.text[node.span[0] : node.span[1]][:60]

    @staticmethod
    def named(typed: _Typed) -> Message:
        if typed.constant and typed.kind is Kind.TEXT:
            return Message("a string")
        return KIND_NAMES[typed.kind]

    def comparison(self, node: s.Operation) -> _Typed:
        left, right = (self.check(operand) for operand in node.operands)
        left = self.fit(left, right, node.operands[0])
        right = self.fit(right, left, node.operands[1])
        numeric = left.kind in _NUMERIC and right.kind in _NUMERIC
        strings = {left.kind, right.kind} <= {Kind.ENUM, Kind.TEXT} and (left.constant or right.constant)
        if not numeric and not strings and left.kind is not right.kind:
            self.mismatch(node, left, right)
        if Kind.SET in {left.kind, right.kind}:
            hint = Message("for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])")
            self.fail(Message("sets are not compared with {operator}", operator=node.operator), node.span, hint)
        if left.kind is right.kind is Kind.ENUM:
            self.fail(Message("two facts with declared values are not compared with each other"), node.span)
        if node.operator not in {"==", "!="} and not numeric and left.kind not in _ORDERED:
            message = Message("{kind} has no order", kind=self.named(left))
            self.fail(message, node.span, Message("use == or !=, or “in” with a list"), outside=True)
        return _Typed(
            t.Compare(node.span, node.operator, left.expression, right.expression),  # type: ignore[arg-type]
            Kind.BOOL,
        )

    def fit(self, typed: _Typed, other: _Typed, node: s.Syntax) -> _Typed:
        """A literal as the other side wants it: a declared value, a ratio in range, a whole number as a number."""
        value = typed.expression.value if isinstance(typed.expression, t.Constant) else None
        if isinstance(value, str) and other.kind is Kind.ENUM:
            self.declared(value, other.values, node.span)
        if other.kind is Kind.RATIO and isinstance(value, int | float) and not 0 <= value <= 1:
            hint = Message("write {ratio} for {percent} %", ratio=f"{value / 100:g}", percent=f"{value:g}")
            self.fail(Message("a ratio lies between 0 and 1"), node.span, hint if 1 < value <= 100 else None)
        return self.widened(typed, node) if other.kind in {Kind.NUMBER, Kind.RATIO} else typed

    def declared(self, value: str, values: tuple[str, ...], span: s.Span) -> None:
        if value not in values:
            hint = did_you_mean(value, values) or Message("declared are: {values}", values=listing(values))
            self.fail(Message('"{value}" is not a declared value', value=value[:80]), span, hint)

    def mismatch(self, node: s.Operation, left: _Typed, right: _Typed) -> NoReturn:
        kinds = {left.kind, right.kind}
        hint = None
        if Kind.DURATION in kinds:
            hint = Message('write duration("72h")')
        elif Kind.DATE in kinds:
            hint = Message('write date("2026-08-02")')
        elif Kind.ENUM in kinds:
            hint = Message("declared are: {values}", values=listing(left.values or right.values))
        elif Kind.SET in kinds:
            hint = Message("for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])")
        message = Message("{left} and {right} cannot be compared", left=self.named(left), right=self.named(right))
        self.fail(message, node.span, hint)

    def membership(self, node: s.Operation, left: s.Syntax, right: s.Syntax) -> _Typed:
        needle = self.check(left)
        if isinstance(right, s.ListLiteral):
            if needle.kind is Kind.SET:
                message = Message("a set is not in a list of values")
                hint = Message("for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])")
                self.fail(message, left.span, hint, outside=True)
            options = [self.option(item, needle) for item in right.items]
            mixed = len({option.kind for option in options}) > 1
            for item, option in zip(right.items, options, strict=True):
                if not self.comparable(needle, option):
                    message = Message(
                        "{left} and {right} cannot be compared", left=self.named(needle), right=self.named(option)
                    )
                    self.fail(message, item.span, outside=mixed)
            expressions = tuple(option.expression for option in options)
            return _Typed(t.OneOf(node.span, needle.expression, expressions), Kind.BOOL)
        collection = self.check(right)
        if collection.kind is not Kind.SET:
            wanted = needle.expression.value if isinstance(needle.expression, t.Constant) else "…"
            hint = Message('write {fact} == "{value}"', fact=self.source(right), value=wanted)
            message = Message("“in” wants a list or a set, and this is {kind}", kind=self.named(collection))
            self.fail(message, right.span, hint if collection.kind is Kind.ENUM else None)
        value = needle.expression.value if isinstance(needle.expression, t.Constant) else None
        if not isinstance(value, str):
            self.fail(Message("on the left of “in” a set wants a string literal"), left.span, outside=True)
        self.declared(value, collection.values, left.span)
        return _Typed(t.Contains(node.span, collection.expression, (value,)), Kind.BOOL)

    def option(self, item: s.Syntax, needle: _Typed) -> _Typed:
        option = self.fit(self.check(item), needle, item)
        if not option.constant:
            self.fail(Message("a list holds only literals"), item.span, outside=True)
        if option.kind is Kind.NUMBER:
            self.widened(needle, item)
        return option

    @staticmethod
    def comparable(left: _Typed, right: _Typed) -> bool:
        if left.kind in _NUMERIC:
            return right.kind in _NUMERIC
        if left.kind in {Kind.ENUM, Kind.TEXT}:
            return right.kind is Kind.TEXT
        return left.kind is right.kind

    def arithmetic(self, node: s.Operation) -> _Typed:
        left, right = (self.check(operand) for operand in node.operands)
        for operand, typed in zip(node.operands, (left, right), strict=True):
            if typed.kind not in _NUMERIC:
                message = Message(
                    '"{operator}" wants numbers, and this is {kind}', operator=node.operator, kind=self.named(typed)
                )
                self.fail(message, operand.span, outside=typed.kind in {Kind.TEXT, Kind.DATE, Kind.DURATION})
        product = node.operator == "*"
        if product and not left.constant and not right.constant:
            self.fail(Message("one side of “*” has to be a literal number"), node.span, outside=True)
        kind = Kind.INT if left.kind is right.kind is Kind.INT else Kind.NUMBER
        if kind is Kind.NUMBER:
            left, right = self.widened(left, node.operands[0]), self.widened(right, node.operands[1])
        bound = left.bound * right.bound if product else left.bound + right.bound
        self.bounded(bound, EXACT_INT if kind is Kind.INT else FINITE, node.span)
        expression = t.Arithmetic(node.span, node.operator, left.expression, right.expression)  # type: ignore[arg-type]
        return _Typed(expression, kind, bound=bound, constant=left.constant and right.constant)

    def widened(self, typed: _Typed, node: s.Syntax) -> _Typed:
        """What meets a number: a whole-number literal becomes one, other whole numbers have to be exact as one."""
        if typed.kind is not Kind.INT:
            return typed
        value = typed.expression.value if isinstance(typed.expression, t.Constant) else None
        if not isinstance(value, int) or int(float(value)) != value:
            self.bounded(typed.bound, EXACT_INT, node.span)
            return typed
        return _Typed(t.Constant(node.span, float(value)), Kind.NUMBER, bound=typed.bound, constant=True)

    def bounded(self, bound: float, limit: float, span: s.Span) -> None:
        if bound > limit:
            self.fail(Message("this could grow beyond what is computed exactly"), span, outside=True)

    def negative(self, node: s.Prefix) -> _Typed:
        typed = self.check(node.operand)
        if typed.kind not in _NUMERIC:
            message = Message('"{operator}" wants numbers, and this is {kind}', operator="-", kind=self.named(typed))
            self.fail(message, node.operand.span, outside=typed.kind is Kind.DURATION)
        kind = Kind.NUMBER if typed.kind is Kind.RATIO else typed.kind
        self.bounded(typed.bound, EXACT_INT if kind is Kind.INT else FINITE, node.span)
        return _Typed(t.Negative(node.span, typed.expression), kind, bound=typed.bound, constant=typed.constant)

    def choice(self, node: s.Choice) -> _Typed:
        condition = self.boolean(node.condition, "?:")
        then, otherwise = self.check(node.then), self.check(node.otherwise)
        kind = then.kind
        if then.kind is not otherwise.kind:
            if not {then.kind, otherwise.kind} <= _NUMERIC:
                message = Message(
                    "both branches of “?:” have to be of one type; these are {left} and {right}",
                    left=self.named(then),
                    right=self.named(otherwise),
                )
                self.fail(message, node.span)
            kind = Kind.NUMBER
            then, otherwise = self.widened(then, node.then), self.widened(otherwise, node.otherwise)
        if kind in {Kind.SET, Kind.ENUM, Kind.TEXT}:
            self.fail(
                Message("“?:” chooses between truth values, numbers, dates or durations"), node.span, outside=True
            )
        expression = t.Choose(node.span, condition, then.expression, otherwise.expression)
        return _Typed(expression, kind, bound=max(then.bound, otherwise.bound))

    def call(self, node: s.Call) -> _Typed:
        if len(node.arguments) != _ARITY[node.function]:
            message = Message("{name}() takes {count} arguments", name=node.function, count=_ARITY[node.function])
            self.fail(message, node.span)
        if node.function in {"date", "duration"}:
            return self.moment(node)
        collection = self.check(node.arguments[0])
        if collection.kind is not Kind.SET:
            message = Message(
                "{name}() wants a set fact first, and this is {kind}", name=node.function, kind=self.named(collection)
            )
            self.fail(message, node.arguments[0].span, outside=collection.constant)
        values = node.arguments[1]
        if not isinstance(values, s.ListLiteral):
            self.fail(Message("{name}() wants a list of values second", name=node.function), values.span, outside=True)
        wanted: list[str] = []
        for item in values.items:
            if not (isinstance(item, s.Literal) and isinstance(item.value, str)):
                self.fail(Message("a list of values holds only strings"), item.span)
            self.declared(item.value, collection.values, item.span)
            if item.value not in wanted:
                wanted.append(item.value)
        form = t.Contains if node.function == "sets.contains" else t.Intersects
        return _Typed(form(node.span, collection.expression, tuple(wanted)), Kind.BOOL)

    def moment(self, node: s.Call) -> _Typed:
        argument = node.arguments[0]
        if not (isinstance(argument, s.Literal) and isinstance(argument.value, str)):
            self.fail(Message("{name}() wants a string literal", name=node.function), argument.span, outside=True)
        if node.function == "date":
            day = parse_date(argument.value)
            if day is None:
                self.fail(Message("this is not a date"), argument.span, Message('write date("2026-08-02")'))
            return _Typed(t.DateConstant(node.span, day), Kind.DATE, constant=True)
        duration = parse_duration(argument.value)
        if duration is None:
            hint = Message('write duration("72h") or duration("P6M")')
            self.fail(Message("this is not a duration"), argument.span, hint)
        return _Typed(t.DurationConstant(node.span, duration), Kind.DURATION, constant=True)
