"""What remains of a formula once some facts are known: the typed tree with the known facts worked in.

Where the `kleene` engine yields a value, the residual is that constant; elsewhere it is a smaller tree over the facts that are still
unknown, with the same value as the whole on every system that agrees with the known facts. Definitions are unfolded where they read a
known fact.
Source: N. D. Jones, C. K. Gomard, P. Sestoft, Partial Evaluation and Automatic Program Generation (1993), chapter 3.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from comity.clauses import tree as t
from comity.engines import kleene

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.formula import Definition
    from comity.clauses.tree import Expression, Span, Value
    from comity.engines.kleene import Trace

_NOWHERE: Span = (0, 0)
TRUE = t.Constant(_NOWHERE, True)
FALSE = t.Constant(_NOWHERE, False)


def residual(
    expression: Expression,
    facts: Mapping[str, Value],
    definitions: Mapping[str, Definition],
    traced_definitions: dict[str, Trace] | None = None,
) -> Expression:
    """What remains of a boolean formula.

    Args:
        expression: a typed tree.
        facts: canonical values of the facts that are known.
        definitions: the definitions that the tree may name.
        traced_definitions: traces of definitions on the same facts, as `kleene.trace` fills them.
    """
    return _remaining(kleene.trace(expression, facts, definitions, traced_definitions))


def is_true(expression: Expression) -> bool:
    """Whether a tree is the constant true."""
    return isinstance(expression, t.Constant) and expression.value is True


def is_false(expression: Expression) -> bool:
    """Whether a tree is the constant false."""
    return isinstance(expression, t.Constant) and expression.value is False


def negation(expression: Expression) -> Expression:
    """Not this."""
    match expression:
        case t.Constant(value=bool() as value):
            return FALSE if value else TRUE
        case t.Not(operand=operand):
            return operand
        case _:
            return t.Not(expression.span, expression)


def conjunction(expressions: Iterable[Expression]) -> Expression:
    """All of these."""
    kept = [expression for expression in expressions if not is_true(expression)]
    if any(is_false(expression) for expression in kept):
        return FALSE
    return TRUE if not kept else kept[0] if len(kept) == 1 else t.And(kept[0].span, tuple(kept))


def disjunction(expressions: Iterable[Expression]) -> Expression:
    """At least one of these."""
    kept = [expression for expression in expressions if not is_false(expression)]
    if any(is_true(expression) for expression in kept):
        return TRUE
    return FALSE if not kept else kept[0] if len(kept) == 1 else t.Or(kept[0].span, tuple(kept))


def _constant(value: Value, span: Span) -> Expression | None:
    match value:
        case bool():
            return TRUE if value else FALSE
        case timedelta():
            return t.DurationConstant(span, value)
        case date():
            return t.DateConstant(span, value)
        case frozenset():
            return None
        case _:
            return t.Constant(span, value)


def _remaining(trace: Trace) -> Expression:
    node = trace.expression
    if trace.value is not None:
        return _constant(trace.value, node.span) or node
    parts = trace.parts
    match node:
        case t.Named():
            return _remaining(parts[0]) if _reads_known(parts[0]) else node
        case t.Not():
            return negation(_remaining(parts[0]))
        case t.And():
            return conjunction(_remaining(part) for part in parts)
        case t.Or():
            return disjunction(_remaining(part) for part in parts)
        case t.Compare(span=span, operator=operator):
            return t.Compare(span, operator, _remaining(parts[0]), _remaining(parts[1]))
        case t.Arithmetic(span=span, operator=arithmetic):
            return t.Arithmetic(span, arithmetic, _remaining(parts[0]), _remaining(parts[1]))
        case t.Negative(span=span):
            return t.Negative(span, _remaining(parts[0]))
        case t.Choose(span=span):
            condition, then, otherwise = (_remaining(part) for part in parts)
            if is_true(condition) or is_false(condition):
                return then if is_true(condition) else otherwise
            return t.Choose(span, condition, then, otherwise)
        case _:
            return node


def _reads_known(trace: Trace) -> bool:
    """Whether any fact below a trace is known."""
    if isinstance(trace.expression, t.Fact):
        return trace.value is not None
    return any(_reads_known(part) for part in trace.parts)
