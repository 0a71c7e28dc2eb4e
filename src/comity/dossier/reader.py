"""From `comity.yaml` and the statements beside it to a `Dossier`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comity.documents import fields as read
from comity.documents.reading import Mapping, read_file
from comity.dossier.collections import facts_of_elements, listed_elements, misplaced, refuse_outside
from comity.dossier.model import Basis, Contradiction, Dossier, Entry
from comity.dossier.statements import read_statements
from comity.errors import MOST_ERRORS, ComityError, ErrorList, InputError, Place, did_you_mean
from comity.language import Message
from comity.library.axioms import contradicted, contradiction
from comity.library.elements import divided, element_name, with_elements
from comity.library.model import BASES
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.clauses.tree import Value
    from comity.documents.reading import Node
    from comity.library.loader import Library

FILE_NAME = "comity.yaml"
VERSION = "1"


def load_dossier(path: str | Path, library: Library) -> Dossier:
    """Read a dossier and its evidence.

    Args:
        path: the file, or the directory that holds `comity.yaml`.
        library: whose facts the dossier may name.

    Raises:
        ComityError: the file is not well formed; an `ErrorList` where several facts are not.
    """
    path, library = Path(path), library.general
    if path.is_dir():
        path = path / FILE_NAME
        if not path.is_file():
            hint = Message("start one with the keys comity: 1, system:, markets: and facts:")
            raise InputError(
                Message("there is no {file} in this directory", file=FILE_NAME),
                place=Place(str(path.parent)),
                hint=hint,
            )
    fields = read.Fields(read_file(path, piped=True), Message("a dossier"))
    _check_version(fields)
    system = read.Fields(fields.required("system", lambda node: node), Message("the system with its id"))
    identity = (
        system.required("id", read.text),
        system.optional("name", read.text, ""),
        system.optional("version", read.text, ""),
    )
    system.done()
    market = read.choice(library.markets, Message("market"))
    markets = fields.required("markets", read.many(market))
    if not markets:
        raise InputError(Message("name at least one market"), place=fields.place_of("markets"))
    elements = listed_elements(fields)
    divided_library = with_elements(library, elements)
    reading = _Facts(divided_library)
    facts = fields.node_of("facts")
    declared = {} if facts is None or read.is_null(facts) else reading.all(facts)
    reading.errors += [
        misplaced(fact, library, entry.basis.place) for fact, entry in declared.items() if divided(fact)[1]
    ]
    declared |= reading.of_elements(fields, library)
    costs = fields.optional("costs", reading.costs, dict[str, float]())
    evidence = fields.optional("evidence", lambda node: _directory(node, path), None)
    fields.done()
    if reading.errors:
        raise reading.errors[0] if len(reading.errors) == 1 else ErrorList(reading.errors)
    measured, measurements = read_statements(evidence, divided_library) if evidence else ([], ())
    for entry in measured:
        refuse_outside(entry.fact, divided_library, entry.basis.place)
    entries, contradictions = _joined(declared, measured)
    check_axioms(entries, library.with_wholes(dict.fromkeys(markets)), divided_library)
    return Dossier(
        id=identity[0],
        name=identity[1] or identity[0],
        version=identity[2],
        markets=tuple(dict.fromkeys(markets)),
        entries=entries,
        path=path,
        contradictions=contradictions,
        costs=costs,
        measurements=measurements,
        elements=elements,
    )


def read_entries(node: Node, library: Library) -> dict[str, Entry]:
    """The facts of a dossier, as they stand under its key `facts`.

    Raises:
        ComityError: one of them is not well formed; an `ErrorList` where several are not.
    """
    reading = _Facts(library)
    found = {} if read.is_null(node) else reading.all(node)
    if reading.errors:
        raise reading.errors[0] if len(reading.errors) == 1 else ErrorList(reading.errors)
    return found


def read_entry(fact: str, node: Node, library: Library) -> Entry:
    """One fact in the form of a dossier: a value, or a mapping with `value`, `per_market`, `by`, `source` and `note`.

    Raises:
        ComityError: it is not well formed.
    """
    reading = _Facts(library)
    reading.known(fact, node.place)
    return reading.entry(fact, node, node.place)


def _check_version(fields: read.Fields) -> None:
    version = fields.required("comity", read.text)
    if version != VERSION:
        message = Message(
            '"comity: {version}" is a form of dossier that this version does not read', version=version[:20]
        )
        raise InputError(message, place=fields.place_of("comity"), hint=Message("write comity: 1"))


def _directory(node: Node, dossier: Path) -> Path:
    name = read.text(node)
    try:
        directory = (dossier.parent / name).resolve()
    except (OSError, RuntimeError):  # Python 3.11 makes a RuntimeError of links that go round in a circle
        raise InputError(Message('there is no directory "{name}"', name=name[:80]), place=node.place) from None
    if not directory.is_relative_to(dossier.parent.resolve()):
        raise InputError(Message("evidence has to lie below the dossier"), place=node.place)
    if not directory.is_dir():
        raise InputError(Message('there is no directory "{name}"', name=name[:80]), place=node.place)
    return dossier.parent / name


class _Facts:
    """Reads the facts of a dossier, gathering every error."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.types = library.vocabulary.types
        self.errors: list[ComityError] = []

    def all(self, node: Node) -> dict[str, Entry]:
        if not isinstance(node, Mapping):
            raise InputError(Message("facts with values are wanted here"), place=node.place)
        found: dict[str, Entry] = {}
        for fact, value in node.entries.items():
            try:
                self.known(fact, node.key_places[fact])
                refuse_outside(fact, self.library, node.key_places[fact])
                found[fact] = self.entry(fact, value, node.key_places[fact])
            except ComityError as error:
                self.errors.append(error)
        return found

    def of_elements(self, fields: read.Fields, library: Library) -> dict[str, Entry]:
        """The facts of everything that the dossier lists; `library` is as it is written."""
        found: dict[str, Entry] = {}
        for fact, node, place in facts_of_elements(fields, self.library.elements, library, self.errors):
            try:
                found[fact] = self.entry(fact, node, place)
            except ComityError as error:
                self.errors.append(error)
        return found

    def known(self, fact: str, place: Place) -> None:
        if fact == MARKETS:
            hint = Message("name the markets under markets: at the top of the dossier")
            raise InputError(Message('"{name}" is built in', name=MARKETS), place=place, hint=hint)
        if fact not in self.types:
            if fact in self.library.vocabulary.definitions:
                hint = Message("it follows from other facts: comity library show {name}", name=fact)
                raise InputError(Message('"{name}" is a definition, not a fact', name=fact), place=place, hint=hint)
            close = did_you_mean(fact, self.types) if len(self.errors) < MOST_ERRORS else None
            raise InputError(Message('there is no fact "{name}"', name=fact[:80]), place=place, hint=close)

    def entry(self, fact: str, node: Node, place: Place) -> Entry:
        if not isinstance(node, Mapping):
            return Entry(fact, read.value(node, self.types[fact]), {}, Basis("declared", None, None, place))
        fields = read.Fields(node)
        value_node = fields.node_of("value")
        value = None if value_node is None else read.value(value_node, self.types[fact])
        by_market = fields.optional("per_market", lambda item: self.by_market(fact, item), dict[str, "Value"]())
        basis = Basis(
            fields.optional("by", read.choice(BASES, Message("basis")), "declared"),
            fields.optional("source", read.text, None),
            fields.optional("note", read.text, None),
            place,
        )
        fields.done()
        if value_node is None and not by_market:
            raise InputError(Message('the key "{key}" is missing here', key="value"), place=node.place)
        if basis.by in {"documented", "measured"} and basis.source is None:
            message = Message("a {by} value names its source", by=Message(basis.by))
            hint = Message("add source: model-card.md, or write by: declared")
            raise InputError(message, place=fields.place_of("by"), hint=hint)
        return Entry(fact, value, by_market, basis)

    def by_market(self, fact: str, node: Node) -> dict[str, Value]:
        if not self.library.fact(fact).per_market:
            message = Message('"{fact}" cannot differ by market', fact=fact)
            raise InputError(message, place=node.place, hint=Message("give one value: for all markets"))
        if not isinstance(node, Mapping):
            raise InputError(Message("markets with values are wanted here"), place=node.place)
        found: dict[str, Value] = {}
        for market, value_node in node.entries.items():
            if market not in self.library.markets:
                hint = did_you_mean(market, self.library.markets)
                message = Message('"{market}" is not a market of this library', market=market[:40])
                raise InputError(message, place=node.key_places[market], hint=hint)
            value = read.value(value_node, self.types[fact])
            if value is not None:
                found[market] = value
        return found

    def costs(self, node: Node) -> dict[str, float]:
        fields = read.Fields(node)
        found: dict[str, float] = {}
        for fact in list(fields.unread()):
            self.known(fact, fields.place_of(fact))
            found[fact] = fields.required(fact, read.number)
            if found[fact] < 0:
                raise InputError(Message("a cost is not negative"), place=fields.place_of(fact))
        of_elements = {
            element_name(fact, element): cost
            for fact, cost in found.items()
            if divided(fact)[1] is None
            for element in self.library.elements.get(self.library.fact(fact).subject, ())
        }
        return of_elements | found


