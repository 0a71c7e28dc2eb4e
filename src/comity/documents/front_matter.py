"""Metadata in front of a text: YAML between two lines of three hyphens, as cards of models and data sets begin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.documents.reading import Mapping, read_text
from comity.errors import InputError
from comity.language import Message

if TYPE_CHECKING:
    from comity.errors import Place

_FRONT = re.compile(r"\A\s*---[ \t]*\r?\n(.*?)(?:\r?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def front_matter(text: str, place: Place) -> Mapping:
    """The metadata of a text; places in them are those in the file.

    Raises:
        InputError: there are none, or they are not YAML as data with keys and values.
    """
    front = _FRONT.match(text)
    if front is None:
        hint = Message("a card begins with metadata between two lines of three hyphens")
        raise InputError(Message("this file has no metadata in front of its text"), place=place, hint=hint)
    lines_before = text.count("\n", 0, front.start(1))
    root = read_text("\n" * lines_before + front[1], name=place.file)
    if not isinstance(root, Mapping):
        raise InputError(Message("metadata with keys and values are wanted here"), place=root.place)
    return root
