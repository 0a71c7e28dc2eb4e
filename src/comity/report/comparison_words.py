"""Relations and witnesses in words, as every form of a comparison says them.

A and B stand for the two clauses of a pair. A witness is told by what it lacks: the requirements of the clause that it fails, and what it
has there instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clauses import tree as t
from comity.engines import kleene
from comity.judging.judgement import decisive_parts
from comity.language import Message
from comity.library.vocabulary import MARKETS
from comity.solving.relations import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.clauses.tree import Value
    from comity.engines.kleene import Trace
    from comity.library.model import Clause
    from comity.report.words import Words
    from comity.solving.relations import Crosswalk, Pair, Relation, Witness

RELATION_NAMES: dict[Relation, Message] = {
    "equal": Message("equal"),
    "a_stricter": Message("A is stricter"),
    "b_stricter": Message("B is stricter"),
    "overlapping": Message("overlapping"),
    "incompatible": Message("incompatible"),
    "never_both_apply": Message("never both apply"),
}
MEANINGS: dict[Relation, Message] = {
    "equal": Message("A and B are satisfied by the same systems"),
    "a_stricter": Message("whoever satisfies A satisfies B, but not the other way round"),
    "b_stricter": Message("whoever satisfies B satisfies A, but not the other way round"),
    "overlapping": Message("each has systems that the other refuses"),
    "incompatible": Message("no system satisfies A and B"),
    "never_both_apply": Message("no system is bound by both"),
}
SIDES = {"a": Message("A"), "b": Message("B")}
UNDECIDED = Message("not decided in time")
SIGNS: dict[Relation, str] = {
    "equal": "=",
    "a_stricter": ">",
    "b_stricter": "<",
    "overlapping": "∩",
    "incompatible": "≠",
    "never_both_apply": "∅",
}
TELLING: tuple[Relation, ...] = (
    "incompatible",
    "equal",
    "a_stricter",
    "b_stricter",
    "overlapping",
    "never_both_apply",
)
"""Relations in the order in which reports show them: what says most first."""

_ROLES = "organisation.roles"
_VALUES = 6


def title_of(crosswalk: Crosswalk, words: Words) -> str:
    """What was compared, by title."""
    if crosswalk.a == crosswalk.b == EVERYTHING:
        return words.say("Every standard with every other")
    return f"{side(crosswalk.a, words)} × {side(crosswalk.b, words)}"


def side(name: str, words: Words) -> str:
    """A jurisdiction, a standard or a clause, by title."""
    library = words.library
    if name in library.clauses:
        clause = library.clauses[name]
        return f"{words.text(library.standards[clause.standard].title)}, {clause.cite}"
    if name in library.standards:
        return words.text(library.standards[name].title)
    return words.text(library.jurisdictions[name].title) if name in library.jurisdictions else name


def clause_name(clause: Clause, words: Words) -> str:
    """A clause as one cites it: citation and title."""
    return words.say("{name}: ", name=clause.cite) + words.text(clause.title)


def told(pair: Pair, witness: Witness, words: Words, limit: int = 4) -> str:
    """A witness in a sentence: who satisfies which clause and fails the other, and by what."""
    met, failed = (words.name(SIDES[side]) for side in ("ab" if witness.satisfies == "a" else "ba"))
    clause = pair.b if witness.satisfies == "a" else pair.a
    trace = kleene.trace(clause.require.tree, witness.world, words.library.vocabulary.definitions)
    shortfalls = list(dict.fromkeys(_shortfalls(trace, words, wanted=True)))
    said = "; ".join(shortfalls[:limit])
    if len(shortfalls) > limit:
        said = words.say("{findings}; and {count} more", findings=said, count=len(shortfalls) - limit)
    roles = witness.world.get(_ROLES)
    if isinstance(roles, frozenset) and roles:
        titles = [
            words.text(words.library.roles[role].title) if role in words.library.roles else role
            for role in sorted(roles)
        ]
        who = words.separator.join(titles)
        return words.say(
            "a system ({who}) satisfies {met}, not {failed}: {what}", who=who, met=met, failed=failed, what=said
        )
    return words.say("a system satisfies {met}, not {failed}: {what}", met=met, failed=failed, what=said)


def _shortfalls(trace: Trace, words: Words, *, wanted: bool) -> Iterator[str]:
    """What is not as a formula wants it: for a set that lacks values only these, else the finding."""
    node = trace.expression
    match node:
        case t.Not():
            yield from _shortfalls(trace.parts[0], words, wanted=not wanted)
        case t.And() | t.Or() | t.Named():
            for part in decisive_parts(trace):
                yield from _shortfalls(part, words, wanted=wanted)
        case t.Choose():
            for branch in decisive_parts(trace)[1:]:
                yield from _shortfalls(branch, words, wanted=wanted)
        case t.Contains(operand=t.Fact(id=fact), values=values) if wanted:
            held = trace.parts[0].value
            missing = [value for value in values if not isinstance(held, frozenset) or value not in held]
            said = words.members(missing[:_VALUES])
            if len(missing) > _VALUES:
                said = words.say("{names} and {count} more", names=said, count=len(missing) - _VALUES)
            yield words.say("{fact}: without {values}", fact=words.fact(fact), values=said)
        case _:
            yield from (words.finding(found) for found in words.findings(trace, wanted=wanted))


def shared_facts(pair: Pair, words: Words) -> str:
    """The facts that both clauses require something of, by title."""
    return words.separator.join(words.fact(fact) for fact in pair.shared_facts)


def facts_told(facts: Mapping[str, Value], words: Words) -> list[str]:
    """Facts with their values, the markets left out."""
    colon = words.say("{name}: ", name="")
    return [f"{words.fact(fact)}{colon}{words.value(fact, value)}" for fact, value in facts.items() if fact != MARKETS]
