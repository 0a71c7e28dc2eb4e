"""Nodes to typed values: each reader says what it wants, and a misfit is an error at its place.

A `Fields` object wraps one mapping. Its readers take a key and return a value of the type that is asked for; `done` refuses keys that
nobody asked for, with a did-you-mean.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from comity.clauses.tree import Kind
from comity.clauses.values import FactType, canonical, declared, example_of, parse_date, wrong_type
from comity.documents.reading import Mapping, Node, Scalar, Sequence
from comity.errors import ComityError, InputError, did_you_mean
from comity.language import LANGUAGES, Message, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from comity.clauses.tree import Value
    from comity.errors import Place

Read = TypeVar("Read")
Default = TypeVar("Default")

_INT = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CJK = "\u2014\u2018-\u201d\u2026\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def is_null(node: Node) -> bool:
    """Whether a node is YAML's null: nothing, `~` or `null` without quotes."""
    return isinstance(node, Scalar) and node.plain and node.text in NULLS


def text(node: Node) -> str:
    """A text, not empty, and without characters that steer a terminal."""
    if not isinstance(node, Scalar) or is_null(node):
        raise InputError(Message("a text is wanted here"), place=node.place)
    if not node.text.strip():
        raise InputError(Message("this text is empty"), place=node.place)
    return clean(node.text.strip())


def boolean(node: Node) -> bool:
    """`true` or `false`, without quotes."""
    if isinstance(node, Scalar) and node.plain and node.text in {"true", "false"}:
        return node.text == "true"
    raise InputError(Message("write true or false"), place=node.place)


def number(node: Node) -> float:
    """A finite number, without quotes."""
    if isinstance(node, Scalar) and node.plain and _NUMBER.fullmatch(node.text):
        return float(node.text)
    raise InputError(Message("a number is wanted here"), place=node.place)


def day(node: Node) -> date:
    """A date in ISO 8601 form."""
    found = parse_date(node.text) if isinstance(node, Scalar) else None
    if found is None:
        raise InputError(Message("write a date as 2026-08-02"), place=node.place)
    return found


def items(node: Node) -> tuple[Node, ...]:
    """The elements of a list."""
    if not isinstance(node, Sequence):
        raise InputError(Message("a list is wanted here"), place=node.place, hint=Message("write [a, b] or - a"))
    return node.items


def many(read: Callable[[Node], Read]) -> Callable[[Node], tuple[Read, ...]]:
    """A reader of lists of what `read` reads."""
    return lambda node: tuple(read(item) for item in items(node))


def one_or_many(read: Callable[[Node], Read]) -> Callable[[Node], tuple[Read, ...]]:
    """A reader of one value or a list of them."""
    return lambda node: tuple(read(item) for item in node.items) if isinstance(node, Sequence) else (read(node),)


def choice(known: Iterable[str], what: Message) -> Callable[[Node], str]:
    """A reader of one word out of a closed list; `what` names the list in messages."""
    words = tuple(known)

    def read(node: Node) -> str:
        word = text(node)
        if word not in words:
            known_ones = Message("known are: {values}", values=", ".join(words[:40])) if words else None
            hint = did_you_mean(word, words) or known_ones
            message = Message('"{word}" is not a known {what}', word=word[:80], what=what)
            raise InputError(message, place=node.place, hint=hint)
        return word

    return read


def identifier(pattern: str, example: str) -> Callable[[Node], str]:
    """A reader of an id of a given form."""
    compiled = re.compile(pattern)

    def read(node: Node) -> str:
        word = text(node)
        if not compiled.fullmatch(word):
            hint = Message("for example: {example}", example=example)
            raise InputError(Message('"{word}" is not a well-formed id', word=word[:80]), place=node.place, hint=hint)
        return word

    return read


def bilingual(node: Node) -> dict[str, str]:
    """A text in every language of the library."""
    fields = Fields(node)
    for language in LANGUAGES:
        fields.required(language, text)
    return {language: _typeset(text(entry)) for language, entry in fields.node.entries.items()}


def _typeset(written: str) -> str:
    """A text that was folded over several lines, as one line; between Chinese characters a line break is no space."""
    joined = re.sub(r"\s+", " ", written)
    return re.sub(rf"(?<=[{_CJK}]) (?=[{_CJK}])", "", joined)


