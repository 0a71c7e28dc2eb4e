"""Can a fact still change this verdict? Decided exactly where that is cheap.

Kleene's logic names the facts that an unknown formula waits for, but where one fact is looked at in several places, some of them may not
matter: `a || !a` is true whatever `a` is. A formula in which every fact is looked at once depends on all of them. So it is enough to go
through the values of the facts that are looked at more than once, and to see what is left; values that an axiom excludes are passed over.
A condition (`c ? a : b`) stays worth asking as long as a fact that matters hides behind it. Where all that would take more than
`MAXIMUM_WORLDS` steps, Kleene's answer stands: a question too many, never one too few.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, combinations, product
from math import prod
from typing import TYPE_CHECKING

from comity.clauses import tree as t
from comity.clauses.critical import CriticalValues
from comity.clauses.tree import Kind
from comity.judging.judgement import System
from comity.judging.pending import atoms, narrow, ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from comity.clauses.tree import Value
    from comity.judging.pending import Atom, Pending
    from comity.library.vocabulary import Vocabulary

MAXIMUM_WORLDS = 64


def relevant_facts(
    found: Pending,
    by_kleene: frozenset[str],
    unanswerable: frozenset[str],
    axioms: Iterable[Pending],
    system: System,
    vocabulary: Vocabulary,
) -> frozenset[str]:
    """The facts whose value can still change whether something pending becomes true.

    Args:
        found: what is pending on the system.
        by_kleene: the facts by which it can become known, as `pending.ways` says.
        unanswerable: facts that stay unknown.
        axioms: what is left of the axioms; worlds that make one false are no worlds.
        system: the known facts.
        vocabulary: of the facts.

    Returns:
        The facts; none at all where it has the same value in every world.
    """
    if isinstance(found, bool) or not by_kleene:
        return frozenset()
    near = [axiom for axiom in axioms if not isinstance(axiom, bool) and axiom.facts & found.facts]
    tested = [*atoms(found), *chain.from_iterable(atoms(axiom) for axiom in near)]
    bounds = _repeated(tested)
    if not bounds or prod(bounds.values()) > MAXIMUM_WORLDS:
        return by_kleene
    repeated = sorted(bounds)
    values = _values_of(repeated, tested, vocabulary)
    if values is None:
        return by_kleene
    learned = frozenset(repeated)
    outcomes: dict[tuple[Value, ...], Pending] = {}
    for world in product(*values):
        informed = System({**system.facts, **dict(zip(repeated, world, strict=True))}, system.definitions)
        memory: dict[object, object] = {}
        if not any(narrow(axiom, learned, informed, memory) is False for axiom in near):
            outcomes[world] = narrow(found, learned, informed, memory)
    differing = _differing(repeated, outcomes, unanswerable)
    hidden = differing - by_kleene - unanswerable
    kept = differing & by_kleene
    return kept if outcomes and not hidden and _determined(repeated, outcomes, kept) else by_kleene


def _repeated(tested: Iterable[Atom]) -> dict[str, int]:
    """Facts that are looked at more than once, with a lower bound of their values; those of a set are looked at one by one."""
    seen: Counter[tuple[str, str | None]] = Counter()
    for atom in tested:
        match atom.tree:
            case (
                t.Contains(operand=t.Fact(id=fact), values=values)
                | t.Intersects(operand=t.Fact(id=fact), values=values)
            ):
                for value in values:
                    seen[fact, value] += 1
            case _:
                for fact in atom.facts:
                    seen[fact, None] += 1
    found = {fact: 1 for (fact, _), count in seen.items() if count > 1}
    for fact, _ in seen:
        if fact in found:
            found[fact] *= 2
    return found


def _values_of(repeated: list[str], tested: Sequence[Atom], vocabulary: Vocabulary) -> list[list[Value]] | None:
    """The values of each fact that the atoms can tell apart; None where they are too many, or not all known."""
    critical = CriticalValues([atom.tree for atom in tested], vocabulary.definitions)
    if not critical.entangled.isdisjoint(repeated):
        return None
    found: list[list[Value]] = []
    worlds = 1
    for fact in repeated:
        fact_type = vocabulary.types[fact]
        if fact_type.kind is Kind.SET:
            members = sorted(critical.members.get(fact, ()))
            worlds *= 2 ** len(members)
            if worlds > MAXIMUM_WORLDS:
                return None
            found.append(list(_subsets(members)))
        else:
            found.append(critical.of(fact, fact_type))
            worlds *= len(found[-1])
        if worlds > MAXIMUM_WORLDS:
            return None
    return found


def _subsets(members: list[str]) -> Iterator[Value]:
    for size in range(len(members) + 1):
        yield from map(frozenset, combinations(members, size))


def _differing(
    repeated: list[str], outcomes: dict[tuple[Value, ...], Pending], unanswerable: frozenset[str]
) -> frozenset[str]:
    """The facts on which what is left depends: a repeated one where the others being equal something else is left."""
    found: set[str] = set()
    memory: dict[object, object] = {}
    for left in outcomes.values():
        found |= ways(left, unanswerable, memory).facts
    for position, fact in enumerate(repeated):
        first: dict[tuple[Value, ...], Pending] = {}
        for world, left in outcomes.items():
            others = (*world[:position], *world[position + 1 :])
            if first.setdefault(others, left) != left:
                found.add(fact)
                break
    return frozenset(found)


def _determined(repeated: list[str], outcomes: dict[tuple[Value, ...], Pending], kept: frozenset[str]) -> bool:
    """Whether the kept facts alone say what is left.

    Where an axiom ties facts together, none of them can change alone, and yet not all of them may be dropped.
    """
    first: dict[tuple[Value, ...], Pending] = {}
    positions = [position for position, fact in enumerate(repeated) if fact in kept]
    return all(
        first.setdefault(tuple(world[position] for position in positions), left) == left
        for world, left in outcomes.items()
    )
