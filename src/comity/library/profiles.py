"""Profiles: imagined systems that hold givens only, for questions asked before there is a system.

A profile is one file under `profiles/` of a library layer. It says what its system *is* (purpose, outputs, users, maker) and
nothing of what its maker decides; a given that it leaves out is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.documents import fields as read
from comity.documents.reading import Mapping, read_file
from comity.errors import ComityError, ErrorList, InputError, did_you_mean
from comity.language import Message
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly
    from pathlib import Path

    from comity.clauses.tree import Value
    from comity.documents.reading import Node
    from comity.errors import Place
    from comity.library.loader import Library
    from comity.library.model import Text

FOLDER = "profiles"
profile_id = read.identifier(r"[a-z0-9]+(-[a-z0-9]+)*", "chatbot-provider")


@dataclass(frozen=True, slots=True)
class ProfileValue:
    """A given: its value in every market that is not named, and values for single markets."""

    value: Value | None
    by_market: ReadOnly[str, Value]

    def value_in(self, market: str) -> Value | None:
        """The value that holds in a market."""
        return self.by_market.get(market, self.value)


@dataclass(frozen=True)
class Profile:
    """An imagined system.

    Attributes:
        id: the name of its file.
        title: what it is called, by language.
        text: who it stands for and what was assumed, by language.
        facts: its givens by fact.
    """

    id: str
    title: Text
    text: Text
    facts: ReadOnly[str, ProfileValue]

    @property
    def elements(self) -> dict[str, tuple[str, ...]]:
        """A profile lists nothing: what it says of a flow is said of the only one."""
        return {}

    def facts_in(self, market: str) -> dict[str, Value]:
        """The givens as they hold in a market."""
        found = {fact: entry.value_in(market) for fact, entry in self.facts.items()}
        return {fact: value for fact, value in found.items() if value is not None}


def profile_files(layers: Iterable[Path]) -> dict[str, Path]:
    """The profiles of library directories by id; a later directory replaces a profile of an earlier one."""
    return {path.stem: path for layer in layers for path in sorted((layer / FOLDER).glob("*.yaml"))}


def load_profile(name: str, layers: Iterable[Path], library: Library) -> Profile:
    """The profile of that name.

    Raises:
        ComityError: there is none, or its file is not well formed.
    """
    files = profile_files(layers)
    if name not in files:
        known = Message("known are: {values}", values=", ".join(files) or "–")
        raise InputError(
            Message('there is no profile "{name}"', name=name[:80]), hint=did_you_mean(name, files) or known
        )
    return read_profile(files[name], library)


def load_profiles(layers: Iterable[Path], library: Library) -> tuple[Profile, ...]:
    """Every profile of library directories, sorted by id.

    Raises:
        ErrorList: everything that is not well formed.
    """
    found: list[Profile] = []
    errors: list[ComityError] = []
    for _, path in sorted(profile_files(layers).items()):
        try:
            found.append(read_profile(path, library))
        except ComityError as error:
            errors.append(error)
    if errors:
        raise ErrorList(errors)
    return tuple(found)


def read_profile(path: Path, library: Library) -> Profile:
    """One profile from its file.

    Raises:
        ComityError: it is not well formed, or says something that is not a given (`ErrorList` with all that was found).
    """
    fields = read.Fields(read_file(path), Message("a profile"))
    profile = fields.required("id", profile_id)
    if profile != path.stem:
        message = Message('the id "{id}" is not the name of its file', id=profile)
        raise InputError(message, place=fields.place_of("id"))
    title = fields.required("title", read.bilingual)
    text = fields.required("text", read.bilingual)
    node = fields.required("facts", lambda node: node)
    fields.done()
    if not isinstance(node, Mapping):
        raise InputError(Message("facts with values are wanted here"), place=node.place)
    facts: dict[str, ProfileValue] = {}
    errors: list[ComityError] = []
    for fact, value in node.entries.items():
        try:
            _check_given(fact, node.key_places[fact], library)
            facts[fact] = _value(fact, value, library)
        except ComityError as error:
            errors.append(error)
    if errors:
        raise ErrorList(errors)
    return Profile(profile, title, text, facts)


def _check_given(fact: str, place: Place, library: Library) -> None:
    if fact == MARKETS:
        raise InputError(Message('"{name}" is built in', name=MARKETS), place=place)
    if fact not in library.vocabulary:
        hint = did_you_mean(fact, library.vocabulary.facts)
        raise InputError(Message('there is no fact "{name}"', name=fact[:80]), place=place, hint=hint)
    if library.fact(fact).nature != "given":
        raise InputError(Message('"{fact}" is a choice; a profile holds givens only', fact=fact), place=place)


def _value(fact: str, node: Node, library: Library) -> ProfileValue:
    fact_type = library.vocabulary.types[fact]
    if not isinstance(node, Mapping):
        return ProfileValue(read.value(node, fact_type), {})
    fields = read.Fields(node)
    value = fields.optional("value", lambda item: read.value(item, fact_type), None)
    markets = fields.node_of("per_market")
    by_market = {} if markets is None else dict(_by_market(fact, markets, library))
    fields.optional("note", read.text, None)
    fields.done()
    return ProfileValue(value, by_market)


def _by_market(fact: str, node: Node, library: Library) -> Iterator[tuple[str, Value]]:
    if not library.fact(fact).per_market:
        raise InputError(Message('"{fact}" cannot differ by market', fact=fact), place=node.place)
    if not isinstance(node, Mapping):
        raise InputError(Message("markets with values are wanted here"), place=node.place)
    for market, item in node.entries.items():
        if market not in library.markets:
            hint = did_you_mean(market, library.markets)
            message = Message('"{market}" is not a market of this library', market=market[:40])
            raise InputError(message, place=node.key_places[market], hint=hint)
        value = read.value(item, library.vocabulary.types[fact])
        if value is not None:
            yield market, value
