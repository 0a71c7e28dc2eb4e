"""Where a dossier holds a fact, or where it would: the line that somebody has to look at.

A fact that is written down has its own line, also where it is written as unknown. One that is missing has that of the
key under which it belongs: `facts:`, or the flow that it is about.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from comity.documents.reading import Mapping, Scalar, Sequence, read_file
from comity.errors import ComityError, Place
from comity.library.elements import divided
from comity.library.model import COLLECTIONS

if TYPE_CHECKING:
    from comity.dossier.model import Dossier

FACTS = "facts"


class DossierLines:
    """The lines of one dossier."""

    def __init__(self, dossier: Dossier) -> None:
        self.file = Place(str(dossier.path), 1, 1)
        self._entries = {fact: entry.basis.place for fact, entry in dossier.entries.items()}
        self._keys: dict[str, Place] = {}
        try:
            root = read_file(dossier.path)
        except ComityError:  # it came through a pipe, or is gone since
            return
        if isinstance(root, Mapping):
            self._keys = root.key_places | _elements(root)

    def of(self, fact: str) -> Place:
        """The place of a fact."""
        place = self._entries.get(fact)
        if place is not None:
            return place if place.line else Place(place.file, 1, 1)
        _, element = divided(fact)
        return self._keys.get(f"@{element}" if element else FACTS, self.file)


def _elements(root: Mapping) -> dict[str, Place]:
    """The place of each element of a collection, under `@` and its id."""
    found: dict[str, Place] = {}
    for key in COLLECTIONS.values():
        node = root.entries.get(key)
        for item in node.items if isinstance(node, Sequence) else ():
            name = item.entries.get("id") if isinstance(item, Mapping) else None
            if isinstance(name, Scalar):
                found[f"@{name.text}"] = item.place
    return found


def relative(file: str) -> str:
    """A file as a path from the current directory, with slashes; of a file outside of it only the name."""
    path = Path(file)
    try:
        found = path.resolve().relative_to(Path.cwd().resolve())
    except (ValueError, OSError, RuntimeError):
        return path.name
    return PurePosixPath(*found.parts).as_posix()
