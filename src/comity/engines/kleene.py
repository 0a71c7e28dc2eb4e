"""One system: Kleene's strong three-valued logic over the typed tree, with a trace.

This module is the meaning of the clause language; every other engine is tested against it. None is unknown: a fact without a
value is unknown; a comparison, a membership or a sum with an unknown part is unknown; `&&` is false if any part is false and `||` is
true if any part is true, whatever the others are (CEL's error-absorbing operators); `?:` is unknown where its condition is.
Source: S. C. Kleene, Introduction to Metamathematics (1952), section 64; CEL specification, "Logical operators".
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, NamedTuple

from comity.clauses import tree as t

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.clauses.formula import Definition
    from comity.clauses.tree import Expression, Value


class Trace(NamedTuple):
    """The value of a sub-formula (None: unknown) and the traces of its parts.

    The only part of a definition's trace is the trace of its formula, whose spans point into the definition's text.
    """

    expression: Expression
    value: Value | None
    parts: tuple[Trace, ...]


def trace(
    expression: Expression,
    facts: Mapping[str, Value],
    definitions: Mapping[str, Definition],
    traced_definitions: dict[str, Trace] | None = None,
) -> Trace:
    """Evaluate on one system.

    Args:
        expression: a typed tree.
        facts: canonical values of the facts that are known.
        definitions: the definitions that the tree may name.
        traced_definitions: traces of definitions on the same facts, filled as they are met; hand in one dictionary to evaluate
            many formulas on one system.
    """
    return _Evaluation(facts, definitions, {} if traced_definitions is None else traced_definitions).trace(expression)


class _Evaluation:
    """The facts of one system, and a method for each kind of node."""

    __slots__ = ("definitions", "facts", "traced_definitions")

    def __init__(
        self,
        facts: Mapping[str, Value],
        definitions: Mapping[str, Definition],
        traced_definitions: dict[str, Trace],
    ) -> None:
        self.facts = facts
        self.definitions = definitions
        self.traced_definitions = traced_definitions

    def trace(self, node: Expression) -> Trace:
        return _FOLD[type(node)](self, node)

    def constant(self, node: t.Constant | t.DateConstant | t.DurationConstant) -> Trace:
        return Trace(node, node.value, ())

    def fact(self, node: t.Fact) -> Trace:
        return Trace(node, self.facts.get(node.id), ())

    def named(self, node: t.Named) -> Trace:
        body = self.traced_definitions.get(node.name)
        if body is None:
            body = self.traced_definitions[node.name] = self.trace(self.definitions[node.name].tree)
        return Trace(node, body.value, (body,))

    def negation(self, node: t.Not) -> Trace:
        operand = self.trace(node.operand)
        return Trace(node, None if operand.value is None else not operand.value, (operand,))

    def conjunction(self, node: t.And) -> Trace:
        operands = tuple([self.trace(operand) for operand in node.operands])
        values = [operand.value for operand in operands]
        return Trace(node, False if False in values else None if None in values else True, operands)

    def disjunction(self, node: t.Or) -> Trace:
        operands = tuple([self.trace(operand) for operand in node.operands])
        values = [operand.value for operand in operands]
        return Trace(node, True if True in values else None if None in values else False, operands)

    def comparison(self, node: t.Compare) -> Trace:
        left, right = self.trace(node.left), self.trace(node.right)
        if left.value is None or right.value is None:
            return Trace(node, None, (left, right))
        return Trace(node, COMPARISONS[node.operator](left.value, right.value), (left, right))

    def one_of(self, node: t.OneOf) -> Trace:
        operands = (self.trace(node.operand), *[self.trace(option) for option in node.options])
        value = operands[0].value
        if value is None:
            return Trace(node, None, operands)
        return Trace(node, any(value == option.value for option in operands[1:]), operands)

    def contains(self, node: t.Contains) -> Trace:
        operand = self.trace(node.operand)
        held: Any = operand.value
        return Trace(node, None if held is None else held.issuperset(node.values), (operand,))

    def intersects(self, node: t.Intersects) -> Trace:
        operand = self.trace(node.operand)
        held: Any = operand.value
        return Trace(node, None if held is None else not held.isdisjoint(node.values), (operand,))

    def arithmetic(self, node: t.Arithmetic) -> Trace:
        left, right = self.trace(node.left), self.trace(node.right)
        if left.value is None or right.value is None:
            return Trace(node, None, (left, right))
        return Trace(node, _ARITHMETIC[node.operator](left.value, right.value), (left, right))

    def negative(self, node: t.Negative) -> Trace:
        operand = self.trace(node.operand)
        number: Any = operand.value
        return Trace(node, None if number is None else -number, (operand,))

    def choice(self, node: t.Choose) -> Trace:
        condition, then, otherwise = self.trace(node.condition), self.trace(node.then), self.trace(node.otherwise)
        value = None if condition.value is None else then.value if condition.value else otherwise.value
        return Trace(node, value, (condition, then, otherwise))


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}

_FOLD: dict[type, Callable[[_Evaluation, Any], Trace]] = {
    t.Constant: _Evaluation.constant,
    t.DateConstant: _Evaluation.constant,
    t.DurationConstant: _Evaluation.constant,
    t.Fact: _Evaluation.fact,
    t.Named: _Evaluation.named,
    t.Not: _Evaluation.negation,
    t.And: _Evaluation.conjunction,
    t.Or: _Evaluation.disjunction,
    t.Compare: _Evaluation.comparison,
    t.OneOf: _Evaluation.one_of,
    t.Contains: _Evaluation.contains,
    t.Intersects: _Evaluation.intersects,
    t.Arithmetic: _Evaluation.arithmetic,
    t.Negative: _Evaluation.negative,
    t.Choose: _Evaluation.choice,
}
