"""What a library holds: facts, roles, topics, jurisdictions, definitions, standards and their clauses.

Plain frozen data, the same whether it was read from YAML or from the compiled cache. Texts are dictionaries by language.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from comity.clauses.formula import Definition
from comity.clauses.tree import Expression, Unknowable
from comity.clauses.values import FactType
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

Text: TypeAlias = dict[str, str]

FORCES = ("law", "mandatory_standard", "voluntary_standard", "principles")
STATUSES = ("in_force", "enacted", "bill", "repealed")
ORIENTATIONS = ("technology_leadership", "ethics_rules", "development_rights")
MODALITIES = ("must", "must_not", "should", "may")
GRADES = ("primary", "secondary", "unconfirmed")
SUBJECTS = ("organisation", "system", "model", "dataset", "flow", "item", "decision", "trace")
COLLECTIONS = {"flow": "flows"}
"""Subjects of which a dossier can list several, each with its key there; a clause about one of them is judged once for each."""
ELEMENT_NAMES = {"flow": Message("flow")}
"""What a message calls one of them."""
NATURES = ("given", "choice")
BASES = ("declared", "documented", "measured")
VERDICTS = ("met", "not_met", "unknown", "not_applicable")
WORST_FIRST = ("not_met", "unknown", "met", "not_applicable")

Plain: TypeAlias = bool | int | float | str | tuple[str, ...]
"""A fact's value as plain data; `clauses.values.canonical` turns it into the canonical one."""

