"""Definitions: named formulas, from YAML, in whatever order they are written.

Each may use the others as long as they do not go round in a circle. They are added to the vocabulary, so that clauses can name them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clauses.errors import FormulaError
from comity.clauses.formula import Definition, define
from comity.clauses.parser import parse
from comity.clauses.syntax import Call, Choice, ListLiteral, Name, Operation, Prefix
from comity.documents import fields as read
from comity.documents.reading import Scalar
from comity.errors import ComityError, InputError, Place
from comity.language import Message
from comity.library.model import NamedFormula

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.syntax import Syntax
    from comity.documents.reading import Node
    from comity.library.vocabulary import Vocabulary

DEEPEST = 100
"""So many definitions may build on each other; what evaluates and shows them goes down with them."""

definition_id = read.identifier(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", "eu.high_risk")


def definition_at(node: Node, vocabulary: Vocabulary) -> Definition:
    """The formula of any kind that a YAML scalar holds.

    Raises:
        FormulaError: with the file and the place in the file (of the scalar's start, where the scalar is folded).
    """
    source = read.text(node)
    try:
        return define(source, vocabulary)
    except FormulaError as error:
        raise error.placed_in(_place_in_file(error, node)) from None


def _place_in_file(error: FormulaError, node: Node) -> Place:
    place = node.place
    if not isinstance(node, Scalar) or "\n" in node.text or node.folded:
        return place
    return Place(place.file, place.line, place.column + error.column - 1 + int(not node.plain))


def read_definitions(nodes: Iterable[Node], vocabulary: Vocabulary) -> list[ComityError]:
    """Add the definitions to the vocabulary; what is not well formed is returned as errors.

    Args:
        nodes: lists of definitions, one a file.
        vocabulary: facts that they may name; grows by the definitions.
    """
    reading = _Reading(vocabulary)
    for node in nodes:
        reading.collect(node)
    for name in reading.written:
        reading.resolve(name, ())
    return reading.errors


class _Reading:
    """Definitions that were read, and those that are already understood."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.written: dict[str, read.Fields] = {}
        self.settled: set[str] = set()
        self.errors: list[ComityError] = []

    def collect(self, node: Node) -> None:
        for item in read.items(node):
            try:
                fields = read.Fields(item, Message("a definition"))
                name = fields.required("id", definition_id)
                if name in self.written or name in self.vocabulary.facts:
                    raise InputError(Message('"{id}" is defined twice', id=name), place=fields.place_of("id"))
                self.written[name] = fields
            except ComityError as error:
                self.errors.append(error)

    def resolve(self, name: str, path: tuple[str, ...]) -> None:
        """Understand a definition after those that it names; `path` is the chain of names that led here."""
        if name in self.settled:
            return
        fields = self.written[name]
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            message = Message("definitions go round in a circle: {circle}", circle=circle)
            self.errors.append(InputError(message, place=fields.place_of("id")))
            self.settled.add(name)
            return
        if len(path) >= DEEPEST:
            message = Message("definitions build on each other more than {limit} deep", limit=DEEPEST)
            self.errors.append(InputError(message, place=fields.place_of("id")))
            self.settled.add(name)
            return
        for needed in _names_in(fields):
            if needed in self.written:
                self.resolve(needed, (*path, name))
        if name in self.settled:
            return
        self.settled.add(name)
        try:
            self.vocabulary.add(self.read(name, fields))
        except ComityError as error:
            self.errors.append(error)

    def read(self, name: str, fields: read.Fields) -> NamedFormula:
        entry = NamedFormula(
            id=name,
            cite=fields.required("cite", read.text),
            title=fields.required("title", read.bilingual),
            note=fields.optional("note", read.bilingual, None),
            definition=fields.required("formula", lambda node: definition_at(node, self.vocabulary)),
        )
        fields.done()
        return entry


def _names_in(fields: read.Fields) -> Iterator[str]:
    """Every name that the formula of a definition mentions; nothing where it cannot be parsed (that is reported later)."""
    node = fields.node_of("formula")
    try:
        pending: list[Syntax] = [parse(read.text(node))] if node else []
    except ComityError:
        return
    while pending:
        match pending.pop():
            case Name(name=name):
                yield name
            case ListLiteral(items=below) | Call(arguments=below) | Operation(operands=below):
                pending += below
            case Prefix(operand=operand):
                pending.append(operand)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                pending += [condition, then, otherwise]
