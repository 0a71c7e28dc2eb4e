"""The vocabulary: facts by id with their types, and the definitions over them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from comity.clauses.tree import Kind
from comity.clauses.values import FactType
from comity.documents import fields as read
from comity.documents.reading import read_file, read_text
from comity.errors import InputError
from comity.language import Message
from comity.library.model import BASES, NATURES, SUBJECTS, Cost, FactDefinition, NamedFormula

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.formula import Definition
    from comity.documents.reading import Node

MARKETS = "system.markets"
"""The one built-in fact: the markets that the system is offered in, filled from the dossier or the command line."""

fact_id = read.identifier(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", "label.explicit.shown")
value_id = read.identifier(r"[a-z0-9][a-z0-9_]*(-[a-z0-9_]+)*", "safety_framework")


class Vocabulary:
    """Facts and definitions that formulas may name.

    Args:
        facts: the fact definitions; `system.markets` is added with `markets` as its values where it is missing.
        definitions: named formulas over them.
        markets: the jurisdictions that a system can be offered in.
    """

    def __init__(
        self,
        facts: Iterable[FactDefinition],
        definitions: Iterable[NamedFormula] = (),
        markets: Iterable[str] = (),
    ) -> None:
        self.facts: dict[str, FactDefinition] = {fact.id: fact for fact in facts}
        if MARKETS not in self.facts:
            self.facts[MARKETS] = _markets_fact(tuple(markets))
        self.named_formulas: dict[str, NamedFormula] = {entry.id: entry for entry in definitions}

    @cached_property
    def types(self) -> Mapping[str, FactType]:
        """Type of each fact, by id."""
        return {fact.id: fact.type for fact in self.facts.values()}

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """Definitions by name."""
        return {entry.id: entry.definition for entry in self.named_formulas.values()}

    @classmethod
    def from_yaml(cls, text_or_path: str | Path) -> Vocabulary:
        """A vocabulary from a list of fact definitions in YAML.

        Args:
            text_or_path: a path, or YAML text (a text of one line that names an existing file is read as a path).

        Raises:
            InputError: the YAML or a fact definition is not well formed.
        """
        if isinstance(text_or_path, str) and "\n" not in text_or_path and text_or_path.endswith((".yaml", ".yml")):
            text_or_path = Path(text_or_path)
        node = read_file(text_or_path) if isinstance(text_or_path, Path) else read_text(text_or_path, name="facts")
        return cls(read_facts(node, topic=""))

    def add(self, entry: NamedFormula) -> None:
        """Let later formulas name this definition."""
        self.named_formulas[entry.id] = entry
        self.definitions[entry.id] = entry.definition

    def __contains__(self, fact: object) -> bool:
        return fact in self.facts

    def __len__(self) -> int:
        return len(self.facts)


def _markets_fact(markets: tuple[str, ...]) -> FactDefinition:
    return FactDefinition(
        id=MARKETS,
        topic="givens_system",
        subject="system",
        type=FactType(Kind.SET, markets),
        unit=None,
        title={"en": "Markets", "zh": "市场"},
        definition={
            "en": "Jurisdictions in which the system is offered.",
            "zh": "提供该系统的法域。",
        },
        established_by=("declared",),
        nature="given",
        per_market=False,
        measure=None,
        cost=Cost(),
        reserved=False,
    )


def read_facts(node: Node, topic: str) -> tuple[FactDefinition, ...]:
    """The fact definitions of one YAML list.

    Raises:
        InputError: one is not well formed, or an id stands twice.
    """
    found: dict[str, FactDefinition] = {}
    for item in read.items(node):
        fact = read_fact(item, topic)
        if fact.id in found:
            raise InputError(Message('the fact "{id}" is defined twice', id=fact.id), place=item.place)
        found[fact.id] = fact
    return tuple(found.values())


def read_fact(node: Node, topic: str) -> FactDefinition:
    """One fact definition.

    Raises:
        InputError: a key is missing, unknown or not of its form.
    """
    fields = read.Fields(node, Message("a fact definition"))
    kind = Kind(fields.required("type", read.choice([kind.value for kind in Kind], Message("type"))))
    values = fields.optional("values", read.many(value_id), ())
    if kind in {Kind.ENUM, Kind.SET} and not values:
        raise InputError(Message("{kind} facts need values", kind=kind.value), place=fields.place)
    if kind not in {Kind.ENUM, Kind.SET} and values:
        message = Message("{kind} facts have no values", kind=kind.value)
        raise InputError(message, place=fields.place_of("values"))
    if len(set(values)) < len(values):
        repeated = next(value for value in values if values.count(value) > 1)
        raise InputError(Message('the value "{value}" stands twice', value=repeated), place=fields.place_of("values"))
    fact = FactDefinition(
        id=fields.required("id", fact_id),
        topic=topic,
        subject=fields.optional("subject", read.choice(SUBJECTS, Message("subject")), "system"),
        type=FactType(kind, values),
        unit=fields.optional("unit", read.text, None),
        title=fields.optional("title", read.bilingual, {}),
        definition=fields.optional("definition", read.bilingual, {}),
        established_by=fields.optional("established_by", read.many(read.choice(BASES, Message("basis"))), BASES),
        nature=fields.optional("nature", read.choice(NATURES, Message("nature")), "choice"),
        per_market=fields.optional("per_market", read.boolean, False),
        measure=fields.optional("measure", read.text, None),
        cost=fields.optional("cost", _cost, Cost()),
        reserved=fields.optional("reserved", read.boolean, False),
    )
    fields.done()
    return fact


def _cost(node: Node) -> Cost:
    fields = read.Fields(node)
    cost = Cost(
        change=fields.optional("change", read.number, Cost().change),
        establish=fields.optional("establish", read.number, Cost().establish),
    )
    fields.done()
    return cost