def link(node: Node) -> str:
    """An https address."""
    address = text(node)
    if not re.fullmatch(r"https://[^\s/]+\.[^\s]+", address):
        raise InputError(Message("a source is an https link"), place=node.place)
    return address


def value(node: Node, fact_type: FactType) -> Value | None:
    """The value of a fact as a dossier or an example writes it; None for null (unknown).

    Raises:
        InputError: the value is not of the type, with an example of the right form.
    """
    if is_null(node):
        return None
    try:
        return canonical(_plain(node, fact_type), fact_type)
    except ComityError as error:
        raise InputError(error.message, place=error.place or node.place, hint=error.hint) from None


def _plain(node: Node, fact_type: FactType) -> object:
    """The Python value that a node stands for, given the type that is wanted."""
    kind = fact_type.kind
    if kind is Kind.SET:
        if not isinstance(node, Sequence):
            raise wrong_type(fact_type)
        return [_member(item, fact_type) for item in node.items]
    if not isinstance(node, Scalar):
        raise wrong_type(fact_type)
    written = node.text
    if kind is Kind.TEXT:
        return clean(written)
    if kind in {Kind.ENUM, Kind.DATE, Kind.DURATION}:
        return written
    if not node.plain:
        hint = Message("write it without quotes, for example: {example}", example=example_of(fact_type))
        raise InputError(Message("a text stands here in quotes"), place=node.place, hint=hint)
    if kind is Kind.BOOL and written in {"true", "false"}:
        return written == "true"
    if kind is Kind.INT and _INT.fullmatch(written) and len(written) < 40:
        return int(written)
    if kind in {Kind.NUMBER, Kind.RATIO} and _NUMBER.fullmatch(written) and len(written) < 400:
        return float(written)
    if kind is Kind.RATIO and re.fullmatch(r"[0-9.]+ ?%", written):
        hint = Message("write {ratio} for {percent} %", ratio="0.95", percent="95")
        raise InputError(Message("a ratio lies between 0 and 1"), place=node.place, hint=hint)
    raise wrong_type(fact_type)


def _member(node: Node, fact_type: FactType) -> str:
    """One declared value of a set, with the place of the element in messages."""
    try:
        return declared(node.text if isinstance(node, Scalar) else None, fact_type)
    except ComityError as error:
        raise InputError(error.message, place=node.place, hint=error.hint) from None


class Fields:
    """The keys of one mapping, each read once.

    Raises:
        InputError: the node is not a mapping.
    """

    def __init__(self, node: Node, what: Message | None = None) -> None:
        if not isinstance(node, Mapping):
            message = (
                Message("{what} is wanted here", what=what) if what else Message("keys with values are wanted here")
            )
            raise InputError(message, place=node.place, hint=Message("write key: value"))
        self.node = node
        self.asked: list[str] = []

    @property
    def place(self) -> Place:
        """Where the mapping stands."""
        return self.node.place

    def place_of(self, key: str) -> Place:
        """Where a key stands, or the mapping itself if it is absent."""
        return self.node.key_places.get(key, self.node.place)

    def node_of(self, key: str) -> Node | None:
        """The node of a key, unread, or None."""
        self.asked.append(key)
        return self.node.entries.get(key)

    def required(self, key: str, read: Callable[[Node], Read]) -> Read:
        """The value of a key that has to be there."""
        node = self.node_of(key)
        if node is None:
            close = [word for word in self.unread() if did_you_mean(word, [key]) is not None]
            hint = Message('"{word}" stands there instead', word=close[0][:80]) if close else None
            raise InputError(Message('the key "{key}" is missing here', key=key), place=self.place, hint=hint)
        return read(node)

    def optional(self, key: str, read: Callable[[Node], Read], default: Default) -> Read | Default:
        """The value of a key, or the default where it is absent or null."""
        node = self.node_of(key)
        return default if node is None or is_null(node) else read(node)

    def unread(self) -> Iterator[str]:
        """Keys that nobody asked for yet."""
        return (key for key in self.node.entries if key not in self.asked)

    def done(self) -> None:
        """Refuse keys that nobody asked for.

        Raises:
            InputError: a key is unknown, with a did-you-mean.
        """
        for key in self.unread():
            hint = did_you_mean(key, self.asked) or Message("known keys are: {keys}", keys=", ".join(self.asked))
            raise InputError(Message('unknown key "{key}"', key=key[:80]), place=self.place_of(key), hint=hint)
