"""Cards of data sets: a `README.md` as the Hugging Face Hub reads it, or a Croissant description, and the local files that it names.

A card chooses files and the field of their text. What it says about the data (languages, licence) is never taken as measured; where the
languages that are found are others, that is said. Nothing is fetched: what lies elsewhere is left out and named.
Source: Hugging Face Hub, "Data files configuration" and the metadata of data set cards.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from comity.documents.front_matter import front_matter
from comity.documents.json_text import text_of
from comity.documents.reading import Mapping, Scalar, Sequence, read_bytes
from comity.dossier.statements import Artefact, Digest
from comity.errors import InputError, Place
from comity.language import Message, clean
from comity.measures.card_files import Below, Card, Chosen, Listed, Pattern, wanted
from comity.measures.language_codes import as_alpha_3

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence as Several
    from pathlib import Path

    from comity.documents.reading import Node
    from comity.dossier.statements import Plain
    from comity.measures.card_files import Card as _Card
    from comity.measures.corpus_files import Found
    from comity.measures.corpus_packing import Reading

MOST_BYTES = 32_000_000
"""Of a card."""

HUGGING_FACE = "hugging_face"
TRAIN = "train"
DEFAULT = "default"

NOTEWORTHY = 0.01
"""Share of the identified documents from which on a language that is not declared is named; detectors err more often than never."""

MOST_NAMED = 100
_ANY_LANGUAGE = frozenset(("multilingual", "code", "other", "und", "unknown", "mul", "zxx"))


def is_card(path: Path) -> bool:
    """Whether a path is named like a card: Markdown, or JSON that is no list of lines."""
    return path.suffix.lower() in {".md", ".json", ".jsonld"} and not path.is_dir()


def opened(
    paths: Several[Path], config: str | None = None, split: str | None = None
) -> tuple[list[Path | Listed], Card | None]:
    """The sources that these paths stand for, and the card, where one of them is a card.

    Raises:
        InputError: a card stands beside other paths, is none, or names no file; or a part of a card is asked for where there is no card.
    """
    cards = [path for path in paths if is_card(path)]
    if not cards:
        if config is not None or split is not None:
            message = Message("--config and --split choose from the card of a data set, and none is named")
            raise InputError(message, hint=Message("name the card: README.md, or a Croissant description (.json)"))
        return list(paths), None
    if len(paths) > 1:
        message = Message("a card is measured by itself, without other paths")
        raise InputError(message, place=Place(str(cards[0])))
    card = read_card(cards[0], config, split)
    return list(card.sources), card


def read_card(path: Path, config: str | None = None, split: str | None = None) -> Card:
    """A card, and the files that it names.

    Args:
        path: the card.
        config: the configuration (of Croissant: the record set) whose files are taken; all by default.
        split: the split whose files are taken; all by default.

    Raises:
        InputError: it is no card, leads out of its directory, or none of the files that it names lies below it.
    """
    from comity.measures.dataset_croissant import read_croissant_card

    place = Place(str(path))
    raw = read_bytes(path, place, MOST_BYTES)
    if len(raw) > MOST_BYTES:
        raise InputError(Message("the file is larger than {limit} bytes", limit=MOST_BYTES), place=place)
    if not raw.strip():
        raise InputError(Message("the file is empty"), place=place)
    text = text_of(raw, place)
    if path.suffix.lower() == ".md":
        card = _hub_card(path, front_matter(text, place), config, split)
    else:
        card = read_croissant_card(path, text, config, split)
    if not any(source.files for source in card.sources):
        left = "; ".join(card.left_out[:5])
        hint = (
            Message("left out: {values}", values=left)
            if left
            else Message("name a directory to measure what is below it")
        )
        raise InputError(Message("none of the files that the card names is there"), place=place, hint=hint)
    return card


def _hub_card(path: Path, root: Mapping, config: str | None, split: str | None) -> Card:
    place = Place(str(path))
    entries = _configurations(root, place)
    names = [name for name, _ in entries]
    kept = wanted(names, config, "--config", place)
    chosen = Chosen(Below(path.parent))
    sources: list[Listed] = []
    splits = [found for name, entry in entries if name in kept for found in _splits(entry, place)]
    asked = wanted([name for name, _ in splits], split, "--split", place)
    for name, entry in entries:
        if name not in kept:
            continue
        patterns = [pattern for own, found in _splits(entry, place) if own in asked for pattern in found]
        files = chosen.files(patterns)
        if files:
            sources.append(Listed(f"{path.as_posix()}#{name}", files))
    languages, licence = root.entries.get("language"), root.entries.get("license")
    return Card(
        path,
        HUGGING_FACE,
        tuple(sources),
        tuple(chosen.left_out),
        None,
        tuple(_words(languages)),
        ", ".join(_words(licence)) or None,
        {},
    )


def _configurations(root: Mapping, place: Place) -> list[tuple[str, Mapping]]:
    """The configurations that name files.

    Raises:
        InputError: there is none.
    """
    listed = root.entries.get("configs")
    found: list[tuple[str, Mapping]] = []
    for entry in listed.items if isinstance(listed, Sequence) else ():
        if isinstance(entry, Mapping) and {"data_files", "data_dir"} & entry.entries.keys():
            name = entry.entries.get("config_name")
            found.append((name.text if isinstance(name, Scalar) else DEFAULT, entry))
    if not found:
        message = Message("the card names no files: it has no configs with data_files")
        raise InputError(message, place=place, hint=Message("name a directory to measure what is below it"))
    return found


def _splits(entry: Mapping, place: Place) -> list[tuple[str, list[Pattern]]]:
    """The splits of a configuration with their patterns, whichever of the forms that the Hub knows they are written in.

    Raises:
        InputError: they are of none of these forms.
    """
    directory = entry.entries.get("data_dir")
    before = directory.text.rstrip("/") + "/" if isinstance(directory, Scalar) and directory.text.strip("./") else ""
    files = entry.entries.get("data_files")
    if files is None:
        return [(TRAIN, [Pattern(before or "**", directory.place if directory else place)])]
    if isinstance(files, Mapping):
        return [(name, _patterns(node, before)) for name, node in files.entries.items()]
    if isinstance(files, Sequence) and any(isinstance(item, Mapping) for item in files.items):
        found: list[tuple[str, list[Pattern]]] = []
        for item in files.items:
            if not isinstance(item, Mapping) or "path" not in item.entries:
                raise InputError(Message("a split with its path is wanted here"), place=item.place)
            name = item.entries.get("split")
            found.append((name.text if isinstance(name, Scalar) else TRAIN, _patterns(item.entries["path"], before)))
        return found
    return [(TRAIN, _patterns(files, before))]


def _patterns(node: Node, before: str) -> list[Pattern]:
    nodes = node.items if isinstance(node, Sequence) else (node,)
    found: list[Pattern] = []
    for one in nodes:
        if not isinstance(one, Scalar):
            raise InputError(Message("the name or pattern of a file is wanted here"), place=one.place)
        elsewhere = "://" in one.text
        found.append(Pattern(one.text if elsewhere else before + one.text, one.place))
    return found


def _words(node: Node | None) -> list[str]:
    nodes = node.items if isinstance(node, Sequence) else (node,)
    return [one.text.strip()[:80] for one in nodes if isinstance(one, Scalar) and one.text.strip()]


def artefact_of_card(card: _Card) -> Artefact:
    """The card by name and digest.

    Raises:
        InputError: it cannot be read any more.
    """
    raw = read_bytes(card.path, Place(str(card.path)), MOST_BYTES)
    return Artefact(clean(card.path.as_posix()), Digest(hashlib.sha256(raw).hexdigest()))


def card_findings(
    card: Card, languages: Counter[str], found: Found, readings: Several[Reading]
) -> dict[str, Plain | None]:
    """What the card says, apart from what was measured, and where the two differ.

    Args:
        card: what it says.
        languages: documents by identified language.
        found: the files.
        readings: what became of them.
    """
    declared = {code: _alpha_3(code) for code in card.languages}
    known = {code for code in declared.values() if code is not None}
    whole = sum(languages.values())
    wrong = [
        clean(file.name)
        for file, reading in zip(found.files, readings, strict=True)
        if reading.digest is not None and card.digests.get(file.path, reading.digest) != reading.digest
    ]
    observations: dict[str, Plain | None] = {
        "card.form": card.form,
        "card.left_out": [*card.left_out[:MOST_NAMED]] or None,
        "card.left_out_count": len(card.left_out),
        "card.declares_languages": [clean(code) for code in card.languages[:MOST_NAMED]] or None,
        "card.declares_licence": None if card.licence is None else clean(card.licence[:200]),
    }
    if card.digests:
        observations["card.files_with_another_digest"] = wrong[:MOST_NAMED] or None
    if known:
        others = {
            code: languages[code]
            for code in sorted(languages.keys() - known, key=lambda code: (-languages[code], code))
        }
        observations["card.languages_declared_not_found"] = sorted(known - languages.keys()) or None
        observations["card.languages_found_not_declared"] = [
            f"{code} {count / whole:.2%}" for code, count in others.items() if count >= NOTEWORTHY * whole
        ] or None
    return observations


def _alpha_3(code: str) -> str | None:
    """The ISO 639-3 code of a declared language, parts of a macrolanguage for it as detectors count; None for what is no language."""
    first = code.lower().replace("_", "-").split("-")[0]
    return None if first in _ANY_LANGUAGE else as_alpha_3(first)
