"""From directories of YAML to a `Library`, through the compiled cache.

Layers are read in order (the shipped library first, then `--library` directories); all facts of all layers form one vocabulary.
"""

from __future__ import annotations

import os
from datetime import date
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from comity.documents import fields as read
from comity.documents.reading import read_file
from comity.errors import ComityError, ErrorList, InputError, Place
from comity.language import Message
from comity.library import cache
from comity.library.definitions import read_definitions
from comity.library.entries import (
    Places,
    conjuncts,
    read_axiom,
    read_jurisdiction,
    read_language,
    read_region,
    read_role,
    read_topic,
    read_value_title,
)
from comity.library.model import (
    Axiom,
    Jurisdiction,
    Language,
    LibraryData,
    Region,
    Role,
    Standard,
    Topic,
    ValueTitle,
)
from comity.library.standards import Registry, read_standard
from comity.library.vocabulary import Vocabulary, read_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from comity.documents.reading import Node
    from comity.library.model import Clause, FactDefinition

Entry = TypeVar("Entry", Topic, ValueTitle, Region, Language, Jurisdiction, Role, Axiom)

ENVIRONMENT_VARIABLE = "COMITY_LIBRARY"


class Library:
    """Facts, roles, topics, jurisdictions, definitions and standards, ready to be asked.

    Attributes:
        data: what it holds.
        elements: the elements among which clauses about collections were divided, by collection (see `library.elements`).
        general: the library before that; itself where nothing was divided.
    """

    def __init__(
        self,
        data: LibraryData,
        *,
        elements: Mapping[str, tuple[str, ...]] | None = None,
        general: Library | None = None,
    ) -> None:
        self.data = data
        self.elements: Mapping[str, tuple[str, ...]] = elements or {}
        self.general = general or self

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Facts and definitions that formulas may name."""
        return Vocabulary(self.data.facts, self.data.definitions, self.markets)

    @property
    def facts(self) -> Vocabulary:
        """The vocabulary, by the name that formulas are built with: `Formula(text, library.facts)`."""
        return self.vocabulary

    @cached_property
    def topics(self) -> Mapping[str, Topic]:
        """Topics by id, in the order of reports."""
        return {topic.id: topic for topic in self.data.topics}

    @cached_property
    def jurisdictions(self) -> Mapping[str, Jurisdiction]:
        """Jurisdictions by id."""
        return {entry.id: entry for entry in self.data.jurisdictions}

    @cached_property
    def regions(self) -> Mapping[str, Region]:
        """Regions of the world by id, the larger before the smaller."""
        return {region.id: region for region in self.data.regions}

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """Roles by id."""
        return {role.id: role for role in self.data.roles}

    @cached_property
    def standards(self) -> Mapping[str, Standard]:
        """Standards by id."""
        return {standard.id: standard for standard in self.data.standards}

    @cached_property
    def clauses(self) -> Mapping[str, Clause]:
        """Clauses by full id (`<standard>/<clause>`)."""
        return {clause.full_id: clause for standard in self.data.standards for clause in standard.clauses}

    @cached_property
    def markets(self) -> tuple[str, ...]:
        """Jurisdictions that a system can be offered in."""
        return tuple(entry.id for entry in self.data.jurisdictions if entry.market)

    @property
    def as_of(self) -> date:
        """The oldest day on which the text of a standard was last checked; the first day of all where there is no standard."""
        return min((standard.as_of for standard in self.data.standards), default=date.min)

    @cached_property
    def value_titles(self) -> Mapping[str, Mapping[str, str]]:
        """Titles of declared values by id."""
        return {entry.id: entry.title for entry in self.data.values}

    def with_wholes(self, markets: Iterable[str]) -> tuple[str, ...]:
        """Markets and the wholes that they are parts of (California is part of the United States), without repetition."""
        found: dict[str, None] = {}
        for market in markets:
            current: str | None = market
            while current is not None and current not in found:
                found[current] = None
                current = self.jurisdictions[current].part_of
        return tuple(found)

    def fact(self, fact: str) -> FactDefinition:
        """The definition of a fact."""
        return self.vocabulary.facts[fact]


def builtin_directory() -> Path:
    """Where the shipped library lies."""
    return Path(str(files("comity.library"))) / "data"


def load_library(directories: Iterable[str | Path] = (), *, builtin: bool = True, cached: bool = True) -> Library:
    """Load the shipped library and further directories.

    Args:
        directories: directories with own facts and standards, laid out as the shipped one; those of the environment variable
            `COMITY_LIBRARY` (separated as in PATH) come before them.
        builtin: whether the shipped library is part of it.
        cached: whether a compiled copy may be read and written; it is keyed by the content of every file.

    Raises:
        ComityError: a directory is missing, or a file is not well formed (`ErrorList` with all that was found).
    """
    layers = layers_of(directories, builtin=builtin)
    return Library(cache.load(layers, compile_library) if cached else compile_library(layers))


def layers_of(directories: Iterable[str | Path] = (), *, builtin: bool = True) -> list[Path]:
    """The directories that make up a library; see `load_library`.

    Raises:
        InputError: a directory is missing, or there is none at all.
    """
    environment = [Path(part) for part in os.environ.get(ENVIRONMENT_VARIABLE, "").split(os.pathsep) if part]
    layers = [builtin_directory()] if builtin else []
    layers += [*environment, *map(Path, directories)]
    for layer in layers:
        if not layer.is_dir():
            raise InputError(Message("there is no such directory"), place=Place(str(layer)))
        for _ in os.walk(layer, onerror=_unreadable):
            pass
    if not layers:
        raise InputError(Message("no library to load"), hint=Message("name one with --library DIR"))
    return layers


def _unreadable(error: OSError) -> None:
    """Refuse a directory that cannot be listed: rules that are passed over in silence would look like rules that are met.

    Raises:
        InputError: always.
    """
    reason = error.strerror or type(error).__name__
    place = Place(str(error.filename))
    raise InputError(Message("the directory cannot be read: {reason}", reason=reason), place=place) from None


def compile_library(layers: list[Path]) -> LibraryData:
    """Read and check every file of the layers.

    Raises:
        ErrorList: everything that is not well formed.
    """
    data, errors = read_library(layers)
    if errors:
        raise ErrorList(errors)
    return data


def read_library(layers: list[Path]) -> tuple[LibraryData, list[ComityError]]:
    """Everything of the layers that is well formed, and an error for everything that is not."""
    errors: list[ComityError] = []
    topics = _merged(layers, "topics.yaml", read_topic, errors)
    values = _merged(layers, "values.yaml", read_value_title, errors)
    regions = _merged(layers, "regions.yaml", read_region, errors)
    languages = _merged(layers, "languages.yaml", read_language, errors)
    places = Places(tuple(region.id for region in regions), tuple(language.id for language in languages))
    jurisdictions = _merged(layers, "jurisdictions.yaml", lambda node: read_jurisdiction(node, places), errors)
    roles = _merged(layers, "roles.yaml", read_role, errors)
    facts: dict[str, FactDefinition] = {}
    for layer in layers:
        for path in sorted((layer / "facts").glob("*.yaml")):
            with _gathering(errors):
                for fact in read_facts(read_file(path, name=_name(layer, path)), path.stem):
                    if fact.id in facts:
                        message = Message('the fact "{id}" is defined twice', id=fact.id)
                        raise InputError(message, place=Place(_name(layer, path)))
                    facts[fact.id] = fact
    markets = [entry.id for entry in jurisdictions if entry.market]
    vocabulary = Vocabulary(facts.values(), (), markets)
    definitions = []
    for layer in layers:
        for path in sorted((layer / "definitions").glob("*.yaml")):
            with _gathering(errors):
                definitions.append(read_file(path, name=_name(layer, path)))
    errors += read_definitions(definitions, vocabulary)
    axioms = _merged(layers, "axioms.yaml", lambda node: read_axiom(node, vocabulary), errors)
    axioms = tuple(part for axiom in axioms for part in conjuncts(axiom, vocabulary))
    registry = Registry(
        vocabulary=vocabulary,
        topics=tuple(topic.id for topic in topics),
        jurisdictions=tuple(entry.id for entry in jurisdictions),
        roles=tuple(role.id for role in roles),
        errors=errors,
    )
    standards = tuple(_standards(layers, registry))
    data = LibraryData(
        topics=topics,
        values=values,
        jurisdictions=jurisdictions,
        roles=roles,
        facts=tuple(facts.values()),
        definitions=tuple(vocabulary.named_formulas.values()),
        axioms=axioms,
        standards=standards,
        regions=regions,
        languages=languages,
    )
    return data, errors


def _standards(layers: list[Path], registry: Registry) -> Iterator[Standard]:
    seen: dict[str, str] = {}
    for layer in layers:
        for head, chapters in _standard_files(layer / "standards"):
            standard = read_standard(head, chapters, registry, _name(layer, head))
            if standard is None:
                continue
            if standard.id in seen:
                message = Message(
                    'the standard "{id}" stands twice, first in {file}', id=standard.id, file=seen[standard.id]
                )
                registry.errors.append(InputError(message, place=Place(standard.file)))
            seen[standard.id] = standard.file
            yield standard


def _standard_files(directory: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Each standard's head file with its chapter files, in the order of their paths."""
    for path in sorted(directory.glob("*/*")):
        if path.is_dir() and (path / "standard.yaml").is_file():
            yield path / "standard.yaml", sorted(p for p in path.glob("*.yaml") if p.name != "standard.yaml")
        elif path.suffix == ".yaml":
            yield path, []


def _name(layer: Path, path: Path) -> str:
    """How messages call a file: relative to its layer where the layer is the shipped one, else as given."""
    return path.relative_to(layer).as_posix() if layer == builtin_directory() else path.as_posix()


class _gathering:  # noqa: N801  (reads as a statement: with _gathering(errors))
    """Collects the error of a block instead of ending the reading."""

    def __init__(self, errors: list[ComityError]) -> None:
        self.errors = errors

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, ComityError):
            self.errors.append(error)
            return True
        return False


def _merged(
    layers: list[Path], file: str, read_entry: Callable[[Node], Entry], errors: list[ComityError]
) -> tuple[Entry, ...]:
    """The entries of one list file over all layers; a later layer may add, not redefine."""
    found: dict[str, Entry] = {}
    for layer in layers:
        path = layer / file
        if not path.is_file():
            continue
        with _gathering(errors):
            for node in read.items(read_file(path, name=_name(layer, path))):
                entry = read_entry(node)
                if entry.id in found:
                    raise InputError(Message('"{id}" is defined twice', id=entry.id), place=node.place)
                found[entry.id] = entry
    return tuple(found.values())
