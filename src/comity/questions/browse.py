"""What does the library hold? One entry by its id, who uses a fact, and a search over everything that has words.

Ids of all kinds share one space, so that a person need not say which kind is meant. A search asks for all words at once, in any
language; a word of a script without spaces may stand inside a longer one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from comity.clauses.formula import walk
from comity.clauses.tree import Named
from comity.errors import InputError, did_you_mean
from comity.language import Message
from comity.library.model import Clause, FactDefinition, Jurisdiction, NamedFormula, Role, Standard, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.clauses.tree import Expression
    from comity.library.loader import Library

Entry: TypeAlias = Standard | Clause | FactDefinition | NamedFormula | Role | Topic | Jurisdiction

_UNSPACED = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_RUN = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")


def entries(library: Library) -> dict[str, Entry]:
    """Everything that has an id, by id; a clause by its full id."""
    vocabulary = library.vocabulary
    kinds: tuple[Mapping[str, Entry], ...] = (
        library.jurisdictions,
        library.topics,
        library.roles,
        vocabulary.named_formulas,
        vocabulary.facts,
        library.standards,
        library.clauses,
    )
    return {identifier: entry for kind in kinds for identifier, entry in kind.items()}


def entry_named(library: Library, identifier: str) -> Entry:
    """The entry with this id; a clause also by an unambiguous end of its id.

    Raises:
        InputError: there is none, or the end fits several clauses.
    """
    known = entries(library)
    found = known.get(identifier) or known.get(identifier.lower())
    if found is not None:
        return found
    fitting = _ending(library, identifier)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise _ambiguous(identifier, fitting)
    message = Message('the library has no entry "{id}"', id=identifier[:80])
    close = did_you_mean(identifier, [*known, *(clause.id for clause in library.clauses.values())])
    raise InputError(message, hint=close or Message("look for it with: comity library search WORDS"))


def clause_named(library: Library, identifier: str) -> Clause:
    """The clause with this full id (`<standard>/<clause>`), or with this end of it where only one has it.

    Raises:
        InputError: no clause has it, or several.
    """
    fitting = _ending(library, identifier)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise _ambiguous(identifier, fitting)
    message = Message('the library has no clause "{id}"', id=identifier[:80])
    names = [*library.clauses, *(clause.id for clause in library.clauses.values())]
    close = did_you_mean(identifier, names)
    raise InputError(message, hint=close or Message("look for it with: comity library search WORDS"))


def _ending(library: Library, identifier: str) -> list[Clause]:
    """The clause of this id, else those whose own id it is, else those whose id ends with it."""
    wanted = identifier.strip().lower()
    if wanted in library.clauses:
        return [library.clauses[wanted]]
    clauses = list(library.clauses.values())
    same = [clause for clause in clauses if clause.id == wanted]
    return same or [clause for clause in clauses if wanted and clause.full_id.endswith((f"-{wanted}", f"/{wanted}"))]


def _ambiguous(identifier: str, fitting: list[Clause]) -> InputError:
    named = ", ".join(clause.full_id for clause in fitting[:6]) + (", …" if len(fitting) > 6 else "")  # noqa: PLR2004
    message = Message('"{id}" fits {count} clauses', id=identifier[:80], count=len(fitting))
    return InputError(message, hint=Message("write one of: {values}", values=named))


def known_jurisdiction(library: Library, identifier: str) -> Jurisdiction:
    """A jurisdiction by its id.

    Raises:
        InputError: the library has none of that id.
    """
    found = library.jurisdictions.get(identifier.lower())
    if found is None:
        hint = did_you_mean(identifier.lower(), library.jurisdictions) or Message(
            "known are: {values}", values=", ".join(library.jurisdictions)
        )
        raise InputError(Message('"{id}" is not a jurisdiction of this library', id=identifier[:40]), hint=hint)
    return found


class Use(NamedTuple):
    """A clause that reads a fact or a definition, and whether what it requires does (or only what decides if it applies)."""

    clause: Clause
    required: bool


def uses_of_fact(library: Library, fact: str) -> list[Use]:
    """The clauses that read a fact, through definitions too, in the order of the library."""
    return [Use(clause, fact in clause.require.facts) for clause in library.clauses.values() if fact in clause.facts]


def uses_of_definition(library: Library, name: str) -> list[Use]:
    """The clauses that use a definition, through other definitions too."""
    users = {name, *definitions_using(library, name)}
    found = []
    for clause in library.clauses.values():
        required = not users.isdisjoint(definitions_in(clause.require.tree))
        if required or any(not users.isdisjoint(definitions_in(part.tree)) for part in clause.conditions):
            found.append(Use(clause, required))
    return found


def definitions_using(library: Library, name: str) -> list[str]:
    """The definitions whose formula names this fact or definition, through others too."""
    formulas = library.vocabulary.definitions
    if name in library.vocabulary.facts:
        return [other for other, definition in formulas.items() if name in definition.facts]
    found: dict[str, None] = {}
    pending = [name]
    while pending:
        wanted = pending.pop()
        direct = [other for other, formula in formulas.items() if wanted in definitions_in(formula.tree)]
        pending += [other for other in direct if other not in found]
        found.update(dict.fromkeys(direct))
    return list(found)


def definitions_in(tree: Expression) -> list[str]:
    """The definitions that a formula names itself, in its order."""
    return list(dict.fromkeys(node.name for node in walk(tree) if isinstance(node, Named)))


def by_jurisdiction(library: Library, uses: Iterable[Use]) -> dict[str, list[Use]]:
    """Uses by jurisdiction, in the order of the library's list."""
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(use.clause.jurisdiction, []).append(use)
    return {jurisdiction: found[jurisdiction] for jurisdiction in library.jurisdictions if jurisdiction in found}


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

    A word of Chinese that occurs nowhere as written is looked for by its pairs of characters, so that a question need not know how the
    library divides its sentences.

    Raises:
        InputError: no word is given.
    """
    wanted = [folded(part) for word in words for part in word.split()]
    if not wanted:
        raise InputError(Message("say at least one word to search for"))
    pool = [(identifier, entry, _fields(entry, library)) for identifier, entry in entries(library).items()]
    found = _matching(pool, wanted)
    if not found:
        parts = [part for word in wanted for part in _pieces(word)]
        found = _matching(pool, parts) if parts != wanted else []
    return found


def folded(text: str) -> str:
    """A text as searches compare it: case, width and composition do not count."""
    return unicodedata.normalize("NFKC", text).casefold()


def _pieces(word: str) -> Iterator[str]:
    """A word divided where its script changes, and unspaced runs into pairs of characters."""
    for run in _RUN.findall(word):
        if re.match(f"[{_UNSPACED}]", run) and len(run) > 2:  # noqa: PLR2004
            yield from (run[index : index + 2] for index in range(len(run) - 1))
        else:
            yield run


def _matching(pool: list[tuple[str, Entry, list[_Field]]], words: list[str]) -> list[Hit]:
    found = []
    for identifier, entry, fields in pool:
        scores = [_score(word, fields) for word in words]
        if all(scores):
            found.append(Hit(identifier, entry, sum(scores)))
    return sorted(found, key=lambda hit: -hit.score)


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


@singledispatch
def _words_of(entry: Entry, library: Library) -> Iterator[tuple[Iterable[str], int]]:
    """The texts of an entry with their weights."""
    raise NotImplementedError(type(entry))


@_words_of.register
def _(entry: Standard, library: Library) -> Iterator[tuple[Iterable[str], int]]:
    yield (entry.id, *entry.title.values()), 6
    yield (*entry.publisher.values(), entry.version, *library.jurisdictions[entry.jurisdiction].title.values()), 2


@_words_of.register
def _(entry: Clause, library: Library) -> Iterator[tuple[Iterable[str], int]]:
    yield entry.title.values(), 5
    yield (entry.full_id, entry.id), 4
    yield (entry.cite, *entry.text.values()), 3
    yield (entry.note or {}).values(), 1


@_words_of.register
def _(entry: FactDefinition, library: Library) -> Iterator[tuple[Iterable[str], int]]:
    yield entry.title.values(), 5
    yield (entry.id,), 5
    yield entry.definition.values(), 3
    yield entry.type.values, 2
    yield (title for value in entry.type.values for title in library.value_titles.get(value, {}).values()), 2


@_words_of.register
def _(entry: NamedFormula, library: Library) -> Iterator[tuple[Iterable[str], int]]:
    yield (entry.id, *entry.title.values()), 5
    yield (entry.cite,), 3
    yield (entry.note or {}).values(), 1


@_words_of.register
def _(entry: Role, library: Library) -> Iterator[tuple[Iterable[str], int]]:
    yield (entry.id, *entry.title.values()), 5
    yield (term for terms in entry.terms.values() for term in terms), 4
    yield entry.definition.values(), 3


@_words_of.register(Topic)
@_words_of.register(Jurisdiction)
def _(entry: Topic | Jurisdiction, library: Library) -> Iterator[tuple[Iterable[str], int]]:
    yield (entry.id, *entry.title.values()), 4


def _fields(entry: Entry, library: Library) -> list[_Field]:
    found = []
    for texts, weight in _words_of(entry, library):
        for text in texts:
            found += [_Field(folded(text), weight), *([_Field(folded(text.replace("_", " ")), weight)] if "_" in text else [])]
    return sorted(found, key=lambda field: -field.weight)
