"""`fact=value`, as one writes an assumption on the command line; typed like a value of a dossier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.documents import fields as read
from comity.documents.reading import read_text
from comity.errors import ComityError, InputError, did_you_mean
from comity.language import Message
from comity.library.elements import divided, element_name
from comity.library.model import ELEMENT_NAMES
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.clauses.tree import Value
    from comity.library.loader import Library


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value that is taken for true, in one market or (None) everywhere."""

    fact: str
    value: Value
    market: str | None = None


def read_assumptions(texts: Iterable[str], library: Library) -> tuple[Assumption, ...]:
    """Assumptions from texts of the form `fact=value`, or `fact@market=value` for a single market.

    A fact of one element of a collection has the element in its name: `flow.routes@payroll=[standard_contract]`.

    Raises:
        InputError: a text is not of this form, names no fact or market, or the value does not fit the fact.
    """
    return tuple(_assumption(text, library) for text in texts)


def _assumption(text: str, library: Library) -> Assumption:
    name, equals, written = text.partition("=")
    fact, at, market = _named(name.strip(), library)
    if not equals or not written.strip():
        message = Message('"{text}" is no assumption', text=text[:80])
        raise InputError(message, hint=Message("write fact=value, for example system.generative=true"))
    if fact == MARKETS:
        raise InputError(Message('"{name}" is built in', name=MARKETS), hint=Message("name the markets with --market"))
    if fact not in library.vocabulary:
        message = Message('there is no fact "{name}"', name=fact[:80])
        raise InputError(message, hint=did_you_mean(fact, library.vocabulary.facts))
    subject = library.fact(fact).subject
    if subject in library.elements and divided(fact)[1] is None:
        message = Message('"{fact}" is about a single {subject}', fact=fact, subject=ELEMENT_NAMES[subject])
        known = [element_name(fact, element) for element in library.elements[subject]] or [element_name(fact, "…")]
        named = Message("name the {subject}: {fact}", subject=ELEMENT_NAMES[subject], fact=known[0])
        raise InputError(message, hint=(did_you_mean(element_name(fact, market), known) if at else None) or named)
    if at and market not in library.markets:
        message = Message('"{market}" is not a market of this library', market=market[:40])
        raise InputError(message, hint=did_you_mean(market, library.markets))
    if at and not library.fact(fact).per_market:
        raise InputError(Message('"{fact}" cannot differ by market', fact=fact))
    try:
        value = read.value(read_text(written.strip(), name=fact), library.vocabulary.types[fact])
    except ComityError as error:
        raise InputError(error.message, place=error.place, hint=error.hint) from None
    if value is None:
        raise InputError(Message('"{fact}" is assumed to have no value', fact=fact))
    return Assumption(fact, value, market or None)


def _named(name: str, library: Library) -> tuple[str, str, str]:
    """The fact, `@` where a market follows, and the market; the name of a fact of one element holds an `@` itself."""
    if name in library.vocabulary:
        return name, "", ""
    fact, at, market = (part.strip() for part in name.rpartition("@"))
    return (fact, at, market) if at else (market, "", "")
