"""The trace of a judgement as nodes that can be shown: each sub-formula as it is written, with its value.

Pure; imports only the tree and the library. The one idea: a span points into the text of the formula that holds it,
and below a definition into the definition's own text, so the text travels down beside the trace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.clauses import tree as t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.clauses.tree import Span, Value
    from comity.engines.kleene import Trace
    from comity.judging.judgement import Judgement
    from comity.library.loader import Library

_STRING = re.compile(r'"[^"]*"|\'[^\']*\'')
_OPERATORS = {t.And: "and", t.Or: "or", t.Not: "not", t.Choose: "choose", t.Arithmetic: "sum", t.Negative: "sum"}


@dataclass(frozen=True, slots=True)
class TraceNode:
    """One sub-formula and its value.

    Attributes:
        text: the sub-formula as written, white space folded.
        value: its value; None where it is unknown.
        fact: the id, where the node is a fact.
        definition: the name, where the node is a definition; its only child is the definition's formula.
        children: its parts; literals are left out.
        operator: `and`, `or`, `not`, `choose`, `sum`, `test` (a comparison or membership), `fact`, `definition` or
            `literal`.
        source: the trace that the node was made of.
    """

    text: str
    value: Value | None
    fact: str | None
    definition: str | None
    children: tuple[TraceNode, ...]
    operator: str
    source: Trace = field(compare=False, repr=False)


def trace_nodes(judgement: Judgement, library: Library) -> list[tuple[str, TraceNode]]:
    """The parts of a judgement in the order in which they decide, each with its node.

    They are `scope`, `actor`, `when`, `unless`, `in_force`, `require`; one that the clause does not have is absent, and
    `in_force` may occur more than once. The value of `unless` is that of its formula: true if an exception holds.
    """
    found = [(part.part, node_of(part.trace, part.formula.text, library)) for part in judgement.conditions]
    return [*found, ("require", node_of(judgement.require, judgement.clause.require.text, library))]


def node_of(trace: Trace, text: str, library: Library) -> TraceNode:
    """The node of a trace whose spans point into `text`."""
    expression = trace.expression
    written = cut(text, expression.span)
    match expression:
        case t.Fact(id=fact):
            return TraceNode(written, trace.value, fact, None, (), "fact", trace)
        case t.Named(name=name):
            body = node_of(trace.parts[0], library.vocabulary.definitions[name].text, library)
            return TraceNode(written, trace.value, None, name, (body,), "definition", trace)
        case t.Constant() | t.DateConstant() | t.DurationConstant():
            return TraceNode(written, trace.value, None, None, (), "literal", trace)
    children = tuple(node_of(part, text, library) for part in trace.parts)
    children = tuple(child for child in children if child.operator != "literal" or isinstance(child.value, bool))
    return TraceNode(written, trace.value, None, None, children, _OPERATORS.get(type(expression), "test"), trace)


def walk(node: TraceNode, depth: int = 0) -> Iterator[tuple[int, TraceNode]]:
    """A node and everything below it, with depths: the lines of an indented list."""
    yield depth, node
    for child in node.children:
        yield from walk(child, depth + 1)


def cut(text: str, span: Span) -> str:
    """The part of a formula that a span covers, on one line.

    A span leaves out the parentheses around its first and last operand; those are taken in again.
    """
    start, end = span
    before, after = _unbalanced(text[start:end])
    for _ in range(before):
        start = text.rfind("(", 0, start)
    for _ in range(after):
        end = text.find(")", end) + 1
    return " ".join(text[start:end].split()) if start >= 0 and end > start else " ".join(text.split())


def _unbalanced(part: str) -> tuple[int, int]:
    """How many opening parentheses are missing before a text, and how many closing ones after it."""
    missing = depth = 0
    for character in _STRING.sub("", part):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            missing, depth = missing + 1, 0
    return missing, depth
