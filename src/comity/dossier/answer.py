"""What a person types at a question, as a fact of a dossier.

Whatever may stand behind `fact:` in a dossier may be typed, and besides: the numbers of listed values, yes and no in the languages that
Comity speaks, and, where a fact can differ by market, a value for each market (`eu: true, cn: false`). What is wrong gets the message
that it would get in a dossier.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.clauses.tree import Kind
from comity.documents import fields as read
from comity.documents.reading import Mapping, Scalar, read_text
from comity.dossier.model import Basis, Entry
from comity.dossier.reader import read_entry
from comity.errors import ComityError, InputError, Place
from comity.language import Message

if TYPE_CHECKING:
    from comity.clauses.tree import Value
    from comity.clauses.values import FactType
    from comity.documents.reading import Node
    from comity.library.loader import Library

YES = frozenset({"true", "yes", "y", "1", "是", "对", "有"})
NO = frozenset({"false", "no", "n", "2", "否", "不", "无", "没有"})
_SEPARATORS = r"[\s,;，；、]+"
_PLACE = Place("answer")


def read_answer(text: str, fact: str, library: Library, source: str) -> Entry:
    """An answer as an entry; one without any value where it says `null`.

    Args:
        text: what was typed, not empty.
        fact: what was asked.
        library: whose fact it is.
        source: what the entry rests on where the answer does not say so.

    Raises:
        InputError: it is no value of the fact.
    """
    try:
        return _entry(text.strip(), fact, library, source)
    except ComityError as error:
        raise InputError(error.message, hint=error.hint) from None


def _entry(text: str, fact: str, library: Library, source: str) -> Entry:
    own = Basis("declared", source, None, _PLACE)
    if text.startswith("{"):
        node = read_text(text, name=_PLACE.file)
        entry = read_entry(fact, node, library)
        unsourced = entry.basis.source is None and entry.basis.by == "declared"
        return Entry(fact, entry.value, entry.by_market, _sourced(entry.basis, source) if unsourced else entry.basis)
    fact_type = library.fact(fact).type
    elsewhere, by_market = _by_market(text, library) if library.fact(fact).per_market else (text, {})
    return Entry(
        fact,
        _value(elsewhere, fact_type) if elsewhere else None,
        {market: value for market, part in by_market.items() if (value := _value(part, fact_type)) is not None},
        own,
    )


def _sourced(basis: Basis, source: str) -> Basis:
    return Basis(basis.by, source, basis.note, basis.place)


def _by_market(text: str, library: Library) -> tuple[str, dict[str, str]]:
    """The part that holds everywhere else, and the parts for single markets: `72h, cn: 24h`."""
    markets = "|".join(sorted(map(re.escape, library.markets), key=len, reverse=True))
    pieces = re.split(rf"(?:^|{_SEPARATORS})({markets})\s*[:：=]\s*", text)
    named = zip(pieces[1::2], pieces[2::2], strict=True)
    return pieces[0].strip(), {market: part.strip() for market, part in named}


def _value(text: str, fact_type: FactType) -> Value | None:
    word = text.lower()
    match fact_type.kind:
        case Kind.BOOL if word in YES or word in NO:
            return word in YES
        case Kind.ENUM if text not in fact_type.values and text.isdecimal():
            return _numbered(text, fact_type)
        case Kind.SET if not text.startswith("["):
            return _members(text, fact_type)
    return read.value(_node(text), fact_type)


def _node(text: str) -> Node:
    """A word as it stands: what YAML would make of `#`, `&` or `:` in it is not meant; brackets and quotes are."""
    if text.startswith(("[", '"', "'")):
        node = read_text(text, name=_PLACE.file)
        return Scalar(text, plain=True, place=_PLACE) if isinstance(node, Mapping) else node
    return Scalar(text, plain=True, place=_PLACE)


def _members(text: str, fact_type: FactType) -> Value | None:
    """Numbers or names of declared values; 0 for none of them."""
    words = [word for word in re.split(_SEPARATORS, text) if word]
    if words == ["0"] and "0" not in fact_type.values:
        return frozenset()
    if len(words) == 1 and words[0] in read.NULLS:
        return None
    named = [word if word in fact_type.values or not word.isdecimal() else _numbered(word, fact_type) for word in words]
    return read.value(read_text(f"[{', '.join(map(_quoted, named))}]", name=_PLACE.file), fact_type)


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _numbered(word: str, fact_type: FactType) -> str:
    number = int(word) if len(word) < 6 else 0
    if not 1 <= number <= len(fact_type.values):
        message = Message("there is no value with the number {number}", number=word[:20])
        raise InputError(message, hint=Message("the values are numbered from 1 to {last}", last=len(fact_type.values)))
    return fact_type.values[number - 1]


def joined(former: Entry | None, entry: Entry) -> Entry:
    """An answer together with what was known of the fact in some markets before; the weaker basis counts for both."""
    if former is None or (former.value is None and not former.by_market):
        return entry
    weaker = min(former.basis, entry.basis, key=lambda basis: basis.strength)
    sources = dict.fromkeys(basis.source for basis in (former.basis, entry.basis) if basis.source)
    return Entry(
        entry.fact,
        former.value if entry.value is None else entry.value,
        {**former.by_market, **entry.by_market},
        Basis(weaker.by, "; ".join(sources) or None, entry.basis.note or former.basis.note, weaker.place),
    )
