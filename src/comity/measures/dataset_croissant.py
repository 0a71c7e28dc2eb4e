"""The local files of a Croissant description, and the field of their text.

A file object counts where its address is a way below the description; a file set where it lies in no archive and not elsewhere. The field
is that of the record sets whose type is text.
Source: Croissant 1.1, format specification (MLCommons).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from comity.documents.json_text import json_of, listed, table
from comity.errors import InputError, Place
from comity.language import Message, clean
from comity.measures.card_files import Below, Card, Chosen, Listed, Pattern, fits, normal, wanted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CROISSANT = "croissant"
TEXT = "text"
MOST_NODES = 10_000

_FORM = re.compile(r"https?://mlcommons\.org/croissant/1\.\d+/?")
_DIGEST = re.compile("[0-9a-f]{64}")
_TEXTS = frozenset(("sc:Text", "https://schema.org/Text", "http://schema.org/Text", "Text"))


def read_croissant_card(path: Path, text: str, config: str | None, split: str | None) -> Card:
    """The files that a description names below its directory.

    Raises:
        InputError: it is no Croissant description, a split is asked for, or it leads out of its directory.
    """
    place = Place(str(path))
    root = table(json_of(text, place))
    _check_form(root, place)
    if split is not None:
        raise InputError(Message("--split: a Croissant description tells no splits apart; use --config"), place=place)
    resources = {_id(entry): entry for entry in _nodes(root.get("distribution"), place)}
    records = _nodes(root.get("recordSet"), place)
    kept = records if config is None else _chosen_records(records, config, place)
    used = None if config is None else {reference for record in kept for reference in _references(record)}
    chosen = Chosen(Below(path.parent))
    digests: dict[Path, str] = {}
    files: list[Path] = []
    for name, entry in resources.items():
        if used is not None and name not in used:
            continue
        found = _files(name, entry, resources, chosen, place)
        files += found
        digest = str(entry.get("sha256") or "").lower()
        if len(found) == 1 and _DIGEST.fullmatch(digest):
            digests[found[0]] = digest
    source = Listed(path.as_posix() + (f"#{config}" if config else ""), tuple(sorted(files)))
    columns = {column for record in kept for column in _columns(record)}
    return Card(
        path,
        CROISSANT,
        (source,) if files else (),
        tuple(chosen.left_out),
        TEXT if TEXT in columns else next(iter(columns)) if len(columns) == 1 else None,
        tuple(_said(root.get("inLanguage"))),
        ", ".join(_said(root.get("license"))) or None,
        digests,
    )


def _chosen_records(records: list[dict[str, Any]], config: str, place: Place) -> list[dict[str, Any]]:
    """The record sets of this name or id.

    Raises:
        InputError: there is none.
    """
    names = [{_id(record), str(record.get("name") or "")} for record in records]
    wanted(sorted({name for several in names for name in several if name}), config, "--config", place)
    return [record for record, several in zip(records, names, strict=True) if config in several]


def _check_form(root: dict[str, Any], place: Place) -> None:
    stated = root.get("conformsTo") or root.get("dct:conformsTo")
    forms = [table(one).get("@id") or one for one in (stated if isinstance(stated, list) else [stated])]
    if not any(isinstance(one, str) and _FORM.match(one) for one in forms):
        hint = Message("a description says what it conforms to: http://mlcommons.org/croissant/1.1")
        raise InputError(Message("this is not a Croissant description of a data set"), place=place, hint=hint)


def _nodes(value: Any, place: Place) -> list[dict[str, Any]]:
    found = [table(entry) for entry in listed(value)]
    if len(found) > MOST_NODES:
        raise InputError(Message("more than {limit} values", limit=MOST_NODES), place=place)
    return found


def _id(entry: dict[str, Any]) -> str:
    return str(entry.get("@id") or entry.get("name") or "")


def _files(
    name: str, entry: dict[str, Any], resources: dict[str, dict[str, Any]], chosen: Chosen, place: Place
) -> tuple[Path, ...]:
    """The local files of a file object or a file set; what is none of these is left out by name."""
    containers = [resources.get(_id(table(one)) or str(one), {}) for one in _several(entry.get("containedIn"))]
    includes = [one for one in _several(entry.get("includes")) if isinstance(one, str)]
    address = entry.get("contentUrl")
    if containers:
        inside = any(_lies_elsewhere(container) for container in containers)
        chosen.leave_out(name, "elsewhere" if inside else "in an archive")
        return ()
    if includes:
        excluded = [normal(Pattern(one, place)) for one in _several(entry.get("excludes")) if isinstance(one, str)]
        found = chosen.files(Pattern(one, place) for one in includes)
        return tuple(file for file in found if not _excluded(file, chosen.below.directory, excluded))
    if isinstance(address, str) and address:
        if not _lies_elsewhere(entry) and any(letter in address for letter in "*?["):
            chosen.leave_out(address, "missing")
            return ()
        return chosen.files([Pattern(address, place)])
    chosen.leave_out(name, "no address")
    return ()


def _excluded(file: Path, directory: Path, patterns: list[str]) -> bool:
    name = file.relative_to(directory).as_posix()
    return any(fits(pattern, name) for pattern in patterns)


def _lies_elsewhere(entry: dict[str, Any]) -> bool:
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*://|git@", str(entry.get("contentUrl") or "")))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _sources(record: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Fields, and what they say about where their values come from."""
    for field in listed(record.get("field")):
        yield table(field), table(table(field).get("source"))


def _references(record: dict[str, Any]) -> Iterator[str]:
    for _, source in _sources(record):
        for key in ("fileObject", "fileSet", "distribution"):
            value = source.get(key)
            if value is not None:
                yield _id(table(value)) or str(value)


def _columns(record: dict[str, Any]) -> Iterator[str]:
    """Columns that hold texts."""
    for field, source in _sources(record):
        extract = table(source.get("extract"))
        column = extract.get("column") or str(extract.get("jsonPath") or "").removeprefix("$.").removeprefix("$[*].")
        kinds = {kind for kind in _several(field.get("dataType")) if isinstance(kind, str)}
        if kinds & _TEXTS and isinstance(column, str) and column:
            yield column[:200]


def _said(value: Any) -> list[str]:
    """A value of JSON-LD in words: of nodes their names."""
    found: list[str] = []
    for one in _several(value):
        word = table(one).get("name") or table(one).get("@id") if isinstance(one, dict) else one
        if isinstance(word, str) and word.strip():
            found.append(clean(word.strip()[:80]))
    return found
