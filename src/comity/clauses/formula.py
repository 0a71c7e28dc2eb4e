"""A formula: text that was parsed and typed once, and can be asked of every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from comity.clauses.checker import check
from comity.clauses.errors import FormulaError
from comity.clauses.parser import parse
from comity.clauses.syntax import MAXIMUM_DEPTH
from comity.clauses.tree import Expression, Fact, Kind, Named, parts
from comity.clauses.values import FactType, canonical
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars

    from comity.clauses.tree import Value
    from comity.engines.kleene import Trace


class Definition(msgspec.Struct, frozen=True):
    """A named formula that other formulas use: a truth value, or a number, date or duration.

    Attributes:
        text: the formula as written; spans in `tree` point into it.
        tree: its typed tree.
        kind: what it yields.
        bound: the bound of its magnitude, where it yields a number.
        facts: all facts that it reads, through other definitions too.
        depth: how deep its tree is, definitions within it unfolded.
    """

    text: str
    tree: Expression
    kind: Kind
    bound: float
    facts: frozenset[str]
    depth: int


class Names(Protocol):
    """What a formula may name: facts by type, and definitions."""

    @property
    def types(self) -> Mapping[str, FactType]:
        """Type of each fact, by id."""

    @property
    def definitions(self) -> Mapping[str, Definition]:
        """Definitions by name."""


class Formula:
    """A boolean formula of the clause language over the facts of a vocabulary.

    Args:
        text: the formula, in the CEL subset of the clause language.
        names: a `Vocabulary`, or anything with `types` and `definitions`.

    Attributes:
        text: the formula as given.
        tree: its typed tree, which engines fold.
        facts: ids of all facts that it reads, through definitions too.

    Raises:
        FormulaError: with message, line, column and hint.
    """

    __slots__ = ("facts", "names", "text", "tree")

    def __init__(self, text: str, names: Names) -> None:
        definition = define(text, names)
        if definition.kind is not Kind.BOOL:
            message = Message("a formula has to be true or false")
            raise FormulaError(message, text=text, span=definition.tree.span)
        self.text = text
        self.names = names
        self.tree = definition.tree
        self.facts = definition.facts

    def evaluate(self, facts: Mapping[str, object]) -> bool | None:
        """The value on one system: True, False, or None where the facts given do not decide it."""
        value = self.trace(facts).value
        return value if isinstance(value, bool) else None

    def trace(self, facts: Mapping[str, object]) -> Trace:
        """Every sub-formula with its value on one system.

        Facts that are absent, or given as None, are unknown.

        Raises:
            FactValueError: a value that does not fit its fact.
        """
        from comity.engines import kleene

        known: dict[str, Value] = {
            fact: canonical(facts[fact], self.names.types[fact]) for fact in self.facts if facts.get(fact) is not None
        }
        return kleene.trace(self.tree, known, self.names.definitions)

    def columnar(self) -> polars.Expr:
        """A Polars expression over a table with one row a system; columns are fact ids, null is unknown."""
        from comity.engines import columnar

        return columnar.expression(self.tree, self.names.definitions)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"


def define(text: str, names: Names) -> Definition:
    """Parse and type a formula of any kind.

    Raises:
        FormulaError: with message, line, column and hint.
    """
    syntax = parse(text)
    checked = check(syntax, text, names.types, names.definitions)
    named = {node.name for node in walk(checked.tree) if isinstance(node, Named)}
    depth = syntax.depth + max((names.definitions[name].depth for name in named), default=0)
    if depth > MAXIMUM_DEPTH:
        message = Message("the formula is nested more than {limit} levels deep", limit=MAXIMUM_DEPTH)
        raise FormulaError(message, text=text, span=syntax.span)
    facts = facts_of(checked.tree, names.definitions)
    return Definition(text, checked.tree, checked.kind, checked.bound, facts, depth)


def walk(expression: Expression) -> Iterator[Expression]:
    """A node and everything below it, definitions not unfolded."""
    pending = [expression]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(parts(node)))


def facts_of(expression: Expression, definitions: Mapping[str, Definition]) -> frozenset[str]:
    """Ids of all facts below a node, definitions unfolded."""
    found: set[str] = set()
    for node in walk(expression):
        if isinstance(node, Fact):
            found.add(node.id)
        elif isinstance(node, Named):
            found |= definitions[node.name].facts
    return frozenset(found)
