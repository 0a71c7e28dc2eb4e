"""What does the library hold? One entry by its id, and who uses a fact or a definition.

Ids of all kinds share one space, so that a person need not say which kind is meant.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from comity.clauses.formula import walk
from comity.clauses.tree import Named
from comity.errors import InputError, did_you_mean
from comity.language import Message
from comity.library.model import Clause, FactDefinition, Jurisdiction, NamedFormula, Role, Standard, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.tree import Expression
    from comity.library.loader import Library
    from comity.library.model import Region

Entry: TypeAlias = Standard | Clause | FactDefinition | NamedFormula | Role | Topic | Jurisdiction


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
    raise InputError(message, hint=_near(library, identifier, known))


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
    raise InputError(message, hint=_near(library, identifier, library.clauses))


def _near(library: Library, identifier: str, known: Iterable[str]) -> Message:
    """The id that was probably meant; within the standard that is named, if it exists."""
    named, _, rest = identifier.strip().lower().partition("/")
    if rest and named in library.standards:
        own = [clause.id for clause in library.standards[named].clauses]
        beginning = [clause for clause in own if clause[:4] == rest[:4]]
        close = get_close_matches(rest[:100], beginning, n=1, cutoff=0.3) or get_close_matches(rest[:100], own, n=1)
        if close:
            return Message('did you mean "{word}"?', word=f"{named}/{close[0]}")
        return Message("see its clauses with: comity library show {standard}", standard=named)
    close_word = did_you_mean(identifier.lower(), [*known, *(clause.id for clause in library.clauses.values())])
    return close_word or Message("look for it with: comity library search WORDS")


def _ending(library: Library, identifier: str) -> list[Clause]:
    """The clause of this id, else those whose own id it is, else those whose id ends with it."""
    wanted = identifier.strip().lower()
    if wanted in library.clauses:
        return [library.clauses[wanted]]
    clauses = list(library.clauses.values())
    same = [clause for clause in clauses if clause.id == wanted]
    return same or [clause for clause in clauses if wanted and clause.full_id.endswith((f"-{wanted}", f"/{wanted}"))]


def _ambiguous(identifier: str, fitting: list[Clause]) -> InputError:
    named = ", ".join(clause.full_id for clause in fitting[:6]) + (", …" if len(fitting) > 6 else "")
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


def known_region(library: Library, identifier: str) -> Region:
    """A region of the world by its id.

    Raises:
        InputError: the library has none of that id.
    """
    found = library.regions.get(identifier.lower().replace("-", "_"))
    if found is None:
        hint = did_you_mean(identifier.lower(), library.regions) or Message(
            "known are: {values}", values=", ".join(library.regions)
        )
        raise InputError(Message('"{id}" is not a region of this library', id=identifier[:40]), hint=hint)
    return found


def within(library: Library, region: str) -> frozenset[str]:
    """A region and everything that lies in it, by id."""
    found = {region}
    pending = [region]
    while pending:
        larger = pending.pop()
        smaller = {entry.id for entry in library.data.regions if entry.part_of == larger} - found
        found |= smaller
        pending += smaller
    return frozenset(found)


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
