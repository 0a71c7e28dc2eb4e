"""The short entries of a library as they are written: topics, titles of values, places, languages, axioms and roles.

Each function reads one item of a list file. The one idea: a key that is not known is an error at its place, so nothing is silently lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from comity.clauses.formula import define
from comity.clauses.tree import And
from comity.documents import fields as read
from comity.language import Message
from comity.library.model import (
    Axiom,
    CompiledFormula,
    Jurisdiction,
    Language,
    Region,
    Role,
    Topic,
    ValueTitle,
)
from comity.library.standards import compiled
from comity.library.vocabulary import value_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.documents.reading import Node
    from comity.library.vocabulary import Vocabulary


def read_topic(node: Node) -> Topic:
    """A topic: `id` and `title`."""
    fields = read.Fields(node, Message("a topic"))
    topic = Topic(id=fields.required("id", value_id), title=fields.required("title", read.bilingual))
    fields.done()
    return topic


def read_value_title(node: Node) -> ValueTitle:
    """A declared value with its title."""
    fields = read.Fields(node, Message("a value with its title"))
    entry = ValueTitle(id=fields.required("id", value_id), title=fields.required("title", read.bilingual))
    fields.done()
    return entry


class Places(NamedTuple):
    """The closed lists that a jurisdiction may name."""

    regions: tuple[str, ...]
    languages: tuple[str, ...]


def read_region(node: Node) -> Region:
    """A region of the world."""
    fields = read.Fields(node, Message("a region"))
    region = Region(
        id=fields.required("id", value_id),
        title=fields.required("title", read.bilingual),
        part_of=fields.optional("part_of", value_id, None),
    )
    fields.done()
    return region


def read_language(node: Node) -> Language:
    """A language that jurisdictions may name."""
    fields = read.Fields(node, Message("a language"))
    language = Language(
        id=fields.required("id", value_id),
        title=fields.required("title", read.bilingual),
        world=fields.optional("world", read.boolean, False),
    )
    fields.done()
    return language


def read_jurisdiction(node: Node, places: Places) -> Jurisdiction:
    """A jurisdiction, with regions and languages that the library has."""
    fields = read.Fields(node, Message("a jurisdiction"))
    entry = Jurisdiction(
        id=fields.required("id", value_id),
        title=fields.required("title", read.bilingual),
        kind=fields.required("kind", value_id),
        market=fields.required("market", read.boolean),
        part_of=fields.optional("part_of", value_id, None),
        regions=fields.optional("regions", read.many(read.choice(places.regions, Message("region"))), ()),
        languages=fields.optional("languages", read.many(read.choice(places.languages, Message("language"))), ()),
    )
    fields.done()
    return entry


def read_axiom(node: Node, vocabulary: Vocabulary) -> Axiom:
    """A formula that holds of every possible system."""
    fields = read.Fields(node, Message("an axiom"))
    axiom = Axiom(
        id=fields.required("id", value_id),
        formula=fields.required("formula", lambda item: compiled(item, vocabulary)),
        text=fields.required("text", read.bilingual),
    )
    fields.done()
    return axiom


def conjuncts(axiom: Axiom, vocabulary: Vocabulary) -> Iterator[Axiom]:
    """An axiom that says several things as so many axioms, because only their parts show which facts hang together."""
    formula = axiom.formula
    if not isinstance(formula.tree, And):
        yield axiom
        return
    for number, operand in enumerate(formula.tree.operands, 1):
        start, end = operand.span
        part = define(formula.text[start:end], vocabulary)
        compiled_part = CompiledFormula(text=part.text, tree=part.tree, facts=part.facts)
        yield Axiom(id=f"{axiom.id}/{number}", formula=compiled_part, text=axiom.text)


def read_role(node: Node) -> Role:
    """A role, with what each law calls it."""
    fields = read.Fields(node, Message("a role"))
    role = Role(
        id=fields.required("id", value_id),
        title=fields.required("title", read.bilingual),
        definition=fields.required("definition", read.bilingual),
        terms=fields.optional("terms", _terms, {}),
    )
    fields.done()
    return role


def _terms(node: Node) -> dict[str, tuple[str, ...]]:
    fields = read.Fields(node)
    return {key: fields.required(key, read.many(read.text)) for key in list(fields.unread())}