Verdict: TypeAlias = Literal["met", "not_met", "unknown", "not_applicable"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all records of the library."""


class Topic(Record, frozen=True, kw_only=True):
    """A subject that facts and clauses are sorted under."""

    id: str
    title: Text


class ValueTitle(Record, frozen=True, kw_only=True):
    """What a declared value is called, wherever it is used."""

    id: str
    title: Text


class Region(Record, frozen=True, kw_only=True):
    """A region of the world, and the larger one that it lies in. Source: UN M49."""

    id: str
    title: Text
    part_of: str | None = None


class Language(Record, frozen=True, kw_only=True):
    """A language in which rules are published officially; `world` marks the official languages of the United Nations."""

    id: str
    title: Text
    world: bool = False


class Jurisdiction(Record, frozen=True, kw_only=True):
    """Where rules come from. `part_of` names the whole whose rules apply here too.

    `regions` are the regions that it reaches into, `languages` those in which it publishes its rules; empty where nobody said.
    """

    id: str
    title: Text
    kind: str
    market: bool
    part_of: str | None = None
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


class Role(Record, frozen=True, kw_only=True):
    """A role of the one vocabulary to which each law's own terms are mapped."""

    id: str
    title: Text
    definition: Text
    terms: dict[str, tuple[str, ...]]


class Cost(Record, frozen=True, kw_only=True):
    """Relative effort to change a fact, and to find out its value."""

    change: float = 5
    establish: float = 1


class FactDefinition(Record, frozen=True, kw_only=True):
    """A typed question with one meaning in all jurisdictions."""

    id: str
    topic: str
    subject: str
    type: FactType
    unit: str | None
    title: Text
    definition: Text
    established_by: tuple[str, ...]
    nature: str
    per_market: bool
    measure: str | None
    cost: Cost
    reserved: bool


class NamedFormula(Record, frozen=True, kw_only=True):
    """A definition with its citation and titles."""

    id: str
    cite: str
    title: Text
    note: Text | None
    definition: Definition


class CompiledFormula(Record, frozen=True, kw_only=True):
    """A formula of a clause: its text, typed tree and facts."""

    text: str
    tree: Expression
    facts: frozenset[str]


class Axiom(Record, frozen=True, kw_only=True):
    """A formula that holds of every possible system, with the reason in words."""

    id: str
    formula: CompiledFormula
    text: Text


class Phase(Record, frozen=True, kw_only=True):
    """An interval in which a clause is in force, for the systems for which `when` holds. `until` is the first day after it."""

    start: date
    until: date | None
    when: CompiledFormula | None

    def covers(self, on: date) -> bool:
        """Whether a day lies in the interval."""
        return self.start <= on and (self.until is None or on < self.until)


class Checked(Record, frozen=True, kw_only=True):
    """When a clause was compared with its source, and with what."""

    on: date
    against: Literal["primary", "secondary", "unconfirmed"]


class Example(Record, frozen=True, kw_only=True):
    """Facts of an imagined system and the verdict that the clause has to give."""

    facts: dict[str, Plain]
    verdict: Verdict
    on: date | None
    line: int
    column: int


def packed(examples: Iterable[Example]) -> msgspec.Raw:
    """Examples as a clause carries them. They are half of a library and needed by nobody who only judges."""
    return msgspec.Raw(msgspec.msgpack.encode(tuple(examples)))


class Clause(Record, frozen=True, kw_only=True):
    """One duty: whom it binds, when, except when, and what has to hold.

    `subject` names the collection of which it is judged element by element (`flow`); None where it is about the system as a whole.
    `element` is the one that it was made for (see `elements`); None in a library as it is written.
    """

    id: str
    standard: str
    jurisdiction: str
    cite: str
    topic: str
    subject: str | None = None
    element: str | None = None
    title: Text
    text: Text
    modality: Literal["must", "must_not", "should", "may"]
    actors: tuple[str, ...]
    scope: CompiledFormula
    actor: CompiledFormula | None
    when: CompiledFormula | None
    unless: CompiledFormula | None
    require: CompiledFormula
    in_force: tuple[Phase, ...]
    checked: Checked
    note: Text | None
    packed_examples: msgspec.Raw
    file: str
    line: int

    @property
    def examples(self) -> tuple[Example, ...]:
        """Facts with the verdicts that they have to give; unpacked when asked for, since judging needs none of them."""
        return msgspec.msgpack.decode(self.packed_examples, type=tuple[Example, ...])

    @property
    def full_id(self) -> str:
        """`<standard>/<clause>`, unique in a library."""
        return f"{self.standard}/{self.id}"

    @property
    def unknowable(self) -> bool:
        """Whether the clause is kept as text, because no fact can decide it."""
        return isinstance(self.require.tree, Unknowable)

    @property
    def conditions(self) -> tuple[CompiledFormula, ...]:
        """Every formula that decides whether the clause applies, phases included."""
        phases = tuple(phase.when for phase in self.in_force)
        return tuple(part for part in (self.scope, self.actor, self.when, self.unless, *phases) if part is not None)

    @property
    def facts(self) -> frozenset[str]:
        """All facts that any formula of the clause reads."""
        return self.require.facts.union(*(part.facts for part in self.conditions))


class Source(Record, frozen=True, kw_only=True):
    """Where the text of a standard is published."""

    url: str
    title: str


class Omission(Record, frozen=True, kw_only=True):
    """A provision that became no clause, with the reason."""

    cite: str
    reason: Text


class Standard(Record, frozen=True, kw_only=True):
    """A versioned set of clauses of one publisher."""

    id: str
    title: Text
    publisher: Text
    jurisdiction: str
    force: str
    status: str
    orientation: tuple[str, ...]
    version: str
    as_of: date
    in_force: tuple[Phase, ...]
    sources: tuple[Source, ...]
    clauses: tuple[Clause, ...]
    not_encoded: tuple[Omission, ...]
    file: str


class LibraryData(Record, frozen=True, kw_only=True):
    """Everything of a library, compiled."""

    topics: tuple[Topic, ...]
    values: tuple[ValueTitle, ...]
    jurisdictions: tuple[Jurisdiction, ...]
    roles: tuple[Role, ...]
    facts: tuple[FactDefinition, ...]
    definitions: tuple[NamedFormula, ...]
    axioms: tuple[Axiom, ...]
    standards: tuple[Standard, ...]
    regions: tuple[Region, ...] = ()
    languages: tuple[Language, ...] = ()