def _joined(declared: dict[str, Entry], measured: list[Entry]) -> tuple[dict[str, Entry], tuple[Contradiction, ...]]:
    """Entries by fact, the strongest basis first; equally strong ones by the order of reading."""
    entries = dict(declared)
    contradictions: list[Contradiction] = []
    for entry in measured:
        other = entries.get(entry.fact)
        if other is None or (other.value is None and not other.by_market):
            entries[entry.fact] = entry
            continue
        counted, set_aside = (other, entry) if other.basis.strength >= entry.basis.strength else (entry, other)
        if counted.value != set_aside.value or counted.by_market != set_aside.by_market:
            contradictions.append(Contradiction(entry.fact, counted, set_aside))
        entries[entry.fact] = counted
    return entries, tuple(contradictions)


def check_axioms(entries: dict[str, Entry], markets: Iterable[str], library: Library) -> None:
    """Refuse facts that cannot be so of any system, in any market.

    Raises:
        ComityError: with the facts and the reason; an `ErrorList` where several do not fit.
    """
    errors: dict[str, ComityError] = {}
    for market in markets:
        values = {fact: entry.value_in(market) for fact, entry in entries.items()}
        facts = {fact: value for fact, value in values.items() if value is not None}
        for axiom in contradicted(library.data.axioms, facts, library.vocabulary.definitions):
            message = contradiction(axiom, facts)
            bases = [entries[fact].basis for fact in sorted(axiom.formula.facts) if fact in facts]
            if any(entries[fact].by_market for fact in axiom.formula.facts if fact in entries):
                message = Message("in the market {market}: {what}", market=market, what=message)
            error = InputError(message, place=bases[0].place)
            if len(bases) > 1:
                others = ", ".join(str(basis.place) for basis in bases[1:])
                error.hint = Message("see also {places}", places=others)
            errors.setdefault(str(error), error)
    if errors:
        found = list(errors.values())
        raise found[0] if len(found) == 1 else ErrorList(found)
