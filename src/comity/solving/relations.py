"""What `compare` answers with: two clauses, how they relate, and a witness for each difference. And which pairs are worth asking about.

Nothing here needs a solver, so that answers kept from an earlier run can be shown without one.

Both clauses are assumed to apply. With A and B for what they require:

    never_both_apply   no system is bound by both
    incompatible       no system satisfies A and B
    equal              A and B are satisfied by the same systems
    a_stricter         whoever satisfies A satisfies B, but not the other way round
    b_stricter         whoever satisfies B satisfies A, but not the other way round
    overlapping        each has systems that the other refuses
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from comity.errors import InputError, did_you_mean
from comity.language import Message
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from comity.clauses.tree import Value
    from comity.library.loader import Library
    from comity.library.model import Clause, CompiledFormula, Phase

Relation: TypeAlias = Literal["equal", "a_stricter", "b_stricter", "overlapping", "incompatible", "never_both_apply"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)

TURNED: dict[Relation, Relation] = {"a_stricter": "b_stricter", "b_stricter": "a_stricter"}
"""Relations that change their name when the two clauses change places."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A smallest system that tells two clauses apart.

    Attributes:
        satisfies: `a` or `b`, the one that it satisfies; it fails the other.
        facts: its facts; those that only make both clauses apply are in `context`.
    """

    satisfies: Literal["a", "b"]
    facts: dict[str, Value]
    context: dict[str, Value]

    @property
    def world(self) -> dict[str, Value]:
        """All its facts."""
        return {**self.context, **self.facts}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two clauses, how they relate, and what shows it.

    Attributes:
        relation: None where the solver did not decide it in time.
        shared_facts: the choices that both require something of, sorted; of sets those in which they name the same values, if any.
    """

    a: Clause
    b: Clause
    relation: Relation | None
    shared_facts: tuple[str, ...]
    witnesses: tuple[Witness, ...]


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The answer.

    Attributes:
        a, b: what was compared; both `*` for the whole library.
        on: the day asked about; None for clauses as they will stand, whenever in force.
        pairs: every pair that has something to compare, in the order of the clauses.
        alone_a, alone_b: clauses of one side without any counterpart on the other.
        independent: how many pairs share a fact and are left out, because they ask for different values of it (`subjects`): neither
            bears on the other.
    """

    library: Library
    a: str
    b: str
    on: date | None
    pairs: tuple[Pair, ...]
    alone_a: tuple[Clause, ...]
    alone_b: tuple[Clause, ...]
    independent: int = 0

    @property
    def undecided(self) -> list[Pair]:
        """Pairs that the solver did not decide in time."""
        return [pair for pair in self.pairs if pair.relation is None]


EVERYTHING = "*"


def turned(relation: Relation | None) -> Relation | None:
    """The relation of b and a, given that of a and b."""
    return relation if relation is None else TURNED.get(relation, relation)


def _choices(facts: frozenset[str], library: Library) -> frozenset[str]:
    return frozenset(fact for fact in facts if fact != MARKETS and library.fact(fact).nature == "choice")


def select(name: str, library: Library) -> list[Clause]:
    """The clauses that a name stands for: a jurisdiction, a standard, or a single clause.

    Raises:
        InputError: the name stands for nothing.
    """
    if name in library.clauses:
        return [library.clauses[name]]
    if name in library.standards:
        return list(library.standards[name].clauses)
    found = [clause for clause in library.clauses.values() if clause.jurisdiction == name]
    if found:
        return found
    known = [*library.standards, *{clause.jurisdiction for clause in library.clauses.values()}, *library.clauses]
    message = Message('"{name}" is no jurisdiction, standard or clause of this library', name=name[:80])
    raise InputError(message, hint=did_you_mean(name, known))


def in_force(clauses: Iterable[Clause], library: Library, on: date | None) -> list[Clause]:
    """The clauses that can bind on a day; all of them where no day is asked about, bills and repealed ones included.

    What nothing can decide relates to nothing, and is left out.
    """
    decidable = [clause for clause in clauses if not clause.unknowable]
    if on is None:
        return decidable
    return [
        clause
        for clause in decidable
        if library.standards[clause.standard].status not in {"bill", "repealed"}
        and any(phase.covers(on) for phase in clause.in_force)
    ]


def phases_on(clause: Clause, on: date | None) -> tuple[Phase, ...]:
    """The phases of a clause that cover a day; all of them where no day is asked about."""
    return tuple(phase for phase in clause.in_force if on is None or phase.covers(on))


def application(clause: Clause, on: date | None) -> tuple[CompiledFormula | None, ...]:
    """What decides whether a clause applies on a day: scope, actor, when, unless, and the condition of each phase."""
    return (clause.scope, clause.actor, clause.when, clause.unless, *(phase.when for phase in phases_on(clause, on)))


def pairs_between(left: Iterable[Clause], right: Iterable[Clause], library: Library) -> list[tuple[Clause, Clause]]:
    """Every pair of different clauses that share a choice fact, each once."""
    right = list(right)
    found: dict[frozenset[str], tuple[Clause, Clause]] = {}
    for a in left:
        required = _choices(a.require.facts, library)
        for b in right:
            if a.full_id != b.full_id and not required.isdisjoint(b.require.facts):
                found.setdefault(frozenset((a.full_id, b.full_id)), (a, b))
    return list(found.values())


def pairs_across(clauses: Iterable[Clause], library: Library) -> list[tuple[Clause, Clause]]:
    """Every pair of clauses of different standards that share a choice fact, in the order of the clauses."""
    every = list(clauses)
    users: defaultdict[str, list[int]] = defaultdict(list)
    for position, clause in enumerate(every):
        for fact in _choices(clause.require.facts, library):
            users[fact].append(position)
    found = {pair for positions in users.values() for pair in combinations(positions, 2)}
    return [(every[i], every[j]) for i, j in sorted(found) if every[i].standard != every[j].standard]
