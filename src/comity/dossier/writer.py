"""Facts into `comity.yaml`: one change at a time, on disk before it is acknowledged.

A dossier belongs to its people. What they wrote, comments included, stays as it is; a fact is put under its topic, with its title as a
comment in the reader's language and with what it rests on. What somebody does not know stands there as `null`, so that nobody is asked
twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import yaml

from comity.clauses.values import write_value
from comity.documents.reading import read_text
from comity.documents.writing import write_file
from comity.dossier.sheet import Sheet, differing
from comity.errors import InputError, Place
from comity.language import ENGLISH, Message
from comity.library.elements import divided
from comity.library.model import COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from comity.clauses.tree import Value
    from comity.dossier.model import Entry
    from comity.library.loader import Library
    from comity.library.model import Text

_WIDTH = 110
_OTHER_THINGS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that some reader of YAML takes for something else than a text; Norway is not a denial."""

_HEAD = (
    Message("One AI system, described once. Made by comity init; change it freely, by hand as well."),
    Message("What is not here is unknown; so is what reads null, and comity init does not ask for that again."),
    Message("An answer counts for more with its evidence: by: documented, source: model-card.md"),
)


@dataclass(frozen=True, slots=True)
class Notebook:
    """A dossier that is being written.

    Attributes:
        path: the file.
        library: whose facts it holds.
        language: of the comments.
    """

    path: Path
    library: Library
    language: str = ENGLISH

    def start(
        self, system: str, name: str, markets: Sequence[str], elements: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Make the file.

        Args:
            system: id of the system.
            name: its name.
            markets: its markets.
            elements: the ids of what it lists of each collection; of a collection that is not among them nothing is said.

        Raises:
            InputError: it is there already, or cannot be written.
        """
        if self.path.exists():
            raise InputError(Message("the file is there already"), place=Place(str(self.path)))
        lines = [f"# {message.in_language(self.language)}" for message in _HEAD]
        lines += ["comity: 1", "system:", f"  id: {_text(system)}", f"  name: {_text(name)}"]
        lines += [_markets(markets), ""]
        for collection, ids in (elements or {}).items():
            key = COLLECTIONS[collection]
            lines += [f"{key}:", *(f"  - id: {element}" for element in ids), ""] if ids else [f"{key}: []", ""]
        lines.append("facts:")
        write_file(self.path, ("\n".join(lines) + "\n").encode())

    def put(self, *entries: Entry) -> None:
        """Write facts; one without any value is written as `null`: not known.

        Raises:
            InputError: the file cannot be read or written, or not be changed without touching something else.
        """

        def change(sheet: Sheet) -> Sheet:
            for entry in entries:
                fact, element = divided(entry.fact)
                if element is not None:
                    named = partial(_lines_of_element, entry)
                    sheet = sheet.put_in(self._list_of(fact), element, self._keys_of(fact), named)
                    continue
                behind = self._neighbour(entry.fact, sheet.facts)
                comments = self._comments(entry.fact, sheet.facts)
                sheet = sheet.put_fact(entry.fact, comments, _lines(entry), behind)
            return sheet

        self._replace(frozenset(entry.fact for entry in entries), change)

    def remove(self, fact: str) -> None:
        """Take a fact out again.

        Raises:
            InputError: as `put`.
        """

        def change(sheet: Sheet) -> Sheet:
            general, element = divided(fact)
            if element is not None:
                return sheet.remove_in(self._list_of(general), element, self._keys_of(general))
            others = tuple(name for name in sheet.facts if name != fact)
            return sheet.remove_fact(fact, self._comments(fact, others))

        self._replace(frozenset({fact}), change)

    def put_markets(self, markets: Sequence[str]) -> None:
        """Write the markets of the system.

        Raises:
            InputError: as `put`.
        """
        self._replace(frozenset({"markets"}), lambda sheet: sheet.put("markets", [_markets(markets)]))

    def _text(self) -> str:
        """The text of the moment, which somebody else may have changed since it was last looked at.

        Raises:
            InputError: it is missing, or no longer YAML.
        """
        try:
            text = self.path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            message = Message("the file cannot be read: {reason}", reason=reason)
            raise InputError(message, place=Place(str(self.path))) from None
        read_text(text, name=str(self.path))
        return text

    def _replace(self, keys: frozenset[str], change: Callable[[Sheet], Sheet]) -> None:
        """Make a change of these keys on disk, if it changes nothing else."""
        before = self._text()
        try:
            after = change(Sheet(before)).text
            spared = differing(before, after, str(self.path)) <= keys
        except (yaml.YAMLError, InputError):
            spared = False
        if not spared:
            message = Message(
                '"{key}" cannot be changed here without touching something else', key=min(keys, default="")
            )
            hint = Message("write the facts one a line, as fact: value")
            raise InputError(message, place=Place(str(self.path)), hint=hint)
        if after != before:
            write_file(self.path, after.encode())

    def _list_of(self, fact: str) -> str:
        """The key under which a dossier lists what a fact is about."""
        return COLLECTIONS[self.library.fact(fact).subject]

    def _keys_of(self, fact: str) -> tuple[str, str]:
        """What a fact is called in the entry of an element: without the name of the collection, or with it."""
        return fact.removeprefix(f"{self.library.fact(fact).subject}."), fact

    def _comments(self, fact: str, present: Sequence[str]) -> list[str]:
        """The title of a fact; above it that of its topic, where it is the first of it in the file."""
        definition = self.library.fact(fact)
        title = self._said(definition.title) or fact
        if definition.unit and self.language == ENGLISH:
            title = f"{title} ({definition.unit})"
        topic = self.library.topics.get(definition.topic)
        if topic is None or any(self._topic(name) == definition.topic for name in present):
            return [f"# {title}"]
        return ["", f"# ── {self._said(topic.title)} ──", f"# {title}"]

    def _said(self, text: Text) -> str:
        return " ".join((text.get(self.language) or text.get(ENGLISH, "")).split())

    def _topic(self, fact: str) -> str | None:
        facts = self.library.vocabulary.facts
        return facts[fact].topic if fact in facts else None

    def _neighbour(self, fact: str, present: Sequence[str]) -> str | None:
        """The fact behind which a new one is put: the last of its topic, else of the topic before that is there."""
        topics = list(self.library.topics)
        own = self._position(fact, topics)
        earlier = [name for name in present if self._position(name, topics) <= own]
        nearest = max((self._position(name, topics) for name in earlier), default=0)
        return next((name for name in reversed(earlier) if self._position(name, topics) == nearest), None)

    def _position(self, fact: str, topics: Sequence[str]) -> int:
        topic = self._topic(fact)
        return topics.index(topic) if topic in topics else len(topics)


def _markets(markets: Sequence[str]) -> str:
    return f"markets: [{', '.join(_text(market) for market in markets)}]"


def _lines(entry: Entry) -> list[str]:
    """Key and value of a fact; over several lines where one would be too long."""
    parts: list[tuple[str, str]] = []
    if entry.value is not None:
        parts.append(("value", write(entry.value)))
    if entry.by_market:
        by_market = ", ".join(f"{_text(market)}: {write(value)}" for market, value in entry.by_market.items())
        parts.append(("per_market", f"{{{by_market}}}"))
    if not parts:
        return [f"{entry.fact}: null"]
    parts.append(("by", entry.basis.by))
    parts += [(key, _text(text)) for key, text in (("source", entry.basis.source), ("note", entry.basis.note)) if text]
    line = f"{entry.fact}: {{{', '.join(f'{key}: {text}' for key, text in parts)}}}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"{entry.fact}:", *(f"  {key}: {text}" for key, text in parts)]


def _lines_of_element(entry: Entry, key: str) -> list[str]:
    """Key and value of a fact in the entry of an element."""
    return _lines(replace(entry, fact=key))


def write(value: Value) -> str:
    """A value as YAML that a dossier reads back as the same value, in braces as well."""
    if isinstance(value, frozenset):
        return f"[{', '.join(_text(item) for item in sorted(value))}]"
    return _text(value) if isinstance(value, str) else write_value(value)


def _text(text: str) -> str:
    """A text as YAML, in quotes unless it is a plain word."""
    plain = text.isascii() and text.replace("_", "").replace("-", "").replace(".", "").isalnum()
    if plain and text[0].isalpha() and text.lower() not in _OTHER_THINGS:
        return text
    node = yaml.ScalarNode("tag:yaml.org,2002:str", text, style='"')
    written: str = yaml.serialize(node, Dumper=yaml.SafeDumper, allow_unicode=True, width=10**9)
    return written.rstrip("\n").removesuffix("\n...")
