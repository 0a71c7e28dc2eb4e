"""Which unknown facts would decide most? For each unknown fact, how many verdicts some value of it decides alone.

Only values that the clauses can tell apart are tried (`clauses.critical`): for numbers, dates and durations the literals and what lies
between them; for sets nothing, everything that clauses name, and each value alone; for enums and booleans every value. One pass over
what is pending of a clause finds all pairs of a fact and a value that decide it, so that nothing is evaluated for each pair.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from comity.clauses.critical import CriticalValues
from comity.clauses.tree import Kind
from comity.engines import kleene
from comity.judging.pending import Atom, Either, Every, Some
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.tree import Value
    from comity.judging.judgement import System
    from comity.judging.pending import Memory, Pending
    from comity.library.model import Clause
    from comity.library.vocabulary import Vocabulary

MAXIMUM_VALUES = 24
"""How many values of a fact are tried; laws rarely hold more than a handful of literals against one fact."""

Candidate: TypeAlias = tuple[str, int]
"""A fact, and the position of a value among its candidates."""


class Deciding(NamedTuple):
    """The candidates that alone make what is pending true, and those that make it false."""

    true: frozenset[Candidate]
    false: frozenset[Candidate]

    @property
    def both(self) -> frozenset[Candidate]:
        """The candidates that alone decide it."""
        return self.true | self.false


_NOTHING: frozenset[Candidate] = frozenset()


def candidate_values(clauses: Iterable[Clause], vocabulary: Vocabulary) -> dict[str, tuple[Value, ...]]:
    """For every fact of these clauses the values that they can tell apart, at most `MAXIMUM_VALUES`."""
    clauses = list(clauses)
    trees = [formula.tree for clause in clauses for formula in (clause.require, *clause.conditions)]
    critical = CriticalValues(trees, vocabulary.definitions)
    found: dict[str, tuple[Value, ...]] = {}
    for fact in sorted(frozenset[str]().union(*[clause.facts for clause in clauses])):
        fact_type = vocabulary.types[fact]
        values = critical.of(fact, fact_type)
        if fact_type.kind is Kind.SET:
            members = [value for value in fact_type.values if value in critical.members.get(fact, ())]
            values = list(
                dict.fromkeys([frozenset(), frozenset(members), *(frozenset({member}) for member in members)])
            )
        found[fact] = tuple(values[:MAXIMUM_VALUES])
    found.pop(MARKETS, None)
    return found


def deciding(found: Pending, candidates: Mapping[str, tuple[Value, ...]], system: System, memory: Memory) -> Deciding:
    """The single values that decide what is pending.

    Args:
        found: what is pending on the system.
        candidates: the values to try, by fact.
        system: the known facts.
        memory: what was worked out on this system before; parts that clauses share are worked out once.
    """
    if isinstance(found, bool):
        return Deciding(_NOTHING, _NOTHING)
    key = id(found)
    if key in memory:
        known: Deciding = memory[key][1]
        return known
    match found:
        case Atom():
            answer = _of_atom(found, candidates, system)
        case Every(parts=parts):
            below = [deciding(part, candidates, system, memory) for part in parts]
            answer = Deciding(_shared([part.true for part in below]), _NOTHING.union(*[part.false for part in below]))
        case Some(parts=parts):
            below = [deciding(part, candidates, system, memory) for part in parts]
            answer = Deciding(_NOTHING.union(*[part.true for part in below]), _shared([part.false for part in below]))
        case Either(condition=condition):
            answer = _of_choice(found, deciding(condition, candidates, system, memory), candidates, system, memory)
    memory[key] = (found, answer)
    return answer


def _shared(parts: list[frozenset[Candidate]]) -> frozenset[Candidate]:
    return parts[0].intersection(*parts[1:])


def _of_choice(
    found: Either,
    condition: Deciding,
    candidates: Mapping[str, tuple[Value, ...]],
    system: System,
    memory: Memory,
) -> Deciding:
    true: set[Candidate] = set()
    false: set[Candidate] = set()
    for branch, chosen in ((found.then, condition.true), (found.otherwise, condition.false)):
        if isinstance(branch, bool):
            (true if branch else false).update(chosen)
        else:
            below = deciding(branch, candidates, system, memory)
            true |= chosen & below.true
            false |= chosen & below.false
    return Deciding(frozenset(true), frozenset(false))


def _of_atom(atom: Atom, candidates: Mapping[str, tuple[Value, ...]], system: System) -> Deciding:
    holding: tuple[list[Candidate], list[Candidate]] = ([], [])
    for fact in atom.facts:
        facts = dict(system.facts)
        for position, value in enumerate(candidates.get(fact, ())):
            facts[fact] = value
            outcome = kleene.trace(atom.tree, facts, system.definitions).value
            if outcome is not None:
                holding[outcome is atom.wanted].append((fact, position))
    return Deciding(frozenset(holding[True]), frozenset(holding[False]))


def decided_by(open_clauses: Iterable[tuple[str, Deciding]], split: frozenset[str]) -> Counter[str]:
    """For each fact, how many of these clauses its best value decides alone.

    Args:
        open_clauses: the jurisdiction of each clause that is unknown, and what decides it.
        split: facts that may have another value in each market, so that the best value is chosen for each.
    """
    tallies: defaultdict[str, Counter[Candidate]] = defaultdict(Counter)
    for jurisdiction, decides in open_clauses:
        tallies[jurisdiction].update(decides.both)
    together: Counter[Candidate] = Counter()
    best: Counter[str] = Counter()
    for tally in tallies.values():
        here: dict[str, int] = {}
        for candidate, count in tally.items():
            if candidate[0] in split:
                here[candidate[0]] = max(count, here.get(candidate[0], 0))
            else:
                together[candidate] += count
        best.update(here)
    for (fact, _), count in together.items():
        best[fact] = max(best[fact], count)
    return best
