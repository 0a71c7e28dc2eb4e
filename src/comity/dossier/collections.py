"""What a dossier lists of each collection: `flows:`, one entry a flow, with its facts.

A fact is written without the name of its collection (`routes:` for `flow.routes`), or with it. In the dossier that is read it has the name
that `library.elements` gives it, so that every question finds it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.documents import fields as read
from comity.documents.reading import Mapping
from comity.errors import ComityError, InputError, did_you_mean
from comity.language import Message
from comity.library.elements import divided, element_name
from comity.library.model import COLLECTIONS, ELEMENT_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.documents.reading import Node
    from comity.errors import Place
    from comity.library.elements import Elements
    from comity.library.loader import Library

MOST_ELEMENTS = 1_000
"""So many elements of a collection are read; each has clauses of its own."""

element_id = read.identifier(r"[a-z0-9]+(-[a-z0-9]+)*", "payroll-to-eu")


def listed_elements(fields: read.Fields) -> Elements:
    """The ids of what a dossier lists, by collection; a collection without a key, or with nothing behind it, is absent.

    Raises:
        InputError: a list or an id is not well formed, or an id stands twice.
    """
    found: Elements = {}
    for collection, key in COLLECTIONS.items():
        node = fields.node_of(key)
        if node is None or read.is_null(node):
            continue
        ids: dict[str, Place] = {}
        for item in read.items(node):
            place = item.key_places.get("id", item.place) if isinstance(item, Mapping) else item.place
            name = read.Fields(item, Message("a {subject} with its id", subject=ELEMENT_NAMES[collection])).required(
                "id", element_id
            )
            if name in ids:
                message = Message('the {subject} "{id}" stands twice', subject=ELEMENT_NAMES[collection], id=name)
                hint = Message("the first stands at {place}", place=str(ids[name]))
                raise InputError(message, place=place, hint=hint)
            ids[name] = place
            if len(ids) > MOST_ELEMENTS:
                message = Message("more than {limit} of these are not read", limit=MOST_ELEMENTS)
                raise InputError(message, place=place)
        found[collection] = tuple(ids)
    return found


def facts_of_elements(
    fields: read.Fields, elements: Iterable[str], library: Library, errors: list[ComityError]
) -> Iterator[tuple[str, Node, Place]]:
    """Every fact of every listed element: its name in the library with these elements, its node, and the place of its key.

    Args:
        fields: the dossier.
        elements: the collections that it lists.
        library: as it is written.
        errors: gathers those of single keys.
    """
    for collection in elements:
        for item in read.items(fields.node.entries[COLLECTIONS[collection]]):
            if not isinstance(item, Mapping):
                continue
            element = read.Fields(item).required("id", read.text)
            seen: set[str] = set()
            for key, value in item.entries.items():
                if key == "id":
                    continue
                place = item.key_places[key]
                try:
                    fact = _fact_named(key, collection, library, place)
                    if fact in seen:
                        raise InputError(
                            Message(
                                '"{fact}" stands twice in this {subject}', fact=fact, subject=ELEMENT_NAMES[collection]
                            ),
                            place=place,
                        )
                except ComityError as error:
                    errors.append(error)
                else:
                    seen.add(fact)
                    yield element_name(fact, element), value, place


def _fact_named(key: str, collection: str, library: Library, place: Place) -> str:
    """The fact that a key stands for, with or without the name of the collection before it."""
    prefix = f"{collection}."
    fact = key if key.startswith(prefix) else prefix + key
    for name in (fact, key):
        if name in library.vocabulary and library.fact(name).subject != collection:
            message = Message('"{fact}" is no fact of a single {subject}', fact=name, subject=ELEMENT_NAMES[collection])
            raise InputError(message, place=place, hint=Message("write it under “facts:”"))
    if fact not in library.vocabulary:
        own = [
            name.removeprefix(prefix) for name, entry in library.vocabulary.facts.items() if entry.subject == collection
        ]
        message = Message('there is no fact "{name}" of a {subject}', name=key[:80], subject=ELEMENT_NAMES[collection])
        known = Message("known keys are: {keys}", keys=", ".join(["id", *own]))
        raise InputError(message, place=place, hint=did_you_mean(key.removeprefix(prefix), own) or known)
    return fact


def refuse_outside(fact: str, library: Library, place: Place) -> None:
    """Refuse a fact of a collection that names no element, where the elements are listed: nobody could tell of which it is said.

    Raises:
        InputError: it is one.
    """
    if library.fact(fact).subject in library.elements and divided(fact)[1] is None:
        raise misplaced(fact, library, place)


def misplaced(fact: str, library: Library, place: Place) -> InputError:
    """The error of a fact about an element that does not stand with it."""
    subject = library.fact(divided(fact)[0]).subject
    message = Message('"{fact}" is about a single {subject}', fact=fact, subject=ELEMENT_NAMES[subject])
    hint = Message(
        "write it under “{key}:”, with the {subject} that it is about",
        key=COLLECTIONS[subject],
        subject=ELEMENT_NAMES[subject],
    )
    return InputError(message, place=place, hint=hint)
