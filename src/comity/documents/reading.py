"""YAML text to a tree of nodes that remember their place.

YAML is read as data only. Tags, anchors, aliases, duplicate keys, several documents in a file, deep nesting and large files
are refused, so that a hostile file costs a bounded amount of work. Scalars stay text: what a value means is decided by who asks
for it (`fields`), so that `no` is the country Norway and never a boolean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import yaml

from comity.errors import InputError, Place
from comity.language import Message

if TYPE_CHECKING:
    from pathlib import Path

MAXIMUM_BYTES = 4_000_000
MAXIMUM_DEPTH = 20
MAXIMUM_NODES = 400_000

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, as written.

    `plain` tells whether it stood without quotes, `folded` whether it was a block or ran over several lines.
    """

    text: str
    plain: bool
    place: Place
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and their nodes, in the order of the file, with the place of each key."""

    entries: dict[str, Node]
    key_places: dict[str, Place]
    place: Place


Node: TypeAlias = Scalar | Sequence | Mapping


def read_file(path: Path, *, name: str | None = None, piped: bool = False) -> Node:
    """Read a YAML file.

    Args:
        path: the file.
        name: how messages call it; by default the path as given.
        piped: whether it may be a pipe, which has to be waited for; somebody named it, it was not found in a directory.

    Raises:
        InputError: the file is missing, unreadable, too large, not UTF-8, or not YAML as data.
    """
    place = Place(name or str(path))
    raw = read_bytes(path, place, MAXIMUM_BYTES, piped=piped)
    if len(raw) > MAXIMUM_BYTES:
        raise InputError(Message("the file is larger than {limit} bytes", limit=MAXIMUM_BYTES), place=place)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(Message("the file is not UTF-8 text"), place=Place(place.file, line, 1)) from None
    return read_text(text, name=place.file)


def read_bytes(path: Path, place: Place, limit: int, *, piped: bool = False) -> bytes:
    """The bytes of a file, at most one more than the limit: a device may have no end.

    Raises:
        InputError: the file is missing or unreadable, or a pipe where none may be.
    """
    try:
        if not piped and path.is_fifo():
            raise InputError(Message("this is not a regular file"), place=place)
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except FileNotFoundError:
        raise InputError(Message("there is no such file"), place=place) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=place) from None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file of any size, in hexadecimal digits.

    Raises:
        InputError: it cannot be read.
    """
    from hashlib import file_digest

    try:
        with path.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=Place(str(path))) from None


def read_text(text: str, *, name: str) -> Node:
    """Read YAML text; see `read_file`."""
    if len(text) > MAXIMUM_BYTES:
        raise InputError(Message("the file is larger than {limit} bytes", limit=MAXIMUM_BYTES), place=Place(name))
    try:
        return _Builder(name).build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        problem = error.problem or error.context or "?"
        raise InputError(Message("this is not YAML: {problem}", problem=problem), place=place) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InputError(
            Message("a character is not allowed in YAML: {code}", code=f"U+{_code_point(error.character):04X}"),
            place=Place(name, line, 1),
        ) from None
    except (ValueError, OverflowError, RecursionError):
        raise InputError(Message("this is not YAML: {problem}", problem="unreadable"), place=Place(name)) from None


def _code_point(character: object) -> int:
    return ord(character) if isinstance(character, str) and len(character) == 1 else int(str(character) or 0)


class _Builder:
    """Folds the stream of YAML events into nodes, without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes = 0

    def build(self, text: str) -> Node:
        documents: list[Node] = []
        open_collections: list[_Open] = []
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.ScalarEvent):
                self._refuse_extras(event)
                node: Node = Scalar(event.value, not event.style, self._place(event), _spans_lines(event))
            elif isinstance(event, yaml.CollectionStartEvent):
                self._refuse_extras(event)
                if len(open_collections) >= MAXIMUM_DEPTH:
                    message = Message("nested more than {limit} levels deep", limit=MAXIMUM_DEPTH)
                    raise InputError(message, place=self._place(event))
                mapping = isinstance(event, yaml.MappingStartEvent)
                open_collections.append(_Open(mapping, self._place(event)))
                continue
            elif isinstance(event, yaml.CollectionEndEvent):
                node = open_collections.pop().close()
            elif isinstance(event, yaml.AliasEvent):
                raise InputError(Message("aliases (*name) are not read"), place=self._place(event))
            elif isinstance(event, yaml.DocumentStartEvent) and documents:
                raise InputError(Message("one document a file; a second one starts here"), place=self._place(event))
            else:
                continue
            if open_collections:
                open_collections[-1].add(node)
            else:
                documents.append(node)
        if not documents:
            raise InputError(Message("the file is empty"), place=Place(self.name))
        return documents[0]

    def _refuse_extras(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        self.nodes += 1
        if self.nodes > MAXIMUM_NODES:
            raise InputError(Message("more than {limit} values", limit=MAXIMUM_NODES), place=self._place(event))
        if event.anchor is not None:
            raise InputError(Message("anchors (&name) are not read"), place=self._place(event))
        if event.tag is not None:
            raise InputError(Message("tags ({tag}) are not read", tag=event.tag), place=self._place(event))

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.name, mark.line + 1, mark.column + 1) if mark else Place(self.name)


def _spans_lines(event: yaml.Event) -> bool:
    return bool(event.start_mark and event.end_mark and event.start_mark.line != event.end_mark.line)


class _Open:
    """A collection whose end has not been read yet."""

    def __init__(self, mapping: bool, place: Place) -> None:
        self.mapping = mapping
        self.place = place
        self.items: list[Node] = []
        self.entries: dict[str, Node] = {}
        self.key_places: dict[str, Place] = {}
        self.key: Scalar | None = None

    def add(self, node: Node) -> None:
        if not self.mapping:
            self.items.append(node)
        elif self.key is not None:
            self.entries[self.key.text] = node
            self.key = None
        elif not isinstance(node, Scalar):
            raise InputError(Message("a key has to be a word"), place=node.place)
        elif node.text in self.key_places:
            raise InputError(Message('the key "{key}" stands twice', key=node.text), place=node.place)
        else:
            self.key = node
            self.key_places[node.text] = node.place

    def close(self) -> Node:
        if self.mapping:
            return Mapping(self.entries, self.key_places, self.place)
        return Sequence(tuple(self.items), self.place)
