"""Standards and their clauses, from YAML.

A standard is one file, or a folder with `standard.yaml` and one file a chapter. Formulas are parsed and type-checked here, against the
vocabulary, so that a library that loads is a library whose clauses mean something.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.clauses.errors import FormulaError
from comity.clauses.formula import Formula
from comity.clauses.tree import Kind, Unknowable
from comity.clauses.values import plain
from comity.documents import fields as read
from comity.documents.reading import Mapping, Scalar, read_file
from comity.errors import ComityError, ErrorList, InputError, Place, did_you_mean
from comity.language import Message
from comity.library.definitions import definition_at
from comity.library.model import (
    COLLECTIONS,
    ELEMENT_NAMES,
    FORCES,
    GRADES,
    MODALITIES,
    ORIENTATIONS,
    STATUSES,
    VERDICTS,
    Checked,
    Clause,
    CompiledFormula,
    Example,
    Omission,
    Phase,
    Plain,
    Source,
    Standard,
    packed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from comity.documents.reading import Node
    from comity.library.vocabulary import Vocabulary

UNKNOWABLE = "unknowable"
"""What stands in the place of a formula, where no fact can decide what a clause requires."""

clause_id = read.identifier(r"[a-z0-9]+(-[a-z0-9]+)*", "31-1-advance-notice")
standard_id = read.identifier(r"[a-z0-9]+([.-][a-z0-9]+)*", "kr-ai-basic-act")


@dataclass
class Registry:
    """The closed lists that a standard may name, and every error that was met on the way."""

    vocabulary: Vocabulary
    topics: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    roles: tuple[str, ...]
    errors: list[ComityError] = field(default_factory=list)


@dataclass(frozen=True)
class _Head:
    """What a clause inherits from its standard and its file."""

    id: str
    jurisdiction: str
    scope: CompiledFormula
    in_force: tuple[Phase, ...]
    file: str
    assumed: dict[str, Plain]


def compiled(node: Node, vocabulary: Vocabulary) -> CompiledFormula:
    """The formula that a YAML scalar holds, which has to be true or false; see `definition_at`."""
    formula = definition_at(node, vocabulary)
    if formula.kind is not Kind.BOOL:
        message = Message("a formula has to be true or false")
        raise FormulaError(message, text=formula.text, span=formula.tree.span).placed_in(node.place)
    return CompiledFormula(text=formula.text, tree=formula.tree, facts=formula.facts)


def read_standard(head_file: Path, chapters: Iterable[Path], registry: Registry, name: str) -> Standard | None:
    """A standard from its head file and its chapter files.

    Errors in single clauses are gathered in the registry, so that an author sees them all; a head that cannot be read yields None.
    """
    try:
        fields = read.Fields(read_file(head_file, name=name), Message("a standard"))
        standard = _head(fields, registry, name)
    except ComityError as error:
        registry.errors.append(error)
        return None
    clauses = list(standard.clauses)
    omissions = list(standard.not_encoded)
    inherited = _Head(
        standard.id,
        standard.jurisdiction,
        _scope(fields, registry),
        standard.in_force,
        name,
        _assumed(fields, registry),
    )
    clauses += _clauses(fields, inherited, registry)
    for chapter in chapters:
        chapter_name = f"{name.rsplit('/', 1)[0]}/{chapter.name}"
        try:
            part = read.Fields(read_file(chapter, name=chapter_name), Message("a chapter of a standard"))
            assumed = inherited.assumed | _assumed(part, registry)
            head = _Head(
                inherited.id, inherited.jurisdiction, inherited.scope, inherited.in_force, chapter_name, assumed
            )
            clauses += _clauses(part, head, registry)
            omissions += part.optional("not_encoded", read.many(_omission), ())
            part.done()
        except ComityError as error:
            registry.errors.append(error)
    _refuse_twins(clauses, registry)
    return _with(standard, tuple(clauses), tuple(omissions))


def _with(standard: Standard, clauses: tuple[Clause, ...], omissions: tuple[Omission, ...]) -> Standard:
    values = {name: getattr(standard, name) for name in Standard.__struct_fields__}
    return Standard(**(values | {"clauses": clauses, "not_encoded": omissions}))


def _refuse_twins(clauses: list[Clause], registry: Registry) -> None:
    seen: set[str] = set()
    for clause in clauses:
        if clause.id in seen:
            message = Message('the clause "{id}" stands twice', id=clause.id)
            registry.errors.append(InputError(message, place=Place(clause.file, clause.line, 1)))
        seen.add(clause.id)


def _scope(fields: read.Fields, registry: Registry) -> CompiledFormula:
    try:
        return fields.required("scope", lambda node: compiled(node, registry.vocabulary))
    except ComityError as error:
        registry.errors.append(error)
        return CompiledFormula(text="true", tree=Formula("true", registry.vocabulary).tree, facts=frozenset())


def _assumed(fields: read.Fields, registry: Registry) -> dict[str, Plain]:
    try:
        return fields.optional(
            "examples_assume", lambda node: example_facts(node, registry.vocabulary), dict[str, Plain]()
        )
    except ComityError as error:
        registry.errors.append(error)
        return {}


def _head(fields: read.Fields, registry: Registry, name: str) -> Standard:
    for key in ("scope", "examples_assume", "clauses"):
        fields.node_of(key)
    standard = Standard(
        id=fields.required("id", standard_id),
        title=fields.required("title", read.bilingual),
        publisher=fields.required("publisher", read.bilingual),
        jurisdiction=fields.required("jurisdiction", read.choice(registry.jurisdictions, Message("jurisdiction"))),
        force=fields.required("force", read.choice(FORCES, Message("force"))),
        status=fields.required("status", read.choice(STATUSES, Message("status"))),
        orientation=fields.required("orientation", read.many(read.choice(ORIENTATIONS, Message("orientation")))),
        version=fields.required("version", read.text),
        as_of=fields.required("as_of", read.day),
        in_force=fields.required("in_force", lambda node: _phases(node, registry.vocabulary)),
        sources=fields.required("sources", read.many(_source)),
        clauses=(),
        not_encoded=fields.optional("not_encoded", read.many(_omission), ()),
        file=name,
    )
    fields.done()
    return standard


def _source(node: Node) -> Source:
    fields = read.Fields(node)
    source = Source(url=fields.required("url", read.link), title=fields.required("title", read.text))
    fields.done()
    return source


def _omission(node: Node) -> Omission:
    fields = read.Fields(node)
    omission = Omission(cite=fields.required("cite", read.text), reason=fields.required("reason", read.bilingual))
    fields.done()
    return omission


def _phases(node: Node, vocabulary: Vocabulary) -> tuple[Phase, ...]:
    return read.one_or_many(lambda item: _phase(item, vocabulary))(node)


def _phase(node: Node, vocabulary: Vocabulary) -> Phase:
    fields = read.Fields(node)
    phase = Phase(
        start=fields.required("from", read.day),
        until=fields.optional("until", read.day, None),
        when=fields.optional("when", lambda item: compiled(item, vocabulary), None),
    )
    fields.done()
    if phase.until is not None and phase.until <= phase.start:
        raise InputError(Message("“until” has to be later than “from”"), place=fields.place_of("until"))
    return phase


def _clauses(fields: read.Fields, head: _Head, registry: Registry) -> list[Clause]:
    node = fields.node_of("clauses")
    if node is None or read.is_null(node):
        return []
    found = []
    try:
        nodes = read.items(node)
    except ComityError as error:
        registry.errors.append(error)
        return []
    for item in nodes:
        try:
            found.append(_clause(item, head, registry))
        except ErrorList as error:
            registry.errors += error.errors
        except ComityError as error:
            registry.errors.append(error)
    return found


def _clause(node: Node, head: _Head, registry: Registry) -> Clause:
    vocabulary = registry.vocabulary
    fields = read.Fields(node, Message("a clause"))
    actors = fields.optional("actor", read.one_or_many(read.choice(registry.roles, Message("role"))), ())
    clause = Clause(
        id=fields.required("id", clause_id),
        standard=head.id,
        jurisdiction=head.jurisdiction,
        cite=fields.required("cite", read.text),
        topic=fields.required("topic", read.choice(registry.topics, Message("topic"))),
        subject=fields.optional("subject", read.choice(COLLECTIONS, Message("subject")), None),
        title=fields.required("title", read.bilingual),
        text=fields.required("text", read.bilingual),
        modality=fields.required("modality", read.choice(MODALITIES, Message("modality"))),  # type: ignore[arg-type]
        actors=actors,
        scope=head.scope,
        actor=_actor_formula(actors, vocabulary),
        when=fields.optional("when", lambda item: compiled(item, vocabulary), None),
        unless=fields.optional("unless", lambda item: compiled(item, vocabulary), None),
        require=fields.required("require", lambda item: _requirement(item, vocabulary)),
        in_force=fields.optional("in_force", lambda item: _phases(item, vocabulary), head.in_force),
        checked=fields.required("checked", _checked),
        note=fields.optional("note", read.bilingual, None),
        packed_examples=packed(
            fields.optional("examples", read.many(lambda item: _example(item, head, vocabulary)), ())
        ),
        file=head.file,
        line=node.place.line,
    )
    fields.done()
    _check_unknowable(clause, fields)
    _check_subject(clause, fields, vocabulary)
    return clause


def _requirement(node: Node, vocabulary: Vocabulary) -> CompiledFormula:
    """What a clause requires: a formula, or the bare word that says that none can be written."""
    if isinstance(node, Scalar) and node.text == UNKNOWABLE:
        return CompiledFormula(text=UNKNOWABLE, tree=Unknowable((0, len(UNKNOWABLE))), facts=frozenset())
    return compiled(node, vocabulary)


def _check_unknowable(clause: Clause, fields: read.Fields) -> None:
    """Refuse a duty that nothing can decide, and one that does not say why."""
    if not clause.unknowable:
        return
    if clause.modality not in {"should", "may"}:
        message = Message(
            "what nothing can decide is no duty: write should or may, or require something that facts decide"
        )
        raise InputError(message, place=fields.place_of("modality"))
    if clause.note is None:
        hint = Message('write note: {{en: "…", zh: "…"}}')
        raise InputError(
            Message("a note has to say why nothing can decide this"), place=fields.place_of("require"), hint=hint
        )


def _check_subject(clause: Clause, fields: read.Fields, vocabulary: Vocabulary) -> None:
    """Refuse a clause that reads facts of a collection without saying so, and one that says so without reading any."""
    read_facts = {vocabulary.facts[fact].subject: fact for fact in sorted(clause.facts, reverse=True)}
    if clause.subject is not None and clause.subject not in read_facts:
        message = Message("the clause reads no fact about a {subject}", subject=ELEMENT_NAMES[clause.subject])
        hint = Message("leave “subject: {subject}” out", subject=clause.subject)
        raise InputError(message, place=fields.place_of("subject"), hint=hint)
    for collection in COLLECTIONS:
        if collection in read_facts and clause.subject != collection:
            message = Message(
                'the clause reads "{fact}", of which every {subject} has its own',
                fact=read_facts[collection],
                subject=ELEMENT_NAMES[collection],
            )
            hint = Message("write “subject: {subject}” below “topic:”", subject=collection)
            raise InputError(message, place=fields.place_of("topic"), hint=hint)


def _actor_formula(actors: tuple[str, ...], vocabulary: Vocabulary) -> CompiledFormula | None:
    """The condition that `actor` stands for: one of the roles is held."""
    if not actors:
        return None
    listed = ", ".join(f'"{actor}"' for actor in actors)
    formula = Formula(f"sets.intersects(organisation.roles, [{listed}])", vocabulary)
    return CompiledFormula(text=formula.text, tree=formula.tree, facts=formula.facts)


def _checked(node: Node) -> Checked:
    fields = read.Fields(node)
    checked = Checked(
        on=fields.required("on", read.day),
        against=fields.required("against", read.choice(GRADES, Message("grade"))),  # type: ignore[arg-type]
    )
    fields.done()
    return checked


def _example(node: Node, head: _Head, vocabulary: Vocabulary) -> Example:
    fields = read.Fields(node, Message("an example"))
    example = Example(
        facts=head.assumed | fields.optional("facts", lambda item: example_facts(item, vocabulary), dict[str, Plain]()),
        verdict=fields.required("verdict", read.choice(VERDICTS, Message("verdict"))),  # type: ignore[arg-type]
        on=fields.optional("on", read.day, None),
        line=node.place.line,
        column=node.place.column,
    )
    fields.done()
    return example


def example_facts(node: Node, vocabulary: Vocabulary) -> dict[str, Plain]:
    """Facts with values, as examples and profiles write them."""
    if not isinstance(node, Mapping):
        raise InputError(Message("facts with values are wanted here"), place=node.place)
    found: dict[str, Plain] = {}
    for fact, value_node in node.entries.items():
        place = node.key_places[fact]
        if fact not in vocabulary.facts:
            hint = did_you_mean(fact, vocabulary.facts)
            raise InputError(Message('there is no fact "{name}"', name=fact[:80]), place=place, hint=hint)
        value = read.value(value_node, vocabulary.types[fact])
        if value is not None:
            found[fact] = plain(value)
    return found
