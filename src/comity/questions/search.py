"""Where does the library speak of something? A search over everything that has words, in all languages at once.

All words have to occur; a word may stand inside a longer one, so that scripts without spaces need no dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from comity.errors import InputError
from comity.language import Message
from comity.library.model import Clause, FactDefinition, NamedFormula, Role, Standard
from comity.questions.browse import entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.library.loader import Library
    from comity.questions.browse import Entry

_UNSPACED = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_LONGEST_DIVIDED = 60
"""No question is a longer word; dividing takes the square of the length."""
_RUN = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a search found; the higher the score, the nearer."""

    identifier: str
    entry: Entry
    score: int


class _Field(NamedTuple):
    """A text to search in, and how much it counts."""

    text: str
    weight: int


def search(library: Library, words: Iterable[str]) -> list[Hit]:
    """Entries in which all words occur, the best first.

    What occurs nowhere as written is divided: a question in Chinese puts words together that stand apart in a sentence.

    Raises:
        InputError: no word is given.
    """
    wanted = [folded(part) for word in words for part in word.split()]
    if not wanted:
        raise InputError(Message("say at least one word to search for"))
    pool = [(identifier, entry, _fields(entry, library)) for identifier, entry in entries(library).items()]
    found = _matching(pool, wanted)
    if not found:
        found = _matching(pool, [part for word in wanted for part in _pieces(word)], divided=True)
    return found


def folded(text: str) -> str:
    """A text as searches compare it: case, width and composition do not count."""
    return unicodedata.normalize("NFKC", text).casefold()


def _pieces(word: str) -> Iterator[str]:
    """A word divided where its script changes and at Chinese particles, which join words and mean nothing alone."""
    for run in _RUN.findall(word):
        yield from (part for part in re.split("[的和与及或、，]", run) if part)


def _matching(pool: list[tuple[str, Entry, list[_Field]]], words: list[str], *, divided: bool = False) -> list[Hit]:
    found = []
    for identifier, entry, fields in pool:
        scores = [_score(word, fields) or int(divided and _occurs_in_parts(word, fields)) for word in words]
        if all(scores):
            found.append(Hit(identifier, entry, sum(scores)))
    return sorted(found, key=lambda hit: -hit.score)


def _occurs_in_parts(word: str, fields: list[_Field]) -> bool:
    """Whether a word can be divided into parts of two characters or more that all occur; a very long one is not tried."""
    if len(word) > _LONGEST_DIVIDED:
        return False
    text = "\n".join(field.text for field in fields)
    ends = {0}
    for end in range(2, len(word) + 1):
        if any(start in ends and word[start:end] in text for start in range(end - 1)):
            ends.add(end)
    return len(word) in ends


def _score(word: str, fields: list[_Field]) -> int:
    """The best place where a word occurs; a whole word counts twice, a whole field three times."""
    best = 0
    for text, weight in fields:
        if weight * 3 <= best or word not in text:
            continue
        factor = 3 if text == word else 2 if _whole(word, text) else 1
        best = max(best, weight * factor)
    return best


def _whole(word: str, text: str) -> bool:
    position = text.find(word)
    before, after = text[position - 1 : position], text[position + len(word) : position + len(word) + 1]
    return not (before.isalnum() and before.isascii()) and not (after.isalnum() and after.isascii())


def _texts(entry: Entry, library: Library) -> list[tuple[int, Iterable[str]]]:
    """The texts of an entry with their weights, by kind of entry."""
    match entry:
        case Standard():
            country = library.jurisdictions[entry.jurisdiction].title
            named = (entry.id, *entry.title.values())
            return [(6, named), (2, (*entry.publisher.values(), entry.version, *country.values()))]
        case Clause():
            note = (entry.note or {}).values()
            return [
                (5, entry.title.values()),
                (4, (entry.full_id, entry.id)),
                (3, (entry.cite, *entry.text.values())),
                (1, note),
            ]
        case FactDefinition():
            titles = (title for value in entry.type.values for title in library.value_titles.get(value, {}).values())
            named = (entry.id, *entry.title.values())
            return [(5, named), (3, entry.definition.values()), (2, (*entry.type.values, *titles))]
        case NamedFormula():
            return [(5, (entry.id, *entry.title.values())), (3, (entry.cite,)), (1, (entry.note or {}).values())]
        case Role():
            terms = (term for of_country in entry.terms.values() for term in of_country)
            return [(5, (entry.id, *entry.title.values())), (4, terms), (3, entry.definition.values())]
    return [(4, (entry.id, *entry.title.values()))]


def _fields(entry: Entry, library: Library) -> list[_Field]:
    found = []
    for weight, texts in _texts(entry, library):
        for text in texts:
            found.append(_Field(folded(text), weight))
            if "_" in text:
                found.append(_Field(folded(text.replace("_", " ")), weight))
    return sorted(found, key=lambda field: -field.weight)
