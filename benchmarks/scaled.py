"""Larger libraries for scaling curves: copies of the shipped one in which every choice is another fact.

A copy has the duties of the original on facts of its own (`label.explicit.shown` becomes `label.explicit.shown_c1`), while what
the system *is* stays the same, so that a copy binds whom the original binds. Copies do not hang together: the number of questions
grows, not their entanglement.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from comity.library.loader import Library
from comity.library.model import LibraryData, Record

Entry = TypeVar("Entry", bound=Record)


def scaled(library: Library, factor: int) -> Library:
    """A library `factor` times as large."""
    data = library.data
    facts, definitions, standards = list(data.facts), list(data.definitions), list(data.standards)
    for number in range(1, factor):
        names = _names(library, f"_c{number}")
        facts += [_renamed(fact, names) for fact in data.facts if fact.id in names]
        definitions += [_renamed(entry, names) for entry in data.definitions if entry.id in names]
        standards += [_renamed(standard, names) for standard in data.standards]
    return Library(
        LibraryData(
            topics=data.topics,
            values=data.values,
            jurisdictions=data.jurisdictions,
            roles=data.roles,
            facts=tuple(facts),
            definitions=tuple(definitions),
            axioms=data.axioms,
            standards=tuple(standards),
        )
    )


def _names(library: Library, suffix: str) -> dict[str, str]:
    """What is called otherwise in a copy: choices, definitions that read one, and standards."""
    choices = {fact.id for fact in library.data.facts if fact.nature == "choice"}
    about = {entry.id for entry in library.data.definitions if entry.definition.facts & choices}
    standards = {standard.id for standard in library.data.standards}
    return {name: f"{name}{suffix}" for name in choices | about | standards}


def _renamed(entry: Entry, names: dict[str, str]) -> Entry:
    plain = msgspec.json.decode(msgspec.json.encode(entry))
    return msgspec.json.decode(msgspec.json.encode(_replaced(plain, names)), type=type(entry))


def _replaced(value: Any, names: dict[str, str]) -> Any:
    match value:
        case str():
            return names.get(value, value)
        case list():
            return [_replaced(item, names) for item in value]
        case dict():
            return {key: _replaced(item, names) for key, item in value.items()}
        case _:
            return value
