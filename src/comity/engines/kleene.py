"""One system: Kleene's strong three-valued logic over the typed tree, with a trace.

This module is the meaning of the clause language; every other engine is tested against it. None is unknown: a fact without a
value is unknown; a comparison, a membership or a sum with an unknown part is unknown; `&&` is false if any part is false and `||` is
true if any part is true, whatever the others are (CEL's error-absorbing operators); `?:` is unknown where its condition is.
Source: S. C. Kleene, Introduction to Metamathematics (1952), section 64; CEL specification, "Logical operators".
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from comity.clauses import tree as t
from comity.clauses.tree import Expression, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.clauses.formula import Definition


class Trace(msgspec.Struct, frozen=True, gc=False):
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
    system = _System(facts, definitions, {} if traced_definitions is None else traced_definitions)
    return _FOLD[type(expression)](expression, system)


class _System(NamedTuple):
    """What a formula is evaluated on."""

    facts: Mapping[str, Value]
    definitions: Mapping[str, Definition]
    traced_definitions: dict[str, Trace]


def _constant(node: t.Constant | t.DateConstant | t.DurationConstant, _: _System) -> Trace:
    return Trace(node, node.value, ())


def _fact(node: t.Fact, system: _System) -> Trace:
    return Trace(node, system.facts.get(node.id), ())


def _named(node: t.Named, system: _System) -> Trace:
    body = system.traced_definitions.get(node.name)
    if body is None:
        tree = system.definitions[node.name].tree
        body = system.traced_definitions[node.name] = _FOLD[type(tree)](tree, system)
    return Trace(node, body.value, (body,))


def _not(node: t.Not, system: _System) -> Trace:
    operand = _FOLD[type(node.operand)](node.operand, system)
    return Trace(node, None if operand.value is None else not operand.value, (operand,))


def _and(node: t.And, system: _System) -> Trace:
    value: bool | None = True
    operands = []
    for operand in node.operands:
        part = _FOLD[type(operand)](operand, system)
        operands.append(part)
        if part.value is False or (value is True and part.value is None):
            value = part.value
    return Trace(node, value, tuple(operands))


def _or(node: t.Or, system: _System) -> Trace:
    value: bool | None = False
    operands = []
    for operand in node.operands:
        part = _FOLD[type(operand)](operand, system)
        operands.append(part)
        if part.value is True or (value is False and part.value is None):
            value = part.value
    return Trace(node, value, tuple(operands))


def _compare(node: t.Compare, system: _System) -> Trace:
    left, right = _FOLD[type(node.left)](node.left, system), _FOLD[type(node.right)](node.right, system)
    if left.value is None or right.value is None:
        return Trace(node, None, (left, right))
    return Trace(node, COMPARISONS[node.operator](left.value, right.value), (left, right))


def _one_of(node: t.OneOf, system: _System) -> Trace:
    operand = _FOLD[type(node.operand)](node.operand, system)
    options = [_FOLD[type(option)](option, system) for option in node.options]
    value = None if operand.value is None else operand.value in [option.value for option in options]
    return Trace(node, value, (operand, *options))


def _contains(node: t.Contains, system: _System) -> Trace:
    operand = _FOLD[type(node.operand)](node.operand, system)
    held: Any = operand.value
    return Trace(node, None if held is None else held.issuperset(node.values), (operand,))


def _intersects(node: t.Intersects, system: _System) -> Trace:
    operand = _FOLD[type(node.operand)](node.operand, system)
    held: Any = operand.value
    return Trace(node, None if held is None else not held.isdisjoint(node.values), (operand,))


def _arithmetic(node: t.Arithmetic, system: _System) -> Trace:
    left, right = _FOLD[type(node.left)](node.left, system), _FOLD[type(node.right)](node.right, system)
    if left.value is None or right.value is None:
        return Trace(node, None, (left, right))
    return Trace(node, ARITHMETIC[node.operator](left.value, right.value), (left, right))


def _negative(node: t.Negative, system: _System) -> Trace:
    operand = _FOLD[type(node.operand)](node.operand, system)
    number: Any = operand.value
    return Trace(node, None if number is None else -number, (operand,))


def _choose(node: t.Choose, system: _System) -> Trace:
    parts = tuple([_FOLD[type(part)](part, system) for part in (node.condition, node.then, node.otherwise)])
    condition, then, otherwise = parts
    value = None if condition.value is None else then.value if condition.value else otherwise.value
    return Trace(node, value, parts)


def _unknowable(node: t.Unknowable, _: _System) -> Trace:
    return Trace(node, None, ())


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}

_FOLD: dict[type, Callable[[Any, _System], Trace]] = {
    t.Constant: _constant,
    t.DateConstant: _constant,
    t.DurationConstant: _constant,
    t.Fact: _fact,
    t.Named: _named,
    t.Not: _not,
    t.And: _and,
    t.Or: _or,
    t.Compare: _compare,
    t.OneOf: _one_of,
    t.Contains: _contains,
    t.Intersects: _intersects,
    t.Arithmetic: _arithmetic,
    t.Negative: _negative,
    t.Choose: _choose,
    t.Unknowable: _unknowable,
}
